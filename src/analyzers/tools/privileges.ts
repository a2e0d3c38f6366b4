import { type Effect, hasMark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { literal } from "../options.ts";
import { judgeInner, judgeJoined, unwrap } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "privileges",
  title: "sudo and other ways to act as someone else",
  about:
    "sudo, doas, su, runuser, pkexec and run0: the command behind them is judged with the mark that it runs with more rights. A shell as another user that nobody can read ahead is unknown.",
  programs: [
    "sudo",
    "doas",
    "su",
    "runuser",
    "pkexec",
    "run0",
    "gosu",
    "su-exec",
    "setpriv",
    "newgrp",
    "sudoedit",
    "please",
    "gsudo",
    "start-stop-daemon",
  ],
  analyze,
  examples: [
    {
      run: "sudo rm -rf /var/lib/postgresql",
      does: ["delete directory /var/lib/postgresql @local"],
      tier: 3,
    },
    { run: "sudo -u postgres ls", does: [], tier: 0 },
    { run: "sudo -n -E FOO=1 touch a.txt", does: ["create file a.txt"], tier: 2 },
    { run: "sudo cat /etc/shadow", does: ["read file /etc/shadow @local"], tier: 2 },
    { run: "sudo -l", does: [], tier: 0 },
    { run: "sudo -i", does: ["unknown? shell as another user @local"], tier: 2 },
    { run: "sudo sh -c 'echo x > /etc/hosts'", does: ["create file /etc/hosts @local"], tier: 3 },
    { run: "su - deploy -c 'rm -rf /srv/app'", does: ["delete directory /srv/app @local"], tier: 3 },
    { run: "su", does: ["unknown? shell as another user @local"], tier: 2 },
    { run: "runuser -u app -- rm -rf /srv/app", does: ["delete directory /srv/app @local"], tier: 3 },
    { run: "doas -u root reboot-now", does: ["unknown? program reboot-now @local"], tier: 2 },
    { run: "pkexec rm /etc/hosts", does: ["delete file /etc/hosts @local"], tier: 3 },
    { run: "sudoedit /etc/hosts", does: ["create file /etc/hosts @local"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "su":
      return switchUser(command, scene);
    case "runuser":
      return command.args.some((arg) => arg.text === "-u" || arg.text?.startsWith("--user"))
        ? plain(command, scene)
        : switchUser(command, scene);
    case "newgrp":
      return switchGroup(command, scene);
    case "sudoedit":
      return edits(
        command.args.filter((arg) => !arg.text?.startsWith("-")),
        command,
        scene,
      );
    case "start-stop-daemon":
      return daemon(command, scene);
    case "sudo":
    case "please":
    case "gsudo":
      return sudo(command, scene);
    default:
      return plain(command, scene);
  }
}

const SUDO_VALUES = [
  "-u",
  "-g",
  "-p",
  "-C",
  "-D",
  "-R",
  "-T",
  "-h",
  "-U",
  "-r",
  "-t",
  "-a",
  "-c",
  "--user",
  "--group",
  "--prompt",
  "--close-from",
  "--chdir",
  "--chroot",
  "--command-timeout",
  "--host",
  "--other-user",
  "--role",
  "--type",
];
const SUDO_FLAGS = [
  "-A",
  "-b",
  "-B",
  "-E",
  "-e",
  "-H",
  "-i",
  "-K",
  "-k",
  "-l",
  "-N",
  "-n",
  "-P",
  "-S",
  "-s",
  "-V",
  "-v",
  "--askpass",
  "--background",
  "--bell",
  "--preserve-env",
  "--edit",
  "--set-home",
  "--login",
  "--remove-timestamp",
  "--reset-timestamp",
  "--list",
  "--non-interactive",
  "--preserve-groups",
  "--stdin",
  "--shell",
  "--validate",
  "--no-update",
];

function sudo(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, { values: SUDO_VALUES, flags: SUDO_FLAGS });
  const { options } = unwrapped;
  const { assignments, rest } = splitAssignments(unwrapped.inner);
  if (options.has("-e", "--edit")) return edits(rest, command, scene);
  if (rest.length === 0) {
    if (options.has("-i", "-s", "--login", "--shell")) return shellAs(command, scene);
    return options.names.length > 0 || options.operands.length > 0 ? NOTHING : shellAs(command, scene);
  }
  if (options.has("-l", "--list")) return NOTHING;
  if (isBareShell(rest, command)) return shellAs(command, scene);
  const directory = options.value("-D", "--chdir");
  const elsewhere = options.has("-R", "--chroot");
  const set = assignments.length > 0 ? scene.argv([literal("export"), ...assignments]).effects : [];
  const cwd = directory || options.has("-i", "--login") ? { cwd: directory?.text } : {};
  const finding = raised(
    judgeInner({ ...unwrapped, inner: rest }, command, scene, {
      privileged: true,
      variables: variablesOf(assignments),
      stdin: command.stdin,
      ...cwd,
      ...(elsewhere ? { place: { host: "chroot", environment: "local" } } : {}),
    }),
  );
  return { ...finding, effects: [...set, ...finding.effects] };
}

/** A shell without a script and without input that is known waits for somebody to type. */
function isBareShell(words: readonly Word[], command: Command): boolean {
  const [program, ...args] = words;
  const shell = /(^|\/)(ba|z|da|k|mk|fi|c|tc)?sh$/.test(program?.text ?? "");
  return shell && command.stdin.kind === "none" && args.every((arg) => /^-[lis]+$/.test(arg.text ?? "?"));
}

/** Everything above a read that happens with more rights carries that mark, also what runs the project's code. */
function raised(finding: Finding): Finding {
  const effects = finding.effects.map(
    (one): Effect =>
      one.verb === "read" || hasMark(one, "privileged")
        ? one
        : { ...one, marks: [...one.marks, "privileged" as const].sort() },
  );
  return { ...finding, effects };
}

function splitAssignments(words: readonly Word[]): {
  readonly assignments: readonly Word[];
  readonly rest: readonly Word[];
} {
  const at = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text ?? word.prefix));
  const end = at < 0 ? words.length : at;
  return { assignments: words.slice(0, end), rest: words.slice(end) };
}

