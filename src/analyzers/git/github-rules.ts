import type { Finding } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
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
export const SINGLE: ReadonlySet<string> = new Set([
  "api",
  "browse",
  "status",
  "completion",
  "version",
  "help",
  "co",
  "copilot",
]);

/** Second names of groups and actions (cli.github.com/manual). */
export const ALIASES: Readonly<Record<string, string>> = {
  cs: "codespace",
  ext: "extension",
  extensions: "extension",
  extn: "extension",
  ls: "list",
  new: "create",
  remove: "delete",
  skills: "skill",
  at: "attestation",
  "agent-tasks": "agent-task",
  agent: "agent-task",
  rs: "ruleset",
};

export const RULES: ReadonlyMap<string, Rule> = rulesOf([
  [
    "pr list, pr view, pr diff, pr checks, pr status, issue list, issue view, issue status, repo list, repo view, repo gitignore, repo license, repo credits, repo garden",
    "read",
  ],
  [
    "release list, release view, release verify, release verify-asset, run list, run view, run watch, workflow list, workflow view, secret list, variable list, variable get, label list, cache list",
    "read",
  ],
  [
    "gist list, gist view, codespace list, codespace view, codespace logs, codespace ports, ssh-key list, gpg-key list, ruleset list, ruleset view, ruleset check, project list, project view",
    "read",
  ],
  [
    "project field-list, project item-list, org list, search *, attestation verify, attestation trusted-root, extension list, extension search, extension browse, alias list, config get, config list",
    "read",
  ],
  [
    "status, browse, completion, version, help, help *, version *, preview *, agent-task list, agent-task view, repo autolink, licenses, skill list, skill search, skill preview, ",
    "read",
  ],
  [
    "pr create, issue create, pr comment, issue comment, label create, label clone, issue develop, pr update-branch, issue pin, project item-add, project item-create, project create, project copy, project field-create",
    (call) => deed(call, adds(nounOf(call))),
  ],
  [
    "pr edit, issue edit, pr ready, project item-edit, project edit, label edit, issue unpin, project link",
    (call) => deed(call, edits(nounOf(call))),
  ],
  [
    "pr close, pr reopen, issue close, issue reopen, issue transfer, issue lock, issue unlock, pr lock, pr unlock, repo rename, repo unarchive, workflow enable, cache delete, project close, project unlink, project mark-template",
    (call) => deed(call, changes(nounOf(call))),
  ],
  ["pr merge", mergePull],
  ["pr review", reviewPull],
  ["pr revert", adds("pull-request")],
  ["pr checkout, co, co *", (call) => call.scene.argv(["git", "switch", "pull-request"].map(literal))],
  [
    "issue delete, release delete, release delete-asset, run delete, gist delete, label delete, project delete, project field-delete, project item-delete, variable delete, project item-archive",
    (call) => deed(call, deletes(nounOf(call))),
  ],
  ["repo create", createRepository],
  ["repo fork", adds("repository")],
  ["repo clone", cloneRepository],
  ["gist clone", cloneRepository],
  [
    "repo set-default",
    (call) => call.scene.argv(["git", "config", "remote.origin.gh-resolved", "base"].map(literal)),
  ],
  [
    "repo sync",
    (call) =>
      deed(
        call,
        given(call, "--force") ? { verb: "delete", kind: "commits", reversibility: "R3" } : edits("branch"),
      ),
  ],
  ["repo edit", editRepository],
  [
    "repo archive",
    {
      ...changes("repository"),
      marks: ["bulk"],
      advice: "an archived repository refuses every push and comment",
    },
  ],
  ["repo delete", { ...deletes("repository", ["bulk"]), advice: "archive it, or transfer it" }],
  ["repo deploy-key, ssh-key add, gpg-key add", escalates("key")],
  ["ssh-key delete, gpg-key delete", deletes("key")],
  [
    "release create, release upload, release edit",
    (call) => deed(call, { verb: "create", kind: "release", reversibility: "R3", marks: ["upload"] }),
  ],
  ["release download, run download, attestation download", downloads],
  [
    "secret set, secret delete",
    (call) =>
      deed(call, {
        verb: call.action.endsWith("set") ? "change" : "delete",
        kind: "secret",
        reversibility: "R4",
        marks: ["secret"],
        names: [call.options.value("-e", "--env")?.text],
      }),
  ],
  [
    "variable set",
    (call) =>
      deed(call, { ...changes("variable"), reversibility: "R3", names: [call.options.value("--env")?.text] }),
  ],
  [
    "workflow run, run rerun",
    (call) =>
      deed(call, {
        verb: "execute",
        kind: "workflow",
        reversibility: "R3",
        names: [...call.options.values("-f", "-F", "--field", "--raw-field"), ...call.args].map(
          (word) => word.text,
        ),
      }),
  ],
  ["run cancel", { verb: "stop", kind: "run", reversibility: "R1" }],
  ["workflow disable", { verb: "stop", kind: "workflow", reversibility: "R1" }],
  ["auth status", (call) => (given(call, "-t", "--show-token") ? readsSecret(call, "token") : NOTHING)],
  ["auth token", (call) => readsSecret(call, "token")],
  [
    "auth login, auth logout, auth refresh, auth switch, auth setup-git, auth git-credential",
    (call) => ownSettings(call, "sign-in", ["secret"]),
  ],
  ["alias set", setAlias],
  ["alias import", (call) => ownSettings(call, "alias", ["control"])],
  ["alias delete", (call) => ownSettings(call, "alias")],
  [
    "config set",
    (call) =>
      ownSettings(
        call,
        "config",
        /^(editor|pager|browser)$/.test(call.options.operands[0]?.text ?? "pager") ? ["control"] : [],
      ),
  ],
  ["config clear-cache", "read"],
  [
    "extension install, extension upgrade, extension create, skill install, skill update",
    (call) =>
      found([
        effect({
          verb: "create",
          kind: "github.extension",
          name: call.options.operands[0]?.source ?? "all",
          environment: "local",
          reversibility: "R1",
          marks: ["foreign-code", "outside"],
          by: call.command.source,
        }),
      ]),
  ],
  ["extension delete", (call) => ownSettings(call, "extension")],
  [
    "gist create, gist edit, gist rename",
    (call) =>
      deed(call, {
        verb: "send",
        kind: "gist",
        reversibility: given(call, "--public") ? "R4" : "R3",
        marks: ["upload"],
      }),
  ],
  ["codespace create", { verb: "spend", kind: "codespace", reversibility: "R1" }],
  ["codespace delete, codespace rebuild", deletes("codespace")],
  ["codespace stop", { verb: "stop", kind: "codespace", reversibility: "R1" }],
  ["codespace edit", changes("codespace")],
  ["codespace ssh", codespaceShell],
  [
    "codespace cp",
    (call) => deed(call, { verb: "send", kind: "codespace", reversibility: "R3", marks: ["upload"] }),
  ],
  ["agent-task create", { verb: "execute", kind: "agent-task", reversibility: "R3" }],
  ["api", judgeApi],
]);

