import { type Action, next, type Stage } from "../../../src/core/action.ts";
import {
  type Requirement,
  requirementOf,
  satisfiedAt,
  stricterRequirement,
} from "../../../src/core/approval.ts";
import type { ActionEvent } from "../../../src/core/event.ts";
import { isRefusal, type Refusal } from "../../../src/core/refusal.ts";
import { person } from "./sample.ts";
import type { Next } from "./world.ts";

/**
 * Machines with one defect each. The laws have to catch every one of them: a test of the test. Several are
 * defects that real products had.
 */
export const MUTANTS: Readonly<Record<string, () => Next>> = {
  "[L3] a second account counts as a second person": () => (action, event) => {
    const { voter } = event.type === "vote.reviewed" ? event : { voter: undefined };
    const isAgain = voter?.kind === "person" && action?.votes.some((vote) => vote.person === voter.person);
    return next(action, isAgain ? ({ ...event, voter: person(voter.account) } as ActionEvent) : event);
  },
  "[L3] the operator reviews their own agent": () =>
    seeing("vote.reviewed", (action) => ({ ...action, requester: person("nobody") })),
  "[L3] an editor reviews what they edited": () =>
    seeing("vote.reviewed", (action) => ({ ...action, editors: [] })),
  "[L8] an agent votes for its operator": () =>
    onEvent("vote.reviewed", (event) =>
      event.voter.kind === "agent" ? { ...event, voter: person(`bot of ${event.voter.operator}`) } : event,
    ),
  "[L3] a signature is not verified": () =>
    onEvent("vote.reviewed", (event) => ({ ...event, verified: true })),
  "[L3] a vote for another digest counts": () =>
    withAction((action, event) =>
      next(
        action,
        event.type === "vote.reviewed" && action ? { ...event, requestDigest: action.digest } : event,
      ),
    ),
  "[L3] anybody confirms": () =>
    onEvent("vote.confirmed", (event) =>
      event.voter.kind === "person" ? { ...event, voter: person("olga") } : event,
    ),
  "[L3] the operator's confirmation counts as a review": () =>
    withAction((action, event) => {
      if (!action || event.type !== "vote.confirmed" || action.requirement.confirm)
        return next(action, event);
      const stranger = { ...action, requester: person("nobody") };
      const voted = next(stranger, { ...event, type: "vote.reviewed", roles: ["on-call"], verified: true });
      return isRefusal(voted) ? voted : { ...voted, requester: action.requester };
    }),
  "[L3] one reviewer fewer than asked": () =>
    withRequirement((requirement) => ({ ...requirement, reviewers: Math.max(0, requirement.reviewers - 1) })),
  "[L3] one person fills two roles": () =>
    withRequirement((requirement) => ({ ...requirement, roles: [], differentRoles: false })),
  "[L3] an edited request keeps its votes": () => keepingVotes(),
  "[L3] a vote taken back still counts": () => ignoring("vote.withdrawn"),
  "[L4] a no is only a missing yes": () =>
    withAction((action, event) =>
      action?.stage === "waiting" && isNoOfPerson(event) ? { ...action, at: event.at } : next(action, event),
    ),
  "[L4] a later yes overrides the no": () => stageSeenAs("rejected", "waiting", "vote.reviewed"),
  "[L1] the digest is not computed again at use": () =>
    withAction((action, event) =>
      next(
        action,
        event.type === "execution.intended" && action ? { ...event, digest: action.digest } : event,
      ),
    ),
  "[L2] the nonce is not compared": () =>
    withAction((action, event) =>
      next(action, event.type === "execution.intended" && action ? { ...event, nonce: action.nonce } : event),
    ),
  "[L2] an executed action runs again": () => stageSeenAs("executed", "restorable", "execution.intended"),
  "[L2] a failed action is tried again": () => stageSeenAs("failed", "restorable", "execution.intended"),
  "[L2] a lost action is tried again": () => stageSeenAs("unknown", "restorable", "execution.intended"),
  "[L5] a denied action runs": () =>
    withAction((action, event) => {
      if (action?.stage !== "denied" || event.type !== "execution.intended") return next(action, event);
      const allowed: Action = { ...action, stage: "permitted", effects: [], requirement: NOBODY };
      return next(allowed, { ...event, fresh: { ...event.fresh, tier: 0, requirement: NOBODY } });
    }),
  "[L4] a waiting action runs when nobody answers": () => timeoutApproves(),
  "[L5] an action runs after its end": () =>
    seeing("execution.intended", (action) => ({ ...action, notAfter: Number.MAX_SAFE_INTEGER })),
  "[L5] an action runs before its beginning": () =>
    seeing("execution.intended", (action) => ({ ...action, notBefore: 0 })),
  "[L5] a yes comes after the end": () =>
    seeing("vote.reviewed", (action) => ({ ...action, notAfter: Number.MAX_SAFE_INTEGER })),
  "[L5] nobody waits": () =>
    withAction((action, event) =>
      action && event.type === "execution.intended"
        ? next({ ...action, votes: action.votes.map((vote) => ({ ...vote, at: 0 })) }, event)
        : next(action, event),
    ),
  "[L3] a stricter policy comes too late": () =>
    onEvent("execution.intended", (event) => {
      const { requirement: _forgotten, ...fresh } = event.fresh;
      return { ...event, fresh };
    }),
  "[L5] what is forbidden by now still runs": () =>
    onEvent("execution.intended", (event) =>
      event.fresh.tier === "X" ? { ...event, fresh: { ...event.fresh, tier: 4 } } : event,
    ),
  "[L3] voters who lost their say still count": () =>
    withAction((action, event) =>
      action && event.type === "execution.intended"
        ? next(action, {
            ...event,
            fresh: { ...event.fresh, eligible: action.votes.map((vote) => vote.person) },
          })
        : next(action, event),
    ),
  "[L7] a restore point is not waited for": () =>
    seeing("execution.intended", (action) => ({
      ...action,
      restorePoint: action.restorePoint ?? "promised",
    })),
  "[L9] policy decides below the ladder": () =>
    seeing("policy.decided", (action) => ({ ...action, effects: [] })),
  "[L7] it runs without an intent": () => stageSeenAs("approved", "executing", "execution.finished"),
  "[L4] a withdrawn action runs": () => ignoring("action.withdrawn"),
  "[L4] a revoked action runs": () => ignoring("action.revoked"),
  "[L4] a superseded action runs": () => ignoring("action.superseded"),
  "[L7] the end of something else counts": () =>
    withAction((action, event) =>
      next(action, action && event.type === "execution.finished" ? { ...event, nonce: action.nonce } : event),
    ),
  "[L6] an outcome is found without evidence": () =>
    onEvent("outcome.found", (event) => ({ ...event, evidence: ["nothing"] })),
  "[L7] another restore point is put back": () =>
    withAction((action, event) =>
      next(
        action,
        action && event.type === "undo.done" ? { ...event, restorePoint: action.restorePoint ?? "" } : event,
      ),
    ),
  "[L7] what nobody caught is discarded": () =>
    seeing("captured.discarded", (action) => ({ ...action, captured: action.captured ?? [] })),
  "[L6] a contradicted claim is made again": () =>
    seeing("claim.made", (action) => ({ ...action, claims: new Map() })),
  "[L6] a verdict needs no evidence": () =>
    onEvent("claim.checked", (event) => ({ ...event, evidence: ["nothing"] })),
  "[L7] events of other actions count": () =>
    withAction((action, event) => next(action, action ? { ...event, action: action.id } : event)),
  "[L7] the clock goes back": () =>
    withAction((action, event) =>
      next(action, action ? { ...event, at: Math.max(action.at, event.at) } : event),
    ),
};

