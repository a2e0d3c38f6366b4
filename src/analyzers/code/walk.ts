import { describeEffect, type Effect, type Mark } from "../../core/effect.ts";
import type { CodeLanguage, Finding, Scene, SceneChange, Stream, Word } from "../analyzer.ts";
import { effect, unknownEffect } from "../effects.ts";
import type { FunctionExpression } from "./expression.ts";
import type { Scope, Value } from "./values.ts";

/** Expressions evaluated for one text before the analysis gives up with a bound. */
const MAX_STEPS = 40_000;
/** Nested calls of the program's own functions. */
export const MAX_CALLS = 12;

/** A call whose receiver and arguments have been evaluated. */
export interface Call {
  /** Dotted name of what is called, as far as it has one. */
  readonly name: string;
  /** The receiver of a method. */
  readonly self?: Value;
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** Further arguments may follow. */
  readonly open: boolean;
  readonly source: string;
}

/** What a known function does: it notes its effects in the walk and tells its value. */
export type Act = (call: Call, walk: Walk) => Value;

/** What a language's tables know. */
export interface Dialect {
  readonly language: CodeLanguage;
  /** By dotted name; `json.*` answers for everything below `json`. Methods of known objects: `file#write`. */
  readonly acts: Pick<ReadonlyMap<string, Act>, "get" | "has">;
  /** Standard modules: a function of theirs that `acts` does not know is unknown, not foreign. */
  readonly modules: ReadonlySet<string>;
  /** Libraries that compute, draw or parse and have no effect of their own. */
  readonly libraries: ReadonlySet<string>;
  /** The one name for several spellings: `node:fs` is `fs`. */
  canonical(name: string): string;
  /** What a name stands for that the program does not define. */
  global(name: string, walk: Walk): Value | undefined;
}

/** `inline`: typed into the command. `script`: a file of the workspace, whose open ends are contained. */
export type Origin = "inline" | "script";

/** The state of one reading of a program; effects are collected as the program is read in order. */
export interface Walk {
  readonly dialect: Dialect;
  readonly origin: Origin;
  /** The scene as it is now: `chdir` changes it. */
  scene: Scene;
  readonly source: string;
  readonly effects: Map<string, Effect>;
  /** Texts printed so far; `undefined` once something unknown was printed. */
  printed: string[] | undefined;
  /** Files that the program wrote from what it downloaded. */
  readonly downloaded: Set<string>;
  steps: number;
  /** Functions being called, outermost first. */
  readonly active: FunctionExpression[];
  /** Functions defined by the program, and whether something called them. */
  readonly defined: Map<FunctionExpression, { readonly scope: Scope; called: boolean }>;
  /** Values returned by the function being read. */
  returned: Value[];
  /** Code that may run or not, or several times: what is assigned there is only one possibility. */
  conditional: number;
  /** Calls a function value, whatever it is. */
  call(callee: Value, args: readonly Value[], source: string): Value;
}

/** Counts a step; false when the bound is reached, which is noted as an effect. */
export function step(walk: Walk): boolean {
  walk.steps++;
  if (walk.steps < MAX_STEPS) return true;
  if (walk.steps === MAX_STEPS) {
    note(walk, [
      unknownEffect(
        walk.scene,
        "code",
        `${walk.dialect.language} (more than ${MAX_STEPS} steps)`,
        walk.source,
        ["bound"],
      ),
    ]);
  }
  return false;
}

export function note(walk: Walk, effects: readonly Effect[]): void {
  for (const one of effects) walk.effects.set(`${describeEffect(one)} ${one.marks.join()}`, one);
}

export function noteFinding(walk: Walk, finding: Finding): Stream | undefined {
  note(walk, finding.effects);
  return finding.output;
}

/** Something in the program that cannot be told ahead. */
export function noteUnknown(walk: Walk, what: string, source: string, marks: readonly Mark[] = []): void {
  note(walk, [unknownEffect(walk.scene, "code", what, source, marks)]);
}

/** Code of the project or of an installed package, which is not read here. */
export function noteForeign(walk: Walk, name: string): void {
  note(walk, [workspaceCode(walk.scene, name, walk.source)]);
}

/** The effect of running the project's own code: what it does is known only afterwards. */
export function workspaceCode(scene: Scene, name: string, by: string): Effect {
  return effect({
    verb: "execute",
    kind: "workspace-code",
    name: name.slice(0, 200),
    environment: "workspace",
    reversibility: "R1",
    wayBack: scene.setting.restorable ? "restore-point" : "none",
    certain: false,
    marks: ["workspace-code"],
    by,
  });
}

/** The scene's nested judgements, from where the program is now. */
export function hereAs(walk: Walk, change: SceneChange = {}): SceneChange {
  return { cwd: walk.scene.cwd, ...change };
}

export function argumentAt(call: Call, position: number, ...names: readonly string[]): Value | undefined {
  for (const name of names) {
    const value = call.named.get(name);
    if (value) return value;
  }
  return call.args[position] ?? (call.open ? { kind: "unknown" } : undefined);
}

/** The name under which a hole in a shell text is handed on: a variable whose value nobody knows. */
const HOLE = "unknown_value";

/** A shell text with its unknown middle as a variable, and that variable; `undefined` when nothing is known of it. */
export function shellText(
  word: Word,
): { readonly text: string; readonly variables?: ReadonlyMap<string, undefined> } | undefined {
  if (word.text !== undefined) return { text: word.text };
  if (!/^\s*[\w./~-]+\s/.test(word.prefix)) return undefined;
  return { text: `${word.prefix}\${${HOLE}}${word.suffix}`, variables: new Map([[HOLE, undefined]]) };
}
