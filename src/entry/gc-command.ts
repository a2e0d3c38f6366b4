import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { overlayPlaces } from "../adapters/exec/capturing.ts";
import { pointsIn } from "../adapters/exec/points-in.ts";
import { openHeld } from "../adapters/journal/held.ts";
import { openJournal } from "../adapters/journal/journal.ts";
import { usage } from "../adapters/journal/usage.ts";
import { placesFrom } from "../adapters/places.ts";
import { collectPoints } from "../adapters/restore/points/collect.ts";
import { pointsFolder } from "../adapters/restore/points/record.ts";
import { collectGarbage, DEFAULT_RETENTION } from "../adapters/restore/snapshot/garbage.ts";
import { EXIT } from "../gate/verdict.ts";
import { settingOf } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { inWords } from "./render.ts";

export const GC_HELP = `Removes old restore points and what interrupted runs left, within a budget.

  countersign gc [--days N] [--bytes N] [--json]

Without options: 7 days and 5 GB for each kind of restore point. What is removed can no longer be undone. Happens by
itself once a day; results that wait for a decision are never removed.

Examples
  countersign gc
  countersign gc --days 1
  countersign gc --bytes 1000000000
`;

export const gcCommand: CliCommand = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      days: { type: "string" },
      bytes: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    io.print(GC_HELP);
    return EXIT.done;
  }
  const results = await collectAll(io, {
    age: numberOf("--days", values.days ?? "7") * DAY,
    bytes: numberOf("--bytes", values.bytes ?? String(DEFAULT_RETENTION.bytes)),
  });
  for (const one of results) io.print(values.json ? `${JSON.stringify(one)}\n` : line(one));
  return EXIT.done;
};

const DAY = 24 * 60 * 60 * 1000;

/** What is collected by itself, once a day. */
export const DEFAULT_BUDGET: Budget = { age: 7 * DAY, bytes: DEFAULT_RETENTION.bytes };

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0 && text.trim() !== "") return value;
  throw new UserError("USAGE", `\`${name} ${text}\` is no number`, "write a number from 0 upwards");
}

interface Budget {
  /** Milliseconds. */
  readonly age: number;
  readonly bytes: number;
}

/** What was removed of one kind, and how much of the budget is in use. */
interface Collected {
  readonly what: string;
  readonly removed: number;
  readonly freedBytes: number;
  readonly usedBytes?: number;
  readonly budgetBytes?: number;
}

/** Collects everything that can be collected; the budget holds for each kind of restore point. */
export async function collectAll(io: Io, { age, bytes }: Budget): Promise<readonly Collected[]> {
  const { state } = placesFrom(io.environment);
  const places = overlayPlaces(state);
  const results: Collected[] = [];
  if (existsSync(places.engine))
    results.push({
      what: "interrupted runs",
      removed: openHeld(places.engine).sweep().length,
      freedBytes: 0,
    });
  if (existsSync(places.journal)) {
    const { removed, freedBytes, keptBytes } = openJournal(places.journal).gc({ age, bytes });
    const use = { usedBytes: keptBytes, budgetBytes: bytes };
    results.push({ what: "steps of isolated runs", removed: removed.length, freedBytes, ...use });
    const { count, bytes: waiting } = usage(places).waiting;
    if (count > 0)
      results.push({ what: `results that wait (${count})`, removed: 0, freedBytes: 0, usedBytes: waiting });
  }
  const snapshots = join(state, "restore-points");
  if (existsSync(snapshots)) {
    const retention = { ...DEFAULT_RETENTION, ageMilliseconds: age, bytes };
    const { removed, bytesBefore, bytesAfter } = await collectGarbage(snapshots, retention);
    const freedBytes = Math.max(0, bytesBefore - bytesAfter);
    const use = { usedBytes: bytesAfter, budgetBytes: bytes };
    results.push({ what: "snapshots", removed: removed.length, freedBytes, ...use });
  }
  if (existsSync(pointsFolder(state))) {
    const place = { state, operator: io.environment, setting: settingOf(io, io.cwd, undefined) };
    const { removed, freedBytes, keptBytes } = await collectPoints(pointsIn(place), { bytes });
    const use = { usedBytes: keptBytes, budgetBytes: bytes };
    results.push({ what: "restore points beside files", removed: removed.length, freedBytes, ...use });
  }
  return results;
}

function line({ what, removed, freedBytes, usedBytes, budgetBytes }: Collected): string {
  const use = usedBytes === undefined ? "" : `; ${inWords(usedBytes)} of ${inWords(budgetBytes ?? 0)} in use`;
  return `${what}: ${removed} removed, ${inWords(freedBytes)} freed${use}\n`;
}
