import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Runnable } from "../../../gate/ports.ts";
import type { FolderPair } from "../diff/extended.ts";
import type { Room } from "../network/room.ts";
import type { PlannedMount } from "./plan.ts";
import type { Tools } from "./tools.ts";

/** What the command's three streams are: the caller's, nothing, an open descriptor, or a pipe (see `started`). */
export type Stream = "inherit" | "ignore" | "pipe" | number;

export interface Launch {
  readonly tools: Tools;
  /** Folder of the run, where relative paths of `mounts` begin. */
  readonly folder: string;
  readonly mounts: readonly PlannedMount[];
  /** Paths that must be mounts of their own before the command may start. */
  readonly targets: readonly string[];
  /** Pairs whose upper folder first gets the extended attributes of the lower one, as default access lists. */
  readonly copied: readonly FolderPair[];
  readonly command: Runnable;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdio: readonly [Stream, Stream, Stream];
  readonly network: "on" | "off" | Room;
  /** Told when the streams of kind `pipe` are there. */
  readonly started?: ((streams: Pick<ChildProcess, "stdin" | "stdout" | "stderr">) => void) | undefined;
  /** Ends the command and everything it started. */
  readonly abort?: AbortSignal | undefined;
  /** The set-up, when it was started already (`startAhead`). */
  readonly ahead?: ChildProcess | undefined;
  /** An open file that the command reaches as `CHANNEL`, and that is none of its descriptors. */
  readonly channel?: number | undefined;
}

/** Where a command finds the file of `Launch.channel`. */
export const CHANNEL = "/proc/1/fd/7";

/** What must be known to start a set-up. */
export type Streams = Pick<Launch, "tools" | "stdio" | "network" | "channel">;

/** A way to set up the namespaces of a command: what to start. */
export interface SetupStart {
  readonly words: readonly string[];
  /** Nothing of the caller's environment: `LD_PRELOAD` there would run outside of every wall. */
  readonly environment: Readonly<Record<string, string>>;
  /** What its descriptors 5 and 6 are. */
  readonly descriptors: readonly ["pipe" | number, "ignore" | number];
}

/** What to give it. */
export interface Setup extends SetupStart {
  /** What it reads first from descriptor 4. */
  readonly opening?: Buffer;
  /** How many processes the command left running, in digits, where the set-up does not say so itself. */
  readonly leftBehind?: () => string;
  readonly close: () => void;
}

/** The descriptors that are the namespaces of a room. */
export const ROOM = { users: 8, network: 9 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A line was read as bash reads it: `PATH`, which a line before may have changed, must not name another bash. */
export function commandWords({ command, tools }: Launch): readonly string[] {
  if ("argv" in command) return command.argv;
  return [tools.bash ?? "bash", "--noprofile", "--norc", "-c", command.shell, "bash"];
}

/** Parts of `/proc` that reach the whole machine and that the root user of a namespace could write. */
const SHARED_PROC = ["sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"];

/** For root: what the whole machine shares stays read-only. To be mounted over the `/proc` of the command's processes. */
export function sharedProc(): readonly PlannedMount[] {
  if (!isRoot()) return [];
  const paths = SHARED_PROC.map((name) => `/proc/${name}`).filter((path) => existsSync(path));
  return paths.map((path) => ({
    source: path,
    target: path,
    type: "none",
    options: "bind,ro,nosuid,nodev,noexec",
  }));
}

/** Capabilities that root does not have inside, by number: with each a command could reach out of its namespaces. */
export const DROPPED: Readonly<Record<string, number>> = {
  net_admin: 12,
  sys_module: 16,
  sys_rawio: 17,
  sys_ptrace: 19,
  sys_admin: 21,
  sys_boot: 22,
  sys_time: 25,
  linux_immutable: 9,
  mac_override: 32,
  mac_admin: 33,
  syslog: 34,
};
