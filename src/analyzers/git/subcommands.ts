import type { Finding } from "../analyzer.ts";
import { found, NOTHING } from "../effects.ts";
import * as changes from "./changes.ts";
import { does } from "./ground.ts";
import * as history from "./history.ts";
import * as inspect from "./inspect.ts";
import type { Git, Handler } from "./invocation.ts";
import { push } from "./push.ts";
import * as refs from "./refs.ts";
import { config } from "./settings.ts";
import * as transport from "./transport.ts";

const READS =
  "help version status shortlog show-branch cherry count-objects check-ignore check-attr check-mailmap check-ref-format column fmt-merge-msg get-tar-commit-id merge-tree patch-id range-diff request-pull show-index stripspace verify-commit verify-pack verify-tag last-modified repo pack-redundant gui citool web--browse upload-archive sh-setup sh-i18n";
const NAME_PRINTERS = "describe rev-list merge-base write-tree commit-tree mktree mktag name-rev var";
const LOGS = "log diff show diff-tree diff-index diff-files whatchanged";
const OBJECT_WRITERS =
  "commit-graph multi-pack-index index-pack unpack-objects pack-objects pack-refs prune-packed update-server-info unpack-file mailinfo mailsplit refs backfill";

const objects: Handler = (git) => does(git, "change", "git.objects", "packed or unpacked");

/** `git refs verify`, `list` and `exists` read; the other forms of that group write. */
const readsOr =
  (pattern: RegExp, handler: Handler): Handler =>
  (git) =>
    pattern.test(git.args[0]?.text ?? "") ? NOTHING : handler(git);

/** `git subtree`: `push` sends, `split` reads (and names a branch), the rest merges. */
function subtree(git: Git): Finding {
  const values = ["-P", "--prefix", "-m", "--message", "-b", "--branch", "--onto", "--annotate"];
  const flags = git.args.filter(
    (arg, index) =>
      !values.includes(git.args[index - 1]?.text ?? "") &&
      !/^(-P|--prefix|-m|--message|-b|--branch|--onto|--annotate)/.test(arg.source),
  );
  const [action, ...rest] = flags;
  if (action?.text === "push") return push({ ...git, args: rest });
  if (action?.text === "split") return found(does(git, "create", "git.commit", "split").effects, refs.NAMES);
  return does(git, "change", "git.branch", "HEAD", { loss: "commits" });
}

const TABLE: readonly (readonly [string, Handler])[] = [
  ...READS.split(" ").map((name): [string, Handler] => [name, inspect.onlyReads]),
  ...NAME_PRINTERS.split(" ").map((name): [string, Handler] => [name, inspect.printsNames]),
  ...OBJECT_WRITERS.split(" ").map((name): [string, Handler] => [name, objects]),
  ["refs", readsOr(/^(verify|list|exists)$/, objects)],
  ["commit-graph", readsOr(/^verify$/, objects)],
  ["multi-pack-index", readsOr(/^verify$/, objects)],
  ...LOGS.split(" ").map((name): [string, Handler] => [name, inspect.logOrDiff]),
  ...["blame", "annotate", "cat-file"].map((name): [string, Handler] => [name, inspect.printsContent]),
  ["grep", inspect.grep],
  ["ls-files", inspect.listFiles],
  ["ls-tree", inspect.listFiles],
  ["for-each-ref", inspect.listRefs],
  ["show-ref", inspect.listRefs],
  ["rev-parse", inspect.revParse],
  ["difftool", inspect.tool],
  ["mergetool", inspect.tool],
  ["interpret-trailers", inspect.trailers],
  ["fsck", inspect.fsck],
  ["fast-export", inspect.fastExport],
  ["hash-object", inspect.hashObject],
  ["rerere", inspect.rerere],
  ["add", changes.stage],
  ["stage", changes.stage],
  ["update-index", changes.stage],
  ["reset", changes.reset],
  ["checkout", changes.checkout],
  ["switch", changes.switchBranch],
  ["restore", changes.restore],
  ["clean", changes.clean],
  ["rm", changes.remove],
  ["mv", changes.move],
  ["stash", changes.stash],
  ["apply", changes.applyPatch],
  ["read-tree", changes.readTree],
  ["checkout-index", changes.checkoutIndex],
  ["merge-file", changes.mergeFile],
  ["merge-index", changes.changesTree],
  ["merge-one-file", changes.changesTree],
  ["merge-recursive", changes.changesTree],
  ["sparse-checkout", changes.sparseCheckout],
  ["worktree", changes.worktree],
  ["commit", history.commit],
  ["merge", history.merge],
  ["cherry-pick", history.merge],
  ["revert", history.merge],
  ["replay", history.merge],
  ["history", history.rebase],
  ["quiltimport", changes.changesTree],
  ["rebase", history.rebase],
  ["am", history.am],
  ["filter-branch", history.filterBranch],
  ["filter-repo", history.filterRepo],
  ["reflog", history.reflog],
  ["gc", history.gc],
  ["prune", history.prune],
  ["repack", history.repack],
  ["maintenance", history.maintenance],
  ["fast-import", history.fastImport],
  ["format-patch", history.writesFile],
  ["archive", history.writesFile],
  ["bugreport", history.writesFile],
  ["diagnose", history.writesFile],
  ["bundle", history.bundle],
  ["hook", history.hook],
  ["for-each-repo", history.forEachRepo],
  ["submodule", history.submodule],
  ["branch", refs.branch],
  ["tag", refs.tag],
  ["update-ref", refs.updateRef],
  ["symbolic-ref", refs.symbolicRef],
  ["notes", refs.notes],
  ["replace", refs.replace],
  ["bisect", refs.bisect],
  ["push", push],
  ["send-pack", push],
  ["http-push", push],
  ["fetch", transport.fetch],
  ["fetch-pack", transport.lsRemote],
  ["pull", transport.pull],
  ["ls-remote", transport.lsRemote],
  ["clone", transport.clone],
  ["init", transport.init],
  ["init-db", transport.init],
  ["remote", transport.remote],
  ["daemon", transport.serve],
  ["instaweb", transport.serve],
  ["http-backend", transport.serve],
  ["upload-pack", transport.farEnd],
  ["receive-pack", transport.farEnd],
  ["credential", transport.credential],
  ["credential-store", transport.credential],
  ["credential-cache", transport.credential],
  ["credential-osxkeychain", transport.credential],
  ["credential-manager", transport.credential],
  ["credential-libsecret", transport.credential],
  ["send-email", transport.mail],
  ["imap-send", transport.mail],
  ["svn", transport.foreign],
  ["p4", transport.foreign],
  ["cvsexportcommit", transport.foreign],
  ["lfs", transport.lfs],
  ["subtree", subtree],
  ["config", config],
];

const HANDLERS: ReadonlyMap<string, Handler> = new Map(TABLE);

/** Every subcommand that is understood, git's own and the extensions in common use. */
export const SUBCOMMANDS: readonly string[] = [...HANDLERS.keys()];

/** The handler of a subcommand, or `undefined` for aliases and programs that nobody knows. */
export function handlerOf(subcommand: string): Handler | undefined {
  return HANDLERS.get(subcommand);
}
