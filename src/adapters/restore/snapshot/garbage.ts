import { lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { contentReader, contentWriter, type Place, placesIn } from "./content.ts";
import { syncFolder } from "./durable.ts";
import { isKept, keptFile } from "./kept.ts";
import {
  alone,
  infosIn,
  readTree,
  removeLeftovers,
  type SnapshotInfo,
  type Store,
  storesIn,
} from "./store.ts";

/** What snapshots may cost. What is over it goes, oldest first. */
export interface Retention {
  readonly bytes: number;
  readonly ageMilliseconds: number;
  /** This many of the newest of each workspace stay, whatever they cost. */
  readonly keepLast: number;
}

/** Seven days, 5 GB, and always the last three. */
export const DEFAULT_RETENTION: Retention = {
  bytes: 5 * 1000 ** 3,
  ageMilliseconds: 7 * 24 * 60 * 60 * 1000,
  keepLast: 3,
};

export interface Collected {
  /** Snapshots that are gone. */
  readonly removed: readonly string[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** The budget, to be shown beside `bytesAfter`. */
  readonly budget: number;
}

/** Part of a file of contents that must be in use; below, it is written anew without the rest. */
const LIVE_SHARE = 0.5;

/** Removes snapshots beyond the budget, and what no snapshot needs any more. */
export async function collectGarbage(
  folder: string,
  retention: Retention = DEFAULT_RETENTION,
  now: number = Date.now(),
): Promise<Collected> {
  const stores = storesIn(folder);
  const bytesBefore = bytesUsed(folder);
  const removed: string[] = [];
  const old = expendable(stores, retention).filter(
    ({ info }) => now - info.takenAt > retention.ageMilliseconds,
  );
  for (const one of old) removed.push(await removeSnapshot(one));
  for (const store of stores) await alone(store, () => sweep(store));
  for (const one of expendable(stores, retention)) {
    if (bytesUsed(folder) <= retention.bytes) break;
    removed.push(await removeSnapshot(one));
    await alone(one.store, () => sweep(one.store));
  }
  return { removed, bytesBefore, bytesAfter: bytesUsed(folder), budget: retention.bytes };
}

/** Bytes on the disk that would be free without the snapshots. A second name of a file that still exists costs none. */
export function bytesUsed(folder: string): number {
  let bytes = 0;
  for (const store of storesIn(folder))
    for (const part of [store.snapshots, store.content, store.kept])
      for (const name of readdirSync(part)) {
        const stat = lstatSync(join(part, name), { throwIfNoEntry: false });
        if (stat && !(part === store.kept && stat.nlink > 1)) bytes += stat.size;
      }
  return bytes;
}

interface Held {
  readonly store: Store;
  readonly info: SnapshotInfo;
}

/** The snapshots that retention does not protect, oldest first. */
function expendable(stores: readonly Store[], { keepLast }: Retention): readonly Held[] {
  return stores
    .flatMap((store) => {
      const infos = infosIn(store);
      return infos.slice(0, Math.max(0, infos.length - keepLast)).map((info) => ({ store, info }));
    })
    .toSorted((a, b) => a.info.takenAt - b.info.takenAt);
}

/** The header goes first: from then on the snapshot does not exist. */
async function removeSnapshot({ store, info }: Held): Promise<string> {
  await alone(store, async () => {
    rmSync(join(store.snapshots, `${info.id}.json`), { force: true });
    syncFolder(store.snapshots);
    for (const ending of ["tree", "after"])
      rmSync(join(store.snapshots, `${info.id}.${ending}`), { force: true });
  });
  return info.id;
}

async function sweep(store: Store): Promise<void> {
  removeLeftovers(store);
  const ids = new Set(infosIn(store).map(({ id }) => id));
  for (const name of readdirSync(store.snapshots))
    if (!ids.has(name.replace(/\.[a-z]+$/, ""))) rmSync(join(store.snapshots, name));
  const live = new Set<string>();
  for (const id of ids)
    for (const { kind, content } of readTree(store, `${id}.tree`) ?? [])
      if (kind === "file") live.add(content);
  sweepKept(store, live);
  await sweepContents(store, live);
}

function sweepKept(store: Store, live: ReadonlySet<string>): void {
  const files = new Set([...live].filter(isKept).map((content) => keptFile(store.kept, content)));
  for (const name of readdirSync(store.kept)) {
    const file = join(store.kept, name);
    if (!files.has(file)) rmSync(file);
  }
}

async function sweepContents(store: Store, live: ReadonlySet<string>): Promise<void> {
  const byFile = new Map<string, [string, Place][]>();
  for (const name of readdirSync(store.content))
    if (name.endsWith(".blocks")) byFile.set(join(store.content, name), []);
  for (const entry of placesIn(store.content)) byFile.get(entry[1].file)?.push(entry);
  for (const [file, contents] of byFile) {
    const alive = contents.filter(([digest]) => live.has(digest));
    if (sumOf(alive) >= LIVE_SHARE * sumOf(contentsOf(file))) continue;
    if (alive.length > 0) await rewrite(store, file, alive);
    rmSync(file.replace(/blocks$/, "index"), { force: true });
    rmSync(file);
  }
}

function contentsOf(file: string): readonly [string, { length: number }][] {
  try {
    return readFileSync(file.replace(/blocks$/, "index"), "latin1")
      .split("\n")
      .map((line) => [line, { length: Number(line.split(" ")[2]) }]);
  } catch {
    return [["", { length: Number.POSITIVE_INFINITY }]];
  }
}

function sumOf(contents: readonly [string, { readonly length: number }][]): number {
  return contents.reduce((sum, [, { length }]) => sum + length, 0);
}

/** Copies what is in use into a new file of contents, before the old one goes. */
async function rewrite(store: Store, file: string, alive: readonly [string, Place][]): Promise<void> {
  const name = /([^/\\]+)\.blocks$/.exec(file)?.[1] ?? "contents";
  const writer = contentWriter(store.content, `${name}-r`);
  const read = contentReader();
  try {
    for (const [digest, place] of alive.toSorted(([, a], [, b]) => a.block.from - b.block.from)) {
      const bytes = read(place);
      const into = writer.room(bytes.length);
      bytes.copy(into);
      writer.keep(digest, into);
      await writer.ready();
    }
    await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
