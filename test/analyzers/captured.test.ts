import { describe, expect, it } from "vitest";
import { type CapturedChange, capturedEffects } from "../../src/analyzers/captured.ts";
import { inContext } from "../../src/analyzers/captured-rules.ts";
import { describeEffect } from "../../src/core/effect.ts";
import type { Tier } from "../../src/core/ladder.ts";
import { ORDINARY, type Parts } from "./captured-ordinary.ts";
import { QUESTIONS } from "./captured-questions.ts";
import { judged, SETTING, tierOf } from "./check.ts";

/** `VERB PATH`, the path absolute, `~/…`, or relative to the workspace; a folder ends with a slash. */
function change(text: string, parts: Parts = {}): CapturedChange {
  const [kind = "", ...words] = text.split(" ");
  const typed = words.join(" ");
  const path = typed.replace(/\/$/, "").replace(/^~/, SETTING.home);
  const type = typed.endsWith("/") ? "directory" : "file";
  const common = { type, entries: 1, bytes: 100, seen: { mode: 0o644 } } as const;
  return {
    ...common,
    path: path.startsWith("/") ? path : `${SETTING.workspace}/${path}`,
    kind: kind as CapturedChange["kind"],
    ...(kind === "modify" ? { before: common } : {}),
    ...parts,
  };
}

function tierOfChanges(changes: readonly CapturedChange[], names: readonly string[] = []): [Tier, string] {
  const effects = capturedEffects(inContext(changes, SETTING, names), SETTING);
  return [tierOf(effects), JSON.stringify(effects.map((one) => `${describeEffect(one)} [${one.marks}]`))];
}

function check(changes: readonly CapturedChange[], expected: Tier, names?: readonly string[]): void {
  const [tier, story] = tierOfChanges(changes, names);
  expect(tier, story).toBe(expected);
}

describe("[A-captured] what ordinary tools write beside their work is not held", () => {
  it.each(Object.entries(ORDINARY))("%s", (_, lines) => {
    const changes = lines.map((line) => (typeof line === "string" ? change(line) : change(...line)));
    const [tier, story] = tierOfChanges(changes);
    expect(tier === 0 || tier === 1, story).toBe(true);
  });
});

describe("[A-captured] what stays, governs or is somebody's own is a question", () => {
  it.each(QUESTIONS.map(([tier, row]) => [row[0], tier, row] as const))(
    "%s is at least T%i",
    (_, tier, row) => {
      const [got, story] = tierOfChanges([change(...row)]);
      expect(got === "X" || got >= tier, story).toBe(true);
    },
  );

  it("all that people see in the workspace is gone", () => {
    const gone = ["src/", "package.json", "README.md"].map((name) => change(`delete ${name}`));
    const names = ["src", "package.json", "README.md", ".git"];
    check(gone, 2, names);
    check(gone.slice(1), 1, names);
    check([...gone, change("create docs.md")], 1, names);
  });

  it("every stash", () => {
    const before = "000 111 A <a@b> 1 +0000\tWIP on main\n".repeat(3);
    check(
      [
        change("delete .git/refs/stash"),
        change("delete .git/logs/refs/stash", { seen: { mode: 0, before } }),
      ],
      2,
    );
  });
});

describe("[A-captured] where the workspace lies excuses nothing in it", () => {
  const made = (path: string): CapturedChange => ({ ...change(`create ${path}`), path });

  it.each(["/home/dev/node_modules/p", "/home/dev/.cache/pip/p", "/home/dev/.local/state/p", "/srv/venv/p"])(
    "%s",
    (workspace) => {
      const setting = { ...SETTING, workspace, cwd: workspace };
      const tier = (path: string) => tierOf(capturedEffects([made(path)], setting));
      expect(tier(`${workspace}/.claude/settings.json`)).toBe(4);
      expect(tier(`${workspace}/.git/hooks/pre-commit`)).toBe(4);
      expect(tier(`${workspace}/a.ts`)).toBe(1);
    },
  );
});

describe("[A-captured] a change has the tier of the plain command for it", () => {
  const paths = [
    "a.ts",
    ".env",
    ".husky/x",
    ".git/hooks/x",
    "~/x",
    "~/.bashrc",
    "~/.npmrc",
    "~/.cache/x",
    "/tmp/x",
    "/srv/x",
    "/etc/x",
    ".github/workflows/ci.yml",
  ];
  it.each(paths)("%s", async (path) => {
    const files = { [path.replace("~", SETTING.home)]: "x" };
    check([change(`create ${path}`)], tierOf(await judged(`echo x > ${path}`)));
    check([change(`modify ${path}`)], tierOf(await judged(`echo x > ${path}`, { files })));
    check([change(`delete ${path}`)], tierOf(await judged(`rm ${path}`, { files })));
    check(
      [change(`create ${path}`, { seen: { mode: 0o4755 } })],
      tierOf(await judged(`echo x > ${path}; chmod u+s ${path}`)),
    );
  });
});
