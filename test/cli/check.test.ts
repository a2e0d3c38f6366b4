import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/gate/verdict.ts";
import { countersign, makePlace, type Place } from "./program.ts";

function batch(
  place: Place,
  lines: readonly (object | string)[],
): { code: number | null; verdicts: readonly Verdict[] } {
  const input = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const { code, out } = countersign(place, ["check", "--batch", "-"], `${input}\n`);
  return {
    code,
    verdicts: out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Verdict),
  };
}

describe("[CLI-check] one command", () => {
  it.each([
    ["git status", 0],
    ["touch ~/x", 10],
    ["terraform destroy", 11],
  ])("%s ends with exit code %d", (line, code) => {
    expect(countersign(makePlace(), ["check", line]).code).toBe(code);
  });

  it("--json prints the contract's fields", () => {
    const verdict = JSON.parse(
      countersign(makePlace(), ["check", "--json", "--", "git", "push", "--force"]).out,
    ) as Verdict;
    expect(Object.keys(verdict).sort()).toEqual([
      "advice",
      "digest",
      "effects",
      "id",
      "ms",
      "outcome",
      "reason",
      "rules",
      "tier",
    ]);
    expect(verdict.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(verdict.effects[0]).toMatchObject({
      verb: expect.any(String),
      resource: { kind: expect.any(String), name: expect.any(String), environment: expect.any(String) },
    });
    expect(verdict.ms).toBeGreaterThan(0);
  });

  it("has no side effect: no state folder, no file", () => {
    const place = makePlace();
    countersign(place, ["check", "touch x && rm -rf y"]);
    expect(readdirSync(place.project)).toEqual([".git"]);
    expect(readdirSync(join(place.home, ".."))).toEqual(["home", "project"]);
  });

  it("words and the line that quotes them are judged alike", () => {
    const place = makePlace();
    const words = JSON.parse(
      countersign(place, ["check", "--json", "--", "rm", "-rf", "a b"]).out,
    ) as Verdict;
    const line = JSON.parse(countersign(place, ["check", "--json", "rm -rf 'a b'"]).out) as Verdict;
    expect(words.effects).toEqual(line.effects);
  });

  it.each([
    [[], /no command/],
    [["--nonsense", "--", "ls"], /nonsense/],
    [["--environment", "prod", "--", "ls"], /prod/],
    [["--batch", "/does/not/exist"], /exist|ENOENT/],
  ])("wrong usage %j says what to do, and is no permit", (args, message) => {
    const { code, err } = countersign(makePlace(), ["check", ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe("[CLI-check] every command", () => {
  it.each(["undo", "log", "show", "verify", "held", "run"])(
    "%s says of an unknown option where to look",
    (command) => {
      const { code, err } = countersign(makePlace(), [command, "--nonsense"]);
      expect(code).toBe(2);
      expect(err).toMatch(/nonsense[\s\S]*--help/);
      expect(err).not.toContain("should not happen");
    },
  );
});

describe("[CLI-batch] many calls", () => {
  it("answers every line in order", () => {
    const place = makePlace();
    const { code, verdicts } = batch(place, [
      { id: "a", tool: "shell", input: "ls" },
      { id: "b", tool: "sql", input: "DROP TABLE x" },
      { id: "c", tool: "shell", input: "rm -rf /" },
      { id: "d", tool: "file.write", input: { path: "src/a.ts", content: "x" } },
      { id: "e", tool: "http", input: { method: "GET", url: "https://example.com" } },
    ]);
    expect(code).toBe(0);
    expect(verdicts.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["a", "permit"],
      ["b", "review"],
      ["c", "review"],
      ["d", "permit"],
      ["e", "permit"],
    ]);
  });

  it("[L6] a line that cannot be read is a no, and does not disturb the others", () => {
    const { code, verdicts } = batch(makePlace(), [
      "{",
      "[]",
      { id: "1", tool: "teleport", input: "x" },
      { id: "2", tool: "shell" },
      { id: "3", tool: "shell", input: "ls", cwd: "relative" },
      { id: "4", tool: "shell", input: "ls", environment: "prod" },
      { id: "5", tool: "shell", input: "\ud800" },
      { id: "6", tool: "shell", input: "ls" },
    ]);
    expect(code).toBe(2);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      "forbid",
      "forbid",
      "forbid",
      "forbid",
      "forbid",
      "forbid",
      "forbid",
      "permit",
    ]);
  });

  it.each([
    ["bytes", "x".repeat(200_000)],
    ["nesting", `${"$(".repeat(300)}ls${")".repeat(300)}`],
    ["words", `ls ${"a ".repeat(5_000)}`],
    ["commands", "ls;".repeat(6_000)],
    ["depth", "eval ".repeat(60)],
    ["brace expansion", `echo {1..200}{1..200}`],
  ])("[BOUND] beyond the bound of %s the answer is a no that names it", (_, input) => {
    const { verdicts } = batch(makePlace(), [{ id: "1", tool: "shell", input }]);
    expect(verdicts[0]?.outcome).not.toBe("permit");
    expect(verdicts[0]?.reason).toMatch(/bound|unknown|not understood/);
  });

  it("[BOUND] a line of many megabytes is refused without being parsed", () => {
    const place = makePlace();
    const file = join(place.home, "batch.jsonl");
    writeFileSync(
      file,
      `{"id":"1","tool":"shell","input":"${"x".repeat(6_000_000)}"}\n{"id":"2","tool":"shell","input":"ls"}\n`,
    );
    const { out } = countersign(place, ["check", "--batch", file]);
    const verdicts = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Verdict);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["forbid", "permit"]);
    expect(verdicts[0]?.reason).toContain("bound");
  });
});
