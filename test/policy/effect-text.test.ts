import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeEffect } from "../../src/core/effect.ts";
import { parseEffect } from "../../src/core/effect-text.ts";
import { anyEffect } from "./generators.ts";

describe("the short form of an effect", () => {
  it.each([
    [
      "delete k8s.namespace payments @production",
      {
        verb: "delete",
        resource: { kind: "k8s.namespace", name: "payments", environment: "production" },
        wayBack: "none",
        reversibility: "R4",
        count: 1,
        certain: true,
        marks: [],
      },
    ],
    [
      "unknown? program ./a b",
      {
        verb: "unknown",
        certain: false,
        resource: { kind: "program", name: "./a b", environment: "workspace" },
      },
    ],
    [
      "delete sql.row orders @staging ×41210",
      { count: 41_210, resource: { environment: "staging", name: "orders" } },
    ],
    ["delete sql.row orders @staging x12", { count: 12 }],
    ["delete vm x3", { count: 1, resource: { name: "x3" } }],
    ["delete user @production", { resource: { name: "@production", environment: "workspace" } }],
    ["change file a (R1)", { reversibility: "R1", wayBack: "provider" }],
    ["change file a (R2)", { reversibility: "R2", wayBack: "unknown" }],
    [
      "change file a(1).txt (R2, restore-point, outside, bulk)",
      { wayBack: "restore-point", marks: ["bulk", "outside"], resource: { name: "a(1).txt" } },
    ],
  ])("[P16] %s", (text, expected) => expect(parseEffect(text)).toMatchObject({ effect: expected }));

  it.each([
    ["", "is no verb"],
    ["boil file x", "`boil` is no verb"],
    ["delete file", "is no effect"],
    ["delete file x @prod", "`@prod` is no environment"],
    ["delete file x (R9)", "`R9` is no fact"],
    [`delete file ${"x".repeat(3_000)}`, "longer than"],
  ])("[P16] %s is refused", (text, problem) =>
    expect(parseEffect(text)).toEqual({ problem: expect.stringContaining(problem) }),
  );

  it("[P16] reads what describeEffect writes", () => {
    const plain = anyEffect.map((effect) => ({
      ...effect,
      resource: { ...effect.resource, name: "payments/db 1" },
    }));
    fc.assert(
      fc.property(plain, (effect) => {
        const { verb, resource, certain } = effect;
        const count = effect.count !== null && effect.count > 1 ? effect.count : 1;
        expect(parseEffect(describeEffect(effect))).toMatchObject({
          effect: { verb, resource, certain, count },
        });
      }),
    );
  });

  it("[P16] never throws", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        (text) => "problem" in parseEffect(text) || "effect" in parseEffect(text),
      ),
    );
  });
});
