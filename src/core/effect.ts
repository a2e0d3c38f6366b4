/**
 * What an action does to a resource. `replace` is a delete followed by a create of the same thing, a verb of
 * its own because what was in it is gone. `unknown` is an effect, never the absence of one.
 */
export const VERBS = [
  "read",
  "create",
  "change",
  "delete",
  "replace",
  "execute",
  "stop",
  "send",
  "expose",
  "escalate",
  "remove-protection",
  "spend",
  "unknown",
] as const;
export type Verb = (typeof VERBS)[number];

/** Verbs after which something that was there is there no more. */
export const DESTRUCTIVE: ReadonlySet<Verb> = new Set(["delete", "replace", "unknown"]);

/**
 * Where a resource lives. `workspace`: the project being worked on. `local`: this machine outside it.
 * `unknown` counts as production.
 */
export const ENVIRONMENTS = [
  "workspace",
  "local",
  "development",
  "staging",
  "production",
  "unknown",
] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Who can bring it back: our restore point, the provider's own undo, nobody, or nobody knows. */
export const WAYS_BACK = ["restore-point", "provider", "none", "unknown"] as const;
export type WayBack = (typeof WAYS_BACK)[number];

/**
 * R1: one call undoes it. R2: only with a safeguard taken before. R3: data back, but identity or time lost.
 * R4: never.
 */
export const REVERSIBILITIES = ["R1", "R2", "R3", "R4"] as const;
export type Reversibility = (typeof REVERSIBILITIES)[number];

/** What policy has to know about an effect beyond verb and resource. */
export const MARKS = [
  /** adds to something shared without taking anything away (a plain push) */
  "additive",
  /** the thing deleted is a backup, a snapshot or another way back */
  "backup",
  /** the data and the backups it could come back from are deleted in one chain or one session */
  "data-and-backup",
  /** a whole tree, a whole bucket, every row: more than one would name one by one */
  "bulk",
  /** a bound of the analysis was reached (bytes, words, depth, rounds, time) */
  "bound",
  /** stops or rewrites the audit trail: ours, the provider's, the system's */
  "audit",
  /** governs the agent or the gate: hooks, shell start files, agent configuration, policy, keys, ledger */
  "control",
  /** a raw device, a file system, a partition table */
  "device",
  /** code from elsewhere that nobody here has read */
  "foreign-code",
  /** the version history itself */
  "history",
  /** leaves the workspace */
  "outside",
  /** with more rights than the operator's own */
  "privileged",
  /** a branch or tag that others build on */
  "protected",
  /** secret material: keys, tokens, credential files */
  "secret",
  /** used by others than the operator */
  "shared",
  /** part of the operating system or of installed software */
  "system",
  /** the project's own code, run by a program made for it; what it does is known only afterwards */
  "workspace-code",
  /** sends local data to another machine */
  "upload",
  /** the scope that the person declared does not cover it */
  "out-of-scope",
] as const;
export type Mark = (typeof MARKS)[number];

export interface Resource {
  /** Dotted kind, the tool first: `file`, `git.branch`, `k8s.namespace`, `sql.table`, `aws.rds.instance`. */
  readonly kind: string;
  readonly name: string;
  readonly environment: Environment;
}

export interface Effect {
  readonly verb: Verb;
  readonly resource: Resource;
  readonly wayBack: WayBack;
  readonly reversibility: Reversibility;
  /** How many resources; `null` when it cannot be told ahead. */
  readonly count: number | null;
  /** False when any part of it is a guess. A guess never lowers a tier. */
  readonly certain: boolean;
  readonly marks: readonly Mark[];
  /** The piece of the request that causes it, for the person who reads. Controlled by the agent: untrusted. */
  readonly by: string;
  /** The folder it is done in, absolute, where the name alone does not tell what is meant; `null`: not known ahead. */
  readonly folder?: string | null;
  /** What to do instead, when the analyzer knows a smaller way. */
  readonly advice?: string;
}

/** One line for an effect, as examples and listings show it: `delete k8s.namespace payments @production`. */
export function describeEffect(effect: Effect): string {
  const { kind, name, environment } = effect.resource;
  const where = environment === "workspace" ? "" : ` @${environment}`;
  const many = effect.count !== null && effect.count > 1 ? ` ×${effect.count}` : "";
  return `${effect.verb}${effect.certain ? "" : "?"} ${kind} ${name}${where}${many}`;
}

export function hasMark(effect: Effect, mark: Mark): boolean {
  return effect.marks.includes(mark);
}