const NOBODY: Requirement = {
  confirm: false,
  reviewers: 0,
  roles: [],
  differentRoles: false,
  waitMilliseconds: 0,
};

type Of<T extends ActionEvent["type"]> = Extract<ActionEvent, { type: T }>;

/** The machine is shown another event than the one that is written down. */
function onEvent<T extends ActionEvent["type"]>(type: T, change: (event: Of<T>) => ActionEvent): Next {
  return (action, event) => next(action, event.type === type ? change(event as Of<T>) : event);
}

function withAction(machine: (action: Action | undefined, event: ActionEvent) => Action | Refusal): Next {
  return machine;
}

/** For one type of event the machine sees the action otherwise than it is; what was changed is put back. */
function seeing(type: ActionEvent["type"], change: (action: Action) => Action): Next {
  return (action, event) => {
    if (!action || event.type !== type) return next(action, event);
    return putBack(action, change(action), event);
  };
}

/** The machine works with an easier requirement, when it counts the votes as when it runs. */
function withRequirement(ease: (requirement: Requirement) => Requirement): Next {
  return (action, event) => {
    if (!action) return next(action, event);
    if (event.type !== "execution.intended" || event.fresh.tier === "X") {
      const changed = { ...action, requirement: ease(action.requirement) };
      return event.type === "policy.decided" ? next(action, event) : putBack(action, changed, event);
    }
    const { requirement, ...fresh } = event.fresh;
    const asked = [requirementOf(event.fresh.tier), requirement ?? NOBODY].reduce(
      stricterRequirement,
      action.requirement,
    );
    // The tier is hidden from the machine, for it would ask for the least of the tier again.
    const blind = {
      ...action,
      effects: action.effects.filter((effect) => effect.wayBack === "restore-point"),
    };
    return putBack(
      action,
      { ...blind, requirement: ease(asked) },
      { ...event, fresh: { ...fresh, tier: 0 } },
    );
  };
}

