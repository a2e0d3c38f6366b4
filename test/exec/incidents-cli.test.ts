import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { missingGuard, runGuarded } from "./guard.ts";
import { recordedLines } from "./incidents.ts";
import type { ProgramResult } from "./incidents-cli-program.ts";
import { makeFolder, missingOverlay, USERS } from "./users.ts";

const missing = missingOverlay() ?? missingGuard();

/** Every line for every user: the long form. */
const isThorough = process.env.COUNTERSIGN_THOROUGH === "1";

/** What the short form gives to the program: some that run at once, and one that changes more than may become real. */
const SHORT = [
  "CC-10077/1",
  "CC-49129/10",
  "CX-30028/20",
  "GM-15580/27",
  "CC-45974/31",
  "MARTY-2364/39",
  "MARTY-2364/40",
];

const recorded = recordedLines().filter(({ slow, from }) => !slow && from === undefined);
const lines = recorded.filter(({ ids }) => isThorough || ids.some((id) => SHORT.includes(id)));
const users = isThorough ? USERS : USERS.slice(-1);

describe.skipIf(missing !== undefined)("recorded lines through the program", () => {
  const results = new Map<string, ProgramResult>();

  beforeAll(async () => {
    // Under the guard nothing can be built any more.
    const environment = { ...process.env, COUNTERSIGN_HOME: makeFolder() };
    const launcher = join(import.meta.dirname, "../../bin/countersign");
    spawnSync("sh", [launcher, "version"], { env: environment, stdio: "ignore" });
    const input = JSON.stringify(lines.map(({ line }) => line));
    await Promise.all(
      users.map(async ({ name, words }) => {
        const text = await runGuarded(words, "incidents-cli-program.ts", [], input);
        for (const line of text.split("\n").filter(Boolean)) {
          const result = JSON.parse(line) as ProgramResult;
          results.set(`${name}: ${result.line}`, result);
        }
      }),
    );
  }, 400_000);

  describe.each(users)("as $name", ({ name }) => {
    it.each(lines)("[X-incident] what the gate lets run is undone byte for byte: $line", ({ line }) => {
      const result = results.get(`${name}: ${line}`);
      expect(result?.afterUndo, result?.said).toEqual([]);
      const isReal = (result?.changed ?? 0) > 0;
      expect(result?.codes[1]).toBe(isReal ? 0 : null);
      // Stopped before it ran, held afterwards, or ended as the command did; never an error of the program itself.
      expect(result?.codes[0], result?.said).not.toBe(2);
    });

    it("[X-incident] most of them run without a question", () => {
      const own = lines.map(({ line }) => results.get(`${name}: ${line}`));
      expect(own.filter((one) => (one?.changed ?? 0) > 0).length).toBeGreaterThan(lines.length / 2);
    });
  });
});
