/** What a sed program does besides editing the text that flows through it. */
export interface SedProgram {
  /** Files named by `w`, `W` and the flag `w` of `s`. */
  readonly writes: readonly string[];
  /** Files named by `r` and `R`. */
  readonly reads: readonly string[];
  /** Commands named by `e`; `undefined` for the pattern space run as a command. */
  readonly commands: readonly (string | undefined)[];
  /** False when a part of it could not be read. */
  readonly understood: boolean;
}

/** Longer programs are not read: brackets that never close cost time that grows with the square of the length. */
const LONGEST = 8_192;

/**
 * Reads a sed program (POSIX.1-2024, sed, with the GNU extensions `e`, `F`, `z`, `Q`, `R`, `W` and address
 * forms). Total: what it cannot read makes `understood` false.
 */
export function parseSed(text: string): SedProgram {
  if (text.length > LONGEST) return { writes: [], reads: [], commands: [], understood: false };
  const program = { writes: [] as string[], reads: [] as string[], commands: [] as (string | undefined)[] };
  let at = 0;
  while (at < text.length) {
    const next = readCommand(text, skipBlank(text, at), program);
    if (next === undefined) return { ...program, understood: false };
    at = next;
  }
  return { ...program, understood: true };
}

type Collected = { writes: string[]; reads: string[]; commands: (string | undefined)[] };

function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s;]/.test(text[at] as string)) at++;
  return at;
}

/** Reads one command from `from`; the answer is where it ends. */
function readCommand(text: string, from: number, into: Collected): number | undefined {
  const start = skipAddresses(text, from);
  if (start === undefined) return undefined;
  const name = text[start];
  const rest = start + 1;
  if (name === undefined) return text.length;
  if ("{}".includes(name)) return rest;
  if (name === "#") return lineEnd(text, rest);
  if ("=dDgGhHnNpPxzF".includes(name)) return rest;
  if ("lLqQ".includes(name)) return skipWhile(text, rest, /[ \t\d]/);
  if ("btT:v".includes(name)) return skipWhile(text, rest, /[^;\n}]/);
  if ("aic".includes(name)) return textEnd(text, rest);
  if ("rRwW".includes(name))
    return readName(text, rest, name.toLowerCase() === "r" ? into.reads : into.writes);
  if (name === "e") return readShell(text, rest, into);
  if (name === "s") return readSubstitution(text, rest, into);
  return name === "y" ? skipTwo(text, rest) : undefined;
}

function skipAddresses(text: string, from: number): number | undefined {
  let at: number | undefined = skipAddress(text, from);
  if (at === undefined) return undefined;
  at = skipWhile(text, at, /[ \t]/);
  if (text[at] === ",") {
    const second = skipWhile(text, at + 1, /[ \t]/);
    at = /[+~]/.test(text[second] ?? "") ? skipWhile(text, second + 1, /\d/) : skipAddress(text, second);
    if (at === undefined) return undefined;
  }
  return skipWhile(text, at, /[ \t!]/);
}

function skipAddress(text: string, from: number): number | undefined {
  const sign = text[from];
  if (sign === "$") return from + 1;
  if (sign !== undefined && /\d/.test(sign)) return skipWhile(text, from, /[\d~]/);
  if (sign !== "/" && sign !== "\\") return from;
  const open = sign === "/" ? from : from + 1;
  const end = delimited(text, open + 1, text[open]);
  return end === undefined ? undefined : skipWhile(text, end, /[IM]/);
}

/** The place after the next unescaped delimiter; a delimiter inside brackets does not count. */
function delimited(text: string, from: number, delimiter: string | undefined): number | undefined {
  if (delimiter === undefined || delimiter === "\n" || delimiter === "\\") return undefined;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === delimiter) return at + 1;
    else if (text[at] === "[" && delimiter !== "[") at = bracketEnd(text, at);
  }
  return undefined;
}

/** The last place of a bracket expression, or its first when it never closes. */
function bracketEnd(text: string, from: number): number {
  const first = /^\[\^?\]?/.exec(text.slice(from, from + 3))?.[0].length ?? 1;
  for (let at = from + first; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "]") return at;
    const special = text[at] === "[" ? text[at + 1] : undefined;
    if (special === ":" || special === "." || special === "=") {
      const end = text.indexOf(`${special}]`, at + 2);
      if (end < 0) return from;
      at = end + 1;
    }
  }
  return from;
}

function skipTwo(text: string, from: number): number | undefined {
  const middle = plainDelimited(text, from + 1, text[from]);
  return middle === undefined ? undefined : plainDelimited(text, middle, text[from]);
}

function plainDelimited(text: string, from: number, delimiter: string | undefined): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === delimiter) return at + 1;
  }
  return undefined;
}

function readSubstitution(text: string, from: number, into: Collected): number | undefined {
  const delimiter = text[from];
  const middle = delimited(text, from + 1, delimiter) ?? plainDelimited(text, from + 1, delimiter);
  if (middle === undefined) return undefined;
  const end = plainDelimited(text, middle, delimiter);
  if (end === undefined) return undefined;
  const flags = skipWhile(text, end, /[gpiIeEmM\d]/);
  if (text.slice(end, flags).includes("e")) into.commands.push(undefined);
  return text[flags] === "w" ? readName(text, flags + 1, into.writes) : flags;
}

function readName(text: string, from: number, into: string[]): number {
  const end = lineEnd(text, from);
  into.push(text.slice(from, end).trim());
  return end;
}

function readShell(text: string, from: number, into: Collected): number {
  const end = lineEnd(text, from);
  const command = text.slice(from, end).trim();
  into.commands.push(command === "" || /^[;}]/.test(command) ? undefined : command);
  return end;
}

/** The text of `a`, `i`, `c` ends with its line, unless that line ends with a backslash. */
function textEnd(text: string, from: number): number {
  let end = lineEnd(text, from);
  while (end < text.length && text[end - 1] === "\\") end = lineEnd(text, end + 1);
  return end;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function skipWhile(text: string, from: number, pattern: RegExp): number {
  let at = from;
  while (at < text.length && pattern.test(text[at] as string)) at++;
  return at;
}
