import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Stopped } from "../../src/adapters/journal/commit.ts";
import { openHeld } from "../../src/adapters/journal/held.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { disk, type Storage } from "../../src/adapters/journal/storage.ts";
import { committed, makeBench } from "./support.ts";
import { describeTree } from "./tree.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const skipped = missingOverlay() !== undefined;

/** Touches every kind of operation: new, changed, gone, replaced folders, attributes. */
const BEFORE =
  "mkdir -p a/b c e; echo 1 > a/b/one; echo 2 > c/two; echo 3 > three; echo 4 > four; echo 5 > e/five; ln four same";
const MANY =
  "rm -rf a; echo x >> three; mkdir new; echo n > new/n; rm -rf c; mkdir c; echo z > c/z; chmod 700 e; rm four; mv e/five e/six";

/** A disk that stops for ever at the n-th change, before or after doing it. */
function stoppingAt(stop: number, when: "before" | "after"): Storage {
  let count = 0;
  const wrapped = Object.entries(disk).map(([name, action]) => [
    name,
    (...args: readonly unknown[]) => {
      count++;
      if (count > stop || (count === stop && when === "before")) throw new Stopped();
      (action as (...all: readonly unknown[]) => void)(...args);
      if (count === stop) throw new Stopped();
    },
  ]);
  return Object.fromEntries(wrapped) as Storage;
}

describe.skipIf(skipped)("a crash", () => {
  it.each(["finish", "take-back"] as const)(
    "[X-journal] at every change of the disk: %s leaves the tree whole, and what was finished can be undone",
    async (direction) => {
      let points = 0;
      for (let stop = 4; stop < 400; stop++) {
        const bench = makeBench();
        spawnSync("bash", ["-c", BEFORE], { cwd: bench.workspace });
        const before = describeTree(bench.workspace, "plain");
        const { layer } = await bench.run(MANY);
        const when = stop % 2 === 0 ? "before" : "after";
        const broken = openJournal(bench.folder, {
          storage: stoppingAt(Math.floor(stop / 2), when),
          recover: "later",
        });
        const ended = attempt(() => layer.commit(broken));
        const journal = openJournal(bench.folder, { recover: "later" });
        const recovered = journal.recover(direction);
        const tree = describeTree(bench.workspace, "plain");
        const step = journal.list()[0]?.id;
        if (step === undefined) expect(tree).toEqual(before);
        else {
          expect(readFileSync(join(bench.workspace, "three"), "utf8")).toBe("3\nx\n");
          expect(existsSync(join(bench.workspace, "a")) || existsSync(join(bench.workspace, "four"))).toBe(
            false,
          );
          expect(journal.undo(step).outcome).toBe("undone");
          expect(describeTree(bench.workspace, "plain")).toEqual(before);
        }
        if (ended === "stopped" && direction === "take-back" && recovered.length > 0)
          expect(step).toBeUndefined();
        disk.removeTree(join(bench.home, ".."));
        if (ended !== "stopped") break;
        points++;
      }
      expect(points).toBeGreaterThan(25);
    },
    120_000,
  );

  it.each(USERS)(
    "[X-journal] SIGKILL at any moment leaves old or new, never between, as $name",
    ({ words }) => {
      const lines = runAs(words, "kill-program.ts", [makeFolder(), "12"]).trim().split("\n");
      expect(lines).toHaveLength(12);
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ whole: true, undone: true });
    },
    120_000,
  );
});

function attempt(action: () => unknown): "stopped" | "done" {
  try {
    action();
    return "done";
  } catch (error) {
    if (error instanceof Stopped) return "stopped";
    throw error;
  }
}

describe.skipIf(skipped)("somebody else", () => {
  const meanwhile: readonly (readonly [string, string, string])[] = [
    ["edits the same file", "echo mine >> f", "echo theirs >> f"],
    ["saves the same file by rename", "echo mine >> f", "echo theirs > f.new; mv f.new f"],
    ["deletes the file that the command changed", "echo mine >> f", "rm f"],
    ["makes the same new file", "echo mine > n", "echo theirs > n"],
    ["makes a folder of the same name", "mkdir d2; echo mine > d2/x", "mkdir d2; echo theirs > d2/y"],
    ["edits inside a deleted folder", "rm -rf d", "echo theirs >> d/x"],
    ["adds to a deleted folder", "rm -rf d", "echo theirs > d/new"],
    ["changes permissions", "echo mine >> f", "chmod 600 f"],
  ];
  it.each(meanwhile)(
    "[X-journal] %s: the commit is refused and nothing is lost",
    async (_, command, theirs) => {
      const bench = makeBench();
      spawnSync("bash", ["-c", "echo 1 > f; mkdir d; echo 2 > d/x; echo 3 > other"], {
        cwd: bench.workspace,
      });
      pause();
      const running = bench.run(`${command}; sleep 0.3`);
      await new Promise((resolve) => setTimeout(resolve, 200));
      spawnSync("bash", ["-c", theirs], { cwd: bench.workspace });
      const { layer } = await running;
      const tree = describeTree(bench.workspace, "plain");
      expect(layer.commit(bench.journal).outcome).toBe("conflict");
      expect(describeTree(bench.workspace, "plain")).toEqual(tree);
    },
  );

  it("[X-journal] edits something else: no false alarm", async () => {
    const bench = makeBench();
    spawnSync("bash", ["-c", "echo 1 > f; mkdir d; echo 2 > d/x; echo 3 > other"], { cwd: bench.workspace });
    pause();
    const running = bench.run("echo mine >> f; rm d/x; mkdir d/new; sleep 0.3");
    await new Promise((resolve) => setTimeout(resolve, 200));
    spawnSync("bash", ["-c", "echo theirs >> other; echo theirs > d/theirs"], { cwd: bench.workspace });
    expect((await running).layer.commit(bench.journal).outcome).toBe("committed");
    expect(existsSync(join(bench.workspace, "d/theirs"))).toBe(true);
  });

  it("[X-journal] changes a file after the step: undo refuses, force keeps what was there", async () => {
    const bench = makeBench();
    writeFileSync(join(bench.workspace, "f"), "old");
    pause();
    const step = committed((await bench.run("echo new > f")).layer, bench.journal);
    writeFileSync(join(bench.workspace, "f"), "later");
    expect(bench.journal.undo(step)).toMatchObject({ outcome: "conflict" });
    const forced = bench.journal.undo(step, { force: true });
    expect(readFileSync(join(bench.workspace, "f"), "utf8")).toBe("old");
    if (forced.outcome === "undone") bench.journal.undo(forced.step);
    expect(readFileSync(join(bench.workspace, "f"), "utf8")).toBe("later");
  });
});

