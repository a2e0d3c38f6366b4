import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collectGarbage } from "../../src/adapters/restore/snapshot/garbage.ts";
import { endSnapshot, restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { listSnapshots, takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { expectSameTree, fingerprint, places, run, skipWithout } from "./support.ts";

const PROGRAM = join(import.meta.dirname, "fault-program.ts");
const isObject = (path: string) => /(^|\/)objects\//.test(path);

const TIME = 600_000;

type Place = ReturnType<typeof places>;

function startFaulty(place: Place, action: string, id: string, fault: string, at: number) {
  const words = [PROGRAM, action, place.workspace, place.store, id, fault, String(at)];
  const run = spawnSync(process.execPath, words, { encoding: "utf8" });
  const said = run.stdout === "" ? undefined : (JSON.parse(run.stdout) as { calls: number; ended: string });
  return { killed: run.signal === "SIGKILL", said };
}

const SMALL = `git init -q -b main .; mkdir -p a/b c empty; for i in 1 2 3 4 5 6; do echo $i >a/$i; echo $i$i >a/b/$i; done
  echo one >c/x; ln c/x c/y; ln -s a link; head -c 300000 /dev/urandom >c/middle; head -c 10500000 /dev/urandom >c/large
  git add -A; git commit -qm one; echo dirty >a/1; echo new >untracked`;
const DAMAGE = `rm -rf a/b .git/refs c/y empty; echo over >a/2; mkdir made; echo 1 >made/1; rm link; mkdir link; echo z >c/large; chmod 600 c/x`;

function made(): Place {
  const place = places();
  run(place.workspace, SMALL);
  return place;
}

/** So many of the calls that write are tried at least; all of them where everything is required. */
const MOST = process.env.COUNTERSIGN_REQUIRE_ALL === "1" ? 1000 : 10;

/** Every `step`-th of the calls that write, the first and the last among them. */
function points(calls: number): readonly number[] {
  const step = Math.max(1, Math.floor(calls / MOST));
  return Array.from({ length: Math.ceil(calls / step) }, (_, index) => index * step + 1).concat(calls);
}

function leftovers(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));
}

describe("[UNDO] killed in the middle of", () => {
  it(
    "taking, there is a complete snapshot or none, and the next one is complete",
    async () => {
      const place = made();
      const tree = fingerprint(place.workspace);
      const calls = startFaulty(place, "take", "count", "count", 0).said?.calls ?? 0;
      expect(calls).toBeGreaterThan(8);
      await collectGarbage(place.store, { bytes: 0, ageMilliseconds: -1, keepLast: 0 });
      let complete = 0;
      for (const at of points(calls)) {
        expect(startFaulty(place, "take", `kill-${at}`, "kill", at).killed).toBe(true);
        expectSameTree(ignoringLinks(fingerprint(place.workspace)), ignoringLinks(tree));
        for (const { id } of listSnapshots(place.store)) {
          complete++;
          await expectRestores(place, id);
        }
        const { id } = await takeSnapshot(place.workspace, place.store);
        expect(leftovers(place.store)).toEqual([]);
        await expectRestores(place, id);
        await collectGarbage(place.store, { bytes: 0, ageMilliseconds: -1, keepLast: 0 });
      }
      expect(complete).toBeGreaterThan(0);
    },
    TIME,
  );

  it(
    "restoring, every file is what it was or what it had become, and restoring again does the rest",
    async () => {
      const place = made();
      const tree = fingerprint(place.workspace, isObject);
      await takeSnapshot(place.workspace, place.store, { id: "base" });
      run(place.workspace, DAMAGE);
      await endSnapshot(place.store, "base");
      const damaged = fingerprint(place.workspace, isObject);
      const first = await takeSnapshot(place.workspace, place.store);
      const calls = startFaulty(place, "restore", "base", "count", 0).said?.calls ?? 0;
      expect(calls).toBeGreaterThan(40);
      for (const at of points(calls)) {
        await restoreSnapshot(place.store, first.id);
        run(place.workspace, "rm -rf ./* .git");
        run(place.workspace, SMALL.replace(/git add.*one; /, ""));
        await restoreSnapshot(place.store, first.id, { conflicts: "overwrite" });
        await endSnapshot(place.store, "base");
        expect(startFaulty(place, "restore", "base", "kill", at).killed).toBe(true);
        for (const [path, { what }] of fingerprint(place.workspace, isObject)) {
          if (path.endsWith(".countersign-undo~") || !what.startsWith("file")) continue;
          const content = (seen: typeof tree) => seen.get(path)?.what.split(" ")[3];
          expect([content(tree), content(damaged)], `after write ${at}: ${path}`).toContain(
            what.split(" ")[3],
          );
        }
        const again = await restoreSnapshot(place.store, "base");
        expect([again.failed, again.conflicts]).toEqual([[], []]);
        expectSameTree(fingerprint(place.workspace, isObject), tree);
      }
    },
    TIME,
  );

  it(
    "collecting, what stays can be restored",
    async () => {
      const place = made();
      const base = async () => {
        run(place.workspace, "echo $RANDOM >a/1; head -c 100000 /dev/urandom >c/middle");
        return (await takeSnapshot(place.workspace, place.store)).id;
      };
      await base();
      await base();
      const calls = startFaulty(place, "collect", "", "count", 0).said?.calls ?? 0;
      expect(calls).toBeGreaterThan(4);
      for (const at of points(calls)) {
        await base();
        const id = await base();
        startFaulty(place, "collect", "", "kill", at);
        await expectRestores(place, id);
      }
    },
    TIME,
  );
});

