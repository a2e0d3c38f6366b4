import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { absolutePath, type BytePath, forFileSystem, forPeople, toBytes } from "./bytes.ts";
import { isRemade, isTracked, type Tracked } from "./remade.ts";
import { type Entry, type Kind, LEFT_OUT } from "./tree.ts";

export interface WalkOptions {
  /** Absolute. */
  readonly workspace: BytePath;
  /** Absolute paths that are not looked at: the store, when it lies in the workspace. */
  readonly except: ReadonlySet<BytePath>;
  /** Paths in the workspace that are looked into although they could be made again. */
  readonly include: readonly BytePath[];
  /** What was decided about a folder before, so that two looks at a workspace see the same. */
  readonly before?: (folder: BytePath) => "looked-into" | "left-out" | undefined;
  /**
   * Git folders outside the workspace to look into. Absent: those that a `.git` in the workspace names. A later
   * look takes those of the first, or a `.git` written meanwhile would make another repository part of this one.
   */
  readonly outside?: readonly BytePath[];
  /** What to do about a folder of ours that we may not read: it has to be kept, or only looked at. */
  readonly unreadable: "fail" | "skip";
  /** Throws when there are more. */
  readonly maximumEntries: number;
}

export interface Walked {
  /** Folders come before what is in them. Contents of files are empty. */
  readonly entries: readonly Entry[];
  /** What belongs to somebody else and may not be read by us, so that a command of ours cannot either. */
  readonly gaps: readonly BytePath[];
  /** Git folders outside the workspace that were looked into. */
  readonly outside: readonly BytePath[];
}

/** More git folders outside the workspace than this are no work trees of a person. */
const MAXIMUM_OUTSIDE = 16;

interface Walk extends Omit<WalkOptions, "outside"> {
  readonly entries: Entry[];
  readonly gaps: BytePath[];
  readonly follows: boolean;
  readonly found: Set<BytePath>;
}

/**
 * Everything in a workspace, and the git folders that it uses elsewhere (a linked work tree's). Names that
 * vanish meanwhile are left out. Throws when something of our own cannot be looked into.
 */
export function walk(options: WalkOptions): Walked {
  const { outside } = options;
  const state: Walk = {
    ...options,
    entries: [],
    gaps: [],
    follows: outside === undefined,
    found: new Set(outside),
  };
  const root = state.entries[add(state, "", state.workspace)];
  if (root?.kind === "directory") visit(state, "", undefined);
  for (const folder of state.found) {
    if (state.entries[add(state, folder, folder)]?.kind === "directory") visit(state, folder, undefined);
  }
  return { entries: state.entries, gaps: state.gaps, outside: [...state.found] };
}

function visit(state: Walk, folder: BytePath, tracked: Tracked | undefined): void {
  const children = list(state, folder);
  if (children) visitChildren(state, folder, tracked, children);
}

function visitChildren(
  state: Walk,
  folder: BytePath,
  tracked: Tracked | undefined,
  children: Dirent[],
): void {
  const names = new Set(children.map(({ name }) => name));
  const here = names.has(".git")
    ? { base: folder, file: `${folder}${folder && "/"}.git/index`, bytes: "unread" as const }
    : tracked;
  const above = absolutePath(state.workspace, folder);
  for (const child of children) {
    const path = folder === "" ? child.name : `${folder}/${child.name}`;
    const full = `${above}/${child.name}`;
    if (state.except.has(full)) continue;
    const at = add(state, path, full);
    const entry = state.entries[at];
    if (!entry) continue;
    if (child.name === ".git" && state.follows) followGit(state, entry);
    if (entry.kind === "directory") visitFolder(state, at, child.name, names, here);
  }
}

function visitFolder(
  state: Walk,
  at: number,
  name: string,
  beside: ReadonlySet<string>,
  tracked: Tracked | undefined,
): void {
  const entry = state.entries[at];
  if (!entry) return;
  const { path } = entry;
  const children = list(state, path);
  if (!children) return;
  const inside = children.map((child) => child.name);
  const tracks = () => isTracked(tracked, path, state.workspace);
  const decided = state.before?.(path);
  const left = decided
    ? decided === "left-out"
    : isRemade(name, beside, inside, tracks) && !isIncluded(state, path);
  if (left) state.entries[at] = { ...entry, content: LEFT_OUT };
  else visitChildren(state, path, tracked, children);
}

