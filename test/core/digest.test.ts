import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import peer from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionDigest, actionPreimage, type Envelope } from "../../src/core/envelope.ts";
import { canonicalize, type Json } from "../../src/core/json.ts";

interface Vectors {
  readonly json: readonly { readonly name: string; readonly input: string; readonly canonical: string }[];
  readonly envelopes: readonly {
    readonly name: string;
    readonly envelope: Envelope;
    readonly preimage: string;
    readonly digest: string;
  }[];
}

const VECTORS = new URL("vectors.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(VECTORS, "utf8"));
const sha256Hex = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

describe("[DIGEST] the golden vectors", () => {
  it.each(vectors.json)("canonical JSON: $name", ({ input, canonical }) => {
    expect(canonicalize(JSON.parse(input))).toBe(canonical);
  });

  it.each(vectors.json)("the peer library agrees: $name", ({ input, canonical }) => {
    expect(peer(JSON.parse(input))).toBe(canonical);
  });

  it.each(vectors.envelopes)("envelope: $name", ({ envelope, preimage, digest }) => {
    expect(actionPreimage(envelope)).toBe(preimage);
    expect(actionDigest(envelope, sha256Hex)).toBe(digest);
  });

  it("a second implementation in another language agrees with every one", (context) => {
    const script = new URL("vectors.py", import.meta.url).pathname;
    const run = spawnSync("python3", [script], { input: readFileSync(VECTORS), encoding: "utf8" });
    if (run.error && process.env.COUNTERSIGN_REQUIRE_ALL !== "1")
      return context.skip("python3 is not installed");
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual({
      json: Object.fromEntries(vectors.json.map(({ name, canonical }) => [name, canonical])),
      envelopes: Object.fromEntries(vectors.envelopes.map(({ name, digest }) => [name, digest])),
    });
  });

  it("the peer library agrees on every value that a generator can invent", () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      expect(canonicalize(value as Json)).toBe(peer(value));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("every vector has a digest of its own", () => {
    expect(new Set(vectors.envelopes.map(({ digest }) => digest)).size).toBe(vectors.envelopes.length);
  });
});

const first = vectors.envelopes[0]?.envelope as Envelope;
const D = "ab".repeat(32);
const E = "cd".repeat(32);

describe("[L3] one byte changes, the digest changes", () => {
  it.each<[keyof Envelope, Partial<Envelope>]>([
    ["kind", { kind: "powershell" }],
    ["command", { command: { argv: ["rm", "-r", "builds"] } }],
    ["command", { command: { argv: ["-r", "rm", "build"] } }],
    ["command", { command: { tool: "rm", args: null } }],
    ["resolved", { resolved: { ...first.resolved, targets: ["/home/dev/project"] } }],
    ["resolved", { resolved: { ...first.resolved, executable: null } }],
    ["cwd", { cwd: "/home/dev" }],
    ["environment", { environment: { ...first.environment, PATH: D } }],
    ["stdin", { stdin: D }],
    ["reads", { reads: [{ path: "main.tf", digest: D }] }],
    ["effects", { effects: D }],
    ["preconditions", { preconditions: [{ kind: "gitHead", value: "abc" }] }],
    ["policy", { policy: D }],
    ["actor", { actor: { kind: "agent", agent: "codex", operator: "sam", version: "1.2.0" } }],
    ["onBehalfOf", { onBehalfOf: "sam" }],
    ["editors", { editors: [{ kind: "person", person: "ed", account: "ed@work" }] }],
    ["session", { session: "s-2" }],
    ["nonce", { nonce: "n-2" }],
    ["notBefore", { notBefore: first.notBefore + 1 }],
    ["notAfter", { notAfter: first.notAfter + 1 }],
  ])("%s", (_name, change) => {
    expect(actionPreimage({ ...first, ...change })).not.toBe(actionPreimage(first));
  });

  it("every field is covered", () => {
    const covered = JSON.parse(actionPreimage(first).split("\n")[1] ?? "");
    expect(Object.keys(covered).sort()).toEqual(Object.keys(first).sort());
  });

  it("two names that look alike are two names", () => {
    const named = (name: string) => actionPreimage({ ...first, command: { argv: ["rm", name] } });
    expect(named("café")).not.toBe(named("cafe\u0301"));
  });

  it("arguments that look like carried text are not taken for it", () => {
    const called = (args: Json) => actionPreimage({ ...first, command: { tool: "t", args } });
    const bytes = Buffer.from(canonicalize({ a: "e\u0301" })).toString("base64");
    expect(called({ a: "e\u0301" })).not.toBe(called({ base64: bytes }));
  });

  it("characters at every bound of UTF-8 stand as their bytes", () => {
    const form = "/\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}e\u0301";
    const base64 = Buffer.from(form, "utf8").toString("base64");
    expect(actionPreimage({ ...first, cwd: form })).toContain(`"cwd":{"base64":"${base64}"}`);
  });

  it("one fraction is enough to carry the arguments as bytes", () => {
    const called = (args: Json) => actionPreimage({ ...first, command: { tool: "t", args } });
    expect(called([1, true, "a", null])).toContain('"args":{"json":[1,true,"a",null]}');
    expect(called([1, 0.5])).toContain(`"args":{"base64":"${btoa("[1,0.5]")}"}`);
    expect(called({ a: 1, "e\u0301": 2 })).toContain('"args":{"base64":');
  });

  it("text in form D stands as its bytes", () => {
    const property = fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const form = `${text}e\u0301`;
      const base64 = Buffer.from(form, "utf8").toString("base64");
      expect(actionPreimage({ ...first, cwd: form })).toBe(actionPreimage({ ...first, cwd: { base64 } }));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe("[L3] what says nothing changes nothing", () => {
  const reads = [
    { path: "a.tf", digest: D },
    { path: "b.tf", digest: E },
  ];
  const preconditions = [
    { kind: "gitHead", value: "abc" },
    { kind: "etag", value: "x" },
  ];
  it.each<[string, Partial<Envelope>, Partial<Envelope>]>([
    ["the order of files", { reads }, { reads: reads.toReversed() }],
    ["a file named twice", { reads }, { reads: [...reads, ...reads] }],
    ["the order of preconditions", { preconditions }, { preconditions: preconditions.toReversed() }],
    ["the order of variables", { environment: { A: D, B: E } }, { environment: { B: E, A: D } }],
    [
      "a version that nobody knows",
      { actor: { kind: "agent", agent: "x", operator: "o" } },
      { actor: { kind: "agent", agent: "x", operator: "o", ...({ version: undefined } as object) } },
    ],
  ])("%s", (_name, a, b) => {
    expect(actionPreimage({ ...first, ...a })).toBe(actionPreimage({ ...first, ...b }));
  });
});

describe("[L6] what has no canonical form has no digest", () => {
  it.each<[string, Partial<Envelope>, RegExp]>([
    ["a lone surrogate", { cwd: "/\ud800" }, /lone surrogate/],
    ["a lone surrogate in text of another form", { cwd: "/e\u0301\udfff" }, /lone surrogate/],
    ["the gate's own text in another form", { session: "e\u0301" }, /form C/],
    ["a variable in another form", { environment: { "e\u0301": D } }, /form C/],
    ["bytes that are no base64", { cwd: { base64: "/+8" } }, /canonical base64/],
    ["bytes in another base64", { cwd: { base64: "/+9=" } }, /canonical base64/],
    ["a short digest", { effects: D.slice(1) }, /64 lower-case/],
    ["a long digest", { policy: `${D}0` }, /64 lower-case/],
    ["an upper-case digest", { stdin: D.toUpperCase() }, /64 lower-case/],
    ["a digest that is none", { environment: { A: "" } }, /64 lower-case/],
    [
      "two digests for one file",
      {
        reads: [
          { path: "a", digest: D },
          { path: "a", digest: E },
        ],
      },
      /two digests/,
    ],
    ["a time that is no whole number", { notBefore: 0.5 }, /whole number/],
    ["a time before 1970", { notAfter: -1 }, /whole number/],
    ["a number that is not finite", { command: { tool: "t", args: Number.NaN } }, /not finite/],
    ["arguments beyond the depth", { command: { tool: "t", args: nested(70) } }, /deeper than 64/],
  ])("%s", (_name, change, message) => {
    expect(() => actionPreimage({ ...first, ...change })).toThrow(message);
  });

  it("the first moment is a time", () =>
    expect(actionPreimage({ ...first, notBefore: 0 })).toContain('"notBefore":0'));
  it("64 levels are not too deep", () => expect(canonicalize(nested(64))).toHaveLength(128 + 4));
  it("65 levels are", () => expect(() => canonicalize(nested(65))).toThrow(TypeError));
  it("neither are 65 levels of objects", () => {
    const deep = Array.from({ length: 65 }).reduce<Json>((inner) => ({ a: inner }), null);
    expect(() => canonicalize(deep)).toThrow(/deeper than 64/);
  });
  it("members that are undefined are left out", () =>
    expect(canonicalize({ b: undefined, a: 1 })).toBe('{"a":1}'));
});

function nested(levels: number): Json {
  return levels === 0 ? null : [nested(levels - 1)];
}
