/**
 * How commands are run (DESIGN §5, §7). `linux-overlay`: isolated, what it changes is caught and judged before it
 * becomes real. `snapshot`: on the machine as it is, the workspace kept before. `plain`: with nothing kept.
 */
export const ENGINES = ["linux-overlay", "snapshot", "plain"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What one run may reach beyond the files that are caught. */
export interface Exposure {
  /** `closed`: loopback, and the hosts that the person named. */
  readonly network: "on" | "closed";
  /** `withheld`: no variables that are credentials, secret files masked, sockets of services out of reach. */
  readonly credentials: "kept" | "withheld";
  /** Understood tools of the network in it: their own credentials stay although the rest is withheld. */
  readonly tools: readonly string[];
  /** `refused`: it is known to read only, and finds the workspace read-only. */
  readonly writes: "captured" | "refused";
  /** Folders that it is known to rename, absolute: an overlay refuses that for what was there before. */
  readonly renames: readonly string[];
}

/** The protection that was in force for one run: recorded with it. */
export interface Protection extends Exposure {
  readonly engine: EngineName;
}
