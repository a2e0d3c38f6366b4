import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../adapters/error.ts";
import type { CliCommand, Io } from "./io.ts";
import { effectLine, paint, wrap } from "./render.ts";
import { type Environment, startEnvironment } from "./tour/environment.ts";
import { makeProject, type TourProject } from "./tour/project.ts";
import { countersign, type Done, runBare, runGuarded } from "./tour/session.ts";
import { agentSteps, type Step } from "./tour/steps.ts";

export const TOUR_HELP = `A small real environment, an agent with a bug to fix, and the gate in between.

  countersign tour [--without-gate]

Makes a git repository, a running service with its database and a health check, and lets a scripted agent work
on them. --without-gate lets the agent's short cut happen to a throw-away copy, and shows the outage.
Takes less than a minute; no network, no key, no root.
`;

const CHECKOUT = join(fileURLToPath(import.meta.url), "../..");

export const tourCommand: CliCommand = async (args, io) => {
  if (args.includes("--help") || args.includes("-h")) {
    io.print(TOUR_HELP);
    return 0;
  }
  const unknown = args.find((arg) => arg !== "--without-gate");
  if (unknown !== undefined)
    throw new UserError("USAGE", `\`${unknown}\` is no option of the tour`, "the only one is --without-gate");
  const start = performance.now();
  io.print(
    `${paint(io, "bold", "Countersign: a tour")}\nA cost report service runs in production. An agent is asked: "fix the rounding bug".\n\n`,
  );
  const project = makeProject(CHECKOUT, io.environment);
  let environment: Environment | undefined;
  try {
    environment = await startEnvironment(project.deployed, project.data);
    project.environment.TOUR_CONTROLLER = environment.controller;
    const steps = agentSteps(environment.serviceUrl).filter(
      (step) => step.needs === undefined || project.hasTerraform,
    );
    return args.includes("--without-gate")
      ? await tourWithout(steps, environment, project, io)
      : await tourWith(steps, environment, project, io, start);
  } finally {
    await environment?.stop();
    rmSync(project.root, { recursive: true, force: true });
  }
};

async function tourWith(
  steps: readonly Step[],
  environment: Environment,
  project: TourProject,
  io: Io,
  start: number,
): Promise<number> {
  const launcher = join(CHECKOUT, "bin/countersign");
  const done: Done[] = [];
  for (const step of steps) {
    const one = await runGuarded(step, launcher, project);
    done.push(one);
    io.print(stepLines(one, io));
  }
  const verified = await countersign(launcher, ["verify", "--json"], project);
  await environment.stop();
  const facts = summaryFacts(done, environment, verified, performance.now() - start);
  io.print(summary(facts, io));
  return facts.allWell ? 0 : 1;
}

const ROWS = 1_200;
/** Long enough for health checks to see how things are at the end. */
const SETTLE = 500;

interface Facts {
  readonly ran: number;
  readonly stopped: number;
  readonly leaked: number;
  readonly asked: number;
  readonly answered: number;
  readonly looks: number;
  readonly rows: number;
  readonly fixed: boolean;
  readonly entries: number;
  readonly verified: boolean;
  readonly decisions: readonly number[];
  readonly seconds: number;
  readonly allWell: boolean;
}

function summaryFacts(
  done: readonly Done[],
  environment: Environment,
  verified: { exitCode: number; stdout: string },
  ms: number,
): Facts {
  const { health } = environment;
  const tests = done.filter(({ step }) => step.command === "npm test");
  const facts = {
    ran: done.filter((one) => one.ran).length,
    stopped: done.filter((one) => !one.ran).length,
    leaked: done.filter((one) => one.step.destroys === true && one.ran).length,
    asked: done.filter((one) => one.verdict?.outcome === "confirm").length,
    answered: health.filter(({ rows }) => rows !== undefined).length,
    looks: health.length,
    rows: health.findLast(({ rows }) => rows !== undefined)?.rows ?? 0,
    fixed: tests.at(0)?.exitCode !== 0 && tests.at(-1)?.exitCode === 0,
    entries: Number((JSON.parse(verified.stdout || "{}") as { size?: number }).size ?? 0),
    verified: verified.exitCode === 0,
    decisions: done.flatMap((one) => (one.verdict ? [one.verdict.ms] : [])).sort((a, b) => a - b),
    seconds: ms / 1000,
  };
  const allWell =
    facts.leaked === 0 &&
    facts.asked === 0 &&
    facts.answered === facts.looks &&
    facts.rows === ROWS &&
    facts.fixed &&
    facts.verified &&
    done.every((one) => one.ran || one.step.destroys === true);
  return { ...facts, allWell };
}

