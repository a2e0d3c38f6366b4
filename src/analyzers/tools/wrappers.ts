import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { judgeInner, judgeJoined, unwrap, type WrapperSpec } from "../wrapping.ts";

/** Programs that start another one unchanged, by how they take their own arguments. */
const SPECS: Readonly<Record<string, WrapperSpec>> = {
  timeout: {
    values: ["-s", "-k", "--signal", "--kill-after"],
    flags: ["--preserve-status", "--foreground", "-v", "--verbose", "-p", "-f"],
    operands: 1,
  },
  nohup: {},
  nice: {
    values: ["-n", "--adjustment"],
    flags: ["-0", "-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9"],
  },
  ionice: {
    values: ["-c", "-n", "-p", "-P", "-u", "--class", "--classdata", "--pid"],
    flags: ["-t", "--ignore"],
  },
  chrt: {
    values: ["-T", "-P", "-D"],
    flags: ["-a", "-b", "-f", "-i", "-o", "-r", "-d", "-m", "-v", "-R"],
    operands: 1,
  },
  setsid: { flags: ["-c", "-f", "-w", "--ctty", "--fork", "--wait"] },
  stdbuf: { values: ["-i", "-o", "-e", "--input", "--output", "--error"] },
  unbuffer: { flags: ["-p"] },
  chronic: { flags: ["-v", "-e"] },
  taskset: { flags: ["-a", "-c", "--all-tasks", "--cpu-list"], operands: 1 },
  numactl: {
    values: [
      "-i",
      "-N",
      "-C",
      "-m",
      "-p",
      "-l",
      "--interleave",
      "--cpunodebind",
      "--physcpubind",
      "--membind",
      "--preferred",
    ],
    flags: ["--localalloc", "--all", "--hardware", "-H", "-s", "--show"],
  },
  caffeinate: { values: ["-t", "-w"], flags: ["-d", "-i", "-m", "-s", "-u"] },
  "systemd-inhibit": {
    values: ["--what", "--who", "--why", "--mode"],
    flags: ["--list", "--no-pager", "--no-legend"],
  },
  "gnome-session-inhibit": { values: ["--inhibit", "--reason", "--app-id"], flags: ["--inhibit-only"] },
  catchsegv: {},
  eatmydata: {},
  fakeroot: { values: ["-l", "-s", "-i", "-b", "--lib", "--faked"], flags: ["-u", "--unknown-is-real"] },
  rlwrap: {
    values: ["-b", "-c", "-D", "-f", "-H", "-l", "-p", "-q", "-s", "-S", "-w"],
    flags: ["-a", "-A", "-i", "-m", "-n", "-r", "-R"],
  },
  faketime: { values: ["-p"], flags: ["-f", "-m", "--exclude-monotonic"], operands: 1 },
  "xvfb-run": {
    values: [
      "-e",
      "-f",
      "-n",
      "-p",
      "-s",
      "-w",
      "--server-args",
      "--server-num",
      "--error-file",
      "--auth-file",
    ],
    flags: ["-a", "--auto-servernum", "-l"],
  },
  "dbus-run-session": { values: ["--config-file", "--dbus-daemon"] },
  "dbus-launch": { values: ["--config-file"], flags: ["--exit-with-session", "--sh-syntax", "--autolaunch"] },
  cpulimit: {
    values: ["-l", "-p", "-e", "-P", "--limit", "--pid", "--exe"],
    flags: ["-i", "-z", "-b", "-f", "-q", "-v"],
  },
  prlimit: {
    values: ["-p", "--pid", "-o"],
    flags: [
      "--core",
      "--nofile",
      "--nproc",
      "--as",
      "--cpu",
      "--data",
      "--fsize",
      "--stack",
      "--noheadings",
      "--raw",
    ],
  },
  proxychains: { values: ["-f"], flags: ["-q"] },
  proxychains4: { values: ["-f"], flags: ["-q"] },
  torsocks: { values: ["-u", "-p", "-a", "-P"], flags: ["-i", "-q", "-d"] },
  torify: {},
  tsocks: {},
  rtk: { flags: ["-v", "--verbose", "-u", "--ultra-compact"] },
  gamemoderun: {},
  "prime-run": {},
  ccache: {},
  sccache: {},
  distcc: {},
  setarch: { flags: ["-R", "-v", "-3", "-B", "-F", "-I", "-L", "-S", "-T", "-X", "-Z"], operands: 1 },
  linux32: {},
  linux64: {},
  tini: { values: ["-p", "-e"], flags: ["-s", "-g", "-v", "-w"] },
  "dumb-init": { values: ["-r", "--rewrite"], flags: ["-c", "-v", "--single-child", "--verbose"] },
};

