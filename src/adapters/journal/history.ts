import { join, relative } from "node:path";
import { statIfAllowed } from "../exec/diff/extent.ts";
import { isWithin } from "../exec/overlay/mounts.ts";
import { type Fingerprint, type Installed, isStill, type StepRecord } from "./step.ts";

/** False for a step that was taken back as a whole by a later one that is in force itself. */
export function isActive(step: string, records: readonly StepRecord[]): boolean {
  return undoerOf(step, records) === undefined;
}

/** The step that took a step back as a whole, unless that was taken back in turn. */
export function undoerOf(step: string, records: readonly StepRecord[]): string | undefined {
  return records.findLast(
    ({ id, undoes }) => undoes?.step === step && undoes.paths === undefined && isActive(id, records),
  )?.id;
}

/**
 * Follows an entry through later steps, from where it was to where it is: each step of ours says what it moved where.
 * Undefined when it is not there any more, or when what is there is no longer what a step put there.
 *
 * `at`: a path of the tree or one at which an original is kept. `later`: the oldest first.
 */
export function locate(
  at: string,
  noted: Fingerprint | undefined,
  later: readonly StepRecord[],
  installed: (step: string) => readonly Installed[],
): string | undefined {
  let place = at;
  let print = noted;
  for (const step of later) {
    for (const { path, from, parked } of step.operations) {
      if (parked !== undefined && isWithin(place, path)) {
        place = join(parked, relative(path, place));
        print = undefined;
      } else if (from !== undefined && isWithin(place, from)) {
        place = join(path, relative(from, place));
        print = place === path ? installed(step.id).find((one) => one.path === path) : undefined;
      }
    }
  }
  const stat = statIfAllowed(place);
  return stat && (print === undefined || isStill(print, stat)) ? place : undefined;
}
