import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "protection",
  title: "Firewalls, access control, audit and logs",
  about:
    "iptables, nft, ufw, SELinux, AppArmor, Gatekeeper, audit rules and logs: what takes a protection away or ends a record is told apart from what only shows it.",
  programs: [
    "iptables",
    "ip6tables",
    "iptables-restore",
    "ip6tables-restore",
    "iptables-save",
    "ip6tables-save",
    "iptables-nft",
    "iptables-legacy",
    "ebtables",
    "arptables",
    "nft",
    "ufw",
    "firewall-cmd",
    "pfctl",
    "ipset",
    "setenforce",
    "getenforce",
    "sestatus",
    "semanage",
    "setsebool",
    "getsebool",
    "semodule",
    "aa-disable",
    "aa-complain",
    "aa-enforce",
    "aa-teardown",
    "aa-status",
    "apparmor_parser",
    "apparmor_status",
    "auditctl",
    "augenrules",
    "ausearch",
    "aureport",
    "auditd",
    "spctl",
    "csrutil",
    "fail2ban-client",
    "journalctl",
    "logrotate",
    "logger",
    "history",
    "fc",
    "socketfilterfw",
    "santactl",
    "chkrootkit",
    "rkhunter",
    "clamscan",
    "freshclam",
    "lynis",
    "log",
  ],
  analyze,
  examples: [
    { run: "sudo iptables -L -n", does: [], tier: 0 },
    { run: "sudo iptables -F", does: ["remove-protection firewall iptables -F @local"], tier: 3 },
    {
      run: "sudo iptables -A INPUT -p tcp --dport 22 -j ACCEPT",
      does: ["change firewall iptables -A INPUT -p tcp --dport 22 -j ACCEPT @local"],
      tier: 3,
    },
    { run: "sudo ufw disable", does: ["remove-protection firewall ufw disable @local"], tier: 3 },
    { run: "ufw status verbose", does: [], tier: 0 },
    { run: "sudo nft flush ruleset", does: ["remove-protection firewall nft flush ruleset @local"], tier: 3 },
    { run: "sudo setenforce 0", does: ["remove-protection access-control setenforce 0 @local"], tier: 3 },
    { run: "sudo auditctl -D", does: ["remove-protection audit auditctl -D @local"], tier: 4 },
    { run: "auditctl -l", does: [], tier: 0 },
    { run: "journalctl -u app -n 50", does: [], tier: 0 },
    {
      run: "sudo journalctl --vacuum-time=1s",
      does: ["delete system.log journalctl --vacuum-time=1s @local"],
      tier: 3,
    },
    { run: "history -c", does: ["delete shell.history history -c @local"], tier: 3 },
    { run: "history | tail -5", does: [], tier: 0 },
    {
      run: "spctl --master-disable",
      does: ["remove-protection access-control spctl --master-disable @local"],
      tier: 3,
    },
    {
      run: "ssh db-prod.example.com sudo ufw disable",
      does: ["remove-protection firewall ufw disable @production"],
      tier: 4,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (/^(iptables|ip6tables|ebtables|arptables)(-nft|-legacy)?$/.test(program)) return tables(command, scene);
  if (
    /^(getenforce|sestatus|getsebool|aa-status|apparmor_status|ausearch|aureport|iptables-save|ip6tables-save|chkrootkit|rkhunter|lynis)$/.test(
      program,
    )
  )
    return { effects: [], output: OPAQUE };
  if (/^(nft|ufw|firewall-cmd|pfctl|ipset|iptables-restore|ip6tables-restore|socketfilterfw)$/.test(program))
    return firewall(command, scene);
  if (
    /^(setenforce|semanage|setsebool|semodule|aa-.*|apparmor_parser|spctl|csrutil|santactl|fail2ban-client)$/.test(
      program,
    )
  )
    return accessControl(command, scene);
  if (/^(auditctl|augenrules|auditd)$/.test(program)) return audit(command, scene);
  if (program === "journalctl" || program === "log") return journal(command, scene);
  if (program === "history" || program === "fc") return shellHistory(command, scene);
  if (program === "logger") return NOTHING;
  if (program === "clamscan" || program === "freshclam") return scanner(command, scene);
  return logRotation(command, scene);
}

function nameOf(command: Command): string {
  return [command.program, ...command.args.map((arg) => arg.source)].join(" ");
}

function protectionEffect(
  verb: Effect["verb"],
  kind: string,
  command: Command,
  scene: Scene,
  marks: readonly Mark[] = ["system"],
): Finding {
  return found([
    machineEffect(scene, {
      verb,
      kind,
      name: nameOf(command),
      reversibility: verb === "delete" ? "R4" : "R1",
      marks,
      by: command.source,
    }),
  ]);
}

function tables(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-t",
      "--table",
      "-A",
      "-D",
      "-I",
      "-R",
      "-P",
      "-p",
      "-s",
      "-d",
      "-i",
      "-o",
      "-j",
      "-m",
      "-w",
      "-W",
      "--dport",
      "--sport",
      "--append",
      "--delete",
      "--insert",
      "--replace",
      "--policy",
      "--jump",
      "--protocol",
    ],
  });
  if (
    options.has("-L", "-S", "-C", "--list", "--list-rules", "--check", "-h") &&
    !options.has("-Z", "--zero")
  )
    return { effects: [], output: OPAQUE };
  const opensAll =
    options.has("-F", "-X", "--flush", "--delete-chain") ||
    (options.has("-P", "--policy") && command.args.some((arg) => arg.text === "ACCEPT")) ||
    options.has("-D", "--delete");
  return protectionEffect(opensAll ? "remove-protection" : "change", "firewall", command, scene);
}

