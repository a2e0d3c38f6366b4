import { hash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  writeSync,
} from "node:fs";
import { absolutePath, type BytePath, forFileSystem } from "./bytes.ts";
import { contentReader, type Place, placesIn } from "./content.ts";
import { isKept, isLinked, isSame, keptFile } from "./kept.ts";
import type { Step } from "./plan.ts";
import { dress } from "./put-back.ts";
import { isGitObject, UNREADABLE } from "./read-contents.ts";
import type { Store } from "./store.ts";
import type { Entry } from "./tree.ts";

export interface FileMaker {
  /** The steps in the order in which their contents lie in the store. */
  inOrder(steps: readonly Step[]): readonly Step[];
  /** Makes a file with content, mode, owner and time. Throws when the content is not, or no longer, kept whole. */
  make(entry: Entry, full: BytePath): void;
}

/**
 * Makes files from what a store holds. `usable`: whether another name of a file stands for what the file was, so that
 * a lost name can be given to it again.
 */
export function fileMaker(
  store: Store,
  root: BytePath,
  was: readonly Entry[],
  usable: (entry: Entry) => boolean,
): FileMaker {
  let places: Map<string, Place> | undefined;
  const placeOf = (content: string) => {
    places ??= placesIn(store.content);
    return places.get(content);
  };
  const read = contentReader();
  const names = namesOf(was, root, usable);
  return {
    inOrder: (steps) => steps.toSorted((a, b) => compare(placeOf(contentOf(a)), placeOf(contentOf(b)))),
    make(entry, full) {
      const other = names.existing(entry);
      if (other !== undefined) linkSync(forFileSystem(other), forFileSystem(full));
      else if (isKept(entry.content)) putKept(store, entry, full);
      else writeNew(entry, full, contentAt(entry, placeOf(entry.content), read));
      names.made(entry);
    },
  };
}

function contentOf({ was }: Step): string {
  return was?.kind === "file" ? was.content : "";
}

function compare(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return a ? 1 : b ? -1 : 0;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.block.from - b.block.from || a.from - b.from;
}

const OF_NOTHING = hash("sha256", "", "base64url");

function contentAt(entry: Entry, place: Place | undefined, read: (place: Place) => Buffer): Buffer {
  if (entry.content === UNREADABLE) throw new Error("it belonged to somebody else and could not be read");
  if (entry.content === OF_NOTHING) return Buffer.alloc(0);
  if (!place) throw new Error("its content is not in the store any more");
  const bytes = read(place);
  if (hash("sha256", bytes, "base64url") !== entry.content)
    throw new Error("its content in the store is damaged");
  return bytes;
}

function writeNew(entry: Entry, full: BytePath, bytes: Buffer): void {
  const descriptor = openSync(forFileSystem(full), "wx", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
  dress(forFileSystem(full), entry);
}

function putKept(store: Store, entry: Entry, full: BytePath): void {
  const kept = keptFile(store.kept, entry.content);
  const stat = lstatSync(kept, { throwIfNoEntry: false });
  if (!stat || stat.size !== entry.size) throw new Error("its kept file is gone or was written into");
  if (isLinked(entry.content) && !isGitObject(entry.path) && !isSame(stat, entry))
    throw new Error("it was written into, and the file system could keep only a second name for it");
  if (isLinked(entry.content)) linkSync(kept, forFileSystem(full));
  else {
    copyFileSync(kept, forFileSystem(full), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(forFileSystem(full), 0o600);
    const descriptor = openSync(forFileSystem(full), "r");
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  dress(forFileSystem(full), entry);
}

/** Finds a name of the same file that is already what it was: untouched since, or put back a moment ago. */
function namesOf(was: readonly Entry[], root: BytePath, usable: (entry: Entry) => boolean) {
  const groups = new Map<number, Entry[]>();
  for (const entry of was)
    if (entry.kind === "file" && entry.links > 1)
      groups.set(entry.inode, [...(groups.get(entry.inode) ?? []), entry]);
  const made = new Set<BytePath>();
  return {
    existing(entry: Entry): BytePath | undefined {
      const group = entry.links > 1 ? groups.get(entry.inode) : undefined;
      const other = group?.find((one) => one.path !== entry.path && (made.has(one.path) || usable(one)));
      return other && absolutePath(root, other.path);
    },
    made(entry: Entry): void {
      if (entry.links > 1) made.add(entry.path);
    },
  };
}
