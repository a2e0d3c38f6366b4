import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Ended, Runnable } from "../../../gate/ports.ts";
import { UserError } from "../../error.ts";
import { coveredDescriptors } from "./descriptors.ts";
import { readMounts } from "./mounts.ts";
import { DROPPED, INIT, OUTER, ROOT_INIT, SHARED_PROC } from "./script.ts";
import { forwardSignals } from "./signals.ts";
import type { Tools } from "./tools.ts";

/** What the command's three streams are: the caller's, nothing, an open descriptor, or a pipe (see `started`). */
export type Stream = "inherit" | "ignore" | "pipe" | number;

export interface Launch {
  readonly tools: Tools;
  /** Folder of the run, with the file `mounts`. */
  readonly folder: string;
  /** Paths that must be mounts before the command may start. */
  readonly targets: readonly string[];
  readonly command: Runnable;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdio: readonly [Stream, Stream, Stream];
  readonly network: "on" | "off";
  /** Told when the streams of kind `pipe` are there. */
  readonly started?: ((streams: Pick<ChildProcess, "stdin" | "stdout" | "stderr">) => void) | undefined;
  /** Ends the command and everything it started. */
  readonly abort?: AbortSignal | undefined;
  /** An open file that the command reaches as `CHANNEL`, and that is none of its descriptors. */
  readonly channel?: number | undefined;
}

/** Where a command finds the file of `Launch.channel`. */
export const CHANNEL = "/proc/1/fd/7";

/** A command that ended; its namespaces stay until `release`, which resolves when they are gone. */
export interface Finished {
  readonly ended: Ended;
  /** How many processes still ran when the command ended, by its own word; undefined when it was killed. */
  readonly leftBehind: number | undefined;
  /** The root folder of the command's view, for reading the merged tree. */
  readonly view: string;
  release(): Promise<void>;
}

/** Starts a command in namespaces of its own and waits until its last process is gone. */
export async function launch(request: Launch): Promise<Finished> {
  const environment = environmentFile(request);
  const shared = sharedProcFile(request);
  const nothing = openSync("/dev/null", "r");
  const child = spawn(request.tools.unshare, outerWords(request), {
    cwd: "/",
    env: setupEnvironment(request),
    stdio: [
      ...[...request.stdio, "pipe" as const, "pipe" as const],
      ...[environment, shared, request.channel ?? nothing, ...coveredDescriptors()],
    ],
  });
  for (const descriptor of [shared, nothing]) closeSync(descriptor);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const answers = child.stdio[4] as unknown as Writable;
  answers.on("error", () => {});
  const signals = forwardSignals(child.pid ?? 0);
  const stop = () => signals.killAll();
  request.abort?.addEventListener("abort", stop);
  try {
    const code = await Promise.race([follow(child, answers, request), failed]);
    const release = async () => {
      answers.end();
      await gone;
    };
    const leftBehind = readLeftBehind(environment);
    return { ended: signals.describe(code), leftBehind, view: `/proc/${child.pid}/root`, release };
  } catch (error) {
    answers.end();
    throw error;
  } finally {
    closeSync(environment);
    signals.stop();
    request.abort?.removeEventListener("abort", stop);
  }
}

