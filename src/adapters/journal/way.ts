import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { nativePath } from "../exec/diff/names.ts";
import { StepConflict } from "./conflict.ts";

/** Why nothing is put, changed or removed at a path below a link. */
export const BEHIND_LINK = "a folder above it is a link or no folder any more";

/**
 * True when a path leads through a symbolic link by now, or through something that is no folder. Paths of changes were
 * resolved when they were captured; whoever can write in the workspace may have replaced a folder on the way since, and
 * what is written there would end up wherever they choose.
 */
export function isBehindLink(path: string): boolean {
  const folder = dirname(path);
  const native = nativePath(folder);
  try {
    return !realpathSync.native(native, { encoding: "buffer" }).equals(Buffer.from(native));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR" || code === "ELOOP") return true;
    if (code === "EACCES") return false; // The move itself is refused as well.
    if (code !== "ENOENT") throw error;
  }
  const isDangling = lstatSync(native, { throwIfNoEntry: false }) !== undefined;
  return isDangling || (folder !== path && isBehindLink(folder));
}

/** Throws when a path leads through a link. Contract: called right before each move. */
export function assertWay(path: string): void {
  if (isBehindLink(path)) throw new StepConflict(path, BEHIND_LINK);
}
