import { join } from "node:path";
import { readInstalled, readIntent, stepIds } from "./commit.ts";
import type { StepRecord } from "./step.ts";
import type { Storage } from "./storage.ts";

/** How much of the past is kept. The newest step is always kept. */
export interface Limits {
  /** Older steps go, unless they are among the newest. Milliseconds. */
  readonly age: number;
  /** Originals of all steps together; the oldest go first. */
  readonly bytes: number;
  /** The newest steps stay whatever their age, as long as the bytes allow it. */
  readonly newest: number;
}

/** 7 days, 5 GB, the newest 200. */
export const DEFAULT_LIMITS: Limits = { age: 7 * 24 * 3600 * 1000, bytes: 5e9, newest: 200 };

/** What was removed, and what is left of the budget. */
export interface Collected {
  readonly removed: readonly string[];
  readonly freedBytes: number;
  readonly keptSteps: number;
  readonly keptBytes: number;
  readonly limits: Limits;
}

/** Removes the oldest steps beyond the limits. A removed step can no longer be undone. */
export function collect(
  folder: string,
  now: number,
  chosen: Partial<Limits> | undefined,
  storage: Storage,
): Collected {
  const limits = { ...DEFAULT_LIMITS, ...chosen };
  const steps = stepIds(folder).flatMap((id) => {
    const record = readIntent(join(folder, id));
    return record && readInstalled(join(folder, id)) ? [record] : [];
  });
  const kept: StepRecord[] = [];
  const removed: StepRecord[] = [];
  let bytes = 0;
  for (const [index, step] of steps.toReversed().entries()) {
    const fits = index === 0 || (removed.length === 0 && bytes + step.keptBytes <= limits.bytes);
    const isRecent = index < limits.newest || now - step.at <= limits.age;
    if (fits && isRecent) {
      kept.push(step);
      bytes += step.keptBytes;
    } else removed.push(step);
  }
  for (const step of removed) remove(folder, step, storage);
  return {
    removed: removed.map((step) => step.id),
    freedBytes: removed.reduce((sum, step) => sum + step.keptBytes, 0),
    keptSteps: kept.length,
    keptBytes: bytes,
    limits,
  };
}

/** The promise goes first, so that a crash leaves only files that nobody refers to. */
function remove(folder: string, step: StepRecord, storage: Storage): void {
  storage.removeTree(join(folder, step.id));
  for (const parked of step.parkedIn) storage.removeTree(parked);
}
