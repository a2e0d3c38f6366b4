import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accumulate, BULK_FROM, NO_TOTALS, type SessionTotals } from "../../src/core/accumulate.ts";
import { joinChain } from "../../src/core/chain.ts";
import {
  describeEffect,
  type Effect,
  ENVIRONMENTS,
  MARKS,
  REVERSIBILITIES,
  VERBS,
  WAYS_BACK,
  type WayBack,
} from "../../src/core/effect.ts";
import { ladderOfAll, TIERS } from "../../src/core/ladder.ts";
import { markOutOfScope, type Scope } from "../../src/core/scope.ts";
import { effectWith } from "./machine/sample.ts";

type Parts = Parameters<typeof effectWith>[0];

/** Plays the actions of a session, and says what the last one is marked with, effect by effect. */
function marksOfLast(actions: readonly (readonly Effect[])[]): readonly string[] {
  let totals: SessionTotals = NO_TOTALS;
  let last: readonly Effect[] = [];
  for (const effects of actions) ({ effects: last, totals } = accumulate(totals, effects));
  return last.map(({ marks }) => marks.join(" "));
}

function times(count: number, parts: Parts): readonly (readonly Effect[])[] {
  return Array.from({ length: count }, () => [effectWith(parts)]);
}

const dropped = { verb: "delete", kind: "sql.table", environment: "staging", wayBack: "none" } as const;
const lost = { ...dropped, environment: "production", reversibility: "R4" } as const;
const snapshot = { ...lost, kind: "aws.rds.snapshot", marks: ["backup"] } as const;
const instance = { ...lost, kind: "aws.rds.instance", reversibility: "R3" } as const;
const removed = { verb: "delete", reversibility: "R4" } as const;

describe("[ACCUMULATE] small steps add up", () => {
  it.each<[string, readonly (readonly Effect[])[], readonly string[]]>([
    ["nine deletions are nine", times(9, dropped), [""]],
    ["ten deletions are one big one", times(10, dropped), ["bulk"]],
    [
      "ten deletions of different kinds too",
      [...times(5, dropped), ...times(5, { ...dropped, kind: "aws.s3.object" })],
      ["bulk"],
    ],
    ["a replacement deletes", [...times(9, dropped), ...times(1, { ...dropped, verb: "replace" })], ["bulk"]],
    ["ten in one effect", times(1, { ...dropped, count: 10 }), ["bulk"]],
    ["ten in one action", [times(10, dropped).flat()], [...Array(9).fill(""), "bulk"]],
    ["a deletion that cannot be counted is one", times(1, { ...dropped, count: null }), [""]],
    ["and many for the next", [...times(1, { ...dropped, count: null }), ...times(1, dropped)], ["bulk"]],
    [
      "production and unknown are one place",
      [...times(5, lost), ...times(5, { ...lost, environment: "unknown" })],
      ["bulk"],
    ],
    ["staging and production are two", [...times(9, dropped), ...times(1, lost)], [""]],
    [
      "another verb is another class",
      [...times(9, dropped), ...times(1, { ...dropped, verb: "stop" })],
      [""],
    ],
    ["changes are not counted", times(30, { ...dropped, verb: "change" }), [""]],
    ["reads are not counted", times(30, { ...dropped, verb: "read" }), [""]],
    ["what a restore point brings back counts from five hundred on", times(499, removed), [""]],
    ["and then it is one big one", times(500, removed), ["bulk"]],
    [
      "a folder that cannot be counted is one where it comes back",
      times(499, { ...removed, count: null }),
      [""],
    ],
    [
      "what one call brings back on this machine as well",
      times(499, { ...dropped, environment: "local", reversibility: "R1" }),
      [""],
    ],
    [
      "what does not come back on this machine counts from ten on",
      times(10, { ...removed, wayBack: "none" }),
      ["bulk"],
    ],
    ["here and there are two classes", [...times(9, dropped), ...times(9, removed)], [""]],
    ["the marks stay in order", times(10, { ...dropped, marks: ["secret"] }), ["bulk secret"]],
    ["a mark that is there is not set twice", times(10, { ...dropped, marks: ["bulk"] }), ["bulk"]],
  ])("%s", (_name, actions, marks) => expect(marksOfLast(actions)).toEqual(marks));

  it.each(["stop", "expose", "escalate", "remove-protection"] as const)("ten times %s", (verb) => {
    expect(marksOfLast(times(9, { ...dropped, verb }))).toEqual([""]);
    expect(marksOfLast(times(10, { ...dropped, verb }))).toEqual(["bulk"]);
  });

  it("ten is ten, and five hundred is five hundred", () => {
    expect(BULK_FROM).toEqual({ recoverable: 500, elsewhere: 10 });
  });

  it("the totals are plain JSON", () => {
    const { totals } = accumulate(NO_TOTALS, [effectWith(instance), effectWith(snapshot), effectWith(lost)]);
    expect(JSON.parse(JSON.stringify(totals))).toEqual(totals);
    expect(totals.dataGone).toEqual(["aws production", "sql production"]);
    expect(totals.backupsGone).toEqual(["aws production"]);
  });
});

