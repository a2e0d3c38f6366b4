import { existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import type { Ended, Runnable } from "../../../gate/ports.ts";
import { UserError } from "../../error.ts";
import { heldRecords, type Layer, type LayerPart, type LayerRecord, layerFrom } from "../../journal/layer.ts";
import { newStepId } from "../../journal/step.ts";
import { disk } from "../../journal/storage.ts";
import { type Base, baseOf } from "../diff/base.ts";
import type { Change } from "../diff/change.ts";
import type { Copies } from "../diff/copies.ts";
import type { ExtendedReader } from "../diff/extended.ts";
import { markMoves } from "../diff/moves.ts";
import { wasCopiedUp } from "../diff/origin.ts";
import { type ReadResult, readLayer, withExtended } from "../diff/read.ts";
import type { Room } from "../network/room.ts";
import { type CopiedAhead, copyAhead, settleCopies } from "./copied-folders.ts";
import { type Mount, mountOf, readMounts } from "./mounts.ts";
import { mountPointsInside, planMounts, type StandIn } from "./plan.ts";
import { probeOverlay } from "./probe.ts";
import { belowOf, makeRunFolder, type RunFolder, waitingBelow } from "./run-folder.ts";
import type { Launch, Stream } from "./setup.ts";
import { abandon, type Finished, launch, startAhead } from "./spawn.ts";
import { chooseRoots, type Root, type Roots, withLiveWorkspace } from "./stage.ts";
import { findTools, type Tools } from "./tools.ts";

/** How commands are run; all paths absolute. */
export interface OverlayOptions {
  /** Our own folder: layers, parked originals. Never visible to a command. */
  readonly state: string;
  readonly workspace: string;
  /**
   * `live` is for a service, as a development server: it sees at once what others change in the workspace, and what
   * it changes there is real at once. The way back has to be made before (a snapshot). Files that a command must not
   * see stay hidden until somebody replaces them. `refused` is for a command that is known to read only: the workspace
   * is what it is outside and cannot be written, which spares reading a large one through an overlay.
   */
  readonly workspaceWrites?: "captured" | "live" | "refused";
  /** Captured as well where that is possible. */
  readonly home?: string;
  /** Files and folders that a command must not see: keys, other secrets, our own configuration. */
  readonly masked?: readonly string[];
  /** Folders that are written through to, unseen: caches of package managers. None may be a symbolic link. */
  readonly caches?: readonly string[];
  /** A room: no network but what it leads to. Its variables are added to those of a command. */
  readonly network?: "on" | "off" | Room;
  /** `session`: `/tmp` belongs to the commands of a session; `host`: the machine's own, unseen. */
  readonly tmp?: "session" | "host";
  /** Commands of the same session share their `/tmp`. */
  readonly session?: string;
  /** Sockets of services that stay reachable although they reach out of the sandbox. */
  readonly sockets?: readonly string[];
  /** Sockets of ours that answer in the place of services which are out of reach. */
  readonly standIns?: readonly StandIn[];
  /** Programs for the set-up; absent: those of this machine. */
  readonly tools?: Tools;
}

export interface RunOptions {
  readonly cwd: string;
  /** The environment of the command, whole. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absent: the caller's own. */
  readonly stdio?: readonly [Stream, Stream, Stream];
  readonly started?: Launch["started"];
  readonly abort?: Launch["abort"];
  readonly channel?: Launch["channel"];
  /**
   * Folders that the command is going to rename, absolute. They are copied ahead, because an overlay refuses to rename
   * what was there before (see `OverlayRun.notRenamable`).
   */
  readonly renames?: readonly string[];
}

/** What a command did; nothing of it is in the real tree yet. */
export interface OverlayRun {
  readonly ended: Ended;
  readonly leftBehind: Finished["leftBehind"];
  readonly changes: readonly Change[];
  readonly layer: Layer;
  /** Folders of `renames` that could not be copied ahead: renaming them fails inside with EXDEV. */
  readonly notRenamable: CopiedAhead["refused"];
}

export interface OverlayEngine {
  readonly engine: "linux-overlay";
  /** Folders whose changes are captured. */
  readonly captured: readonly string[];
  /** Folders that should be captured and can only be read, with the reason. */
  readonly readOnly: Roots["readOnly"];
  run(command: Runnable, options: RunOptions): Promise<OverlayRun>;
  /** Removes the `/tmp` of the session. */
  close(): void;
}

/**
 * Services behind these sockets do things outside of any sandbox for whoever connects: start containers, units of
 * the init system, or programs in the person's desktop session.
 */
export const CONTROL_SOCKETS = [
  "/run/docker.sock",
  "/run/podman",
  "/run/containerd",
  "/run/crio",
  "/run/dbus",
  "/run/systemd/private",
  "/run/libvirt",
  "/run/snapd.socket",
  "/run/lxd",
  "/run/incus",
  "/run/user",
];

/** Contract: throws when the machine or the folders do not allow it; see `probeOverlay` for the reason ahead. */
export function createOverlayEngine(options: OverlayOptions): OverlayEngine {
  const tools = options.tools ?? findTools();
  if ("missing" in tools)
    throw new UserError("NO_TOOL", `\`${tools.missing}\` is not installed`, "install the package util-linux");
  mkdirSync(options.state, { recursive: true, mode: 0o700 });
  const state = realpathSync(options.state);
  const mounts = readMounts("self");
  const chosen = chooseRoots({ ...options, state }, mounts);
  refuseUnstackable(chosen, mounts);
  const { workspaceWrites = "captured" } = options;
  const roots = workspaceWrites === "captured" ? chosen : withLiveWorkspace(chosen);
  const session = join(state, "sessions", (options.session ?? "default").replace(/[^\w-]/g, "_"));
  const setting: Setting = { options: { ...options, state }, tools, mounts, roots, session };
  return {
    engine: "linux-overlay",
    captured: roots.captured.map((root) => root.path),
    readOnly: roots.readOnly,
    run: (command, run) => runOnce(setting, command, run),
    close: () => disk.removeTree(session),
  };
}

/** On an overlay, as in a container or in a run of ours, only trying tells whether another can lie over it. */
function refuseUnstackable({ captured }: Roots, mounts: readonly Mount[]): void {
  for (const { path, stage } of captured) {
    if (mountOf(path, mounts)?.type !== "overlay") continue;
    const probe = probeOverlay(stage, path);
    if (!probe.works) throw new UserError("NOT_STACKABLE", probe.reason, "use the snapshot engine");
  }
}

interface Setting {
  readonly options: OverlayOptions;
  readonly tools: Tools;
  readonly mounts: readonly Mount[];
  readonly roots: Roots;
  readonly session: string;
}

async function runOnce(setting: Setting, command: Runnable, run: RunOptions): Promise<OverlayRun> {
  const { options, roots } = setting;
  const captured = roots.captured;
  const held = heldRecords(options.state);
  const waiting = waitingBelow(held, captured);
  const caches = (options.caches ?? []).map(checkedCache).filter((path) => path !== undefined);
  const passed = [...caches, ...roots.live.map((root) => root.path)];
  const temporary = options.tmp === "host" ? undefined : makeTemporary(setting);
  const network = options.network ?? "on";
  const stdio = run.stdio ?? (["inherit", "inherit", "inherit"] as const);
  const streams = { tools: setting.tools, stdio, network, channel: run.channel };
  const ahead = startAhead(streams);
  let folder: RunFolder | undefined;
  try {
    folder = makeRunFolder(options.state, newStepId(Date.now()), captured, held, passed, temporary);
    const copied = copyAhead(run.renames ?? [], captured, folder.uppers, held);
    const plan = planMounts({
      roots: captured,
      handles: folder.handles,
      below: captured.map((root) => belowOf(held, root).length),
      ...(temporary === undefined ? {} : { tmp: relative(folder.path, temporary) }),
      standIns: options.standIns ?? [],
      masked: [...maskedPaths(setting), ...captured.map((root) => root.stage)],
      passed,
      refused: options.workspaceWrites === "refused" ? roots.live.map((root) => root.path) : [],
      mounts: setting.mounts,
    });
    const uppers = folder.uppers;
    const finished = await launch({
      ...run,
      ...streams,
      ahead,
      folder: folder.path,
      ...plan,
      copied: captured.map((root, index) => ({ lower: root.path, upper: uppers[index] ?? "" })),
      command,
      env: typeof network === "object" ? { ...run.env, ...network.environment } : run.env,
    });
    const captive = await capture(setting, folder, { held, ...waiting, copies: copied.copies }, finished);
    return { ...captive, notRenamable: copied.refused };
  } catch (error) {
    if (ahead) abandon(ahead);
    if (folder) discardRun(options.state, folder, captured);
    throw error;
  }
}

/** What a run was started on. */
interface Below extends ReturnType<typeof waitingBelow> {
  readonly held: readonly LayerRecord[];
  /** Per root. */
  readonly copies: CopiedAhead["copies"];
}

/** The command's processes are gone by now, so nothing is changed any more while the namespaces are taken down. */
async function capture(
  setting: Setting,
  folder: RunFolder,
  below: Below,
  finished: Finished,
): Promise<Omit<OverlayRun, "notRenamable">> {
  const read = (root: Root, index: number) => readRoot(root, folder, index, below, finished.view);
  let parts: readonly LayerPart[];
  try {
    parts = await withAttributes(setting.roots.captured.map(read), finished.attributes);
  } finally {
    void finished.release();
  }
  const record: LayerRecord = {
    version: 1,
    id: folder.id,
    stamp: folder.stamp,
    readAt: Date.now(),
    parts,
    builtOn: below.builtOn,
    unseen: below.unseen,
    ownSteps: [],
  };
  const layer = layerFrom(setting.options.state, record);
  return { ended: finished.ended, leftBehind: finished.leftBehind, changes: layer.changes, layer };
}

interface Reading {
  readonly root: Root;
  readonly upper: string;
  readonly result: ReadResult;
  readonly base: Base;
  readonly copies?: Copies | undefined;
}

function readRoot(
  root: Root,
  folder: RunFolder,
  index: number,
  { held, copies: ahead }: Below,
  view: string,
): Reading {
  const upper = folder.uppers[index] ?? "";
  const base = baseOf(root.path, belowOf(held, root));
  const input = { root: root.path, upper, merged: view + root.path, stamp: folder.stamp };
  const copies = ahead[index];
  const wasCopied = (relative: string) => wasCopiedUp(input, relative);
  const result = readLayer({ ...input, base, wasCopied, copies });
  return { root, upper, result, base, copies };
}

/** One question for all folders: the reader was started with the command and answers at once. */
async function withAttributes(
  readings: readonly Reading[],
  reader: ExtendedReader,
): Promise<readonly LayerPart[]> {
  const pairs = readings.map(({ upper, result }) =>
    result.merged.map(({ relative, lower }) => ({ upper: join(upper, relative), lower })),
  );
  const copied = readings.flatMap(({ upper, result }) =>
    result.entries
      .filter((one) => one.operation !== "remove" && one.change.type === "file")
      .map((one) => join(upper, one.relative)),
  );
  const fresh = readings.flatMap(({ upper, result }) =>
    result.entries
      .filter((one) => one.operation === "put" && one.change.type === "directory")
      .map((one) => join(upper, one.relative)),
  );
  const answers = (await reader.compare(pairs.flat(), copied, fresh)) ?? [];
  const starts = pairs.map((_, index) => pairs.slice(0, index).flat().length);
  return readings.map(({ root, upper, result, base, copies }, index) => {
    const own = answers.slice(starts[index] ?? 0);
    const entries = markMoves(
      withExtended(root.path, result, own),
      (one) => base.lookup(one.relative)?.path ?? join(root.path, one.relative),
      (one) => join(upper, one.relative),
      copies,
    );
    if (copies) settleCopies(upper, copies, entries);
    return { root, upper, entries, opaque: result.opaque };
  });
}

function maskedPaths({ options, roots }: Setting): readonly string[] {
  const sockets = CONTROL_SOCKETS.filter(
    (path) => !(options.sockets ?? []).some((one) => one.startsWith(path)),
  );
  const stages = [...roots.captured, ...roots.live].map((root) => root.stage);
  return [...(options.masked ?? []), ...sockets, options.state, ...stages];
}

/** Behind a link that an agent made, writing through would reach any folder of its choice. */
function checkedCache(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (realpathSync(path) === path && lstatSync(path).isDirectory()) return path;
  throw new UserError(
    "CACHE_IS_LINK",
    `the cache \`${path}\` is reached through a link`,
    "name the folder itself",
  );
}

function makeTemporary({ session, roots }: Setting): string {
  for (const name of ["tmp", "var/tmp"]) mkdirSync(join(session, name), { recursive: true, mode: 0o700 });
  const own = [...roots.captured, ...roots.live];
  for (const path of mountPointsInside(own, session)) mkdirSync(path, { recursive: true });
  return session;
}

function discardRun(state: string, folder: RunFolder, roots: readonly Root[]): void {
  for (const root of roots) disk.removeTree(join(root.stage, "layers", folder.id));
  disk.removeTree(join(state, "layers", folder.id));
}
