import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { closeRoom } from "../src/adapters/exec/network/room.ts";
import {
  createOverlayEngine,
  type OverlayOptions,
  type OverlayRun,
} from "../src/adapters/exec/overlay/engine.ts";
import { probeOverlay } from "../src/adapters/exec/overlay/probe.ts";
import { type Journal, openJournal } from "../src/adapters/journal/journal.ts";
import type { Measurement } from "./measure.ts";

/** A fresh workspace below a home, in which lines are run plainly and isolated. */
export interface Place {
  readonly workspace: string;
  /** Our own folder of this place. */
  readonly state: string;
  readonly journal: Journal;
  isolated(shell: string): Promise<OverlayRun>;
  /** The same line without us; throws when it fails. */
  plain(shell: string): void;
}

/** What both ways of running see: the machine's programs, and the Node that runs us. */
const ENVIRONMENT = { PATH: `${join(process.execPath, "..")}:/usr/bin:/bin:/usr/sbin:/sbin` };
const NOTHING = ["ignore", "ignore", "ignore"] as const;

/** `network`: off unless said otherwise. `/tmp` is the machine's own, where its Node may be. */
export function makePlace(
  folder: string,
  name: string,
  options: Pick<OverlayOptions, "network" | "workspaceWrites"> = {},
): Place {
  const home = join(folder, name);
  const workspace = join(home, "project");
  mkdirSync(workspace, { recursive: true });
  const state = join(home, ".local/state/countersign");
  const engine = createOverlayEngine({ state, workspace, home, tmp: "host", network: "off", ...options });
  const setting = { cwd: workspace, env: ENVIRONMENT, stdio: NOTHING };
  return {
    workspace,
    state,
    journal: openJournal(join(state, "journal")),
    isolated: (shell) => engine.run({ shell }, setting),
    plain: (shell) => {
      const ran = spawnSync("bash", ["--noprofile", "--norc", "-c", shell], {
        ...setting,
        stdio: [...NOTHING],
      });
      if (ran.status !== 0) throw new Error(`\`${shell}\` ended with ${ran.status ?? ran.signal}`);
    },
  };
}

/** Measures in a folder of its own on an ordinary file system; nothing where overlays do not work, with the reason. */
export async function whereOverlaysWork(
  measure: (folder: string) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const folder = realpathSync(mkdtempSync("/var/tmp/countersign-bench-"));
  try {
    const probe = probeOverlay(folder);
    if (probe.works) return await measure(folder);
    process.stderr.write(`isolated runs are not measured: ${probe.reason}\n`);
    return [];
  } finally {
    await closeRoom(join(folder, "rooms"));
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
