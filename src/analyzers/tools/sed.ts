import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { parseSed, type SedProgram } from "../languages/sed.ts";
import { locate } from "../locate.ts";
import { literal } from "../options.ts";
import { readEffects } from "../reading.ts";
import { filtered, literalPieces, OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "sed",
  title: "sed and other stream editors",
  about:
    "The sed program is parsed: files that it writes or reads and commands that it runs (`w`, `r`, `e`) are judged; with -i its files change in place.",
  programs: ["sed", "gsed", "ssed", "sd", "perltidy"],
  analyze,
  examples: [
    { run: "sed -n '1,5p' a.txt", does: [], tier: 0 },
    { run: "sed -i 's/a/b/g' src/a.ts", files: { "src/a.ts": "" }, does: ["change file src/a.ts"], tier: 1 },
    {
      run: "sed -i.bak 's/a/b/' a.txt b.txt",
      files: { "a.txt": "", "b.txt": "" },
      does: ["change file a.txt", "change file b.txt"],
      tier: 1,
    },
    { run: "sed -i '' 's/a/b/' a.txt", files: { "a.txt": "" }, does: ["change file a.txt"], tier: 1 },
    {
      run: "sudo sed -i 's/a/b/' /etc/hosts",
      files: { "/etc/hosts": "" },
      does: ["change file /etc/hosts @local"],
      tier: 3,
    },
    { run: "sed 's/x/rm -rf \\/;/w' a.txt", does: ["unknown? sed.text s/x/rm -rf \\/;/w @local"], tier: 2 },
    { run: "sed '1e rm -rf /' a.txt", does: ["delete directory / @local"], tier: 3 },
    { run: "echo 'rm -rf /' | sed 's/.*/&/e'", does: ["unknown? sed.command pattern space @local"], tier: 2 },
    { run: "sed 'w out.txt' a.txt", does: ["create file out.txt"], tier: 1 },
    {
      run: "sed -f fix.sed a.txt",
      files: { "fix.sed": "s/a/b/\nw /etc/passwd\n" },
      does: ["create file /etc/passwd @local"],
      tier: 4,
    },
    { run: "sd before after src/a.ts", files: { "src/a.ts": "" }, does: ["change file src/a.ts"], tier: 1 },
  ],
};

interface SedArguments {
  readonly scripts: readonly Word[];
  readonly scriptFiles: readonly Word[];
  readonly files: readonly Word[];
  readonly inPlace: boolean;
  readonly sandbox: boolean;
  /** An argument could be an option or the program itself. */
  readonly dynamic: boolean;
}

function analyze(command: Command, scene: Scene): Finding {
  if (command.program === "sd") return substitute(command, scene);
  if (command.program === "perltidy") return tidy(command, scene);
  const given = readArguments(command.args);
  const programs = [
    ...given.scripts.map(scriptText),
    ...given.scriptFiles.map((file) => textOf(file, command, scene)),
  ];
  const text = programs.every((one) => one !== undefined) ? programs.join("\n") : undefined;
  const effects: Effect[] = [
    ...readEffects([...given.files, ...given.scriptFiles], scene, { by: command.source }),
  ];
  if (text === undefined || given.dynamic)
    effects.push(unknownEffect(scene, "sed.text", command.source, command.source));
  const program = parseSed(text ?? "");
  if (text !== undefined && !given.sandbox) effects.push(...programEffects(program, text, command, scene));
  if (given.inPlace)
    effects.push(
      ...given.files.flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
    );
  return found(
    effects,
    given.files.length > 0 ? (given.inPlace ? { kind: "none" } : OPAQUE) : filtered(command.stdin),
  );
}

/**
 * The text of a script. A piece that is not known (`s/VERSION/$VERSION/`, `${LINE}d`) counts as a value where
 * only a value makes sense: as a number in the place of an address, else as a character that no command and
 * no flag begins with, so that the script is only understood when the piece stands inside delimiters.
 */
function scriptText(word: Word): string | undefined {
  if (word.text !== undefined) return word.text;
  const texts = literalPieces(word);
  if (texts === undefined) return undefined;
  return texts.reduce((before, after) => {
    const address = /(^|[;\n{,~+])\s*$/.test(before) && /^[,;~!pdqQsacihDPGHx=}]/.test(after);
    return `${before}${address ? "0" : "\u0001"}${after}`;
  });
}

const VALUES = new Set(["-e", "-f", "-l", "--expression", "--file", "--line-length"]);

