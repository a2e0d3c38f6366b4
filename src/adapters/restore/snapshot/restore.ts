import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../error.ts";
import { absolutePath, type BytePath, forFileSystem, forPeople, toBytes } from "./bytes.ts";
import { writeDurably } from "./durable.ts";
import { indexMeaning, isIndex } from "./git-index.ts";
import { isSameContent } from "./kept.ts";
import { isAlike, isLeftOut, type Plan, planRestore, selection } from "./plan.ts";
import { type Failure, putBack, statOf, TEMPORARY } from "./put-back.ts";
import { measuringSink, readContents } from "./read-contents.ts";
import { readWhole } from "./read-file.ts";
import {
  alone,
  checkedId,
  findSnapshot,
  latestTree,
  readTree,
  type SnapshotInfo,
  type Store,
  writeTree,
} from "./store.ts";
import { type Look, takeAlone, walkWorkspace } from "./take.ts";
import { byPath, type Entry, LEFT_OUT, lookUp } from "./tree.ts";
import { fileMaker } from "./write-file.ts";

export interface RestoreOptions {
  /** Only these paths, and what is in them; relative to the workspace. All when absent. */
  readonly paths?: readonly string[];
  /** What to do when something was changed again after the command ended. `stop`, the default, changes nothing. */
  readonly conflicts?: "stop" | "skip" | "overwrite";
  /** Whether what is there now is kept as a snapshot first. `lose` is for a full disk. */
  readonly current?: "keep" | "lose";
}

export interface Restored {
  /** Paths that are again what they were. */
  readonly restored: readonly string[];
  /** Paths that were changed after the command ended. They are as they were found, unless overwritten. */
  readonly conflicts: readonly string[];
  /** Paths that could not be put back, and why. The same call can be made again. */
  readonly failed: readonly { readonly path: string; readonly why: string }[];
  /** Folders that are gone and that the project has to make again (`npm ci`). */
  readonly notKept: readonly string[];
  /** The snapshot of what was there before the restore: restoring it takes this restore back. */
  readonly before: string | undefined;
}

export interface Change {
  readonly path: string;
  readonly change: "created" | "deleted" | "modified" | "metadata";
}

/** Makes a workspace what it was when a snapshot was taken, except for what was changed after the command ended. */
export async function restoreSnapshot(
  folder: string,
  id: string,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { store, info } = findSnapshot(folder, id);
  return alone(store, () => restoreAlone(store, info, options));
}

/** What is different now from when a snapshot was taken. Writes nothing. */
export async function diffSnapshot(folder: string, id: string): Promise<readonly Change[]> {
  const { store, info } = findSnapshot(folder, id);
  return alone(store, async () => {
    const was = treeOf(store, info);
    const now = await look(store, info, was);
    const plan = planRestore(
      { was, now, after: undefined, resumes: false, saysTheSame: () => false },
      () => true,
    );
    return plan.steps.map((step) => ({ path: forPeople(step.path), change: changeOf(step.was, step.now) }));
  });
}

/** Notes how the workspace looks when the command ended, so that later changes by others can be told from its own. */
export async function endSnapshot(folder: string, id: string): Promise<void> {
  const { store, info } = findSnapshot(folder, id);
  await alone(store, async () => {
    const was = treeOf(store, info);
    const { entries } = walkWorkspace(info.root, store, lookAgain(info, was));
    const after = entries.map((entry) =>
      entry.kind === "file" && isIndex(entry.path)
        ? { ...entry, content: meaningNow(info.root, entry.path) ?? "" }
        : entry,
    );
    writeTree(store, `${id}.after`, after);
  });
}

function changeOf(was: Entry | undefined, now: Entry | undefined): Change["change"] {
  if (!was || !now) return was ? "deleted" : "created";
  if (was.kind !== now.kind) return "modified";
  const dressed = { ...now, mode: was.mode, owner: was.owner, group: was.group };
  return isAlike(was, dressed) ? "metadata" : "modified";
}

async function restoreAlone(store: Store, info: SnapshotInfo, options: RestoreOptions): Promise<Restored> {
  const was = treeOf(store, info);
  const paths = options.paths?.map((path) => inWorkspace(path, info));
  unlockFolders(info.root, was, selection(paths));
  const kept = options.current === "lose" ? undefined : await keepCurrent(store, info, was);
  const now = dropLeftovers(info.root, kept?.entries ?? (await look(store, info, was)));
  const saysTheSame = (after: Entry, { path }: Entry) =>
    isIndex(path) && after.content !== "" && after.content === meaningNow(info.root, path);
  const marker = join(store.snapshots, `${info.id}.restoring`);
  const after = readTree(store, `${info.id}.after`);
  const trees = { was, now, after, resumes: existsSync(marker), saysTheSame };
  const found = planRestore(trees, selection(paths));
  const plan =
    options.conflicts === "overwrite" ? { ...found, steps: [...found.steps, ...found.conflicts] } : found;
  const result = {
    conflicts: found.conflicts.map(({ path }) => forPeople(path)),
    notKept: plan.steps.filter(({ was, now }) => isLeftOut(was) && !now).map(({ path }) => forPeople(path)),
    before: kept?.info.id,
  };
  if (found.conflicts.length > 0 && (options.conflicts ?? "stop") === "stop")
    return { ...result, restored: [], failed: [] };
  if (plan.steps.length > 0) writeDurably(marker, "");
  const failed = apply(store, info, was, now, plan);
  if (failed.length === 0) rmSync(marker, { force: true });
  const bad = new Set(failed.map(({ path }) => path));
  const restored = plan.steps.filter(({ path, was }) => !bad.has(path) && !isLeftOut(was));
  return {
    ...result,
    restored: restored.map(({ path }) => forPeople(path)),
    failed: failed.map(({ path, why }) => ({ path: forPeople(path), why })),
  };
}

