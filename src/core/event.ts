import type { Requirement } from "./approval.ts";
import type { Effect } from "./effect.ts";
import type { Verdict } from "./evidence.ts";
import type { Tier } from "./ladder.ts";
import type { Principal } from "./principal.ts";
import type { Protection } from "./protection.ts";

/**
 * Everything that can happen to an action. The events are the ledger's entries: plain JSON, written by the
 * gate, read by everyone. Times are whole milliseconds since 1970 and come from the gate's clock.
 */
export type ActionEvent =
  | ActionProposed
  | EffectsAnalyzed
  | PolicyDecided
  | ApprovalRequested
  | VoteConfirmed
  | VoteReviewed
  | VoteWithdrawn
  | ActionWithdrawn
  | ActionExpired
  | ActionRevoked
  | ActionSuperseded
  | RestorePointMade
  | ExecutionIntended
  | ExecutionFinished
  | ExecutionLost
  | OutcomeFound
  | EffectsCaptured
  | CapturedDiscarded
  | UndoDone
  | ClaimMade
  | ClaimChecked;

interface Common {
  /** The action it happens to. */
  readonly action: string;
  /** When the gate wrote it. */
  readonly at: number;
}

/** An agent or a person wants something done. */
export interface ActionProposed extends Common {
  readonly type: "action.proposed";
  readonly session: string;
  readonly requester: Principal;
  /** Everyone who changed the request on its way here: their say counts as the requester's. */
  readonly editors: readonly Principal[];
  /** Used at most once, by `execution.intended`. */
  readonly nonce: string;
  /** The action may run from `notBefore` on and before `notAfter`. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The action that this one replaces. Nothing of it is inherited, only its editors have to be named here. */
  readonly supersedes?: string;
}

/** What it would do, with the marks of scope, chain and session already set. */
export interface EffectsAnalyzed extends Common {
  readonly type: "effects.analyzed";
  readonly effects: readonly Effect[];
}

/** What policy asks for, and the digest of the complete envelope that every later yes has to name. */
export interface PolicyDecided extends Common {
  readonly type: "policy.decided";
  readonly tier: Tier;
  /** What policy asks for beyond the least of the tier. */
  readonly requirement?: Requirement;
  /** `actionDigest` of the envelope: 64 lower-case hexadecimal digits. */
  readonly digest: string;
  readonly policyDigest: string;
  /** Ids of the rules that decided. */
  readonly rules: readonly string[];
  readonly reason: string;
}

/** The question went out. */
interface ApprovalRequested extends Common {
  readonly type: "approval.requested";
  readonly requestDigest: string;
  /** Persons asked. */
  readonly asked: readonly string[];
}

interface VoteCast extends Common {
  readonly voter: Principal;
  readonly decision: "yes" | "no";
  /** The digest that was in front of the voter. */
  readonly requestDigest: string;
}

/** The operator answers for their own agent. */
export interface VoteConfirmed extends VoteCast {
  readonly type: "vote.confirmed";
}

/** A second person answers. A no needs neither role nor verification. */
export interface VoteReviewed extends VoteCast {
  readonly type: "vote.reviewed";
  /** Roles the voter holds for the target now, as the gate verified them. */
  readonly roles: readonly string[];
  /** The gate verified the voter's signature over this digest, with user verification. */
  readonly verified: boolean;
}

/** A voter takes their yes back. */
export interface VoteWithdrawn extends Common {
  readonly type: "vote.withdrawn";
  readonly voter: Principal;
}

/** The requester no longer wants it. */
export interface ActionWithdrawn extends Common {
  readonly type: "action.withdrawn";
  readonly by: Principal;
}

interface ActionExpired extends Common {
  readonly type: "action.expired";
}

/** Stopped from outside: kill switch, freeze, someone with the right to stop. Stopping needs no further right. */
interface ActionRevoked extends Common {
  readonly type: "action.revoked";
  readonly by: string;
  readonly reason: string;
}

/** The request was edited: a byte of the envelope changed, so it is another action. */
interface ActionSuperseded extends Common {
  readonly type: "action.superseded";
  readonly successor: string;
  readonly editor: Principal;
}

/** The way back exists and was checked. */
export interface RestorePointMade extends Common {
  readonly type: "restore-point.made";
  readonly restorePoint: string;
}

/** The decision taken again at the moment of use. */
interface FreshDecision {
  readonly tier: Tier;
  readonly requirement?: Requirement;
  readonly policyDigest: string;
  /** Persons among the voters, the operator included, whose yes still counts. */
  readonly eligible: readonly string[];
}

/** Durable before the first effect (L7). Uses up the nonce. */
export interface ExecutionIntended extends Common {
  readonly type: "execution.intended";
  readonly nonce: string;
  /** Computed again from the bytes about to run, with files and preconditions read again. */
  readonly digest: string;
  readonly fresh: FreshDecision;
  /** What contained it while it ran. */
  readonly protection?: Protection;
}

/** It ran to its end. */
export interface ExecutionFinished extends Common {
  readonly type: "execution.finished";
  readonly nonce: string;
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
}

/** Nobody knows whether it ran: the gate, the machine or the lease was lost. */
export interface ExecutionLost extends Common {
  readonly type: "execution.lost";
  readonly nonce: string;
  readonly reason: string;
}

/** What a probe or a person found out about a lost execution. */
export interface OutcomeFound extends Common {
  readonly type: "outcome.found";
  readonly outcome: "executed" | "failed";
  /** Digests or links of what shows it; at least one. */
  readonly evidence: readonly string[];
}

/** What it really did, as read from outside the program. */
interface EffectsCaptured extends Common {
  readonly type: "effects.captured";
  readonly effects: readonly Effect[];
}

/** What was caught of it and waited is gone: somebody said no, or to what it was built on. It never became real. */
export interface CapturedDiscarded extends Common {
  readonly type: "captured.discarded";
  /** The captured result, as the engine names it. */
  readonly layer: string;
  readonly by: Principal;
}

/** The restore point was put back. */
export interface UndoDone extends Common {
  readonly type: "undo.done";
  readonly restorePoint: string;
  readonly by: Principal;
}

/** The agent said something about it that can be true or false. */
export interface ClaimMade extends Common {
  readonly type: "claim.made";
  readonly claim: string;
  /** The agent's words: untrusted. */
  readonly text: string;
}

export interface ClaimChecked extends Common {
  readonly type: "claim.checked";
  readonly claim: string;
  readonly verdict: Verdict;
  readonly evidence: readonly string[];
}
