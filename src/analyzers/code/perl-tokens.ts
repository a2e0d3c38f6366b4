/** A piece of a Perl program. */
export interface PerlToken {
  readonly kind:
    | "word"
    | "variable"
    | "string"
    | "raw"
    | "words"
    | "shell"
    | "regex"
    | "substitution"
    | "number"
    | "angle"
    | "test"
    | "sign";
  /** Content without delimiters for what is quoted; the text itself for the rest. */
  readonly text: string;
  /** For a substitution: what stands for the match. */
  readonly replacement?: string;
  readonly flags?: string;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);
const SIGNS = [
  "<=>",
  "**=",
  "||=",
  "&&=",
  "//=",
  "...",
  "<<=",
  ">>=",
  "->",
  "++",
  "--",
  "**",
  "=~",
  "!~",
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "//",
  "..",
  "::",
  "+=",
  "-=",
  "*=",
  "/=",
  ".=",
  "%=",
  "x=",
  "=>",
  "<<",
  ">>",
];
/** Words that are values by themselves, so that an operator follows; after all others a term follows. */
const VALUE_WORDS =
  /^(shift|pop|time|wantarray|times|wait|getppid|fork|__LINE__|__FILE__|__PACKAGE__|[A-Z][A-Z0-9_]+)$/;

/**
 * Splits a Perl program into tokens (perlop, "Quote and Quote-like Operators"). `undefined` when it cannot:
 * an unclosed quote, a here-document without its end.
 */
