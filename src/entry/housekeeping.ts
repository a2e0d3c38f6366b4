import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placesFrom } from "../adapters/places.ts";
import { systemClock } from "./compose.ts";
import type { Io } from "./io.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * Collects old restore points once a day, after a command. A failure is no reason to fail the command: `gc` itself
 * says what is wrong.
 */
export async function collectDaily(io: Io): Promise<void> {
  const { state } = placesFrom(io.environment);
  const stamp = join(state, "collected");
  try {
    const last = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (systemClock.now() - last < DAY) return;
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(stamp, "");
    const { collectAll, DEFAULT_BUDGET } = await import("./gc-command.ts");
    await collectAll(io, DEFAULT_BUDGET);
  } catch (error) {
    if (io.environment.COUNTERSIGN_DEBUG !== undefined) io.warn(`${(error as Error).stack}\n`);
  }
}
