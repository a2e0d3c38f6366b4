import type { Reversibility, Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { judgeBq, judgeGsutil } from "../cloud/google-storage.ts";
import { asksHelp, localEffect, secretEffect } from "../cloud/grammar.ts";
import { shown, targetOf } from "../cloud/target.ts";
import { isCompoundNoun, singular, verbOfName } from "../cloud/words.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";

const VALUES =
  "--project --account --configuration --format --filter --flags-file --billing-project --impersonate-service-account --verbosity --region --zone --location --limit --page-size --sort-by --instance --cluster --namespace --version --database --member --role --command --zones --regions --image --source --keyring --secret --data-file --service --to-revisions --machine-type --service-account --network --subnet --tag --tags --labels --update-env-vars --set-env-vars --dataset --topic --subscription --message --size --num-nodes --node-pool --access-token-file --trace-token --user-output-enabled --log-http --organization --folder".split(
    " ",
  );
const FLAGS = new Set(
  "--quiet -q --async --global --force --no-async --all --uri --help --recursive -r --preview --validate-only --dry-run --allow-unauthenticated --interactive".split(
    " ",
  ),
);

/** Words that gcloud uses as group names although they read like verbs. */
const GROUPS = new Set(
  "run deploy builds services scheduler transfer deployment-manager functions filestore monitoring app logging import-jobs images projects policies operations connect backup backups backup-dr config auth iam access-context-manager assured identity".split(
    " ",
  ),
);
const READ =
  /^(describe|list|get|get-[a-z-]+|read|tail|search[a-z-]*|lookup|check[a-z-]*|analyze[a-z-]*|test-iam-permissions|ls|cat|diff|export-logs|log|info|version|feedback|cheat-sheet|topic|survey|list-[a-z-]+|wait|explain|browse|du|hash|stat|validate[a-z-]*|simulate[a-z-]*|troubleshoot[a-z-]*|print-settings|preview|query[a-z-]*)$/;
const SECRET =
  /^(auth (application-default )?print-(access|identity)-token|auth print-refresh-token|secrets versions access|iam service-accounts keys create|container clusters get-credentials --internal|sql generate-login-token|config config-helper)$/;
const LOCAL =
  /^(auth (login|revoke|list|application-default|configure-docker|activate-service-account)|config|init|components|container clusters get-credentials|emulators|beta emulators|alpha emulators|app create-local|cloud-shell|meta|source repos clone)\b/;

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^sql instances delete/, "take a final backup first: --enable-final-backup"],
  [/^projects delete/, "shut single services down instead; a lien keeps a project"],
  [/^(memorystore|redis) instances delete/, "update the instance in place, or export it first"],
  [/^compute (instances|disks) delete/, "create a snapshot first: gcloud compute disks snapshot"],
];

