import { homedir } from "node:os";
import { join } from "node:path";

/** Where Countersign keeps its things (DESIGN §10). */
export interface Places {
  /** Ledger, keys, restore points: never inside a project. */
  readonly state: string;
  /** The person's own policy and settings. */
  readonly config: string;
}

/**
 * Follows the XDG Base Directory Specification; `COUNTERSIGN_HOME` moves everything. Relative values are
 * ignored, as the specification asks.
 */
export function placesFrom(environment: NodeJS.ProcessEnv): Places {
  const all = absolute(environment.COUNTERSIGN_HOME);
  if (all) return { state: join(all, "state"), config: join(all, "config") };
  const home = environment.HOME ?? homedir();
  return {
    state: join(absolute(environment.XDG_STATE_HOME) ?? join(home, ".local", "state"), "countersign"),
    config: join(absolute(environment.XDG_CONFIG_HOME) ?? join(home, ".config"), "countersign"),
  };
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}