export const analyzer: Analyzer = {
  name: "wrappers",
  title: "Programs that start other programs",
  about:
    "timeout, nohup, nice, time, watch, flock, script, busybox and their kin: what they start is judged as if it stood there alone.",
  programs: [
    ...Object.keys(SPECS),
    "gtimeout",
    "gnohup",
    "gnice",
    "gstdbuf",
    "time",
    "gtime",
    "watch",
    "viddy",
    "flock",
    "script",
    "busybox",
    "toybox",
    "hyperfine",
  ],
  analyze,
  examples: [
    { run: "timeout 30 rm -rf build", does: ["delete directory build"], tier: 1 },
    { run: "timeout -k 5 -s KILL 30s rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "nohup nice -n 10 rm -rf ~", does: ["delete directory /home/dev @local"], tier: 3 },
    { run: "/usr/bin/time -v -o time.txt ls", does: ["create file time.txt"], tier: 1 },
    { run: "watch -n 2 'ls | wc -l'", does: [], tier: 0 },
    { run: "watch -x rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    {
      run: "flock /tmp/a.lock -c 'rm -rf dist'",
      does: ["create file /tmp/a.lock @local", "delete directory dist"],
      tier: 1,
    },
    { run: "script -qc 'rm -rf /' /dev/null", does: ["delete directory / @local"], tier: 3 },
    { run: "busybox rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "stdbuf -oL grep x a.txt", does: [], tier: 0 },
    { run: "timeout --strange 5 ls", does: ["unknown? program timeout --strange @local"], tier: 2 },
    { run: "hyperfine --prepare 'rm -rf /' 'ls'", does: ["delete directory / @local"], tier: 3 },
    { run: "rtk ls -la", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "time":
    case "gtime":
      return time(command, scene);
    case "watch":
    case "viddy":
      return watch(command, scene);
    case "flock":
      return flock(command, scene);
    case "script":
      return typescript(command, scene);
    case "busybox":
    case "toybox":
      return applet(command, scene);
    case "hyperfine":
      return benchmark(command, scene);
    default:
      return judgeInner(
        unwrap(command.args, SPECS[command.program.replace(/^g(?=timeout|nohup|nice|stdbuf)/, "")] ?? {}),
        command,
        scene,
      );
  }
}

function time(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, {
    values: ["-f", "-o", "--format", "--output"],
    flags: ["-v", "-p", "-a", "-q", "-l", "-h", "--verbose", "--portability", "--append", "--quiet"],
  });
  const files = unwrapped.options
    .values("-o", "--output")
    .flatMap((file) => fileEffects("change", file, scene, { by: command.source }));
  const finding = judgeInner(unwrapped, command, scene);
  return { ...finding, effects: [...files, ...finding.effects] };
}

/** `watch` joins its operands and hands them to `sh -c`, with `-x` it starts them directly. */
function watch(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, {
    values: ["-n", "-q", "-s", "--interval", "--equexit", "--shotsdir"],
    flags: [
      "-b",
      "-c",
      "-C",
      "-d",
      "-e",
      "-g",
      "-p",
      "-r",
      "-t",
      "-w",
      "-x",
      "--beep",
      "--color",
      "--differences",
      "--errexit",
      "--chgexit",
      "--precise",
      "--no-title",
      "--no-rerun",
      "--exec",
      "--no-wrap",
    ],
  });
  if (unwrapped.options.has("-x", "--exec") || unwrapped.strange.length > 0)
    return judgeInner(unwrapped, command, scene);
  return judgeJoined(unwrapped.inner, command, scene);
}

/** `flock FILE CMD…`, `flock FILE -c TEXT`, `flock FD`. */
function flock(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, {
    values: ["-E", "-w", "--conflict-exit-code", "--timeout", "--wait"],
    flags: [
      "-e",
      "-x",
      "-s",
      "-n",
      "-u",
      "-o",
      "-F",
      "--exclusive",
      "--shared",
      "--nonblock",
      "--nb",
      "--unlock",
      "--close",
      "--no-fork",
      "--verbose",
    ],
    operands: 1,
  });
  const [file] = unwrapped.own;
  const lock =
    file && !/^\d+$/.test(file.text ?? "") ? fileEffects("create", file, scene, { by: command.source }) : [];
  const [first, text] = unwrapped.inner;
  const finding =
    first?.text === "-c" || first?.text === "--command"
      ? judgeJoined(text ? [text] : [], command, scene)
      : judgeInner(unwrapped, command, scene);
  return { ...finding, effects: [...lock, ...finding.effects] };
}