/** The clock of a file system has ticks of some milliseconds. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

describe.skipIf(skipped)("undo", () => {
  it("[X-journal] takes back one path out of a deleted folder, later the rest", async () => {
    const bench = makeBench();
    spawnSync("bash", ["-c", "mkdir -p d/in; echo 1 > d/in/one; echo 2 > d/two"], { cwd: bench.workspace });
    const step = committed((await bench.run("rm -rf d; echo x > other")).layer, bench.journal);
    const path = join(bench.workspace, "d/in/one");
    expect(bench.journal.undo(step, { paths: [path] }).outcome).toBe("undone");
    expect(readFileSync(path, "utf8")).toBe("1\n");
    expect(existsSync(join(bench.workspace, "d/two"))).toBe(false);
    expect(existsSync(join(bench.workspace, "other"))).toBe(true);
  });

  it("[X-journal] old steps go by age and bytes, the newest stays, and what went cannot be undone", async () => {
    const bench = makeBench();
    const steps: string[] = [];
    for (let round = 0; round < 4; round++) {
      writeFileSync(join(bench.workspace, "f"), "x".repeat(1000));
      pause();
      steps.push(committed((await bench.run("rm f")).layer, bench.journal));
    }
    const collected = bench.journal.gc({ bytes: 2000 });
    expect(collected).toMatchObject({
      removed: steps.slice(0, 2).toReversed(),
      keptSteps: 2,
      keptBytes: 2000,
    });
    expect(() => bench.journal.undo(steps[0] ?? "")).toThrow(/no step/);
    expect(bench.journal.undo(steps[3] ?? "").outcome).toBe("undone");
  });
});

describe.skipIf(skipped)("a held result", () => {
  it("[X-held] is seen by later runs, accepted as captured, and what was built on it can follow", async () => {
    const bench = makeBench();
    writeFileSync(join(bench.workspace, "f"), "1\n");
    mkdirSync(join(bench.workspace, "d"));
    writeFileSync(join(bench.workspace, "d/x"), "x");
    pause();
    (await bench.run("echo 2 >> f; rm -rf d; mkdir d; echo n > d/n")).layer.hold("first");
    expect(readFileSync(join(bench.workspace, "f"), "utf8")).toBe("1\n");
    const second = await bench.run("cat f; ls d; echo 3 >> f; rm d/n; echo free > free");
    expect(second.text).toBe("1\n2\nn\n");
    expect(second.layer.commit(bench.journal).outcome).toBe("behind");
    const free = second.layer.commit(bench.journal, { select: (change) => change.path.endsWith("/free") });
    expect(free).toMatchObject({ outcome: "committed" });
    const held = openHeld(bench.state);
    const [first, rest] = held.list();
    expect(held.accept(first?.id ?? "", bench.journal).outcome).toBe("committed");
    expect(held.accept(rest?.id ?? "", bench.journal).outcome).toBe("committed");
    expect(readFileSync(join(bench.workspace, "f"), "utf8")).toBe("1\n2\n3\n");
    expect(existsSync(join(bench.workspace, "d/n"))).toBe(false);
    expect(held.list()).toEqual([]);
  });

  it("[X-held] rejected, takes away all that was built on it and says so", async () => {
    const bench = makeBench();
    (await bench.run("echo 1 > one")).layer.hold();
    (await bench.run("cp one two")).layer.hold();
    const held = openHeld(bench.state);
    const ids = held.list().map((layer) => layer.id);
    expect(held.reject(ids[0] ?? "")).toEqual(ids);
    expect((await bench.run("ls")).text).toBe("");
  });

  it("[X-held] of selected changes keeps the others for later", async () => {
    const bench = makeBench();
    const { layer } = await bench.run("echo 1 > allowed; echo 2 > held");
    const result = layer.commit(bench.journal, { select: (change) => change.path.endsWith("allowed") });
    expect(result.outcome === "committed" && result.rest?.changes.map((change) => change.path)).toEqual([
      join(bench.workspace, "held"),
    ]);
    expect(existsSync(join(bench.workspace, "held"))).toBe(false);
    expect((await bench.run("cat held")).text).toBe("2\n");
  });
});
