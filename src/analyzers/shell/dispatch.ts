import type { CodeLanguage, Command, Finding, Scene, SceneChange, Stream, Word } from "../analyzer.ts";
import type { Origin } from "../code/walk.ts";
import { judgeCode } from "../code.ts";
import { unknownEffect } from "../effects.ts";
import { judgeFetched } from "../project/fetched.ts";
import { localProgram } from "../project/local-program.ts";
import { analyzerFor } from "../registry.ts";
import { runBuiltin } from "./builtins.ts";
import { changedFact, isForeign, rememberChanges } from "./changes.ts";
import { variableWords } from "./expand.ts";
import { resolveProgram } from "./program.ts";
import { followScript, workspaceCode } from "./script.ts";
import { type Analysis, BOUNDS, copyState, lookUp, OPAQUE, reachBound, type ShellState } from "./state.ts";
import { makeWalk, walkFunction, walkText } from "./walk.ts";

/** What an analyzer sees of the state of the shell at one command. */
export function sceneFor(state: ShellState, analysis: Analysis): Scene {
  return {
    setting: analysis.setting,
    cwd: state.cwd,
    place: state.place,
    privileged: state.privileged,
    need: (need) =>
      state.place.host !== undefined && need.kind !== "syntax"
        ? undefined
        : ((changedFact(need, analysis) as never) ?? lookUp(analysis, need)),
    isForeign: (path) => isForeign(path, analysis),
    variable: (name) => {
      const words = variableWords(name, state, makeWalk(analysis));
      return words?.length === 1 ? words[0]?.text : undefined;
    },
    argv: (words, change) =>
      capture(analysis, () => runWords(words, deeper(changed(state, change)), analysis, sourceOf(words))),
    shell: (text, change) =>
      capture(analysis, () => walkText(text, deeper(changed(state, change)), analysis)),
    code: (language, text, change) => judgeText(language, text, changed(state, change), analysis),
    script: (path, language, args) =>
      capture(analysis, () => followScript(path, language, args, state, analysis)),
  };
}

/** Runs a piece of the walk and gives its effects back instead of adding them. */
function capture(analysis: Analysis, run: () => Stream): Finding {
  const start = analysis.effects.length;
  const output = run();
  return { effects: analysis.effects.splice(start), output };
}

function changed(state: ShellState, change: SceneChange | undefined): ShellState {
  const next = copyState(state, {
    ...("cwd" in (change ?? {}) ? { cwd: change?.cwd } : {}),
    ...(change?.place ? { place: change.place } : {}),
    ...(change?.privileged === undefined ? {} : { privileged: change.privileged }),
    ...(change?.stdin ? { stdin: change.stdin } : {}),
    ...(change?.args ? { args: change.args, argsKnown: true } : {}),
  });
  for (const [name, value] of change?.variables ?? []) {
    const word: Word = {
      text: value,
      source: value ?? `$${name}`,
      prefix: value ?? "",
      suffix: "",
      tame: false,
      glob: false,
    };
    next.variables.set(name, [word]);
  }
  return next;
}

function deeper(state: ShellState): ShellState {
  return { ...state, depth: state.depth + 1 };
}

/** Judges a text in a language other than the shell's. */
export function judgeText(
  language: CodeLanguage,
  text: string,
  state: ShellState,
  analysis: Analysis,
  origin: Origin = "inline",
): Finding {
  if (language === "shell") return capture(analysis, () => walkText(text, deeper(state), analysis));
  if (text.length > BOUNDS.text || state.depth > BOUNDS.depth) {
    reachBound(analysis, text.length > BOUNDS.text ? "text" : "depth", text);
    return { effects: [] };
  }
  return judgeCode(language, text, sceneFor(deeper(state), analysis), origin);
}

function sourceOf(words: readonly Word[]): string {
  return words.map((word) => word.source).join(" ");
}

/** Only these arguments, and a program does nothing but describe itself. */
const DESCRIBES = new Set(["--version", "--help", "-V", "-h", "-v", "-version", "-help", "version", "help"]);

