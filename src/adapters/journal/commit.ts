import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { statIfAllowed } from "../exec/diff/extent.ts";
import { apply, modesFor, openLayerParent, revert } from "./moving.ts";
import { type Installed, isAlive, type StepOperation, type StepRecord } from "./step.ts";
import type { Storage } from "./storage.ts";

/** Files of a step's folder. `journal.json` is the promise, `committed.json` says that it is kept. */
export const INTENT = "journal.json";
export const DONE = "committed.json";

/**
 * Does all operations of a step, or none: the record is durable before the first move, and a later start can
 * finish or take back whatever a crash left half done. Throws when an operation cannot be done; by then
 * everything is as before and the step is gone.
 */
export function commitStep(folder: string, record: StepRecord, storage: Storage): readonly Installed[] {
  const operations = inOrder(record.operations).map((one) => {
    if (one.from !== undefined) openLayerParent(one.from, storage);
    const modes = modesFor(one);
    return modes ? { ...one, modes } : one;
  });
  const home = join(folder, record.id);
  storage.makeFolder(home);
  for (const parked of record.parkedIn) storage.makeFolder(parked);
  storage.writeDurably(join(home, INTENT), JSON.stringify({ ...record, operations }));
  try {
    return finish(folder, { ...record, operations }, storage);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    rollBack(folder, { ...record, operations }, storage);
    throw error;
  }
}

/** Thrown by a storage that plays a crash: nothing may be tidied up after it. */
export class Stopped extends Error {}

/** Folders first need what goes into them; their own attributes come last, the deepest first. */
function inOrder(operations: readonly StepOperation[]): readonly StepOperation[] {
  const attributes = operations.filter((one) => one.operation === "attributes");
  const others = operations.filter((one) => one.operation !== "attributes");
  return [...others, ...attributes.toSorted((a, b) => b.path.length - a.path.length)];
}

/**
 * The moves are not forced to the disk: journaling file systems keep the order of renames, so a power failure that
 * loses some of them loses `committed.json` too, and the durable promise is kept at the next start.
 */
function finish(folder: string, record: StepRecord, storage: Storage): readonly Installed[] {
  for (const operation of record.operations) apply(operation, storage);
  const installed = installedBy(record.operations);
  storage.write(join(folder, record.id, DONE), JSON.stringify(installed));
  return installed;
}

function installedBy(operations: readonly StepOperation[]): readonly Installed[] {
  return operations.flatMap(({ operation, path }) => {
    const stat = operation === "remove" ? undefined : statIfAllowed(path);
    return stat
      ? [
          {
            path,
            ino: stat.ino,
            changed: stat.ctimeMs,
            modified: stat.mtimeMs,
            size: stat.size,
            mode: stat.mode,
          },
        ]
      : [];
  });
}

function rollBack(folder: string, record: StepRecord, storage: Storage): void {
  for (const operation of record.operations.toReversed()) revert(operation, storage);
  for (const parked of record.parkedIn) storage.removeTree(parked);
  storage.removeTree(join(folder, record.id));
}

/** What a start did with a step that a crash had left half done. */
export interface Recovered {
  readonly step: string;
  readonly end: "finished" | "taken-back";
}

/**
 * Finishes what a crash left half done, or takes it back when it cannot be finished (or `direction` says so).
 * Steps at which a living process is at work are left alone.
 */
export function recoverSteps(
  folder: string,
  storage: Storage,
  direction: "finish" | "take-back" = "finish",
): readonly Recovered[] {
  const recovered: Recovered[] = [];
  for (const id of stepIds(folder)) {
    const home = join(folder, id);
    if (existsSync(join(home, DONE))) continue;
    const record = readIntent(home);
    if (!record) storage.removeTree(home);
    else if (!isAlive(record.owner) || record.owner.pid === process.pid)
      recovered.push(recoverOne(folder, record, storage, direction));
  }
  return recovered;
}

function recoverOne(
  folder: string,
  record: StepRecord,
  storage: Storage,
  direction: "finish" | "take-back",
): Recovered {
  if (direction === "finish") {
    try {
      finish(folder, record, storage);
      return { step: record.id, end: "finished" };
    } catch (error) {
      if (error instanceof Stopped) throw error;
    }
  }
  rollBack(folder, record, storage);
  return { step: record.id, end: "taken-back" };
}

/** Identifiers of all steps, the oldest first. */
export function stepIds(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .sort();
}

/** The record of a step; undefined when a crash came before all of it was written. */
export function readIntent(home: string): StepRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(home, INTENT), "utf8")) as StepRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function readInstalled(home: string): readonly Installed[] | undefined {
  try {
    return JSON.parse(readFileSync(join(home, DONE), "utf8")) as Installed[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
