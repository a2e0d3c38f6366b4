import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listFolder, statOf } from "../exec/diff/extent.ts";
import {
  finish,
  INTENT,
  isDamaged,
  isFinished,
  REMOVING,
  readIntent,
  rollBack,
  Stopped,
  stepIds,
} from "./commit.ts";
import { StepConflict } from "./conflict.ts";
import { isAlive, isSelf, ownerOf, readOwner } from "./owner.ts";
import type { StepOperation, StepRecord } from "./step.ts";
import type { Storage } from "./storage.ts";

/** What a start did with a step that a crash had left half done. */
export interface Recovered {
  readonly step: string;
  /**
   * `stuck`: somebody changed the same paths since, and neither way is possible without losing something.
   * `damaged`: the promise was written whole once and cannot be read any more. In both cases nothing was touched that
   * is not ours, and all originals stay where they are kept.
   */
  readonly end: "finished" | "taken-back" | "stuck" | "damaged";
  /** For a person, when it is stuck or damaged. */
  readonly reason?: string;
}

/**
 * Finishes what a crash left half done, or takes it back when it cannot be finished (or `direction` says so).
 * Steps at which a living process is at work are left alone.
 */
export function recoverSteps(
  folder: string,
  storage: Storage,
  direction: "finish" | "take-back" = "finish",
): readonly Recovered[] {
  finishRemovals(folder, storage);
  const recovered: Recovered[] = [];
  for (const id of stepIds(folder)) {
    const home = join(folder, id);
    if (isDamaged(home))
      recovered.push({ step: id, end: "damaged", reason: `\`${join(home, INTENT)}\` cannot be read` });
    else if (!isFinished(home)) recovered.push(...recoverUnfinished(folder, id, storage, direction));
  }
  return recovered;
}

function recoverUnfinished(
  folder: string,
  id: string,
  storage: Storage,
  direction: "finish" | "take-back",
): readonly Recovered[] {
  const home = join(folder, id);
  const record = readIntent(home);
  if (!record) {
    if (isOld(home)) storage.removeTree(home);
    return [];
  }
  const isFree = isSelf(record.owner) || !isAlive(record.owner);
  return isFree && claim(home) ? [recoverOne(folder, record, storage, direction)] : [];
}

/** A promise that is not there yet may still be on its way, from another process. Nothing was moved before it. */
function isOld(home: string): boolean {
  return Date.now() - (statSync(home, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 60_000;
}

/** Two starts at the same time must not work on one step: the first that writes the next number has it. */
function claim(home: string): boolean {
  for (let number = 0; ; number++) {
    const path = join(home, `recovery-${number}.json`);
    try {
      writeFileSync(path, JSON.stringify(ownerOf(process.pid)), { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "EEXIST") return code === "ENOSPC" || code === "EDQUOT";
    }
    const holder = readOwner(path);
    if (holder && isSelf(holder)) return true;
    if (!holder ? !isOld(path) : isAlive(holder)) return false;
  }
}

function recoverOne(
  folder: string,
  record: StepRecord,
  storage: Storage,
  direction: "finish" | "take-back",
): Recovered {
  if (direction === "finish") {
    try {
      for (const operation of record.operations) assertUntouched(operation, record.at);
      finish(folder, record, storage);
      return { step: record.id, end: "finished" };
    } catch (error) {
      if (error instanceof Stopped) throw error;
    }
  }
  const reason = rollBack(folder, record, storage);
  return reason === undefined
    ? { step: record.id, end: "taken-back" }
    : { step: record.id, end: "stuck", reason };
}

/** What somebody changed after the crash is theirs: then the step is taken back, not done over it. */
function assertUntouched({ operation, path, from = "", parked = "" }: StepOperation, since: number): void {
  if (operation === "put" || operation === "attributes" || statOf(parked)) return;
  if (operation === "replace" && !statOf(from)) return;
  const stat = statOf(path);
  const changed = stat && latestChange(path, stat.ctimeMs, since);
  if (changed !== undefined && changed > since) throw new StepConflict(path, "it was changed meanwhile");
}

function latestChange(path: string, changed: number, since: number): number {
  if (changed > since || !statOf(path)?.isDirectory()) return changed;
  for (const name of listFolder(path)) {
    const inside = latestChange(`${path}/${name}`, statOf(`${path}/${name}`)?.ctimeMs ?? 0, since);
    if (inside > since) return inside;
  }
  return changed;
}

function finishRemovals(folder: string, storage: Storage): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => one.startsWith(REMOVING))) {
    const home = join(folder, name);
    for (const parked of readIntent(home)?.parkedIn ?? []) storage.removeTree(parked);
    storage.removeTree(home);
  }
}
