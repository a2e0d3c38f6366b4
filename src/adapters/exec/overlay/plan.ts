import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { isWithin, type Mount, reachableMounts } from "./mounts.ts";
import type { Root } from "./stage.ts";
import { DEVICES, TEMPLATE } from "./template.ts";

/** One mount, in the words of fstab(5). Paths without a leading `/` are relative to the run's folder. */
export interface PlannedMount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  /** Separated by commas. */
  readonly options: string;
}

/** What one run mounts. */
export interface MountPlan {
  /** In order. */
  readonly mounts: readonly PlannedMount[];
  /** Every path that must be a mount of its own before the command may start. */
  readonly targets: readonly string[];
}

export interface PlanInput {
  readonly roots: readonly Root[];
  /** How many waiting layers lie below per root; `b0.0` is the newest of the first root. */
  readonly below: readonly number[];
  /** Folders on other file systems, under a name in the run's folder. */
  readonly handles: readonly { readonly source: string; readonly name: string }[];
  /**
   * Folder with what is `/tmp` and `/var/tmp` for the commands of a session, as seen from the run's folder; absent: the
   * machine's own `/tmp` is passed through.
   */
  readonly tmp?: string;
  /** Paths that a command must not see; files are empty for it, folders are empty and read-only. */
  readonly masked: readonly string[];
  /** Sockets of ours that a command finds in the place of those of services. */
  readonly standIns: readonly StandIn[];
  /** Paths that a command writes through to, unseen. */
  readonly passed: readonly string[];
  /** Those of `passed` that a command cannot write to after all. */
  readonly refused: readonly string[];
  readonly mounts: readonly Mount[];
}

/** A socket in the place of another one; both absolute. */
export interface StandIn {
  readonly path: string;
  readonly socket: string;
}

/** Places that hold temporary files; each command of a session sees the session's own. */
const TEMPORARY = ["/tmp", "/var/tmp"];

/** Kernel file systems that say nothing about the workspace and that a command may not change. */
const COVERED = ["/sys/fs/cgroup", "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/firmware"];

/** Puts the mounts in an order in which nothing covers what a later line still needs. */
export function planMounts(input: PlanInput): MountPlan {
  const out: PlannedMount[] = [];
  const add: Add = (source, target, type, options) => out.push({ source, target, type, options });
  for (const { source, name } of input.handles) add(source, name, "none", "bind");
  for (const [index, root] of input.roots.entries()) add(root.path, `${TEMPLATE}/l${index}`, "none", "bind");
  for (const [index, path] of input.passed.entries()) add(path, `c${index}`, "none", "bind");
  devices(add);
  temporary(input, add);
  for (const [index, root] of input.roots.entries())
    add("overlay", root.path, "overlay", overlayOptions(input, index));
  for (const [index, path] of input.passed.entries())
    add(`c${index}`, path, "none", input.refused.includes(path) ? "bind,ro" : "bind");
  const stood = input.standIns.flatMap(({ path, socket }) => {
    const real = resolved(path);
    return real === undefined ? [] : [{ path: real, socket }];
  });
  for (const { path, socket } of stood) add(socket, path, "none", "bind,ro");
  masks(input, new Set(stood.map(({ path }) => path)), add);
  readOnly(input, out, add);
  const targets = out.map((one) => one.target).filter((target) => target.startsWith("/") && target !== "/.");
  return { mounts: out, targets: [...new Set(targets)] };
}

type Add = (source: string, target: string, type: string, options: string) => void;

function devices(add: Add): void {
  for (const name of DEVICES) add(`/dev/${name}`, `${TEMPLATE}/device/${name}`, "none", "bind");
  if (existsSync("/dev/pts")) add("/dev/pts", `${TEMPLATE}/device/pts`, "none", "rbind");
  add(`${TEMPLATE}/device`, "/dev", "none", "rbind");
  add("tmpfs", "/dev/shm", "tmpfs", "nosuid,nodev,mode=1777");
}

/** The session's own, or the machine's: then a mount of its own, since what it is part of becomes read-only. */
function temporary({ roots, tmp }: PlanInput, add: Add): void {
  for (const path of TEMPORARY.filter((one) => existsSync(one) && !lstatSync(one).isSymbolicLink())) {
    if (roots.some((root) => isWithin(path, root.path))) continue;
    if (tmp === undefined) add(path, path, "none", "rbind");
    else add(`${tmp}${path}`, path, "none", "bind");
  }
}

/** True when a path can be seen at all inside: not below a `/tmp` that was replaced, unless in a folder of its own. */
function isVisible(path: string, input: PlanInput): boolean {
  const folders = [...input.roots.map((root) => root.path), ...input.passed];
  return (
    folders.some((folder) => isWithin(path, folder)) ||
    input.tmp === undefined ||
    !TEMPORARY.some((one) => isWithin(path, one))
  );
}

function overlayOptions(input: PlanInput, index: number): string {
  const waiting = Array.from({ length: input.below[index] ?? 0 }, (_, layer) => `b${index}.${layer}`);
  const lower = [...waiting, `${TEMPLATE}/l${index}`];
  return `userxattr,volatile,lowerdir=${lower.join(":")},upperdir=${index}/u,workdir=${index}/w`;
}

function masks(input: PlanInput, covered: ReadonlySet<string>, add: Add): void {
  const masked = input.masked.map(resolved).filter((path) => path !== undefined);
  const paths = new Set(masked.filter((path) => !covered.has(path)));
  // What lies in a covered folder is covered with it, and could not be mounted over any more.
  const isCovered = (path: string) => [...paths].some((other) => other !== path && isWithin(path, other));
  for (const path of paths) {
    if (isCovered(path)) continue;
    if (!isVisible(path, input)) continue;
    if (statSync(path).isDirectory()) add("tmpfs", path, "tmpfs", "ro,nosuid,nodev,noexec,mode=0555,size=4k");
    else add(`${TEMPLATE}/empty`, path, "none", "bind,ro");
  }
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function readOnly(input: PlanInput, out: readonly { target: string }[], add: Add): void {
  const own = new Set(out.map((one) => one.target));
  const covered = COVERED.filter((path) => input.mounts.some((mount) => mount.at === path));
  for (const path of covered) add("tmpfs", path, "tmpfs", "ro,nosuid,nodev,noexec,mode=0555,size=4k");
  for (const mount of reachableMounts(input.mounts)) {
    if (mount.options.includes("ro") || mount.at === "/proc" || isWithin(mount.at, "/dev")) continue;
    if (isWithin(mount.at, "/proc") || own.has(mount.at)) continue;
    if (covered.some((path) => isWithin(mount.at, path)) || !isVisible(mount.at, input)) continue;
    const kept = mount.options.filter((option) => option !== "rw");
    add("none", mount.at === "/" ? "/." : mount.at, "none", ["remount", "bind", "ro", ...kept].join(","));
  }
  add("none", "/dev", "none", "remount,bind,ro,nosuid");
}

/** Folders inside a session's `/tmp` on which captured folders are mounted. */
export function mountPointsInside(roots: readonly Root[], tmp: string): readonly string[] {
  const paths = roots.map((root) => root.path);
  return paths
    .filter((path) => TEMPORARY.some((one) => isWithin(path, one) && path !== one))
    .map((path) => join(tmp, path));
}
