import { lstatSync, readFileSync } from "node:fs";
import { indexMeaning } from "../restore/snapshot/git-index.ts";

/** The index of a repository, of its worktrees and of its submodules (gitrepository-layout(5)). */
const INDEX = /\/\.git\/((worktrees\/[^/]+|modules\/.+)\/)?index$/;

/** Larger ones are compared by what the file system says of them. Bytes. */
const LARGEST = 64 * 1024 * 1024;

/** What the git index at a path says, whatever times it notes; `undefined` for anything else. */
export function meaningAt(path: string): string | undefined {
  return INDEX.test(path) ? meaningIn(path) : undefined;
}

/** The same for a file that is known to be an index, under whatever name. */
export function meaningIn(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= LARGEST ? indexMeaning(readFileSync(path)) : undefined;
  } catch {
    return undefined;
  }
}
