import { describe, expect, it } from "vitest";
import { standingOf } from "../../src/analyzers/git/branch-names.ts";
import { parseConfig, splitWords } from "../../src/analyzers/git/repository.ts";
import { check, type Expected, judged, shown, type World } from "./check.ts";

const NO_QUESTION: Expected = { atMost: 1 };

function on(branch: string, config = "[core]\n"): World {
  return { files: { ".git/HEAD": `ref: refs/heads/${branch}\n`, ".git/config": config } };
}

describe("[A-git] what a restore point brings back passes, and says what it loses", () => {
  it.each([
    ["git reset --hard origin/main", "delete git.worktree-changes ."],
    ["git reset --hard", "delete git.worktree-changes ."],
    ["git clean -fd -e .auto-claude", "delete git.untracked-files ."],
    ["git checkout -- .", "delete git.worktree-changes ."],
    ["git checkout -f", "delete git.worktree-changes ."],
    ["git switch -f main", "delete git.worktree-changes ."],
    ["git restore -SW .", "delete git.worktree-changes ."],
    ["git stash drop", "delete git.stash stash@{0}"],
    ["git branch -D feature/x", "delete git.branch feature/x"],
    ["git tag --delete v1", "delete git.tag v1"],
    ["git read-tree -u --reset HEAD", "delete git.worktree-changes ."],
    ["git submodule deinit --force --all", "delete git.worktree-changes of submodules"],
  ])("%s", async (line, loses) => {
    await check(line, { tier: 1 });
    await check(line, { atLeast: 1 }, { setting: { restorable: false } });
    expect(shown(await judged(line))[0]).toBe(loses);
  });

  it.each(["git reset --hard", "git checkout .", "git clean -fd", "git stash drop", "git restore ."])(
    "%s without a restore point is a question",
    async (line) => check(line, { atLeast: 2 }, { setting: { restorable: false } }),
  );

  it.each(["git commit -am x", "git merge main", "git branch -D x", "git stash", "git rebase main"])(
    "%s is no question even without a restore point: git keeps the way back",
    async (line) => check(line, NO_QUESTION, { setting: { restorable: false } }),
  );
});

describe("[A-git] the branch that is checked out decides", () => {
  it.each([
    ["git push --force", "main", { tier: 3 }],
    ["git push --force", "feature/x", { tier: 2 }],
    ["git push -f origin HEAD", "main", { tier: 3 }],
    ["git push --force-with-lease", "feature/x", { tier: 1 }],
    ["git push --force-with-lease", "main", { tier: 2 }],
    ["git push", "main", { tier: 1 }],
    ["git push", "production", { tier: 3 }],
    ['git push --force origin "$(git branch --show-current)"', "main", { tier: 3 }],
    ['git push --force origin "$(git branch --show-current)"', "feature/x", { tier: 2 }],
  ] as const)("%s on %s", async (line, branch, expected) => check(line, expected, on(branch)));

  it("finds it from a folder below the top", async () =>
    check("cd src && git push --force", { tier: 3 }, { files: { ...on("main").files, "src/a.ts": "" } }));

  it("finds it in a linked work tree", async () => {
    const files = {
      ".git": "gitdir: /home/dev/main/.git/worktrees/x\n",
      "/home/dev/main/.git/worktrees/x/HEAD": "ref: refs/heads/develop\n",
    };
    await check(
      "git push --force",
      { tier: 3, does: ["delete git.remote-commits origin/develop @development"] },
      { files },
    );
  });

  it("a mirror in the configuration makes a plain push a forced one of everything", async () =>
    check("git push backup", { atLeast: 3 }, on("main", '[remote "backup"]\n\tmirror = true\n')));
});

