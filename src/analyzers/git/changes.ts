import type { Mark } from "../../core/effect.ts";
import type { Finding, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { afterDashes, does, firstAction, given, groundOf, isDryRun, local, shownWords } from "./ground.ts";
import type { Git } from "./invocation.ts";
import { patchTargets } from "./patch.ts";

const LESS = "commit or stash what is there first, or name single paths";

/** Uncommitted changes are thrown away, in the whole work tree or in some paths. */
export function discards(git: Git, paths: readonly Word[] = [], certain = true): Finding {
  const name = paths.length === 0 ? "." : shownWords(paths);
  return does(git, "delete", "git.worktree-changes", name, {
    loss: "content",
    count: null,
    certain: certain && paths.every((path) => path.text !== undefined),
    marks: controlMarks(git, paths),
    advice: LESS,
  });
}

/** Files that govern stay governed when git writes them. */
function controlMarks(git: Git, paths: readonly Word[]): readonly Mark[] {
  return paths.some((path) => locate(path, git.scene).control !== undefined) ? ["control"] : [];
}

/** `git reset`: `--hard`, `--merge` and `--keep` write the work tree, the others the index or the branch. */
export function reset(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-U", "--unified", "--inter-hunk-context", "--pathspec-from-file"],
    long: ["--hard", "--soft", "--mixed", "--merge", "--keep", "--patch", "--quiet", "--recurse-submodules"],
  });
  const [target] = options.operands;
  const moves = target !== undefined && target.text !== "HEAD" && isRevision(target);
  const branch = moves
    ? does(git, "change", "git.branch", `HEAD to ${target.source}`, { loss: "commits" })
    : NOTHING;
  if (options.has("--hard", "--merge", "--keep")) return combine(discards(git), branch);
  if (options.dynamic) return combine(discards(git, [], false), branch);
  return moves ? branch : does(git, "change", "git.index", ".");
}

/** Names that are revisions by their form (gitrevisions(7)), or short names that are no path. */
function isRevision(word: Word): boolean {
  const text = word.text ?? word.source;
  return (
    /^(HEAD|@|ORIG_HEAD|FETCH_HEAD|MERGE_HEAD)|[~^]|@\{|^[0-9a-f]{7,64}$|^(origin|upstream)\//.test(text) ||
    !/[./]/.test(text)
  );
}

const CHECKOUT = {
  values: [
    "-b",
    "-B",
    "--orphan",
    "--conflict",
    "--pathspec-from-file",
    "-U",
    "--unified",
    "--inter-hunk-context",
  ],
  long: [
    "--force",
    "--detach",
    "--ours",
    "--theirs",
    "--merge",
    "--patch",
    "--track",
    "--overlay",
    "--quiet",
    "--progress",
    "--guess",
    "--recurse-submodules",
    "--overwrite-ignore",
  ],
};

/** `git checkout`: a branch, or paths over which the work tree's own changes are lost. */
export function checkout(git: Git): Finding {
  const options = parseOptions(git.args, CHECKOUT);
  const created = options.value("-b", "--orphan");
  const moved = options.value("-B");
  const branch = created
    ? does(git, "create", "git.branch", created.source)
    : moved
      ? does(git, "change", "git.branch", moved.source, { loss: "commits" })
      : NOTHING;
  if (options.has("-f", "--force")) return combine(discards(git), branch);
  const paths = checkedOutPaths(
    git,
    options.operands,
    options.has("-p", "--patch", "--ours", "--theirs", "--pathspec-from-file"),
  );
  if (!created && !moved && paths.length > 0) return discards(git, paths);
  if (options.dynamic) return combine(discards(git, [], false), branch);
  if (created || moved) return branch;
  return does(
    git,
    "change",
    "git.worktree",
    options.operands.length === 0 ? "." : `checkout of ${shownWords(options.operands)}`,
  );
}

function checkedOutPaths(git: Git, operands: readonly Word[], only: boolean): readonly Word[] {
  const after = afterDashes(git.args);
  if (after) return after;
  if (only) return operands.length > 0 ? operands : [literal(".")];
  if (operands.length > 1 && !git.args.some((arg) => /^(-t|--track|--detach|-d)$/.test(arg.text ?? "")))
    return operands.slice(1);
  const [single] = operands;
  return single && isPath(git, single) ? [single] : [];
}

function isPath(git: Git, word: Word): boolean {
  const text = word.text ?? word.prefix;
  if (/^(\.{1,2}(\/|$)|:|\/)|\/$|\.\*$/.test(text) || word.glob) return true;
  if (word.text === undefined || /^(-|HEAD|@|[0-9a-f]{7,64}$)/.test(text)) return false;
  const type = locate(word, git.scene).type;
  return type !== undefined && type !== "absent";
}

/** `git switch`: refuses to lose changes unless told to. */
export function switchBranch(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-c", "-C", "--create", "--force-create", "--orphan", "--conflict"],
    long: ["--force", "--discard-changes", "--detach", "--merge", "--track", "--guess", "--quiet"],
  });
  const created = options.value("-c", "--create", "--orphan");
  const moved = options.value("-C", "--force-create");
  const branch = created
    ? does(git, "create", "git.branch", created.source)
    : moved
      ? does(git, "change", "git.branch", moved.source, { loss: "commits" })
      : NOTHING;
  if (options.has("-f", "--force", "--discard-changes")) return combine(discards(git), branch);
  if (options.dynamic) return combine(discards(git, [], false), branch);
  if (created || moved) return branch;
  return does(git, "change", "git.worktree", `checkout of ${shownWords(options.operands)}`);
}

