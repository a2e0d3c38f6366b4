import { spawnSync } from "node:child_process";
import type { Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../error.ts";
import type { Attributes } from "../exec/diff/change.ts";
import { type Extended, setExtended } from "../exec/diff/extended.ts";
import { statOf } from "../exec/diff/extent.ts";
import type { StepOperation } from "./step.ts";
import type { Storage } from "./storage.ts";

/** Somebody else changed what a step is about to change. */
export class StepConflict extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`\`${path}\`: ${reason}`);
    this.path = path;
  }
}

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
  const { path, from = "", parked = "", modes } = operation;
  if (operation.operation === "attributes") {
    changeAttributes(path, operation.after, operation.extended?.before, operation.extended?.after, storage);
    return;
  }
  openParent(operation, storage);
  if (operation.operation === "put") installNew(operation, storage);
  else if (operation.operation === "remove") {
    if (!statOf(parked)) move(path, parked, modes?.path, storage);
  } else if (statOf(from)) {
    park(operation, storage);
    move(from, path, modes?.from, storage);
  }
  restoreModes(operation, storage);
}

function changeAttributes(
  path: string,
  wanted: Attributes | undefined,
  from: Extended | undefined,
  to: Extended | undefined,
  storage: Storage,
): void {
  if (to) setExtended(path, from ?? {}, to);
  if (wanted) storage.setAttributes(path, wanted);
}

function installNew({ path, from = "", modes, copies }: StepOperation, storage: Storage): void {
  if (!statOf(from)) return;
  if (statOf(path)) {
    if (!copies) throw new StepConflict(path, "something new is there");
    storage.removeTree(from);
  } else move(from, path, modes?.from, storage);
}

function park(operation: StepOperation, storage: Storage): void {
  const { path, parked = "", was, now, modes } = operation;
  if (statOf(parked)) return;
  if (was === "directory" || now === "directory") {
    move(path, parked, modes?.path, storage);
    return;
  }
  try {
    storage.link(path, parked);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT") throw new StepConflict(path, "it is gone");
    if (!["EPERM", "EMLINK", "EXDEV", "EOPNOTSUPP", "ENOTSUP"].includes(code)) throw error;
    move(path, parked, undefined, storage);
  }
}

/** Takes one operation back; what was not done is left alone. */
export function revert(operation: StepOperation, storage: Storage): void {
  const { path, from = "", parked = "", modes } = operation;
  if (operation.operation === "attributes") {
    const { before, extended } = operation;
    if (statOf(path)) changeAttributes(path, before, extended?.after, extended?.before, storage);
    return;
  }
  openParent(operation, storage);
  if (operation.operation === "put") {
    if (!statOf(from) && statOf(path)) move(path, from, modes?.from, storage);
  } else if (statOf(parked)) {
    if (operation.operation === "replace" && !statOf(from) && statOf(path))
      move(path, from, modes?.from, storage);
    unpark(operation, storage);
  }
  restoreModes(operation, storage);
}

function unpark({ path, parked = "", modes }: StepOperation, storage: Storage): void {
  const [there, kept] = [statOf(path), statOf(parked)];
  if (!there) move(parked, path, modes?.path, storage);
  else if (there.ino === kept?.ino && there.dev === kept.dev) storage.unlink(parked);
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

function move(from: string, to: string, mode: number | undefined, storage: Storage): void {
  if (mode !== undefined) storage.chmod(from, mode | 0o700);
  try {
    storage.rename(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !statOf(from)) throw new StepConflict(from, "it is gone");
    if (code !== "EXDEV") throw error;
    copyAcross(from, to, storage);
  }
  if (mode !== undefined) storage.chmod(to, mode);
}

/** Between file systems: a whole copy beside the target first, then one rename; the source goes last. */
function copyAcross(from: string, to: string, storage: Storage): void {
  const aside = join(dirname(to), `.${basename(to)}.countersign-new`);
  storage.removeTree(aside);
  const copied = spawnSync("cp", ["-a", "--reflink=auto", "--", from, aside], { encoding: "utf8" });
  if (copied.status !== 0)
    throw new UserError(
      "COPY_FAILED",
      `cannot copy to \`${to}\`: ${copied.stderr.trim()}`,
      "free space and try again",
    );
  storage.syncFolder(dirname(to));
  storage.rename(aside, to);
  storage.removeTree(from);
}
