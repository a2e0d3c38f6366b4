import { spawnSync } from "node:child_process";

/** Two contents of one path; a missing one is no file. Paths of files to read. */
export interface TextPair {
  readonly before?: string;
  readonly after?: string;
  /** The name to show. */
  readonly name: string;
}

/** More than this much of one difference is not shown. Bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * The difference as unified diff text, made by `git diff --no-index`; nothing that a repository or a person
 * configured (drivers, filters, pagers) is run. Empty when there is none; a sentence when it is too large. What it says is the agent's text: to be neutralised before it is shown.
 */
export function unifiedDiff({ before, after, name }: TextPair): string {
  const words = ["diff", "--no-index", "--no-ext-diff", "--no-textconv", "--color=never", "--"];
  const ran = spawnSync("git", ["--no-pager", ...words, before ?? "/dev/null", after ?? "/dev/null"], {
    cwd: "/",
    env: {
      PATH: process.env.PATH,
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_DIR: "/dev/null",
    },
    encoding: "utf8",
    maxBuffer: MAX_BYTES,
    timeout: 10_000,
  });
  if ((ran.error as NodeJS.ErrnoException | undefined)?.code === "ENOBUFS")
    return `${name}: the difference is longer than ${MAX_BYTES} bytes\n`;
  if (ran.error) return `${name}: cannot be shown: ${ran.error.message}\n`;
  return renamed(ran.stdout, name, before === undefined, after === undefined);
}

/** The header names the files that were read; what a person wants to see is the path in the tree. */
function renamed(text: string, name: string, isNew: boolean, isGone: boolean): string {
  const body = text.search(/^@@/m);
  const end = body < 0 ? text.length : body;
  const header = text
    .slice(0, end)
    .replace(/^diff --git .*$/m, `diff ${name}`)
    .replace(/^--- .*$/m, `--- ${isNew ? "/dev/null" : name}`)
    .replace(/^\+\+\+ .*$/m, `+++ ${isGone ? "/dev/null" : name}`)
    .replace(/^Binary files .*$/m, `${name}: binary contents differ`);
  return header + text.slice(end);
}