describe("[ACCUMULATE] data and its backups", () => {
  const [data, backup] = [[effectWith(instance)], [effectWith(snapshot)]];
  it.each<[string, readonly (readonly Effect[])[], readonly string[]]>([
    ["in one action", [[...data, ...backup]], ["", "backup data-and-backup"]],
    ["in one action, backups first", [[...backup, ...data]], ["backup", "data-and-backup"]],
    ["in one action, by two tools", [[effectWith(lost), ...backup]], ["", "backup data-and-backup"]],
    ["over a session", [data, backup], ["backup data-and-backup"]],
    ["over a session, backups first", [backup, [], data], ["data-and-backup"]],
    [
      "over a session, one of them replaced",
      [backup, [effectWith({ ...instance, verb: "replace" })]],
      ["data-and-backup"],
    ],
    [
      "over a session, by two tools that have nothing to do with each other",
      [backup, [effectWith(lost)]],
      [""],
    ],
    [
      "in another environment",
      [[effectWith({ ...snapshot, environment: "staging" }), ...data]],
      ["backup", ""],
    ],
    [
      "unknown is production",
      [[effectWith({ ...snapshot, environment: "unknown" }), ...data]],
      ["backup", "data-and-backup"],
    ],
    ["backups alone", [backup, backup], ["backup"]],
    ["data alone", [data, data], [""]],
    [
      "what one call brings back is no loss",
      [backup, [effectWith({ ...instance, reversibility: "R1" })]],
      [""],
    ],
    ["a change is no loss", [backup, [effectWith({ ...instance, verb: "change" })]], [""]],
    [
      "on this machine each loss is judged by itself",
      [[effectWith({ ...removed, marks: ["backup"] }), effectWith(removed)]],
      ["backup", ""],
    ],
  ])("%s", (_name, actions, marks) => expect(marksOfLast(actions)).toEqual(marks));

  it("is forbidden by the ladder", () => {
    expect(ladderOfAll(accumulate(NO_TOTALS, [...data, ...backup]).effects)).toBe("X");
  });
});

const made = {
  verb: "create",
  kind: "cloudformation.stack",
  name: "ce",
  environment: "production",
  wayBack: "none",
} as const;
const gone = { ...made, verb: "delete", reversibility: "R4", by: "delete-stack ce" } as const;

