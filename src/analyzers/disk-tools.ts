/** How a program that works on disks takes its arguments, from its own manual page. */
export interface DiskTool {
  /** Options with a value, with their dashes. */
  readonly values?: readonly string[];
  /** With one of these it writes nothing, whatever else is given: a dry run, a listing that ends the program. */
  readonly dry?: readonly string[];
  /** It writes nothing when it is given no other options than these. */
  readonly shows?: readonly string[];
  /** It writes nothing without any option. */
  readonly bare?: "shows";
  /** Options after which it writes although `dry` or `shows` would say otherwise. */
  readonly acts?: readonly string[];
  /** Its first operand is a verb; these only read. Without any verb it only describes itself. */
  readonly verbs?: readonly string[];
  /** Verbs, or options, whose work ends with the next start of the machine: mappings, not data. */
  readonly mappings?: readonly string[];
  /** Options whose value is a device that is written. */
  readonly targets?: readonly string[];
  /** Options whose value is a file that is written. */
  readonly writes?: readonly string[];
}

function list(words: string): readonly string[] {
  return words.split(" ");
}

const EXT: DiskTool = {
  values: list("-b -C -d -e -E -g -G -i -I -J -l -L -m -M -N -o -O -r -t -T -U -z"),
  dry: ["-n"],
};
const XFS: DiskTool = { values: list("-b -c -d -i -l -L -m -n -p -r -s"), dry: ["-N"] };
const BTRFS: DiskTool = {
  values: list(
    "-A -b -d -L -m -n -O -r -R -s -u -U --alloc-start --byte-count --csum --checksum --compress --data --device-uuid --features --inode-flags --label --metadata --nodesize --rootdir --runtime-features --sectorsize --subvol --uuid",
  ),
};
const FAT: DiskTool = {
  values: list(
    "-b -D -f -F -g -h -i -l -m -M -n -N -r -R -s -S --codepage --invariant-date --offset --variant",
  ),
};
const NTFS: DiskTool = {
  values: list(
    "-c -H -L -p -s -S -z --cluster-size --heads --label --mft-zone-multiplier --partition-start --sector-size --sectors-per-track",
  ),
  dry: ["-n", "--no-action"],
};
const EXFAT: DiskTool = {
  values: list(
    "-b -c -i -L -n -p -s -U --boundary-align --cluster-size --pack-bitmap --volume-guid --volume-id --volume-label",
  ),
};
const EXT_CHECK: DiskTool = { values: list("-b -B -C -E -j -l -L -z"), dry: ["-n"] };
const FAT_CHECK: DiskTool = { values: list("-c -d -F -u"), dry: ["-n"] };

/** The makers of file systems by what `mkfs -t TYPE` calls them. */
export const FILE_SYSTEMS: Readonly<Record<string, DiskTool>> = {
  ext2: EXT,
  ext3: EXT,
  ext4: EXT,
  xfs: XFS,
  btrfs: BTRFS,
  vfat: FAT,
  fat: FAT,
  msdos: FAT,
  exfat: EXFAT,
  ntfs: NTFS,
  f2fs: { values: list("-a -c -C -d -e -E -g -l -o -O -R -s -t -T -U -w -z -Z") },
  minix: { values: list("-i -l -n") },
  cramfs: { values: list("-b -e -n -N") },
  erofs: { values: list("-b -C -d -E -L -T -U -x -z") },
  bfs: { values: list("-F -N -V") },
};

/**
 * The option tables of the tools that write to disks: util-linux, e2fsprogs, xfsprogs, dosfstools, ntfs-3g, gptfdisk,
 * parted, hdparm, nvme-cli, smartmontools, cryptsetup, mdadm and lvm2's device mapper, and the BSDs' `newfs`.
 */
