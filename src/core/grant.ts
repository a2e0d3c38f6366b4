import type { Action } from "./action.ts";
import { asksNobody, isRequirement, requirementOf, satisfiedAt, stricterRequirement } from "./approval.ts";
import type { ExecutionIntended } from "./event.ts";
import { higherTier, ladderOfAll } from "./ladder.ts";
import { type Refusal, refuse } from "./refusal.ts";

/**
 * Whether an action may run at this very moment. A grant is never stored: it is derived again from the votes,
 * the strictest of the policy then and now, and the time (L5). Returns why not, or `undefined` when it may.
 */
export function refuseGrant(action: Action, intent: ExecutionIntended): Refusal | undefined {
  if (intent.nonce !== action.nonce) return refuse("other-nonce", "the nonce is not that of this action");
  if (intent.digest !== action.digest) {
    return refuse(
      "other-digest",
      "what would run is not what was decided: an input, a file or a precondition changed",
    );
  }
  if (intent.fresh.tier === "X") return refuse("forbidden-now", "policy forbids it now");
  return refuseTime(action, intent.at) ?? refuseVotes(action, intent) ?? refuseRestorePoint(action);
}

function refuseTime(action: Action, at: number): Refusal | undefined {
  if (at >= action.notAfter)
    return refuse("expired", `it had to run before ${action.notAfter}, now is ${at}`);
  if (at < action.notBefore)
    return refuse("too-early", `it may run from ${action.notBefore} on, now is ${at}`);
  return undefined;
}

function refuseVotes(action: Action, { fresh, at }: ExecutionIntended): Refusal | undefined {
  const least = requirementOf(higherTier(fresh.tier, ladderOfAll(action.effects)));
  const asked = fresh.requirement ?? least;
  if (!isRequirement(asked))
    return refuse("malformed", "the fresh requirement counts in something else than whole numbers");
  const requirement = [least, asked].reduce(stricterRequirement, action.requirement);
  if (asksNobody(requirement)) return undefined;
  const standing = action.votes.filter((vote) => fresh.eligible.includes(vote.person));
  const since = satisfiedAt(requirement, standing);
  if (since === undefined) {
    return refuse("not-approved", "the approvals that still count do not satisfy the policy then and now");
  }
  const ready = since + requirement.waitMilliseconds;
  return at < ready ? refuse("too-early", `the wait ends at ${ready}, now is ${at}`) : undefined;
}

/** A decision that counted on a way back is used only once the way back exists. */
function refuseRestorePoint(action: Action): Refusal | undefined {
  const counted = action.effects.some((effect) => effect.wayBack === "restore-point");
  if (!counted || action.restorePoint !== undefined) return undefined;
  return refuse("no-restore-point", "the decision counted on a restore point, and none was made");
}
