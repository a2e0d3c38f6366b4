import { randomBytes } from "node:crypto";
import { mkdirSync, type Stats } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Attributes, Change } from "../exec/diff/change.ts";
import { attributesOf, kindOf, listFolder, statIfAllowed } from "../exec/diff/extent.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import type { Installed, StepOperation, StepRecord } from "./step.ts";

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

/** `paths`: only what lies at or below them; absent: all of the step. `parkedIn`: where to keep what is there now.
 * `ownLater`: folders in which later steps of ours changed something. */
export function inverseOf(
  record: StepRecord,
  installed: readonly Installed[],
  paths: readonly string[] | undefined,
  parkedIn: (operation: StepOperation) => string,
  ownLater: ReadonlySet<string>,
): Inverse {
  const seen = new Map(installed.map((one) => [one.path, one]));
  const recorded = new Map(record.changes.map((change) => [change.path, change]));
  const conflicts: LaterChange[] = [];
  const operations: StepOperation[] = [];
  for (const operation of record.operations.toReversed()) {
    const wanted = paths === undefined || paths.some((path) => isWithin(operation.path, path));
    const inside = paths?.filter((path) => path !== operation.path && isWithin(path, operation.path)) ?? [];
    if (wanted) {
      const reason = laterChange(operation, seen.get(operation.path), ownLater);
      if (reason) conflicts.push({ path: operation.path, reason });
      operations.push(...invert(operation, parkedIn(operation)));
    } else
      for (const path of inside) operations.push(...partOf(operation, path, parkedIn(operation), conflicts));
  }
  return { operations, changes: operations.map((one) => changeOf(one, recorded)), conflicts };
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
  if (!installed || stat.ino !== installed.ino) return "something else is there";
  if (stat.mode !== installed.mode) return "its permissions were changed later";
  if (stat.isDirectory()) return changedInside(operation.path, stat, installed.changed, ownLater);
  const isSame = stat.mtimeMs === installed.modified && stat.size === installed.size;
  return isSame ? undefined : "it was changed later";
}

/** Change times do not tell here: parking a file and putting it back moves them. */
function changedInside(
  folder: string,
  stat: Stats,
  since: number,
  ownLater: ReadonlySet<string>,
): string | undefined {
  if (stat.mtimeMs > since && !ownLater.has(folder)) return `\`${folder}\` was changed later`;
  for (const name of listFolder(folder)) {
    const path = join(folder, name);
    const inside = statIfAllowed(path);
    if (!inside) continue;
    if (inside.isDirectory()) {
      const changed = changedInside(path, inside, since, ownLater);
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

/** One path out of a folder that was removed or replaced. */
function partOf(
  operation: StepOperation,
  path: string,
  parked: string,
  conflicts: LaterChange[],
): readonly StepOperation[] {
  const from = operation.parked === undefined ? "" : join(operation.parked, relative(operation.path, path));
  const kept = statIfAllowed(from);
  if (!kept) return [];
  const stat = statIfAllowed(path);
  if (stat) conflicts.push({ path, reason: "something is there" });
  const back = { path, from, now: kindOf(kept) };
  return stat
    ? [{ ...back, operation: "replace", was: kindOf(stat), parked }]
    : [{ ...back, operation: "put" }];
}

/** What taking back looks like, told with the extents that the step recorded. */
function changeOf(operation: StepOperation, recorded: ReadonlyMap<string, Change>): Change {
  const { path, before, after, now = "file", was = "file" } = operation;
  const change = recorded.get(path);
  const unknown = { entries: 1, bytes: 0 };
  const made = change?.extent ?? unknown;
  const original = change?.kind === "modify" ? change.before : made;
  if (operation.operation === "remove") return { kind: "delete", path, type: was, extent: made };
  if (operation.operation === "put") return { kind: "create", path, type: now, extent: original };
  if (operation.operation === "attributes" && before && after)
    return { kind: "metadata", path, type: "directory", extent: unknown, before, after };
  return { kind: "modify", path, type: now, extent: original, was, before: made };
}

/** Makes the folders that a restored path needs and that are gone by now, like those that were kept. */
export function makeParents(operations: readonly StepOperation[]): void {
  for (const { path } of operations) mkdirSync(dirname(path), { recursive: true });
}

/** A new identifier that sorts by time. */
export function newStepId(now: number): string {
  return `${now.toString(36).padStart(9, "0")}-${randomBytes(5).toString("hex")}`;
}
