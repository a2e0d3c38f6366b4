import { execFile } from "node:child_process";
import type { Verdict } from "../../gate/verdict.ts";
import type { TourProject } from "./project.ts";
import type { Step } from "./steps.ts";

/** What became of one step. */
export interface Done {
  readonly step: Step;
  /** `undefined` without the gate. */
  readonly verdict: Verdict | undefined;
  readonly ran: boolean;
  readonly exitCode: number;
  readonly output: string;
  /** Milliseconds from start to end, the command included. */
  readonly ms: number;
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a step through `countersign run`, as an agent that is guarded would. */
export async function runGuarded(step: Step, launcher: string, project: TourProject): Promise<Done> {
  const ended = await execute(launcher, ["run", "--json", step.command], project);
  const report = ended.stderr.trim().split("\n").at(-1) ?? "";
  const said = parseReport(report);
  return {
    step,
    verdict: said,
    ran: said?.end === "ran",
    exitCode: ended.exitCode,
    output: said ? ended.stdout : ended.stdout + ended.stderr,
    ms: ended.ms,
  };
}

/** Runs a step as it is, with nobody in between. */
export async function runBare(step: Step, project: TourProject): Promise<Done> {
  const ended = await execute("bash", ["--noprofile", "--norc", "-c", step.command], project);
  return {
    step,
    verdict: undefined,
    ran: true,
    exitCode: ended.exitCode,
    output: ended.stdout,
    ms: ended.ms,
  };
}

function parseReport(line: string): (Verdict & { readonly end: string }) | undefined {
  try {
    return JSON.parse(line) as Verdict & { readonly end: string };
  } catch {
    return undefined;
  }
}

/** Runs a Countersign command in the tour's own state folder. */
export function countersign(launcher: string, args: readonly string[], project: TourProject): Promise<Ended> {
  return execute(launcher, args, project);
}

function execute(program: string, args: readonly string[], project: TourProject): Promise<Ended> {
  const start = performance.now();
  const options = {
    cwd: project.repository,
    env: project.environment,
    maxBuffer: 16 * 1024 * 1024,
    timeout: 60_000,
  };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ exitCode: code, stdout, stderr, ms: performance.now() - start });
    });
  });
}
