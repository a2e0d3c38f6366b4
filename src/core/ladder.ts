import { DESTRUCTIVE, type Effect, type Environment, hasMark } from "./effect.ts";

/** The rungs of DESIGN §4. `X` is forbidden: the policy has to change first. */
export const TIERS = [0, 1, 2, 3, 4, "X"] as const;
export type Tier = (typeof TIERS)[number];

export const OUTCOMES = ["permit", "confirm", "review", "forbid"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The outcome that a tier asks for. */
export function outcomeOf(tier: Tier): Outcome {
  if (tier === "X") return "forbid";
  if (tier >= 3) return "review";
  return tier === 2 ? "confirm" : "permit";
}

/** The higher of two tiers. */
export function higherTier(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) >= TIERS.indexOf(b) ? a : b;
}

/** The stricter of two outcomes: permit < confirm < review < forbid. */
export function stricterOutcome(a: Outcome, b: Outcome): Outcome {
  return OUTCOMES.indexOf(a) >= OUTCOMES.indexOf(b) ? a : b;
}

/** One rung up, at most to T4: only a rule that says so forbids. */
export function rungUp(tier: Tier): Tier {
  if (tier === "X" || tier === 4) return tier;
  return TIERS[TIERS.indexOf(tier) + 1] ?? 4;
}

/** Unknown counts as production (DESIGN §4). */
export function countsAsProduction(environment: Environment): boolean {
  return environment === "production" || environment === "unknown";
}

/**
 * The law of the ladder as the plainest program that states it; the policy pack must agree with it on every
 * effect (test/policy). It is also the floor: no policy gets a tier below it.
 */
export function ladder(effect: Effect): Tier {
  const tier = base(effect);
  return hasMark(effect, "out-of-scope") && effect.verb !== "read" ? higherTier(rungUp(tier), 2) : tier;
}

/** The law for everything that one action does: the highest of its effects; nothing at all is T0. */
export function ladderOfAll(effects: readonly Effect[]): Tier {
  return effects.map(ladder).reduce<Tier>(higherTier, 0);
}

function base(effect: Effect): Tier {
  if (hasMark(effect, "bound")) return "X";
  if (effect.verb === "read") return hasMark(effect, "secret") ? 2 : 0;
  if (hasMark(effect, "audit") && DESTRUCTIVE.has(effect.verb)) return "X";
  if (isUnprovenReplace(effect)) return "X";
  if (takesBackupsToo(effect)) return countsAsProduction(effect.resource.environment) ? "X" : 4;
  if (hasMark(effect, "control")) return 4;
  if (isHere(effect.resource.environment)) return onThisMachine(effect);
  const tier = countsAsProduction(effect.resource.environment)
    ? inProduction(effect)
    : inSharedNonProduction(effect);
  return hasMark(effect, "bulk") ? rungUp(tier) : tier;
}

/** A production environment is deleted and recreated, and no restore was proven: December 2025. */
function isUnprovenReplace(effect: Effect): boolean {
  return (
    effect.verb === "replace" &&
    effect.resource.environment === "production" &&
    effect.wayBack !== "restore-point"
  );
}

/** With what the session did before, nothing is left to come back from (see `accumulate.ts`). */
function takesBackupsToo(effect: Effect): boolean {
  return hasMark(effect, "data-and-backup") && DESTRUCTIVE.has(effect.verb);
}

function isHere(environment: Environment): boolean {
  return environment === "workspace" || environment === "local";
}

function inProduction(effect: Effect): Tier {
  if (effect.verb === "remove-protection" || effect.verb === "escalate") return 4;
  return neverComesBack(effect) ? 4 : 3;
}

function inSharedNonProduction(effect: Effect): Tier {
  if (effect.verb === "remove-protection" || effect.verb === "escalate") return 3;
  if (onlyAdds(effect)) return 1;
  return neverComesBack(effect) ? 3 : 2;
}

/** What takes something away adds nothing, whatever its marks say. */
function onlyAdds(effect: Effect): boolean {
  return hasMark(effect, "additive") && effect.reversibility === "R1" && !DESTRUCTIVE.has(effect.verb);
}

function neverComesBack(effect: Effect): boolean {
  if (effect.reversibility === "R4") return true;
  return effect.reversibility === "R2" && effect.wayBack !== "restore-point";
}

const ASKS_HERE = ["outside", "secret", "foreign-code", "privileged", "upload", "history", "bulk"] as const;

/** What nobody could read is a question here; what is known to delete for good takes a second person. */
const DELETES: ReadonlySet<Effect["verb"]> = new Set(["delete", "replace"]);

function onThisMachine(effect: Effect): Tier {
  if (hasMark(effect, "device")) return 4;
  if (hasMark(effect, "system")) return 3;
  const asks = ASKS_HERE.some((mark) => hasMark(effect, mark));
  const wayBack = effect.wayBack === "restore-point" || effect.reversibility === "R1";
  if (!asks && (wayBack || hasMark(effect, "workspace-code"))) return 1;
  return effect.reversibility === "R4" && DELETES.has(effect.verb) ? 3 : 2;
}
