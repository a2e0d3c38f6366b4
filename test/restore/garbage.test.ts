import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesUsed, collectGarbage } from "../../src/adapters/restore/snapshot/garbage.ts";
import { restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { listSnapshots, takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { expectSameTree, fingerprint, places, run } from "./support.ts";

const DAY = 24 * 60 * 60 * 1000;

async function history(count: number) {
  const { workspace, store } = places();
  writeFileSync(join(workspace, "constant"), randomBytes(100_000));
  const trees: ReturnType<typeof fingerprint>[] = [];
  for (let at = 0; at < count; at++) {
    writeFileSync(join(workspace, "changing"), randomBytes(500_000));
    writeFileSync(join(workspace, `only-${at}`), randomBytes(10_000));
    trees.push(fingerprint(workspace));
    await takeSnapshot(workspace, store, { id: `s${at}` });
  }
  return { workspace, store, trees };
}

describe("[UNDO] garbage collection", () => {
  it("removes the oldest until the budget is kept, and says what it used and may use", async () => {
    const { workspace, store, trees } = await history(6);
    const before = bytesUsed(store);
    const result = await collectGarbage(store, { bytes: 1_500_000, ageMilliseconds: DAY, keepLast: 1 });
    expect(result.bytesBefore).toBe(before);
    expect(result.bytesAfter).toBe(bytesUsed(store));
    expect(result.bytesAfter).toBeLessThanOrEqual(result.budget);
    expect(result.removed).toEqual(["s0", "s1", "s2", "s3"]);
    for (const at of [4, 5]) {
      run(workspace, "rm -f ./*");
      expect((await restoreSnapshot(store, `s${at}`)).failed).toEqual([]);
      expectSameTree(fingerprint(workspace), trees[at] ?? new Map());
    }
  });

  it("removes what is too old, but never the last ones", async () => {
    const { store } = await history(4);
    const result = await collectGarbage(
      store,
      { bytes: 0, ageMilliseconds: DAY, keepLast: 2 },
      Date.now() + 2 * DAY,
    );
    expect(result.removed).toEqual(["s0", "s1"]);
    expect(listSnapshots(store).map(({ id }) => id)).toEqual(["s2", "s3"]);
  });

  it("removes nothing within budget and age", async () => {
    const { store } = await history(3);
    const result = await collectGarbage(store);
    expect(result.removed).toEqual([]);
    expect(result.bytesAfter).toBe(result.bytesBefore);
  });
});
