/** In the text of a program: stands for a piece of a string that is not known. */
export const UNKNOWN = "\u0001";

/** A value in an awk program as far as it can be told: known text, and `undefined` for what is computed. */
export type AwkValue = readonly (string | undefined)[];

/** What an awk program does besides printing. */
export interface AwkProgram {
  /** Targets of `print > x` and `>>`. */
  readonly writes: readonly AwkValue[];
  /** Sources of `getline < x`. */
  readonly reads: readonly AwkValue[];
  /** Commands of `system(x)`, `print | x` and `x | getline`. */
  readonly commands: readonly AwkValue[];
  /** False when a part of it could not be read, or loads code from elsewhere. */
  readonly understood: boolean;
}

interface Token {
  readonly kind: "string" | "regex" | "number" | "name" | "sign" | "line";
  readonly text: string;
}

/** Longer programs are not read: nested calls and redirections cost time that grows with the square of the length. */
const LONGEST = 8_192;

/** Reads an awk program (POSIX.1-2024, awk, with gawk's `@load`, `|&` and indirect calls). Total. */
export function parseAwk(text: string, variables: ReadonlyMap<string, string>): AwkProgram {
  const tokens = text.length > LONGEST ? undefined : tokenize(text);
  const program = { writes: [] as AwkValue[], reads: [] as AwkValue[], commands: [] as AwkValue[] };
  if (!tokens) return { ...program, understood: false };
  const understood = !tokens.some((token) => token.kind === "sign" && token.text === "@");
  scan(tokens, variables, program);
  return { ...program, understood };
}

const SIGNS = [
  "**=",
  "&&",
  "||",
  "|&",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "^=",
  "**",
  "!~",
];

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 400);
    const blank = /^([ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest);
    const word = /^[A-Za-z_]\w*/.exec(rest) ?? undefined;
    const number = /^(0[xX][0-9a-fA-F]+|\d+\.?\d*([eE][-+]?\d+)?|\.\d+)/.exec(rest);
    if (blank) at += rest.startsWith("#") ? lengthToLine(text, at) : blank[0].length;
    else if (rest[0] === "\n") at += push(tokens, "line", "\n");
    else if (rest[0] === '"' || (rest[0] === "/" && regexMayStart(tokens.at(-1)))) {
      const end = closing(text, at);
      if (end === undefined) return undefined;
      const inner = text.slice(at + 1, end);
      tokens.push(
        rest[0] === '"' ? { kind: "string", text: unescaped(inner) } : { kind: "regex", text: inner },
      );
      at = end + 1;
    } else if (word) at += push(tokens, "name", word[0]);
    else if (number) at += push(tokens, "number", number[0]);
    else at += push(tokens, "sign", SIGNS.find((sign) => rest.startsWith(sign)) ?? (rest[0] as string));
  }
  return tokens;
}

function push(tokens: Token[], kind: Token["kind"], text: string): number {
  tokens.push({ kind, text });
  return text.length;
}

function lengthToLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return (end < 0 ? text.length : end) - from;
}

/** A slash divides after a value, and starts a regular expression everywhere else. */
function regexMayStart(before: Token | undefined): boolean {
  if (before === undefined || before.kind === "line") return true;
  if (before.kind === "name")
    return /^(print|printf|return|case|in|getline|and|or|not|do|else)$/.test(before.text);
  return before.kind === "sign" && !/^(\)|\]|\$|\+\+|--)$/.test(before.text);
}

/** The place of the closing quote or slash; neither may span lines. */
function closing(text: string, from: number): number | undefined {
  const quote = text[from];
  let bracket = false;
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\") at++;
    else if (sign === "\n") return undefined;
    else if (quote === "/" && sign === "[") bracket = true;
    else if (quote === "/" && sign === "]") bracket = false;
    else if (sign === quote && !bracket) return at;
  }
  return bracket ? text.indexOf("/", from + 1) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
};

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (/^x[0-9a-fA-F]/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return ESCAPES[code] ?? code;
  });
}

type Collected = { writes: AwkValue[]; reads: AwkValue[]; commands: AwkValue[] };

