import { join } from "node:path";
import type { CapturedChange } from "../../analyzers/captured.ts";
import type { Captured, ExecutePort, RestorePort } from "../../gate/ports.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import type { Change } from "./diff/change.ts";
import { createOverlayEngine, type OverlayRun } from "./overlay/engine.ts";
import { childEnvironment } from "./plain.ts";

/** Where captured results and displaced originals are kept. */
export function overlayPlaces(state: string): { readonly engine: string; readonly journal: string } {
  return { engine: join(state, "overlay"), journal: join(state, "journal") };
}

/**
 * Engine `linux-overlay` as the gate sees it: what a command changes below the workspace and home is captured, and
 * becomes real only when the gate says so. The network is not cut off.
 */
export function overlayPort(
  state: string,
  own: readonly string[],
  environment: NodeJS.ProcessEnv,
): ExecutePort {
  return {
    engine: "linux-overlay",
    execute: async (command, setting) => {
      const places = overlayPlaces(state);
      const engine = createOverlayEngine({
        state: places.engine,
        workspace: setting.workspace ?? setting.cwd,
        home: setting.home,
        masked: own,
        network: "on",
        tmp: "host",
      });
      try {
        const run = await engine.run(command, { cwd: setting.cwd, env: childEnvironment(environment) });
        return { ...run.ended, captured: captured(run, openJournal(places.journal)) };
      } finally {
        engine.close();
      }
    },
  };
}

/** The journal keeps what a command displaces, so nothing has to be made ahead. */
export function journalRestorePoints(): RestorePort {
  return { make: async (action) => `journal:${action}`, ended: async () => {} };
}

const TYPES: Readonly<Record<Change["type"], CapturedChange["type"]>> = {
  file: "file",
  directory: "directory",
  symlink: "link",
  fifo: "other",
  socket: "other",
  device: "other",
};

function captured({ layer }: OverlayRun, journal: Journal): Captured {
  const changes = layer.changes.map(plainChange);
  return {
    changes,
    settle: (isAllowed, action) => {
      const allowed = new Set(changes.filter(isAllowed).map(keyOf));
      const result = layer.commit(journal, { select: (change) => allowed.has(keyOf(change)), label: action });
      if (result.outcome === "committed") {
        result.rest?.hold(action);
        return { outcome: "settled", held: changes.filter((one) => !allowed.has(keyOf(one))) };
      }
      layer.hold(action);
      return { outcome: "conflict", held: changes };
    },
  };
}

/** A change as the gate judges it. */
export function plainChange({ path, kind, type, extent }: Change): CapturedChange {
  return { path, kind, type: TYPES[type], entries: extent.entries };
}

function keyOf({ kind, path }: Pick<CapturedChange, "kind" | "path">): string {
  return `${kind} ${path}`;
}
