import fc from "fast-check";
import {
  type Effect,
  ENVIRONMENTS,
  MARKS,
  REVERSIBILITIES,
  VERBS,
  WAYS_BACK,
} from "../../src/core/effect.ts";
import type { Situation } from "../../src/core/policy.ts";

/** Any effect at all, with few marks more often than many. */
export const anyEffect: fc.Arbitrary<Effect> = fc.record({
  verb: fc.constantFrom(...VERBS),
  resource: fc.record({
    kind: fc.constantFrom("file", "git.branch", "k8s.namespace", "sql.table"),
    name: fc.oneof(fc.constantFrom("payments", "build", "*"), fc.string({ maxLength: 12 })),
    environment: fc.constantFrom(...ENVIRONMENTS),
  }),
  wayBack: fc.constantFrom(...WAYS_BACK),
  reversibility: fc.constantFrom(...REVERSIBILITIES),
  count: fc.option(fc.nat({ max: 1_000_000 }), { nil: null }),
  certain: fc.boolean(),
  marks: fc.oneof(
    { weight: 3, arbitrary: fc.subarray([...MARKS], { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.subarray([...MARKS]) },
    { weight: 1, arbitrary: fc.subarray(["additive", "bulk", "out-of-scope", "shared"] as const) },
  ),
  by: fc.constant(""),
});

/** An agent that acts for a person, with no yes so far. */
export const AGENT: Situation = {
  principal: { kind: "agent", name: "claude-code", operator: "ana" },
  contained: false,
  engine: "snapshot",
  tool: "shell",
};
