import type { Word } from "../analyzer.ts";
import { locate } from "../locate.ts";
import type { Git } from "./invocation.ts";

/** Patches with more files than this are counted as not read. */
const MAX_TARGETS = 500;

/**
 * Paths that patches write, relative to the work tree, from the `+++` and `rename to` lines of their text
 * (git-apply(1)); `undefined` when a text is not known. The text is controlled by the agent or by whoever
 * wrote the patch.
 */
export function patchTargets(git: Git, patches: readonly Word[]): readonly string[] | undefined {
  const texts = patches.length === 0 ? [standardInput(git)] : patches.map((patch) => textOf(git, patch));
  const targets: string[] = [];
  for (const text of texts) {
    if (text === undefined) return undefined;
    for (const match of text.matchAll(/^(?:\+\+\+ (?:b\/)?|--- a\/|rename to |copy to )([^\t\r\n]+)/gm)) {
      if (match[1] !== undefined && match[1] !== "/dev/null") targets.push(match[1]);
      if (targets.length > MAX_TARGETS) return undefined;
    }
  }
  return [...new Set(targets)];
}

function standardInput(git: Git): string | undefined {
  const { stdin } = git.command;
  return stdin.kind === "text" ? stdin.text : undefined;
}

function textOf(git: Git, patch: Word): string | undefined {
  if (patch.text === "-") return standardInput(git);
  const at = locate(patch, git.scene);
  return at.certain && !patch.glob ? git.scene.need({ kind: "text", path: at.path })?.text : undefined;
}
