import {
  describeEffect,
  type Effect,
  type Environment,
  type Mark,
  type Reversibility,
  type Verb,
  type WayBack,
} from "./effect.ts";
import {
  higherTier,
  ladder,
  ladderOfAll,
  type Outcome,
  outcomeOf,
  stricterOutcome,
  TIERS,
  type Tier,
} from "./ladder.ts";
import type { EngineName } from "./protection.ts";

/** Where rules come from, the strongest first. A later layer can only tighten. */
export const LAYERS = ["built-in", "organisation", "project", "person"] as const;
export type Layer = (typeof LAYERS)[number];

/** A rule as a decision shows it. */
export interface Rule {
  readonly id: string;
  readonly layer: Layer;
  /** A clause in plain words, for a person and for a model: "it changes production". */
  readonly reason: string;
  /** What to do instead. */
  readonly advice?: string;
}

/** A rule that had something to say, and the tier it asked for. */
export interface FiredRule extends Rule {
  readonly tier: Tier;
}

/** Who acts. An agent acts for its operator. */
export interface Principal {
  readonly kind: "agent" | "person";
  readonly name: string;
  /** The person an agent works for. */
  readonly operator?: string;
}

/** The yes obtained so far; only the gate fills this in, never what an agent says. */
export interface Approval {
  readonly confirmed: boolean;
  /** How many distinct other people said yes. */
  readonly reviewers: number;
  /** The role that each of them fills. */
  readonly roles: readonly string[];
}

export const NO_APPROVAL: Approval = { confirmed: false, reviewers: 0, roles: [] };

/** What a decision depends on beside the effects. */
export interface Situation {
  readonly principal: Principal;
  /** Default: none. */
  readonly approval?: Approval;
  /** True when the engine in force isolates the program and judges what it did. */
  readonly contained: boolean;
  /** The engine in force. */
  readonly engine: EngineName;
  /** The tool of the call: `shell`, `sql` and so on. */
  readonly tool: string;
}

/** What policy says of an action. */
export interface Decision {
  /** What has to happen now: `permit` also when the approval given is already enough. */
  readonly outcome: Outcome;
  /** What the action needs, whatever was approved already. */
  readonly tier: Tier;
  /** Roles that the reviewers must fill, when a rule names some. */
  readonly roles: readonly string[];
  /** Every rule that fired, the strictest first, each once. */
  readonly rules: readonly FiredRule[];
  readonly reason: string;
  readonly advice?: string;
}

/** One authorization question, without the approval: what one effect does, by whom, in which situation. */
export interface Question {
  readonly principal: Principal;
  readonly verb: Verb;
  readonly kind: string;
  readonly name: string;
  readonly environment: Environment;
  readonly wayBack: WayBack;
  readonly reversibility: Reversibility;
  /** -1 when it cannot be told. */
  readonly count: number;
  readonly certain: boolean;
  readonly marks: readonly Mark[];
  readonly contained: boolean;
  readonly engine: EngineName;
  readonly tool: string;
}

export function questionOf(effect: Effect, situation: Situation): Question {
  const { principal, contained, engine, tool } = situation;
  const { verb, resource, wayBack, reversibility, certain } = effect;
  const marks = [...new Set(effect.marks)].sort();
  const count = effect.count ?? -1;
  return {
    principal,
    verb,
    ...resource,
    wayBack,
    reversibility,
    count,
    certain,
    marks,
    contained,
    engine,
    tool,
  };
}

/** An approval that policy is asked with, and the tier an effect has when this is the least that suffices. */
export interface Level {
  readonly tier: Exclude<Tier, 0 | "X">;
  readonly approval: Approval;
}

/** More roles than this in one policy are not tried; what needs them is then forbidden. */
export const MAX_ROLES = 8;

/**
 * The rising approvals: none, confirmed, one reviewer, two reviewers with different roles. When rules name
 * roles, each of them (and each pair) is tried after the plain level, because one person fills one role.
 */
export function approvalLevels(roles: readonly string[]): readonly Level[] {
  const named = [...new Set(roles)].sort().slice(0, MAX_ROLES);
  const one = ["reviewer", ...named];
  const pairs = one.flatMap((first, index) => one.slice(index + 1).map((second) => [first, second]));
  return [
    { tier: 1, approval: NO_APPROVAL },
    { tier: 2, approval: { confirmed: true, reviewers: 0, roles: [] } },
    ...one.map((role) => ({ tier: 3, approval: { confirmed: true, reviewers: 1, roles: [role] } }) as const),
    ...[["reviewer", "second reviewer"], ...pairs].map(
      (pair) => ({ tier: 4, approval: { confirmed: true, reviewers: 2, roles: pair } }) as const,
    ),
  ];
}

