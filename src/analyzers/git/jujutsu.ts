import type { Finding } from "../analyzer.ts";
import { found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { files, here, type OtherCall, there, unknownAction } from "./other-systems.ts";

const JJ_READS = /^(|log|status|st|show|diff|interdiff|evolog|obslog|help|version|root|files|cat|tag)$/;
const JJ_LOCAL =
  /^(new|commit|ci|describe|desc|edit|squash|split|rebase|abandon|duplicate|backout|revert|parallelize|simplify-parents|absorb|resolve|diffedit|unsquash|next|prev|undo|redo|sparse|init|workspace|metaedit|sign|unsign|move|merge|touch)$/;

const SPEC = {
  values: [
    "-r",
    "--revision",
    "--revisions",
    "-b",
    "--bookmark",
    "--remote",
    "-m",
    "--message",
    "--change",
    "-c",
    "--named",
    "-T",
    "--template",
    "--from",
    "--to",
    "-s",
    "-d",
    "--tool",
  ],
  long: ["--all", "--deleted", "--tracked", "--dry-run", "--allow-new", "--force"],
};

/** Jujutsu: the operation log takes every local step back. */
export function judgeJujutsu(call: OtherCall): Finding {
  const options = parseOptions(call.args, SPEC);
  const [sub] = options.operands;
  if (JJ_READS.test(call.action)) return NOTHING;
  switch (call.action) {
    case "git":
      return judgeJujutsuGit(call, sub?.text, options);
    case "bookmark":
    case "b":
    case "branch":
      return /^(list|l)?$/.test(sub?.text ?? "")
        ? NOTHING
        : here(call, {
            verb: sub?.text === "delete" || sub?.text === "forget" ? "delete" : "change",
            what: "bookmark",
            loss: "commits",
          });
    case "operation":
    case "op":
      if (sub?.text === "abandon")
        return here(call, { verb: "delete", what: "operation-log", loss: "history" });
      return /^(log|show|diff)?$/.test(sub?.text ?? "")
        ? NOTHING
        : here(call, { verb: "change", what: "repository", loss: "commits" });
    case "restore":
      return here(call, { verb: "delete", what: "worktree-changes", loss: "commits" });
    case "config":
      if (/^(list|get|path)$/.test(sub?.text ?? "")) return NOTHING;
      return here(call, {
        verb: "change",
        what: "config",
        marks: call.args.some((arg) => arg.text === "--repo") ? [] : ["outside"],
      });
    case "file":
      return /^(list|show|annotate|search)$/.test(sub?.text ?? "")
        ? NOTHING
        : here(call, { verb: "change", what: "worktree" });
    case "util":
      if (sub?.text === "exec") return call.scene.argv(options.operands.slice(1));
      return sub?.text === "gc"
        ? here(call, { verb: "delete", what: "operation-log", loss: "history" })
        : NOTHING;
    case "fix":
      return here(call, { verb: "execute", what: "fix-tools", marks: ["workspace-code"] });
    default:
      return JJ_LOCAL.test(call.action)
        ? here(call, { verb: "change", what: "repository", loss: "commits" })
        : unknownAction(call);
  }
}

function judgeJujutsuGit(call: OtherCall, sub: string | undefined, options: Options): Finding {
  if (sub === "clone")
    return files(call, "create", options.operands.length > 2 ? options.operands.slice(2, 3) : [literal(".")]);
  if (sub !== "push") return here(call, { verb: "change", what: "repository", loss: "commits" });
  if (options.has("--dry-run")) return NOTHING;
  const remote = options.value("--remote")?.source ?? "origin";
  const branch = options.value("-b", "--bookmark")?.text;
  // jj refuses to overwrite what it has not fetched, as --force-with-lease does.
  const deletes = options.has("--deleted");
  const name = branch ?? "changed bookmarks";
  const finding = there(call, deletes ? "delete" : "change", "remote-bookmark", name, deletes);
  return found(
    finding.effects.map((one) => ({ ...one, resource: { ...one.resource, name: `${remote}/${name}` } })),
  );
}
