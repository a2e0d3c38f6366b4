import { UserError } from "../../error.ts";
import { toBytes } from "./bytes.ts";
import { findSnapshot, readTree } from "./store.ts";
import { lookUp } from "./tree.ts";
import { fileMaker } from "./write-file.ts";

/** Writes the files of a snapshot somewhere else, to be looked at. */
export interface SnapshotFiles {
  /** False when the path was no file then, or its content is not, or no longer, kept whole. */
  write(path: string, target: string): boolean;
}

/** Opens a snapshot for looking at its files. Throws `UserError` when it is not there. */
export function openSnapshotFiles(folder: string, id: string): SnapshotFiles {
  const { store, info } = findSnapshot(folder, id);
  const tree = readTree(store, `${info.id}.tree`);
  if (!tree)
    throw new UserError("RESTORE_POINT_DAMAGED", `the tree of snapshot \`${id}\` is gone`, "use another one");
  const find = lookUp(tree);
  const maker = fileMaker(store, info.root, tree, () => false);
  return {
    write: (path, target) => {
      const entry = find(toBytes(path));
      if (entry?.kind !== "file") return false;
      try {
        // As a file of its own: other names of it in the workspace must not be linked to.
        maker.make({ ...entry, links: 1 }, toBytes(target));
        return true;
      } catch {
        return false;
      }
    },
  };
}
