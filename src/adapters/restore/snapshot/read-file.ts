import { hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type BytePath, forFileSystem } from "./bytes.ts";

/** Where the bytes of a file go. Gives a piece of memory of at least `size` bytes. */
export type Room = (size: number) => Buffer;

export interface ReadFile {
  readonly bytes: Buffer;
  /** SHA-256 as base64url. */
  readonly digest: string;
  /** What the file system said after the last byte was read. */
  readonly stat: Stats;
}

/** A file that is being written to is read again this often; then it is taken as it was read. */
const ATTEMPTS = 3;

/**
 * Reads a regular file in one piece. `undefined`: there is none any more. The agent may swap it at any time, so no
 * link is followed and nothing that blocks is opened. `expected`: what was seen before, which saves a look.
 */
export function readWhole(path: BytePath, room: Room, expected?: Expected): ReadFile | undefined {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let descriptor: number;
  try {
    descriptor = openSync(forFileSystem(path), flags);
  } catch (error) {
    if (["ENOENT", "ELOOP", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  try {
    return readOpen(descriptor, room, expected);
  } finally {
    closeSync(descriptor);
  }
}

/** What a file was before it is read. */
export interface Expected {
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
}

function readOpen(descriptor: number, room: Room, expected: Expected | undefined): ReadFile | undefined {
  let before = expected ?? toExpected(fstatSync(descriptor));
  for (let attempt = 1; ; attempt++) {
    const bytes = fill(descriptor, room(before.size), before.size);
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return undefined;
    const now = toExpected(stat);
    const still =
      bytes.length === now.size && now.modified === before.modified && now.changed === before.changed;
    if (still || attempt === ATTEMPTS) return { bytes, digest: hash("sha256", bytes, "base64url"), stat };
    before = now;
  }
}

function toExpected(stat: Stats): Expected {
  return { size: stat.size, modified: stat.mtimeMs, changed: stat.ctimeMs };
}

function fill(descriptor: number, into: Buffer, size: number): Buffer {
  let at = 0;
  while (at < size) {
    const count = readSync(descriptor, into, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return into.subarray(0, at);
}