/** Programs that hand their arguments on, so that `--help` may belong to something else. */
const HANDS_ON = new Set([
  "ssh",
  "docker",
  "podman",
  "kubectl",
  "make",
  "npm",
  "npx",
  "yarn",
  "pnpm",
  "bunx",
  "xargs",
  "find",
]);

/**
 * Judges one command by its words, as `execve` would get them: alias, function, builtin, program. Effects are
 * added to the analysis; the answer is what the command prints.
 */
export function runWords(
  words: readonly Word[],
  state: ShellState,
  analysis: Analysis,
  source: string,
): Stream {
  const [first, ...args] = words;
  if (!first) return { kind: "none" };
  if (++analysis.commands > BOUNDS.commands || state.depth > BOUNDS.depth) {
    reachBound(analysis, state.depth > BOUNDS.depth ? "depth" : "commands", source);
    return OPAQUE;
  }
  const scene = sceneFor(state, analysis);
  if (first.text === undefined || first.glob) {
    analysis.effects.push(unknownEffect(scene, "program", first.source, source));
    return OPAQUE;
  }
  const alias = state.aliases.get(first.text);
  if (alias !== undefined) return runAlias(alias, first.text, args, state, analysis);
  const body = state.functions.get(first.text);
  if (body) return walkFunction(body, args, state, analysis);
  const builtin = runBuiltin(first.text, args, state, analysis, source);
  if (builtin) return builtin;
  return runProgram(first, words, state, analysis, source);
}

function runAlias(
  alias: string,
  name: string,
  args: readonly Word[],
  state: ShellState,
  analysis: Analysis,
): Stream {
  const inner = copyState(state, { depth: state.depth + 1 });
  inner.aliases.delete(name);
  const quoted = args.map((arg) => (arg.text === undefined ? arg.source : quote(arg.text)));
  return walkText([alias, ...quoted].join(" "), inner, analysis);
}

/** Quotes a text for the shell (POSIX.1-2024, 2.2.2). */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function runProgram(
  first: Word,
  words: readonly Word[],
  state: ShellState,
  analysis: Analysis,
  source: string,
): Stream {
  const scene = sceneFor(state, analysis);
  const resolved = resolveProgram(first, state, analysis);
  if (resolved.kind === "script") return followScript(first, undefined, words.slice(1), state, analysis);
  if (resolved.evasive) analysis.effects.push(unknownEffect(scene, "program", first.source, source));
  const command: Command = {
    program: resolved.name,
    words,
    args: words.slice(1),
    stdin: state.stdin,
    source,
  };
  if (describesItself(command)) return { kind: "opaque", remote: false, tame: false };
  const analyzer = analyzerFor(resolved.name);
  if (!analyzer) {
    const unknown = unknownEffect(scene, "program", resolved.name, source);
    analysis.effects.push(...(localProgram(command, scene)?.effects ?? [unknown]));
    return OPAQUE;
  }
  if (state.place.host === undefined) analysis.programs.add(programOf(command));
  const finding = judgeFetched(analyzer.analyze(command, scene), command, scene);
  const isSaid = finding.effects.some((effect) => effect.marks.includes("workspace-code"));
  if (resolved.project && !isSaid)
    analysis.effects.push(workspaceCode(first.source, source, scene.setting.restorable));
  analysis.effects.push(...finding.effects);
  rememberChanges(finding, command, scene, analysis);
  return finding.output ?? OPAQUE;
}

function programOf({ program, args }: Command): string {
  const verb = args.find((arg) => arg.text !== undefined && !arg.text.startsWith("-"))?.text ?? "";
  return /^[\w:.-]{1,40}$/.test(verb) ? `${program} ${verb}` : program;
}

function describesItself({ program, args }: Command): boolean {
  const [only] = args;
  if (args.length === 1 && only?.text !== undefined && DESCRIBES.has(only.text)) {
    return only.text === "--version" || only.text === "--help" || !analyzerFor(program);
  }
  if (HANDS_ON.has(program) || args.length > 5 || args.some((arg) => arg.text === "--")) return false;
  return (
    args.length > 1 &&
    args.at(-1)?.text === "--help" &&
    args.slice(0, -1).every((arg) => /^[\w:-]+$/.test(arg.text ?? "/"))
  );
}
