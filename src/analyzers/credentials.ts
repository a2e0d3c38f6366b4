import { CONTEXT_SECRETS, PROVIDER_SECRETS } from "../core/secret-patterns.ts";

/**
 * True for an environment variable that is a credential, leads to one, or to a service that acts with the person's
 * rights. A program that nobody read runs without these. By the name, since tools agree on names; by the value where
 * providers made their tokens recognisable, or where it is an address with a password.
 *
 * Not an address on this machine's loopback: its services are in reach of such a program anyhow, and tests need
 * their database. A false alarm costs a program a variable; a miss gives a stranger a key: doubtful names are
 * credentials.
 */
export function isCredentialVariable(name: string, value: string): boolean {
  if (value === "" || HARMLESS_NAMES.test(name)) return false;
  if (CREDENTIAL_NAMES.test(name)) return true;
  if (isLoopbackAddress(value)) return false;
  return isSecretName(name, value) || holdsSecret(value);
}

/** Names that look like others and are not, and settings of tools whose other variables are credentials. */
const HARMLESS_NAMES =
  /^(PASSWORD_STORE_(DIR|CLIP_TIME|ENABLE_EXTENSIONS|GENERATED_LENGTH)|(SSH|GIT|SUDO)_ASKPASS(_REQUIRE)?|GPG_TTY|SSH_(CLIENT|CONNECTION|TTY)|DISABLE_AUTH|PWD|OLDPWD|GIT_TERMINAL_PROMPT)$/;

/** Variables whose name alone tells, each by the documentation of its tool. */
const CREDENTIAL_NAMES = new RegExp(
  `^(${[
    "AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|PROFILE|DEFAULT_PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|WEB_IDENTITY_TOKEN_FILE|ROLE_ARN|CONTAINER_.*|CREDENTIAL_EXPIRATION|BEARER_TOKEN_.*)",
    "GOOGLE_(APPLICATION_CREDENTIALS|OAUTH_ACCESS_TOKEN|CREDENTIALS|CLOUD_KEYFILE_JSON)|GCLOUD_KEYFILE_JSON|CLOUDSDK_(CONFIG|AUTH_.*)|BOTO_CONFIG",
    "AZURE_(CONFIG_DIR|CLIENT_CERTIFICATE_PATH|CLIENT_CERTIFICATE_PASSWORD|FEDERATED_TOKEN_FILE|STORAGE_(KEY|SAS_TOKEN|CONNECTION_STRING))|ARM_(CLIENT_CERTIFICATE(_PATH)?|ACCESS_KEY|SAS_TOKEN)",
    "KUBECONFIG|KUBE_(TOKEN|CONFIG_PATHS?)|HELM_(REGISTRY_CONFIG|KUBETOKEN)",
    "DOCKER_(HOST|CONFIG|CONTEXT|CERT_PATH|AUTH_CONFIG)|CONTAINER_HOST|REGISTRY_AUTH_FILE|BUILDKIT_HOST",
    "SSH_AUTH_SOCK|GPG_AGENT_INFO|GNOME_KEYRING_CONTROL|DBUS_SESSION_BUS_ADDRESS|KRB5CCNAME|XAUTHORITY",
    "GIT_CONFIG_(PARAMETERS|VALUE_\\d+)|NETRC",
    "npm_config_(_auth|_password|userconfig|//.*)|NPM_CONFIG_(_AUTH|_PASSWORD|USERCONFIG)|PIP_CONFIG_FILE|UV_CREDENTIALS_DIR",
    "PG(PASSWORD|PASSFILE|SERVICEFILE|SSLKEY)|MYSQL_PWD|REDISCLI_AUTH|SSHPASS|RESTIC_PASSWORD.*|BORG_PASS(PHRASE|COMMAND)|RCLONE_CONFIG(_PASS|_.*_(KEY|SECRET.*|PASS))?",
    "TF_TOKEN_.*|TF_CLI_CONFIG_FILE|VAULT_(TOKEN|CLIENT_KEY)|CONSUL_HTTP_AUTH|OP_(SESSION_.*|SERVICE_ACCOUNT_TOKEN)|BW_SESSION|PULUMI_(ACCESS_TOKEN|CONFIG_PASSPHRASE.*)",
    "COMPOSER_AUTH|NUGET_CREDENTIALS|VSS_NUGET_EXTERNAL_FEED_ENDPOINTS|BUNDLE_[A-Z0-9_]*__[A-Z0-9_]+",
    "SLACK_WEBHOOK(_URL)?|DISCORD_WEBHOOK(_URL)?|TEAMS_WEBHOOK(_URL)?",
  ].join("|")})$`,
);

