import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { isHeld, LAYERS } from "./layer.ts";
import { isAlive, type Owner, readOwner } from "./owner.ts";
import { disk } from "./storage.ts";

/** Who runs in a folder below `layers`, written before anything else is made for the run. */
export const OWNER = "owner.json";

/** The process of a run, and every place where it puts something. */
export interface RunOwner extends Owner {
  /** Folders that hold `layers/ID` as well. */
  readonly stages: readonly string[];
  /** Folder of the session. */
  readonly session?: string;
}

/** So long a folder without an owner may still be on its way. Milliseconds. */
const BEING_MADE = 10 * 60 * 1000;
/** So long a session may pause. Milliseconds. */
const SESSION_AGE = 7 * 24 * 3600 * 1000;

/**
 * Removes what ended runs left below the state folder and on other stages. The state folder is closed to commands, so
 * what is written there of places is our own. `now`: milliseconds since 1970.
 */
export function sweepLeftovers(state: string, now: number): readonly string[] {
  const sessions = new Set<string>();
  const runs = namesIn(join(state, LAYERS)).filter((id) => {
    if (isHeld(state, id)) return false;
    const owner = ownerIn(state, id);
    const isUsed = owner ? isAlive(owner) : isYoung(join(state, LAYERS, id), now, BEING_MADE);
    if (isUsed && owner?.session !== undefined) sessions.add(owner.session);
    return !isUsed;
  });
  for (const id of runs) removeRun(state, id);
  const probes = namesIn(state).filter(
    (name) => name.startsWith("probe-") && !isYoung(join(state, name), now, BEING_MADE),
  );
  for (const name of probes) disk.removeTree(join(state, name));
  const idle = namesIn(join(state, "sessions")).filter((name) => {
    const folder = join(state, "sessions", name);
    return !sessions.has(folder) && !isYoung(folder, now, SESSION_AGE);
  });
  for (const name of idle) disk.removeTree(join(state, "sessions", name));
  return [...runs, ...probes, ...idle];
}

/** The state folder's own part goes last: it says where the others are. */
function removeRun(state: string, id: string): void {
  for (const stage of ownerIn(state, id)?.stages ?? [])
    if (isAbsolute(stage)) disk.removeTree(join(stage, LAYERS, id));
  disk.removeTree(join(state, LAYERS, id));
}

function ownerIn(state: string, id: string): (Owner & Partial<RunOwner>) | undefined {
  return readOwner(join(state, LAYERS, id, OWNER));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function isYoung(path: string, now: number, age: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && now - stat.mtimeMs < age;
}
