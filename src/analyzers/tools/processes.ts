import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { processesNamed, processMarks } from "../process-names.ts";
import { OPAQUE, TAME } from "../words.ts";

export const analyzer: Analyzer = {
  name: "processes",
  title: "Stopping processes, and turning the machine off",
  about:
    "Ending one's own processes by number or name is everyday work. Ending all of them, the first one, or those that keep the machine and its protection running is not.",
  programs: [
    "kill",
    "gkill",
    "pkill",
    "killall",
    "killall5",
    "skill",
    "slay",
    "snice",
    "xkill",
    "fuser",
    "renice",
    "kill-port",
    "pidwait",
    "reboot",
    "shutdown",
    "halt",
    "poweroff",
    "telinit",
    "init",
    "systemd-analyze",
    "pm-suspend",
    "pm-hibernate",
    "pmset",
    "rtcwake",
  ],
  analyze,
  examples: [
    { run: "kill 12345", does: ["stop process 12345 @local"], tier: 1 },
    { run: "kill -9 $PID", does: ["stop? process $PID @local"], tier: 1 },
    { run: "kill -0 $PID", does: [], tier: 0 },
    { run: "kill -9 -1", does: ["stop process every process @local"], tier: 2 },
    { run: "kill -9 1", does: ["stop process 1 @local"], tier: 3 },
    { run: "pkill -f 'node server.js'", does: ["stop process node server.js @local"], tier: 1 },
    { run: "pkill -9 .", does: ["stop process every process @local"], tier: 2 },
    { run: "pkill -u dev", does: ["stop process every process @local"], tier: 2 },
    { run: "killall node", does: ["stop process node @local"], tier: 1 },
    { run: "sudo killall sshd", does: ["stop process sshd @local"], tier: 3 },
    { run: "lsof -ti:3000 | xargs kill -9", does: ["stop? process … @local"], tier: 1 },
    { run: "fuser -k 3000/tcp", does: ["stop process 3000/tcp @local"], tier: 1 },
    { run: "reboot", does: ["stop machine reboot @local"], tier: 3 },
    { run: "shutdown -c", does: [], tier: 0 },
    { run: "ssh db-prod.example.com sudo reboot", does: ["stop machine reboot @production"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "kill":
    case "gkill":
      return killByNumber(command, scene);
    case "skill":
    case "snice":
      return killBySelection(command, scene);
    case "slay":
      return found([stopped("every process", ["bulk"], true, command, scene)]);
    case "pkill":
    case "pidwait":
      return command.program === "pidwait" ? NOTHING : killByPattern(command, scene);
    case "killall":
      return killByName(command, scene);
    case "killall5":
      return found([stopped("every process", ["bulk"], true, command, scene)]);
    case "fuser":
      return killByFile(command, scene);
    case "renice":
      return found([
        machineEffect(scene, {
          verb: "change",
          kind: "process",
          name: command.source,
          reversibility: "R1",
          by: command.source,
        }),
      ]);
    case "kill-port":
    case "xkill":
      return found([stopped(command.source, [], true, command, scene)]);
    case "systemd-analyze":
      return { effects: [], output: OPAQUE };
    default:
      return machineOff(command, scene);
  }
}

function stopped(
  name: string,
  marks: readonly Mark[],
  certain: boolean,
  command: Command,
  scene: Scene,
): Effect {
  return machineEffect(scene, {
    verb: "stop",
    kind: "process",
    name,
    reversibility: "R1",
    wayBack: "none",
    certain,
    marks,
    count: marks.includes("bulk") ? null : 1,
    by: command.source,
  });
}

/** `kill [-SIGNAL] PID…`: the first argument with a dash is the signal, a later one a process group (POSIX). */
function killByNumber(command: Command, scene: Scene): Finding {
  const args = command.args.filter((arg) => arg.text !== "--");
  const [first] = args;
  if (/^(-l|-L|-t|--list|--table)$/.test(first?.text ?? "")) return { effects: [], output: TAME };
  const named = first?.text === "-s" || first?.text === "-n" || first?.text === "--signal";
  const signal = named
    ? args[1]?.text
    : /^-[A-Za-z0-9]+$/.test(first?.text ?? "") && args.length > 1
      ? first?.text?.slice(1)
      : undefined;
  if (signal === "0" || signal === "CONT" || signal === "SIGCONT") return NOTHING;
  const targets = named ? args.slice(2) : signal === undefined ? args : args.slice(1);
  return found(targets.map((target) => killed(target, signal, command, scene)));
}

function killed(target: Word, signal: string | undefined, command: Command, scene: Scene): Effect {
  const { text } = target;
  if (text !== undefined && (text === "-1" || /^\/|[*?[]/.test(text)))
    return stopped("every process", ["bulk"], true, command, scene);
  if (target.text === "1" || target.text === "0")
    return stopped(target.text, target.text === "1" ? ["system"] : [], true, command, scene);
  const marks = text === undefined ? marksOf(target, signal === undefined ? undefined : `-${signal}`) : [];
  return stopped(text ?? target.source, marks, text !== undefined, command, scene);
}

/** `skill [SIGNAL] -u USER -t TTY -c NAME -p PID` (procps): all of a user's or a terminal's, or what is named. */
function killBySelection(command: Command, scene: Scene): Finding {
  const args = command.args.filter((arg) => !/^-(\d+|[A-Z]{2,}\d*)$/.test(arg.text ?? ""));
  const options = parseOptions(args, { values: ["-c", "-p", "-t", "-u"] });
  if (options.has("-l", "-L", "-n")) return NOTHING;
  if (options.has("-u", "-t")) return found([stopped("every process", ["bulk"], true, command, scene)]);
  const named = [...options.values("-c", "-p"), ...options.operands];
  return found(
    named.map((word) =>
      stopped(word.text ?? word.source, marksOf(word, undefined), word.text !== undefined, command, scene),
    ),
  );
}

/** Signals by which a server is asked to read its configuration or its logs again. */
const GENTLE_SIGNAL = /^-(SIG)?(HUP|USR1|USR2|WINCH|1|10|12|28)$/;

/** What is stopped when a name or a pattern of names is: servers are only stopped by signals that stop. */
function marksOf(word: Word, signal: string | undefined): readonly Mark[] {
  const processes = word.text === undefined ? word.processes : processesNamed(word.text);
  return processes === "service" && GENTLE_SIGNAL.test(signal ?? "") ? [] : processMarks(processes);
}

const PATTERN_VALUES = [
  "-g",
  "-G",
  "-P",
  "-s",
  "-t",
  "-u",
  "-U",
  "-F",
  "-q",
  "-r",
  "--signal",
  "--pgroup",
  "--group",
  "--parent",
  "--session",
  "--terminal",
  "--euid",
  "--uid",
  "--pidfile",
  "--queue",
  "--ns",
  "--nslist",
  "--older",
  "-O",
  "--cgroup",
  "--env",
];

function killByPattern(command: Command, scene: Scene): Finding {
  const args = command.args.filter((arg) => !/^-(\d+|[A-Z][A-Z0-9+-]{1,})$/.test(arg.text ?? ""));
  const signal = command.args.find((arg) => /^-(\d+|[A-Z][A-Z0-9+-]{1,})$/.test(arg.text ?? ""))?.text;
  if (signal === "-0" || signal === "-CONT") return NOTHING;
  const options = parseOptions(args, { values: PATTERN_VALUES });
  const [pattern] = options.operands;
  if (!pattern) {
    const narrow = options.has("-P", "--parent", "-F", "--pidfile", "-t", "--terminal", "-g", "--pgroup");
    return found([
      narrow
        ? stopped(command.source, [], true, command, scene)
        : stopped("every process", ["bulk"], true, command, scene),
    ]);
  }
  if (options.has("-v", "--inverse"))
    return found([stopped("every process", ["bulk"], true, command, scene)]);
  const marks = marksOf(pattern, signal);
  const name = marks.includes("bulk") ? "every process" : (pattern.text ?? pattern.source);
  return found([stopped(name, marks, pattern.text !== undefined, command, scene)]);
}

function killByName(command: Command, scene: Scene): Finding {
  const isSignal = (arg: Word) => /^-(\d+|[A-Z][A-Z0-9+-]{1,})$/.test(arg.text ?? "");
  const signal = command.args.find(isSignal)?.text;
  const args = command.args.filter((arg) => !isSignal(arg));
  const options = parseOptions(args, {
    values: [
      "-s",
      "-u",
      "-o",
      "-y",
      "-n",
      "-Z",
      "-t",
      "-c",
      "--signal",
      "--user",
      "--older-than",
      "--younger-than",
      "--ns",
      "--context",
    ],
  });
  if (options.has("-l", "--list")) return NOTHING;
  const all = options.operands.length === 0 && options.has("-u", "--user");
  if (all) return found([stopped("every process", ["bulk"], true, command, scene)]);
  const expression = options.has("-r", "--regexp");
  return found(
    options.operands.map((word) => {
      const text = word.text;
      const all = marksOf(word, signal);
      const marks = expression || !all.includes("bulk") ? all : [];
      return stopped(
        marks.includes("bulk") ? "every process" : (text ?? word.source),
        marks,
        text !== undefined,
        command,
        scene,
      );
    }),
  );
}

function killByFile(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-n", "--namespace"] });
  if (!options.has("-k", "--kill")) return { effects: [], output: TAME };
  const targets = options.operands.filter((word) => !/^-[A-Z]+$/.test(word.text ?? ""));
  const whole = options.has("-m", "-M", "-c", "--mount", "--ismountpoint");
  return found(
    targets.map((target) =>
      stopped(target.source, whole ? ["bulk"] : [], target.text !== undefined, command, scene),
    ),
  );
}

/** Programs that end the work of everybody on the machine, unless they only ask or cancel. */
function machineOff(command: Command, scene: Scene): Finding {
  const args = command.args.map((arg) => arg.text ?? "");
  if (
    /^(shutdown|halt|reboot|poweroff)$/.test(command.program) &&
    args.some((arg) => /^(-c|--help|-w|--wtmp-only|--show)$/.test(arg))
  )
    return NOTHING;
  if (command.program === "pmset" && (args.length === 0 || args.includes("-g")))
    return { effects: [], output: OPAQUE };
  if (/^(init|telinit)$/.test(command.program) && args.length === 0) return NOTHING;
  if (args.some((arg) => arg.startsWith("$")) && command.program === "init")
    return found([unknownEffect(scene, "machine", command.source, command.source)]);
  return found([
    machineEffect(scene, {
      verb: command.program === "pmset" ? "change" : "stop",
      kind: "machine",
      name: [command.program, ...command.args.map((arg) => arg.source)].join(" "),
      reversibility: "R1",
      wayBack: "none",
      marks: ["shared", "system"],
      by: command.source,
    }),
  ]);
}
