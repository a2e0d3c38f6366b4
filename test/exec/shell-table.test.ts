import { beforeAll, describe, expect, it } from "vitest";
import type { Runnable } from "../../src/gate/ports.ts";
import { LINES, withoutPids } from "./shell-lines.ts";
import type { ShellRequest, ShellResult } from "./shell-table-program.ts";
import { makeFolder, missingOverlay, runAs, WAYS } from "./users.ts";

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
