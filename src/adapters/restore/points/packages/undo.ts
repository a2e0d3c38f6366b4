import { type KeptPoint, NOTHING_DONE, type Trouble, type UndoMode, type UndoReport } from "../provider.ts";
import { shellLine } from "../words.ts";
import { changePackages, type Installation, listPackages, type PackageOptions } from "./installation.ts";
import { installationsIn, type KeptPackages, leftIn, managerOf } from "./kept.ts";
import type { Manager, Packages } from "./managers.ts";

/**
 * Removes what was added, and brings back what is gone where that needs no network. What would have to be fetched is
 * shown as a command instead: a name that was installed from a file or a private registry can be somebody else's
 * package in the public one.
 */
export async function undoPackages(
  kept: KeptPoint,
  mode: UndoMode,
  options: PackageOptions,
): Promise<UndoReport> {
  const left = leftIn(kept);
  let report = NOTHING_DONE;
  for (const [index, installation] of installationsIn(kept).entries()) {
    const one = await undoInstallation(installation, left?.[index], mode, options);
    report = {
      restored: [...report.restored, ...one.restored],
      conflicts: [...report.conflicts, ...one.conflicts],
      notRestored: [...report.notRestored, ...one.notRestored],
      commands: [...report.commands, ...one.commands],
    };
  }
  return report;
}

/** A package that is not as it was. */
interface Difference {
  readonly name: string;
  readonly was: string | undefined;
  readonly now: string | undefined;
}

async function undoInstallation(
  kept: KeptPackages,
  left: Packages | undefined,
  mode: UndoMode,
  options: PackageOptions,
): Promise<UndoReport> {
  const manager = managerOf(kept.manager);
  try {
    const differences = compare(kept.packages, await listPackages(manager, kept, options));
    const conflicts = conflictsOf(manager, differences, left);
    if (mode === "look" || (mode === "careful" && conflicts.length > 0))
      return { ...NOTHING_DONE, conflicts, ...expected(manager, kept, mode === "look" ? differences : []) };
    for (const difference of differences) await bringBack(manager, kept, difference, options);
    const after = new Map(
      compare(kept.packages, await listPackages(manager, kept, options)).map((one) => [one.name, one]),
    );
    const still = differences.flatMap(({ name }) => after.get(name) ?? []);
    const done = differences.filter(({ name }) => !after.has(name));
    return {
      restored: done.map((one) => described(manager, one)),
      conflicts: [],
      notRestored: still.map((one) => ({ what: described(manager, one), why: WHY })),
      commands: still.map((one) => commandFor(manager, kept, one)),
    };
  } catch (error) {
    const trouble = { what: `packages of ${manager.name}`, why: (error as Error).message };
    return { ...NOTHING_DONE, notRestored: [trouble] };
  }
}

const WHY = "it cannot be done without the network, or is the operator's to do: see the command";

function compare(was: Packages, now: Packages): readonly Difference[] {
  return [...new Set([...was.keys(), ...now.keys()])]
    .map((name) => ({ name, was: was.get(name), now: now.get(name) }))
    .filter((one) => one.was !== one.now)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function conflictsOf(
  manager: Manager,
  differences: readonly Difference[],
  left: Packages | undefined,
): readonly Trouble[] {
  return differences
    .filter(({ name, now }) => left === undefined || left.get(name) !== now)
    .map((one) => ({
      what: described(manager, one),
      why: left === undefined ? "it is not known what the action left" : "changed after the action",
    }));
}

function described({ name: manager }: Manager, { name, was, now }: Difference): string {
  return `${manager} ${name} ${was ?? "(not there)"}${now === undefined ? "" : `, now ${now}`}`;
}

function expected(manager: Manager, installation: Installation, differences: readonly Difference[]) {
  const runs = ({ was }: Difference) =>
    was === undefined ? manager.runs.removal : manager.runs.offline !== undefined;
  return {
    restored: differences.filter(runs).map((one) => described(manager, one)),
    commands: differences.map((one) => commandFor(manager, installation, one)),
  };
}

function commandFor(
  manager: Manager,
  { program, options, flags }: Installation,
  { name, was, now }: Difference,
): string {
  const words = was === undefined ? manager.remove(name, now ?? "") : manager.add(name, was);
  return shellLine([program, ...words, ...flags, ...options]);
}

/** What fails here still differs afterwards, and is reported then. */
async function bringBack(
  manager: Manager,
  installation: Installation,
  { name, was, now }: Difference,
  options: PackageOptions,
): Promise<void> {
  if (was === undefined && manager.runs.removal)
    await changePackages(installation, manager.remove(name, now ?? ""), options);
  if (was !== undefined && manager.runs.offline)
    await changePackages(installation, manager.runs.offline(name, was), options);
}
