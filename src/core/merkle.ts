/**
 * The tree of RFC 6962 §2.1 (also RFC 9162 §2.1): hashes, proofs and their verification, as pure arithmetic.
 * Sizes and indices are safe integers; the tree holds fewer than 2^53 leaves.
 */
export type Hash = Uint8Array;
export type Sha256 = (bytes: Uint8Array) => Hash;

/** The largest perfect subtrees that cover the first `size` leaves, the widest first. */
export interface CompactRange {
  readonly size: number;
  readonly hashes: readonly Hash[];
}

/** The leaves from `begin` up to but without `end`. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

export const EMPTY_RANGE: CompactRange = { size: 0, hashes: [] };

/** Hash of a leaf: SHA-256(0x00 ‖ entry). */
export function leafHash(sha256: Sha256, entry: Uint8Array): Hash {
  const bytes = new Uint8Array(entry.length + 1);
  bytes.set(entry, 1);
  return sha256(bytes);
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(sha256: Sha256, left: Hash, right: Hash): Hash {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** The range with one more leaf, given by its hash; amortised two hashes of work. */
export function append(sha256: Sha256, range: CompactRange, leaf: Hash): CompactRange {
  const hashes = range.hashes.slice();
  let node = leaf;
  for (let rest = range.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new RangeError("compact range has fewer hashes than its size needs");
    node = nodeHash(sha256, left, node);
  }
  hashes.push(node);
  return { size: range.size + 1, hashes };
}

/** The root of the tree that the range covers; SHA-256 of nothing for the empty tree. */
export function rootOf(sha256: Sha256, range: CompactRange): Hash {
  const [last, ...wider] = range.hashes.toReversed();
  if (last === undefined) return sha256(new Uint8Array(0));
  return wider.reduce((right, left) => nodeHash(sha256, left, right), last);
}

/** The root over leaf (or equally high node) hashes that stand in memory. */
export function rootOfHashes(sha256: Sha256, leaves: readonly Hash[]): Hash {
  return rootOf(sha256, rangeOf(sha256, leaves));
}

/** The compact range over leaf (or equally high node) hashes that stand in memory. */
export function rangeOf(sha256: Sha256, leaves: readonly Hash[]): CompactRange {
  return leaves.reduce((range, leaf) => append(sha256, range, leaf), EMPTY_RANGE);
}

/** The largest perfect subtrees whose concatenation is the range, which begins at a multiple of the first. */
export function perfectSubtrees({ begin, end }: LeafRange): readonly LeafRange[] {
  const subtrees: LeafRange[] = [];
  for (let at = begin; at < end; ) {
    const width = largestPower(at, end - at);
    subtrees.push({ begin: at, end: at + width });
    at += width;
  }
  return subtrees;
}

/**
 * The subtrees whose roots prove leaf `index` within the first `size` leaves, from the leaf's sibling to the
 * child of the root (RFC 6962 §2.1.1). Throws `RangeError` unless 0 ≤ index < size.
 */
export function inclusionPath(index: number, size: number): readonly LeafRange[] {
  if (!isIndex(index) || !isIndex(size) || index >= size) {
    throw new RangeError(`no entry ${index} in a tree of ${size}`);
  }
  const path: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      path.push({ begin: middle, end });
      end = middle;
    } else {
      path.push({ begin, end: middle });
      begin = middle;
    }
  }
  return path.reverse();
}

/**
 * The subtrees whose roots prove that the first `from` leaves of a tree of `size` were not changed (RFC 6962
 * §2.1.2). Throws `RangeError` unless 0 < from ≤ size.
 */
export function consistencyPath(from: number, size: number): readonly LeafRange[] {
  if (!isIndex(from) || !isIndex(size) || from === 0 || from > size) {
    throw new RangeError(`no consistency proof from ${from} to ${size}`);
  }
  const path: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end !== from) {
    const middle = begin + splitOf(end - begin);
    if (from <= middle) {
      path.push({ begin: middle, end });
      end = middle;
    } else {
      path.push({ begin, end: middle });
      begin = middle;
    }
  }
  if (begin !== 0) path.push({ begin, end });
  return path.reverse();
}

/** Whether `path` proves that `leaf` is entry `index` of the tree `size`, `root` (RFC 9162 §2.1.3.2). Total. */
export function verifyInclusion(
  sha256: Sha256,
  proof: { readonly index: number; readonly size: number; readonly path: readonly Hash[] },
  leaf: Hash,
  root: Hash,
): boolean {
  const { index, size, path } = proof;
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  let position = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sha256, sibling, node);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      node = nodeHash(sha256, node, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && sameHash(node, root);
}

/**
 * Whether `path` proves that the tree `from.size`, `from.root` is the beginning of `to` (RFC 9162 §2.1.4.2).
 * The empty tree begins every tree; its proof is empty. Total.
 */
export function verifyConsistency(
  sha256: Sha256,
  from: { readonly size: number; readonly root: Hash },
  to: { readonly size: number; readonly root: Hash },
  path: readonly Hash[],
): boolean {
  if (!isIndex(from.size) || !isIndex(to.size) || from.size > to.size) return false;
  if (from.size === to.size) return path.length === 0 && sameHash(from.root, to.root);
  if (from.size === 0) return path.length === 0 && sameHash(from.root, sha256(new Uint8Array(0)));
  const hashes = isPowerOfTwo(from.size) ? [from.root, ...path] : path;
  const [first, ...rest] = hashes;
  if (first === undefined) return false;
  let position = from.size - 1;
  let last = to.size - 1;
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  let older = first;
  let newer = first;
  for (const hash of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      older = nodeHash(sha256, hash, older);
      newer = nodeHash(sha256, hash, newer);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      newer = nodeHash(sha256, newer, hash);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && sameHash(older, from.root) && sameHash(newer, to.root);
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return largestPower(0, value) === value;
}

/** The largest power of two smaller than `size`, which is at least 2. */
function splitOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The largest power of two that divides `at` and is at most `limit`, which is at least 1. */
function largestPower(at: number, limit: number): number {
  let power = 1;
  while (power * 2 <= limit && at % (power * 2) === 0) power *= 2;
  return power;
}
