import { beforeAll, describe, expect, it } from "vitest";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

/** Rule, what happens, the scenario, and what must come of it. */
const EXPECTED: readonly (readonly [string, string, unknown])[] = [
  [
    "[X-held] in home does not block the next run, which does not see it and says so; accepting it checks for conflicts",
    "held in home",
    {
      seen: "h\nheld",
      unseen: true,
      committed: "committed",
      accepted: "committed",
      note: "h\nheld\ntheirs",
      late: "conflict",
    },
  ],
  [
    "[X-held] in one project has nothing to do with another",
    "held elsewhere",
    { builtOn: [], unseen: [], rejected: 1 },
  ],
  ["[X-held] a hundred times is the bound", "many held", { content: "0\n1\n2", refused: "TOO_MANY_HELD" }],
  [
    "[X-held] stays, and what runs left that were killed goes, on every stage",
    "leftovers",
    {
      swept: ["0-dead", "0-old", "0-reused", "idle", "probe-old"],
      quick: true,
      kept: true,
      stage: false,
      again: [],
    },
  ],
  [
    "[X-held] a run in another process namespace is never swept, one before a restart is",
    "foreign namespaces",
    ["0-before"],
  ],
  [
    "[X-journal] the budget says what is kept, and what was taken back counts no more",
    "usage",
    {
      first: [
        { count: 3, bytes: 3000 },
        { count: 1, bytes: 500 },
      ],
      second: { count: 4, bytes: 2000 },
      budget: [7, 5e9, 50],
      collected: [1, 1000, 3, 1000],
    },
  ],
  [
    "[X-overlay] names that are no text are changes like others",
    "odd names",
    { kinds: ["create", "delete", "modify", "modify"], same: true, undone: "undone", back: true },
  ],
  [
    "[X-overlay] a change through one of several names says so",
    "hard links",
    [
      ["modify", true],
      ["metadata", true],
    ],
  ],
  ["[X-overlay] a time that was set back hides no other content", "content behind an old time", ["modify"]],
  ["[X-overlay] access lists are kept and inherited", "access lists", { same: true, some: true, back: true }],
  ["[X-overlay] no note of an overlay reaches the tree", "notes", { found: "", isThere: true, mode: 0o755 }],
  [
    "[X-journal] what somebody does between the diff and the commit stops the commit, and nothing is changed",
    "edited between the diff and the commit",
    [],
  ],
  [
    "[X-journal] a folder that its owner may not write to is written to and stays so",
    "a folder that became read-only",
    {
      outcome: "committed",
      after: "555\nf\nnew\n",
      undone: "undone",
      back: "555\n1\n2\ne\nf\n",
    },
  ],
  [
    "[X-held] what could not be put in place waits, and is accepted without another run",
    "a commit that fails",
    {
      code: "NOT_COMMITTED",
      same: true,
      waiting: [true],
      accepted: "committed",
      now: "1\nx\n2\nx\n",
      left: 0,
    },
  ],
  [
    "[X-held] a result that was decided before a crash is not applied twice",
    "a crash before a decided result is removed",
    { first: "committed", again: "committed", step: "none", left: 0, steps: 1 },
  ],
];

describe.skipIf(missingOverlay() !== undefined).each(USERS)("as $name", ({ words }) => {
  const results = new Map<string, unknown>();
  beforeAll(() => {
    for (const line of runAs(words, "layers-program.ts", [makeFolder()]).trim().split("\n"))
      results.set(...(JSON.parse(line) as [string, unknown]));
  }, 120_000);

  it.each(EXPECTED)("%s", (_rule, scenario, expected) => expect(results.get(scenario)).toEqual(expected));
});
