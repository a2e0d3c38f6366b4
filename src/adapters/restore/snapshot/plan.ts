import { type BytePath, parentOf } from "./bytes.ts";
import { isSameContent, isSameTime } from "./kept.ts";
import { byPath, type Entry, isUntouched, LEFT_OUT } from "./tree.ts";

/** One path that is to become again what it was. `undefined`: nothing was, or is, there. */
export interface Step {
  readonly path: BytePath;
  readonly was: Entry | undefined;
  readonly now: Entry | undefined;
  /** The content is right, but the file has to be made anew: its names were of one file and are not, or the reverse. */
  readonly remake?: true;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Changed by the command, and again since it ended. */
  readonly conflicts: readonly Step[];
  /** Folders whose time is to be set when everything else is done. */
  readonly folders: readonly Entry[];
}

export interface Trees {
  readonly was: readonly Entry[];
  /** When the command ended; absent when that is not known, and then every change counts as the command's. */
  readonly after: readonly Entry[] | undefined;
  readonly now: readonly Entry[];
  /** Whether a restore of this snapshot was killed, so that what is half done is its doing. */
  readonly resumes: boolean;
  /** Whether a file that was rewritten since the command ended still says the same (a refreshed git index). */
  readonly saysTheSame: (after: Entry, now: Entry) => boolean;
}

/** What has to be done to undo a command's changes to the paths that `selected` names. Reads nothing. */
export function planRestore(trees: Trees, selected: (path: BytePath) => boolean): Plan {
  const was = byPath(trees.was);
  const now = byPath(trees.now);
  const after = trees.after && byPath(trees.after);
  const steps: Step[] = [];
  const conflicts: Step[] = [];
  const isApart = apartness();
  for (const path of new Set([...was.keys(), ...now.keys()])) {
    const found: Step = { path, was: was.get(path), now: now.get(path) };
    const step: Step = isApart(found) ? { ...found, remake: true } : found;
    if (!selected(path) || isDone(step) || isNewObject(step, was)) continue;
    if (after && !isChanged(step.was, after.get(path)) && !isOpened(step, trees)) continue;
    const conflict = after && isLater(after.get(path), step, trees);
    (conflict ? conflicts : steps).push(step);
  }
  const folders = trees.was.filter((entry) => {
    if (entry.kind !== "directory" || !selected(entry.path)) return false;
    const ended = after?.get(entry.path);
    return !after || !ended || !isSameTime(ended.modified, entry.modified);
  });
  return { steps, conflicts, folders };
}

/** Whether a path is what it was, except for the time of a folder. */
function isDone({ was, now, remake }: Step): boolean {
  if (remake) return false;
  if (!was || !now) return was === now || (was?.kind === "other" && !now);
  return isAlike(was, now) && (was.kind === "directory" || isSameTime(was.modified, now.modified));
}

/** Whether they are the same for who reads them, whenever they were written. */
export function isAlike(a: Entry, b: Entry): boolean {
  if (a.kind !== b.kind || a.owner !== b.owner || a.group !== b.group) return false;
  if (a.kind === "link") return a.content === b.content;
  return a.mode === b.mode && (a.kind !== "file" || isSameContent(a, b));
}

/** Tells which files, seen one after the other, do not go with the others as their names did: see `remake`. */
function apartness(): (step: Step) => boolean {
  const nowOf = new Map<number, number>();
  const wasOf = new Map<number, number>();
  return ({ was, now }) => {
    if (was?.kind !== "file" || now?.kind !== "file" || !isSameContent(was, now)) return false;
    if (was.links < 2 && now.links < 2) return false;
    const [there, here] = [nowOf.get(was.inode), wasOf.get(now.inode)];
    if (there === undefined && here === undefined) {
      nowOf.set(was.inode, now.inode);
      wasOf.set(now.inode, was.inode);
      return false;
    }
    return there !== now.inode || here !== was.inode;
  };
}

function isChanged(was: Entry | undefined, after: Entry | undefined): boolean {
  if (!was || !after) return was !== after;
  return !isUntouched(was, after);
}

function isLater(after: Entry | undefined, { was, now }: Step, trees: Trees): boolean {
  if (!isChanged(after, now) || (trees.resumes && isHalfDone(was, now))) return false;
  if (was && now && isAlike(was, now)) return false;
  return !(after && now && trees.saysTheSame(after, now));
}

/** What a killed restore can have left: nothing, or the right thing with a wrong mode or time. */
function isHalfDone(was: Entry | undefined, now: Entry | undefined): boolean {
  if (!was || !now) return !now;
  return was.kind === now.kind && (was.kind !== "file" || isSameContent(was, now));
}

/** A folder that a killed restore may have made writable for itself. */
function isOpened({ was, now }: Step, { resumes }: Trees): boolean {
  return resumes && was?.kind === "directory" && now?.kind === "directory";
}

/**
 * Objects that came into a repository since are left there: nothing names them any more, they do no harm, and a
 * commit made meanwhile can still be found by its id.
 */
function isNewObject({ path, was }: Step, before: ReadonlyMap<BytePath, Entry>): boolean {
  if (was) return false;
  for (let at = path.lastIndexOf("/objects/"); at >= 0; at = path.lastIndexOf("/objects/", at - 1)) {
    const git = path.slice(0, at);
    if (["HEAD", "objects", "refs"].every((name) => before.has(`${git}/${name}`))) return true;
    if (at === 0) break;
  }
  return false;
}

/** Which paths a person named: all when none. A folder stands for everything in it. */
export function selection(paths: readonly BytePath[] | undefined): (path: BytePath) => boolean {
  if (!paths || paths.includes("")) return () => true;
  return (path) => paths.some((one) => path === one || path.startsWith(`${one}/`));
}

/** The folders above a path, outermost first. */
export function foldersAbove(path: BytePath): readonly BytePath[] {
  const above: BytePath[] = [];
  for (let folder = path; folder !== ""; ) {
    folder = folder === parentOf(folder) ? "" : parentOf(folder);
    above.unshift(folder);
  }
  return above;
}

/** Whether the folder of an entry was only named, not looked into. */
export function isLeftOut(entry: Entry | undefined): boolean {
  return entry?.content === LEFT_OUT;
}
