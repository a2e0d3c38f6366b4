import { closeSync, constants, lstatSync, openSync, readdirSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { Setting } from "../../../../core/call.ts";
import type { Effect } from "../../../../core/effect.ts";

/** Databases that an action can reach. */
export interface FoundDatabases {
  /** Absolute paths; no part of them is a link. */
  readonly paths: readonly string[];
  /** Why there may be more, one line each. */
  readonly gaps: readonly string[];
}

const FILE_KINDS = new Set(["file", "directory"]);
/** Files looked at, and milliseconds spent on it: the tree is the agent's. */
const MAX_FILES = 300_000;
const PATIENCE = 10_000;

/** True for effects that can take a database file away or write into one. */
export function mayTouchDatabase({ verb, resource, certain }: Effect): boolean {
  if (verb === "read") return false;
  if (FILE_KINDS.has(resource.kind)) return certain;
  return resource.kind.startsWith("sql.") && resource.environment !== "production";
}

/** The databases that the effects name, lie in what they name, or are named by the command that causes them. */
export function findDatabases(effects: readonly Effect[], setting: Setting): FoundDatabases {
  const search = { paths: new Set<string>(), gaps: new Set<string>(), files: 0, end: Date.now() + PATIENCE };
  for (const effect of effects)
    for (const path of startsOf(effect, setting)) look(path, setting, search, effect.verb === "delete");
  return { paths: [...search.paths].sort(), gaps: [...search.gaps] };
}

interface Search {
  readonly paths: Set<string>;
  readonly gaps: Set<string>;
  files: number;
  readonly end: number;
}

function startsOf({ resource, by }: Effect, setting: Setting): readonly string[] {
  const base = setting.workspace ?? setting.cwd;
  if (FILE_KINDS.has(resource.kind)) return [placed(beforeGlob(resource.name), base, setting.home)];
  return [...by.matchAll(/[^\s'"`<>|&;()]+/g)]
    .map(([word]) =>
      word.replace(/^(?:[\w-]+=)?(?:sqlite3?:(?:\/\/)?|file:(?:\/\/)?)?/, "").replace(/\?.*$/, ""),
    )
    .filter((word) => word !== "")
    .map((word) => placed(word, setting.cwd, setting.home))
    .filter(isDatabase);
}

function placed(name: string, base: string, home: string): string {
  if (isAbsolute(name)) return name;
  return name.startsWith("~/") ? join(home, name.slice(2)) : join(base, name);
}

/** The folder in which a pattern starts to match. */
function beforeGlob(name: string): string {
  const at = name.search(/[*?[{]/);
  return at < 0 ? name : name.slice(0, name.lastIndexOf("/", at) + 1) || ".";
}

/** Only a deletion reaches everything below a folder; other verbs name the file itself. */
function look(path: string, setting: Setting, search: Search, below: boolean): void {
  const real = realParent(path);
  if (real === undefined) return;
  const waiting = [real];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (search.files++ > MAX_FILES || Date.now() > search.end) {
      search.gaps.add(`not everything below \`${path}\` was looked at for databases: it is too large`);
      return;
    }
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined || isOurs(at, setting)) continue;
    if (stat.isFile() && mayBeDatabase(stat.size) && isDatabase(at)) search.paths.add(at);
    if (stat.isDirectory() && below) waiting.push(...namesIn(at, search));
  }
}

function namesIn(folder: string, { gaps }: Search): readonly string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch (error) {
    gaps.add(`cannot look into \`${folder}\`: ${(error as Error).message}`);
    return [];
  }
}

/** Pages are multiples of 512 bytes (SQLite file format, 1.2); a file that never was flushed has one at least. */
function mayBeDatabase(size: number): boolean {
  return size >= 512 && size % 512 === 0;
}

/** Our own folders, and what the isolated engine catches and puts back byte for byte. */
function isOurs(path: string, { engine, workspace, cwd, home, own }: Setting): boolean {
  const captured = engine === "linux-overlay" ? [workspace ?? cwd, home] : [];
  return [...own, ...captured].some((root) => path === root || path.startsWith(`${root}/`));
}

function realParent(path: string): string | undefined {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return undefined;
  }
}

/** Whether the file begins as SQLite databases do (SQLite file format, 1.3); what cannot be read does not. */
export function isDatabase(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const head = Buffer.alloc(16);
    return readSync(descriptor, head, 0, 16, 0) === 16 && head.toString("latin1") === "SQLite format 3\0";
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
