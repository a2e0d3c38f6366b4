import type { Effect, Environment } from "../core/effect.ts";
import type { Scene } from "./analyzer.ts";
import { type EffectParts, effect } from "./effects.ts";

/** The environment of the machine on which a command acts: this one, or the one reached. */
export function machineEnvironment(scene: Scene): Environment {
  return scene.place.host === undefined ? "local" : scene.place.environment;
}

/** An effect on the machine itself: its processes, services, kernel, users. */
export function machineEffect(scene: Scene, parts: Omit<EffectParts, "environment">): Effect {
  const marks = parts.marks ?? [];
  return effect({
    ...parts,
    environment: machineEnvironment(scene),
    marks: scene.privileged ? [...marks, "privileged"] : marks,
  });
}
