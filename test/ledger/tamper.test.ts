import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRecords, encodeRecord } from "../../src/adapters/ledger/segment.ts";
import {
  actionEvents,
  copyPlace,
  fill,
  newPlace,
  openAt,
  type Place,
  python,
  removePlace,
  verifyAt,
  verifyInPython,
} from "./support.ts";

/** A closed ledger of 300 entries with a payload, and a copy of everything from when it had 260. */
let template: Place;
let earlier: Place;

beforeAll(async () => {
  template = newPlace();
  const ledger = await openAt(template);
  for (const event of actionEvents("A")) await ledger.append(event);
  await ledger.append({ type: "test.noted" }, [{ name: "call", subject: "s1", content: "content" }]);
  await ledger.close();
  await fill(template, 254);
  earlier = copyPlace(template);
  await fill(template, 40);
});

afterAll(() => {
  for (const place of [template, earlier]) removePlace(place);
});

const inLog = (place: Place, file: string) => path.join(place.directory, file);

function edit(file: string, change: (bytes: Buffer) => Buffer): void {
  fs.writeFileSync(file, change(fs.readFileSync(file)));
}

/** Changes one bit of a file. */
const flip = (file: string, position: number) => (place: Place) =>
  edit(inLog(place, file), (bytes) => {
    const at = position < 0 ? bytes.length + position : position;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  });

/** Rewrites the records of a segment. */
const rewrite = (file: string, change: (records: readonly Buffer[]) => readonly Buffer[]) => (place: Place) =>
  edit(inLog(place, file), (bytes) => {
    const records = decodeRecords(bytes).map(({ begin, end }) => bytes.subarray(begin, end));
    return Buffer.concat([...change(records)]);
  });

const restore = (part: "directory" | "keys") => (place: Place) => {
  fs.rmSync(place[part], { recursive: true });
  fs.cpSync(earlier[part], place[part], { recursive: true });
};

/** Somebody without our private key writes a whole ledger of the same length with a key of their own. */
const forge = async (place: Place) => {
  const forged = newPlace();
  await fill(forged, 300);
  fs.rmSync(place.directory, { recursive: true });
  fs.cpSync(forged.directory, place.directory, { recursive: true });
  removePlace(forged);
};

const relabel = (place: Place) =>
  rewrite("segment/000", (records) =>
    records.map((record, at) => {
      const [one] = decodeRecords(record);
      if (at !== 7 || one === undefined) return record;
      return encodeRecord(
        Buffer.from(one.entry.toString().replace("something", "nothing!!")),
        one.checkpoint,
      );
    }),
  )(place);

