import type { Scene, Word } from "../analyzer.ts";
import { normalizePath } from "../locate.ts";
import { packageJson } from "./package-json.ts";

/** Folders in which monorepos keep their packages, by convention. */
const PARENTS = ["", "packages/", "apps/", "libs/", "services/", "tools/"] as const;

/**
 * The folders of the packages that `-w`, `--filter` or `workspace NAME` select: by path, or by name in the usual
 * folders. A selection that leads nowhere known is answered with `undefined`, so that its script is judged by name.
 */
export function workspaceFolders(
  scene: Scene,
  selected: readonly Word[],
  root: string | undefined,
): readonly (string | undefined)[] {
  return selected.map((word) =>
    word.text === undefined ? undefined : workspaceFolder(scene, word.text, root),
  );
}

function workspaceFolder(scene: Scene, name: string, root: string | undefined): string | undefined {
  const base = root ?? scene.cwd;
  if (base === undefined) return undefined;
  const plain = name.replace(/^@[^/]+\//, "").replace(/^\.\//, "");
  const candidates = [name, ...PARENTS.map((parent) => `${parent}${plain}`)].map((path) =>
    normalizePath(`${base}/${path}`),
  );
  const found = candidates.map((directory) => ({ directory, json: packageJson(scene, directory) }));
  return found.find(({ directory, json }) => json?.directory === directory)?.directory;
}
