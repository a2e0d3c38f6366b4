import type { Word } from "../analyzer.ts";
import { locate, normalizePath } from "../locate.ts";
import { sceneFor } from "./dispatch.ts";
import type { Analysis, ShellState } from "./state.ts";

/**
 * What a command name starts. `script`: a file that has to be read. `evasive`: a roundabout path to a program
 * (through `/proc`, a loader), which only someone who avoids the plain name would use.
 */
export type Resolved =
  | {
      readonly kind: "program";
      readonly name: string;
      readonly evasive: boolean;
      /** The file lies in the project: whatever its name says, it is the project's own code. */
      readonly project?: boolean;
    }
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
  const typed = typedPath(text, state.cwd);
  const real = locate(word, sceneFor(state, analysis)).path;
  if ([typed, real].some((path) => path.startsWith("/proc/")) || /^ld(-linux|-musl)?[-\w.]*\.so/.test(name)) {
    return { kind: "program", name, evasive: true };
  }
  if (analysis.written.has(typed)) return { kind: "script" };
  const { home, workspace } = analysis.setting;
  if (isToolPath(typed, home)) return { kind: "program", name, evasive: false };
  // A link to an installed program under another name is that program, and hides it.
  const target = programName(real);
  if (isToolPath(real, home) && unversioned(target) !== unversioned(name)) {
    return { kind: "program", name: target, evasive: true };
  }
  const inProject = workspace !== undefined && typed.startsWith(`${workspace}/`);
  if (inProject && (PROJECT_FOLDER.test(typed) || PROJECT_LAUNCHERS.has(name))) {
    return { kind: "program", name: name.replace(/\.(bat|cmd)$/, ""), evasive: false, project: true };
  }
  return isToolPath(real, home) ? { kind: "program", name: target, evasive: true } : { kind: "script" };
}

/** The path as typed, links not followed; empty when the directory is not known. */
function typedPath(text: string, cwd: string | undefined): string {
  if (text.startsWith("/")) return normalizePath(text);
  return cwd === undefined ? "" : normalizePath(`${cwd}/${text}`);
}

function isToolPath(path: string, home: string): boolean {
  return (
    TOOL_FOLDER.test(path) || (path.startsWith(`${home}/`) && PERSONAL_FOLDER.test(path.slice(home.length)))
  );
}

/** `python3.11` and `python` are one program. */
function unversioned(name: string): string {
  return name.replace(/[-\d.]+$/, "");
}

/** The last segment of a program's path, without the endings that Windows adds. */
export function programName(text: string): string {
  const last = text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1);
  return last.replace(/\.(exe|EXE)$/, "");
}
