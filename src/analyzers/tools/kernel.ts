import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "kernel",
  title: "Kernel, mounts, swap and settings of the machine",
  about:
    "sysctl, modprobe, mount, swap, time and host settings: showing is a read, setting changes the system.",
  programs: [
    "sysctl",
    "modprobe",
    "insmod",
    "rmmod",
    "depmod",
    "modinfo",
    "mount",
    "umount",
    "mount.nfs",
    "mount_smbfs",
    "fusermount",
    "fusermount3",
    "sshfs",
    "swapon",
    "swapoff",
    "dmesg",
    "kexec",
    "timedatectl",
    "localectl",
    "hostnamectl",
    "hwclock",
    "update-alternatives",
    "alternatives",
    "update-grub",
    "grub-install",
    "grub-mkconfig",
    "update-initramfs",
    "mkinitcpio",
    "dracut",
    "efibootmgr",
    "bootctl",
    "ldconfig",
    "udevadm",
    "systemd-tmpfiles",
    "systemd-sysusers",
    "locale-gen",
    "dpkg-reconfigure",
    "nvram",
    "bless",
    "scutil",
    "systemsetup",
    "cpupower",
    "tuned-adm",
    "powertop",
    "ipcrm",
    "ipcmk",
    "setterm",
    "loadkeys",
    "chvt",
  ],
  analyze,
  examples: [
    { run: "sysctl -a", does: [], tier: 0 },
    { run: "sysctl net.ipv4.ip_forward", does: [], tier: 0 },
    {
      run: "sudo sysctl -w vm.max_map_count=262144",
      does: ["change kernel.setting vm.max_map_count=262144 @local"],
      tier: 3,
    },
    { run: "sudo modprobe -r nvidia", does: ["change kernel.module nvidia @local"], tier: 3 },
    { run: "mount", does: [], tier: 0 },
    { run: "sudo mount -o remount,rw /", does: ["change mount -o remount,rw / @local"], tier: 3 },
    { run: "sudo umount /mnt/data", does: ["change mount /mnt/data @local"], tier: 3 },
    { run: "sudo swapoff -a", does: ["change swap -a @local"], tier: 3 },
    { run: "dmesg | tail", does: [], tier: 0 },
    { run: "sudo dmesg -C", does: ["delete kernel.log dmesg @local"], tier: 3 },
    {
      run: "timedatectl set-time 2020-01-01",
      does: ["change machine.setting timedatectl set-time 2020-01-01 @local"],
      tier: 3,
    },
    {
      run: "sudo update-alternatives --set python /usr/bin/python3",
      does: ["change machine.setting update-alternatives --set python /usr/bin/python3 @local"],
      tier: 3,
    },
    { run: "update-alternatives --list java", does: [], tier: 0 },
    { run: "sudo ldconfig", does: ["change machine.setting ldconfig @local"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "sysctl":
      return kernelSetting(command, scene);
    case "modprobe":
    case "insmod":
    case "rmmod":
      return module(command, scene);
    case "modinfo":
    case "ulimit":
      return { effects: [], output: OPAQUE };
    case "mount":
    case "mount.nfs":
    case "mount_smbfs":
    case "umount":
    case "fusermount":
    case "fusermount3":
    case "sshfs":
      return mount(command, scene);
    case "swapon":
    case "swapoff":
      return swap(command, scene);
    case "dmesg":
      return kernelLog(command, scene);
    default:
      return setting(command, scene);
  }
}

function system(
  command: Command,
  scene: Scene,
  verb: Effect["verb"],
  kind: string,
  name: string,
  more: readonly Mark[] = [],
): Finding {
  return found([
    machineEffect(scene, {
      verb,
      kind,
      name,
      reversibility: verb === "delete" ? "R4" : "R1",
      marks: ["system", ...more],
      by: command.source,
    }),
  ]);
}

function kernelSetting(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-r", "--pattern"] });
  const set = options.operands.filter((word) => (word.text ?? word.source).includes("="));
  if (options.has("-p", "--load", "--system", "-f"))
    return system(command, scene, "change", "kernel.setting", "from files");
  if (set.length > 0 || options.has("-w", "--write"))
    return system(
      command,
      scene,
      "change",
      "kernel.setting",
      (set.length > 0 ? set : options.operands).map((word) => word.source).join(" "),
    );
  return { effects: [], output: OPAQUE };
}

function module(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-C", "-d", "-S", "-n-"] });
  if (
    options.has(
      "-n",
      "-D",
      "-c",
      "--dry-run",
      "--show-depends",
      "--show",
      "--showconfig",
      "-R",
      "--resolve-alias",
    )
  )
    return NOTHING;
  return system(
    command,
    scene,
    "change",
    "kernel.module",
    options.operands.map((word) => word.source).join(" "),
  );
}

function mount(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-t", "-o", "-L", "-U", "-O", "-T", "-N", "--types", "--options", "--source", "--target"],
  });
  const { operands } = options;
  if (command.program === "mount" && operands.length === 0 && !options.has("-a", "--all"))
    return { effects: [], output: OPAQUE };
  if (options.has("-f", "--fake") && command.program === "mount") return NOTHING;
  const name =
    command.program === "mount"
      ? command.args.map((arg) => arg.source).join(" ")
      : operands.map((word) => word.source).join(" ") || command.source;
  const personal = /^(sshfs|fusermount3?)$/.test(command.program);
  if (personal)
    return found([
      machineEffect(scene, {
        verb: "change",
        kind: "mount",
        name,
        reversibility: "R1",
        marks: ["outside"],
        by: command.source,
      }),
    ]);
  return system(command, scene, "change", "mount", name);
}

