import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { judgeInner, unwrap, type WrapperSpec } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "tracing",
  title: "Debuggers, tracers and profilers",
  about:
    "The traced program is judged, as are the commands that a debugger is given on its command line; calls into a running program are unknown.",
  programs: [
    "strace",
    "ltrace",
    "dtruss",
    "ktrace",
    "perf",
    "valgrind",
    "heaptrack",
    "gdb",
    "lldb",
    "rr",
    "samply",
    "flamegraph",
    "bpftrace",
    "uftrace",
    "py-spy",
  ],
  analyze,
  examples: [
    { run: "strace -f -e trace=file rm -rf build", does: ["delete directory build"], tier: 1 },
    { run: "strace -o '|rm -rf /' ls", does: ["delete directory / @local"], tier: 3 },
    { run: "strace -p 1234", does: [], tier: 0 },
    {
      run: "ltrace -o out.txt rm -rf /etc",
      does: ["create file out.txt", "delete directory /etc @local"],
      tier: 3,
    },
    { run: "perf stat ls", does: [], tier: 0 },
    {
      run: "perf record -g -- rm -rf ~",
      does: ["create file perf.data", "delete directory /home/dev @local"],
      tier: 3,
    },
    { run: "valgrind --leak-check=full ls", does: [], tier: 0 },
    { run: "gdb -batch -ex bt -p 123", does: [], tier: 0 },
    { run: "gdb -ex 'shell rm -rf /' -batch", does: ["delete directory / @local"], tier: 3 },
    {
      run: "gdb -ex 'call (int)system(\"x\")' -p 123",
      does: ['unknown? debugger.command call (int)system("x") @local'],
      tier: 2,
    },
    { run: "gdb --args rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "bpftrace -e 'BEGIN { system(\"x\") }'", does: ["unknown? program bpftrace @local"], tier: 2 },
  ],
};

const SPECS: Readonly<Record<string, WrapperSpec>> = {
  strace: {
    values: [
      "-a",
      "-b",
      "-e",
      "-E",
      "-I",
      "-o",
      "-O",
      "-p",
      "-P",
      "-s",
      "-S",
      "-u",
      "-U",
      "-X",
      "--trace",
      "--output",
      "--attach",
      "--env",
      "--user",
      "--string-limit",
      "--summary-sort-by",
      "--signal",
      "--status",
      "--abbrev",
      "--inject",
      "--fault",
    ],
    flags: [
      "-A",
      "-c",
      "-C",
      "-d",
      "-D",
      "-f",
      "-F",
      "-h",
      "-i",
      "-k",
      "-n",
      "-q",
      "-r",
      "-t",
      "-T",
      "-v",
      "-V",
      "-w",
      "-x",
      "-y",
      "-Y",
      "-z",
      "-Z",
      "--follow-forks",
      "--decode-fds",
      "--decode-pids",
      "--summary-only",
      "--summary",
      "--relative-timestamps",
      "--absolute-timestamps",
      "--syscall-times",
      "--successful-only",
      "--failed-only",
      "--no-abbrev",
      "--quiet",
      "--stack-traces",
      "--seccomp-bpf",
      "--output-append-mode",
      "--output-separately",
    ],
  },
  ltrace: {
    values: ["-a", "-A", "-b", "-D", "-e", "-F", "-l", "-n", "-o", "-p", "-s", "-u", "-w", "-x", "--output"],
    flags: ["-c", "-C", "-f", "-i", "-L", "-r", "-S", "-t", "-T", "-v"],
  },
  valgrind: {},
  heaptrack: { values: ["-p", "-o", "--pid", "--output"], flags: ["-r", "--record-only", "-q"] },
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "gdb":
      return debug(command, scene);
    case "perf":
      return perf(command, scene);
    case "valgrind":
    case "heaptrack":
      return afterFlags(command, scene);
    case "strace":
    case "ltrace":
      return trace(command, scene);
    case "py-spy":
      return pythonProfile(command, scene);
    case "lldb":
      return lldb(command, scene);
    default:
      return found([unknownEffect(scene, "program", command.program, command.source)]);
  }
}

