import {
  asksNobody,
  isRequirement,
  type Requirement,
  requirementOf,
  satisfiedAt,
  stricterRequirement,
  type Vote,
} from "./approval.ts";
import type { Effect } from "./effect.ts";
import type {
  ActionEvent,
  ActionProposed,
  ActionWithdrawn,
  CapturedDiscarded,
  ClaimChecked,
  ClaimMade,
  EffectsAnalyzed,
  ExecutionFinished,
  ExecutionIntended,
  ExecutionLost,
  OutcomeFound,
  PolicyDecided,
  RestorePointMade,
  UndoDone,
  VoteConfirmed,
  VoteReviewed,
  VoteWithdrawn,
} from "./event.ts";
import { isShown, type Verdict } from "./evidence.ts";
import { refuseGrant } from "./grant.ts";
import { higherTier, ladderOfAll, type Tier } from "./ladder.ts";
import { operatorOf, type Principal } from "./principal.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** Where an action stands. */
export const STAGES = [
  "proposed",
  "analyzed",
  /** somebody has to be asked, and nobody was yet */
  "decided",
  "permitted",
  "waiting",
  "denied",
  "approved",
  /** the way back exists */
  "restorable",
  "executing",
  "executed",
  "failed",
  /** it may have run, or not, or in part: never tried again (L2) */
  "unknown",
  "rejected",
  "withdrawn",
  "expired",
  "revoked",
  "superseded",
  "undone",
] as const;
export type Stage = (typeof STAGES)[number];

/** One action: the fold of its events. */
export interface Action {
  readonly id: string;
  readonly session: string;
  readonly stage: Stage;
  readonly requester: Principal;
  readonly editors: readonly Principal[];
  readonly nonce: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly supersedes: string | undefined;
  readonly effects: readonly Effect[];
  /** `undefined` until policy decided. */
  readonly tier: Tier | undefined;
  /** Digest of the envelope that was decided; empty until then. */
  readonly digest: string;
  readonly requirement: Requirement;
  readonly votes: readonly Vote[];
  readonly restorePoint: string | undefined;
  /** What it really did; `undefined` until somebody looked. */
  readonly captured: readonly Effect[] | undefined;
  readonly claims: ReadonlyMap<string, Verdict>;
  /** Time of the last event. */
  readonly at: number;
}

const ASKED: readonly Stage[] = ["waiting", "approved", "restorable"];
const OPEN: readonly Stage[] = ["proposed", "analyzed", "decided", "permitted", ...ASKED];
const STARTED: readonly Stage[] = ["executing", "executed", "failed", "unknown"];

/** In which stages an event may happen at all; the guards of each event are further down. */
const WHEN: ReadonlyMap<string, readonly Stage[]> = new Map<ActionEvent["type"], readonly Stage[]>([
  ["effects.analyzed", ["proposed"]],
  ["policy.decided", ["analyzed"]],
  ["approval.requested", ["decided"]],
  ["vote.confirmed", ASKED],
  ["vote.reviewed", ASKED],
  ["vote.withdrawn", ASKED],
  ["action.withdrawn", OPEN],
  ["action.expired", OPEN],
  ["action.revoked", OPEN],
  ["action.superseded", OPEN],
  ["restore-point.made", ["permitted", "approved"]],
  ["execution.intended", ["permitted", "approved", "restorable"]],
  ["execution.finished", ["executing"]],
  ["execution.lost", ["executing"]],
  ["outcome.found", ["unknown"]],
  ["effects.captured", STARTED],
  ["captured.discarded", ["executed", "failed", "unknown", "undone"]],
  ["undo.done", ["executed", "failed", "unknown"]],
  ["claim.made", STAGES],
  ["claim.checked", STAGES],
]);

/**
 * The only way an action changes. `action` is `undefined` before its first event. Pure and total: an event
 * that cannot happen is answered with a refusal that says why, and the action stays what it was.
 */
export function next(action: Action | undefined, event: ActionEvent): Action | Refusal {
  if (!isTime(event.at)) return refuse("malformed", "`at` is not a whole number of milliseconds since 1970");
  if (event.type === "action.proposed") {
    return action ? refuse("already-proposed", `action ${action.id} was proposed before`) : propose(event);
  }
  if (!action)
    return refuse("no-action", `the first event of an action is action.proposed, got ${event.type}`);
  const changed = refusePlace(action, event) ?? apply(action, event);
  return isRefusal(changed) ? changed : { ...changed, at: event.at };
}

