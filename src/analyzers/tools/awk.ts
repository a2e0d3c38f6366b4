import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { type AwkValue, parseAwk, UNKNOWN } from "../languages/awk.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { filtered, literalPieces, OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "awk",
  title: "awk",
  about:
    "The awk program is parsed: files that it writes and commands that it runs (`system`, pipes, `getline`) are judged; with `-i inplace` its files change.",
  programs: ["awk", "gawk", "mawk", "nawk", "original-awk", "goawk", "frawk"],
  analyze,
  examples: [
    { run: "awk '{print $1}' a.txt", does: [], tier: 0 },
    { run: "awk -F, '$3 > 10 { print $1, $2 }' a.csv", does: [], tier: 0 },
    { run: "awk '{ print > \"out.txt\" }' a.txt", does: ["create file out.txt"], tier: 1 },
    { run: "awk 'BEGIN { system(\"rm -rf /\") }'", does: ["delete directory / @local"], tier: 3 },
    { run: "awk '{ print $1 | \"sort -u\" }' a.txt", does: [], tier: 0 },
    {
      run: "awk '{ system(\"rm -rf \" $1) }' list.txt",
      does: ["delete? directory $AWK_VALUE @local", "unknown? awk.command rm -rf … @local"],
      tier: 3,
    },
    { run: "awk 'BEGIN { \"date\" | getline d; print d }'", does: [], tier: 0 },
    {
      run: "gawk -i inplace '{ sub(/a/, \"b\") } 1' a.txt",
      files: { "a.txt": "" },
      does: ["change file a.txt"],
      tier: 1,
    },
    { run: "awk -f report.awk data.txt", files: { "report.awk": "END { print NR }" }, does: [], tier: 0 },
    { run: "awk '{ print > $2 }' a.txt", does: ["change? file … @local"], tier: 2 },
    { run: "awk '/system\\(\"rm\"\\)/ { n++ } END { print n }' a.txt", does: [], tier: 0 },
  ],
};

const VALUES = [
  "-F",
  "-v",
  "-f",
  "-e",
  "-i",
  "-l",
  "-E",
  "--field-separator",
  "--assign",
  "--file",
  "--source",
  "--include",
  "--load",
  "--exec",
];

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: VALUES, stopAtOperand: true });
  const named = options.values("-f", "--file", "-E", "--exec");
  const inline = options.values("-e", "--source");
  const hasProgram = named.length + inline.length > 0;
  const [first, ...rest] = options.operands;
  const files = hasProgram ? options.operands : rest;
  const words = hasProgram ? inline : first ? [first] : [];
  const texts = [...words.map(programText), ...named.map((file) => textOf(file, command, scene))];
  const text = texts.every((one) => one !== undefined) ? texts.join("\n") : undefined;
  const by = command.source;
  const inPlace = options.values("-i", "--include").some((word) => word.text === "inplace");
  const effects: Effect[] = [
    ...readEffects([...files.filter((file) => !isAssignment(file)), ...named], scene, { by }),
    ...(text === undefined
      ? [unknownEffect(scene, "awk.text", by, by)]
      : programEffects(text, options, command, scene)),
    ...(inPlace
      ? files
          .filter((file) => !isAssignment(file))
          .flatMap((file) => fileEffects("change", file, scene, { by }))
      : []),
    ...loaded(options).map((word) => unknownEffect(scene, "awk.text", word.source, by)),
    ...options
      .values("--dump-variables", "--profile", "--pretty-print")
      .flatMap((file) => fileEffects("change", file, scene, { by })),
  ];
  return found(
    effects,
    outputOf(
      text,
      files.some((file) => !isAssignment(file)),
      command,
    ),
  );
}

