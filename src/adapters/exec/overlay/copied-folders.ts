import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { UserError } from "../../error.ts";
import type { LayerRecord } from "../../journal/layer.ts";
import { disk } from "../../journal/storage.ts";
import { type Copies, wasCopy } from "../diff/copies.ts";
import { copyExtended, setOpaque } from "../diff/extended.ts";
import { isWhiteout, listFolder, statOf } from "../diff/extent.ts";
import { nativePath } from "../diff/names.ts";
import type { Entry } from "../diff/read.ts";
import { isWithin } from "./mounts.ts";
import type { Root } from "./stage.ts";

/** A folder above these is not copied: then a rename of it fails inside, as without a copy. */
const MAX_ENTRIES = 20_000;
/** Bytes that are copied at most where the file system cannot share blocks. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Milliseconds. */
const COPY_TIMEOUT = 30_000;

/** Per root what was copied, and what was not, with the reason. */
export interface CopiedAhead {
  readonly copies: readonly (Copies | undefined)[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Copies folders into the upper layer, so that a command can rename them: an overlay of an ordinary user lets only
 * folders be renamed that are wholly of the layer itself. What cannot be copied is left as it is.
 *
 * `wanted`: absolute paths, named by whoever judged the command; what they lead to belongs to the workspace and is not
 * trusted.
 */
export function copyAhead(
  wanted: readonly string[],
  roots: readonly Root[],
  uppers: readonly string[],
  held: readonly LayerRecord[],
): CopiedAhead {
  const refused: { path: string; reason: string }[] = [];
  const copied = new Map<number, string[]>();
  for (const path of new Set(wanted)) {
    const index = innermost(path, roots);
    const root = roots[index];
    const already = copied.get(index) ?? [];
    if (root && already.some((one) => isWithin(path, join(root.path, one)))) continue;
    const reason = root ? copyOne(path, root, uppers[index] ?? "", roots, held) : "it is not captured";
    if (reason !== undefined) refused.push({ path, reason });
    else if (root) copied.set(index, [...already, relative(root.path, path)]);
  }
  const copies = roots.map((_, index) =>
    copied.has(index) ? recordOf(copied.get(index) ?? [], uppers[index] ?? "") : undefined,
  );
  return { copies, refused };
}

function innermost(path: string, roots: readonly Root[]): number {
  const inside = roots.filter((root) => isWithin(path, root.path));
  return roots.indexOf(inside.toSorted((a, b) => b.path.length - a.path.length)[0] as Root);
}

/** Copies one folder; gives the reason when it did not. */
function copyOne(
  path: string,
  root: Root,
  upper: string,
  roots: readonly Root[],
  held: readonly LayerRecord[],
): string | undefined {
  const reason = whyNot(path, root, roots, held);
  if (reason !== undefined) return reason;
  const below = relative(root.path, path);
  const target = join(upper, below);
  const folders = foldersAbove(below);
  if (!makeParents(root.path, upper, folders)) return "no program reads extended attributes here";
  const size = sizeOf(path);
  const done =
    size !== "too many" &&
    statOf(target) === undefined &&
    copyTree(path, target, size === "large" ? "always" : "auto") &&
    setOpaque(target, "opaque");
  for (const one of folders.toReversed()) copyTimes(join(root.path, one), join(upper, one));
  if (done) return undefined;
  disk.removeTree(target);
  return size === "small" ? "it cannot be copied" : "it is too large to be copied";
}

/**
 * The folder is opened first and copied through the descriptor: a parent that becomes a link meanwhile must not let
 * the command see another folder of the person.
 */
function copyTree(path: string, target: string, share: "always" | "auto"): boolean {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`) !== path) return false;
    const words = ["-a", "--preserve=xattr", `--reflink=${share}`, "--", "/proc/self/fd/3/.", target];
    const stdio: readonly ("ignore" | number)[] = ["ignore", "ignore", "ignore", descriptor];
    const env = { PATH: "/usr/bin:/bin" };
    return spawnSync("cp", words, { stdio: [...stdio], env, timeout: COPY_TIMEOUT }).status === 0;
  } finally {
    closeSync(descriptor);
  }
}

function whyNot(
  path: string,
  root: Root,
  roots: readonly Root[],
  held: readonly LayerRecord[],
): string | undefined {
  try {
    if (realpathSync(path) !== path || !lstatSync(path).isDirectory()) return "it is no folder";
  } catch {
    return "it is not there";
  }
  if (path === root.path || roots.some((one) => isWithin(one.path, path) || isWithin(one.stage, path)))
    return "it holds what belongs to the isolated run itself";
  const waits = held.some((layer) =>
    layer.parts.some((part) =>
      part.entries.some(({ change }) => isWithin(change.path, path) || isWithin(path, change.path)),
    ),
  );
  return waits ? "a waiting result changes it" : undefined;
}

function foldersAbove(below: string): readonly string[] {
  const names = below.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** The folders above the copy are in the layer as well and look like those below. False when that cannot be done. */
function makeParents(root: string, upper: string, folders: readonly string[]): boolean {
  for (const one of folders) {
    const [from, to] = [join(root, one), join(upper, one)];
    if (statOf(to)) continue;
    const { mode, uid, gid } = statSync(from);
    mkdirSync(to);
    if (uid !== process.getuid?.() || gid !== process.getgid?.()) chownSync(to, uid, gid);
    chmodSync(to, mode & 0o7777);
    if (!copyExtended(from, to)) return false;
  }
  return true;
}

function copyTimes(from: string, to: string): void {
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
}

function sizeOf(path: string): "small" | "large" | "too many" {
  let entries = 0;
  let bytes = 0;
  const visit = (folder: string): void => {
    for (const name of listFolder(folder)) {
      const stat = statOf(`${folder}/${name}`);
      entries++;
      if (stat?.isFile()) bytes += stat.size;
      if (entries > MAX_ENTRIES) return;
      if (stat?.isDirectory()) visit(`${folder}/${name}`);
    }
  };
  visit(path);
  return entries > MAX_ENTRIES ? "too many" : bytes > MAX_BYTES ? "large" : "small";
}

/** The numbers of all copied entries, and the clock after the last of them. */
function recordOf(folders: readonly string[], upper: string): Copies {
  const entries = new Map<string, number>();
  const visit = (at: string) => {
    const stat = statOf(join(upper, at));
    if (!stat) return;
    entries.set(at, stat.ino);
    if (stat.isDirectory()) for (const name of listFolder(join(upper, at))) visit(`${at}/${name}`);
  };
  for (const folder of folders) visit(folder);
  const stamp = join(dirname(upper), "copied");
  writeFileSync(stamp, "");
  waitForTick(stamp);
  return { folders: new Set(folders), entries, stamp: statSync(stamp).ctimeMs };
}

/** What the command changes must have a later time than the copies: so the clock has to move once more. */
function waitForTick(stamp: string): void {
  const first = statSync(stamp).ctimeMs;
  const probe = `${stamp}-tick`;
  const end = performance.now() + 50;
  do {
    writeFileSync(probe, "");
    if (statSync(probe).ctimeMs > first) break;
  } while (performance.now() < end);
  unlinkSync(probe);
}

/**
 * Makes a copied folder that stayed where it was an ordinary part of the layer again, in which only changes are: so
 * each of them can be accepted or held by itself. Throws when that cannot be done; nothing of the run counts then.
 */
export function settleCopies(upper: string, copies: Copies, entries: readonly Entry[]): void {
  const stayed = [...copies.folders].filter((one) => isStillThere(upper, copies, one));
  for (const folder of stayed) {
    removeUntouched(upper, copies, folder);
    const gone = entries.filter(
      ({ operation, relative: at }) => operation === "remove" && isWithin(at, folder),
    );
    const isDone =
      setOpaque(join(upper, folder), "merged") && makeWhiteouts(gone.map((one) => join(upper, one.relative)));
    if (!isDone)
      throw new UserError(
        "COPY_NOT_SETTLED",
        `the changes below \`${folder}\` cannot be told from what was copied`,
        "run the command again",
      );
  }
}