function refusePlace(action: Action, event: ActionEvent): Refusal | undefined {
  const stages = WHEN.get(event.type);
  if (!stages) return refuse("unknown-event", `no event is called ${event.type}`);
  if (event.action !== action.id)
    return refuse("other-action", `expected action ${action.id}, got ${event.action}`);
  if (event.at < action.at)
    return refuse("time-went-back", `the last event was at ${action.at}, this one at ${event.at}`);
  if (stages.includes(action.stage)) return undefined;
  return refuse("wrong-stage", `${event.type} cannot happen to an action that is ${action.stage}`);
}

function apply(action: Action, event: Exclude<ActionEvent, ActionProposed>): Action | Refusal {
  switch (event.type) {
    case "effects.analyzed":
      return analyzed(action, event);
    case "policy.decided":
      return decided(action, event);
    case "approval.requested":
      return event.requestDigest === action.digest ? { ...action, stage: "waiting" } : refuseDigest();
    case "vote.confirmed":
      return confirmed(action, event);
    case "vote.reviewed":
      return reviewed(action, event);
    case "vote.withdrawn":
      return voteWithdrawn(action, event);
    case "action.withdrawn":
      return withdrawn(action, event);
    case "action.expired":
      return event.at >= action.notAfter
        ? { ...action, stage: "expired" }
        : refuse("not-expired", `it expires at ${action.notAfter}, now is ${event.at}`);
    case "action.revoked":
      return { ...action, stage: "revoked" };
    case "action.superseded":
      return { ...action, stage: "superseded" };
    case "restore-point.made":
      return restorePointMade(action, event);
    case "execution.intended":
      return intended(action, event);
    case "execution.finished":
    case "execution.lost":
      return ended(action, event);
    case "outcome.found":
      return outcomeFound(action, event);
    case "effects.captured":
      return { ...action, captured: [...(action.captured ?? []), ...event.effects] };
    case "captured.discarded":
      return discarded(action, event);
    case "undo.done":
      return undone(action, event);
    case "claim.made":
      return claimMade(action, event);
    case "claim.checked":
      return claimChecked(action, event);
  }
}

function propose(event: ActionProposed): Action | Refusal {
  const names = [event.action, event.session, event.nonce, operatorOf(event.requester)];
  if (names.includes("")) return refuse("malformed", "action, session, nonce and operator have to be named");
  if (!isTime(event.notBefore) || !isTime(event.notAfter) || event.notBefore >= event.notAfter) {
    return refuse("malformed", "`notBefore` has to lie before `notAfter`, both whole milliseconds");
  }
  return {
    id: event.action,
    session: event.session,
    stage: "proposed",
    requester: event.requester,
    editors: event.editors,
    nonce: event.nonce,
    notBefore: event.notBefore,
    notAfter: event.notAfter,
    supersedes: event.supersedes,
    effects: [],
    tier: undefined,
    digest: "",
    requirement: requirementOf("X"),
    votes: [],
    restorePoint: undefined,
    captured: undefined,
    claims: new Map(),
    at: event.at,
  };
}

function analyzed(action: Action, event: EffectsAnalyzed): Action {
  return { ...action, stage: "analyzed", effects: event.effects };
}

function decided(action: Action, event: PolicyDecided): Action | Refusal {
  if (!isDigest(event.digest)) return refuse("malformed", "`digest` is not 64 lower-case hexadecimal digits");
  const floor = ladderOfAll(action.effects);
  if (higherTier(event.tier, floor) !== event.tier) {
    return refuse("below-ladder", `the ladder asks for T${floor}, the decision says T${event.tier}`);
  }
  const least = requirementOf(event.tier);
  const asked = event.requirement ?? least;
  if (!isRequirement(asked))
    return refuse("malformed", "the requirement counts in something else than whole numbers");
  const requirement = stricterRequirement(least, asked);
  const stage = event.tier === "X" ? "denied" : asksNobody(requirement) ? "permitted" : "decided";
  return { ...action, stage, tier: event.tier, digest: event.digest, requirement };
}

function confirmed(action: Action, event: VoteConfirmed): Action | Refusal {
  const { voter, at } = event;
  const operator = operatorOf(action.requester);
  if (voter.kind !== "person") return refuseAgent();
  if (voter.person !== operator)
    return refuse("not-the-operator", `only ${operator} confirms what their agent does`);
  if (event.requestDigest !== action.digest) return refuseDigest();
  if (event.decision === "no") return { ...action, stage: "rejected" };
  if (!action.requirement.confirm) {
    return refuse("not-asked", "it waits for a second person; the operator's own yes does not count");
  }
  return cast(action, { kind: "confirm", person: voter.person, account: voter.account, roles: [], at });
}

