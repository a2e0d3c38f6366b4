import { UserError } from "../../error.ts";
import { type BytePath, forPeople, toBytes } from "./bytes.ts";
import { isLinked } from "./kept.ts";
import { isGitObject, keepingSink, readContents, UNREADABLE } from "./read-contents.ts";
import {
  alone,
  checkedId,
  infosIn,
  latestTree,
  realWorkspace,
  removeLeftovers,
  type SnapshotInfo,
  type Store,
  stampOf,
  storeOf,
  storesIn,
  writeInfo,
  writeTree,
} from "./store.ts";
import { type Entry, LEFT_OUT, lookUp } from "./tree.ts";
import { type Walked, type WalkOptions, walk } from "./walk.ts";

export interface TakeOptions {
  /** Name of the snapshot; a new one when absent. */
  readonly id?: string;
  /** Paths in the workspace that are kept although the project could make them again. */
  readonly include?: readonly string[];
  /** Throws when the workspace has more files. */
  readonly maximumEntries?: number;
  /** Throws when more bytes would have to be read into the store. */
  readonly maximumBytes?: number;
  /** Bytes of large files that are copied where the file system has no clones; the rest gets a second name. */
  readonly copyBytes?: number;
}

const DEFAULTS = { maximumEntries: 1_000_000, maximumBytes: 4 * 1024 ** 3, copyBytes: 256 * 1024 ** 2 };

/**
 * Keeps everything in a workspace (with every `.git` in it, and those it uses elsewhere) in `folder`, so that
 * `restoreSnapshot` can bring it back byte for byte. No program is run and nothing in the workspace is written.
 * Throws when anything of ours could not be read or written: there is a complete snapshot, or none.
 */
export async function takeSnapshot(
  workspace: string,
  folder: string,
  options: TakeOptions = {},
): Promise<SnapshotInfo> {
  const id = checkedId(options.id);
  const root = realWorkspace(workspace);
  const store = storeOf(folder, forPeople(root));
  try {
    return (await alone(store, () => takeAlone(root, store, id, options))).info;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      "NO_SNAPSHOT",
      `no snapshot of \`${forPeople(root)}\` could be taken: ${(error as Error).message}`,
      "make room or give access, then try again; nothing was run",
      { cause: error },
    );
  }
}

/** All complete snapshots, oldest first. */
export function listSnapshots(folder: string): readonly SnapshotInfo[] {
  return storesIn(folder)
    .flatMap((store) => infosIn(store))
    .toSorted((a, b) => a.takenAt - b.takenAt);
}

/** Where a later look follows an earlier one. */
export type Look = Partial<Pick<WalkOptions, "before" | "outside" | "unreadable">>;

/** A snapshot with its tree. */
export interface Taken {
  readonly info: SnapshotInfo;
  readonly entries: readonly Entry[];
}

/** Takes a snapshot in a store that nobody else works in. `before`: which folders to look into, see `walk`. */
export async function takeAlone(
  root: BytePath,
  store: Store,
  id: string,
  options: TakeOptions & Look,
): Promise<Taken> {
  removeLeftovers(store);
  const stamp = stampOf(store);
  const latest = latestTree(store);
  const before = options.before ?? (latest && lookedInto(latest.tree));
  const walked = walkWorkspace(root, store, { ...options, ...(before ? { before } : {}) });
  const limits = { ...DEFAULTS, ...options };
  const sink = keepingSink(store, id, limits);
  const entries = await readContents(walked.entries, root, sink, latest);
  const treeBytes = writeTree(store, `${id}.tree`, entries);
  const info: SnapshotInfo = {
    id,
    workspace: forPeople(root),
    root,
    takenAt: Date.now(),
    stamp,
    outside: walked.outside,
    include: options.include ?? [],
    entries: entries.length,
    added: treeBytes + sink.added(),
    leftOut: pathsOf(entries, ({ content }) => content === LEFT_OUT),
    linked: pathsOf(entries, ({ content, path }) => isLinked(content) && !isGitObject(path)),
    gaps: [...walked.gaps.map(forPeople), ...pathsOf(entries, ({ content }) => content === UNREADABLE)],
  };
  writeInfo(store, info);
  return { info, entries };
}

/**
 * A folder that was looked into stays so: otherwise a marker file put into a folder of work would make the next
 * snapshot leave it out.
 */
function lookedInto(tree: readonly Entry[]): WalkOptions["before"] {
  const find = lookUp(tree.filter(({ kind, content }) => kind === "directory" && content !== LEFT_OUT));
  return (folder) => (find(folder) ? "looked-into" : undefined);
}

function pathsOf(entries: readonly Entry[], wanted: (entry: Entry) => boolean): readonly string[] {
  return entries.filter(wanted).map(({ path }) => forPeople(path));
}

/** Walks a workspace, but not its own store. */
export function walkWorkspace(
  root: BytePath,
  store: Store,
  options: Pick<TakeOptions, "include" | "maximumEntries"> & Look,
): Walked {
  const { before, outside } = options;
  return walk({
    workspace: root,
    except: new Set([realWorkspace(`${store.root}/..`)]),
    include: (options.include ?? []).map(toBytes),
    unreadable: options.unreadable ?? "fail",
    maximumEntries: options.maximumEntries ?? DEFAULTS.maximumEntries,
    ...(before ? { before } : {}),
    ...(outside ? { outside } : {}),
  });
}
