import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../error.ts";
import { failureOf } from "../program.ts";
import { type GitOptions, git, harmlessFarEnd, needGit } from "./call.ts";
import type { Target } from "./target.ts";

/** References by name, and the ids that they have. */
export type References = ReadonlyMap<string, string>;

const ASK = 30_000;
const FETCH = 120_000;
/** Loose objects of the operator's repository that are borrowed; packs always are. */
const MAX_LOOSE = 20_000;
const MAX_HAVES = 2_000;
/** An object's id, SHA-1 or SHA-256, in hexadecimal. */
export const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** The full name of a reference (git-check-ref-format(1)); the remote chooses it. Peeled tags (`^{}`) are none. */
export const REFERENCE = /^refs\/[^\s\0-\x1f\x7f~^:?*[\\]+$/;

/** What the remote has. Throws `UserError` when it does not answer. */
export async function askRemote(store: string, target: Target, options: GitOptions): Promise<References> {
  if (!existsSync(join(store, "HEAD"))) await makeStore(store, "sha1", options);
  const args = ["ls-remote", "--quiet", ...farEnd(target, "upload-pack"), "--", target.address];
  const call = { store, args, patience: ASK };
  const why =
    target.ignored.length === 0
      ? ""
      : ` (not used, as the repository could make it any program: ${target.ignored.join(", ")})`;
  const what = `cannot ask \`${target.shown}\` what it has${why}`;
  const printed = await needGit({ ...call, ...connection(target) }, options, what);
  return new Map(
    printed.split("\n").flatMap((line) => {
      const [id = "", name = ""] = line.split("\t");
      return ID.test(id) && REFERENCE.test(name) ? [[name, id] as const] : [];
    }),
  );
}

/** A repository of this machine may have settings of the agent's: its end of the connection is told not to use them. */
export function farEnd({ local }: Target, program: "upload-pack" | "receive-pack"): readonly string[] {
  return local ? [`--${program}=${harmlessFarEnd(program)}`] : [];
}

async function makeStore(store: string, format: "sha1" | "sha256", options: GitOptions): Promise<void> {
  rmSync(store, { recursive: true, force: true });
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const args = ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`];
  await needGit({ store, args, patience: ASK }, options, "cannot make a store for git objects");
}

/** What a call to this remote has to be given. */
export function connection({ ssh, settings }: Target) {
  return { settings, ...(ssh === undefined ? {} : { ssh }) };
}

/** Where objects come from when they need not come over the network. */
export interface Source {
  /** The operator's repository. */
  readonly folder: string;
  readonly common: string;
}

/** Objects to be kept: references of the remote, and what they are called in the store. */
export interface Wanted {
  readonly store: string;
  readonly target: Target;
  readonly references: References;
  readonly nameInStore: (name: string) => string;
}

/**
 * Brings the objects of references into a store of ours. What the operator's repository has already gets a second
 * name in the store (no copy, and no `git gc` there can take it away); the rest is fetched. The operator's repository
 * gets no new reference, which a mirror push would send along. Throws `UserError`.
 */
export async function keepObjects(wanted: Wanted, source: Source, options: GitOptions): Promise<void> {
  const [first = ""] = wanted.references.values();
  const fresh = () => makeStore(wanted.store, first.length === 64 ? "sha256" : "sha1", options);
  if (first.length === 64) await fresh();
  if (borrow(source.common, wanted.store)) {
    await nameHaves(source, wanted.store, options);
    const quick = await fetchInto(wanted, options);
    if (quick.code === 0) return;
    // Shallow, partial and borrowing repositories do not have all that their references promise.
    await fresh();
  }
  const whole = await fetchInto(wanted, options);
  if (whole.code === 0) return;
  throw new UserError(
    "NOT_FETCHED",
    `cannot fetch from \`${wanted.target.shown}\` what the push would take away: ${failureOf(whole)}`,
    "fetch it yourself (`git fetch`), then try again",
  );
}

function fetchInto({ store, target, references, nameInStore }: Wanted, options: GitOptions) {
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--stdin",
    ...farEnd(target, "upload-pack"),
  ];
  const input = [...references.keys()].map((name) => `+${name}:${nameInStore(name)}\n`).join("");
  const call = { store, args: [...args, "--", target.address], patience: FETCH, input };
  return git({ ...call, ...connection(target) }, options);
}

/** Gives the objects of another repository a second name here; false when there is nothing to borrow. */
function borrow(common: string, store: string): boolean {
  const from = join(common, "objects");
  const to = join(store, "objects");
  if (!existsSync(from)) return false;
  for (const name of namesIn(join(from, "pack")))
    if (/^pack-[0-9a-f]{40,64}\.(pack|idx|rev)$/.test(name))
      second(join(from, "pack"), join(to, "pack"), name);
  let loose = 0;
  for (const part of namesIn(from).filter((name) => /^[0-9a-f]{2}$/.test(name)))
    for (const name of namesIn(join(from, part)))
      if (/^[0-9a-f]{38,62}$/.test(name) && loose++ < MAX_LOOSE)
        second(join(from, part), join(to, part), name);
  if (existsSync(join(common, "shallow"))) copyFileSync(join(common, "shallow"), join(store, "shallow"));
  return true;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * A clone of the blocks where the file system can, else a second name, which survives deletion and replacement but no
 * write into the file: git itself never writes into objects.
 */
function second(from: string, to: string, name: string): void {
  if (!lstatSync(join(from, name), { throwIfNoEntry: false })?.isFile()) return;
  mkdirSync(to, { recursive: true });
  const [source, target] = [join(from, name), join(to, name)];
  const ways = [
    () => copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE),
    () => linkSync(source, target),
    () => copyFileSync(source, target),
  ];
  for (const way of ways) if (succeeds(way)) return;
}

/** What could not be borrowed is fetched. */
function succeeds(way: () => void): boolean {
  try {
    way();
    return true;
  } catch {
    return false;
  }
}

/** Tells git what the store has, so that a fetch asks only for the rest. */
async function nameHaves({ folder }: Source, store: string, options: GitOptions): Promise<void> {
  const list = [
    "for-each-ref",
    `--count=${MAX_HAVES}`,
    "--format=%(objectname)",
    "refs/remotes",
    "refs/heads",
  ];
  const listed = await git({ folder, args: list, patience: ASK }, options);
  const ids = [...new Set(listed.output.split("\n").filter((id) => ID.test(id)))];
  const there = await git(
    {
      store,
      args: ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
      patience: ASK,
      input: `${ids.join("\n")}\n`,
    },
    options,
  );
  const commits = there.output.split("\n").flatMap((line) => /^([0-9a-f]+) commit$/.exec(line)?.[1] ?? []);
  const input = commits.map((id, index) => `create refs/countersign/have/${index} ${id}\n`).join("");
  await git({ store, args: ["update-ref", "--stdin"], patience: ASK, input }, options);
}

/** The references of a store below a prefix, without the prefix. */
export async function storedReferences(
  store: string,
  prefix: string,
  options: GitOptions,
): Promise<References> {
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", prefix];
  const printed = await needGit({ store, args, patience: ASK }, options, "cannot read the store");
  return new Map(
    printed.split("\n").flatMap((line) => {
      const [id = "", name = ""] = line.split(" ");
      return ID.test(id) ? [[`refs/${name.slice(prefix.length + 1)}`, id] as const] : [];
    }),
  );
}