function variablesOf(assignments: readonly Word[]): ReadonlyMap<string, string | undefined> {
  return new Map(
    assignments.map((word) => {
      const text = word.text ?? word.prefix;
      const at = text.indexOf("=");
      return [text.slice(0, at), word.text?.slice(at + 1)] as const;
    }),
  );
}

/** A shell that reads what it does from elsewhere: known when that is a text on the line. */
function shellAs(command: Command, scene: Scene): Finding {
  if (command.stdin.kind === "text") return scene.shell(command.stdin.text, { privileged: true });
  return found([unknownEffect({ ...scene, privileged: true }, "shell", "as another user", command.source)]);
}

function edits(files: readonly Word[], command: Command, scene: Scene): Finding {
  const privileged = { ...scene, privileged: true };
  return found(
    files.flatMap((file): readonly Effect[] =>
      fileEffects("change", file, privileged, { by: command.source }),
    ),
  );
}

/** doas, pkexec, run0, gosu, su-exec, setpriv: options of their own, then the command. */
function plain(command: Command, scene: Scene): Finding {
  const user = command.program === "gosu" || command.program === "su-exec" ? 1 : 0;
  const unwrapped = unwrap(command.args, {
    values: [
      "-u",
      "-g",
      "-G",
      "-C",
      "-a",
      "-D",
      "--user",
      "--group",
      "--supp-group",
      "--chdir",
      "--unit",
      "--setenv",
      "--property",
      "--slice",
      "--description",
      "--reuid",
      "--regid",
      "--groups",
      "--inh-caps",
      "--ambient-caps",
      "--bounding-set",
      "--securebits",
      "--pdeathsig",
      "--selinux-label",
      "--apparmor-profile",
      "--background",
    ],
    flags: [
      "-n",
      "-s",
      "-L",
      "-d",
      "--nnp",
      "--no-new-privs",
      "--clear-groups",
      "--keep-groups",
      "--init-groups",
      "--reset-env",
      "--keep-cwd",
      "--disable-internal-agent",
      "--dump",
      "--no-ask-password",
      "--pty",
      "--pipe",
      "-P",
      "-m",
      "-p",
    ],
    operands: user,
  });
  if (unwrapped.inner.length === 0)
    return unwrapped.options.has("-L", "-d", "--dump", "-C") ? NOTHING : shellAs(command, scene);
  if (isBareShell(unwrapped.inner, command)) return shellAs(command, scene);
  return raised(judgeInner(unwrapped, command, scene, { privileged: true, stdin: command.stdin }));
}

/** `su [options] [-] [user [argument…]]`: arguments go to the user's shell, so `-c` may stand anywhere. */
function switchUser(command: Command, scene: Scene): Finding {
  const texts: Word[] = [];
  const args = command.args;
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    const next = args[at + 1];
    if (/^(-[a-z]*c|--command|--session-command)$/.test(text) && next) texts.push(next);
    const attached = /^--(session-)?command=([\s\S]*)$/.exec(text)?.[2];
    if (attached !== undefined) texts.push(literal(attached));
  }
  if (texts.length === 0) return shellAs(command, scene);
  return found(
    texts.flatMap((text) => [
      ...judgeJoined([text], command, scene, { privileged: true, cwd: loginFolder(command, scene) }).effects,
    ]),
  );
}

function loginFolder(command: Command, scene: Scene): string | undefined {
  return command.args.some((arg) => arg.text === "-" || arg.text === "-l" || arg.text === "--login")
    ? undefined
    : scene.cwd;
}

function switchGroup(command: Command, scene: Scene): Finding {
  const text = command.args.findIndex((arg) => arg.text === "-c");
  const inner =
    text >= 0 ? command.args.slice(text + 1) : command.args.filter((arg) => arg.text !== "-").slice(1);
  return inner.length > 0 ? judgeJoined(inner, command, scene) : shellAs(command, scene);
}

function daemon(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((arg) => /^(--exec|--startas|-x|-a)$/.test(arg.text ?? ""));
  const program = command.args[at + 1];
  const dashes = command.args.findIndex((arg) => arg.text === "--");
  const args = dashes < 0 ? [] : command.args.slice(dashes + 1);
  if (command.args.some((arg) => arg.text === "--stop" || arg.text === "-K"))
    return scene.argv([literal("pkill"), program ?? literal("daemon")]);
  return program && at >= 0
    ? scene.argv([program, ...args])
    : found([unknownEffect(scene, "program", command.source, command.source)]);
}
