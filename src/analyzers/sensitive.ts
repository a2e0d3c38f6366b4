import type { Setting } from "../core/call.ts";

/**
 * Files that govern: whoever writes them decides what runs later, or what the gate and the agents allow.
 * Matched on the normalised path, case-insensitively because two of our three platforms are.
 */
const CONTROL: readonly (readonly [RegExp, string])[] = [
  [/\/\.git\/hooks(\/|$)|\/\.husky(\/|$)|\/\.githooks(\/|$)|\/lefthook(-local)?\.ya?ml$/i, "git hooks"],
  [
    /\/\.git\/(config|config\.worktree|info\/attributes)$|\/\.gitconfig$|\/\.config\/git\/(config|attributes)$|^\/etc\/gitconfig$/i,
    "git configuration",
  ],
  [
    /\/\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|envrc|xprofile|xinitrc|inputrc)$|\/\.config\/fish\/(config\.fish|conf\.d(\/|$)|functions(\/|$))|^\/etc\/(profile|profile\.d\/.*|bash\.bashrc|zsh\/.*|environment)$|profile\.ps1$/i,
    "shell start file",
  ],
  [
    /\/\.claude\/(settings[^/]*\.json|hooks(\/|$)|agents(\/|$)|plugins(\/|$)|managed[^/]*)|\/\.claude\.json$|\/\.claude$|\/\.mcp\.json$|\/claude_desktop_config\.json$/i,
    "agent configuration",
  ],
  [
    /\/\.(codex|gemini|qwen|copilot|cline|amazonq|opencode|pi|aider\.conf\.yml|continue)(\/(config[^/]*|settings[^/]*|hooks[^/]*(\/.*)?|rules(\/.*)?|policies(\/.*)?|agents?(\/.*)?|plugins?(\/.*)?|extensions?(\/.*)?|mcp[^/]*|cli-agents(\/.*)?|trusted[^/]*)|$)/i,
    "agent configuration",
  ],
  [
    /\/\.(cursor|windsurf)(\/(hooks[^/]*(\/.*)?|mcp\.json|cli[^/]*\.json|permissions[^/]*|sandbox\.json)|$)/i,
    "agent configuration",
  ],
  [
    /\/\.kiro(\/(settings|hooks|agents)(\/|$)|$)|\/\.aws\/amazonq(\/|$)|\/\.config\/(opencode|amp|goose|github-copilot|kiro)(\/|$)/i,
    "agent configuration",
  ],
  [
    /\/\.vscode\/(settings|tasks|mcp)\.json$|\/\.github\/hooks(\/|$)|\/opencode\.jsonc?$/i,
    "agent configuration",
  ],
  [
    /\/\.countersign(\/|$)|\/\.config\/countersign(\/|$)|\/\.local\/state\/countersign(\/|$)/i,
    "Countersign's own rules, keys or ledger",
  ],
  [/\/\.ssh(\/(authorized_keys2?|config|rc|environment|known_hosts)?)?$|^\/etc\/ssh(\/|$)/i, "ssh access"],
  [
    /^\/etc\/(sudoers(\.d)?|doas\.conf|pam\.d|passwd|shadow|group|ld\.so\.preload|ld\.so\.conf.*|polkit-1)(\/|$)/i,
    "system access rules",
  ],
  [
    /^\/etc\/(cron[^/]*|anacrontab|systemd|init\.d|rc\.local|at\.(allow|deny))(\/|$)|^\/var\/spool\/(cron|at)(\/|$)|\/\.config\/(systemd|autostart)(\/|$)|\/(LaunchAgents|LaunchDaemons)(\/|$)|^\/(usr\/)?lib\/systemd(\/|$)/i,
    "what runs by itself",
  ],
];

/** What a path governs, or `undefined` when it is no control file. */
export function controlOf(path: string, setting: Setting): string | undefined {
  if (setting.own.some((folder) => path === folder || path.startsWith(`${folder}/`))) {
    return "Countersign's own rules, keys or ledger";
  }
  return CONTROL.find(([pattern]) => pattern.test(path))?.[1];
}

const SECRET =
  /(^|\/)(\.env(\.(?!example$|sample$|template$|dist$|defaults?$)[\w.-]+)?|\.envrc|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.npmrc|\.yarnrc\.yml|\.pypirc|\.vault-token|\.htpasswd|\.dockercfg|id_(rsa|dsa|ecdsa|ed25519)[^/]*(?<!\.pub)|[^/]*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|agekey)|credentials(\.(json|ya?ml|toml|ini|csv))?|client_secret[^/]*\.json|service[-_]?account[^/]*\.json|secrets?(\.[\w-]+)*\.(json|ya?ml|toml|env|ini)|[^/]*\.tfvars\.secret|master\.key|wallet\.dat|logins\.json|key[34]\.db|Login Data|Cookies)$/i;
const SECRET_PLACE =
  /(^|\/)(\.ssh\/(?!known_hosts|config$|[^/]*\.pub$)[^/]+|\.gnupg(\/.*)?|\.aws\/(credentials|sso\/.*|cli\/cache\/.*)|\.azure\/.*|\.config\/(gcloud(\/.*)?|gh\/hosts\.yml|hub|op\/.*)|\.kube\/config|\.docker\/config\.json|\.password-store(\/.*)?|\.local\/share\/keyrings(\/.*)?|Library\/Keychains(\/.*)?|\.terraform\.d\/credentials[^/]*|\.(codex|gemini|claude|qwen)\/(auth|oauth_creds|\.credentials)[^/]*)$|^\/etc\/(shadow|gshadow|ssl\/private(\/.*)?|kubernetes\/.*\.conf)$|^\/proc\/(\d+|self|thread-self|\*)\/(environ|mem|maps)$|^\/(var\/)?run\/secrets(\/.*)?$/i;

/** True for files that hold keys, tokens or passwords by the conventions of their tools. */
export function isSecret(path: string, setting: Setting): boolean {
  if (setting.own.some((folder) => path.startsWith(`${folder}/keys`))) return true;
  return SECRET.test(path) || SECRET_PLACE.test(path);
}

/** A `.git` folder or something in it: the history that a way back may depend on. */
export function isHistory(path: string): boolean {
  return /(^|\/)\.(git|hg|svn|jj)(\/|$)/.test(path);
}
