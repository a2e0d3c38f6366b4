import { dirname, join, relative } from "node:path";
import type { Attributes, Change } from "../exec/diff/change.ts";
import { attributesOf, kindOf, listFolder, measure, statIfAllowed } from "../exec/diff/extent.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import { meaningAt } from "./git-meaning.ts";
import { isActive } from "./history.ts";
import { isRefresh, type LaterSteps, laterSteps } from "./later.ts";
import { type Installed, isStill, type StepOperation, type StepRecord } from "./step.ts";

/** A path that was changed after the step, so that taking the step back would lose something. */
export interface LaterChange {
  readonly path: string;
  readonly reason: string;
}

/** What takes a step back: operations like those of any step, so the way back has a way back. */
export interface Inverse {
  readonly operations: readonly StepOperation[];
  readonly changes: readonly Change[];
  readonly conflicts: readonly LaterChange[];
}

export interface InverseInput {
  readonly record: StepRecord;
  /** What the step left, by path. */
  readonly installed: readonly Installed[];
  /** What another step left. */
  readonly installedBy: (step: string) => readonly Installed[];
  /** Only what lies at or below them; absent: all of the step. */
  readonly paths: readonly string[] | undefined;
  /** Steps after this one, the oldest first. */
  readonly later: readonly StepRecord[];
  /** Where to keep what is there now and has to go. */
  readonly keep: (operation: StepOperation) => string;
}

/** Works out what takes a step back. Changes nothing. */
export function inverseOf(input: InverseInput): Inverse {
  const { record, paths } = input;
  const seen = new Map(input.installed.map((one) => [one.path, one]));
  const recorded = new Map(record.changes.map((change) => [change.path, change]));
  const later = laterSteps(record, input.later, input.installedBy);
  const conflicts: LaterChange[] = [];
  const operations: StepOperation[] = [];
  for (const operation of record.operations.toReversed()) {
    if (wasTakenBack(input, operation.path)) continue;
    const isWanted = paths === undefined || paths.some((path) => isWithin(operation.path, path));
    const inside = paths?.filter((path) => path !== operation.path && isWithin(path, operation.path)) ?? [];
    if (isWanted) operations.push(...wholeOf(input, operation, seen.get(operation.path), later, conflicts));
    else for (const path of inside) operations.push(...partOf(input, operation, path, conflicts));
  }
  return { operations, changes: operations.map((one) => changeOf(one, recorded)), conflicts };
}

/** An earlier undo of this very path, that was not taken back itself, leaves nothing to do. */
function wasTakenBack({ record, later }: InverseInput, path: string): boolean {
  return later.some(
    ({ id, undoes }) =>
      undoes?.step === record.id &&
      isActive(id, later) &&
      (undoes.paths === undefined || undoes.paths.some((one) => isWithin(path, one))),
  );
}

function wholeOf(
  input: InverseInput,
  operation: StepOperation,
  installed: Installed | undefined,
  later: LaterSteps,
  conflicts: LaterChange[],
): readonly StepOperation[] {
  if (operation.operation === "remove" && isOurFolder(input, operation))
    return merge(input, operation, operation.parked ?? "", operation.path, conflicts);
  const over = later.over(operation, input.paths === undefined ? "whole" : "asked-for");
  const reason = over
    ? `step \`${over}\` changed it later`
    : laterChange(operation, installed, foldersOf(input.later));
  if (reason && isRefresh(operation, installed)) return [];
  if (reason) conflicts.push({ path: operation.path, reason });
  return invert(operation, input.keep(operation));
}

/** A git index that says what it said is the same, although it was written anew. */
function isSameMeaning(path: string, installed: Installed | undefined): boolean {
  return installed?.meaning !== undefined && meaningAt(path) === installed.meaning;
}

/** Folders in which later steps of ours put or removed something. */
function foldersOf(later: readonly StepRecord[]): ReadonlySet<string> {
  return new Set(later.flatMap((one) => one.operations.map(({ path }) => dirname(path))));
}

/** True when a removed folder is there again because a part of it, or something inside, was taken back before. */
function isOurFolder({ later }: InverseInput, { path, parked = "" }: StepOperation): boolean {
  const areFolders = [path, parked].every((one) => statIfAllowed(one)?.isDirectory());
  const isMade = (one: StepOperation) => one.path === path && one.operation === "put";
  return areFolders && later.some(({ undoes, operations }) => undoes && operations.some(isMade));
}

/** Puts back what is still kept of a folder, beside what is there. */
function merge(
  input: InverseInput,
  operation: StepOperation,
  kept: string,
  path: string,
  conflicts: LaterChange[],
): readonly StepOperation[] {
  return listFolder(kept).flatMap((name) => {
    const [from, to] = [join(kept, name), join(path, name)];
    const [stat, there] = [statIfAllowed(from), statIfAllowed(to)];
    if (!stat) return [];
    if (stat.isDirectory() && there?.isDirectory()) return merge(input, operation, from, to, conflicts);
    return [putBack(input, operation, from, to, conflicts)];
  });
}

