import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { UserError } from "../adapters/error.ts";
import { overlayPlaces } from "../adapters/exec/capturing.ts";
import { pointsIn } from "../adapters/exec/points-in.ts";
import {
  type Journal,
  openJournal as openStepJournal,
  type StepSummary,
} from "../adapters/journal/journal.ts";
import { placesFrom } from "../adapters/places.ts";
import type { Points } from "../adapters/restore/points/port.ts";
import { pointsFolder } from "../adapters/restore/points/record.ts";
import { listPoints, undoPoint } from "../adapters/restore/points/undo.ts";
import { restoreSnapshot } from "../adapters/restore/snapshot/restore.ts";
import type { SnapshotInfo } from "../adapters/restore/snapshot/store.ts";
import { listSnapshots } from "../adapters/restore/snapshot/take.ts";
import { settingOf } from "./compose.ts";
import { type Differences, differencesOfSnapshot, differencesOfStep } from "./differences.ts";
import type { Io } from "./io.ts";

export interface UndoChoice {
  /** Absolute paths; all when absent. */
  readonly paths?: readonly string[];
  /** Overwrites what was changed later. */
  readonly conflicts: "stop" | "overwrite";
}

/** A way back for what one action changed: its files, or what providers kept beside them. */
export interface WayBack {
  /** The action. */
  readonly action: string;
  readonly restorePoint: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly engine: "linux-overlay" | "snapshot" | "points";
  /** What is kept, for a list. */
  readonly summary: string;
  /** Bytes that it keeps on the disk. */
  readonly bytes: number;
  readonly undone: boolean;
  differences(): Promise<Differences>;
  /** Gives what was put back. Throws `UserError` when something was changed later, or cannot be put back. */
  undo(choice: UndoChoice): Promise<readonly string[]>;
  /** Takes an undo back; absent where that cannot be. */
  readonly redo?: (choice: UndoChoice) => Promise<readonly string[]>;
}

/** All ways back, the newest first; of one action, files before the rest. */
export function waysBack(io: Io): readonly WayBack[] {
  const { state } = placesFrom(io.environment);
  const files = [...snapshots(join(state, "restore-points"), io), ...steps(overlayPlaces(state).journal)];
  const all = [...files, ...points(io)];
  return all.sort((a, b) => (a.action === b.action ? 0 : a.action < b.action ? 1 : -1));
}

/** The ways back of an action, or of the newest with one that was not taken yet. Throws `UserError` for none. */
export function findWaysBack(io: Io, action: string | undefined): readonly [WayBack, ...WayBack[]] {
  const all = waysBack(io);
  const named = action === undefined ? undefined : idOf(all, action);
  const wanted = action === undefined ? all.find((one) => !one.undone)?.action : named;
  const [found, ...rest] = all.filter((one) => one.action === wanted);
  if (found) return [found, ...rest];
  throw action === undefined
    ? new UserError(
        "NO_RESTORE_POINT",
        all.length === 0 ? "there is no restore point" : "there is nothing left to undo",
        all.length === 0
          ? "`countersign run` makes one before it changes files"
          : "`countersign undo ID --redo` takes an undo back",
      )
    : new UserError(
        "NO_RESTORE_POINT",
        `action \`${action}\` has no restore point`,
        "see `countersign restore-points` for those that have one",
      );
}

/** The action that an id, or the only beginning of one, names. */
function idOf(all: readonly WayBack[], text: string): string | undefined {
  const ids = [...new Set(all.map((one) => one.action))].filter((id) => id.startsWith(text.toUpperCase()));
  if (ids.length < 2) return ids[0];
  throw new UserError("AMBIGUOUS", `${ids.length} actions begin with \`${text}\``, "give more of the id");
}

function snapshots(folder: string, io: Io): readonly WayBack[] {
  if (!existsSync(folder)) return [];
  return listSnapshots(folder)
    .filter(({ id }) => /^[0-9A-Z]{26}$/.test(id))
    .map((info) => ({
      action: info.id,
      restorePoint: info.id,
      at: info.takenAt,
      engine: "snapshot",
      summary: `${info.entries} files and folders of ${info.workspace}`,
      bytes: info.added,
      undone: false,
      differences: () => differencesOfSnapshot(folder, info),
      undo: (choice) => undoSnapshot(folder, info, choice, io),
    }));
}

