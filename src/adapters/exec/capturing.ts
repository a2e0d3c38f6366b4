import { join } from "node:path";
import type { Setting } from "../../core/call.ts";
import type { Exposure } from "../../core/protection.ts";
import type { Captured, Engine, RestorePort } from "../../gate/ports.ts";
import { lookAt } from "../facts/captured.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import type { Change } from "./diff/change.ts";
import {
  CONTROL_SOCKETS,
  createOverlayEngine,
  type OverlayOptions,
  type OverlayRun,
} from "./overlay/engine.ts";
import { childEnvironment } from "./plain.ts";

/** Where captured results and displaced originals are kept. */
export function overlayPlaces(state: string): { readonly engine: string; readonly journal: string } {
  return { engine: join(state, "overlay"), journal: join(state, "journal") };
}

/** What the isolated runs of one request have in common. */
export interface Isolation {
  readonly state: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly setting: Setting;
}

/**
 * Engine `linux-overlay` as the gate sees it: what a command changes below the workspace and home is captured, and
 * becomes real only when the gate says so. Throws `UserError` when the folders do not allow it.
 */
export function overlayEngine(isolation: Isolation): Engine {
  const { state, setting, environment } = isolation;
  const places = overlayPlaces(state);
  // What cannot be captured is said before anything is judged as contained.
  createOverlayEngine(optionsFor(isolation, OPEN)).close();
  return {
    name: "linux-overlay",
    restore: journalRestorePoints,
    execute: async (command, _setting, exposure) => {
      const engine = createOverlayEngine(optionsFor(isolation, exposure));
      try {
        const run = await engine.run(command, { cwd: setting.cwd, env: childEnvironment(environment) });
        return { ...run.ended, captured: captured(run, setting, openJournal(places.journal)) };
      } finally {
        engine.close();
      }
    },
  };
}

const OPEN: Exposure = { network: "on", credentials: "kept", tools: [] };

function optionsFor({ state, setting }: Isolation, { credentials }: Exposure): OverlayOptions {
  return {
    state: overlayPlaces(state).engine,
    workspace: workspaceIn(setting),
    home: setting.home,
    masked: setting.own,
    network: "on",
    tmp: "host",
    ...(credentials === "kept" ? { sockets: CONTROL_SOCKETS } : {}),
  };
}

/** Where there is no project, home is what can be captured. */
function workspaceIn({ workspace, cwd, home }: Setting): string {
  if (workspace !== undefined) return workspace;
  return cwd === "/" || home.startsWith(`${cwd}/`) || cwd.startsWith(`${home}/`) ? home : cwd;
}

/** The journal keeps what a command displaces, so nothing has to be made ahead. */
const journalRestorePoints: RestorePort = {
  make: async (action) => `journal:${action}`,
  ended: async () => {},
};

function captured({ layer }: OverlayRun, setting: Setting, journal: Journal): Captured {
  const changes = lookAt(layer, setting);
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

function keyOf({ kind, path }: Pick<Change, "kind" | "path">): string {
  return `${kind} ${path}`;
}
