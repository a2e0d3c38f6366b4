import { dirname, join } from "node:path";
import { UserError } from "../error.ts";
import type { Change } from "../exec/diff/change.ts";
import { statIfAllowed } from "../exec/diff/extent.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import { commitStep, isDamaged, isFinished, readInstalled, readIntent, stepIds } from "./commit.ts";
import { locate, undoerOf } from "./history.ts";
import { ownerOf } from "./owner.ts";
import { withParents } from "./parents.ts";
import { type Recovered, recoverSteps } from "./recovery.ts";
import { type Collected, collect, type Limits } from "./retention.ts";
import { bytesDisplaced, type Installed, newStepId, type StepOperation, type StepRecord } from "./step.ts";
import { disk, type Storage } from "./storage.ts";
import { inverseOf, type LaterChange } from "./undo.ts";

/** A step as a list shows it. */
export interface StepSummary {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly label?: string;
  readonly undoes?: { readonly step: string; readonly paths?: readonly string[] };
  /** The step that took this one back as a whole, unless that was taken back in turn. */
  readonly undoneBy?: string;
  readonly changes: readonly Change[];
  /** Bytes of originals that are kept for it. */
  readonly keptBytes: number;
}

/** What a step did to one path, with where to read both contents as long as they are kept. */
export interface StepDifference {
  readonly operation: StepOperation["operation"];
  readonly path: string;
  /** With counts and bytes of whole folders, and the other end of a move. */
  readonly change?: Change;
  /** Where the original is now: kept, or back in the tree when the step was taken back. */
  readonly before?: string;
  /**
   * Where what the step left is now; absent when somebody wrote to it since. Of a folder, only itself is looked at:
   * what is inside may be of later.
   */
  readonly after?: string;
}

export type Undone =
  | { readonly outcome: "undone"; readonly step: string; readonly changes: readonly Change[] }
  | { readonly outcome: "conflict"; readonly conflicts: readonly LaterChange[] };

/** What is to be done as one step. */
export interface StepRequest {
  readonly undoes?: { readonly step: string; readonly paths?: readonly string[] };
  readonly label?: string;
  readonly operations: readonly StepOperation[];
  readonly changes: readonly Change[];
  readonly keptBytes: number;
  readonly parkedIn: readonly string[];
  readonly id: string;
  /** The captured result that it comes from. */
  readonly layer?: string;
}

/** The way back for files: every step that was applied to the real tree, with the originals it displaced. */
export interface Journal {
  readonly folder: string;
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Contract: all of it happens or nothing does; throws when it could not be done. */
  commit(request: StepRequest): { readonly step: string; readonly installed: readonly Installed[] };
  /** Takes a step back, whole or by paths. `force` also where something was changed later; that is kept as well. */
  undo(step: string, options?: { readonly paths?: readonly string[]; readonly force?: boolean }): Undone;
  diff(step: string): { readonly summary: StepSummary; readonly differences: readonly StepDifference[] };
  /** The oldest first. */
  list(): readonly StepSummary[];
  installed(step: string): readonly Installed[];
  /** Paths that were put in place out of a captured result already. */
  committedFrom(layer: string): ReadonlySet<string>;
  gc(limits?: Partial<Limits>): Collected;
  recover(direction?: "finish" | "take-back"): readonly Recovered[];
}

/** Opens the journal in a folder, and first finishes what a crash left half done. */
export function openJournal(
  folder: string,
  options: {
    readonly storage?: Storage;
    readonly now?: () => number;
    readonly recover?: "now" | "later";
  } = {},
): Journal {
  const storage = options.storage ?? disk;
  const now = options.now ?? Date.now;
  storage.makeFolder(folder);
  const journal: Journal = {
    folder,
    newId: () => newStepId(now()),
    now,
    commit: (request) => {
      const record: StepRecord = { version: 1, at: now(), owner: ownerOf(process.pid), ...request };
      return { step: request.id, installed: commitStep(folder, record, storage) };
    },
    undo: (step, choice) => undo(journal, step, choice ?? {}),
    diff: (step) => diffOf(journal, step),
    list: () => summaries(folder),
    installed: (step) => readInstalled(join(folder, step)) ?? [],
    committedFrom: (layer) => {
      const steps = recordsIn(folder).filter((one) => one.layer === layer);
      return new Set(steps.flatMap((one) => one.operations.map(({ path }) => path)));
    },
    gc: (limits) => collect(folder, now(), limits, storage),
    recover: (direction) => recoverSteps(folder, storage, direction),
  };
  if (options.recover !== "later") journal.recover();
  return journal;
}

