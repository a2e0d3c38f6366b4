import {
  type AndOr,
  type Assignment,
  type Case,
  type Command as CommandNode,
  type CompoundList,
  type For,
  forEachChild,
  type If,
  type ParsedScript,
  type Pipeline,
  type ProcessSubstitutionPart,
  parse,
  type Redirected,
  type Select,
  type Statement,
  type SyntaxNode,
  type While,
} from "unbash";
import type { Stream, Word } from "../analyzer.ts";
import { unknownEffect } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import { assign } from "./assign.ts";
import { runWords, sceneFor } from "./dispatch.ts";
import { expandSingle, expandWord, subshell } from "./expand.ts";
import { openRedirections, recordOutput } from "./redirect.ts";
import { type Analysis, BOUNDS, copyState, EMPTY, OPAQUE, reachBound, type ShellState } from "./state.ts";
import { foundBelow } from "./words.ts";
import { zshOnly } from "./zsh.ts";

/** What expansions need from the walk that they are part of. */
export interface Walk {
  readonly analysis: Analysis;
  /** Judges the script of a command substitution and tells what it prints. */
  substitute(script: ParsedScript, state: ShellState): Stream;
  /** Judges every substitution below a node whose own value is not followed. */
  followNested(node: SyntaxNode, state: ShellState): void;
  /** Judges a process substitution and gives the path that stands for it. */
  processSubstitution(part: ProcessSubstitutionPart, state: ShellState): string;
}

/**
 * Judges a shell text: its effects are added to the analysis, and what it prints is the answer.
 * What the parser reports as wrong, and what only another shell understands, becomes an unknown effect.
 */
export function walkText(text: string, state: ShellState, analysis: Analysis): Stream {
  if (text.length > BOUNDS.text) return bounded("text", text, analysis);
  if (state.depth > BOUNDS.depth) return bounded("depth", text, analysis);
  if (nestingOf(text) > BOUNDS.nesting) return bounded("nesting", text, analysis);
  const script = parsed(text);
  if (script === undefined || (script.errors && script.errors.length > 0)) {
    const why = script?.errors?.[0]?.message ?? "the parser gave up";
    analysis.effects.push(
      unknownEffect(sceneFor(state, analysis), "shell.text", `not understood: ${why}`, text),
    );
  }
  const foreign = zshOnly(text, script);
  if (foreign)
    analysis.effects.push(
      unknownEffect(sceneFor(state, analysis), "shell.text", `zsh only: ${foreign}`, text),
    );
  return script ? walkStatements(script.commands, state, makeWalk(analysis)) : OPAQUE;
}

function bounded(bound: keyof typeof BOUNDS, text: string, analysis: Analysis): Stream {
  reachBound(analysis, bound, text);
  return OPAQUE;
}

/** The parser is recursive: a text nested deeper than this could end it with a stack overflow. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "(" || char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === ")" || char === "}") depth--;
  }
  return deepest;
}

function parsed(text: string): ParsedScript | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

export function makeWalk(analysis: Analysis): Walk {
  const walk: Walk = {
    analysis,
    substitute: (script, state) => {
      const inner = subshell(state);
      if (inner.depth > BOUNDS.depth) return bounded("depth", "", analysis);
      reportErrors(script, state, analysis);
      return walkStatements(script.commands, inner, walk);
    },
    followNested: (node, state) => followNested(node, state, walk),
    processSubstitution: (part, state) => {
      const output = part.script ? walk.substitute(part.script, state) : OPAQUE;
      const path = `/dev/fd/${63 + analysis.streams.size}`;
      analysis.streams.set(path, part.operator === "<" ? output : EMPTY);
      return path;
    },
  };
  return walk;
}

function reportErrors(script: ParsedScript, state: ShellState, analysis: Analysis): void {
  const [error] = script.errors ?? [];
  if (error) {
    const scene = sceneFor(state, analysis);
    analysis.effects.push(
      unknownEffect(scene, "shell.text", `not understood: ${error.message}`, script.source ?? ""),
    );
  }
}

/** Looks for substitutions anywhere below a node, in whatever field they stand. */
function followNested(node: SyntaxNode, state: ShellState, walk: Walk): void {
  forEachChild(node, (child) => {
    if (child.type === "ProcessSubstitution") walk.processSubstitution(child, state);
    else if (child.type === "Script") walk.substitute(child as ParsedScript, state);
    else followNested(child, state, walk);
  });
}

function walkStatements(statements: readonly Statement[], state: ShellState, walk: Walk): Stream {
  let output: Stream = EMPTY;
  for (const statement of statements) {
    const before = state.cwd;
    const own = statement.background ? copyState(state) : state;
    output = together(output, walkNode(statement.command, own, walk));
    settleDirectory(before, state, walk);
  }
  return output;
}

/**
 * After `cd x; …` with an `x` that may not exist, the shell may still be where it was. That matters when the
 * two places are governed differently: then the directory counts as unknown.
 */
