import { type ParameterExpansionPart, parse, type Word as SourceWord, type WordPart } from "unbash";
import type { Stream, Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import { matchesGlob } from "./glob.ts";
import { BOUNDS, copyState, lookUp, reachBound, type ShellState } from "./state.ts";
import type { Walk } from "./walk.ts";
import { braceAlternatives, joinPieces, makeWord, type Piece, piecesOf } from "./words.ts";

/** The words that one word of the source becomes: brace expansion, then the other expansions, then splitting. */
export function expandWord(word: SourceWord, state: ShellState, walk: Walk): Word[] {
  const braces = word.parts?.find((part) => part.type === "BraceExpansion");
  if (braces) return expandBraces(word, braces, state, walk);
  const list = listOf(word, state, walk);
  if (list) return list;
  const ifs = state.variables.has("IFS");
  const pieces = piecesOfParts(word.parts, word.value, state, walk, false);
  return joinPieces(ifs ? pieces.map(unsplittable) : pieces, word.text);
}

/** The words of a whole list: `$@`, `"$@"`, `${a[@]}`, `"${a[@]}"` and nothing beside it in the word. */
function listOf(word: SourceWord, state: ShellState, walk: Walk): Word[] | undefined {
  const [only, more] = word.parts ?? [];
  const inner = only?.type === "DoubleQuoted" && only.parts.length === 1 ? only.parts[0] : only;
  if (more !== undefined || inner === undefined) return undefined;
  if (inner.type === "SimpleExpansion" && /^\$[@*]$/.test(inner.text)) return positional(word, state);
  if (inner.type !== "ParameterExpansion" || inner.operation || inner.prefix) return undefined;
  if (inner.parameter === "@" || inner.parameter === "*") return positional(word, state);
  if (inner.index?.value !== "@" && inner.index?.value !== "*") return undefined;
  return [...(variableWords(inner.parameter, state, walk) ?? [unknownWord(word.text)])];
}

function positional(word: SourceWord, state: ShellState): Word[] {
  return state.args.length === 0 && !state.argsKnown ? [unknownWord(word.text)] : [...state.args];
}

/** With an IFS of the script's own, how an unquoted value is split is not known ahead. */
function unsplittable(piece: Piece): Piece {
  return "unknown" in piece || !piece.split || !/\W/.test(piece.text)
    ? piece
    : { unknown: true, tame: false };
}

/** One word, never split: assignments, redirection targets, here-strings, `case` and `[[` operands. */
export function expandSingle(word: SourceWord, state: ShellState, walk: Walk): Word {
  return makeWord(piecesOfParts(word.parts, word.value, state, walk, true), word.text);
}

function expandBraces(word: SourceWord, braces: WordPart, state: ShellState, walk: Walk): Word[] {
  const at = braces.pos - word.pos;
  const before = word.text.slice(0, at);
  const after = word.text.slice(at + braces.text.length);
  const many = word.parts?.filter((part) => part.type === "BraceExpansion").length ?? 0;
  if (many > BOUNDS.braces) {
    reachBound(walk.analysis, "braces", word.text);
    return [makeWord([{ text: before }, { unknown: true, tame: false }], word.text)];
  }
  const alternatives = braceAlternatives(braces.text.slice(1, -1));
  if (!alternatives) return [makeWord([{ text: before }, { unknown: true, tame: false }], word.text)];
  const words: Word[] = [];
  for (const alternative of alternatives) {
    const command = parse(`_ ${before}${alternative}${after}`).commands[0]?.command;
    const suffix = command?.type === "Command" ? command.suffix : [];
    for (const one of suffix) if (one.type === "Word") words.push(...expandWord(one, state, walk));
    if (words.length > BOUNDS.words) {
      reachBound(walk.analysis, "words", word.text);
      break;
    }
  }
  return words;
}

/** Text of a here-document or an already quoted text, when all of it is known. */
export function expandParts(
  parts: readonly WordPart[] | undefined,
  text: string,
  state: ShellState,
  walk: Walk,
): Word {
  return makeWord(parts ? parts.flatMap((part) => piecesOfPart(part, state, walk, true)) : [{ text }], text);
}

function piecesOfParts(
  parts: readonly WordPart[] | undefined,
  value: string,
  state: ShellState,
  walk: Walk,
  quoted: boolean,
): Piece[] {
  if (!parts) return [tilde(value, state)];
  return parts.flatMap((part, index) =>
    index === 0 && part.type === "Literal"
      ? [tilde(part.value, state)]
      : piecesOfPart(part, state, walk, quoted),
  );
}

/** Tilde expansion at the start of a word (POSIX.1-2024, 2.6.1). Quoted tildes never arrive here as literals. */
function tilde(text: string, state: ShellState): Piece {
  const match = /^~([a-z_][a-z0-9_-]*|\+|-)?(?=\/|$)/.exec(text);
  if (!match) return { text };
  const rest = text.slice(match[0].length);
  if (match[1] === undefined)
    return { text: `${state.variables.get("HOME")?.[0]?.text ?? homeOf(state)}${rest}` };
  if (match[1] === "+" && state.cwd !== undefined) return { text: `${state.cwd}${rest}` };
  return match[1] === "-" || match[1] === "+"
    ? { unknown: true, tame: false }
    : { text: `/home/${match[1]}${rest}` };
}

function homeOf(state: ShellState): string {
  return state.place.host === undefined ? state.home : "~";
}

function piecesOfPart(part: WordPart, state: ShellState, walk: Walk, quoted: boolean): Piece[] {
  switch (part.type) {
    case "Literal":
      return [{ text: part.value }];
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [{ text: part.value }];
    case "DoubleQuoted":
    case "LocaleString":
      return [{ text: "" }, ...part.parts.flatMap((inner) => piecesOfPart(inner, state, walk, true))];
    case "Glob":
      return [{ text: part.text, glob: true }];
    case "ExtendedGlob":
      walk.followNested(part, state);
      return [{ text: part.text, glob: true }];
    case "BraceExpansion":
      return [{ unknown: true, tame: false }];
    case "SimpleExpansion":
      return variable(part.text.slice(1), state, walk, quoted);
    case "ParameterExpansion":
      return parameter(part, state, walk, quoted);
    case "CommandExpansion":
      return substitution(part.script ? walk.substitute(part.script, state) : undefined, quoted);
    case "ArithmeticExpansion":
      walk.followNested(part, state);
      return [{ unknown: true, tame: true }];
    case "ProcessSubstitution": {
      const path = walk.processSubstitution(part, state);
      return [{ text: path }];
    }
  }
}

function substitution(output: Stream | undefined, quoted: boolean): Piece[] {
  if (output?.kind === "text") return [{ text: output.text.replace(/\n+$/, ""), split: !quoted }];
  if (output?.kind === "none") return [{ text: "", split: !quoted }];
  if (output?.kind === "paths") return piecesOf(walkRoot(output.roots), false);
  if (output?.kind !== "opaque") return [{ unknown: true, tame: false }];
  const processes = output.processes === undefined ? {} : { processes: output.processes };
  return [{ unknown: true, tame: output.tame, ...processes }];
}

function walkRoot(roots: readonly Word[]): Word {
  const [only] = roots;
  if (roots.length === 1 && only?.text !== undefined) {
    const text = `${only.text.replace(/(.)\/+$/, "$1")}/**/*?`;
    return { ...literal(text), glob: true, source: only.source };
  }
  return {
    text: undefined,
    source: roots.map((root) => root.source).join(" "),
    prefix: "",
    suffix: "",
    tame: false,
    glob: true,
  };
}

/** Special parameters that hold numbers or option letters (POSIX.1-2024, 2.5.2). */
const TAME_PARAMETERS =
  /^([?$!#-]|\?|RANDOM|SECONDS|LINENO|EPOCHSECONDS|EPOCHREALTIME|BASHPID|PPID|UID|EUID|COLUMNS|LINES|SHLVL|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|BASH_VERSION)$/;

/** The words of a variable: set on the line, a positional parameter, or from the environment. */
export function variableWords(name: string, state: ShellState, walk: Walk): readonly Word[] | undefined {
  if (name === "PWD" && state.cwd !== undefined) return [literal(state.cwd)];
  if (/^\d+$/.test(name)) {
    const at = Number(name);
    if (at === 0) return state.variables.get("0") ?? [literal("bash")];
    return state.args[at - 1] ? [state.args[at - 1] as Word] : state.argsKnown ? [literal("")] : undefined;
  }
  if (name === "@" || name === "*") return state.args;
  const set = state.variables.get(name);
  if (set) return set;
  if (TAME_PARAMETERS.test(name))
    return [{ text: undefined, source: `$${name}`, prefix: "", suffix: "", tame: true, glob: false }];
  if (name === "HOME") return [literal(homeOf(state))];
  if (state.place.host !== undefined) return undefined;
  const fact = lookUp(walk.analysis, { kind: "env", name });
  return fact?.value === undefined ? undefined : [literal(fact.value)];
}

function variable(name: string, state: ShellState, walk: Walk, quoted: boolean): Piece[] {
  const words = variableWords(name, state, walk);
  if (!words) return [{ unknown: true, tame: false }];
  return words.flatMap((word, index) => [
    ...(index > 0 ? [{ text: " ", split: !quoted } as Piece] : []),
    ...piecesOf(word, !quoted),
  ]);
}

function parameter(part: ParameterExpansionPart, state: ShellState, walk: Walk, quoted: boolean): Piece[] {
  walk.followNested(part, state);
  if (part.prefix === "#") return [{ unknown: true, tame: true }];
  if (part.prefix === "!") return [{ unknown: true, tame: false }];
  const { operation } = part;
  const words = variableWords(part.parameter, state, walk);
  if (!operation) {
    if (part.index && !["@", "*", "0"].includes(part.index.value)) {
      const item = words?.[Number(part.index.value)];
      return item ? piecesOf(item, !quoted) : [{ unknown: true, tame: false }];
    }
    return variable(part.parameter, state, walk, quoted);
  }
  if (operation.type === "Default") return withDefault(part, operation.operator, words, state, walk, quoted);
  const [only] = words ?? [];
  const text = words?.length === 1 ? only?.text : undefined;
  if (operation.type === "Remove" && text !== undefined) {
    const pattern = expandSingle(operation.operand, state, walk).text;
    if (pattern !== undefined) return [{ text: remove(text, operation.operator, pattern), split: !quoted }];
  }
  const processes = only?.processes === undefined ? {} : { processes: only.processes };
  return [{ unknown: true, tame: only?.tame === true, ...processes }];
}

function withDefault(
  part: ParameterExpansionPart,
  operator: string,
  words: readonly Word[] | undefined,
  state: ShellState,
  walk: Walk,
  quoted: boolean,
): Piece[] {
  const operand =
    part.operation?.type === "Default" ? expandSingle(part.operation.operand, state, walk) : undefined;
  const known = words?.every((word) => word.text !== undefined) === true;
  const empty = known && words.every((word) => word.text === "");
  if (operator.endsWith("+"))
    return words && !empty && operand ? piecesOf(operand, !quoted) : [{ text: "", split: !quoted }];
  if (operator.endsWith("?"))
    return words ? variable(part.parameter, state, walk, quoted) : [{ unknown: true, tame: false }];
  if (words && !empty) return variable(part.parameter, state, walk, quoted);
  if (operand && operator.endsWith("=")) state.variables.set(part.parameter, [operand]);
  return operand ? piecesOf(operand, !quoted) : [{ unknown: true, tame: false }];
}

/** `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}` (POSIX.1-2024, 2.6.2). */
function remove(text: string, operator: string, pattern: string): string {
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
  const ordered = operator.length === 2 ? lengths.reverse() : lengths;
  for (const length of ordered) {
    const part = operator.startsWith("#") ? text.slice(0, length) : text.slice(text.length - length);
    if (matchesGlob(part, pattern))
      return operator.startsWith("#") ? text.slice(length) : text.slice(0, text.length - length);
  }
  return text;
}

/** The state in which a command substitution runs. */
export function subshell(state: ShellState): ShellState {
  return copyState(state, { depth: state.depth + 1 });
}