function putBack(
  input: InverseInput,
  operation: StepOperation,
  from: string,
  path: string,
  conflicts: LaterChange[],
): StepOperation {
  const [kept, there] = [statIfAllowed(from), statIfAllowed(path)];
  const copies = operation.copies ? { copies: true } : {};
  const back = { path, from, ...copies, ...(kept ? { now: kindOf(kept) } : {}) };
  if (!there) return { ...back, operation: "put" };
  conflicts.push({ path, reason: "something is there" });
  return { ...back, operation: "replace", was: kindOf(there), parked: input.keep(operation) };
}

/** One path out of a folder: back from what was removed or replaced, or away when the step made it. */
function partOf(
  input: InverseInput,
  operation: StepOperation,
  path: string,
  conflicts: LaterChange[],
): readonly StepOperation[] {
  const { parked } = operation;
  const from = parked === undefined ? undefined : join(parked, relative(operation.path, path));
  if (from !== undefined && statIfAllowed(from)) return [putBack(input, operation, from, path, conflicts)];
  const there = statIfAllowed(path);
  if (operation.operation === "remove" || operation.operation === "attributes" || !there) return [];
  const installed = input.installed.find((one) => one.path === operation.path);
  if (installed && there.mtimeMs > installed.changed)
    conflicts.push({ path, reason: "it was changed later" });
  const copies = operation.copies ? { copies: true } : {};
  return [{ operation: "remove", path, was: kindOf(there), parked: input.keep(operation), ...copies }];
}

function laterChange(
  operation: StepOperation,
  installed: Installed | undefined,
  ownLater: ReadonlySet<string>,
): string | undefined {
  const stat = statIfAllowed(operation.path);
  if (operation.operation === "remove") return stat ? "something new is there" : undefined;
  if (!stat) return operation.operation === "attributes" || installed ? "it is gone" : undefined;
  if (operation.operation === "attributes") {
    const after = operation.after;
    const now = attributesOf(stat);
    return after && now.mode !== after.mode ? "its permissions were changed later" : undefined;
  }
  if (isSameMeaning(operation.path, installed)) return undefined;
  if (!installed || stat.ino !== installed.ino) return "something else is there";
  if (stat.mode !== installed.mode) return "its permissions were changed later";
  if (stat.isDirectory()) return changedInside(operation.path, stat.mtimeMs, installed.changed, ownLater);
  return isStill(installed, stat) ? undefined : "it was changed later";
}

/** Change times do not tell here: parking a file and putting it back moves them. */
function changedInside(
  folder: string,
  modified: number,
  since: number,
  ownLater: ReadonlySet<string>,
): string | undefined {
  if (modified > since && !ownLater.has(folder)) return `\`${folder}\` was changed later`;
  for (const name of listFolder(folder)) {
    const path = join(folder, name);
    const inside = statIfAllowed(path);
    if (!inside) continue;
    if (inside.isDirectory()) {
      const changed = changedInside(path, inside.mtimeMs, since, ownLater);
      if (changed !== undefined) return changed;
    } else if (inside.mtimeMs > since) return `\`${path}\` was changed later`;
  }
  return undefined;
}

/** With `force` there may be anything at the path now, or nothing; what is there is always kept. */
function invert(operation: StepOperation, parked: string): readonly StepOperation[] {
  const { path, was, before, after, copies } = operation;
  const stat = statIfAllowed(operation.path);
  const now = stat ? { was: kindOf(stat), parked } : undefined;
  const common = { path, ...(copies ? { copies } : {}) };
  if (operation.operation === "attributes")
    return stat && before && after ? [invertAttributes(operation, before, after)] : [];
  if (operation.operation === "put") return now ? [{ ...common, operation: "remove", ...now }] : [];
  const from = operation.parked ?? "";
  if (!statIfAllowed(from)) return [];
  const back = { ...common, from, ...(was ? { now: was } : {}) };
  return now ? [{ ...back, operation: "replace", ...now }] : [{ ...back, operation: "put" }];
}

function invertAttributes(
  { path, extended }: StepOperation,
  before: Attributes,
  after: Attributes,
): StepOperation {
  const swapped = extended ? { extended: { before: extended.after, after: extended.before } } : {};
  return { operation: "attributes", path, before: after, after: before, ...swapped };
}

/** What taking back looks like, told with the extents that the step recorded. */
function changeOf(operation: StepOperation, recorded: ReadonlyMap<string, Change>): Change {
  const { path, before, after, now = "file", was = "file" } = operation;
  const change = recorded.get(path);
  const made = change?.extent ?? extentOf(operation.operation === "remove" ? path : operation.from);
  const original = change?.kind === "modify" ? change.before : made;
  if (operation.operation === "remove") return { kind: "delete", path, type: was, extent: made };
  if (operation.operation === "put") return { kind: "create", path, type: now, extent: original };
  if (operation.operation === "attributes" && before && after)
    return { kind: "metadata", path, type: "directory", extent: { entries: 1, bytes: 0 }, before, after };
  return { kind: "modify", path, type: now, extent: original, was, before: made };
}

/** For what is only a part of what the step recorded. */
function extentOf(path: string | undefined): { readonly entries: number; readonly bytes: number } {
  const stat = path === undefined ? undefined : statIfAllowed(path);
  if (path === undefined || !stat) return { entries: 1, bytes: 0 };
  const { entries, bytes } = measure(path, stat);
  return { entries, bytes };
}
