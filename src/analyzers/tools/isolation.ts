import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { judgeInner, type Unwrapped, unwrap, type WrapperSpec } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "isolation",
  title: "Other roots, name spaces and units: chroot, unshare, nsenter, bwrap, systemd-run",
  about:
    "The command behind them is judged. What they hide is not relied upon: a sandbox that the agent sets up itself proves nothing.",
  programs: [
    "chroot",
    "arch-chroot",
    "unshare",
    "nsenter",
    "bwrap",
    "firejail",
    "systemd-run",
    "systemd-nspawn",
    "proot",
    "machinectl",
    "cgexec",
    "capsh",
    "runcon",
    "aa-exec",
    "minijail0",
    "nsjail",
    "sandbox-exec",
  ],
  analyze,
  examples: [
    { run: "chroot /mnt/root rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "chroot /mnt/root", does: ["unknown? shell chroot @local"], tier: 2 },
    { run: "unshare -r rm -rf ~", does: ["delete directory /home/dev @local"], tier: 3 },
    { run: "unshare --map-root-user --net ls", does: [], tier: 0 },
    { run: "nsenter -t 1 -m -u -i -n -p sh -c 'rm -rf /'", does: ["delete directory / @local"], tier: 3 },
    { run: "bwrap --ro-bind / / --dev /dev rm -rf build", does: ["delete directory build"], tier: 1 },
    { run: "firejail --net=none rm -rf ~/x", does: ["delete directory /home/dev/x @local"], tier: 3 },
    { run: "systemd-run --user --scope rm -rf dist", does: ["delete directory dist"], tier: 1 },
    {
      run: "systemd-run --on-calendar=daily rm -rf dist",
      does: ["change schedule --on-calendar=daily rm -rf dist @local", "delete directory dist"],
      tier: 2,
    },
    { run: "machinectl list", does: [], tier: 0 },
  ],
};

const SPECS: Readonly<Record<string, WrapperSpec>> = {
  chroot: { values: ["--userspec", "--groups", "-u", "-g", "-G"], flags: ["--skip-chdir"], operands: 1 },
  "arch-chroot": { values: ["-u"], flags: ["-N", "-r", "-S"], operands: 1 },
  unshare: {
    values: [
      "-S",
      "-G",
      "-R",
      "-w",
      "--setuid",
      "--setgid",
      "--root",
      "--wd",
      "--propagation",
      "--setgroups",
      "--map-user",
      "--map-group",
      "--map-users",
      "--map-groups",
      "--monotonic",
      "--boottime",
      "--kill-child",
    ],
    flags: [
      "-m",
      "-u",
      "-i",
      "-n",
      "-p",
      "-U",
      "-C",
      "-T",
      "-f",
      "-r",
      "-c",
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--user",
      "--cgroup",
      "--time",
      "--fork",
      "--map-root-user",
      "--map-current-user",
      "--map-auto",
      "--mount-proc",
      "--keep-caps",
      "--load-interp",
    ],
  },
  nsenter: {
    values: ["-t", "-S", "-G", "--target", "--setuid", "--setgid"],
    flags: [
      "-a",
      "-m",
      "-u",
      "-i",
      "-n",
      "-p",
      "-U",
      "-C",
      "-T",
      "-r",
      "-w",
      "-F",
      "-Z",
      "-e",
      "--all",
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--user",
      "--cgroup",
      "--time",
      "--root",
      "--wd",
      "--no-fork",
      "--preserve-credentials",
      "--follow-context",
      "--env",
    ],
  },
  firejail: { singleDash: true },
  "systemd-run": {
    values: [
      "-p",
      "-u",
      "-M",
      "-H",
      "-E",
      "-d",
      "-G",
      "--unit",
      "--property",
      "--description",
      "--slice",
      "--setenv",
      "--uid",
      "--gid",
      "--nice",
      "--working-directory",
      "--host",
      "--machine",
      "--on-active",
      "--on-boot",
      "--on-startup",
      "--on-unit-active",
      "--on-calendar",
      "--timer-property",
      "--service-type",
      "--path-property",
      "--socket-property",
    ],
    flags: [
      "-r",
      "-q",
      "-t",
      "-P",
      "-S",
      "-d",
      "-G",
      "--user",
      "--system",
      "--scope",
      "--pty",
      "--pipe",
      "--quiet",
      "--wait",
      "--collect",
      "--no-block",
      "--remain-after-exit",
      "--same-dir",
      "--shell",
      "--no-ask-password",
      "--send-sighup",
      "--expand-environment",
      "--on-clock-change",
      "--on-timezone-change",
    ],
  },
  proot: {
    values: ["-r", "-b", "-q", "-w", "-k", "-i", "-R", "-S", "--rootfs", "--bind", "--cwd"],
    flags: ["-0", "--root-id", "--kill-on-exit", "--link2symlink"],
  },
  cgexec: { values: ["-g"], flags: ["--sticky"] },
  runcon: { values: ["-u", "-r", "-t", "-l"], flags: ["-c"], operands: 1 },
  "aa-exec": { values: ["-p", "-n", "--profile", "--namespace"], flags: ["-i", "-d", "-v", "--immediate"] },
  "sandbox-exec": { values: ["-f", "-n", "-p", "-D"] },
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "bwrap":
      return bubblewrap(command, scene);
    case "chroot":
    case "arch-chroot":
      return otherRoot(command, scene);
    case "systemd-run":
      return unit(command, scene);
    case "machinectl":
      return machines(command, scene);
    case "firejail":
      return firejail(command, scene);
    case "systemd-nspawn":
    case "capsh":
    case "minijail0":
    case "nsjail":
      return found([unknownEffect(scene, "program", command.program, command.source)]);
    default:
      return started(unwrap(command.args, SPECS[command.program] ?? {}), command, scene);
  }
}

