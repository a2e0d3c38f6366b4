import type { Word } from "../analyzer.ts";

/** What a find expression does with what it finds. */
export interface FindAction {
  /** `-delete`, `-exec`, `-fprint`, … */
  readonly name: string;
  /** The words that belong to it: the command of `-exec`, the file of `-fprint`. */
  readonly words: readonly Word[];
  /** How the tests before it narrow what it is done to; `undefined` when they let everything through. */
  readonly narrowed: string | undefined;
}

export interface FindExpression {
  readonly actions: readonly FindAction[];
  /** Names of predicates that were not understood, and words that could be any predicate. */
  readonly strange: readonly string[];
}

/** Predicates with one argument that are tests or settings. */
const ONE = new Set(
  "-amin -anewer -atime -cmin -cnewer -context -ctime -fstype -gid -group -ilname -iname -inum -ipath -iregex -iwholename -links -lname -maxdepth -mindepth -mmin -mtime -name -newer -path -perm -regex -regextype -samefile -size -type -uid -used -user -wholename -xtype -xattrname -flags -Bmin -Btime -newerXY -depth".split(
    " ",
  ),
);
const NONE = new Set(
  "-daystart -d -depth -empty -executable -false -follow -ignore_readdir_race -ls -mount -nogroup -noignore_readdir_race -noleaf -nouser -nowarn -print -print0 -prune -quit -readable -true -warn -writable -x -xdev -X -s -E -acl".split(
    " ",
  ),
);
const FILES = new Set(["-fprint", "-fprint0", "-fls"]);
const COMMANDS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);
/** Tests by time, size, owner and the like: they narrow without naming. */
const UNNAMED =
  /^-(amin|anewer|atime|cmin|cnewer|ctime|mmin|mtime|newer.*|size|empty|links|inum|samefile|user|group|uid|gid|nouser|nogroup|regex|iregex|lname|ilname|executable|xattrname|fstype|used|Bmin|Btime|perm)$/;

interface Cursor {
  readonly words: readonly Word[];
  at: number;
  readonly actions: FindAction[];
  readonly strange: string[];
  depth: number;
}

/** Parentheses and negations nested deeper than this are not followed. */
const DEEPEST = 64;

/**
 * Parses the expression of find (POSIX.1-2024, find, with GNU's and BSD's predicates): `-o` binds weaker than
 * juxtaposition, so `-name x -o -delete` deletes what is *not* named x.
 */
export function parseFind(words: readonly Word[]): FindExpression {
  const cursor: Cursor = { words, at: 0, actions: [], strange: [], depth: 0 };
  while (cursor.at < words.length) {
    readAlternatives(cursor, undefined);
    if (cursor.at < words.length) cursor.strange.push(words[cursor.at++]?.source ?? "");
  }
  return cursor;
}

function peek(cursor: Cursor): string | undefined {
  return cursor.words[cursor.at]?.text;
}

/** `a -o b`, up to a closing parenthesis; the answer is how the whole narrows. */
function readAlternatives(cursor: Cursor, outer: string | undefined): string | undefined {
  const narrowings: (string | undefined)[] = [];
  while (cursor.at < cursor.words.length) {
    narrowings.push(readChain(cursor, outer));
    const sign = peek(cursor);
    if (sign !== "-o" && sign !== "-or" && sign !== ",") break;
    cursor.at++;
  }
  return narrowings.every((one) => one !== undefined)
    ? narrowings.length === 1
      ? narrowings[0]
      : "?*"
    : undefined;
}

function readChain(cursor: Cursor, outer: string | undefined): string | undefined {
  let narrowed = outer;
  while (cursor.at < cursor.words.length) {
    const sign = peek(cursor);
    if (sign === ")" || sign === "-o" || sign === "-or" || sign === ",") break;
    if (sign === "-a" || sign === "-and") {
      cursor.at++;
      continue;
    }
    const factor = readFactor(cursor, narrowed);
    if (factor !== undefined && (narrowed === undefined || narrowed === "?*")) narrowed = factor;
  }
  return narrowed;
}

function readFactor(cursor: Cursor, narrowed: string | undefined): string | undefined {
  const sign = peek(cursor);
  const negates = sign === "!" || sign === "-not";
  if (!negates && sign !== "(") return readPrimary(cursor, narrowed);
  cursor.at++;
  if (++cursor.depth > DEEPEST) cursor.strange.push("nested too deep");
  const inner =
    cursor.depth > DEEPEST
      ? undefined
      : negates
        ? readFactor(cursor, narrowed)
        : readAlternatives(cursor, narrowed);
  cursor.depth--;
  if (!negates && peek(cursor) === ")") cursor.at++;
  return negates ? undefined : inner;
}

function readPrimary(cursor: Cursor, narrowed: string | undefined): string | undefined {
  const word = cursor.words[cursor.at++];
  if (!word) return undefined;
  const name = word.text;
  if (name === "-delete") cursor.actions.push({ name, words: [], narrowed });
  else if (name !== undefined && COMMANDS.has(name))
    cursor.actions.push({ name, words: commandWords(cursor), narrowed });
  else if (name !== undefined && FILES.has(name))
    cursor.actions.push({ name, words: take(cursor, 1), narrowed });
  else if (name === "-fprintf") cursor.actions.push({ name, words: take(cursor, 2).slice(0, 1), narrowed });
  else if (name === "-printf") take(cursor, 1);
  else if (name !== undefined && (ONE.has(name) || /^-newer[aBcmt][aBcmt]$/.test(name)))
    return testOf(name, take(cursor, 1)[0]);
  else if (name === undefined || !NONE.has(name)) cursor.strange.push(word.source);
  return name !== undefined && UNNAMED.test(name) ? "?*" : undefined;
}

/** How a test narrows: by the pattern of a name, unnamed (`?*`), or not at all. */
function testOf(name: string, value: Word | undefined): string | undefined {
  if (!/^-i?(name|path|wholename)$/.test(name)) return UNNAMED.test(name) ? "?*" : undefined;
  if (value?.text === undefined) return "?*";
  const pattern = value.text.replace(/^(\.?\/)?(\*\/)*/, "");
  return /^[*?]*$|^\*\.\*$/.test(pattern) ? undefined : pattern;
}

function take(cursor: Cursor, count: number): readonly Word[] {
  const words = cursor.words.slice(cursor.at, cursor.at + count);
  cursor.at += count;
  return words;
}

/** The words of `-exec` up to `;`, or up to `{} +`. */
function commandWords(cursor: Cursor): readonly Word[] {
  const start = cursor.at;
  while (cursor.at < cursor.words.length) {
    const text = peek(cursor);
    const ends = text === ";" || (text === "+" && cursor.words[cursor.at - 1]?.text === "{}");
    cursor.at++;
    if (ends) return cursor.words.slice(start, cursor.at - 1);
  }
  return cursor.words.slice(start);
}
