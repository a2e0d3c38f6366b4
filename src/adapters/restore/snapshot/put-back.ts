import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { absolutePath, type BytePath, forFileSystem, forPeople, parentOf } from "./bytes.ts";
import { isSameContent, isSameTime } from "./kept.ts";
import { foldersAbove, isLeftOut, type Plan, type Step } from "./plan.ts";
import { type Entry, lookUp } from "./tree.ts";
import type { FileMaker } from "./write-file.ts";

export interface PutBack {
  readonly root: BytePath;
  /** The tree that is put back. */
  readonly was: readonly Entry[];
  readonly now: readonly Entry[];
  readonly maker: FileMaker;
}

/** Why a path could not be put back. */
export interface Failure {
  readonly path: BytePath;
  readonly why: string;
}

/** A file is made under this name beside its place, and then takes it. What is left of a killed restore is removed. */
export const TEMPORARY = ".countersign-undo~";

interface Work extends PutBack {
  readonly find: (path: BytePath) => Entry | undefined;
  readonly failures: Failure[];
  /** Folders that are known to be folders, not links that the agent put there. */
  readonly safe: Set<BytePath>;
  readonly touched: Set<BytePath>;
  /** Folders made writable for us, and the mode that they get again. */
  readonly opened: Map<BytePath, number>;
}

/**
 * Makes every path of the plan what it was. Each file changes in one moment, from what it is to what it was;
 * killed half way, the same call does the rest. What cannot be put back is told, and does not stop the others.
 */
export function putBack(plan: Plan, input: PutBack): readonly Failure[] {
  const work: Work = {
    ...input,
    find: lookUp(input.was),
    failures: [],
    safe: new Set(),
    touched: new Set(),
    opened: new Map(),
  };
  const steps = plan.steps.filter(({ was }) => !isLeftOut(was));
  const deepestFirst = steps.toSorted((a, b) => depth(b.path) - depth(a.path));
  for (const step of deepestFirst)
    if (step.now && (!step.was || step.was.kind !== step.now.kind))
      attempt(work, step, () => remove(work, step));
  for (const step of steps.toSorted((a, b) => depth(a.path) - depth(b.path)))
    if (step.was?.kind === "directory" && step.now?.kind !== "directory")
      attempt(work, step, () => makeFolder(work, step.was as Entry));
  for (const step of work.maker.inOrder(steps)) attempt(work, step, () => make(work, step));
  finishFolders(work, plan);
  return work.failures;
}

function depth(path: BytePath): number {
  return path === "" ? 0 : path.split("/").length;
}

function attempt(work: Work, { path }: Step, act: () => void): void {
  try {
    act();
  } catch (error) {
    work.failures.push({ path, why: (error as Error).message });
  }
}

function remove(work: Work, { path, now }: Step): void {
  if (path !== "") reach(work, path);
  const full = forFileSystem(absolutePath(work.root, path));
  if (now?.kind !== "directory") unlinkSync(full);
  else if (isLeftOut(now)) rmSync(full, { recursive: true, force: true });
  else rmdirSync(full);
}

function makeFolder(work: Work, entry: Entry): void {
  reach(work, entry.path);
  const full = forFileSystem(absolutePath(work.root, entry.path));
  mkdirSync(full, { recursive: entry.path === "", mode: entry.mode | 0o700 });
  own(full, entry);
  work.touched.add(entry.path);
  work.opened.set(entry.path, entry.mode);
}

/** Files, links and pipes; and modes, owners and times of what is else as it was. */
function make(work: Work, { path, was, now, remake }: Step): void {
  if (!was || (was.kind === "directory" && now?.kind !== "directory")) return;
  const full = absolutePath(work.root, path);
  const same = now?.kind === was.kind && (was.kind !== "file" || isSameContent(was, now));
  if (same && !remake && was.kind !== "link") {
    if (was.kind === "directory") work.opened.set(path, was.mode);
    reach(work, path);
    dress(forFileSystem(full), was);
    return;
  }
  reach(work, path);
  const temporary = absolutePath(work.root, `${parentOf(path)}${parentOf(path) && "/"}${TEMPORARY}`);
  rmSync(forFileSystem(temporary), { force: true });
  try {
    if (was.kind === "file") work.maker.make(was, temporary);
    else makeOther(was, temporary);
    renameSync(forFileSystem(temporary), forFileSystem(full));
  } finally {
    // Renaming one name of a file to another of the same file does nothing, so the first one may still be there.
    rmSync(forFileSystem(temporary), { force: true });
  }
}

