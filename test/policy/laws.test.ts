import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import type { Policy } from "../../src/adapters/policy/policy.ts";
import { type Effect, ENVIRONMENTS, MARKS, REVERSIBILITIES, VERBS } from "../../src/core/effect.ts";
import { parseEffect } from "../../src/core/effect-text.ts";
import { OUTCOMES, outcomeOf, TIERS, type Tier } from "../../src/core/ladder.ts";
import type { Approval } from "../../src/core/policy.ts";
import { AGENT, anyEffect } from "./generators.ts";

function effectFrom(text: string): Effect {
  const parsed = parseEffect(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.effect;
}

const builtin = loadPolicy([]);

function policyWith(...rules: readonly string[]): Policy {
  return loadPolicy([{ layer: "project", file: "p.cedar", text: rules.join("\n") }]);
}

function rule(id: string, rest: string): string {
  return `@id("${id}") @reason("it is ${id}") forbid (principal, action, resource) ${rest};`;
}

const anyCondition = fc.oneof(
  fc.constantFrom(...ENVIRONMENTS).map((name) => `resource.environment == "${name}"`),
  fc.constantFrom(...MARKS).map((mark) => `context.marks.contains("${mark}")`),
  fc.constantFrom(...REVERSIBILITIES).map((name) => `context.reversibility != "${name}"`),
  fc.constantFrom("context.certain", "!context.certain", "context.contained", "context.count > 10"),
  fc.constantFrom('resource.kind like "k8s.*"', 'resource.name == "payments"', 'context.tool == "shell"'),
  fc.constantFrom("principal is Agent", "principal is Person", 'principal in Person::"ana"'),
);

const anyUnless = fc.constantFrom(
  "",
  "unless { context.approval.confirmed }",
  "unless { context.approval.reviewers >= 1 }",
  "unless { context.approval.reviewers >= 2 }",
  'unless { context.approval.roles.contains("owner") }',
  "unless { context.approval.reviewers == 0 }",
);

const anyRules = fc
  .array(
    fc.tuple(fc.constantFrom(...VERBS), fc.array(anyCondition, { minLength: 1, maxLength: 3 }), anyUnless),
    { maxLength: 5 },
  )
  .map((rules) =>
    rules.map(([verb, conditions, unless], index) => {
      const when = `when { ${conditions.join(" && ")} } ${unless}`;
      return `@id("r${index}") @reason("r") forbid (principal, action == Action::"${verb}", resource) ${when};`;
    }),
  );

const anyApproval: fc.Arbitrary<Approval> = fc.record({
  confirmed: fc.boolean(),
  reviewers: fc.nat({ max: 3 }),
  roles: fc.subarray(["owner", "security", "on-call"]),
});

describe("layers", () => {
  it("[P8] a lower layer can only tighten, whatever its rules and the approval are", () => {
    const seen = { loaded: 0, raised: 0 };
    fc.assert(
      fc.property(
        anyRules,
        fc.array(fc.tuple(anyEffect, anyApproval), { minLength: 20, maxLength: 20 }),
        (rules, cases) => {
          const policy = policyWith(...rules);
          if (policy.problems.length === 0) seen.loaded += 1;
          for (const [effect, approval] of cases) {
            const [before, after] = [builtin, policy].map((one) =>
              one.decide([effect], { ...AGENT, approval }),
            );
            const rose = TIERS.indexOf(after?.tier ?? 0) - TIERS.indexOf(before?.tier ?? 0);
            expect(rose).toBeGreaterThanOrEqual(0);
            expect(OUTCOMES.indexOf(after?.outcome ?? "permit")).toBeGreaterThanOrEqual(
              OUTCOMES.indexOf(before?.outcome ?? "forbid"),
            );
            if (rose > 0 && policy.problems.length === 0) seen.raised += 1;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(seen.loaded).toBeGreaterThan(20);
    expect(seen.raised).toBeGreaterThan(10);
  });

  it("[P8] whatever text a file holds, a decision is never below the built-in one, and nothing throws", () => {
    const good = `${rule("good", 'when { resource.name == "x; y" } unless { context.approval.confirmed }')}\n// end\n`;
    const broken = fc
      .tuple(fc.nat({ max: good.length }), fc.nat({ max: 30 }), fc.string({ unit: "binary", maxLength: 20 }))
      .map(([at, cut, text]) => good.slice(0, at) + text + good.slice(at + cut));
    const effect = effectFrom("delete k8s.namespace payments @production");
    fc.assert(
      fc.property(fc.oneof(broken, fc.string({ unit: "binary" })), (text) => {
        const decision = policyWith(text).decide([effect], AGENT);
        expect(TIERS.indexOf(decision.tier)).toBeGreaterThanOrEqual(TIERS.indexOf(4));
      }),
      { numRuns: 300 },
    );
  });
});

describe("fail closed", () => {
  it("[P9] an error while a rule is evaluated forbids, although Cedar would skip the rule", () => {
    const policy = policyWith(rule("overflow", "when { context.count + 9223372036854775807 > 0 }"));
    expect(policy.problems).toEqual([]);
    const decision = policy.decide([effectFrom("change file x x3 (R1)")], AGENT);
    expect(decision).toMatchObject({ outcome: "forbid", tier: "X", rules: [{ id: "policy-error" }] });
    expect(decision.reason).toContain("overflow");
  });

  it.each([
    ["a verb that does not exist", { verb: "boil" }],
    ["a count that is no number", { count: Number.NaN }],
    ["a count beyond 64 bits", { count: 1e300 }],
    ["no marks at all", { marks: undefined }],
    ["no resource at all", { resource: undefined }],
  ])("[P9] %s forbids", (_name, wrong) => {
    const policy = policyWith(
      rule("count", "when { context.count > 100 } unless { context.approval.confirmed }"),
    );
    const effect = { ...effectFrom("change file x (R1)"), ...wrong } as Effect;
    expect(policy.decide([effect], AGENT)).toMatchObject({ outcome: "forbid", tier: "X" });
  });

  it("[P9] more effects than can be judged forbid", () => {
    const effects = Array.from({ length: 10_001 }, () => effectFrom("read file x"));
    expect(builtin.decide(effects, AGENT)).toMatchObject({
      outcome: "forbid",
      rules: [{ id: "bound-reached" }],
    });
  });
});

describe("a decision", () => {
  it("[P10] is the strictest of its effects, in any order", () => {
    fc.assert(
      fc.property(fc.array(anyEffect, { minLength: 1, maxLength: 6 }), (effects) => {
        const rank = (tier: Tier) => TIERS.indexOf(tier);
        const alone = effects.map((effect) => builtin.decide([effect], AGENT).tier);
        const decision = builtin.decide(effects, AGENT);
        expect(rank(decision.tier)).toBe(Math.max(...alone.map(rank)));
        expect(decision.outcome).toBe(outcomeOf(decision.tier));
        const backwards = builtin.decide([...effects].reverse(), AGENT);
        expect([backwards.tier, backwards.outcome]).toEqual([decision.tier, decision.outcome]);
      }),
    );
  });

  it("[P11] without effects is permitted, T0", () => {
    expect(builtin.decide([], AGENT)).toMatchObject({ outcome: "permit", tier: 0 });
  });

  it("[P11] says which effect and why, and what to do instead", () => {
    const decision = builtin.decide(
      ["read file a", "delete k8s.namespace payments @production"].map(effectFrom),
      AGENT,
    );
    expect(decision.reason).toBe(
      "two people with different roles have to review: delete k8s.namespace payments @production " +
        "(the strictest of 2 effects): nothing and nobody can bring it back, and it is production or may be",
    );
    expect(decision.advice).toMatch(/take a backup/);
    expect(decision.rules.map(({ id, tier }) => [id, tier])).toEqual([
      ["production-gone-for-good", 4],
      ["production-changed", 3],
      ["ordinary-work", 1],
    ]);
  });

  it("[P11] shows names from the agent without control characters", () => {
    const effect = effectFrom("delete file x @production");
    const sly = { ...effect, resource: { ...effect.resource, name: "a\u001b[2J\u202eb\nc" } };
    expect(builtin.decide([sly], AGENT).reason).toContain("a\\u001b[2J\\u202eb\\u000ac");
  });

  const yes = (reviewers: number, roles: readonly string[]) => ({ confirmed: true, reviewers, roles });
  it.each([
    ["change k8s.deployment web @staging (R1)", yes(0, []), "permit"],
    ["change k8s.deployment web @production (R1)", yes(0, []), "review"],
    ["change k8s.deployment web @production (R1)", yes(1, ["owner"]), "permit"],
    ["delete k8s.namespace web @production", yes(1, ["owner"]), "review"],
    ["delete k8s.namespace web @production", yes(2, ["owner", "owner"]), "review"],
    ["delete k8s.namespace web @production", yes(2, ["owner", "security"]), "permit"],
    ["replace k8s.namespace web @production", yes(2, ["owner", "security"]), "forbid"],
  ])("[P12] %s with %o: %s", (text, approval, outcome) => {
    expect(builtin.decide([effectFrom(text)], { ...AGENT, approval }).outcome).toBe(outcome);
  });

  it("[P13] says which role a reviewer must fill when a rule names one", () => {
    const policy = policyWith(
      rule("owner", 'when { resource.name == "web" } unless { context.approval.roles.contains("owner") }'),
    );
    const decide = (approval: Approval) =>
      policy.decide([effectFrom("change k8s.deployment web @production (R1)")], { ...AGENT, approval });
    expect(decide(yes(0, []))).toMatchObject({ outcome: "review", tier: 3, roles: ["owner"] });
    expect(decide(yes(1, ["security"])).outcome).toBe("review");
    expect(decide(yes(1, ["owner"])).outcome).toBe("permit");
  });

  it("[P13] wants two people when two rules name different roles", () => {
    const unless = (role: string) => `unless { context.approval.roles.contains("${role}") }`;
    const policy = policyWith(rule("a", unless("owner")), rule("b", unless("security")));
    const decision = policy.decide([effectFrom("change file x (R1, restore-point)")], AGENT);
    expect(decision).toMatchObject({ tier: 4, roles: ["owner", "security"] });
  });

  it("[P14] does not remember an answer across anything that a rule looks at", () => {
    const policy = policyWith(
      rule("payments", 'when { resource.name == "payments" && principal == Agent::"codex" }'),
    );
    const tierFor = (name: string, agent: string) =>
      policy.decide([effectFrom(`change file ${name} (R1)`)], {
        ...AGENT,
        principal: { kind: "agent", name: agent },
      }).tier;
    expect([tierFor("other", "codex"), tierFor("payments", "codex"), tierFor("payments", "kiro")]).toEqual([
      1,
      "X",
      1,
    ]);
  });
});
