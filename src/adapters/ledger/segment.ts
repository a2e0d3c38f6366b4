import fs from "node:fs";
import path from "node:path";
import { indexPath, MAX_ENTRY_BYTES, TILE_WIDTH } from "../../core/ledger.ts";
import { fileError } from "./error.ts";

/**
 * A segment file holds up to 256 records and is only ever appended to. A record is an entry and the signed
 * checkpoint of the tree that ends with it, each behind its length as 16 bits, the high byte first. The
 * checkpoint comes last, so that a write cut short never leaves a signature that somebody could have seen.
 */
export interface LogRecord {
  readonly entry: Buffer;
  readonly checkpoint: string;
  /** Where it begins and ends in its segment file, in bytes. */
  readonly begin: number;
  readonly end: number;
}

/** Longest checkpoint that is read back; ours have about 250 bytes. */
const MAX_CHECKPOINT_BYTES = 16_384;
const MAX_SEGMENT_BYTES = TILE_WIDTH * (4 + MAX_ENTRY_BYTES + MAX_CHECKPOINT_BYTES);

/** How far ahead a segment file is filled with zeros: a sync that does not change the size is much cheaper. */
export const RESERVE_BYTES = 128 * 1024;

export function segmentPath(directory: string, index: number): string {
  return path.join(directory, "segment", indexPath(index));
}

export function encodeRecord(entry: Uint8Array, checkpoint: string): Buffer {
  const note = Buffer.from(checkpoint);
  const bytes = Buffer.alloc(4 + entry.length + note.length);
  bytes.writeUInt16BE(entry.length, 0);
  bytes.set(entry, 2);
  bytes.writeUInt16BE(note.length, 2 + entry.length);
  bytes.set(note, 4 + entry.length);
  return bytes;
}

/** The complete records in `bytes`, which begin at position `begin` of the file; stops where one is incomplete. */
export function decodeRecords(bytes: Buffer, begin = 0): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0; ; ) {
    const record = decodeRecord(bytes, at);
    if (record === undefined) return records;
    records.push({ ...record, begin: begin + at, end: begin + record.end });
    at = record.end;
  }
}

function decodeRecord(bytes: Buffer, at: number): Omit<LogRecord, "begin"> | undefined {
  const entry = decodeBlock(bytes, at);
  const note = entry && decodeBlock(bytes, at + 2 + entry.length);
  if (!entry?.length || !note?.length || note.length > MAX_CHECKPOINT_BYTES) return undefined;
  return { entry, checkpoint: note.toString("utf8"), end: at + 4 + entry.length + note.length };
}

function decodeBlock(bytes: Buffer, at: number): Buffer | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : bytes.subarray(at + 2, end);
}

/**
 * The bytes of a segment from `from` on, or `undefined` when there is no such file. Zero bytes at its end are
 * space that a writer has reserved: a record never ends in one. Throws `LedgerError`.
 */
export function readSegment(directory: string, index: number, from = 0): Buffer | undefined {
  const file = segmentPath(directory, index);
  try {
    const descriptor = fs.openSync(file, "r");
    try {
      const length = Math.min(fs.fstatSync(descriptor).size, MAX_SEGMENT_BYTES) - from;
      const bytes = Buffer.alloc(Math.max(0, length));
      return withoutReserve(bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytes.length, from)));
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, "read", file);
  }
}

function withoutReserve(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
