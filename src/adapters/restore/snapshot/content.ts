import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompressSync } from "node:zlib";
import { writeDurably } from "./durable.ts";
import type { Room } from "./read-file.ts";

/** Files are put together into blocks of about this many bytes, which are compressed as one. */
const BLOCK = 1 << 20;
/** Blocks that may wait for the disk at a time. */
const MAXIMUM_WAITING = 6;

/** Where a content lies: in which block of which file, from which byte on. */
export interface Place {
  readonly file: string;
  readonly block: Block;
  readonly from: number;
  readonly length: number;
}

interface Block {
  /** In the file. */
  readonly from: number;
  /** Compressed. */
  readonly length: number;
}

export interface ContentWriter {
  /** Memory that the next content is to be read into. */
  readonly room: Room;
  /** Keeps what was read into the room given last, unless these bytes were kept already. Nothing for no bytes. */
  keep(digest: string, bytes: Buffer): void;
  /** Resolves when few enough blocks wait. Throws when a block could not be written. */
  ready(): Promise<void> | undefined;
  /** Makes everything durable. */
  finish(): Promise<void>;
  /** Takes everything back. */
  discard(): Promise<void>;
}

interface Open {
  memory: Buffer;
  used: number;
  readonly lines: string[];
}

/** Writes contents into `folder/name.blocks`, which is there completely or not at all. Compresses on other threads. */
export function contentWriter(folder: string, name: string): ContentWriter {
  const blocks = blockFile(join(folder, `${name}.blocks`));
  const known = new Set<string>();
  const index: string[] = [];
  const open: Open = { memory: Buffer.allocUnsafe(BLOCK), used: 0, lines: [] };
  const close = () => {
    if (open.used > 0) {
      const lines = open.lines.splice(0);
      blocks.write(open.memory.subarray(0, open.used), (block) => {
        for (const line of lines) index.push(`${line} ${block.from} ${block.length}`);
      });
    }
    open.memory = Buffer.allocUnsafe(BLOCK);
    open.used = 0;
  };
  return {
    room: (size) => {
      if (open.used + size > open.memory.length) close();
      if (size > open.memory.length) open.memory = Buffer.allocUnsafe(size);
      return open.memory.subarray(open.used, open.used + size);
    },
    keep: (digest, bytes) => {
      if (bytes.length === 0 || known.has(digest)) return;
      known.add(digest);
      open.lines.push(`${digest} ${open.used} ${bytes.length}`);
      open.used += bytes.length;
      if (open.used >= open.memory.length) close();
    },
    ready: () => (blocks.waiting() > MAXIMUM_WAITING ? blocks.settled() : undefined),
    finish: async () => {
      if (open.lines.length > 0) close();
      await blocks.finish();
      if (index.length > 0) writeDurably(join(folder, `${name}.index`), index.join("\n"));
    },
    discard: () => blocks.discard(),
  };
}

const compress = promisify(zstdCompress);

function blockFile(path: string) {
  let descriptor: number | undefined;
  let from = 0;
  let waiting = 0;
  let chain: Promise<void> = Promise.resolve();
  let failure: Error | undefined;
  const put = (bytes: Buffer): Block => {
    descriptor ??= openSync(`${path}.tmp`, "w", 0o600);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    const block = { from, length: bytes.length };
    from += bytes.length;
    return block;
  };
  const settled = async () => {
    await chain;
    if (failure) throw failure;
  };
  return {
    write(plain: Buffer, placed: (block: Block) => void): void {
      waiting++;
      const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };
      const compressed = compress(plain, { params });
      compressed.catch(() => undefined);
      chain = chain
        .then(async () => {
          const bytes = await compressed;
          if (!failure) placed(put(bytes));
        })
        .catch((error: Error) => {
          failure ??= error;
        })
        .finally(() => waiting--);
    },
    waiting: () => waiting,
    settled,
    async finish(): Promise<void> {
      await settled();
      if (descriptor === undefined) return;
      fsyncSync(descriptor);
      closeSync(descriptor);
      descriptor = undefined;
      renameSync(`${path}.tmp`, path);
    },
    async discard(): Promise<void> {
      failure ??= new Error("discarded");
      await chain;
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
      rmSync(`${path}.tmp`, { force: true });
    },
  };
}

/** Where every content in a folder lies, by its digest. */
export function placesIn(folder: string): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith(".index")) continue;
    const file = join(folder, name.replace(/index$/, "blocks"));
    for (const line of readFileSync(join(folder, name), "latin1").split("\n")) {
      const [digest = "", from, length, blockFrom, blockLength] = line.split(" ");
      const block = { from: Number(blockFrom), length: Number(blockLength) };
      places.set(digest, { file, block, from: Number(from), length: Number(length) });
    }
  }
  return places;
}

/** Reads contents; the block read last is remembered, so contents are best asked for in the order of their places. */
export function contentReader(): (place: Place) => Buffer {
  let last: { readonly key: string; readonly plain: Buffer } | undefined;
  return ({ file, block, from, length }) => {
    const key = `${file} ${block.from}`;
    if (last?.key !== key) last = { key, plain: readBlock(file, block) };
    return last.plain.subarray(from, from + length);
  };
}

function readBlock(file: string, block: Block): Buffer {
  const bytes = Buffer.allocUnsafe(block.length);
  const descriptor = openSync(file, "r");
  try {
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, block.from + at);
      if (count === 0) throw new Error(`\`${file}\` ends too early`);
      at += count;
    }
  } finally {
    closeSync(descriptor);
  }
  return zstdDecompressSync(bytes);
}
