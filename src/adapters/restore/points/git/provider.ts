import { basename, dirname, join } from "node:path";
import type { Effect } from "../../../../core/effect.ts";
import type { Json } from "../../../../core/json.ts";
import { UserError } from "../../../error.ts";
import { failureOf } from "../program.ts";
import type { KeptPoint, Made, PointContext, RestoreProvider } from "../provider.ts";
import { type GitOptions, git } from "./call.ts";
import { backupName, type KeptReference, type KeptRemote, remotesIn, storeOf, toJson } from "./kept.ts";
import { type Repository, repositoryOf } from "./repository.ts";
import { askRemote, connection, farEnd, keepObjects, type References, storedReferences } from "./store.ts";
import { type Aim, aimOf, type Target, targetsOf } from "./target.ts";
import { retrace, undoPushes } from "./undo.ts";

const KINDS = new Set(["git.remote-commits", "git.remote-branch", "git.remote-tag"]);
/** References of one remote that are kept. */
const MAX_REFERENCES = 20_000;
/** Backup references that are pushed in one go. */
const MAX_HIDDEN = 500;
const PUSH = 60_000;

/**
 * References of remotes that a push overwrites or deletes. Their ids and objects are kept in a bare store of ours, and
 * where the remote is another machine that takes it, under `refs/countersign/backup/` there too.
 */
export function gitRemotes(options: GitOptions): RestoreProvider {
  return {
    name: "git-remote",
    covers: canLose,
    make: (context) => make(context, options),
    after: async (kept) => {
      const remotes: Json[] = [];
      for (const remote of remotesIn(kept)) remotes.push({ references: await seenAt(kept, remote, options) });
      return { remotes };
    },
    undo: (kept, mode) => undoPushes(kept, mode, options),
    discard: (kept) => removeHidden(kept, options),
  };
}

/** A push with a lease counts as additive for a person's own branch, and loses commits all the same. */
function canLose({ verb, resource, by }: Effect): boolean {
  if (!KINDS.has(resource.kind)) return false;
  return verb === "delete" || /--force-with-lease|--force-if-includes/.test(by);
}

async function make(context: PointContext, options: GitOptions): Promise<Made> {
  const plans = new Map<string, { repository: Repository; target: Target; aims: Aim[] }>();
  for (const effect of context.effects) {
    const repository = await repositoryOf(effect, context.setting.cwd, options);
    const aim = aimOf(effect, repository);
    for (const target of await targetsOf(aim.remote, repository, options)) {
      const plan = plans.get(target.address) ?? { repository, target, aims: [] };
      plans.set(target.address, { ...plan, aims: [...plan.aims, aim] });
    }
  }
  const kept: KeptRemote[] = [];
  const notes: string[] = [];
  for (const { repository, target, aims } of plans.values()) {
    const one = { context, repository, target, aims, store: `${kept.length}.git` };
    const { remote, note } = await keepRemote(one, options);
    kept.push(remote);
    notes.push(...note);
  }
  return {
    what: kept.flatMap(described),
    reliability: "promised",
    notes,
    data: toJson(kept),
  };
}

/** Names shown in a list; the record has all of them. */
const SHOWN = 20;

function described({ shown, references }: KeptRemote): readonly string[] {
  const lines = references.slice(0, SHOWN).map(({ name, id }) => `${name} at ${shown}: ${id ?? "not there"}`);
  const more = references.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more at ${shown}`] : lines;
}

interface Keeping {
  readonly context: PointContext;
  readonly repository: Repository;
  readonly target: Target;
  readonly aims: readonly Aim[];
  readonly store: string;
}

async function keepRemote(
  { context, repository, target, aims, store }: Keeping,
  options: GitOptions,
): Promise<{ readonly remote: KeptRemote; readonly note: readonly string[] }> {
  const place = join(context.folder, store);
  const there = await askRemote(place, target, options);
  const chosen = new Map(aims.flatMap((aim) => aimedAt(aim, there)));
  if (chosen.size > MAX_REFERENCES)
    throw new UserError(
      "TOO_MANY_REFERENCES",
      `the push reaches ${chosen.size} references of \`${target.shown}\`, expected at most ${MAX_REFERENCES}`,
      "push fewer at once",
    );
  const present = new Map([...chosen].filter((entry): entry is [string, string] => entry[1] !== null));
  const nameInStore = (name: string) => backupName(context.action, name);
  const wanted = { store: place, target, references: present, nameInStore };
  if (present.size > 0) await keepObjects(wanted, repository, options);
  const ids =
    present.size > 0
      ? await storedReferences(place, backupName(context.action, "refs/").slice(0, -1), options)
      : present;
  const references = [...chosen.keys()].map((name): KeptReference => ({ name, id: ids.get(name) ?? null }));
  const hidden = await pushHidden(wanted, aims, options);
  const { folder } = repository;
  const remote = {
    folder,
    remote: target.remote,
    shown: target.shown,
    store,
    hidden: hidden === undefined,
    references,
  };
  const ignored = target.ignored.map(
    (key) => `not used, as the repository could make it any program: ${key}`,
  );
  return { remote, note: [...ignored, ...(hidden === undefined ? [] : [hidden])] };
}

