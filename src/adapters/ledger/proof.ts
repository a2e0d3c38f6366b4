import { TILE_WIDTH } from "../../core/ledger.ts";
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  type LeafRange,
  leafHash,
  perfectSubtrees,
  rootOf,
  rootOfHashes,
  verifyConsistency,
  verifyInclusion,
} from "../../core/merkle.ts";
import { type Checkpoint, formatProof, parseCheckpoint, parseNote } from "../../core/note.ts";
import { sha256 } from "./crypto.ts";
import { LedgerError } from "./error.ts";
import { decodeRecords, type LogRecord, readSegment } from "./segment.ts";
import { hashesOf } from "./tree.ts";

/**
 * A proof that entry `seq` is in the log, in the text form of C2SP tlog-proof, with the entry itself as extra
 * data: it can be checked without this ledger, by anyone who has its public key.
 * Throws `PROOF_IMPOSSIBLE` when there is no such entry, or when the ledger contradicts its own checkpoint.
 */
export function proveInclusion(directory: string, seq: number): string {
  const { note, checkpoint } = lastCheckpoint(directory);
  const record = recordOf(directory, seq);
  if (record === undefined || seq >= checkpoint.size) throw noEntry(seq, checkpoint.size);
  const path = inclusionPath(seq, checkpoint.size).map((range) => subtreeHash(directory, range));
  const leaf = leafHash(sha256, record.entry);
  const { size, root } = checkpoint;
  if (!verifyInclusion(sha256, { index: seq, size, path }, leaf, root)) throw contradiction();
  return formatProof({ index: seq, path, extra: record.entry, checkpoint: note });
}

/**
 * The hashes that prove that the log as it is begins with its first `from` entries unchanged, and the signed
 * checkpoint that they lead to. Throws `PROOF_IMPOSSIBLE` as `proveInclusion` does.
 */
export function proveConsistency(
  directory: string,
  from: Pick<Checkpoint, "size" | "root">,
): { readonly path: readonly Hash[]; readonly checkpoint: string } {
  const { note, checkpoint } = lastCheckpoint(directory);
  if (from.size > checkpoint.size) throw noEntry(from.size - 1, checkpoint.size);
  const ranges = from.size === 0 ? [] : consistencyPath(from.size, checkpoint.size);
  const path = ranges.map((range) => subtreeHash(directory, range));
  if (!verifyConsistency(sha256, from, checkpoint, path)) throw contradiction();
  return { path, checkpoint: note };
}

function lastCheckpoint(directory: string): { readonly note: string; readonly checkpoint: Checkpoint } {
  let last: LogRecord | undefined;
  for (let index = lastSegment(directory); index >= 0 && last === undefined; index -= 1) {
    last = decodeRecords(readSegment(directory, index) ?? Buffer.alloc(0)).at(-1);
  }
  const checkpoint = last && parseCheckpoint(parseNote(last.checkpoint)?.text ?? "");
  if (last === undefined || checkpoint === undefined) throw noEntry(0, 0);
  return { note: last.checkpoint, checkpoint };
}

/** Doubling, then halving: a long log has many segments. */
function lastSegment(directory: string): number {
  let low = -1;
  let high = 1;
  while (readSegment(directory, high, Number.MAX_SAFE_INTEGER) !== undefined) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readSegment(directory, middle, Number.MAX_SAFE_INTEGER) === undefined) high = middle;
    else low = middle;
  }
  return low;
}

function recordOf(directory: string, seq: number): LogRecord | undefined {
  if (!Number.isSafeInteger(seq) || seq < 0) return undefined;
  const bytes = readSegment(directory, Math.floor(seq / TILE_WIDTH));
  return bytes && decodeRecords(bytes)[seq % TILE_WIDTH];
}

/** The root over some entries, from the highest tiles that hold it. */
function subtreeHash(directory: string, range: LeafRange): Hash {
  const [last, ...wider] = perfectSubtrees(range)
    .map((subtree) => perfectHash(directory, subtree))
    .reverse();
  if (last === undefined) throw contradiction();
  return rootOf(sha256, { size: range.end - range.begin, hashes: [...wider.reverse(), last] });
}

function perfectHash(directory: string, { begin, end }: LeafRange): Hash {
  let depth = 0;
  let unit = 1;
  while (unit * TILE_WIDTH <= end - begin) [depth, unit] = [depth + 1, unit * TILE_WIDTH];
  const width = (end - begin) / unit;
  const first = begin / unit;
  const at = first % TILE_WIDTH;
  const nodes = hashesOf(directory, depth, Math.floor(first / TILE_WIDTH), at + width).slice(at);
  if (nodes.length !== width) throw contradiction();
  return rootOfHashes(sha256, nodes);
}

function noEntry(seq: number, size: number): LedgerError {
  return new LedgerError("PROOF_IMPOSSIBLE", `there is no entry \`${seq}\` in a ledger of ${size} entries`, {
    help: "`countersign log` lists the entries",
  });
}

function contradiction(): LedgerError {
  return new LedgerError("PROOF_IMPOSSIBLE", "the entries do not lead to the checkpoint of the ledger", {
    help: "run `countersign verify` to see what was changed",
  });
}
