import type { Engine, Engines } from "../../gate/ports.ts";
import { FORWARDED } from "./overlay/signals.ts";

/**
 * Does work in which a command may be run, and lets no signal end this process from the moment the command starts
 * until the work is done: what the command did has to be settled and recorded, however often somebody presses Ctrl-C.
 * While it runs, the command gets the signals; before it starts, they end us as usual.
 */
export async function uninterrupted<Result>(
  engines: Engines,
  work: (engines: Engines) => Promise<Result>,
): Promise<Result> {
  const survive = () => {};
  const guarded = (engine: Engine): Engine => ({
    ...engine,
    execute: (...request) => {
      for (const signal of FORWARDED) process.off(signal, survive).on(signal, survive);
      return engine.execute(...request);
    },
  });
  const direct = guarded(engines.direct);
  const first = engines.first === engines.direct ? direct : guarded(engines.first);
  try {
    return await work({ ...engines, first, direct });
  } finally {
    for (const signal of FORWARDED) process.off(signal, survive);
  }
}
