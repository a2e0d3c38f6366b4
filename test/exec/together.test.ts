import { beforeAll, describe, expect, it } from "vitest";
import { missingGuard, runGuarded } from "./guard.ts";
import { missingOverlay, USERS } from "./users.ts";

const missing = missingOverlay() ?? missingGuard();

describe.skipIf(missing !== undefined).each(USERS)("at the same time, as $name", ({ words }) => {
  const seen = new Map<string, unknown>();

  beforeAll(async () => {
    const text = await runGuarded(words, "together-program.ts", []);
    for (const line of text.split("\n").filter(Boolean)) {
      const [name, value] = JSON.parse(line) as [string, unknown];
      seen.set(name, value);
    }
  }, 120_000);

  it("[X-journal] two isolated runs that change different files both become real, and both go back", () => {
    expect(seen.get("disjoint")).toEqual({
      left: "1\none\n2\ntwo\nn\nn\na\nb\ne\nn1\nn2\n",
      undone: ["undone", "undone"],
      difference: [],
    });
  });

  it("[X-journal] of two that change the same file the second is refused; all that it did is kept, its own part can follow", () => {
    expect(seen.get("overlapping")).toEqual({
      outcome: "conflict",
      kept: ["1\ntwo\n", "mine\n"],
      unchanged: [],
      mine: "undone",
      difference: [],
    });
  });

  it("[X-journal] beside an editor that saves other files all the time, steps become real and go back without touching those", () => {
    expect(seen.get("beside an editor")).toEqual({
      edited: true,
      undone: Array.from({ length: 5 }, () => "undone"),
      untouched: [],
      left: "1\n3\na\nb\nd\ne\n",
    });
  });

  it.each([
    "commit put",
    "commit put deep",
    "commit replace",
    "commit remove",
    "commit attributes",
    "undo put",
    "undo put deep",
    "undo replace",
    "undo remove",
    "undo attributes",
  ])("[X-escape] a folder that became a link out of the workspace is not written through: %s", (what) => {
    const links = seen.get("link on the way") as Record<string, unknown> | undefined;
    expect(links?.[what]).toEqual({ happened: false, outside: [] });
  });
});
