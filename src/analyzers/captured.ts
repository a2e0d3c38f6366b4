import type { Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { needKey, type PathFact } from "../core/facts.ts";
import { type FileVerb, fileEffects } from "./effects.ts";
import { literal } from "./options.ts";
import { sceneFor } from "./shell/dispatch.ts";
import { firstState, newAnalysis } from "./shell/state.ts";

/** One thing that a command really changed on the disk, as its engine captured it. */
export interface CapturedChange {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly kind: "create" | "modify" | "metadata" | "delete";
  readonly type: "file" | "directory" | "link" | "other";
  /** How many entries it stands for: 1, or those of the whole tree below a folder. */
  readonly entries: number;
}

const VERBS: Readonly<Record<CapturedChange["kind"], FileVerb>> = {
  create: "create",
  modify: "change",
  metadata: "change",
  delete: "delete",
};

/**
 * The effects of what a command really changed: the same words, classified by the same rules as what was
 * predicted, one effect a change.
 */
export function capturedEffects(changes: readonly CapturedChange[], setting: Setting): readonly Effect[] {
  const facts = new Map<string, PathFact>();
  for (const { path, type } of changes) facts.set(needKey({ kind: "path", path }), { type, real: path });
  const scene = sceneFor(firstState(setting), newAnalysis(setting, facts));
  return changes.flatMap((change) => {
    const recursive = change.type === "directory" && change.kind === "delete";
    const effects = fileEffects(VERBS[change.kind], literal(change.path), scene, {
      by: "captured",
      recursive,
    });
    return effects.map((effect) => ({ ...effect, count: change.entries }));
  });
}
