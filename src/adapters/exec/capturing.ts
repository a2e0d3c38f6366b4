import { join } from "node:path";
import type { Setting } from "../../core/call.ts";
import type { Exposure } from "../../core/protection.ts";
import { exposureOf, OPEN } from "../../gate/exposure.ts";
import type { Captured, Engine, Execution, RestorePort, Runnable } from "../../gate/ports.ts";
import { lookAt } from "../facts/captured.ts";
import { openHeld } from "../journal/held.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { withPoints } from "../restore/points/port.ts";
import { snapshotRestorePoints } from "../restore/snapshot/port.ts";
import { type Carried, carryingLine } from "./carry.ts";
import { type ClosedNetwork, openClosedNetwork } from "./closed-network.ts";
import type { Change } from "./diff/change.ts";
import { type Exposed, exposedTo } from "./exposed.ts";
import type { Room } from "./network/room.ts";
import {
  CONTROL_SOCKETS,
  createOverlayEngine,
  type OverlayEngine,
  type OverlayOptions,
  type OverlayRun,
} from "./overlay/engine.ts";
import { pointsIn } from "./points-in.ts";
import { type ServiceStandIn, standInForContainers } from "./service-stand-in.ts";

/** Where captured results and displaced originals are kept. */
export function overlayPlaces(state: string): { readonly engine: string; readonly journal: string } {
  return { engine: join(state, "overlay"), journal: join(state, "journal") };
}

/** What the runs of one request have in common. */
export interface Isolation {
  readonly state: string;
  /** The person's configuration folder. */
  readonly config: string;
  /** What the command would get whole. */
  readonly environment: NodeJS.ProcessEnv;
  /** The person's own environment: what the gate itself starts gets this. */
  readonly operator: NodeJS.ProcessEnv;
  readonly setting: Setting;
  /** Told what a line leaves for the next one of its session; `undefined` when that cannot be told. */
  readonly carry?: ((carried: Carried | undefined) => void) | undefined;
}

/**
 * Engine `linux-overlay` as the gate sees it: what a command changes below the workspace and home is captured, and
 * becomes real only when the gate says so. Throws `UserError` when the folders do not allow it.
 */
export function overlayEngine(isolation: Isolation): Engine {
  mustWork(isolation);
  return {
    name: "linux-overlay",
    exposure: exposureOf,
    restore: withPoints(journalRestorePoints, pointsIn(isolation)),
    execute: (command, _setting, exposure) => execute(command, exposure, isolation, "captured"),
  };
}

/**
 * The same walls for a service that goes on while others work: it sees the workspace as it is, what it changes there
 * is real at once, and a snapshot before is the way back; so it is judged like any command that is not caught. People
 * open it in a browser, so it has the network. Throws `UserError` when the folders do not allow it.
 */
export function serviceEngine(isolation: Isolation): Engine {
  mustWork(isolation);
  const files = snapshotRestorePoints(join(isolation.state, "restore-points"), "always");
  return {
    name: "snapshot",
    exposure: (known, setting) => ({ ...exposureOf(known, setting), network: "on" }),
    restore: withPoints(files, pointsIn(isolation)),
    execute: (command, _setting, exposure) => execute(command, exposure, isolation, "live"),
  };
}

/** What cannot be isolated is said before anything is judged as if it were. */
function mustWork(isolation: Isolation): void {
  createOverlayEngine(optionsFor(isolation, OPEN, { masked: [], caches: [] }, "on")).close();
}

type Writes = NonNullable<OverlayOptions["workspaceWrites"]>;

async function execute(
  command: Runnable,
  exposure: Exposure,
  isolation: Isolation,
  workspaceWrites: Writes,
): Promise<Execution> {
  const { state, config, setting } = isolation;
  const exposed = exposedTo(exposure, isolation);
  const closed = exposure.network === "closed" ? await openClosedNetwork(state, config) : undefined;
  const containers = reachesServices(exposure) ? undefined : await standInForContainers(state);
  const options = optionsFor(isolation, exposure, exposed, closed?.network ?? "on");
  const standIns = containers?.standIns ?? [];
  const engine = createOverlayEngine({
    ...options,
    workspaceWrites: writesOf(exposure, workspaceWrites, options),
    standIns,
  });
  try {
    const run = await runLine(engine, command, exposed.environment, exposure, isolation);
    const refusedHosts = run.ended.exitCode === 0 ? [] : await closed?.refused();
    return {
      ...run.ended,
      leftBehind: run.leftBehind ?? 0,
      refusedHosts: refusedHosts ?? [],
      notes: notesOn(run, exposure, closed, containers),
      captured: captured(run, setting, openJournal(overlayPlaces(state).journal)),
    };
  } finally {
    engine.close();
    containers?.close();
  }
}

/** What waits is only seen through an overlay. */
function writesOf({ writes }: Exposure, wanted: Writes, { state }: OverlayOptions): Writes {
  const isRefused = wanted === "captured" && writes === "refused" && openHeld(state).list().length === 0;
  return isRefused ? "refused" : wanted;
}

function notesOn(
  { ended, notRenamable }: OverlayRun,
  { credentials, network }: Exposure,
  closed: ClosedNetwork | undefined,
  containers: ServiceStandIn | undefined,
): readonly string[] {
  const noNetwork = closed?.reason === undefined ? [] : [`it had no network at all: ${closed.reason}`];
  const noService =
    containers?.wasAsked() === true
      ? ["the container service was out of its reach; run docker as a command of its own"]
      : [];
  const tooLarge = notRenamable.map(({ path, reason }) => `it could not rename \`${path}\`: ${reason}`);
  const noKeys =
    ended.exitCode !== 0 && credentials === "withheld" && network === "on"
      ? [
          "it had no credentials, because nobody can read all of it ahead; run what needs them as a command of its own",
        ]
      : [];
  return [...noNetwork, ...noService, ...tooLarge, ...noKeys];
}

/** Whoever reaches the services of the machine acts outside of every wall. */
function reachesServices({ credentials }: Exposure): boolean {
  return credentials === "kept";
}

async function runLine(
  engine: OverlayEngine,
  command: Runnable,
  env: NodeJS.ProcessEnv,
  { renames }: Exposure,
  { state, setting, carry }: Isolation,
): Promise<OverlayRun> {
  const line = carry && carryingLine(command, env, { folder: state, where: "isolated" });
  try {
    const run = await engine.run(line?.runnable ?? command, {
      cwd: setting.cwd,
      renames,
      env: { ...env, ...line?.environment },
      ...(line ? { channel: line.channel } : {}),
    });
    carry?.(line?.readCarried());
    return run;
  } finally {
    line?.close();
  }
}

function optionsFor(
  { state, setting }: Isolation,
  exposure: Exposure,
  { masked, caches }: Pick<Exposed, "masked" | "caches">,
  network: Room | "on" | "off",
): OverlayOptions {
  return {
    state: overlayPlaces(state).engine,
    workspace: workspaceIn(setting),
    home: setting.home,
    masked,
    caches,
    network,
    tmp: "host",
    ...(reachesServices(exposure) ? { sockets: CONTROL_SOCKETS } : {}),
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
