import fs from "node:fs";
import path from "node:path";
import { indexPath, TILE_WIDTH, type Tile, tilePath } from "../../core/ledger.ts";
import {
  append,
  type CompactRange,
  EMPTY_RANGE,
  type Hash,
  leafHash,
  rangeOf,
  rootOf,
  rootOfHashes,
  sameHash,
} from "../../core/merkle.ts";
import { sha256 } from "./crypto.ts";
import { LedgerError } from "./error.ts";
import { decodeRecords, readSegment, segmentPath } from "./segment.ts";
import { type Lifetime, readIfThere, replaceFile, type Storage } from "./storage.ts";

/**
 * The right edge of the tree, which is all that adding to it needs: `levels[0]` holds the leaf hashes of the
 * tile that is not full yet, `levels[n]` the roots of the full tiles below that make up the open tile there.
 */
export interface Tree {
  range: CompactRange;
  readonly levels: Hash[][];
}

export function addLeaf(tree: Tree, leaf: Hash): void {
  tree.range = append(sha256, tree.range, leaf);
  level(tree, 0).push(leaf);
}

export function treeRoot(tree: Tree): Hash {
  return rootOf(sha256, tree.range);
}

/** The tree over the first `full` complete bundles, from its tiles; tiles that are missing are computed. */
export function loadTree(directory: string, full: number): Tree {
  const tree: Tree = { range: { ...EMPTY_RANGE, size: full * TILE_WIDTH }, levels: [[]] };
  for (let depth = 1, count = full; count > 0; depth += 1, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    tree.levels.push(width === 0 ? [] : hashesOf(directory, depth, Math.floor(count / TILE_WIDTH), width));
  }
  const hashes = tree.levels.toReversed().flatMap((nodes) => rangeOf(sha256, nodes).hashes);
  tree.range = { size: full * TILE_WIDTH, hashes };
  return tree;
}

/** The first `width` hashes of a tile of any level, from the widest file of it or from what lies below. */
export function hashesOf(directory: string, depth: number, index: number, width: number): Hash[] {
  const bytes = readTile(directory, depth, index, width);
  if (bytes !== undefined) return split(bytes).slice(0, width);
  if (depth === 0) return leavesOf(directory, index).slice(0, width);
  return Array.from({ length: width }, (_, at) => {
    const below = hashesOf(directory, depth - 1, index * TILE_WIDTH + at, TILE_WIDTH);
    return rootOfHashes(sha256, below);
  });
}

function readTile(directory: string, depth: number, index: number, width: number): Buffer | undefined {
  for (const wide of [TILE_WIDTH, ...partialWidths(directory, depth, index).filter((one) => one >= width)]) {
    const bytes = readIfThere(path.join(directory, tilePath({ level: depth, index, width: wide })));
    if (bytes?.length === wide * 32) return bytes;
  }
  return undefined;
}

/** The widths of the partial files of a tile. */
export function partialWidths(directory: string, depth: Tile["level"], index: number): readonly number[] {
  try {
    return fs
      .readdirSync(partialFolder(directory, depth, index))
      .map(Number)
      .filter(Number.isInteger);
  } catch {
    return [];
  }
}

function partialFolder(directory: string, depth: Tile["level"], index: number): string {
  return path.join(directory, "tile", String(depth), `${indexPath(index)}.p`);
}

function leavesOf(directory: string, index: number): Hash[] {
  return entriesOf(directory, index).map((entry) => leafHash(sha256, entry));
}

/** The entries that a segment holds; none when the file is missing. */
export function entriesOf(directory: string, index: number): readonly Buffer[] {
  return decodeRecords(readSegment(directory, index) ?? Buffer.alloc(0)).map(({ entry }) => entry);
}

