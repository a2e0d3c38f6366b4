import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, placedFileEffects, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "archives",
  title: "tar and cpio",
  about:
    "What is packed, where things are unpacked to, what is removed on the way, and the options by which tar starts other programs (--to-command, --checkpoint-action, -I, --rsh-command).",
  programs: ["tar", "gtar", "bsdtar", "star", "cpio", "pax", "ar", "jar"],
  analyze,
  examples: [
    { run: "tar czf release.tgz dist", does: ["create file release.tgz"], tier: 1 },
    { run: "tar xzf release.tgz -C build", does: ["create directory build"], tier: 1 },
    { run: "tar -tzf release.tgz", does: [], tier: 0 },
    { run: "tar xf a.tar -C /", does: ["change directory / @local"], tier: 3 },
    {
      run: "tar czf keys.tgz ~/.ssh",
      does: ["create file keys.tgz", "read file /home/dev/.ssh @local"],
      tier: 2,
    },
    {
      run: "tar cf a.tar src --remove-files",
      does: ["create file a.tar", "delete directory src"],
      files: { "src/a": "" },
      tier: 1,
    },
    {
      run: "tar xf a.tar --to-command='rm -rf /'",
      does: ["change directory .", "delete directory / @local"],
      tier: 3,
    },
    {
      run: "tar cf /dev/null a --checkpoint=1 --checkpoint-action=exec='rm -rf ~'",
      does: ["delete directory /home/dev @local"],
      tier: 3,
    },
    {
      run: "tar xPf a.tar",
      does: ["change directory .", "unknown? file absolute names in a.tar @local"],
      tier: 2,
    },
    { run: "cpio -idm < a.cpio", does: ["change directory ."], tier: 1 },
    { run: "tar -xOf a.tar file", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "cpio":
    case "pax":
      return copyInOut(command, scene);
    case "ar":
      return objectArchive(command, scene);
    case "jar":
      return javaArchive(command, scene);
    default:
      return tar(command, scene);
  }
}

const SHORT_WITH_VALUE = "fbCTXIKNVgHFLs";
const TAR_VALUES = [
  ...[...SHORT_WITH_VALUE].map((letter) => `-${letter}`),
  "--file",
  "--directory",
  "--files-from",
  "--exclude",
  "--exclude-from",
  "--use-compress-program",
  "--transform",
  "--xform",
  "--to-command",
  "--checkpoint-action",
  "--info-script",
  "--new-volume-script",
  "--rsh-command",
  "--rmt-command",
  "--strip-components",
  "--owner",
  "--group",
  "--mode",
  "--mtime",
  "--format",
  "--label",
  "--newer",
  "--after-date",
  "--newer-mtime",
  "--listed-incremental",
  "--volno-file",
  "--suffix",
  "--tape-length",
  "--blocking-factor",
  "--starting-file",
  "--record-size",
  "--sort",
  "--pax-option",
  "--totals",
  "--add-file",
  "--warning",
  "--quoting-style",
  "--index-file",
  "--level",
  "--exclude-tag",
  "--passphrase",
  "--options",
  "--uid",
  "--gid",
  "--uname",
  "--gname",
];
const TAR_LONG = [
  "--extract",
  "--get",
  "--create",
  "--list",
  "--delete",
  "--append",
  "--update",
  "--catenate",
  "--concatenate",
  "--diff",
  "--compare",
  "--remove-files",
  "--absolute-names",
  "--to-stdout",
  "--recursive-unlink",
  "--unlink-first",
  "--keep-old-files",
  "--overwrite",
  "--gzip",
  "--bzip2",
  "--xz",
  "--zstd",
  "--verbose",
  "--one-top-level",
  "--no-recursion",
  "--wildcards",
];
/** Options whose value tar hands to a shell. */
const TAR_STARTS = [
  "--to-command",
  "--info-script",
  "--new-volume-script",
  "-F",
  "--use-compress-program",
  "-I",
  "--rsh-command",
  "--rmt-command",
];

function tar(command: Command, scene: Scene): Finding {
  const options = parseOptions(bundleFirst(command.args), { values: TAR_VALUES, long: TAR_LONG });
  const by = command.source;
  const archive = options.value("-f", "--file");
  const effects: Effect[] = [];
  if (options.dynamic) effects.push(unknownEffect(scene, "archive", by, by));
  if (
    options.has(
      "-c",
      "--create",
      "-r",
      "--append",
      "-u",
      "--update",
      "-A",
      "--catenate",
      "--concatenate",
      "--delete",
    )
  ) {
    effects.push(...packed(options, archive, by, scene));
  }
  if (options.has("-x", "--extract", "--get") && !options.has("-O", "--to-stdout"))
    effects.push(...unpacked(options, archive, by, scene));
  for (const text of options.values(...TAR_STARTS)) effects.push(...started(text, by, scene));
  for (const action of options.values("--checkpoint-action")) {
    const text = action.text;
    if (text === undefined) effects.push(unknownEffect(scene, "program", action.source, by));
    else if (text.startsWith("exec=")) effects.push(...started(literal(text.slice(5)), by, scene));
  }
  return found(effects, OPAQUE);
}

