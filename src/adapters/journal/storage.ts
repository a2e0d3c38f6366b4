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
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Attributes } from "../exec/diff/change.ts";

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
  /** Writes a file that survives a power failure once this returns; before that it may be there in part. */
  writeDurably(path: string, text: string): void;
  /** Writes a file whole or not at all, without waiting for the disk. */
  write(path: string, text: string): void;
  syncFolder(path: string): void;
  removeTree(path: string): void;
}

/** The disk itself. */
export const disk: Storage = {
  rename: renameSync,
  link: linkSync,
  unlink: unlinkSync,
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  chmod: chmodSync,
  setAttributes: (path, { mode, uid, gid }) => {
    const stat = lstatSync(path);
    if (stat.uid !== uid || stat.gid !== gid) chownSync(path, uid, gid);
    chmodSync(path, mode);
  },
  writeDurably: (path, text) => {
    const descriptor = openSync(path, "w", 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    syncFolder(dirname(path));
  },
  write: writeAside,
  syncFolder,
  removeTree,
};

function writeAside(path: string, text: string): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  const descriptor = openSync(aside, "wx", 0o600);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
  renameSync(aside, path);
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Also removes folders whose mode keeps their owner out, as overlay work folders have. */
function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    unlock(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function unlock(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) unlock(`${path}/${name}`);
}