/** `git restore`: only the index with `--staged` alone, else the work tree's own changes are lost. */
export function restore(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "-s",
      "--source",
      "--conflict",
      "--pathspec-from-file",
      "-U",
      "--unified",
      "--inter-hunk-context",
    ],
    long: [
      "--staged",
      "--worktree",
      "--patch",
      "--ours",
      "--theirs",
      "--merge",
      "--overlay",
      "--recurse-submodules",
    ],
  });
  if (options.has("-S", "--staged") && !options.has("-W", "--worktree")) {
    return does(git, "change", "git.index", shownWords(options.operands) || ".");
  }
  return discards(git, options.operands);
}

/** `git clean`: files that git never had. With `-x` and `-X` also what is ignored: settings, data, builds. */
export function clean(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-e", "--exclude"],
    long: ["--force", "--dry-run", "--interactive", "--quiet"],
  });
  if (isDryRun(options)) return NOTHING;
  const forced =
    options.has("-f", "--force", "-i", "--interactive") ||
    /^(false|no|off|0)$/i.test(given(git, "clean.requireforce") ?? "");
  const ignored = options.has("-x", "-X");
  return does(
    git,
    "delete",
    ignored ? "git.ignored-files" : "git.untracked-files",
    shownWords(options.operands) || ".",
    {
      loss: "content",
      count: null,
      certain: forced && !options.dynamic,
      marks:
        ignored &&
        (options.operands.length === 0 || options.operands.some((one) => locate(one, git.scene).whole))
          ? ["bulk"]
          : [],
      advice: "look with `git clean -n` first, and name the folder",
    },
  );
}

/** `git rm`: the index, and without `--cached` the files. */
export function remove(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--pathspec-from-file"],
    long: ["--cached", "--force", "--dry-run", "--ignore-unmatch", "--quiet", "--sparse"],
  });
  if (isDryRun(options)) return NOTHING;
  if (options.has("--cached") || options.operands.length === 0)
    return does(git, "change", "git.index", shownWords(options.operands) || ".");
  const recursive = options.has("-r");
  return found(
    options.operands.flatMap((path) =>
      fileEffects("delete", path, git.scene, { by: git.command.source, recursive }),
    ),
  );
}

/** `git mv`: the last operand is written, the others move away and stay in the history. */
export function move(git: Git): Finding {
  const options = parseOptions(git.args, { long: ["--force", "--dry-run", "--verbose", "--sparse"] });
  if (isDryRun(options)) return NOTHING;
  const by = git.command.source;
  const sources = options.operands.slice(0, -1).filter((path) => locate(path, git.scene).type !== "absent");
  const written = [...sources, ...options.operands.slice(-1)];
  return found(written.flatMap((path) => fileEffects("change", path, git.scene, { by })));
}

const STASH_READS = new Set(["list", "show"]);

/** `git stash`: putting away and bringing back keep everything, `drop` and `clear` do not. */
export function stash(git: Git): Finding {
  const [first, ...rest] = git.args;
  const name = first === undefined || first.source.startsWith("-") ? "push" : first.text;
  if (name === undefined) return dropped(git, "unknown", false);
  if (STASH_READS.has(name)) return NOTHING;
  if (name === "drop") {
    const [entry] = rest.filter((one) => !one.source.startsWith("-"));
    return dropped(git, entry?.source ?? "stash@{0}", true);
  }
  if (name === "clear") {
    return does(git, "delete", "git.stash", "every stash", { loss: "content", count: null, marks: ["bulk"] });
  }
  if (name === "pop" || name === "apply" || name === "branch")
    return does(git, "change", "git.worktree", ".");
  return does(git, "create", "git.stash", "stash@{0}");
}

function dropped(git: Git, name: string, certain: boolean): Finding {
  const advice = "`git stash show -p --include-untracked` shows all that would be lost";
  return does(git, "delete", "git.stash", name, { loss: "content", certain, advice });
}