function settleDirectory(before: string | undefined, state: ShellState, walk: Walk): void {
  const { workspace } = walk.analysis.setting;
  if (!state.unsureDirectory) return;
  state.unsureDirectory = false;
  const inside = (path: string | undefined) =>
    path !== undefined && workspace !== undefined && (path === workspace || path.startsWith(`${workspace}/`));
  if (inside(before) !== inside(state.cwd)) state.cwd = undefined;
}

function together(first: Stream, second: Stream): Stream {
  if (first.kind === "none") return second;
  if (second.kind === "none") return first;
  if (first.kind === "text" && second.kind === "text")
    return { kind: "text", text: first.text + second.text };
  if (first.kind === "paths" && second.kind === "paths")
    return { kind: "paths", roots: [...first.roots, ...second.roots] };
  const isRemote = (stream: Stream) => stream.kind === "opaque" && stream.remote;
  return { kind: "opaque", remote: isRemote(first) || isRemote(second), tame: false };
}

type Node = Statement["command"] | Redirected["command"] | CompoundList;

function walkNode(node: Node, state: ShellState, walk: Walk): Stream {
  switch (node.type) {
    case "Command":
      return walkCommand(node, state, walk);
    case "Pipeline":
      return walkPipeline(node, state, walk);
    case "AndOr":
      return walkAndOr(node, state, walk);
    case "If":
      return walkIf(node, state, walk);
    case "For":
    case "Select":
      return walkFor(node, state, walk);
    case "While":
      return walkWhile(node, state, walk);
    case "Case":
      return walkCase(node, state, walk);
    case "ArithmeticFor":
      for (const part of [node.initialize, node.test, node.update]) if (part) followNested(part, state, walk);
      return walkBranch(node.body, state, walk);
    case "Subshell":
      return walkStatements(node.body.commands, subshell(state), walk);
    case "BraceGroup":
      return walkStatements(node.body.commands, state, walk);
    case "CompoundList":
      return walkStatements(node.commands, state, walk);
    case "Function":
      state.functions.set(node.name.value, node.body);
      return EMPTY;
    case "Coproc":
      return walkNode(node.body, copyState(state), walk);
    case "Redirected":
      return walkRedirected(node, state, walk);
    case "TestCommand":
    case "ArithmeticCommand":
      followNested(node, state, walk);
      return EMPTY;
  }
}

function walkPipeline(node: Pipeline, state: ShellState, walk: Walk): Stream {
  if (node.commands.length === 1 && node.commands[0]) return walkNode(node.commands[0], state, walk);
  let flow = state.stdin;
  for (const command of node.commands) flow = walkNode(command, copyState(state, { stdin: flow }), walk);
  return flow;
}

function walkAndOr(node: AndOr, state: ShellState, walk: Walk): Stream {
  let output: Stream = EMPTY;
  node.commands.forEach((command, index) => {
    if (index > 0 && node.operators[index - 1] === "&&") state.unsureDirectory = false;
    if (index > 0 && node.operators[index - 1] === "||") {
      const branch = copyState(state);
      output = together(output, walkNode(command, branch, walk));
      if (!leaves(command)) merge(state, branch);
      else state.unsureDirectory = false;
    } else output = together(output, walkNode(command, state, walk));
  });
  return output;
}

/** `… || exit`: what comes after knows that the left side succeeded. */
function leaves(node: AndOr["commands"][number]): boolean {
  if (node.type === "Command")
    return ["exit", "return", "break", "continue"].includes(node.name?.value ?? "");
  if (node.type !== "BraceGroup") return false;
  const last = node.body.commands.at(-1)?.command;
  return last !== undefined && last.type !== "AndOr" && leaves(last);
}

/** After a branch that may or may not have run: what it changed is no longer known. */
function merge(state: ShellState, branch: ShellState): void {
  if (branch.cwd !== state.cwd) state.cwd = undefined;
  for (const [name, words] of branch.variables) {
    if (state.variables.get(name) === words) continue;
    state.variables.set(name, [unknownWord(`$${name}`)]);
  }
  for (const [name, body] of branch.functions) state.functions.set(name, body);
  for (const [name, text] of branch.aliases) state.aliases.set(name, text);
}

function walkBranch(list: CompoundList | undefined, state: ShellState, walk: Walk): Stream {
  if (!list) return EMPTY;
  const branch = copyState(state);
  const output = walkStatements(list.commands, branch, walk);
  merge(state, branch);
  return output;
}

function walkIf(node: If, state: ShellState, walk: Walk): Stream {
  walkStatements(node.clause.commands, state, walk);
  let output = walkBranch(node.then, state, walk);
  for (const elif of node.elif) {
    walkBranch(elif.clause, state, walk);
    output = together(output, walkBranch(elif.then, state, walk));
  }
  return together(output, walkBranch(node.else, state, walk));
}

