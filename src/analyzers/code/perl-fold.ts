import type { Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import { decodeText, unescapeText } from "./decode.ts";
import type { PerlReading } from "./perl-acts.ts";
import type { PerlToken } from "./perl-tokens.ts";
import { joinWords } from "./values.ts";

export function closingToken(tokens: readonly PerlToken[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as PerlToken;
    if (token.kind !== "sign") continue;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text) && --depth === 0) return at;
  }
  return tokens.length;
}

/** Where the arguments that start at `from` end: at the closing parenthesis, or with the statement. */
export function argumentsEnd(tokens: readonly PerlToken[], from: number): number {
  if (tokens[from]?.text === "(" && tokens[from]?.kind === "sign") return closingToken(tokens, from) + 1;
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as PerlToken;
    if (
      token.kind === "word" &&
      depth === 0 &&
      /^(or|and|if|unless|for|foreach|while|until|xor)$/.test(token.text)
    )
      return at;
    if (token.kind !== "sign") continue;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text) && depth-- === 0) return at;
    else if (depth === 0 && /^(;|\|\||&&|\/\/|\?|:)$/.test(token.text)) return at;
  }
  return tokens.length;
}

/** The words of a list of arguments; what cannot be told is an unknown word. */
export function fold(tokens: readonly PerlToken[], reading: PerlReading): readonly Word[] {
  const inner =
    tokens[0]?.text === "(" && tokens[0].kind === "sign" && closingToken(tokens, 0) === tokens.length - 1
      ? tokens.slice(1, -1)
      : tokens;
  const words: Word[] = [];
  let depth = 0;
  let piece: PerlToken[] = [];
  for (const token of [...inner, { kind: "sign", text: "," } as PerlToken]) {
    if (token.kind === "sign" && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === "sign" && /^[)\]}]$/.test(token.text)) depth--;
    if (token.kind === "sign" && depth === 0 && /^(,|=>)$/.test(token.text)) {
      if (piece.length > 0) words.push(...foldPiece(piece, reading));
      piece = [];
    } else piece.push(token);
  }
  return words;
}

function foldPiece(tokens: readonly PerlToken[], reading: PerlReading): readonly Word[] {
  const [first] = tokens;
  const source = tokens.map((token) => token.text).join(" ");
  if (first?.kind === "words" && tokens.length === 1)
    return first.text
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(literal);
  if (first?.kind === "angle" && tokens.length === 1)
    return [/[*?{~/.]/.test(first.text) ? globWord(literal(first.text)) : unknownWord(source)];
  if (first?.kind === "word" && first.text === "glob") return fold(tokens.slice(1), reading).map(globWord);
  if (first?.kind === "word" && /^(decode_base64|MIME::Base64::decode_base64)$/.test(first.text))
    return [decoded(fold(tokens.slice(1), reading)[0], source)];
  if (first?.kind === "variable" && tokens.length === 1 && first.text !== "$_")
    return reading.variables.get(first.text) ?? [unknownWord(source)];
  if (first?.text === "$ARGV" && tokens.length === 4)
    return [argument(tokens[2]?.text ?? "", source, reading)];
  if (
    /^\$(_|File::Find::name)$/.test(first?.text ?? "") &&
    tokens.length === 1 &&
    reading.loops.length === 0 &&
    reading.walked
  ) {
    return [reading.walked];
  }
  if (first?.text === "$_" && tokens.length === 1 && reading.loops.length === 1) {
    const [from, to] = reading.loops[0] as readonly [number, number];
    return reading.tokens.slice(from, to).some((token) => token.text === "$_")
      ? [unknownWord(source)]
      : reading.fold(from, to);
  }
  const parts = concatenated(tokens, reading);
  return [parts ? joinWords(parts) : unknownWord(source)];
}

function argument(index: string, source: string, reading: PerlReading): Word {
  const value = reading.scene.variable(String(Number(index) + 1));
  return value === undefined ? unknownWord(source) : literal(value);
}

function globWord(word: Word): Word {
  const home = word.text;
  return { ...word, glob: home !== undefined && /[*?[{]/.test(home) };
}

function decoded(word: Word | undefined, source: string): Word {
  const text = word?.text === undefined ? undefined : decodeText("base64", word.text);
  return text === undefined ? unknownWord(source) : literal(text);
}

/** The parts of a concatenation with `.`, when it is nothing but that. */
function concatenated(tokens: readonly PerlToken[], reading: PerlReading): readonly Word[] | undefined {
  const words: Word[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as PerlToken;
    if (at % 2 === 1) {
      if (token.text !== ".") return undefined;
      continue;
    }
    const word = constant(token, reading);
    if (!word) return undefined;
    words.push(word);
  }
  return words.length > 0 ? words : undefined;
}

function constant(token: PerlToken, reading: PerlReading): Word | undefined {
  if (token.kind === "string") return interpolated(token.text, reading);
  if (token.kind === "raw") return literal(token.text.replace(/\\(['\\])/g, "$1"));
  if (token.kind === "number") return literal(token.text);
  if (token.kind === "variable" && token.text.startsWith("$")) return variableWord(token.text, reading);
  return undefined;
}

export function variableWord(name: string, reading: PerlReading): Word {
  const known = reading.variables.get(name);
  return known?.length === 1 ? (known[0] as Word) : unknownWord(name);
}

/** A double-quoted text with its variables in place, as far as they are known. */
export function interpolated(text: string, reading: PerlReading): Word {
  const environment = /^\$ENV\{['"]?(\w+)['"]?\}/;
  const words: Word[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") {
      at++;
      continue;
    }
    if (text[at] !== "$" && text[at] !== "@") continue;
    const variable =
      environment.exec(text.slice(at))?.[0] ??
      /^[$@](?:\{[^}]*\}|\w+(?:::\w+)*)(?:(?:->)?[[{][^\]}]*[\]}])*/.exec(text.slice(at))?.[0];
    if (variable === undefined) continue;
    words.push(literal(unescapeText(text.slice(from, at))));
    const name = environment.exec(variable)?.[1];
    const value =
      name === undefined
        ? undefined
        : (reading.scene.variable(name) ?? (name === "HOME" ? reading.scene.setting.home : undefined));
    words.push(
      value === undefined ? variableWord(variable.replace(/^\$\{(\w+)\}$/, "$$$1"), reading) : literal(value),
    );
    at += variable.length - 1;
    from = at + 1;
  }
  words.push(literal(unescapeText(text.slice(from))));
  return joinWords(words.filter((word, index) => word.text !== "" || (index === 0 && words.length === 1)));
}

/** Anything below the folder that `find` of File::Find is called for. */
export function walkedFolder(tokens: readonly PerlToken[], reading: PerlReading): Word | undefined {
  const at = tokens.findIndex((token) => token.kind === "word" && /^(find|finddepth)$/.test(token.text));
  const folder =
    at < 0 ? undefined : fold(tokens.slice(at + 1, argumentsEnd(tokens, at + 1)), reading).at(-1);
  return folder?.text === undefined ? undefined : { ...literal(`${folder.text}/**/?*`), glob: true };
}
