import type { CapturedChange } from "../analyzers/captured.ts";
import type { Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import type { ActionEvent } from "../core/event.ts";
import type { Need } from "../core/facts.ts";
import type { Decision, Situation } from "../core/policy.ts";
import type { EngineName, Exposure } from "../core/protection.ts";
import type { Known } from "./exposure.ts";
import type { Verdict } from "./verdict.ts";

/** A fact of any kind; which one follows from the need. */
export type AnyFact = object;

/** Contract: never throws, reads only; what cannot be found out is said in the fact. */
export type FetchFact = (need: Need) => AnyFact | Promise<AnyFact>;

/** Contract: never throws; a policy that is broken answers `forbid`. */
export interface PolicyPort {
  readonly digest: string;
  decide(effects: readonly Effect[], situation: Situation): Decision;
}

/** Contract: when `append` returns, the entry is durable. Throws when it cannot be written: nothing may run then. */
export interface LedgerPort {
  append(event: ActionEvent, payload?: string): Promise<{ readonly seq: number }>;
}

/** What a question to the operator can end in. `nobody`: there is no terminal that only a person controls. */
export type Answer = "yes" | "no" | "nobody";

export interface AskPort {
  confirm(verdict: Verdict): Promise<Answer>;
}

/** How a command ended. `exitCode` is `null` when a signal ended it. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal?: string;
}

/** What a command changed, caught by the engine before it became real. */
export interface Captured {
  readonly changes: readonly CapturedChange[];
  /** Makes the chosen changes real as one undoable step; the others wait for a decision. Throws when it cannot. */
  settle(isAllowed: (change: CapturedChange) => boolean, action: string): Settled;
}

/** `conflict`: somebody else changed the same files meanwhile; then nothing became real and all of it waits. */
export interface Settled {
  readonly outcome: "settled" | "conflict";
  /** Changes that wait. */
  readonly held: readonly CapturedChange[];
}

export interface Execution extends Ended {
  /** Absent when the engine lets changes happen as they come. */
  readonly captured?: Captured;
  /** Processes that the command left running and that were ended with it. */
  readonly leftBehind?: number;
  /** Hosts that it was kept from. */
  readonly refusedHosts?: readonly string[];
  /** What else the operator should know of how it ran. */
  readonly notes?: readonly string[];
}

/**
 * One way of running commands. Contract of `execute`: runs exactly the command that was judged, with no more than
 * the exposure says; resolves when it ended; throws when it never started.
 */
export interface Engine {
  readonly name: EngineName;
  /** What a command with this judgement may reach under it. */
  exposure(known: Known, setting: Setting): Exposure;
  execute(command: Runnable, setting: Setting, exposure: Exposure): Promise<Execution>;
  readonly restore: RestorePort;
}

/** The best engine that works here, and the one for commands that have to act on the machine itself. */
export interface Engines {
  readonly first: Engine;
  readonly direct: Engine;
  /** Said when the one who asks chose less than the machine has: how that was written. */
  readonly lowered?: string;
}

/** A command as it was judged: a text for the shell that we start, or the words for `execve`. */
export type Runnable = { readonly shell: string } | { readonly argv: readonly string[] };

/** Contract: throws when a way back that was promised cannot be made; then nothing runs. */
export interface RestorePort {
  /** Gives the name of the restore point, or `undefined` when nothing here needs one. */
  make(action: string, effects: readonly Effect[], setting: Setting): Promise<string | undefined>;
  /** Told when the command ended, so that later changes by others can be told from its own. */
  ended(action: string): Promise<void>;
}

export interface Clock {
  /** Whole milliseconds since 1970. */
  now(): number;
  /** Milliseconds on a clock that never goes back, with fractions: for durations only. */
  monotonic(): number;
}

export interface IdSource {
  /** A new identifier: unguessable, sortable by time. */
  next(): string;
  /** A new nonce: unguessable. */
  nonce(): string;
}
