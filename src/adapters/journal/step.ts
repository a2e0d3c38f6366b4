import { readFileSync } from "node:fs";
import type { Attributes, Change, FileKind } from "../exec/diff/change.ts";
import type { ExtendedPair } from "../exec/diff/extended.ts";
import type { Operation } from "../exec/diff/read.ts";

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
  /** The layer is on another file system: moving means copying, and a crash can leave both. */
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
}

/** The process that is at work on something; a later process with the same number has another start. */
export interface Owner {
  readonly pid: number;
  readonly start: string;
}

/** What a path was right after the commit, to see later whether somebody changed it. */
export interface Installed {
  readonly path: string;
  readonly ino: number;
  /** Change time in milliseconds since 1970. */
  readonly changed: number;
  /** Modification time in milliseconds since 1970; unlike the change time, our own later moves leave it alone. */
  readonly modified: number;
  readonly size: number;
  readonly mode: number;
}

export function ownerOf(pid: number): Owner {
  return { pid, start: startOf(pid) ?? "" };
}

export function isAlive(owner: Owner): boolean {
  const start = startOf(owner.pid);
  return start !== undefined && start === owner.start;
}

/** Start time in clock ticks since boot: field 22 of proc_pid_stat(5), counted after the name in parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
