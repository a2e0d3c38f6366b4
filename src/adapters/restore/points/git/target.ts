import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Effect } from "../../../../core/effect.ts";
import { UserError } from "../../../error.ts";
import { withoutPasswords } from "../program.ts";
import { plainWords } from "../words.ts";
import { type GitOptions, needGit } from "./call.ts";
import { defaultRemote, type Repository, remotesOf, settingOf } from "./repository.ts";

/** A place that is pushed to, and how to get there without running what the repository says. */
export interface Target {
  /** As git takes it; may hold a password. */
  readonly address: string;
  /** The same without a password. */
  readonly shown: string;
  /** The configured remote, or the address as it was typed, without a password. */
  readonly remote: string;
  /** A folder of this machine. */
  readonly local: boolean;
  readonly ssh?: string;
  readonly settings: readonly (readonly [string, string])[];
  /** Settings of the repository that are not used, because they can name any program. */
  readonly ignored: readonly string[];
}

/** What a push does to references there. */
export interface Aim {
  readonly remote: string;
  /** Name without `refs/heads/`, a pattern, or `undefined` when it cannot be told: then it is every one. */
  readonly name: string | undefined;
  readonly isTag: boolean;
}

/** Splits the effect's name, `REMOTE/REFERENCE`, where both can hold slashes. Throws `UserError`. */
export function aimOf({ resource, by, certain }: Effect, repository: Repository): Aim {
  const words = plainWords(by) ?? [];
  const said = words.includes("origin") || (words.length === 0 && /\borigin\b/.test(by));
  const isDefault = resource.name.startsWith("origin/") && !said;
  const known = [...words, ...remotesOf(repository), "origin"].sort((a, b) => b.length - a.length);
  const word = known.find((one) => resource.name.startsWith(`${withoutPasswords(one)}/`));
  if (word === undefined)
    throw new UserError(
      "NO_REMOTE",
      `cannot tell the remote from the branch in \`${resource.name}\``,
      "name the remote and the branch in full on the line",
    );
  const name = resource.name.slice(withoutPasswords(word).length + 1);
  return {
    remote: isDefault ? defaultRemote(repository) : word,
    name: certain && !/[\s…]/.test(name) ? name : undefined,
    isTag: resource.kind === "git.remote-tag",
  };
}

/** The places that a remote leads to for pushes; one, as a rule. Throws `UserError` for those that we do not enter. */
export async function targetsOf(
  remote: string,
  repository: Repository,
  options: GitOptions,
): Promise<readonly Target[]> {
  if (settingOf(repository, `remote.${remote}.vcs`) !== undefined)
    throw notEntered(remote, "it is reached through a helper program that the repository names");
  const addresses = remotesOf(repository).includes(remote)
    ? await pushAddresses(remote, repository, options)
    : [remote];
  const own = safeSsh(settingOf(repository, "core.sshcommand"));
  const ssh = own ?? repository.ssh;
  const rest = {
    remote: withoutPasswords(remote),
    settings: headersOf(repository),
    ignored: ignoredIn(repository, remote, own),
    ...(ssh === undefined ? {} : { ssh }),
  };
  return addresses.map((address) => ({ ...rest, ...placed(address, repository) }));
}

/** `git remote get-url` applies `insteadOf` and `pushInsteadOf`; it reads settings and nothing else. */
async function pushAddresses(
  remote: string,
  repository: Repository,
  options: GitOptions,
): Promise<readonly string[]> {
  const args = ["remote", "get-url", "--push", "--all", "--", remote];
  const call = { folder: repository.folder, args, patience: 10_000 };
  const printed = await needGit(call, options, `cannot find out where \`${remote}\` leads`);
  return printed.split("\n").filter((line) => line !== "");
}

function placed(address: string, { top }: Repository): Pick<Target, "address" | "shown" | "local"> {
  const shown = withoutPasswords(address);
  if (/^(https?|ssh|git|git\+ssh|ssh\+git):\/\/[^-/]/i.test(address)) return { address, shown, local: false };
  if (/^file:\/\//i.test(address)) {
    const path = fileURLToPath(address);
    return { address: path, shown: path, local: true };
  }
  if (/^[\w+.-]*::|^[a-z][\w+.-]*:\/\//i.test(address))
    throw notEntered(shown, "only http, https, ssh, git and folders are talked to");
  // git takes what has a colon before the first slash for HOST:PATH (git-push(1), "GIT URLS").
  if (/^[^/]+:/.test(address)) {
    if (/^-|@-/.test(address)) throw notEntered(shown, "its host would be taken for an option");
    return { address, shown, local: false };
  }
  const path = isAbsolute(address) ? address : resolve(top, address);
  return { address: path, shown: path, local: true };
}

function notEntered(remote: string, why: string): UserError {
  return new UserError(
    "REMOTE_NOT_ENTERED",
    `no way back can be kept for \`${remote}\`: ${why}`,
    "push to an ordinary address, or keep the old ids yourself and have the push approved elsewhere",
  );
}

/** `ssh` with a key, a port or a user: what a repository may say without being able to run something. */
const SAFE_SSH = /^ssh( -i ?[\w./~@-]+| -p ?\d+| -l ?[\w.-]+| -o ?IdentitiesOnly=yes| -F ?\/dev\/null)*$/;

function safeSsh(command: string | undefined): string | undefined {
  return command !== undefined && SAFE_SSH.test(command) ? command : undefined;
}

/** Headers with which continuous integration gives a repository its token. They can run nothing. */
function headersOf({ settings }: Repository): readonly (readonly [string, string])[] {
  return settings
    .filter(({ key }) => /^http\.(.*\.)?extraheader$/i.test(key))
    .map((one) => [one.key, one.value]);
}

function ignoredIn({ settings }: Repository, remote: string, ssh: string | undefined): readonly string[] {
  const keys = settings.map(({ key }) => key).filter((key) => canRun(key, remote));
  return [...new Set(keys)].filter((key) => key !== "core.sshcommand" || ssh === undefined);
}

function canRun(key: string, remote: string): boolean {
  if (/^(core\.(sshcommand|gitproxy|askpass|hookspath|fsmonitor)|credential\..*)$/i.test(key)) return true;
  return [`remote.${remote}.uploadpack`, `remote.${remote}.receivepack`, `remote.${remote}.proxy`].includes(
    key,
  );
}
