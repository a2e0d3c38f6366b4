import { chmodSync, lstatSync, type Stats } from "node:fs";
import type { Attributes, Extent, FileKind } from "./change.ts";
import { nativePath, readNames } from "./names.ts";

/** An extent with the latest change of anything in it. */
export interface Measured extends Extent {
  /** Latest change time of any entry, milliseconds since 1970 on the clock of the file system. */
  readonly changed: number;
}

/** What a path is, without following links; undefined when nothing is there. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(nativePath(path), { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Like `statOf`; also undefined in a folder that keeps us out. */
export function statIfAllowed(path: string): Stats | undefined {
  try {
    return statOf(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
    throw error;
  }
}

export function kindOf(stat: Stats): FileKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? "socket" : "device";
}

export function attributesOf(stat: Stats): Attributes {
  return { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
}

export function sameAttributes(a: Attributes, b: Attributes): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

/** How an overlay writes down that something is gone: a character device with the number 0 (kernel, overlayfs.rst). */
export function isWhiteout(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0;
}

/** Counts a whole tree. */
export function measure(path: string, stat: Stats): Measured {
  const total = { entries: 1, bytes: stat.isFile() ? stat.size : 0, changed: stat.ctimeMs };
  if (stat.isDirectory()) inside(path, stat, () => measureInto(path, total));
  return total;
}

function measureInto(folder: string, total: { entries: number; bytes: number; changed: number }): void {
  for (const name of listFolder(folder)) {
    const path = `${folder}/${name}`;
    const stat = lstatSync(nativePath(path), { throwIfNoEntry: false });
    if (!stat || isWhiteout(stat)) continue;
    total.entries++;
    if (stat.ctimeMs > total.changed) total.changed = stat.ctimeMs;
    if (stat.isDirectory()) inside(path, stat, () => measureInto(path, total));
    else if (stat.isFile()) total.bytes += stat.size;
  }
}

/** Does something in a folder of ours, also in one that its mode keeps us out of. */
export function inside(folder: string, stat: Stats, use: () => void): void {
  const isOpen = (stat.mode & 0o500) === 0o500 || process.getuid?.() === 0 || stat.uid !== process.getuid?.();
  if (isOpen) use();
  else withAccess(folder, use);
}

/** Names in a folder, also in one of our own that its mode keeps us out of; none when it is somebody else's. */
export function listFolder(folder: string): readonly string[] {
  try {
    return readNames(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
  }
  return withAccess(folder, () => readNames(folder)) ?? [];
}

/** Does something with a folder whose mode keeps its owner out, and puts the mode back. */
function withAccess<T>(folder: string, use: () => T): T | undefined {
  const path = nativePath(folder);
  const { mode, uid } = lstatSync(path);
  if (uid !== process.getuid?.()) return undefined;
  chmodSync(path, (mode & 0o7777) | 0o700);
  try {
    return use();
  } finally {
    chmodSync(path, mode & 0o7777);
  }
}
