import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./ask.ts";
import { readAllowedHost } from "./hosts.ts";
import type { KeeperReport, KeeperSetting } from "./keeper.ts";
import { alone } from "./lock.ts";
import { PROXY_PORT } from "./places.ts";
import { runs } from "./process.ts";
import { isTrue, type RoomRecord, readRecord, roomFolder, roomFolders } from "./record.ts";
import { findRoomTools, startKeeper } from "./start.ts";
import { WITHHELD_PORTS } from "./withheld.ts";

/**
 * A closed network that the isolated commands of a session share: a user and a network namespace in which only the
 * loopback interface exists. What listens there leads to the hosts that policy names (`environment`), and to the
 * services on the machine's own loopback.
 *
 * How a command joins: open `/proc/HOLDER/ns/user` and `/proc/HOLDER/ns/net`, compare the inode number of each open
 * file with `namespaces`, and give the two files to `nsenter --preserve-credentials --user=… --net=…`. A process
 * number alone could belong to another process by then; an open file cannot change.
 */
export interface Room {
  /** Process whose user and network namespaces a command joins. */
  readonly holder: number;
  /** Inode numbers of the holder's `/proc/PID/ns/user` and `/proc/PID/ns/net`. */
  readonly namespaces: { readonly user: number; readonly network: number };
  /** Variables that lead programs to the proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, lower case too). */
  readonly environment: Readonly<Record<string, string>>;
}

/** Which room; callers with the same options share one. */
export interface RoomOptions {
  /** Our own folder, absolute. Commands must not see it: who reaches it can ask the keeper. */
  readonly state: string;
  /**
   * The hosts that may be reached, as policy names them: `host` (ports 80 and 443), `host:port`, `*.host` for all
   * names below it, or an address. An address of this machine or its network is reached only when it is named as such.
   */
  readonly allowed: readonly string[];
  /** Ports of the machine's loopback that are not reached, besides `WITHHELD_PORTS`. */
  readonly withheld?: readonly number[];
  /** Milliseconds without a process inside after which a room is given up; ten minutes. */
  readonly idle?: number;
}

/** A room, or why there is none; then the network of a command can only be on or off. */
export type RoomAnswer = Room | { readonly unavailable: string };

/** A room that is there, for `roomStatus`. */
export interface RoomStatus extends KeeperReport {
  readonly keeper: number;
  readonly holder: number;
}

const IDLE = 10 * 60_000;
/** How long a keeper may take to answer, and how long to be replaced for not answering; in milliseconds. */
const ANSWER = 3000;
const PATIENCE = 15_000;

/** Opens a room or finds the open one. Contract: does not throw for what can be wrong with the machine. */
export async function openRoom(options: RoomOptions): Promise<RoomAnswer> {
  const withheld = [...new Set([...WITHHELD_PORTS.keys(), ...(options.withheld ?? [])])];
  const hosts = [...new Set(options.allowed)];
  const allowed = hosts.map(readAllowedHost);
  const wrong = hosts.find((_, index) => allowed[index] === undefined);
  if (wrong !== undefined) return { unavailable: `policy names the host \`${wrong}\`, which is no host` };
  const tools = findRoomTools();
  if ("unavailable" in tools) return tools;
  try {
    mkdirSync(options.state, { recursive: true, mode: 0o700 });
    const folder = roomFolder(realpathSync(options.state), hosts, withheld);
    const there = await findRoom(folder, ANSWER);
    if (there) return there;
    const known = allowed.filter((one) => one !== undefined);
    const setting = { folder, allowed: known, withheld, idle: options.idle ?? IDLE, tools };
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
    return await alone(
      folder,
      3 * PATIENCE,
      async () => (await findRoom(folder, PATIENCE)) ?? (await startRoom(setting)),
    );
  } catch (error) {
    return { unavailable: `no closed network could be made: ${(error as Error).message}` };
  }
}

/** Ends every room of a state folder; commands inside keep their loopback and lose everything beyond it. */
export async function closeRoom(state: string): Promise<void> {
  for (const folder of roomFolders(state))
    await alone(folder, 3 * PATIENCE, async () => {
      const record = readRecord(folder);
      if (record && isTrue(record)) {
        void ask(folder, "end", ANSWER);
        await endOf(record);
      }
      rmSync(folder, { recursive: true, force: true });
    });
}

/** The open rooms of a state folder: what they reach, and what was asked of them. */
export async function roomStatus(state: string): Promise<readonly RoomStatus[]> {
  const all = roomFolders(state).map(async (folder) => {
    const record = readRecord(folder);
    const text = record && isTrue(record) ? await ask(folder, "report", ANSWER) : undefined;
    if (!record || text === undefined) return [];
    return [{ ...(JSON.parse(text) as KeeperReport), keeper: record.keeper.id, holder: record.holder.id }];
  });
  return (await Promise.all(all)).flat();
}

/** The room of a folder when it is alive and its keeper says so in time (milliseconds). */
async function findRoom(folder: string, wait: number): Promise<Room | undefined> {
  const record = readRecord(folder);
  if (!record || !isTrue(record)) return undefined;
  if ((await ask(folder, "use", wait)) !== "fine") return undefined;
  return { holder: record.holder.id, namespaces: record.namespaces, environment: ENVIRONMENT };
}

async function startRoom(setting: KeeperSetting): Promise<RoomAnswer> {
  const old = readRecord(setting.folder);
  if (old) await endOf(old);
  const failure = await startKeeper(setting, PATIENCE);
  if (failure !== undefined) return { unavailable: failure };
  return (
    (await findRoom(setting.folder, PATIENCE)) ?? {
      unavailable: "the keeper of the closed network does not answer",
    }
  );
}

/** Sees to it that a keeper is gone that was told to end or does not answer, and its bridge with it. */
async function endOf(record: RoomRecord): Promise<void> {
  if (!isTrue(record)) return;
  await waitFor(() => !runs(record.keeper));
  if (isTrue(record)) process.kill(record.keeper.id, "SIGKILL");
  await waitFor(() => !runs(record.holder));
}

async function waitFor(over: () => boolean): Promise<void> {
  for (let waited = 0; waited < 1000 && !over(); waited += 10) await sleep(10);
}

const PROXY = `http://127.0.0.1:${PROXY_PORT}`;
const DIRECT = "localhost,127.0.0.1,::1";
const PROXY_NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/** `NODE_USE_ENV_PROXY`: Node itself looks at the others only when this one is set. */
const ENVIRONMENT: Room["environment"] = Object.fromEntries([
  ...PROXY_NAMES.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, PROXY] as const),
  ...["NO_PROXY", "no_proxy"].map((name) => [name, DIRECT] as const),
  ["NODE_USE_ENV_PROXY", "1"],
]);
