import { beforeAll, describe, expect, it } from "vitest";
import type { Mode, Order, SequenceResult } from "./fuzz-program.ts";
import { KINDS } from "./grammar.ts";
import { missingGuard, runGuarded } from "./guard.ts";
import { missingOverlay, USERS } from "./users.ts";

const missing = missingOverlay() ?? missingGuard();

/** The first seed; another one is tried with COUNTERSIGN_SEED. A failure names the seed of its sequence. */
const SEED = Number(process.env.COUNTERSIGN_SEED ?? 20_261_122);

/** The long form of this test. */
const isThorough = process.env.COUNTERSIGN_THOROUGH === "1";

/** Sequences of each mode and user. */
const RUNS: Readonly<Record<Mode, number>> = isThorough
  ? { reverse: 120, any: 120, snapshot: 200 }
  : { reverse: 4, any: 4, snapshot: 6 };

const MODES = Object.keys(RUNS) as Mode[];

const order: Order = MODES.flatMap((mode, turn) =>
  Array.from({ length: RUNS[mode] }, (_, index) => ({ seed: SEED + turn * 1_000_003 + index, mode })),
);

describe.skipIf(missing !== undefined)("random sequences of commands", () => {
  const results = new Map<string, readonly SequenceResult[]>();

  beforeAll(async () => {
    await Promise.all(
      USERS.map(async ({ name, words }) => {
        const text = await runGuarded(words, "fuzz-program.ts", [], JSON.stringify(order));
        const lines = text.split("\n").filter(Boolean);
        results.set(
          name,
          lines.map((line) => JSON.parse(line) as SequenceResult),
        );
      }),
    );
  }, 3_600_000);

  describe.each(USERS)("as $name", ({ name }) => {
    const of = (mode: Mode) => (results.get(name) ?? []).filter((_, index) => order[index]?.mode === mode);
    const failures = (mode: Mode) =>
      of(mode)
        .filter(({ failure }) => failure !== undefined)
        .map(({ seed, commands, failure }) => ({ seed, commands, failure }));

    it("[X-overlay] leave what plain runs leave, step by step, and go back in reverse byte for byte", () => {
      expect(failures("reverse")).toEqual([]);
      expect(of("reverse").map(({ undone, steps }) => undone === steps)).toEqual(
        Array.from({ length: RUNS.reverse }, () => true),
      );
    });

    it("[X-journal] go back in any order; a step is refused only where a later one touched the same, and nothing changes then", () => {
      expect(failures("any")).toEqual([]);
      expect(of("any")).toHaveLength(RUNS.any);
      expect(sum(of("any"), "undone")).toBeGreaterThan(RUNS.any * 3);
      expect(sum(of("any"), "refused")).toBeGreaterThan(RUNS.any / 2);
    });

    it("[UNDO] are taken back whole by a snapshot, and the restore as well", () => {
      expect(failures("snapshot")).toEqual([]);
      expect(sum(of("snapshot"), "undone")).toBe(RUNS.snapshot);
    });
  });

  it("[X-overlay] reach what they are for: nearly all commands succeed, and they are of many kinds", () => {
    const all = [...results.values()].flat();
    const played = all.flatMap(({ kinds }) => kinds);
    expect(sum(all, "succeeded")).toBeGreaterThan(played.length * 0.9);
    expect(sum(all, "steps")).toBeGreaterThan(RUNS.reverse * USERS.length * 6);
    expect(new Set(played).size).toBeGreaterThan(KINDS.length * (isThorough ? 0.98 : 0.75));
  });
});

function sum(results: readonly SequenceResult[], what: "succeeded" | "steps" | "undone" | "refused"): number {
  return results.reduce((total, result) => total + result[what], 0);
}
