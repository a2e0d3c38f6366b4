import type { Finding } from "../analyzer.ts";
import { combine, found, unknownEffect } from "../effects.ts";
import { literal } from "../options.ts";
import type { Git } from "./invocation.ts";
import { configuration, splitWords, topLevel } from "./repository.ts";

/** Aliases of aliases are followed this far. */
const MAX_DEPTH = 10;

/**
 * A subcommand that git does not have: an alias of the configuration, else the program `git-NAME`. An alias
 * that begins with `!` is shell text run at the top of the work tree (git-config(1), `alias.*`).
 */
export function runOther(git: Git, dispatch: (git: Git, depth: number) => Finding, depth: number): Finding {
  const unknown = unknownEffect(git.scene, "program", `git-${git.subcommand}`, git.command.source);
  if (depth >= MAX_DEPTH) return found([unknown]);
  const { value, complete } = aliasOf(git);
  if (value === undefined)
    return complete ? git.scene.argv([literal(`git-${git.subcommand}`), ...git.args]) : found([unknown]);
  if (value.startsWith("!")) {
    return git.scene.shell(`${value.slice(1)} "$@"`, { args: git.args, cwd: topLevel(git) ?? git.scene.cwd });
  }
  const words = splitWords(value);
  const [first, ...rest] = words ?? [];
  if (first?.text === undefined || first.text.startsWith("-")) return found([unknown]);
  const next = dispatch({ ...git, subcommand: first.text, args: [...rest, ...git.args] }, depth + 1);
  return complete ? next : combine(next, found([unknown]));
}

function aliasOf(git: Git): { readonly value: string | undefined; readonly complete: boolean } {
  const key = `alias.${git.subcommand.toLowerCase()}`;
  const given = git.given.findLast((setting) => setting.key === key);
  if (given) return { value: given.value, complete: given.value !== undefined };
  const { entries, complete } = configuration(git);
  return { value: entries.findLast((entry) => entry.key === key)?.value, complete };
}
