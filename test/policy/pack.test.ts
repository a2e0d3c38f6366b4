import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateBuiltin } from "../../scripts/policy.ts";
import { loadPolicy, readLayers, runExamples } from "../../src/adapters/policy/load.ts";
import { ENVIRONMENTS, MARKS, REVERSIBILITIES, WAYS_BACK } from "../../src/core/effect.ts";
import { higherTier, ladder, ladderOfAll, TIERS, type Tier } from "../../src/core/ladder.ts";
import { AGENT, anyEffect } from "./generators.ts";

const pack = readFileSync(new URL("../../policy/builtin.cedar", import.meta.url), "utf8");
const source = { layer: "built-in", file: "policy/builtin.cedar", text: pack } as const;
const policy = loadPolicy([]);

describe("the built-in pack", () => {
  it("[P1] says of every effect what the ladder says", () => {
    const reached = new Map<Tier, number>();
    fc.assert(
      fc.property(anyEffect, (effect) => {
        const [verdict] = policy.explain([effect], AGENT);
        const law = ladder(effect);
        reached.set(law, (reached.get(law) ?? 0) + 1);
        expect(verdict?.tier === 1 && effect.verb === "read" ? 0 : verdict?.tier).toBe(law);
      }),
      { numRuns: 4_000 },
    );
    for (const tier of TIERS) expect(reached.get(tier) ?? 0, `T${tier} was reached`).toBeGreaterThan(20);
  });

  it("[P1] says of every action what the ladder says of all its effects", () => {
    fc.assert(
      fc.property(fc.array(anyEffect, { minLength: 1, maxLength: 4 }), (effects) => {
        const highest = policy
          .explain(effects, AGENT)
          .reduce<Tier>((tier, verdict) => higherTier(tier, verdict.tier), 0);
        expect(highest === 1 ? "at most 1" : highest).toBe(
          TIERS.indexOf(ladderOfAll(effects)) <= 1 ? "at most 1" : ladderOfAll(effects),
        );
        expect(policy.decide(effects, AGENT).tier).toBe(ladderOfAll(effects));
      }),
      { numRuns: 1_000 },
    );
  });

  it("[P2] is strictly valid against the schema, without a warning", () => {
    expect(readLayers([source]).problems).toEqual([]);
  });

  it("[P2] has a schema that names every environment, way back, reversibility and mark", () => {
    const schema = readFileSync(new URL("../../policy/countersign.cedarschema", import.meta.url), "utf8");
    const words = [...ENVIRONMENTS, ...WAYS_BACK, ...REVERSIBILITIES, ...MARKS];
    expect(words.filter((word) => !schema.includes(`"${word}"`))).toEqual([]);
  });

  it("[P3] has one permit, and a reason and an advice on every other rule", () => {
    const { rules } = readLayers([source]);
    expect(rules.filter(({ piece }) => /^permit\b/m.test(piece.text)).map(({ rule }) => rule.id)).toEqual([
      "ordinary-work",
    ]);
    const silent = rules.filter(({ rule }) => rule.advice === undefined).map(({ rule }) => rule.id);
    expect(silent).toEqual(["ordinary-work"]);
  });

  it("[P4] keeps the promise of every example, and every rule has both kinds", () => {
    const { rules } = readLayers([source]);
    const results = runExamples(policy, rules);
    expect(
      results
        .filter((result) => !result.holds)
        .map(({ rule, text, asked }) => `${rule.rule.id}: ${text}: ${asked}`),
    ).toEqual([]);
    const kinds = (id: string) =>
      results.filter(({ rule }) => rule.rule.id === id).map(({ name }) => name.split("_")[0]);
    const without = rules.filter(({ rule }) => new Set(kinds(rule.id)).size < 2).map(({ rule }) => rule.id);
    expect(without).toEqual(["ordinary-work"]);
  });

  it("[P5] is what the generated file was made from", () => {
    const generated = readFileSync(
      new URL("../../src/adapters/policy/builtin.gen.ts", import.meta.url),
      "utf8",
    );
    expect(generated).toBe(generateBuiltin());
  });
});
