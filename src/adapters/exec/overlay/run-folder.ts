import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "../../error.ts";
import { LAYERS, type LayerPart, type LayerRecord, lowerLayer } from "../../journal/layer.ts";
import { OWNER, type RunOwner } from "../../journal/leftovers.ts";
import { ownerOf } from "../../journal/owner.ts";
import { disk } from "../../journal/storage.ts";
import type { LowerLayer } from "../diff/base.ts";
import { isWithin } from "./mounts.ts";
import { isRoot } from "./setup.ts";
import type { Root } from "./stage.ts";
import { makeTemplate } from "./template.ts";

/** The folders of one run. */
export interface RunFolder {
  readonly id: string;
  readonly path: string;
  /** Per root, where the changes go. */
  readonly uppers: readonly string[];
  /** Folders on other file systems and the names under which they must be mounted in `path`. */
  readonly handles: readonly { readonly source: string; readonly name: string }[];
  /** Clock of the file system when the run began, milliseconds. */
  readonly stamp: number;
}

/** Makes what `planMounts` refers to. `passed`: how many paths are passed through. */
export function makeRunFolder(
  state: string,
  id: string,
  roots: readonly Root[],
  held: readonly LayerRecord[],
  passed: readonly string[],
  temporary: string | undefined,
): RunFolder {
  const path = join(state, LAYERS, id);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const owner: RunOwner = {
    ...ownerOf(process.pid),
    stages: roots.map((root) => root.stage),
    ...(temporary === undefined ? {} : { session: temporary }),
  };
  disk.write(join(path, OWNER), JSON.stringify(owner));
  if (temporary !== undefined) touch(temporary);
  makeTemplate(state);
  const handles: { source: string; name: string }[] = [];
  const link: Link = (source, name) => {
    if (isWithin(source, state)) symlinkSync(relative(path, source), join(path, name));
    else {
      mkdirSync(join(path, name));
      handles.push({ source, name });
    }
  };
  const uppers = roots.map((root, index) => makeRootFolders(path, id, root, index, held, link));
  for (const [index, target] of passed.entries()) makeLike(target, join(path, `c${index}`));
  const stamps = uppers.map((upper) => statSync(upper).ctimeMs);
  return { id, path, uppers, handles, stamp: roots.length === 0 ? Date.now() : Math.max(...stamps) };
}

/**
 * Gives a folder a plain name in the run's folder. A relative link stays right while other folders are covered
 * during the set-up; on another file system the folder is mounted there.
 */
type Link = (source: string, name: string) => void;

/** The upper folder lies on the file system of its root. */
function makeRootFolders(
  path: string,
  id: string,
  root: Root,
  index: number,
  held: readonly LayerRecord[],
  link: Link,
): string {
  const own = join(root.stage, LAYERS, id, String(index));
  for (const name of ["u", "w"]) mkdirSync(join(own, name), { recursive: true, mode: 0o700 });
  const upper = join(own, "u");
  const { mode, uid, gid } = statSync(root.path);
  if (isRoot()) chownSync(upper, uid, gid);
  chmodSync(upper, mode & 0o7777);
  if (!isWithin(own, path)) link(own, String(index));
  for (const [at, layer] of belowOf(held, root).entries()) link(layer.upper, `b${index}.${at}`);
  return upper;
}

/** Layers that are stacked at most. The kernel takes 500; the line that names them has a bound as well. */
const MAX_STACKED = 100;

/** Parts of waiting layers that a run sees under one root, the newest first. */
export function belowOf(held: readonly LayerRecord[], root: Root): readonly LowerLayer[] {
  return held.toReversed().flatMap((record) => stackable(record, root) ?? []);
}

/** No overlay may contain its own lower layers: what was captured of a folder that holds the stage stays unseen. */
function stackable(record: LayerRecord, root: Root): LowerLayer | undefined {
  const layer = lowerLayer(record, root.path);
  return layer && !isWithin(layer.upper, root.path) ? layer : undefined;
}

/**
 * Which waiting results a run is built on, and which ones it does not see although they change what it captures.
 * Throws when too many wait.
 */
export function waitingBelow(
  held: readonly LayerRecord[],
  roots: readonly Root[],
): { readonly builtOn: readonly string[]; readonly unseen: readonly string[] } {
  for (const root of roots) {
    const waiting = belowOf(held, root).length;
    if (waiting > MAX_STACKED)
      throw new UserError(
        "TOO_MANY_HELD",
        `${waiting} results that change \`${root.path}\` wait, more than the ${MAX_STACKED} that a command can be run on`,
        "accept or reject some of them first",
      );
  }
  const builtOn = held.filter((record) => roots.some((root) => stackable(record, root)));
  const unseen = held.filter((record) => record.parts.some((part) => isUnseen(record, part, roots)));
  return { builtOn: builtOn.map((one) => one.id), unseen: unseen.map((one) => one.id) };
}

function isUnseen(record: LayerRecord, part: LayerPart, roots: readonly Root[]): boolean {
  const touches = part.entries.some(({ change }) =>
    roots.some((root) => isWithin(change.path, root.path) || isWithin(root.path, change.path)),
  );
  return touches && !roots.some((root) => root.path === part.root.path && stackable(record, root));
}

/** A session that is used is not swept. */
function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

function makeLike(target: string, path: string): void {
  if (statSync(target).isDirectory()) mkdirSync(path);
  else writeFileSync(path, "");
}