function stepLines(done: Done, io: Io): string {
  const { step, verdict, ran, exitCode, ms } = done;
  const tier = verdict ? `T${verdict.tier}` : "  ";
  const end = ran
    ? exitCode === 0
      ? "ran"
      : `ran, exit ${exitCode}`
    : paint(io, ["red", "bold"], "STOPPED");
  const [firstLine = ""] = step.command.split("\n");
  const width = Math.max(30, Math.min(io.columns, 110) - 34);
  const command = firstLine.length > width ? `${firstLine.slice(0, width - 1)}…` : firstLine;
  const head = `${paint(io, "dim", step.says)}\n  $ ${command.padEnd(width)} ${tier}  ${end}  ${Math.round(ms)} ms\n`;
  if (ran || !verdict) return ran ? head : `${head}${indented(done.output, io)}`;
  const effects = verdict.effects.filter((effect) => effect.verb !== "read").slice(0, 3);
  const lines = effects.map((effect) => `      ${effectLine(effect, io)}`);
  return `${[head.trimEnd(), ...lines, ...indented(verdict.reason, io).trimEnd().split("\n")].join("\n")}\n`;
}

function indented(text: string, io: Io): string {
  return wrap(text, Math.min(io.columns, 110) - 8)
    .map((line) => `      ${line}\n`)
    .join("");
}

function summary(facts: Facts, io: Io): string {
  const good = (condition: boolean, text: string) =>
    `  ${paint(io, condition ? "green" : "red", condition ? "✓" : "✗")} ${text}\n`;
  const at = (share: number) =>
    (
      facts.decisions[Math.min(facts.decisions.length - 1, Math.floor(facts.decisions.length * share))] ?? 0
    ).toFixed(1);
  return [
    `\n${paint(io, "bold", "What happened")}\n`,
    good(
      facts.leaked === 0,
      `${facts.ran} commands ran, ${facts.stopped} were stopped before anything happened, ${facts.asked} questions`,
    ),
    good(
      facts.answered === facts.looks,
      `the service answered ${facts.answered} of ${facts.looks} health checks`,
    ),
    good(facts.rows === ROWS, `${facts.rows} of ${ROWS} rows of the customer's data are there`),
    good(facts.fixed, "the bug is fixed: the tests failed before and pass now"),
    good(facts.verified, `every step stands in the log: ${facts.entries} signed entries, verified`),
    `  a decision took ${at(0.5)} ms (p50), ${at(0.95)} ms (p95) in a new process; the tour ${facts.seconds.toFixed(1)} s\n`,
    "  engine plain: judged before it ran, not contained while it ran\n\n",
    "The same without the gate:  npm start -- --without-gate\n",
    "Try it yourself:            bin/countersign check 'git push --force'\n",
  ].join("");
}

async function tourWithout(
  steps: readonly Step[],
  environment: Environment,
  project: TourProject,
  io: Io,
): Promise<number> {
  const shortCut = steps.findIndex((step) => step.destroys === true);
  for (const step of steps.slice(0, shortCut + 1)) io.print(stepLines(await runBare(step, project), io));
  await sleep(SETTLE);
  await environment.stop();
  const { health } = environment;
  const down = health.filter(({ rows }) => rows === undefined);
  const outage = down.length > 1 ? ((down.at(-1)?.at ?? 0) - (down[0]?.at ?? 0)) / 1000 : 0;
  const rows = health.findLast((one) => one.rows !== undefined)?.rows ?? 0;
  io.print(
    [
      `\n${paint(io, "bold", "What happened, without a gate")}\n`,
      `  ${paint(io, "red", "✗")} the environment was deleted and recreated; nobody was asked\n`,
      `  ${paint(io, "red", "✗")} the service was down for ${outage.toFixed(1)} s: ${down.length} of ${health.length} health checks failed\n`,
      `  ${paint(io, "red", "✗")} ${rows} of ${ROWS} rows of the customer's data are left\n`,
      "  ✗ the bug is still there\n\n",
      "This was a throw-away copy. With the gate:  npm start\n",
    ].join(""),
  );
  return 0;
}
