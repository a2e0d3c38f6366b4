import { UserError } from "../error.ts";
import type { Journal } from "./journal.ts";
import { type Committed, heldRecords, type Layer, layerFrom, removeLayer } from "./layer.ts";
import { sweepLeftovers } from "./leftovers.ts";

/** The results that wait for a decision. */
export interface HeldLayers {
  /** The oldest first. */
  list(): readonly Layer[];
  /** Applies what was captured; layers that it builds on must have been decided before. */
  accept(id: string, journal: Journal, label?: string): Committed;
  /** Discards a layer and every later one that was built on it; gives the identifiers of all that went. */
  reject(id: string): readonly string[];
  /**
   * Removes what runs left that were ended by force: layers, folders of probes, `/tmp` of sessions that nobody used
   * for a week. Never what a living run uses. Takes about a millisecond when there is nothing; gives the names.
   */
  sweep(): readonly string[];
}

export function openHeld(state: string): HeldLayers {
  const find = (id: string) => {
    const record = heldRecords(state).find((one) => one.id === id);
    if (record) return record;
    throw new UserError("NO_LAYER", `no captured result \`${id}\` waits`, "see `countersign log`");
  };
  return {
    list: () => heldRecords(state).map((record) => layerFrom(state, record)),
    accept: (id, journal, label) =>
      layerFrom(state, find(id)).commit(journal, label === undefined ? {} : { label }),
    reject: (id) => {
      const first = find(id);
      const later = heldRecords(state).filter((one) => one.builtOn.includes(id));
      for (const record of [...later.toReversed(), first]) removeLayer(state, record);
      return [first.id, ...later.map((one) => one.id)];
    },
    sweep: () => sweepLeftovers(state, Date.now()),
  };
}
