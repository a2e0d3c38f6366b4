import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import type { Duplex, Readable, Writable } from "node:stream";
import type { Ended } from "../../../gate/ports.ts";
import { UserError } from "../../error.ts";
import { type ExtendedReader, slowReader, streamReader } from "../diff/extended.ts";
import type { Room } from "../network/room.ts";
import { mapOwnUsers } from "../user-map.ts";
import { coveredDescriptors } from "./descriptors.ts";
import { readMounts } from "./mounts.ts";
import { perlSetup, perlStart } from "./perl-setup.ts";
import type { Launch, SetupStart, Streams } from "./setup.ts";
import { shellSetup } from "./shell-setup.ts";
import { forwardSignals } from "./signals.ts";

/** A command that ended, and its last process with it. Its namespaces stay until `release`. */
export interface Finished {
  readonly ended: Ended;
  /** How many processes still ran when the command ended, by its own word; undefined when it was killed. */
  readonly leftBehind: number | undefined;
  /** The root folder of the command's view, for reading the merged tree. */
  readonly view: string;
  readonly attributes: ExtendedReader;
  /** Lets the namespaces go; resolves when they are gone, which nothing has to wait for. */
  release(): Promise<void>;
}

/**
 * Starts the set-up before it is known what to set up, for `Launch.ahead`: Perl reads its program while folders are
 * made. Undefined where there is no Perl. Contract: `launch` gets it within the same turn, or `abandon`.
 */
export function startAhead(streams: Streams): ChildProcess | undefined {
  const { perl } = streams.tools;
  return perl === undefined ? undefined : start(perlStart(perl), streams);
}

/** Ends a set-up that is not needed after all; nothing ran in it. */
export function abandon(ahead: ChildProcess): void {
  ahead.on("error", () => {});
  for (const stream of ahead.stdio) stream?.destroy();
}

/** Starts a command in namespaces of its own and waits until its last process is gone. */
export async function launch(request: Launch): Promise<Finished> {
  const { perl } = request.tools;
  const setup = perl === undefined ? shellSetup(request) : perlSetup(request, perl);
  const child = request.ahead ?? start(setup, request);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const streams = child.stdio as readonly unknown[];
  const answers = streams[4] as Writable;
  answers.on("error", () => {});
  if (setup.opening) answers.write(setup.opening);
  const attributes = perl === undefined ? slowReader(request.copied) : streamReader(streams[5] as Duplex);
  const release = () => {
    answers.end();
    attributes.close();
    return gone;
  };
  const signals = forwardSignals(child.pid ?? 0);
  const stop = () => signals.killAll();
  request.abort?.addEventListener("abort", stop);
  try {
    const { code, left, keeper } = await Promise.race([follow(child, answers, request), failed]);
    const leftBehind = countOf(setup.leftBehind?.() ?? left);
    return {
      ended: await signals.describe(code),
      leftBehind,
      view: `/proc/${keeper}/root`,
      attributes,
      release,
    };
  } catch (error) {
    void release();
    throw error;
  } finally {
    setup.close();
    signals.stop();
    request.abort?.removeEventListener("abort", stop);
  }
}

function start(setup: SetupStart, streams: Streams): ChildProcess {
  const [program = "", ...words] = setup.words;
  const room = typeof streams.network === "string" ? [] : openRoomFiles(streams.network);
  const [users = "ignore", network = "ignore"] = room;
  const stdio: StdioOptions = [
    ...[...streams.stdio, "pipe" as const, "pipe" as const],
    ...[...setup.descriptors, streams.channel ?? ("ignore" as const)],
    ...([users, network] as const),
    ...coveredDescriptors(),
  ];
  try {
    return spawn(program, words, { cwd: "/", env: { ...setup.environment }, stdio });
  } finally {
    for (const descriptor of room) closeSync(descriptor);
  }
}

/**
 * The namespaces of a room as open files, which stay what they are while a process number can become another
 * process's. The network of this machine is no room, whoever says so.
 */
function openRoomFiles({ holder, namespaces }: Room): readonly number[] {
  const wanted = { user: namespaces.user, net: namespaces.network };
  const opened: number[] = [];
  try {
    for (const [kind, inode] of Object.entries(wanted)) {
      const descriptor = openSync(`/proc/${holder}/ns/${kind}`, "r");
      opened.push(descriptor);
      const own = statSync(`/proc/self/ns/${kind}`).ino;
      if (fstatSync(descriptor).ino !== inode || inode === own) throw new Error("it is another one");
    }
    return opened;
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor);
    throw new UserError(
      "NO_ROOM",
      `the closed network of process ${holder} is gone: ${(error as Error).message}`,
      "run it again; nothing ran",
    );
  }
}

function countOf(digits: string): number | undefined {
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** What the set-up says at the end. */
interface Told {
  readonly code: number;
  readonly left: string;
  /** The process that keeps the namespaces. */
  readonly keeper: number;
}

/** Reads how far the set-up is and answers; resolves when the command has ended. */
async function follow(child: ChildProcess, answers: Writable, request: Launch): Promise<Told> {
  const said = child.stdio[3] as unknown as Readable;
  let text = "";
  let keeper = 0;
  for await (const chunk of said) {
    text += String(chunk);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      const [word, ...rest] = text.slice(0, at).split(" ");
      text = text.slice(at + 1);
      if (word === "ended") return { code: Number(rest[0]), left: rest[1] ?? "", keeper };
      if (word === "ready") keeper = Number(rest[0]);
      react(word ?? "", rest.join(" "), child, answers, request);
    }
  }
  throw new UserError(
    "SETUP_FAILED",
    `the isolated run could not be set up: ${text.replace(/^failed /, "").trim() || "it ended early"}`,
    "see `countersign doctor`; the command did not run",
  );
}

function react(word: string, rest: string, child: ChildProcess, answers: Writable, request: Launch): void {
  if (word === "map") {
    mapOwnUsers(Number(rest));
    answers.write("done\n");
  } else if (word === "ready") {
    verify(Number(rest), request.targets);
    request.started?.(child);
    answers.write("go\n");
  } else if (word === "no-folder") {
    throw new UserError(
      "NO_FOLDER",
      `cannot enter \`${request.cwd}\``,
      "name a folder that the command can see",
    );
  } else if (word === "failed") {
    throw new UserError("SETUP_FAILED", `a mount failed: ${rest}`, "see `countersign doctor`; nothing ran");
  }
}

/**
 * A path whose parent became a symbolic link between planning and mounting leaves its mount somewhere else; then
 * something would be uncovered, and nothing may start.
 */
function verify(process: number, targets: readonly string[]): void {
  const there = new Set(readMounts(process).map((mount) => mount.at));
  const missing = targets.find((target) => !there.has(target));
  if (missing === undefined) return;
  throw new UserError(
    "MOUNT_MOVED",
    `\`${missing}\` was not covered`,
    "a folder above it was replaced; try again",
  );
}
