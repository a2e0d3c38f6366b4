import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import { BOUNDS } from "../../src/adapters/policy/rules.ts";
import { parseEffect } from "../../src/core/effect-text.ts";
import { AGENT } from "./generators.ts";

/** The problems of one project file, each as `line: message`. */
function check(text: string): readonly string[] {
  const policy = loadPolicy([{ layer: "project", file: "p.cedar", text }]);
  return policy.problems.map(({ file, line, message }) => {
    expect(file).toBe("p.cedar");
    return `${line}: ${message}`;
  });
}

const HEAD = '@id("mine") @reason("it is mine")\n';
const ANY = "forbid (principal, action, resource)";

describe("what a layer may hold", () => {
  it.each([
    ["nothing", "", []],
    ["comments", "// nothing; yet\n", []],
    ["one forbid", `${HEAD}${ANY} when { resource.name == "x" };`, []],
    ["a semicolon in a text", `@id("mine") @reason("a; b // c")\n${ANY};`, []],
    [
      "a permit",
      `${HEAD}permit (principal, action, resource);`,
      ["1: rule `mine` permits, but the project layer can only tighten"],
    ],
    [
      "a template",
      `${HEAD}forbid (principal == ?principal, action, resource);`,
      ["2: templates are not allowed"],
    ],
    ["no @id", `\n\n@reason("x") ${ANY};`, ["3: rule has no usable @id"]],
    ["an empty @id", `@id @reason("x") ${ANY};`, ["1: rule has no usable @id"]],
    ["an @id with spaces", `@id("a b") @reason("x") ${ANY};`, ["1: rule has no usable @id"]],
    ["no @reason", `@id("mine") ${ANY};`, ["1: rule `mine` has no @reason"]],
    ["a blank @reason", `@id("mine") @reason(" ") ${ANY};`, ["1: rule `mine` has no @reason"]],
    ["an id twice", `${HEAD}${ANY};\n${HEAD}${ANY};`, ["3: rule `mine` exists already in p.cedar:1"]],
    [
      "a built-in id",
      `@id("production-changed") @reason("x") ${ANY};`,
      ["1: rule `production-changed` exists already, built in"],
    ],
    [
      "an unknown environment",
      `${HEAD}${ANY} when { resource.environment == "prod" };`,
      [expect.stringContaining("never `prod`")],
    ],
    [
      "an unknown environment in a set",
      `${HEAD}${ANY} when { ["staging", "live"].contains(resource.environment) };`,
      [expect.stringContaining("never `live`")],
    ],
    [
      "an unknown mark",
      `${HEAD}${ANY} when { context.marks.contains("bulky") };`,
      [expect.stringContaining("never `bulky`")],
    ],
    [
      "an unknown attribute",
      `${HEAD}${ANY} when {\n resource.owner == "x" };`,
      [expect.stringMatching(/^3: attribute `owner`/)],
    ],
    [
      "an unknown verb",
      `${HEAD}forbid (principal, action == Action::"remove", resource);`,
      [expect.stringContaining("unrecognized action")],
    ],
    ["a rule that never fires", `${HEAD}${ANY} when { false };`, [expect.stringContaining("impossible")]],
    ["a syntax error", `${HEAD}${ANY}\nwhen { resource. };`, [expect.stringMatching(/^3: unexpected token/)]],
    ["an unfinished text", `${HEAD}${ANY} when { "`, ["2: invalid token"]],
    ["no semicolon at the end", `${HEAD}${ANY}`, [expect.stringMatching(/^\d: /)]],
    [
      "a misspelt annotation",
      `@id("mine") @reason("x") @advise("y") ${ANY};`,
      [expect.stringContaining("`@advise` is not known")],
    ],
    [
      "an unreadable example",
      `@id("mine") @reason("x") @example("boil file x => review") ${ANY};`,
      [expect.stringContaining("`boil` is no verb")],
    ],
    [
      "an example without outcome",
      `@id("mine") @reason("x") @example("delete file x") ${ANY};`,
      [expect.stringContaining("expected EFFECT => OUTCOME")],
    ],
    [
      "an example that does not hold",
      `@id("mine") @reason("x") @example("delete file x => review") ${ANY};`,
      [expect.stringContaining("does not hold, the rule asks for TX")],
    ],
    [
      "a counterexample that does not hold",
      `@id("mine") @reason("x") @counterexample("delete file x") ${ANY};`,
      [expect.stringContaining("does not hold")],
    ],
    ["an example that holds", `@id("mine") @reason("x") @example("delete file x => forbid") ${ANY};`, []],
    ["too many bytes", `//${"x".repeat(BOUNDS.fileBytes)}`, [expect.stringContaining("larger than")]],
    ["too many rules", ";".repeat(BOUNDS.rules + 1), [expect.stringContaining("more than")]],
  ])("[P6] %s", (_name, text, expected) => expect(check(text)).toEqual(expected));
});

describe("a policy that cannot be loaded", () => {
  const broken = loadPolicy([{ layer: "organisation", file: "/etc/x.cedar", text: "\nforbid (" }]);

  it("[P7] forbids everything, even nothing, and names the file and the line", () => {
    const parsed = parseEffect("read file x");
    const effects = "effect" in parsed ? [parsed.effect] : [];
    for (const decision of [broken.decide([], AGENT), broken.decide(effects, AGENT)]) {
      expect(decision).toMatchObject({ outcome: "forbid", tier: "X", rules: [{ id: "policy-broken" }] });
      expect(decision.reason).toContain("/etc/x.cedar:2:");
      expect(decision.advice).toContain("countersign policy check");
    }
  });

  it("[P7] is what one bad file among good ones makes", () => {
    const good = {
      layer: "person",
      file: "good.cedar",
      text: `${HEAD}${ANY} when { resource.name == "x" };`,
    } as const;
    expect(loadPolicy([good]).problems).toEqual([]);
    const both = loadPolicy([good, { layer: "project", file: "bad.cedar", text: "permit" }]);
    expect(both.decide([], AGENT).outcome).toBe("forbid");
  });
});

describe("[P14] a rule about how a command runs", () => {
  const policy = loadPolicy([
    {
      layer: "organisation",
      file: "o.cedar",
      text: '@id("isolated-only") @reason("it does not run isolated")\nforbid (principal, action in Action::"mutate", resource) when { context.engine != "linux-overlay" };',
    },
  ]);
  const effect = parseEffect("change file src/a");

  it.each([
    ["linux-overlay", "confirm"],
    ["snapshot", "forbid"],
    ["plain", "forbid"],
  ] as const)("sees the engine in force: %s is %s", (engine, outcome) => {
    if (!("effect" in effect)) throw new Error("the effect is not understood");
    const situation = { ...AGENT, contained: engine === "linux-overlay", engine };
    expect(policy.decide([effect.effect], situation).outcome).toBe(outcome);
  });
});
