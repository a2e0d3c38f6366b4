import { createHash } from "node:crypto";
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What a folder holds; see `takePrint`. */
export interface Fingerprint {
  /** SHA-256 in hexadecimal over everything below; equal digests, equal folders. */
  readonly digest: string;
  /** Per path: kind and mode, owner, group, and the content's SHA-256 or the link's target. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Reads the whole folder. One that is not there has no paths. */
export function takePrint(folder: string): Fingerprint {
  const paths = new Map(walk(folder, "").sort(([a], [b]) => (a < b ? -1 : 1)));
  return { digest: sha256(JSON.stringify([...paths])), paths };
}

/** Paths of the work tree that are gone or other than before; what git keeps for itself is left out. */
export function differences(before: Fingerprint, after: Fingerprint) {
  const shown = [...before.paths].filter(([path]) => !path.startsWith(".git/"));
  return {
    gone: shown.filter(([path]) => !after.paths.has(path)).map(([path]) => path),
    changed: shown
      .filter(([path, print]) => after.paths.has(path) && after.paths.get(path) !== print)
      .map(([path]) => path),
  };
}

/** Every path that is not in both with the same content. */
export function otherPaths(before: Fingerprint, after: Fingerprint): readonly string[] {
  const all = new Set([...before.paths.keys(), ...after.paths.keys()]);
  return [...all].filter((path) => before.paths.get(path) !== after.paths.get(path));
}

function walk(folder: string, relative: string): [string, string][] {
  return entriesOf(join(folder, relative)).flatMap((entry) => {
    const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
    const own: [string, string] = [path, printOf(join(folder, path), entry)];
    return entry.isDirectory() ? [own, ...walk(folder, path)] : [own];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function printOf(path: string, entry: Dirent): string {
  const { mode, uid, gid } = lstatSync(path);
  const content = entry.isFile()
    ? sha256(readFileSync(path))
    : entry.isSymbolicLink()
      ? readlinkSync(path)
      : "";
  return `${mode.toString(8)} ${uid}:${gid} ${content}`;
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
