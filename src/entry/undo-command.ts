import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { overlayPlaces } from "../adapters/exec/capturing.ts";
import { type Journal, openJournal as openStepJournal } from "../adapters/journal/journal.ts";
import { placesFrom } from "../adapters/places.ts";
import { restoreSnapshot } from "../adapters/restore/snapshot/restore.ts";
import { listSnapshots } from "../adapters/restore/snapshot/take.ts";
import { askingOf, systemClock } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";

export const UNDO_HELP = `Puts back what a command changed.

  countersign undo [ID|--last] [--force]

Refuses when the files were changed after the command, unless --force is given.

Examples
  countersign undo --last
  countersign undo 01JD4Z0R9K7C3M5T8V2X6Y1B4N
`;

export const undoCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { last: { type: "boolean" }, force: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    io.print(UNDO_HELP);
    return 0;
  }
  const point = findPoint(io, positionals[0]);
  const asking = askingOf(io);
  const journal = await openJournal(io, asking.session);
  try {
    const paths = await point.undo(values.force === true);
    const { action, restorePoint } = point;
    await journal.append({
      type: "undo.done",
      action,
      at: systemClock.now(),
      restorePoint,
      by: asking.actor,
    });
    io.print(
      `put back: ${paths.slice(0, 20).join(", ")}${paths.length > 20 ? ` and ${paths.length - 20} more` : ""}\n`,
    );
    return 0;
  } finally {
    await journal.close();
  }
};

/** A way back that can be taken. */
interface Point {
  readonly action: string;
  readonly restorePoint: string;
  undo(force: boolean): Promise<readonly string[]> | readonly string[];
}

/** The way back of an action, or the newest there is: snapshots of engine `plain`, steps of the journal. */
function findPoint(io: Io, action: string | undefined): Point {
  const { state } = placesFrom(io.environment);
  const points = [...snapshots(join(state, "restore-points")), ...steps(overlayPlaces(state).journal)];
  const found = points
    .filter((one) => action === undefined || one.action === action)
    .sort((a, b) => (a.action < b.action ? 1 : -1))[0];
  if (found) return found;
  throw action === undefined
    ? new UserError(
        "NO_RESTORE_POINT",
        "there is no restore point",
        "`countersign run` makes one before it changes files",
      )
    : new UserError(
        "NO_RESTORE_POINT",
        `action \`${action}\` has no restore point`,
        "see `countersign log` for actions that have one",
      );
}

function snapshots(folder: string): readonly Point[] {
  if (!existsSync(folder)) return [];
  return listSnapshots(folder)
    .filter(({ id }) => /^[0-9A-Z]{26}$/.test(id))
    .map(({ id }) => ({ action: id, restorePoint: id, undo: (force) => undoSnapshot(folder, id, force) }));
}

async function undoSnapshot(folder: string, id: string, force: boolean): Promise<readonly string[]> {
  const result = await restoreSnapshot(folder, id, { conflicts: force ? "overwrite" : "stop" });
  if (result.conflicts.length > 0 && !force) throw changedSince(result.conflicts);
  const [failure] = result.failed;
  if (failure)
    throw new UserError(
      "NOT_RESTORED",
      `could not put back \`${failure.path}\`: ${failure.why}`,
      "mend that and run the same undo again",
    );
  return [...result.restored, ...result.notKept.map((path) => `(not kept, make it again: ${path})`)];
}

function changedSince(paths: readonly string[]): UserError {
  return new UserError(
    "CHANGED_SINCE",
    `changed after the command ended: ${paths.slice(0, 5).join(", ")}`,
    "look at them first; `countersign undo --force` overwrites the later changes",
  );
}

function steps(folder: string): readonly Point[] {
  if (!existsSync(folder)) return [];
  const journal = openStepJournal(folder);
  return journal.list().flatMap(({ id, label, undoneBy, undoes }) =>
    label === undefined || undoneBy !== undefined || undoes !== undefined
      ? []
      : [
          {
            action: label,
            restorePoint: `journal:${label}`,
            undo: (force: boolean) => undoStep(journal, id, force),
          },
        ],
  );
}

function undoStep(journal: Journal, step: string, force: boolean): readonly string[] {
  const result = journal.undo(step, { force });
  if (result.outcome === "undone") return result.changes.map((change) => change.path);
  throw changedSince(result.conflicts.map((conflict) => conflict.path));
}