export function tokenizePerl(text: string): readonly PerlToken[] | undefined {
  const tokens: PerlToken[] = [];
  const pending: {
    readonly end: string;
    readonly indented: boolean;
    readonly raw: boolean;
    readonly at: number;
  }[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at] as string;
    if (sign === "\n" && pending.length > 0) {
      const after = readBodies(text, at + 1, pending, tokens);
      if (after === undefined) return undefined;
      at = after;
      continue;
    }
    if (/\s/.test(sign)) at++;
    else if (sign === "#") at = lineEnd(text, at);
    else if ((at === 0 || text[at - 1] === "\n") && /^=[a-z]/.test(text.slice(at, at + 2)))
      at = podEnd(text, at);
    else {
      const rest = text.slice(at, at + 300);
      if (/^__(END|DATA)__/.test(rest)) break;
      const here = valueEnded(tokens.at(-1))
        ? undefined
        : /^<<(~?)(?:(["'])([^"'\n]*)\2|([A-Za-z_]\w*))/.exec(rest);
      if (here) {
        pending.push({
          end: here[3] ?? here[4] ?? "",
          indented: here[1] === "~",
          raw: here[2] === "'",
          at: tokens.length,
        });
        tokens.push({ kind: "string", text: "" });
        at += here[0].length;
        continue;
      }
      const read = readToken(text, at, rest, tokens);
      if (!read) return undefined;
      tokens.push(read.token);
      at = read.end;
    }
  }
  return pending.length > 0 ? undefined : tokens;
}

interface ReadToken {
  readonly token: PerlToken;
  readonly end: number;
}

function readToken(
  text: string,
  at: number,
  rest: string,
  tokens: readonly PerlToken[],
): ReadToken | undefined {
  const before = tokens.at(-1);
  const sign = rest[0] as string;
  if (sign === '"') return quoted(text, at, "string");
  if (sign === "'") return quoted(text, at, "raw");
  if (sign === "`") return quoted(text, at, "shell");
  const number = /^(0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*(\.\d[\d_]*)?([eE][-+]?\d+)?|\.\d+)/.exec(rest);
  if (number && !(sign === "." && valueEnded(before))) return plain("number", number[0], at);
  const variable = readVariable(rest, before, /\s/.test(text[at - 1] ?? " "));
  if (variable) return plain("variable", variable, at);
  const word = /^[A-Za-z_]\w*(?:(?:::|')(?=[A-Za-z_])\w+)*(?:::)?/.exec(rest);
  if (word) return readWord(text, at, word[0], before, rest);
  if (sign === "/" && !valueEnded(before)) return delimitedRegex(text, at);
  if (sign === "<" && !valueEnded(before)) {
    const angle = /^<([^<>\n=]*)>/.exec(rest);
    if (angle) return { token: { kind: "angle", text: angle[1] ?? "" }, end: at + angle[0].length };
  }
  if (/^-[a-zA-Z](?![\w])/.test(rest) && !valueEnded(before) && !/^-[a-zA-Z]\s*=>/.test(rest))
    return plain("test", rest.slice(0, 2), at);
  return plain("sign", SIGNS.find((one) => rest.startsWith(one)) ?? sign, at);
}

function plain(kind: PerlToken["kind"], text: string, at: number): ReadToken {
  return { token: { kind, text }, end: at + text.length };
}

function readVariable(rest: string, before: PerlToken | undefined, afterBlank: boolean): string | undefined {
  const afterBlock = before?.text === "}" && afterBlank && /^[%&][A-Za-z_$]/.test(rest);
  if (/^[%&*]/.test(rest) && valueEnded(before) && !afterBlock) return undefined;
  if (/^\$#[{$]?/.test(rest)) return /^\$#(\{|\$+)?\w*/.exec(rest)?.[0];
  const plainName = /^(?:[$@%&*]\$*(?:::)?[A-Za-z_]\w*(?:::\w+)*|[$@]\{\^?\w+\})/.exec(rest);
  if (plainName) return plainName[0];
  return /^\$(?:\d+|[!-#%-/:-@[\\\]^_`|~]|\$(?!\w|\{))|^@[-+_]|^%[-+!](?=\s*[{;)]|$)/.exec(rest)?.[0];
}

function readWord(
  text: string,
  at: number,
  word: string,
  before: PerlToken | undefined,
  rest: string,
): ReadToken | undefined {
  const end = at + word.length;
  const isKey =
    /^\s*=>/.test(rest.slice(word.length)) ||
    (before?.text === "{" && rest[word.length] === "}") ||
    before?.text === "->";
  if (isKey || before?.text === "sub") return plain("word", word, at);
  if (/^(q|qq|qw|qx|qr|m)$/.test(word)) return quoteLike(text, end, word) ?? plain("word", word, at);
  if (/^(s|tr|y)$/.test(word)) return twoPart(text, end, word) ?? plain("word", word, at);
  return plain("word", word, at);
}

/** A value stands before: a slash divides, `<` compares, `%` is the remainder. */
function valueEnded(before: PerlToken | undefined): boolean {
  if (before === undefined) return false;
  if (before.kind === "word") return VALUE_WORDS.test(before.text);
  if (before.kind === "sign") return /^(\)|\]|\}|\+\+|--)$/.test(before.text);
  return before.kind !== "test";
}

function quoted(text: string, at: number, kind: PerlToken["kind"]): ReadToken | undefined {
  const end = closingAt(text, at);
  return end === undefined ? undefined : { token: { kind, text: text.slice(at + 1, end) }, end: end + 1 };
}

/** The place of the delimiter that closes the one at `at`; paired delimiters nest. */
function closingAt(text: string, at: number): number | undefined {
  const open = text[at] as string;
  const close = CLOSING.get(open) ?? open;
  let depth = 0;
  for (let index = at + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === close && depth-- === 0) return index;
    else if (open !== close && text[index] === open) depth++;
  }
  return undefined;
}

function delimiterAt(text: string, from: number): number | undefined {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at++;
  const sign = text[at];
  if (
    sign === undefined ||
    /[\w\s,;)=]/.test(sign) ||
    (sign === "#" && at > from) ||
    (sign === "=" && text[at + 1] === ">")
  )
    return undefined;
  return at;
}

const QUOTES: ReadonlyMap<string, PerlToken["kind"]> = new Map([
  ["q", "raw"],
  ["qq", "string"],
  ["qw", "words"],
  ["qx", "shell"],
]);

function quoteLike(text: string, from: number, word: string): ReadToken | undefined {
  const at = delimiterAt(text, from);
  if (at === undefined) return undefined;
  const kind = QUOTES.get(word);
  return kind ? quoted(text, at, kind) : delimitedRegex(text, at);
}

function delimitedRegex(text: string, at: number): ReadToken | undefined {
  const end = closingAt(text, at);
  if (end === undefined) return undefined;
  const flags = /^[a-z]*/.exec(text.slice(end + 1, end + 20))?.[0] ?? "";
  return { token: { kind: "regex", text: text.slice(at + 1, end), flags }, end: end + 1 + flags.length };
}

function twoPart(text: string, from: number, word: string): ReadToken | undefined {
  const at = delimiterAt(text, from);
  if (at === undefined) return undefined;
  const middle = closingAt(text, at);
  if (middle === undefined) return undefined;
  const paired = CLOSING.has(text[at] as string);
  const second = paired ? delimiterAt(text, middle + 1) : middle;
  const end = second === undefined ? undefined : closingAt(text, second);
  if (second === undefined || end === undefined) return undefined;
  const flags = /^[a-z]*/.exec(text.slice(end + 1, end + 20))?.[0] ?? "";
  const token: PerlToken = {
    kind: "substitution",
    text: text.slice(at + 1, middle),
    replacement: text.slice(second + 1, end),
    flags: word === "s" ? flags : "",
  };
  return { token, end: end + 1 + flags.length };
}

function readBodies(
  text: string,
  from: number,
  pending: { readonly end: string; readonly indented: boolean; readonly raw: boolean; readonly at: number }[],
  tokens: PerlToken[],
): number | undefined {
  let at = from;
  for (const here of pending.splice(0)) {
    const start = at;
    for (;;) {
      if (at >= text.length) return undefined;
      const end = lineEnd(text, at);
      const line = text.slice(at, end);
      const next = end + 1;
      if ((here.indented ? line.trimStart() : line) === here.end) {
        tokens[here.at] = { kind: here.raw ? "raw" : "string", text: text.slice(start, at) };
        at = next;
        break;
      }
      at = next;
    }
  }
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function podEnd(text: string, from: number): number {
  const cut = /\n=cut\b[^\n]*/.exec(text.slice(from));
  return cut ? from + cut.index + cut[0].length : text.length;
}
