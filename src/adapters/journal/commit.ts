import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../error.ts";
import { statIfAllowed } from "../exec/diff/extent.ts";
import { meaningAt } from "./git-meaning.ts";
import { apply, modesFor, openLayerParent, revert } from "./moving.ts";
import { fingerprintOf, type Installed, type StepOperation, type StepRecord } from "./step.ts";
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
  const full = { ...record, operations: inOrder(record.operations).map((one) => prepared(one, storage)) };
  promise(folder, full, storage);
  try {
    for (const parked of record.parkedIn) storage.makeFolder(parked);
    return finish(folder, full, storage);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const stuck = rollBack(folder, full, storage);
    throw notDone(error, stuck);
  }
}

/** Thrown by a storage that plays a crash: nothing may be tidied up after it. */
export class Stopped extends Error {}

function prepared(operation: StepOperation, storage: Storage): StepOperation {
  if (operation.from !== undefined) openLayerParent(operation.from, storage);
  const modes = modesFor(operation);
  const waiting = operation.from === undefined ? undefined : statIfAllowed(operation.from);
  const installs = waiting ? { installs: fingerprintOf(waiting) } : {};
  const there = operation.parked === undefined ? undefined : statIfAllowed(operation.path);
  const displaces = there ? { displaces: fingerprintOf(there) } : {};
  return { ...operation, ...installs, ...displaces, ...(modes ? { modes } : {}) };
}

function promise(folder: string, record: StepRecord, storage: Storage): void {
  const home = join(folder, record.id);
  try {
    storage.makeFolder(home);
    storage.writeDurably(join(home, INTENT), JSON.stringify(record));
  } catch (error) {
    if (error instanceof Stopped) throw error;
    storage.removeTree(home);
    throw notDone(error, undefined);
  }
}

function notDone(error: unknown, stuck: string | undefined): Error {
  if (error instanceof UserError && stuck === undefined) return error;
  const why = error instanceof Error ? error.message : String(error);
  const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
  const help = full
    ? "free space and accept it again"
    : "mend that and accept it again; nothing has to run again";
  return stuck === undefined
    ? new UserError("NOT_COMMITTED", `nothing was changed, because it could not be done whole: ${why}`, help)
    : new UserError(
        "HALF_COMMITTED",
        `it could neither be done nor be taken back whole: ${why}; ${stuck}`,
        "what was there is kept; look at that path, then run any `countersign` command to go on",
      );
}

/** Folders first need what goes into them; their own attributes come last, the deepest first. */
function inOrder(operations: readonly StepOperation[]): readonly StepOperation[] {
  const attributes = operations.filter((one) => one.operation === "attributes");
  const others = operations.filter((one) => one.operation !== "attributes");
  return [...others, ...attributes.toSorted((a, b) => b.path.length - a.path.length)];
}

/**
 * The moves are not forced to the disk: journaling file systems keep the order of renames, so a power failure that
 * loses some of them loses `committed.json` too, and the durable promise is kept at the next start. That order holds
 * within one file system only, so moves on another than the journal's are forced first.
 */
export function finish(folder: string, record: StepRecord, storage: Storage): readonly Installed[] {
  for (const operation of record.operations) apply(operation, storage);
  const noted = record.operations.filter((one) => one.noted === true).map((one) => one.path);
  if (noted.length > 0) storage.stripNotes(noted);
  for (const elsewhere of foldersElsewhere(folder, record)) storage.syncFolder(elsewhere);
  const installed = installedBy(record.operations);
  storage.write(join(folder, record.id, DONE), JSON.stringify(installed));
  return installed;
}

function foldersElsewhere(folder: string, record: StepRecord): readonly string[] {
  const device = statSync(folder).dev;
  const touched = [...record.operations.map((one) => dirname(one.path)), ...record.parkedIn];
  return [...new Set(touched)].filter((path) => {
    const stat = statIfAllowed(path);
    return stat?.isDirectory() === true && stat.dev !== device;
  });
}

function installedBy(operations: readonly StepOperation[]): readonly Installed[] {
  return operations.flatMap(({ operation, path }) => {
    const stat = operation === "remove" ? undefined : statIfAllowed(path);
    if (!stat) return [];
    const meaning = meaningAt(path);
    const said = meaning === undefined ? {} : { meaning };
    return [{ path, changed: stat.ctimeMs, ...fingerprintOf(stat), ...said }];
  });
}

/** Takes back what was done; gives the reason when something could not be. Then all that is kept stays. */
export function rollBack(folder: string, record: StepRecord, storage: Storage): string | undefined {
  const problems: string[] = [];
  for (const operation of record.operations.toReversed()) {
    try {
      revert(operation, storage);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) return problems[0];
  dropStep(folder, record, storage);
  return undefined;
}

/** How the folder of a step is called while the step is being removed. */
export const REMOVING = ".removing-";

/** Removes a step with what it keeps. The first rename decides; a later start does the rest. */
export function dropStep(folder: string, record: StepRecord, storage: Storage): void {
  const going = join(folder, REMOVING + record.id);
  storage.rename(join(folder, record.id), going);
  for (const parked of record.parkedIn) storage.removeTree(parked);
  storage.removeTree(going);
}

/** Identifiers of all steps, the oldest first. */
export function stepIds(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .sort();
}

/** The record of a step; undefined when there is none, or none that can be read (see `isDamaged`). */
export function readIntent(home: string): StepRecord | undefined {
  return readJson<StepRecord>(join(home, INTENT));
}

/** True when a promise was made once and cannot be read any more: what it kept must stay for a person to look at. */
export function isDamaged(home: string): boolean {
  return existsSync(join(home, INTENT)) && readIntent(home) === undefined;
}

/** True when every move of a step was made. The mark comes into place whole, by a rename, after the last of them. */
export function isFinished(home: string): boolean {
  return existsSync(join(home, DONE));
}

/**
 * What a finished step installed; undefined when it is not finished. The file is not forced to the disk: after a power
 * failure it may be there and empty. Then the promise tells the same.
 */
export function readInstalled(home: string): readonly Installed[] | undefined {
  const path = join(home, DONE);
  if (!isFinished(home)) return undefined;
  const installed = readJson<readonly Installed[]>(path);
  if (Array.isArray(installed)) return installed;
  const record = readIntent(home);
  return (record?.operations ?? []).flatMap((one) =>
    one.installs ? [{ path: one.path, changed: (record?.at ?? 0) + CLOCK, ...one.installs }] : [],
  );
}

/** The clock of steps counts whole milliseconds, that of file systems parts of them. */
const CLOCK = 1;

function readJson<T extends object>(path: string): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
