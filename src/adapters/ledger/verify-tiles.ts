import fs from "node:fs";
import path from "node:path";
import { TILE_WIDTH, type Tile, tilePath, tilesOf } from "../../core/ledger.ts";
import { type Hash, rootOfHashes } from "../../core/merkle.ts";
import { sha256 } from "./crypto.ts";
import { readIfThere } from "./storage.ts";
import { partialWidths, type Tree } from "./tree.ts";
import type { Problem } from "./verify.ts";

/**
 * Compares the tiles of the segment that the tree has just taken in with what they have to be, and passes full
 * ones on to the level above. `isLast`: a full bundle at the very end may get its tiles with the next entry.
 */
export function* checkTiles(
  directory: string,
  tree: Tree,
  segment: { readonly index: number; readonly entries: Buffer; readonly isLast: boolean },
): Generator<Problem> {
  const check = { directory, isNeeded: !segment.isLast };
  const bundle = { level: "entries", index: segment.index, width: tree.levels[0]?.length ?? 0 } as const;
  const ends = endsOf(segment.entries);
  yield* checkTile(check, bundle, (width) => segment.entries.subarray(0, ends[width] ?? 0));
  let index = segment.index;
  for (let depth = 0; tree.levels[depth]?.length === TILE_WIDTH; depth += 1) {
    yield* checkHashes(check, { depth, index, nodes: tree.levels[depth] ?? [] });
    carry(tree, depth);
    index = Math.floor(index / TILE_WIDTH);
  }
}

/** Compares the tiles at the right edge, once the tree has taken in everything. */
export function* checkEdge(directory: string, tree: Tree): Generator<Problem> {
  for (const [depth, nodes] of tree.levels.entries()) {
    const index = Math.floor(tree.range.size / TILE_WIDTH ** (depth + 1));
    yield* checkHashes({ directory, isNeeded: false }, { depth, index, nodes });
  }
}

/** The tiles that a static log with a published tree of `size` has to serve, and does not. */
export function* missingTiles(directory: string, size: number): Generator<Problem> {
  for (const tile of tilesOf(size)) {
    const isThere = [tile, { ...tile, width: TILE_WIDTH }].some((one) =>
      fs.existsSync(path.join(directory, tilePath(one))),
    );
    if (!isThere) yield { rule: "tile", file: tilePath(tile), message: "it is missing" };
  }
}

function carry(tree: Tree, depth: number): void {
  const above = tree.levels[depth + 1] ?? [];
  above.push(rootOfHashes(sha256, tree.levels[depth] ?? []));
  tree.levels[depth + 1] = above;
  tree.levels[depth] = [];
}

interface Check {
  readonly directory: string;
  /** Whether the tile has to be there if it is full. */
  readonly isNeeded: boolean;
}

function* checkHashes(
  check: Check,
  {
    depth,
    index,
    nodes,
  }: { readonly depth: number; readonly index: number; readonly nodes: readonly Hash[] },
): Generator<Problem> {
  yield* checkTile(check, { level: depth, index, width: nodes.length }, (width) =>
    Buffer.concat(nodes.slice(0, width)),
  );
}

/** Every file of a tile, full or partial, has to be a beginning of what the entries lead to. */
function* checkTile(
  { directory, isNeeded }: Check,
  tile: Tile,
  expected: (width: number) => Uint8Array,
): Generator<Problem> {
  const full = { ...tile, width: TILE_WIDTH };
  const bytes = readIfThere(path.join(directory, tilePath(full)));
  if (bytes !== undefined)
    yield* compare(full, bytes, tile.width === TILE_WIDTH ? expected(TILE_WIDTH) : undefined);
  else if (isNeeded && tile.width === TILE_WIDTH) yield problemOf(full, "it is missing");
  for (const width of partialWidths(directory, tile.level, tile.index)) {
    const partial = { ...tile, width };
    const found = readIfThere(path.join(directory, tilePath(partial)));
    if (found !== undefined)
      yield* compare(partial, found, width <= tile.width ? expected(width) : undefined);
  }
}

function* compare(tile: Tile, found: Buffer, expected: Uint8Array | undefined): Generator<Problem> {
  if (expected === undefined) {
    yield problemOf(tile, "it holds more than the log does");
  } else if (!found.equals(expected)) {
    const position = found.findIndex((byte, at) => byte !== expected[at]);
    yield {
      ...problemOf(tile, "it is not what the entries lead to"),
      position: position < 0 ? found.length : position,
    };
  }
}

function problemOf(tile: Tile, message: string): Problem {
  return { rule: "tile", file: tilePath(tile), message };
}

/** Where the first n entries of a bundle end. */
function endsOf(bundle: Buffer): readonly number[] {
  const ends = [0];
  for (let at = 0; at + 2 <= bundle.length; ) {
    at += 2 + bundle.readUInt16BE(at);
    ends.push(at);
  }
  return ends;
}
