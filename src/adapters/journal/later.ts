import { dirname } from "node:path";
import { meaningIn } from "./git-meaning.ts";
import { isActive } from "./history.ts";
import type { Installed, StepOperation, StepRecord } from "./step.ts";

/** What later steps, as far as they are in force, did to the paths of an earlier one. */
export interface LaterSteps {
  /**
   * The later step that has to be taken back before an operation can: it changed the same thing or something in it.
   * Times of files do not show that, since `tar` and `mv` set them. `whole`: the operation goes back as part of its
   * step; what somebody asks for by its path may go back into another folder that has the name by now.
   */
  over(operation: StepOperation, part: "whole" | "asked-for"): string | undefined;
}

/** `later`: the oldest first. `installedBy`: what a step left. */
export function laterSteps(
  record: StepRecord,
  later: readonly StepRecord[],
  installedBy: (step: string) => readonly Installed[],
): LaterSteps {
  const at = new Map<string, string>();
  const below = new Map<string, string>();
  const moved = new Map<string, string>();
  const made = new Map<string, string>();
  for (const step of inForce(record, later)) {
    for (const one of changesOf(step, installedBy)) {
      at.set(one.path, step.id);
      for (const folder of foldersAbove(one.path)) below.set(folder, step.id);
      if (one.operation !== "attributes") moved.set(one.path, step.id);
      if (one.operation === "put" || one.operation === "replace") made.set(one.path, step.id);
    }
  }
  const above = (path: string, steps: ReadonlyMap<string, string>) =>
    steps.size === 0 ? undefined : foldersAbove(path).flatMap((folder) => steps.get(folder) ?? [])[0];
  return {
    over: ({ operation, path }, part) => {
      if (operation === "attributes") return at.get(path) ?? above(path, moved);
      if (operation !== "remove") return at.get(path) ?? below.get(path);
      return part === "whole" ? (at.get(path) ?? below.get(path) ?? above(path, made)) : undefined;
    },
  };
}

/** Without those that other steps after the earlier one took back again, and without those steps themselves. */
function inForce(record: StepRecord, later: readonly StepRecord[]): readonly StepRecord[] {
  const after = new Set([record.id, ...later.map((one) => one.id)]);
  return later.filter(({ id, undoes }) => !(undoes && after.has(undoes.step)) && isActive(id, later));
}

function changesOf(
  step: StepRecord,
  installedBy: (step: string) => readonly Installed[],
): readonly StepOperation[] {
  const hasIndex = step.operations.some(({ path }) => path.endsWith("/index"));
  const left = new Map((hasIndex ? installedBy(step.id) : []).map((one) => [one.path, one]));
  return step.operations.filter((one) => !isRefresh(one, left.get(one.path)));
}

/** True when a step only wrote a git index anew: there is nothing to take back, whatever the index says by now. */
export function isRefresh({ parked }: StepOperation, installed: Installed | undefined): boolean {
  const meaning = installed?.meaning;
  return meaning !== undefined && parked !== undefined && meaningIn(parked) === meaning;
}

function foldersAbove(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...foldersAbove(parent)];
}