/** `git apply`: writes what the patch names; refuses paths outside the work tree unless told otherwise. */
export function applyPatch(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "-p",
      "-C",
      "--directory",
      "--include",
      "--exclude",
      "--whitespace",
      "--build-fake-ancestor",
      "--exclude-from",
    ],
    long: [
      "--check",
      "--stat",
      "--numstat",
      "--summary",
      "--apply",
      "--cached",
      "--index",
      "--unsafe-paths",
      "--reverse",
      "--3way",
      "--reject",
    ],
  });
  if (options.has("--check", "--stat", "--numstat", "--summary") && !options.has("--apply")) return NOTHING;
  if (options.has("--cached")) return does(git, "change", "git.index", ".");
  if (options.has("--unsafe-paths")) {
    return does(git, "change", "git.worktree", "paths outside it", {
      loss: "content",
      certain: false,
      marks: ["outside"],
    });
  }
  return patched(git, options.operands);
}

/** What patches write, as far as their text is known. */
export function patched(git: Git, patches: readonly Word[]): Finding {
  const targets = patchTargets(git, patches);
  if (targets === undefined) return does(git, "change", "git.worktree", ".");
  const governed = targets.filter((path) => locate(literal(path), git.scene).control !== undefined);
  const by = git.command.source;
  return combine(
    does(git, "change", "git.worktree", ".", { count: targets.length }),
    found(governed.flatMap((path) => fileEffects("change", literal(path), git.scene, { by }))),
  );
}

/** `git read-tree -u` and `--reset`: the work tree follows. */
export function readTree(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--prefix", "--index-output"],
    long: ["--reset", "--dry-run", "--empty"],
  });
  if (isDryRun(options)) return NOTHING;
  return options.has("-u", "--reset") ? discards(git) : does(git, "change", "git.index", ".");
}

/** `git checkout-index`: with `-f` over what is there; with `--prefix` elsewhere. */
export function checkoutIndex(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--stage"],
    long: ["--force", "--all", "--prefix", "--stdin", "--temp", "--index"],
  });
  const prefix = options.value("--prefix");
  if (prefix)
    return found(fileEffects("create", prefix, git.scene, { by: git.command.source, recursive: true }));
  return options.has("-f", "--force")
    ? discards(git, options.operands)
    : does(git, "change", "git.worktree", ".");
}

/** `git merge-file`: writes its first file unless it prints. */
export function mergeFile(git: Git): Finding {
  const options = parseOptions(git.args, { values: ["-L", "--marker-size"], long: ["--stdout"] });
  const [first] = options.operands;
  if (!first || options.has("-p", "--stdout")) return NOTHING;
  return found(fileEffects("change", first, git.scene, { by: git.command.source }));
}

/** `git sparse-checkout`: takes unchanged files away and brings them back. */
export function sparseCheckout(git: Git): Finding {
  const { name } = firstAction(git.args);
  return name === "list" || name === "check-rules" ? NOTHING : does(git, "change", "git.worktree", ".");
}

/** `git add`, `stage`, `update-index`: the index only. */
export function stage(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--chmod", "--pathspec-from-file", "--cacheinfo"],
    long: ["--dry-run", "--refresh", "--force"],
  });
  if (isDryRun(options)) return NOTHING;
  const forced = options.has("-f", "--force") || git.subcommand === "update-index";
  const secret = forced && options.operands.some((path) => holdsSecret(git, path));
  return does(git, "change", "git.index", ".", secret ? { marks: ["secret"] } : {});
}

/** What is ignored is ignored because of its secrets, as a rule: a secret file, or everything. */
function holdsSecret(git: Git, path: Word): boolean {
  const at = locate(path, git.scene);
  return at.secret || at.whole;
}

/** `git worktree`: further work trees, often beside the project. */
export function worktree(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  const options = parseOptions(rest, {
    values: ["-b", "-B", "--reason", "--expire", "--orphan"],
    long: ["--force", "--detach", "--dry-run", "--lock", "--track"],
  });
  const by = git.command.source;
  const path = options.operands[0];
  switch (name) {
    case "list":
    case undefined:
      return NOTHING;
    case "add":
      return found(path ? fileEffects("create", path, git.scene, { by, kind: "git.worktree" }) : []);
    case "move":
      return found(
        options.operands.flatMap((one) =>
          fileEffects("change", one, git.scene, { by, kind: "git.worktree" }),
        ),
      );
    case "remove":
      return found(path ? removedTree(git, path, options.has("-f", "--force") || options.dynamic) : []);
    case "prune":
      return isDryRun(options) ? NOTHING : does(git, "change", "git.worktree-list", ".");
    default:
      return does(git, "change", "git.worktree-list", ".");
  }
}

/** Without force git refuses to remove a work tree that has changes or untracked files. */
function removedTree(git: Git, path: Word, forced: boolean): Finding["effects"] {
  const kind = "git.worktree";
  const effects = fileEffects("delete", path, git.scene, { by: git.command.source, recursive: true, kind });
  if (forced) return effects;
  return effects.map((one) => ({
    ...one,
    reversibility: "R1",
    wayBack: one.wayBack === "none" ? "provider" : one.wayBack,
  }));
}

/** The whole work tree changes and git can take it back. */
export function changesTree(git: Git): Finding {
  return found([local(git, "change", "git.worktree", groundOf(git).shown)]);
}
