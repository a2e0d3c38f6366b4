import { createHash } from "node:crypto";
import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Setting } from "../../core/call.ts";
import type { Effect } from "../../core/effect.ts";
import type { RestorePort } from "../../gate/ports.ts";
import { UserError } from "../error.ts";

/** More than this is not copied before a command: then there is no way back, and the command does not run. */
const MAX_BYTES = 2 * 1024 ** 3;
const MAX_ENTRIES = 200_000;

/** Folders that a project can make again at any time; a restore point of the whole work tree leaves them out. */
const REMADE = new Set([
  "node_modules",
  ".venv",
  "venv",
  "target",
  "__pycache__",
  ".gradle",
  ".next",
  ".cache",
]);

interface SavedRoot {
  /** Absolute path. */
  readonly path: string;
  /** Nothing was there: to undo is to remove what is there then. */
  readonly absent: boolean;
  /** Only some things below it were copied; the rest stays as it is when it is put back. */
  readonly partial: boolean;
}

interface Manifest {
  readonly action: string;
  readonly workspace: string;
  readonly roots: readonly SavedRoot[];
  /** Fingerprint of the roots after the command; absent until it ended. */
  readonly after?: string;
}

/**
 * The way back of engine `plain`: what a command is predicted to delete or overwrite in the workspace is copied
 * before it runs (as a reflink where the file system can). It knows only what was predicted.
 */
export function copiedRestorePoints(folder: string): RestorePort {
  return {
    make: async (action, effects, setting) => {
      const home = join(folder, action);
      mkdirSync(join(home, "files"), { recursive: true, mode: 0o700 });
      const budget = { bytes: 0, entries: 0 };
      const roots = rootsOf(effects, setting).map((root, index) =>
        save(root, join(home, "files", String(index)), budget),
      );
      writeManifest(home, { action, workspace: setting.workspace ?? setting.cwd, roots });
      return action;
    },
    ended: async (action) => {
      const home = join(folder, action);
      if (!existsSync(join(home, "manifest.json"))) return;
      const manifest = readManifest(home);
      writeManifest(home, { ...manifest, after: fingerprint(manifest.roots) });
    },
  };
}

/** Puts back what a restore point holds. Refuses when the files changed after the command, unless forced. */
export function restoreCopies(folder: string, action: string, force: boolean): readonly string[] {
  const home = join(folder, action);
  if (!existsSync(join(home, "manifest.json"))) {
    throw new UserError(
      "NO_RESTORE_POINT",
      `action \`${action}\` has no restore point`,
      "see `countersign log` for actions that have one",
    );
  }
  const manifest = readManifest(home);
  if (!force && manifest.after !== undefined && manifest.after !== fingerprint(manifest.roots)) {
    throw new UserError(
      "CHANGED_SINCE",
      `files of action \`${action}\` were changed after it ended`,
      "look at them first; `countersign undo --force` overwrites the later changes",
    );
  }
  for (const [index, root] of manifest.roots.entries()) putBack(root, join(home, "files", String(index)));
  return manifest.roots.map((root) => relative(manifest.workspace, root.path) || ".");
}

function writeManifest(home: string, manifest: Manifest): void {
  writeFileSync(join(home, "manifest.json"), JSON.stringify(manifest), { mode: 0o600, flush: true });
}

function readManifest(home: string): Manifest {
  return JSON.parse(readFileSync(join(home, "manifest.json"), "utf8")) as Manifest;
}

const FILE_KINDS = new Set(["file", "directory", "link"]);

/** What to copy: the named files, and for anything else in the workspace the work tree with its `.git`. */
function rootsOf(
  effects: readonly Effect[],
  setting: Setting,
): readonly { path: string; partial: boolean }[] {
  const base = setting.workspace ?? setting.cwd;
  const counted = effects.filter((effect) => effect.wayBack === "restore-point");
  if (counted.some((effect) => !FILE_KINDS.has(effect.resource.kind) || !effect.certain))
    return [{ path: base, partial: true }];
  const paths = counted.map((effect) => join(base, beforeGlob(effect.resource.name)));
  const outermost = paths.filter(
    (path) => !paths.some((other) => other !== path && path.startsWith(other + sep)),
  );
  return [...new Set(outermost)].map((path) => ({ path, partial: path === base }));
}

/** The folder in which a pattern starts to match. */
function beforeGlob(name: string): string {
  const at = name.search(/[*?[{]/);
  return at < 0 ? name : name.slice(0, name.lastIndexOf("/", at) + 1) || ".";
}

function save(
  root: { path: string; partial: boolean },
  into: string,
  budget: { bytes: number; entries: number },
): SavedRoot {
  if (!lstatSync(root.path, { throwIfNoEntry: false })) return { ...root, absent: true };
  cpSync(root.path, into, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => isSaved(source, root, budget),
  });
  return { ...root, absent: false };
}

function isSaved(
  source: string,
  root: { path: string; partial: boolean },
  budget: { bytes: number; entries: number },
): boolean {
  const below = relative(root.path, source).split(sep);
  if (
    root.partial &&
    (below.some((name) => REMADE.has(name)) || (below[0] === ".git" && below[1] === "objects"))
  )
    return false;
  const stat = lstatSync(source);
  if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink()) return false;
  budget.bytes += stat.isFile() ? stat.size : 0;
  budget.entries++;
  if (budget.bytes > MAX_BYTES || budget.entries > MAX_ENTRIES) {
    throw new UserError(
      "TOO_LARGE_TO_KEEP",
      `\`${root.path}\` is too large to copy before the command (${MAX_ENTRIES} entries or 2 GiB at most)`,
      "name fewer files, or remove it yourself",
    );
  }
  return true;
}

function putBack(root: SavedRoot, from: string): void {
  if (!root.partial) rmSync(root.path, { recursive: true, force: true });
  if (root.absent) return;
  mkdirSync(dirname(root.path), { recursive: true });
  cpSync(from, root.path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, force: true });
}

/** Path, kind, size and modification time of everything below the roots. */
function fingerprint(roots: readonly SavedRoot[]): string {
  const hash = createHash("sha256");
  const visit = (path: string, partial: boolean) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    hash.update(
      `${path}\0${stat ? `${stat.mode} ${stat.isDirectory() ? 0 : stat.size} ${stat.isDirectory() ? 0 : stat.mtimeMs}` : "absent"}\0`,
    );
    if (!stat?.isDirectory()) return;
    for (const name of readdirSync(path).sort()) {
      if (!partial || !(REMADE.has(name) || name === ".git")) visit(join(path, name), partial);
    }
  };
  for (const root of roots) visit(root.path, root.partial);
  return hash.digest("hex");
}
