import { type Action, next } from "./action.ts";
import type { ActionEvent } from "./event.ts";
import type { LedgerEntry } from "./ledger.ts";
import { isRefusal } from "./refusal.ts";

/**
 * A law that the entries alone show kept or broken. `start` gives a judge that is handed every entry in order
 * and answers what is wrong with it; it must be total, since whoever wrote the log controls the entries.
 */
export interface LedgerRule {
  /** A law of DESIGN §6, or a rule of the ledger's own. */
  readonly id: string;
  readonly statement: string;
  start(): (entry: LedgerEntry) => string | undefined;
}

/** Add a rule here and every verification asks it; `tools/verify` holds the same ids. */
export const LEDGER_RULES: readonly LedgerRule[] = [
  { id: "ledger-sequence", statement: "entries are numbered from 0 without gaps", start: startSequence },
  { id: "L1", statement: "nothing runs without a decision over exactly its digest", start: startDecision },
  { id: "L2", statement: "a nonce is used at most once", start: startNonce },
  { id: "L3", statement: "a second person's yes comes from somebody else, verified", start: startQuorum },
  { id: "L4", statement: "what was refused, withdrawn or replaced never runs", start: startFinalNo },
  { id: "L7", statement: "an outcome has an intent before it", start: startIntent },
  { id: "action-events", statement: "every event is one that could happen to its action", start: startFold },
];

/** A broken rule, and the entry that breaks it. */
export interface RuleBreach {
  readonly rule: string;
  readonly seq: number;
  readonly message: string;
}

/** Hands entries in order to every rule; a rule that fails to judge counts as broken. */
export function startRules(): (entry: LedgerEntry) => readonly RuleBreach[] {
  const judges = LEDGER_RULES.map((rule) => ({ rule: rule.id, judge: rule.start() }));
  return (entry) =>
    judges.flatMap(({ rule, judge }) => {
      const message = judgeSafely(judge, entry);
      return message === undefined ? [] : [{ rule, seq: entry.seq, message }];
    });
}

/** Follows executions: `open` lists those that have no outcome (yet): what they did is unknown (L7). */
export function followExecutions(): { next(entry: LedgerEntry): void; open(): readonly OpenExecution[] } {
  const running = new Map<string, OpenExecution>();
  return {
    next(entry) {
      const action = text(entry.action);
      if (entry.type === "execution.intended")
        running.set(action, { action, seq: entry.seq, time: entry.time });
      if (entry.type === "execution.finished" || entry.type === "outcome.found") running.delete(action);
    },
    open: () => [...running.values()],
  };
}

export interface OpenExecution {
  readonly action: string;
  /** Where its intent stands. */
  readonly seq: number;
  readonly time: string;
}

function judgeSafely(
  judge: (entry: LedgerEntry) => string | undefined,
  entry: LedgerEntry,
): string | undefined {
  try {
    return judge(entry);
  } catch {
    return `${entry.type} is malformed`;
  }
}

function startSequence(): (entry: LedgerEntry) => string | undefined {
  let expected = 0;
  return ({ seq }) => {
    const awaited = expected;
    expected += 1;
    return seq === awaited ? undefined : `expected seq ${awaited}, got ${seq}`;
  };
}

function startDecision(): (entry: LedgerEntry) => string | undefined {
  const decided = new Map<string, string>();
  return (entry) => {
    const action = text(entry.action);
    if (entry.type === "policy.decided" && entry.tier !== "X") decided.set(action, text(entry.digest));
    if (entry.type !== "execution.intended") return undefined;
    const digest = decided.get(action);
    if (digest === undefined) return `${action} was started without a decision`;
    return digest === entry.digest ? undefined : `${action} ran ${text(entry.digest)}, decided was ${digest}`;
  };
}

function startNonce(): (entry: LedgerEntry) => string | undefined {
  const used = new Map<string, number>();
  return (entry) => {
    if (entry.type !== "execution.intended") return undefined;
    const nonce = text(entry.nonce);
    const before = used.get(nonce);
    used.set(nonce, entry.seq);
    return before === undefined ? undefined : `nonce ${nonce} was used before, by entry ${before}`;
  };
}

