import fs from "node:fs";
import path from "node:path";
import { fileError } from "./error.ts";

/** Every way in which the ledger changes a disk; tests make each of them fail in turn. */
export interface Storage {
  open(file: string, flags: "r" | "r+" | "a+" | "wx" | "wx+" | "w", mode: number): number;
  write(descriptor: number, bytes: Uint8Array, from: number, position: number): number;
  /** Returns when the content, and what is needed to read it back, is on the disk. */
  datasync(descriptor: number): void;
  truncate(descriptor: number, length: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  remove(file: string): void;
  makeFolder(folder: string): void;
}

export const diskStorage: Storage = {
  open: (file, flags, mode) => fs.openSync(file, flags, mode),
  write: (descriptor, bytes, from, position) =>
    fs.writeSync(descriptor, bytes, from, bytes.length - from, position),
  datasync: (descriptor) => fs.fdatasyncSync(descriptor),
  truncate: (descriptor, length) => fs.ftruncateSync(descriptor, length),
  close: (descriptor) => fs.closeSync(descriptor),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (file) => fs.rmSync(file, { force: true, recursive: true }),
  makeFolder: (folder) => void fs.mkdirSync(folder, { recursive: true, mode: 0o700 }),
};

/** Writes all bytes at a position; a disk may take them in pieces. */
export function writeAll(storage: Storage, descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = storage.write(descriptor, bytes, done, position + done);
    if (count <= 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
    done += count;
  }
}

/** How long a file must survive: `durable` outlives a power failure, `derived` can be made again. */
export type Lifetime = "durable" | "derived";

/**
 * Replaces a file as a whole: readers see the old content or the new, never a part.
 * Throws `LedgerError` naming the file.
 */
export function replaceFile(
  storage: Storage,
  file: string,
  bytes: Uint8Array,
  { lifetime, mode = 0o600 }: { readonly lifetime: Lifetime; readonly mode?: number },
): void {
  const temporary = `${file}.tmp`;
  try {
    storage.makeFolder(path.dirname(file));
    const descriptor = storage.open(temporary, "w", mode);
    try {
      writeAll(storage, descriptor, bytes, 0);
      if (lifetime === "durable") storage.datasync(descriptor);
    } finally {
      storage.close(descriptor);
    }
    storage.rename(temporary, file);
    if (lifetime === "durable") syncFolder(storage, path.dirname(file));
  } catch (error) {
    throw fileError(error, "write", file);
  }
}

/** Makes the names in a folder durable; a platform that cannot sync folders does so by itself. */
export function syncFolder(storage: Storage, folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = storage.open(folder, "r", 0);
  try {
    storage.datasync(descriptor);
  } finally {
    storage.close(descriptor);
  }
}

/** The content of a file, or `undefined` when there is none; any other trouble throws `LedgerError`. */
export function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, "read", file);
  }
}
