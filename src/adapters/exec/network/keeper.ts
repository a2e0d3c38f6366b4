import { chmodSync, constants, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join as joinPath } from "node:path";
import { type Holder, type HolderSetting, startHolder } from "./holder.ts";
import type { AllowedHost } from "./hosts.ts";
import { readListeners, type Service, servicesOf, signOfListeners } from "./listening.ts";
import { BRIDGE_SOCKET, CONTROL_SOCKET } from "./places.ts";
import { identify, namespaceOf } from "./process.ts";
import { type Attempt, resolveAddresses, serveProxy } from "./proxy.ts";
import { forgetRecord, readRecord, writeRecord } from "./record.ts";
import { join, readUntil } from "./stream.ts";
import { findTunnels } from "./withheld.ts";

/** How a keeper keeps its room. It is told once, by whoever starts it. */
export interface KeeperSetting {
  /** Folder of the room. */
  readonly folder: string;
  readonly allowed: readonly AllowedHost[];
  /** Ports of the machine's loopback that are not reached from inside. */
  readonly withheld: readonly number[];
  /** Milliseconds without a process inside after which the room is given up. */
  readonly idle: number;
  readonly tools: HolderSetting;
}

/** What a keeper knows of its room. */
export interface KeeperReport {
  /** Services of the machine's loopback that are reached from inside, as `address port`. */
  readonly services: readonly string[];
  /** Newest last. */
  readonly attempts: readonly Attempt[];
}

const MOST_CONNECTIONS = 1024;
const MOST_SERVICES = 256;
const MOST_ATTEMPTS = 100;
/** How often is looked for services that started on the machine, in milliseconds. */
const RESCAN = 3000;
const RESCAN_ANYWAY = 15_000;
const WAIT = 10_000;

interface Keeper {
  readonly setting: KeeperSetting;
  readonly holder: Holder;
  readonly attempts: Attempt[];
  services: readonly Service[];
  /** Sockets known to belong to a tunnel, and those known not to. */
  tunnels: ReadonlyMap<number, boolean>;
  /** The sign of the listeners at the last scan, when that was, and its end. */
  sign: string | undefined;
  scannedAt: number;
  scan: Promise<void>;
  usedAt: number;
}

/** Opens the room and keeps it; resolves when it can be used, throws with the reason when it cannot. */
export async function keepRoom(setting: KeeperSetting): Promise<void> {
  const { folder } = setting;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const name of [BRIDGE_SOCKET, CONTROL_SOCKET]) rmSync(joinPath(folder, name), { force: true });
  const short = `/proc/self/fd/${openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)}`;
  const holder = await startHolder({ ...setting.tools, bridge: [...setting.tools.bridge, folder] });
  const keeper: Keeper = {
    setting,
    holder,
    attempts: [],
    services: [],
    tunnels: new Map(),
    sign: undefined,
    scannedAt: 0,
    scan: Promise.resolve(),
    usedAt: Date.now(),
  };
  holder.gone.then(() => end(keeper));
  process
    .on("SIGTERM", () => end(keeper))
    .on("SIGINT", () => {})
    .on("SIGHUP", () => {});
  await Promise.all([
    serve(`${short}/${BRIDGE_SOCKET}`, (socket) => passOn(keeper, socket)),
    serve(`${short}/${CONTROL_SOCKET}`, (socket) => answer(keeper, socket)),
    rescan(keeper),
  ]);
  const own = identify(process.pid);
  if (own === undefined) throw new Error("the file system /proc does not show this process");
  writeRecord(folder, { keeper: own, holder: holder.holder, namespaces: holder.namespaces });
  keeper.usedAt = Date.now();
  setInterval(() => void look(keeper), Math.min(RESCAN, setting.idle / 2));
}

/** Lets the command's connections reach what they may: the proxy, or a service that is open inside. */
async function passOn({ setting, services, attempts }: Keeper, socket: Socket): Promise<void> {
  const header = await readUntil(socket, "\n", 64, WAIT);
  if (header === "proxy") {
    const report = (attempt: Attempt) => {
      if (attempts.push(attempt) > MOST_ATTEMPTS) attempts.shift();
    };
    return serveProxy(socket, { allowed: setting.allowed, report, resolve: resolveAddresses });
  }
  const service = services.find(({ address, port }) => header === `${address} ${port}`);
  if (service === undefined) return void socket.destroy();
  const outside = connect({ host: service.address, port: service.port, allowHalfOpen: true });
  join(socket, outside, 0);
}

async function answer(keeper: Keeper, socket: Socket): Promise<void> {
  const word = await readUntil(socket, "\n", 64, WAIT);
  if (word === "use") {
    keeper.usedAt = Date.now();
    await rescan(keeper);
    socket.end("fine\n");
  } else if (word === "report") {
    const services = keeper.services.map(({ address, port }) => `${address} ${port}`);
    const report: KeeperReport = { services, attempts: keeper.attempts };
    socket.end(`${JSON.stringify(report)}\n`);
  } else if (word === "end") end(keeper);
  else socket.destroy();
}

/**
 * Makes the services of the machine's loopback the same inside as outside, without what is withheld. The list of
 * listeners is read when its sign is another than before, and in any case from time to time.
 */
function rescan(keeper: Keeper): Promise<void> {
  const sign = signOfListeners();
  const now = Date.now();
  if (sign === undefined || sign !== keeper.sign || now - keeper.scannedAt > RESCAN_ANYWAY) {
    keeper.sign = sign;
    keeper.scannedAt = now;
    // After an error what was open stays open, until the next look.
    keeper.scan = keeper.scan.then(() => scan(keeper)).catch(() => {});
  }
  return keeper.scan;
}

async function scan(keeper: Keeper): Promise<void> {
  const { withheld } = keeper.setting;
  const near = (await readListeners()).filter(
    (one) => servicesOf(one).length > 0 && !withheld.includes(one.port),
  );
  const fresh = findTunnels(near.filter(({ inode }) => !keeper.tunnels.has(inode)));
  keeper.tunnels = new Map(
    near.map(({ inode }) => [inode, keeper.tunnels.get(inode) ?? fresh.has(inode)] as const),
  );
  const services = near.filter(({ inode }) => keeper.tunnels.get(inode) === false).flatMap(servicesOf);
  const named = new Map(services.map((one) => [`${one.address} ${one.port}`, one]));
  keeper.services = [...named.values()].slice(0, MOST_SERVICES);
  await keeper.holder.open(keeper.services);
}

/** What a keeper does every few seconds. */
async function look(keeper: Keeper): Promise<void> {
  const { setting, holder } = keeper;
  const record = readRecord(setting.folder);
  if (record?.keeper.id !== process.pid || record.holder.started !== holder.holder.started)
    return end(keeper);
  if (Date.now() - keeper.usedAt > setting.idle) {
    if (!isInhabited(holder)) return end(keeper);
    keeper.usedAt = Date.now();
  }
  await rescan(keeper);
}

/** Whether any process besides the bridge is in the room. */
function isInhabited({ holder, namespaces }: Holder): boolean {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== holder.id)
    .some((name) => namespaceOf(Number(name), "net") === namespaces.network);
}

/** The bridge ends with its input, which ends with us. */
function end({ setting, holder }: Keeper): never {
  if (readRecord(setting.folder)?.holder.started === holder.holder.started) forgetRecord(setting.folder);
  process.exit(0);
}

function serve(path: string, handle: (socket: Socket) => Promise<void>): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    handle(socket).catch(() => socket.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });
}