function isIncluded({ include }: Walk, path: BytePath): boolean {
  const overlap = (a: BytePath, b: BytePath) => a === b || a.startsWith(`${b}/`);
  return include.some((one) => overlap(one, path) || overlap(path, one));
}

/** Adds what is there; the index of its entry, or -1 when it is gone or not ours to see. */
function add(state: Walk, path: BytePath, full: BytePath): number {
  try {
    const stat = lstatSync(forFileSystem(full));
    const kind = kindOf(stat);
    const content = kind === "link" ? readlinkSync(forFileSystem(full), { encoding: "latin1" }) : "";
    if (state.entries.push(toEntry(path, kind, stat, content)) > state.maximumEntries)
      throw new Error(`the workspace has more than ${state.maximumEntries} files`);
    return state.entries.length - 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return -1;
    throw error;
  }
}

/** An entry from what the file system says. */
export function toEntry(path: BytePath, kind: Kind, stat: Stats, content: string): Entry {
  return {
    path,
    kind,
    mode: stat.mode & 0o7777,
    inode: stat.ino,
    size: kind === "directory" ? 0 : stat.size,
    modified: stat.mtimeMs,
    changed: stat.ctimeMs,
    links: kind === "directory" ? 1 : stat.nlink,
    owner: stat.uid,
    group: stat.gid,
    content,
  };
}

function kindOf(stat: Stats): Kind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "link";
  return stat.isFIFO() ? "pipe" : "other";
}

function list(state: Walk, folder: BytePath): Dirent[] | undefined {
  const full = forFileSystem(absolutePath(state.workspace, folder));
  try {
    return readdirSync(full as string, { withFileTypes: true, encoding: "latin1" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (folder !== "" && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    const skips = state.unreadable === "skip" || lstatSync(full).uid !== process.getuid?.();
    if (code === "EACCES" && skips) {
      state.gaps.push(folder);
      return undefined;
    }
    throw error;
  }
}

/**
 * A `.git` that is a file or a link names a git folder elsewhere, whose references and objects a command in this
 * work tree can destroy as well. The agent may have written it, so only what is a git folder of ours is followed.
 */
function followGit(state: Walk, entry: Entry): void {
  const folder = gitFolderOf(state, entry);
  if (folder === undefined || state.found.size >= MAXIMUM_OUTSIDE) return;
  if (`${folder}/`.startsWith(`${state.workspace}/`) || state.found.has(folder)) return;
  const has = (name: string) => lstatSync(forFileSystem(`${folder}/${name}`), { throwIfNoEntry: false });
  const owner = lstatSync(forFileSystem(folder), { throwIfNoEntry: false });
  const ours = owner?.isDirectory() && (process.getuid === undefined || owner.uid === process.getuid());
  if (ours && has("HEAD") && has("objects")?.isDirectory() && has("refs")?.isDirectory())
    state.found.add(folder);
}

function gitFolderOf(state: Walk, entry: Entry): BytePath | undefined {
  const full = absolutePath(state.workspace, entry.path);
  const from = forPeople(full.slice(0, full.lastIndexOf("/")));
  if (entry.kind === "link") return toBytes(resolve(from, forPeople(entry.content)));
  if (entry.kind !== "file" || entry.size > 4096) return undefined;
  const named = /^gitdir: ([^\n]+)/.exec(readText(full))?.[1];
  if (named === undefined) return undefined;
  const own = resolve(from, named);
  const common = readText(toBytes(`${own}/commondir`)).trimEnd();
  return toBytes(common === "" ? own : resolve(own, common));
}

function readText(path: BytePath): string {
  try {
    return readFileSync(forFileSystem(path), "utf8");
  } catch {
    return "";
  }
}