/** The references that an aim reaches, with their ids there. One that does not exist yet is one to be removed again. */
function aimedAt({ name, isTag }: Aim, there: References): readonly (readonly [string, string | null])[] {
  const own = [...there].filter(
    ([one]) => !/^refs\/(countersign|pull|merge-requests|keep-around)\//.test(one),
  );
  if (name === undefined || name === "*")
    return isTag && name === "*" ? own.filter(([one]) => one.startsWith("refs/tags/")) : own;
  if (name.includes("*")) {
    const pattern = globOf(name);
    return own.filter(([one]) => pattern.test(one));
  }
  const full = name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  const found = full.flatMap((one) => {
    const id = there.get(one);
    return id === undefined ? [] : [[one, id] as const];
  });
  const [first = name, second = name] = full;
  return found.length > 0 ? found : [[isTag ? second : first, null]];
}

function globOf(name: string): RegExp {
  const text = name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(name.startsWith("refs/") ? `^${text}$` : `^refs/(heads|tags)/${text}$`);
}

/** Puts the backup at the remote as well. `undefined` when that worked, else why not. */
async function pushHidden(
  { store, target, references, nameInStore }: Parameters<typeof keepObjects>[0],
  aims: readonly Aim[],
  options: GitOptions,
): Promise<string | undefined> {
  const where = "the backup is on this machine only";
  if (references.size === 0) return `${target.shown}: nothing there yet that could be lost`;
  // A push to a folder runs that folder's hooks here, outside of every isolation.
  if (target.local) return `${where}: \`${target.shown}\` is a folder of this machine`;
  if (
    references.size > MAX_HIDDEN ||
    aims.some(({ name, isTag }) => name === undefined || (name === "*" && !isTag))
  )
    return `${where}: such a push would remove it from \`${target.shown}\``;
  const names = [...references.keys()].map((name) => `${nameInStore(name)}:${nameInStore(name)}`);
  const args = [
    "push",
    "--quiet",
    "--no-verify",
    ...farEnd(target, "receive-pack"),
    "--",
    target.address,
    ...names,
  ];
  const result = await git({ store, args, patience: PUSH, ...connection(target) }, options);
  return result.code === 0
    ? undefined
    : `${where}: \`${target.shown}\` does not take it (${failureOf(result)})`;
}

async function seenAt(kept: KeptPoint, remote: KeptRemote, options: GitOptions): Promise<Json> {
  const target = await retrace(remote, options);
  const there = await askRemote(storeOf(kept, remote), target, options);
  return remote.references.map(({ name }) => ({ name, id: there.get(name) ?? null }));
}

async function removeHidden(kept: KeptPoint, options: GitOptions): Promise<void> {
  const action = basename(dirname(kept.folder));
  for (const remote of remotesIn(kept).filter(({ hidden }) => hidden)) {
    const target = await retrace(remote, options);
    const names = remote.references
      .filter(({ id }) => id !== null)
      .map(({ name }) => `:${backupName(action, name)}`);
    const args = ["push", "--quiet", "--no-verify", "--", target.address, ...names];
    const result = await git(
      { store: storeOf(kept, remote), args, patience: PUSH, ...connection(target) },
      options,
    );
    if (result.code !== 0)
      throw new UserError(
        "BACKUP_LEFT",
        `\`${remote.shown}\` keeps refs/countersign/backup/${action}: ${failureOf(result)}`,
        "delete these references there",
      );
  }
}
