import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { TILE_WIDTH } from "../../core/ledger.ts";
import { append as appendLeaf, type Hash, leafHash, rootOf, sameHash } from "../../core/merkle.ts";
import type { Checkpoint } from "../../core/note.ts";
import { type CheckpointOpener, type Signer, sha256, signCheckpoint } from "./crypto.ts";
import { fileError, LedgerError } from "./error.ts";
import { acknowledgedBytes, acknowledgedPath, readAcknowledged } from "./keys.ts";
import {
  decodeRecords,
  encodeRecord,
  type LogRecord,
  RESERVE_BYTES,
  readSegment,
  segmentPath,
} from "./segment.ts";
import { readIfThere, replaceFile, type Storage, syncFolder, writeAll } from "./storage.ts";
import {
  addLeaf,
  completeBundle,
  loadTree,
  removeOldPartials,
  type Tree,
  treeRoot,
  writePartialTiles,
} from "./tree.ts";

/** A log as one process knows it. Everything that touches it runs under the lock. */
export interface Log {
  readonly storage: Storage;
  readonly directory: string;
  readonly keys: string;
  readonly signer: Signer;
  readonly open: CheckpointOpener;
  readonly tree: Tree;
  readonly acknowledged: number;
  /** The segment that takes the next entry. */
  segment: { readonly index: number; length: number; reserved: number; descriptor?: number; inode?: number };
  /** Set once the disk can no longer be trusted with what this process would write. */
  broken?: unknown;
}

/** The rest of a write that a crash cut short; it was never acknowledged and is gone from the file. */
export interface Torn {
  readonly file: string;
  readonly position: number;
  readonly bytes: number;
  readonly digest: string;
}

/** What stands for an added entry. */
export interface Added {
  readonly leafHash: Hash;
  /** The signed checkpoint of the tree that ends with the entry. */
  readonly checkpoint: string;
}

const CHECKPOINT = "checkpoint";
const ASK_VERIFY = "run `countersign verify` to see where; nothing is recorded or run until it is put back";

/**
 * Opens a log at its right edge and checks it against the acknowledged checkpoint and the published one.
 * Call `synchronize` next. Throws `LedgerError` when acknowledged history is missing or was altered.
 */
export function openLog(from: Pick<Log, "storage" | "directory" | "keys" | "signer" | "open">): Log {
  const acknowledged = readAcknowledged(from.keys, from.open);
  const index = Math.max(0, Math.ceil(acknowledged.size / TILE_WIDTH) - 1);
  const tree = loadTree(from.directory, index);
  try {
    const descriptor = from.storage.open(acknowledgedPath(from.keys), "r+", 0o600);
    return { ...from, tree, acknowledged: descriptor, segment: { index, length: 0, reserved: 0 } };
  } catch (error) {
    throw fileError(error, "open", acknowledgedPath(from.keys));
  }
}

/**
 * Takes in what stands on the disk beyond what this process knows: its own unfinished past after a crash, or
 * the entries of other processes. Returns what was cut because a crash had left it incomplete.
 */
export function synchronize(log: Log): Torn | undefined {
  refuseBroken(log);
  if (isCurrent(log)) return undefined;
  const acknowledged = readAcknowledged(log.keys, log.open);
  if (acknowledged.size < log.tree.range.size) throw rolledBack(log, acknowledged);
  for (;;) {
    const bytes = readSegment(log.directory, log.segment.index, log.segment.length);
    identify(log);
    const rest = takeIn(log, bytes ?? Buffer.alloc(0), acknowledged);
    if (openLeaves(log) < TILE_WIDTH) return finish(log, rest, acknowledged);
    if (rest.length > 0) throw altered(log, log.segment.length, "holds more than 256 entries");
    trimSegment(log);
    completeBundle(log.storage, log.directory, log.tree);
    const { index, descriptor } = log.segment;
    // Nothing between these two lines may fail: tree and segment have to move on together.
    log.segment = { index: index + 1, length: 0, reserved: 0 };
    if (descriptor !== undefined) log.storage.close(descriptor);
  }
}

/** Adds an entry: when this returns, it and its checkpoint are on the disk. Call `synchronize` before. */
export function addEntry(log: Log, entry: Uint8Array): Added {
  refuseBroken(log);
  const leaf = leafHash(sha256, entry);
  const range = appendLeaf(sha256, log.tree.range, leaf);
  const checkpoint = signCheckpoint(log.signer, { size: range.size, root: rootOf(sha256, range) });
  const record = encodeRecord(entry, checkpoint);
  writeRecord(log, record);
  acknowledge(log, checkpoint);
  log.segment.length += record.length;
  addLeaf(log.tree, leaf);
  return { leafHash: leaf, checkpoint };
}

/** Brings the static log up to date: partial tiles, then the checkpoint that needs them, then away with the old. */
export function publish(log: Log): void {
  const note = signCheckpoint(log.signer, { size: log.tree.range.size, root: treeRoot(log.tree) });
  const file = path.join(log.directory, CHECKPOINT);
  trimSegment(log);
  if (readIfThere(file)?.toString() === note) return;
  writePartialTiles(log.storage, log.directory, log.tree);
  replaceFile(log.storage, file, Buffer.from(note), { lifetime: "derived", mode: 0o644 });
  removeOldPartials(log.storage, log.directory, log.tree);
}

