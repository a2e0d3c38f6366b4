import { readFileSync } from "node:fs";
import { absolutePath, type BytePath, forFileSystem } from "./bytes.ts";

/**
 * Folders that a project makes again with one command, and what shows that it is really that: a file inside
 * (`./name`) or beside it. No sign: the name alone is enough, because no person keeps work under it.
 */
const REMADE: ReadonlyMap<string, readonly string[]> = new Map([
  ["node_modules", ["package.json"]],
  ["bower_components", ["bower.json"]],
  [".venv", ["./pyvenv.cfg"]],
  ["venv", ["./pyvenv.cfg"]],
  ["env", ["./pyvenv.cfg"]],
  ["target", ["Cargo.toml", "pom.xml", "build.sbt", "project.clj"]],
  ["Pods", ["Podfile"]],
  [".gradle", ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"]],
  ["__pycache__", []],
  [".mypy_cache", []],
  [".pytest_cache", []],
  [".ruff_cache", []],
  [".tox", []],
  [".nox", []],
  [".next", ["package.json"]],
  [".nuxt", ["package.json"]],
  [".svelte-kit", ["package.json"]],
  [".turbo", ["package.json"]],
  [".parcel-cache", ["package.json"]],
]);

/** What a cache puts into its folder so that backups leave it out (bford.info/cachedir). */
const CACHE_TAG = "CACHEDIR.TAG";

/** The index of a repository, to see whether it tracks files in a folder. */
export interface Tracked {
  /** The folder of the work tree. */
  readonly base: BytePath;
  bytes: Buffer | undefined | "unread";
  readonly file: BytePath;
}

/**
 * Whether a folder can be left out of a snapshot: it is known to be made by a tool, and git tracks nothing in it.
 * The names are the agent's; what is left out wrongly would be lost, so what is not certain is kept.
 */
export function isRemade(
  name: string,
  beside: ReadonlySet<string>,
  inside: readonly string[],
  tracks: () => boolean,
): boolean {
  const signs = REMADE.get(name);
  const known =
    inside.includes(CACHE_TAG) ||
    (signs !== undefined &&
      (signs.length === 0 ||
        signs.some((sign) => (sign.startsWith("./") ? inside.includes(sign.slice(2)) : beside.has(sign)))));
  return known && !tracks();
}

/**
 * Whether the index names something below a folder. Versions 2 and 3 write every path out in full; version 4 and a
 * split index do not, and then the answer is yes.
 */
export function isTracked(tracked: Tracked | undefined, folder: BytePath, workspace: BytePath): boolean {
  if (!tracked) return false;
  if (tracked.bytes === "unread") tracked.bytes = readIndex(absolutePath(workspace, tracked.file));
  if (tracked.bytes === undefined) return false;
  if (tracked.bytes.length < 12 || tracked.bytes.readUInt32BE(4) > 3 || tracked.bytes.includes("link\0\0"))
    return true;
  const below = tracked.base === "" ? folder : folder.slice(tracked.base.length + 1);
  return tracked.bytes.includes(Buffer.from(`${below}/`, "latin1"));
}

function readIndex(file: BytePath): Buffer | undefined {
  try {
    return readFileSync(forFileSystem(file));
  } catch {
    return undefined;
  }
}
