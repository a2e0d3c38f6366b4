import { join } from "node:path";
import { measure, statIfAllowed } from "../exec/diff/extent.ts";
import { heldRecords } from "./layer.ts";
import { DEFAULT_LIMITS, type Limits, stepsInUse } from "./retention.ts";

/** What the way back and what waits take of the disk, and how much they may. */
export interface Usage {
  readonly steps: { readonly count: number; readonly bytes: number };
  /** Captured results that wait for a decision. `gc` never removes them. */
  readonly waiting: { readonly count: number; readonly bytes: number };
  /** Temporary files of sessions. */
  readonly sessions: { readonly bytes: number };
  readonly budget: Limits;
}

/** `engine`: the folder of captured results; `journal`: that of the steps. Reads records, and looks into `/tmp`. */
export function usage(
  places: { readonly engine: string; readonly journal: string },
  limits?: Partial<Limits>,
): Usage {
  const waiting = heldRecords(places.engine);
  const entries = waiting.flatMap((record) => record.parts.flatMap((part) => part.entries));
  const captured = entries.map(({ change }) => (change.kind === "delete" ? 0 : change.extent.bytes));
  const sessions = join(places.engine, "sessions");
  const stat = statIfAllowed(sessions);
  return {
    steps: stepsInUse(places.journal),
    waiting: { count: waiting.length, bytes: captured.reduce((sum, one) => sum + one, 0) },
    sessions: { bytes: stat ? measure(sessions, stat).bytes : 0 },
    budget: { ...DEFAULT_LIMITS, ...limits },
  };
}
