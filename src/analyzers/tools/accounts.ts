import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, NOTHING } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "accounts",
  title: "Users, groups, passwords and rights",
  about:
    "useradd, usermod, passwd, visudo and their kin change who may do what on the machine; listing and checking only reads.",
  programs: [
    "useradd",
    "adduser",
    "userdel",
    "deluser",
    "usermod",
    "groupadd",
    "addgroup",
    "groupdel",
    "delgroup",
    "groupmod",
    "gpasswd",
    "passwd",
    "chpasswd",
    "chgpasswd",
    "chage",
    "chsh",
    "chfn",
    "visudo",
    "vipw",
    "vigr",
    "newusers",
    "pwck",
    "grpck",
    "pwconv",
    "pwunconv",
    "faillock",
    "pam_tally2",
    "pam-auth-update",
    "authconfig",
    "authselect",
    "dscl",
    "dseditgroup",
    "sysadminctl",
    "dsenableroot",
    "newuidmap",
    "newgidmap",
    "realm",
    "kinit",
    "klist",
    "kdestroy",
    "mkpasswd",
    "pwgen",
    "lastlog2",
  ],
  analyze,
  examples: [
    { run: "sudo useradd -m deploy", does: ["escalate system.user useradd -m deploy @local"], tier: 4 },
    {
      run: "sudo usermod -aG docker dev",
      does: ["escalate system.user usermod -aG docker dev @local"],
      tier: 4,
    },
    { run: "sudo userdel -r deploy", does: ["delete system.user deploy @local"], tier: 4 },
    { run: "passwd", does: ["change system.user passwd @local"], tier: 4 },
    { run: "passwd -S dev", does: [], tier: 0 },
    { run: "echo root:x | sudo chpasswd", does: ["change system.user chpasswd @local"], tier: 4 },
    { run: "sudo visudo", does: ["escalate system.user visudo @local"], tier: 4 },
    { run: "visudo -c", does: [], tier: 0 },
    { run: "chsh -s /bin/zsh", does: ["change system.user chsh -s /bin/zsh @local"], tier: 2 },
    { run: "chage -l dev", does: [], tier: 0 },
    { run: "dscl . -list /Users", does: [], tier: 0 },
    { run: "pwgen 16 1", does: [], tier: 0 },
  ],
};

/** Arguments with which each program only shows. */
const SHOWS: Readonly<Record<string, RegExp>> = {
  passwd: /^(-S|--status|-a)$/,
  chage: /^(-l|--list)$/,
  visudo: /^(-c|--check|-V|-h)$/,
  pwck: /^(-r|--read-only)$/,
  grpck: /^(-r|--read-only)$/,
  chsh: /^(-l|--list-shells)$/,
  dscl: /^-?(list|read|search|readall|readpl|authonly|ls|cat)$/i,
  dseditgroup: /^(read|checkmember)$/,
  sysadminctl: /^-?(adminUser|secureTokenStatus|guestAccount-status|screenLock-status)$/,
  authselect: /^(list|current|check|show|test)$/,
  realm: /^(list|discover)$/,
  faillock: /^--dir$/,
  useradd: /^(-D|--defaults)$/,
  gpasswd: /^$/,
};

function analyze(command: Command, scene: Scene): Finding {
  const { program, args } = command;
  if (/^(klist|mkpasswd|pwgen|lastlog2)$/.test(program)) return { effects: [], output: OPAQUE };
  if (args.some((arg) => SHOWS[program]?.test(arg.text ?? "?")) && args.length <= 4) return NOTHING;
  if (program === "kinit" || program === "kdestroy")
    return found([change("change", "ticket", command, scene, [])]);
  if (/^(userdel|deluser|groupdel|delgroup)$/.test(program)) {
    const { operands } = parseOptions(args, { values: ["-R", "-P", "--root"] });
    return found([
      {
        ...change("delete", "system.user", command, scene, ["control"]),
        resource: {
          kind: "system.user",
          name: operands.map((word) => word.source).join(" "),
          environment: change("delete", "system.user", command, scene, []).resource.environment,
        },
      },
    ]);
  }
  if (program === "chsh" || program === "chfn")
    return found([change("change", "system.user", command, scene, ["outside"])]);
  const raises = !/^(passwd|chpasswd|chgpasswd|chage|pwck|grpck|pwconv|pwunconv|faillock|pam_tally2)$/.test(
    program,
  );
  return found([change(raises ? "escalate" : "change", "system.user", command, scene, ["control"])]);
}

function change(
  verb: Effect["verb"],
  kind: string,
  command: Command,
  scene: Scene,
  marks: readonly Mark[],
): Effect {
  const name = [command.program, ...command.args.map((arg) => arg.source)].join(" ");
  return machineEffect(scene, {
    verb,
    kind,
    name,
    reversibility: verb === "delete" ? "R4" : "R2",
    marks,
    by: command.source,
  });
}
