import type { Stats } from "node:fs";
import { dirname } from "node:path";
import type { Attributes } from "../exec/diff/change.ts";
import { type Extended, setExtended } from "../exec/diff/extended.ts";
import { attributesOf, listFolder, sameAttributes, statOf } from "../exec/diff/extent.ts";
import { StepConflict } from "./conflict.ts";
import { bringBack, bringIn, isWaiting, takeBackIn, takeOut, wasEdited } from "./crossing.ts";
import { install, isSameEntry, move } from "./placing.ts";
import { isStill, type StepOperation } from "./step.ts";
import type { Storage } from "./storage.ts";
import { assertWay } from "./way.ts";

/** Modes that must be put back after the moves of an operation; recorded before, so that a crash cannot lose them. */
export function modesFor(operation: StepOperation): StepOperation["modes"] {
  if (process.getuid?.() === 0) return undefined;
  const modes = {
    ...lockedMode("parent", statOf(dirname(operation.path))),
    ...lockedMode("from", operation.from === undefined ? undefined : statOf(operation.from)),
    ...lockedMode("path", operation.parked === undefined ? undefined : statOf(operation.path)),
  };
  return Object.keys(modes).length > 0 ? modes : undefined;
}

/** Moving a folder writes to it (its `..`), so its owner needs the right to write. */
function lockedMode(name: string, stat: Stats | undefined): Record<string, number> {
  if (!stat?.isDirectory() || (stat.mode & 0o300) === 0o300 || stat.uid !== process.getuid?.()) return {};
  return { [name]: stat.mode & 0o7777 };
}

/** Does one operation; what is done already is left alone, so it can be repeated after a crash. */
export function apply(operation: StepOperation, storage: Storage): void {
  assertWay(operation.path);
  if (operation.operation === "attributes") {
    const { before, after, extended } = operation;
    changeAttributes(operation.path, before, after, extended?.before, extended?.after, storage);
    return;
  }
  if (operation.makes) {
    makeLike(operation, operation.makes, storage);
    return;
  }
  openParent(operation, storage);
  (operation.copies ? applyByCopying : applyByRenaming)(operation, storage);
  restoreModes(operation, storage);
}

function makeLike(
  { path }: StepOperation,
  like: NonNullable<StepOperation["makes"]>,
  storage: Storage,
): void {
  if (!statOf(path)) storage.makeFolder(path);
  if (!statOf(path)?.isDirectory()) throw new StepConflict(path, "something new is there");
  if (Object.keys(like.extended).length > 0) setExtended(path, {}, like.extended);
  storage.setAttributes(path, { mode: like.mode, uid: like.uid, gid: like.gid });
}

/** What somebody put into it since stays, and the folder with it. */
function removeEmpty(path: string, storage: Storage): void {
  if (statOf(path)?.isDirectory() && listFolder(path).length === 0) storage.removeTree(path);
}

function applyByCopying(operation: StepOperation, storage: Storage): void {
  const { from = "" } = operation;
  if (operation.operation === "put") bringIn(operation, storage);
  else if (operation.operation === "remove") takeOut(operation, storage);
  else if (isWaiting(from)) {
    takeOut(operation, storage);
    bringIn(operation, storage);
  }
}

function applyByRenaming(operation: StepOperation, storage: Storage): void {
  const { path, from = "", modes } = operation;
  if (operation.operation === "put") install(from, path, modes?.from, storage);
  else if (operation.operation === "remove") {
    park(operation, storage);
  } else if (statOf(from)) {
    park(operation, storage);
    install(from, path, modes?.from, storage);
  }
}

/** Attributes that somebody else gave it meanwhile stay. */
function changeAttributes(
  path: string,
  present: Attributes | undefined,
  wanted: Attributes | undefined,
  from: Extended | undefined,
  to: Extended | undefined,
  storage: Storage,
): void {
  const stat = statOf(path);
  if (!stat) return;
  const now = attributesOf(stat);
  const isOurs = [present, wanted].some((one) => one && sameAttributes(one, now));
  if (!isOurs) return;
  if (to) setExtended(path, from ?? {}, to);
  if (wanted) storage.setAttributes(path, wanted);
}

