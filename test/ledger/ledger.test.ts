import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LedgerError } from "../../src/adapters/ledger/error.ts";
import { readPayload } from "../../src/adapters/ledger/payload.ts";
import { proveConsistency, proveInclusion } from "../../src/adapters/ledger/proof.ts";
import { readEntry, readLedger } from "../../src/adapters/ledger/reader.ts";
import type { ActionEvent } from "../../src/core/event.ts";
import type { PayloadReference } from "../../src/core/ledger.ts";
import { LEDGER_RULES } from "../../src/core/ledger-rules.ts";
import { parseCheckpoint, parseNote } from "../../src/core/note.ts";
import {
  actionEvents,
  fill,
  newPlace,
  openAt,
  type Place,
  people,
  python,
  removePlace,
  verifyAt,
  verifyInPython,
} from "./support.ts";

const places: Place[] = [];
const place = (): Place => {
  const made = newPlace();
  places.push(made);
  return made;
};
afterAll(() => {
  for (const made of places) removePlace(made);
});

/** Both verifiers have to say the same of the same ledger. */
function bothSay(at: Place, ok: boolean): ReturnType<typeof verifyAt> {
  const own = verifyAt(at);
  const second = verifyInPython(at);
  expect(own.ok, JSON.stringify(own.problems)).toBe(ok);
  if (second !== undefined)
    expect([second.ok, second.size, second.root], JSON.stringify(second.problems)).toEqual([
      ok,
      own.size,
      own.root,
    ]);
  return own;
}

