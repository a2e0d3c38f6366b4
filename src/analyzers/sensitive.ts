import type { Setting } from "../core/call.ts";

/**
 * Files that govern: whoever writes them decides what runs later, or what the gate and the agents allow.
 * Matched on the normalised path, case-insensitively because two of our three platforms are.
 */
const CONTROL: readonly (readonly [RegExp, string])[] = [
  [
    /\/\.git\/(modules\/([^/]+\/)+)?hooks(\/|$)|\/\.husky(\/|$)|\/\.githooks(\/|$)|\/lefthook(-local)?\.ya?ml$/i,
    "git hooks",
  ],
  [
    /\/\.git\/(modules\/([^/]+\/)+|worktrees\/[^/]+\/)?(config|config\.worktree|info\/attributes)$|\/\.gitconfig$|\/\.config\/git\/(config|attributes)$|^\/etc\/gitconfig$/i,
    "git configuration",
  ],
  [
    /\/\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|envrc|xprofile|xinitrc|inputrc)$|\/\.config\/fish\/(config\.fish|conf\.d(\/|$)|functions(\/|$))|^\/etc\/(profile|profile\.d\/.*|bash\.bashrc|zsh\/.*|environment)$|profile\.ps1$|\/\.zcompdump[^/]*$|\/\.cache\/(p10k-[^/]*|(zsh|oh-my-zsh|zinit|antigen|prezto|starship|gitstatus)(\/.*)?)$/i,
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

/** Names that hold keys, tokens or passwords wherever the file lies, by the conventions of their tools. */
const SECRET_NAMES: readonly RegExp[] = [
  /^(\.env(\.[\w.-]+)?|[\w.-]+\.env|\.envrc|env\.(local|prod|production|staging|secret|secrets))$/i,
  /^(\.netrc|_netrc|\.authinfo(\.gpg)?|\.pgpass|pgpass\.conf|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.npmrc|\.yarnrc\.yml|\.pypirc|\.vault-token|\.htpasswd|\.dockercfg|\.s3cfg|\.boto|\.databrickscfg|\.terraformrc|terraform\.rc|\.msmtprc|\.fetchmailrc|\.smbcredentials|\.erlang\.cookie|\.Xauthority)$/i,
  /^(id_(rsa|dsa|ecdsa|ed25519|xmss)[^/]*|[^/]*\.(pem|key|p12|pfx|p8|jks|keystore|kdbx?|ppk|agekey|keytab|ovpn))$/i,
  /^(\.?credentials([._-](prod|production|staging|dev|development|local|test))?(\.(json|ya?ml|toml|ini|csv|xml|db))?|client_secret[^/]*\.json|gha-creds-[^/]*\.json|[^/]*firebase-adminsdk[^/]*\.json|[^/]*service[-_]?account[^/]*\.json|accessKeys\.csv|rootkey\.csv)$/i,
  /^(\.?secrets?([._-][\w.-]*)?\.(json|ya?ml|toml|env|ini|txt|properties|xml)|[\w-]+[._-]secrets?\.(json|ya?ml|toml|env|ini|txt)|[^/]*\.tfvars\.secret|(passwords?|passphrases?|api[_-]?keys?|access[_-]?tokens?)\.(txt|csv|ini)|\.(api[_-]?key|token|passphrase|password))$/i,
  /^([^/]*\.tfstate(\.[\w.-]+)?|master\.key|wallet\.dat|([\w-]+[._-])?kubeconfig([._-][\w-]+)?(\.(ya?ml|json|conf))?)$/i,
  /^(\.(bash|zsh|k?sh|t?csh|psql|mysql|mariadb|sqlite|rediscli|mongo|python|node_repl|irb|pry|php|scala|influx|usql|pgcli|mycli|litecli|duckdb)_?history|\.zhistory|\.histfile|\.dbshell|fish_history|mongosh_repl_history|ConsoleHost_history\.txt)$/i,
  /^(logins\.json|signons\.sqlite|key[34]\.db|cookies\.sqlite|Cookies\.binarycookies|Login Data( For Account)?|Web Data|Local State)$/i,
  /^(login\.keychain(-db)?|NTUSER\.DAT|ntds\.dit|unattend\.xml|sysprep\.xml)$/i,
];

/** What people copy to make such a file of, what is encrypted, and what is public by its nature. */
const TEMPLATE =
  /(^|[._-])(example|sample|template|tmpl|tpl|dist|defaults?|schema|skeleton|sealed|enc|sops|d)(\.(env|json|ya?ml|toml|ini|txt|properties|xml|ts|js|local))?$/i;
const PUBLIC =
  /\.(pub|crt|cer|csr|der)$|^((ca|cacerts?|ca[-_.]?(bundle|cert|chain)|certs?|chain|fullchain|public([-_.]?key)?)|[\w.-]+[-_.](cert|crt|ca|chain|bundle|pub|public))\.pem$|\.(env|key|secret|credentials)\.(d\.)?[cm]?[jt]sx?$|(sealed|external)[-_]?secrets?[\w.-]*\.ya?ml$/i;

/** Places in which every file, or the one named, is a secret whatever its name. */
const SECRET_PLACES: readonly RegExp[] = [
  /(^|\/)\.ssh\/(?!known_hosts|config$|[^/]*\.pub$)[^/]+$/i,
  /(^|\/)(\.gnupg|\.password-store|\.config\/gcloud|\.azure|\.local\/share\/keyrings|Library\/Keychains|\.zsh_sessions|\.ethereum\/keystore|\.config\/solana|\.config\/sops\/age|\.config\/op|\.snowflake)(\/.*)?$/i,
  /(^|\/)(\.aws\/(credentials|sso\/.*|cli\/cache\/.*)|\.kube\/([^/]*config[^/]*|[^/]*\.(ya?ml|conf))|\.docker\/config\.json|\.terraform\.d\/credentials[^/]*|\.(codex|gemini|claude|qwen)\/(auth|oauth_creds|\.credentials)[^/]*)$/i,
  /(^|\/)(\.config\/(gh\/hosts\.yml|hub|glab-cli\/config\.yml|rclone\/rclone\.conf|doctl\/config\.yaml|netlify\/config\.json|ngrok\/ngrok\.yml|stripe\/config\.toml|composer\/auth\.json|github-copilot\/(hosts|apps)\.json|containers\/auth\.json)|\.composer\/auth\.json|\.rclone\.conf|\.m2\/settings(-security)?\.xml|\.gradle\/gradle\.properties|\.snowsql\/config|\.fly\/config\.yml|\.netlify\/config\.json|\.ngrok2\/ngrok\.yml|\.railway\/config\.json|\.supabase\/access-token|\.cargo\/credentials(\.toml)?|\.gem\/credentials|\.pip\/pip\.conf|\.wrangler\/config\/[^/]+|com\.vercel\.cli\/auth\.json|\.vercel\/auth\.json|Bitwarden CLI\/data\.json)$/i,
  /(^|\/)(\.local\/share\/(gopass|kwalletd|lpass|com\.vercel\.cli|mkcert|DBeaverData|TelegramDesktop)|\.config\/(1Password|Bitwarden|rbw|keepassxc|doctl|hcloud|scw|linode-cli|netlify|com\.vercel\.cli|stripe|ngrok|argocd|glab-cli|vivaldi|opera|Slack|discord|Signal|Exodus|github-copilot|google-chrome-beta|Cursor|\.wrangler\/config)|\.oci|\.aliyun|\.bluemix|\.ngrok2|\.cloudflared|\.step|\.tsh|\.argocd|\.subversion\/auth|\.influxdbv2|\.librewolf|\.bitcoin|\.electrum|\.foundry\/keystores|\.near-credentials|\.docker\/contexts\/tls|\.wrangler\/config|snap\/chromium)(\/.*)?$/i,
  /(^|\/)(\.ovh\.conf|\.config\/configstore\/(firebase-tools|snyk)\.json|\.dbt\/profiles\.yml|\.sentryclirc|\.circleci\/cli\.yml|\.travis\/config\.yml|\.expo\/state\.json|\.kaggle\/kaggle\.json|\.cache\/huggingface\/(token|stored_tokens)|\.huggingface\/token|\.config\/helm\/registry\/config\.json|\.rancher\/cli2\.json|\.config\/pnpm\/rc|\.config\/pip\/pip\.conf|\.config\/pypoetry\/auth\.toml|(\.nuget|\.config)\/NuGet\/NuGet\.Config|\.pg_service\.conf|\.claude\.json|\.local\/share\/opencode\/auth\.json)$/i,
  /(^|\/)secrets?\/([^/]+\/)*(?!(package|tsconfig|schema)[^/]*\.json$|kustomization\.ya?ml$)[^/]+\.(ya?ml|json|toml|env|ini|txt|properties|conf|tfvars|gpg|b64)$/i,
  /(^|\/)(Default|Guest Profile|Profile[ _]\d+|Network)\/(Extension )?Cookies(-journal)?$/i,
  /^\/etc\/(shadow|gshadow|master\.passwd|krb5\.keytab|ssl\/private(\/.*)?|pki\/tls\/private(\/.*)?|kubernetes\/.*\.conf|NetworkManager\/system-connections(\/.*)?|wireguard(\/.*)?|security\/opasswd|ppp\/(pap|chap)-secrets|ssh\/ssh_host_[^/]*_key)-?$/i,
  /^\/proc\/([^/]+\/(task\/[^/]+\/)?(environ|mem)|kcore)$|^(\/private)?(\/var)?\/run\/secrets(\/.*)?$|^\/var\/lib\/kubelet\/(pki|pods)(\/.*)?$/i,
  /^\/dev\/((sd|hd|vd|xvd)[a-z]\d*|nvme\d+n\d+(p\d+)?|mmcblk\d+(p\d+)?|r?disk\d+(s\d+)*|md\d+|dm-\d+|mapper\/(?!control$)[^/]+|disk\/.*|k?mem)$/i,
  /^([a-z]:)?\/windows\/(system32\/config\/(regback\/)?(sam|security|system|software)|repair\/sam|panther\/unattend[^/]*\.xml)(\.[\w]+)?$|(^|\/)AppData\/(Roaming|Local)\/(Microsoft\/(Credentials|Protect|Vault|Crypto)(\/.*)?|gcloud(\/.*)?|GitHub CLI\/hosts\.yml|rclone\/rclone\.conf|NuGet\/NuGet\.Config)$/i,
];

/** The longest path that a system call takes (Linux, PATH_MAX). What is longer is not read: it counts as a secret. */
const LONGEST_PATH = 4_096;

/** True for files that hold keys, tokens or passwords by the conventions of their tools. */
export function isSecret(path: string, setting: Setting): boolean {
  if (path.length > LONGEST_PATH) return true;
  if (setting.own.some((folder) => path.startsWith(`${folder}/keys`))) return true;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (PUBLIC.test(name) || (TEMPLATE.test(name) && !/\.(pem|key|p12|pfx)$/i.test(name))) return false;
  return (
    SECRET_NAMES.some((pattern) => pattern.test(name)) || SECRET_PLACES.some((pattern) => pattern.test(path))
  );
}

/** Folders that hold secrets among other things, the home folder and those above it not included. */
const SECRET_FOLDER =
  /(^|\/)(\.ssh|\.gnupg(\/[^/]+)*|\.aws|\.azure|\.kube|\.docker|\.password-store|\.config(\/(gcloud|gh|op|rclone|google-chrome|chromium|BraveSoftware|microsoft-edge)(\/[^/]+)*)?|\.local\/share\/keyrings|Library\/Keychains|\.mozilla(\/firefox(\/[^/]+)?)?|\.thunderbird|snap\/firefox|Library\/Application Support(\/(Google|Firefox|BraveSoftware|Microsoft Edge)(\/[^/]+)*)?|AppData(\/(Local|Roaming)(\/(Google|Mozilla|Microsoft)(\/[^/]+)*)?)?)(\/\*{1,2})*$|^\/(etc|root|proc|home|Users)?(\/\*{1,2})*$/i;

/** True for a folder of which reading everything reads secrets too: `tar c ~/.aws`, `grep -r x ~/.mozilla`. */
export function holdsSecrets(path: string): boolean {
  return path.length > LONGEST_PATH || SECRET_FOLDER.test(path);
}

/** A `.git` folder or something in it: the history that a way back may depend on. */
export function isHistory(path: string): boolean {
  return /(^|\/)\.(git|hg|svn|jj)(\/|$)/.test(path);
}
