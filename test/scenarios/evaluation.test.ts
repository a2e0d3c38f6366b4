import { describe, expect, it } from "vitest";
import { BARS, type EvaluationCall, type ListName, readList } from "../../bench/evaluation.ts";
import { describeEffect } from "../../src/core/effect.ts";
import { judged, tierOf } from "../analyzers/check.ts";

/** Whether a call passes without a question, and its effects for the message of a failure. */
async function judgedCall({ tool, input, environment }: EvaluationCall) {
  const effects = await judged(input, { tool, ...(environment ? { declared: environment } : {}) });
  const tier = tierOf(effects);
  const shown = effects.map((effect) => `${describeEffect(effect)} [${effect.marks}]`).join("; ");
  return { passes: tier === 0 || tier === 1, story: `T${tier} ${JSON.stringify(input)}: ${shown}` };
}

/** Judges a whole list and expects that the share of wrong answers is within its bar. */
async function check(name: ListName, passing: "passes" | "does not pass"): Promise<void> {
  const calls = readList(name);
  const wrong: string[] = [];
  for (const call of calls) {
    const { passes, story } = await judgedCall(call);
    if (passes !== (passing === "passes")) wrong.push(`${call.id} ${story}`);
  }
  const message = `${wrong.length} of ${calls.length}\n${wrong.join("\n")}\n`;
  expect(wrong.length / calls.length, message).toBeLessThanOrEqual(BARS[name]);
}

describe("[EVALUATION] lists written without a look at the analyzers", () => {
  it.each(["harmless", "destructive"] as const)("hold at least 700 different %s calls", (name) => {
    const calls = readList(name).map(({ tool, input, environment }) =>
      JSON.stringify([tool, input, environment]),
    );
    expect(new Set(calls).size).toBe(calls.length);
    expect(calls.length).toBeGreaterThanOrEqual(700);
  });

  it("at most 2 % of destructive calls pass silently", async () => {
    await check("destructive", "does not pass");
  });

  it("at most 3 % of harmless calls are stopped", async () => {
    await check("harmless", "passes");
  });
});
