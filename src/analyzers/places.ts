import type { Setting } from "../core/call.ts";
import { normalizePath } from "./locate.ts";
import type { Variables } from "./secret-places.ts";
import { controlOf, holdsSecrets, isSecret } from "./sensitive.ts";

/**
 * What a later run makes of what is in a cache. `checked`: compared with a digest that the project or the index
 * holds, so a changed entry is found. `as-found`: used, often executed, as it is. `linked`: the same files, by hard
 * links, are parts of other projects.
 */
export type CacheTrust = "checked" | "as-found" | "linked";

/** A folder below home that isolated runs may write through to. */
export interface CachePlace {
  /** Absolute. */
  readonly path: string;
  readonly tool: string;
  readonly trust: CacheTrust;
  /** Why nothing is lost and nothing governed when it is written to unseen. */
  readonly why: string;
}

/** What the run may do decides which caches it writes through to; the others are caught as any other file is. */
export type CacheUse = "understood" | "unread";

/**
 * The caches of package managers and compilers that a run writes through to, unseen and without an undo. None holds
 * settings, credentials or programs on `PATH`, and the tool makes again whatever is missing.
 *
 * A cache is a way to stay: who changes a jar, an unpacked crate or a compiled object in it decides what a later
 * build executes, in other projects and outside of any isolation. So a program that nobody read (`unread`) writes
 * through only to caches that are checked; everything else it changes there is caught, recorded and can be taken
 * back, and costs no question. It must never write into the files of a `linked` store, since that would change other
 * projects in place, past all of this. Caches of programs (`~/.npm/_npx`, Gradle's distributions, Python's own
 * interpreters, hook environments) are never written through to.
 *
 * Variables move caches, and the agent may have set them: a value counts only below home, outside of the workspace,
 * of secret and control places and of everything on `PATH`, and, where it is the cache itself, when it is called
 * like one.
 */
export function cachePlaces(setting: Setting, environment: Variables, use: CacheUse): readonly CachePlace[] {
  const all = CACHES.flatMap((cache) => {
    const moved = cache.variables.flatMap((variable) => movedTo(variable, environment));
    return [...moved, ...usualPlaces(cache, setting, environment)].map((path) => {
      const { tool, trust, why } = cache;
      return { path, tool, trust, why };
    });
  });
  const allowed = all.filter(
    ({ path, trust }) =>
      (use === "understood" || trust === "checked") && isHarmless(path, setting, environment),
  );
  const byPath = new Map(allowed.map((place) => [place.path, place]));
  // A folder in another one of the list is passed with it.
  return [...byPath.values()].filter(
    ({ path }) => ![...byPath.keys()].some((other) => path.startsWith(`${other}/`)),
  );
}

interface Cache {
  readonly tool: string;
  readonly trust: CacheTrust;
  readonly why: string;
  /** Below home. */
  readonly usual: readonly string[];
  /** `NAME` holds the cache itself, `NAME/folder` a folder in which the cache has this name. */
  readonly variables: readonly string[];
}

const BY_DIGEST = "named by the digest of their content, which is compared when they are used";
const BY_LOCK = "compared with the digests in the project's lock file when they are used";
const DOWNLOADED = "downloaded archives and what was unpacked of them; downloaded again when missing";
const COMPILED = "results of compiling, found by the digest of their input; made again when missing";

