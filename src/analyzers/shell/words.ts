import type { Processes, Word } from "../analyzer.ts";

/** A piece of a word while it is put together. */
export type Piece =
  | { readonly text: string; readonly glob?: boolean; readonly split?: boolean }
  | {
      readonly unknown: true;
      readonly tame: boolean;
      readonly glob?: boolean;
      readonly processes?: Processes;
    };

/**
 * Puts pieces together to words. Unquoted values of expansions (`split`) are split at white space as the
 * shell does with the default IFS (POSIX.1-2024, 2.6.5); an unquoted value that is empty leaves no word.
 */
export function joinPieces(pieces: readonly Piece[], source: string): Word[] {
  const words: Word[] = [];
  let current: Piece[] = [];
  let quoted = false;
  const flush = () => {
    if (current.length > 0 || quoted) words.push(makeWord(current, source));
    current = [];
    quoted = false;
  };
  for (const piece of pieces) {
    if ("unknown" in piece || !piece.split) {
      if (!("unknown" in piece)) quoted = true;
      current.push(piece);
      continue;
    }
    const fields = piece.text.split(/[ \t\n]+/);
    fields.forEach((field, index) => {
      if (index > 0) flush();
      if (field !== "") current.push({ ...piece, text: field, split: false });
    });
  }
  flush();
  return words;
}

/** A longer value counts as unknown: a variable can double itself with every line of a script. */
const MAX_WORD = 131_072;

/** One word from its pieces, without splitting. */
export function makeWord(pieces: readonly Piece[], source: string): Word {
  const first = pieces.findIndex((piece) => "unknown" in piece);
  const glob = pieces.some((piece) => piece.glob === true);
  const length = pieces.reduce((sum, piece) => sum + ("unknown" in piece ? 0 : piece.text.length), 0);
  if (length > MAX_WORD) return { text: undefined, source, prefix: "", suffix: "", tame: false, glob };
  if (first < 0) {
    const text = textOf(pieces);
    return { text, source, prefix: text, suffix: "", tame: false, glob };
  }
  const last = pieces.findLastIndex((piece) => "unknown" in piece);
  return {
    text: undefined,
    source,
    prefix: textOf(pieces.slice(0, first)),
    suffix: textOf(pieces.slice(last + 1)),
    between: literalsOf(pieces),
    tame: pieces.every((piece) => !("unknown" in piece) || piece.tame),
    glob,
    ...processesOf(pieces),
  };
}

function processesOf(pieces: readonly Piece[]): { readonly processes?: Processes } {
  for (const piece of pieces)
    if ("unknown" in piece && piece.processes) return { processes: piece.processes };
  return {};
}

/** The literal texts around the unknown pieces: one more than there are of those. */
function literalsOf(pieces: readonly Piece[]): readonly string[] {
  const texts = [""];
  for (const piece of pieces) {
    if ("unknown" in piece) texts.push("");
    else texts.push(`${texts.pop() ?? ""}${piece.text}`);
  }
  return texts;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => ("unknown" in piece ? "" : piece.text)).join("");
}

/** The pieces that a value contributes where it is expanded. */
export function piecesOf(word: Word, split: boolean): Piece[] {
  if (word.text !== undefined) return [{ text: word.text, glob: word.glob, split }];
  const pieces: Piece[] = [];
  if (word.prefix !== "") pieces.push({ text: word.prefix });
  const processes = word.processes === undefined ? {} : { processes: word.processes };
  pieces.push({ unknown: true, tame: word.tame, glob: word.glob, ...processes });
  if (word.suffix !== "") pieces.push({ text: word.suffix });
  return pieces;
}

/** A name that was found below a folder (`find`, `ls`, `git ls-files`): somewhere there, never the folder itself. */
export function foundBelow(root: Word): Word {
  if (root.text === undefined) return { ...root, glob: true };
  const text = `${root.text.replace(/(.)\/+$/, "$1")}/**/*?`;
  return { text, source: `${root.source}/…`, prefix: text, suffix: "", tame: false, glob: true };
}

/** Splits the inside of braces at top-level commas; `undefined` when it is no list. */
export function braceAlternatives(inside: string): readonly string[] | undefined {
  const range = /^(-?\d{1,6}|[a-zA-Z])\.\.(-?\d{1,6}|[a-zA-Z])(?:\.\.(-?\d{1,4}))?$/.exec(inside);
  if (range) return rangeOf(range[1] as string, range[2] as string, Number(range[3] ?? 1));
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let at = 0; at < inside.length; at++) {
    const char = inside[at] as string;
    if (char === "\\") at++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "{" || char === "(") depth++;
    else if (char === "}" || char === ")") depth--;
    else if (char === "," && depth === 0) {
      parts.push(inside.slice(start, at));
      start = at + 1;
    }
  }
  return parts.length === 0 ? undefined : [...parts, inside.slice(start)];
}

const MAX_ALTERNATIVES = 256;

function rangeOf(from: string, to: string, step: number): readonly string[] | undefined {
  const letters = /[a-zA-Z]/.test(from);
  const start = letters ? from.charCodeAt(0) : Number(from);
  const end = letters ? to.charCodeAt(0) : Number(to);
  const stride = Math.max(1, Math.abs(step)) * (end < start ? -1 : 1);
  const length = Math.floor((end - start) / stride) + 1;
  if (!(length > 0) || length > MAX_ALTERNATIVES) return undefined;
  return Array.from({ length }, (_, index) => {
    const value = start + index * stride;
    return letters ? String.fromCharCode(value) : String(value);
  });
}