describe("[CHAIN] deleted and made again is replaced", () => {
  it.each<[string, readonly Parts[], readonly string[]]>([
    ["a delete and a create", [gone, made], ["replace cloudformation.stack ce @production"]],
    [
      "a delete and a change",
      [gone, { ...made, verb: "change" }],
      ["replace cloudformation.stack ce @production"],
    ],
    [
      "with steps between, it stands where the delete stood",
      [gone, {}, made],
      ["replace cloudformation.stack ce @production", "change file src/round.ts"],
    ],
    [
      "twice over",
      [gone, gone, made, made],
      ["replace cloudformation.stack ce @production", "delete cloudformation.stack ce @production"],
    ],
    [
      "a create and a delete is no replace",
      [made, gone],
      ["create cloudformation.stack ce @production", "delete cloudformation.stack ce @production"],
    ],
    [
      "another name",
      [gone, { ...made, name: "cf" }],
      ["delete cloudformation.stack ce @production", "create cloudformation.stack cf @production"],
    ],
    [
      "another kind",
      [gone, { ...made, kind: "file" }],
      ["delete cloudformation.stack ce @production", "create file ce @production"],
    ],
    [
      "another environment",
      [gone, { ...made, environment: "staging" }],
      ["delete cloudformation.stack ce @production", "create cloudformation.stack ce @staging"],
    ],
    [
      "a read does not make it again",
      [gone, { ...made, verb: "read" }],
      ["delete cloudformation.stack ce @production", "read cloudformation.stack ce @production"],
    ],
    [
      "a guess stays a guess",
      [gone, { ...made, certain: false }],
      ["replace? cloudformation.stack ce @production"],
    ],
    [
      "the larger number",
      [
        { ...gone, count: 2 },
        { ...made, count: 3 },
      ],
      ["replace cloudformation.stack ce @production ×3"],
    ],
  ])("%s", (_name, parts, expected) =>
    expect(joinChain(parts.map(effectWith)).map(describeEffect)).toEqual(expected),
  );

  it("has the worse of both, and is mild only when both are", () => {
    const [joined] = joinChain([
      effectWith({
        ...gone,
        reversibility: "R2",
        wayBack: "restore-point",
        marks: ["shared", "workspace-code"],
        count: null,
      }),
      effectWith({
        ...made,
        reversibility: "R1",
        wayBack: "provider",
        marks: ["additive", "bulk", "workspace-code"],
        by: "create-stack ce",
      }),
    ]);
    expect(joined).toMatchObject({
      verb: "replace",
      reversibility: "R2",
      wayBack: "provider",
      count: null,
      marks: ["bulk", "shared", "workspace-code"],
      by: "delete-stack ce … create-stack ce",
    });
    const [same] = joinChain([effectWith(gone), effectWith({ ...made, by: gone.by, count: null })]);
    expect(same).toMatchObject({ wayBack: "none", by: gone.by, count: null });
  });

  it.each<[WayBack, WayBack, WayBack]>([
    ["restore-point", "provider", "provider"],
    ["provider", "unknown", "unknown"],
    ["none", "unknown", "none"],
    ["none", "restore-point", "none"],
  ])("from %s and %s comes %s", (before, after, worse) => {
    const [joined] = joinChain([
      effectWith({ ...gone, wayBack: before }),
      effectWith({ ...made, wayBack: after }),
    ]);
    expect(joined?.wayBack).toBe(worse);
  });

  it("the project's own code on one side only is not the project's own code", () => {
    const [joined] = joinChain([effectWith({ ...gone, marks: ["workspace-code"] }), effectWith(made)]);
    expect(joined?.marks).toEqual([]);
  });

  it("never takes a tier down", () => {
    const anyEffect = fc
      .record({
        verb: fc.constantFrom(...VERBS),
        name: fc.constantFrom("a", "b"),
        environment: fc.constantFrom(...ENVIRONMENTS),
        wayBack: fc.constantFrom(...WAYS_BACK),
        reversibility: fc.constantFrom(...REVERSIBILITIES),
        marks: fc.subarray([...MARKS]),
      })
      .map(effectWith);
    const property = fc.property(fc.array(anyEffect, { maxLength: 6 }), (effects) => {
      const joined = joinChain(effects);
      expect(TIERS.indexOf(ladderOfAll(joined))).toBeGreaterThanOrEqual(TIERS.indexOf(ladderOfAll(effects)));
      const { effects: marked } = accumulate(NO_TOTALS, joined);
      expect(TIERS.indexOf(ladderOfAll(marked))).toBeGreaterThanOrEqual(TIERS.indexOf(ladderOfAll(joined)));
    });
    fc.assert(property, { numRuns: 5_000 });
  });
});

