/** What a path leads to, symbolic links not followed. */
export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

/** How many entries and bytes a path stands for: 1 and its size, or those of the whole tree below a folder. */
export interface Extent {
  readonly entries: number;
  /** Sum of the sizes of the regular files. */
  readonly bytes: number;
}

/** Owner and permission of an entry. */
export interface Attributes {
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

interface Common {
  /** Absolute path in the real tree. */
  readonly path: string;
  /** What is there after the command; for `delete`, what was there. */
  readonly type: FileKind;
  /** What is there after the command; for `delete`, what was there. */
  readonly extent: Extent;
  /** Why this change does not fit what is there by now: somebody else changed the same thing meanwhile. */
  readonly conflict?: string;
}

/** Something new where nothing was; a folder stands for all that is below it. */
export interface Created extends Common {
  readonly kind: "create";
  /** The path in the same list of changes that it was probably moved from (same size and content). */
  readonly movedFrom?: string;
}

/** Other content, another target of a symbolic link, or another kind of thing at the same path. */
export interface Modified extends Common {
  readonly kind: "modify";
  readonly was: FileKind;
  readonly before: Extent;
  /** The file had other names (hard links), which keep the old content. */
  readonly breaksLinks?: boolean;
}

/** Same content, other permission, owner, time or extended attributes. */
export interface MetadataChanged extends Common {
  readonly kind: "metadata";
  readonly before: Attributes;
  readonly after: Attributes;
  /** The file had other names (hard links), which keep the old attributes. */
  readonly breaksLinks?: boolean;
  /** Extended attributes of a folder, when they changed; names and values in hexadecimal. */
  readonly extended?: {
    readonly before: Readonly<Record<string, string>>;
    readonly after: Readonly<Record<string, string>>;
  };
}

/** Gone; a folder stands for all that was below it. */
export interface Deleted extends Common {
  readonly kind: "delete";
  /** The path in the same list of changes that it was probably moved to. */
  readonly movedTo?: string;
}

/** One thing that a command changed, as the upper layer shows it. */
export type Change = Created | Modified | MetadataChanged | Deleted;