/** What the rule needs of an action: who cannot be a second person, and who said yes as one. */
interface Quorum {
  readonly own: Set<string>;
  readonly yes: Set<string>;
  confirmed: boolean;
  tier: unknown;
}

function startQuorum(): (entry: LedgerEntry) => string | undefined {
  const quorums = new Map<string, Quorum>();
  return (entry) => {
    const action = text(entry.action);
    const quorum = quorums.get(action) ?? {
      own: new Set(),
      yes: new Set(),
      confirmed: false,
      tier: undefined,
    };
    quorums.set(action, quorum);
    if (entry.type === "execution.intended") return missing(action, quorum);
    note(quorum, entry);
    return undefined;
  };
}

function note(quorum: Quorum, entry: LedgerEntry): void {
  const voter = members(entry.voter);
  const person = voter.kind === "person" ? text(voter.person) : "";
  switch (entry.type) {
    case "action.proposed":
      for (const principal of [entry.requester, ...list(entry.editors)]) quorum.own.add(personOf(principal));
      return;
    case "policy.decided":
      quorum.tier = entry.tier;
      return;
    case "vote.confirmed":
      quorum.confirmed = entry.decision === "yes" && quorum.own.has(person);
      return;
    case "vote.reviewed":
      if (entry.decision === "yes" && entry.verified === true && person !== "") quorum.yes.add(person);
      return;
    case "vote.withdrawn":
      quorum.yes.delete(person);
      if (quorum.own.has(person)) quorum.confirmed = false;
  }
}

function missing(action: string, { own, yes, confirmed, tier }: Quorum): string | undefined {
  const second = [...yes].filter((person) => !own.has(person)).length;
  const needed = tier === 3 ? 1 : tier === 4 ? 2 : 0;
  if (second < needed) return `${action} is T${tier}: expected ${needed} second people, got ${second}`;
  return tier === 2 && !confirmed ? `${action} is T2 and its operator did not say yes` : undefined;
}

const ENDINGS: ReadonlySet<string> = new Set([
  "action.withdrawn",
  "action.expired",
  "action.revoked",
  "action.superseded",
]);

function startFinalNo(): (entry: LedgerEntry) => string | undefined {
  const ended = new Map<string, number>();
  return (entry) => {
    const action = text(entry.action);
    const isNo = entry.type.startsWith("vote.") && entry.decision === "no";
    if (isNo || ENDINGS.has(entry.type)) ended.set(action, entry.seq);
    const end = ended.get(action);
    if (entry.type !== "execution.intended" || end === undefined) return undefined;
    return `${action} was started although entry ${end} had ended it`;
  };
}

const OUTCOMES: ReadonlySet<string> = new Set([
  "execution.finished",
  "execution.lost",
  "outcome.found",
  "effects.captured",
  "captured.discarded",
  "undo.done",
]);

function startIntent(): (entry: LedgerEntry) => string | undefined {
  const intended = new Set<string>();
  return (entry) => {
    const action = text(entry.action);
    if (entry.type === "execution.intended") intended.add(action);
    if (!OUTCOMES.has(entry.type) || intended.has(action)) return undefined;
    return `${entry.type} of ${action} without an execution.intended before it`;
  };
}

/** The transition function of actions is the law; a log that it could not have written was not written by the gate. */
function startFold(): (entry: LedgerEntry) => string | undefined {
  const actions = new Map<string, Action>();
  return (entry) => {
    if (entry.action === undefined) return undefined;
    const id = text(entry.action);
    const after = next(actions.get(id), entry as unknown as ActionEvent);
    if (isRefusal(after)) return `${entry.type} of ${id} could not happen: ${after.reason}`;
    actions.set(id, after);
    return undefined;
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function members(value: unknown): { readonly [member: string]: unknown } {
  return typeof value === "object" && value !== null ? (value as { readonly [member: string]: unknown }) : {};
}

function personOf(principal: unknown): string {
  const { kind, person, operator } = members(principal);
  return text(kind === "person" ? person : operator);
}
