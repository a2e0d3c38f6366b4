import { beforeAll, describe, expect, it } from "vitest";
import type { Runnable } from "../../src/gate/ports.ts";
import type { ShellOutcome, ShellRequest, ShellResult } from "./shell-table-program.ts";
import { makeFolder, missingOverlay, runAs, WAYS } from "./users.ts";

/** Lines that a bash must end the same way isolated and not: exit code, standard output, standard error. */
const LINES: readonly string[] = [
  "true",
  "false",
  "exit 3",
  "exit 300",
  "(exit 7)",
  "\n\n exit 8\n",
  "x=$(exit 5); echo $?",
  "exec sh -c 'exit 6'",
  "no-such-program",
  "./no-such-file",
  "touch f; ./f; echo $?",
  "mkdir -p d; ./d",
  "/etc/passwd",
  "printf '#!/no/such/interpreter\\n' >s; chmod +x s; ./s",
  "printf 'echo no first line\\n' >t; chmod +x t; ./t",
  "printf '\\177ELFjunk' >e; chmod +x e; ./e",
  "exec no-such; echo not reached",
  "command -v no-such; echo $?; type no-such",
  ...["HUP", "INT", "QUIT", "KILL", "TERM", "USR1", "PIPE", "ALRM", "SEGV", "ABRT"].map(
    (name) => `kill -${name} $$`,
  ),
  "sh -c 'kill -TERM $$'; echo $?",
  "sh -c 'kill -KILL $$' | cat; echo ${PIPESTATUS[0]}",
  "timeout -s KILL 0.1 sleep 5; echo $?",
  "sleep 5 & kill %1; wait $!; echo $?",
  "trap 'echo caught' TERM; kill -TERM $$; echo after",
  "trap '' TERM; kill -TERM $$; echo after",
  "trap 'echo bye' EXIT; exit 4",
  "trap 'echo int; exit 9' INT; kill -INT $$",
  "python3 -c 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)'; echo $?",
  "perl -e 'exit 17'",
  "perl -e 'die qq(dead\\n)'",
  "if",
  "echo 'unclosed",
  "return 3; echo $?",
  "set -e; false; echo not reached",
  "set -u; echo $undefined; echo not reached",
  "set -o pipefail; false | true",
  "cd /no/such; echo $?",
  "cat",
  'read line; echo "<$line>"; cat',
  "cat <<X\nhere $HOME\nX",
  "cat <<<word",
  "head -c 3 | od -c",
  "exec 0<&-; cat",
  "echo out >&-",
  "exec >&-; echo x",
  "echo out; echo err >&2; echo out",
  "printf '\\377\\000\\200x\\r\\n\\033[1mb'",
  "ls $'no-\\377-such'",
  "touch $'name-\\377'; ls name* | od -c",
  "set -- a 'b c' '' \"*\"; printf '<%s>' \"$@\"",
  "echo $0 $# $LINENO\necho $LINENO $BASH_SUBSHELL $SHLVL $PWD $-",
  "yes | head -1; echo ${PIPESTATUS[@]}",
  "diff <(echo a) <(echo b)",
  "coproc cat; echo hi >&${COPROC[1]}; read -r l <&${COPROC[0]}; echo $l; exec {COPROC[1]}>&-; wait",
  "umask; ulimit -a; nice; getconf ARG_MAX",
  "(sleep 0.1; echo late) & echo first; wait",
  "test -t 0; echo $?; test -t 1; echo $?; tty; stty",
  "echo x >/dev/full; echo $?",
  "echo a >/dev/stdout; echo b >/dev/stderr; cat /dev/stdin; echo c >/dev/fd/2; head -c 2 /dev/zero | od -c",
  "ls /proc/self/fd | grep -x .",
  "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status",
  "env | sort",
  "shopt | grep -c on; set -o | grep -c on",
];