function isStillThere(upper: string, copies: Copies, folder: string): boolean {
  const stat = statOf(join(upper, folder));
  return stat?.isDirectory() === true && wasCopy(copies, folder, stat);
}

function removeUntouched(upper: string, copies: Copies, folder: string): void {
  for (const name of listFolder(join(upper, folder))) {
    const at = `${folder}/${name}`;
    const path = join(upper, at);
    const stat = statOf(path);
    if (!stat || !wasCopy(copies, at, stat)) continue;
    if (stat.isDirectory()) {
      removeUntouched(upper, copies, at);
      if (stat.ctimeMs <= copies.stamp && listFolder(path).length === 0) rmdirSync(nativePath(path));
    } else if (stat.ctimeMs <= copies.stamp) unlinkSync(nativePath(path));
  }
}

/** Node cannot make them; the kernel lets everybody (mknod(2), the device number 0). */
function makeWhiteouts(paths: readonly string[]): boolean {
  const MAKE = 'for path do mknod -- "$path" c 0 0 || exit 1; done';
  for (let at = 0; at < paths.length; at += 200) {
    const some = paths.slice(at, at + 200);
    const ran = spawnSync("/bin/sh", ["-c", MAKE, "sh", ...some], {
      env: { PATH: "/usr/bin:/bin" },
      stdio: "ignore",
    });
    if (ran.status !== 0) return false;
  }
  return paths.every((path) => {
    const stat = statOf(path);
    return stat !== undefined && isWhiteout(stat);
  });
}