/** The rules both verifiers must name at least one of, and what opening for writing answers, if anything. */
const TAMPERINGS: readonly (readonly [
  what: string,
  tamper: (place: Place) => unknown,
  rules: readonly string[],
  refusal?: string,
])[] = [
  ["one bit of an old entry", flip("segment/000", 30), ["root", "entry"]],
  ["one bit of an entry of the open segment", flip("segment/001", 30), ["root", "entry"], "LEDGER_ALTERED"],
  [
    "one bit of an old event's checkpoint",
    (place) => edit(inLog(place, "segment/000"), (bytes) => flipSignature(bytes)),
    ["signature"],
  ],
  ["one bit of the last event's checkpoint", flip("segment/001", -10), ["signature"]],
  ["the words of an entry", relabel, ["root"]],
  [
    "two entries changing places",
    rewrite("segment/001", (all) => [
      ...all.slice(0, 3),
      ...all.slice(4, 5),
      ...all.slice(3, 4),
      ...all.slice(5),
    ]),
    ["root"],
    "LEDGER_ALTERED",
  ],
  [
    "an entry taken out of the middle",
    rewrite("segment/001", (all) => all.toSpliced(5, 1)),
    ["root"],
    "LEDGER_TRUNCATED",
  ],
  [
    "an entry written twice",
    rewrite("segment/001", (all) => [...all, ...all.slice(-1)]),
    ["root", "ledger-sequence"],
  ],
  [
    "the last entry cut off at its boundary",
    rewrite("segment/001", (all) => all.slice(0, -1)),
    ["anchor"],
    "LEDGER_TRUNCATED",
  ],
  [
    "the last entry cut in the middle",
    (place) => edit(inLog(place, "segment/001"), (bytes) => bytes.subarray(0, -40)),
    ["segment", "anchor"],
    "LEDGER_ALTERED",
  ],
  [
    "the last segment removed",
    (place) => fs.rmSync(inLog(place, "segment/001")),
    ["anchor"],
    "LEDGER_TRUNCATED",
  ],
  ["the first segment removed", (place) => fs.rmSync(inLog(place, "segment/000")), ["anchor"]],
  ["an old segment cut at an entry", rewrite("segment/000", (all) => all.slice(0, 200)), ["segment"]],
  [
    "everything removed but the keys",
    (place) => fs.rmSync(place.directory, { recursive: true }),
    ["anchor", "key"],
    "LEDGER_TRUNCATED",
  ],
  [
    "bytes added behind a full segment",
    (place) => fs.appendFileSync(inLog(place, "segment/000"), "x"),
    ["segment"],
  ],
  ["one bit of a full entry bundle", flip("tile/entries/000", 40), ["tile"]],
  ["one bit of a partial entry bundle", flip("tile/entries/001.p/44", 40), ["tile"]],
  ["one bit of a full hash tile", flip("tile/0/000", 40), ["tile"]],
  ["one bit of a partial hash tile", flip("tile/0/001.p/44", 40), ["tile"]],
  ["one bit of a hash tile of the second level", flip("tile/1/000.p/1", 3), ["tile"], "LEDGER_ALTERED"],
  ["a full tile removed", (place) => fs.rmSync(inLog(place, "tile/0/000")), ["tile"]],
  ["a partial tile removed", (place) => fs.rmSync(inLog(place, "tile/entries/001.p/44")), ["tile"]],
  [
    "a tile that is ahead of the log",
    (place) => fs.writeFileSync(inLog(place, "tile/0/001.p/45"), Buffer.alloc(45 * 32)),
    ["tile"],
  ],
  ["one bit of the published checkpoint", flip("checkpoint", 30), ["anchor"]],
  ["the published checkpoint emptied", (place) => fs.truncateSync(inLog(place, "checkpoint")), ["anchor"]],
  ["one bit of the public key in the folder", flip("ledger.pub", -10), ["key"]],
  [
    "one bit of a payload",
    (place) =>
      edit(payloadOf(place), (bytes) =>
        Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]),
      ),
    ["payload"],
  ],
  ["the log put back to an earlier copy", restore("directory"), ["anchor"], "LEDGER_TRUNCATED"],
  ["a whole log by somebody else", forge, ["signature", "key"], "LEDGER_ALTERED"],
  [
    "the acknowledged checkpoint removed",
    (place) => fs.rmSync(path.join(place.keys, "ledger.acknowledged")),
    ["anchor"],
    "LEDGER_ALTERED",
  ],
  [
    "the acknowledged checkpoint overwritten",
    (place) => fs.writeFileSync(path.join(place.keys, "ledger.acknowledged"), "0"),
    ["anchor"],
    "LEDGER_ALTERED",
  ],
];

