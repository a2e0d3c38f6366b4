import { absolutePath, type BytePath } from "./bytes.ts";
import { contentWriter } from "./content.ts";
import { type Budget, keep, keptContent } from "./kept.ts";
import { type Room, readWhole } from "./read-file.ts";
import type { Store } from "./store.ts";
import { type Entry, isUntouched, lookUp } from "./tree.ts";
import { toEntry } from "./walk.ts";

/** Larger files are kept as files. */
const MAXIMUM_IN_BLOCK = 10 * 1024 ** 2;
/** Git never writes into an object or pack once it has its name, so a second name keeps larger ones for free. */
const MAXIMUM_OBJECT_IN_BLOCK = 256 * 1024;
const GIT_OBJECT = /(^|\/)objects\/([0-9a-f]{2}\/[0-9a-f]+|pack\/pack-[0-9a-f]+\.[a-z]+)$/;

/** What stands for the content of a file that belongs to others and could not be read. */
export const UNREADABLE = "unreadable:";

/** Whether a path is that of a git object or pack: written once, named by what is in it. */
export function isGitObject(path: BytePath): boolean {
  return GIT_OBJECT.test(path);
}

/** Where contents go. */
export interface Sink {
  readonly room: Room;
  /** Takes the bytes read into the room given last. */
  take(digest: string, bytes: Buffer): void;
  /** Takes a file as a file. `undefined`: it is gone or changed in this moment. */
  takeFile(entry: Entry, full: BytePath, how: "copy" | "link"): Entry | undefined;
  ready(): Promise<void> | undefined;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Keeps contents in a store under the name of a snapshot. */
export function keepingSink(
  store: Store,
  id: string,
  limits: { readonly maximumBytes: number; readonly copyBytes: number },
): Sink & { added(): number } {
  const budget: Budget = { copy: limits.copyBytes, total: limits.maximumBytes };
  const writer = contentWriter(store.content, id);
  return {
    ...writer,
    take: (digest, bytes) => {
      budget.total -= bytes.length;
      if (budget.total < 0) throw new Error(`it holds more than ${limits.maximumBytes} bytes to keep`);
      writer.keep(digest, bytes);
    },
    takeFile: (entry, full, how) =>
      keep(entry, full, store.kept, how === "copy" ? budget : { ...budget, copy: 0 }),
    added: () => limits.maximumBytes - budget.total,
  };
}

/** Keeps nothing: only finds out what the contents are. */
export function measuringSink(store: Store): Sink {
  return {
    room: (size) => Buffer.allocUnsafe(size),
    take: () => undefined,
    takeFile: (entry) => ({ ...entry, content: keptContent(entry, store.kept) }),
    ready: () => undefined,
    finish: async () => undefined,
    discard: async () => undefined,
  };
}

/** The entries with their contents. What is untouched since the latest snapshot is not read again. */
export async function readContents(
  walked: readonly Entry[],
  root: BytePath,
  sink: Sink,
  latest: { readonly tree: readonly Entry[]; readonly stamp: number } | undefined,
): Promise<readonly Entry[]> {
  const before = latest ? lookUp(latest.tree) : undefined;
  const stamp = latest?.stamp ?? 0;
  const entries: Entry[] = [];
  try {
    for (const entry of walked) {
      if (entry.kind !== "file") {
        entries.push(entry);
        continue;
      }
      const known = before?.(entry.path);
      const read =
        known && isKnown(known, entry, stamp) ? withContent(entry, known) : readEntry(entry, root, sink);
      if (read) entries.push(read);
      const full = sink.ready();
      if (full) await full;
    }
    await sink.finish();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  return entries;
}

/** The entry seen before stands for the new one where nothing differs, which spares a copy. */
function withContent(entry: Entry, known: Entry): Entry {
  const same = known.changed === entry.changed && known.links === entry.links;
  return same ? known : { ...entry, content: known.content };
}

/** Whether the content is the one seen before. What was written in the moment of that look may have changed after it. */
function isKnown(known: Entry, entry: Entry, stamp: number): boolean {
  return known.content !== UNREADABLE && known.changed < stamp && isUntouched(known, entry);
}

function readEntry(entry: Entry, root: BytePath, sink: Sink): Entry | undefined {
  const full = absolutePath(root, entry.path);
  const object = isGitObject(entry.path);
  const large = entry.size > (object ? MAXIMUM_OBJECT_IN_BLOCK : MAXIMUM_IN_BLOCK);
  try {
    if (large) return sink.takeFile(entry, full, object ? "link" : "copy");
    const read = readWhole(full, sink.room, entry);
    if (!read) return undefined;
    sink.take(read.digest, read.bytes);
    return toEntry(entry.path, "file", read.stat, read.digest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    if (entry.owner === process.getuid?.()) return sink.takeFile(entry, full, "link");
    return { ...entry, content: UNREADABLE };
  }
}
