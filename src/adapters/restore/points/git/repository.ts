import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Effect } from "../../../../core/effect.ts";
import { UserError } from "../../../error.ts";
import { plainWords } from "../words.ts";
import { type GitOptions, git, needGit } from "./call.ts";

/** A repository of the operator, read without running anything of it. */
export interface Repository {
  readonly folder: string;
  /** Where relative addresses begin: the top of the work tree. */
  readonly top: string;
  /** Where the objects are. */
  readonly common: string;
  /** Settings of the repository itself: the agent's words. */
  readonly settings: readonly Setting[];
  /** How the operator's own configuration has ssh started. */
  readonly ssh: string | undefined;
  readonly branch: string | undefined;
}

interface Setting {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
}

const PATIENCE = 10_000;

/** The repository that the command pushes from. Throws `UserError` when that cannot be told. */
export async function repositoryOf(effect: Effect, cwd: string, options: GitOptions): Promise<Repository> {
  const { by, folder } = effect;
  const written = folderOf(by, cwd);
  if (folder === null) throw cannotTell("the folder is known only when it runs");
  return readRepository(folder ?? written, options);
}

/** The repository around a folder. Throws `UserError` when there is none. */
export async function readRepository(folder: string, options: GitOptions): Promise<Repository> {
  const call = { folder, patience: PATIENCE };
  const args = ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel"];
  const asked = await git({ ...call, args }, options);
  const [directory, common, top] = asked.output.split("\n");
  if (!directory || !common)
    throw cannotTell(
      `\`${folder}\` is in no repository that git trusts (${asked.errors.trim().slice(0, 200)})`,
    );
  const listed = await needGit(
    { ...call, args: ["config", "--show-scope", "--null", "--list"] },
    options,
    `cannot read the settings of \`${folder}\``,
  );
  const all = listedSettings(listed);
  const ofScope = (...scopes: readonly string[]) => all.filter(({ scope }) => scopes.includes(scope));
  return {
    folder,
    top: top || directory,
    common,
    settings: ofScope("local", "worktree"),
    ssh: ofScope("system", "global").findLast(({ key }) => key === "core.sshcommand")?.value,
    branch: branchOf(directory),
  };
}

/** `-C` moves git; what else moves it, or changes where a remote leads, makes the answer unknown. */
function folderOf(by: string, cwd: string): string {
  if (/\bGIT_[A-Z_]+=|--git-dir|--work-tree|--namespace/.test(by)) throw cannotTell("it names a git folder");
  if (/\s-c\s*["']?(remote|url|branch|push|include)\S*\./i.test(by))
    throw cannotTell("it sets on its own line where the remote leads");
  const words = plainWords(by);
  if (words === undefined) {
    if (/\s-C/.test(by)) throw cannotTell("it names a folder that is known only when it runs");
    return cwd;
  }
  const start = words.findIndex((word) => /(^|\/)git$/.test(word));
  let folder = cwd;
  for (let at = start + 1; start >= 0 && at < words.length && words[at]?.startsWith("-"); at++) {
    if (words[at] === "-C") folder = resolve(folder, words[at + 1] ?? "");
    if (words[at] === "-C" || words[at] === "-c") at++;
  }
  return folder;
}

function cannotTell(why: string): UserError {
  return new UserError(
    "NO_REPOSITORY",
    `cannot tell which repository the push is from: ${why}`,
    "run the push in the folder of the repository, without options that lead elsewhere",
  );
}

/** `git config --show-scope --null --list` prints scope, NUL, key, newline, value, NUL. */
function listedSettings(listed: string): readonly Setting[] {
  const fields = listed.split("\0");
  const found: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [key = "", ...rest] = (fields[at + 1] ?? "").split("\n");
    found.push({ scope: fields[at] ?? "", key, value: rest.join("\n") });
  }
  return found;
}

function branchOf(directory: string): string | undefined {
  try {
    return /^ref: refs\/heads\/(.+)$/m.exec(readFileSync(join(directory, "HEAD"), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** The last value of a setting of the repository. */
export function settingOf({ settings }: Repository, key: string): string | undefined {
  return settings.findLast((setting) => setting.key === key)?.value;
}

/** The names of the remotes. */
export function remotesOf({ settings }: Repository): readonly string[] {
  const names = settings.flatMap(({ key }) => /^remote\.(.+)\.(?:push)?url$/.exec(key)?.[1] ?? []);
  return [...new Set(names)];
}

/** The remote that a push without one goes to (git-push(1)). */
export function defaultRemote(repository: Repository): string {
  const { branch } = repository;
  const ofBranch = (key: string) =>
    branch === undefined ? undefined : settingOf(repository, `branch.${branch}.${key}`);
  const names = remotesOf(repository);
  const only = names.length === 1 ? names[0] : undefined;
  return (
    ofBranch("pushremote") ??
    settingOf(repository, "remote.pushdefault") ??
    ofBranch("remote") ??
    only ??
    "origin"
  );
}
