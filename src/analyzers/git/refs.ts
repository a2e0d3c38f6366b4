import type { Mark } from "../../core/effect.ts";
import type { Finding, Stream, Word } from "../analyzer.ts";
import { found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { standingOf } from "./branch-names.ts";
import { does, firstAction, local, shownWords } from "./ground.ts";
import type { Git } from "./invocation.ts";
import { currentBranch } from "./repository.ts";

/** Single names and hashes: nothing in them starts an option or leaves a folder. */
export const NAMES: Stream = { kind: "opaque", remote: false, tame: true };
const PRINTED: Stream = { kind: "opaque", remote: false, tame: false };

const BRANCH = {
  values: ["-u", "--set-upstream-to", "--format", "--sort", "--points-at"],
  long: [
    "--delete",
    "--force",
    "--move",
    "--copy",
    "--list",
    "--show-current",
    "--contains",
    "--no-contains",
    "--merged",
    "--no-merged",
    "--unset-upstream",
    "--edit-description",
    "--remotes",
    "--all",
    "--verbose",
    "--track",
    "--create-reflog",
  ],
};

/** `git branch`: lists, creates, moves and deletes; a deleted branch's commits stay for the reflog's time. */
export function branch(git: Git): Finding {
  const options = parseOptions(git.args, BRANCH);
  const names = shownWords(options.operands);
  const parts = { loss: "commits" as const, certain: !options.dynamic && options.operands.length > 0 };
  if (options.has("--show-current")) return found([], printedBranch(git));
  if (options.has("-d", "-D", "--delete")) {
    const forced = options.has("-D", "-f", "--force");
    return found(
      options.operands.map((one) =>
        local(
          git,
          "delete",
          options.has("-r", "--remotes") ? "git.tracking-branch" : "git.branch",
          one.source,
          {
            ...parts,
            certain: one.text !== undefined,
            ...(forced && !options.has("-r", "--remotes") ? { marks: marksOf(one.text ?? "") } : {}),
          },
        ),
      ),
    );
  }
  if (options.has("-m", "-M", "--move", "-c", "-C", "--copy"))
    return does(git, "change", "git.branch", names, parts);
  if (options.has("-u", "--set-upstream-to", "--unset-upstream", "--edit-description"))
    return does(git, "change", "git.config", "branch settings");
  if (
    options.has(
      "-l",
      "--list",
      "-a",
      "--all",
      "-r",
      "--remotes",
      "--contains",
      "--no-contains",
      "--merged",
      "--no-merged",
      "--points-at",
    )
  )
    return found([], listed(options.value("--format")));
  if (options.operands.length === 0) return found([], listed(options.value("--format")));
  if (options.has("-f", "--force")) return does(git, "change", "git.branch", names, parts);
  return does(git, "create", "git.branch", options.operands[0]?.source ?? names);
}

/** Deleting a branch that others build on, whatever it holds, takes history away. */
function marksOf(name: string): readonly Mark[] {
  return name !== "" && standingOf(name) !== "ordinary" ? ["history", "protected"] : [];
}

/**
 * What a list of references prints: names and hashes, unless a format of one's own puts something before or between
 * them. `undefined`: git's own form.
 */
export function listed(format: Word | undefined): Stream {
  const plain = format === undefined || /^(%\((refname|objectname)[^)]*\)|[\s_-])+$/.test(format.text ?? "?");
  return plain ? NAMES : PRINTED;
}

function printedBranch(git: Git): Stream {
  const name = currentBranch(git);
  return name === undefined ? NAMES : { kind: "text", text: `${name}\n` };
}

const TAG = {
  values: [
    "-m",
    "--message",
    "-F",
    "--file",
    "-u",
    "--local-user",
    "--format",
    "--sort",
    "--points-at",
    "--cleanup",
    "--trailer",
  ],
  long: [
    "--delete",
    "--force",
    "--list",
    "--verify",
    "--annotate",
    "--sign",
    "--contains",
    "--no-contains",
    "--merged",
    "--no-merged",
  ],
};

/** `git tag`: lists, creates and deletes. A deleted tag's hash is printed. */
export function tag(git: Git): Finding {
  const options = parseOptions(git.args, TAG);
  const [first] = options.operands;
  if (options.has("-d", "--delete")) {
    return found(
      options.operands.map((one) =>
        local(git, "delete", "git.tag", one.source, { loss: "commits", certain: one.text !== undefined }),
      ),
    );
  }
  const lists = options.has(
    "-l",
    "--list",
    "-n",
    "--contains",
    "--no-contains",
    "--merged",
    "--no-merged",
    "--points-at",
    "--sort",
    "--format",
    "-v",
    "--verify",
  );
  if (!first || lists) return found([], listed(options.value("--format")));
  return options.has("-f", "--force")
    ? does(git, "change", "git.tag", first.source, { loss: "commits" })
    : does(git, "create", "git.tag", first.source);
}

/** `git update-ref`: any reference, without a check. */
export function updateRef(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-m"],
    long: ["--stdin", "--no-deref", "--create-reflog"],
  });
  const name = options.operands[0]?.source ?? "references";
  if (options.has("--stdin"))
    return does(git, "delete", "git.reference", "those named on standard input", {
      loss: "commits",
      count: null,
      certain: false,
      marks: ["history"],
    });
  if (options.has("-d"))
    return does(git, "delete", "git.reference", name, { loss: "commits", marks: ["history"] });
  return does(git, "change", "git.reference", name, { loss: "commits" });
}

/** `git symbolic-ref`: reads with one operand, writes with two. */
export function symbolicRef(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-m"],
    long: ["--delete", "--quiet", "--short", "--recurse"],
  });
  const [name] = options.operands;
  if (options.has("-d", "--delete"))
    return does(git, "delete", "git.reference", name?.source ?? "HEAD", { loss: "commits" });
  return options.operands.length > 1
    ? does(git, "change", "git.reference", name?.source ?? "HEAD")
    : found([], NAMES);
}

/** `git notes` and `git replace`: what hangs beside commits. */
export function notes(git: Git): Finding {
  const { name } = firstAction(git.args.filter((arg) => !/^--ref/.test(arg.source)));
  if (name === undefined || /^(list|show|get-ref)$/.test(name)) return NOTHING;
  return does(git, /^(remove|prune)$/.test(name) ? "delete" : "change", "git.notes", ".", {
    loss: "commits",
  });
}

export function replace(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--format"],
    long: ["--delete", "--list", "--edit", "--graft", "--convert-graft-file"],
  });
  if (options.has("-l", "--list") || git.args.length === 0) return NOTHING;
  return does(
    git,
    options.has("-d", "--delete") ? "delete" : "create",
    "git.replacement",
    shownWords(options.operands) || ".",
    { loss: "commits" },
  );
}

/** `git bisect`: moves the checkout; `run` starts a command at every step. */
export function bisect(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  if (name === undefined || /^(log|view|visualize|terms|help)$/.test(name)) return NOTHING;
  const moves = does(git, "change", "git.worktree", "checkout by bisection");
  return name === "run" ? { effects: [...moves.effects, ...git.scene.argv(rest).effects] } : moves;
}
