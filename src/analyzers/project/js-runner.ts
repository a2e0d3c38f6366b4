import type { Finding, Scene, Word } from "../analyzer.ts";
import { combine } from "../effects.ts";
import { literal } from "../options.ts";
import { namedTask } from "./names.ts";
import { hasLocalBinary, packageScript } from "./package-json.ts";
import { npmTool } from "./registry-tools.ts";

/** A word after `yarn`, `pnpm` or `bun` that may be a script of the project or a program of its packages. */
export interface NamedRun {
  readonly program: string;
  readonly name: string;
  readonly args: readonly Word[];
  /** The folders whose `package.json` is meant; `undefined` for one that is not known. */
  readonly folders: readonly (string | undefined)[];
  readonly scene: Scene;
  readonly by: string;
}

/**
 * A script is judged by its text, a well-known tool as that tool, a program that the project has installed as its
 * own code, and everything else by its name.
 */
export function scriptOrBinary(run: NamedRun): Finding {
  const { scene, name, args, by, program } = run;
  const scripts = run.folders.map((directory) =>
    directory === undefined ? undefined : packageScript(scene, { name, args, directory }),
  );
  const known = scripts.filter((finding) => finding !== undefined);
  if (known.length === scripts.length && known.length > 0) return combine(...known);
  const tool = npmTool(name);
  if (known.length === 0 && tool !== undefined) return scene.argv([literal(tool), ...args]);
  const spoken = hasLocalBinary(scene, name)
    ? args.flatMap((word) => (word.text && /^[\w:.-]+$/.test(word.text) ? [word.text] : []))
    : [];
  return combine(...known, namedTask(scene, program, [name, ...spoken.slice(0, 2)].join(" "), by));
}
