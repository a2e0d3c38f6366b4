import { createHash, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointOpener, publicBytes, signCheckpoint } from "../../src/adapters/ledger/crypto.ts";
import { fromBase64, toBase64 } from "../../src/core/base64.ts";
import { indexPath, tilePath, tilesOf } from "../../src/core/ledger.ts";
import {
  formatNoteKey,
  formatProof,
  noteKey,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseNoteKey,
  parseProof,
} from "../../src/core/note.ts";
import { verifyEd25519 } from "./support.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

/** The example of golang.org/x/mod/sumdb/note, from which C2SP signed-note was written down. */
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_SIGNATURE =
  "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

const { privateKey } = generateKeyPairSync("ed25519");
const signer = { key: noteKey(sha256, "countersign.local/test", publicBytes(privateKey)), privateKey };
const root = sha256(Buffer.from("root"));
const note = signCheckpoint(signer, { size: 7, root });

describe("[LEDGER] signed notes", () => {
  it("of another implementation are read, and their signature holds", () => {
    const key = parseNoteKey(sha256, GO_KEY);
    const parsed = parseNote(`${GO_TEXT}\n— PeterNeumann ${GO_SIGNATURE}\n`);
    expect(key && formatNoteKey(key)).toBe(GO_KEY);
    expect(parsed?.text).toBe(GO_TEXT);
    expect(
      key && parsed?.signatures[0] && verifyEd25519(GO_TEXT, parsed.signatures[0].signature, key.publicKey),
    ).toBe(true);
  });

  it.each([
    ["no signature", `${GO_TEXT}\n`],
    ["no empty line", `${GO_TEXT}— PeterNeumann ${GO_SIGNATURE}\n`],
    ["a hyphen for the dash", `${GO_TEXT}\n- PeterNeumann ${GO_SIGNATURE}\n`],
    ["a control character", `a\rb\n\n— PeterNeumann ${GO_SIGNATURE}\n`],
    ["no final newline", `${GO_TEXT}\n— PeterNeumann ${GO_SIGNATURE}`],
    ["a signature that is no base64", `${GO_TEXT}\n— PeterNeumann !!!!\n`],
    ["too many characters", `${"a".repeat(20_000)}\n\n— PeterNeumann ${GO_SIGNATURE}\n`],
  ])("with %s are refused", (_, text) => expect(parseNote(text)).toBeUndefined());

  it.each([
    ["another id", GO_KEY.replace("c74f20a3", "c74f20a4")],
    ["another type", "PeterNeumann+c74f20a3+AhpcyQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    ["no name", GO_KEY.replace("PeterNeumann", "")],
    ["a plus in the name", `a+${GO_KEY}`],
    ["nothing", ""],
  ])("do not take a key with %s", (_, text) => expect(parseNoteKey(sha256, text)).toBeUndefined());
});

describe("[LEDGER] checkpoints", () => {
  const open = checkpointOpener(signer.key);

  it("open with their own key only", () => {
    expect(open(note)).toEqual({ origin: "countersign.local/test", size: 7, root: new Uint8Array(root) });
    const other = generateKeyPairSync("ed25519").privateKey;
    const stranger = noteKey(sha256, "countersign.local/test", publicBytes(other));
    expect(checkpointOpener(stranger)(note)).toBeUndefined();
    expect(checkpointOpener(noteKey(sha256, "elsewhere", signer.key.publicKey))(note)).toBeUndefined();
  });

  it("do not open when any one byte is changed", () => {
    const bytes = Buffer.from(note);
    for (const [at, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes);
      changed[at] = byte ^ 1;
      expect(open(changed.toString("utf8")), `byte ${at}`).toBeUndefined();
    }
  });

  it("open with a witness's signature beside the log's", () => {
    const line = `— witness.example ${toBase64(new Uint8Array(76).fill(9))}\n`;
    expect(open(note + line)?.size).toBe(7);
  });

  it.each([
    ["a leading zero", "o\n07\n"],
    ["a negative size", "o\n-7\n"],
    ["a size that is no safe integer", "o\n9999999999999999\n"],
    ["no origin", "\n7\n"],
  ])("with %s are refused", (_, head) =>
    expect(parseCheckpoint(`${head}${toBase64(root)}\n`)).toBeUndefined(),
  );

  it("with extension lines or a short root are refused", () => {
    expect(parseCheckpoint(`o\n7\n${toBase64(root)}\nmore\n`)).toBeUndefined();
    expect(parseCheckpoint(`o\n7\n${toBase64(root.subarray(1))}\n`)).toBeUndefined();
  });

  it("are read totally: any text is answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseCheckpoint(text);
        parseNoteKey(sha256, text);
        parseProof(text);
        expect(openCheckpoint(text, signer.key, () => false)).toBeUndefined();
      }),
    );
  });
});

describe("[LEDGER] proofs", () => {
  it("come back as they were written", () => {
    for (const path of [[], [root], [root, sha256(root)]]) {
      for (const extra of [{}, { extra: Uint8Array.of(1, 2, 3) }]) {
        const parsed = parseProof(formatProof({ index: 3, path, checkpoint: note, ...extra }));
        expect(parsed).toEqual({
          index: 3,
          path: path.map((hash) => new Uint8Array(hash)),
          checkpoint: note,
          ...extra,
        });
      }
    }
  });

  it("in another form are refused", () => {
    const text = formatProof({ index: 3, path: [root], extra: Uint8Array.of(1), checkpoint: note });
    for (const [from, to] of [
      ["@v1", "@v2"],
      ["index 3", "index 03"],
      ["index 3", "index -3"],
      ["extra AQ==", "extra A"],
      [toBase64(root), "AAAA"],
    ] as const) {
      expect(parseProof(text.replace(from, to)), to).toBeUndefined();
    }
  });
});

describe("[LEDGER] base64", () => {
  it("agrees with the platform's, and takes the canonical form only", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(toBase64(bytes)).toBe(text);
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
    for (const wrong of ["A", "AB", "AB=", "AB==", "A===", "AQ==\n", "A-_=", "AQ==AQ=="])
      expect(fromBase64(wrong), wrong).toBeUndefined();
  });
});

describe("[LEDGER] paths", () => {
  it.each([
    [0, "000"],
    [273, "273"],
    [1000, "x001/000"],
    [1_234_067, "x001/x234/067"],
  ])("of tile %i are %s", (index, path) => expect(indexPath(index)).toBe(path));

  it("of a tree of 70,000 are those of the example in C2SP tlog-tiles", () => {
    const count = (level: string, partial: boolean) =>
      [...tilesOf(70_000)]
        .map(tilePath)
        .filter((path) => path.startsWith(`tile/${level}/`) && path.includes(".p/") === partial);
    expect(count("0", false)).toHaveLength(273);
    expect(count("0", true)).toEqual(["tile/0/273.p/112"]);
    expect(count("entries", true)).toEqual(["tile/entries/273.p/112"]);
    expect(count("1", false)).toEqual(["tile/1/000"]);
    expect(count("1", true)).toEqual(["tile/1/001.p/17"]);
    expect(count("2", true)).toEqual(["tile/2/000.p/1"]);
    expect([...tilesOf(256)].map(tilePath)).toEqual(["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
  });
});
