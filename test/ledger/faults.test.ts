import fs from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LedgerError } from "../../src/adapters/ledger/error.ts";
import type { Receipt } from "../../src/adapters/ledger/ledger.ts";
import { readEntry, readLedger } from "../../src/adapters/ledger/reader.ts";
import { diskStorage, type Storage } from "../../src/adapters/ledger/storage.ts";
import {
  copyPlace,
  fill,
  newPlace,
  openAt,
  type Place,
  removePlace,
  verifyAt,
  verifyInPython,
} from "./support.ts";

const places: Place[] = [];
const keep = (place: Place): Place => {
  places.push(place);
  return place;
};
afterAll(() => {
  for (const place of places) removePlace(place);
});

/** How an operation fails: with nothing done, or, for a write, after a part of it. */
type Failure = "refused" | "partly";

/** The disk, on which the operation number `failing` fails once. */
function brokenStorage(
  failing: number,
  failure: Failure,
): { readonly storage: Storage; readonly count: () => number } {
  let calls = 0;
  const turn = (): boolean => {
    calls += 1;
    return calls - 1 === failing;
  };
  const fail = (code: string): never => {
    throw Object.assign(new Error(`injected ${code}`), { code });
  };
  const storage: Storage = {
    open: (...words) => (turn() ? fail("EACCES") : diskStorage.open(...words)),
    write(descriptor, bytes, from, position) {
      if (!turn()) return diskStorage.write(descriptor, bytes, from, position);
      const half = bytes.subarray(0, from + ((bytes.length - from) >> 1));
      if (failure === "partly") diskStorage.write(descriptor, half, from, position);
      return fail("ENOSPC");
    },
    datasync(descriptor) {
      if (turn()) fail("EIO");
      diskStorage.datasync(descriptor);
    },
    truncate(descriptor, length) {
      if (turn()) fail("EIO");
      diskStorage.truncate(descriptor, length);
    },
    close: (descriptor) => diskStorage.close(descriptor),
    rename: (from, to) => (turn() ? fail("EIO") : diskStorage.rename(from, to)),
    remove: (file) => (turn() ? fail("EACCES") : diskStorage.remove(file)),
    makeFolder: (folder) => (turn() ? fail("EROFS") : diskStorage.makeFolder(folder)),
  };
  return { storage, count: () => calls };
}

/** Opens, appends six events (one with a payload), erases, closes, going on after every refusal. */
async function work(place: Place, storage: Storage): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  const errors: unknown[] = [];
  const attempt = (step: Promise<unknown>) => step.catch((error: unknown) => errors.push(error));
  const ledger = await openAt(place, { storage }).catch((error: unknown) => {
    errors.push(error);
    return undefined;
  });
  for (let n = 0; ledger !== undefined && n < 6; n += 1) {
    const payloads = n === 1 ? [{ name: "call", subject: "s1", content: "content" }] : [];
    await attempt(
      ledger.append({ type: "test.noted", n }, payloads).then((receipt) => receipts.push(receipt)),
    );
  }
  if (ledger !== undefined) await attempt(ledger.erase("s1", "asked for").then(() => undefined));
  if (ledger !== undefined) await attempt(ledger.close());
  for (const error of errors) {
    expect(error).toBeInstanceOf(LedgerError);
    expect((error as LedgerError).message).toMatch(/^[a-z`].*`.*[^.]$/s);
    expect((error as LedgerError).help).not.toBe("");
  }
  return receipts;
}

async function checkSurvives(place: Place, receipts: readonly Receipt[], step: string): Promise<void> {
  const crashed = verifyAt(place).problems.filter(
    ({ message }) => !message.endsWith("its key is still there"),
  );
  expect(crashed, step).toEqual([]);
  const ledger = await openAt(place);
  await ledger.append({ type: "test.noted", after: step });
  await ledger.erase("s1", "asked for again");
  await ledger.close();
  for (const { seq, checkpoint } of receipts)
    expect(readEntry(place.directory, seq)?.checkpoint, step).toBe(checkpoint);
  const healed = verifyAt(place);
  expect(healed.ok, `${step}: ${JSON.stringify(healed.problems)}`).toBe(true);
}