/** util-linux: `script -c TEXT [FILE]`; BSD and macOS: `script [FILE [CMD…]]`. */
function typescript(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, {
    values: [
      "-c",
      "-E",
      "-I",
      "-O",
      "-B",
      "-T",
      "-m",
      "-o",
      "--command",
      "--log-io",
      "--log-out",
      "--log-in",
      "--log-timing",
      "--echo",
      "--logging-format",
      "--output-limit",
    ],
    flags: [
      "-a",
      "-e",
      "-f",
      "-q",
      "-k",
      "-r",
      "-d",
      "-F",
      "-p",
      "-t",
      "--append",
      "--return",
      "--flush",
      "--force",
      "--quiet",
    ],
  });
  const [file, ...bsd] = unwrapped.inner;
  const { options } = unwrapped;
  const texts = options.values("-c", "--command");
  const logs = [
    ...(file ? [file] : []),
    ...options.values("-O", "-B", "--log-out", "--log-io", "-I", "--log-in", "-T", "--log-timing"),
  ];
  const written = logs.flatMap((log) => fileEffects("change", log, scene, { by: command.source }));
  const started = texts.map((text) => judgeJoined([text], command, scene));
  const direct = bsd.length > 0 && texts.length === 0 ? scene.argv(bsd) : NOTHING;
  const interactive =
    texts.length === 0 && bsd.length === 0 && command.stdin.kind !== "none"
      ? [unknownEffect(scene, "shell.text", "what is typed", command.source)]
      : [];
  return found([...written, ...started.flatMap((one) => one.effects), ...direct.effects, ...interactive]);
}

/** The applet is the program; `busybox --install` puts links to itself into a folder of the system. */
function applet(command: Command, scene: Scene): Finding {
  const [name] = command.args;
  if (!name || /^--(list|list-full|help|long)$/.test(name.text ?? "")) return NOTHING;
  if (name.text === "--install")
    return found([unknownEffect(scene, "file", "busybox --install", command.source, ["system"])]);
  return scene.argv(command.args, { stdin: command.stdin });
}

/** Every operand and every preparation step of `hyperfine` is a shell text. */
function benchmark(command: Command, scene: Scene): Finding {
  const steps = ["-p", "-s", "-c", "-C", "--prepare", "--setup", "--cleanup", "--conclude", "--reference"];
  const values = [
    ...steps,
    "-w",
    "-m",
    "-M",
    "-r",
    "-P",
    "-D",
    "-L",
    "-S",
    "-u",
    "-n",
    "--warmup",
    "--min-runs",
    "--max-runs",
    "--runs",
    "--parameter-scan",
    "--parameter-list",
    "--shell",
    "--style",
    "--sort",
    "--export-json",
    "--export-markdown",
    "--export-csv",
    "--export-asciidoc",
    "--export-orgmode",
    "--output",
    "--input",
    "--time-unit",
    "--command-name",
  ];
  const all = unwrap(command.args, { values });
  const texts = [...all.options.values(...steps), ...all.inner].filter((word) => !word.text?.startsWith("-"));
  const exports = all.options.values(
    "--export-json",
    "--export-markdown",
    "--export-csv",
    "--export-asciidoc",
    "--export-orgmode",
  );
  const effects: Effect[] = texts.flatMap((text) => [...judgeJoined([text], command, scene).effects]);
  return found([
    ...exports.flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
    ...effects,
  ]);
}