const CACHES: readonly Cache[] = [
  cache("npm", "checked", BY_DIGEST, ".npm/_cacache", "npm_config_cache/_cacache NPM_CONFIG_CACHE/_cacache"),
  cache("npm", "checked", "logs, which no tool reads", ".npm/_logs", "npm_config_cache/_logs"),
  cache("yarn", "checked", BY_LOCK, ".yarn/berry/cache .yarn/berry/index", ""),
  cache("yarn 1", "as-found", DOWNLOADED, ".cache/yarn", "YARN_CACHE_FOLDER"),
  cache(
    "pnpm",
    "linked",
    BY_DIGEST,
    ".local/share/pnpm/store .pnpm-store",
    "PNPM_HOME/store npm_config_store_dir NPM_CONFIG_STORE_DIR",
  ),
  cache("pnpm", "checked", "descriptions of packages; asked for again when missing", ".cache/pnpm", ""),
  cache("bun", "linked", DOWNLOADED, ".bun/install/cache", "BUN_INSTALL_CACHE_DIR BUN_INSTALL/install/cache"),
  cache("deno", "as-found", DOWNLOADED, ".cache/deno", "DENO_DIR"),
  cache(
    "node-gyp",
    "as-found",
    "headers of node; downloaded again when missing",
    ".cache/node-gyp .node-gyp",
    "",
  ),
  cache("turbo", "as-found", COMPILED, "", "TURBO_CACHE_DIR"),
  cache(
    "playwright",
    "as-found",
    "browsers for tests; downloaded again when missing",
    ".cache/ms-playwright",
    "PLAYWRIGHT_BROWSERS_PATH",
  ),
  cache(
    "puppeteer",
    "as-found",
    "browsers for tests; downloaded again when missing",
    ".cache/puppeteer",
    "PUPPETEER_CACHE_DIR",
  ),
  cache(
    "cypress",
    "as-found",
    "its own program; downloaded again when missing",
    ".cache/Cypress",
    "CYPRESS_CACHE_FOLDER",
  ),
  cache("electron", "as-found", DOWNLOADED, ".cache/electron .cache/electron-builder", "ELECTRON_CACHE"),
  cache("pip", "as-found", DOWNLOADED, ".cache/pip", "PIP_CACHE_DIR"),
  cache("uv", "linked", DOWNLOADED, ".cache/uv", "UV_CACHE_DIR"),
  cache(
    "poetry",
    "as-found",
    DOWNLOADED,
    ".cache/pypoetry/cache .cache/pypoetry/artifacts",
    "POETRY_CACHE_DIR/cache POETRY_CACHE_DIR/artifacts",
  ),
  cache("conda", "linked", DOWNLOADED, ".conda/pkgs", "CONDA_PKGS_DIRS"),
  cache("cargo", "as-found", DOWNLOADED, ".cargo/registry .cargo/git", "CARGO_HOME/registry CARGO_HOME/git"),
  cache(
    "go",
    "as-found",
    DOWNLOADED,
    "go/pkg/mod go/pkg/sumdb",
    "GOMODCACHE GOPATH/pkg/mod GOPATH/pkg/sumdb",
  ),
  cache(
    "go",
    "as-found",
    COMPILED,
    ".cache/go-build .cache/golangci-lint .cache/gopls .cache/staticcheck",
    "GOCACHE GOLANGCI_LINT_CACHE",
  ),
  cache("gradle", "as-found", DOWNLOADED, ".gradle/caches", "GRADLE_USER_HOME/caches"),
  cache("maven", "as-found", DOWNLOADED, ".m2/repository", ""),
  cache("sbt, coursier", "as-found", DOWNLOADED, ".ivy2/cache .cache/coursier .sbt/boot", "COURSIER_CACHE"),
  cache("nuget", "as-found", DOWNLOADED, ".nuget/packages", "NUGET_PACKAGES"),
  cache(
    "nuget",
    "checked",
    "answers of the registry; asked for again when missing",
    ".local/share/NuGet/http-cache .local/share/NuGet/v3-cache",
    "NUGET_HTTP_CACHE_PATH",
  ),
  cache(
    "composer",
    "as-found",
    DOWNLOADED,
    ".cache/composer .composer/cache",
    "COMPOSER_CACHE_DIR COMPOSER_HOME/cache",
  ),
  cache("bundler", "as-found", DOWNLOADED, ".bundle/cache", "BUNDLE_USER_CACHE"),
  cache(
    "dart",
    "as-found",
    DOWNLOADED,
    ".pub-cache/hosted .pub-cache/hosted-hashes .pub-cache/git",
    "PUB_CACHE/hosted PUB_CACHE/git",
  ),
  cache("swift", "as-found", DOWNLOADED, ".swiftpm/cache .cache/org.swift.swiftpm", ""),
  cache("hex, rebar3", "checked", BY_LOCK, ".hex/packages", "HEX_HOME/packages"),
  cache("cabal, stack", "as-found", DOWNLOADED, ".cabal/packages .stack/pantry", ""),
  cache("ccache", "as-found", COMPILED, ".ccache .cache/ccache", "CCACHE_DIR"),
  cache("sccache", "as-found", COMPILED, ".cache/sccache", "SCCACHE_DIR"),
  cache("bazel", "as-found", COMPILED, ".cache/bazel .cache/bazel-disk-cache", ""),
  cache("zig", "as-found", COMPILED, ".cache/zig", "ZIG_GLOBAL_CACHE_DIR"),
  cache("conan", "as-found", DOWNLOADED, ".conan2/p", "CONAN_HOME/p"),
  cache("terraform", "checked", BY_LOCK, ".terraform.d/plugin-cache", "TF_PLUGIN_CACHE_DIR"),
  cache(
    "helm",
    "checked",
    "indexes and charts; downloaded again when missing",
    ".cache/helm/repository",
    "HELM_REPOSITORY_CACHE",
  ),
  cache(
    "huggingface",
    "as-found",
    "models and data sets; downloaded again when missing",
    ".cache/huggingface/hub .cache/huggingface/datasets",
    "HF_HOME/hub HF_HOME/datasets HF_HUB_CACHE",
  ),
  cache("torch", "as-found", "models; downloaded again when missing", ".cache/torch", "TORCH_HOME"),
  cache(
    "homebrew",
    "checked",
    "archives; compared with the formula's digest",
    ".cache/Homebrew",
    "HOMEBREW_CACHE",
  ),
  cache("trivy, act", "as-found", DOWNLOADED, ".cache/trivy .cache/act", "TRIVY_CACHE_DIR"),
];

