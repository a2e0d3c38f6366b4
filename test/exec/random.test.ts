import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeBench } from "./support.ts";
import { describeTree } from "./tree.ts";
import { missingOverlay } from "./users.ts";

/** What `cp` makes of a folder copied into itself depends on the order in which the file system lists it. */
const copy = (from: string, to: string) =>
  `case "$(realpath -m ${to})/" in "$(realpath -m ${from})"/*) ;; *) cp -r ${from} ${to} ;; esac`;

const path = fc.constantFrom("a", "b", "d", "d/x", "d/e", "d/e/y", "z");
const command = fc.oneof(
  path.map((to) => `echo new > ${to}`),
  path.map((to) => `echo more >> ${to}`),
  path.map((to) => `rm -rf ${to}`),
  path.map((to) => `mkdir -p ${to}`),
  path.map((to) => `rm -rf ${to}; mkdir ${to}; echo in > ${to}/in`),
  path.map((to) => `ln -sfn a ${to}`),
  fc.tuple(path, path).map(([from, to]) => `mv ${from} ${to}`),
  fc.tuple(path, path).map(([from, to]) => copy(from, to)),
  fc.tuple(path, fc.constantFrom("700", "755", "500", "644")).map(([to, mode]) => `chmod ${mode} ${to}`),
);
const script = fc.array(command, { minLength: 1, maxLength: 4 }).map((all) => all.join("; "));

const START = "echo 1 > a; echo 2 > b; mkdir -p d/e; echo 3 > d/x; echo 4 > d/e/y; ln -s a z";

describe.skipIf(missingOverlay() !== undefined)("random commands", () => {
  it("[X-overlay] leave the same tree as a plain run, whatever they are, and go back step by step", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 3 }), async (scripts) => {
        const [plain, bench] = [makeBench(), makeBench()];
        for (const { workspace } of [plain, bench]) spawnSync("bash", ["-c", START], { cwd: workspace });
        const before = describeTree(bench.workspace, "plain");
        const steps: string[] = [];
        for (const one of scripts) {
          spawnSync("bash", ["-c", one], { cwd: plain.workspace });
          const result = (await bench.run(one)).layer.commit(bench.journal);
          expect(result.outcome).toBe("committed");
          if (result.outcome === "committed" && result.step !== undefined) steps.push(result.step);
        }
        expect(describeTree(bench.workspace, "plain")).toEqual(describeTree(plain.workspace, "plain"));
        for (const step of steps.toReversed()) expect(bench.journal.undo(step).outcome).toBe("undone");
        expect(describeTree(bench.workspace, "plain")).toEqual(before);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it("[X-journal] undone in any order, a step goes back or is refused without a change", async () => {
    const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 3, maxLength: 3 }), order, async (scripts, indexes) => {
        const bench = makeBench();
        spawnSync("bash", ["-c", START], { cwd: bench.workspace });
        const before = describeTree(bench.workspace, "plain");
        const steps: string[] = [];
        for (const one of scripts) {
          const result = (await bench.run(one)).layer.commit(bench.journal);
          if (result.outcome === "committed" && result.step !== undefined) steps.push(result.step);
        }
        const left = new Set(steps);
        for (const index of [...indexes, ...indexes, ...indexes]) {
          const step = steps[index];
          if (step === undefined || !left.has(step)) continue;
          const now = describeTree(bench.workspace, "plain");
          if (bench.journal.undo(step).outcome === "undone") left.delete(step);
          else expect(describeTree(bench.workspace, "plain")).toEqual(now);
        }
        for (const step of [...left].toReversed()) bench.journal.undo(step, { force: true });
        if (left.size === 0) expect(describeTree(bench.workspace, "plain")).toEqual(before);
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});