describe("[SCOPE] what the person declared", () => {
  const task = "fix the rounding bug";
  const src: Scope = { task, paths: ["src", "./test/", "/tmp/work"] };
  const cluster: Scope = {
    task,
    resources: [
      { kind: "k8s", name: "web-*" },
      { kind: "sql.table", name: "invoices" },
    ],
  };
  const at = (name: string, parts: Parts = {}): Parts => ({ ...parts, name });

  it.each<[string, Scope, Parts, "inside" | "outside"]>([
    ["nothing narrowed", { task }, { verb: "delete", environment: "production" }, "inside"],
    ["a file below a path", src, at("src/a/b.ts"), "inside"],
    ["the path itself", src, at("src"), "inside"],
    ["a path written otherwise", src, at("./src//a/../b.ts"), "inside"],
    ["a second path", src, at("test/a.ts"), "inside"],
    ["an absolute path", src, at("/tmp/work/x", { environment: "local" }), "inside"],
    ["beside an absolute path", src, at("/tmp/worker/x", { environment: "local" }), "outside"],
    ["a name that only begins alike", src, at("src2/a.ts"), "outside"],
    ["the folder above", src, at("."), "outside"],
    ["out and in again", src, at("../src/a.ts"), "outside"],
    ["out through a path", src, at("src/../package.json"), "outside"],
    ["a glob that may match more", src, at("src*"), "outside"],
    ["everything", src, at("*"), "outside"],
    ["a path that is only guessed", src, at("src/a.ts", { certain: false }), "outside"],
    ["an absolute path of the same name", src, at("/src/a.ts", { environment: "local" }), "outside"],
    ["a folder", src, at("lib", { kind: "directory" }), "outside"],
    ["a link", src, at("lib", { kind: "link" }), "outside"],
    ["a device", src, at("/dev/sda", { kind: "device", environment: "local" }), "outside"],
    ["the whole workspace", { task, paths: ["."] }, at("a/b"), "inside"],
    [
      "the whole workspace does not hold the machine",
      { task, paths: ["."] },
      at("/etc/passwd", { environment: "local" }),
      "outside",
    ],
    ["a path that climbs out holds nothing", { task, paths: ["../.."] }, at("a"), "outside"],
    ["an empty list allows nothing", { task, paths: [] }, at("a"), "outside"],
    [
      "paths say nothing of other resources",
      src,
      { kind: "k8s.pod", name: "x", environment: "staging" },
      "inside",
    ],
    ["a read", src, at("lib/a.ts", { verb: "read" }), "inside"],
    ["the project's own code", { task, verbs: [] }, { verb: "execute", marks: ["workspace-code"] }, "inside"],
    [
      "a contained program that nobody can read ahead",
      { task, verbs: [] },
      { verb: "unknown", certain: false },
      "inside",
    ],
    [
      "one that is not contained",
      { task, verbs: [] },
      { verb: "unknown", certain: false, wayBack: "none" },
      "outside",
    ],
    ["a known deed with a restore point", { task, verbs: ["create"] }, { verb: "delete" }, "outside"],
    ["a verb that is declared", { task, verbs: ["delete"] }, { verb: "delete" }, "inside"],
    [
      "an environment that is not declared",
      { task, environments: ["workspace"] },
      { environment: "production" },
      "outside",
    ],
    ["an environment that is declared", { task, environments: ["workspace"] }, {}, "inside"],
    ["a resource by the beginning of its name", cluster, { kind: "k8s.pod", name: "web-1" }, "inside"],
    ["a name that begins with the same letter", cluster, { kind: "k8s.pod", name: "worker-1" }, "outside"],
    ["another name", cluster, { kind: "k8s.pod", name: "db-1" }, "outside"],
    ["a kind that only begins alike", cluster, { kind: "k8sx.pod", name: "web-1" }, "outside"],
    ["the kind itself", cluster, { kind: "sql.table", name: "invoices" }, "inside"],
    ["a name that only begins alike", cluster, { kind: "sql.table", name: "invoices2" }, "outside"],
    [
      "a resource that is only guessed",
      cluster,
      { kind: "k8s.pod", name: "web-1", certain: false },
      "outside",
    ],
    ["resources say nothing of files", cluster, at("a"), "inside"],
  ])("%s", (_name, scope, parts, expected) => {
    const [marked] = markOutOfScope([effectWith(parts)], scope);
    expect(marked?.marks.includes("out-of-scope")).toBe(expected === "outside");
  });

  it("is marked once, and the other marks stay in order", () => {
    const effect = effectWith({ name: "lib/a", marks: ["bulk", "shared"] });
    const once = markOutOfScope([effect], src);
    expect(once[0]?.marks).toEqual(["bulk", "out-of-scope", "shared"]);
    expect(markOutOfScope(once, src)).toEqual(once);
  });
});