function makeOther(entry: Entry, temporary: BytePath): void {
  const full = forFileSystem(temporary);
  if (entry.kind === "link") symlinkSync(forFileSystem(entry.content), full);
  else if (entry.kind === "pipe") {
    const run = spawnSync("mkfifo", ["--", forPeople(temporary)], { stdio: "ignore" });
    if (run.status !== 0) throw new Error("the pipe could not be made");
  } else throw new Error("a socket or device cannot be made again");
  dress(full, entry);
}

/** Sets owner, mode and time, in the order in which one does not undo the other. */
export function dress(full: string | Buffer, entry: Entry): void {
  own(full, entry);
  if (entry.kind !== "link") chmodSync(full, entry.mode);
  lutimesSync(full, entry.modified / 1000, entry.modified / 1000);
}

/** Only the superuser can give files away, and only then can a command have done so. */
function own(full: string | Buffer, entry: Entry): void {
  if (process.getuid?.() === 0) lchownSync(full, entry.owner, entry.group);
}

/**
 * Makes sure that the folder of a path is a real one, so that nothing is written through a link to elsewhere, and
 * that we may write into it.
 */
function reach(work: Work, path: BytePath): void {
  if (path === "") return;
  for (const folder of foldersAbove(path)) {
    if (work.safe.has(folder)) continue;
    const full = forFileSystem(absolutePath(work.root, folder));
    const stat = lstatSync(full, { throwIfNoEntry: false });
    if (!stat) makeMissing(work, folder, full);
    else if (!stat.isDirectory()) throw new Error(`\`${forPeople(folder)}\` is no folder any more`);
    else if ((stat.mode & 0o300) !== 0o300 && process.getuid?.() === stat.uid && stat.uid !== 0) {
      if (!work.opened.has(folder)) work.opened.set(folder, work.find(folder)?.mode ?? stat.mode & 0o7777);
      chmodSync(full, stat.mode | 0o700);
    }
    work.safe.add(folder);
  }
  work.touched.add(parentOf(path));
}

function makeMissing(work: Work, folder: BytePath, full: string | Buffer): void {
  const entry = work.find(folder);
  mkdirSync(full, { recursive: folder === "", mode: (entry?.mode ?? 0o777) | 0o700 });
  if (!entry) return;
  own(full, entry);
  work.opened.set(folder, entry.mode);
  work.touched.add(folder);
}

/** Modes first, then times, the innermost folder first: each write into a folder sets its time. */
function finishFolders(work: Work, plan: Plan): void {
  const timed = new Map(plan.folders.map((entry) => [entry.path, entry]));
  const paths = new Set([...work.opened.keys(), ...work.touched, ...timed.keys()]);
  for (const path of [...paths].toSorted((a, b) => depth(b) - depth(a))) {
    const full = forFileSystem(absolutePath(work.root, path));
    const stat = statOf(full);
    if (!stat?.isDirectory()) continue;
    const mode = work.opened.get(path);
    attempt(work, { path, was: undefined, now: undefined }, () => {
      if (mode !== undefined) chmodSync(full, mode);
      const was = timed.get(path) ?? (work.touched.has(path) ? work.find(path) : undefined);
      if (was && !isSameTime(was.modified, stat.mtimeMs))
        lutimesSync(full, was.modified / 1000, was.modified / 1000);
    });
  }
}

/** What is there; `undefined` also when something above it is no folder. */
export function statOf(full: string | Buffer): Stats | undefined {
  try {
    return lstatSync(full);
  } catch {
    return undefined;
  }
}
