/** Why an event cannot happen to an action. Stable: they are part of messages, metrics and the ledger's proofs. */
export const REFUSALS = [
  /** the first event of an action has to propose it */
  "no-action",
  "already-proposed",
  /** the event names another action */
  "other-action",
  "unknown-event",
  /** a value is not of the form that its field promises */
  "malformed",
  "time-went-back",
  /** the event does not belong to this stage */
  "wrong-stage",
  /** policy decided less than the ladder's least */
  "below-ladder",
  /** the digest is not that of the decision */
  "other-digest",
  "other-nonce",
  "not-a-person",
  /** requester, operator and editors do not review */
  "own-request",
  "not-the-operator",
  "not-the-requester",
  "not-verified",
  "already-voted",
  "no-such-vote",
  /** the decision does not ask for this kind of vote */
  "not-asked",
  "too-early",
  "expired",
  "not-expired",
  /** the approvals do not satisfy the strictest of the decision then and now */
  "not-approved",
  /** policy forbids now what it allowed before */
  "forbidden-now",
  "no-restore-point",
  "other-restore-point",
  /** only what was caught can wait and be discarded */
  "nothing-captured",
  "no-evidence",
  "unknown-claim",
  /** a claim is made once: saying it again does not take a verdict back */
  "already-claimed",
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** A no of the core: a value, not an exception. */
export interface Refusal {
  readonly refused: RefusalCode;
  /** For people: lower case, no full stop, expected and got. */
  readonly reason: string;
}

export function refuse(refused: RefusalCode, reason: string): Refusal {
  return { refused, reason };
}

export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}
