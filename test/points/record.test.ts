import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collectPoints } from "../../src/adapters/restore/points/collect.ts";
import { withPoints } from "../../src/adapters/restore/points/port.ts";
import type { Made, RestoreProvider } from "../../src/adapters/restore/points/provider.ts";
import { NOTHING_DONE } from "../../src/adapters/restore/points/provider.ts";
import { listPoints, undoPoint } from "../../src/adapters/restore/points/undo.ts";
import { effect } from "../../src/analyzers/effects.ts";
import type { Setting } from "../../src/core/call.ts";
import { machine } from "./support.ts";

const DELETION = effect({ verb: "delete", kind: "thing", name: "x", environment: "local", by: "delete x" });
const SETTING = { cwd: "/", home: "/", own: [] } as unknown as Setting;
const MADE: Made = { what: ["a thing"], reliability: "promised", notes: [], data: { of: "it" } };

/** A provider that notes what it is asked for. */
function noting(name: string, overrides: Partial<RestoreProvider> = {}) {
  const calls: string[] = [];
  const note = <T>(what: string, answer: T) => {
    calls.push(`${name} ${what}`);
    return answer;
  };
  const provider: RestoreProvider = {
    name,
    covers: ({ resource }) => resource.kind === "thing",
    make: async ({ folder }) => {
      writeFileSync(join(folder, "content"), "kept");
      return note("make", MADE);
    },
    after: async () => note("after", { seen: true }),
    undo: async (_, mode) => note(`undo ${mode}`, { ...NOTHING_DONE, restored: ["a thing"] }),
    discard: async () => note("discard", undefined),
    ...overrides,
  };
  return { provider, calls };
}

function points(...providers: readonly RestoreProvider[]) {
  const on = machine();
  const own = { folder: on.points.folder, providers };
  const asked: string[] = [];
  const files = {
    make: async (action: string) => void asked.push(`files ${action}`),
    ended: async (action: string) => void asked.push(`files ended ${action}`),
  };
  const port = withPoints({ ...files, make: async (action) => (await files.make(action)) as undefined }, own);
  const record = (action: string) => `${join(own.folder, action)}.json`;
  return { ...own, port, record, asked, on };
}

describe("[POINTS] the record of an action", () => {
  it("is on disk before the action, names what is kept, and has what the action left afterwards", async () => {
    const { provider, calls } = noting("one");
    const all = points(provider);
    expect(await all.port.make("action-1", [DELETION], SETTING)).toBe("points:action-1");
    expect(statSync(all.record("action-1")).mode & 0o777).toBe(0o600);
    expect(listPoints(all).points).toMatchObject([
      { action: "action-1", parts: [{ provider: "one", what: ["a thing"] }] },
    ]);
    await all.port.ended("action-1");
    expect(JSON.parse(readFileSync(all.record("action-1"), "utf8"))).toMatchObject({
      version: 1,
      points: [{ left: { seen: true } }],
    });
    expect((await undoPoint(all, "action-1", { force: false })).outcome).toBe("undone");
    expect(calls).toEqual(["one make", "one after", "one undo look", "one undo careful"]);
    expect(listPoints(all).points[0]?.undoneAt).toBeGreaterThan(0);
    expect(all.asked).toEqual(["files action-1", "files ended action-1"]);
  });

  it("is not made when a provider cannot keep what it promised; what others kept is let go", async () => {
    const first = noting("first");
    const failing = noting("second", { make: () => Promise.reject(new Error("no room")) });
    const all = points(first.provider, failing.provider);
    await expect(all.port.make("action-1", [DELETION], SETTING)).rejects.toThrow("no room");
    expect(first.calls).toEqual(["first make", "first discard"]);
    expect(readdirSync(all.folder)).toEqual([]);
  });

  it("is not made when nobody keeps anything", async () => {
    const all = points(noting("one", { covers: () => false }).provider);
    expect(await all.port.make("action-1", [DELETION], SETTING)).toBeUndefined();
    expect(
      await points(noting("one", { make: async () => undefined }).provider).port.make(
        "a",
        [DELETION],
        SETTING,
      ),
    ).toBeUndefined();
    await all.port.ended("action-1");
    expect(existsSync(all.folder)).toBe(false);
  });

  it("survives a look that fails after the action: the result of the command is not lost over it", async () => {
    const all = points(noting("one", { after: () => Promise.reject(new Error("offline")) }).provider);
    await all.port.make("action-1", [DELETION], SETTING);
    await all.port.ended("action-1");
    expect(listPoints(all).points[0]?.parts[0]?.notes).toEqual([
      "what the action left is not known: offline",
    ]);
  });

  it("tells a conflict of one part before any part is changed", async () => {
    const first = noting("first");
    const conflicts = [{ what: "x", why: "changed" }];
    const second = noting("second", { undo: async () => ({ ...NOTHING_DONE, conflicts }) });
    const all = points(first.provider, second.provider);
    await all.port.make("action-1", [DELETION], SETTING);
    expect((await undoPoint(all, "action-1", { force: false })).outcome).toBe("conflict");
    expect(first.calls).toEqual(["first make", "first undo look"]);
  });
});

