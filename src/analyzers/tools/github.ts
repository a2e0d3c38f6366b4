import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, unknownEffect } from "../effects.ts";
import { judgeForge, readForgeCall } from "../git/forge.ts";
import { EXAMPLES } from "../git/github-examples.ts";
import { ALIASES, RULES, SINGLE } from "../git/github-rules.ts";
import { literal } from "../options.ts";

export const analyzer: Analyzer = {
  name: "github",
  title: "GitHub command line (gh, hub)",
  about:
    "Groups and actions of `gh`, its `api` by method, path and GraphQL mutation, and `hub` as far as it is git. Extensions are programs that nobody here has read.",
  programs: ["gh", "hub"],
  analyze,
  examples: EXAMPLES,
};

const HUB_OWN: Readonly<Record<string, string>> = {
  "pull-request": "pr create",
  pr: "pr",
  issue: "issue",
  release: "release",
  api: "api",
  create: "repo create",
  delete: "repo delete",
  fork: "repo fork",
  gist: "gist",
  "ci-status": "run view",
  browse: "browse",
  compare: "browse",
  sync: "repo sync",
};

function analyze(command: Command, scene: Scene): Finding {
  if (command.program === "hub") return analyzeHub(command, scene);
  const call = readForgeCall(command, scene, "github", SINGLE, ALIASES);
  if (!call) return found([unknownEffect(scene, "program", "gh", command.source)]);
  return judgeForge(call, RULES);
}

/** `hub` hands everything that is not its own to git. */
function analyzeHub(command: Command, scene: Scene): Finding {
  const [first, ...rest] = command.args;
  const own =
    first?.text !== undefined && Object.hasOwn(HUB_OWN, first.text) ? HUB_OWN[first.text] : undefined;
  if (own === undefined) return scene.argv([literal("git"), ...command.args]);
  return scene.argv([literal("gh"), ...own.split(" ").map(literal), ...rest]);
}
