import { execFile } from "node:child_process";
import type { Protection } from "../../core/protection.ts";
import type { Verdict } from "../../gate/verdict.ts";
import type { TourProject } from "./project.ts";
import type { Step } from "./steps.ts";

/** What became of one step. */
export interface Done {
  readonly step: Step;
  /** `undefined` without the gate. */
  readonly verdict: Verdict | undefined;
  readonly ran: boolean;
  /** True when the operator was asked and said yes. */
  readonly answered: boolean;
  /** Effects of what it changed that wait for a decision. */
  readonly held: readonly unknown[];
  readonly protection: Protection | undefined;
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

interface Report extends Verdict {
  readonly end: string;
  readonly held?: readonly unknown[];
  readonly protection?: Protection;
}

/** Runs a step through `countersign run`, as an agent that is guarded would. */
export async function runGuarded(step: Step, launcher: string, project: TourProject): Promise<Done> {
  const ended = await execute(launcher, ["run", "--json", step.command], project);
  const said = parseReport(ended.stderr.trim().split("\n").at(-1) ?? "");
  return {
    step,
    verdict: said,
    ran: said?.end === "ran",
    answered: false,
    held: said?.held ?? [],
    protection: said?.protection,
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
    answered: false,
    held: [],
    protection: undefined,
    exitCode: ended.exitCode,
    output: ended.stdout,
    ms: ended.ms,
  };
}

function parseReport(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report;
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
