import { beforeAll, describe, expect, it } from "vitest";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const CHANGED = [
  "create moved from m 1/5: - > move",
  "create n 2/2: - > file",
  "delete d 3/5: x\ny > -",
  "delete g 1/5: gone > -",
  "delete m 1/5: move > -",
  "modify f 1/4: old > new",
];

/** Rule, scenario, what must come of it. */
const EXPECTED: readonly (readonly [string, string, unknown])[] = [
  [
    "[X-undo] one path comes out of a deleted folder, with folders like those that were there; then the rest",
    "a path in a deleted folder, then the rest",
    {
      between: "d 2750\nd/in 700\nd/in/one 644\nd\nother\n",
      listed: "no",
      whole: true,
      undone: true,
      again: "NOTHING_TO_UNDO",
      redone: "other\n",
    },
  ],
  [
    "[X-undo] a path whose parent a later step deleted gets a parent like that one, and the later step merges with it",
    "a path whose parent went later",
    { undone: "undone", between: "d 2750\nd/in 700\nd/in/one 644\n", all: "undone", whole: true },
  ],
  [
    "[X-undo] one path goes out of a folder that the step made",
    "a path in a folder that the step made",
    { between: "n\nn/b\nn/in\n", whole: "f\n", redone: "b\na\n" },
  ],
  [
    "[X-undo] one path comes out of a folder that was replaced; what is there is kept",
    "a path in a replaced folder",
    { held: "conflict", forced: "undone", now: "d\nd/in\nd/in/one\nd/in/three\nd/two\n2\n1\n" },
  ],
  [
    "[X-undo] never turns somebody's file into a folder",
    "a parent that is a file by now",
    { codes: ["NO_PARENT", "NO_PARENT"], mine: "mine", steps: 1 },
  ],
  [
    "[X-undo] an undo can be undone, any number of times",
    "undo of an undo",
    ["before, undone", "after, in force", "before, undone", "after, in force"],
  ],
  ["[X-undo] a step that was taken back is not taken back again", "twice", ["NOTHING_TO_UNDO", "mine"]],
  [
    "[X-undo] a folder that somebody filled again stops it; forced, what was there is kept",
    "somebody filled the folder again",
    { refused: "conflict", mine: "mine\n", restored: "in\nlink\ntwo\n", back: "mine\n" },
  ],
  [
    "[X-undo] a folder that keeps its owner from writing stays so",
    "a folder that was locked",
    { after: "555\nd\nother\n", undone: "undone", whole: true },
  ],
  [
    "[X-undo] both contents can be read after the step, after its undo, after that undo's undo",
    "what diff reads",
    { fresh: CHANGED, back: CHANGED, again: CHANGED },
  ],
  [
    "[X-undo] contents are found where later steps keep them, and one that somebody wrote to is not shown",
    "what diff reads after more steps",
    {
      covered: ["delete g 1/5: gone > -", "modify f 1/4: old > new"],
      removed: ["delete g 1/5: gone > -", "modify f 1/4: old > new"],
      edited: ["create f 1/5: - > -"],
    },
  ],
];

describe.skipIf(missingOverlay() !== undefined).each(USERS)("as $name", ({ words }) => {
  const results = new Map<string, unknown>();
  beforeAll(() => {
    for (const line of runAs(words, "undo-program.ts", [makeFolder()]).trim().split("\n"))
      results.set(...(JSON.parse(line) as [string, unknown]));
  }, 120_000);

  it.each(EXPECTED)("%s", (_rule, scenario, expected) => expect(results.get(scenario)).toEqual(expected));
});
