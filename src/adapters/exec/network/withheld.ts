import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import type { Listener } from "./listening.ts";

/**
 * Ports of the machine's own loopback that a command in a room does not reach, because who connects there acts
 * outside of the room: starts programs or containers, drives a browser or the desktop, or leaves to other networks.
 *
 * Weak about it: a port is a convention. A service of this kind on another port is reached; so is a service that
 * passes on to production by itself (a connection pool, a reverse proxy). Tunnels made by programs that are known for
 * it are recognised by who listens (`findTunnels`), but only where their process may be looked at: not those of other
 * users. What can be named ahead is added by the caller (`RoomOptions.withheld`).
 */
export const WITHHELD_PORTS: ReadonlyMap<number, string> = new Map([
  ...many([22, 23, 3389, 5985, 5986], "remote shells and desktops"),
  ...many([53], "name servers: a question for a name carries data out"),
  ...many([1080, 3128, 8118, 9050, 9051, 9150], "proxies to other networks"),
  ...many([2375, 2376, 2377, 4243], "the Docker daemon"),
  ...many([2379, 2380, 6443, 8001, 10250, 10255, 10257, 10259, 16443], "control of Kubernetes"),
  ...many([5037, 5555], "Android devices"),
  ...many([5900, 5901, 5902, 6000, 6001, 6010, 6011, 6012], "the desktop"),
  ...many([4444, 9222, 9223, 9515], "control of browsers"),
  ...many([9229, 9230], "debuggers of Node"),
  ...many([7474], "the daemon of Countersign"),
]);

/** Programs that pass connections on to other machines. */
const TUNNELS = [
  "ssh",
  "sshd",
  "sshd-session",
  "autossh",
  "kubectl",
  "oc",
  "k9s",
  "telepresence",
  "cloud_sql_proxy",
  "cloud-sql-proxy",
  "alloydb-auth-proxy",
  "session-manager-plugin",
  "aws",
  "azure.cli",
  "gcloud",
  "tsh",
  "tbot",
  "boundary",
  "cloudflared",
  "flyctl",
  "fly",
  "pscale",
  "railway",
  "stunnel",
  "stunnel4",
  "chisel",
  "frpc",
  "ngrok",
  "socat",
];
/** The kernel keeps 15 characters of the name of a process. */
const TUNNEL_NAMES = new Set(TUNNELS.flatMap((name) => [name, name.slice(0, 15)]));

/** Which of these listeners belong to a program that passes connections on to another machine; by socket number. */
export function findTunnels(listeners: readonly Listener[]): ReadonlySet<number> {
  const wanted = new Set(listeners.map(({ inode }) => `socket:[${inode}]`));
  const found = new Set<number>();
  if (wanted.size === 0) return found;
  for (const process of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (!namesOf(process).some((name) => TUNNEL_NAMES.has(name))) continue;
    for (const link of openFiles(process))
      if (wanted.has(link)) found.add(Number(link.slice("socket:[".length, -1)));
  }
  return found;
}

/** What a process is called, and the first words it was started with: some of these programs are scripts. */
function namesOf(process: string): readonly string[] {
  const words = read(`/proc/${process}/cmdline`).split("\0").slice(0, 3);
  const names = words.map((word) => basename(word).replace(/\.(py|js|mjs)$/, ""));
  return [read(`/proc/${process}/comm`).trimEnd(), ...names];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function openFiles(process: string): readonly string[] {
  try {
    return readdirSync(`/proc/${process}/fd`).map((number) => {
      try {
        return readlinkSync(`/proc/${process}/fd/${number}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

function many(ports: readonly number[], reason: string): readonly (readonly [number, string])[] {
  return ports.map((port) => [port, reason]);
}