/** Reads how far the set-up is and answers; resolves to the exit code of the command. */
async function follow(child: ChildProcess, answers: Writable, request: Launch): Promise<number> {
  const said = child.stdio[3] as unknown as Readable;
  let text = "";
  for await (const chunk of said) {
    text += String(chunk);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      const [word, ...rest] = text.slice(0, at).split(" ");
      text = text.slice(at + 1);
      if (word === "ended") return Number(rest[0]);
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
    mapAllUsers(child.pid ?? 0);
    answers.write("done\n");
  } else if (word === "ready") {
    verify(child.pid ?? 0, request.targets);
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

/** Gives the new namespace the identifiers that we have ourselves, each as it is. */
function mapAllUsers(process: number): void {
  for (const map of ["uid_map", "gid_map"]) {
    const own = readFileSync(`/proc/self/${map}`, "utf8").trim().split("\n");
    const same = own
      .map((line) => line.trim().split(/\s+/))
      .map(([inside, , count]) => `${inside} ${inside} ${count}`);
    writeFileSync(`/proc/${process}/${map}`, `${same.join("\n")}\n`);
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function outerWords(request: Launch): readonly string[] {
  const { tools, folder, cwd, network } = request;
  const map = isRoot() ? [] : ["--map-root-user"];
  const net = network === "on" ? [] : ["--net"];
  const script = [tools.shell, "-c", OUTER, "sh", isRoot() ? "map" : "own", folder, cwd];
  return ["--user", ...map, "--mount", "--ipc", ...net, "--", ...script, ...innerWords(request)];
}

function innerWords({ tools, command }: Launch): readonly string[] {
  const own = "argv" in command ? command.argv : ["bash", "--noprofile", "--norc", "-c", command.shell];
  const words = [...resetWords(tools, own[0] ?? ""), ...own];
  const tree = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  if (isRoot()) return [tools.unshare, ...tree, "--", tools.shell, "-c", ROOT_INIT, "sh", ...words];
  const user = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  return [tools.unshare, "--user", ...user, ...tree, "--", tools.shell, "-c", INIT, "sh", ...words];
}

/** `env` takes a program whose name contains `=` for a variable. */
function resetWords({ reset, shell }: Tools, program: string): readonly string[] {
  if (reset === undefined) return [];
  return program.includes("=") ? [...reset, shell, "-c", 'exec "$@"', "sh"] : reset;
}

/** The set-up gets nothing of the caller's environment: `LD_PRELOAD` there would run outside of every wall. */
function setupEnvironment({ tools, network }: Launch): NodeJS.ProcessEnv {
  return {
    LC_ALL: "C",
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    MOUNT: tools.mount,
    RESET: tools.reset ? "yes" : "",
    LOOPBACK: network === "on" ? "" : (tools.loopback ?? ""),
    ...(isRoot() ? { SETPRIV: tools.setpriv, SHELL: tools.shell, DROPPED, INIT } : {}),
  };
}

const SETUP_NAMES = ["LC_ALL", "PATH", "MOUNT", "RESET", "LOOPBACK", "SETPRIV", "SHELL", "DROPPED", "INIT"];

/** The command's environment as a script for the first shell; names that a shell cannot hold are left out. */
function environmentFile({ env, folder }: Launch): number {
  const lines = Object.entries(env)
    .filter(([name, value]) => value !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${(value ?? "").replaceAll("'", "'\\''")}'`);
  return openText(folder, `unset ${SETUP_NAMES.join(" ")}\n${lines.join("\n")}\n`);
}

function sharedProcFile({ folder }: Launch): number {
  const lines = SHARED_PROC.filter((name) => exists(`/proc/${name}`));
  return openText(folder, lines.map((name) => `/proc/${name} /proc/${name} none bind,ro 0 0\n`).join(""));
}

function exists(path: string): boolean {
  try {
    closeSync(openSync(path, "r"));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** What `INIT` wrote over the beginning of the environment, which was read by then. */
function readLeftBehind(environment: number): number | undefined {
  const bytes = Buffer.alloc(24);
  const length = readSync(environment, bytes, 0, bytes.length, 0);
  const count = /^left (\d{1,9})\n/.exec(bytes.toString("latin1", 0, length))?.[1];
  return count === undefined ? undefined : Number(count);
}

/** A descriptor of a file without a name. */
function openText(folder: string, text: string): number {
  const own = mkdtempSync(join(folder, "text-"));
  const path = join(own, "text");
  writeFileSync(path, text, { mode: 0o600 });
  const descriptor = openSync(path, "r+");
  rmSync(own, { recursive: true });
  return descriptor;
}
