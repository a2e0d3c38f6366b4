import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { BytePath } from "./bytes.ts";

export const KINDS = ["file", "directory", "link", "pipe", "other"] as const;
export type Kind = (typeof KINDS)[number];

/** One thing in a workspace, as it was at one moment. Times are milliseconds since 1970, with fractions. */
export interface Entry {
  /** Relative to the workspace; absolute for a git folder outside it. */
  readonly path: BytePath;
  readonly kind: Kind;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly inode: number;
  readonly size: number;
  readonly modified: number;
  /** Time of the last change to the inode, which no program can set. */
  readonly changed: number;
  /** How many names the file has. */
  readonly links: number;
  readonly owner: number;
  readonly group: number;
  /**
   * What is in it. A file: SHA-256 (base64url) of its bytes, or the name of a kept file, which has a colon.
   * A link: its target. A directory: `""`, or `LEFT_OUT`. A git index after a command: what it means, see `ended`.
   */
  readonly content: string;
}

/** The content of a directory that is not looked into, because its project can make it again. */
export const LEFT_OUT = "left out";

/** Whether nothing can have been written to it between the two looks; for directories only what they are. */
export function isUntouched(a: Entry, b: Entry): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode || a.owner !== b.owner || a.group !== b.group) return false;
  if (a.kind === "directory") return a.content === b.content;
  return (
    a.inode === b.inode &&
    a.size === b.size &&
    a.modified === b.modified &&
    // A name more or less changes the inode's time, and our own kept files are such names.
    (a.changed === b.changed || a.links !== b.links)
  );
}

const COLUMNS = 9;

/** A tree as bytes: the numbers in columns, then the texts, compressed with a checksum. */
export function encodeTree(entries: readonly Entry[]): Buffer {
  const numbers = new Float64Array(1 + entries.length * COLUMNS);
  numbers[0] = entries.length;
  const texts: string[] = [];
  let at = 1;
  for (const entry of entries) {
    numbers[at++] = KINDS.indexOf(entry.kind);
    numbers[at++] = entry.mode;
    numbers[at++] = entry.inode;
    numbers[at++] = entry.size;
    numbers[at++] = entry.modified;
    numbers[at++] = entry.changed;
    numbers[at++] = entry.links;
    numbers[at++] = entry.owner;
    numbers[at++] = entry.group;
    texts.push(entry.path, entry.content);
  }
  const plain = Buffer.concat([Buffer.from(numbers.buffer), Buffer.from(texts.join("\0"), "latin1")]);
  const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };
  return zstdCompressSync(plain, { params });
}

/** The entries of `encodeTree`; throws when the bytes are damaged. */
export function decodeTree(bytes: Uint8Array): Entry[] {
  const plain = zstdDecompressSync(bytes);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const count = view.getFloat64(0, true);
  const numbers = new Float64Array(
    plain.buffer.slice(plain.byteOffset + 8, plain.byteOffset + 8 * (1 + count * COLUMNS)),
  );
  const texts = plain
    .subarray(8 * (1 + count * COLUMNS))
    .toString("latin1")
    .split("\0");
  const entries: Entry[] = new Array(count);
  for (let index = 0; index < count; index++) entries[index] = entryAt(numbers, texts, index);
  return entries;
}

function entryAt(numbers: Float64Array, texts: readonly string[], index: number): Entry {
  const at = index * COLUMNS;
  const number = (column: number) => numbers[at + column] ?? 0;
  return {
    path: texts[2 * index] ?? "",
    kind: KINDS[number(0)] ?? "other",
    mode: number(1),
    inode: number(2),
    size: number(3),
    modified: number(4),
    changed: number(5),
    links: number(6),
    owner: number(7),
    group: number(8),
    content: texts[2 * index + 1] ?? "",
  };
}

/** The entries by path. */
export function byPath(entries: readonly Entry[]): Map<BytePath, Entry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}

/** Finds entries by path; quick when they are asked for in nearly the order in which they stand. */
export function lookUp(entries: readonly Entry[]): (path: BytePath) => Entry | undefined {
  let next = 0;
  let map: Map<BytePath, Entry> | undefined;
  return (path) => {
    for (let ahead = next; ahead < next + 3; ahead++) {
      const entry = entries[ahead];
      if (entry?.path !== path) continue;
      next = ahead + 1;
      return entry;
    }
    map ??= byPath(entries);
    return map.get(path);
  };
}
