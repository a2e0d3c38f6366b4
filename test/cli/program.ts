import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeLater } from "../folders.ts";

export const LAUNCHER = join(import.meta.dirname, "../../bin/countersign");

/** Folders of one test: a project to work in, and a state folder that is nobody else's. */
export interface Place {
  readonly project: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A fresh git repository and a fresh home; agents' variables of whoever runs the tests are not passed on. */
export function makePlace(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "countersign-test-")));
  removeLater(root);
  const project = join(root, "project");
  const home = join(root, "home");
  for (const folder of [project, home]) mkdirSync(folder);
  spawnSync("git", ["init", "-q", project]);
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  return {
    project,
    home,
    environment: {
      PATH: path,
      HOME: home,
      COUNTERSIGN_HOME: join(root, "countersign"),
      NO_COLOR: "1",
      LANG: "C.UTF-8",
    },
  };
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the real program without a terminal of its own (a new session), so that nobody could answer a question. */
export function countersign(place: Place, args: readonly string[], input = ""): Ran {
  return said(
    spawnSync("setsid", ["-w", LAUNCHER, ...args], {
      cwd: place.project,
      env: place.environment,
      input,
      encoding: "utf8",
    }),
  );
}

/** As `countersign`, without waiting: for tests that do several things at once. */
export function countersignLater(
  place: Place,
  args: readonly string[],
): Promise<Ran> & { readonly pid: number | undefined } {
  const child = spawn(LAUNCHER, [...args], {
    cwd: place.project,
    env: place.environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  const ended = new Promise<Ran>((resolve) => child.once("close", (code) => resolve({ code, out, err })));
  return Object.assign(ended, { pid: child.pid });
}

/** Runs the program on a pseudo terminal of its own, and types a line there. */
export function countersignOnTerminal(
  place: Place,
  command: string,
  typed: string,
  environment: NodeJS.ProcessEnv = {},
): Ran {
  return said(
    spawnSync("script", ["-qec", `${LAUNCHER} ${command}`, "/dev/null"], {
      cwd: place.project,
      env: { ...place.environment, ...environment },
      input: `${typed}\n`,
      encoding: "utf8",
    }),
  );
}

export function said({ status, stdout, stderr }: SpawnSyncReturns<string>): Ran {
  return { code: status, out: stdout, err: stderr };
}

/** Whether this machine can do something that a test needs; a skip is said aloud, and an error where all is required. */
export function needs(what: string, possible: boolean): boolean {
  if (possible) return true;
  if (process.env.COUNTERSIGN_REQUIRE_ALL === "1")
    throw new Error(`this machine has no ${what}, and COUNTERSIGN_REQUIRE_ALL is set`);
  console.log(`skipped: this machine has no ${what}`);
  return false;
}

export function works(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
