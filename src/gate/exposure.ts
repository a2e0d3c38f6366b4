import type { Setting } from "../core/call.ts";
import { type Effect, hasMark } from "../core/effect.ts";
import type { Facts } from "../core/facts.ts";
import type { Exposure } from "../core/protection.ts";

/** What a command may reach that runs beside us: only isolation can keep anything from it. */
export const OPEN: Exposure = {
  network: "on",
  credentials: "kept",
  tools: [],
  writes: "captured",
  renames: [],
};

/** What is known of a command before it runs. */
export interface Known {
  readonly effects: readonly Effect[];
  /** Understood programs that it starts, with their first word. */
  readonly programs: readonly string[];
  /** What the effects rest on. */
  readonly facts?: Facts;
}

/**
 * What a command may reach while it runs isolated. Where every program is understood, its effects were judged
 * ahead and it keeps what it needs. A program that nobody could read gets neither credentials nor network; one
 * that comes with an understood tool of the network (`git pull && make`) has the network: it can send out what it
 * reads in the workspace. Of credentials it only ever sees those of package managers, whose installs run its code
 * anyway; those of clouds, clusters, hosts and containers would make it the operator there.
 */
export function exposureOf({ effects, programs }: Known, setting: Setting): Exposure {
  const tools = [...new Set(programs.filter(usesNetwork).map((program) => program.split(" ")[0] ?? program))];
  const unread = unreadHere(effects);
  const isReader = effects.every(({ verb }) => verb === "read") && programs.every(readsOnly);
  const writes = isReader && programs.length > 0 ? "refused" : "captured";
  const open: Exposure = { ...OPEN, renames: renamesOf(effects, setting) };
  if (unread.length === 0) return { ...open, tools, writes };
  const unknown = unread.some((effect) => effect.verb === "unknown");
  if (unknown || tools.length === 0) return { ...open, network: "closed", credentials: "withheld" };
  return { ...open, credentials: "withheld", tools: tools.filter((tool) => INSTALLERS.has(tool)) };
}

/** What runs on this machine and could not be read ahead. Code in a container runs where its service puts it. */
export function unreadHere(effects: readonly Effect[]): readonly Effect[] {
  return effects.filter(
    (effect) =>
      isHere(effect) &&
      isUnread(effect) &&
      !(effect.certain && /^(docker|podman)\./.test(effect.resource.kind)),
  );
}

/**
 * True when a command has to act on the machine itself, which an isolated run cannot: system files and software,
 * other processes, services, other rights. It is then judged as what it is, not contained.
 */
export function actsOnMachine(known: Pick<Known, "effects" | "facts">, setting: Setting): boolean {
  if (pushesIntoFolder(known)) return true;
  return known.effects
    .filter((effect) => isHere(effect) && effect.verb !== "read")
    .some(
      (effect) =>
        hasMark(effect, "privileged") ||
        (effect.resource.environment === "local" && !isUnread(effect) && !isCaught(effect, setting)),
    );
}

/**
 * Folders that the command renames by the system call, which `mv` alone can do without. The piece of the request is
 * only looked at to spare copies: one too many costs time, one too few fails as it would between file systems.
 */
function renamesOf(effects: readonly Effect[], { home, workspace }: Setting): readonly string[] {
  const moved = effects.filter(
    ({ verb, resource, certain, by }) =>
      certain &&
      (verb === "change" || verb === "delete") &&
      resource.kind === "directory" &&
      /\brename|\bgit\b.*\bmv\b/i.test(by),
  );
  const paths = moved.flatMap(({ resource: { name, environment } }) => {
    if (name.startsWith("/")) return [name];
    if (name.startsWith("~/")) return [`${home}${name.slice(1)}`];
    return environment === "workspace" && workspace !== undefined ? [`${workspace}/${name}`] : [];
  });
  return [...new Set(paths)];
}

/** A remote that is a folder of this machine: git writes into it itself, outside of what is caught. */
function pushesIntoFolder({ effects, facts = new Map() }: Pick<Known, "effects" | "facts">): boolean {
  const pushed = effects.filter(
    ({ verb, resource }) => verb !== "read" && resource.kind.startsWith("git.remote-"),
  );
  if (pushed.length === 0) return false;
  const settings = [...facts].flatMap(([key, fact]) =>
    key.startsWith("text:") && "text" in fact ? [fact.text] : [],
  );
  return pushed.some(isHere) || settings.some((text) => text !== undefined && FOLDER_URL.test(text));
}

/** `url = /srv/git/x.git` of a git configuration (git-config(1)), also `file://` and relative paths. */
const FOLDER_URL = /^\s*(push)?url\s*=\s*"?(\/|\.|~|file:)/im;

function isHere({ resource }: Effect): boolean {
  return resource.environment === "workspace" || resource.environment === "local";
}

/** What a program does that nobody could read ahead. */
function isUnread(effect: Effect): boolean {
  return (
    effect.verb === "unknown" ||
    hasMark(effect, "foreign-code") ||
    hasMark(effect, "workspace-code") ||
    (effect.verb === "execute" && !effect.certain)
  );
}

