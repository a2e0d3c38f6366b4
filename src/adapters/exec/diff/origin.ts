import { dirname, join } from "node:path";
import { statOf } from "./extent.ts";

export interface OriginInput {
  readonly root: string;
  readonly upper: string;
  readonly merged: string;
  readonly stamp: number;
}

/**
 * True when something in the upper layer was copied up from a lower file that is gone by now: somebody else
 * deleted it during the run, and it must not look like a new file.
 *
 * Only a folder that changed since the start of the run can have lost a file. There, the merged tree still knows:
 * it shows a copied file under the inode number of the lower one.
 */
export function wasCopiedUp(input: OriginInput, relative: string): boolean {
  const parent = statOf(join(input.root, dirname(relative)));
  if (!parent || parent.mtimeMs <= input.stamp) return false;
  const merged = statOf(join(input.merged, relative));
  const upper = statOf(join(input.upper, relative));
  return merged !== undefined && upper !== undefined && merged.ino !== upper.ino;
}
