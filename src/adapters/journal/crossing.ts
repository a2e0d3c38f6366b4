import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { statOf } from "../exec/diff/extent.ts";
import { StepConflict } from "./conflict.ts";
import { install, isSameEntry } from "./placing.ts";
import { type Fingerprint, isStill, type StepOperation } from "./step.ts";
import type { Storage } from "./storage.ts";

/**
 * Moving between file systems, where a rename is refused. Each move is a few single steps whose traces tell how far it
 * came, so that it can go on after a crash or be taken back, and what somebody else put at the path meanwhile is never
 * taken for ours:
 *
 * - into the tree: copy to a hidden name beside the path; mark the source as copied; give the copy its name; remove
 *   the source.
 * - out of the tree: rename to a hidden name beside the path; copy from there; remove.
 */
interface Names {
  /** Hidden names beside the path: a copy that comes in, an original that goes out, ours that is taken back. */
  readonly incoming: string;
  readonly outgoing: string;
  readonly returning: string;
}

function namesFor(path: string): Names {
  const key = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16);
  const at = (end: string) => join(dirname(path), `.countersign-${key}-${end}`);
  return { incoming: at("in"), outgoing: at("out"), returning: at("back") };
}

function markOf(from: string): string {
  return `${from}.copied`;
}

/** True when the new thing still waits, whole or half brought in. */
export function isWaiting(from: string): boolean {
  return statOf(from) !== undefined || statOf(markOf(from)) !== undefined;
}

/** Brings a copy of `from` to `path`, where nothing may be. */
export function bringIn({ path, from = "" }: StepOperation, storage: Storage): void {
  const { incoming } = namesFor(path);
  if (statOf(from)) {
    if (statOf(path)) throw new StepConflict(path, "something new is there");
    storage.removeTree(incoming);
    storage.copyTree(from, incoming);
    storage.rename(from, markOf(from));
  }
  if (!statOf(markOf(from))) return;
  if (statOf(incoming)) {
    install(incoming, path, undefined, storage);
    storage.syncFolder(dirname(path));
  }
  storage.removeTree(markOf(from));
}

/** Takes what is at `path` to `parked`; done already, it leaves alone whatever is there now. */
export function takeOut({ path, parked = "", displaces }: StepOperation, storage: Storage): void {
  moveOut(path, namesFor(path).outgoing, parked, displaces, storage);
}

function moveOut(
  path: string,
  hidden: string,
  to: string,
  expected: Fingerprint | undefined,
  storage: Storage,
): void {
  const aside = `${to}.copying`;
  if (!statOf(to)) {
    if (!statOf(hidden)) {
      if (!statOf(path)) throw new StepConflict(path, "it is gone");
      storage.rename(path, hidden);
    }
    const away = statOf(hidden);
    if (expected && away && !isStill(expected, away))
      throw new StepConflict(path, "it was changed meanwhile");
    storage.removeTree(aside);
    storage.copyTree(hidden, aside);
    storage.rename(aside, to);
    storage.syncFolder(dirname(to));
  }
  if (statOf(hidden)) storage.removeTree(hidden);
}

/** Takes back `bringIn`, from wherever it stopped. */
export function takeBackIn({ path, from = "" }: StepOperation, storage: Storage): void {
  const { incoming, returning } = namesFor(path);
  if (isSameEntry(incoming, path)) storage.unlink(incoming);
  const isNamed = statOf(markOf(from)) !== undefined && statOf(incoming) === undefined;
  const isIn = !isWaiting(from) || isNamed;
  storage.removeTree(incoming);
  if (statOf(returning) || (isIn && statOf(path))) moveOut(path, returning, from, undefined, storage);
  else if (!statOf(from) && statOf(markOf(from))) storage.rename(markOf(from), from);
  storage.removeTree(markOf(from));
}

/** Takes back `takeOut`, from wherever it stopped. */
export function bringBack({ path, parked = "" }: StepOperation, storage: Storage): void {
  const { outgoing } = namesFor(path);
  if (statOf(outgoing)) {
    if (statOf(path)) throw new StepConflict(path, "something new is there");
    storage.removeTree(`${parked}.copying`);
    storage.removeTree(parked);
    install(outgoing, path, undefined, storage);
  } else if (isWaiting(parked)) bringIn({ operation: "put", path, from: parked }, storage);
}

/** True when the entry that an operation installed is no longer as it was installed. */
export function wasEdited({ path, installs, copies }: StepOperation): boolean {
  const stat = statOf(path);
  if (!stat || !installs) return false;
  return !isStill(copies ? { ...installs, ino: stat.ino } : installs, stat);
}
