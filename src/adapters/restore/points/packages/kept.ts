import type { KeptPoint } from "../provider.ts";
import { members, unreadable } from "../shape.ts";
import type { Installation } from "./installation.ts";
import { MANAGERS, type Manager, type Packages } from "./managers.ts";

/** One installation as it was. */
export interface KeptPackages extends Installation {
  readonly packages: Packages;
}

/** The manager of this name. Throws `UserError`, because names are read from records. */
export function managerOf(name: string): Manager {
  const found = MANAGERS.find((manager) => manager.name === name);
  if (found) return found;
  throw unreadable("packages", `\`${name}\` is no package manager`);
}

/** The installations that a point kept. Throws `UserError` when its record is damaged. */
export function installationsIn(kept: KeptPoint): readonly KeptPackages[] {
  return members(kept.data, kept.folder).list("installations", (value) => {
    const one = members(value, kept.folder);
    return {
      manager: one.text("manager"),
      program: one.text("program"),
      lister: one.text("lister"),
      options: one.texts("options"),
      flags: one.texts("flags"),
      packages: packagesOf(one.value("packages"), kept.folder),
    };
  });
}

/** What the action left, installation by installation; `undefined` when that is not known. */
export function leftIn(kept: KeptPoint): readonly Packages[] | undefined {
  if (kept.left === undefined) return undefined;
  return members(kept.left, kept.folder).list("installations", (value) => packagesOf(value, kept.folder));
}

function packagesOf(value: unknown, where: string): Packages {
  const pairs = members({ pairs: value }, where).list("pairs", (pair) => {
    const [name, version] = members({ pair }, where).texts("pair");
    if (name === undefined || version === undefined) throw unreadable(where, "a package without a version");
    return [name, version] as const;
  });
  return new Map(pairs);
}
