import type { Reversibility, Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { asksHelp, localEffect, secretEffect } from "../cloud/grammar.ts";
import { shown, targetOf } from "../cloud/target.ts";
import { singular, verbOfName } from "../cloud/words.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";

const VALUES =
  "-g --resource-group -n --name --subscription -o --output --query --ids -l --location --vault-name --account-name --server --server-name -s --cluster-name --namespace -f --file --template-file --parameters -p --scope --role --assignee --slot --image --sku --tags --command-id --scripts --container --container-name --source -d --destination --pattern --uri -u --method -m --body -b --headers --url --resource -e --environment --service --from-code --zone-name -z --record-set-name --workspace-name --type --settings --value --version --tenant --username --password --registry -r --repository --publish --app --revision --instance-count --node-count --min-count --max-count".split(
    " ",
  );
const FLAGS = new Set(
  "--yes -y --no-wait --verbose --debug --only-show-errors --help -h --all --force --force-deletion --no-prompt".split(
    " ",
  ),
);
const READ =
  /^(list|show|get|get-[a-z-]+|list-[a-z-]+|show-[a-z-]+|check[a-z-]*|exists|wait|validate[a-z-]*|what-if|search|query|tail|browse|find|version|download|export-template|diff|url|explain|available-[a-z-]+|logs|account-info|env get-values|what-if-[a-z]+|summarize)$/;
const SECRET =
  /^(account get-access-token|keyvault (secret|key|certificate) (show|download)|storage account (keys list|show-connection-string|generate-sas)|storage \w+ generate-sas|acr (credential show|login --expose-token)|redis list-keys|cosmosdb (keys list|list-keys|list-connection-strings)|webapp deployment list-publishing-(profiles|credentials)|functionapp keys list|servicebus .*keys list|eventhubs .*keys list|ad (sp|app) (create-for-rbac|credential reset)|cognitiveservices account keys list|search admin-key show|sql db show-connection-string --secret)/;

export const analyzer: Analyzer = {
  name: "azure",
  title: "Azure: az, azd",
  about:
    "The last word of the command group decides: list, show, get and check pass, keys and secrets are asked about, a verb that is not known is an unknown change.",
  programs: ["az", "azd"],
  analyze,
  examples: [
    { run: "az vm list -g prod -o table", does: [], tier: 0 },
    { run: "az account show", does: [], tier: 0 },
    {
      run: "az group delete --name prod-rg --yes --no-wait",
      does: ["delete azure.group prod-rg @production"],
      tier: 4,
    },
    {
      run: "az --subscription prod sql db delete -g rg -s srv -n main --yes",
      does: ["delete azure.sql.db main @production"],
      tier: 4,
    },
    {
      run: "az keyvault secret show --vault-name kv --name db",
      does: ["read azure.keyvault.secret db @unknown"],
      tier: 2,
    },
    { run: "az webapp up -n api", does: ["change azure.webapp api @unknown"], tier: 3 },
    { run: "az vm stop -g rg -n web", does: ["stop azure.vm web @unknown"], tier: 3 },
    { run: "az deployment group what-if -g rg -f main.bicep", does: [], tier: 0 },
    { run: "az lock delete --name keep", does: ["remove-protection azure.lock keep @unknown"], tier: 4 },
    { run: "az login", does: ["execute azure.local login"], tier: 1 },
    {
      run: "az rest --method delete --url https://management.azure.com/x",
      does: ["delete azure.rest https://management.azure.com/x @unknown"],
      tier: 4,
    },
    { run: "azd down --purge", does: ["delete azure.environment * @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (asksHelp(command.args)) return NOTHING;
  const options = parseOptions(command.args, { values: VALUES });
  const words = options.operands.filter((word, at) => !(at < 2 && afterUnknownOption(word, command.args)));
  const named = options.value("-n", "--name", "--ids", "--url", "--uri", "-u");
  const all = [
    ...options.values(
      "--subscription",
      "-g",
      "--resource-group",
      "-n",
      "--name",
      "--ids",
      "-s",
      "--server",
      "--vault-name",
      "-e",
      "--environment",
      "--account-name",
    ),
    ...words,
  ];
  const target = targetOf(undefined, all.map(shown), scene);
  const texts = words.map(shown);
  const line = texts.join(" ");
  const by = command.source;
  if (words.length === 0) return command.args.length === 0 ? NOTHING : unknown("az", target.environment, by);
  if (SECRET.test(line))
    return found([secretEffect(`azure.${texts.slice(0, 2).join(".")}`, shown(named), target, by)]);
  if (command.program === "azd") return developer(texts, options, words, target, by);
  if (texts[0] === "rest") return rest(options, target.environment, by);
  if (
    /^(login|logout|configure|extension|config|account set|aks get-credentials|aks install-cli|acr login|bicep|cache|init|upgrade|feedback|survey|self-test|interactive|cloud set)\b/.test(
      line,
    ) &&
    !/list|show/.test(line)
  )
    return found([localEffect("azure", words, by)]);
  return byVerb(words, texts, named, options, target.environment, by);
}

function afterUnknownOption(word: Word, args: readonly Word[]): boolean {
  const before = args[args.indexOf(word) - 1]?.text;
  return before?.startsWith("-") === true && !before.includes("=") && !FLAGS.has(before);
}

type Place = ReturnType<typeof targetOf>;

function byVerb(
  words: readonly Word[],
  texts: readonly string[],
  named: Word | undefined,
  options: Options,
  environment: Place["environment"],
  by: string,
): Finding {
  const at = verbAt(words, texts);
  if (at < 0) return unknown(texts.slice(0, 4).join(" "), environment, by);
  const word = texts[at] ?? "";
  if (READ.test(word)) return NOTHING;
  const kind = ["azure", ...texts.slice(0, at).map(singular)].join(".");
  const verb = special(word, texts) ?? verbOfName(word) ?? (word === "up" ? "change" : "unknown");
  return found([
    effect({
      verb: verb === "read" ? "unknown" : verb,
      kind,
      name: shown(named ?? words[at + 1]),
      environment,
      reversibility: levelOf(verb, texts, options),
      certain: verb !== "unknown",
      marks: /backup|snapshot|recovery/.test(kind) && verb === "delete" ? ["backup"] : [],
      ...(texts[0] === "group" && verb === "delete"
        ? { advice: "delete single resources instead; a CanNotDelete lock keeps a group" }
        : {}),
      by,
    }),
  ]);
}

/** Group names of az never stand behind the verb; the last word that is a verb and has only names before it counts. */
function verbAt(words: readonly Word[], texts: readonly string[]): number {
  const verbs = texts
    .map((text, at) =>
      words[at]?.text !== undefined &&
      at > 0 &&
      (READ.test(text) || verbOfName(text) !== undefined || text === "up")
        ? at
        : -1,
    )
    .filter((at) => at >= 0);
  const destructive = verbs.find(
    (at) =>
      !READ.test(texts[at] ?? "") &&
      /^(delete|purge|remove|stop|reset|destroy|deallocate|regenerate|revoke)/.test(texts[at] ?? ""),
  );
  return destructive ?? verbs.at(-1) ?? -1;
}

function special(word: string, texts: readonly string[]): Verb | undefined {
  const group = texts.slice(0, 2).join(" ");
  if (texts[0] === "lock" && word === "delete") return "remove-protection";
  if (/^(role assignment|role definition|ad )/.test(group) && word !== "delete") return "escalate";
  if (/^(deallocate|power-off|simulate-eviction)$/.test(word)) return "stop";
  if (/^(run-command|invoke|exec|ssh|redeploy)$/.test(word)) return "execute";
  if (word === "regenerate" || word === "renew") return "change";
  return undefined;
}

function levelOf(verb: Verb, texts: readonly string[], options: Options): Reversibility {
  if (verb === "create" || verb === "change" || verb === "stop" || verb === "escalate")
    return texts.includes("deployment") && options.value("--mode")?.text === "Complete" ? "R4" : "R1";
  if (texts[0] === "keyvault" && !texts.includes("purge")) return "R1";
  return "R4";
}

function rest(options: Options, environment: Place["environment"], by: string): Finding {
  const method = (options.value("--method", "-m")?.text ?? "get").toLowerCase();
  if (["get", "head", "options"].includes(method)) return NOTHING;
  const verb: Verb =
    method === "delete" ? "delete" : method === "put" || method === "patch" ? "change" : "unknown";
  return found([
    effect({
      verb,
      kind: "azure.rest",
      name: shown(options.value("--url", "--uri", "-u")),
      environment,
      reversibility: verb === "change" ? "R3" : "R4",
      certain: verb !== "unknown",
      by,
    }),
  ]);
}

function developer(
  texts: readonly string[],
  options: Options,
  words: readonly Word[],
  target: Place,
  by: string,
): Finding {
  const [first = "", second = ""] = texts;
  const environment = target.environment;
  if (
    /^(show|monitor|version|config|template|pipeline)$/.test(first) ||
    (first === "env" && /^(list|get-value)$/.test(second))
  )
    return NOTHING;
  if (/^(init|auth|package|restore|build|hooks|extension|add)$/.test(first) || first === "env") {
    return second === "get-values"
      ? found([secretEffect("azure.environment", "*", target, by)])
      : found([localEffect("azd", words, by)]);
  }
  const name = shown(options.value("-e", "--environment"));
  if (first === "down")
    return found([effect({ verb: "delete", kind: "azure.environment", name, environment, count: null, by })]);
  if (/^(up|deploy|provision)$/.test(first))
    return options.has("--preview")
      ? NOTHING
      : found([
          effect({
            verb: "change",
            kind: "azure.environment",
            name,
            environment,
            reversibility: "R3",
            count: null,
            by,
          }),
        ]);
  return unknown(first, environment, by);
}

function unknown(name: string, environment: Place["environment"], by: string): Finding {
  return found([
    effect({ verb: "unknown", kind: "azure", name, environment, count: null, certain: false, by }),
  ]);
}
