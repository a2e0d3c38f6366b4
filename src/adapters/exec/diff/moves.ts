import type { Created, Deleted } from "./change.ts";
import { type Copies, movedCopy } from "./copies.ts";
import { listFolder, statOf } from "./extent.ts";
import { type Entry, equalFiles } from "./read.ts";

/** Pairs compared for one run at most, and bytes of files read for that: it is for display only. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Marks a deletion and a creation of the same thing as a move. `deletedAt` says where the deleted content still
 * is, `createdAt` where the new is; of folders that were copied ahead their identity tells. A commit does not depend
 * on it.
 */
export function markMoves(
  entries: readonly Entry[],
  deletedAt: (entry: Entry) => string,
  createdAt: (entry: Entry) => string,
  copies?: Copies,
): readonly Entry[] {
  const gone = entries.filter((entry) => entry.change.kind === "delete");
  const made = entries.filter((entry) => entry.change.kind === "create");
  if (gone.length === 0 || made.length === 0) return entries;
  const marks = new Map<Entry, Entry>();
  let budget = MAX_BYTES;
  const byExtent = new Map<string, Entry[]>();
  for (const entry of gone) byExtent.set(sizeKey(entry), [...(byExtent.get(sizeKey(entry)) ?? []), entry]);
  for (const entry of copies ? made : []) {
    const from = copies && movedCopy(copies, createdAt(entry));
    const source = gone.find((one) => one.relative === from && !marks.has(one));
    if (!source) continue;
    marks.set(source, entry);
    marks.set(entry, source);
  }
  for (const entry of made.filter((one) => !marks.has(one))) {
    const candidates = byExtent.get(sizeKey(entry))?.filter((one) => !marks.has(one)) ?? [];
    for (const candidate of candidates.slice(0, 8)) {
      budget -= entry.change.extent.bytes;
      if (budget < 0) break;
      if (!sameTree(deletedAt(candidate), createdAt(entry))) continue;
      marks.set(candidate, entry);
      marks.set(entry, candidate);
      break;
    }
  }
  return entries.map((entry) => marked(entry, marks.get(entry)));
}

function sizeKey({ change }: Entry): string {
  return `${change.type} ${change.extent.entries} ${change.extent.bytes}`;
}

function marked(entry: Entry, other: Entry | undefined): Entry {
  if (!other) return entry;
  const change: Created | Deleted =
    entry.change.kind === "create"
      ? { ...entry.change, movedFrom: other.change.path }
      : { ...(entry.change as Deleted), movedTo: other.change.path };
  return { ...entry, change };
}

function sameTree(one: string, other: string): boolean {
  try {
    return compareTrees(one, other);
  } catch {
    return false;
  }
}

/** Throws where something cannot be read. */
function compareTrees(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  if (!a || !b || a.isDirectory() !== b.isDirectory() || a.isFile() !== b.isFile()) return false;
  if (a.isFile()) return a.size === b.size && a.size > 0 && equalFiles(one, other);
  if (!a.isDirectory()) return false;
  try {
    const names = listFolder(one).toSorted();
    const others = listFolder(other).toSorted();
    return (
      names.length > 0 &&
      names.length === others.length &&
      names.every((name, index) => name === others[index] && alike(`${one}/${name}`, `${other}/${name}`))
    );
  } catch {
    return false;
  }
}

/** Inside a moved folder, links and special files need no more than to be there in both. */
function alike(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  if (!a || !b) return false;
  if (a.isDirectory() && b.isDirectory())
    return listFolder(one).length === 0 ? listFolder(other).length === 0 : sameTree(one, other);
  if (a.isFile() && b.isFile()) return a.size === b.size && equalFiles(one, other);
  return (a.mode & 0o170000) === (b.mode & 0o170000);
}
