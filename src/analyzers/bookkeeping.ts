import type { Setting } from "../core/call.ts";
import type { CapturedChange } from "./captured.ts";
import { controlOf } from "./sensitive.ts";

/**
 * What a file beside the work is kept for. `history`: what a person typed; it may grow and be trimmed, not vanish.
 * `state`: anything a tool writes for itself and could make again. `programs`: the same, with files that it starts
 * itself; only new ones, what is there already may be in use by the person.
 */
type Keeping = "history" | "state" | "programs";

interface Bookkeeping {
  readonly tool: string;
  readonly keeping: Keeping;
  /** Matched on the path below home, which begins with a slash. */
  readonly pattern: RegExp;
}

/** Folders that nothing else lives in, by the XDG base directory specification, and those that do not follow it. */
const STATE_OF_OTHERS =
  /^\/\.local\/state\/(?!(nix|home-manager|fnm_multishells|mise|direnv|asdf|syncthing|countersign|tmux)(\/|$))./;

/**
 * What ordinary tools write in home beside their work, by what they do without being asked: observed, and by their
 * documentation. Never what they read back as settings, as programs on PATH, or to know whom to trust.
 */
const TABLE: readonly Bookkeeping[] = [
  row("any interactive program", "history", /^\/\.(?!bash|zsh|k?sh|t?csh|fish)[a-z][\w-]*[_-]?hist(ory)?$/),
  row("R", "history", /^\/\.Rhistory$/),
  row("any, by the XDG base directories", "state", STATE_OF_OTHERS),
  row("any, folders of the XDG base directories", "state", /^\/\.(config|local(\/(share|state))?|cache)$/),
  row("node", "state", /^\/\.node_repl_history$|^\/\.config\/configstore(\/[\w.@-]+\.json[\w.-]*)?$/),
  row("npm, yarn", "state", /^\/\.(node-gyp|yarn\/berry)(\/.*)?$/),
  row(
    "tools of JavaScript",
    "state",
    /^\/\.config\/(nextjs-nodejs|astro|gatsby|turborepo\/telemetry|nuxt-telemetry|storybook|Cypress\/cy|\.wrangler\/(logs|metrics)|prisma-nodejs)[^/]*(\/.*)?$|^\/\.expo\/(cache|codesigning|[\w-]*cache)(\/.*)?$/,
  ),
  row(
    "python",
    "state",
    /^\/\.ipython\/profile_default\/(history\.sqlite(-journal)?|db(\/.*)?|log(\/.*)?|pid(\/.*)?)$/,
  ),
  row("jupyter", "state", /^\/\.local\/share\/jupyter\/(runtime(\/.*)?|nbsignatures\.db(-journal)?)$/),
  row("conda", "state", /^\/\.conda\/(environments\.txt|aau_token|notices\.cache)$/),
  row(
    "uv",
    "programs",
    /^\/\.local\/share\/uv\/python\/(?!\.?bin)[\w.+-]+(\/.*)?$|^\/\.local\/share\/uv(\/python)?$/,
  ),
  row("uv", "state", /^\/\.local\/share\/uv\/(python\/)?(\.lock|\.gitignore|\.temp(\/.*)?)$/),
  row("virtualenv", "state", /^\/\.local\/share\/virtualenv(\/.*)?$/),
  row(
    "cargo",
    "state",
    /^\/\.cargo\/(\.package-cache[\w-]*|\.global-cache|registry(\/.*)?|git(\/.*)?)$|^\/\.rustup\/(tmp|downloads|update-hashes)(\/.*)?$/,
  ),
  row("go", "state", /^\/go(\/pkg(\/(mod|sumdb)(\/.*)?)?)?$|^\/\.config\/go\/telemetry(\/.*)?$/),
  row(
    "gradle",
    "state",
    /^\/\.gradle(\/(caches|daemon|notifications|workers|\.tmp|kotlin-profile|undefined-build|configuration-cache-keys?|android\.lock)(\/.*)?)?$/,
  ),
  row("gradle", "programs", /^\/\.gradle\/(wrapper(\/dists(\/.*)?)?|jdks(\/.*)?|native(\/.*)?)$/),
  row("maven", "state", /^\/\.m2(\/(repository|build-cache|\.develocity)(\/.*)?)?$/),
  row("maven", "programs", /^\/\.m2\/wrapper(\/dists(\/.*)?)?$/),
  row(
    "sbt, ivy, kotlin",
    "state",
    /^\/(\.ivy2\/(cache|local|\.sbt\.[\w.]+lock)|\.sbt\/(boot|[\d.]+\/(zinc|staging))|\.konan\/cache|\.kotlin\/(daemon|sessions)|\.java\/(\.userPrefs|fonts))(\/.*)?$/,
  ),
  row(
    "dotnet",
    "state",
    /^\/\.dotnet(\/(\.workloadAdvertisingManifest.*|[\w.-]*[Ss]entinel|TelemetryStorageService(\/.*)?|optimizationdata(\/.*)?|corefx(\/cryptography(\/x509stores(\/my(\/.*)?)?)?)?))?$/,
  ),
  row(
    "dotnet",
    "state",
    /^\/\.(nuget(\/(packages|plugins-cache)(\/.*)?)?|templateengine(\/.*)?|aspnet(\/DataProtection-Keys(\/.*)?)?|local\/share\/NuGet(\/.*)?)$/,
  ),
  row(
    "android",
    "state",
    /^\/\.android(\/((cache|build-cache|metrics|studio)(\/.*)?|analytics\.settings|debug\.keystore(\.lock)?|[\w.-]+\.lock))?$/,
  ),
  row(
    "dart, flutter",
    "state",
    /^\/\.(pub-cache\/(hosted|hosted-hashes|git|_temp|log)|dartServer|dart-tool|flutter[\w-]*|config\/flutter)(\/.*)?$/,
  ),
  row("swift", "state", /^\/\.swiftpm\/cache(\/.*)?$/),
  row(
    "ruby",
    "state",
    /^\/\.(bundle\/(cache|plugin\/index)|gem\/(specs|ruby\/[\d.]+\/cache)|local\/share\/gem\/specs)(\/.*)?$/,
  ),
  row("php", "state", /^\/\.composer\/cache(\/.*)?$/),
  row(
    "haskell, julia, elixir",
    "state",
    /^\/\.(cabal\/packages|stack\/(pantry|setup-exe-cache)|ghc\/ghci_history|julia\/(logs|compiled|registries|scratchspaces)|hex\/(packages|cache\.ets))(\/.*)?$/,
  ),
  row(
    "compilers",
    "state",
    /^\/\.(ccache|sccache|emscripten_cache|conan2\/p|fontconfig|texlive\d+\/texmf-var)(\/.*)?$/,
  ),
  row("bun", "state", /^\/\.bun(\/install(\/cache(\/.*)?)?)?$/),
  row(
    "vim",
    "state",
    /^\/\.(viminfo|viminf[a-z]\.tmp|vim\/(swap|backup|undo|view)(\/.*)?|vim\/\.netrwhist)$/,
  ),
  row("neovim", "state", /^\/\.local\/share\/nvim\/(swap|shada|undo|view|log)(\/.*)?$/),
  row("emacs", "state", /^\/\.emacs\.d\/(auto-save-list|backups|\.cache|eln-cache)(\/.*)?$/),
  row("less", "state", /^\/\.(lesshst|lesshst\.tmp|lesshsQ|config\/lesshst|local\/share\/lesshst)$/),
  row(
    "database shells",
    "history",
    /^\/\.(dbshell|rediscli_history|mongodb\/mongosh\/mongosh_repl_history)$/,
  ),
  row("database shells", "state", /^\/\.mongodb(\/mongosh(\/([0-9a-f]+_log|\.?update-metadata\.json))?)?$/),
  row("wget", "state", /^\/\.wget-hsts$/),
  row(
    "docker",
    "state",
    /^\/\.docker\/(buildx\/(activity|refs|\.lock)|scout|desktop\/log)(\/.*)?$|^\/\.docker\/(buildx|\.buildNodeID|\.token_seed(\.lock)?)$/,
  ),
  row("kubectl, helm", "state", /^\/\.kube\/(cache|http-cache)(\/.*)?$/),
  row("aws", "state", /^\/\.aws\/(cli|sso)(\/(cache|history)(\/.*)?)?$/),
  row("sam, cdk", "state", /^\/\.(aws-sam\/metadata\.json|cdk\/(cache|repos)(\/.*)?)$/),
  row(
    "gcloud",
    "state",
    /^\/\.config\/gcloud\/(logs(\/.*)?|cache(\/.*)?|access_tokens\.db(-journal)?|default_configs\.db(-journal)?|hidden_gcloud_config_universe_descriptor_data_cache_configs\.db|\.last_[\w.]+|\.metricsUUID|config_sentinel|gce)$|^\/\.gsutil(\/.*)?$/,
  ),
  row(
    "az",
    "state",
    /^\/\.azure\/(logs|commands|telemetry|commandIndex\.json|versionCheck\.json|az\.sess|az\.json|msal_http_cache\.(bin|json)|msal_token_cache\.(json|bin)(\.lockfile)?|\.?[\w-]+\.lock)(\/.*)?$/,
  ),
  row(
    "terraform",
    "state",
    /^\/\.terraform\.d(\/(checkpoint_(cache|signature)|plugin-cache(\/.*)?))?$|^\/\.packer\.d\/checkpoint_\w+$/,
  ),
  row("pulumi", "state", /^\/\.pulumi\/(\.cachedVersionInfo|logs|workspaces)(\/.*)?$/),
  row("ansible", "state", /^\/\.ansible(\/(tmp|cp|galaxy_cache|facts|\.lock)(\/.*)?)?$/),
  row("gh", "state", /^\/\.(config\/gh\/state\.yml|local\/share\/gh\/(device-id|copilot-cache)(\/.*)?)$/),
  row(
    "gpg",
    "state",
    /^\/\.gnupg\/(trustdb\.gpg|random_seed|tofu\.db|pubring\.kbx~|S\.[\w.-]+|\.#lk[\w.-]+|[\w.-]+\.lock)$/,
  ),
  row("ssh", "state", /^\/\.ssh\/known_hosts\.old$/),
  row(
    "editors of Microsoft",
    "state",
    /^\/\.vscode(-server|-remote)?\/(data\/(logs|CachedProfilesData|CachedExtensionVSIXs|User\/(workspaceStorage|History))(\/.*)?|\.[\w.-]+\.(log|pid))$/,
  ),
  row(
    "coding agents",
    "state",
    /^\/\.claude\/(projects|todos|statsig|logs|debug|telemetry|file-history)(\/.*)?$|^\/\.codex\/(log|sessions|history\.jsonl)(\/.*)?$|^\/\.gemini\/tmp(\/.*)?$/,
  ),
  row(
    "machine learning",
    "state",
    /^\/(\.keras\/(datasets|models)|\.torch|nltk_data|\.config\/matplotlib|\.ollama\/(history|logs))(\/.*)?$/,
  ),
  row(
    "desktop libraries",
    "state",
    /^\/\.(local\/share\/(recently-used\.xbel|gvfs-metadata(\/.*)?|Trash(\/.*)?)|config\/pulse(\/cookie)?|dbus\/session-bus(\/.*)?|pki(\/nssdb)?)$/,
  ),
];

function row(tool: string, keeping: Keeping, pattern: RegExp): Bookkeeping {
  return { tool, keeping, pattern };
}

/** What is read as a script, a start entry or a unit, wherever it lies. */
const STARTS =
  /\.(sh|bash|zsh|fish|csh|desktop|service|timer|socket|path|pth|ps1|plist|command|so|dylib|dll)$/i;

/**
 * The tool that keeps its books in what changed, or `undefined` when it is somebody's file. Never a control file,
 * a link or a device; never a program, unless the tool keeps programs there and this one is new; and a history that
 * shrank by half or more, or is gone, is a loss.
 */
export function bookkeeperOf(change: CapturedChange, setting: Setting): string | undefined {
  const { path, type } = change;
  const { home, workspace } = setting;
  if (!path.startsWith(`${home}/`) || type === "device" || controlOf(path, setting) !== undefined)
    return undefined;
  if (workspace !== undefined && (path === workspace || path.startsWith(`${workspace}/`))) return undefined;
  const found = TABLE.find(({ pattern }) => pattern.test(path.slice(home.length)));
  if (found === undefined || !isKept(change, found.keeping)) return undefined;
  return found.tool;
}

function isKept(change: CapturedChange, keeping: Keeping): boolean {
  const { kind, type, bytes, before, path } = change;
  if (keeping === "programs") return kind === "create";
  if (type === "link" || STARTS.test(path) || mayBeStarted(change) || isOpened(change)) return false;
  if (keeping === "history") {
    if (kind === "delete" || type !== "file") return false;
    return kind !== "modify" || bytes * 2 >= (before?.bytes ?? Number.POSITIVE_INFINITY);
  }
  return kind !== "delete" || type !== "directory" || change.entries === 1;
}

/** A file that has the permission to be executed, or of which nobody could tell. */
function mayBeStarted({ kind, type, seen, attributes }: CapturedChange): boolean {
  if (kind === "delete" || type !== "file") return false;
  const mode = attributes?.after.mode ?? seen?.mode;
  return mode === undefined || (mode & 0o111) !== 0;
}

/** A folder that was there got other rights, or a file can be written by more people. */
function isOpened({ kind, type, attributes }: CapturedChange): boolean {
  if (kind !== "metadata") return false;
  const { before, after } = attributes ?? {};
  return type === "directory" || ((after?.mode ?? 0o777) & 0o022 & ~(before?.mode ?? 0)) !== 0;
}