export function closeLog(log: Log): void {
  closeSegment(log);
  log.storage.close(log.acknowledged);
}

function openLeaves(log: Log): number {
  return log.tree.levels[0]?.length ?? 0;
}

function isCurrent(log: Log): boolean {
  if (log.segment.descriptor === undefined || openLeaves(log) === TILE_WIDTH) return false;
  const { index, length, descriptor, inode } = log.segment;
  const found = fs.statSync(segmentPath(log.directory, index), { throwIfNoEntry: false });
  if (found === undefined || found.ino !== inode || found.size < length) return false;
  const next = Buffer.alloc(2);
  fs.readSync(descriptor, next, 0, 2, length);
  return next.readUInt16BE() === 0;
}

/** Refuses a segment file that is another one than before: it was removed, or a copy was put in its place. */
function identify(log: Log): void {
  const file = segmentPath(log.directory, log.segment.index);
  const found = fs.statSync(file, { throwIfNoEntry: false });
  const isOther = log.segment.inode !== undefined && log.segment.inode !== found?.ino;
  if (isOther) throw altered(log, 0, "was removed or replaced while it was in use");
  if (found === undefined) return;
  if (found.size < log.segment.length) throw altered(log, found.size, "was cut while it was in use");
  log.segment.inode = found.ino;
}

/** Adds the records in `bytes` to the tree, each once it is proven; returns the bytes that are no such record. */
function takeIn(log: Log, bytes: Buffer, acknowledged: Checkpoint): Buffer {
  const begin = log.segment.length;
  let kept = begin;
  for (const record of decodeRecords(bytes, begin)) {
    if (openLeaves(log) === TILE_WIDTH || !isProven(log, record, acknowledged)) break;
    const isNew = log.tree.range.size >= acknowledged.size;
    addLeaf(log.tree, leafHash(sha256, record.entry));
    if (!isNew) kept = record.end;
    log.segment.length = record.end;
  }
  if (log.segment.length > kept) keep(log, bytes.subarray(kept - begin, log.segment.length - begin), kept);
  return bytes.subarray(log.segment.length - begin);
}

/**
 * Whether the record continues the log. Up to the acknowledged size the leaves are proven together, by the
 * root of the acknowledged checkpoint; a record beyond it stands on its own signature.
 */
function isProven(log: Log, record: LogRecord, acknowledged: Checkpoint): boolean {
  const range = appendLeaf(sha256, log.tree.range, leafHash(sha256, record.entry));
  if (range.size < acknowledged.size) return true;
  const root = rootOf(sha256, range);
  if (range.size === acknowledged.size) {
    if (!sameHash(root, acknowledged.root)) throw locateAltered(log);
    return true;
  }
  const checkpoint = log.open(record.checkpoint);
  return checkpoint?.size === range.size && sameHash(checkpoint.root, root);
}

/**
 * Entries that were written but never acknowledged stay: their checkpoints are signed, and a log never takes a
 * signature back. They are written again, because after a failed sync the kernel may hold them for clean.
 */
function keep(log: Log, bytes: Buffer, position: number): void {
  try {
    const descriptor = openSegment(log);
    writeAll(log.storage, descriptor, bytes, position);
    log.storage.datasync(descriptor);
    syncFolders(log, path.dirname(segmentPath(log.directory, log.segment.index)));
  } catch (error) {
    log.broken = error;
    throw fileError(error, "recover", segmentPath(log.directory, log.segment.index));
  }
  acknowledge(log, signCheckpoint(log.signer, { size: log.tree.range.size, root: treeRoot(log.tree) }));
}

/** At the end of what is there: all of the acknowledged log has to be, and an incomplete rest is cut. */
function finish(log: Log, rest: Buffer, acknowledged: Checkpoint): Torn | undefined {
  const file = segmentPath(log.directory, log.segment.index);
  const { size } = log.tree.range;
  const published = log.open(readIfThere(path.join(log.directory, CHECKPOINT))?.toString() ?? "");
  const awaited = Math.max(acknowledged.size, published?.size ?? 0);
  if (fs.existsSync(segmentPath(log.directory, log.segment.index + 1))) {
    throw altered(log, log.segment.length, `ends after entry ${size - 1}, but another segment follows`);
  }
  if (size < awaited) {
    if (rest.length > 0) throw altered(log, log.segment.length, `holds no valid entry ${size} there`);
    throw new LedgerError(
      "LEDGER_TRUNCATED",
      `\`${file}\` ends at byte ${log.segment.length} after entry ${size - 1}; ${awaited} entries were acknowledged`,
      { help: ASK_VERIFY },
    );
  }
  if (published?.size === size && !sameHash(published.root, treeRoot(log.tree))) throw locateAltered(log);
  return rest.length === 0 ? undefined : cut(log, rest);
}

