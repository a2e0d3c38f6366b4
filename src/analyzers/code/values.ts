import type { Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import type { FunctionExpression } from "./expression.ts";

/** What is known of a value while a program is read, without running it. */
export type Value =
  /** A text, or a path, as far as it can be told. */
  | { readonly kind: "text"; readonly word: Word }
  | { readonly kind: "number"; readonly value: number }
  /** `open`: further elements may follow. */
  | { readonly kind: "list"; readonly items: readonly Value[]; readonly open: boolean }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Value>; readonly open: boolean }
  /** A module, function or constant of the language or a library by its dotted name: `os.path.join`. */
  | { readonly kind: "reference"; readonly name: string }
  /** An instance of something that the tables know: an open file, a path, a client of a service. */
  | { readonly kind: "object"; readonly of: string; readonly at: Word }
  | { readonly kind: "function"; readonly code: FunctionExpression; readonly scope: Scope }
  /** One of these. */
  | { readonly kind: "choice"; readonly options: readonly Value[] }
  /** A value of which every method is harmless: numbers, collections, results of computations. */
  | { readonly kind: "plain" }
  /** Came over the network. */
  | { readonly kind: "remote" }
  | { readonly kind: "unknown" };

export const PLAIN: Value = { kind: "plain" };
export const UNKNOWN: Value = { kind: "unknown" };
export const REMOTE: Value = { kind: "remote" };

/** Names in force at a point of the program. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly parent: Scope | undefined;
}

export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const value = at.names.get(name);
    if (value) return value;
  }
  return undefined;
}

/** The scope that holds a name, else the innermost one. */
export function scopeOf(scope: Scope, name: string): Scope {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.names.has(name)) return at;
  return scope;
}

export function text(value: string): Value {
  return { kind: "text", word: literal(value) };
}

export function textWith(word: Word): Value {
  return { kind: "text", word };
}

export function list(items: readonly Value[], open = false): Value {
  return { kind: "list", items, open };
}

export function reference(name: string): Value {
  return { kind: "reference", name };
}

export function object(of: string, at: Word = unknownWord(of)): Value {
  return { kind: "object", of, at };
}

/** The exact text of a value, when it is known. */
export function knownText(value: Value | undefined): string | undefined {
  if (value?.kind === "text") return value.word.text;
  if (value?.kind === "number") return String(value.value);
  return value?.kind === "object" && value.of === "path" ? value.at.text : undefined;
}

/** The word that a value is as a path or an argument. */
export function wordOf(value: Value | undefined, source: string): Word {
  if (value?.kind === "text") return value.word;
  if (value?.kind === "number") return literal(String(value.value));
  if (value?.kind === "object" && (value.of === "path" || value.of === "file")) return value.at;
  if (value?.kind === "choice")
    return commonWord(
      value.options.map((option) => wordOf(option, source)),
      source,
    );
  return unknownWord(source);
}

/** Words written one after the other. */
export function joinWords(words: readonly Word[]): Word {
  if (words.every((word) => word.text !== undefined)) {
    return { ...literal(words.map((word) => word.text).join("")), glob: words.some((word) => word.glob) };
  }
  const first = words.findIndex((word) => word.text === undefined);
  const last = words.findLastIndex((word) => word.text === undefined);
  const textBetween = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((word) => word.text ?? "")
      .join("");
  return {
    text: undefined,
    source: words.map((word) => word.source).join(""),
    prefix: textBetween(0, first) + (words[first] as Word).prefix,
    suffix: (words[last] as Word).suffix + textBetween(last + 1, words.length),
    tame: words.every((word) => word.text !== undefined || word.tame),
    glob: words.some((word) => word.glob),
  };
}

/** Path segments put together; a later absolute one replaces what stands before it. */
export function joinPaths(words: readonly Word[]): Word {
  const start = words.findLastIndex(
    (word) => word.prefix.startsWith("/") || /^[a-z]:[\\/]/i.test(word.prefix),
  );
  const used = words.slice(Math.max(start, 0)).filter((word) => word.text !== "");
  return joinWords(
    used.flatMap((word, index) =>
      index === 0 || used[index - 1]?.suffix.endsWith("/") || used[index - 1]?.text?.endsWith("/")
        ? [word]
        : [literal("/"), word],
    ),
  );
}

/** What one of several words may be: their common beginning is all that is known. */
export function commonWord(words: readonly Word[], source: string): Word {
  const [first, ...rest] = words;
  if (!first) return unknownWord(source);
  if (first.text !== undefined && rest.every((word) => word.text === first.text)) return first;
  let prefix = first.prefix;
  for (const word of rest) while (!word.prefix.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return { ...unknownWord(source), prefix };
}

/** The name of something that is there, without a slash in it. */
export const SOME_NAME: Word = { ...literal("?*"), glob: true };

/** Any folder at any depth below one. */
export function everythingBelow(folder: Word): Word {
  if (folder.text === undefined)
    return { ...folder, prefix: `${folder.prefix.replace(/\/$/, "")}/`, suffix: "" };
  return { ...literal(`${folder.text.replace(/\/$/, "")}/**`), glob: true };
}

/** A name of something below a folder: what listing or walking it gives. */
export function below(folder: Word): Word {
  return joinPaths([folder, SOME_NAME]);
}

export function choice(options: readonly Value[]): Value {
  const flat = options.flatMap((option) => (option.kind === "choice" ? option.options : [option]));
  const different = flat.filter((option, index) => flat.findIndex((other) => same(other, option)) === index);
  if (different.length === 1) return different[0] as Value;
  return different.length > 16 || different.length === 0 ? UNKNOWN : { kind: "choice", options: different };
}

function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === "text" && b.kind === "text") return a.word.text !== undefined && a.word.text === b.word.text;
  if (a.kind === "reference" && b.kind === "reference") return a.name === b.name;
  if (a.kind === "number" && b.kind === "number") return a.value === b.value;
  return a.kind === b.kind && ["plain", "remote", "unknown"].includes(a.kind);
}

/** What looping over a value gives, element by element; `undefined` when it cannot be told. */
export function elements(value: Value): readonly Value[] | undefined {
  if (value.kind === "list") return value.items;
  if (value.kind === "map" && !value.open) return [...value.entries.keys()].map((key) => text(key));
  return undefined;
}

/** What any one element of a value is. */
export function element(value: Value): Value {
  if (value.kind === "list")
    return value.items.length > 0 ? choice(value.items) : value.open ? UNKNOWN : PLAIN;
  if (value.kind === "map")
    return value.entries.size > 0 && !value.open ? choice([...value.entries.values()]) : PLAIN;
  if (value.kind === "object")
    return value.of.startsWith("service:") || value.of === "foreign" ? value : PLAIN;
  if (value.kind === "choice") return choice(value.options.map(element));
  if (value.kind === "text" && value.word.text !== undefined)
    return textWith({ ...unknownWord(value.word.source), tame: !value.word.text.includes("/") });
  return value.kind === "number" ||
    value.kind === "function" ||
    value.kind === "reference" ||
    value.kind === "text"
    ? PLAIN
    : value;
}
