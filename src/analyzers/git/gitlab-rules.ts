import type { Finding } from "../analyzer.ts";
import { fileEffects, found, NOTHING } from "../effects.ts";
import { literal } from "../options.ts";
import {
  adds,
  changes,
  deed,
  deletes,
  edits,
  escalates,
  type ForgeCall,
  given,
  ownSettings,
  type Rule,
  readsSecret,
  rulesOf,
} from "./forge.ts";
import { judgeApi } from "./forge-api.ts";

/** Groups without actions. */
export const SINGLE: ReadonlySet<string> = new Set(["api", "completion", "version", "help", "check-update"]);

/** Second names of groups and actions (docs.gitlab.com/cli). */
export const ALIASES: Readonly<Record<string, string>> = {
  pipeline: "ci",
  pipe: "ci",
  project: "repo",
  ls: "list",
  new: "create",
  accept: "merge",
  comment: "note",
  show: "view",
  rm: "delete",
  remove: "delete",
  del: "delete",
  skd: "schedule",
  sched: "schedule",
  var: "variable",
  opentofu: "tofu",
  terraform: "tofu",
  tf: "tofu",
};

export const RULES: ReadonlyMap<string, Rule> = rulesOf([
  [
    "mr list, mr view, mr diff, mr issues, mr approvers, issue list, issue view, issue board, incident list, incident view, ci list, ci view, ci status, ci trace, ci get, ci lint, ci config, repo view, repo list, repo search, repo contributors, repo members",
    "read",
  ],
  [
    "release list, release view, variable list, schedule list, ssh-key list, ssh-key get, gpg-key list, deploy-key list, deploy-key get, token list, label list, label get, milestone list, milestone get, iteration list, user events, snippet list, runner list",
    "read",
  ],
  [
    "cluster graph, cluster agent, stack list, stack move, alias list, config get, changelog generate, securefile list, securefile get, completion, version, help, help *, check-update, duo ask, work-items list, todo list, container-registry list",
    "read",
  ],
  [
    "mr create, mr note, mr todo, mr for, mr subscribe, mr unsubscribe, issue create, issue note, issue subscribe, issue unsubscribe, incident create, incident note, incident subscribe, label create, milestone create, snippet create",
    (call) => deed(call, adds(nounOf(call))),
  ],
  [
    "mr update, mr revoke, issue update, label edit, milestone edit, work-items update",
    (call) => deed(call, edits(nounOf(call))),
  ],
  [
    "mr close, mr reopen, mr rebase, issue close, issue reopen, incident close, incident reopen, repo transfer, repo mirror, repo update, schedule create, schedule update, stack sync, repo publish",
    (call) => deed(call, changes(nounOf(call))),
  ],
  ["mr merge", { verb: "change", kind: "merge-request", reversibility: "R3" }],
  ["mr approve", escalates("approval")],
  ["mr checkout", (call) => call.scene.argv(["git", "switch", "merge-request"].map(literal))],
  [
    "mr delete, issue delete, release delete, label delete, milestone delete, snippet delete, schedule delete, ci delete, securefile delete, cluster delete, runner delete, container-registry delete",
    (call) => deed(call, deletes(nounOf(call))),
  ],
  [
    "repo create",
    (call) =>
      deed(
        call,
        given(call, "-P", "--public")
          ? { verb: "expose", kind: "repository", reversibility: "R3", marks: ["upload"] }
          : changes("repository"),
      ),
  ],
  ["repo fork", adds("repository")],
  ["repo clone", cloneRepository],
  ["repo archive", (call) => downloadTo(call, ".")],
  ["repo delete", { ...deletes("repository", ["bulk"]), advice: "archive it in its settings instead" }],
  [
    "release create, release upload",
    (call) => deed(call, { verb: "create", kind: "release", reversibility: "R3", marks: ["upload"] }),
  ],
  ["release download, job artifact, ci artifact, securefile download", (call) => downloadTo(call, ".")],
  [
    "securefile create",
    (call) => deed(call, { verb: "send", kind: "secure-file", reversibility: "R3", marks: ["upload"] }),
  ],
  ["variable get, variable export", (call) => readsSecret(call, "variable")],
  [
    "variable set, variable update, variable delete",
    (call) =>
      deed(call, {
        verb: call.action.endsWith("delete") ? "delete" : "change",
        kind: "variable",
        reversibility: "R4",
        marks: ["secret"],
        names: [call.options.value("-s", "--scope")?.text],
      }),
  ],
  [
    "ci run, ci run-trig, ci trigger, ci retry, schedule run",
    (call) =>
      deed(call, {
        verb: "execute",
        kind: "pipeline",
        reversibility: "R3",
        names: call.args.map((word) => word.text),
      }),
  ],
  ["ci cancel", { verb: "stop", kind: "pipeline", reversibility: "R1" }],
  [
    "ssh-key add, gpg-key add, deploy-key add, token create, token rotate, runner create, cluster agent-token",
    escalates("key"),
  ],
  ["ssh-key delete, gpg-key delete, deploy-key delete, token revoke", deletes("key")],
  ["auth status", (call) => (given(call, "-t", "--show-token") ? readsSecret(call, "token") : NOTHING)],
  [
    "auth login, auth logout, auth configure-docker, auth docker-helper, auth dpop-gen",
    (call) => ownSettings(call, "sign-in", ["secret"]),
  ],
  ["alias set", setAlias],
  ["alias delete", (call) => ownSettings(call, "alias")],
  [
    "config set, config edit",
    (call) =>
      ownSettings(
        call,
        "config",
        /^(editor|browser|glamour_style|visual)$/.test(call.options.operands[0]?.text ?? "editor")
          ? ["control"]
          : [],
      ),
  ],
  [
    "stack create, stack save, stack amend, stack next, stack prev, stack first, stack last, stack switch, stack reorder",
    (call) => call.scene.argv(["git", "rebase"].map(literal)),
  ],
  ["api", judgeApi],
]);

const NOUNS: Readonly<Record<string, string>> = { mr: "merge-request", repo: "repository", ci: "pipeline" };

function nounOf(call: ForgeCall): string {
  const group = call.action.split(" ")[0] ?? "";
  return NOUNS[group] ?? group;
}

function cloneRepository(call: ForgeCall): Finding {
  const [source, folder] = call.options.operands;
  if (!source) return NOTHING;
  const text =
    source.text === undefined || /[:@]/.test(source.text)
      ? source
      : literal(`https://gitlab.com/${source.text}`);
  return call.scene.argv([literal("git"), literal("clone"), text, ...(folder ? [folder] : [])]);
}

function downloadTo(call: ForgeCall, folder: string): Finding {
  const target = call.options.value("-D", "--dir", "--path", "-p") ?? literal(folder);
  return found(fileEffects("create", target, call.scene, { by: call.command.source }));
}

function setAlias(call: ForgeCall): Finding {
  const expansion = call.options.operands[1];
  const shell =
    given(call, "-s", "--shell") || expansion?.text === undefined || expansion.text.startsWith("!");
  return ownSettings(call, "alias", shell ? ["control"] : []);
}