export const DISK_TOOLS: Readonly<Record<string, DiskTool>> = {
  ...Object.fromEntries(Object.entries(FILE_SYSTEMS).map(([name, tool]) => [`mkfs.${name}`, tool])),
  mkfs: { values: ["-t", "--type"] },
  mke2fs: EXT,
  mkdosfs: FAT,
  mkntfs: NTFS,
  mkswap: {
    values: list("-e -L -o -p -s -U -v --endianness --label --offset --pagesize --size --swapversion --uuid"),
  },
  newfs: { values: list("-a -b -c -d -e -f -g -h -i -k -L -m -o -O -p -r -s -S -t -T"), dry: ["-N"] },
  newfs_apfs: { values: list("-b -v -o -r"), dry: ["-N"] },
  newfs_hfs: { values: list("-b -c -g -i -m -n -u -v -U -G -M"), dry: ["-N"] },
  fdisk: {
    values: list(
      "-b -C -H -o -S -t -w -W --cylinders --heads --output --sector-size --sectors --type --wipe --wipe-partitions",
    ),
    dry: list("-l -s -x --getsz --list --list-details"),
  },
  sfdisk: {
    values: list(
      "-N -o -O -u -w -W -X -Y --backup-file --label --label-nested --output --partno --unit --wipe --wipe-partitions",
    ),
    dry: list(
      "-d -F -g -J -l -n -s -T -V --dump --json --list --list-free --list-types --no-act --show-geometry --show-size --verify",
    ),
    acts: list("-A -r --activate --delete --discard-free --relocate --reorder"),
    writes: ["-O", "--backup-file"],
  },
  cfdisk: { values: list("-L -b --lock --sector-size") },
  gdisk: { dry: ["-l"] },
  cgdisk: {},
  sgdisk: {
    values: list(
      "-a -A -b -B -c -d -h -i -j -k -l -m -n -N -r -R -S -t -T -u -U --adjust-main-table --attributes --backup --byte-swap-name --change-name --delete --disk-guid --gpttombr --hybrid --info --largest-new --load-backup --move-backup-table --new --partition-guid --replicate --resize-table --set-alignment --transform-bsd --transpose --typecode",
    ),
    dry: ["-P", "--pretend"],
    shows: list(
      "-a -b -D -E -f -F -i -L -O -p -v -V --backup --display-alignment --end-of-largest --first-aligned-in-largest --first-in-largest --info --list-types --print --print-mbr --set-alignment --verify --version",
    ),
    targets: ["-R", "--replicate"],
    writes: ["-b", "--backup"],
  },
  parted: { values: ["-a", "--align"], dry: ["-l", "--list"] },
  partprobe: { dry: ["-d", "--dry-run"] },
  gpart: { verbs: list("show list status backup load unload"), values: list("-a -b -f -i -l -s -t") },
  wipefs: {
    values: list("-o -O -t --offset --output --types"),
    dry: ["-n", "--no-act"],
    shows: list(
      "-b -f -i -J -O -p -q -t --backup --force --json --lock --noheadings --output --parsable --quiet --types",
    ),
    bare: "shows",
  },
  blkdiscard: { values: list("-l -o -p --length --offset --step") },
  badblocks: {
    values: list("-b -B -c -d -e -i -o -p -t"),
    shows: list("-b -B -c -d -e -i -o -p -s -t -v"),
    bare: "shows",
    writes: ["-o"],
  },
  hdparm: {
    values: list(
      "--fibmap --read-sector --write-sector --repair-sector --make-bad-sector --user-master --security-unlock --security-set-pass --security-disable --security-erase --security-erase-enhanced --trim-sector-ranges --fwdownload",
    ),
    shows: list(
      "-a -A -B -c -C -d -D -g -H -i -I -k -K -m -M -n -N -q -r -t -T -u -v -W --dco-identify --direct --fibmap --Iraw --Istdin --Istdout --offset --read-sector --verbose",
    ),
    bare: "shows",
  },
  sdparm: {
    values: list("-C -g -G -i -o -p -s -t -v --command --get --page --set --clear --transport --vendor"),
    shows: list(
      "-a -d -e -g -h -H -i -l -p -q -r -t -v --all --dbd --enumerate --examine --get --hex --inquiry --long --page --quiet --transport --verbose",
    ),
    bare: "shows",
  },
  nvme: {
    values: list("-n -s -a -l -o -f -b -c -i -L -p -t --namespace-id --output-format --ses --sanact --lbaf"),
    verbs: list(
      "list list-subsys list-ns list-ctrl list-secondary id-ctrl id-ns id-nvmset id-iocs id-domain id-uuid nvm-id-ctrl ns-descs smart-log error-log fw-log endurance-log effects-log changed-ns-list-log telemetry-log persistent-event-log self-test-log sanitize-log get-feature get-log get-ns-id get-property get-lba-status show-regs show-hostnqn show-topology gen-hostnqn cmb-size primary-ctrl-caps version help discover check-tls-key error-log supported-log-pages ana-log",
    ),
  },
  tune2fs: {
    values: list("-c -C -e -E -g -i -I -J -L -m -M -o -O -Q -r -T -u -U -z"),
    shows: ["-l"],
  },
  resize2fs: { values: list("-d -S -z"), dry: ["-P"] },
  e2fsck: EXT_CHECK,
  "fsck.ext2": EXT_CHECK,
  "fsck.ext3": EXT_CHECK,
  "fsck.ext4": EXT_CHECK,
  fsck: { values: list("-C -r -t"), dry: ["-N", "-n"] },
  "fsck.xfs": { dry: ["-n"] },
  "fsck.vfat": FAT_CHECK,
  "fsck.fat": FAT_CHECK,
  dosfsck: FAT_CHECK,
  xfs_repair: { values: list("-b -c -l -m -o -r -t"), dry: ["-n"] },
  xfs_growfs: { values: list("-D -L -m -R -t"), dry: ["-n"] },
  ntfsfix: { dry: ["-n", "--no-action"] },
  debugfs: { values: list("-b -d -f -R -s -V -z") },
  growpart: { values: list("--fudge --free-percent --sfdisk"), dry: ["-N", "--dry-run"] },
  fstrim: {
    values: list("-I -l -m -o -t --length --listed-in --minimum --offset --types"),
    dry: ["-n", "--dry-run"],
  },
  eject: { values: list("-c -x -i -a --changerslot --cdspeed"), dry: ["-n", "-d", "--noop", "--default"] },
  partx: {
    values: list("-n -o -S -t --nr --output --sector-size --type"),
    shows: list("-b -g -l -n -o -P -r -s -S -t -v --bytes --list --nr --output --pairs --raw --show --type"),
    bare: "shows",
    mappings: list("-a -d -u --add --delete --update"),
  },
  kpartx: { values: ["-p", "-t"], dry: ["-l"], mappings: list("-a -d -u") },
  dmsetup: {
    values: list("-c -j -m -o -O -r -S -u --table --major --minor --options --sort --uuid"),
    verbs: list(
      "ls info status table deps targets version help splitname list_instances stats report udevcookies",
    ),
    mappings: list("create mknodes resume rename suspend udevcomplete udevcomplete_all"),
  },
  losetup: {
    values: list("-b -c -j -o -O --associated --offset --output --sector-size --set-capacity --sizelimit"),
    dry: list("-a -j -l --all --associated --json --list"),
    bare: "shows",
    mappings: list("-b -c -d -D -f -L -o -P -r --detach --detach-all --find --partscan --read-only --show"),
  },
  cryptsetup: {
    values: list(
      "-b -c -d -h -i -l -M -o -p -s -S -t -T --align-payload --cipher --hash --header --header-backup-file --integrity --iter-time --key-file --key-size --key-slot --keyfile-offset --keyfile-size --label --luks2-keyslots-size --luks2-metadata-size --master-key-file --new-keyfile --offset --pbkdf --pbkdf-memory --sector-size --size --skip --subsystem --timeout --token-id --tries --type --uuid --volume-key-file",
    ),
    verbs: list("luksDump isLuks status benchmark luksUUID tcryptDump bitlkDump fvault2Dump help"),
    mappings: list(
      "open close luksOpen luksClose luksSuspend luksResume plainOpen loopaesOpen tcryptOpen bitlkOpen resize refresh luksHeaderBackup",
    ),
    writes: ["--header-backup-file"],
  },
  mdadm: {
    values: list(
      "-b -c -e -l -m -n -N -p -u -x -z --bitmap --chunk --config --level --layout --metadata --name --raid-devices --size --spare-devices --uuid --backup-file --data-offset --homehost",
    ),
    dry: list("-D -E -Q -X --detail --detail-platform --examine --examine-bitmap --query"),
    acts: list("-C --create --zero-superblock -f --fail -r --remove -G --grow"),
    mappings: list("-A --assemble -I --incremental -R --run"),
  },
  smartctl: {
    values: list("-b -d -f -F -g -l -n -o -P -q -r -s -S -t -T -v --device --get --log --set --test"),
    shows: list(
      "-a -A -b -B -c -d -f -F -g -H -i -j -l -n -P -q -r -t -T -v -x -X --abort --all --attributes --capabilities --device --get --health --identify --info --json --log --scan --scan-open --test --xall",
    ),
    bare: "shows",
  },
  lsscsi: {
    bare: "shows",
    shows: list("-c -d -D -g -H -i -k -l -L -p -P -s -S -t -u -U -v -w --long --size"),
  },
  sg_format: { values: list("-b -c -C -D -f -m -P -s -t -T --count --size --fmtpinfo --timeout"), dry: [] },
  scrub: { values: list("-b -D -p -s --blocksize --device-size --dirent --pattern") },
  nwipe: { values: list("-e -l -m -p -P -r --exclude --logfile --method --prng --rounds --verify") },
};
