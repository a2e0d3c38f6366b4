import { effect } from "../analyzers/effects.ts";
import { describeEffect, type Effect } from "../core/effect.ts";
import { TIERS } from "../core/ladder.ts";
import { type CheckPorts, type CheckRequest, type Judged, judgeEffects, situationOf } from "./check.ts";
import { isCapturedFile } from "./exposure.ts";

/**
 * The judgement of trying a command out: where all that needs a yes is a change of files that the engine catches,
 * it runs first, nothing of that becomes real, and the question is asked about what it really did. `undefined` where
 * that cannot be: other effects, a forbidden command, an engine that catches nothing.
 */
export function trialOf(judged: Judged, request: CheckRequest, ports: CheckPorts): Judged | undefined {
  const { outcome } = judged.decision;
  if (request.setting.engine !== "linux-overlay" || (outcome !== "confirm" && outcome !== "review"))
    return undefined;
  const situation = situationOf(request);
  const needsYes = (one: Effect) => TIERS.indexOf(ports.policy.decide([one], situation).tier) > 1;
  const asked = judged.effects.filter(needsYes);
  // What only the session or the chain makes of small effects is no single change that could be held.
  if (asked.length === 0 || !asked.every((one) => isCapturedFile(one, request.setting))) return undefined;
  const content = JSON.stringify(judged.effects);
  const rest = judged.effects.filter((one) => !needsYes(one));
  const trial = judgeEffects([resultOf(asked), ...rest], content, request, ports, judged.facts);
  return trial.decision.outcome === "permit" ? { ...trial, programs: judged.programs } : undefined;
}

/** What a trial does: a captured result that waits, and can be discarded. */
function resultOf(asked: readonly Effect[]): Effect {
  const [first] = asked;
  const more = asked.length > 1 ? ` and ${asked.length - 1} more` : "";
  return effect({
    verb: "create",
    kind: "captured.result",
    name: `${first ? describeEffect(first) : ""}${more}`.slice(0, 200),
    environment: "workspace",
    reversibility: "R1",
    wayBack: "restore-point",
    by: "",
  });
}
