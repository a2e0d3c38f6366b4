import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Place, Scene, Word } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { machineEffect } from "../machine.ts";
import { type Options, parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "services",
  title: "Services: systemctl, service, launchctl and their kin",
  about:
    "Starting and restarting a service is told apart from stopping, disabling and masking it; services that protect or record are a protection. What starts with the machine or at every sign-in is told apart from what starts once.",
  programs: [
    "systemctl",
    "service",
    "launchctl",
    "rc-service",
    "rc-update",
    "initctl",
    "sv",
    "supervisorctl",
    "update-rc.d",
    "chkconfig",
    "invoke-rc.d",
    "monit",
    "svcadm",
    "loginctl",
  ],
  analyze,
  examples: [
    { run: "systemctl status nginx", does: [], tier: 0 },
    { run: "sudo systemctl restart nginx", does: ["change service nginx @local"], tier: 2 },
    { run: "systemctl --user restart app", does: ["change service app @local"], tier: 1 },
    { run: "sudo systemctl stop postgresql", does: ["stop service postgresql @local"], tier: 2 },
    {
      run: "sudo systemctl disable --now auditd",
      does: ["remove-protection service auditd @local"],
      tier: 4,
    },
    { run: "sudo systemctl stop firewalld", does: ["remove-protection service firewalld @local"], tier: 3 },
    { run: "sudo systemctl enable nginx", does: ["change service nginx @local"], tier: 3 },
    { run: "systemctl --user enable app", does: ["change service app @local"], tier: 2 },
    { run: "systemctl reboot", does: ["stop machine systemctl reboot @local"], tier: 3 },
    { run: "sudo service redis-server start", does: ["change service redis-server @local"], tier: 2 },
    {
      run: "launchctl unload ~/Library/LaunchAgents/x.plist",
      does: ["stop service ~/Library/LaunchAgents/x.plist @local"],
      tier: 2,
    },
    { run: "systemctl -H prod-1 stop app", does: ["stop service app @production"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "systemctl":
      return systemctl(command, scene);
    case "launchctl":
      return launchctl(command, scene);
    case "loginctl":
      return sessions(command, scene);
    case "supervisorctl":
    case "monit":
    case "sv":
    case "initctl":
    case "svcadm":
      return verbFirst(command, scene);
    default:
      return nameFirst(command, scene);
  }
}

/** Services that protect the machine, and those that record what happens on it. */
const PROTECTS =
  /^(firewalld|ufw|iptables|ip6tables|nftables|apparmor|selinux.*|fail2ban|clamav.*|clamd|crowdsec|falcon-sensor|osqueryd|wazuh-agent|aide.*|unattended-upgrades|sysmon|com\.apple\.(alf|XProtect).*)(\.service|\.timer)?$/i;
const RECORDS =
  /^(auditd|rsyslog|syslog(-ng)?|systemd-journald|journald|countersign.*)(\.service|\.socket)?$/i;
const VITAL =
  /^(sshd?|NetworkManager|systemd-.*|networking|network|dbus|getty.*|multi-user|docker|containerd|kubelet|cron|crond)(\.service|\.socket|\.target)?$/i;

/** Verbs after which something runs by itself at every start of the machine, or at every sign-in. */
const AT_EVERY_START =
  /^(enable|preset|preset-all|reenable|link|add-wants|add-requires|edit|set-default|defaults|defaults-disabled|on|add|load|bootstrap|submit|setenv)$/;

/** A user's own services start with the user, all others with the machine. */
function systemWide(command: Command): readonly Mark[] {
  const texts = command.args.map((arg) => arg.text ?? arg.prefix);
  if (command.program === "launchctl")
    return texts.some((text) => /^system(\/|$)|^\/?(System\/)?Library\/|LaunchDaemons/.test(text))
      ? ["system"]
      : [];
  return texts.includes("--user") ? [] : ["system"];
}

/** The effect of a verb on one service. Unknown verbs are unknown effects. */
function serviceEffect(
  verb: string,
  name: Word,
  extra: readonly Mark[],
  command: Command,
  scene: Scene,
): Effect {
  const text = name.text ?? "";
  const marks: Mark[] = [...extra];
  const base = {
    kind: "service",
    name: name.text === undefined ? name.source : name.source.replace(/^['"]|['"]$/g, ""),
    certain: name.text !== undefined && !/[*?]/.test(text),
    reversibility: "R1",
    wayBack: "none",
    by: command.source,
  } as const;
  if (AT_EVERY_START.test(verb))
    return machineEffect(scene, {
      verb: "change",
      ...base,
      marks: [...marks, "outside", ...(marks.includes("system") ? [] : systemWide(command))],
    });
  if (
    /^(start|restart|reload|try-restart|reload-or-restart|condrestart|force-reload|kickstart|update|up|once|try-reload-or-restart|signal|clear|refresh|cont|reset-failed|unmask|monitor|reread)$/.test(
      verb,
    )
  ) {
    return machineEffect(scene, { verb: "change", ...base, marks });
  }
  if (
    /^(revert|default|set-property|install|import-environment|set-environment|unset-environment|override)$/.test(
      verb,
    )
  ) {
    return machineEffect(scene, { verb: "change", ...base, marks: [...marks, "outside"] });
  }
  if (
    !/^(stop|disable|mask|kill|unload|bootout|remove|isolate|down|exit|force-stop|shutdown|delete|del|off|freeze|clean|uninstall|unmonitor|pause|hup|term|interrupt|quit)$/.test(
      verb,
    )
  ) {
    return unknownEffect(scene, "service", `${verb} ${base.name}`, command.source);
  }
  if (RECORDS.test(text))
    return machineEffect(scene, {
      verb: "remove-protection",
      ...base,
      marks: [...marks, "audit", "control"],
    });
  if (PROTECTS.test(text))
    return machineEffect(scene, { verb: "remove-protection", ...base, marks: [...marks, "system"] });
  const all = text === "all" || text === "*" || verb === "isolate";
  return machineEffect(scene, {
    verb: "stop",
    ...base,
    marks: [
      ...marks,
      "outside",
      ...(all ? (["bulk"] as const) : []),
      ...(VITAL.test(text) || all ? (["system"] as const) : []),
    ],
  });
}

const SHOWS =
  /^(status|show|cat|help|list-.*|is-.*|get-default|show-environment|whoami|version|--version|print.*|list|blame|dumpstate|examine|hostinfo|error|managername|manageruid|limit|procinfo|avail|tail|pid|summary|report|check|)$/;
const SYSTEMCTL_VALUES = [
  "-t",
  "-p",
  "-P",
  "-H",
  "-M",
  "-n",
  "-o",
  "-s",
  "-i-",
  "--type",
  "--state",
  "--property",
  "--host",
  "--machine",
  "--lines",
  "--output",
  "--signal",
  "--kill-whom",
  "--what",
  "--root",
  "--image",
  "--job-mode",
  "--check-inhibitors",
  "--preset-mode",
  "--timestamp",
  "--when",
  "--message",
  "--drop-in",
];

function systemctl(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: SYSTEMCTL_VALUES,
    long: ["--user", "--system", "--now", "--force", "--no-pager", "--quiet"],
  });
  const [verbWord, ...names] = options.operands;
  const verb = verbWord?.text;
  if (verbWord && verb === undefined)
    return found([unknownEffect(scene, "service", verbWord.source, command.source)]);
  const placed = { ...scene, place: reachedBy(options, scene) };
  if (verb === undefined || SHOWS.test(verb)) return { effects: [], output: OPAQUE };
  if (
    /^(reboot|poweroff|halt|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|suspend-then-hibernate|rescue|emergency|exit|switch-root|sleep)$/.test(
      verb,
    )
  ) {
    return found([
      machineEffect(placed, {
        verb: "stop",
        kind: "machine",
        name: `systemctl ${verb}`,
        reversibility: "R1",
        wayBack: "none",
        marks: ["shared", "system"],
        by: command.source,
      }),
    ]);
  }
  if (
    /^(daemon-reload|daemon-reexec|reset-failed|log-level|log-target|service-log-level|bind|mount-image)$/.test(
      verb,
    ) &&
    names.length === 0
  ) {
    return found([
      machineEffect(placed, {
        verb: "change",
        kind: "service",
        name: verb,
        reversibility: "R1",
        by: command.source,
      }),
    ]);
  }
  const effects = names.map((name) => serviceEffect(verb, name, [], command, placed));
  return found(effects.length > 0 ? effects : [unknownEffect(placed, "service", verb, command.source)]);
}

/** `-H user@host` and `-M machine` act elsewhere. */
function reachedBy(options: Options, scene: Scene): Place {
  const host = options.value("-H", "--host", "-M", "--machine");
  if (!host || host.text === ".host" || host.text?.endsWith("@.host")) return scene.place;
  return { host: host.source, environment: environmentOf([host.text ?? host.source], scene) };
}

/** `service NAME VERB`, `rc-service NAME VERB`, `update-rc.d NAME VERB`. */
function nameFirst(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["--level", "--levels"] });
  const [name, verb] = options.operands;
  const adds = options.has("--add", "--del");
  if (
    !name ||
    command.args.some((arg) => arg.text === "--status-all" || arg.text === "--list") ||
    (!adds && SHOWS.test(verb?.text ?? ""))
  )
    return { effects: [], output: OPAQUE };
  if (adds) return found([serviceEffect(options.has("--add") ? "add" : "del", name, [], command, scene)]);
  if (command.program === "rc-update")
    return found([
      serviceEffect(name.text === "del" ? "disable" : "enable", verb ?? name, [], command, scene),
    ]);
  return found([serviceEffect(verb?.text ?? verb?.source ?? "", name, [], command, scene)]);
}

