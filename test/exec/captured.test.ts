import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Change } from "../../src/adapters/exec/diff/change.ts";
import { lookAt } from "../../src/adapters/facts/captured.ts";
import { withStanding } from "../../src/adapters/facts/git-status.ts";
import { type CapturedChange, capturedEffects } from "../../src/analyzers/captured.ts";
import type { Setting } from "../../src/core/call.ts";
import { SETTING, tierOf } from "../analyzers/check.ts";
import { makeFolder } from "./users.ts";

interface Place {
  readonly setting: Setting;
  /** Where the captured content lies, by the same relative paths. */
  readonly upper: string;
}

function makePlace(): Place {
  const root = makeFolder();
  const home = join(root, "home");
  const workspace = join(home, "project");
  const upper = join(root, "upper");
  for (const folder of [workspace, upper]) mkdirSync(folder, { recursive: true });
  return { setting: { ...SETTING, cwd: workspace, home, workspace, temporary: [] }, upper };
}

function write(path: string, text = "x", mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

function created({ setting }: Place, name: string, type: Change["type"], entries = 1): Change {
  return { kind: "create", path: join(setting.home, name), type, extent: { entries, bytes: 1 } };
}

function look(place: Place, changes: readonly Change[]): readonly CapturedChange[] {
  const contentOf = ({ path, kind }: Change) =>
    kind === "delete" ? undefined : place.upper + path.slice(place.setting.home.length);
  return lookAt({ changes, contentOf }, place.setting);
}

function check(place: Place, changes: readonly Change[], tier: number): void {
  const effects = capturedEffects(look(place, changes), place.setting);
  expect(tierOf(effects), JSON.stringify(effects)).toBe(tier);
}

describe("[A-captured] what a change contains is looked at before it becomes real", () => {
  it("a hook in a new folder is seen", () => {
    const place = makePlace();
    write(join(place.upper, "project/tools/.husky/pre-commit"), "#!/bin/sh", 0o755);
    check(place, [created(place, "project/tools", "directory", 3)], 4);
  });

  it("the same among installed packages is nothing", () => {
    const place = makePlace();
    write(join(place.upper, "project/node_modules/a/.husky/pre-commit"), "#!/bin/sh", 0o755);
    check(place, [created(place, "project/node_modules", "directory", 4)], 1);
  });

  it("a setuid file among installed packages is seen", () => {
    const place = makePlace();
    write(join(place.upper, "project/node_modules/a/tool"), "x", 0o4755);
    check(place, [created(place, "project/node_modules", "directory", 3)], 2);
  });

  it("a link to a secret is seen, and not followed", () => {
    const place = makePlace();
    mkdirSync(join(place.upper, "project"));
    symlinkSync(join(place.setting.home, ".ssh/id_rsa"), join(place.upper, "project/notes"));
    check(place, [created(place, "project/notes", "symlink")], 2);
  });

  it("a program of bookkeeping is seen by its permission", () => {
    const place = makePlace();
    write(join(place.upper, ".local/state/x/data"));
    write(join(place.upper, ".local/state/x/tool"), "x", 0o755);
    check(place, [created(place, ".local/state/x/data", "file")], 1);
    check(place, [created(place, ".local/state/x/tool", "file")], 2);
    check(place, [created(place, ".local", "directory", 4)], 2);
  });

  it("the configuration of a repository is compared with what was there", () => {
    const place = makePlace();
    const { workspace = "" } = place.setting;
    write(join(workspace, ".git/config"), "[core]\n\tbare = false\n");
    const extent = { entries: 1, bytes: 1 };
    const path = join(workspace, ".git/config");
    const change: Change = { kind: "modify", path, type: "file", was: "file", extent, before: extent };
    write(
      join(place.upper, "project/.git/config"),
      '[core]\n\tbare = false\n[branch "x"]\n\tremote = origin\n',
    );
    check(place, [change], 1);
    write(join(place.upper, "project/.git/config"), "[core]\n\tbare = false\n\tfsmonitor = ./x\n");
    check(place, [change], 4);
    write(join(place.upper, "project/.git/config"), `[core]\n\tbare = false\n${"#".repeat(300_000)}`);
    check(place, [change], 4);
  });

  it("a folder that cannot be read is a question", () => {
    const place = makePlace();
    check(place, [created(place, "project/gone", "directory", 9)], 2);
  });
});

const hasGit = spawnSync("git", ["--version"]).status === 0;
if (!hasGit && process.env.COUNTERSIGN_REQUIRE_ALL === "1") throw new Error("git must be installed");
if (!hasGit) process.stderr.write("questions to git are skipped: git is not installed\n");

describe.skipIf(!hasGit)("[A-captured] git says which of the changed paths it keeps", () => {
  function makeRepository(): Place & { readonly workspace: string } {
    const place = makePlace();
    const { workspace = "", home } = place.setting;
    write(join(workspace, ".gitignore"), "dist/\n*.log\n");
    for (const name of ["kept.ts", "own.ts", "a.log", "lib/x.ts"]) write(join(workspace, name));
    const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: "1" };
    const git = (...words: readonly string[]) => spawnSync("git", words, { cwd: workspace, env });
    git("init", "-q");
    git("add", "kept.ts", "lib", ".gitignore");
    return { ...place, workspace };
  }

  async function standings(place: Place, changes: readonly (readonly [CapturedChange["kind"], string])[]) {
    const plain = changes.map(([kind, name]): CapturedChange => {
      const path = join(place.setting.workspace ?? "", name.replace(/\/$/, ""));
      return { kind, path, type: name.endsWith("/") ? "directory" : "file", entries: 1, bytes: 1 };
    });
    return (await withStanding(plain, place.setting)).map(({ standing }) => standing);
  }

  const ALL = [
    ["modify", "kept.ts"],
    ["delete", "own.ts"],
    ["delete", "a.log"],
    ["delete", "lib/"],
    ["create", "dist/"],
    ["create", "new.ts"],
    ["create", "*.ts"],
    ["modify", ".git/index"],
  ] as const;
  const ANSWERS = [
    "tracked",
    "untracked",
    "ignored",
    "tracked",
    "ignored",
    "untracked",
    "untracked",
    undefined,
  ];

  it("tracked, untracked, ignored, also of what is not there yet", async () => {
    expect(await standings(makeRepository(), ALL)).toEqual(ANSWERS);
  });

  it("nothing of a hostile configuration runs", async () => {
    const place = makeRepository();
    const marker = join(place.setting.home, "ran");
    const script = join(place.setting.home, "evil");
    write(script, `#!/bin/sh\ntouch ${marker}\n`, 0o755);
    write(join(place.workspace, "hooks/post-index-change"), `#!/bin/sh\ntouch ${marker}\n`, 0o755);
    const keys = ["fsmonitor", "pager", "editor", "sshCommand", "askPass", "gitProxy"];
    const core = [...keys.map((key) => `${key} = ${script}`), "hooksPath = hooks", "worktree = /"].join(
      "\n\t",
    );
    write(
      join(place.workspace, ".git/config"),
      `[core]\n\trepositoryformatversion = 0\n\t${core}\n[filter "x"]\n\tclean = ${script}\n\tsmudge = ${script}\n[pager]\n\tls-files = ${script}\n\tcheck-ignore = ${script}\n[alias]\n\tls-files = !${script}\n`,
    );
    write(join(place.workspace, ".gitattributes"), "* filter=x\n");
    expect(await standings(place, ALL)).toEqual(ANSWERS);
    expect(existsSync(marker)).toBe(false);
  });

  it("where it cannot be told, it stays unsaid", async () => {
    const place = makeRepository();
    write(join(place.workspace, ".git/config"), "no configuration");
    expect(await standings(place, [["create", "new.ts"]])).toEqual([undefined]);
    expect(await standings(makePlace(), [["create", "new.ts"]])).toEqual([undefined]);
  });

  it("a pipe that it would read from does not hold it up", async () => {
    const place = makeRepository();
    spawnSync("mkfifo", [join(place.workspace, "lib/.gitignore")]);
    const start = performance.now();
    await standings(place, [["create", "lib/new.ts"]]);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