const NOUNS: Readonly<Record<string, string>> = { pr: "pull-request", repo: "repository" };

function nounOf(call: ForgeCall): string {
  const group = call.action.split(" ")[0] ?? "";
  return NOUNS[group] ?? group;
}

function mergePull(call: ForgeCall): Finding {
  const base = { kind: "pull-request", reversibility: "R3" } as const;
  if (given(call, "--disable-auto")) return deed(call, changes("pull-request"));
  if (!given(call, "--admin")) return deed(call, { ...base, verb: "change" });
  return deed(call, {
    ...base,
    verb: "remove-protection",
    advice: "merge without --admin, so that the branch's rules hold",
  });
}

/** An approval is a person's vote: an agent has none. */
function reviewPull(call: ForgeCall): Finding {
  const flags = call.args.map((arg) => arg.text ?? "-a");
  return flags.some((flag) => /^(--app\w*(=true)?|-[a-z]*a[a-z]*)$/.test(flag))
    ? deed(call, escalates("approval"))
    : deed(call, adds("review"));
}

function createRepository(call: ForgeCall): Finding {
  if (given(call, "--public"))
    return deed(call, { verb: "expose", kind: "repository", reversibility: "R3", marks: ["upload"] });
  return deed(call, changes("repository"));
}

function cloneRepository(call: ForgeCall): Finding {
  const [source, folder] = call.options.operands;
  if (!source) return NOTHING;
  const text =
    source.text === undefined || /[:@]/.test(source.text)
      ? source
      : literal(`https://github.com/${source.text}`);
  return call.scene.argv([literal("git"), literal("clone"), text, ...(folder ? [folder] : [])]);
}

function editRepository(call: ForgeCall): Finding {
  const visibility = call.options.value("--visibility");
  if (visibility) {
    const hides = visibility.text === "private" || visibility.text === "internal";
    return deed(call, {
      verb: hides ? "change" : "expose",
      kind: "repository",
      reversibility: hides ? "R3" : "R4",
      marks: hides ? ["bulk"] : [],
    });
  }
  const text = call.options.names.every((name) =>
    /^(-d|-h|--description|--homepage|--add-topic|--remove-topic|-R|--repo)$/.test(name),
  );
  return deed(call, text ? edits("repository") : changes("repository"));
}

function downloads(call: ForgeCall): Finding {
  const folder = call.options.value("-D", "--dir") ?? literal(".");
  return found(fileEffects("create", folder, call.scene, { by: call.command.source }));
}

function setAlias(call: ForgeCall): Finding {
  const expansion = call.options.operands[1];
  const shell =
    given(call, "-s", "--shell") || expansion?.text === undefined || /^(!|-$)/.test(expansion.text);
  return ownSettings(call, "alias", shell ? ["control"] : []);
}

function codespaceShell(call: ForgeCall): Finding {
  const dashes = call.args.findIndex((arg) => arg.text === "--");
  const words = dashes < 0 ? call.options.operands : call.args.slice(dashes + 1);
  const place = { host: "codespace", environment: "development" } as const;
  if (words.length === 0)
    return combine(
      found([unknownEffect(call.scene, "program", "a shell in a codespace", call.command.source)]),
    );
  const text = words.map((word) => word.text);
  if (text.some((one) => one === undefined))
    return found([unknownEffect(call.scene, "program", "a command in a codespace", call.command.source)]);
  return call.scene.shell(text.join(" "), { place, cwd: undefined });
}
