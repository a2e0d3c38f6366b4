import type { Effect } from "../core/effect.ts";
import type { Outcome, Tier } from "../core/ladder.ts";
import type { Decision } from "../core/policy.ts";

/** An effect as `check` prints it (DESIGN §10). */
export interface ShownEffect {
  readonly verb: Effect["verb"];
  readonly resource: Effect["resource"];
  readonly wayBack: Effect["wayBack"];
  readonly reversibility: Effect["reversibility"];
  readonly count: number | null;
  readonly certain: boolean;
  readonly marks: Effect["marks"];
}

/** What the gate says of a call: the line that `check` prints, and what every screen is made from. */
export interface Verdict {
  readonly id: string;
  readonly outcome: Outcome;
  readonly tier: Tier;
  readonly effects: readonly ShownEffect[];
  readonly rules: readonly string[];
  readonly reason: string;
  readonly advice: string;
  /** SHA-256 of the canonical envelope. */
  readonly digest: string;
  /** How long the decision took, in milliseconds. */
  readonly ms: number;
}

export function verdictOf(
  id: string,
  effects: readonly Effect[],
  decision: Decision,
  digest: string,
  ms: number,
): Verdict {
  return {
    id,
    outcome: decision.outcome,
    tier: decision.tier,
    effects: effects.map(shownEffect),
    rules: decision.rules.map((rule) => rule.id),
    reason: decision.reason,
    advice: decision.advice ?? "",
    digest,
    ms: Math.round(ms * 1000) / 1000,
  };
}

function shownEffect(effect: Effect): ShownEffect {
  const { verb, resource, wayBack, reversibility, count, certain, marks } = effect;
  return { verb, resource, wayBack, reversibility, count, certain, marks };
}

/** A no for a request that could not even be judged. */
export function refusedVerdict(id: string, reason: string, advice: string, ms = 0): Verdict {
  return {
    id,
    outcome: "forbid",
    tier: "X",
    effects: [],
    rules: ["request-unreadable"],
    reason,
    advice,
    digest: "",
    ms,
  };
}

/** Exit codes of DESIGN §10. */
export const EXIT = {
  done: 0,
  usage: 2,
  confirm: 10,
  review: 11,
  forbid: 12,
  refused: 13,
  expired: 14,
  unknown: 20,
} as const;

/** The exit code that tells a script what the gate said. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome === "permit" ? EXIT.done : EXIT[outcome];
}
