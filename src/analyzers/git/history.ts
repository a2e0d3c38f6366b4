import type { Finding, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { changesTree, patched } from "./changes.ts";
import { skippedHooks } from "./config-keys.ts";
import { does, firstAction, given, isDryRun, judgeText, judgeWords, local } from "./ground.ts";
import type { Git } from "./invocation.ts";

const COMMIT = {
  values: [
    "-m",
    "-F",
    "-C",
    "-c",
    "-t",
    "--message",
    "--file",
    "--reuse-message",
    "--reedit-message",
    "--template",
    "--author",
    "--date",
    "--cleanup",
    "--fixup",
    "--squash",
    "--trailer",
    "--pathspec-from-file",
  ],
  long: [
    "--amend",
    "--no-verify",
    "--dry-run",
    "--all",
    "--patch",
    "--interactive",
    "--only",
    "--include",
    "--allow-empty",
    "--allow-empty-message",
    "--no-edit",
    "--quiet",
    "--signoff",
    "--no-post-rewrite",
    "--reset-author",
  ],
};

/** `git commit`: the message is data. `-n` skips the hooks that would check it. */
export function commit(git: Git): Finding {
  const options = parseOptions(
    git.args.filter((arg) => !/^-[Su]./.test(arg.text ?? arg.prefix)),
    COMMIT,
  );
  if (options.has("--dry-run")) return NOTHING;
  const made = options.has("--amend")
    ? does(git, "change", "git.commit", "HEAD", { loss: "commits" })
    : does(git, "create", "git.commit", "HEAD");
  const message = found(
    readEffects(options.values("-F", "--file", "-t", "--template"), git.scene, { by: git.command.source }),
  );
  return combine(made, message, options.has("-n", "--no-verify") ? skipped(git) : NOTHING);
}

function skipped(git: Git): Finding {
  return found([skippedHooks(git.scene, git.command.source)]);
}

/** `git merge`, `cherry-pick`, `revert`: git refuses to lose changes, the reflog keeps what was before. */
export function merge(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "-m",
      "-F",
      "-s",
      "-X",
      "--strategy",
      "--strategy-option",
      "--mainline",
      "--into-name",
      "--cleanup",
    ],
    long: ["--no-verify", "--abort", "--quit", "--continue"],
  });
  const moved = does(git, "change", "git.branch", "HEAD", { loss: "commits" });
  return options.has("--no-verify") ? combine(moved, skipped(git)) : moved;
}

/** `git rebase`: rewrites local commits; `--exec` runs a command after each. */
export function rebase(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-x", "--exec", "--onto", "-s", "--strategy", "-X", "--strategy-option", "-C", "--whitespace"],
    long: [
      "--interactive",
      "--continue",
      "--abort",
      "--skip",
      "--quit",
      "--edit-todo",
      "--show-current-patch",
      "--root",
      "--autosquash",
      "--autostash",
      "--no-verify",
      "--keep-base",
      "--update-refs",
      "--force-rebase",
    ],
  });
  if (options.has("--show-current-patch")) return NOTHING;
  const rewritten = does(git, "change", "git.history", "local commits of HEAD", { loss: "commits" });
  return combine(rewritten, ...options.values("-x", "--exec").map((text) => judgeText(git, text)));
}

/** `git am`: commits patches from mailboxes. */
export function am(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "-p",
      "-C",
      "--directory",
      "--include",
      "--exclude",
      "--whitespace",
      "--patch-format",
      "--resolvemsg",
    ],
    long: ["--abort", "--continue", "--skip", "--quit", "--show-current-patch", "--no-verify", "--3way"],
  });
  if (options.has("--show-current-patch")) return NOTHING;
  if (options.has("--abort", "--continue", "--skip", "--quit", "--resolved")) return changesTree(git);
  return combine(does(git, "create", "git.commit", "HEAD"), patched(git, options.operands));
}

const FILTERS = [
  "--setup",
  "--env-filter",
  "--tree-filter",
  "--index-filter",
  "--parent-filter",
  "--msg-filter",
  "--commit-filter",
  "--tag-name-filter",
];

