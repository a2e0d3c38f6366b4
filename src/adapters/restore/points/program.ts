import { spawn } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { UserError } from "../../error.ts";

/** A program that the gate itself runs, outside of every isolation: nothing in it may be the agent's. */
export interface ProgramCall {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** A folder of ours: many programs read configuration from where they are started. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds until it and everything it started is killed. */
  readonly patience: number;
  readonly input?: string;
}

/** How it ended. `stopped` when a bound was reached: then it counts as failed. */
export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly stopped?: string;
}

/** Bytes of output of one program. */
const MAX_OUTPUT = 32 * 1024 * 1024;

/**
 * Runs a program without a terminal: in a session of its own, so that it cannot ask anybody anything, and so that its
 * children die with it. Never throws; what could not be started has `stopped`.
 */
export function runProgram(call: ProgramCall): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(call.program, call.args, {
      cwd: call.cwd,
      env: call.environment,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => stop(`no end after ${Math.round(call.patience / 1000)} s`), call.patience);
    const collect = (list: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) stop(`more than ${MAX_OUTPUT} bytes of output`);
      else list.push(chunk);
    };
    child.stdout.on("data", collect(output));
    child.stderr.on("data", collect(errors));
    child.stdin.on("error", () => {});
    child.stdin.end(call.input ?? "");
    const end = (code: number | null) => {
      clearTimeout(timer);
      const texts = {
        output: Buffer.concat(output).toString("utf8"),
        errors: Buffer.concat(errors).toString("utf8"),
      };
      resolve({ code, ...texts, ...(stopped === undefined ? {} : { stopped }) });
    };
    child.once("error", (error) => {
      stopped ??= error.message;
      end(null);
    });
    child.once("close", (code) => end(code));
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Why a program failed, in one line for people. What it printed is somebody else's text: no control characters, no passwords. */
export function failureOf({ code, errors, stopped }: ProgramResult): string {
  if (stopped !== undefined) return stopped;
  const lines = errors.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const text = lines.slice(-3).join("; ") || `exit code ${code}`;
  return withoutPasswords(text.replace(/[\0-\x1f\x7f-\x9f]/g, " ")).slice(0, 400);
}

/** Addresses without the user and password in them. */
export function withoutPasswords(text: string): string {
  return text.replace(/:\/\/[^/@\s]*@/g, "://");
}

/** Folders from which the gate may start programs. */
export interface ProgramPlaces {
  /** `PATH` as the operator has it. */
  readonly path: string;
  /** What the agent can write to: nothing is started from below these. */
  readonly untrusted: readonly string[];
}

/** Where a name leads in `PATH`: a program, or one that the agent may have put there, which is not started. */
export type Located = { readonly program: string } | { readonly untrusted: string } | undefined;

/** The first program of this name in `PATH`; absolute names lead to themselves. */
export function locateProgram(name: string, { path, untrusted }: ProgramPlaces): Located {
  const files = isAbsolute(name) ? [name] : path.split(":").map((folder) => join(folder || ".", name));
  const file = files.find(isProgram);
  if (file === undefined) return undefined;
  const isOurs = (one: string) =>
    isAbsolute(one) && !untrusted.some((folder) => one === folder || one.startsWith(`${folder}/`));
  const trusted = isOurs(file) && isOurs(realpathSync(file)) && !isOpenToAll(dirname(file));
  return trusted ? { program: file } : { untrusted: file };
}

/** The folders of `PATH` that the agent cannot write to, and those of the system. */
export function trustedPath({ path, untrusted }: ProgramPlaces): string {
  const isOurs = (folder: string) =>
    isAbsolute(folder) &&
    !isOpenToAll(folder) &&
    !untrusted.some((one) => `${folder}/`.startsWith(`${one}/`));
  const folders = [...path.split(":").filter(isOurs), ...SYSTEM_FOLDERS];
  return [...new Set(folders)].join(":");
}

const SYSTEM_FOLDERS = [
  "/usr/bin",
  "/bin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/run/current-system/sw/bin",
];

/** A program of the system, or else of the operator's. Throws `UserError` when there is none. */
export function needProgram(name: string, places: ProgramPlaces): string {
  const all = [...SYSTEM_FOLDERS, ...trustedPath(places).split(":")].join(":");
  const found = locateProgram(name, { ...places, path: all });
  if (found && "program" in found) return found.program;
  throw new UserError("NO_PROGRAM", `\`${name}\` is not installed here`, `install ${name}`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isOpenToAll(folder: string): boolean {
  try {
    return (statSync(folder).mode & 0o002) !== 0;
  } catch {
    return true;
  }
}