const FIREWALL_READS =
  /^(status|list|show|app|-sr|-ss|-si|-sa|-s|-vnf|-n|--list.*|--state|--get.*|--query.*|--info.*|--check-config|-l|monitor|describe|version|help|--getglobalstate|--listapps|test|--dry-run)$/;
const FIREWALL_OPENS =
  /^(flush|disable|reset|delete|destroy|-d|-F|--remove.*|--panic-off|--set-default-zone.*|--set-target=ACCEPT|--setglobalstate|off|-X|--unblockapp|logging)$/;

function firewall(command: Command, scene: Scene): Finding {
  const words = command.args
    .map((arg) => arg.text ?? "?")
    .filter(
      (text) => !/^(--permanent|--zone=.*|--force|-f|-a|-j|-nn|verbose|numbered|-v|--quiet)$/.test(text),
    );
  const [first = ""] = words;
  const restores = command.program.endsWith("restore");
  if (!restores && (first === "" || FIREWALL_READS.test(first))) return { effects: [], output: OPAQUE };
  const opens =
    words.some((word) => FIREWALL_OPENS.test(word)) ||
    (first === "default" && words.includes("allow")) ||
    restores;
  const exposes = first === "allow" || /^--add-(port|service|source|rich-rule)/.test(first);
  return protectionEffect(
    opens ? "remove-protection" : exposes ? "expose" : "change",
    "firewall",
    command,
    scene,
  );
}

function accessControl(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  const { program } = command;
  const shows =
    /^(status|--status|ping|version|list|get.*|-l|--list.*|--assess|-a|-L|--verify|export|report|fileinfo|authenticated-root|banned|--names|-N|--preprocess|-p|-S)$/;
  if (
    program === "csrutil"
      ? texts[0] === "status"
      : (texts.length === 0 && program !== "aa-teardown") || (texts[0] !== undefined && shows.test(texts[0]))
  )
    return { effects: [], output: OPAQUE };
  if (program === "semanage" && texts.includes("-l")) return { effects: [], output: OPAQUE };
  const strengthens =
    program === "aa-enforce" ||
    (program === "setenforce" && /^(1|enforcing)$/i.test(texts[0] ?? "")) ||
    (program === "csrutil" && texts[0] === "enable");
  const weakens =
    !strengthens &&
    (/^(setenforce|aa-disable|aa-complain|aa-teardown|csrutil|spctl)$/.test(program) ||
      texts.some((text) => /disable|-R|--remove|-r$|stop|unban|permissive|off/i.test(text)));
  return protectionEffect(weakens ? "remove-protection" : "change", "access-control", command, scene);
}

/** Ending or emptying the audit trail of the system. */
function audit(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  if (
    texts.some((text) => /^(-l|-s|-v|--check|--loginuid-immutable|-m)$/.test(text)) &&
    !texts.includes("-D")
  )
    return { effects: [], output: OPAQUE };
  const ends = texts.some(
    (text, at) =>
      text === "-D" ||
      text === "-d" ||
      text === "-W" ||
      (text === "-e" && texts[at + 1] === "0") ||
      text === "-e0",
  );
  return ends
    ? protectionEffect("remove-protection", "audit", command, scene, ["audit", "control"])
    : protectionEffect("change", "audit", command, scene, ["control"]);
}

function journal(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? arg.prefix);
  if (command.program === "log")
    return /^(erase|config)$/.test(texts[0] ?? "")
      ? protectionEffect("delete", "system.log", command, scene)
      : { effects: [], output: OPAQUE };
  if (texts.some((text) => text.startsWith("--vacuum")))
    return protectionEffect("delete", "system.log", command, scene);
  if (
    texts.some((text) =>
      /^--(rotate|flush|relinquish-var|smart-relinquish-var|setup-keys|update-catalog|sync)$/.test(text),
    )
  )
    return protectionEffect("change", "system.log", command, scene, ["outside"]);
  return { effects: [], output: OPAQUE };
}

/** `history -c` and `-d` remove, `-w` writes, everything else shows or reads; `fc -s` and `fc -e` run again. */
function shellHistory(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  if (command.program === "fc")
    return texts.some((text) => /^-[nr]*l/.test(text)) || texts.includes("-W") || texts.includes("-R")
      ? { effects: [], output: OPAQUE }
      : found([unknownEffect(scene, "shell.text", "an earlier command", command.source)]);
  const [flag, file] = command.args;
  if (/^-[acdnrw]*[cd]|^clear$|^delete$/.test(texts[0] ?? ""))
    return protectionEffect("delete", "shell.history", command, scene, ["outside"]);
  if (/^-[wa]/.test(flag?.text ?? "") && file)
    return found(fileEffects("change", file, scene, { by: command.source }));
  return { effects: [], output: OPAQUE };
}

function scanner(command: Command, scene: Scene): Finding {
  const removes = command.args.some((arg) => /^--(remove|move)/.test(arg.text ?? ""));
  return removes
    ? found([unknownEffect(scene, "file", nameOf(command), command.source)])
    : { effects: [], output: OPAQUE };
}

function logRotation(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-m", "-s", "-l", "--mail", "--state", "--log"] });
  return options.has("-d", "--debug") ? NOTHING : protectionEffect("change", "system.log", command, scene);
}
