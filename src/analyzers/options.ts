import type { Word } from "./analyzer.ts";

export interface OptionSpec {
  /**
   * Options that take a value, with their dashes: `-C`, `--git-dir`. Everything else with a dash is a flag.
   * Values are accepted as `-C x`, `-Cx`, `--git-dir x` and `--git-dir=x`.
   */
  readonly values?: readonly string[];
  /** Long options that a tool lets its users abbreviate; list all that matter for a decision. */
  readonly long?: readonly string[];
  /** Single-dash words are long options (`-chdir=x`, `-auto-approve`): terraform, find, java, Go's flag package. */
  readonly singleDash?: boolean;
  /** The tool takes no abbreviated long options: Go's pflag, most JavaScript parsers. */
  readonly exact?: boolean;
  /** Options end at the first operand: `git`, `env`, `sudo`, `ssh`. */
  readonly stopAtOperand?: boolean;
}

export interface Options {
  /** True when one of the names was given; `--for` counts as `--force` when that is listed in `long`. */
  has(...names: readonly string[]): boolean;
  /** The value given last for one of the names. */
  value(...names: readonly string[]): Word | undefined;
  /** Every value given for the names, in order. */
  values(...names: readonly string[]): readonly Word[];
  readonly operands: readonly Word[];
  /** Every option as typed, names only: `-r`, `--force`. */
  readonly names: readonly string[];
  /** An argument is unknown in a way that could be (or end) any option. */
  readonly dynamic: boolean;
}

interface Given {
  readonly name: string;
  readonly value: Word | undefined;
}

/**
 * Splits the arguments of a command into options and operands, following POSIX utility syntax guidelines and
 * the GNU long-option extensions (bundled short flags, `--name=value`, `--` ends options, abbreviations).
 */
export function parseOptions(args: readonly Word[], spec: OptionSpec = {}): Options {
  const takesValue = new Set(spec.values ?? []);
  const long = [...(spec.long ?? []), ...(spec.values ?? []).filter((name) => name.startsWith("--"))];
  const known = spec.exact ? [] : long;
  const given: Given[] = [];
  const operands: Word[] = [];
  let dynamic = false;
  for (let index = 0; index < args.length; index++) {
    const word = args[index] as Word;
    const text = word.text ?? word.prefix;
    if (word.text === undefined && !word.tame && word.prefix === "") dynamic = true;
    if (text === "--" && word.text !== undefined) {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (!text.startsWith("-") || text === "-") {
      operands.push(word);
      if (spec.stopAtOperand) {
        operands.push(...args.slice(index + 1));
        break;
      }
      continue;
    }
    const read =
      text.startsWith("--") || spec.singleDash
        ? readLong(word, text, takesValue, known)
        : readShort(word, text, takesValue);
    given.push(...read.given);
    if (read.wantsNext) {
      index++;
      given.push({ name: read.wantsNext, value: args[index] });
    }
  }
  return options(given, operands, dynamic, known);
}

interface Read {
  readonly given: readonly Given[];
  /** The option whose value is the next argument. */
  readonly wantsNext?: string;
}

function readLong(word: Word, text: string, takesValue: ReadonlySet<string>, known: readonly string[]): Read {
  const equals = text.indexOf("=");
  const typed = equals < 0 ? text : text.slice(0, equals);
  const name = completed(typed, known);
  if (equals >= 0) return { given: [{ name, value: cutWord(word, equals + 1) }] };
  return takesValue.has(name) ? { given: [], wantsNext: name } : { given: [{ name, value: undefined }] };
}

function readShort(word: Word, text: string, takesValue: ReadonlySet<string>): Read {
  const given: Given[] = [];
  for (let at = 1; at < text.length; at++) {
    const name = `-${text[at]}`;
    if (!takesValue.has(name)) {
      given.push({ name, value: undefined });
      continue;
    }
    if (at + 1 < text.length || word.text === undefined)
      return { given: [...given, { name, value: cutWord(word, at + 1) }] };
    return { given, wantsNext: name };
  }
  return { given };
}

/** The only listed long option that the typed one abbreviates, else the typed one. */
function completed(typed: string, known: readonly string[]): string {
  if (known.includes(typed) || typed.length < 4) return typed;
  const matches = known.filter((name) => name.startsWith(typed));
  return matches.length === 1 ? (matches[0] as string) : typed;
}

function options(
  given: readonly Given[],
  operands: readonly Word[],
  dynamic: boolean,
  known: readonly string[],
): Options {
  /** An ambiguous abbreviation (`--fo` of `--force` and `--follow`) counts as each of them: the tool decides. */
  const matches = (typed: string, name: string) =>
    typed === name ||
    (typed.length >= 4 &&
      typed.startsWith("--") &&
      known.includes(name) &&
      !known.includes(typed) &&
      name.startsWith(typed));
  const values = (...names: readonly string[]) =>
    given.flatMap((one) => (one.value && names.some((name) => matches(one.name, name)) ? [one.value] : []));
  return {
    has: (...names) => given.some((one) => names.some((name) => matches(one.name, name))),
    value: (...names) => values(...names).at(-1),
    values,
    operands,
    names: given.map((one) => one.name),
    dynamic,
  };
}

/** The rest of a word after its first `from` characters of literal prefix. */
export function cutWord(word: Word, from: number): Word {
  return {
    ...word,
    text: word.text?.slice(from),
    prefix: word.prefix.slice(from),
    source: word.text === undefined ? word.source : word.text.slice(from),
  };
}

/** A word whose text is known, as analyzers need it to judge nested commands. */
export function literal(text: string): Word {
  return { text, source: text, prefix: text, suffix: "", tame: false, glob: false };
}

/** A word about which nothing is known. */
export function unknownWord(source: string): Word {
  return { text: undefined, source, prefix: "", suffix: "", tame: false, glob: false };
}
