import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { combine, found, NOTHING, unknownEffect } from "../effects.ts";
import { judgeJujutsu } from "../git/jujutsu.ts";
import { judgeMercurial } from "../git/mercurial.ts";
import { type Globals, type OtherCall, readOtherCall, settingEffects } from "../git/other-systems.ts";
import { judgeSubversion } from "../git/subversion.ts";

export const analyzer: Analyzer = {
  name: "other-vcs",
  title: "Mercurial, Subversion, Jujutsu",
  about:
    "A first cut of `hg`, `svn` and `jj`: reads, local changes, losses and what reaches the shared repository. Actions that are not known are asked about.",
  programs: ["hg", "svn", "jj", "svnadmin", "svnlook", "svnversion"],
  analyze,
  examples: [
    { run: "hg status", does: [], tier: 0 },
    { run: "hg commit -m 'Fix rounding'", does: ["change hg.repository ."], tier: 1 },
    { run: "hg push", does: ["change hg.remote-changesets default @development"], tier: 1 },
    { run: "hg push --force", does: ["delete hg.remote-changesets default @development"], tier: 3 },
    { run: "hg update -C", does: ["delete hg.worktree-changes ."], tier: 1 },
    { run: "hg strip tip", does: ["delete hg.history ."], tier: 2 },
    { run: "svn update", does: ["change svn.worktree ."], tier: 1 },
    {
      run: "svn commit -m 'Fix rounding'",
      does: ["change svn.remote-revision the central repository @development"],
      tier: 2,
    },
    {
      run: "svn delete https://svn.example.com/repo/trunk -m bye",
      does: ["delete svn.remote-path https://svn.example.com/repo/trunk @development"],
      tier: 2,
    },
    { run: "svn revert -R .", does: ["delete svn.worktree-changes ."], tier: 1 },
    { run: "jj log -r @", does: [], tier: 0 },
    { run: "jj abandon", does: ["change jj.repository ."], tier: 1 },
    {
      run: "jj git push -b my-change",
      does: ["change jj.remote-bookmark origin/my-change @development"],
      tier: 1,
    },
    {
      run: "jj git push --deleted",
      does: ["delete jj.remote-bookmark origin/changed bookmarks @development"],
      tier: 2,
    },
    { run: "jj op abandon ..@-", does: ["delete jj.operation-log ."], tier: 2 },
  ],
};

const SYSTEMS: Readonly<Record<string, readonly [Globals, (call: OtherCall) => Finding]>> = {
  hg: [
    {
      values: ["-R", "--repository", "--cwd", "--config", "--color", "--pager", "--encoding"],
      at: ["-R", "--repository", "--cwd"],
      settings: ["--config"],
    },
    judgeMercurial,
  ],
  svn: [
    {
      values: ["--username", "--password", "--config-dir", "--config-option"],
      at: [],
      settings: ["--config-option"],
    },
    judgeSubversion,
  ],
  jj: [
    {
      values: [
        "-R",
        "--repository",
        "--at-operation",
        "--at-op",
        "--config",
        "--config-toml",
        "--config-file",
        "--color",
      ],
      at: ["-R", "--repository"],
      settings: ["--config", "--config-toml", "--config-file"],
    },
    judgeJujutsu,
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (command.program === "svnversion" || command.program === "svnlook") return NOTHING;
  const system = Object.hasOwn(SYSTEMS, command.program) ? SYSTEMS[command.program] : undefined;
  if (!system) return found([unknownEffect(scene, "program", command.program, command.source)]);
  const [globals, judge] = system;
  const call = readOtherCall(command, scene, command.program as OtherCall["system"], globals);
  if (!call) return found([unknownEffect(scene, "program", command.program, command.source)]);
  return combine(settingEffects(command, scene, globals), judge(call));
}