const FILES: ReadonlySet<string> = new Set(["file", "directory", "link"]);

export function isFileKind(kind: string): boolean {
  return FILES.has(kind);
}

/** A file below home, in the workspace or in a temporary folder; and what concerns no file but the network. */
function isCaught({ verb, resource }: Effect, setting: Setting): boolean {
  if (verb === "send" || verb === "expose") return true;
  if (!isFileKind(resource.kind)) return resource.kind.startsWith("git.");
  const { name } = resource;
  if (name.startsWith("~/") || name === "~") return true;
  const folders = [setting.home, ...setting.temporary, ...(setting.workspace ? [setting.workspace] : [])];
  return name.startsWith("/") ? folders.some((folder) => isBelow(name, folder)) : !name.startsWith("..");
}

/** A known file below home or in the workspace, whose change an isolated run catches before it is real. */
export function isCapturedFile(effect: Effect, { home, workspace }: Setting): boolean {
  const { verb, resource, certain } = effect;
  if (!certain || verb === "read" || !isFileKind(resource.kind) || hasMark(effect, "privileged"))
    return false;
  // That many small changes are one big one is known of the session, not of a change that is caught.
  if (resource.environment === "workspace") return !hasMark(effect, "bulk");
  const { name } = resource;
  if (name.startsWith("~/") || name === "~") return true;
  return isBelow(name, home) || (workspace !== undefined && isBelow(name, workspace));
}

function isBelow(name: string, folder: string): boolean {
  return name === folder || name.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Programs that reach other machines; with words, only those subcommands do. */
const NETWORK: ReadonlyMap<string, readonly string[]> = new Map([
  ..."curl wget http https xh ssh scp sftp rsync aws gcloud gsutil bq az kubectl helm gh glab hub vercel netlify fly flyctl heroku supabase wrangler twine skopeo crane oras dig nslookup ping terraform tofu pulumi cdk sam eb ansible ansible-playbook psql mysql mongosh redis-cli pg_dump mysqldump docker podman apt apt-get npx bunx uvx pnpx"
    .split(" ")
    .map((name): [string, readonly string[]] => [name, []]),
  ["git", ["clone", "fetch", "pull", "push", "ls-remote", "submodule", "remote", "lfs", "archive"]],
  ...["npm", "pnpm", "yarn", "bun"].map((name): [string, readonly string[]] => [
    name,
    " add audit ci dedupe dlx exec i info init install login outdated publish remove search show uninstall up update upgrade view x".split(
      " ",
    ),
  ]),
  ["pip", ["download", "install", "index", "wheel"]],
  ["pip3", ["download", "install", "index", "wheel"]],
  ["pipx", ["install", "run", "upgrade"]],
  ["uv", ["add", "lock", "pip", "publish", "run", "sync", "tool"]],
  ["poetry", ["add", "install", "lock", "publish", "update"]],
  ["pdm", ["add", "install", "lock", "sync", "update"]],
  ["conda", ["create", "env", "install", "update"]],
  ["cargo", ["add", "fetch", "install", "publish", "search", "update"]],
  ["go", ["get", "install", "mod"]],
  ["gem", ["fetch", "install", "push", "update"]],
  ["bundle", ["", "add", "install", "update"]],
  ["composer", ["install", "require", "update"]],
  ["dotnet", ["add", "nuget", "restore", "tool"]],
  ["mix", ["deps.get", "hex.publish"]],
  ["deno", ["add", "cache", "install"]],
  ["brew", ["fetch", "install", "update", "upgrade"]],
]);

/** Package managers: what they install runs code of the project and of its packages. */
const INSTALLERS: ReadonlySet<string> = new Set(
  "npm npx pnpm pnpx yarn bun bunx pip pip3 pipx uv uvx poetry pdm conda cargo go gem bundle composer dotnet mix deno".split(
    " ",
  ),
);

function usesNetwork(program: string): boolean {
  const [name = "", verb = ""] = program.split(" ");
  const verbs = NETWORK.get(name);
  return verbs !== undefined && (verbs.length === 0 || verbs.includes(verb));
}

/**
 * Programs that write nothing in a workspace as long as they have no effect: an overlay below them would only make
 * reading a large one slower.
 */
const READERS = new Set(
  (
    "ls cat head tail grep egrep fgrep zgrep rg ag find fd wc tree file stat du df sort uniq cut tr diff cmp comm jq " +
    "md5sum sha1sum sha256sum basename dirname realpath readlink pwd which nl od xxd strings column"
  ).split(" "),
);
const GIT_READERS = new Set(
  "status log diff show blame grep ls-files ls-tree rev-parse rev-list shortlog describe cat-file".split(" "),
);

function readsOnly(program: string): boolean {
  const [name = "", verb = ""] = program.split(" ");
  return name === "git" ? GIT_READERS.has(verb) : READERS.has(name);
}
