import type { Stats } from "node:fs";
import type { Change } from "../exec/diff/change.ts";
import { listFolder, statOf } from "../exec/diff/extent.ts";
import type { Entry } from "../exec/diff/read.ts";
import type { Installed } from "./step.ts";
import { BEHIND_LINK, isBehindLink } from "./way.ts";

export interface CheckInput {
  /** Clock of the file system when the run began, milliseconds. */
  readonly stamp: number;
  /** What our own steps installed since, which is no conflict. */
  readonly own: ReadonlyMap<string, Installed>;
  /** The diff just looked into the folders that are to go; look again only when time has passed since. */
  readonly depth: "paths" | "trees";
}

/** The changes that somebody else came before, each with the reason. */
export function findConflicts(entries: readonly Entry[], input: CheckInput): readonly Change[] {
  return entries.flatMap(({ operation, change }) => {
    if (change.conflict !== undefined) return [change];
    const reason = conflictOf(operation, change.path, input);
    return reason === undefined ? [] : [{ ...change, conflict: reason }];
  });
}

function conflictOf(operation: Entry["operation"], path: string, input: CheckInput): string | undefined {
  if (isBehindLink(path)) return BEHIND_LINK;
  const stat = statOf(path);
  if (operation === "put") return stat ? "something new is there" : undefined;
  if (!stat) return "it was deleted meanwhile";
  if (operation === "attributes") return stat.isDirectory() ? undefined : "it is no folder any more";
  const changed = changedSince(path, stat, input);
  return changed === undefined ? undefined : `\`${changed}\` was changed meanwhile`;
}

function changedSince(path: string, stat: Stats, input: CheckInput): string | undefined {
  if (stat.ctimeMs > input.stamp && !isOwn(path, stat, input)) return path;
  if (!stat.isDirectory() || input.depth === "paths") return undefined;
  for (const name of listFolder(path)) {
    const below = `${path}/${name}`;
    const stat = statOf(below);
    const changed = stat && changedSince(below, stat, input);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

function isOwn(path: string, stat: Stats, { own }: CheckInput): boolean {
  const installed = own.get(path);
  return installed?.ino === stat.ino && installed.changed === stat.ctimeMs;
}