describe("[CRASH] every operation of the disk fails once in turn", () => {
  const run = async (prefill: number, failure: Failure) => {
    const template = keep(newPlace());
    if (prefill > 0) await fill(template, prefill);
    const whole = brokenStorage(-1, failure);
    const clean = copyPlace(template);
    expect(await work(clean, whole.storage)).toHaveLength(6);
    removePlace(clean);
    let refused = 0;
    for (let failing = 0; failing < whole.count(); failing += 1) {
      const place = prefill > 0 ? copyPlace(template) : newPlace();
      const receipts = await work(place, brokenStorage(failing, failure).storage);
      if (receipts.length < 6) refused += 1;
      if (fs.existsSync(place.directory) && prefill > 0)
        await checkSurvives(place, receipts, `operation ${failing}`);
      else if (prefill === 0) await checkBegun(place, receipts, `operation ${failing}`);
      if (failing % 20 === 0 && fs.existsSync(place.directory))
        expect(verifyInPython(place)?.ok ?? true, `operation ${failing}`).toBe(true);
      removePlace(place);
    }
    expect(refused).toBeGreaterThan(5);
  };

  const checkBegun = async (place: Place, receipts: readonly Receipt[], step: string) => {
    const ledger = await openAt(place);
    await ledger.erase("s1", "asked for again");
    await ledger.close();
    for (const { seq, checkpoint } of receipts)
      expect(readEntry(place.directory, seq)?.checkpoint, step).toBe(checkpoint);
    expect(verifyAt(place).problems, step).toEqual([]);
  };

  it("while a bundle is completed, writes after half of their bytes", () => run(253, "partly"), 120_000);
  it("while the ledger is made, refusing outright", () => run(0, "refused"), 120_000);
});

describe("[CRASH] a write that a power failure cut short", () => {
  /** A ledger of `size` whose last entry was written but never acknowledged. */
  const unacknowledged = async (size: number): Promise<{ place: Place; file: string; begin: number }> => {
    const place = keep(newPlace());
    await fill(place, size - 1);
    const file = path.join(place.directory, "segment", "000");
    const begin = fs.statSync(file).size;
    const before = copyPlace(place);
    await fill(place, 1);
    fs.rmSync(place.keys, { recursive: true });
    fs.cpSync(before.keys, place.keys, { recursive: true });
    fs.rmSync(path.join(place.directory, "tile"), { recursive: true });
    for (const derived of ["checkpoint", "tile"])
      fs.cpSync(path.join(before.directory, derived), path.join(place.directory, derived), {
        recursive: true,
      });
    removePlace(before);
    return { place, file, begin };
  };

  it("is cut at any byte with a visible note, and nothing acknowledged is lost", async () => {
    const { place, file, begin } = await unacknowledged(4);
    const whole = fs.readFileSync(file);
    for (let length = begin + 2; length < whole.length; length += 7) {
      const copy = copyPlace(place);
      fs.truncateSync(path.join(copy.directory, "segment", "000"), length);
      await fill(copy, 1);
      const types = [...readLedger(copy.directory)].map(({ entry }) => entry.type);
      expect(types, `byte ${length}`).toEqual([
        "test.noted",
        "test.noted",
        "test.noted",
        "ledger.recovered",
        "test.noted",
      ]);
      const note = readEntry(copy.directory, 3)?.entry;
      expect(note).toMatchObject({ file: "segment/000", position: begin, bytes: length - begin });
      expect(verifyAt(copy).ok).toBe(true);
      removePlace(copy);
    }
  });

  it("of which only zero bytes reached the disk was never there", async () => {
    const { place, file, begin } = await unacknowledged(4);
    fs.writeFileSync(file, fs.readFileSync(file).fill(0, begin));
    expect([verifyAt(place).problems, verifyAt(place).size, verifyInPython(place)?.ok ?? true]).toEqual([
      [],
      3,
      true,
    ]);
    await fill(place, 1);
    expect([verifyAt(place).problems, verifyAt(place).size, verifyInPython(place)?.ok ?? true]).toEqual([
      [],
      4,
      true,
    ]);
    expect(fs.readFileSync(file).at(-1)).toBe(0x0a);
  });

  it("stays when it is whole: its checkpoint was signed, and a log never takes a signature back", async () => {
    const { place } = await unacknowledged(4);
    const before = readEntry(place.directory, 3);
    await fill(place, 1);
    expect(readEntry(place.directory, 3)).toEqual(before);
    expect([...readLedger(place.directory)]).toHaveLength(5);
    expect([verifyAt(place).ok, verifyInPython(place)?.ok ?? true]).toEqual([true, true]);
  });
});
