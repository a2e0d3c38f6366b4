import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Effect,
  ENVIRONMENTS,
  MARKS,
  type Mark,
  REVERSIBILITIES,
  VERBS,
  WAYS_BACK,
} from "../../src/core/effect.ts";
import {
  higherTier,
  ladder,
  ladderOfAll,
  OUTCOMES,
  outcomeOf,
  rungUp,
  stricterOutcome,
  TIERS,
  type Tier,
} from "../../src/core/ladder.ts";
import { effectWith } from "./machine/sample.ts";

type Parts = Parameters<typeof effectWith>[0];

function check(parts: Parts, tier: Tier): void {
  expect(ladder(effectWith(parts))).toBe(tier);
}

const here = { environment: "workspace", wayBack: "none", reversibility: "R2" } as const;
const staging = { environment: "staging", wayBack: "none" } as const;
const production = { environment: "production", wayBack: "none" } as const;

describe("the rows of the ladder", () => {
  it.each<[string, Parts, Tier]>([
    ["T0: a read is permitted, even in production", { verb: "read", ...production }, 0],
    ["T1: a change of the workspace with a restore point", {}, 1],
    ["T1: a deletion in the workspace with a restore point", { verb: "delete", reversibility: "R4" }, 1],
    [
      "T1: what one call undoes on this machine",
      { environment: "local", reversibility: "R1", wayBack: "none" },
      1,
    ],
    ["T1: the project's own code", { ...here, verb: "execute", marks: ["workspace-code"] }, 1],
    ["T1: adds to something shared and can be taken back", { ...staging, marks: ["additive"] }, 1],
    ["T2: shared but not production", { ...staging }, 2],
    [
      "T2: adds to something shared and cannot be taken back by one call",
      { ...staging, reversibility: "R3", marks: ["additive"] },
      2,
    ],
    [
      "T2: a deletion does not become an addition by its mark",
      { ...staging, verb: "delete", marks: ["additive"] },
      2,
    ],
    ["T2: reading secrets", { verb: "read", marks: ["secret"] }, 2],
    ["T2: leaving the workspace", { marks: ["outside"] }, 2],
    ["T2: sending local data away", { marks: ["upload"] }, 2],
    ["T2: code from elsewhere", { marks: ["foreign-code"] }, 2],
    ["T2: more rights than the operator", { marks: ["privileged"] }, 2],
    ["T2: the version history", { marks: ["history"] }, 2],
    ["T2: everything at once, even with a restore point", { verb: "delete", marks: ["bulk"] }, 2],
    ["T2: secrets of this machine", { marks: ["secret"] }, 2],
    ["T2: a change of the workspace without a way back", { ...here }, 2],
    [
      "T2: something unread on this machine",
      { ...here, verb: "unknown", reversibility: "R4", certain: false },
      2,
    ],
    ["T2: a change for good on this machine", { ...here, reversibility: "R4" }, 2],
    ["T3: a deletion for good on this machine", { ...here, verb: "delete", reversibility: "R4" }, 3],
    ["T3: a replacement for good on this machine", { ...here, verb: "replace", reversibility: "R4" }, 3],
    ["T3: installed software", { marks: ["system"] }, 3],
    [
      "T3: destructive outside production, one rung lower",
      { ...staging, verb: "delete", reversibility: "R4" },
      3,
    ],
    ["T3: outside production with a safeguard that was not taken", { ...staging, reversibility: "R2" }, 3],
    [
      "T2: outside production with the safeguard taken",
      { ...staging, reversibility: "R2", wayBack: "restore-point" },
      2,
    ],
    ["T2: outside production with identity or time lost", { ...staging, reversibility: "R3" }, 2],
    ["T3: removing a protection outside production", { ...staging, verb: "remove-protection" }, 3],
    ["T3: widening rights outside production", { ...staging, verb: "escalate" }, 3],
    ["T3: many at once outside production", { ...staging, marks: ["bulk"] }, 3],
    ["T3: production that one call undoes", { ...production }, 3],
    ["T3: production adds as well as it changes", { ...production, marks: ["additive"] }, 3],
    [
      "T3: production with the safeguard taken",
      { ...production, reversibility: "R2", wayBack: "restore-point" },
      3,
    ],
    ["T3: production with identity or time lost", { ...production, reversibility: "R3" }, 3],
    ["T3: an unknown environment counts as production", { ...production, environment: "unknown" }, 3],
    ["T4: production without the safeguard", { ...production, reversibility: "R2" }, 4],
    [
      "T4: production with the provider's word for a safeguard",
      { ...production, reversibility: "R2", wayBack: "provider" },
      4,
    ],
    ["T4: irreversible in production", { ...production, verb: "delete", reversibility: "R4" }, 4],
    [
      "T4: irreversible where nobody knows the environment",
      { ...production, environment: "unknown", reversibility: "R4" },
      4,
    ],
    ["T4: many at once in production", { ...production, marks: ["bulk"] }, 4],
    ["T4: removing a protection", { ...production, verb: "remove-protection" }, 4],
    ["T4: widening rights in production", { ...production, verb: "escalate" }, 4],
    ["T4: changing the rules themselves", { marks: ["control"] }, 4],
    ["T4: a raw device", { marks: ["device"] }, 4],
    [
      "T4: data and its backups outside production",
      { ...staging, verb: "delete", marks: ["data-and-backup"] },
      4,
    ],
    ["TX: data and its backups", { ...production, verb: "delete", marks: ["data-and-backup"] }, "X"],
    [
      "TX: data and its backups, environment unknown",
      { verb: "replace", environment: "unknown", marks: ["data-and-backup"] },
      "X",
    ],
    [
      "TX: data and its backups, whatever else it governs",
      { ...production, verb: "delete", marks: ["control", "data-and-backup"] },
      "X",
    ],
    ["T3: a change next to lost backups loses nothing", { ...production, marks: ["data-and-backup"] }, 3],
    ["TX: the log", { verb: "delete", marks: ["audit"] }, "X"],
    [
      "TX: production replaced without a proven restore",
      { ...production, verb: "replace", wayBack: "provider" },
      "X",
    ],
    [
      "T3: production replaced with a proven restore",
      { ...production, verb: "replace", wayBack: "restore-point" },
      3,
    ],
    ["TX: a bound of the analysis was reached", { verb: "read", marks: ["bound"] }, "X"],
  ])("[LADDER] %s", (_name, parts, tier) => check(parts, tier));

  it.each<[string, Parts, Tier]>([
    ["a read stays a read", { verb: "read" }, 0],
    ["the workspace becomes a question", {}, 2],
    ["a question becomes a review", { ...staging }, 3],
    ["production goes up", { ...production }, 4],
    ["T4 stays", { marks: ["control"] }, 4],
    ["TX stays", { verb: "delete", marks: ["audit"] }, "X"],
  ])("[LADDER] out of scope: %s", (_name, parts, tier) => {
    check({ ...parts, marks: [...(parts?.marks ?? []), "out-of-scope"] }, tier);
  });

  it.each<[Tier, string]>([
    [0, "permit"],
    [1, "permit"],
    [2, "confirm"],
    [3, "review"],
    [4, "review"],
    ["X", "forbid"],
  ])("[LADDER] T%s asks for %s", (tier, outcome) => expect(outcomeOf(tier)).toBe(outcome));

  it("[LADDER] a rung up ends at T4; only a rule that says so forbids", () => {
    expect(TIERS.map(rungUp)).toEqual([1, 2, 3, 4, 4, "X"]);
  });
});

