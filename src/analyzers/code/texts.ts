import { literal, unknownWord } from "../options.ts";
import { decodeText } from "./decode.ts";
import { formatted } from "./operate.ts";
import { joinWords, knownText, list, PLAIN, text, textWith, type Value, wordOf } from "./values.ts";

/**
 * A method of a text whose exact value is known. Only what hides commands or builds paths is folded; the
 * rest gives a text that is not known.
 */
export function foldTextMethod(
  self: Extract<Value, { kind: "text" }>,
  method: string,
  args: readonly Value[],
  source: string,
): Value {
  const known = self.word.text;
  const name = method.replace(/[!?]$/, "");
  if (name === "format") return formattedBraces(self, args, source);
  if (known === undefined)
    return KEEPS.has(name) ? self : textWith({ ...unknownWord(source), tame: self.word.tame });
  const first = knownText(args[0]);
  const second = knownText(args[1]);
  if (SPLITS.has(name)) return split(known, name, first);
  if (JOINS.has(name)) return joined(known, args[0], source);
  if (REPLACES.has(name) && first !== undefined && second !== undefined) {
    return text(name === "sub" ? known.replace(first, () => second) : known.split(first).join(second));
  }
  const fold = name === "toString" ? (whole: string) => whole : FOLDS.get(name);
  if (fold && args.every((arg) => knownText(arg) !== undefined)) return text(fold(known, first));
  if (name === "unpack1" || name === "unpack") return unpacked(known, first);
  if (name === "%") return formatted(self.word, args[0] ?? PLAIN, source);
  return PREDICATES.test(name) ? PLAIN : textWith(unknownWord(source));
}

/** Methods after which a path is still below where it was. */
const KEEPS = new Set([
  "strip",
  "trim",
  "chomp",
  "rstrip",
  "lstrip",
  "to_s",
  "toString",
  "decode",
  "encode",
  "dup",
  "freeze",
  "to_str",
  "as_posix",
]);
const SPLITS = new Set(["split", "splitlines", "lines", "chars"]);
const JOINS = new Set(["join"]);
const REPLACES = new Set(["replace", "replaceAll", "gsub", "sub", "tr"]);
const PREDICATES =
  /^(startswith|endswith|startsWith|endsWith|start_with|end_with|includes?|contains|match|test|index|indexOf|find|count|is[a-z_]*|length|size|empty|codePointAt|charCodeAt|ord|localeCompare|search|matchAll|each|each_char|each_line|forEach|scan)$/;

const FOLDS: ReadonlyMap<string, (self: string, first: string | undefined) => string> = new Map(
  Object.entries<(self: string, first: string | undefined) => string>({
    strip: (self) => self.trim(),
    trim: (self) => self.trim(),
    lstrip: (self) => self.trimStart(),
    rstrip: (self) => self.trimEnd(),
    chomp: (self) => self.replace(/\r?\n$/, ""),
    lower: (self) => self.toLowerCase(),
    toLowerCase: (self) => self.toLowerCase(),
    downcase: (self) => self.toLowerCase(),
    upper: (self) => self.toUpperCase(),
    toUpperCase: (self) => self.toUpperCase(),
    upcase: (self) => self.toUpperCase(),
    reverse: (self) => [...self].reverse().join(""),
    concat: (self, first) => self + (first ?? ""),
    decode: (self, first) =>
      first === "hex" || first === "base64" ? (decodeText(first, self) ?? self) : self,
    encode: (self) => self,
    to_s: (self) => self,
    to_sym: (self) => self,
    dup: (self) => self,
    freeze: (self) => self,
    removeprefix: (self, first) => (first && self.startsWith(first) ? self.slice(first.length) : self),
    removesuffix: (self, first) => (first && self.endsWith(first) ? self.slice(0, -first.length) : self),
  }),
);

function split(known: string, name: string, separator: string | undefined): Value {
  if (name === "chars") return list([...known].map((one) => text(one)));
  if (name === "lines" || name === "splitlines") return list(known.split(/\r?\n/).map((one) => text(one)));
  const parts = separator === undefined ? known.trim().split(/\s+/) : known.split(separator);
  return list(parts.slice(0, 5000).map((one) => text(one)));
}

/** Python's `separator.join(list)`. */
function joined(separator: string, items: Value | undefined, source: string): Value {
  if (items?.kind !== "list") return textWith(unknownWord(source));
  return joinedWith(separator, items, source);
}

/** The elements of a list as one text. */
export function joinedWith(
  separator: string,
  items: Extract<Value, { kind: "list" }>,
  source: string,
): Value {
  const words = items.items.flatMap((item, index) =>
    index === 0 ? [wordOf(item, source)] : [literal(separator), wordOf(item, source)],
  );
  const all = items.open ? [...words, unknownWord(source)] : words;
  return all.length === 0 ? text("") : textWith(joinWords(all));
}

function formattedBraces(
  self: Extract<Value, { kind: "text" }>,
  args: readonly Value[],
  source: string,
): Value {
  if (self.word.text === undefined) return textWith(unknownWord(source));
  let next = 0;
  const words = self.word.text.split(/(\{[^{}]*\})/).map((piece, index) => {
    if (index % 2 === 0) return literal(piece.replace(/\{\{|\}\}/g, (two) => two.slice(1)));
    const number = /^\{(\d*)/.exec(piece)?.[1] ?? "";
    const named = /^\{[a-z_]/i.test(piece);
    const value = named ? undefined : args[number === "" ? next++ : Number(number)];
    return wordOf(value, source);
  });
  return textWith(joinWords(words));
}

/** Ruby's `unpack1("m")` is base64, `("H*")` hexadecimal. */
function unpacked(known: string, format: string | undefined): Value {
  const decoded = format?.startsWith("m") ? decodeText("base64", known) : undefined;
  return decoded === undefined ? textWith(unknownWord("unpacked")) : text(decoded);
}