function isNoOfPerson(event: ActionEvent): boolean {
  return event.type === "vote.reviewed" && event.decision === "no" && event.voter.kind === "person";
}

/** What the next action would be if the action were another; the parts that were changed are put back. */
function putBack(action: Action, changed: Action, event: ActionEvent): Action | Refusal {
  const after = next(changed, event);
  if (isRefusal(after)) return after;
  const names = Object.keys(action) as (keyof Action)[];
  const restored = names.filter((name) => changed[name] !== action[name]).map((name) => [name, action[name]]);
  return { ...after, ...Object.fromEntries(restored) };
}

function stageSeenAs(from: Stage, to: Stage, type: ActionEvent["type"]): Next {
  return (action, event) => {
    if (action?.stage !== from || event.type !== type) return next(action, event);
    return next({ ...action, stage: to, restorePoint: action.restorePoint ?? "promised" }, event);
  };
}

function ignoring(type: ActionEvent["type"]): Next {
  return (action, event) => {
    const after = next(action, event);
    return !action || event.type !== type || isRefusal(after) ? after : { ...action, at: event.at };
  };
}

function timeoutApproves(): Next {
  return (action, event) => {
    const after = next(action, event);
    if (!action || event.type !== "action.expired" || isRefusal(after) || action.stage !== "waiting")
      return after;
    return {
      ...after,
      stage: "approved",
      notAfter: event.at + 7_200_000,
      requirement: NOBODY,
    };
  };
}

function keepingVotes(): Next {
  const seen = new Map<string, Action>();
  return (action, event) => {
    const after = next(action, event);
    if (isRefusal(after)) return after;
    const replaced = event.type === "action.proposed" ? seen.get(event.supersedes ?? "") : undefined;
    const kept = replaced ? { ...after, votes: replaced.votes } : after;
    const full = kept.stage === "waiting" && satisfiedAt(kept.requirement, kept.votes) !== undefined;
    const result: Action = full ? { ...kept, stage: "approved" } : kept;
    seen.set(result.id, result);
    return result;
  };
}
