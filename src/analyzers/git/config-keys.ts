import type { Finding, Scene } from "../analyzer.ts";
import { effect, found, NOTHING, unknownEffect } from "../effects.ts";

/**
 * What a configuration key decides (git-config(1)). `command`: its value is a program that git runs. `hooks`:
 * where programs lie that git runs. `include`: more configuration. `redirect`: where data goes.
 * `protection`: a check that it can switch off.
 */
export type Governs = "command" | "hooks" | "include" | "redirect" | "protection";

const COMMAND =
  /^(alias\..+|core\.(pager|editor|sshcommand|fsmonitor|askpass|alternaterefscommand|gitproxy)|sequence\.editor|pager\..+|diff\.external|diff\..+\.(command|textconv)|merge\..+\.driver|(merge|diff)tool\..+\.(cmd|path)|filter\..+\.(clean|smudge|process)|gpg(\..+)?\.program|gpg\.ssh\.defaultkeycommand|credential(\..+)?\.helper|(browser|man|guitool)\..+\.(cmd|path)|web\.browser|hook\..+\.command|uploadpack\.packobjectshook|remote\..+\.(uploadpack|receivepack|vcs)|submodule\..+\.update|sendemail\.(.+\.)?(smtpserver|tocmd|cccmd|headercmd|sendmailcmd)|trailer\..+\.(command|cmd)|tar\..+\.command|interactive\.difffilter|gc\.recentobjectshook|instaweb\.(httpd|browser)|imap\.tunnel|lfs\.(customtransfer|extension)\..+)$/;
const HOOKS = /^(core\.hookspath|init\.templatedir)$/;
const INCLUDE = /^(include\.path|includeif\..+\.path)$/;
const REDIRECT = /^(url\..+\.(insteadof|pushinsteadof)|core\.worktree)$/;
const PROTECTION =
  /^(http(\..+)?\.sslverify|protocol(\..+)?\.allow|safe\.bareRepository|core\.protect(hfs|ntfs))$/i;

/** What a key governs, or `undefined` for an ordinary one. */
export function governs(key: string): Governs | undefined {
  if (COMMAND.test(key)) return "command";
  if (HOOKS.test(key)) return "hooks";
  if (INCLUDE.test(key)) return "include";
  if (REDIRECT.test(key)) return "redirect";
  return PROTECTION.test(key) ? "protection" : undefined;
}

const BOOLEAN = /^(true|false|yes|no|on|off|0|1|)$/i;
const PLAIN_PROGRAM =
  /^(cat|more|most|bat|delta|diff-so-fancy|less(\s+-[a-zA-Z]+)*|vim?|nvim|nano|emacs|micro|hx|ed|code(\s+(--wait|-w))?|cursor\s+--wait|subl\s+-[nw ]+|true|false|:|gpg2?|ssh-keygen)$/;

/**
 * True when a value of a `command` key starts nothing but git's own behaviour, another git subcommand (judged
 * when it is used) or a pager or editor that does nothing by itself.
 */
export function isPlainValue(key: string, value: string): boolean {
  const text = value.trim();
  if (key.startsWith("alias.")) return !text.startsWith("!");
  if (key.startsWith("credential")) return text === "";
  if (/^submodule\./.test(key)) return /^(checkout|rebase|merge|none)$/.test(text);
  if (/^(pager\.|core\.fsmonitor$)/.test(key) && BOOLEAN.test(text)) return true;
  if (key === "core.sshcommand") return isPlainSsh(text);
  if (/^(core\.(pager|editor|askpass)|sequence\.editor|pager\.|gpg)/.test(key))
    return text === "" || PLAIN_PROGRAM.test(text);
  return text === "";
}

/** `ssh` with a key, a port or host key checks, and nothing that starts a further program. */
function isPlainSsh(text: string): boolean {
  return /^ssh(\s+(-[46CqTv]+|-[ip]\s*[\w./~$@%+-]+|-o\s*"?(StrictHostKeyChecking|UserKnownHostsFile|IdentitiesOnly|IdentityFile|BatchMode|ConnectTimeout|ServerAlive\w+|Port|LogLevel)[= ][\w./~-]+"?))*$/i.test(
    text,
  );
}

const CREDENTIAL_HELPERS =
  /^(cache|store|osxkeychain|manager|manager-core|libsecret|wincred|gnome-keyring|oauth)(\s+--[\w=./~ -]+)?$/;

/**
 * What `-c key=value` does to this one call. Values of `command` keys are judged as the shell would run them.
 * `key` and `value` are controlled by the agent; `value` is `undefined` when it cannot be told.
 */
export function judgeGivenSetting(scene: Scene, key: string, value: string | undefined, by: string): Finding {
  const kind = governs(key);
  // An alias matters only when it is called: see aliases.ts.
  if (kind === undefined || key.startsWith("alias.")) return NOTHING;
  if (value === undefined) return found([unknownEffect(scene, "git.config", key, by)]);
  if (kind === "command") return judgeCommandValue(scene, key, value, by);
  if (kind === "hooks") return judgeHooks(scene, value, by);
  if (kind === "include") return found([unknownEffect(scene, "git.config", `${key}=${value}`, by)]);
  if (kind === "protection" && !isWeaker(key, value)) return NOTHING;
  return found([
    effect({
      verb: kind === "protection" ? "remove-protection" : "change",
      kind: "git.config",
      name: key,
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      reversibility: "R2",
      by,
    }),
  ]);
}

function isWeaker(key: string, value: string): boolean {
  return key.startsWith("protocol")
    ? /^(always|user)$/i.test(value)
    : BOOLEAN.test(value) && !/^(true|yes|on|1)$/i.test(value);
}

function judgeCommandValue(scene: Scene, key: string, value: string, by: string): Finding {
  if (isPlainValue(key, value)) return NOTHING;
  const text = value.trim();
  if (!key.startsWith("credential")) return scene.shell(text.replace(/^!/, ""));
  if (text.startsWith("!")) return scene.shell(text.slice(1));
  if (CREDENTIAL_HELPERS.test(text)) return NOTHING;
  return text.startsWith("/")
    ? scene.shell(text)
    : found([unknownEffect(scene, "program", `git-credential-${text}`, by)]);
}

function judgeHooks(scene: Scene, value: string, by: string): Finding {
  if (!/^(|\/dev\/null)$/.test(value))
    return found([unknownEffect(scene, "git.hook", `hooks of ${value}`, by)]);
  return found([skippedHooks(scene, by)]);
}

/** Hooks that would run, and are told not to. */
export function skippedHooks(scene: Scene, by: string): Finding["effects"][number] {
  return effect({
    verb: "remove-protection",
    kind: "git.hook",
    name: "skipped once",
    environment: scene.place.host === undefined ? "workspace" : scene.place.environment,
    reversibility: "R1",
    by,
  });
}
