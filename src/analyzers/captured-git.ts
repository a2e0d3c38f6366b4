import type { CapturedChange } from "./captured.ts";
import { governs, isPlainValue } from "./git/config-keys.ts";

/**
 * True when the configuration of a repository changed in keys only that govern nothing (`branch.*`, `remote.*`,
 * `user.*`), as `git remote add` and `git push -u` write them. Without both texts, or with anything in them that
 * is not plainly read, it is not known and so false. The text is controlled by the agent.
 */
export function isHarmlessGitConfiguration({ kind, path, seen }: CapturedChange): boolean {
  if (!/\/(config|config\.worktree)$/.test(path) || kind === "delete") return false;
  const before = kind === "create" ? "" : seen?.before;
  if (before === undefined || seen?.after === undefined) return false;
  const [old, now] = [readConfiguration(before), readConfiguration(seen.after)];
  if (!old || !now) return false;
  const changed = [...without(now, old), ...without(old, now)];
  const isModule = /\/\.git\/modules\//.test(path);
  return changed.every(
    ({ key, value }) =>
      isOrdinary(key, value) || (isModule && key === "core.worktree" && /^(\.\.\/)+[\w./-]+$/.test(value)),
  );
}

interface Entry {
  readonly key: string;
  readonly value: string;
}

function isOrdinary(key: string, value: string): boolean {
  const kind = governs(key);
  return kind === undefined || (kind === "command" && isPlainValue(key, value));
}

function without(entries: readonly Entry[], others: readonly Entry[]): readonly Entry[] {
  const known = new Set(others.map(({ key, value }) => `${key}=${value}`));
  return entries.filter(({ key, value }) => !known.has(`${key}=${value}`));
}

const SECTION = /^\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\["\\])*)")?\][ \t]*/;
const ENTRY = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=[ \t]*(.*))?$/;

/**
 * The entries of a git configuration file (git-config(1), Syntax); `undefined` when a line is not plainly one of
 * its forms. A section's line may hold the first entry; a line that goes on in the next is refused.
 */
function readConfiguration(text: string): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    let rest = line.trim();
    const header = SECTION.exec(rest);
    if (header) {
      const [whole, name = "", sub] = header;
      section =
        sub === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${sub.replace(/\\(.)/g, "$1")}`;
      rest = rest.slice(whole.length);
    }
    if (rest === "" || /^[#;]/.test(rest)) continue;
    const entry = ENTRY.exec(rest);
    if (!entry || section === "" || rest.endsWith("\\")) return undefined;
    const [, key = "", value = "true"] = entry;
    entries.push({ key: `${section}.${key.toLowerCase()}`, value: value.replace(/^"([^"\\]*)"$/, "$1") });
  }
  return entries;
}

/** What git makes for the time of one operation, and copies that it can make again. */
const TRANSIENT =
  /^(.*\.lock|[A-Z_]+_HEAD|MERGE_(MSG|MODE|RR|AUTOSTASH)|SQUASH_MSG|AUTO_MERGE|[A-Z]+_EDITMSG|(rebase-merge|rebase-apply|sequencer)(\/.*)?|BISECT_.*|refs\/(bisect|rewritten)(\/.*)?|gc\.(pid|log)|fsmonitor--daemon.*|next-index-.*|objects\/(.*\/)?tmp_.*|objects\/info\/.*|worktrees(\/.*)?|lfs\/(tmp|cache|incomplete|objects)\/.*|info\/refs)$/;
const REFERENCE = /^refs\/(heads|tags|remotes|notes)\/./;
const REFLOG = /^logs\/(refs\/(heads|tags|remotes|notes)\/.+)$/;
const OBJECT = /^objects\/([0-9a-f]{2}(\/.*)?|pack\/.+)$/;
const OTHER_SYSTEMS =
  /\/(\.hg\/(.*\/)?(wlock|lock|journal[^/]*|undo[^/]*|merge\/.*|graftstate|rebasestate|histedit-state)|\.svn\/(tmp\/.*|wc\.db-(journal|wal|shm))|\.jj\/(working_copy|repo\/op_heads)\/.*)$/;

/**
 * Why a deletion in a repository's own folder loses nothing that the commands of git would not, or `undefined`.
 * A branch or tag is T1 by itself (`git branch -D`), its reflog goes with it; objects go when they are packed anew;
 * the list of stashes goes with the last of them. Whole folders (`.git`, `objects`, `refs/heads`) never do.
 */
export function explainedDeletion(
  change: CapturedChange,
  all: ReadonlyMap<string, CapturedChange>,
  packed: ReadonlySet<string>,
): string | undefined {
  if (OTHER_SYSTEMS.test(change.path)) return "a trace of an operation";
  const [, git, inside] =
    /^(.*?\/\.git(?:\/modules\/.+?(?=\/(?:objects|refs|logs|[^/]*\.lock$)))?)\/(.+)$/.exec(change.path) ?? [
      undefined,
      undefined,
      undefined,
    ];
  if (git === undefined || inside === undefined) return undefined;
  if (change.kind === "modify" && inside.startsWith("logs/")) {
    return packed.has(git) || inside === "logs/refs/stash" ? "old entries expired" : undefined;
  }
  if (change.kind !== "delete") return undefined;
  if (TRANSIENT.test(inside)) return "a trace of an operation";
  if (REFERENCE.test(inside)) return "a branch or tag";
  if (OBJECT.test(inside)) return packed.has(git) ? "packed anew" : undefined;
  const reference = REFLOG.exec(inside)?.[1];
  if (reference !== undefined) {
    const isGone = all.get(`${git}/${reference}`)?.kind === "delete" || all.has(`${git}/packed-refs`);
    return isGone || isParentGone(git, reference, all) ? "its branch went with it" : undefined;
  }
  if (inside !== "refs/stash" && inside !== "logs/refs/stash") return undefined;
  const log = all.get(`${git}/logs/refs/stash`)?.seen?.before;
  return log !== undefined && log.trimEnd().split("\n").length === 1 ? "the last stash" : undefined;
}

/** The folders of repositories in which objects were packed. */
export function packedRepositories(changes: readonly CapturedChange[]): ReadonlySet<string> {
  const folders = changes
    .filter(({ kind, type }) => kind === "create" || (kind === "modify" && type === "file"))
    .flatMap(({ path }) => /^(.*)\/objects\/pack(\/[^/]+\.pack)?$/.exec(path)?.[1] ?? []);
  return new Set(folders);
}

/** `git branch -D feature/x` takes the folder `feature` away when it is empty. */
function isParentGone(git: string, reference: string, all: ReadonlyMap<string, CapturedChange>): boolean {
  for (let at = reference; at.includes("/"); at = at.slice(0, at.lastIndexOf("/"))) {
    if (all.get(`${git}/${at}`)?.kind === "delete" && REFERENCE.test(at)) return true;
  }
  return false;
}