function reviewed(action: Action, event: VoteReviewed): Action | Refusal {
  const { voter, roles, at } = event;
  if (voter.kind !== "person") return refuseAgent();
  if (event.requestDigest !== action.digest) return refuseDigest();
  if (event.decision === "no") return { ...action, stage: "rejected" };
  if ([action.requester, ...action.editors].map(operatorOf).includes(voter.person)) {
    return refuse("own-request", "who asked for it or changed it cannot be its second person");
  }
  if (!event.verified) return refuse("not-verified", "a yes needs a verified signature of the person");
  return cast(action, { kind: "review", person: voter.person, account: voter.account, roles, at });
}

function cast(action: Action, vote: Vote): Action | Refusal {
  if (vote.at >= action.notAfter) return refuse("expired", `the question closed at ${action.notAfter}`);
  if (action.votes.some(({ person }) => person === vote.person)) {
    return refuse("already-voted", `${vote.person} said yes before`);
  }
  return withVotes(action, [...action.votes, vote]);
}

/** Once enough is said it is approved; when that falls away, it waits again and needs a new restore point. */
function withVotes(action: Action, votes: readonly Vote[]): Action {
  if (satisfiedAt(action.requirement, votes) === undefined) {
    return { ...action, votes, stage: "waiting", restorePoint: undefined };
  }
  return { ...action, votes, stage: action.stage === "waiting" ? "approved" : action.stage };
}

function voteWithdrawn(action: Action, event: VoteWithdrawn): Action | Refusal {
  if (event.voter.kind !== "person") return refuseAgent();
  const { person } = event.voter;
  const left = action.votes.filter((vote) => vote.person !== person);
  if (left.length === action.votes.length) return refuse("no-such-vote", `${person} has no yes here`);
  return withVotes(action, left);
}

function withdrawn(action: Action, event: ActionWithdrawn): Action | Refusal {
  return operatorOf(event.by) === operatorOf(action.requester)
    ? { ...action, stage: "withdrawn" }
    : refuse("not-the-requester", `only ${operatorOf(action.requester)} or their agent can withdraw it`);
}

function restorePointMade(action: Action, event: RestorePointMade): Action | Refusal {
  if (event.restorePoint === "") return refuse("malformed", "the restore point has no id");
  return { ...action, stage: "restorable", restorePoint: event.restorePoint };
}

function intended(action: Action, event: ExecutionIntended): Action | Refusal {
  return refuseGrant(action, event) ?? { ...action, stage: "executing" };
}

function ended(action: Action, event: ExecutionFinished | ExecutionLost): Action | Refusal {
  if (event.nonce !== action.nonce) return refuse("other-nonce", "the nonce is not that of this execution");
  if (event.type === "execution.lost") return { ...action, stage: "unknown" };
  return { ...action, stage: event.exitCode === 0 ? "executed" : "failed" };
}

function outcomeFound(action: Action, event: OutcomeFound): Action | Refusal {
  if (event.evidence.length === 0)
    return refuse("no-evidence", "an outcome is found by evidence, and none is named");
  return { ...action, stage: event.outcome };
}

/** Only what became real can be undone, so an action whose waiting part is gone stays what it was. */
function discarded(action: Action, event: CapturedDiscarded): Action | Refusal {
  if (event.layer === "") return refuse("malformed", "the captured result has to be named");
  return action.captured ? action : refuse("nothing-captured", "nothing was caught that could wait");
}

function undone(action: Action, event: UndoDone): Action | Refusal {
  if (action.restorePoint === undefined)
    return refuse("no-restore-point", "no restore point was made before it ran");
  return event.restorePoint === action.restorePoint
    ? { ...action, stage: "undone" }
    : refuse("other-restore-point", `its restore point is ${action.restorePoint}, got ${event.restorePoint}`);
}

function claimMade(action: Action, event: ClaimMade): Action | Refusal {
  if (action.claims.has(event.claim)) return refuse("already-claimed", `${event.claim} was claimed before`);
  return { ...action, claims: new Map(action.claims).set(event.claim, "unproven") };
}

function claimChecked(action: Action, event: ClaimChecked): Action | Refusal {
  if (!action.claims.has(event.claim)) return refuse("unknown-claim", `nobody claimed ${event.claim}`);
  if (!isShown(event.verdict, event.evidence))
    return refuse("no-evidence", `${event.verdict} without any evidence`);
  return { ...action, claims: new Map(action.claims).set(event.claim, event.verdict) };
}

function refuseAgent(): Refusal {
  return refuse("not-a-person", "an agent has no vote");
}

function refuseDigest(): Refusal {
  return refuse("other-digest", "the digest is not the one that was decided");
}

function isTime(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
