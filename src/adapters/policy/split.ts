/** One policy of a file, with the line on which it begins (the first line is 1). */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/**
 * Cuts a Cedar text at the semicolons that end policies, which stand outside string literals and comments
 * (Cedar grammar: a policy ends with `;`, and `;` has no other use). What follows the last semicolon is a
 * piece of its own unless it is only white space and comments, so nothing of the text is passed over.
 */
export function splitPolicies(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const end of policyEnds(text)) {
    pieces.push(pieceAt(text, start, end));
    start = end;
  }
  const rest = pieceAt(text, start, text.length);
  return rest.text === "" ? pieces : [...pieces, rest];
}

/** The line of a byte offset within a piece, as Cedar reports places: offsets count UTF-8 bytes. */
export function lineOf(piece: Piece, byteOffset: number): number {
  const before = Buffer.from(piece.text, "utf8").subarray(0, byteOffset);
  return piece.line + before.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0);
}

/** A string literal, a comment, or the end of a policy, whichever comes first. */
const TOKEN = /"(?:\\[\s\S]|[^"\\])*"|\/\/[^\n\r]*|;/g;

function policyEnds(text: string): readonly number[] {
  return [...text.matchAll(TOKEN)].filter((token) => token[0] === ";").map((token) => token.index + 1);
}

const LEADING = /^(?:\s+|\/\/[^\n\r]*)+/;

function pieceAt(text: string, from: number, to: number): Piece {
  const raw = text.slice(from, to);
  const skipped = LEADING.exec(raw)?.[0].length ?? 0;
  const line = text.slice(0, from + skipped).split("\n").length;
  return { text: raw.slice(skipped).trimEnd(), line };
}
