import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restoreSnapshot } from "../src/adapters/restore/snapshot/restore.ts";
import { takeSnapshot } from "../src/adapters/restore/snapshot/take.ts";
import { type Measurement, measurement, time } from "./measure.ts";

/** Fifty thousand files of source, 25 in a folder, committed and packed. */
const FILES = 50_000;

/**
 * Snapshots of a repository with 50,000 files, beside the way that other tools keep one: a second repository with
 * `git add -A && git write-tree`.
 */
export async function run(short: boolean): Promise<readonly Measurement[]> {
  const base = mkdtempSync(join(tmpdir(), "countersign-bench-snapshot-"));
  const workspace = join(base, "work");
  try {
    makeWorkspace(workspace);
    const rounds = short ? 2 : 5;
    const store = (round: number) => join(base, `store-${round}`);
    const first = await time(rounds, 1, (round) => takeSnapshot(workspace, store(round)));
    const next = await time(rounds * 2, 1, (round) => {
      for (let file = 0; file < 20; file++) appendFileSync(fileAt(workspace, file * 2000 + round + 1), "x");
      return takeSnapshot(workspace, store(0));
    });
    const undo = await time(rounds, 0, () => removeAndRestore(workspace, store(0)));
    const git = await time(1, 0, () => shadowGit(workspace, join(base, "shadow")));
    const gitNext = await time(rounds, 0, () => shadowGit(workspace, join(base, "shadow")));
    return [
      measurement("snapshot: first, 50,000 files", first, 1000, { name: "shadow git", durations: git }),
      measurement("snapshot: next, 20 files changed", next, 300, { name: "shadow git", durations: gitNext }),
      measurement("snapshot: undo of 1,250 deleted files, from now on", undo),
    ];
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function fileAt(workspace: string, file: number): string {
  const folder = Math.floor(file / 25);
  return join(
    workspace,
    `p${folder % 40}`,
    `m${Math.floor(folder / 40) % 10}`,
    `d${folder}`,
    `f${file % 25}.ts`,
  );
}

/** Lines that differ from file to file, about 3.4 kB each. */
function makeWorkspace(workspace: string): void {
  for (let file = 0; file < FILES; file++) {
    const path = fileAt(workspace, file);
    if (file % 25 === 0) mkdirSync(join(path, ".."), { recursive: true });
    const line = (at: number) =>
      `export const value${at} = compute(${file * at}, "${(file * 7919 + at * 104729) % 1e6}");\n`;
    writeFileSync(path, Array.from({ length: 1 + (file % 115) }, (_, at) => line(at)).join(""));
  }
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: workspace });
  git("init", "-q");
  git("config", "gc.auto", "0");
  git("-c", "core.looseCompression=0", "add", "-A");
  git("commit", "-qm", "one");
  git("gc", "-q");
}

async function removeAndRestore(workspace: string, store: string): Promise<void> {
  const { id } = await takeSnapshot(workspace, store);
  rmSync(join(workspace, "p7"), { recursive: true });
  await restoreSnapshot(store, id, { current: "lose" });
}

function shadowGit(workspace: string, shadow: string): void {
  const options = { cwd: workspace, env: { ...process.env, GIT_DIR: shadow, GIT_WORK_TREE: workspace } };
  execFileSync("git", ["init", "-q"], options);
  execFileSync("git", ["add", "-A"], options);
  execFileSync("git", ["write-tree"], options);
}