/** The text of a program; a piece that is not known counts as a number where an operand or a string stands. */
function programText(word: Word): string | undefined {
  if (word.text !== undefined) return word.text;
  const texts = literalPieces(word) ?? [];
  const values = texts.slice(0, -1).every((_, index) => {
    const before = texts.slice(0, index + 1).join("0");
    return /[=<>+\-*/%$(,~&|]\s*$/.test(before) || isInsideString(before);
  });
  if (!values || texts.length === 0) return undefined;
  return texts.reduce((before, after) => `${before}${isInsideString(before) ? UNKNOWN : "0"}${after}`);
}

function isInsideString(text: string): boolean {
  return (text.replace(/\\[\s\S]/g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

function isAssignment(word: Word): boolean {
  return /^[A-Za-z_]\w*=/.test(word.text ?? word.prefix);
}

function loaded(options: Options): readonly Word[] {
  return [
    ...options.values("-l", "--load"),
    ...options.values("-i", "--include").filter((word) => word.text !== "inplace"),
  ];
}

function textOf(file: Word, command: Command, scene: Scene): string | undefined {
  if (file.text === "-" || file.text === "/dev/stdin")
    return command.stdin.kind === "text" ? command.stdin.text : undefined;
  if (file.text === undefined) return undefined;
  return scene.need({ kind: "text", path: locate(file, scene).path })?.text;
}

function programEffects(text: string, options: Options, command: Command, scene: Scene): readonly Effect[] {
  const variables = new Map<string, string>();
  for (const word of options.values("-v", "--assign")) {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word.text ?? "") ?? [];
    if (name !== undefined && value !== undefined) variables.set(name, value);
  }
  const program = parseAwk(text, variables);
  const by = command.source;
  return [
    ...program.writes.flatMap((value) => fileEffects("change", wordOf(value), scene, { by })),
    ...readEffects(program.reads.map(wordOf), scene, { by }),
    ...program.commands.flatMap((value) => commandEffects(value, command, scene)),
    ...(program.understood ? [] : [unknownEffect(scene, "awk.text", text, by)]),
  ];
}

function wordOf(value: AwkValue): Word {
  if (value.every((piece) => piece !== undefined)) return literal(value.join(""));
  const first = value.indexOf(undefined);
  const last = value.lastIndexOf(undefined);
  const source = value.map((piece) => piece ?? "…").join("");
  return {
    text: undefined,
    source,
    prefix: value.slice(0, first).join(""),
    suffix: value.slice(last + 1).join(""),
    tame: false,
    glob: false,
  };
}

/**
 * A command that is computed from data is judged with the data as one unknown word, and is unknown besides:
 * the data could hold anything, also further commands.
 */
function commandEffects(value: AwkValue, command: Command, scene: Scene): readonly Effect[] {
  const known = value.every((piece) => piece !== undefined);
  if (known) return scene.shell(value.join(""), { stdin: OPAQUE }).effects;
  const script = value.map((piece) => piece ?? "$AWK_VALUE").join("");
  const judged =
    value[0] === undefined
      ? []
      : scene.shell(script, { stdin: OPAQUE, variables: new Map([["AWK_VALUE", undefined]]) }).effects;
  return [
    ...judged,
    unknownEffect(scene, "awk.command", value.map((piece) => piece ?? "…").join(""), command.source),
  ];
}

/** Whole lines of names stay names; anything computed from them does not. */
function outputOf(text: string | undefined, hasFiles: boolean, command: Command): Stream {
  if (hasFiles || text === undefined) return OPAQUE;
  if (command.stdin.kind === "paths") return /"|\$[1-9]\d/.test(text) ? OPAQUE : filtered(command.stdin);
  if (command.stdin.kind !== "opaque") return OPAQUE;
  const { processes, ...rest } = command.stdin;
  return processes === undefined || !picks(text) ? command.stdin : rest;
}

/** True when the program compares with a text or matches an expression, other than on the first column (a user). */
function picks(text: string): boolean {
  const others = text.replace(/\$1\s*(==|~|!=)\s*("[^"]*"|\/[^/]*\/)/g, "");
  return /\/(?:\\.|[^/\\\n])+\/|[=~]\s*"|index\s*\(|match\s*\(/.test(others);
}