function cache(tool: string, trust: CacheTrust, why: string, usual: string, variables: string): Cache {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  return { tool, trust, why, usual: words(usual), variables: words(variables) };
}

/** Where the tool looks when no variable of its own says anything. */
function usualPlaces({ usual }: Cache, { home }: Setting, environment: Variables): readonly string[] {
  const moved: readonly (readonly [string | undefined, string])[] = [
    [environment.XDG_CACHE_HOME, ".cache/"],
    [environment.XDG_DATA_HOME, ".local/share/"],
  ];
  return usual.flatMap((name) => {
    const byXdg = moved.flatMap(([folder, start]) => {
      const at = absolute(folder);
      return at !== undefined &&
        BELONGS_TO_A_TOOL.test(at.slice(at.lastIndexOf("/") + 1)) &&
        name.startsWith(start)
        ? [`${at}/${name.slice(start.length)}`]
        : [];
    });
    return [`${home}/${name}`, ...byXdg];
  });
}

/** What a folder that a variable names as the cache itself is called; another one could hold anything. */
const CALLED_LIKE_A_CACHE =
  /(^|[-_.])(cache|caches|store|pnpm-store|packages|pkgs|mod|modcache|go-build|ccache|sccache|deno|ms-playwright|browsers|hub|torch|turbo)$/i;

function movedTo(variable: string, environment: Variables): readonly string[] {
  const slash = variable.indexOf("/");
  const name = slash < 0 ? variable : variable.slice(0, slash);
  const at = absolute(environment[name]);
  if (at === undefined) return [];
  const last = at.slice(at.lastIndexOf("/") + 1);
  if (slash < 0) return CALLED_LIKE_A_CACHE.test(last) ? [at] : [];
  return BELONGS_TO_A_TOOL.test(last) ? [`${at}/${variable.slice(slash + 1)}`] : [];
}

/** What a folder is called in which a tool keeps its cache beside other things; not a folder of projects. */
const BELONGS_TO_A_TOOL =
  /^\.|cache|npm|cargo|^go(path)?$|gradle|composer|conan|^hex|pub|^hf|huggingface|poetry|^(xdg|data|share)/i;

const LONGEST_PATH = 4_096;

function absolute(path: string | undefined): string | undefined {
  if (path === undefined || !path.startsWith("/") || path.length > LONGEST_PATH || path.includes("\0"))
    return undefined;
  return normalizePath(path);
}

/** Below home, and neither in nor around anything that governs, is secret, is worked in or is on `PATH`. */
function isHarmless(path: string, setting: Setting, environment: Variables): boolean {
  const { home, workspace, own } = setting;
  if (!path.startsWith(`${home}/`)) return false;
  const isAround = (other: string) => other === path || other.startsWith(`${path}/`);
  const touches = (other: string) => isAround(other) || path.startsWith(`${other}/`);
  const programs = (environment.PATH ?? "").split(":").flatMap((folder) => absolute(folder) ?? []);
  if (programs.some(isAround) || own.some(touches) || (workspace !== undefined && touches(workspace)))
    return false;
  return foldersOf(path, home).every(
    (folder) =>
      controlOf(folder, setting) === undefined && !isSecret(folder, setting) && !holdsSecrets(folder),
  );
}

/** The path and the folders above it, up to home. */
function foldersOf(path: string, home: string): readonly string[] {
  const names = path.slice(home.length + 1).split("/");
  return names.map((_, index) => `${home}/${names.slice(0, index + 1).join("/")}`);
}