export const analyzer: Analyzer = {
  name: "gcloud",
  title: "Google Cloud: gcloud, gsutil, bq",
  about:
    "The verb after the groups decides: describe, list, get and read pass, secrets are asked about, a verb that is not known is an unknown change.",
  programs: ["gcloud", "gsutil", "bq"],
  analyze,
  examples: [
    { run: "gcloud compute instances list --project prod", does: [], tier: 0 },
    { run: "gcloud run services list", does: [], tier: 0 },
    {
      run: "gcloud memorystore instances delete rsvp --location=asia-south1",
      does: ["delete gcp.memorystore.instance rsvp @unknown"],
      tier: 4,
    },
    {
      run: "gcloud --project acme-prod sql instances delete main --quiet",
      does: ["delete gcp.sql.instance main @production"],
      tier: 4,
    },
    { run: "gcloud run deploy api --image gcr.io/x/api", does: ["change gcp.run api @unknown"], tier: 3 },
    { run: "gcloud auth print-access-token", does: ["read gcp.auth print-access-token @unknown"], tier: 2 },
    { run: "gcloud config set project acme", does: ["execute gcloud.local config set"], tier: 1 },
    {
      run: "gcloud projects add-iam-policy-binding p --member=user:a --role=roles/owner",
      does: ["escalate gcp.project p @unknown"],
      tier: 4,
    },
    {
      run: "gcloud secrets versions access latest --secret=db",
      does: ["read gcp.secrets db @unknown"],
      tier: 2,
    },
    { run: "gsutil ls gs://bucket", does: [], tier: 0 },
    {
      run: "gsutil -m rm -r gs://bucket/data",
      does: ["delete gcp.storage.object gs://bucket/data @unknown"],
      tier: 4,
    },
    { run: "bq query --use_legacy_sql=false 'SELECT 1'", does: [], tier: 0 },
    { run: "bq rm -r -f dataset", does: ["delete gcp.bigquery.dataset dataset @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (command.program === "gsutil") return judgeGsutil(command, scene);
  if (command.program === "bq") return judgeBq(command, scene);
  if (asksHelp(command.args)) return NOTHING;
  const options = parseOptions(command.args, { values: VALUES });
  const path = options.operands.filter((word) => !["beta", "alpha", "preview"].includes(word.text ?? ""));
  const unsure = path.find((word) => path.indexOf(word) < 2 && afterUnknownOption(word, command.args));
  const words = unsure ? path.filter((word) => word !== unsure) : path;
  const names = [
    ...options.values(
      "--project",
      "--configuration",
      "--instance",
      "--cluster",
      "--impersonate-service-account",
      "--account",
    ),
    ...words,
  ].map(shown);
  const target = targetOf(undefined, [...names, scene.variable("CLOUDSDK_CORE_PROJECT")], scene);
  const by = command.source;
  if (words.length === 0)
    return command.args.length === 0 || options.has("--version")
      ? NOTHING
      : unknown("gcloud", target.environment, by);
  const texts = words.map(shown);
  const line = texts.join(" ");
  if (
    SECRET.test(texts.slice(0, 4).join(" ")) ||
    SECRET.test(texts.slice(0, 3).join(" ")) ||
    SECRET.test(texts.slice(0, 2).join(" "))
  ) {
    return found([
      secretEffect(`gcp.${texts[0]}`, shown(options.value("--secret") ?? words.at(-1)), target, by),
    ]);
  }
  if (/^config (get|get-value|list|configurations (list|describe))\b|^auth list|^components list/.test(line))
    return NOTHING;
  if (LOCAL.test(line)) return found([localEffect("gcloud", words, by)]);
  if (texts[0] === "storage" && texts.length > 1 && /^(cp|mv|rm|rsync|ls|cat|du)$/.test(texts[1] ?? ""))
    return judgeGsutil(
      { ...command, args: command.args.slice(command.args.indexOf(words[0] as Word) + 1) },
      scene,
    );
  return byVerb(words, texts, line, target.environment, by);
}

function afterUnknownOption(word: Word, args: readonly Word[]): boolean {
  const before = args[args.indexOf(word) - 1]?.text;
  return (
    before?.startsWith("-") === true &&
    !before.includes("=") &&
    !FLAGS.has(before) &&
    !before.startsWith("--no-")
  );
}

/** The verb is the first word after the groups that is one; group names never stand behind it. */
function byVerb(
  words: readonly Word[],
  texts: readonly string[],
  line: string,
  environment: ReturnType<typeof targetOf>["environment"],
  by: string,
): Finding {
  const at = texts.findIndex((text, index) => words[index]?.text !== undefined && isVerb(text, index, texts));
  if (at < 0) return unknown(line.slice(0, 120), environment, by);
  const verbWord = texts[at] ?? "";
  if (READ.test(verbWord)) return NOTHING;
  const nouns = texts.slice(0, at).map(singular);
  const verb = specialVerb(verbWord) ?? verbOfName(verbWord) ?? "unknown";
  const advice = ADVICE.find(([pattern]) => pattern.test(line))?.[1];
  return found([
    effect({
      verb: verb === "read" ? "unknown" : verb,
      kind: ["gcp", texts[0], ...nouns.slice(1)]
        .filter((part) => part !== undefined)
        .slice(0, Math.max(2, at + 1))
        .join(".")
        .replace(/^gcp\.([^.]*)$/, (_, one: string) => `gcp.${at > 1 ? one : singularGroup(one)}`),
      name: shown(words[at + 1]),
      environment,
      reversibility: levelOf(verb, texts),
      count: Math.max(1, texts.length - at - 1),
      certain: verb !== "unknown" && verb !== "read",
      marks: /backup|snapshot/.test(nouns.join(" ")) && verb === "delete" ? ["backup"] : [],
      ...(advice ? { advice } : {}),
      by,
    }),
  ]);
}

function singularGroup(group: string): string {
  return group === "projects" || group === "secrets" ? singular(group) : group;
}

function isVerb(text: string, index: number, texts: readonly string[]): boolean {
  const isGroup = GROUPS.has(text) && index === 0 && texts.length > 1;
  if (
    isGroup ||
    (index > 0 &&
      index < 3 &&
      GROUPS.has(text) &&
      texts[index + 1] !== undefined &&
      (READ.test(texts[index + 1] ?? "") || verbOfName(texts[index + 1] ?? "") !== undefined))
  )
    return false;
  if (isCompoundNoun(text, texts[index + 1])) return false;
  const verb = verbOfName(text);
  return READ.test(text) || (verb !== undefined && verb !== "read");
}

function specialVerb(word: string): Verb | undefined {
  if (/iam-policy|policy-binding/.test(word)) return "escalate";
  if (/^(ssh|scp|call|execute|run|submit|trigger)$/.test(word)) return "execute";
  if (/^remove-.*(lien|lock|protection)/.test(word)) return "remove-protection";
  return undefined;
}

function levelOf(verb: Verb, texts: readonly string[]): Reversibility {
  if (verb === "create" || verb === "change" || verb === "stop" || verb === "escalate") return "R1";
  if (texts[0] === "projects" && texts[1] === "delete") return "R1";
  return "R4";
}

function unknown(name: string, environment: ReturnType<typeof targetOf>["environment"], by: string): Finding {
  return found([
    effect({ verb: "unknown", kind: "gcp", name, environment, count: null, certain: false, by }),
  ]);
}
