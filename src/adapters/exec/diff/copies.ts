import type { Stats } from "node:fs";
import { join } from "./base.ts";
import { listFolder, statOf } from "./extent.ts";

/**
 * Folders that were copied into an upper layer before a command began, because an overlay lets only folders of the
 * layer itself be renamed. A copy that the command did not touch is no change.
 */
export interface Copies {
  /** The copied folders, relative to the root. */
  readonly folders: ReadonlySet<string>;
  /** Inode number of each copied entry by its path relative to the root, the folders themselves included. */
  readonly entries: ReadonlyMap<string, number>;
  /** Clock of the file system when everything was copied, milliseconds; what changed later was the command. */
  readonly stamp: number;
}

/** True when what is at a path is still the very entry that was copied there. */
export function wasCopy(copies: Copies, relative: string, stat: Stats): boolean {
  return copies.entries.get(relative) === stat.ino;
}

/**
 * The copied folder that was moved to a path of the upper layer without a change inside, relative to the root;
 * undefined when it is no such folder.
 */
export function movedCopy(copies: Copies, path: string): string | undefined {
  const stat = statOf(path);
  if (!stat?.isDirectory()) return undefined;
  const folder = [...copies.folders].find((relative) => wasCopy(copies, relative, stat));
  if (folder === undefined) return undefined;
  const expected = [...copies.entries.keys()].filter((one) => one.startsWith(`${folder}/`)).length;
  return countUntouched(copies, folder, path) === expected ? folder : undefined;
}

/** Entries below that are as they were copied; something that is not makes it no number. */
function countUntouched(copies: Copies, relative: string, path: string): number {
  let count = 0;
  for (const name of listFolder(path)) {
    const [was, at] = [join(relative, name), `${path}/${name}`];
    const stat = statOf(at);
    if (!stat || !wasCopy(copies, was, stat) || stat.ctimeMs > copies.stamp) return Number.NaN;
    count += 1 + (stat.isDirectory() ? countUntouched(copies, was, at) : 0);
  }
  return count;
}