async function undoSnapshot(
  folder: string,
  { id, workspace }: SnapshotInfo,
  { paths, conflicts }: UndoChoice,
  io: Io,
): Promise<readonly string[]> {
  const own = paths?.map((path) => within(workspace, path, io));
  const result = await restoreSnapshot(folder, id, { conflicts, ...(own ? { paths: own } : {}) });
  if (result.conflicts.length > 0 && conflicts === "stop") throw changedSince(result.conflicts);
  const [failure] = result.failed;
  if (failure)
    throw new UserError(
      "NOT_RESTORED",
      `could not put back \`${failure.path}\`: ${failure.why}`,
      "mend that and run the same undo again",
    );
  return [...result.restored, ...result.notKept.map((path) => `(not kept, make it again: ${path})`)];
}

function within(workspace: string, path: string, io: Io): string {
  const inside = relative(workspace, resolve(io.cwd, path));
  if (inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside)) return inside;
  throw new UserError(
    "OUTSIDE_WORKSPACE",
    `\`${path}\` does not lie in \`${workspace}\`, which was kept`,
    "name a path in it",
  );
}

function changedSince(paths: readonly string[]): UserError {
  return new UserError(
    "CHANGED_SINCE",
    `changed after the command ended: ${paths.slice(0, 5).join(", ")}`,
    "look at them first; `countersign undo --force` overwrites the later changes",
  );
}

function steps(folder: string): readonly WayBack[] {
  if (!existsSync(folder)) return [];
  const journal = openStepJournal(folder);
  const all = journal.list();
  return all
    .filter(({ label, undoes }) => label !== undefined && undoes === undefined)
    .map((step) => ({
      action: step.label ?? step.id,
      restorePoint: `journal:${step.label}`,
      at: step.at,
      engine: "linux-overlay",
      summary: summaryOf(step),
      bytes: step.keptBytes,
      undone: step.undoneBy !== undefined,
      differences: async () => differencesOfStep(journal, step.id),
      undo: async (choice) => undoStep(journal, inForce(step, all).id, choice),
      ...redoOf(journal, step),
    }));
}

function summaryOf({ changes }: StepSummary): string {
  const [first, ...rest] = changes;
  if (!first) return "nothing";
  return `${first.kind} ${first.path}${rest.length > 0 ? ` and ${rest.length} more` : ""}`;
}

/** What is not a file: databases, references of remotes, packages. */
function points(io: Io): readonly WayBack[] {
  const { state } = placesFrom(io.environment);
  const folder = pointsFolder(state);
  if (!existsSync(folder)) return [];
  const place = { state, operator: io.environment, setting: settingOf(io, io.cwd, undefined) };
  return listPoints({ folder }).points.map(({ action, madeAt, undoneAt, parts }) => ({
    action,
    restorePoint: `points:${action}`,
    at: madeAt,
    engine: "points",
    summary: parts.flatMap(({ what, notes }) => [...what, ...notes]).join("; "),
    bytes: 0,
    undone: undoneAt !== undefined,
    differences: async () => ({ list: [], close: () => {} }),
    undo: async ({ conflicts }) => undoPoints(pointsIn(place), action, conflicts === "overwrite"),
  }));
}

async function undoPoints(kept: Points, action: string, force: boolean): Promise<readonly string[]> {
  const { outcome, reports } = await undoPoint(kept, action, { force });
  if (outcome === "conflict") {
    const conflicts = reports.flatMap((report) => report.conflicts);
    throw changedSince(conflicts.map(({ what, why }) => `${what} (${why})`));
  }
  if (outcome === "undone") return reports.flatMap((report) => report.restored);
  const troubles = reports.flatMap((report) => [...report.notRestored, ...report.conflicts]);
  const commands = reports.flatMap((report) => report.commands);
  throw new UserError(
    "NOT_RESTORED",
    `could not put back ${troubles.map(({ what, why }) => `${what}: ${why}`).join("; ")}`,
    commands.length > 0 ? `run: ${commands.join("; ")}` : "mend that and run the same undo again",
  );
}

/** The step that put in place what is there now: the one itself, or the last that did it again. */
function inForce(step: StepSummary, all: readonly StepSummary[]): StepSummary {
  const takerOf = (id: string) => all.findLast(({ undoes }) => undoes?.step === id && !undoes.paths);
  const undo = takerOf(step.id);
  const redo = undo && takerOf(undo.id);
  return redo ? inForce(redo, all) : step;
}

function redoOf(journal: Journal, { undoneBy }: StepSummary): Pick<WayBack, "redo"> {
  return undoneBy === undefined ? {} : { redo: async (choice) => undoStep(journal, undoneBy, choice) };
}

function undoStep(journal: Journal, step: string, { paths, conflicts }: UndoChoice): readonly string[] {
  const force = conflicts === "overwrite";
  const result = journal.undo(step, { force, ...(paths ? { paths } : {}) });
  if (result.outcome === "undone") return result.changes.map((change) => change.path);
  throw changedSince(result.conflicts.map((conflict) => conflict.path));
}
