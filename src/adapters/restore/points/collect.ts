import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Points } from "./port.ts";
import { actionFolder, readRecord, recordedActions } from "./record.ts";

/** How much of the past is kept. The newest point stays whatever it costs. */
export interface PointLimits {
  /** Older points go. Milliseconds. */
  readonly age: number;
  /** All points together, in bytes on disk; the oldest go first. */
  readonly bytes: number;
}

/** 30 days, 5 GB: what a remote or a database lost is noticed later than a file. */
export const DEFAULT_POINT_LIMITS: PointLimits = { age: 30 * 24 * 3600 * 1000, bytes: 5e9 };

/** What was removed, and what is left of the budget. */
export interface CollectedPoints {
  readonly removed: readonly string[];
  readonly freedBytes: number;
  readonly keptBytes: number;
  /** What could not be removed or not be read, one line each. */
  readonly problems: readonly string[];
  readonly limits: PointLimits;
}

/** A folder without a record is left alone for this long: its action may be about to begin. Milliseconds. */
const UNFINISHED = 60 * 60 * 1000;

/** Removes the oldest points beyond the limits, and what a crash left without a record. */
export async function collectPoints(
  points: Points,
  chosen: Partial<PointLimits> = {},
  now: number = Date.now(),
): Promise<CollectedPoints> {
  const limits = { ...DEFAULT_POINT_LIMITS, ...chosen };
  const { folder } = points;
  const problems: string[] = [];
  const removed: string[] = [];
  let freedBytes = removeUnfinished(folder, now);
  let keptBytes = 0;
  for (const [index, action] of recordedActions(folder).toReversed().entries()) {
    const bytes = bytesIn(actionFolder(folder, action));
    const madeAt = timeOf(folder, action, problems);
    const stays = madeAt === undefined || index === 0;
    const fits =
      madeAt !== undefined &&
      removed.length === 0 &&
      now - madeAt <= limits.age &&
      keptBytes + bytes <= limits.bytes;
    if (stays || fits) {
      keptBytes += bytes;
      continue;
    }
    problems.push(...(await remove(points, action)));
    removed.push(action);
    freedBytes += bytes;
  }
  return { removed, freedBytes, keptBytes, problems, limits };
}

function timeOf(folder: string, action: string, problems: string[]): number | undefined {
  try {
    return readRecord(folder, action).madeAt;
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}

/** The record goes first, so that a crash leaves only a folder that nobody refers to. */
async function remove({ folder, providers }: Points, action: string): Promise<readonly string[]> {
  const { points } = readRecord(folder, action);
  const problems: string[] = [];
  for (const point of points) {
    try {
      await providers.find(({ name }) => name === point.provider)?.discard(point);
    } catch (error) {
      problems.push(`${action}: ${(error as Error).message}`);
    }
  }
  rmSync(`${actionFolder(folder, action)}.json`, { force: true });
  rmSync(actionFolder(folder, action), { recursive: true, force: true });
  return problems;
}

function removeUnfinished(folder: string, now: number): number {
  if (!existsSync(folder)) return 0;
  const recorded = new Set(recordedActions(folder));
  let freed = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isLeftover = entry.isDirectory() ? !recorded.has(entry.name) : entry.name.endsWith(".tmp");
    if (!isLeftover || now - lstatSync(path).mtimeMs < UNFINISHED) continue;
    freed += bytesIn(path);
    rmSync(path, { recursive: true, force: true });
  }
  return freed;
}

/** Bytes on disk that only this folder holds: what has a second name elsewhere costs nothing. */
function bytesIn(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.nlink > 1 ? 0 : stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