function split(bytes: Buffer): Hash[] {
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

/**
 * Writes the full tiles of the bundle that has just been completed, and of the levels above that it completes.
 * Can be repeated after a crash at any point. The next entry is added only once this has returned.
 */
export function completeBundle(storage: Storage, directory: string, tree: Tree): void {
  const index = tree.range.size / TILE_WIDTH - 1;
  const write = (tile: Tile, bytes: Uint8Array) => {
    writeTile(storage, directory, tile, { bytes, lifetime: "durable" });
    removePartial(storage, directory, tile);
  };
  write({ level: "entries", index, width: TILE_WIDTH }, bundleOf(directory, index, level(tree, 0)));
  const completed: Hash[] = [];
  let position = index;
  for (let depth = 0; ; depth += 1, position = Math.floor(position / TILE_WIDTH)) {
    const nodes = [...level(tree, depth), ...completed.slice(-1)];
    write({ level: depth, index: position, width: nodes.length }, Buffer.concat(nodes));
    if (nodes.length < TILE_WIDTH) {
      tree.levels[depth] = nodes;
      break;
    }
    completed.push(rootOfHashes(sha256, nodes));
  }
  for (const depth of completed.keys()) tree.levels[depth] = [];
}

/** Writes the partial tiles at the right edge, without which a static log is not complete. */
export function writePartialTiles(storage: Storage, directory: string, tree: Tree): void {
  for (const { tile, nodes } of partialTiles(tree)) {
    const isWritten = tile.level > 0 && fs.existsSync(path.join(directory, tilePath(tile)));
    if (!isWritten) writeTile(storage, directory, tile, { bytes: Buffer.concat(nodes), lifetime: "derived" });
    if (tile.level > 0) continue;
    const bundle = bundleOf(directory, tile.index, nodes);
    writeTile(storage, directory, { ...tile, level: "entries" }, { bytes: bundle, lifetime: "derived" });
  }
}

/** Removes partial tiles that the published checkpoint no longer needs. */
export function removeOldPartials(storage: Storage, directory: string, tree: Tree): void {
  for (const { tile } of partialTiles(tree)) {
    removePartial(storage, directory, tile);
    if (tile.level === 0) removePartial(storage, directory, { ...tile, level: "entries" });
  }
}

function* partialTiles(
  tree: Tree,
): Generator<{ readonly tile: Tile & { level: number }; readonly nodes: Hash[] }> {
  for (const [depth, nodes] of tree.levels.entries()) {
    const index = Math.floor(tree.range.size / TILE_WIDTH ** (depth + 1));
    if (nodes.length > 0) yield { tile: { level: depth, index, width: nodes.length }, nodes };
  }
}

/** A partial tile that stays behind is still a beginning of the full one, so failing to remove it harms nothing. */
function removePartial(storage: Storage, directory: string, { level: depth, index, width }: Tile): void {
  const folder = partialFolder(directory, depth, index);
  const old = partialWidths(directory, depth, index).filter((one) => one < width);
  const unneeded = width === TILE_WIDTH ? [folder] : old.map((one) => path.join(folder, String(one)));
  for (const file of unneeded) {
    try {
      storage.remove(file);
    } catch {
      return;
    }
  }
}

function writeTile(
  storage: Storage,
  directory: string,
  tile: Tile,
  { bytes, lifetime }: { readonly bytes: Uint8Array; readonly lifetime: Lifetime },
): void {
  replaceFile(storage, path.join(directory, tilePath(tile)), bytes, { lifetime, mode: 0o644 });
}

/** The bundle of a segment, after a look whether the file still holds what was hashed. */
function bundleOf(directory: string, index: number, leaves: readonly Hash[]): Buffer {
  const entries = entriesOf(directory, index).slice(0, leaves.length);
  const same = leaves.every((leaf, at) => sameHash(leaf, leafHash(sha256, entries[at] ?? Buffer.alloc(0))));
  if (!same) {
    const file = segmentPath(directory, index);
    throw new LedgerError("LEDGER_ALTERED", `\`${file}\` was changed while it was in use`, {
      help: "run `countersign verify` to see where; nothing more is recorded or run until it is put back",
    });
  }
  return bundleBytes(entries);
}

/** An entry bundle of C2SP tlog-tiles: every entry behind its length as 16 bits, the high byte first. */
export function bundleBytes(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]),
  );
}

function level(tree: Tree, depth: number): Hash[] {
  const nodes = tree.levels[depth] ?? [];
  tree.levels[depth] = nodes;
  return nodes;
}
