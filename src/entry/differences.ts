import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "../adapters/exec/diff/change.ts";
import type { Journal } from "../adapters/journal/journal.ts";
import type { Layer } from "../adapters/journal/layer.ts";
import { openSnapshotFiles } from "../adapters/restore/snapshot/export.ts";
import { diffSnapshot } from "../adapters/restore/snapshot/restore.ts";
import type { SnapshotInfo } from "../adapters/restore/snapshot/store.ts";

/** What one action changed, or would change, at one path. */
export interface Difference {
  /** Absolute. */
  readonly path: string;
  readonly kind: "created" | "modified" | "deleted" | "metadata" | "moved";
  /** For `moved`: where it was before. */
  readonly from?: string;
  /** Entries below it, itself included; absent when not counted. */
  readonly entries?: number;
  readonly bytes?: number;
  /** Files with the content before and after, as far as they are kept. */
  readonly before?: string;
  readonly after?: string;
}

/** Differences, and what has to be removed when they were looked at. */
export interface Differences {
  readonly list: readonly Difference[];
  close(): void;
}

const nothingToClose = () => {};

const KINDS = { create: "created", modify: "modified", delete: "deleted", metadata: "metadata" } as const;

function differenceOf(change: Change, before: string | undefined, after: string | undefined): Difference {
  const { path, kind, extent } = change;
  const from = change.kind === "create" ? change.movedFrom : undefined;
  const old = before !== undefined && isFile(before) ? { before } : {};
  const now = after !== undefined && isFile(after) ? { after } : {};
  const common = { path, entries: extent.entries, bytes: extent.bytes, ...old, ...now };
  return from === undefined ? { ...common, kind: KINDS[kind] } : { ...common, kind: "moved", from };
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The source of a move is shown with its other end. */
function isShown(change: Change): boolean {
  return !(change.kind === "delete" && change.movedTo !== undefined);
}

/** What a step of the journal changed. */
export function differencesOfStep(journal: Journal, step: string): Differences {
  const list = journal
    .diff(step)
    .differences.flatMap(({ change, before, after }) =>
      change && isShown(change) ? [differenceOf(change, before, after)] : [],
    );
  return { list, close: nothingToClose };
}

/** What accepting a waiting result would change. */
export function differencesOfHeld(layer: Layer): Differences {
  const list = layer.changes.filter(isShown).map((change) => {
    const before = change.kind === "create" ? undefined : change.path;
    return differenceOf(change, before, layer.contentOf(change));
  });
  return { list, close: nothingToClose };
}

/** More files than this are only named. */
const MAX_FILES = 200;

/** What is different now from when a snapshot was taken. The old contents are written to a folder of their own. */
export async function differencesOfSnapshot(folder: string, info: SnapshotInfo): Promise<Differences> {
  const changes = await diffSnapshot(folder, info.id);
  const files = openSnapshotFiles(folder, info.id);
  const own = mkdtempSync(join(tmpdir(), "countersign-diff-"));
  const list = changes.map(({ path, change }, index): Difference => {
    const full = join(info.workspace, path);
    const copy = join(own, String(index));
    const isKept = index < MAX_FILES && change !== "created" && files.write(path, copy);
    const after = change !== "deleted" && isFile(full) ? { after: full } : {};
    return { path: full, kind: change, ...(isKept ? { before: copy } : {}), ...after };
  });
  return { list, close: () => rmSync(own, { recursive: true, force: true }) };
}