function cut(log: Log, rest: Buffer): Torn {
  const { index, length } = log.segment;
  const file = segmentPath(log.directory, index);
  try {
    const descriptor = openSegment(log);
    log.storage.truncate(descriptor, length);
    log.storage.datasync(descriptor);
  } catch (error) {
    log.broken = error;
    throw fileError(error, "recover", file);
  }
  const digest = createHash("sha256").update(rest).digest("hex");
  return { file: path.relative(log.directory, file), position: length, bytes: rest.length, digest };
}

function writeRecord(log: Log, record: Buffer): void {
  const file = segmentPath(log.directory, log.segment.index);
  let descriptor: number | undefined;
  try {
    descriptor = openSegment(log);
    reserve(log, descriptor, record.length);
    writeAll(log.storage, descriptor, record, log.segment.length);
  } catch (error) {
    takeBack(log, descriptor, error);
    throw fileError(error, "write", file);
  }
  try {
    log.storage.datasync(descriptor);
  } catch (error) {
    log.broken = error;
    throw fileError(error, "make durable", file);
  }
}

/** Fills the file with zeros ahead of the records; the sync of the record that follows makes them durable. */
function reserve(log: Log, descriptor: number, needed: number): void {
  const { length, reserved } = log.segment;
  if (length + needed <= reserved) return;
  const ahead = needed + RESERVE_BYTES;
  writeAll(log.storage, descriptor, Buffer.alloc(ahead), length);
  log.segment.reserved = length + ahead;
}

/** Gives reserved space back, so that a segment at rest holds its records only. */
function trimSegment(log: Log): void {
  const { index, length, reserved, descriptor } = log.segment;
  if (descriptor === undefined || reserved <= length) return;
  try {
    log.storage.truncate(descriptor, length);
    log.segment.reserved = length;
  } catch (error) {
    throw fileError(error, "trim", segmentPath(log.directory, index));
  }
}

/** Cuts an incomplete record off again, so that the log can go on once there is space. */
function takeBack(log: Log, descriptor: number | undefined, cause: unknown): void {
  if (descriptor === undefined) return;
  try {
    log.storage.truncate(descriptor, log.segment.length);
    log.segment.reserved = log.segment.length;
  } catch {
    log.broken = cause;
  }
}

function acknowledge(log: Log, checkpoint: string): void {
  try {
    writeAll(log.storage, log.acknowledged, acknowledgedBytes(checkpoint), 0);
  } catch (error) {
    log.broken = error;
    throw fileError(error, "write", acknowledgedPath(log.keys));
  }
}

function openSegment(log: Log): number {
  if (log.segment.descriptor !== undefined) return log.segment.descriptor;
  const file = segmentPath(log.directory, log.segment.index);
  log.storage.makeFolder(path.dirname(file));
  const descriptor = log.storage.open(file, fs.existsSync(file) ? "r+" : "wx+", 0o600);
  try {
    if (log.segment.length === 0) syncFolders(log, path.dirname(file));
  } catch (error) {
    log.storage.close(descriptor);
    throw error;
  }
  log.segment.descriptor = descriptor;
  log.segment.inode = fs.fstatSync(descriptor).ino;
  return descriptor;
}

/** Makes a new file's name durable, and the names of the folders above it that may be new as well. */
function syncFolders(log: Log, folder: string): void {
  syncFolder(log.storage, folder);
  if (folder !== log.directory) syncFolders(log, path.dirname(folder));
}

function closeSegment(log: Log): void {
  if (log.segment.descriptor !== undefined) log.storage.close(log.segment.descriptor);
  delete log.segment.descriptor;
}

/** Names the first entry of the open segment that is not what its own checkpoint says. */
function locateAltered(log: Log): LedgerError {
  const { index } = log.segment;
  const tree = loadTree(log.directory, index);
  for (const record of decodeRecords(readSegment(log.directory, index) ?? Buffer.alloc(0))) {
    addLeaf(tree, leafHash(sha256, record.entry));
    const checkpoint = log.open(record.checkpoint);
    const same = checkpoint?.size === tree.range.size && sameHash(checkpoint.root, treeRoot(tree));
    if (!same)
      return altered(log, record.begin, `does not hold entry ${tree.range.size - 1} as it was signed`);
  }
  return altered(log, log.segment.length, "does not lead to the root that was signed");
}

function altered(log: Log, position: number, what: string): LedgerError {
  const file = segmentPath(log.directory, log.segment.index);
  return new LedgerError("LEDGER_ALTERED", `\`${file}\`, byte ${position}: it ${what}`, { help: ASK_VERIFY });
}

function rolledBack(log: Log, { size }: Checkpoint): LedgerError {
  return new LedgerError(
    "LEDGER_ALTERED",
    `\`${acknowledgedPath(log.keys)}\` went back to ${size} entries; this process had added up to ${log.tree.range.size}`,
    { help: ASK_VERIFY },
  );
}

function refuseBroken(log: Log): void {
  if (log.broken === undefined) return;
  const file = segmentPath(log.directory, log.segment.index);
  throw new LedgerError(
    "LEDGER_WRITE_FAILED",
    `an earlier write to \`${file}\` failed, so its end is uncertain`,
    {
      help: "close the ledger and open it again, which checks and repairs its end; nothing was run",
      cause: log.broken,
    },
  );
}
