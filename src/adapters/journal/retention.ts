import { join } from "node:path";
import { dropStep, isFinished, readIntent, stepIds } from "./commit.ts";
import { isActive } from "./history.ts";
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

/**
 * 7 days or the newest 50, whichever keeps more, within 5 GB. The bytes are the firm bound: a disk that is full of
 * ways back would be worse than a way back that is gone. Only the newest step is kept beyond them.
 */
export const DEFAULT_LIMITS: Limits = { age: 7 * 24 * 3600 * 1000, bytes: 5e9, newest: 50 };

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
  const steps = finishedSteps(folder);
  const kept: StepRecord[] = [];
  const removed: StepRecord[] = [];
  let bytes = 0;
  for (const [index, step] of steps.toReversed().entries()) {
    const needed = bytesKept(step, steps);
    const fits = index === 0 || (removed.length === 0 && bytes + needed <= limits.bytes);
    const isRecent = index < limits.newest || now - step.at <= limits.age;
    if (fits && isRecent) {
      kept.push(step);
      bytes += needed;
    } else removed.push(step);
  }
  const freedBytes = removed.reduce((sum, step) => sum + bytesKept(step, steps), 0);
  for (const step of removed.toReversed()) dropStep(folder, step, storage);
  return {
    removed: removed.map((step) => step.id),
    freedBytes,
    keptSteps: kept.length,
    keptBytes: bytes,
    limits,
  };
}

/** What is kept at the moment. */
export function stepsInUse(folder: string): { readonly count: number; readonly bytes: number } {
  const steps = finishedSteps(folder);
  return { count: steps.length, bytes: steps.reduce((sum, step) => sum + bytesKept(step, steps), 0) };
}

/** The oldest first. */
function finishedSteps(folder: string): readonly StepRecord[] {
  return stepIds(folder).flatMap((id) => {
    const record = isFinished(join(folder, id)) ? readIntent(join(folder, id)) : undefined;
    return record ? [record] : [];
  });
}

/** What was taken back is in the tree again and takes no space here. */
function bytesKept(step: StepRecord, steps: readonly StepRecord[]): number {
  return isActive(step.id, steps) ? step.keptBytes : 0;
}