/** sed's own option rules: `-i` takes its value only when attached (GNU), or as an empty word (BSD). */
function readArguments(args: readonly Word[]): SedArguments {
  const scripts: Word[] = [];
  const scriptFiles: Word[] = [];
  const operands: Word[] = [];
  let inPlace = false;
  let sandbox = false;
  let dynamic = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as Word;
    const text = word.text ?? word.prefix;
    if (text === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (
      word.text === undefined &&
      word.prefix === "" &&
      word.suffix === "" &&
      !word.tame &&
      operands.length + scripts.length === 0
    )
      dynamic = true;
    if (!text.startsWith("-") || text === "-") operands.push(word);
    else {
      const option = readOption(word, text, args[at + 1]);
      if (option.takesNext) at++;
      if (option.script) scripts.push(option.script);
      if (option.file) scriptFiles.push(option.file);
      inPlace ||= option.inPlace;
      sandbox ||= text === "--sandbox";
      if (option.inPlace && text === "-i" && args[at + 1]?.text === "") at++;
    }
  }
  const first = scripts.length + scriptFiles.length === 0 ? operands.shift() : undefined;
  return { scripts: first ? [first] : scripts, scriptFiles, files: operands, inPlace, sandbox, dynamic };
}

interface SedOption {
  readonly script?: Word;
  readonly file?: Word;
  readonly inPlace: boolean;
  readonly takesNext: boolean;
}

function readOption(word: Word, text: string, next: Word | undefined): SedOption {
  if (text.startsWith("--")) {
    const [name = "", ...rest] = text.split("=");
    const inPlace = name.length > 3 && "--in-place".startsWith(name);
    const full = [...VALUES].find((value) => value.startsWith(name) && name.length > 3) ?? name;
    const value =
      rest.length > 0
        ? word.text === undefined
          ? { ...word, text: undefined }
          : literal(rest.join("="))
        : next;
    return { ...valueFor(full, value), inPlace, takesNext: rest.length === 0 && VALUES.has(full) };
  }
  for (let at = 1; at < text.length; at++) {
    const name = `-${text[at]}`;
    if (name === "-i") return { inPlace: true, takesNext: false };
    if (!VALUES.has(name)) continue;
    const attached = text.slice(at + 1);
    const value =
      attached !== "" || word.text === undefined
        ? { ...literal(attached), text: word.text === undefined ? undefined : attached }
        : next;
    return {
      ...valueFor(name, value),
      inPlace: text.slice(1, at).includes("i"),
      takesNext: attached === "" && word.text !== undefined,
    };
  }
  return { inPlace: false, takesNext: false };
}

function valueFor(name: string, value: Word | undefined): { readonly script?: Word; readonly file?: Word } {
  if (!value) return {};
  if (name === "-e" || name === "--expression") return { script: value };
  return name === "-f" || name === "--file" ? { file: value } : {};
}

function textOf(file: Word, command: Command, scene: Scene): string | undefined {
  if (file.text === "-") return command.stdin.kind === "text" ? command.stdin.text : undefined;
  if (file.text === undefined) return undefined;
  return scene.need({ kind: "text", path: locate(file, scene).path })?.text;
}

function programEffects(
  program: SedProgram,
  text: string,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const by = command.source;
  const named = (names: readonly string[]) => names.filter((name) => name !== "").map(literal);
  const nameless = program.writes.includes("") || program.reads.includes("");
  return [
    ...named(program.writes).flatMap((file) => fileEffects("change", file, scene, { by })),
    ...readEffects(named(program.reads), scene, { by }),
    ...program.commands.flatMap((one) =>
      one === undefined
        ? [unknownEffect(scene, "sed.command", "pattern space", by)]
        : scene.shell(one, { stdin: OPAQUE }).effects,
    ),
    ...(program.understood && !nameless ? [] : [unknownEffect(scene, "sed.text", text, by)]),
  ];
}

/** `sd FIND REPLACE [FILE…]` changes its files; without files, or with `-p`, it only prints. */
function substitute(command: Command, scene: Scene): Finding {
  const flags = command.args.filter((arg) => /^-/.test(arg.text ?? "")).map((arg) => arg.text);
  const operands = command.args.filter((arg) => !/^-[a-z-]/.test(arg.text ?? "")).slice(2);
  if (flags.includes("-p") || flags.includes("--preview"))
    return found(readEffects(operands, scene, { by: command.source }), OPAQUE);
  return found(
    operands.flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
    filtered(command.stdin),
  );
}

function tidy(command: Command, scene: Scene): Finding {
  const inPlace = command.args.some((arg) => /^-(b|-backup-and-modify)/.test(arg.text ?? ""));
  const files = command.args.filter((arg) => !(arg.text ?? "").startsWith("-"));
  return found(
    inPlace ? files.flatMap((file) => fileEffects("change", file, scene, { by: command.source })) : [],
    OPAQUE,
  );
}