/** A word of a name that says what the value is. */
const SECRET_WORDS =
  /^(TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASSCODE|CREDENTIALS?|CREDS?|APIKEYS?|PRIVATEKEY|ACCESSKEY|SECRETKEY|AUTHTOKEN|JWT)$/;

/** Said of a secret word by the words after it: that this is something else. */
const ABOUT_IT =
  /^(URLS?|URI|ENDPOINT|HOST|PORT|ISSUER|AUDIENCE|DIR|DIRECTORY|FOLDER|EXPIRY|EXPIRES|EXPIRATION|TTL|LIFETIME|TIMEOUT|DURATION|TYPE|LIMIT|COUNT|LENGTH|SIZE|MIN|MAX|NAME|NAMES|PREFIX|SUFFIX|HEADER|FIELD|PARAM|POLICY|HASHER|HASHERS|HASH|ALGORITHM|ALG|FORMAT|VERSION|NAMESPACE|BACKEND|MANAGER|PROVIDER|STORE|HELPER|MODE|ENABLED|DISABLED|REQUIRED|PARALLELISM|ARN|REGION|RESET|BUDGET|PER|USAGE|COST|STRATEGY|ROTATION|SCANNING|DETECTION)$/;

/** Said right before `KEY`: of data, of the keyboard, and public ones are not secret. */
const OPEN_KEYS =
  /^(CACHE|PRIMARY|FOREIGN|SORT|PARTITION|RANGE|HASH|PUBLIC|PUBLISHABLE|PUB|HOST|KNOWN|MAP|OBJECT|LOOKUP|GROUP|SHORTCUT|HOT|WINDOW|META|CTRL|COMPOSE|ROW|INDEX|UNIQUE|TRANSLATION|I18N|FEATURE|FLAG|STORAGE|ITEM|ROUTE|ROUTING|REGISTRY|BY)$/;

function isSecretName(name: string, value: string): boolean {
  if (isSwitch(value)) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
  const last = words.at(-1) ?? "";
  const at = words.findIndex((word) => SECRET_WORDS.test(word));
  if (at >= 0) return !words.slice(at + 1).some((word) => ABOUT_IT.test(word)) && !isAmount(words, value);
  if (/^(PASS|PW|PWD|PAT|AUTH|COOKIE|BEARER|PSK|OTP|SAS)$/.test(last)) return words.length > 1;
  if (!/^(KEYS?|KEY\d+)$/.test(last))
    return / (API|ACCESS|PRIVATE|SECRET|MASTER|SIGNING) KEY (BASE|B64|BASE64|PEM|JSON|DATA|FILE|PATH|ID|VALUE)$/.test(
      ` ${words.join(" ")}`,
    );
  return (
    words.length > 1 &&
    !OPEN_KEYS.test(words.at(-2) ?? "") &&
    !words.some((word) => /^PUBLI(C|SHABLE)$/.test(word))
  );
}

/** `true`, `1`, `off`: says whether, not what. */
function isSwitch(value: string): boolean {
  return /^(true|false|yes|no|on|off|none|null|auto|[01])$/i.test(value);
}

/** `MAX_TOKENS=4096`: tokens of a language, counted. */
function isAmount(words: readonly string[], value: string): boolean {
  return words.some((word) => word === "TOKENS" || word === "TOKEN") && /^\d{1,9}$/.test(value);
}

const LOOPBACK = "(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1\\]|0\\.0\\.0\\.0)";
const LOOPBACK_ADDRESS = new RegExp(
  `^[a-z][a-z0-9+.-]{0,30}://(?:[^\\s/@]{0,256}@)?${LOOPBACK}(?::\\d{1,5})?(?:[/?#][^\\s@]{0,512})?$`,
  "i",
);

/** An address of one host, which is this machine; a list of hosts is not. */
function isLoopbackAddress(value: string): boolean {
  return LOOPBACK_ADDRESS.test(value);
}

const ADDRESS_WITH_PASSWORD = CONTEXT_SECRETS.filter(({ kind }) => kind === "url-password");
const FORMS = [...PROVIDER_SECRETS, ...ADDRESS_WITH_PASSWORD].map(
  ({ pattern }) => new RegExp(pattern, pattern.flags.replace("g", "")),
);

/** Longer values are no single token; that they are not searched whole keeps this quick. */
const SEARCHED_CHARACTERS = 65_536;

function holdsSecret(value: string): boolean {
  const text = value.slice(0, SEARCHED_CHARACTERS);
  if (text.includes("PRIVATE KEY-----")) return true;
  return (
    FORMS.some((form) => form.test(text)) ||
    /(^|;)\s*(password|pwd|accountkey|sharedaccesskey)=[^;]+/i.test(text)
  );
}
