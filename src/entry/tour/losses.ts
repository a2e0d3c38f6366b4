import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Io } from "../io.ts";
import { paint } from "../render.ts";
import { differences, type Fingerprint, otherPaths, takePrint } from "./fingerprint.ts";
import { runWithYes } from "./operator.ts";
import type { TourProject } from "./project.ts";
import { blastRadius, radiusLines } from "./radius.ts";
import { heading, indented, marked, stepHead, stepTail, watched } from "./screen.ts";
import { countersign, type Done, runBare, runGuarded } from "./session.ts";
import { LOSSES, type Step } from "./steps.ts";
import { SHELL_START } from "./work.ts";

/** How a step that lost work ended. */
export interface Loss {
  readonly done: Done;
  /** Undone, and every path is as it was before. */
  readonly isBack: boolean;
  /** The start file of the person's shell has the content it had before. */
  readonly isHomeUntouched: boolean;
}

/** Who runs the tour's Countersign, and where. */
export interface Stage {
  readonly launcher: string;
  readonly project: TourProject;
  readonly io: Io;
}

/** The part of the tour that destroys the person's work: each step really happens, and is undone. */
export async function loseAndUndo(stage: Stage): Promise<readonly Loss[]> {
  announce(stage);
  const script = await lose(LOSSES.script, runThroughGate, stage);
  const reset = await lose(LOSSES.reset, runThroughGate, stage);
  const removed = await lose(LOSSES.remove, (step) => runWithYes(step, stage.project, stage.io), stage);
  return [script, reset, removed];
}

/** The same without the gate: nothing brings anything back. Gives how many paths are left in the end. */
export async function loseForGood(stage: Stage): Promise<number> {
  const { project, io } = stage;
  announce(stage);
  for (const step of Object.values(LOSSES)) {
    const before = takePrint(project.repository);
    await runShown(step, (one) => runBare(one, project), stage);
    io.print(lostLines(before, takePrint(project.repository), io));
  }
  return takePrint(project.repository).paths.size;
}

const DAY =
  "In the project lies a day's work: a changed file, notes that git does not know, a local database that it ignores, a stash.";

function announce({ io }: Stage): void {
  io.print(heading("Then it loses work that is in no commit", io) + indented(DAY, io, ""));
}

/** What removing the whole project would take, before it is done. */
function showRadius({ project, io }: Stage): void {
  const radius = blastRadius(project.repository, project.environment);
  io.print(
    radiusLines(radius)
      .map((line) => indented(line, io))
      .join(""),
  );
}

function runThroughGate(step: Step, { launcher, project }: Stage): Promise<Done> {
  return runGuarded(step, launcher, project);
}

type Run = (step: Step, stage: Stage) => Promise<Done>;

async function runShown(step: Step, run: Run, stage: Stage): Promise<Done> {
  const { io } = stage;
  const { before, line } = stepHead(step, io);
  io.print(before);
  if (step === LOSSES.remove) showRadius(stage);
  return watched(io, line, run(step, stage), (done) => stepTail(done, new Set(), io));
}

async function lose(step: Step, run: Run, stage: Stage): Promise<Loss> {
  const { project, io } = stage;
  const before = takePrint(project.repository);
  const shellStart = readShellStart(project);
  const done = await runShown(step, run, stage);
  if (done.answered) io.print(indented("the gate asked, and the operator said yes, in a hurry", io));
  io.print(lostLines(before, takePrint(project.repository), io));
  if (done.held.length > 0) await reject(done, stage);
  const isHomeUntouched = readShellStart(project) === shellStart;
  if (!isHomeUntouched) io.print(marked(false, HOME_CHANGED, io, "      "));
  if (done.ran) await undo(done, stage);
  const after = takePrint(project.repository);
  const isBack = after.digest === before.digest;
  io.print(marked(isBack, comparison(before, after), io, "      "));
  return { done, isBack, isHomeUntouched };
}

const HOME_CHANGED = `~/${SHELL_START} has a new line: this engine neither holds nor undoes what is outside of the project`;

function readShellStart({ environment }: TourProject): string {
  return readFileSync(join(environment.HOME ?? "", SHELL_START), "utf8");
}

/** What really went, as the disk tells. */
function lostLines(before: Fingerprint, after: Fingerprint, io: Io): string {
  if (after.paths.size === 0)
    return indented(`gone: all ${before.paths.size} files and folders, .git as well`, io);
  const { gone, changed } = differences(before, after);
  const named = (word: string, paths: readonly string[]) =>
    paths.length === 0 ? [] : [`${word}: ${paths.slice(0, 4).join(", ")}${paths.length > 4 ? " …" : ""}`];
  return [...named("gone", gone), ...named("changed", changed)].map((line) => indented(line, io)).join("");
}

function comparison(before: Fingerprint, after: Fingerprint): string {
  const digests = `SHA-256 before ${before.digest.slice(0, 8)}, now ${after.digest.slice(0, 8)}`;
  return before.digest === after.digest
    ? `${digests}: all ${before.paths.size} paths are as they were`
    : `${digests}: ${otherPaths(before, after).slice(0, 3).join(", ")} are not as they were`;
}

/** Shows what waits, as the person would see it, and says no. */
async function reject({ verdict }: Done, stage: Stage): Promise<void> {
  const id = verdict?.id ?? "";
  const list = await aside(["held"], stage);
  const { HOME = "" } = stage.project.environment;
  const lines = list.stdout.trimEnd().replaceAll(HOME, "~").split("\n");
  stage.io.print(lines.map((line) => indented(line.trim(), stage.io)).join(""));
  await aside(["held", "reject", id], stage);
}

function undo({ verdict }: Done, stage: Stage) {
  return aside(["undo", verdict?.id ?? "--last"], stage);
}

/** A command of the person beside the agent's. */
async function aside(args: readonly string[], { launcher, project, io }: Stage) {
  const { line } = stepHead({ command: `countersign ${args.join(" ")}` }, io);
  return watched(io, line, countersign(launcher, args, project), ({ exitCode, stderr, ms }) =>
    exitCode === 0
      ? `     done  ${Math.round(ms)} ms\n`
      : `     ${paint(io, ["red", "bold"], `exit ${exitCode}`)}\n${indented(stderr, io)}`,
  );
}
