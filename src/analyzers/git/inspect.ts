import type { Finding, Stream, Word } from "../analyzer.ts";
import { combine, effect, fileEffects, found } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { isSecret } from "../sensitive.ts";
import { afterDashes, does, judgeText } from "./ground.ts";
import type { Git } from "./invocation.ts";
import { listed, NAMES } from "./refs.ts";
import { currentBranch, topLevel } from "./repository.ts";

const OPAQUE: Stream = { kind: "opaque", remote: false, tame: false };
const BELOW: Stream = { kind: "paths", roots: [literal(".")] };

const DIFF = {
  values: [
    "--output",
    "-S",
    "-G",
    "-n",
    "--max-count",
    "--skip",
    "--since",
    "--until",
    "--after",
    "--before",
    "--author",
    "--committer",
    "--grep",
    "-L",
    "--format",
    "--diff-filter",
    "-O",
    "--word-diff-regex",
    "--inter-hunk-context",
    "-U",
    "-s",
    "--date",
  ],
  long: [
    "--output",
    "--output-indicator-new",
    "--ext-diff",
    "--patch",
    "--name-only",
    "--name-status",
    "--stat",
    "--numstat",
    "--shortstat",
    "--quiet",
    "--no-patch",
    "--exit-code",
    "--check",
    "--no-index",
    "--oneline",
    "--summary",
  ],
};

/** `git log`, `diff`, `show` and their kin: read, unless `--output` names a file. */
export function logOrDiff(git: Git): Finding {
  const options = parseOptions(
    git.args,
    git.subcommand === "log" || git.subcommand === "show"
      ? { ...DIFF, values: DIFF.values.filter((name) => name !== "-s") }
      : DIFF,
  );
  const file = options.value("--output");
  const output = file ? fileEffects("change", file, git.scene, { by: git.command.source }) : [];
  const quiet = options.has(
    "--name-only",
    "--name-status",
    "--stat",
    "--numstat",
    "--shortstat",
    "--quiet",
    "--no-patch",
    "--check",
    "--summary",
  );
  const outside = options.has("--no-index")
    ? readEffects(options.operands, git.scene, { by: git.command.source, recursive: true })
    : [];
  const prints = !quiet && (/^(diff|show)/.test(git.subcommand) || options.has("-p", "-u", "--patch", "-L"));
  const printed = options.has("--name-only") ? BELOW : printsOnlyIds(options) ? NAMES : OPAQUE;
  return found([...output, ...outside, ...(prints ? secretsIn(git, options.operands) : [])], printed);
}

/** `--format` with nothing in it that an author writes. */
function printsOnlyIds(options: Options): boolean {
  const format = options.value("--format")?.text ?? options.value("--pretty")?.text;
  return format !== undefined && /^(t?format:)?(%([hHtTpP]|c[titsI]|a[titsI])|[\s:_-])+$/.test(format);
}

/** Versions of files that hold secrets are secrets: `HEAD:.env`, `-- .env`. */
function secretsIn(git: Git, words: readonly Word[]): Finding["effects"] {
  return words.flatMap((word) => {
    const text = word.text ?? word.suffix;
    const path = text.slice(text.indexOf(":") + 1);
    if (path === "" || !isSecret(path, git.scene.setting)) return [];
    return [
      effect({
        verb: "read",
        kind: "git.file-version",
        name: text,
        environment: "workspace",
        reversibility: "R4",
        marks: ["secret"],
        certain: word.text !== undefined,
        by: git.command.source,
      }),
    ];
  });
}

/** `git blame`, `cat-file`: print the text of what they are given. */
export function printsContent(git: Git): Finding {
  const options = parseOptions(git.args, { values: ["-L", "--since", "--contents"] });
  if (git.subcommand === "cat-file" && options.has("-e", "-t", "-s")) return found([], NAMES);
  return found(secretsIn(git, options.operands), OPAQUE);
}

/** `git grep`: `-O` and `--open-files-in-pager` start a program on what was found. */
export function grep(git: Git): Finding {
  const options = parseOptions(
    git.args.filter((arg) => !/^-O/.test(arg.text ?? arg.prefix)),
    {
      values: ["-e", "-f", "-A", "-B", "-C", "-m", "--max-depth", "--max-count", "--threads"],
      long: ["--open-files-in-pager", "--files-with-matches", "--name-only"],
    },
  );
  const pagers = git.args
    .filter((arg) => /^-O./.test(arg.text ?? arg.prefix))
    .map((arg) => literal((arg.text ?? "").slice(2)));
  const long = options.values("--open-files-in-pager");
  const programs = [...pagers, ...long].map((text) => judgeText(git, text.text === "" ? undefined : text));
  const paths =
    afterDashes(git.args) ?? (options.has("-e", "-f") ? options.operands : options.operands.slice(1));
  const output = options.has("-l", "--files-with-matches", "--name-only") ? BELOW : OPAQUE;
  return found([...combine(...programs).effects, ...secretsIn(git, paths)], output);
}

