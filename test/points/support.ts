import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { fetchFact } from "../../src/adapters/facts/machine.ts";
import { type Points, withPoints } from "../../src/adapters/restore/points/port.ts";
import { pointProviders } from "../../src/adapters/restore/points/providers.ts";
import { pointsFolder } from "../../src/adapters/restore/points/record.ts";
import type { Setting } from "../../src/core/call.ts";
import type { Effect } from "../../src/core/effect.ts";
import { analyze } from "../../src/gate/analyze.ts";
import type { RestorePort } from "../../src/gate/ports.ts";

/** A person's machine in a folder: a project, a home, a state folder. */
export interface Machine {
  readonly base: string;
  readonly work: string;
  readonly home: string;
  readonly state: string;
  readonly points: Points;
  readonly port: RestorePort;
  readonly setting: Setting;
}

export interface MachineOptions {
  readonly engine?: Setting["engine"];
  readonly environment?: Readonly<Record<string, string>>;
  readonly patience?: number;
  /** A folder of the project that stands first in the operator's PATH. */
  readonly folderInPath?: string;
}

/** Folders that go away when the test ends, and a port that keeps points of what is not a file. */
export function machine(options: MachineOptions = {}): Machine {
  const { engine = "snapshot", environment = {}, patience, folderInPath } = options;
  const base = realpathSync(mkdtempSync("/var/tmp/countersign-points-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [work, home, state] = ["work", "home", "state"].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [work, home, state]) mkdirSync(folder);
  const path = process.env.PATH ?? "";
  const own = {
    PATH: folderInPath === undefined ? path : `${join(work, folderInPath)}:${path}`,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    ...environment,
  };
  const providers = pointProviders({
    environment: own,
    untrusted: [work],
    ...(patience === undefined ? {} : { patience }),
  });
  const points = { folder: pointsFolder(state), providers };
  const setting = {
    cwd: work,
    home,
    workspace: work,
    temporary: [],
    user: "tester",
    platform: "linux",
    declared: undefined,
    engine,
    restorable: engine !== "plain",
    contained: engine === "linux-overlay",
    own: [state],
  } as Setting;
  return { base, work, home, state, points, port: withPoints(NO_FILES, points), setting };
}

/** The engine's way back for files, which is not what is tested here. */
const NO_FILES: RestorePort = { make: async () => undefined, ended: async () => {} };

/** What a command line would do, as the gate judges it. */
export async function effectsOf(line: string, { setting, home }: Machine): Promise<readonly Effect[]> {
  const environment = { HOME: home, PATH: process.env.PATH };
  const clock = { monotonic: () => performance.now() };
  const call = { tool: "shell", input: line } as const;
  return (await analyze(call, setting, (need) => fetchFact(need, environment), clock)).effects;
}

/** Runs a line the way the gate does: points first, then the command, then a look at what it left. */
export async function act(line: string, on: Machine, action = "action-1"): Promise<string | undefined> {
  const kept = await keep(line, on, action);
  shell(line, on);
  await on.port.ended(action);
  return kept;
}

/** Only makes the points, as if the command were about to run. */
export async function keep(line: string, on: Machine, action = "action-1"): Promise<string | undefined> {
  return on.port.make(action, await effectsOf(line, on), on.setting);
}

/** Runs a script in the project, as the operator. Gives what it printed. */
export function shell(script: string, { work, home }: Pick<Machine, "work" | "home">): string {
  return execFileSync("bash", ["-euc", script], {
    cwd: work,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.org",
    },
  });
}

/** Why a test is left out here, after printing it; never when everything is required. */
export function missing(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return false;
  } catch {
    if (process.env.COUNTERSIGN_REQUIRE_ALL === "1") throw new Error(`${program} must be installed here`);
    process.stderr.write(`skipped: ${program} is not installed\n`);
    return true;
  }
}
