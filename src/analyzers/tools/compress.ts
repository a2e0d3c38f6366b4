import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, placedFileEffects, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

const STREAMS = [
  "gzip",
  "gunzip",
  "pigz",
  "unpigz",
  "bzip2",
  "bunzip2",
  "pbzip2",
  "xz",
  "unxz",
  "lzma",
  "unlzma",
  "zstd",
  "unzstd",
  "pzstd",
  "zstdmt",
  "lz4",
  "unlz4",
  "lzop",
  "brotli",
  "compress",
  "uncompress",
  "lzip",
  "plzip",
  "snzip",
];
const READS = [
  "zcat",
  "gzcat",
  "bzcat",
  "xzcat",
  "lzcat",
  "zstdcat",
  "lz4cat",
  "zdiff",
  "zcmp",
  "xzdiff",
  "zipinfo",
  "lsar",
  "zipgrep",
  "zipnote",
  "xzless",
];

export const analyzer: Analyzer = {
  name: "compress",
  title: "Compressing and unpacking: zip, 7z, gzip and kin",
  about:
    "What is replaced by its compressed form, where archives are unpacked to, and what is removed on the way.",
  programs: [
    ...STREAMS,
    ...READS,
    "zip",
    "unzip",
    "funzip",
    "7z",
    "7za",
    "7zz",
    "7zr",
    "p7zip",
    "rar",
    "unrar",
    "unar",
    "unp",
    "dtrx",
    "ouch",
    "zipcloak",
    "zipsplit",
  ],
  analyze,
  examples: [
    { run: "gzip app.log", files: { "app.log": "" }, does: ["change file app.log"], tier: 1 },
    { run: "gzip -dc dump.sql.gz", does: [], tier: 0 },
    { run: "gunzip dump.sql.gz", files: { "dump.sql.gz": "" }, does: ["change file dump.sql.gz"], tier: 1 },
    { run: "zip -r out.zip dist", does: ["create file out.zip"], tier: 1 },
    {
      run: "zip -rm out.zip dist",
      files: { "dist/a": "" },
      does: ["create file out.zip", "delete directory dist"],
      tier: 1,
    },
    { run: "unzip -o a.zip -d vendor", does: ["create directory vendor"], tier: 1 },
    { run: "unzip -l a.zip", does: [], tier: 0 },
    { run: "unzip a.zip -d ~/bin", does: ["create directory /home/dev/bin @local"], tier: 2 },
    { run: "7z x a.7z -oout", does: ["create directory out"], tier: 1 },
    {
      run: "7z a -sdel a.7z src",
      files: { "src/a": "" },
      does: ["create file a.7z", "delete directory src"],
      tier: 1,
    },
    {
      run: "zip -T -TT 'rm -rf /' a.zip b",
      does: ["create file a.zip", "delete directory / @local"],
      tier: 3,
    },
    { run: "xz -k big.bin", does: ["create file big.bin.*"], tier: 1 },
  ],
};

const READERS: ReadonlySet<string> = new Set(READS);

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (READERS.has(program))
    return found(readEffects(parseOptions(command.args).operands, scene, { by: command.source }), OPAQUE);
  if (program === "zip") return zip(command, scene);
  if (program === "unzip") return unzip(command, scene);
  if (program === "funzip") return { effects: [], output: OPAQUE };
  if (program.startsWith("7z") || program === "p7zip" || program === "rar" || program === "unrar")
    return sevenZip(command, scene);
  if (STREAMS.includes(program)) return stream(command, scene);
  if (program.startsWith("zip"))
    return found(
      parseOptions(command.args).operands.flatMap((file) =>
        fileEffects("change", file, scene, { by: command.source }),
      ),
    );
  return unpackHere(command, scene);
}

const STREAM_VALUES = [
  "-S",
  "-o",
  "-T",
  "-M",
  "-p",
  "-b",
  "-q",
  "-w",
  "-D",
  "--suffix",
  "--output",
  "--threads",
  "--memory",
  "--memlimit",
  "--processes",
  "--blocksize",
  "--output-dir-flat",
  "--output-dir-mirror",
  "--filelist",
  "--format",
  "--quality",
];

/** These replace a file by its packed or unpacked form, unless they keep it or write to standard output. */
function stream(command: Command, scene: Scene): Finding {
  const flags =
    command.program.startsWith("brotli") ||
    command.program.includes("zst") ||
    command.program.includes("lz4");
  const options = parseOptions(command.args, {
    values: STREAM_VALUES.filter((name) => name !== "-q" || command.program === "brotli"),
    long: [
      "--decompress",
      "--stdout",
      "--to-stdout",
      "--keep",
      "--test",
      "--list",
      "--rm",
      "--recursive",
      "--force",
    ],
  });
  const by = command.source;
  const output = options.value("-o", "--output");
  const effects: Effect[] = [
    ...readEffects(options.operands, scene, { by, recursive: options.has("-r", "--recursive") }),
  ];
  if (output) effects.push(...fileEffects("change", output, scene, { by }));
  if (options.has("-l", "-t", "--list", "--test") || output) return found(effects, OPAQUE);
  if (options.operands.length === 0 || options.has("-c", "--stdout", "--to-stdout"))
    return found(effects, OPAQUE);
  const keeps = options.has("-k", "--keep") || (flags && !options.has("--rm", "-j"));
  const recursive = options.has("-r", "--recursive");
  for (const file of options.operands) {
    effects.push(
      ...(keeps
        ? fileEffects("create", besides(file), scene, { by })
        : fileEffects("change", file, scene, { by, recursive })),
    );
  }
  return found(effects, OPAQUE);
}