describe("the whole action", () => {
  const data = effectWith({ verb: "delete", kind: "aws.rds.instance", ...production, reversibility: "R3" });
  it.each<[string, readonly Effect[], Tier]>([
    ["nothing at all is T0", [], 0],
    ["the highest of its effects counts", [effectWith(), data, effectWith({ verb: "read" })], 3],
  ])("[LADDER] %s", (_name, effects, tier) => expect(ladderOfAll(effects)).toBe(tier));
});

const anyEffect: fc.Arbitrary<Effect> = fc
  .record({
    verb: fc.constantFrom(...VERBS),
    environment: fc.constantFrom(...ENVIRONMENTS),
    wayBack: fc.constantFrom(...WAYS_BACK),
    reversibility: fc.constantFrom(...REVERSIBILITIES),
    count: fc.option(fc.nat(20)),
    certain: fc.boolean(),
    marks: fc.subarray([...MARKS]),
  })
  .map(effectWith);

const SOFTENING: readonly Mark[] = ["additive", "workspace-code"];

function expectNotLower(actual: Effect, than: Effect): void {
  expect(TIERS.indexOf(ladder(actual))).toBeGreaterThanOrEqual(TIERS.indexOf(ladder(than)));
}

describe("what never lowers a tier", () => {
  const runs = { numRuns: 5_000 };

  it("[LADDER] a mark, other than those that say it is harmless", () => {
    const added = fc.constantFrom(...MARKS.filter((mark) => !SOFTENING.includes(mark)));
    const property = fc.property(anyEffect, added, (effect, mark) =>
      expectNotLower({ ...effect, marks: [...effect.marks, mark] }, effect),
    );
    fc.assert(property, runs);
  });

  it("[LADDER] a guess", () => {
    fc.assert(
      fc.property(anyEffect, (effect) => expectNotLower({ ...effect, certain: false }, effect)),
      runs,
    );
  });

  it("[LADDER] an environment that nobody knows, against every other; only TX needs certainty of production", () => {
    const property = fc.property(anyEffect, (effect) => {
      const unknown = { ...effect, resource: { ...effect.resource, environment: "unknown" as const } };
      for (const environment of ENVIRONMENTS) {
        const known = { ...effect, resource: { ...effect.resource, environment } };
        if (effect.verb === "replace" && environment === "production") {
          const isAtLeast3 = TIERS.indexOf(ladder(unknown)) >= TIERS.indexOf(3);
          expect(isAtLeast3).toBe(true);
        } else if (!isHereOnly(known)) expectNotLower(unknown, known);
      }
    });
    fc.assert(property, runs);
  });

  it("[LADDER] a restore point that is not there", () => {
    fc.assert(
      fc.property(anyEffect, (effect) =>
        expectNotLower({ ...effect, wayBack: "none" }, { ...effect, wayBack: "restore-point" }),
      ),
      runs,
    );
  });

  it("[LADDER] another effect beside it, or another order", () => {
    fc.assert(
      fc.property(fc.array(anyEffect, { maxLength: 5 }), anyEffect, (effects, more) => {
        const tier = ladderOfAll(effects);
        const together = ladderOfAll([...effects, more]);
        expect(higherTier(together, tier)).toBe(together);
        expect(ladderOfAll([more, ...effects].reverse())).toBe(together);
      }),
      runs,
    );
  });

  it("[LADDER] the stricter of two outcomes is the one further down, in any order", () => {
    for (const [at, a] of OUTCOMES.entries()) {
      for (const [other, b] of OUTCOMES.entries()) {
        expect(stricterOutcome(a, b)).toBe(OUTCOMES[Math.max(at, other)]);
      }
    }
  });
});

/** Marks that only this machine has (devices, installed software) mean nothing elsewhere. */
function isHereOnly(effect: Effect): boolean {
  const { environment } = effect.resource;
  return (environment === "workspace" || environment === "local") && effect.marks.includes("device");
}
