import type { Environment } from "../core/effect.ts";
import type { Scene } from "./analyzer.ts";

const PRODUCTION = /(^|[^a-z])(prod|prd|production|live)([^a-z]|$)/i;
const STAGING = /(^|[^a-z])(staging|stage|stg|uat|preprod|pre-prod)([^a-z]|$)/i;
const NOT_PRODUCTION = /(non|not|pre)[-_.]?prod/i;

/**
 * The environment of something that is reached by names (a profile, a context, a stack, a host).
 * A name can raise, never lower: names lie, identity comes from the provider. Without a declaration the
 * environment is unknown, and that counts as production. What is reached from a container of this machine is no
 * more local than what is reached from the machine itself.
 */
export function environmentOf(names: readonly (string | undefined)[], scene: Scene): Environment {
  const { place, setting } = scene;
  const tells =
    place.environment !== "unknown" && place.environment !== "local" && place.environment !== "workspace";
  if (place.host !== undefined && tells) return raise(place.environment, names);
  return raise(setting.declared ?? "unknown", names);
}

function raise(declared: Environment, names: readonly (string | undefined)[]): Environment {
  const said = names.filter((name) => name !== undefined);
  if (said.some((name) => PRODUCTION.test(name) && !NOT_PRODUCTION.test(name))) return "production";
  if (declared === "development" && said.some((name) => STAGING.test(name))) return "staging";
  return declared;
}

const LOOPBACK =
  /^(localhost|.*\.localhost|127(\.\d{1,3}){1,3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)$/i;

/** True for names and addresses of this machine's loopback. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || LOOPBACK.test(host.replace(/:\d+$/, ""));
}

/** The environment of a host by its name: this machine's loopback is development. */
export function hostEnvironment(host: string | undefined, scene: Scene): Environment {
  if (host !== undefined && isLoopback(host))
    return scene.place.host === undefined ? "development" : scene.place.environment;
  return environmentOf([host], scene);
}
