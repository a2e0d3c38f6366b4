import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../error.ts";
import type { Attributes } from "../exec/diff/change.ts";
import { stripNotes } from "../exec/diff/extended.ts";
import { listFolder, statOf } from "../exec/diff/extent.ts";
import { nativePath } from "../exec/diff/names.ts";

/**
 * Everything that changes something on disk, in single steps, so that a test can stop at each of them. Contract:
 * each call either happened or did not; all throw the error of the system.
 */
export interface Storage {
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  unlink(path: string): void;
  makeFolder(path: string): void;
  chmod(path: string, mode: number): void;
  setAttributes(path: string, attributes: Attributes): void;
  /** Writes a file that survives a power failure once this returns; there is a whole file or none. */
  writeDurably(path: string, text: string): void;
  /** Writes a file whole or not at all, without waiting for the disk. */
  write(path: string, text: string): void;
  syncFolder(path: string): void;
  removeTree(path: string): void;
  /** Copies to where nothing is, exactly; what is there afterwards survives a power failure. */
  copyTree(from: string, to: string): void;
  /** Takes the notes of overlays away from folders and all that is in them. */
  stripNotes(folders: readonly string[]): void;
}

/** The disk itself. */
export const disk: Storage = {
  rename: (from, to) => renameSync(nativePath(from), nativePath(to)),
  link: (from, to) => linkSync(nativePath(from), nativePath(to)),
  unlink: (path) => unlinkSync(nativePath(path)),
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  chmod: (path, mode) => chmodSync(nativePath(path), mode),
  setAttributes: (path, { mode, uid, gid }) => {
    const native = nativePath(path);
    const stat = lstatSync(native);
    if (stat.uid !== uid || stat.gid !== gid) chownSync(native, uid, gid);
    chmodSync(native, mode);
  },
  writeDurably: (path, text) => {
    writeAside(path, text, "durable");
    syncFolder(dirname(path));
  },
  write: (path, text) => writeAside(path, text, "fast"),
  syncFolder,
  removeTree,
  copyTree,
  stripNotes,
};

/** A full disk may take a part of a text without an error: `writeFileSync` goes on until it fails or all is written. */
function writeAside(path: string, text: string, how: "durable" | "fast"): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const descriptor = openSync(aside, "wx", 0o600);
    try {
      writeFileSync(descriptor, text);
      if (how === "durable") fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

function syncFolder(path: string): void {
  const descriptor = openSync(nativePath(path), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Also removes folders whose mode keeps their owner out, as overlay work folders have. */
function removeTree(path: string): void {
  const native = nativePath(path);
  try {
    rmSync(native, { recursive: true, force: true });
  } catch {
    unlock(path);
    rmSync(native, { recursive: true, force: true });
  }
}

function unlock(path: string): void {
  if (!statOf(path)?.isDirectory()) return;
  chmodSync(nativePath(path), 0o700);
  for (const name of listFolder(path)) unlock(`${path}/${name}`);
}

/** All that `cp -a` keeps, and the extended attributes or nothing: a target that cannot hold them is an error. */
function copyTree(from: string, to: string): void {
  const words = ["-a", "--preserve=xattr", "--reflink=auto", "-T", "--", from, to];
  const copied = spawnSync("cp", words, { encoding: "utf8", env: { LC_ALL: "C", PATH: "/usr/bin:/bin" } });
  if (copied.status !== 0)
    throw new UserError(
      "COPY_FAILED",
      `cannot copy to \`${to}\`: ${copied.stderr?.trim() ?? copied.error?.message ?? ""}`,
      "free space and try again",
    );
  syncTree(to);
  syncFolder(dirname(to));
}

function syncTree(path: string): void {
  const stat = statOf(path);
  if (stat?.isDirectory()) for (const name of listFolder(path)) syncTree(`${path}/${name}`);
  if (!stat?.isDirectory() && !stat?.isFile()) return;
  try {
    syncFolder(path);
  } catch (error) {
    // A copy that its mode keeps us from opening: everything of the file system is forced to the disk instead.
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    spawnSync("sync", ["-f", dirname(path)], { stdio: "ignore", env: { PATH: "/usr/bin:/bin" } });
  }
}
