import type { Finding } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { files, here, type OtherCall, there, unknownAction } from "./other-systems.ts";

const READS =
  /^(|log|history|status|st|diff|annotate|blame|cat|grep|heads|tip|id|identify|incoming|in|outgoing|out|parents|paths|root|summary|sum|tags|branches|manifest|files|locate|verify|version|help|showconfig|config|debug\w*|glog|show|sl|smartlog|export)$/;
const LOCAL =
  /^(add|addremove|commit|ci|branch|bookmark|bookmarks|tag|merge|resolve|graft|backout|rebase|histedit|pull|unbundle|import|patch|shelve|unshelve|phase|copy|cp|init|amend|uncommit|absorb|evolve|topic|topics|fold|split|metaedit|recover|qpush|qpop|qnew|qrefresh|qimport|convert|forget)$/;
const SPEC = {
  values:
    "-r --rev -b --branch -B --bookmark -m --message -u --user -d --date -o --output -e --ssh -I -X -c --command -t --tool".split(
      " ",
    ),
  long: "--force --clean --no-backup --all --dry-run --check --new-branch --delete --good --bad --edit --print".split(
    " ",
  ),
};

type Action = (call: OtherCall, options: Options) => Finding;

const update: Action = (call, options) =>
  options.has("-C", "--clean")
    ? here(call, { verb: "delete", what: "worktree-changes", loss: "content" })
    : here(call, { verb: "change", what: "worktree" });
const purge: Action = (call, options) =>
  options.has("-p", "--print")
    ? NOTHING
    : here(call, { verb: "delete", what: "untracked-files", loss: "content" });
const remove: Action = (call, options) => files(call, "delete", options.operands);
const move: Action = (call, options) => files(call, "change", options.operands);
const forget: Action = (call) => here(call, { verb: "delete", what: "history", loss: "history" });
const write: Action = (call, options) => files(call, "create", options.operands.slice(-1));

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["push", push],
  ["clone", clone],
  ["update", update],
  ["up", update],
  ["checkout", update],
  ["co", update],
  ["revert", revert],
  ["purge", purge],
  ["clean", purge],
  ["remove", remove],
  ["rm", remove],
  ["rename", move],
  ["mv", move],
  ["move", move],
  ["strip", forget],
  ["prune", forget],
  ["obsolete", forget],
  ["rollback", forget],
  ["archive", write],
  ["bundle", write],
  ["bisect", bisect],
  ["serve", (call) => here(call, { verb: "expose", what: "repository", marks: ["upload"] })],
]);

/** Mercurial (`hg help`): aliases and abbreviations of actions that are not known are asked about. */
export function judgeMercurial(call: OtherCall): Finding {
  const options = parseOptions(call.args, SPEC);
  return combine(judgeAction(call, options), sshProgram(call, options));
}

function judgeAction(call: OtherCall, options: Options): Finding {
  if (READS.test(call.action)) {
    const edits = /config/.test(call.action) && options.has("--edit");
    return edits ? here(call, { verb: "change", what: "config", marks: ["control"] }) : NOTHING;
  }
  if (LOCAL.test(call.action)) return here(call, { verb: "change", what: "repository" });
  return (ACTIONS.get(call.action) ?? unknownAction)(call, options);
}

function push(call: OtherCall, options: Options): Finding {
  const forced = options.has("-f", "--force");
  return there(
    call,
    forced ? "delete" : "change",
    "remote-changesets",
    options.operands[0]?.source ?? "default",
    forced,
  );
}

function clone(call: OtherCall, options: Options): Finding {
  return files(call, "create", [options.operands[1] ?? literal(".")]);
}

function revert(call: OtherCall, options: Options): Finding {
  const loss = options.has("--no-backup") ? "content" : "commits";
  return here(call, { verb: "delete", what: "worktree-changes", loss });
}

function bisect(call: OtherCall, options: Options): Finding {
  const run = options.value("-c", "--command");
  const moves = here(call, { verb: "change", what: "worktree" });
  if (!run) return moves;
  return combine(moves, run.text === undefined ? unknownAction(call) : call.scene.shell(run.text));
}

function sshProgram(call: OtherCall, options: Options): Finding {
  const program = options.value("-e", "--ssh");
  if (!program || READS.test(call.action)) return NOTHING;
  return program.text === undefined ? unknownAction(call) : call.scene.shell(program.text);
}
