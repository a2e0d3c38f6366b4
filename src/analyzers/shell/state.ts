import type { CompoundCommand, CompoundList, Redirected } from "unbash";
import type { Setting } from "../../core/call.ts";
import type { Effect } from "../../core/effect.ts";
import { type FactFor, type Facts, factFor, type Need, needKey } from "../../core/facts.ts";
import type { Place, Stream, Word } from "../analyzer.ts";
import { effect } from "../effects.ts";

/** Bounds on what one request may ask of the analysis; whoever writes the request controls all of them. */
export const BOUNDS = {
  /** UTF-16 code units of one script. */
  text: 131_072,
  /** Words of one simple command after brace expansion. */
  words: 4_096,
  /** Brace expansions of one word: each multiplies the words that come out. */
  braces: 8,
  /** Simple commands of one request, those of followed scripts included. */
  commands: 4_096,
  /** Scripts within scripts, functions within functions. */
  depth: 24,
  /** Rounds of a loop whose list is known. */
  loop: 32,
  /** Nesting of quotes, parentheses and braces in a text that is about to be parsed. */
  nesting: 200,
} as const;

/** What one analysis has learnt and used up; shared by all scripts that it follows. */
export interface Analysis {
  readonly setting: Setting;
  readonly facts: Facts;
  /** Facts that were asked for and are not there yet, by key. */
  readonly needs: Map<string, Need>;
  /** Effects found so far, in order. */
  readonly effects: Effect[];
  /** Files written earlier in the same request: their text, or `undefined` when it cannot be told. */
  readonly written: Map<string, string | undefined>;
  /** Symbolic links made earlier in the same request: where they lead, or `undefined` when it cannot be told. */
  readonly links: Map<string, string | undefined>;
  /** Folders whose contents came from elsewhere in the same request: cloned, or unpacked after a download. */
  readonly foreign: Set<string>;
  /** What process substitutions give, by the path that stands for them. */
  readonly streams: Map<string, Stream>;
  /** Understood programs that run on this machine, with the first word that is no option: `git fetch`. */
  readonly programs: Set<string>;
  commands: number;
  /** Bounds that were reached; each is reported once. */
  readonly reached: Set<string>;
}

/** A function or the parts of a script that are followed where they are called. */
export type FunctionBody = CompoundCommand | Redirected | CompoundList;

/** What a shell remembers from one command to the next. */
export interface ShellState {
  cwd: string | undefined;
  /** Values by name; a scalar has one word, an array several. Names that are not here come from the environment. */
  readonly variables: Map<string, readonly Word[]>;
  readonly functions: Map<string, FunctionBody>;
  readonly aliases: Map<string, string>;
  /** Positional parameters. */
  args: readonly Word[];
  /** True when `args` are all there are: a missing one is then empty, not unknown. */
  argsKnown: boolean;
  readonly home: string;
  readonly place: Place;
  readonly privileged: boolean;
  stdin: Stream;
  /** The last `cd` may have failed. */
  unsureDirectory: boolean;
  readonly depth: number;
}

export function copyState(state: ShellState, change: Partial<ShellState> = {}): ShellState {
  return {
    ...state,
    variables: new Map(state.variables),
    functions: new Map(state.functions),
    aliases: new Map(state.aliases),
    ...change,
  };
}

/** The fact for a need, or `undefined` after the need was noted. */
export function lookUp<N extends Need>(analysis: Analysis, need: N): FactFor<N> | undefined {
  const fact = factFor(analysis.facts, need);
  if (fact === undefined) analysis.needs.set(needKey(need), need);
  return fact;
}

/** Notes that a bound was reached: an effect of its own, because what lies beyond was not read. */
export function reachBound(analysis: Analysis, bound: keyof typeof BOUNDS | "rounds", by: string): void {
  if (analysis.reached.has(bound)) return;
  analysis.reached.add(bound);
  const limit = bound === "rounds" ? "" : ` of ${BOUNDS[bound]}`;
  analysis.effects.push(
    effect({
      verb: "unknown",
      kind: "request",
      name: `beyond the bound${limit} (${bound})`,
      environment: "unknown",
      certain: false,
      count: null,
      marks: ["bound"],
      by: by.slice(0, 80),
      advice: "split the request into smaller ones",
    }),
  );
}

export const OPAQUE: Stream = { kind: "opaque", remote: false, tame: false };
export const TAME: Stream = { kind: "opaque", remote: false, tame: true };
export const EMPTY: Stream = { kind: "none" };

/** An analysis that knows nothing yet but some facts. */
export function newAnalysis(setting: Setting, facts: Facts): Analysis {
  return {
    setting,
    facts,
    needs: new Map(),
    effects: [],
    written: new Map(),
    links: new Map(),
    foreign: new Set(),
    streams: new Map(),
    programs: new Set(),
    commands: 0,
    reached: new Set(),
  };
}

/** The state of a shell that was just started. */
export function firstState(setting: Setting): ShellState {
  return {
    cwd: setting.cwd,
    variables: new Map(),
    functions: new Map(),
    aliases: new Map(),
    args: [],
    argsKnown: false,
    home: setting.home,
    place: { host: undefined, environment: setting.declared ?? "unknown" },
    privileged: false,
    stdin: EMPTY,
    unsureDirectory: false,
    depth: 0,
  };
}
