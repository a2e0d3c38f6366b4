import type { Setting } from "../core/call.ts";
import type { CapturedChange, InsideEntry } from "./captured.ts";
import { explainedDeletion, isHarmlessGitConfiguration, packedRepositories } from "./captured-git.ts";
import { controlOf, isHistory } from "./sensitive.ts";

/** Folders in which tools keep what others wrote: nothing reads hooks, start files or agent configuration there. */
const PACKAGES =
  /\/(node_modules|bower_components|site-packages|dist-packages|\.?venv|\.tox|\.nox|vendor\/bundle|Pods|\.yarn\/(cache|unplugged))\/./;

/** True below installed packages, as seen from the root of the workspace or home: folders above do not count. */
export function isInsidePackages(path: string, setting: Setting): boolean {
  return PACKAGES.test(`/${relativeTo(path, setting)}`);
}

/** The path below the workspace, else below home, else whole. */
function relativeTo(path: string, { workspace, home }: Setting): string {
  for (const folder of [workspace, home]) {
    if (folder !== undefined && path.startsWith(`${folder}/`)) return path.slice(folder.length + 1);
  }
  return path;
}

/**
 * True for a change of a control file that governs nothing new: git's sample hooks, a repository's configuration
 * without keys that run programs or redirect, a list of known hosts that only grew by new hosts, what installed
 * packages carry, and the work tree of a repository that came as a whole (it governs only whoever works in it).
 */
export function isHarmlessControl(change: CapturedChange, setting: Setting): boolean {
  const { path, seen } = change;
  const kind = controlOf(path, setting);
  if (kind === undefined) return false;
  if (isInsidePackages(path, setting) || isInsideCachedPackages(path, setting)) return PACKAGED.has(kind);
  if (/\/\.git\/(.+\/)?hooks\/[^/]+\.sample$/.test(path)) return true;
  if (kind === "git configuration") return isHarmlessGitConfiguration(change);
  if (/\/\.ssh\/known_hosts$/.test(path)) return onlyNewHosts(seen?.before ?? "", seen?.after);
  const { repository } = change;
  if (repository === undefined || /\/\.git\//.test(path)) return false;
  return PACKAGED.has(kind) && controlOf(path.slice(repository.length), setting) === kind;
}

const PACKAGED: ReadonlySet<string> = new Set([
  "git hooks",
  "git configuration",
  "shell start file",
  "agent configuration",
]);

/** Sources and archives below the caches of package managers; what shells keep right below `~/.cache` is none. */
function isInsideCachedPackages(path: string, { home, workspace }: Setting): boolean {
  if (workspace !== undefined && path.startsWith(`${workspace}/`)) return false;
  if (!path.startsWith(`${home}/`)) return false;
  return /^\/(\.npm\/_npx|\.cargo\/(registry|git)|go\/pkg\/mod|\.m2\/repository|\.gradle\/caches|\.nuget\/packages|\.pub-cache\/(hosted|git)|\.cache\/(pip|uv|pypoetry|pre-commit|yarn|pnpm|bazel|deno|go-build|ms-playwright|puppeteer|Cypress|node|composer))\/./.test(
    path.slice(home.length),
  );
}

/**
 * As `ssh` does when it meets a host for the first time: every line of before is still there, and what came names
 * hosts that were not known. A line that could stand for a known host (a hashed one, a pattern, a certificate
 * authority) is not that.
 */
function onlyNewHosts(before: string, after: string | undefined): boolean {
  if (after === undefined || !after.startsWith(before) || !/(^|\n)$/.test(before)) return false;
  const known = before.split("\n").map((line) => (line.trim().split(/\s/)[0] ?? "").toLowerCase());
  if (known.some((hosts) => /^[|@]|[*?!]/.test(hosts))) return false;
  const names = new Set(known.flatMap((hosts) => hosts.split(",")));
  const added = after
    .slice(before.length)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return added.every((line) => {
    const hosts = (line.trim().split(/\s/)[0] ?? "").toLowerCase().split(",");
    return hosts.every((host) => /^[\w.:[\]-]+$/.test(host) && !names.has(host));
  });
}

/** A reflog that got shorter: what could bring commits back is gone. */
export function losesHistory({ kind, path, bytes, before, explained }: CapturedChange): boolean {
  const isLog = kind === "modify" && /\/\.git\/(.+\/)?logs\//.test(path);
  return isLog && explained === undefined && bytes < (before?.bytes ?? Number.POSITIVE_INFINITY);
}

/** Small files whose text decides whether a change of them governs anything. */
export function isReadToJudge(path: string): boolean {
  return (
    /\/\.git\/(.+\/)?(config|config\.worktree)$/.test(path) ||
    /\/\.git\/(.+\/)?logs\/refs\/stash$/.test(path) ||
    /\/\.ssh\/known_hosts$/.test(path)
  );
}

/** What has to be told about an entry below a new folder; of most, that it is there is all. */
export function isWorthSeeing({ path, type, mode, target }: InsideEntry, setting: Setting): boolean {
  if (type === "device" || (type === "file" && (mode & 0o6000) !== 0)) return true;
  if (type === "directory") return path.endsWith("/.git");
  if (isInsidePackages(path, setting)) return false;
  return (type === "link" && target !== undefined) || controlOf(path, setting) !== undefined;
}

/** Names that `ls` shows without `-a`. */
const isVisible = (name: string) => name !== "" && !name.startsWith(".");

/**
 * The changes with what only all of them together tell: which deletions in a repository's folder lose nothing, and
 * whether the workspace is left empty. `names`: what was right below the workspace before.
 */
export function inContext(
  changes: readonly CapturedChange[],
  setting: Setting,
  names: readonly string[],
): readonly CapturedChange[] {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  const packed = packedRepositories(changes);
  const isEmptied = leavesNothing(changes, setting, names);
  return changes.map((change) => {
    const explained = isHistory(change.path) ? explainedDeletion(change, byPath, packed) : undefined;
    const empties = isEmptied && change.kind === "delete" && isTopLevel(change.path, setting);
    const target = change.movedTo === undefined ? undefined : byPath.get(change.movedTo);
    return {
      ...change,
      // What was moved is judged at both ends by what is in it.
      ...(target?.inside === undefined ? {} : { inside: target.inside }),
      ...(target?.seen === undefined ? {} : { seen: { ...target.seen, ...change.seen } }),
      ...(explained === undefined ? {} : { explained }),
      ...(empties ? { empties } : {}),
    };
  });
}

/** From how many deleted names on a workspace left empty is a question, as `rm -rf *` is. */
const EMPTIED_FROM = 3;

function leavesNothing(
  changes: readonly CapturedChange[],
  setting: Setting,
  names: readonly string[],
): boolean {
  const top = changes.filter(({ path }) => isTopLevel(path, setting));
  const nameOf = ({ path }: CapturedChange) => path.slice(path.lastIndexOf("/") + 1);
  const gone = new Set(top.filter((one) => one.kind === "delete").map(nameOf));
  if (top.some((one) => one.kind === "create" && isVisible(nameOf(one)))) return false;
  const before = names.filter(isVisible);
  return before.length >= EMPTIED_FROM && before.every((name) => gone.has(name));
}

function isTopLevel(path: string, { workspace }: Setting): boolean {
  return workspace !== undefined && path.slice(0, path.lastIndexOf("/")) === workspace;
}
