import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../error.ts";
import type { Journal } from "./journal.ts";
import { type Committed, heldRecords, LAYERS, type Layer, layerFrom, removeLayer } from "./layer.ts";
import { isAlive, type Owner } from "./step.ts";
import { disk } from "./storage.ts";

/** The results that wait for a decision. */
export interface HeldLayers {
  /** The oldest first. */
  list(): readonly Layer[];
  /** Applies what was captured; layers that it builds on must have been decided before. */
  accept(id: string, journal: Journal, label?: string): Committed;
  /** Discards a layer and every later one that was built on it; gives the identifiers of all that went. */
  reject(id: string): readonly string[];
  /** Removes what runs left that were ended by force; gives the identifiers. */
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
    sweep: () => sweep(state),
  };
}

function sweep(state: string): readonly string[] {
  const folder = join(state, LAYERS);
  if (!existsSync(folder)) return [];
  const held = new Set(heldRecords(state).map((one) => one.id));
  const left = readdirSync(folder).filter((id) => !held.has(id) && !isRunning(join(folder, id)));
  for (const id of left) disk.removeTree(join(folder, id));
  return left;
}

function isRunning(folder: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as Owner);
  } catch {
    return false;
  }
}
