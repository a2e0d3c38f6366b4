import { UserError } from "../../../error.ts";
import {
  failureOf,
  needProgram,
  type ProgramPlaces,
  type ProgramResult,
  runProgram,
  trustedPath,
} from "../program.ts";

/** What git needs of the operator: their own configuration, keys and proxies. */
export interface GitOptions {
  /** The operator's environment; only what is named here is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly places: ProgramPlaces;
  /** Milliseconds that one call may take at most. */
  readonly patience?: number;
}

/** One call of git that runs nothing of the repository's: no hook, no helper, no program named in its settings. */
export interface GitCall {
  /** A repository of the operator's that is only read … */
  readonly folder?: string;
  /** … or a bare store of ours. */
  readonly store?: string;
  readonly args: readonly string[];
  /** Milliseconds. */
  readonly patience: number;
  readonly input?: string;
  /** What starts the connection to another machine; default `ssh`. */
  readonly ssh?: string;
  /** Settings with secrets: they go through the environment, which other users cannot list. */
  readonly settings?: readonly (readonly [key: string, value: string])[];
}

const KEPT = [
  "HOME",
  "USER",
  "LOGNAME",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "SSH_AUTH_SOCK",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_SSL_CAINFO",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
];

/**
 * Settings that win over those of any repository: each names a program that a repository could choose (git-config(1)).
 * `core.alternateRefsCommand` cannot be empty, so it is a program that says nothing.
 */
const HARMLESS: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.alternateRefsCommand", "true"],
  ["core.gitProxy", ""],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["receive.autogc", "false"],
  ["submodule.recurse", "false"],
  ["push.recurseSubmodules", "no"],
  ["push.gpgSign", "false"],
  ["push.followTags", "false"],
  ["credential.interactive", "false"],
  ["protocol.ext.allow", "never"],
];

/** What a store of ours holds is on the disk before the record says so (git-config(1), `core.fsync`). */
const DURABLE: readonly (readonly [string, string])[] = [["core.fsync", "all"]];

/** Runs git. Never asks anybody: there is no terminal, no program that asks, and ssh is in batch mode. */
export function git(call: GitCall, options: GitOptions): Promise<ProgramResult> {
  const kept = KEPT.flatMap((name) => {
    const value = options.environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  const settings = [...HARMLESS, ...(call.store === undefined ? [] : DURABLE), ...(call.settings ?? [])];
  return runProgram({
    program: needProgram("git", options.places),
    args: call.args,
    cwd: call.folder ?? call.store ?? "/",
    patience: Math.min(call.patience, options.patience ?? call.patience),
    ...(call.input === undefined ? {} : { input: call.input }),
    environment: {
      ...Object.fromEntries(kept),
      PATH: trustedPath(options.places),
      LC_ALL: "C",
      ...(call.store === undefined ? {} : { GIT_DIR: call.store }),
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "",
      SSH_ASKPASS_REQUIRE: "never",
      GCM_INTERACTIVE: "never",
      GIT_NO_LAZY_FETCH: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_PAGER: "cat",
      GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
      GIT_SSH_COMMAND: inBatchMode(call.ssh ?? "ssh"),
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    },
  });
}

/** The program for the far end on this machine, told to run nothing of that repository's. */
export function harmlessFarEnd(program: "upload-pack" | "receive-pack"): string {
  const settings = [...HARMLESS.filter(([, value]) => value !== ""), ["receive.denyCurrentBranch", "refuse"]];
  return `git ${settings.map(([key, value]) => `-c ${key}=${value}`).join(" ")} ${program}`;
}

function inBatchMode(ssh: string): string {
  return /^(\S*\/)?ssh(\s|$)/.test(ssh) ? `${ssh} -oBatchMode=yes -oConnectTimeout=15` : ssh;
}

/** As `git`, for calls that have to succeed. Throws `UserError` with `what` and the reason. */
export async function needGit(call: GitCall, options: GitOptions, what: string): Promise<string> {
  const result = await git(call, options);
  if (result.code === 0) return result.output;
  throw new UserError("GIT_FAILED", `${what}: ${failureOf(result)}`, HELP);
}

const HELP =
  "see that `git ls-remote` answers without asking for a password (a credential helper, an ssh agent), then try again";