/**
 * Moves what is there away, whatever it is, and looks only then: so nothing that somebody saves meanwhile is replaced.
 * For some microseconds nothing is at the path, as when an editor saves.
 */
function park({ path, parked = "", modes, displaces }: StepOperation, storage: Storage): void {
  if (statOf(parked)) return;
  move(path, parked, modes?.path, storage);
  const kept = statOf(parked);
  if (displaces && kept && !isStill(displaces, kept))
    throw new StepConflict(path, "it was changed meanwhile");
}

/** Takes one operation back; what was not done is left alone, and so is what somebody changed since. */
export function revert(operation: StepOperation, storage: Storage): void {
  assertWay(operation.path);
  if (operation.operation === "attributes") {
    const { before, after, extended } = operation;
    changeAttributes(operation.path, after, before, extended?.after, extended?.before, storage);
    return;
  }
  if (operation.makes) {
    removeEmpty(operation.path, storage);
    return;
  }
  openParent(operation, storage);
  (operation.copies ? revertByCopying : revertByRenaming)(operation, storage);
  restoreModes(operation, storage);
}

function revertByCopying(operation: StepOperation, storage: Storage): void {
  const { from = "" } = operation;
  if (operation.operation !== "remove") {
    if (!isWaiting(from)) assertOurs(operation);
    takeBackIn(operation, storage);
  }
  if (operation.operation !== "put") bringBack(operation, storage);
}

function revertByRenaming(operation: StepOperation, storage: Storage): void {
  const { parked = "" } = operation;
  if (operation.operation === "put") takeAway(operation, storage);
  else if (statOf(parked)) {
    if (operation.operation === "replace") takeAway(operation, storage);
    unpark(operation, storage);
  }
}

/** Ours goes back to where it waited; anything else at the path stays. */
function takeAway(operation: StepOperation, storage: Storage): void {
  const { path, from = "", modes } = operation;
  if (isSameEntry(from, path)) storage.unlink(path);
  else if (!statOf(from) && statOf(path)) {
    assertOurs(operation);
    move(path, from, modes?.from, storage);
  }
}

function assertOurs(operation: StepOperation): void {
  if (wasEdited(operation)) throw new StepConflict(operation.path, "it was changed meanwhile");
}

/** A file that somebody saved anew in the moment in which it was away is the newer one. */
function unpark({ path, parked = "", modes, was, now }: StepOperation, storage: Storage): void {
  if (!statOf(path)) install(parked, path, modes?.path, storage);
  else if (isSameEntry(parked, path)) storage.unlink(parked);
  else if (now !== undefined && was === "file" && now === "file") storage.unlink(parked);
  else throw new StepConflict(path, "something new is there");
}

function openParent({ path, from, modes }: StepOperation, storage: Storage): void {
  if (modes?.parent !== undefined) storage.chmod(dirname(path), modes.parent | 0o700);
  if (from !== undefined) openLayerParent(from, storage);
}

/** A folder of a layer may be closed to its owner; what is in it must be reached. The layer itself is not kept. */
export function openLayerParent(from: string, storage: Storage): void {
  if (process.getuid?.() === 0) return;
  const parent = statOf(dirname(from));
  if (parent && (parent.mode & 0o300) !== 0o300) storage.chmod(dirname(from), (parent.mode & 0o7777) | 0o700);
}

function restoreModes({ path, from = "", parked = "", modes }: StepOperation, storage: Storage): void {
  if (modes?.parent !== undefined) storage.chmod(dirname(path), modes.parent);
  if (modes?.from !== undefined) chmodThere([from, path], modes.from, storage);
  if (modes?.path !== undefined) chmodThere([parked], modes.path, storage);
}

function chmodThere(paths: readonly string[], mode: number, storage: Storage): void {
  const there = paths.find((path) => path !== "" && statOf(path)?.isDirectory());
  if (there !== undefined) storage.chmod(there, mode);
}
