import type { Command, Finding, Scene } from "../analyzer.ts";
import { locate } from "../locate.ts";
import { namedTask } from "./names.ts";
import { hasLocalBinary } from "./package-json.ts";

/** Folders in which package managers put the programs of a project's dependencies. */
const PROJECT_PROGRAMS =
  /(^|\/)(node_modules\/\.bin|\.?venv[^/]*\/(bin|Scripts)|env\/bin|vendor\/bin|\.tox\/[^/]+\/bin)\/[^/]+$/;

/**
 * A program that no analyzer knows but that the project has installed: named by its path, or found by a script
 * of package.json, for which npm puts `node_modules/.bin` first. It is the project's own code, judged by its
 * name and its first words. `undefined` for every other program.
 */
export function localProgram(command: Command, scene: Scene): Finding | undefined {
  const [first] = command.words;
  if (first?.text === undefined || scene.place.host !== undefined) return undefined;
  const named = PROJECT_PROGRAMS.test(first.text) && locate(first, scene).area === "workspace";
  const found = !first.text.includes("/") && scene.variable("npm_lifecycle_event") !== undefined;
  if (!named && !(found && hasLocalBinary(scene, first.text))) return undefined;
  const words = command.args.flatMap((word) =>
    word.text && /^[\w:.-]+$/.test(word.text) ? [word.text] : [],
  );
  return namedTask(scene, command.program, words.slice(0, 2).join(" "), command.source);
}
