import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { placesFrom } from "../adapters/places.ts";
import { restoreCopies } from "../adapters/restore/copies.ts";
import { askingOf, systemClock } from "./compose.ts";
import type { CliCommand } from "./io.ts";
import { openJournal } from "./journal.ts";

export const UNDO_HELP = `Puts back what a command changed in the workspace.

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
  const folder = join(placesFrom(io.environment).state, "restore-points");
  const action = positionals[0] ?? lastOf(folder);
  const asking = askingOf(io);
  const journal = await openJournal(io, asking.session);
  try {
    const paths = restoreCopies(folder, action, values.force === true);
    const { actor } = asking;
    await journal.append({
      type: "undo.done",
      action,
      at: systemClock.now(),
      restorePoint: action,
      by: actor,
    });
    io.print(`put back: ${paths.join(", ")}\n`);
    return 0;
  } finally {
    await journal.close();
  }
};

function lastOf(folder: string): string {
  const last = existsSync(folder) ? readdirSync(folder).sort().at(-1) : undefined;
  if (last === undefined)
    throw new UserError(
      "NO_RESTORE_POINT",
      "there is no restore point",
      "`countersign run` makes one before it changes files",
    );
  return last;
}