function apply(
  store: Store,
  info: SnapshotInfo,
  was: readonly Entry[],
  now: readonly Entry[],
  plan: Plan,
): readonly Failure[] {
  const present = byPath(now);
  const planned = new Map(plan.steps.map((step) => [step.path, step]));
  const usable = (entry: Entry) => {
    const there = present.get(entry.path);
    if (there?.kind !== "file" || planned.get(entry.path)?.remake) return false;
    return planned.has(entry.path) ? isSameContent(entry, there) : isAlike(entry, there);
  };
  const maker = fileMaker(store, info.root, was, usable);
  return putBack(plan, { root: info.root, was, now, maker });
}

function treeOf(store: Store, info: SnapshotInfo): readonly Entry[] {
  const tree = readTree(store, `${info.id}.tree`);
  if (tree) return tree;
  throw new UserError(
    "RESTORE_POINT_DAMAGED",
    `the tree of snapshot \`${info.id}\` is gone from \`${store.snapshots}\``,
    "restore from another snapshot, see `countersign restore-points`",
  );
}

/** What is there now, kept as a snapshot of its own. */
async function keepCurrent(store: Store, info: SnapshotInfo, was: readonly Entry[]) {
  try {
    return await takeAlone(info.root, store, checkedId(undefined), lookAgain(info, was));
  } catch (error) {
    throw new UserError(
      "CURRENT_NOT_KEPT",
      `what is in \`${info.workspace}\` now could not be kept first: ${(error as Error).message}`,
      "make room, or restore without keeping it; nothing was changed",
      { cause: error },
    );
  }
}

async function look(store: Store, info: SnapshotInfo, was: readonly Entry[]): Promise<readonly Entry[]> {
  const { entries } = walkWorkspace(info.root, store, lookAgain(info, was));
  return readContents(entries, info.root, measuringSink(store), latestTree(store));
}

/** Looks into the folders that a snapshot looked into, and no others, whatever they have become since. */
function lookAgain(
  info: SnapshotInfo,
  was: readonly Entry[],
): Look & { readonly include: readonly string[] } {
  const find = lookUp(was);
  const before = (folder: BytePath) => {
    const entry = find(folder);
    if (entry?.kind !== "directory") return undefined;
    return entry.content === LEFT_OUT ? "left-out" : "looked-into";
  };
  return { include: info.include, outside: info.outside, unreadable: "skip", before };
}

function meaningNow(root: BytePath, path: BytePath): string | undefined {
  const read = readWhole(absolutePath(root, path), (size) => Buffer.allocUnsafe(size));
  return read && indexMeaning(read.bytes);
}

/** Gives folders of ours that were locked since their mode back, because what is in them has to be looked at first. */
function unlockFolders(root: BytePath, was: readonly Entry[], selected: (path: BytePath) => boolean): void {
  if (process.getuid?.() === 0) return;
  for (const entry of was) {
    if (entry.kind !== "directory" || !selected(entry.path)) continue;
    const full = forFileSystem(absolutePath(root, entry.path));
    const stat = statOf(full);
    const locked = stat?.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o500) !== 0o500;
    if (locked) chmodSync(full, entry.mode);
  }
}

/** Removes what a restore left that was killed. */
function dropLeftovers(root: BytePath, now: readonly Entry[]): readonly Entry[] {
  const isLeftover = ({ path }: Entry) => path === TEMPORARY || path.endsWith(`/${TEMPORARY}`);
  for (const entry of now.filter(isLeftover))
    rmSync(forFileSystem(absolutePath(root, entry.path)), { force: true });
  return now.filter((entry) => !isLeftover(entry));
}

function inWorkspace(path: string, { root }: SnapshotInfo): BytePath {
  const bytes = toBytes(path)
    .replace(/^(\.\/)+/, "")
    .replace(/\/+$/, "");
  if (bytes === "." || bytes === root) return "";
  return bytes.startsWith(`${root}/`) ? bytes.slice(root.length + 1) : bytes;
}
