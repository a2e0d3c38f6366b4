import { it } from "vitest";
import { check, type World } from "../check.ts";

/** The lowest tier that a line must get, the line, and its effects where they are this reader's own words. */
export type Held = readonly [tier: number, line: string, does?: readonly string[]];

const FILES = { "a.txt": "a", "x.json": "{}", "package.json": "{}", "src/a.py": "x = 1\n", "src/a.ts": "" };

/** Runs the two tables of a language: what must pass, and what must not. */
export function checkTables(
  rule: string,
  passes: readonly string[],
  held: readonly Held[],
  world: World = {},
): void {
  it.each(passes)(`[${rule}] passes: %s`, async (line) => {
    await check(line, { atMost: 1 }, { files: FILES, ...world });
  });
  it.each(held.map(([tier, line, does]) => ({ tier, line, does })))(
    `[${rule}] at least T$tier: $line`,
    async ({ tier, line, does }) => {
      await check(
        line,
        { atLeast: tier as 2 | 3 | 4, ...(does ? { does } : {}) },
        { files: FILES, ...world },
      );
    },
  );
}
