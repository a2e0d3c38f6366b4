import { dirname, join } from "node:path";
import { UserError } from "../error.ts";
import type { Change } from "../exec/diff/change.ts";
import { commitStep, type Recovered, readInstalled, readIntent, recoverSteps, stepIds } from "./commit.ts";
import { type Collected, collect, type Limits } from "./retention.ts";
import { type Installed, ownerOf, type StepOperation, type StepRecord } from "./step.ts";
import { disk, type Storage } from "./storage.ts";
import { inverseOf, type LaterChange, makeParents, newStepId } from "./undo.ts";

/** A step as a list shows it. */
export interface StepSummary {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly label?: string;
  readonly undoes?: { readonly step: string; readonly paths?: readonly string[] };
  /** The step that took this one back, or its newest part. */
  readonly undoneBy?: string;
  readonly changes: readonly Change[];
  readonly keptBytes: number;
}

/** What a step did to one path, with where to read both contents as long as they are kept. */
export interface StepDifference {
  readonly operation: StepOperation["operation"];
  readonly path: string;
  /** The original, when there was one. */
  readonly before?: string;
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
    diff: (step) => diffOf(folder, step),
    list: () => summaries(folder),
    installed: (step) => readInstalled(join(folder, step)) ?? [],
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
  const id = journal.newId();
  const folders = new Set<string>();
  let count = 0;
  const inverse = inverseOf(
    record,
    journal.installed(step),
    paths,
    (operation) => {
      const folder = parkedFolder(record, operation, id);
      folders.add(folder);
      return join(folder, String(count++));
    },
    foldersOfLater(journal.folder, step),
  );
  if (inverse.conflicts.length > 0 && force !== true)
    return { outcome: "conflict", conflicts: inverse.conflicts };
  if (inverse.operations.length === 0)
    throw new UserError(
      "NOTHING_TO_UNDO",
      `step \`${step}\` has nothing left to take back there`,
      "see `countersign log`",
    );
  makeParents(inverse.operations);
  journal.commit({
    id,
    undoes: { step, ...(paths ? { paths } : {}) },
    operations: inverse.operations,
    changes: inverse.changes,
    keptBytes: 0,
    parkedIn: [...folders],
  });
  return { outcome: "undone", step: id, changes: inverse.changes };
}

/** Folders in which steps after this one put or removed something. */
function foldersOfLater(folder: string, step: string): ReadonlySet<string> {
  const later = stepIds(folder).filter((id) => id > step);
  const operations = later.flatMap((id) => readIntent(join(folder, id))?.operations ?? []);
  return new Set(operations.map((one) => dirname(one.path)));
}

/** The originals stay on the file system of what they belong to: beside those of the step that is taken back. */
function parkedFolder(record: StepRecord, operation: StepOperation, id: string): string {
  const near = operation.parked ?? operation.from ?? record.parkedIn[0] ?? "";
  const own = record.parkedIn.find((folder) => near.startsWith(`${folder}/`)) ?? record.parkedIn[0] ?? near;
  return join(own, "..", id);
}

function recordOf(folder: string, step: string): StepRecord {
  const home = join(folder, step);
  const record = /^[\w-]+$/.test(step) ? readIntent(home) : undefined;
  if (!record || !readInstalled(home))
    throw new UserError(
      "NO_STEP",
      `there is no step \`${step}\``,
      "see `countersign log`; old steps are removed by `gc`",
    );
  return record;
}

function summaries(folder: string): readonly StepSummary[] {
  const records = stepIds(folder)
    .map((id) => ({ record: readIntent(join(folder, id)), done: readInstalled(join(folder, id)) }))
    .flatMap(({ record, done }) => (record && done ? [record] : []));
  const undoneBy = new Map(
    records.flatMap((one) => (one.undoes ? [[one.undoes.step, one.id] as const] : [])),
  );
  return records.map((record) => summaryOf(record, undoneBy.get(record.id)));
}

function summaryOf(record: StepRecord, undoneBy: string | undefined): StepSummary {
  const { id, at, label, undoes, changes, keptBytes } = record;
  return {
    id,
    at,
    changes,
    keptBytes,
    ...(label === undefined ? {} : { label }),
    ...(undoes ? { undoes } : {}),
    ...(undoneBy === undefined ? {} : { undoneBy }),
  };
}

function diffOf(folder: string, step: string) {
  const record = recordOf(folder, step);
  const differences = record.operations.map(({ operation, path, parked }) => ({
    operation,
    path,
    ...(parked === undefined ? {} : { before: parked }),
  }));
  const undoneBy = summaries(folder).find((one) => one.undoes?.step === step)?.id;
  return { summary: summaryOf(record, undoneBy), differences };
}
