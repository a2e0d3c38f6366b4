import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { readEntry, readLedger } from "../../src/adapters/ledger/reader.ts";
import { fill, newPlace, openAt, type Place, removePlace, verifyAt, verifyInPython } from "./support.ts";

const CHILD = path.join(import.meta.dirname, "writer.child.ts");

interface Acknowledged {
  readonly seq: number;
  readonly checkpoint: string;
}

/** Runs a writer until it ends or is killed; gives what it said it had been acknowledged. */
function write(
  place: Place,
  name: string,
  count: number,
  killAfter?: number,
): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, place.directory, place.keys, name, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    const isFirst = said === "";
    said += String(chunk);
    if (isFirst && killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
  });
  return new Promise((resolve) => {
    child.on("close", () => {
      const lines = said.split("\n").slice(0, -1);
      resolve(lines.map((line) => JSON.parse(line) as Acknowledged));
    });
  });
}

function checkAcknowledged(place: Place, all: readonly Acknowledged[]): void {
  for (const { seq, checkpoint } of all)
    expect(readEntry(place.directory, seq)?.checkpoint, `entry ${seq}`).toBe(checkpoint);
}

describe("[CRASH] a writer killed at any moment", () => {
  it("loses nothing that it was acknowledged, and the log goes on without a fork", async () => {
    const place = newPlace();
    const all: Acknowledged[] = [];
    for (let round = 0; round < 12; round += 1) {
      all.push(...(await write(place, `round ${round}`, 100_000, round * 17)));
      checkAcknowledged(place, all);
      const own = verifyAt(place);
      expect(own.ok, JSON.stringify(own.problems)).toBe(true);
      expect(own.size).toBeGreaterThanOrEqual(all.length);
    }
    expect(all.length).toBeGreaterThan(256);
    const killed = verifyInPython(place);
    expect(killed?.ok ?? true, JSON.stringify(killed?.problems)).toBe(true);
    await fill(place, 1);
    checkAcknowledged(place, all);
    const closed = verifyInPython(place);
    expect([verifyAt(place).ok, closed?.ok ?? true], JSON.stringify(closed?.problems)).toEqual([true, true]);
    removePlace(place);
  }, 120_000);
});

describe("[CRASH] several processes", () => {
  it("write one log, each entry once, none lost", async () => {
    const place = newPlace();
    const [one = [], other = []] = await Promise.all([write(place, "one", 200), write(place, "other", 200)]);
    expect([one.length, other.length]).toEqual([200, 200]);
    checkAcknowledged(place, [...one, ...other]);
    const entries = [...readLedger(place.directory)].map(({ entry }) => `${entry.writer} ${entry.count}`);
    expect([entries.length, new Set(entries).size]).toEqual([400, 400]);
    const second = verifyInPython(place);
    expect([verifyAt(place).ok, second?.ok ?? true]).toEqual([true, true]);
    removePlace(place);
  }, 60_000);

  it("and several ledgers open in one process take turns as well", async () => {
    const place = newPlace();
    const ledgers = await Promise.all([1, 2, 3].map(() => openAt(place)));
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => ledgers[n % 3]?.append({ type: "test.noted", n })),
    );
    for (const ledger of ledgers) await ledger.close();
    const own = verifyAt(place);
    expect([own.ok, own.size], JSON.stringify(own.problems)).toEqual([true, 300]);
    removePlace(place);
  }, 60_000);

  it("wait for each other a bounded time, then say who is in the way", async () => {
    const place = newPlace();
    await fill(place, 1);
    const file = path.join(place.keys, "ledger.lock");
    const holder = new DatabaseSync(file);
    holder.exec("BEGIN EXCLUSIVE");
    await expect(openAt(place, { waitMilliseconds: 60 })).rejects.toMatchObject({
      code: "LEDGER_BUSY",
      message: expect.stringContaining(`\`${file}\``),
    });
    holder.close();
    await fill(place, 1);
    expect(verifyAt(place).size).toBe(2);
    removePlace(place);
  });
});

/** Runs a script as root of namespaces of its own, where it may mount. */
function inNamespace(script: string): string | undefined {
  const run = spawnSync("unshare", ["-Urm", "sh", "-ec", script], { encoding: "utf8" });
  return run.status === 0 ? run.stdout : undefined;
}

const canMount = inNamespace("mount -t tmpfs tmpfs /mnt") !== undefined;
const skip = !canMount && process.env.COUNTERSIGN_REQUIRE_ALL !== "1";
if (skip) console.warn("skipped: full and read-only disks need `unshare` with user namespaces");

describe.skipIf(skip)("[CRASH] a real disk", () => {
  const node = process.execPath;

  it("that is full takes no entry half, says so, and goes on once there is space", () => {
    const place = newPlace();
    const at = `${place.directory} ${place.keys}`;
    const said = inNamespace(
      `mount -t tmpfs -o size=400k tmpfs ${place.root}; head -c 150000 /dev/zero > ${place.root}/ballast;
       ${node} ${CHILD} ${at} one 100000 | tail -n 2; rm ${place.root}/ballast; ${node} ${CHILD} ${at} two 3; cp -a ${place.root}/. ${place.root}.copy`,
    );
    const lines = (said ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const full = lines.find((line) => "code" in line);
    expect(full).toMatchObject({ code: "LEDGER_FULL", help: expect.stringContaining("nothing was run") });
    const acknowledged = lines.filter((line) => "seq" in line) as Acknowledged[];
    expect(acknowledged).toHaveLength(4);
    const copy = newPlace(`${place.root}.copy`);
    checkAcknowledged(copy, acknowledged);
    expect([verifyAt(copy).ok, verifyInPython(copy)?.ok ?? true]).toEqual([true, true]);
    for (const one of [copy, place]) removePlace(one);
  }, 60_000);

  it("that is read-only refuses to open, and can still be verified", async () => {
    const place = newPlace();
    await fill(place, 3);
    const said = inNamespace(
      `mount --bind ${place.root} ${place.root}; mount -o remount,ro,bind ${place.root}; ${node} ${CHILD} ${place.directory} ${place.keys} one 1`,
    );
    expect(JSON.parse(said ?? "")).toMatchObject({
      code: "LEDGER_READ_ONLY",
      message: expect.stringContaining(place.keys),
    });
    expect(fs.existsSync(path.join(place.directory, "checkpoint")) && verifyAt(place).ok).toBe(true);
    removePlace(place);
  });
});
