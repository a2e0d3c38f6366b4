import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { runOther } from "../git/aliases.ts";
import { EXAMPLES } from "../git/examples.ts";
import { type Git, readInvocation } from "../git/invocation.ts";
import { handlerOf, SUBCOMMANDS } from "../git/subcommands.ts";

export const analyzer: Analyzer = {
  name: "git",
  title: "Git",
  about:
    "Every subcommand of git with its global options, aliases of the configuration, and the values of settings that git runs as programs. What a push does to the far side is told by names: only the forge knows which branches it protects.",
  programs: ["git", ...SUBCOMMANDS.map((name) => `git-${name}`)],
  analyze,
  examples: EXAMPLES,
};

function analyze(command: Command, scene: Scene): Finding {
  const { git, finding } = readInvocation(command, scene);
  if (!git) return finding;
  const judged = dispatch(git, 0);
  return found([...finding.effects, ...judged.effects], judged.output);
}

function dispatch(git: Git, depth: number): Finding {
  if (isHelp(git)) return NOTHING;
  const handler = handlerOf(git.subcommand);
  if (WITH_ACTIONS.has(git.subcommand) && hasUnknownAction(git)) {
    return found([unknownEffect(git.scene, "program", git.command.source, git.command.source)]);
  }
  return handler ? handler(git) : runOther(git, dispatch, depth);
}

const WITH_ACTIONS: ReadonlySet<string> = new Set(
  "worktree remote submodule reflog notes maintenance lfs svn p4 bisect bundle credential sparse-checkout subtree hook refs".split(
    " ",
  ),
);

/** The word that says what the subcommand does cannot be told ahead. */
function hasUnknownAction(git: Git): boolean {
  const first = git.args.find((arg) => !(arg.text ?? arg.prefix).startsWith("-"));
  return first !== undefined && first.text === undefined;
}

/** `git SUBCOMMAND --help` opens the manual, `-h` alone prints the usage; nothing else of the call happens. */
function isHelp(git: Git): boolean {
  const [first] = git.args;
  return first?.text === "--help" || (git.args.length === 1 && first?.text === "-h");
}
