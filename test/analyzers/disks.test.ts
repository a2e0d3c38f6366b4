import { describe, it } from "vitest";
import { check, type Expected, type World } from "./check.ts";

type Row = readonly [line: string, expected: Expected, world?: World];

const reads = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { atMost: 0 }]);
const passes = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { atMost: 1 }]);
const asks = (tier: 2 | 3 | 4, lines: readonly string[]): readonly Row[] =>
  lines.map((line) => [line, { atLeast: tier }]);

const between = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { tier: 2 }]);

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows.map((row) => [row[0], row] as const))("%s", (_, [line, expected, world]) =>
      check(line, expected, world),
    );
  });
}

table(
  "[A-system] whatever its options, a tool that writes to a device is never passed",
  asks(4, [
    "mkfs -t xfs -f /dev/nvme0n1",
    "mkfs -V -t ext4 -F -L x /dev/sdb",
    "mkfs.ext4 -F /dev/sdb",
    "mkfs.xfs -f /dev/sdb",
    "mkfs.xfs -d name=/dev/sdb",
    "mkfs.btrfs -d raid1 -f /dev/sdb /dev/sdc",
    "mkfs.fat -F 32 -n BOOT /dev/sdb1",
    "mkfs.ntfs -F /dev/sdb1",
    "mkfs.f2fs -f /dev/sdb1",
    "mke2fs -t ext4 -F /dev/sdb",
    "mkswap -f /dev/sdb2",
    "newfs_apfs -v Data /dev/disk2",
    "cd /dev && mkfs.ext4 sdb",
    'mkfs.ext4 "$DEVICE"',
    "blkdiscard -f /dev/nvme0n1",
    "sgdisk -o /dev/sda",
    "sgdisk -p -Z /dev/sda",
    "sgdisk -R /dev/sdb /dev/sda",
    "wipefs -a -f /dev/sdb",
    "wipefs --strange /dev/sdb",
    "sfdisk -d --delete /dev/sda",
    "parted /dev/sda rm 1 print",
    "badblocks -wsv /dev/sdb",
    "hdparm --user-master u --security-erase p /dev/sda",
    "nvme format /dev/nvme0n1 -s 1",
    "tune2fs -O ^has_journal /dev/sda1",
    "xfs_repair -L /dev/sda1",
    "debugfs -w -R 'rm x' /dev/sda1",
    "dmsetup remove_all",
    "dmsetup remove data",
    "cryptsetup luksFormat /dev/sdb status",
    "mdadm -S /dev/md0",
    "mdadm --examine --zero-superblock /dev/sdb",
    "nwipe --autonuke",
    "fsck -A",
  ]),
);

table(
  "[A-system] looking at a device reads",
  reads([
    "fdisk -l /dev/sda",
    "fdisk -l $DEVICE",
    "sfdisk -d /dev/sda",
    "sgdisk -p /dev/sda",
    "parted -s /dev/sda unit s print free",
    "wipefs /dev/sdb",
    "wipefs -n -a /dev/sdb",
    "mkfs.ext4 -n /dev/sdb",
    "badblocks -sv /dev/sdb",
    "hdparm -I /dev/sda",
    "nvme smart-log /dev/nvme0",
    "tune2fs -l /dev/sda1",
    "e2fsck -n /dev/sda1",
    "xfs_repair -n /dev/sda1",
    "smartctl -a /dev/sda",
    "smartctl -t long /dev/sda",
    "losetup -a",
    "losetup -f",
    "partx --show /dev/sda",
    "kpartx -l disk.img",
    "dmsetup ls",
    "cryptsetup luksDump /dev/sdb",
    "mdadm --detail /dev/md0",
    "lsscsi -g",
  ]),
);

table(
  "[A-system] on a file of the workspace the same tools are everyday work",
  passes([
    "mkfs.ext4 -F disk.img",
    "mkfs.ext4 -d root disk.img 100M",
    "mkfs -t vfat disk.img",
    "mkswap -L swap swap.img",
    "sgdisk -b table.bak /dev/sda",
  ]),
);

table(
  "[A-system] a mapping comes back with a call, but leaves the workspace",
  between([
    "losetup -fP disk.img",
    "losetup -d /dev/loop0",
    "cryptsetup open /dev/sdb x",
    "kpartx -d /dev/sda",
    "fstrim -av",
    "eject /dev/cdrom",
  ]),
);

table(
  "[A-files] the raw content of a disk or of the memory is a secret",
  asks(2, [
    "debugfs -R 'cat /etc/shadow' /dev/sda1",
    "strings /dev/sda",
    "xxd /dev/nvme0n1p1",
    "cat /dev/mem",
  ]),
);
