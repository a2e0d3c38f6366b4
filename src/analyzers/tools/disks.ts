import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { DISK_TOOLS, type DiskTool, FILE_SYSTEMS } from "../disk-tools.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { machineEffect } from "../machine.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

const IMAGES = ["mksquashfs", "mkisofs", "genisoimage", "xorriso"];
const VOLUMES =
  "lvremove vgremove pvremove lvcreate vgcreate pvcreate lvresize lvreduce lvextend vgreduce vgextend vgchange lvchange lvconvert lvrename vgrename pvmove pvresize lvs vgs pvs lvdisplay vgdisplay pvdisplay lvscan vgscan pvscan lvmdiskscan vgexport vgimport lvm zpool zfs btrfs bcachefs diskutil hdiutil tmutil".split(
    " ",
  );

export const analyzer: Analyzer = {
  name: "disks",
  title: "Disks, partitions, volumes and file systems",
  about:
    "dd, mkfs, partition tables, LVM, ZFS, Btrfs, cryptsetup: anything that writes to a raw device or removes a volume or a snapshot. On an ordinary file of the workspace the same tools are everyday work.",
  programs: ["dd", "gdd", "ddrescue", "dcfldd", ...IMAGES, ...Object.keys(DISK_TOOLS), ...VOLUMES],
  analyze,
  examples: [
    { run: "dd if=/dev/zero of=test.img bs=1M count=10", does: ["create file test.img"], tier: 1 },
    { run: "dd if=image.iso of=/dev/sdb", does: ["change device /dev/sdb @local"], tier: 4 },
    {
      run: "dd if=/dev/sda of=backup.img",
      does: ["read device /dev/sda @local", "create file backup.img"],
      tier: 2,
    },
    { run: "mkfs.ext4 /dev/sdb1", does: ["change device /dev/sdb1 @local"], tier: 4 },
    { run: "mkfs.ext4 disk.img", files: { "disk.img": "" }, does: ["change file disk.img"], tier: 1 },
    { run: "fdisk -l", does: [], tier: 0 },
    { run: "parted /dev/sda rm 1", does: ["change device /dev/sda @local"], tier: 4 },
    { run: "mkfs -t xfs -f /dev/nvme0n1", does: ["change device /dev/nvme0n1 @local"], tier: 4 },
    { run: "wipefs -a /dev/sda", does: ["change device /dev/sda @local"], tier: 4 },
    { run: "lvremove -f vg0/data", does: ["delete volume vg0/data @local"], tier: 4 },
    { run: "lvs", does: [], tier: 0 },
    { run: "zfs destroy -r tank/data@daily", does: ["delete volume tank/data@daily @local"], tier: 4 },
    { run: "zfs snapshot tank/data@now", does: ["create volume tank/data@now @local"], tier: 1 },
    { run: "zpool destroy tank", does: ["delete volume tank @local"], tier: 4 },
    { run: "cryptsetup luksFormat /dev/sdb", does: ["change device /dev/sdb @local"], tier: 4 },
    { run: "tmutil deletelocalsnapshots /", does: ["delete volume deletelocalsnapshots / @local"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (program === "dd" || program === "gdd" || program === "dcfldd") return copy(command, scene);
  if (program === "ddrescue") return rescue(command, scene);
  if (/^(zpool|zfs|btrfs|bcachefs|diskutil|hdiutil|tmutil|lvm)$/.test(program) || VOLUMES.includes(program))
    return volumes(command, scene);
  return onDevices(command, scene);
}

/** `dd if=… of=…`: operands are assignments (POSIX.1-2024, dd). */
function copy(command: Command, scene: Scene): Finding {
  const by = command.source;
  const value = (name: string): Word | undefined => {
    const word = command.args.findLast((arg) => (arg.text ?? arg.prefix).startsWith(name));
    return (
      word && {
        ...word,
        text: word.text?.slice(name.length),
        prefix: word.prefix.slice(name.length),
        source: word.text === undefined ? word.source : word.text.slice(name.length),
      }
    );
  };
  const input = value("if=");
  const output = value("of=");
  const unknown = command.args.some((arg) => arg.text === undefined && !arg.prefix.includes("="))
    ? [unknownEffect(scene, "device", by, by)]
    : [];
  return found(
    [
      ...unknown,
      ...(input ? contentOf(input, by, scene) : []),
      ...(output ? fileEffects("change", output, scene, { by }) : []),
    ],
    output ? { kind: "none" } : OPAQUE,
  );
}

/** The raw content of a disk holds every secret on it. */
function contentOf(word: Word, by: string, scene: Scene): readonly Effect[] {
  if (locate(word, scene).area !== "device") return readEffects([word], scene, { by });
  return [
    machineEffect(scene, {
      verb: "read",
      kind: "device",
      name: word.source,
      reversibility: "R1",
      marks: ["secret"],
      by,
    }),
  ];
}

function rescue(command: Command, scene: Scene): Finding {
  const [, target, map] = parseOptions(command.args, {
    values: ["-b", "-r", "-s", "-i", "-o", "-c"],
  }).operands;
  return found(
    [target, map].flatMap((word) => (word ? fileEffects("change", word, scene, { by: command.source }) : [])),
  );
}

/**
 * Tools that write to what their operands name. Whatever form they are called in: when a device is named and the
 * form is not known to only read, something happens to that device.
 */
function onDevices(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (/^(mksquashfs|mkisofs|genisoimage|xorriso)$/.test(program)) return image(program, command, scene);
  const by = command.source;
  const tool = toolOf(command);
  const options = parseOptions(command.args, { values: tool.values ?? [] });
  const files = options
    .values(...(tool.writes ?? []))
    .flatMap((file) => fileEffects("change", file, scene, { by }));
  if (program === "debugfs" && !options.has("-w"))
    return found([...files, ...options.operands.flatMap((word) => contentOf(word, by, scene))], OPAQUE);
  if (readsOnly(program, tool, options)) return found(files, OPAQUE);
  if (isMapping(program, tool, options)) return found([...files, mapped(command, scene)], OPAQUE);
  const targets = targetsOf(tool, options);
  const effects = targets.flatMap((word) => changedDevice(word, command, scene));
  const named = effects.length > 0 ? [] : command.args.flatMap((arg) => namedDevice(arg, command, scene));
  const acts = command.args.length > 0 || WITHOUT_ARGUMENTS.test(program);
  const nothing = acts && files.length + effects.length + named.length === 0;
  return found([...files, ...effects, ...named, ...(nothing ? [unread(by, command, scene)] : [])]);
}

/** Programs that choose a device themselves when none is named. */
const WITHOUT_ARGUMENTS = /^(fsck|parted|nwipe|cfdisk|cgdisk)$/;

/** `mkfs -t TYPE` hands its arguments to the maker of that type. */
function toolOf(command: Command): DiskTool {
  const tool = DISK_TOOLS[command.program] ?? {};
  if (command.program !== "mkfs") return tool;
  const type = parseOptions(command.args, { values: ["-t", "--type"] }).value("-t", "--type")?.text ?? "ext2";
  const maker = FILE_SYSTEMS[type.replace(/^mkfs\./, "")] ?? {};
  return { ...maker, values: [...(tool.values ?? []), ...(maker.values ?? [])] };
}

function readsOnly(program: string, tool: DiskTool, options: Options): boolean {
  const { names, operands } = options;
  if (tool.acts && options.has(...tool.acts)) return false;
  if (tool.dry && options.has(...tool.dry)) return true;
  if (tool.verbs)
    return operands[0] === undefined ? names.length === 0 : tool.verbs.includes(operands[0].text ?? "");
  if (program === "parted") return partedReads(operands.slice(1).map((word) => word.text ?? ""));
  if (program === "losetup")
    return (
      operands.length < 2 &&
      names.every((name) => /^(-f|--find)$/.test(name)) &&
      !(names.length > 0 && operands.length > 0)
    );
  if (program === "hdparm" && operands.some((word) => /^\d+$/.test(word.text ?? ""))) return false;
  if (names.length === 0) return tool.bare === "shows" && !options.dynamic;
  return tool.shows !== undefined && names.every((name) => tool.shows?.includes(name) === true);
}

/** `parted DEVICE [COMMAND [ARGUMENT…]]…`: true when all of the commands only show. */
function partedReads(words: readonly string[]): boolean {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? "";
    if (!/^(print|p|unit|u|help|version|quit|q|select|align-check)$/.test(word)) return false;
    at += 1;
    if (/^(p|print)$/.test(word) && /^(devices|free|list|all|\d+)$/.test(words[at] ?? "")) at += 1;
    if (/^(unit|u|help|select)$/.test(word)) at += 1;
    if (word === "align-check") at += 2;
  }
  return words.length > 0;
}

function isMapping(program: string, tool: DiskTool, options: Options): boolean {
  if (!tool.mappings || (tool.acts && options.has(...tool.acts))) return false;
  if (program === "losetup") return true;
  return tool.verbs ? tool.mappings.includes(options.operands[0]?.text ?? "") : options.has(...tool.mappings);
}

/** What the kernel shows as a device changes; what is on it does not. */
function mapped(command: Command, scene: Scene): Effect {
  return machineEffect(scene, {
    verb: "change",
    kind: "device.mapping",
    name: [command.program, ...command.args.map((arg) => arg.source)].join(" "),
    reversibility: "R1",
    marks: ["outside"],
    by: command.source,
  });
}

function targetsOf(tool: DiskTool, options: Options): readonly Word[] {
  const operands = tool.verbs ? options.operands.slice(1) : options.operands;
  const names = operands.filter((word) => !/^\d+[KMGTkmgts]?$/.test(word.text ?? "/"));
  const paths = names.filter((word) => looksLikePath(word));
  return [...options.values(...(tool.targets ?? [])), ...(paths.length > 0 ? paths : names.slice(0, 1))];
}

function looksLikePath(word: Word): boolean {
  return word.text === undefined || /[/.]/.test(word.text);
}

/** A device that an argument names in a place where no operand was expected. */
function namedDevice(arg: Word, command: Command, scene: Scene): readonly Effect[] {
  const path = /(?:^|[=,])(\/dev\/[^,]+)/.exec(arg.text ?? arg.prefix)?.[1];
  return path === undefined ? [] : [unread(path, command, scene)];
}

/** A form that nobody understood, of a tool that writes to devices. */
function unread(name: string, command: Command, scene: Scene): Effect {
  if (GENTLE.test(command.program)) return deviceEffect(name, command, scene);
  return unknownEffect(scene, "device", name, command.source, ["device"]);
}

function changedDevice(word: Word, command: Command, scene: Scene): readonly Effect[] {
  const at = locate(word, scene);
  const namesFile = looksLikePath(word) || DISK_TOOLS[command.program]?.verbs === undefined;
  if (namesFile && (at.area === "workspace" || at.area === "temporary" || at.area === "home"))
    return fileEffects("change", word, scene, { by: command.source });
  return [deviceEffect(word.source, command, scene)];
}

/** Tools that touch no data: they tell the kernel or the drive to look again, or free what nothing uses. */
const GENTLE = /^(partprobe|fstrim|eject)$/;

/** What a device tool does to a device has no way back, unless it touches no data. */
function deviceEffect(name: string, command: Command, scene: Scene): Effect {
  const gentle = GENTLE.test(command.program);
  return machineEffect(scene, {
    verb: "change",
    kind: "device",
    name,
    ...(gentle ? { reversibility: "R1" as const } : {}),
    marks: gentle ? ["outside"] : ["device"],
    by: command.source,
  });
}

function image(program: string, command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-o", "-V", "-b", "-c", "-outdev", "-comp", "-e", "-A", "-p"],
  });
  const target =
    program === "mksquashfs" ? options.operands.at(-1) : (options.value("-o", "-outdev") ?? undefined);
  return found(target ? fileEffects("change", target, scene, { by: command.source }) : []);
}

