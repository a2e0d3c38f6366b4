import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { missingGuard, runGuarded } from "./guard.ts";
import { type DestructiveLine, LEFT_OUT, OWN_LINES, RECORDED, recordedLines } from "./incidents.ts";
import type { LineResult } from "./incidents-program.ts";
import { PROGRAM_PATH } from "./replica.ts";
import { missingOverlay, USERS } from "./users.ts";

/** Programs that are not asked for on every machine; a line that needs one is left out, and says so. */
const RARE = new Set(["rsync"]);

const missing = missingOverlay() ?? missingGuard();

/** Both users run every line: the long form. */
const isThorough = process.env.COUNTERSIGN_THOROUGH === "1";

const recorded = recordedLines();
const results = new Map<string, LineResult>();
const keyOf = (user: string, line: string) => `${user}: ${line}`;

/** Own lines are shared out among the users, but for the walks over the whole machine: those are for the long form. */
function linesFor(user: string): readonly DestructiveLine[] {
  const turn = USERS.findIndex(({ name }) => name === user);
  const isMine = (one: DestructiveLine, index: number) => {
    if (one.asRoot) return user === "root";
    return isThorough || (!one.slow && (one.byEverybody || index % USERS.length === turn));
  };
  const isShort = (one: DestructiveLine) => isThorough || !one.slow || user !== "root";
  return [...recorded.filter(isShort), ...OWN_LINES.filter(isMine)];
}

function isThere({ needs, line }: DestructiveLine): boolean {
  if (needs === undefined) return true;
  const env = { PATH: PROGRAM_PATH };
  const found = spawnSync("sh", ["-c", `command -v ${needs}`], { env, stdio: "ignore" }).status === 0;
  if (!found) process.stderr.write(`not run, there is no ${needs}: ${line}\n`);
  return found || (process.env.COUNTERSIGN_REQUIRE_ALL === "1" && !RARE.has(needs));
}

it("[X-incident] every recorded line is run on a replica, or is left out for a reason", () => {
  const known = [...recorded.flatMap(({ ids }) => ids), ...Object.values(LEFT_OUT).flat()];
  expect(known.toSorted()).toEqual(RECORDED.map(({ id }) => id).toSorted());
});

describe.skipIf(missing !== undefined)("destructive lines on a replica", () => {
  beforeAll(async () => {
    await Promise.all(
      USERS.map(async ({ name, words }) => {
        const input = JSON.stringify({ lines: linesFor(name).filter(isThere) });
        const text = await runGuarded(words, "incidents-program.ts", [], input);
        for (const line of text.split("\n").filter(Boolean)) {
          const result = JSON.parse(line) as LineResult;
          results.set(keyOf(name, result.line), result);
        }
      }),
    );
  }, 400_000);

  describe.each(USERS)("as $name", ({ name }) => {
    it.each(linesFor(name).filter(isThere))(
      "[X-incident] changes nothing before its commit and goes back byte for byte: $line",
      ({ line, plain, changesNothing }) => {
        const result = results.get(keyOf(name, line));
        expect(result?.error).toBeUndefined();
        expect([result?.beforeCommit, result?.againstPlain, result?.afterUndo]).toEqual([[], [], []]);
        expect(result?.changes.length === 0).toBe(changesNothing === true);
        const [expected, code] = result?.codes ?? [];
        if (plain === "same" || plain === "links") expect(code).toBe(expected);
      },
    );
  });
});
