import { existsSync, readdirSync, readFileSync, rmSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../error.ts";
import type { LowerLayer } from "../exec/diff/base.ts";
import type { Change } from "../exec/diff/change.ts";
import { attributesOf, isWhiteout, kindOf, statOf } from "../exec/diff/extent.ts";
import type { Entry } from "../exec/diff/read.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import type { Root } from "../exec/overlay/stage.ts";
import { findConflicts } from "./check.ts";
import type { Journal } from "./journal.ts";
import { bytesDisplaced, fingerprintOf, type Installed, isStill, type StepOperation } from "./step.ts";
import { disk } from "./storage.ts";

/** What a layer changed under one captured folder. */
export interface LayerPart {
  readonly root: Root;
  /** Folder with the captured entries. */
  readonly upper: string;
  readonly entries: readonly Entry[];
  /** Folders, relative, that hide what is below them. */
  readonly opaque: readonly string[];
}

/** Everything that is known of a captured result; written down when it waits for a decision. */
export interface LayerRecord {
  readonly version: 1;
  readonly id: string;
  /** Clock of the file system when the run began, milliseconds. */
  readonly stamp: number;
  /** Milliseconds since 1970 when the changes were read. */
  readonly readAt: number;
  readonly label?: string;
  readonly parts: readonly LayerPart[];
  /** Identifiers of the waiting layers that it was made on, the oldest first. */
  readonly builtOn: readonly string[];
  /** Identifiers of waiting layers that change the same folders and that the run could not see. */
  readonly unseen?: readonly string[];
  /** What a commit that failed moved away and back. */
  readonly putBack?: readonly Installed[];
  /** Steps that were committed out of those layers since. */
  readonly ownSteps: readonly string[];
}

/** Where layers are: one folder for each, below the state folder. */
export const LAYERS = "layers";
const MANIFEST = "layer.json";

export type Committed =
  | {
      readonly outcome: "committed";
      /** Absent when there was nothing to do. */
      readonly step?: string;
      /** What was not selected; it waits as the same layer. */
      readonly rest?: Layer;
      /** Folders that could not be renamed into and were copied. */
      readonly copied: readonly string[];
    }
  | { readonly outcome: "conflict"; readonly conflicts: readonly Change[] }
  /** It builds on layers that still wait; those come first. */
  | { readonly outcome: "behind"; readonly layers: readonly string[] };

/** The captured result of one command. Nothing of it is in the real tree until `commit`. */
export interface Layer {
  readonly id: string;
  readonly builtOn: readonly string[];
  /** Waiting layers that change the same folders and that the run could not see. */
  readonly unseen: readonly string[];
  readonly changes: readonly Change[];
  readonly label?: string;
  /** Where the captured content of a change can be read; undefined for what is gone. */
  contentOf(change: Change): string | undefined;
  /** Moves the selected changes into the real tree as one step, or none of them. What is left waits. */
  commit(
    journal: Journal,
    options?: { readonly select?: (change: Change) => boolean; readonly label?: string },
  ): Committed;
  /** Keeps the result until somebody decides; later runs see it. */
  hold(label?: string): void;
  discard(): void;
}

export function layerFrom(state: string, record: LayerRecord): Layer {
  const changes = record.parts.flatMap((part) => part.entries.map((entry) => entry.change));
  return {
    id: record.id,
    builtOn: record.builtOn,
    unseen: record.unseen ?? [],
    changes,
    ...(record.label === undefined ? {} : { label: record.label }),
    contentOf: (change) => contentOf(record, change),
    commit: (journal, options) => commit(state, record, journal, options ?? {}),
    hold: (label) => writeRecord(state, label === undefined ? record : { ...record, label }),
    discard: () => removeLayer(state, record),
  };
}

/** Records of the layers that wait, the oldest first. */
export function heldRecords(state: string): readonly LayerRecord[] {
  const folder = join(state, LAYERS);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((id) => {
      const path = join(folder, id, MANIFEST);
      return existsSync(path) ? [JSON.parse(readFileSync(path, "utf8")) as LayerRecord] : [];
    });
}

/** The part of a waiting layer that a later run sees below its own, when it changes anything there. */
export function lowerLayer(record: LayerRecord, root: string): LowerLayer | undefined {
  const part = record.parts.find((one) => one.root.path === root);
  if (part?.entries.length === 0) return undefined;
  return part && { upper: part.upper, opaque: new Set(part.opaque) };
}

/** Takes a layer away with what was captured. */
export function removeLayer(state: string, record: LayerRecord): void {
  for (const part of record.parts) disk.removeTree(dirname(dirname(part.upper)));
  disk.removeTree(join(state, LAYERS, record.id));
}

function writeRecord(state: string, record: LayerRecord): void {
  disk.write(join(state, LAYERS, record.id, MANIFEST), JSON.stringify(record));
  disk.syncFolder(join(state, LAYERS, record.id));
}

function contentOf(record: LayerRecord, change: Change): string | undefined {
  const [part] = record.parts
    .filter((one) => isWithin(change.path, one.root.path))
    .toSorted((a, b) => b.root.path.length - a.root.path.length);
  const path = part && join(part.upper, change.path.slice(part.root.path.length));
  return path !== undefined && change.kind !== "delete" ? path : undefined;
}

function commit(
  state: string,
  record: LayerRecord,
  journal: Journal,
  { select = () => true, label }: { readonly select?: (change: Change) => boolean; readonly label?: string },
): Committed {
  const done = isHeld(state, record.id) ? journal.committedFrom(record.id) : new Set<string>();
  const left = record.parts.map((part) => ({
    ...part,
    entries: part.entries.filter((entry) => !done.has(entry.change.path)),
  }));
  const chosen = left.map((part) => ({
    part,
    entries: part.entries.filter((entry) => select(entry.change)),
  }));
  const entries = chosen.flatMap((one) => one.entries);
  const held = heldRecords(state);
  const behind = held.filter((one) => record.builtOn.includes(one.id) && overlaps(entries, one));
  if (behind.length > 0) return { outcome: "behind", layers: behind.map((one) => one.id) };
  const entriesToRead = entries.reduce((sum, { change }) => sum + displaced(change), 0);
  const isFresh = journal.now() - record.readAt < TRUSTED_FOR && entriesToRead > MANY;
  const depth = isFresh ? "paths" : "trees";
  const conflicts = findConflicts(entries, { stamp: record.stamp, own: ownOf(record, journal), depth });
  if (conflicts.length > 0) return { outcome: "conflict", conflicts };
  const step = entries.length === 0 ? undefined : applyOrKeep(state, record, chosen, journal, label);
  if (step !== undefined) tellLater(state, held, record, step);
  const rest = restOf({ ...record, parts: left }, new Set(entries));
  if (rest === undefined) removeLayer(state, record);
  else {
    writeRecord(state, rest);
    forgetDeletions(chosen);
  }
  return {
    outcome: "committed",
    copied: record.parts.filter((part) => !part.root.renames).map((part) => part.root.path),
    ...(step === undefined ? {} : { step }),
    ...(rest === undefined ? {} : { rest: layerFrom(state, rest) }),
  };
}

/** True when a layer waits for a decision. */
export function isHeld(state: string, id: string): boolean {
  return existsSync(join(state, LAYERS, id, MANIFEST));
}

/** What could not be put in place, as on a full disk, waits: the command need not run again. */
function applyOrKeep(
  state: string,
  record: LayerRecord,
  chosen: readonly Chosen[],
  journal: Journal,
  label: string | undefined,
): string {
  const paths = chosen.flatMap(({ entries }) => entries.map((entry) => entry.change.path));
  const before = new Map(paths.map((path) => [path, statOf(path)]));
  try {
    return applyEntries(record, chosen, journal, label ?? record.label);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const named = label === undefined || record.label !== undefined ? record : { ...record, label };
    keep(state, { ...named, putBack: putBack(before) });
    throw error;
  }
}

/** Moving something away and back gives it another change time, which must not look like somebody's edit. */
function putBack(before: ReadonlyMap<string, Stats | undefined>): readonly Installed[] {
  return [...before].flatMap(([path, was]) => {
    const now = was && statOf(path);
    const isBack = now && isStill(fingerprintOf(was), now);
    return isBack ? [{ path, changed: now.ctimeMs, ...fingerprintOf(now) }] : [];
  });
}

function keep(state: string, record: LayerRecord): void {
  try {
    writeRecord(state, record);
  } catch {
    // No space even for that: the error that led here is told, and the captured files stay until they are swept.
  }
}

/** For so long after the diff large folders that are to go are not walked through once more. Milliseconds. */
const TRUSTED_FOR = 1000;
/** Entries that are looked at once more in any case. */
const MANY = 2000;

function displaced(change: Change): number {
  if (change.kind === "delete") return change.extent.entries;
  return change.kind === "modify" ? change.before.entries : 1;
}

function overlaps(entries: readonly Entry[], below: LayerRecord): boolean {
  const paths = below.parts.flatMap((part) => part.entries.map((entry) => entry.change.path));
  return entries.some(({ change }) =>
    paths.some((path) => isWithin(change.path, path) || isWithin(path, change.path)),
  );
}

function ownOf(record: LayerRecord, journal: Journal): ReadonlyMap<string, Installed> {
  const installed = record.ownSteps.flatMap((step) => journal.installed(step));
  return new Map([...installed, ...(record.putBack ?? [])].map((one) => [one.path, one]));
}

interface Chosen {
  readonly part: LayerPart;
  readonly entries: readonly Entry[];
}

function applyEntries(
  record: LayerRecord,
  chosen: readonly Chosen[],
  journal: Journal,
  label: string | undefined,
): string {
  const id = journal.newId();
  const parked = (part: LayerPart) => join(part.root.stage, "parked", id);
  let count = 0;
  const operations = chosen.flatMap(({ part, entries }) =>
    entries.map((entry) => operationFor(part, entry, join(parked(part), String(count++)))),
  );
  const changes = chosen.flatMap(({ entries }) => entries.map((entry) => entry.change));
  const parkedIn = [...new Set(record.parts.map(parked))];
  const keptBytes = bytesDisplaced(changes);
  const layer = record.id;
  const named = label === undefined ? {} : { label };
  journal.commit({ id, operations, changes, keptBytes, parkedIn, layer, ...named });
  return id;
}

function operationFor(
  part: LayerPart,
  { operation, relative, change }: Entry,
  parked: string,
): StepOperation {
  const { path } = change;
  const from = join(part.upper, relative);
  const common = { path, operation, ...(part.root.renames ? {} : { copies: true }) };
  if (operation === "attributes") {
    if (change.kind !== "metadata")
      throw new UserError("BROKEN_LAYER", `\`${path}\` has no attributes`, "discard the layer");
    const stat = statOf(path);
    return {
      ...common,
      before: stat ? attributesOf(stat) : change.before,
      after: change.after,
      ...(change.extended ? { extended: change.extended } : {}),
    };
  }
  if (operation === "put") return { ...common, from, now: change.type };
  if (operation === "remove") return { ...common, parked, was: change.type };
  const was = statOf(path);
  const noted = change.type === "directory" ? { noted: true } : {};
  return { ...common, from, parked, now: change.type, ...noted, ...(was ? { was: kindOf(was) } : {}) };
}

function restOf(record: LayerRecord, done: ReadonlySet<Entry>): LayerRecord | undefined {
  const parts = record.parts.map((part) => ({
    ...part,
    entries: part.entries.filter((entry) => !done.has(entry)),
  }));
  return parts.some((part) => part.entries.length > 0) ? { ...record, parts } : undefined;
}

/**
 * What is deleted for real needs no mark in the layer any more, and the mark would hide it from later commands when
 * somebody takes the deletion back.
 */
function forgetDeletions(chosen: readonly Chosen[]): void {
  for (const { part, entries } of chosen)
    for (const { operation, relative } of entries) {
      const mark = join(part.upper, relative);
      const stat = operation === "remove" ? statOf(mark) : undefined;
      if (stat && isWhiteout(stat)) rmSync(mark, { force: true });
    }
}

/** Layers above must not take what we did ourselves for somebody else's change. */
function tellLater(state: string, held: readonly LayerRecord[], record: LayerRecord, step: string): void {
  for (const later of held) {
    if (later.builtOn.includes(record.id))
      writeRecord(state, { ...later, ownSteps: [...later.ownSteps, step] });
  }
}
