import { closeSync, openSync, readlinkSync, readSync, type Stats } from "node:fs";
import { type Base, type Found, join } from "./base.ts";
import type { Attributes, Change, MetadataChanged } from "./change.ts";
import { type Copies, wasCopy } from "./copies.ts";
import type { ExtendedPair } from "./extended.ts";
import {
  attributesOf,
  inside,
  isWhiteout,
  kindOf,
  listFolder,
  type Measured,
  measure,
  sameAttributes,
  statOf,
} from "./extent.ts";
import { nativePath, readNames } from "./names.ts";

/** How a change is put into the real tree. */
export type Operation = "put" | "replace" | "remove" | "attributes";

/** One change, and what a commit has to do for it. */
export interface Entry {
  readonly operation: Operation;
  /** Path below the root; empty for the root itself. */
  readonly relative: string;
  readonly change: Change;
}

export interface ReadInput {
  /** The real folder. */
  readonly root: string;
  /** The upper folder of the layer. */
  readonly upper: string;
  /** The merged tree, as long as it is mounted: what the command saw last. */
  readonly merged: string;
  readonly base: Base;
  /** Clock of the file system when the run began, milliseconds: what changed later below was somebody else. */
  readonly stamp: number;
  /** True for a file of the upper layer that was copied up from something that is gone below. */
  readonly wasCopied: (relative: string) => boolean;
  /** What was copied into the upper folder before the command began. */
  readonly copies?: Copies | undefined;
}

/** What one layer changed, in the order of its folders, with what hides lower folders. */
export interface ReadResult {
  readonly entries: readonly Entry[];
  readonly opaque: readonly string[];
  /** Folders that are in both trees, relative, with where the lower one is. */
  readonly merged: readonly { readonly relative: string; readonly lower: string }[];
}

/** Reads exactly what a command changed under one root. */
export function readLayer(input: ReadInput): ReadResult {
  const out: Reading = { input, entries: [], opaque: [], merged: [] };
  const base = input.base.lookup("");
  const upper = statOf(input.upper);
  if (base && upper) readFolder(out, "", upper, base);
  return { entries: out.entries, opaque: out.opaque, merged: out.merged };
}

interface Reading {
  readonly input: ReadInput;
  readonly entries: Entry[];
  readonly opaque: string[];
  readonly merged: { relative: string; lower: string }[];
}

function readFolder(out: Reading, relative: string, upper: Stats, base: Found): void {
  const { input } = out;
  if (input.copies?.folders.has(relative) && wasCopy(input.copies, relative, upper)) {
    out.opaque.push(relative);
    readCopied(out, input.copies, relative, upper, base);
    return;
  }
  const names = listFolder(at(input.upper, relative));
  if (relative !== "" && hidesLower(input, relative, names)) {
    out.opaque.push(relative);
    replace(out, relative, upper, base);
    return;
  }
  compareFolder(out, relative, upper, base);
  inside(at(input.upper, relative), upper, () => {
    for (const name of names) readEntry(out, join(relative, name));
  });
}

function readEntry(out: Reading, relative: string): void {
  const { input } = out;
  const upper = statOf(at(input.upper, relative));
  if (!upper) return;
  const base = input.base.lookup(relative);
  if (isWhiteout(upper)) {
    if (base) remove(out, relative, base);
  } else if (!base) put(out, relative, upper);
  else if (upper.isDirectory() && base.stat.isDirectory()) readFolder(out, relative, upper, base);
  else replace(out, relative, upper, base);
}

/** A folder in which everything is of the layer itself, because it was copied into it: what is missing is gone. */
function readCopied(out: Reading, copies: Copies, relative: string, upper: Stats, base: Found): void {
  const { input } = out;
  const names = listFolder(at(input.upper, relative));
  const own = new Set(names);
  if (!wasCopy(copies, relative, upper) || upper.ctimeMs > copies.stamp)
    compareFolder(out, relative, upper, base);
  for (const name of input.base.list(relative)) {
    const gone = join(relative, name);
    const found = own.has(name) || !copies.entries.has(gone) ? undefined : input.base.lookup(gone);
    if (found) remove(out, gone, found);
  }
  inside(at(input.upper, relative), upper, () => {
    for (const name of names) readCopiedEntry(out, copies, join(relative, name));
  });
}

function readCopiedEntry(out: Reading, copies: Copies, relative: string): void {
  const { input } = out;
  const upper = statOf(at(input.upper, relative));
  if (!upper) return;
  const base = input.base.lookup(relative);
  const isUntouched = wasCopy(copies, relative, upper) && upper.ctimeMs <= copies.stamp;
  if (upper.isDirectory() && base?.stat.isDirectory()) readCopied(out, copies, relative, upper, base);
  else if (isUntouched) return;
  else if (base) replace(out, relative, upper, base);
  else put(out, relative, upper);
}

/**
 * A folder that was removed and made again hides what was in it before. The overlay notes that in an extended
 * attribute, which Node cannot read; the merged tree shows the same: names of the lower folder are missing in it
 * although the upper one has no whiteout for them. Names that somebody else added meanwhile do not count.
 */
function hidesLower(input: ReadInput, relative: string, upper: readonly string[]): boolean {
  const own = new Set(upper);
  const rest = input.base.list(relative).filter((name) => !own.has(name));
  if (rest.length === 0) return false;
  const merged = new Set(listMerged(at(input.merged, relative)));
  const gone = rest.filter((name) => {
    const changed = input.base.lookup(join(relative, name))?.stat.ctimeMs ?? Number.POSITIVE_INFINITY;
    return !merged.has(name) && changed <= input.stamp;
  });
  return gone.length > 0 && rest.every((name) => !merged.has(name));
}