/** `git filter-branch`: every filter is a shell script that runs for every commit. */
export function filterBranch(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [...FILTERS, "--subdirectory-filter", "--original", "-d", "--state-branch"],
    long: ["--force", "--prune-empty"],
  });
  return combine(rewritesAll(git), ...options.values(...FILTERS).map((text) => judgeText(git, text)));
}

function rewritesAll(git: Git): Finding {
  return does(git, "replace", "git.history", ".", {
    loss: "history",
    count: null,
    advice: "rewrite a fresh clone, and keep the old repository until everyone has moved",
  });
}

const CALLBACKS = /^--(filename|file-info|message|name|email|refname|blob|commit|tag|reset|done)-callback$/;

/** `git filter-repo`: rewrites every commit and expires the old ones; callbacks are Python. */
export function filterRepo(git: Git): Finding {
  const options = parseOptions(git.args, {
    long: ["--dry-run", "--analyze", "--force", "--path", "--invert-paths"],
  });
  if (options.has("--analyze")) return does(git, "create", "directory", ".git/filter-repo");
  if (options.has("--dry-run")) return NOTHING;
  const calls = git.args.flatMap((arg, index) => {
    const [name, text] = (arg.text ?? "").split(/=(.*)/s, 2);
    if (!CALLBACKS.test(name ?? "")) return [];
    const code = text ?? git.args[index + 1]?.text;
    return [
      code === undefined
        ? found([unknownEffect(git.scene, "program", arg.source, git.command.source)])
        : git.scene.code("python", code),
    ];
  });
  return combine(rewritesAll(git), ...calls);
}

/** `git reflog`: `expire` and `delete` take away the last way back to lost commits. */
export function reflog(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  if (name !== "expire" && name !== "delete" && name !== "drop") return NOTHING;
  const options = parseOptions(rest, {
    values: ["--expire", "--expire-unreachable"],
    long: ["--all", "--dry-run", "--rewrite", "--updateref", "--stale-fix"],
  });
  if (isDryRun(options)) return NOTHING;
  return does(
    git,
    "delete",
    "git.reflog",
    options.has("--all") ? "of every reference" : (options.operands[0]?.source ?? "HEAD"),
    {
      loss: "history",
      count: null,
      advice: "leave it: git expires it by itself after 90 days",
    },
  );
}

/** Expiry times that keep nothing, or nobody knows how much. */
function expiresNow(text: string | undefined): boolean {
  return (
    text === undefined || !/^(never|false|\d+\.(week|month|year)s?\.ago|[2-9]\d+\.days?\.ago)$/.test(text)
  );
}

const UNREACHABLE = "commits and blobs that no reference names";

/** `git gc`: by itself it keeps two weeks; with `--prune=now` the last copies of lost work go. */
export function gc(git: Git): Finding {
  const options = parseOptions(git.args, {
    long: [
      "--prune",
      "--no-prune",
      "--aggressive",
      "--auto",
      "--quiet",
      "--force",
      "--keep-largest-pack",
      "--cruft",
      "--no-cruft",
    ],
  });
  const keys = ["gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable"];
  const values = keys.map((key) => given(git, key)).filter((value) => value !== undefined);
  const prune = options.value("--prune");
  const gone = (prune !== undefined && expiresNow(prune.text)) || values.some(expiresNow);
  if (gone && !options.has("--no-prune"))
    return does(git, "delete", "git.objects", UNREACHABLE, { loss: "history", count: null });
  return does(git, "change", "git.objects", "packed");
}

/** `git prune`: deletes unreachable objects at once, without `--expire`. */
export function prune(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--expire"],
    long: ["--dry-run", "--verbose", "--progress"],
  });
  if (isDryRun(options)) return NOTHING;
  return does(git, "delete", "git.objects", UNREACHABLE, { loss: "history", count: null });
}

/** `git repack`: `-a -d` drops unreachable objects of old packs unless told to keep them. */
export function repack(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "--window",
      "--depth",
      "--threads",
      "--window-memory",
      "--max-pack-size",
      "--filter",
      "--filter-to",
      "--geometric",
    ],
    long: ["--keep-unreachable", "--cruft"],
  });
  const drops =
    options.has("-a") && options.has("-d") && !options.has("-A", "-k", "--keep-unreachable", "--cruft");
  return drops
    ? does(git, "delete", "git.objects", UNREACHABLE, { loss: "history", count: null })
    : does(git, "change", "git.objects", "packed");
}

