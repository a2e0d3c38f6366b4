import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "../../core/protection.ts";
import { OPEN } from "../../gate/exposure.ts";
import type { Engine, Engines, RestorePort } from "../../gate/ports.ts";
import { UserError } from "../error.ts";
import { withPoints } from "../restore/points/port.ts";
import { snapshotRestorePoints } from "../restore/snapshot/port.ts";
import { type Isolation, overlayEngine, overlayPlaces, serviceEngine } from "./capturing.ts";
import { type OverlayProbe, probeOverlay } from "./overlay/probe.ts";
import { runDirectly } from "./plain.ts";
import { pointsIn } from "./points-in.ts";

/** The engines for one request, and why the best one is not among them. */
export interface Level {
  readonly engines: Engines;
  readonly reason?: string;
}

/**
 * Chooses how a request is run. Without a wish: isolated where the machine and the folders allow it, else with a
 * snapshot before. A service has the walls, and the workspace as it is. A wish that cannot be met is a `UserError`,
 * never something less.
 */
export function levelFor(
  isolation: Isolation,
  wanted: EngineName | undefined,
  kind: "command" | "service" = "command",
): Level {
  const direct = directEngine(isolation, wanted === "plain" ? "plain" : "snapshot");
  const probe = probedOverlay(isolation.state);
  if (wanted === "snapshot" || wanted === "plain") {
    const lowered = probe.works ? { lowered: `--engine ${wanted}` } : {};
    return { engines: { first: direct, direct, ...lowered } };
  }
  if (!probe.works) return lesser(direct, probe.reason, wanted);
  try {
    const first = kind === "service" ? serviceEngine(isolation) : overlayEngine(isolation);
    return { engines: { first, direct, ...(kind === "service" ? { lowered: "--service" } : {}) } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return lesser(direct, error.message, wanted);
  }
}

function lesser(direct: Engine, reason: string, wanted: EngineName | undefined): Level {
  if (wanted === undefined) return { engines: { first: direct, direct }, reason };
  throw new UserError("NO_ISOLATION", `\`${wanted}\` does not work here: ${reason}`, "leave --engine out");
}

function directEngine(isolation: Isolation, name: "snapshot" | "plain"): Engine {
  const files = snapshotRestorePoints(join(isolation.state, "restore-points"));
  const restore = name === "plain" ? NOTHING_KEPT : withPoints(files, pointsIn(isolation));
  return { name, exposure: () => OPEN, restore, execute: runDirectly(isolation) };
}

const NOTHING_KEPT: RestorePort = { make: async () => undefined, ended: async () => {} };

/**
 * What the probe said, kept while the machine runs, for one place in it: a container may share the folder. Only a
 * good answer is kept, because the others can be mended.
 */
export function probedOverlay(state: string): OverlayProbe {
  const file = join(state, "probe.json");
  const key = JSON.stringify([bootId(), ...namespaces(), process.getuid?.(), state]);
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as { key: string; probe: OverlayProbe };
    if (kept.key === key) return kept.probe;
  } catch {
    // Not there yet, or not readable: probed again.
  }
  const probe = probeOverlay(overlayPlaces(state).engine);
  if (probe.works) keep(file, JSON.stringify({ key, probe }));
  else rmSync(file, { force: true });
  return probe;
}

function keep(file: string, text: string): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
  } catch {
    // Probed again next time.
  }
}

/** A container has others than the machine it runs on (namespaces(7)). */
function namespaces(): readonly string[] {
  return ["user", "mnt"].map((name) => {
    try {
      return readlinkSync(`/proc/self/ns/${name}`);
    } catch {
      return "unknown";
    }
  });
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown";
  }
}
