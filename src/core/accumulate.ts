import { type Effect, hasMark, type Mark, type Verb } from "./effect.ts";
import { countsAsProduction } from "./ladder.ts";

/**
 * What a session did so far, as plain JSON: a fold over the effects of its actions in their order. Sets are
 * sorted lists.
 */
export interface SessionTotals {
  /** How many resources, by class of effect. */
  readonly counts: Readonly<Record<string, number>>;
  /** Stores (tool and environment) in which data was destroyed for good. */
  readonly dataGone: readonly string[];
  /** Stores in which backups were destroyed. */
  readonly backupsGone: readonly string[];
}

export const NO_TOTALS: SessionTotals = { counts: {}, dataGone: [], backupsGone: [] };

/** From how many resources of one class on a session's small steps are one big one. */
export const BULK_FROM = {
  /** on this machine, where one call or a restore point brings them back */
  recoverable: 500,
  elsewhere: 10,
} as const;

/**
 * The effects of the next action with what the session makes of them, and the totals after them.
 *
 * `bulk`: with this effect the session reaches the number of its class. `data-and-backup`: backups are gone and
 * now data goes, or the other way round; in one action wherever both are in the same place, over a session
 * when both belong to the same tool there.
 */
export function accumulate(
  totals: SessionTotals,
  effects: readonly Effect[],
): { readonly effects: readonly Effect[]; readonly totals: SessionTotals } {
  const marked: Effect[] = [];
  let after = totals;
  let own = NO_TOTALS;
  for (const effect of effects) {
    marked.push(marksOfSession(after, own, effect));
    after = add(after, effect);
    own = add(own, effect);
  }
  return { effects: marked, totals: after };
}

function marksOfSession(session: SessionTotals, action: SessionTotals, effect: Effect): Effect {
  const marks: Mark[] = [];
  const kind = classOf(effect);
  // A number that cannot be told counts as one here and as many for those who come after: a single deletion
  // by a selector is not yet a series.
  if (kind && (session.counts[kind] ?? 0) + (effect.count ?? 1) >= bulkFrom(effect)) marks.push("bulk");
  const isRestGone =
    (destroysData(effect) && isGone("backupsGone", session, action, effect)) ||
    (destroysBackup(effect) && isGone("dataGone", session, action, effect));
  if (isRestGone) marks.push("data-and-backup");
  const missing = marks.filter((mark) => !hasMark(effect, mark));
  return missing.length === 0 ? effect : { ...effect, marks: [...effect.marks, ...missing].sort() };
}

function isGone(
  what: "dataGone" | "backupsGone",
  session: SessionTotals,
  action: SessionTotals,
  effect: Effect,
): boolean {
  if (session[what].includes(storeOf(effect))) return true;
  return action[what].some((store) => store.endsWith(` ${placeOf(effect)}`));
}

function add(totals: SessionTotals, effect: Effect): SessionTotals {
  const kind = classOf(effect);
  if (!kind) return totals;
  const store = storeOf(effect);
  const count = (totals.counts[kind] ?? 0) + (effect.count ?? (isRecoverable(effect) ? 1 : bulkFrom(effect)));
  return {
    counts: { ...totals.counts, [kind]: count },
    dataGone: destroysData(effect) ? including(totals.dataGone, store) : totals.dataGone,
    backupsGone: destroysBackup(effect) ? including(totals.backupsGone, store) : totals.backupsGone,
  };
}

/** Verbs of which many small ones are one big one, and the class in which they are counted. */
const COUNTED: ReadonlyMap<Verb, string> = new Map([
  ["delete", "delete"],
  ["replace", "delete"],
  ["stop", "stop"],
  ["expose", "expose"],
  ["escalate", "escalate"],
  ["remove-protection", "remove-protection"],
]);

/** Resources of every kind count together: ten deletions are ten whether of queues or of tables. */
function classOf(effect: Effect): string | undefined {
  const verb = COUNTED.get(effect.verb);
  if (!verb) return undefined;
  return `${verb} ${isRecoverable(effect) ? "recoverable" : placeOf(effect)}`;
}

function bulkFrom(effect: Effect): number {
  return isRecoverable(effect) ? BULK_FROM.recoverable : BULK_FROM.elsewhere;
}

function isRecoverable(effect: Effect): boolean {
  return isHere(effect) && (effect.wayBack === "restore-point" || effect.reversibility === "R1");
}

function isHere(effect: Effect): boolean {
  return effect.resource.environment === "workspace" || effect.resource.environment === "local";
}

/** Production and what may be production are one place. */
function placeOf(effect: Effect): string {
  const { environment } = effect.resource;
  return countsAsProduction(environment) ? "production" : environment;
}

/** The tool (first part of the kind) and the place: `aws production`. Names of backups tell too little to trust. */
function storeOf(effect: Effect): string {
  return `${effect.resource.kind.split(".", 1)[0]} ${placeOf(effect)}`;
}

/** Data is what one call does not bring back, beyond this machine; here the ladder judges each loss by itself. */
function destroysData(effect: Effect): boolean {
  return destroys(effect) && !hasMark(effect, "backup") && effect.reversibility !== "R1";
}

function destroysBackup(effect: Effect): boolean {
  return destroys(effect) && hasMark(effect, "backup");
}

function destroys(effect: Effect): boolean {
  return (effect.verb === "delete" || effect.verb === "replace") && !isHere(effect);
}

function including(list: readonly string[], item: string): readonly string[] {
  return [...new Set([...list, item])].sort();
}
