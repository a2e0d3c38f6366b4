import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, unknownEffect } from "../effects.ts";
import { judgeForge, readForgeCall } from "../git/forge.ts";
import { ALIASES, RULES, SINGLE } from "../git/gitlab-rules.ts";

export const analyzer: Analyzer = {
  name: "gitlab",
  title: "GitLab command line (glab)",
  about:
    "Groups and actions of `glab`, and its `api` by method and path. Actions that are not known are asked about.",
  programs: ["glab"],
  analyze,
  examples: [
    { run: "glab mr list --assignee=@me", does: [], tier: 0 },
    { run: "glab ci view", does: [], tier: 0 },
    {
      run: "glab mr create --fill",
      does: ["create gitlab.merge-request this repository @development"],
      tier: 1,
    },
    {
      run: "glab mr note 12 -m 'Rebased on main'",
      does: ["create gitlab.merge-request 12 @development"],
      tier: 1,
    },
    {
      run: "glab mr merge 12 --yes",
      does: ["change gitlab.merge-request 12 @production"],
      tier: 3,
      declared: "production",
    },
    { run: "glab mr merge 12", does: ["change gitlab.merge-request 12 @development"], tier: 2 },
    { run: "glab mr approve 12", does: ["escalate gitlab.approval 12 @development"], tier: 3 },
    {
      run: "glab repo delete group/project",
      does: ["delete gitlab.repository group/project @development"],
      tier: 4,
    },
    {
      run: "glab variable get DATABASE_PASSWORD",
      does: ["read gitlab.variable of the person @development"],
      tier: 2,
    },
    {
      run: "glab ci run -b production",
      does: ["execute gitlab.pipeline this repository @production"],
      tier: 3,
    },
    {
      run: "glab api -X DELETE projects/42",
      does: ["delete gitlab.repository DELETE projects/42 @development"],
      tier: 4,
    },
    { run: "glab api projects/42/merge_requests", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const call = readForgeCall(command, scene, "gitlab", SINGLE, ALIASES);
  return call ? judgeForge(call, RULES) : found([unknownEffect(scene, "program", "glab", command.source)]);
}