/** `git maintenance`: `start` and `register` reach into the person's own configuration and schedule. */
export function maintenance(git: Git): Finding {
  const { name } = firstAction(git.args);
  if (name === "run" || name === "is-needed" || name === undefined)
    return does(git, "change", "git.objects", "packed");
  return does(git, "change", "git.maintenance-schedule", `of ${git.scene.setting.user}`, {
    marks: ["outside"],
  });
}

/** `git fast-import`: a stream that can move any reference. */
export function fastImport(git: Git): Finding {
  return does(git, "change", "git.reference", "those in the stream", {
    loss: "commits",
    count: null,
    certain: false,
    marks: ["bulk"],
  });
}

/** `git format-patch`, `archive`, `bundle`, `bugreport`, `diagnose`: write files. */
export function writesFile(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      "-o",
      "--output-directory",
      "--output",
      "--exec",
      "--remote",
      "--format",
      "--prefix",
      "--add-file",
      "-s",
      "--suffix",
      "--since",
      "--start-number",
      "-v",
      "--reroll-count",
      "--subject-prefix",
      "--to",
      "--cc",
      "--in-reply-to",
      "--base",
    ],
    long: ["--stdout"],
  });
  const by = git.command.source;
  const target = options.value("-o", "--output-directory", "--output");
  const verb = git.subcommand === "archive" ? "change" : "create";
  const added = found(readEffects(options.values("--add-file"), git.scene, { by }));
  const remote = [added, ...options.values("--exec").map((text) => judgeText(git, text))];
  if (target) return combine(found(fileEffects(verb, target, git.scene, { by })), ...remote);
  if (git.subcommand === "archive" || options.has("--stdout")) return combine(...remote);
  return does(git, "create", "file", ".", { count: null });
}

/** `git bundle`: `create` writes a file, `unbundle` takes objects in. */
export function bundle(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  const [file] = rest.filter((arg) => !arg.source.startsWith("-") || arg.source === "-");
  if (name === "create")
    return found(file ? fileEffects("change", file, git.scene, { by: git.command.source }) : []);
  return name === "unbundle" ? does(git, "create", "git.objects", "from a bundle") : NOTHING;
}

/** `git hook run NAME`: the hook is a script of the repository. */
export function hook(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  const [hookName] = rest.filter((arg) => !arg.source.startsWith("-"));
  if (name !== "run" || hookName?.text === undefined) return NOTHING;
  return found([
    local(git, "execute", "git.hook", hookName.text, { marks: ["workspace-code"], certain: false }),
  ]);
}

/** `git for-each-repo -- CMD`: a git command in every repository that a configuration key lists. */
export function forEachRepo(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--config"],
    stopAtOperand: true,
    long: ["--keep-going"],
  });
  const [program] = git.command.words;
  const inner = program ? git.scene.argv([program, ...options.operands], { cwd: undefined }) : NOTHING;
  return options.operands.length === 0 ? NOTHING : inner;
}

/** `git submodule`: `foreach` runs a shell command in each, `deinit -f` loses changes, the rest fetches. */
export function submodule(git: Git): Finding {
  const { name = "status", rest } = firstAction(git.args);
  switch (name) {
    case "status":
    case "summary":
      return NOTHING;
    case "foreach":
      return judgeWords(git, withoutFlags(rest));
    case "deinit":
      return submoduleChanges(git, /^(-f|--force)$/, "content");
    case "update":
      return submoduleChanges(git, /^(-f|--force|--checkout)$/, "content");
    default:
      return does(git, "change", "git.submodule", ".");
  }
}

function withoutFlags(words: readonly Word[]): readonly Word[] {
  const start = words.findIndex((arg) => !/^(--recursive|-q|--quiet)$/.test(arg.text ?? ""));
  return start < 0 ? [] : words.slice(start);
}

function submoduleChanges(git: Git, force: RegExp, loss: "content"): Finding {
  const forced = git.args.some((arg) => force.test(arg.text ?? ""));
  return forced
    ? does(git, "delete", "git.worktree-changes", "of submodules", { loss, count: null })
    : does(git, "change", "git.submodule", ".");
}