/** `git ls-files` and `ls-tree`: names of files of the work tree. */
export function listFiles(git: Git): Finding {
  return found([], git.args.some((arg) => arg.text === "-s" || arg.text === "--stage") ? OPAQUE : BELOW);
}

/** `git for-each-ref`: names and hashes, unless its format prints what an author wrote. */
export function listRefs(git: Git): Finding {
  const options = parseOptions(git.args, { values: ["--format", "--sort", "--count", "--points-at"] });
  return found([], listed(options.value("--format")));
}

/** `git rev-parse`: hashes and names; `--show-toplevel` is a path that later words build on. */
export function revParse(git: Git): Finding {
  const [only] = git.args;
  const text = git.args.length === 1 ? only?.text : undefined;
  const asks = git.args.map((arg) => arg.text).filter((arg) => arg !== "-q" && arg !== "--verify");
  if (text === "--show-toplevel") return printed(topLevel(git));
  if (
    asks.length === 2 &&
    asks.includes("HEAD") &&
    (asks.includes("--abbrev-ref") || asks.includes("--symbolic-full-name"))
  ) {
    return printed(asks.includes("--abbrev-ref") ? currentBranch(git) : undefined);
  }
  const path = git.args.some(
    (arg) =>
      arg.text === undefined || /^--(show-|git-|absolute-git-dir|resolve-git-dir|sq|parseopt)/.test(arg.text),
  );
  return found([], path ? OPAQUE : NAMES);
}

function printed(text: string | undefined): Finding {
  return found([], text === undefined ? NAMES : { kind: "text", text: `${text}\n` });
}

/** Subcommands that print hashes, numbers or single names. */
export function printsNames(): Finding {
  return found([], NAMES);
}

/** Subcommands that only print. */
export function onlyReads(): Finding {
  return found([], OPAQUE);
}

/** `git difftool` and `mergetool`: `-x` and `--extcmd` are shell text, tools are configured by the person. */
export function tool(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-x", "--extcmd", "-t", "--tool"],
    long: ["--no-prompt", "--prompt", "--dir-diff", "--gui", "--tool-help"],
  });
  const programs = options.values("-x", "--extcmd").map((text) => judgeText(git, text));
  const writes =
    git.subcommand === "mergetool" && !options.has("--tool-help")
      ? does(git, "change", "git.worktree", "conflicted files")
      : found([]);
  return combine(writes, ...programs);
}

/** `git interpret-trailers`: writes its files only with `--in-place`. */
export function trailers(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--trailer", "--where", "--if-exists", "--if-missing"],
    long: ["--in-place"],
  });
  if (!options.has("--in-place")) return found([], OPAQUE);
  return found(
    options.operands.flatMap((file) => fileEffects("change", file, git.scene, { by: git.command.source })),
  );
}

/** `git fsck`: `--lost-found` writes what it found below `.git`. */
export function fsck(git: Git): Finding {
  return git.args.some((arg) => /^--lost/.test(arg.text ?? ""))
    ? does(git, "create", "git.objects", "in .git/lost-found")
    : onlyReads();
}

/** `git fast-export`: marks go to a file. */
export function fastExport(git: Git): Finding {
  const file = parseOptions(git.args, {
    values: ["--export-marks", "--import-marks", "--import-marks-if-exists", "--refspec"],
  }).value("--export-marks");
  return found(file ? fileEffects("change", file, git.scene, { by: git.command.source }) : [], OPAQUE);
}

/** `git hash-object`: writes an object with `-w`, which whoever gets the repository can read. */
export function hashObject(git: Git): Finding {
  const options = parseOptions(git.args, { values: ["-t", "--path"] });
  if (!options.has("-w")) return found([], NAMES);
  const read = readEffects(options.operands, git.scene, { by: git.command.source });
  return found([...does(git, "create", "git.objects", "one").effects, ...read], NAMES);
}

/** `git rerere`: remembered resolutions. */
export function rerere(git: Git): Finding {
  const action = git.args[0]?.text;
  if (action === "status" || action === "diff" || action === "remaining") return onlyReads();
  return does(git, action === "clear" || action === "forget" ? "delete" : "change", "git.resolutions", ".");
}
