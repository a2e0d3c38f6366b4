import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";

/** One thing in a tree, and everything about it that a restore has to bring back. */
interface Seen {
  readonly what: string;
  /** Milliseconds. */
  readonly modified: number;
}

/** Everything below a folder by its path (one character per byte); names in `skip` are not looked at. */
export function fingerprint(root: string, skip: (path: string) => boolean = () => false): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const visit = (path: string) => {
    if (skip(path)) return;
    const full = Buffer.from(path === "" ? root : `${root}/${path}`, "latin1");
    const stat = lstatSync(full);
    const common = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    const kind = stat.isDirectory()
      ? "directory"
      : stat.isSymbolicLink()
        ? "link"
        : stat.isFile()
          ? "file"
          : "special";
    const content =
      kind === "file"
        ? createHash("sha256").update(readFileSync(full)).digest("hex")
        : kind === "link"
          ? readlinkSync(full, { encoding: "latin1" })
          : "";
    seen.set(path, {
      what: `${kind} ${common} ${content} names:${kind === "file" ? stat.nlink : 1}`,
      modified: stat.mtimeMs,
    });
    if (kind !== "directory") return;
    for (const name of readdirSync(full, { encoding: "latin1" }).sort())
      visit(path === "" ? name : `${path}/${name}`);
  };
  visit("");
  return seen;
}

/** Times are compared to two microseconds, because Node sets them as seconds in a double. */
export function expectSameTree(now: Map<string, Seen>, was: Map<string, Seen>): void {
  const differences: string[] = [];
  for (const path of new Set([...was.keys(), ...now.keys()])) {
    const [a, b] = [was.get(path), now.get(path)];
    if (a?.what !== b?.what)
      differences.push(`${JSON.stringify(path)}: ${a?.what ?? "absent"} -> ${b?.what ?? "absent"}`);
    else if (a && b && Math.abs(a.modified - b.modified) > 0.002)
      differences.push(`${JSON.stringify(path)}: time ${a.modified} -> ${b.modified}`);
  }
  expect(differences).toEqual([]);
}

/** A git that knows no configuration but the repository's. */
export const GIT_ENVIRONMENT = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_ALLOW_PROTOCOL: "file",
};

/** Runs a shell script in a folder; fails when the script does. */
export function run(folder: string, script: string): string {
  return execFileSync("bash", ["-euc", script], {
    cwd: folder,
    env: GIT_ENVIRONMENT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What a person sees of a repository; also asks git whether every object is there. */
export function repositoryState(folder: string): string {
  return run(
    folder,
    `git for-each-ref; git symbolic-ref HEAD; git stash list; git reflog --all; git status --porcelain=v2 --branch --ignored
     git worktree list; git config --list --local; git fsck --full --no-dangling 2>&1`,
  );
}

/** A folder that is removed after the test, whatever the tests did to its modes. */
export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "countersign-snapshot-"));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** Removes a folder although something in it may not be entered. */
export function removeFolder(folder: string): void {
  const open = (path: string) => {
    chmodSync(path, 0o700);
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) open(join(path, entry.name));
  };
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    open(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder for a workspace and one for its store, beside each other. */
export function places(): { base: string; workspace: string; store: string } {
  const base = temporaryFolder();
  const workspace = join(base, "work");
  mkdirSync(workspace);
  return { base, workspace, store: join(base, "state") };
}

/** Whether a test that this machine cannot run is left out; the reason is printed. Never when all are required. */
export function skipWithout(possible: boolean, reason: string): boolean {
  if (possible || process.env.COUNTERSIGN_REQUIRE_ALL === "1") return false;
  console.log(`skipped: ${reason}`);
  return true;
}
