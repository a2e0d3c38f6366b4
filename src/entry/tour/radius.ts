import { execFileSync } from "node:child_process";
import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a folder would take with it. */
export interface Radius {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  /** Tracked files whose content is in no commit. */
  readonly changed: number;
  readonly untracked: number;
  readonly ignored: number;
  readonly stashes: number;
  /** Commits of all branches; none of them was pushed anywhere. */
  readonly commits: number;
}

/** Counts a git work tree that was pushed nowhere, and changes nothing in it, not even git's index. Throws when git does not understand it. */
export function blastRadius(folder: string, environment: NodeJS.ProcessEnv): Radius {
  const git = (...args: string[]) =>
    execFileSync("git", ["--no-optional-locks", ...args], {
      cwd: folder,
      env: environment,
      encoding: "utf8",
    });
  const states = git("status", "--porcelain", "-z", "--ignored", "-uall")
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(0, 2));
  const count = (state: string) => states.filter((one) => one === state).length;
  return {
    ...sizes(folder),
    changed: states.length - count("??") - count("!!"),
    untracked: count("??"),
    ignored: count("!!"),
    stashes: git("stash", "list", "--format=%H").split("\n").length - 1,
    commits: Number(git("rev-list", "--count", "--branches")),
  };
}

function sizes(folder: string): Pick<Radius, "files" | "folders" | "bytes"> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const bytes = (entry: Dirent) => (entry.isFile() ? lstatSync(join(entry.parentPath, entry.name)).size : 0);
  return {
    files: entries.filter((entry) => !entry.isDirectory()).length,
    folders: entries.filter((entry) => entry.isDirectory()).length,
    bytes: entries.reduce((sum, entry) => sum + bytes(entry), 0),
  };
}

/** The same for a person, in short lines. */
export function radiusLines(radius: Radius): readonly string[] {
  const { files, folders, bytes, changed, untracked, ignored, stashes, commits } = radius;
  return [
    `it would take ${many(files, "file")} in ${many(folders, "folder")}, ${Math.ceil(bytes / 1000)} kB`,
    `in no commit: ${changed} changed, ${untracked} untracked, ${ignored} ignored, ${many(stashes, "stash", "es")}`,
    `.git: ${many(commits, "commit")}, pushed nowhere`,
  ];
}

function many(count: number, noun: string, plural = "s"): string {
  return `${count} ${noun}${count === 1 ? "" : plural}`;
}
