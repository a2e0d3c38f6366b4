import { dirname, join } from "node:path";
import { hasOrigin } from "./extended.ts";
import { statOf } from "./extent.ts";

export interface OriginInput {
  readonly root: string;
  readonly upper: string;
  readonly stamp: number;
}

/**
 * True when something in the upper layer was copied up from a lower file that is gone by now: somebody else
 * deleted it during the run, and it must not look like a new file.
 *
 * Only a folder that changed since the start of the run can have lost a file; there, the overlay's own note on the
 * file tells. Where the note cannot be read, the doubt counts.
 */
export function wasCopiedUp(input: OriginInput, relative: string): boolean {
  const parent = statOf(join(input.root, dirname(relative)));
  if (!parent || parent.mtimeMs <= input.stamp) return false;
  const upper = join(input.upper, relative);
  return statOf(upper)?.isDirectory() === false && (hasOrigin(upper) ?? true);
}
