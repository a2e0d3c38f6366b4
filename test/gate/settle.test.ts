import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import type { CapturedChange } from "../../src/analyzers/captured.ts";
import type { Situation } from "../../src/core/policy.ts";
import { judgeCaptured } from "../../src/gate/settle.ts";
import { judged, SETTING } from "../analyzers/check.ts";

const policy = loadPolicy([]);
const situation: Situation = {
  principal: { kind: "agent", name: "tester", operator: "ann" },
  contained: true,
  engine: "linux-overlay",
  tool: "shell",
};

const removed = (path: string): CapturedChange => ({
  path: `/home/dev/project/${path}`,
  kind: "delete",
  type: path === ".git" ? "directory" : "file",
  entries: 1,
  bytes: 1,
  empties: true,
});

/** Which of these files, all in the workspace and nothing else in it, may really go when the line was approved. */
async function check(line: string, paths: readonly string[], expected: readonly string[]) {
  const foreseen = { effects: await judged(line), setting: SETTING, situation };
  const changes = judgeCaptured(paths.map(removed), foreseen, policy);
  expect(changes.filter((one) => one.allowed).map((one) => one.change.path.split("/").at(-1))).toEqual(
    expected,
  );
}

describe("[X-held] a yes to the deletion of a whole workspace is a yes to what goes with it", () => {
  const ALL = ["README.md", ".gitignore", ".git", ".env"];

  it.each<[line: string, real: readonly string[]]>([
    ["rm -rf /home/dev/project", ALL],
    ["rm -rf ../project", ALL],
    ["rm -rf ./*", ["README.md", ".gitignore"]],
    ["rm -rf .git ./*", ["README.md", ".gitignore", ".git"]],
    ["rm README.md", ["README.md"]],
    ["node build.mjs", []],
    ["chmod -R 755 .", []],
  ])("%s", (line, real) => check(line, ALL, real));
});
