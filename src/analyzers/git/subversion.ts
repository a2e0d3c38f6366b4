import type { Finding } from "../analyzer.ts";
import { combine } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { files, here, type OtherCall, there, unknownAction } from "./other-systems.ts";

const SVN_READS =
  /^(|log|status|stat|st|diff|di|info|list|ls|blame|praise|annotate|ann|cat|proplist|plist|pl|propget|pget|pg|help|h|auth)$/;
const SVN_LOCAL =
  /^(add|update|up|merge|mergeinfo|resolve|resolved|changelist|cl|patch|switch|sw|relocate|upgrade|propset|pset|ps|propdel|pdel|pd|propedit|pedit|pe)$/;

const SPEC = {
  values: [
    "-r",
    "--revision",
    "-m",
    "--message",
    "-F",
    "--file",
    "--depth",
    "-c",
    "--change",
    "--username",
    "--password",
    "--config-dir",
    "--config-option",
    "--diff-cmd",
    "--diff3-cmd",
    "--editor-cmd",
    "--accept",
    "--changelist",
    "--targets",
  ],
  long: ["--force", "--recursive", "--remove-unversioned", "--remove-ignored", "--revprop", "--keep-local"],
};

/** Subversion: `commit` and actions on addresses change the central repository at once. */
export function judgeSubversion(call: OtherCall): Finding {
  const options = parseOptions(call.args, SPEC);
  const programs = combine(
    ...options
      .values("--diff-cmd", "--diff3-cmd", "--editor-cmd")
      .map((word) => (word.text === undefined ? unknownAction(call) : call.scene.shell(word.text))),
  );
  const remote = options.operands.filter((word) => /^(\w[\w+.-]*:\/\/|\^\/)/.test(word.text ?? word.prefix));
  const address = remote.at(-1)?.source ?? "the central repository";
  if (SVN_READS.test(call.action)) return programs;
  if (options.has("--revprop")) return there(call, "change", "revision-property", address, true);
  if (/^(delete|del|remove|rm)$/.test(call.action)) {
    return remote.length > 0
      ? there(call, "delete", "remote-path", address, false, false)
      : files(call, "delete", options.operands);
  }
  if (
    /^(mkdir|copy|cp|move|mv|rename|ren|import|propset|propdel|lock|unlock)$/.test(call.action) &&
    remote.length > 0
  ) {
    return there(call, "change", "remote-path", address, false, /^(mkdir|copy|cp|lock)$/.test(call.action));
  }
  if (SVN_LOCAL.test(call.action)) return combine(here(call, { verb: "change", what: "worktree" }), programs);
  return judgeRest(call, options, address);
}

function judgeRest(call: OtherCall, options: Options, address: string): Finding {
  switch (call.action) {
    case "commit":
    case "ci":
      return there(call, "change", "remote-revision", address, false, false);
    case "checkout":
    case "co":
    case "export":
      return files(call, "create", options.operands.length > 1 ? options.operands.slice(-1) : [literal(".")]);
    case "revert":
      return here(call, { verb: "delete", what: "worktree-changes", loss: "content" });
    case "cleanup":
      return here(
        call,
        options.has("--remove-unversioned", "--remove-ignored")
          ? { verb: "delete", what: "untracked-files", loss: "content" }
          : { verb: "change", what: "worktree" },
      );
    case "mkdir":
    case "copy":
    case "cp":
      return files(call, "create", options.operands.slice(-1));
    case "move":
    case "mv":
    case "rename":
    case "ren":
      return files(call, "change", options.operands);
    default:
      return unknownAction(call);
  }
}