/** The packed or unpacked file appears beside the other one. */
function besides(file: Word): Word {
  return file.text === undefined ? file : { ...literal(`${file.text}.*`), glob: true };
}

function zip(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-i",
      "-x",
      "-t",
      "-tt",
      "-n",
      "-P",
      "-b",
      "-s",
      "-O",
      "-TT",
      "--include",
      "--exclude",
      "--unzip-command",
      "--out",
      "--temp-path",
      "--password",
      "--split-size",
    ].filter((name) => name !== "-TT"),
    long: ["--recurse-paths", "--move", "--delete", "--test"],
  });
  const tester = command.args.findIndex((arg) => arg.text === "-TT" || arg.text === "--unzip-command");
  const test = tester < 0 ? undefined : command.args[tester + 1];
  const by = command.source;
  const operands = options.operands.filter((word) => word !== test && word.text !== "-");
  const [archive, ...members] = operands;
  const target = options.value("-O", "--out") ?? archive;
  const removes = options.has("-m", "--move");
  return found([
    ...(target
      ? fileEffects("change", target.text === undefined ? target : withZip(target), scene, { by })
      : []),
    ...(options.has("-d", "--delete") ? [] : readEffects(members, scene, { by, recursive: true })),
    ...(removes
      ? members.flatMap((member) =>
          fileEffects("delete", member, scene, { by, recursive: options.has("-r", "--recurse-paths") }),
        )
      : []),
    ...(test
      ? test.text === undefined
        ? [unknownEffect(scene, "program", test.source, by)]
        : scene.shell(test.text).effects
      : []),
  ]);
}

function withZip(word: Word): Word {
  return /\.[^/.]+$/.test(word.text ?? "") ? word : literal(`${word.text}.zip`);
}

function unzip(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((arg) => /^-[a-zA-Z]*d$/.test(arg.text ?? ""));
  const attached = command.args.find((arg) => /^-d./.test(arg.text ?? ""));
  const into =
    (at < 0 ? undefined : command.args[at + 1]) ??
    (attached ? literal((attached.text ?? "").slice(2)) : literal("."));
  const flags = command.args
    .filter((arg) => /^-[^d]/.test(arg.text ?? ""))
    .map((arg) => arg.text ?? "")
    .join("");
  if (/[lptvzZc]/.test(flags)) return { effects: [], output: OPAQUE };
  return found(fillsFolder(into, command, scene));
}

function fillsFolder(into: Word, command: Command, scene: Scene): readonly Effect[] {
  return placedFileEffects("change", locate(into, scene), scene, { by: command.source, kind: "directory" });
}

/** `7z COMMAND [-switches] ARCHIVE [FILE…]`; rar takes the same shape. */
function sevenZip(command: Command, scene: Scene): Finding {
  const switches = command.args
    .filter((arg) => /^-./.test(arg.text ?? arg.prefix))
    .map((arg) => arg.text ?? arg.prefix);
  const [verb, archive, ...members] = command.args.filter((arg) => !/^-./.test(arg.text ?? arg.prefix));
  const by = command.source;
  const key = verb?.text ?? "";
  if (/^(l|t|i|b|h|v|lb|lt|vb|vt|p)$/.test(key) || switches.includes("-so"))
    return { effects: [], output: OPAQUE };
  if (/^[xe]$/.test(key)) {
    const folder =
      switches.find((one) => /^-o./.test(one))?.slice(2) ??
      (command.program.endsWith("rar") ? members.at(-1)?.text : undefined);
    return found(
      fillsFolder(
        literal(folder && (command.program.startsWith("7") || folder.endsWith("/")) ? folder : "."),
        command,
        scene,
      ),
    );
  }
  if (!archive || !/^(a|u|d|rn|m|f|k|c|s|r)$/.test(key))
    return key === "" ? NOTHING : found([unknownEffect(scene, "archive", by, by)]);
  const removes =
    switches.some((one) => one === "-sdel" || one === "-df" || one === "-dw") ||
    (key === "m" && command.program === "rar");
  return found([
    ...fileEffects("change", archive, scene, { by }),
    ...(key === "d" ? [] : readEffects(members, scene, { by, recursive: true })),
    ...(removes
      ? members.flatMap((member) => fileEffects("delete", member, scene, { by, recursive: true }))
      : []),
  ]);
}

/** Tools that unpack anything into the current folder, or into `-o DIR`. */
function unpackHere(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-o", "-output-directory", "--dir", "-d", "-e", "-p"],
  });
  if (command.program === "ouch" && /^(list|l|ls)$/.test(options.operands[0]?.text ?? "")) return NOTHING;
  const into = options.value("-o", "-output-directory", "--dir", "-d") ?? literal(".");
  return found(fillsFolder(into, command, scene));
}
