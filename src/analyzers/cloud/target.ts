import type { Environment, Reversibility } from "../../core/effect.ts";
import type { Scene, Word } from "../analyzer.ts";
import { environmentOf, isLoopback } from "../environment.ts";

/** Where a tool's command arrives. */
export interface Target {
  readonly environment: Environment;
  /** Reached over this machine's loopback, a socket, or a file: the operator's own data, nobody else's. */
  readonly local: boolean;
}

/** A word as text for people; unknown pieces stay as typed. */
export function shown(word: Word | undefined): string {
  return word === undefined ? "*" : (word.text ?? word.source);
}

/**
 * The target of a client from the endpoint it was given (a URL or `host[:port]`) and from names that can
 * only raise (profile, context, stack). A loopback endpoint is development whatever the names say less of.
 */
export function targetOf(
  endpoint: string | undefined,
  names: readonly (string | undefined)[],
  scene: Scene,
): Target {
  if (endpoint !== undefined && isLoopback(hostOf(endpoint))) {
    return {
      environment: scene.place.host === undefined ? "development" : scene.place.environment,
      local: true,
    };
  }
  return { environment: environmentOf([endpoint, ...names], scene), local: false };
}

/** The host of a URL or of `host:port`; the text itself when it is neither. */
export function hostOf(endpoint: string): string {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(endpoint);
  return match?.[1] ?? endpoint;
}

/** Data lost for good, except on the operator's own machine, where it is made anew: time lost, not data of others. */
export function lossAt(target: Target): Reversibility {
  return target.local ? "R3" : "R4";
}