function verbFirst(command: Command, scene: Scene): Finding {
  const [verb, ...names] = parseOptions(command.args, { values: ["-c", "-s", "-u", "-p", "-w"] }).operands;
  if (SHOWS.test(verb?.text ?? "")) return { effects: [], output: OPAQUE };
  const whole = verb && names.length === 0 ? [verb] : names;
  return found(whole.map((name) => serviceEffect(verb?.text ?? "", name, [], command, scene)));
}

function launchctl(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = parseOptions(command.args, { values: ["-S", "-D", "-s"] }).operands;
  const text = verb?.text ?? "";
  if (SHOWS.test(text) || /^(getenv|print-.*)$/.test(text)) return { effects: [], output: OPAQUE };
  if (text === "reboot")
    return found([
      machineEffect(scene, {
        verb: "stop",
        kind: "machine",
        name: command.source,
        reversibility: "R1",
        marks: ["shared", "system"],
        by: command.source,
      }),
    ]);
  const inner = startedBy(text, command);
  if (text === "asuser" || text === "bsexec")
    return inner.length > 0
      ? scene.argv(inner, { privileged: true })
      : found([unknownEffect(scene, "service", command.source, command.source)]);
  const target = rest.at(-1);
  const started = inner.length > 0 ? scene.argv(inner).effects : [];
  return found([
    ...started,
    target
      ? serviceEffect(text, target, [], command, scene)
      : unknownEffect(scene, "service", command.source, command.source),
  ]);
}

