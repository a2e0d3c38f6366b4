import { lstatSync, realpathSync } from "node:fs";
import { cachePlaces } from "../../analyzers/places.ts";
import { withheldFrom } from "../../analyzers/tool-needs.ts";
import type { Setting } from "../../core/call.ts";
import type { Exposure } from "../../core/protection.ts";

/** What an isolated run is given of the machine, and what is kept from it. */
export interface Exposed {
  readonly environment: NodeJS.ProcessEnv;
  /** Files and folders that the command must not see. */
  readonly masked: readonly string[];
  /** Folders that it writes through to, unseen. */
  readonly caches: readonly string[];
}

/** Turns an exposure into what it means on this machine. `environment`: what the command would have got whole. */
export function exposedTo(exposure: Exposure, setting: Setting, environment: NodeJS.ProcessEnv): Exposed {
  const isOpen = exposure.credentials === "kept";
  const withheld = isOpen ? undefined : withheldFrom(exposure.tools, setting, environment);
  const names = new Set(withheld?.variables);
  return {
    environment: Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name))),
    masked: [...setting.own, ...(withheld?.masked ?? []), ...agentSocket(isOpen, exposure, environment)],
    caches: cachesOf(isOpen, exposure, setting, environment),
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
function agentSocket(
  isOpen: boolean,
  { tools }: Exposure,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const socket = environment.SSH_AUTH_SOCK;
  const needed = isOpen || tools.some((tool) => ["git", "ssh", "scp", "sftp", "rsync"].includes(tool));
  return needed || socket === undefined || !socket.startsWith("/") ? [] : [socket];
}

/** Behind a link, writing through would reach any folder that the one who made the link chose. */
function isOwnFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && realpathSync(path) === path;
  } catch {
    return false;
  }
}