function trace(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, SPECS[command.program] ?? {});
  const outputs = unwrapped.options
    .values("-o", "--output")
    .flatMap((file) => traceOutput(file, command, scene));
  const changes = unwrapped.options
    .values("--inject", "--fault")
    .map((word) => unknownEffect(scene, "process", word.source, command.source));
  const finding = judgeInner(unwrapped, command, scene);
  return { ...finding, effects: [...outputs, ...changes, ...finding.effects] };
}

/** strace(1): an output name that begins with `|` or `!` is a command that gets the trace. */
function traceOutput(file: Word, command: Command, scene: Scene): readonly Effect[] {
  if (/^[|!]/.test(file.text ?? file.prefix)) return scene.shell((file.text ?? "").slice(1)).effects;
  return fileEffects("change", file, scene, { by: command.source });
}

/** Tools whose options never take a separate value: the first other word is the program. */
function afterFlags(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((arg) => !(arg.text ?? arg.prefix).startsWith("-"));
  return at < 0 ? NOTHING : scene.argv(command.args.slice(at), { stdin: command.stdin });
}

function perf(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = command.args;
  if (!/^(stat|record|trace|c2c|mem|sched|lock|kvm|ftrace)$/.test(verb?.text ?? ""))
    return found([], { kind: "opaque", remote: false, tame: false });
  const values = [
    "-e",
    "-o",
    "-p",
    "-t",
    "-C",
    "-F",
    "-c",
    "-r",
    "-I",
    "-D",
    "-G",
    "-M",
    "-x",
    "-m",
    "-u",
    "-k",
    "-j",
    "--event",
    "--output",
    "--pid",
    "--tid",
    "--cpu",
    "--freq",
    "--count",
    "--repeat",
    "--call-graph",
    "--delay",
    "--timeout",
    "--metrics",
    "--pre",
    "--post",
    "--switch-output",
    "--switch-output-event",
    "--duration",
  ];
  const unwrapped = unwrap(rest, { values });
  const { options, inner } = unwrapped;
  const named = options.values("-o", "--output");
  const data =
    verb?.text === "record" && named.length === 0
      ? fileEffects(
          "change",
          {
            text: "perf.data",
            source: "perf.data",
            prefix: "perf.data",
            suffix: "",
            tame: false,
            glob: false,
          },
          scene,
          { by: command.source },
        )
      : [];
  const files = named.flatMap((file) => fileEffects("change", file, scene, { by: command.source }));
  const steps = options
    .values("--pre", "--post")
    .flatMap((text) =>
      text.text === undefined
        ? [unknownEffect(scene, "program", text.source, command.source)]
        : scene.shell(text.text).effects,
    );
  const finding = inner.length > 0 ? scene.argv(inner) : NOTHING;
  return found([...data, ...files, ...steps, ...finding.effects]);
}

function pythonProfile(command: Command, scene: Scene): Finding {
  const dashes = command.args.findIndex((arg) => arg.text === "--");
  const options = parseOptions(command.args, {
    values: ["-o", "-p", "-r", "-d", "-f", "--output", "--pid", "--rate", "--duration", "--format"],
  });
  const files = options
    .values("-o", "--output")
    .flatMap((file) => fileEffects("change", file, scene, { by: command.source }));
  const inner = dashes < 0 ? [] : command.args.slice(dashes + 1);
  return found([...files, ...(inner.length > 0 ? scene.argv(inner).effects : [])]);
}

