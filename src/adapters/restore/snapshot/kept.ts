import { constants, copyFileSync, linkSync, lstatSync, rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import { type BytePath, forFileSystem, forPeople } from "./bytes.ts";
import type { Entry } from "./tree.ts";

/**
 * Files too large for a block are kept as files: as a clone where the file system can, as a copy while the budget
 * lasts, and else under a second name (a hard link). A second name survives every deletion and replacement, but
 * not a write into the file itself; what that did to it is noticed when it is put back.
 */
export interface Budget {
  /** Bytes that may still be copied where a second name would do. */
  copy: number;
  /** Bytes that may still be written at all. */
  total: number;
}

const PREFIX = { copy: "copy:", link: "link:" } as const;

export function isKept(content: string): boolean {
  return content.startsWith(PREFIX.copy) || content.startsWith(PREFIX.link);
}

export function isLinked(content: string): boolean {
  return content.startsWith(PREFIX.link);
}

/** The name of a kept file in its folder. */
export function keptFile(folder: string, content: string): string {
  return join(folder, content.replace(":", "-"));
}

/** The entry with its content kept in `folder`, as the file is afterwards. `undefined`: it is gone. */
export function keep(entry: Entry, full: BytePath, folder: string, budget: Budget): Entry | undefined {
  try {
    return keepNow(entry, full, folder, budget);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The content that keeping a file would give, or gave; nothing is written. */
export function keptContent(entry: Entry, folder: string): string {
  const link = linkName(entry);
  return lstatSync(keptFile(folder, link), { throwIfNoEntry: false }) ? link : copyName(entry);
}

function keepNow(entry: Entry, full: BytePath, folder: string, budget: Budget): Entry | undefined {
  const link = linkName(entry);
  const copy = copyName(entry);
  for (const content of [link, copy])
    if (lstatSync(keptFile(folder, content), { throwIfNoEntry: false })) return { ...entry, content };
  if (copied(full, keptFile(folder, copy), entry, budget)) return { ...entry, content: copy };
  try {
    linkSync(forFileSystem(full), keptFile(folder, link));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const whole = { copy: budget.total, total: budget.total };
    if (copied(full, keptFile(folder, copy), entry, whole)) return { ...entry, content: copy };
    throw new Error(`\`${forPeople(entry.path)}\` is too large to copy to another file system`);
  }
  const stat = lstatSync(keptFile(folder, link));
  if (!isSame(stat, entry)) {
    rmSync(keptFile(folder, link));
    return undefined;
  }
  return { ...entry, changed: stat.ctimeMs, links: stat.nlink, content: link };
}

function copied(full: BytePath, into: string, entry: Entry, budget: Budget): boolean {
  const temporary = `${into}.tmp`;
  try {
    copyFileSync(forFileSystem(full), temporary, constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EACCES") return false;
    if (!["ENOTSUP", "EOPNOTSUPP", "EXDEV", "EINVAL", "ENOSYS", "ENOTTY"].includes(code)) throw error;
    if (entry.size > budget.copy) return false;
    copyFileSync(forFileSystem(full), temporary);
    budget.copy -= entry.size;
    budget.total -= entry.size;
  }
  return finishCopy(full, into, entry);
}

function finishCopy(full: BytePath, into: string, entry: Entry): boolean {
  const stat = lstatSync(forFileSystem(full));
  const still = isSame(stat, entry) && stat.ctimeMs === entry.changed;
  if (still) linkSync(`${into}.tmp`, into);
  rmSync(`${into}.tmp`, { force: true });
  return still;
}

/** Whether a file, kept or not, has the bytes of an entry as far as its times and size can tell. */
export function isSame(stat: Stats, entry: Pick<Entry, "size" | "modified">): boolean {
  return stat.isFile() && stat.size === entry.size && stat.mtimeMs === entry.modified;
}

function linkName({ inode, size, modified }: Entry): string {
  return `${PREFIX.link}${inode}-${size}-${modified}`;
}

function copyName({ inode, size, modified, changed }: Entry): string {
  return `${PREFIX.copy}${inode}-${size}-${modified}-${changed}`;
}

/** Whether two contents of files are the same bytes; kept files are told by size and time. */
export function isSameContent(a: Entry, b: Entry): boolean {
  if (a.content === b.content) return true;
  const kept = isKept(a.content) && isKept(b.content);
  return kept && a.size === b.size && isSameTime(a.modified, b.modified);
}

/** Node sets times as seconds in a double, which is exact to a quarter of a microsecond. */
export function isSameTime(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.002;
}
