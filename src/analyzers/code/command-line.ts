import type { CodeLanguage, Word } from "../analyzer.ts";
import { cutWord } from "../options.ts";

/** How an interpreter takes its options. */
export interface CommandLineSpec {
  readonly programs: readonly string[];
  readonly language: CodeLanguage | undefined;
  /** Options whose value is program text. */
  readonly inline: readonly string[];
  /** After the inline text, everything belongs to the program (`python -c`). */
  readonly inlineEnds?: boolean;
  /** Options whose value is the name of a module to run. */
  readonly module?: readonly string[];
  readonly file?: readonly string[];
  readonly values: readonly string[];
  /** Letters whose value is the rest of the same word, if there is one: `-i.bak`, `-0777`, `-MJSON`. */
  readonly attached?: string;
  /** Options after which nothing is run, only checked. */
  readonly check?: readonly string[];
  readonly server?: readonly string[];
  /** `-n`, `-p`, `-a` put a loop over the operands' lines around the program. */
  readonly loops?: boolean;
}

/** A command line of an interpreter, taken apart. */
export interface CommandLine {
  readonly inline: readonly Word[];
  readonly module: Word | undefined;
  readonly file: Word | undefined;
  /** What follows: the script and its arguments, or the arguments of the inline text. */
  readonly rest: readonly Word[];
  /** Modules loaded first (`-r`, `-M`). */
  readonly preloads: readonly Word[];
  /** The suffix of `-i`; `undefined` without it. */
  readonly inPlace: string | undefined;
  readonly loops: boolean;
  readonly check: boolean;
  readonly server: boolean;
  /** Only prints its version or help. */
  readonly describes: boolean;
  /** An argument is unknown where it could be any option. */
  readonly dynamic: boolean;
  /** The program text as the interpreter completes it: modules of `-M` before it. */
  wrap(text: string): string;
}

interface Reading {
  inline: Word[];
  module: Word | undefined;
  file: Word | undefined;
  preloads: Word[];
  modules: string[];
  flags: Set<string>;
  inPlace: string | undefined;
  ended: boolean;
}

/** Takes the arguments of an interpreter apart, up to the script or the program's own arguments. */
export function readCommandLine(args: readonly Word[], spec: CommandLineSpec): CommandLine {
  const reading: Reading = {
    inline: [],
    module: undefined,
    file: undefined,
    preloads: [],
    modules: [],
    flags: new Set(),
    inPlace: undefined,
    ended: false,
  };
  let at = 0;
  let dynamic = false;
  while (at < args.length && !reading.ended) {
    const word = args[at] as Word;
    const text = word.text ?? word.prefix;
    if (word.text === undefined && word.prefix === "" && !word.tame) {
      dynamic = reading.inline.length === 0;
      break;
    }
    if (text === "--") {
      at++;
      break;
    }
    if (!text.startsWith("-") || text === "-") break;
    at += text.startsWith("--")
      ? readLong(word, args[at + 1], spec, reading)
      : readBundle(word, args[at + 1], spec, reading);
  }
  const flags = reading.flags;
  return {
    inline: reading.inline,
    module: reading.module,
    file: reading.file,
    rest: args.slice(at),
    preloads: reading.preloads,
    inPlace: reading.inPlace,
    loops: spec.loops === true && ["-n", "-p"].some((flag) => flags.has(flag)),
    check: (spec.check ?? []).some((flag) => flags.has(flag)),
    server: (spec.server ?? []).some((flag) => flags.has(flag)),
    describes:
      reading.inline.length === 0 &&
      reading.module === undefined &&
      at >= args.length &&
      ["-V", "-v", "--version", "-h", "--help", "-i:", "-m:", "--info", "--modules", "--ini"].some((flag) =>
        flags.has(flag),
      ),
    dynamic,
    wrap: (text) => [...reading.modules.map((name) => `use ${name};`), text].join("\n"),
  };
}

/** Reads one long option; the answer is how many words it takes. */
function readLong(word: Word, next: Word | undefined, spec: CommandLineSpec, reading: Reading): number {
  const text = word.text ?? word.prefix;
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  reading.flags.add(name);
  const takes = [
    ...spec.inline,
    ...(spec.module ?? []),
    ...(spec.file ?? []),
    ...spec.values,
    ...(spec.server ?? []),
  ].includes(name);
  if (!takes) return 1;
  keep(name, equals < 0 ? next : cutWord(word, equals + 1), spec, reading);
  return equals < 0 ? 2 : 1;
}

/** Reads a word of short options that may stand together: `-lane`, `-pi.bak`, `-MJSON`. */
function readBundle(word: Word, next: Word | undefined, spec: CommandLineSpec, reading: Reading): number {
  const text = word.text ?? word.prefix;
  for (let at = 1; at < text.length; at++) {
    const name = `-${text[at]}`;
    reading.flags.add(name);
    const rest = at + 1 < text.length || word.text === undefined ? cutWord(word, at + 1) : undefined;
    if (takesAttached(name, spec)) {
      const digits = /^[0lCTKW]$/.test(text[at] as string)
        ? (/^[0-9a-fxA-F]*/.exec(text.slice(at + 1))?.[0].length ?? 0)
        : undefined;
      if (digits !== undefined) {
        at +=
          text[at] === "l" || text[at] === "0" || text[at] === "C" || text[at] === "W" || text[at] === "T"
            ? (/^x?[0-9]*/.exec(text.slice(at + 1))?.[0].length ?? 0)
            : digits;
        continue;
      }
      return keepAttached(name, rest, next, reading);
    }
    if (
      [
        ...spec.inline,
        ...(spec.module ?? []),
        ...(spec.file ?? []),
        ...spec.values,
        ...(spec.server ?? []),
      ].includes(name)
    ) {
      keep(name, rest ?? next, spec, reading);
      return rest ? 1 : 2;
    }
  }
  return 1;
}

function takesAttached(name: string, spec: CommandLineSpec): boolean {
  return (spec.attached ?? "").includes(name.slice(1));
}

function keepAttached(
  name: string,
  rest: Word | undefined,
  next: Word | undefined,
  reading: Reading,
): number {
  if (name === "-i") {
    reading.inPlace = rest?.text ?? "";
    return 1;
  }
  if (name === "-M" || name === "-m") {
    const module = /^-?([\w:]+)/.exec(rest?.text ?? next?.text ?? "")?.[1];
    if (module !== undefined) reading.modules.push(module);
    return rest ? 1 : 2;
  }
  if (name === "-r") {
    const word = rest ?? next;
    if (word) reading.preloads.push(word);
    return rest ? 1 : 2;
  }
  return rest || name !== "-I" ? 1 : 2;
}

function keep(name: string, value: Word | undefined, spec: CommandLineSpec, reading: Reading): void {
  if (!value) return;
  if (spec.inline.includes(name)) {
    reading.inline.push(value);
    reading.ended ||= spec.inlineEnds === true;
  } else if (spec.module?.includes(name)) {
    reading.module = value;
    reading.ended = true;
  } else if (spec.file?.includes(name)) reading.file = value;
}
