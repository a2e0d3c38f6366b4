import type { Json } from "../../../../core/json.ts";
import type { Made, PointContext, RestoreProvider } from "../provider.ts";
import { installationOf, listPackages, type PackageOptions } from "./installation.ts";
import { installationsIn, type KeptPackages, managerOf } from "./kept.ts";
import { MANAGERS } from "./managers.ts";
import { undoPackages } from "./undo.ts";

/**
 * What package managers have installed outside of projects: exact versions before the action. Best effort: a version
 * can be gone from where it came from.
 */
export function packagesOfMachine(options: PackageOptions): RestoreProvider {
  return {
    name: "packages",
    covers: (effect, { engine }) =>
      // The isolated engine lets nothing through to the machine that it could not put back itself.
      engine !== "linux-overlay" && MANAGERS.some((manager) => manager.covers(effect)),
    make: (context) => make(context, options),
    after: async (kept) => {
      const installations: Json[] = [];
      for (const one of installationsIn(kept))
        installations.push([...(await listPackages(managerOf(one.manager), one, options))]);
      return { installations };
    },
    undo: (kept, mode) => undoPackages(kept, mode, options),
    discard: async () => {},
  };
}

async function make({ effects, setting }: PointContext, options: PackageOptions): Promise<Made | undefined> {
  const kept = new Map<string, KeptPackages>();
  const notes = new Set<string>();
  for (const effect of effects)
    for (const manager of MANAGERS.filter((one) => one.covers(effect))) {
      const installation = installationOf(manager, effect, setting.cwd, options);
      if ("why" in installation) {
        notes.add(`${manager.name}: nothing kept, ${installation.why}`);
        continue;
      }
      try {
        const packages = await listPackages(manager, installation, options);
        kept.set(JSON.stringify(installation), { ...installation, packages });
      } catch (error) {
        notes.add(
          `${manager.name}: nothing kept, \`${installation.lister}\` does not list: ${(error as Error).message}`,
        );
      }
    }
  if (kept.size === 0 && notes.size === 0) return undefined;
  const installations = [...kept.values()];
  return {
    what: installations.map(
      ({ manager, program, packages }) => `versions of ${packages.size} packages of ${manager} (${program})`,
    ),
    reliability: "best-effort",
    notes: [...notes],
    data: { installations: installations.map((one) => ({ ...one, packages: [...one.packages] })) },
  };
}
