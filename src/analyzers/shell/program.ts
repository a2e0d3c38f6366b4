import type { Word } from "../analyzer.ts";
import { locate } from "../locate.ts";
import { sceneFor } from "./dispatch.ts";
import { type Analysis, lookUp, type ShellState } from "./state.ts";

/**
 * What a command name starts. `script`: a file that has to be read. `evasive`: a roundabout path to a program
 * (through `/proc`, a loader), which only someone who avoids the plain name would use.
 */
export type Resolved =
  | { readonly kind: "program"; readonly name: string; readonly evasive: boolean }
  | { readonly kind: "script" };

const TOOL_FOLDER =
  /^(\/usr\/local\/[^/]+|\/usr\/local|\/usr|\/opt\/[^/]+|\/opt\/homebrew\/opt\/[^/]+|\/snap|\/home\/linuxbrew\/\.linuxbrew)?\/s?bin\/[^/]+$|^\/usr\/lib\/git-core\/[^/]+$|^\/usr\/lib\/(jvm|llvm|postgresql)[^/]*\/.*\/bin\/[^/]+$/;
const PERSONAL_FOLDER =
  /^\/(\.local\/bin|\.cargo\/bin|go\/bin|\.bun\/bin|\.deno\/bin|\.nvm\/versions\/.*\/bin|\.pyenv\/(shims|versions\/.*\/bin)|\.rbenv\/shims|\.asdf\/shims|\.volta\/bin|\.fzf\/bin|\.dotnet|\.npm-global\/bin|miniconda3\/.*bin|anaconda3\/.*bin|\.poetry\/bin)\/[^/]+$/;
const PROJECT_FOLDER =
  /(^|\/)(node_modules\/\.bin|\.?venv[^/]*\/(bin|Scripts)|env\/bin|vendor\/bin|\.tox\/[^/]+\/bin)\/[^/]+$|(^|\/)bin\/(rails|rake|console|rspec|bundle)$/;
/** Launchers that projects carry with them and whose command lines are well known. */
const PROJECT_LAUNCHERS = new Set([
  "gradlew",
  "mvnw",
  "manage.py",
  "artisan",
  "sail",
  "gradlew.bat",
  "mvnw.cmd",
]);

export function resolveProgram(word: Word, state: ShellState, analysis: Analysis): Resolved {
  const text = word.text ?? "";
  const name = programName(text);
  if (!text.includes("/") && !/^[a-zA-Z]:\\/.test(text)) return { kind: "program", name, evasive: false };
  if (state.place.host !== undefined) return { kind: "program", name, evasive: false };
  const at = locate(word, sceneFor(state, analysis));
  if (/^\/proc\//.test(at.path) || /^\/proc\//.test(text) || /^ld(-linux|-musl)?[-\w.]*\.so/.test(name)) {
    return { kind: "program", name, evasive: true };
  }
  if (TOOL_FOLDER.test(at.path)) return { kind: "program", name, evasive: false };
  const { home } = analysis.setting;
  if (at.path.startsWith(`${home}/`) && PERSONAL_FOLDER.test(at.path.slice(home.length)))
    return { kind: "program", name, evasive: false };
  if (at.area === "workspace" && (PROJECT_FOLDER.test(at.path) || PROJECT_LAUNCHERS.has(name))) {
    return { kind: "program", name: name.replace(/\.(bat|cmd)$/, ""), evasive: false };
  }
  const fact = lookUp(analysis, { kind: "path", path: at.path });
  if (fact && TOOL_FOLDER.test(fact.real))
    return { kind: "program", name: programName(fact.real), evasive: true };
  return { kind: "script" };
}

/** The last segment of a program's path, without the endings that Windows adds. */
export function programName(text: string): string {
  const last = text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1);
  return last.replace(/\.(exe|EXE)$/, "");
}