describe("[LEDGER] entries", () => {
  it("come back in order, numbered, timed, in canonical form, each with its own checkpoint", async () => {
    const at = place();
    const ledger = await openAt(at);
    const receipts = [];
    for (const text of ["a", "b", "c"])
      receipts.push(await ledger.append({ type: "test.noted", zero: 0, text }));
    await ledger.close();
    const read = [...readLedger(at.directory)];
    expect(read.map(({ text }) => text)).toEqual([
      '{"seq":0,"text":"a","time":"2026-01-01T00:00:01.000Z","type":"test.noted","zero":0}',
      '{"seq":1,"text":"b","time":"2026-01-01T00:00:02.000Z","type":"test.noted","zero":0}',
      '{"seq":2,"text":"c","time":"2026-01-01T00:00:03.000Z","type":"test.noted","zero":0}',
    ]);
    expect(read.map(({ checkpoint }) => checkpoint)).toEqual(receipts.map(({ checkpoint }) => checkpoint));
    expect(fs.readFileSync(path.join(at.directory, "checkpoint"), "utf8")).toBe(receipts.at(-1)?.checkpoint);
    expect(readEntry(at.directory, 1)?.entry.seq).toBe(1);
    expect(readEntry(at.directory, 3)).toBeUndefined();
    expect(bothSay(at, true).size).toBe(3);
  });

  it("are recorded in the order of the calls, also when nobody waits in between", async () => {
    const at = place();
    const ledger = await openAt(at);
    const receipts = await Promise.all(
      Array.from({ length: 30 }, (_, n) => ledger.append({ type: "test.noted", n })),
    );
    await ledger.close();
    expect(receipts.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, seq) => seq));
    expect([...readLedger(at.directory)].map(({ entry }) => entry.n)).toEqual(receipts.map(({ seq }) => seq));
  });

  it.each([0, 1, 2, 255, 256, 257, 511, 512, 513])(
    "make a static log that both verifiers accept: %i of them",
    async (size) => {
      const at = place();
      await fill(at, size);
      expect(bothSay(at, true).size).toBe(size);
      await fill(at, 1);
      expect(bothSay(at, true).size).toBe(size + 1);
    },
  );

  it("survive any way of opening and closing in between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 140 }), { minLength: 1, maxLength: 5 }),
        async (counts) => {
          const at = place();
          for (const count of counts) await fill(at, count);
          const own = verifyAt(at);
          expect([own.ok, own.size]).toEqual([true, counts.reduce((sum, count) => sum + count, 0)]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each([
    ["too large for C2SP", { type: "test.noted", text: "x".repeat(65_535) }, "ENTRY_TOO_LARGE"],
    ["bringing their own seq", { type: "test.noted", seq: 5 }, "ENTRY_INVALID"],
    ["with a number that is none", { type: "test.noted", count: Number.NaN }, "ENTRY_INVALID"],
    ["with half a character", { type: "test.noted", text: "\ud800" }, "ENTRY_INVALID"],
  ])("%s are refused, and the next one is taken", async (_, event, code) => {
    const at = place();
    const ledger = await openAt(at);
    await expect(ledger.append(event)).rejects.toMatchObject({ code });
    expect((await ledger.append({ type: "test.noted" })).seq).toBe(0);
    await ledger.close();
    await expect(ledger.append({ type: "test.noted" })).rejects.toMatchObject({ code: "LEDGER_CLOSED" });
    bothSay(at, true);
  });

  it("as large as C2SP allows are taken", async () => {
    const at = place();
    const ledger = await openAt(at);
    const bare = Buffer.byteLength(
      '{"seq":0,"text":"","time":"2026-01-01T00:00:01.000Z","type":"test.noted"}',
    );
    await ledger.append({ type: "test.noted", text: "x".repeat(65_535 - bare) });
    await ledger.close();
    bothSay(at, true);
  });

  it("may hold a member of any name", async () => {
    const at = place();
    const ledger = await openAt(at);
    await ledger.append({ type: "test.noted", problem: "none", entry: {}, constructor: 1 });
    await ledger.close();
    expect(readEntry(at.directory, 0)?.entry.problem).toBe("none");
    bothSay(at, true);
  });
});

describe("[SECRET] payloads", () => {
  const secret = "hunter22-of-the-vault";
  const record = async (at: Place) => {
    const ledger = await openAt(at, { secrets: [secret] });
    const content = `deploy with ${secret} and export API_KEY=letmein`;
    await ledger.append({ type: "test.noted", text: secret }, [{ name: "call", subject: "s1", content }]);
    return ledger;
  };
  const referenceOf = (at: Place): PayloadReference => {
    const payloads = readEntry(at.directory, 0)?.entry.payloads as unknown;
    return (payloads as { readonly call: PayloadReference }).call;
  };

  it("are redacted, encrypted, and read back with their key", async () => {
    const at = place();
    await (await record(at)).close();
    const content = readPayload(at.directory, at.keys, referenceOf(at));
    expect(content).toMatch(
      /^deploy with ‹secret:known:[0-9a-f]{12}› and export API_KEY=‹secret:assignment:[0-9a-f]{12}›$/,
    );
    for (const file of fs.readdirSync(at.root, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = fs.readFileSync(path.join(file.parentPath, file.name));
      expect(
        bytes.includes(secret) || bytes.includes("letmein") || bytes.includes("deploy with"),
        file.name,
      ).toBe(false);
    }
    bothSay(at, true);
  });

  it("cannot be read once erased; the log stays whole and says so", async () => {
    const at = place();
    const ledger = await record(at);
    await ledger.erase("s1", "asked for by the person");
    await ledger.erase("s1", "asked again");
    await expect(
      ledger.append({ type: "test.noted" }, [{ name: "call", subject: "s1", content: "more" }]),
    ).rejects.toMatchObject({ code: "PAYLOAD_ERASED" });
    await ledger.close();
    expect(() => readPayload(at.directory, at.keys, referenceOf(at))).toThrow(
      expect.objectContaining({ code: "PAYLOAD_ERASED" }),
    );
    expect([...readLedger(at.directory)].map(({ entry }) => entry.type)).toEqual([
      "test.noted",
      "payload.erased",
    ]);
    fs.rmSync(path.join(at.directory, "payload"), { recursive: true });
    bothSay(at, true);
  });

  it("that are missing or changed are noticed", async () => {
    const at = place();
    await (await record(at)).close();
    const { address } = referenceOf(at);
    const file = path.join(at.directory, "payload", address.slice(7, 9), address.slice(7));
    const bytes = fs.readFileSync(file);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);
    expect(() => readPayload(at.directory, at.keys, referenceOf(at))).toThrow(
      expect.objectContaining({ code: "PAYLOAD_ALTERED" }),
    );
    expect(bothSay(at, false).problems.map(({ rule }) => rule)).toEqual(["payload"]);
    fs.rmSync(file);
    expect(() => readPayload(at.directory, at.keys, referenceOf(at))).toThrow(
      expect.objectContaining({ code: "PAYLOAD_MISSING" }),
    );
    expect(bothSay(at, false).problems.map(({ rule }) => rule)).toEqual(["payload"]);
  });

  it("whose key outlives their erasure are noticed", async () => {
    const at = place();
    const ledger = await record(at);
    const [key] = fs.readdirSync(path.join(at.keys, "subject"));
    const kept = fs.readFileSync(path.join(at.keys, "subject", String(key)));
    await ledger.erase("s1", "asked for");
    await ledger.close();
    fs.writeFileSync(path.join(at.keys, "subject", String(key)), kept);
    expect(verifyAt(at).problems.map(({ rule }) => rule)).toEqual(["payload"]);
  });

  it("keep their keys to their owner", async () => {
    const at = place();
    await (await record(at)).close();
    for (const file of fs.readdirSync(at.keys, { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        expect(fs.statSync(path.join(file.parentPath, file.name)).mode & 0o077, file.name).toBe(0);
    }
  });
});

describe("[LEDGER] exported proofs", () => {
  it("are accepted by the second verifier, and refused when anything in them is bent", async () => {
    const at = place();
    await fill(at, 300);
    const file = path.join(at.root, "p.tlog-proof");
    const ask = (text: string) => {
      fs.writeFileSync(file, text);
      return python(["--proof", file, "--key", path.join(at.keys, "ledger.pub")]);
    };
    for (const seq of [0, 17, 255, 256, 299]) {
      const verdict = ask(proveInclusion(at.directory, seq));
      if (verdict === undefined) return;
      expect([verdict.ok, JSON.parse(verdict.entry).seq]).toEqual([true, seq]);
    }
    const text = proveInclusion(at.directory, 17);
    const extra = Buffer.from(text.split("\n")[1]?.slice(6) ?? "", "base64").toString();
    const forged = Buffer.from(extra.replace("something happened 17", "something happened 18")).toString(
      "base64",
    );
    for (const [from, to] of [
      [/extra .*/, `extra ${forged}`],
      ["index 17", "index 18"],
      [/\n300\n/, "\n301\n"],
      [/index 17\n.*\n/, "index 17\n"],
    ] as const) {
      expect(ask(text.replace(from, to))?.ok, String(from)).toBe(false);
    }
  });

  it("cannot be asked for what is not there", async () => {
    const at = place();
    for (const seq of [0, -1, 5]) expect(() => proveInclusion(at.directory, seq)).toThrow(LedgerError);
    await fill(at, 5);
    for (const seq of [5, -1, 0.5, Number.NaN])
      expect(() => proveInclusion(at.directory, seq)).toThrow(LedgerError);
  });

  it("of consistency lead from every earlier checkpoint to the last", async () => {
    const at = place();
    await fill(at, 300);
    for (const { checkpoint } of readLedger(at.directory)) {
      const from = parseCheckpoint(parseNote(checkpoint)?.text ?? "");
      if (from !== undefined && from.size % 37 === 0)
        expect(proveConsistency(at.directory, from).path.length).toBeGreaterThan(0);
    }
    const other = { size: 37, root: new Uint8Array(32) };
    expect(() => proveConsistency(at.directory, other)).toThrow(LedgerError);
  });
});

/** What an event of a rule's case looks like, and which rule it breaks. */
type Bend = (events: readonly ActionEvent[]) => readonly ActionEvent[];
const without =
  (type: string): Bend =>
  (events) =>
    events.filter((event) => event.type !== type);
const bent =
  (type: string, change: object): Bend =>
  (events) =>
    events.map((event) => (event.type === type ? ({ ...event, ...change } as ActionEvent) : event));
const before =
  (type: string, extra: readonly object[]): Bend =>
  (events) =>
    events.flatMap((event) => (event.type === type ? [...(extra as ActionEvent[]), event] : [event]));
const at0 = Date.UTC(2026, 0, 1);
const yes = (person: string, verified = true) => ({
  type: "vote.reviewed",
  action: "A",
  at: at0,
  voter: { kind: "person", person, account: person },
  decision: "yes",
  requestDigest: "d".repeat(64),
  roles: ["ops"],
  verified,
});
const tier = (value: unknown): Bend => bent("policy.decided", { tier: value });
const chain =
  (...bends: readonly Bend[]): Bend =>
  (events) =>
    bends.reduce((all, bend) => bend(all), events);

const BREACHES: readonly (readonly [law: string, what: string, bend: Bend])[] = [
  ["L1", "an execution without a decision", without("policy.decided")],
  ["L1", "an execution of another digest", bent("execution.intended", { digest: "e".repeat(64) })],
  ["L1", "an execution that policy forbids", tier("X")],
  [
    "L2",
    "a nonce used twice",
    before(
      "execution.finished",
      actionEvents("A").filter(({ type }) => type === "execution.intended"),
    ),
  ],
  ["L3", "a T2 without its operator's yes", tier(2)],
  ["L3", "a T3 without a second person", tier(3)],
  ["L3", "a T3 reviewed by its own operator", chain(tier(3), before("execution.intended", [yes("ada")]))],
  [
    "L3",
    "a T3 reviewed without verification",
    chain(tier(3), before("execution.intended", [yes("bob", false)])),
  ],
  [
    "L3",
    "a T3 reviewed by an agent",
    chain(tier(3), before("execution.intended", [{ ...yes("bob"), voter: people.agent }])),
  ],
  [
    "L3",
    "a T4 reviewed twice by one person",
    chain(tier(4), before("execution.intended", [yes("bob"), yes("bob")])),
  ],
  ["L4", "an execution after a no", before("execution.intended", [{ ...yes("bob"), decision: "no" }])],
  [
    "L4",
    "an execution after a withdrawal",
    before("execution.intended", [{ type: "action.withdrawn", action: "A", at: at0, by: people.agent }]),
  ],
  ["L7", "an outcome without an intent", without("execution.intended")],
  ["action-events", "an action that nobody proposed", without("action.proposed")],
];

describe("[TAMPER] a log that only its hashes hold together fails", () => {
  const write = async (events: readonly ActionEvent[]): Promise<Place> => {
    const made = place();
    const ledger = await openAt(made);
    for (const event of events) await ledger.append(event);
    await ledger.close();
    return made;
  };

  it.each(BREACHES)("[%s] %s", async (law, _, bend) => {
    const made = await write(bend(actionEvents("A")));
    expect(verifyAt(made).problems.map(({ rule }) => rule)).toContain(law);
    const second = verifyInPython(made);
    if (second !== undefined && law !== "action-events")
      expect(second.problems.map(({ rule }) => rule)).toContain(law);
  });

  it("and one that keeps the rules passes", async () => {
    const made = await write([...actionEvents("A"), ...actionEvents("B")]);
    expect(bothSay(made, true).unknown).toEqual([]);
  });

  it("[L7] an intent without an outcome stays visibly unknown", async () => {
    const made = await write([...actionEvents("A"), ...without("execution.finished")(actionEvents("B"))]);
    expect(bothSay(made, true).unknown).toMatchObject([{ action: "B", seq: 8 }]);
    expect(verifyInPython(made)?.unknown ?? [8]).toEqual([8]);
  });

  it("and every rule has an id of its own", () => {
    expect(new Set(LEDGER_RULES.map(({ id }) => id)).size).toBe(LEDGER_RULES.length);
  });
});
