import { effect } from "../analyzers/effects.ts";
import { type CheckPorts, type CheckRequest, type Judged, judgeEffects } from "./check.ts";
import { unreadHere } from "./exposure.ts";

/**
 * Whoever asks may choose a lesser engine than the machine has, and whoever asks may be the agent: for what nobody
 * could read ahead that is a protection less, and a question of its own. `how`: the choice, as it was written.
 */
export function withLowered(
  judged: Judged,
  how: string | undefined,
  request: CheckRequest,
  ports: CheckPorts,
): Judged {
  if (how === undefined || unreadHere(judged.effects).length === 0) return judged;
  const less = effect({
    verb: "remove-protection",
    kind: "countersign.isolation",
    name: how,
    environment: "local",
    reversibility: "R1",
    marks: ["privileged"],
    by: how,
    advice: "leave the option out: the command then runs isolated, and what it changes is judged afterwards",
  });
  const content = JSON.stringify(judged.effects);
  const all = judgeEffects([...judged.effects, less], content, request, ports, judged.facts);
  return { ...all, programs: judged.programs };
}