const LISTS = /^(lvs|vgs|pvs|lvdisplay|vgdisplay|pvdisplay|lvscan|vgscan|pvscan|lvmdiskscan)$/;
const VOLUME_READS =
  /^(list|status|get|history|iostat|events|show|usage|df|du|diff|info|listFilesystems|activity|imageinfo|verify|verifychecksums|destinationinfo|latestbackup|listbackups|listlocalsnapshots|compare|version|help|userspace|groupspace|inspect-internal|filesystem|get-default|find-new|holds|isencrypted|pmap|burn-list|checksum|fs)$/;
const VOLUME_DESTROYS =
  /(^|\.)(destroy|delete|remove|labelclear|rollback|reduce|eraseDisk|eraseVolume|eraseall|erasedisk|erasevolume|partitionDisk|secureErase|zeroDisk|randomDisk|deleteVolume|deleteContainer|deletelocalsnapshots|deleteinprogress|reformat|resetFusion|split|detach|offline|lvremove|vgremove|pvremove|lvreduce|vgreduce)$/i;
const VOLUME_ADDS =
  /^(snapshot|create|lvcreate|vgcreate|pvcreate|clone|bookmark|hold|send|import|export|mount|attach|startbackup|localsnapshot|lvextend|vgextend)$/;

/** Tools with a verb of their own: `zfs destroy x`, `btrfs subvolume delete x`, and LVM's one program per verb. */
function volumes(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (LISTS.test(program)) return { effects: [], output: OPAQUE };
  const operands = parseOptions(command.args, {
    values: [
      "-o",
      "-L",
      "-l",
      "-n",
      "-s",
      "-V",
      "-t",
      "-S",
      "-d-",
      "-fs",
      "-volname",
      "-size",
      "--name",
      "--size",
    ],
  }).operands;
  const grouped =
    program === "btrfs" ||
    program === "bcachefs" ||
    (program === "diskutil" && /^(apfs|cs|appleRAID)$/i.test(operands[0]?.text ?? ""));
  const single = /^(zpool|zfs|btrfs|bcachefs|diskutil|hdiutil|tmutil|lvm)$/.test(program);
  const verb = single ? (operands[grouped ? 1 : 0]?.text ?? operands[0]?.text ?? "") : program;
  const names = single ? operands.slice(grouped ? 2 : 1) : operands;
  const dry =
    command.args.some((arg) => /^(-n|--dryrun|--dry-run|-t|--test)$/.test(arg.text ?? "")) &&
    (program === "zfs" || program === "zpool" || !single);
  if (
    VOLUME_READS.test(verb) ||
    verb === "" ||
    (dry && !command.args.some((arg) => arg.text === "-r" && verb === "create"))
  )
    return { effects: [], output: OPAQUE };
  const name = names.map((word) => word.source).join(" ") || verb;
  const shown =
    program === "tmutil" || program === "diskutil" ? `${verb} ${name === verb ? "" : name}`.trim() : name;
  return found([volumeEffect(verb, shown, command, scene)]);
}

function volumeEffect(verb: string, name: string, command: Command, scene: Scene): Effect {
  const by = command.source;
  const backup: readonly Mark[] = /@|snap|backup/i.test(`${name} ${verb}`) ? ["backup"] : [];
  if (VOLUME_DESTROYS.test(verb))
    return machineEffect(scene, {
      verb: "delete",
      kind: "volume",
      name,
      count: null,
      marks: ["device", ...backup],
      by,
    });
  if (VOLUME_ADDS.test(verb)) {
    const formats = command.program === "zpool" && verb === "create";
    const writes = /^(pvcreate|vgcreate|vgextend)$/.test(verb) || formats;
    return machineEffect(scene, {
      verb: writes ? "change" : "create",
      kind: "volume",
      name,
      reversibility: writes ? "R4" : "R1",
      marks: writes ? ["device"] : [],
      by,
    });
  }
  return machineEffect(scene, {
    verb: "change",
    kind: "volume",
    name: literal(name).source,
    marks: ["device"],
    by,
  });
}
