import type { Effect } from "../core/effect.ts";
import { judgeEffects } from "./check.ts";
import { OPEN } from "./exposure.ts";
import type { Engine } from "./ports.ts";
import { carryOut, type RunPorts, type RunRequest, type RunResult } from "./run.ts";

/** A captured result that waits for a decision. */
export interface Waiting {
  /** What it amounts to, judged now. */
  effects(): readonly Effect[];
  /** SHA-256 over every change with its content: read again at the moment of use. */
  contentDigest(): string;
  /** Makes it real as one step. Throws when it cannot; then nothing of it is real. */
  commit(action: string): void;
}

/**
 * Accepts a captured result: judged, asked about, logged and done like any other action, and nothing is run again.
 * What was agreed to is the captured content: another byte is another action.
 */
export function acceptCaptured(
  request: Omit<RunRequest, "runnable">,
  waiting: Waiting,
  ports: Omit<RunPorts, "engines">,
): Promise<RunResult> {
  let accepted = "";
  const engine: Engine = {
    name: "linux-overlay",
    exposure: () => OPEN,
    restore: {
      make: async (action) => {
        accepted = action;
        return `journal:${action}`;
      },
      ended: async () => {},
    },
    execute: async () => {
      waiting.commit(accepted);
      return { exitCode: 0 };
    },
  };
  return carryOut(
    { ...request, runnable: { argv: [] } },
    { ...ports, engines: { first: engine, direct: engine } },
    {
      judge: (asked, judging) => judgeEffects(waiting.effects(), waiting.contentDigest(), asked, judging),
      mayTry: false,
    },
  );
}
