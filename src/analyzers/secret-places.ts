import { normalizePath } from "./locate.ts";

/** Values of an environment; partly controlled by the agent. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Files and folders below home that hold keys, tokens, passwords or what a person typed, by the documentation of
 * their tools. A program that nobody read gets them empty. Each is a secret by `isSecret` or holds some by
 * `holdsSecrets`, so that reading them in plain sight is a question as well.
 *
 * Files that hold settings beside a token (`.npmrc`, `.m2/settings.xml`, `.gradle/gradle.properties`) are among
 * them: such a program has no network, so the addresses in them are of no use to it, and installing is done by
 * tools that are understood and keep theirs (`toolNeeds`). Of `.gnupg` only the private keys are: checking a
 * signature takes none. Secrets of the workspace (`.env`) are not: tests need them, the agent can read the workspace
 * anyhow, and without a network they go nowhere. Where an understood tool of the network is on the same line, they
 * could: that is what such a line leaves open.
 */
const BELOW_HOME: readonly string[] = [
  ".ssh, .gnupg/private-keys-v1.d, .gnupg/secring.gpg, .gnupg/openpgp-revocs.d, .password-store, .local/share/gopass",
  ".local/share/keyrings, .local/share/kwalletd, Library/Keychains, .config/op, .config/1Password, .config/Bitwarden",
  ".config/rbw, .local/share/lpass, .config/keepassxc, .Xauthority",
  // Clouds and platforms
  ".aws, .azure, .config/gcloud, .boto, .s3cfg, .oci, .aliyun, .bluemix, .config/doctl, .config/hcloud, .config/scw",
  ".config/linode-cli, .ovh.conf, .config/rclone, .rclone.conf, .fly/config.yml, .netlify/config.json, .config/netlify",
  ".local/share/com.vercel.cli, .config/com.vercel.cli, .vercel/auth.json, .railway/config.json, .supabase/access-token",
  ".wrangler/config, .config/.wrangler/config, .config/configstore/firebase-tools.json, .config/configstore/snyk.json",
  ".config/stripe, .config/ngrok, .ngrok2, .cloudflared, .databrickscfg, .snowflake, .snowsql/config, .dbt/profiles.yml",
  ".sentryclirc, .circleci/cli.yml, .travis/config.yml, .expo/state.json, .kaggle/kaggle.json, .cache/huggingface/token",
  ".cache/huggingface/stored_tokens, .huggingface/token, .pulumi/credentials.json, .terraform.d/credentials.tfrc.json",
  ".terraformrc, .vault-token, .config/sops/age, .step, .tsh, .local/share/mkcert, .config/argocd, .argocd",
  // Clusters and containers
  ".kube, .docker/config.json, .docker/contexts/tls, .dockercfg, .config/containers/auth.json",
  ".config/helm/registry/config.json, .rancher/cli2.json",
  // Version control and registries
  ".git-credentials, .config/git/credentials, .netrc, _netrc, .config/gh, .config/hub, .config/glab-cli, .subversion/auth",
  ".npmrc, .yarnrc.yml, .config/pnpm/rc, .pypirc, .pip/pip.conf, .config/pip/pip.conf, .config/pypoetry/auth.toml",
  ".local/share/uv/credentials, .gem/credentials, .local/share/gem/credentials, .cargo/credentials",
  ".cargo/credentials.toml, .m2/settings.xml, .m2/settings-security.xml, .gradle/gradle.properties",
  ".composer/auth.json, .config/composer/auth.json, .nuget/NuGet/NuGet.Config, .config/NuGet/NuGet.Config",
  // Databases and mail
  ".pgpass, .pg_service.conf, .my.cnf, .mylogin.cnf, .influxdbv2, .cassandra/credentials, .local/share/DBeaverData",
  ".msmtprc, .fetchmailrc, .authinfo, .authinfo.gpg, .smbcredentials, .thunderbird",
  // Browsers, messengers, wallets
  ".mozilla, .librewolf, .config/google-chrome, .config/google-chrome-beta, .config/chromium, .config/BraveSoftware",
  ".config/microsoft-edge, .config/vivaldi, .config/opera, snap/firefox, snap/chromium",
  "Library/Application Support/Google, Library/Application Support/Firefox",
  "Library/Application Support/BraveSoftware, Library/Application Support/Microsoft Edge",
  ".config/Slack, .config/discord, .config/Signal, .local/share/TelegramDesktop, .bitcoin, .ethereum/keystore",
  ".config/solana, .electrum, .foundry/keystores, .near-credentials, .config/Exodus",
  // Coding agents, and what was typed
  ".claude/.credentials.json, .claude.json, .codex/auth.json, .gemini/oauth_creds.json, .qwen/oauth_creds.json",
  ".config/github-copilot, .local/share/opencode/auth.json, .config/Cursor, .continue/.env",
  ".bash_history, .zsh_history, .local/share/fish/fish_history, .psql_history, .mysql_history",
].flatMap((line) => line.split(", "));

