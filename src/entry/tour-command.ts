import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../adapters/error.ts";
import type { CliCommand, Io } from "./io.ts";
import { paint, wrap } from "./render.ts";
import { type Environment, startEnvironment } from "./tour/environment.ts";
import { loseAndUndo, loseForGood, type Stage } from "./tour/losses.ts";
import { makeProject, type TourProject } from "./tour/project.ts";
import { answerOf, heading, marked, stepHead, stepTail, watched } from "./tour/screen.ts";
import { countersign, type Done, runBare, runGuarded } from "./tour/session.ts";
import { agentSteps, type Step } from "./tour/steps.ts";
import { ROWS, summarise } from "./tour/summary.ts";
import { leaveWork } from "./tour/work.ts";
import { levelIn } from "./version-command.ts";

export const TOUR_HELP = `A small real environment, an agent with a bug to fix, and the gate in between.

  countersign tour [--without-gate]

Makes a git repository, a running service with its database and a health check, and lets a scripted agent work
on them: it tries to delete and recreate production, and destroys its own workspace, which is undone and compared
byte for byte. --without-gate lets all that happen to the throw-away copy, and shows what is lost.
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
  io.print(`${paint(io, "bold", "Countersign: a tour")}\n${wrapped(INTRODUCTION, io)}\n`);
  const start = performance.now();
  const project = await watched(io, "Preparing ", makeProject(CHECKOUT, io.environment), () => "done\n\n");
  let environment: Environment | undefined;
  try {
    environment = await startEnvironment(project.deployed, project.data);
    project.environment.TOUR_CONTROLLER = environment.controller;
    const stage = { launcher: join(CHECKOUT, "bin/countersign"), project, io };
    return args.includes("--without-gate")
      ? await tourWithout(environment, stage)
      : await tourWith(environment, stage, start);
  } finally {
    await environment?.stop();
    rmSync(project.root, { recursive: true, force: true });
  }
};

const INTRODUCTION =
  'A cost report service runs in production. An agent is asked: "fix the rounding bug". T0 reads, T1 can be undone, from T2 on somebody has to agree, TX is forbidden.';

function wrapped(text: string, io: Io): string {
  return wrap(text, Math.min(io.columns, 110) - 1)
    .map((line) => `${line}\n`)
    .join("");
}

function stepsFor(environment: Environment, project: TourProject): readonly Step[] {
  return agentSteps(environment.serviceUrl).filter(
    (step) => step.needs === undefined || project.hasTerraform,
  );
}

async function tourWith(environment: Environment, stage: Stage, start: number): Promise<number> {
  const { launcher, project, io } = stage;
  const done: Done[] = [];
  const said = new Set<string>();
  for (const step of stepsFor(environment, project)) {
    const { before, line } = stepHead(step, io);
    io.print(before);
    const one = await watched(io, line, runGuarded(step, launcher, project), (ended) =>
      stepTail(ended, said, io),
    );
    done.push(one);
    if (!one.ran && one.verdict) said.add(answerOf(one.verdict));
  }
  leaveWork(project);
  const losses = await loseAndUndo(stage);
  const verified = await countersign(launcher, ["verify", "--json"], project);
  await environment.stop();
  const seconds = (performance.now() - start) / 1000;
  const { reason } = levelIn({ ...io, environment: project.environment, cwd: project.repository });
  const { text, allWell } = summarise(
    { done, losses, health: environment.health, verified, seconds, reason },
    io,
  );
  io.print(text);
  return allWell ? 0 : 1;
}

/** Long enough for health checks to see how things are at the end. */
const SETTLE = 500;

async function tourWithout(environment: Environment, stage: Stage): Promise<number> {
  const { project, io } = stage;
  const steps = stepsFor(environment, project);
  const shortCut = steps.findIndex((step) => step.destroys === true);
  for (const step of steps.slice(0, shortCut + 1)) {
    const { before, line } = stepHead(step, io);
    io.print(before);
    await watched(io, line, runBare(step, project), (ended) => stepTail(ended, new Set(), io));
  }
  await sleep(SETTLE);
  await environment.stop();
  leaveWork(project);
  const left = await loseForGood(stage);
  const { health } = environment;
  const down = health.filter(({ rows }) => rows === undefined);
  const outage = down.length > 1 ? ((down.at(-1)?.at ?? 0) - (down[0]?.at ?? 0)) / 1000 : 0;
  const rows = health.findLast((one) => one.rows !== undefined)?.rows ?? 0;
  io.print(
    [
      heading("What happened, without a gate", io),
      marked(false, "the environment was deleted and recreated; nobody was asked", io),
      marked(
        false,
        `the service was down for ${outage.toFixed(1)} s: ${down.length} of ${health.length} health checks failed`,
        io,
      ),
      marked(false, `${rows} of ${ROWS} rows of the customer's data are left`, io),
      marked(
        false,
        `${left} files of the project are left; the day's work is in no commit and nowhere else`,
        io,
      ),
      marked(false, "the shell's start file has a line that nobody asked for; the bug is still there", io),
      "\nThis was a throw-away copy. With the gate:  npm start\n",
    ].join(""),
  );
  return 0;
}
