import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { NestedResult } from "./nested-program.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const memory = mkdtempSync("/dev/shm/countersign-nested-");
afterAll(() => rmSync(memory, { recursive: true, force: true }));

/** How deep, where the inner state is, who runs it, and what must come of it. */
const CASES: readonly (readonly [string, "beside" | "workspace" | "memory", string, RegExp])[] = [
  ["0", "beside", "root", /^committed$/],
  ["0", "beside", "an ordinary user", /^committed$/],
  ["1", "beside", "an ordinary user", /^committed$/],
  ["1", "beside", "root", /a second `\/proc` is refused/],
  ["2", "beside", "an ordinary user", /lies on overlays already/],
  ["1", "workspace", "an ordinary user", /is itself on an overlay/],
  ["0", "memory", "root", /lies below `\/dev`/],
  ["0", "memory", "an ordinary user", /lies below `\/dev`/],
];

describe.skipIf(missingOverlay() !== undefined).each(USERS)("as $name", ({ name, words }) => {
  const own = CASES.filter(([, , user]) => user === name);
  it.each(own)(
    "[X-nested] %s runs around it, its state in %s, as %s: %s",
    (depth, place, _, expected) => {
      const parent = makeFolder();
      const states = { beside: join(parent, "states"), workspace: join(parent, "work"), memory };
      mkdirSync(states.beside);
      for (const path of [states.beside, memory]) chmodSync(path, 0o1777);
      const said = runAs(words, "nested-program.ts", [parent, states[place], depth]);
      const result = JSON.parse(said) as NestedResult;
      const why = result.works ? result.tried : (result.reason ?? "");
      expect(why).toMatch(expected);
      // Done whole, or nothing done: there is nothing between.
      const after = result.tried === "committed" ? "new" : "old";
      expect([result.before, result.after]).toEqual(["old", after]);
      if (!result.works) expect(result.tried).not.toBe("committed");
    },
    60_000,
  );
});
