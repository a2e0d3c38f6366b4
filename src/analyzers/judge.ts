import type { Call, Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import type { Facts, Need } from "../core/facts.ts";
import { judgeDirect } from "./direct.ts";
import { judgeText, sceneFor } from "./shell/dispatch.ts";
import { firstState, newAnalysis } from "./shell/state.ts";
import { walkText } from "./shell/walk.ts";

/**
 * What a call would do. While `needs` is not empty, some facts are missing and the effects count them as the
 * worst; fetch them and judge again.
 */
export interface Judgement {
  readonly effects: readonly Effect[];
  readonly needs: readonly Need[];
  /** Understood programs that it starts on this machine, with their first word: `git fetch`, `ls`. */
  readonly programs: readonly string[];
}

/**
 * Judges a call: what would it do? Pure, total, bounded. When facts are missing the answer names them, with
 * the effects as far as they are known, the unknown counted as the worst.
 */
export function judge(call: Call, setting: Setting, facts: Facts): Judgement {
  const analysis = newAnalysis(setting, facts);
  const state = firstState(setting);
  if (call.tool === "shell" && typeof call.input === "string") walkText(call.input, state, analysis);
  else if (call.tool === "powershell" && typeof call.input === "string") {
    analysis.effects.push(...judgeText("powershell", call.input, state, analysis).effects);
  } else analysis.effects.push(...judgeDirect(call, sceneFor(state, analysis)).effects);
  return { effects: analysis.effects, needs: [...analysis.needs.values()], programs: [...analysis.programs] };
}
