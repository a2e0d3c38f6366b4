import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import type { Attributes, Change, FileKind } from "../exec/diff/change.ts";
import type { Extended, ExtendedPair } from "../exec/diff/extended.ts";
import type { Operation } from "../exec/diff/read.ts";
import type { Owner } from "./owner.ts";

/** One thing that a commit does in the real tree; enough to do it, to finish it and to take it back. */
export interface StepOperation {
  readonly operation: Operation;
  /** Absolute path in the real tree. */
  readonly path: string;
  /** Where the new thing waits; for `put` and `replace`. */
  readonly from?: string;
  /** Where the old thing is kept; for `replace` and `remove`. */
  readonly parked?: string;
  readonly was?: FileKind;
  readonly now?: FileKind;
  /** For `attributes`. */
  readonly before?: Attributes;
  readonly after?: Attributes;
  /** Extended attributes of a folder, names and values in hexadecimal. */
  readonly extended?: ExtendedPair;
  /** What the new thing is before it is moved, which a rename does not change; for `put` and `replace`. */
  readonly installs?: Fingerprint;
  /** What was there when the step began; for `replace` and `remove`. Anything else is somebody's later work. */
  readonly displaces?: Fingerprint;
  /** For `put` without `from`: a folder is made that looks like this. */
  readonly makes?: Attributes & { readonly extended: Extended };
  /** A folder of a layer, in which the overlay may have left notes of its own. */
  readonly noted?: boolean;
  /** The layer is on another file system: moving means copying. */
  readonly copies?: boolean;
  /** Modes to put back on folders that had to be opened for the move, by what they are. */
  readonly modes?: { readonly parent?: number; readonly from?: number; readonly path?: number };
}

/** What a step is, written before anything is moved. */
export interface StepRecord {
  readonly version: 1;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the caller wants to find it by, for example the identifier of an action. */
  readonly label?: string;
  /** Set when this step takes back another. */
  readonly undoes?: { readonly step: string; readonly paths?: readonly string[] };
  readonly operations: readonly StepOperation[];
  readonly changes: readonly Change[];
  /** Bytes of the originals that are kept. */
  readonly keptBytes: number;
  /** Folders with the parked originals of this step. */
  readonly parkedIn: readonly string[];
  readonly owner: Owner;
  /** The captured result that it came from, when it was one. */
  readonly layer?: string;
}

/** What tells an entry from a later one at the same path. */
export interface Fingerprint {
  readonly ino: number;
  /** Modification time in milliseconds since 1970; unlike the change time, our own later moves leave it alone. */
  readonly modified: number;
  readonly size: number;
  readonly mode: number;
}

/** A new identifier that sorts by time. */
export function newStepId(now: number): string {
  return `${now.toString(36).padStart(9, "0")}-${randomBytes(5).toString("hex")}`;
}

/** Bytes of originals that a step with these changes displaces. */
export function bytesDisplaced(changes: readonly Change[]): number {
  const displaced = changes.map((change) => {
    if (change.kind === "delete") return change.extent.bytes;
    if (change.kind === "modify") return change.before.bytes;
    return change.kind === "metadata" && change.type !== "directory" ? change.extent.bytes : 0;
  });
  return displaced.reduce((sum, bytes) => sum + bytes, 0);
}

/** What a path was right after the commit, to see later whether somebody changed it. */
export interface Installed extends Fingerprint {
  readonly path: string;
  /** Change time in milliseconds since 1970; the time of the step where that was not recorded. */
  readonly changed: number;
  /** Of a git index, what it says: looking at the repository writes it anew and changes nothing. */
  readonly meaning?: string;
}

export function fingerprintOf({ ino, mtimeMs, size, mode }: Stats): Fingerprint {
  return { ino, modified: mtimeMs, size, mode };
}

/** True when an entry is still the one that was noted: the same file or folder, its own content not written since. */
export function isStill(noted: Fingerprint, { ino, mtimeMs, size, mode }: Stats): boolean {
  if (noted.ino !== ino || noted.mode !== mode) return false;
  return (mode & 0o170000) === 0o040000 || (noted.modified === mtimeMs && noted.size === size);
}