/** What policy says of one effect: the least approval that suffices, and which rules asked for how much. */
export interface Verdict {
  readonly tier: Tier;
  readonly roles: readonly string[];
  readonly rules: readonly FiredRule[];
  /** Whether the approval given is enough. */
  readonly allowed: boolean;
}

/** Who says that an effect may not be below a tier, when no rule of the policy does. */
const FLOOR_RULE: Rule = {
  id: "ladder",
  layer: "built-in",
  reason: "the ladder of tiers puts it there, and no policy gets below the ladder",
};

/** The verdict, never below the ladder. */
export function withFloor(effect: Effect, verdict: Verdict, approval: Approval): Verdict {
  const floor = ladder(effect);
  const tier = higherTier(verdict.tier === 1 && effect.verb === "read" ? 0 : verdict.tier, floor);
  const allowed = verdict.allowed && suffices(approval, floor);
  const rises = TIERS.indexOf(tier) > TIERS.indexOf(verdict.tier);
  const rules = rises ? [{ ...FLOOR_RULE, tier }, ...verdict.rules] : verdict.rules;
  return { tier, roles: verdict.roles, rules, allowed };
}

/** Whether an approval is enough for a tier by the ladder's own terms. */
export function suffices(approval: Approval, tier: Tier): boolean {
  if (tier === "X") return false;
  if (tier === 4) return approval.reviewers >= 2 && new Set(approval.roles).size >= 2;
  if (tier === 3) return approval.reviewers >= 1;
  return tier < 2 || approval.confirmed;
}

/** One decision for all effects of an action: the strictest wins, and order never matters. */
export function combineVerdicts(effects: readonly Effect[], verdicts: readonly Verdict[]): Decision {
  const tier = verdicts.map((verdict) => verdict.tier).reduce(higherTier, ladderOfAll(effects));
  const outcome = verdicts
    .map((verdict) => (verdict.allowed ? "permit" : outcomeOf(verdict.tier)))
    .reduce(stricterOutcome, tier === "X" ? "forbid" : "permit");
  const rules = strictestFirst(verdicts.flatMap((verdict) => verdict.rules));
  const roles = [...new Set(verdicts.flatMap((verdict) => verdict.roles))].sort();
  const index = verdicts.findIndex((verdict) => verdict.tier === tier);
  const effect = effects[index] ?? effects[0];
  if (effect === undefined)
    return { outcome, tier, roles, rules, reason: "permitted: it does nothing but read" };
  const rule = verdicts[index]?.rules[0] ?? FLOOR_RULE;
  const reason = reasonFor(effects.length, effect, rule, tier);
  return { outcome, tier, roles, rules, reason, ...adviceFor(effect, rule, tier) };
}

/** A decision that stops everything, because something about the policy or the question is broken. */
export function refusal(id: string, reason: string, advice: string): Decision {
  const rule: FiredRule = { id, layer: "built-in", reason, advice, tier: "X" };
  return {
    outcome: "forbid",
    tier: "X",
    roles: [],
    rules: [rule],
    reason: `forbidden: ${shown(reason)}`,
    advice,
  };
}

/** Rules with the strictest first, each id once, with the highest tier it asked for. */
export function strictestFirst(rules: readonly FiredRule[]): readonly FiredRule[] {
  const byId = new Map<string, FiredRule>();
  for (const rule of rules) {
    const earlier = byId.get(rule.id);
    if (earlier === undefined || TIERS.indexOf(rule.tier) > TIERS.indexOf(earlier.tier))
      byId.set(rule.id, rule);
  }
  return [...byId.values()].sort((a, b) => TIERS.indexOf(b.tier) - TIERS.indexOf(a.tier));
}

/** What a tier asks for, in words. */
export function demandOf(tier: Tier): string {
  switch (tier) {
    case 0:
    case 1:
      return "permitted";
    case 2:
      return "the operator has to confirm";
    case 3:
      return "a second person has to review";
    case 4:
      return "two people with different roles have to review";
    case "X":
      return "forbidden";
  }
}

/** Names in an effect come from the agent: control characters are made visible and length is bounded. */
function shown(text: string): string {
  // biome-ignore lint/complexity/useRegexLiterals: a literal would hold invisible characters
  const unsafe = new RegExp(
    "[\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]",
    "g",
  );
  const visible = text.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return visible.length > 300 ? `${visible.slice(0, 300)}…` : visible;
}

function reasonFor(count: number, effect: Effect, rule: Rule, tier: Tier): string {
  const others = count > 1 ? ` (the strictest of ${count} effects)` : "";
  return `${demandOf(tier)}: ${shown(describeEffect(effect))}${others}: ${rule.reason}`;
}

function adviceFor(effect: Effect, rule: Rule, tier: Tier): { readonly advice?: string } {
  if (tier === 0 || tier === 1) return {};
  const parts = [effect.advice, rule.advice].filter((part) => part !== undefined);
  return parts.length === 0 ? {} : { advice: shown([...new Set(parts)].join("; ")) };
}
