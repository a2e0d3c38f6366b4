import { UserError } from "../adapters/error.ts";
import { readLedger } from "../adapters/ledger/reader.ts";
import { type Action, next, type Stage } from "../core/action.ts";
import type { ActionEvent } from "../core/event.ts";
import type { LedgerEntry } from "../core/ledger.ts";
import { isRefusal } from "../core/refusal.ts";
import type { Io } from "./io.ts";
import { hasLedger, ledgerPlaces } from "./journal.ts";

/** An action as the log tells it: its entries, and what they fold to. */
export interface Recorded {
  readonly id: string;
  readonly entries: readonly LedgerEntry[];
  readonly action: Action | undefined;
}

/** Every action of the log by its id, in the order of the first entry. Throws `LedgerError` when it cannot be read. */
export function readHistory(io: Io): ReadonlyMap<string, Recorded> {
  const found = new Map<string, { id: string; entries: LedgerEntry[]; action: Action | undefined }>();
  if (!hasLedger(io)) return found;
  for (const { entry } of readLedger(ledgerPlaces(io).directory)) {
    const id = typeof entry.action === "string" ? entry.action : undefined;
    if (id === undefined) continue;
    const one = found.get(id) ?? { id, entries: [], action: undefined };
    found.set(id, one);
    one.entries.push(entry);
    const after = next(one.action, entry as unknown as ActionEvent);
    if (!isRefusal(after)) one.action = after;
  }
  return found;
}

/** The action that an id, or the only beginning of one, names. */
export function findAction(history: ReadonlyMap<string, Recorded>, id: string): Recorded {
  const matches = [...history.values()].filter((one) => one.id.startsWith(id.toUpperCase()));
  const [only] = matches;
  if (matches.length === 1 && only) return only;
  throw matches.length === 0
    ? new UserError("NO_ACTION", `no action \`${id}\` in the log`, "`countersign log` lists the actions")
    : new UserError("AMBIGUOUS", `${matches.length} actions begin with \`${id}\``, "give more of the id");
}

const STAGE_WORDS: Partial<Record<Stage, string>> = {
  waiting: "waits for approval",
  denied: "forbidden",
  executing: "unknown: started, no outcome",
  restorable: "not started",
  permitted: "not started",
};

/** Where an action stands, in words. */
export function stageWords(stage: Stage | undefined): string {
  return stage === undefined ? "unreadable" : (STAGE_WORDS[stage] ?? stage);
}