function started(unwrapped: Unwrapped, command: Command, scene: Scene): Finding {
  if (unwrapped.inner.length === 0)
    return found([unknownEffect(scene, "shell", command.program, command.source)]);
  const privileged = command.program === "nsenter" && unwrapped.options.has("-t", "--target");
  return judgeInner(unwrapped, command, scene, {
    stdin: command.stdin,
    ...(privileged ? { privileged: true } : {}),
  });
}

/** Paths of the command belong to the other root, which is a folder of this machine. */
function otherRoot(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, SPECS[command.program] ?? {});
  if (unwrapped.inner.length === 0) return found([unknownEffect(scene, "shell", "chroot", command.source)]);
  return judgeInner(unwrapped, command, scene, {
    place: { host: `chroot ${unwrapped.own[0]?.source ?? ""}`, environment: "local" },
  });
}

/** How many words each option of bwrap takes (bwrap(1)). */
const BWRAP_ARGUMENTS: Readonly<Record<string, number>> = {
  "--args": 1,
  "--argv0": 1,
  "--userns": 1,
  "--userns2": 1,
  "--pidns": 1,
  "--uid": 1,
  "--gid": 1,
  "--hostname": 1,
  "--chdir": 1,
  "--setenv": 2,
  "--unsetenv": 1,
  "--lock-file": 1,
  "--sync-fd": 1,
  "--bind": 2,
  "--bind-try": 2,
  "--dev-bind": 2,
  "--dev-bind-try": 2,
  "--ro-bind": 2,
  "--ro-bind-try": 2,
  "--bind-fd": 2,
  "--ro-bind-fd": 2,
  "--remount-ro": 1,
  "--overlay-src": 1,
  "--overlay": 3,
  "--tmp-overlay": 1,
  "--ro-overlay": 1,
  "--exec-label": 1,
  "--file-label": 1,
  "--proc": 1,
  "--dev": 1,
  "--tmpfs": 1,
  "--mqueue": 1,
  "--dir": 1,
  "--file": 2,
  "--bind-data": 2,
  "--ro-bind-data": 2,
  "--symlink": 2,
  "--seccomp": 1,
  "--add-seccomp-fd": 1,
  "--block-fd": 1,
  "--userns-block-fd": 1,
  "--info-fd": 1,
  "--json-status-fd": 1,
  "--cap-add": 1,
  "--cap-drop": 1,
  "--perms": 1,
  "--size": 1,
  "--chmod": 2,
  "--level-prefix": 0,
};

function bubblewrap(command: Command, scene: Scene): Finding {
  let at = 0;
  while (at < command.args.length) {
    const text = command.args[at]?.text;
    if (text === undefined || !text.startsWith("--")) break;
    if (text === "--") {
      at++;
      break;
    }
    at += 1 + (BWRAP_ARGUMENTS[text] ?? 0);
  }
  const inner = command.args.slice(at);
  const opaque = command.args.some((arg) => arg.text === "--args")
    ? [unknownEffect(scene, "program", "bwrap --args", command.source)]
    : [];
  const finding = inner.length > 0 ? scene.argv(inner, { stdin: command.stdin }) : NOTHING;
  return { ...finding, effects: [...opaque, ...finding.effects] };
}

function firejail(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((arg) => !(arg.text ?? arg.prefix).startsWith("-"));
  const flags = command.args.slice(0, at < 0 ? undefined : at);
  if (flags.some((flag) => /^--(shutdown|join|put)/.test(flag.text ?? "")))
    return found([unknownEffect(scene, "program", "firejail", command.source)]);
  return at < 0 ? NOTHING : scene.argv(command.args.slice(at), { stdin: command.stdin });
}

function unit(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, SPECS["systemd-run"] ?? {});
  const { options } = unwrapped;
  const timed =
    options.values("--on-active", "--on-boot", "--on-startup", "--on-unit-active", "--on-calendar").length >
    0;
  const remote = options.value("-H", "--host", "-M", "--machine");
  const schedule = timed
    ? [
        machineEffect(scene, {
          verb: "change",
          kind: "schedule",
          name: command.args.map((arg) => arg.source).join(" "),
          reversibility: "R1",
          marks: ["outside"],
          by: command.source,
        }),
      ]
    : [];
  const place = remote ? { place: { host: remote.source, environment: "unknown" as const } } : {};
  const user = options.has("--user") ? {} : { privileged: scene.privileged };
  if (unwrapped.inner.length === 0)
    return found([
      ...schedule,
      ...(options.has("-S", "--shell") ? [unknownEffect(scene, "shell", "in a unit", command.source)] : []),
    ]);
  const finding = judgeInner(unwrapped, command, scene, { ...place, ...user });
  return { ...finding, effects: [...schedule, ...finding.effects] };
}

const MACHINE_READS = /^(list|list-images|status|show|image-status|show-image|help)$/;

function machines(command: Command, scene: Scene): Finding {
  const [verb, name] = command.args.filter((arg) => !(arg.text ?? "").startsWith("-"));
  if (!verb || MACHINE_READS.test(verb.text ?? "")) return NOTHING;
  const destroys = /^(remove|clean|terminate|poweroff|kill|disable)$/.test(verb.text ?? "");
  return found([
    machineEffect(scene, {
      verb: destroys ? (verb.text === "remove" || verb.text === "clean" ? "delete" : "stop") : "unknown",
      kind: "machine",
      name: name?.source ?? verb.source,
      certain: destroys,
      reversibility: destroys && verb.text !== "remove" && verb.text !== "clean" ? "R1" : "R4",
      marks: ["outside"],
      by: command.source,
    }),
  ]);
}