function undo(
  journal: Journal,
  step: string,
  { paths, force }: { readonly paths?: readonly string[]; readonly force?: boolean },
): Undone {
  const record = recordOf(journal.folder, step);
  const later = recordsIn(journal.folder).filter((one) => one.id > step);
  const id = journal.newId();
  const parkedIn = record.parkedIn.map((folder) => join(dirname(folder), id));
  let count = 0;
  const keep = (operation: StepOperation) => join(parkedFolder(parkedIn, operation), String(count++));
  const inverse = inverseOf({
    record,
    installed: journal.installed(step),
    installedBy: journal.installed,
    paths,
    later,
    keep,
  });
  if (inverse.conflicts.length > 0 && force !== true)
    return { outcome: "conflict", conflicts: inverse.conflicts };
  if (inverse.operations.length === 0)
    throw new UserError(
      "NOTHING_TO_UNDO",
      `step \`${step}\` has nothing left to take back there`,
      "see `countersign log`",
    );
  journal.commit({
    id,
    undoes: { step, ...(paths ? { paths } : {}) },
    operations: withParents(inverse.operations, [record, ...later]),
    changes: inverse.changes,
    keptBytes: bytesDisplaced(inverse.changes),
    parkedIn,
  });
  return { outcome: "undone", step: id, changes: inverse.changes };
}

/**
 * The originals stay on the file system of what they belong to: in the stage that the operation used before, else in
 * one on the device of its path.
 */
function parkedFolder(folders: readonly string[], { path, parked, from }: StepOperation): string {
  const near = parked ?? from;
  const device = (one: string) => statIfAllowed(one)?.dev;
  const found =
    folders.find((folder) => near !== undefined && isWithin(near, stageOf(folder))) ??
    folders.find((folder) => device(stageOf(folder)) === device(dirname(path))) ??
    folders[0];
  if (found !== undefined) return found;
  throw new UserError("NO_STAGE", `there is no place to keep \`${path}\``, "nothing was changed");
}

/** Parked originals lie in `parked/STEP` of a stage. */
function stageOf(folder: string): string {
  return dirname(dirname(folder));
}

/** Finished steps, the oldest first. */
function recordsIn(folder: string): readonly StepRecord[] {
  return stepIds(folder).flatMap((id) => {
    const home = join(folder, id);
    const record = isFinished(home) ? readIntent(home) : undefined;
    return record ? [record] : [];
  });
}

function recordOf(folder: string, step: string): StepRecord {
  const home = join(folder, step);
  const isName = /^[\w-]+$/.test(step);
  if (isName && isDamaged(home))
    throw new UserError(
      "DAMAGED_STEP",
      `the record of step \`${step}\` cannot be read any more`,
      `what it displaced is still kept in folders named \`parked/${step}\` beside the layers`,
    );
  const record = isName && isFinished(home) ? readIntent(home) : undefined;
  if (record) return record;
  throw new UserError(
    "NO_STEP",
    `there is no step \`${step}\``,
    "see `countersign log`; old steps are removed by `gc`",
  );
}

function summaries(folder: string): readonly StepSummary[] {
  const records = recordsIn(folder);
  return records.map((record) => summaryOf(record, undoerOf(record.id, records)));
}

function summaryOf(record: StepRecord, undoneBy: string | undefined): StepSummary {
  const { id, at, label, undoes, changes, keptBytes } = record;
  return {
    id,
    at,
    changes,
    keptBytes: undoneBy === undefined ? keptBytes : 0,
    ...(label === undefined ? {} : { label }),
    ...(undoes ? { undoes } : {}),
    ...(undoneBy === undefined ? {} : { undoneBy }),
  };
}

function diffOf(journal: Journal, step: string) {
  const record = recordOf(journal.folder, step);
  const records = recordsIn(journal.folder);
  const later = records.filter((one) => one.id > step);
  const noted = new Map(journal.installed(step).map((one) => [one.path, one]));
  const place = (at: string, print?: Installed) => locate(at, print, later, journal.installed);
  const changes = new Map(record.changes.map((change) => [change.path, change]));
  const differences = record.operations.map(({ operation, path, parked }): StepDifference => {
    const change = changes.get(path);
    const before = parked === undefined ? undefined : place(parked);
    const isThere = operation === "put" || operation === "replace";
    const after = isThere ? place(path, noted.get(path)) : undefined;
    return {
      operation,
      path,
      ...(change ? { change } : {}),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
  });
  return { summary: summaryOf(record, undoerOf(step, records)), differences };
}