function swap(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-p", "-o", "-L", "-U"] });
  if (command.program === "swapon" && (options.has("-s", "--show", "--summary") || command.args.length === 0))
    return NOTHING;
  return system(command, scene, "change", "swap", command.args.map((arg) => arg.source).join(" "));
}

function kernelLog(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-f",
      "-l",
      "-n",
      "-s",
      "-F",
      "--facility",
      "--level",
      "--file",
      "--since",
      "--until",
      "--buffer-size",
    ],
  });
  if (options.has("-C", "-c", "--clear", "--read-clear"))
    return system(command, scene, "delete", "kernel.log", "dmesg");
  return { effects: [], output: OPAQUE };
}

/** Arguments with which each tool only shows. */
const SHOWS: Readonly<Record<string, RegExp>> = {
  timedatectl: /^(|status|show|list-timezones|timesync-status|show-timesync)$/,
  localectl: /^(|status|list-.*)$/,
  hostnamectl: /^(|status|hostname|--static|--json.*)$/,
  hwclock: /^(|-r|--show|--get|--verbose)$/,
  "update-alternatives": /^--(list|display|query|get-selections|get)$/,
  alternatives: /^--(list|display|query)$/,
  efibootmgr: /^(|-v|--verbose)$/,
  bootctl: /^(|status|list|is-installed|--print.*)$/,
  ldconfig: /^(-p|--print-cache|-v|-N|-V)$/,
  udevadm: /^(info|monitor|test|settle|verify|control --ping|)$/,
  "grub-mkconfig": /^$/,
  scutil: /^(--get|--dns|--proxy|--nwi|-r|-w)$/,
  systemsetup: /^-(get.*|list.*)$/,
  cpupower: /^(frequency-info|idle-info|info|monitor)$/,
  "tuned-adm": /^(active|list|recommend|verify|profile_info|off-never)$/,
  nvram: /^(-p|-x|-xp)$/,
  bless: /^(--info|-info|--getBoot)$/,
  mkinitcpio: /^(-L|-H|-P-never|-M)$/,
  setterm: /.*/,
  loadkeys: /^-never$/,
  powertop: /^(--html.*|--csv.*|--time.*)$/,
};

function setting(command: Command, scene: Scene): Finding {
  const { program, args } = command;
  const first = args.find(
    (arg) => !/^--(no-pager|quiet|version|no-ask-password|verbose|json=.*)$/.test(arg.text ?? ""),
  );
  if (first && first.text === undefined)
    return found([unknownEffect(scene, "machine.setting", command.source, command.source, ["system"])]);
  if (
    SHOWS[program]?.test(first?.text ?? "") &&
    !(program === "hostnamectl" && first?.text === "hostname" && args.length > 1)
  )
    return { effects: [], output: OPAQUE };
  if (program === "grub-mkconfig") {
    const file = parseOptions(args, { values: ["-o", "--output"] }).value("-o", "--output");
    return found(file ? fileEffects("change", file, scene, { by: command.source }) : [], OPAQUE);
  }
  return system(
    command,
    scene,
    "change",
    "machine.setting",
    [program, ...args.map((arg) => arg.source)].join(" "),
  );
}