function flipSignature(bytes: Buffer): Buffer {
  const at = bytes.indexOf("— countersign.local/") + 60;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function payloadOf(place: Place): string {
  const [folder = ""] = fs.readdirSync(inLog(place, "payload"));
  const [file = ""] = fs.readdirSync(inLog(place, `payload/${folder}`));
  return inLog(place, `payload/${folder}/${file}`);
}

describe("[TAMPER] is detected by both verifiers", () => {
  const cases = TAMPERINGS.map(([what, tamper, rules, refusal]) => ({ what, tamper, rules, refusal }));

  it.each(cases)("$what", async ({ tamper, rules, refusal }) => {
    const place = copyPlace(template);
    await tamper(place);
    const own = verifyAt(place);
    expect(own.problems.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining([expect.toBeOneOf([...rules])]),
    );
    expect(own.ok).toBe(false);
    const second = verifyInPythonOrFail(place);
    if (second !== undefined)
      expect(
        [second.ok, second.problems.some(({ rule }) => rules.includes(rule))],
        JSON.stringify(second.problems),
      ).toEqual([false, true]);
    if (refusal !== undefined)
      await expect(openAt(place)).rejects.toMatchObject({
        code: refusal,
        message: expect.stringContaining("`"),
      });
    removePlace(place);
  });

  it("and the untouched ledger passes, opens and goes on", async () => {
    const place = copyPlace(template);
    expect(verifyAt(place).problems).toEqual([]);
    expect(verifyInPython(place)?.problems ?? []).toEqual([]);
    await fill(place, 1);
    expect(verifyAt(place)).toMatchObject({ ok: true, size: 301 });
    removePlace(place);
  });

  it("everything put back to an earlier copy, keys included, by a checkpoint kept elsewhere", () => {
    const place = copyPlace(earlier);
    const from = path.join(template.directory, "checkpoint");
    expect(verifyAt(place).ok).toBe(true);
    const own = verifyAt(place, { keys: place.keys, from: fs.readFileSync(from, "utf8") });
    expect(own.problems.map(({ rule }) => rule)).toEqual(["anchor"]);
    expect(verifyInPython(place)?.ok ?? true).toBe(true);
    expect(verifyInPython(place, from)?.ok ?? false).toBe(false);
    removePlace(place);
  });

  it("an honest continuation of a checkpoint kept elsewhere passes", () => {
    const from = path.join(earlier.directory, "checkpoint");
    expect(verifyAt(template, { keys: template.keys, from: fs.readFileSync(from, "utf8") }).problems).toEqual(
      [],
    );
    expect(verifyInPython(template, from)?.ok ?? true).toBe(true);
  });

  it("any one bit of any file of the log", () => {
    const files = fs
      .readdirSync(template.directory, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile());
    const names = files.map((file) =>
      path.relative(template.directory, path.join(file.parentPath, file.name)),
    );
    const place = copyPlace(template);
    let turn = 0;
    for (const name of names) {
      const { size } = fs.statSync(inLog(place, name));
      for (let step = 0; step < 6; step += 1) {
        const position = Math.floor((size * (step * 2 + 1)) / 12);
        flip(name, position)(place);
        expect(verifyAt(place).ok, `${name}, byte ${position}`).toBe(false);
        turn += 1;
        if (turn % 8 === 0)
          expect(verifyInPythonOrFail(place)?.ok ?? false, `${name}, byte ${position}`).toBe(false);
        flip(name, position)(place);
      }
    }
    expect(verifyAt(place).ok).toBe(true);
    removePlace(place);
  }, 120_000);

  it("without the key folder the key of the log is used, and a note says what that is worth", () => {
    const own = verifyAt(template, {});
    expect([own.ok, own.notes.length]).toEqual([true, 1]);
    expect(python([template.directory])?.ok ?? true).toBe(true);
    const forged = newPlace();
    fs.cpSync(path.join(template.keys, "ledger.pub"), path.join(forged.root, "theirs.pub"));
    const key = fs.readFileSync(path.join(forged.root, "theirs.pub"), "utf8");
    expect(verifyAt(template, { key }).problems).toEqual([]);
    expect(verifyAt(template, { key: "nonsense" }).ok).toBe(false);
    removePlace(forged);
  });
});

/** The second verifier may also stop at a folder that is no ledger any more: that is detection, too. */
function verifyInPythonOrFail(place: Place): ReturnType<typeof verifyInPython> {
  try {
    return verifyInPython(place);
  } catch (error) {
    expect(String(error)).toContain("cannot verify");
    return { ok: false, size: 0, root: "", problems: [{ rule: "key" }], unknown: [], entry: "" };
  }
}