describe("[UNDO] a full disk", () => {
  it(
    "at any write gives no snapshot, says so, and leaves nothing behind",
    async () => {
      const place = made();
      const { said } = startFaulty(place, "take", "count", "ENOSPC", 0);
      await collectGarbage(place.store, { bytes: 0, ageMilliseconds: -1, keepLast: 0 });
      const ends: string[] = [];
      for (const at of points(said?.calls ?? 0)) {
        const run = startFaulty(place, "take", `full-${at}`, "ENOSPC", at);
        ends.push(run.said?.ended ?? "killed");
        if (run.said?.ended !== "done")
          expect(listSnapshots(place.store).map(({ id }) => id)).not.toContain(`full-${at}`);
        await collectGarbage(place.store, { bytes: 0, ageMilliseconds: -1, keepLast: 0 });
      }
      expect(new Set(ends)).toContain("NO_SNAPSHOT");
      const { id } = await takeSnapshot(place.workspace, place.store);
      await expectRestores(place, id);
    },
    TIME,
  );

  const canMount = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
  it.skipIf(skipWithout(canMount, "no user namespace in which to mount a small disk"))(
    "is noticed on a real one, and a restore that does not keep the present still works",
    () => {
      const place = made();
      const node = `"${process.execPath}" "${PROGRAM}"`;
      const script = `mkdir -p "$1/state" && mount -t tmpfs -o size=600k none "$1/state" && ${node} take "$1/work" "$1/state" full count 0`;
      const run = spawnSync("unshare", ["-Urm", "sh", "-c", script, "-", place.base], { encoding: "utf8" });
      expect(run.stdout).toContain('"ended":"NO_SNAPSHOT"');
      expect(existsSync(join(place.workspace, "a/1"))).toBe(true);
    },
  );
});

/** Destroys everything, restores, compares. */
async function expectRestores(place: Place, id: string): Promise<void> {
  const tree = fingerprint(place.workspace, isObject);
  run(place.workspace, "rm -rf ./* .git");
  const { failed } = await restoreSnapshot(place.store, id, { conflicts: "overwrite" });
  expect(failed).toEqual([]);
  expectSameTree(fingerprint(place.workspace, isObject), tree);
  expect(run(place.workspace, "git fsck --full 2>&1; git log --oneline")).toContain("one");
}

/** Kept files are second names while a snapshot lives. */
function ignoringLinks(tree: ReturnType<typeof fingerprint>): ReturnType<typeof fingerprint> {
  return new Map(
    [...tree].map(([path, { what, modified }]) => [
      path,
      { what: what.replace(/ names:\d+$/, ""), modified },
    ]),
  );
}