/** The command that `launchctl asuser UID CMD`, `bsexec PID CMD` and `submit … -- CMD` start. */
function startedBy(verb: string, command: Command): readonly Word[] {
  const at = command.args.findIndex((arg) => arg.text === "--");
  if (verb === "submit") return at < 0 ? [] : command.args.slice(at + 1);
  return /^(asuser|bsexec)$/.test(verb) ? command.args.slice(2) : [];
}

function sessions(command: Command, scene: Scene): Finding {
  const [verb, ...names] = parseOptions(command.args, {
    values: [
      "-p",
      "-H",
      "-M",
      "-n",
      "-o",
      "-s",
      "--property",
      "--host",
      "--machine",
      "--signal",
      "--kill-whom",
    ],
  }).operands;
  const text = verb?.text ?? "";
  if (/^(|list-.*|show-.*|.*-status)$/.test(text)) return NOTHING;
  const name = names.map((one) => one.source).join(" ");
  const ends = /^(terminate|kill)-/.test(text);
  return found([
    machineEffect(scene, {
      verb: ends ? "stop" : "change",
      kind: "session",
      name: `${text} ${name}`.trim(),
      reversibility: "R1",
      wayBack: "none",
      marks: ["outside", ...(ends ? (["shared"] as const) : [])],
      by: command.source,
    }),
  ]);
}
