import type { Verb } from "../../core/effect.ts";

/** Verb words as cloud and SaaS interfaces use them, by what they do to the thing they name. */
const WORDS: Readonly<Record<Exclude<Verb, "unknown">, string>> = {
  read: `describe get list ls head lookup search select scan query estimate validate test simulate check preview filter
    download view show info status cat inspect explain diff find count exists watch tail logs log top version help
    whoami fetch read print ping health wait decode discover detect resolve retrieve compare outputs output graph
    history analyze audit lint doctor events open screenshot snapshot-list usage current tree stat stats peek poll
    summarize browse explore recall ask lookups describes whatif ps has is can verify-only dig metrics fields`,
  create: `create new add run-instances allocate request register copy clone upload launch provision init generate
    issue insert import invite subscribe submit bootstrap fork branch scaffold make build track record append`,
  change: `update modify put set attach associate tag untag enable edit patch rename move mv change rotate promote
    assign apply deploy upgrade rollback merge configure replace detach disassociate reset restore unset write save
    sync upsert link unlink migrate resize scale label annotate reboot restart redeploy release-version activate
    complete accept approve reject resume start undelete recover swap switch shift transfer lock unlock admit alter
    store batch-write publish-version transition close reopen resolve-thread triage assign-issue mark cp push pull-in
    convert extend increase decrease adjust initialize refresh retry`,
  delete: `delete del rm terminate remove purge deregister destroy release revoke flush drop erase wipe empty
    truncate uninstall unpublish prune clear forget evict leave undeploy nuke abandon discard expire detonate
    unregister decommission unprovision deprovision teardown down obliterate clean cleanup expunge trash archive`,
  replace: "rebuild recreate reinstall reimage re-create reprovision",
  execute: "invoke run execute exec call trigger dispatch eval evaluate ssh shell console rpc",
  stop: `stop disable cancel suspend pause halt drain cordon kill shutdown deactivate quarantine abort failover fail
    interrupt hibernate maintenance offline block deny stop-all poweroff freeze`,
  send: "send publish notify post email broadcast reply comment message pay charge refund payout capture tweet",
  expose: "expose share authorize public publicize tunnel",
  escalate: "grant impersonate elevate assume login-as sudo",
  "remove-protection": "unprotect bypass disable-protection",
  spend: "purchase buy order subscribe-plan topup",
};

const BY_WORD: ReadonlyMap<string, Verb> = new Map(
  (Object.entries(WORDS) as [Verb, string][]).flatMap(([verb, words]) =>
    words.split(/\s+/).map((word): [string, Verb] => [word, verb]),
  ),
);

/** Words that only say how the verb after them is applied. */
const ADVERBS = new Set([
  "batch",
  "bulk",
  "admin",
  "async",
  "force",
  "do",
  "try",
  "multi",
  "mass",
  "please",
  "auto",
  "execute-batch",
]);

/** What a single word means as a verb; `undefined` when it is none that we know. */
export function verbOfWord(word: string): Verb | undefined {
  return BY_WORD.get(word.toLowerCase());
}

/** The words of an operation's name: `DeleteDBInstance`, `delete-db-instance`, `apps:delete_all` → lower-case words. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/**
 * What an operation does by its name: the first word that is a verb decides, and a destructive word anywhere
 * after a mild one raises it (`schedule-key-deletion`, `update-and-delete`). `undefined` when no word is a verb.
 */
export function verbOfName(name: string): Verb | undefined {
  const words = wordsOf(name).filter((word) => !ADVERBS.has(word));
  const first = words.map(verbOfWord).find((verb) => verb !== undefined);
  if (first === "read" && verbOfWord(words[0] ?? "") === "read") return "read";
  const destructive = words.find((word) =>
    /^(delete|destroy|drop|purge|wipe|erase|truncate|terminate|deletion|termination|removal)$/.test(word),
  );
  return destructive ? "delete" : first;
}

/**
 * True for names such as `ssh-key` and `record-sets` that begin with a verb but are what the verb after them acts on.
 * A word that destroys is never taken for a noun.
 */
export function isCompoundNoun(word: string, next: string | undefined): boolean {
  if (next === undefined || !/^[a-z]+-[a-z-]+$/.test(word) || verbOfName(word) === "delete") return false;
  return /^[a-z]+$/.test(next) && verbOfWord(next) !== undefined;
}

/** `db-instances` → `db-instance`: the kind of thing that an operation's remaining words name. */
export function singular(noun: string): string {
  if (/ies$/.test(noun)) return noun.replace(/ies$/, "y");
  if (/(sses|xes|ches)$/.test(noun)) return noun.replace(/es$/, "");
  return /[^siu]s$/.test(noun) ? noun.slice(0, -1) : noun;
}

/** Names of tables, parameters, columns and files that hold secrets. */
export function saysSecret(name: string): boolean {
  const words = wordsOf(name);
  return (
    words.some((word) => SECRET_WORDS.has(word)) ||
    /api[_-]?keys?|access[_-]?keys?|private[_-]?keys?|auth[_-]?tokens?|pg_authid|pg_shadow|pg_user_mappings?$/i.test(
      name,
    )
  );
}

const SECRET_WORDS = new Set(
  "secret secrets token tokens credential credentials password passwords passwd apikey apikeys session sessions otp mfa oauth vault".split(
    " ",
  ),
);
