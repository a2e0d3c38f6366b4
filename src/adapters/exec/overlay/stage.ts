import { accessSync, constants, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../error.ts";
import { isWithin, type Mount, mountOf } from "./mounts.ts";

/** A folder whose changes are captured, and where its layers and parked originals are kept. */
export interface Root {
  /** Absolute, resolved. */
  readonly path: string;
  /** A folder of ours, never visible to a command. */
  readonly stage: string;
  /** False: the stage is on another file system, so a commit has to copy instead of renaming. */
  readonly renames: boolean;
}

export interface Roots {
  readonly captured: readonly Root[];
  /** Folders that are written through to; their stages, with waiting results, stay hidden. */
  readonly live: readonly Root[];
  /** Folders that were to be captured but cannot be; a command can only read them. With the reason. */
  readonly readOnly: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * The workspace, and home where it can be captured too. Both have a layer of their own even when the workspace is
 * inside home: waiting results of the workspace are kept below home, and no overlay may contain its own layers.
 */
export function chooseRoots(
  places: { readonly workspace: string; readonly home?: string; readonly state: string },
  mounts: readonly Mount[],
): Roots {
  const workspace = resolveFolder(places.workspace);
  const below = mountsBelow(workspace, mounts);
  if (below)
    throw new UserError(
      "MOUNT_BELOW",
      `a file system is mounted at \`${below}\`, inside the workspace`,
      "use the snapshot engine, or a workspace without a mount inside",
    );
  const home = places.home === undefined ? undefined : existing(places.home);
  if (home === undefined || isWithin(home, workspace)) return roots([workspace], [], places.state, mounts);
  const reason = whyNotHome(home, mounts);
  if (reason) return roots([workspace], [{ path: home, reason }], places.state, mounts);
  return roots([home, workspace], [], places.state, mounts);
}

/** The same, but the workspace is what it is outside. A home inside the workspace is live with it. */
export function withLiveWorkspace(roots: Roots): Roots {
  return { ...roots, captured: roots.captured.slice(0, -1), live: roots.captured.slice(-1) };
}

function roots(
  paths: readonly string[],
  readOnly: Roots["readOnly"],
  state: string,
  mounts: readonly Mount[],
): Roots {
  return { captured: paths.map((path) => stageFor(path, state, mounts)), live: [], readOnly };
}

function whyNotHome(home: string, mounts: readonly Mount[]): string | undefined {
  if (home === "/") return "it is the root of the file system";
  const below = mountsBelow(home, mounts);
  if (below) return `a file system is mounted at \`${below}\``;
  return undefined;
}

function mountsBelow(folder: string, mounts: readonly Mount[]): string | undefined {
  return mounts.find((mount) => mount.at !== folder && isWithin(mount.at, folder))?.at;
}

function resolveFolder(path: string): string {
  const real = existing(path);
  if (real === undefined || real === "/")
    throw new UserError(
      "NO_WORKSPACE",
      `\`${path}\` is not a folder that can be captured`,
      "name a project folder",
    );
  return real;
}

function existing(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return lstatSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/**
 * File systems that can hold the upper layer of an overlay: they keep attributes of users and say the kind of an
 * entry (kernel, Documentation/filesystems/overlayfs.rst). Not those of containers' root folders, of networks, of FUSE
 * and of Windows; a tmpfs only since Linux 6.6, so it counts only where the probe tried it.
 */
const HOLDING: ReadonlySet<string> = new Set(["ext4", "ext3", "ext2", "xfs", "btrfs", "f2fs", "bcachefs"]);

/** A rename does not cross a mount, even within one file system: so the mount decides, not the device number. */
function stageFor(path: string, state: string, mounts: readonly Mount[]): Root {
  const home = mountOf(path, mounts);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const candidates = [
    realpathSync(state),
    join(dirname(path), `.countersign-${basename(path)}`),
    join(path, ".countersign", "layers"),
  ];
  const own = realpathSync(state);
  const holds = HOLDING.has(home?.type ?? "");
  const found = candidates.find(
    (one) => (holds || one === own) && mountOf(one, mounts) === home && isUsable(one),
  );
  const stage = found ?? own;
  mkdirSync(stage, { recursive: true, mode: 0o700 });
  return { path, stage, renames: found !== undefined };
}

/** A folder that others could write to could have its layers swapped; only our own will do. */
function isUsable(folder: string): boolean {
  if (existsSync(folder)) {
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
  }
  try {
    accessSync(existsSync(dirname(folder)) ? dirname(folder) : dirname(dirname(folder)), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
