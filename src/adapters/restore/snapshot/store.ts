import { hash, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../error.ts";
import type { BytePath } from "./bytes.ts";
import { writeDurably } from "./durable.ts";
import { decodeTree, type Entry, encodeTree } from "./tree.ts";

/** The folders of one workspace's snapshots. */
export interface Store {
  readonly root: string;
  /** Trees: `ID.json` (header, written last), `ID.tree`, and `ID.after` once the command ended. */
  readonly snapshots: string;
  /** Contents in compressed blocks. */
  readonly content: string;
  /** Files that are kept as files. */
  readonly kept: string;
}

/** What is known of a snapshot without reading its tree. Paths are as people read them. */
export interface SnapshotInfo {
  readonly id: string;
  readonly workspace: string;
  /** The same as bytes, one per character. */
  readonly root: BytePath;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** The file system's time just before. What was written then or later is not trusted to be unchanged. */
  readonly stamp: number;
  /** Git folders outside the workspace that are part of it, as bytes. */
  readonly outside: readonly BytePath[];
  /** Paths that were asked to be kept although the project could make them again. */
  readonly include: readonly string[];
  readonly entries: number;
  /** Bytes that the snapshot added to the store. */
  readonly added: number;
  /** Folders that the project can make again, of which only the name is kept. */
  readonly leftOut: readonly string[];
  /** What belongs to others and could not be read. */
  readonly gaps: readonly string[];
  /** Files under a second name only: safe from deletion, not from a write into the file. */
  readonly linked: readonly string[];
}

const ID = /^[\w-]{1,100}$/;

/** The store of a workspace inside `folder`; makes it when it is not there. */
export function storeOf(folder: string, workspace: string): Store {
  const store = storeAt(join(folder, hash("sha256", workspace, "base64url").slice(0, 22)));
  for (const one of [store.snapshots, store.content, store.kept])
    mkdirSync(one, { recursive: true, mode: 0o700 });
  return store;
}

/** All stores inside a folder. */
export function storesIn(folder: string): readonly Store[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "snapshots")))
    .map((entry) => storeAt(join(folder, entry.name)));
}

function storeAt(root: string): Store {
  return {
    root,
    snapshots: join(root, "snapshots"),
    content: join(root, "content"),
    kept: join(root, "kept"),
  };
}

/** The store that holds a snapshot, and its header. Throws `NO_RESTORE_POINT`. */
export function findSnapshot(folder: string, id: string): { store: Store; info: SnapshotInfo } {
  if (ID.test(id))
    for (const store of storesIn(folder))
      if (existsSync(join(store.snapshots, `${id}.json`))) return { store, info: readInfo(store, id) };
  throw new UserError(
    "NO_RESTORE_POINT",
    `there is no snapshot \`${id}\``,
    "see `countersign restore-points` for those that there are",
  );
}

/** The complete snapshots of a store, oldest first. */
export function infosIn(store: Store): readonly SnapshotInfo[] {
  return readdirSync(store.snapshots)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readInfo(store, name.slice(0, -".json".length)))
    .toSorted((a, b) => a.takenAt - b.takenAt || (a.id < b.id ? -1 : 1));
}

function readInfo(store: Store, id: string): SnapshotInfo {
  return JSON.parse(readFileSync(join(store.snapshots, `${id}.json`), "utf8")) as SnapshotInfo;
}

/** A name for a snapshot; throws when it cannot be a file's name. */
export function checkedId(wanted: string | undefined): string {
  const id = wanted ?? `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}`;
  if (!ID.test(id)) throw new Error(`\`${id}\` cannot name a snapshot`);
  return id;
}

/** Writes a tree under a name that ends in `.tree` or `.after`. */
export function writeTree(store: Store, name: string, entries: readonly Entry[]): number {
  const bytes = encodeTree(entries);
  writeDurably(join(store.snapshots, name), bytes);
  return bytes.length;
}

/** Reads a tree; `undefined` when there is none. */
export function readTree(store: Store, name: string): Entry[] | undefined {
  const file = join(store.snapshots, name);
  return existsSync(file) ? decodeTree(readFileSync(file)) : undefined;
}

/** Makes a snapshot exist, after its contents and its tree. */
export function writeInfo(store: Store, info: SnapshotInfo): void {
  writeDurably(join(store.snapshots, `${info.id}.json`), JSON.stringify(info));
  try {
    writeFileSync(join(store.root, "latest"), info.id, { mode: 0o600 });
  } catch {
    // Only makes the next snapshot quicker; this one is complete.
  }
}

/** The tree of the snapshot taken last, whose entries need not be read again; `undefined` when there is none. */
export function latestTree(store: Store): { tree: Entry[]; stamp: number } | undefined {
  try {
    const id = readFileSync(join(store.root, "latest"), "utf8");
    const info = readInfo(store, id);
    const tree = readTree(store, `${id}.tree`);
    return tree && { tree, stamp: info.stamp };
  } catch {
    return undefined;
  }
}

/** The clock of the file system: what is written from now on has this time or a later one. */
export function stampOf(store: Store): number {
  const file = join(store.root, "stamp");
  writeFileSync(file, String(Math.random()), { mode: 0o600 });
  return lstatSync(file).mtimeMs;
}

/** Removes what a process left that died while it wrote. Only under the lock. */
export function removeLeftovers(store: Store): void {
  for (const folder of [store.snapshots, store.content, store.kept])
    for (const name of readdirSync(folder))
      if (name.endsWith(".tmp")) rmSync(join(folder, name), { force: true });
}

/** The workspace with every link on the way resolved; throws a `UserError` when it is no folder. */
export function realWorkspace(workspace: string): BytePath {
  try {
    return realpathSync(workspace, { encoding: "buffer" }).toString("latin1");
  } catch (error) {
    throw new UserError(
      "NO_WORKSPACE",
      `\`${workspace}\` cannot be looked into: ${(error as Error).message}`,
      "run the command in a folder that exists",
      { cause: error },
    );
  }
}

const WAIT = 60_000;
const BUSY = 5;

/**
 * Runs `work` while no other process works in this store. The lock is that of an SQLite database file, because
 * the kernel lets go of it when a process is killed.
 */
export async function alone<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const file = join(store.root, "lock");
  makeOnce(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    await patiently(() => database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"), file);
    return await work();
  } finally {
    database.close();
  }
}

/** A file that is there is not opened: closing it would let go of the locks that this process holds on it. */
function makeOnce(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

async function patiently(act: () => void, file: string): Promise<void> {
  const deadline = performance.now() + WAIT;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    try {
      return act();
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      if (performance.now() > deadline)
        throw new UserError(
          "SNAPSHOT_BUSY",
          `another process has held \`${file}\` for ${WAIT / 1000} s`,
          "wait for the other countersign process, or look for one that hangs",
        );
    }
    await sleep(pause);
  }
}
