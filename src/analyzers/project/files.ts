import type { Scene } from "../analyzer.ts";
import { normalizePath } from "../locate.ts";

/** A file that defines tasks, with the folder from which it was found. */
export interface Manifest {
  readonly directory: string;
  readonly path: string;
  readonly text: string;
}

/** Folders above the working directory that are searched at most. */
const MAX_PARENTS = 12;

/**
 * The first of `names` found in `directory` or, with `search: "upward"`, in its parents up to the workspace.
 * `undefined` when there is none, or when it is not known yet: then the needs are noted, all at once.
 */
export function findManifest(
  scene: Scene,
  names: readonly string[],
  search: "upward" | "here",
  directory: string | undefined = scene.cwd,
): Manifest | undefined {
  if (directory === undefined || scene.place.host !== undefined) return undefined;
  const folders = search === "upward" ? upward(directory, scene) : [directory];
  const candidates = folders.flatMap((folder) =>
    names.map((name) => ({ folder, path: normalizePath(name.startsWith("/") ? name : `${folder}/${name}`) })),
  );
  const facts = candidates.map(({ folder, path }) => ({
    folder,
    path,
    fact: scene.need({ kind: "text", path }),
  }));
  for (const { folder, path, fact } of facts) {
    if (fact === undefined) return undefined;
    if (fact.text !== undefined) return { directory: folder, path, text: fact.text };
    if (fact.problem !== "absent") return undefined;
  }
  return undefined;
}

/** The folder itself and its parents, not leaving the workspace. */
function upward(directory: string, scene: Scene): readonly string[] {
  const folders = [normalizePath(directory)];
  const { workspace } = scene.setting;
  while (folders.length < MAX_PARENTS) {
    const last = folders.at(-1) ?? "/";
    if (last === "/" || workspace === undefined || last === workspace || !last.startsWith(`${workspace}/`))
      break;
    folders.push(last.slice(0, last.lastIndexOf("/")) || "/");
  }
  return folders;
}

/** The folder that a relative or absolute name leads to from the working directory; `undefined` when unknown. */
export function folderAt(scene: Scene, name: string | undefined): string | undefined {
  if (name === undefined || scene.cwd === undefined) return undefined;
  return normalizePath(name.startsWith("/") ? name : `${scene.cwd}/${name}`);
}