describe("[POINTS] a record that cannot be read", () => {
  it.each([
    ["cut off", (path: string) => truncateSync(path, 40), "cannot read the restore point"],
    ["empty", (path: string) => truncateSync(path, 0), "cannot read the restore point"],
    [
      "of another version",
      (path: string) => writeFileSync(path, '{"version":2}'),
      "it has version 2, expected 1",
    ],
    [
      "of another action",
      (path: string) => writeFileSync(path, '{"version":1,"action":"x"}'),
      "of another action",
    ],
    ["no object", (path: string) => writeFileSync(path, "[]"), "an object is missing"],
    [
      "with a list missing",
      (path: string) => writeFileSync(path, '{"version":1,"action":"action-1","madeAt":1}'),
      "`points` is not a list",
    ],
    ["too large", (path: string) => truncateSync(path, 17 * 1024 * 1024), "larger than"],
    [
      "of an unknown provider",
      (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace('"one"', '"two"')),
      "nothing here can undo",
    ],
    [
      "that points elsewhere",
      (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace('"one"', '"../../x"')),
      "is no provider",
    ],
  ])("is said to be so, and nothing is done: %s", async (_, damage, message) => {
    const { provider, calls } = noting("one");
    const all = points(provider);
    await all.port.make("action-1", [DELETION], SETTING);
    damage(all.record("action-1"));
    await expect(undoPoint(all, "action-1", { force: true })).rejects.toThrow(message);
    expect(calls).toEqual(["one make"]);
  });

  it.each(["../../etc/passwd", "", "a/b", "x".repeat(200)])(
    "is not looked for outside: `%s`",
    async (action) => {
      await expect(undoPoint(points(), action, { force: true })).rejects.toThrow("is no action");
    },
  );
});

describe("[POINTS] collecting", () => {
  async function three() {
    const { provider, calls } = noting("one");
    const all = points(provider);
    for (const action of ["a-1", "a-2", "a-3"]) await all.port.make(action, [DELETION], SETTING);
    return { all, calls };
  }

  it.each([
    ["nothing is too old or too large", {}, []],
    ["all are too old, but the newest stays", { age: -1 }, ["a-2", "a-1"]],
    ["the bytes are for two", { bytes: 9 }, ["a-1"]],
  ])("%s", async (_, limits, removed) => {
    const { all, calls } = await three();
    expect(await collectPoints(all, limits)).toMatchObject({ removed, problems: [] });
    expect(calls.filter((call) => call === "one discard")).toHaveLength(removed.length);
    expect(listPoints(all).points.map(({ action }) => action)).toEqual(
      ["a-1", "a-2", "a-3"].filter((one) => !removed.includes(one as never)),
    );
  });

  it("removes what a crash left without a record, but not what may just be in the making", async () => {
    const { all } = await three();
    mkdirSync(join(all.folder, "a-4/one"), { recursive: true });
    await collectPoints(all);
    expect(existsSync(join(all.folder, "a-4"))).toBe(true);
    await collectPoints(all, {}, Date.now() + 2 * 60 * 60 * 1000);
    expect(readdirSync(all.folder).toSorted()).toEqual([
      "a-1",
      "a-1.json",
      "a-2",
      "a-2.json",
      "a-3",
      "a-3.json",
    ]);
  });

  it("leaves a record that it cannot read, and says so", async () => {
    const { all } = await three();
    truncateSync(all.record("a-1"), 10);
    const { removed, problems } = await collectPoints(all, { age: -1 });
    expect([removed, problems.length]).toEqual([["a-2"], 1]);
  });
});