/** Turns the old bundle (`tar xzf a.tgz`) into options: each letter with a value takes the next word in turn. */
function bundleFirst(args: readonly Word[]): readonly Word[] {
  const [first, ...rest] = args;
  if (first?.text === undefined || first.text.startsWith("-") || !/^[a-zA-Z]+$/.test(first.text)) return args;
  const words: Word[] = [];
  let taken = 0;
  for (const letter of first.text) {
    words.push(literal(`-${letter}`));
    const value = SHORT_WITH_VALUE.includes(letter) ? rest[taken] : undefined;
    if (!value) continue;
    words.push(value);
    taken++;
  }
  return [...words, ...rest.slice(taken)];
}

function packed(options: Options, archive: Word | undefined, by: string, scene: Scene): readonly Effect[] {
  const { operands } = options;
  const folder = options.value("-C", "--directory");
  const members = operands.map((member) => inFolder(folder, member));
  const removes = options.has("--remove-files")
    ? members.flatMap((member) => fileEffects("delete", member, scene, { by, recursive: true }))
    : [];
  return [
    ...(archive && archive.text !== "-" ? archiveFile(archive, by, scene) : []),
    ...(options.has("--delete") ? [] : readEffects(members, scene, { by, recursive: true })),
    ...removes,
  ];
}

/** `host:file` names an archive on another machine, reached by rsh or ssh. */
function archiveFile(archive: Word, by: string, scene: Scene): readonly Effect[] {
  if (/^[\w.@-]+:/.test(archive.text ?? ""))
    return [unknownEffect(scene, "archive", archive.text ?? "", by, ["upload"])];
  return fileEffects("change", archive, scene, { by });
}

function inFolder(folder: Word | undefined, member: Word): Word {
  if (folder?.text === undefined || member.text === undefined || member.text.startsWith("/")) return member;
  return { ...member, text: `${folder.text}/${member.text}`, prefix: `${folder.text}/${member.text}` };
}

function unpacked(options: Options, archive: Word | undefined, by: string, scene: Scene): readonly Effect[] {
  const into = options.value("-C", "--directory") ?? literal(".");
  const removes = options.has("--recursive-unlink")
    ? fileEffects("delete", into, scene, { by, recursive: true })
    : [];
  const absolute = options.has("-P", "--absolute-names")
    ? [unknownEffect(scene, "file", `absolute names in ${archive?.text ?? "the archive"}`, by)]
    : [];
  return [...fillsFolder(into, by, scene), ...removes, ...absolute];
}

function fillsFolder(into: Word, by: string, scene: Scene): readonly Effect[] {
  return placedFileEffects("change", locate(into, scene), scene, { by, kind: "directory" });
}

function started(text: Word, by: string, scene: Scene): readonly Effect[] {
  if (text.text === undefined) return [unknownEffect(scene, "program", text.source, by)];
  return scene.shell(text.text, { stdin: OPAQUE }).effects;
}

function copyInOut(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-F",
      "-O",
      "-I",
      "-D",
      "-E",
      "-H",
      "-C",
      "-R",
      "-M",
      "-f",
      "-s",
      "-x",
      "-b",
      "-o",
      "--file",
      "--directory",
      "--format",
      "--owner",
      "--rsh-command",
      "--pattern-file",
    ].filter((name) => command.program === "pax" || !["-f", "-s", "-x", "-b", "-o"].includes(name)),
    long: [
      "--extract",
      "--create",
      "--pass-through",
      "--list",
      "--make-directories",
      "--no-absolute-filenames",
    ],
  });
  const by = command.source;
  const pax = command.program === "pax";
  const reads = pax ? options.has("-r") : options.has("-i", "--extract");
  const writes = pax ? options.has("-w") : options.has("-o", "--create");
  const passes = options.has("-p", "--pass-through") || (pax && reads && writes);
  const target =
    options.value("-D", "--directory") ?? (passes ? options.operands.at(-1) : undefined) ?? literal(".");
  const effects: Effect[] = options.values("--rsh-command").flatMap((text) => [...started(text, by, scene)]);
  if (options.has("-t", "--list")) return found(effects, OPAQUE);
  if (passes || reads) effects.push(...fillsFolder(target, by, scene));
  else if (writes)
    effects.push(
      ...options
        .values("-F", "-O", "--file", ...(pax ? ["-f"] : []))
        .flatMap((file) => archiveFile(file, by, scene)),
    );
  return found(effects, OPAQUE);
}

/** `ar rcs lib.a x.o`: the first operand is the bundle of keys. */
function objectArchive(command: Command, scene: Scene): Finding {
  const [keys, ...rest] = command.args;
  const bundle = keys?.text?.replace(/^-/, "") ?? "";
  const by = command.source;
  if (/^[tp]/.test(bundle)) return NOTHING;
  if (bundle.startsWith("x")) return found(fillsFolder(literal("."), by, scene));
  const file = rest[/[abi]/.test(bundle) && /[rm]/.test(bundle) ? 1 : 0];
  return found(file ? fileEffects("change", file, scene, { by }) : []);
}

function javaArchive(command: Command, scene: Scene): Finding {
  const words = bundleFirst(command.args);
  const options = parseOptions(words, {
    values: ["-f", "-e", "-m", "-C", "--file", "--main-class", "--manifest"],
    long: ["--create", "--extract", "--list", "--update"],
  });
  const by = command.source;
  const file = options.value("-f", "--file");
  if (options.has("-x", "--extract"))
    return found(fillsFolder(options.value("-C") ?? literal("."), by, scene));
  if (options.has("-c", "-u", "--create", "--update") && file)
    return found(fileEffects("change", file, scene, { by }));
  return NOTHING;
}