/** Where a variable moves a place to: by its name, and what below its value holds the secret. */
const MOVED: readonly (readonly [variable: string, below: readonly string[]])[] = [
  ["AWS_SHARED_CREDENTIALS_FILE", [""]],
  ["AWS_CONFIG_FILE", [""]],
  ["AWS_WEB_IDENTITY_TOKEN_FILE", [""]],
  ["GOOGLE_APPLICATION_CREDENTIALS", [""]],
  ["CLOUDSDK_CONFIG", [""]],
  ["BOTO_CONFIG", [""]],
  ["AZURE_CONFIG_DIR", [""]],
  ["KUBECONFIG", [""]],
  ["DOCKER_CONFIG", ["config.json", "contexts/tls"]],
  ["REGISTRY_AUTH_FILE", [""]],
  ["HELM_REGISTRY_CONFIG", [""]],
  ["GNUPGHOME", ["private-keys-v1.d", "secring.gpg"]],
  ["PASSWORD_STORE_DIR", [""]],
  ["GH_CONFIG_DIR", ["hosts.yml"]],
  ["GLAB_CONFIG_DIR", ["config.yml"]],
  ["NETRC", [""]],
  ["NPM_CONFIG_USERCONFIG", [""]],
  ["npm_config_userconfig", [""]],
  ["PIP_CONFIG_FILE", [""]],
  ["CARGO_HOME", ["credentials", "credentials.toml"]],
  ["GRADLE_USER_HOME", ["gradle.properties"]],
  ["COMPOSER_HOME", ["auth.json"]],
  ["PGPASSFILE", [""]],
  ["PGSERVICEFILE", [""]],
  ["TF_CLI_CONFIG_FILE", [""]],
  ["PULUMI_HOME", ["credentials.json"]],
  ["VAULT_CONFIG_PATH", [""]],
  ["HF_HOME", ["token", "stored_tokens"]],
  ["HF_TOKEN_PATH", [""]],
  ["CLAUDE_CONFIG_DIR", [".credentials.json"]],
  ["CODEX_HOME", ["auth.json"]],
  ["HISTFILE", [""]],
  ["XAUTHORITY", [""]],
];

/** Where the folders of the XDG base directory specification are when the variable says nothing. */
const XDG: readonly (readonly [variable: string, usual: string])[] = [
  ["XDG_CONFIG_HOME", ".config"],
  ["XDG_DATA_HOME", ".local/share"],
  ["XDG_CACHE_HOME", ".cache"],
];

/** A file or folder to withhold, and the name below home under which tools know it. */
export interface SecretPlace {
  readonly path: string;
  readonly name: string;
}

/**
 * What a program that nobody read must not see. Paths are absolute; most do not exist. Variables can only add places
 * to the usual ones, and none above home, in folders of the system, or the workspace itself: its files stay.
 */
export function secretPlaces(
  setting: { readonly home: string; readonly workspace: string | undefined },
  environment: Variables,
): readonly SecretPlace[] {
  const { home } = setting;
  const usual = BELOW_HOME.map((name) => ({ path: `${home}/${name}`, name }));
  const byXdg = XDG.flatMap(([variable, folder]) =>
    BELOW_HOME.filter((name) => name.startsWith(`${folder}/`)).flatMap((name) =>
      folderFrom(environment[variable], setting).map((at) => ({
        path: `${at}${name.slice(folder.length)}`,
        name,
      })),
    ),
  );
  const moved = MOVED.flatMap(([variable, below]) =>
    folderFrom(environment[variable], setting).flatMap((at) =>
      below.map((rest) => ({ path: rest === "" ? at : `${at}/${rest}`, name: variable })),
    ),
  );
  const byPath = new Map([...moved, ...byXdg, ...usual].map((place) => [place.path, place]));
  const hidesWorkspace = (path: string) => `${setting.workspace ?? ""}/`.startsWith(`${path}/`);
  return [...byPath.values()].filter(({ path }) => !hidesWorkspace(path));
}

const SYSTEM =
  /^\/(bin|boot|dev|etc|lib\w*|opt|proc|run|sbin|srv|sys|usr|var|nix|System|Library|Applications)(\/|$)/;
const MAX_FOLDERS = 16;
const LONGEST_PATH = 4_096;

/** The folders that a variable names; `KUBECONFIG` is a list. The agent may have set it: what is odd counts as unset. */
function folderFrom(
  value: string | undefined,
  { home, workspace }: { readonly home: string; readonly workspace: string | undefined },
): readonly string[] {
  if (value === undefined || value.length > LONGEST_PATH) return [];
  return value
    .split(":")
    .slice(0, MAX_FOLDERS)
    .filter((path) => path.startsWith("/") && !path.includes("\0"))
    .map(normalizePath)
    .filter((path) => {
      const holds = (folder: string) => folder === path || folder.startsWith(path === "/" ? "/" : `${path}/`);
      return !holds(home) && !(workspace !== undefined && holds(workspace)) && !SYSTEM.test(path);
    });
}
