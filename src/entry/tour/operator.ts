import { levelFor } from "../../adapters/exec/engines.ts";
import { childEnvironment, shellCode } from "../../adapters/exec/plain.ts";
import { placesFrom } from "../../adapters/places.ts";
import { runCall } from "../../gate/run.ts";
import { requestOf } from "../check-command.ts";
import { commonPorts } from "../compose.ts";
import type { Io } from "../io.ts";
import { openJournal } from "../journal.ts";
import { sessionTotals } from "../session.ts";
import type { TourProject } from "./project.ts";
import type { Done } from "./session.ts";
import type { Step } from "./steps.ts";

/**
 * Runs a step that asks, and answers as people in a hurry do: yes. The operator is played because a tour has nobody
 * to wait for; the pipeline is the one of `countersign run`, in the state folder of the tour.
 */
export async function runWithYes(step: Step, project: TourProject, io: Io): Promise<Done> {
  const start = performance.now();
  const own: Io = { ...io, environment: project.environment, cwd: project.repository };
  const request = requestOf([step.command], own.cwd, undefined, own);
  const { session } = request.asking;
  const { setting } = request;
  const { state, config } = placesFrom(own.environment);
  const journal = await openJournal(own, session);
  let answered = false;
  const confirm = async () => {
    answered = true;
    return "yes" as const;
  };
  try {
    const { engines } = levelFor(
      { state, config, environment: own.environment, operator: own.environment, setting },
      undefined,
    );
    const ports = { ...commonPorts(own, setting.workspace, journal), ask: { confirm }, engines };
    const environment = childEnvironment(own.environment);
    const runnable = { shell: step.command };
    const totals = sessionTotals(own, session);
    const result = await runCall({ ...request, totals, runnable, environment }, ports);
    const ran = result.end === "ran";
    return {
      step,
      verdict: { ...result.verdict, id: result.action },
      ran,
      answered,
      held: ran ? result.held : [],
      protection: result.protection,
      exitCode: ran ? shellCode(result.ended) : 1,
      output: "",
      ms: performance.now() - start,
    };
  } finally {
    await journal.close();
  }
}
