import { lstatSync, realpathSync } from "node:fs";
import { cachePlaces } from "../../analyzers/places.ts";
import { withheldFrom } from "../../analyzers/tool-needs.ts";
import type { Setting } from "../../core/call.ts";
import type { Exposure } from "../../core/protection.ts";
import type { Isolation } from "./capturing.ts";
import { childEnvironment } from "./plain.ts";

/** What an isolated run is given of the machine, and what is kept from it. */
export interface Exposed {
  readonly environment: NodeJS.ProcessEnv;
  /** Files and folders that the command must not see. */
  readonly masked: readonly string[];
  /** Folders that it writes through to, unseen. */
  readonly caches: readonly string[];
}

/**
 * Turns an exposure into what it means on this machine. What a line before set or unset decides what this one gets,
 * never what is hidden from it: that is looked for where the operator's own environment says.
 */
export function exposedTo(
  exposure: Exposure,
  { setting, environment, operator }: Pick<Isolation, "setting" | "environment" | "operator">,
): Exposed {
  const whole = childEnvironment(environment);
  const isOpen = exposure.credentials === "kept";
  const caches = cachesOf(isOpen, exposure, setting, whole);
  if (isOpen) return { environment: whole, masked: setting.own, caches };
  const withheld = [whole, operator].map((one) => withheldFrom(exposure.tools, setting, one));
  const names = new Set(withheld[0]?.variables);
  return {
    environment: Object.fromEntries(Object.entries(whole).filter(([name]) => !names.has(name))),
    masked: [...setting.own, ...withheld.flatMap((one) => one.masked), ...agentSocket(operator)],
    caches,
  };
}

/** A line of file tools only needs no cache, and what it deletes there would be gone unseen. */
function cachesOf(
  isOpen: boolean,
  { tools }: Exposure,
  setting: Setting,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  if (isOpen && tools.length === 0) return [];
  return cachePlaces(setting, environment, isOpen ? "understood" : "unread")
    .map(({ path }) => path)
    .filter(isOwnFolder);
}

/** The SSH agent signs for whoever reaches its socket. */
function agentSocket({ SSH_AUTH_SOCK: socket }: NodeJS.ProcessEnv): readonly string[] {
  return socket?.startsWith("/") ? [socket] : [];
}

/** Behind a link, writing through would reach any folder that the one who made the link chose. */
function isOwnFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && realpathSync(path) === path;
  } catch {
    return false;
  }
}
