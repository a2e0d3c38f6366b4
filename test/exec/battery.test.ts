import { beforeAll, describe, expect, it } from "vitest";
import { BATTERY, BREAKS_LINKS, CANNOT_RENAME_FOLDERS, ROOT_BATTERY } from "./battery.ts";
import type { BatteryResult } from "./battery-program.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const missing = missingOverlay();

describe.skipIf(missing !== undefined).each(USERS)("as $name", ({ name, words }) => {
  const cases = [...BATTERY, ...(name === "root" ? ROOT_BATTERY : [])];
  const results = new Map<string, BatteryResult>();

  beforeAll(() => {
    const input = JSON.stringify([...cases, ...BREAKS_LINKS, ...CANNOT_RENAME_FOLDERS]);
    for (const line of runAs(words, "battery-program.ts", [makeFolder()], input)
      .split("\n")
      .filter(Boolean)) {
      const result = JSON.parse(line) as BatteryResult;
      results.set(result.command, result);
    }
  }, 400_000);

  it.each(cases)(
    "[X-overlay] isolated and committed, discarded, undone and done again, the tree is exact: %s",
    (command) => {
      const result = results.get(command);
      expect(result?.error).toBeUndefined();
      expect(result?.codes[1]).toBe(result?.codes[0]);
      const differences = [result?.afterCommit, result?.afterDiscard, result?.afterUndo, result?.afterRedo];
      expect(differences).toEqual([[], [], [], []]);
    },
  );

  it.each(BREAKS_LINKS)(
    "[X-overlay] a write through one of several names is exact but for the others, and undone: %s",
    (command) => {
      const result = results.get(command);
      expect(result?.afterCommit.every((line) => /hard[12]/.test(line))).toBe(true);
      expect([result?.error, result?.afterDiscard, result?.afterUndo]).toEqual([undefined, [], []]);
    },
  );

  it.each(CANNOT_RENAME_FOLDERS)(
    "[X-overlay] what the overlay refuses fails and changes nothing: %s",
    (command) => {
      expect(results.get(command)).toMatchObject({
        codes: [0, 1],
        changes: [],
        afterDiscard: [],
        afterUndo: [],
      });
    },
  );
});
