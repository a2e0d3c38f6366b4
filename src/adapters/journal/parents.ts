import { dirname, join, relative } from "node:path";
import { UserError } from "../error.ts";
import type { Attributes } from "../exec/diff/change.ts";
import { type Extended, readExtended } from "../exec/diff/extended.ts";
import { attributesOf, statIfAllowed } from "../exec/diff/extent.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import type { StepOperation, StepRecord } from "./step.ts";
import { BEHIND_LINK, isBehindLink } from "./way.ts";

/**
 * Operations with the folders that they need and that are gone by now, each made before it is needed, and like the one
 * that is kept where one is. As operations they are made, finished and taken back like everything else.
 *
 * `steps`: those that may keep such a folder. Throws where something else is in the way of a folder.
 */
export function withParents(
  operations: readonly StepOperation[],
  steps: readonly StepRecord[],
): readonly StepOperation[] {
  const made = new Set<string>();
  return operations.flatMap((operation) => {
    if (isBehindLink(operation.path))
      throw new UserError(
        "NO_PARENT",
        `\`${operation.path}\`: ${BEHIND_LINK}`,
        "move it away, then undo again",
      );
    const needed = operation.operation === "put" ? missingAbove(operation.path, made) : [];
    for (const path of [...needed, operation.path]) made.add(path);
    return [...needed.map((path) => folderAt(path, steps)), operation];
  });
}

/** The highest first. */
function missingAbove(path: string, made: ReadonlySet<string>): readonly string[] {
  const parent = dirname(path);
  if (made.has(parent) || parent === path) return [];
  const stat = statIfAllowed(parent);
  if (stat?.isDirectory()) return [];
  if (stat)
    throw new UserError("NO_PARENT", `\`${parent}\` is no folder any more`, "move it away, then undo again");
  return [...missingAbove(parent, made), parent];
}

function folderAt(path: string, steps: readonly StepRecord[]): StepOperation {
  const kept = keptFolder(path, steps);
  const extended = kept === undefined ? undefined : readExtended(kept);
  return {
    operation: "put",
    path,
    now: "directory",
    makes: { ...attributesLike(kept ?? nearest(path)), extended: extended ?? NONE },
  };
}

const NONE: Extended = {};

/** The newest step that keeps a folder of that path. */
function keptFolder(path: string, steps: readonly StepRecord[]): string | undefined {
  const places = steps
    .toReversed()
    .flatMap((step) => step.operations)
    .flatMap((one) =>
      one.parked !== undefined && isWithin(path, one.path)
        ? [join(one.parked, relative(one.path, path))]
        : [],
    );
  return places.find((place) => statIfAllowed(place)?.isDirectory());
}

function nearest(path: string): string {
  const parent = dirname(path);
  return statIfAllowed(parent)?.isDirectory() || parent === path ? parent : nearest(parent);
}

function attributesLike(folder: string): Attributes {
  const stat = statIfAllowed(folder);
  return stat
    ? attributesOf(stat)
    : { mode: 0o755, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
