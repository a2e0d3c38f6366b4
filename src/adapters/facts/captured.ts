import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { CapturedChange, EntryType, InsideEntry, Seen } from "../../analyzers/captured.ts";
import { inContext, isReadToJudge, isWorthSeeing } from "../../analyzers/captured-rules.ts";
import type { Setting } from "../../core/call.ts";
import type { Change, FileKind } from "../exec/diff/change.ts";
import { isWhiteout } from "../exec/diff/extent.ts";

/** Where captured changes can be looked at before they become real. */
export interface CapturedTree {
  readonly changes: readonly Change[];
  /** Where the captured content of a change can be read; undefined for what is gone. */
  contentOf(change: Change): string | undefined;
}

/**
 * The changes as they are judged: with what has to be seen in them for that. What the command left is its own:
 * links are never followed, special files never opened. What cannot be read stays unsaid, and then the worst counts.
 */
export function lookAt(tree: CapturedTree, setting: Setting): readonly CapturedChange[] {
  const budget: Budget = { entries: MAX_ENTRIES, kept: MAX_KEPT };
  const changes = tree.changes.map((change) => {
    const content = tree.contentOf(change);
    const seen = change.kind === "delete" ? seenGone(change.path) : seenAt(content, change.path);
    const isNewTree = change.kind !== "metadata" && change.kind !== "delete" && change.type === "directory";
    const inside = isNewTree ? insideOf(content, change, setting, budget) : undefined;
    return {
      ...plain(change),
      ...(seen === undefined ? {} : { seen }),
      ...(inside === undefined ? {} : { inside }),
    };
  });
  return inContext(changes, setting, namesIn(setting.workspace));
}

const TYPES: Readonly<Record<FileKind, EntryType>> = {
  file: "file",
  directory: "directory",
  symlink: "link",
  fifo: "other",
  socket: "other",
  device: "device",
};

function plain(change: Change): CapturedChange {
  const { path, kind, type, extent } = change;
  const common = { path, kind, type: TYPES[type], ...extent };
  switch (change.kind) {
    case "create":
      return { ...common, ...(change.movedFrom === undefined ? {} : { movedFrom: change.movedFrom }) };
    case "delete":
      return { ...common, ...(change.movedTo === undefined ? {} : { movedTo: change.movedTo }) };
    case "modify":
      return { ...common, before: { type: TYPES[change.was], ...change.before } };
    case "metadata": {
      const { before, after, extended } = change;
      return { ...common, attributes: { before, after, extended: extended !== undefined } };
    }
  }
}

function seenGone(path: string): Seen | undefined {
  const before = isReadToJudge(path) ? textAt(path) : undefined;
  return before === undefined ? undefined : { mode: 0, before };
}

/** `path`: where it will be; `content`: where it lies by now. */
function seenAt(content: string | undefined, path: string): Seen | undefined {
  if (content === undefined) return undefined;
  try {
    const stat = lstatSync(content);
    const mode = stat.mode & 0o7777;
    if (stat.isSymbolicLink()) return { mode, target: resolve(dirname(path), readlinkSync(content)) };
    if (!stat.isFile() || !isReadToJudge(path)) return { mode };
    const [before, after] = [textAt(path), textAt(content)];
    return { mode, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  } catch {
    return undefined;
  }
}

/** Larger files are not read to judge them. */
const MAX_TEXT = 262_144;

/** The text of a small regular file; empty when there is none, undefined when it cannot be told. */
function textAt(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "" : undefined;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_TEXT) return undefined;
    const bytes = Buffer.alloc(stat.size);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)).toString("utf8");
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Entries of new folders that are looked at in one run, and kept of them, at most. */
const MAX_ENTRIES = 500_000;
const MAX_KEPT = 20_000;

interface Budget {
  entries: number;
  kept: number;
}

/** What matters below a new folder; `null` when a bound was reached or something could not be read. */
function insideOf(
  content: string | undefined,
  { path, extent }: Change,
  setting: Setting,
  budget: Budget,
): readonly InsideEntry[] | null {
  if (content === undefined) return null;
  const found: InsideEntry[] = [];
  const isKept = isBelowHome(path, setting) && extent.entries <= MAX_WHOLE ? () => true : isWorthSeeing;
  const folders = [{ content, path }];
  try {
    for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
      for (const name of readdirSync(at.content)) {
        if (--budget.entries < 0 || budget.kept < 0) return null;
        const entry = entryAt(`${at.content}/${name}`, `${at.path}/${name}`);
        if (entry === undefined) continue;
        if (entry.type === "directory") folders.push({ content: `${at.content}/${name}`, path: entry.path });
        if (!isKept(entry, setting)) continue;
        found.push(entry);
        budget.kept--;
      }
    }
  } catch {
    return null;
  }
  return found;
}

/** New folders of home with at most so many entries are told whole: whether they hold bookkeeping only. */
const MAX_WHOLE = 2_000;

function isBelowHome(path: string, { home, workspace }: Setting): boolean {
  const isIn = (folder: string) => path === folder || path.startsWith(`${folder}/`);
  return isIn(home) && !(workspace !== undefined && isIn(workspace));
}

/** Undefined for an overlay's own note that something is gone. Throws when the entry cannot be looked at. */
function entryAt(content: string, path: string): InsideEntry | undefined {
  const stat = lstatSync(content);
  if (isWhiteout(stat)) return undefined;
  const mode = stat.mode & 0o7777;
  if (stat.isDirectory()) return { path, type: "directory", mode };
  if (stat.isSymbolicLink())
    return { path, type: "link", mode, target: resolve(dirname(path), readlinkSync(content)) };
  if (!stat.isFile()) return { path, type: stat.isFIFO() || stat.isSocket() ? "other" : "device", mode };
  const after = isReadToJudge(path) ? textAt(content) : undefined;
  return { path, type: "file", mode, ...(after === undefined ? {} : { after }) };
}

function namesIn(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