describe("[A-git] aliases of the configuration are followed", () => {
  const config = [
    "[alias]",
    "  st = status -sb",
    '  yolo = "push --force origin main"',
    "  boom = !rm -rf /etc",
    "  again = yolo",
    "  loop = loop",
  ].join("\n");
  it.each([
    ["git st", { tier: 0 }],
    ["git yolo", { tier: 3 }],
    ["git YOLO", { tier: 3 }],
    ["git again", { tier: 3 }],
    ["git boom", { tier: 3 }],
    ["git loop", { atLeast: 2 }],
    ["git missing", { atLeast: 2 }],
    ["git -c alias.st='!rm -rf /etc' st", { tier: 3 }],
  ] as const)("%s", async (line, expected) => check(line, expected, on("main", config)));

  it("a name that git has is never an alias", async () =>
    check("git status", { tier: 0 }, on("main", "[alias]\nstatus = !rm -rf /\n")));

  it("reads files that the configuration includes", async () =>
    check(
      "git boom",
      { tier: 3 },
      {
        files: {
          ...on("main").files,
          "/home/dev/.gitconfig": "[include]\n path = more.inc\n",
          "/home/dev/more.inc": "[alias]\nboom = !rm -rf /etc\n",
        },
      },
    ));
});

describe("[A-git] patches are judged by the files they write", () => {
  it("a patch to an agent's settings is a change of control", async () =>
    check(
      "git apply fix.patch",
      { tier: 4 },
      {
        files: {
          "fix.patch":
            '--- a/.claude/settings.json\n+++ b/.claude/settings.json\n@@ -1 +1 @@\n-{}\n+{"x":1}\n',
        },
      },
    ));
  it("a patch to the sources is not", async () =>
    check(
      "git apply < fix.patch",
      { tier: 1 },
      { files: { "fix.patch": "--- a/src/a.ts\n+++ b/src/a.ts\n" } },
    ));
});

describe("[A-git] a declared production raises what takes away, not what adds", () => {
  it.each([
    ["git push origin feature/x", { tier: 1 }],
    ["git push --force origin feature/x", { atLeast: 3 }],
    ["git status", { tier: 0 }],
    ["git commit -m x", { tier: 1 }],
    ["gh pr merge 3", { atLeast: 3 }],
    ["gh pr comment 3 -b x", { tier: 1 }],
  ] as const)("%s", async (line, expected) => check(line, expected, { declared: "production" }));
});

describe("[A-git] configuration files are read as git reads them", () => {
  it.each([
    ["[a]\nb = c", [{ key: "a.b", value: "c" }]],
    ['[A "X.y"]\n\tB = c ; comment', [{ key: "a.X.y.b", value: "c" }]],
    ["[a] b", [{ key: "a.b", value: "true" }]],
    ['[a]\nb = " c # d " e # f', [{ key: "a.b", value: " c # d  e" }]],
    ["[a]\nb = one \\\ntwo", [{ key: "a.b", value: "one two" }]],
    ['[a]\nb = \\"q\\"', [{ key: "a.b", value: '"q"' }]],
    ["b = c", []],
  ])("%j", (text, entries) => {
    expect(parseConfig(text)).toEqual(entries);
  });

  it.each([
    ["push --force 'origin main'", ["push", "--force", "origin main"]],
    ['a "b c"d', ["a", "b cd"]],
    ["a\\ b", ["a b"]],
  ])("an alias splits into words: %s", (text, words) => {
    expect(splitWords(text)?.map((word) => word.text)).toEqual(words);
  });

  it("an alias with an open quote has no words", () => {
    expect(splitWords("push 'origin")).toBeUndefined();
  });
});

describe("[A-git] branch names say who else builds on them", () => {
  it.each([
    ["main", "protected"],
    ["refs/heads/master", "protected"],
    ["develop", "protected"],
    ["1.2.x", "protected"],
    ["release/1.2", "release"],
    ["production", "production"],
    ["prod-eu", "production"],
    ["deploy/api", "production"],
    ["feature/production", "ordinary"],
    ["fix-main-menu", "ordinary"],
    ["maintenance-mode-page", "ordinary"],
    ["release-notes", "ordinary"],
    ["release-2.x", "release"],
    ["live-reload", "ordinary"],
    ["deploy-script-fix", "ordinary"],
    ["production-logging", "ordinary"],
    ["deploy-production", "production"],
    ["reproduction-case", "ordinary"],
    ["mainframe", "ordinary"],
  ])("%s is %s", (name, standing) => {
    expect(standingOf(name)).toBe(standing);
  });
});
