import { expect, it } from "vitest";
import { factFor, type Need, needKey } from "../../src/core/facts.ts";

const NEEDS: readonly Need[] = [
  { kind: "path", path: "a" },
  { kind: "text", path: "a" },
  { kind: "list", path: "a" },
  { kind: "env", name: "a" },
  { kind: "program", name: "a" },
  { kind: "syntax", language: "python", text: "a" },
  { kind: "syntax", language: "ruby", text: "a" },
];

it("[L6] no fact answers another need", () => {
  expect(new Set(NEEDS.map(needKey)).size).toBe(NEEDS.length);
  for (const need of NEEDS) {
    const facts = new Map([[needKey(need), { text: "known" }]]);
    expect(NEEDS.filter((other) => factFor(facts, other) !== undefined)).toEqual([need]);
  }
});