function walkFor(node: For | Select, state: ShellState, walk: Walk): Stream {
  const list = node.wordlist ? node.wordlist.flatMap((word) => expandWord(word, state, walk)) : state.args;
  const rounds = list.length <= BOUNDS.loop ? list : [anyOf(list)];
  let output: Stream = EMPTY;
  for (const word of rounds) {
    const branch = copyState(state);
    branch.variables.set(node.name.value, [word]);
    output = together(output, walkStatements(node.body.commands, branch, walk));
    merge(state, branch);
  }
  return output;
}

/** A word that stands for any of many: known only as far as all of them are. */
function anyOf(words: readonly Word[]): Word {
  return {
    ...unknownWord("…"),
    tame: words.every((word) => word.text !== undefined && /^[\w.-]+$/.test(word.text)),
  };
}

function walkWhile(node: While, state: ShellState, walk: Walk): Stream {
  walkStatements(node.clause.commands, state, walk);
  return walkBranch(node.body, state, walk);
}

function walkCase(node: Case, state: ShellState, walk: Walk): Stream {
  expandSingle(node.word, state, walk);
  let output: Stream = EMPTY;
  for (const item of node.items) {
    for (const pattern of item.pattern) expandSingle(pattern, state, walk);
    output = together(output, walkBranch(item.body, state, walk));
  }
  return output;
}

function walkRedirected(node: Redirected, state: ShellState, walk: Walk): Stream {
  const plumbing = openRedirections(node.redirects, state, walk);
  const before = state.stdin;
  state.stdin = plumbing.stdin ?? before;
  const output = walkNode(node.command, state, walk);
  state.stdin = before;
  return recordOutput(plumbing, output, walk);
}

/** Runs the body of a function with its own positional parameters. */
export function walkFunction(
  body: NonNullable<ReturnType<ShellState["functions"]["get"]>>,
  args: readonly Word[],
  state: ShellState,
  analysis: Analysis,
): Stream {
  if (state.depth + 1 > BOUNDS.depth) return bounded("depth", "", analysis);
  const inner: ShellState = { ...state, args, argsKnown: true, depth: state.depth + 1 };
  const output = walkNode(body, inner, makeWalk(analysis));
  state.cwd = inner.cwd;
  return output;
}

function walkCommand(node: CommandNode, state: ShellState, walk: Walk): Stream {
  const { analysis } = walk;
  if (++analysis.commands > BOUNDS.commands) return bounded("commands", node.name?.text ?? "", analysis);
  const assignments = node.prefix.filter((one): one is Assignment => one.type === "Assignment");
  const plumbing = openRedirections(node.redirects, state, walk);
  if (!node.name) {
    for (const assignment of assignments) assign(assignment, state, state, walk);
    return recordOutput(plumbing, EMPTY, walk);
  }
  const words = [
    ...expandWord(node.name, state, walk),
    ...node.args.flatMap((one) => argument(one, state, walk)),
  ];
  if (words.length > BOUNDS.words) return bounded("words", node.name.text, analysis);
  const inner = assignments.length > 0 ? copyState(state) : state;
  for (const assignment of assignments) assign(assignment, state, inner, walk);
  const before = inner.stdin;
  inner.stdin = plumbing.stdin ?? before;
  const output = runWords(words, inner, analysis, sourceOf(node));
  inner.stdin = before;
  if (inner !== state) {
    state.cwd = inner.cwd;
    state.unsureDirectory = inner.unsureDirectory;
  }
  return recordOutput(plumbing, output, walk);
}

function argument(one: CommandNode["args"][number], state: ShellState, walk: Walk): Word[] {
  if (one.type === "Word") return expandWord(one, state, walk);
  if (one.value.type === "ArrayValue") {
    const items = one.value.elements.flatMap((element) => expandWord(element, state, walk));
    const texts = items.map((item) => item.text);
    return [
      texts.every((text) => text !== undefined)
        ? literal(`${one.name}=(${texts.join(" ")})`)
        : unknownWord(one.text),
    ];
  }
  const value = expandSingle(one.value, state, walk);
  const name = `${one.name}${one.append ? "+" : ""}=`;
  return [
    {
      ...value,
      text: value.text === undefined ? undefined : name + value.text,
      prefix: name + value.prefix,
      source: one.text,
    },
  ];
}

function sourceOf(node: CommandNode): string {
  const parts = [...node.prefix, ...(node.name ? [node.name] : []), ...node.suffix];
  return parts
    .map((part) => ("text" in part && typeof part.text === "string" ? part.text : ""))
    .filter(Boolean)
    .join(" ");
}

/** The word that each line of a stream gives, for `read`, `xargs` and the like. */
export function lineWord(stream: Stream, source: string): Word {
  if (stream.kind === "paths" && stream.roots.length === 1 && stream.roots[0])
    return foundBelow(stream.roots[0]);
  if (stream.kind === "text" && !stream.text.trim().includes("\n")) return literal(stream.text.trim());
  if (stream.kind !== "opaque") return unknownWord(source);
  const processes = stream.processes === undefined ? {} : { processes: stream.processes };
  return { ...unknownWord(source), tame: stream.tame, ...processes };
}
