import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../error.ts";
import { openRoom, type Room, roomStatus } from "./network/room.ts";

/** The network of a command that nobody could read ahead, and what it was kept from. */
export interface ClosedNetwork {
  /** `off`: where no room can be made, not even the machine's own loopback is reached. */
  readonly network: Room | "off";
  /** Why there is no room. */
  readonly reason?: string;
  /** Hosts that were asked for and refused since it was opened, each once. */
  refused(): Promise<readonly string[]>;
}

/**
 * Opens the closed network with the hosts that the person named: one a line in the file `hosts` of their
 * configuration folder, with `#` for remarks. Throws `UserError` when the file cannot be read.
 */
export async function openClosedNetwork(state: string, config: string): Promise<ClosedNetwork> {
  const since = Date.now();
  const room = await openRoom({ state, allowed: namedHosts(join(config, "hosts")) });
  if ("unavailable" in room) return { network: "off", reason: room.unavailable, refused: async () => [] };
  return {
    network: room,
    refused: async () => {
      const attempts = (await roomStatus(state)).flatMap((one) => one.attempts);
      const hosts = attempts.filter(({ refused, at }) => refused && at >= since);
      return [...new Set(hosts.map(({ target }) => target))];
    },
  };
}

function namedHosts(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw new UserError(
      "HOSTS_UNREADABLE",
      `cannot read the hosts in \`${file}\``,
      "make it readable, or remove it",
    );
  }
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}
