import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { EXIT } from "../gate/verdict.ts";
import { askingOf, systemClock } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";
import { shownPath } from "./render.ts";
import { findWaysBack, type WayBack } from "./ways-back.ts";

export const UNDO_HELP = `Puts back what a command changed.

  countersign undo [ID|--last] [--force] [--json] [--] [PATH…]
  countersign undo ID --redo           take the undo back

With paths only these, and what is in them. Refuses when the files were changed after the command, unless --force
is given; what --force overwrites is kept as well.

Examples
  countersign undo --last
  countersign undo 01JD4Z0R9K7C3M5T8V2X6Y1B4N
  countersign undo --last -- src/main.ts
`;

export const undoCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      last: { type: "boolean" },
      force: { type: "boolean" },
      redo: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    io.print(UNDO_HELP);
    return EXIT.done;
  }
  const [id, named] = values.last ? [undefined, positionals] : [positionals[0], positionals.slice(1)];
  const points = findWaysBack(io, id);
  const asking = askingOf(io);
  const journal = await openJournal(io, asking.session);
  try {
    const paths: string[] = [];
    for (const point of toTake(points, named)) {
      const put = await wayOf(
        point,
        values.redo === true,
      )({
        conflicts: values.force ? "overwrite" : "stop",
        ...(named.length > 0 ? { paths: named.map((path) => resolve(io.cwd, path)) } : {}),
      });
      paths.push(...put);
      const { action, restorePoint } = point;
      const at = systemClock.now();
      await journal.append({ type: "undo.done", action, at, restorePoint, by: asking.actor });
      if (!values.json) io.print(said(action, put, io));
    }
    if (values.json) io.print(`${JSON.stringify({ action: points[0].action, paths })}\n`);
    return EXIT.done;
  } finally {
    await journal.close();
  }
};

function wayOf(point: WayBack, redo: boolean): WayBack["undo"] {
  if (!redo) return point.undo;
  if (point.redo) return point.redo;
  throw new UserError(
    "NOTHING_TO_REDO",
    `${point.action} ${point.undone ? "cannot be done again from here" : "was not undone"}`,
    "`countersign restore-points` lists what was undone",
  );
}

/** Paths name files; without them everything that is not back yet is put back. */
function toTake(points: readonly WayBack[], named: readonly string[]): readonly WayBack[] {
  const chosen = points.filter(({ engine }) => named.length === 0 || engine !== "points");
  const left = chosen.filter(({ undone }) => !undone);
  return left.length > 0 ? left : chosen;
}

const SHOWN = 20;

function said(action: string, paths: readonly string[], io: Io): string {
  if (paths.length === 0) return `nothing of ${action} had to be put back\n`;
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : "";
  return `undone ${action}, put back: ${paths
    .slice(0, SHOWN)
    .map((path) => shownPath(path, io))
    .join(", ")}${more}\n`;
}
