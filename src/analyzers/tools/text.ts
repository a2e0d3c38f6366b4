import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { type Options, parseOptions } from "../options.ts";
import { READER_BY_PROGRAM, type Reader } from "../readers.ts";
import { namesSecret, readEffects } from "../reading.ts";
import { filtered, OPAQUE, TAME } from "../words.ts";

export const analyzer: Analyzer = {
  name: "text",
  title: "Showing, sorting and comparing text",
  about:
    "cat, head, tail, sort, uniq, cut, diff, jq, yq and their kin. They read; the options by which some of them write a file or start a program are understood. Showing a file that holds secrets is a read of a secret.",
  programs: [...READER_BY_PROGRAM.keys()],
  analyze,
  examples: [
    { run: "cat README.md", does: [], tier: 0 },
    { run: "cat .env", does: ["read file .env"], tier: 2 },
    { run: "cat ~/.ssh/id_rsa", does: ["read file /home/dev/.ssh/id_rsa @local"], tier: 2 },
    { run: "head -20 src/a.ts", does: [], tier: 0 },
    {
      run: "sort -u names.txt -o names.txt",
      files: { "names.txt": "" },
      does: ["change file names.txt"],
      tier: 1,
    },
    { run: "uniq a.txt b.txt", does: ["create file b.txt"], tier: 1 },
    { run: "jq .scripts package.json", does: [], tier: 0 },
    { run: "yq -i '.a = 1' config.yaml", does: ["create file config.yaml"], tier: 1 },
    { run: "diff -u a b", does: [], tier: 0 },
    { run: "wc -l .env", does: [], tier: 0 },
    { run: "sort --compress-program=./x big.txt", does: ["execute? workspace-code x"], tier: 1 },
    { run: "printf 'rm -rf /\\n' | cat | sh", does: ["delete directory / @local"], tier: 3 },
    { run: "less '+!rm x' a.txt", does: ["unknown? less.command +!rm x @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const reader = READER_BY_PROGRAM.get(command.program);
  if (!reader) return found([unknownEffect(scene, "program", command.program, command.source)]);
  const options = parseOptions(withoutCounts(command.args), {
    values: reader.values ?? [],
    long: reader.long ?? [],
    ...(reader.singleDash ? { singleDash: true } : {}),
  });
  const by = command.source;
  const effects = [
    ...writtenFiles(reader, options).flatMap((file) => fileEffects("change", file, scene, { by })),
    ...readEffects(shownFiles(reader, options), scene, { by }),
    ...options.values(...(reader.starts ?? [])).flatMap((text) => started(text, command, scene)),
    ...pagerCommands(command, scene),
    ...(options.dynamic && couldWrite(reader) ? [unknownEffect(scene, "file", command.source, by)] : []),
  ];
  return outputOf(reader, options, command, scene, effects);
}

/** `head -20` and `tail -5f`: a count that is an option of its own. */
function withoutCounts(args: readonly Word[]): readonly Word[] {
  return args.filter((arg) => !/^[-+]\d+[a-z]?$/.test(arg.text ?? ""));
}

function couldWrite(reader: Reader): boolean {
  return (
    (reader.writes ?? reader.inPlace ?? reader.starts) !== undefined || reader.outputOperand !== undefined
  );
}

function isInPlace(reader: Reader, options: Options): boolean {
  if (reader.programs.includes("dos2unix"))
    return !options.has("-n", "--newfile", "-O", "--to-stdout", "-i", "--info");
  return options.has(...(reader.inPlace ?? []));
}

function writtenFiles(reader: Reader, options: Options): readonly Word[] {
  const files = reader.files === "after-first" ? options.operands.slice(1) : options.operands;
  const last = reader.outputOperand === undefined ? undefined : options.operands[reader.outputOperand];
  return [
    ...options.values(...(reader.writes ?? [])),
    ...(isInPlace(reader, options) ? files.filter((file) => file.text !== undefined || !file.tame) : []),
    ...(reader.programs.includes("dos2unix") && options.has("-n", "--newfile")
      ? options.operands.slice(1)
      : []),
    ...(last ? [last] : []),
  ];
}

function shownFiles(reader: Reader, options: Options): readonly Word[] {
  const named = options.values(...(reader.reads ?? []));
  if (reader.files === "none") return named;
  const fromFile = options.has("-f", "--from-file");
  const files = reader.files === "after-first" && !fromFile ? options.operands.slice(1) : options.operands;
  return [...named, ...files];
}

function started(text: Word, command: Command, scene: Scene): readonly Effect[] {
  if (text.text === undefined) return [unknownEffect(scene, "program", text.source, command.source)];
  return scene.shell(text.text, { stdin: OPAQUE }).effects;
}

/** `less +CMD` and `more +CMD` run pager commands at the start; `!`, `|`, `v` and `s` leave the pager. */
function pagerCommands(command: Command, scene: Scene): readonly Effect[] {
  if (!/^(less|more|most|zless|zmore)$/.test(command.program)) return [];
  return command.args
    .filter((arg) => /^\+{1,2}[^\dGgF/?]/.test(arg.text ?? arg.prefix))
    .map((arg) => unknownEffect(scene, "less.command", arg.text ?? arg.source, command.source));
}

function outputOf(
  reader: Reader,
  options: Options,
  command: Command,
  scene: Scene,
  effects: readonly Effect[],
): Finding {
  if (reader.output === "tame") return found(effects, TAME);
  const files = reader.files === "after-first" ? options.operands.slice(1) : options.operands;
  if (files.length > 0)
    return isPlainCat(command) ? shownText(files, scene, effects) : found(effects, OPAQUE);
  if (isPlainCat(command)) return found(effects, command.stdin);
  const keepsNames = reader.output === "filter" || /^(cut|paste|column|nl|tac)$/.test(command.program);
  return found(effects, keepsNames ? filtered(command.stdin) : opaqueLike(command.stdin));
}

function opaqueLike(stdin: Stream): Stream {
  return stdin.kind === "opaque" ? stdin : OPAQUE;
}

function isPlainCat(command: Command): boolean {
  return (
    (command.program === "cat" || command.program === "gcat") &&
    command.args.every((arg) => arg.text === "-" || !(arg.text ?? arg.prefix).startsWith("-"))
  );
}

/** What `cat` shows; the files are only looked up when somebody uses what is shown. */
function shownText(files: readonly Word[], scene: Scene, effects: readonly Effect[]): Finding {
  return {
    effects,
    get output(): Stream {
      const texts = files.map((file) => {
        if (file.text === undefined || file.glob || namesSecret(file, scene)) return undefined;
        const at = locate(file, scene);
        return at.area === "sink" ? undefined : scene.need({ kind: "text", path: at.path })?.text;
      });
      return texts.every((text) => text !== undefined) ? { kind: "text", text: texts.join("") } : OPAQUE;
    },
  };
}