/** Debugger commands that look, or that run the program which is judged anyway. */
const LOOKS =
  /^(bt|backtrace|where|info|i|print|p|x|list|l|frame|f|thread|t|up|down|run|r|start|starti|continue|c|next|n|step|s|stepi|si|nexti|ni|finish|until|break|b|tbreak|tb|rbreak|watch|rwatch|awatch|catch|delete|d|disable|enable|clear|condition|display|undisplay|set|show|quit|q|disassemble|disas|ptype|whatis|help|directory|file|symbol-file|handle|kill|detach|generate-core-file|gcore|core-file|maint|layout|tui|focus|skip|echo|printf|commands|end|silent)(\s|$|\/)/;

function debug(command: Command, scene: Scene): Finding {
  const args = command.args.map((arg) =>
    /^-[a-z]{2,}/.test(arg.text ?? "") ? { ...arg, text: `-${arg.text}`, prefix: `-${arg.text}` } : arg,
  );
  const values = [
    "--ex",
    "--eval-command",
    "-ex",
    "-iex",
    "--iex",
    "--init-eval-command",
    "-x",
    "-ix",
    "--ix",
    "--command",
    "--init-command",
    "-p",
    "--pid",
    "-c",
    "--core",
    "-s",
    "--symbols",
    "-e",
    "--exec",
    "-d",
    "--directory",
    "--cd",
    "-b",
    "-l",
    "--tty",
    "-D",
    "--data-directory",
  ];
  const hands = command.args.findIndex((arg) => /^--?args$/.test(arg.text ?? ""));
  const options = parseOptions(hands < 0 ? args : args.slice(0, hands), { values });
  const commands = options.values("--ex", "--eval-command", "--iex", "--init-eval-command");
  const effects: Effect[] = [
    ...commands.flatMap((word) => debuggerCommand(word, command, scene)),
    ...options
      .values("-x", "--ix", "--command", "--init-command")
      .map((word) => unknownEffect(scene, "debugger.command", word.source, command.source)),
  ];
  const [program] = options.operands;
  const runs =
    hands >= 0
      ? command.args.slice(hands + 1)
      : program && commands.some((word) => /^(r|run|start|starti)\b/.test(word.text ?? ""))
        ? [program]
        : [];
  if (commands.length === 0 && effects.length === 0 && hands < 0 && !options.has("--batch"))
    effects.push(unknownEffect(scene, "debugger.command", "what is typed", command.source));
  return found([...effects, ...(runs.length > 0 ? scene.argv(runs).effects : [])]);
}

function debuggerCommand(word: Word, command: Command, scene: Scene): readonly Effect[] {
  const text = word.text;
  if (text === undefined) return [unknownEffect(scene, "debugger.command", word.source, command.source)];
  const shell = /^\s*(?:shell|make|!)\s*([\s\S]*)$/.exec(text);
  if (shell) return scene.shell(shell[1] ?? "").effects;
  const applied = /^\s*thread apply \S+(?: -\S+)*\s+([\s\S]*)$/.exec(text)?.[1] ?? text.trim();
  const calls =
    /^(p|print|x|printf|set|condition|display|watch|info line|ptype|output)\b/.test(applied) &&
    /\w\s*\(/.test(applied);
  return LOOKS.test(applied) && !calls && !/^set\s+(var\b|\w+\s*=)/.test(applied)
    ? []
    : [unknownEffect(scene, "debugger.command", applied, command.source)];
}

function lldb(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-o",
      "-O",
      "-k",
      "-K",
      "-s",
      "-S",
      "-p",
      "-n",
      "-c",
      "-f",
      "--one-line",
      "--source",
      "--attach-pid",
      "--attach-name",
      "--core",
      "--file",
    ],
    stopAtOperand: true,
  });
  const commands = options.values("-o", "-O", "-k", "--one-line");
  const effects = commands.flatMap((word) => debuggerCommand(word, command, scene));
  const sourced = options
    .values("-s", "-S", "-K", "--source")
    .map((word) => unknownEffect(scene, "debugger.command", word.source, command.source));
  const [program] = options.operands;
  const inner = options.operands.filter((word, index) => index !== 1 || word.text !== "--");
  return found([...effects, ...sourced, ...(program ? scene.argv(inner).effects : [])]);
}