/** Lines that ask the kernel for more than files: these are tried as every user. */
const DEEP = /kill|trap|exec|\/proc|\/dev|tty|limit|coproc|env/;

/** Words for `execve`; some cannot be started. */
const PROGRAMS: readonly (readonly string[])[] = [
  ["printf", "%s|", "a b", "", "*", "$HOME", "'", "\n", "ü"],
  ["/bin/sh", "-c", "exit 11"],
  ["sh", "-c", 'cp /bin/true "a=b"; echo $0 "$@"', "x=y", "-n"],
  ["env", "A=b", "sh", "-c", "echo $A"],
];

/** What is left running when the line ends, in number of processes. */
const LEFT: readonly (readonly [string, number])[] = [
  ["", 0],
  ["sleep 1000 &", 1],
  ["sleep 1000 & sleep 1000 & kill %1; wait %1", 1],
  ["setsid sleep 1000 >/dev/null 2>&1 &", 1],
  ["(trap '' TERM HUP INT; nohup sleep 1000 >/dev/null 2>&1 &)", 1],
  ["perl -e 'fork and exit; setpgrp; fork and exit; exec qw(sleep 1000)'; sleep 0.1", 1],
  ["sleep 0.01 & wait", 0],
  ["true | sleep 1000 & sleep 0.2", 1],
  ["sleep 1000 & exit 3", 1],
];

/** Identifiers of processes differ. */
function withoutPids({ code, out, err }: ShellOutcome): ShellOutcome {
  return { code, out, err: err.replace(/(line \d+:) +\d+ /g, "$1 PID ") };
}

describe.skipIf(missingOverlay() !== undefined).each(WAYS)(
  "like a shell as $name, set up with $setup",
  ({ words, setup, isMain }) => {
    const lines = isMain ? LINES : LINES.filter((line) => DEEP.test(line));
    const results = new Map<string, ShellResult>();
    const keyOf = (command: Runnable) => JSON.stringify(command);
    const of = (command: Runnable) => results.get(keyOf(command));
    beforeAll(() => {
      const missing = [{ argv: ["no-such-program", "x"] }, { argv: ["/etc/passwd"] }];
      const requests: readonly ShellRequest[] = [
        ...lines.map((shell) => ({ command: { shell }, plain: true })),
        ...PROGRAMS.map((argv) => ({ command: { argv }, plain: true })),
        ...missing.map((command) => ({ command, plain: false })),
        ...LEFT.map(([shell]) => ({ command: { shell }, plain: false })),
      ];
      const text = runAs(words, "shell-table-program.ts", [makeFolder(), setup], JSON.stringify(requests));
      for (const [index, line] of text.split("\n").filter(Boolean).entries())
        results.set(keyOf(requests[index]?.command ?? { shell: "" }), JSON.parse(line) as ShellResult);
    }, 60_000);

    it.each(lines)("[X-shell] a line ends as it would without isolation: %s", (shell) => {
      const { plain, isolated } = of({ shell }) ?? {};
      expect(isolated && withoutPids(isolated)).toEqual(plain && withoutPids(plain));
      expect(plain).toBeDefined();
    });

    it.each(PROGRAMS.map((argv) => [argv]))("[X-shell] words arrive as they are: %j", (argv) => {
      const { plain, isolated } = of({ argv }) ?? {};
      expect(isolated && withoutPids(isolated)).toEqual(plain);
      expect(plain).toBeDefined();
    });

    it.each([
      [["no-such-program", "x"], 127],
      [["/etc/passwd"], 126],
    ] as const)("[X-shell] what cannot be started has the code of a shell: %j", (argv, code) => {
      expect(of({ argv })?.isolated).toMatchObject({ code, out: "", err: expect.stringContaining(argv[0]) });
    });

    it.each(LEFT)("[X-shell] what a line leaves running is counted: %s", (shell, count) => {
      expect(of({ shell })?.isolated.leftBehind).toBe(count);
    });
  },
);
