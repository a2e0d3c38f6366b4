import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ladder, TIERS } from "../../src/core/ladder.ts";
import { combineVerdicts, NO_APPROVAL, suffices, type Verdict, withFloor } from "../../src/core/policy.ts";
import { anyEffect } from "./generators.ts";

/** What a policy without any rule says. */
const LENIENT: Verdict = { tier: 1, roles: [], rules: [], allowed: true };

const anyApproval = fc.record({
  confirmed: fc.boolean(),
  reviewers: fc.nat({ max: 3 }),
  roles: fc.subarray(["owner", "security"]),
});

describe("the ladder under the policy", () => {
  it("[P18] is a floor: a policy that allows everything gets no effect below it", () => {
    fc.assert(
      fc.property(anyEffect, anyApproval, (effect, approval) => {
        const verdict = withFloor(effect, LENIENT, approval);
        const floor = ladder(effect);
        expect(verdict.tier).toBe(TIERS.indexOf(floor) > 1 ? floor : effect.verb === "read" ? 0 : 1);
        expect(verdict.allowed).toBe(suffices(approval, floor));
        const decision = combineVerdicts([effect], [verdict]);
        expect(decision.outcome === "permit").toBe(suffices(approval, floor));
        if (TIERS.indexOf(floor) > 1) expect(decision.rules[0]?.id).toBe("ladder");
      }),
    );
  });

  it.each([
    [0, NO_APPROVAL, true],
    [1, NO_APPROVAL, true],
    [2, NO_APPROVAL, false],
    [2, { confirmed: true, reviewers: 0, roles: [] }, true],
    [3, { confirmed: true, reviewers: 0, roles: [] }, false],
    [3, { confirmed: false, reviewers: 1, roles: ["owner"] }, true],
    [4, { confirmed: true, reviewers: 1, roles: ["owner", "security"] }, false],
    [4, { confirmed: true, reviewers: 2, roles: ["owner", "owner"] }, false],
    [4, { confirmed: true, reviewers: 2, roles: ["owner", "security"] }, true],
    ["X", { confirmed: true, reviewers: 9, roles: ["owner", "security"] }, false],
  ] as const)("[P18] T%s with %o: %s", (tier, approval, enough) =>
    expect(suffices(approval, tier)).toBe(enough),
  );
});
