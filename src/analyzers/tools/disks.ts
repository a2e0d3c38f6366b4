import type { Effect, Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { machineEffect } from "../machine.ts";
import { literal, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

const MAKERS =
  "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.msdos mkfs.exfat mkfs.ntfs mkfs.f2fs mkfs.minix mkfs.cramfs mke2fs mkdosfs mkntfs mkswap newfs newfs_apfs newfs_hfs mkfs.erofs mksquashfs mkisofs genisoimage xorriso".split(
    " ",
  );
const TABLES =
  "fdisk sfdisk cfdisk gdisk sgdisk cgdisk parted partprobe gpart wipefs blkdiscard badblocks hdparm sdparm nvme tune2fs resize2fs e2fsck fsck fsck.ext4 fsck.xfs fsck.vfat xfs_repair xfs_growfs ntfsfix dosfsck debugfs growpart fstrim eject partx kpartx dmsetup losetup cryptsetup mdadm smartctl lsscsi sg_format scrub nwipe".split(
    " ",
  );
const VOLUMES =
  "lvremove vgremove pvremove lvcreate vgcreate pvcreate lvresize lvreduce lvextend vgreduce vgextend vgchange lvchange lvconvert lvrename vgrename pvmove pvresize lvs vgs pvs lvdisplay vgdisplay pvdisplay lvscan vgscan pvscan lvmdiskscan vgexport vgimport lvm zpool zfs btrfs bcachefs diskutil hdiutil tmutil".split(
    " ",
  );

export const analyzer: Analyzer = {
  name: "disks",
  title: "Disks, partitions, volumes and file systems",
  about:
    "dd, mkfs, partition tables, LVM, ZFS, Btrfs, cryptsetup: anything that writes to a raw device or removes a volume or a snapshot. On an ordinary file of the workspace the same tools are everyday work.",
  programs: ["dd", "gdd", "ddrescue", "dcfldd", ...MAKERS, ...TABLES, ...VOLUMES],
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

/** Options that only show, per tool; `undefined`: the tool always writes. */
const SHOWS: Readonly<Record<string, RegExp>> = {
  fdisk: /^(-l|-s|-x|--list|--list-details|--getsz)$/,
  sfdisk: /^(-l|-d|-s|-J|-F|-V|--list|--dump|--json|--list-free|--verify|--show-.*|-g)$/,
  gdisk: /^-l$/,
  sgdisk: /^(-p|-i|-v|-P|--print|--info.*|--verify|--pretend|-F|-E|-f)/,
  parted: /^(-l|--list)$/,
  wipefs: /^(-n|-J|-i|-p|--no-act|--json|--parsable)$/,
  badblocks: /^-never$/,
  hdparm: /^-[IitTCgavHW]+$/,
  tune2fs: /^-l$/,
  e2fsck: /^-n$/,
  fsck: /^(-n|-N|-M)$/,
  "fsck.ext4": /^-n$/,
  "fsck.vfat": /^-n$/,
  "fsck.xfs": /^-n$/,
  xfs_repair: /^-n$/,
  xfs_growfs: /^-n$/,
  ntfsfix: /^-n$/,
  growpart: /^(-N|--dry-run)$/,
  debugfs: /^-R$/,
  losetup: /^(-a|-l|-j|-f|--list|--all|--find|--json)$/,
  smartctl: /^(-a|-i|-H|-x|-A|-l|--all|--info|--health|--scan|--xall|-c)$/,
  partx: /^(-s|-l|--show|--list)$/,
  fstrim: /^(-n|--dry-run)$/,
  dmsetup: /^-never$/,
};

const DEVICE_VALUES = [
  "-t",
  "-L",
  "-U",
  "-b",
  "-m",
  "-N",
  "-O",
  "-E",
  "-s",
  "-c",
  "-o",
  "-d",
  "-n",
  "-R",
  "-f",
  "-S",
  "-F",
  "-i-",
  "-C",
  "-V",
  "--offset",
  "--sizelimit",
  "--type",
  "--label",
  "--uuid",
];

function onDevices(command: Command, scene: Scene): Finding {
  const { program } = command;
  const by = command.source;
  const options = parseOptions(command.args, {
    values: program === "parted" ? ["-a"] : DEVICE_VALUES.filter((name) => !SHOWS[program]?.test(name)),
  });
  if (showsOnly(program, options.names, options.operands)) return { effects: [], output: OPAQUE };
  if (/^(mksquashfs|mkisofs|genisoimage|xorriso)$/.test(program)) return image(program, command, scene);
  const names = options.operands.filter((word) => !/^\d+[KMGTkmgt]?$/.test(word.text ?? "/"));
  const paths = names.filter((word) => looksLikePath(word));
  const targets = paths.length > 0 ? paths : names.slice(0, 1);
  if (targets.length === 0)
    return program === "parted" || program.startsWith("fsck")
      ? found([deviceEffect(by, command, scene)])
      : NOTHING;
  return found(targets.flatMap((word) => changedDevice(word, command, scene)));
}

function looksLikePath(word: Word): boolean {
  return word.text === undefined || /[/.]/.test(word.text);
}

const READING_VERBS =
  /^(list|id-ctrl|id-ns|smart-log|print|status|info|ls|table|luksDump|isLuks|benchmark|--detail|--examine|--query|show.*|get.*|error-log|fw-log|version|help|deps|targets|splitname|luksUUID)$/;

function showsOnly(program: string, names: readonly string[], operands: readonly Word[]): boolean {
  if (/^(lsscsi)$/.test(program)) return true;
  const verbs = operands.map((word) => word.text ?? "");
  if (/^(nvme|cryptsetup|dmsetup|mdadm)$/.test(program)) {
    return (
      verbs.some((verb) => READING_VERBS.test(verb)) ||
      names.some((name) => /^(-D|-E|-Q|--detail|--examine|--query)$/.test(name)) ||
      (names.length === 0 && verbs.length === 0)
    );
  }
  if (program === "parted" && verbs.at(-1) === "print") return true;
  if (program === "badblocks") return !names.some((name) => /^-[wn]$/.test(name));
  if (program === "wipefs" || program === "losetup")
    return (
      !names.some((name) =>
        /^(-a|-o|-f|-d|-D|-P|-r|--all|--offset|--detach|--detach-all|--find)$/.test(name),
      ) ||
      names.some((name) => name === "-n") ||
      (program === "losetup" &&
        operands.length === 0 &&
        !names.some((name) => /^(-d|-D|--detach.*)$/.test(name)))
    );
  return names.length > 0 && names.every((name) => SHOWS[program]?.test(name) === true);
}

function changedDevice(word: Word, command: Command, scene: Scene): readonly Effect[] {
  const at = locate(word, scene);
  if (at.area === "workspace" || at.area === "temporary" || at.area === "home")
    return fileEffects("change", word, scene, { by: command.source });
  return [deviceEffect(word.source, command, scene)];
}

function deviceEffect(name: string, command: Command, scene: Scene): Effect {
  return machineEffect(scene, {
    verb: "change",
    kind: "device",
    name,
    marks: ["device"],
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