function scan(tokens: readonly Token[], variables: ReadonlyMap<string, string>, into: Collected): void {
  let depth = 0;
  /** The parenthesis depth of the `print` that is being read, or -1. */
  let printing = -1;
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    if (token.kind === "line") printing = tokens[at - 1]?.text === "," ? printing : -1;
    else if (token.kind === "name") {
      if (token.text === "print" || token.text === "printf") printing = depth;
      if (token.text === "system" && next?.text === "(")
        into.commands.push(fold(until(tokens, at + 2, ")"), variables));
    } else if (token.kind === "sign") {
      if (token.text === "(" || token.text === "[") depth++;
      else if (token.text === ")" || token.text === "]") depth--;
      else if (token.text === ";" || token.text === "}" || token.text === "{") printing = -1;
      redirect(token.text, at, printing === depth);
    }
  });

  function redirect(sign: string, at: number, inPrint: boolean): void {
    if (sign === "|" || sign === "|&") {
      const getline = tokens[at + 1]?.kind === "name" && tokens[at + 1]?.text === "getline";
      into.commands.push(
        getline ? fold(before(tokens, at), variables) : fold(until(tokens, at + 1, ")"), variables),
      );
    } else if (inPrint && (sign === ">" || sign === ">>"))
      into.writes.push(fold(until(tokens, at + 1, ")"), variables));
    else if (sign === "<" && followsGetline(tokens, at))
      into.reads.push(fold(until(tokens, at + 1, ")").slice(0, 1), variables));
  }
}

/** Tokens up to the end of the statement or the closing sign of this depth. */
function until(tokens: readonly Token[], from: number, close: string): readonly Token[] {
  let depth = 0;
  let at = from;
  for (; at < tokens.length; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind === "line") break;
    if (kind !== "sign") continue;
    if (depth === 0 && (text === close || text === ";" || text === "}" || text === "|" || text === "|&"))
      break;
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
  }
  return tokens.slice(from, at);
}

/** The expression in front of `| getline`. */
function before(tokens: readonly Token[], end: number): readonly Token[] {
  let depth = 0;
  let at = end - 1;
  for (; at >= 0; at--) {
    const { kind, text } = tokens[at] as Token;
    if (kind === "line") break;
    if (kind !== "sign") continue;
    if (text === ")" || text === "]") depth++;
    else if ((text === "(" || text === "[") && depth-- === 0) break;
    else if (depth === 0 && /^([;{},!]|&&|\|\||=)$/.test(text)) break;
  }
  return tokens.slice(at + 1, end);
}

/** `getline < f` and `getline line < f`. */
function followsGetline(tokens: readonly Token[], at: number): boolean {
  for (let back = 1; back <= 5; back++) {
    const token = tokens[at - back];
    if (token?.kind === "name" && token.text === "getline") return true;
    if (token === undefined || token.kind === "line" || /^[;{}(]$/.test(token.text)) return false;
  }
  return false;
}

/** A concatenation of strings and known variables; everything else is computed. */
function fold(tokens: readonly Token[], variables: ReadonlyMap<string, string>): AwkValue {
  const inner = tokens.filter((token) => !(token.kind === "sign" && /^[()]$/.test(token.text)));
  const values: (string | undefined)[] = [];
  for (const [index, token] of inner.entries()) {
    const assigned = inner[index + 1]?.text === "=" || inner[index - 1]?.text === "$";
    if (token.kind === "string") values.push(...piecesOf(token.text));
    else if (token.kind === "number" && inner[index - 1]?.text !== "$") values.push(token.text);
    else if (token.kind === "name" && !assigned && variables.has(token.text))
      values.push(variables.get(token.text));
    else values.push(undefined);
  }
  const pieces = values.filter(
    (value, index) => value !== undefined || index === 0 || values[index - 1] !== undefined,
  );
  return pieces.length === 0 ? [undefined] : pieces;
}

function piecesOf(text: string): AwkValue {
  return text.split(UNKNOWN).flatMap((piece, index) => (index === 0 ? [piece] : [undefined, piece]));
}