function listMerged(folder: string): readonly string[] {
  try {
    return readNames(folder);
  } catch {
    return listFolder(folder);
  }
}

function compareFolder(out: Reading, relative: string, upper: Stats, base: Found): void {
  const { input } = out;
  const path = at(input.root, relative);
  out.merged.push({ relative, lower: base.path });
  const [before, after] = [attributesOf(base.stat), attributesOf(upper)];
  const madeMeanwhile = base.stat.birthtimeMs > input.stamp && base.path === path;
  if (sameAttributes(before, after) && !madeMeanwhile) return;
  const conflict = madeMeanwhile ? "a folder of the same name was made meanwhile" : undefined;
  const change: Change = { ...folderMetadata(path, before, after), ...(conflict ? { conflict } : {}) };
  out.entries.push({ operation: "attributes", relative, change });
}

function folderMetadata(path: string, before: Attributes, after: Attributes): MetadataChanged {
  return { kind: "metadata", path, type: "directory", extent: { entries: 1, bytes: 0 }, before, after };
}

/** Adds what only the extended attributes of a folder show. `pairs`: in the order of `result.merged`. */
export function withExtended(
  root: string,
  result: ReadResult,
  pairs: readonly (ExtendedPair | undefined)[],
): readonly Entry[] {
  const byPath = new Map(result.merged.map(({ relative }, index) => [relative, pairs[index]]));
  const missing: Entry[] = [];
  for (const [index, { relative, lower }] of result.merged.entries()) {
    const extended = pairs[index];
    const stat = extended && statOf(lower);
    if (!stat || result.entries.some((one) => one.operation === "attributes" && one.relative === relative))
      continue;
    const change = {
      ...folderMetadata(at(root, relative), attributesOf(stat), attributesOf(stat)),
      extended,
    };
    missing.push({ operation: "attributes", relative, change });
  }
  const known = result.entries.map((entry) => {
    const extended = entry.operation === "attributes" ? byPath.get(entry.relative) : undefined;
    return extended && entry.change.kind === "metadata"
      ? { ...entry, change: { ...entry.change, extended } }
      : entry;
  });
  return [...known, ...missing];
}

function put(out: Reading, relative: string, upper: Stats): void {
  const { input } = out;
  const extent = extentOnly(measure(at(input.upper, relative), upper));
  const wasThere = input.copies?.entries.has(relative) === true || input.wasCopied(relative);
  const conflict = wasThere ? "it was deleted meanwhile" : undefined;
  const change: Change = {
    kind: "create",
    path: at(input.root, relative),
    type: kindOf(upper),
    extent,
    ...(conflict ? { conflict } : {}),
  };
  out.entries.push({ operation: "put", relative, change });
}

function remove(out: Reading, relative: string, base: Found): void {
  const { input } = out;
  const measured = input.base.measure(relative, base);
  const change: Change = {
    kind: "delete",
    path: at(input.root, relative),
    type: kindOf(base.stat),
    extent: extentOnly(measured),
    ...conflictOf(measured, input),
  };
  out.entries.push({ operation: "remove", relative, change });
}

function replace(out: Reading, relative: string, upper: Stats, base: Found): void {
  const { input } = out;
  const measured = input.base.measure(relative, base);
  const common = {
    path: at(input.root, relative),
    type: kindOf(upper),
    extent: extentOnly(measure(at(input.upper, relative), upper)),
    ...conflictOf(measured, input),
  };
  const links = base.stat.isFile() && base.stat.nlink > 1 ? { breaksLinks: true } : {};
  const change: Change = hasSameContent(at(input.upper, relative), upper, base)
    ? { ...common, ...links, kind: "metadata", before: attributesOf(base.stat), after: attributesOf(upper) }
    : { ...common, ...links, kind: "modify", was: kindOf(base.stat), before: extentOnly(measured) };
  out.entries.push({ operation: "replace", relative, change });
}

function conflictOf(measured: Measured, input: ReadInput): { conflict?: string } {
  return measured.changed > input.stamp ? { conflict: "it was changed meanwhile" } : {};
}

function extentOnly({ entries, bytes }: Measured) {
  return { entries, bytes };
}

function at(folder: string, relative: string): string {
  return relative === "" ? folder : `${folder}/${relative}`;
}

const CHUNK = 1 << 20;

/** Times say nothing here: whoever changes a file can set them back. */
function hasSameContent(path: string, upper: Stats, base: Found): boolean {
  if (upper.isSymbolicLink() && base.stat.isSymbolicLink()) return linkOf(path).equals(linkOf(base.path));
  if (!upper.isFile() || !base.stat.isFile() || upper.size !== base.stat.size) return false;
  return equalFiles(path, base.path);
}

function linkOf(path: string): Buffer {
  return readlinkSync(nativePath(path), { encoding: "buffer" });
}

/** Compares two files byte by byte; files that cannot be read count as different. */
export function equalFiles(one: string, other: string): boolean {
  const open: number[] = [];
  try {
    for (const path of [one, other]) open.push(openSync(nativePath(path), "r"));
    const [a = 0, b = 0] = open;
    const [left, right] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    for (;;) {
      const [read, also] = [readSync(a, left), readSync(b, right)];
      if (read !== also || left.compare(right, 0, also, 0, read) !== 0) return false;
      if (read === 0) return true;
    }
  } catch {
    return false;
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}
