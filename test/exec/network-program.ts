import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify } from "../../src/adapters/exec/network/process.ts";
import { readRecord, roomFolders } from "../../src/adapters/exec/network/record.ts";
import {
  closeRoom,
  openRoom,
  type Room,
  type RoomOptions,
  roomStatus,
} from "../../src/adapters/exec/network/room.ts";
import type { Attempt } from "./network-inside.child.ts";

/**
 * Drives real rooms and prints one line for each check, `[name, what came of it]`. `argv[2]`: a folder of our own.
 * `argv[2] = open`: opens the room of `argv[3]` and prints its holder, for rooms opened by two at once.
 */
const [, , folder = "", second = ""] = process.argv;
if (folder === "open") process.stdout.write(`${(await mustOpen({ state: second, allowed: [] })).holder}\n`);
else await checkAll();

async function checkAll(): Promise<void> {
  const checks = [inside, together, replaced, idle, vanished, refusals];
  // Longer than the name of a socket may be.
  const states = checks.map((check) => join(folder, check.name, "s".repeat(120), "state"));
  const ended = await Promise.allSettled(checks.map((check, index) => check(states[index] ?? "")));
  for (const state of states) await closeRoom(state);
  const failed = ended.flatMap((one, index) => (one.status === "rejected" ? [{ one, index }] : []));
  for (const { one, index } of failed) process.stderr.write(`${checks[index]?.name}: ${one.reason?.stack}\n`);
  process.exit(failed.length > 0 ? 1 : 0);
}

function tell(name: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify([name, value])}\n`);
}

async function mustOpen(options: RoomOptions): Promise<Room> {
  const room = await openRoom(options);
  if ("unavailable" in room) throw new Error(room.unavailable);
  return room;
}

/** Starts a command in the room as the isolated run does: a process tree of its own, the user mapped back. */
function enter({ holder, environment }: Room, attempts: readonly Attempt[]): ChildProcess {
  const join1 = ["--preserve-credentials", "--user", "--net", "--target", String(holder), "--"];
  const root = process.getuid?.() === 0;
  const user = root
    ? []
    : ["--user", `--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const tree = ["unshare", ...user, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
  const drop = root ? ["setpriv", "--bounding-set=-sys_admin,-sys_ptrace,-net_admin", "--inh-caps=-all"] : [];
  const program = [process.execPath, "--disable-warning=ExperimentalWarning"];
  const words = [...program, join(import.meta.dirname, "network-inside.child.ts"), JSON.stringify(attempts)];
  return spawn("nsenter", [...join1, ...tree, ...drop, ...words], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function textOf(stream: AsyncIterable<unknown> | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text.trim();
}

async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  return (await textOf(child.stdout))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string);
}

/** A service of the machine that says one thing to whoever connects, or what it was asked. */
async function service(
  say: string | "echo",
  port = 0,
  host = "127.0.0.1",
): Promise<Server & { port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    if (say === "echo") socket.once("data", (chunk) => socket.end(`HTTP/1.1 200 OK\r\n\r\nasked ${chunk}`));
    else socket.end(say);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return Object.assign(server, { port: (server.address() as { port: number }).port });
}

function proxy(send: string): Attempt {
  return { try: "connect", host: "127.0.0.1", port: 17474, send: `${send}\r\n\r\n` };
}

function reach(port: number, host = "127.0.0.1"): Attempt {
  return { try: "connect", host, port };
}

async function inside(state: string): Promise<void> {
  const web = await service("echo");
  const database = await service("a database");
  const any = await service("any address", 0, "0.0.0.0");
  const hidden = await service("not for you");
  const tunnel = startTunnel();
  const tunnelPort = Number(String((await tunnel.stdout?.[Symbol.asyncIterator]().next())?.value).trim());
  const allowed = ["unreachable.invalid", `127.0.0.1:${web.port}`, `localhost:${database.port}`];
  process.env.MARKER_OF_CALLER = "x";
  const options = { state, allowed, withheld: [hidden.port] };
  const room = await mustOpen(options);
  const [one] = await roomStatus(state);
  const keeper = one?.keeper ?? 0;
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal);
  const attempts: readonly (readonly [string, Attempt])[] = [
    ["a host that is not named", proxy("CONNECT evil.example:443 HTTP/1.1")],
    ["the metadata service", proxy("GET http://169.254.169.254/latest/ HTTP/1.1")],
    ["a named host", proxy(`GET http://127.0.0.1:${web.port}/path HTTP/1.1\r\nHost: evil.example`)],
    ["a tunnel to a named host", proxy(`CONNECT 127.0.0.1:${web.port} HTTP/1.1\r\n\r\nplain`)],
    ["a named host that leads to this machine", proxy(`CONNECT localhost:${database.port} HTTP/1.1`)],
    ["a named host that does not exist", proxy("CONNECT unreachable.invalid:443 HTTP/1.1")],
    ["a service of the machine", reach(database.port)],
    ["a service on any address", reach(any.port)],
    ["a withheld service", reach(hidden.port)],
    ["a tunnel of the machine", reach(tunnelPort)],
    ["a host without the proxy", reach(443, "1.1.1.1")],
    ["the machine's other address", reach(any.port, outer?.address ?? "192.0.2.1")],
    ["the interfaces", { try: "interfaces" }],
    ["what is seen", { try: "look" }],
    ["killing the keeper", { try: "kill", process: keeper }],
    ["killing the bridge", { try: "kill", process: room.holder }],
  ];
  const said = await linesOf(
    enter(
      room,
      attempts.map(([, attempt]) => attempt),
    ),
  );
  for (const [index, [name]] of attempts.entries()) tell(name, said[index]);
  tell(
    "attempts",
    (await roomStatus(state))[0]?.attempts.map(({ target, connected, refused }) => [
      target,
      connected,
      refused,
    ]),
  );
  tell("ports", { web: web.port, database: database.port });
  const late = await service("a late one");
  await openRoom(options);
  tell("a service that started later", await linesOf(enter(room, [reach(late.port)])));
  late.close();
  await new Promise((resolve) => late.once("close", resolve));
  await openRoom(options);
  tell("a service that ended", await linesOf(enter(room, [reach(late.port)])));
  tell(
    "the keeper's session",
    readFileSync(`/proc/${keeper}/stat`, "utf8").split(") ")[1]?.split(" ")[3] === `${keeper}`,
  );
  tell(
    "the keeper's environment",
    readFileSync(`/proc/${keeper}/environ`, "utf8").includes("MARKER_OF_CALLER"),
  );
  for (const server of [web, database, any, hidden]) server.close();
}

/** A program that calls itself `ssh` and listens, as one that forwards a port does. */
function startTunnel(): ChildProcess {
  const path = join(folder, "ssh");
  symlinkSync(process.execPath, path);
  const code =
    "const s=require('net').createServer(c=>c.end('production')).listen(0,'127.0.0.1',()=>console.log(s.address().port))";
  const child = spawn(path, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

async function together(state: string): Promise<void> {
  const program = join(import.meta.dirname, "network-program.ts");
  const openers = [1, 2, 3].map(() =>
    textOf(
      spawn(process.execPath, [program, "open", state], { stdio: ["ignore", "pipe", "inherit"] }).stdout,
    ),
  );
  const options = { state, allowed: [] };
  const [one, two] = await Promise.all([mustOpen(options), mustOpen(options)]);
  const holders = await Promise.all(openers);
  const all = new Set([one.holder, two.holder, ...holders].map(String));
  tell("one room for all", all.size === 1 || [...all]);
  tell("one keeper for all", keepersOf(state));
  const free = await service("");
  await new Promise((resolve) => free.close(resolve));
  const server = enter(one, [
    { try: "listen", host: "127.0.0.1", port: free.port, say: "from the room" },
    { try: "wait", milliseconds: 1500 },
  ]);
  await new Promise((resolve) => server.stdout?.once("data", resolve));
  const rival = await service("from the machine", free.port);
  await mustOpen(options);
  tell("what another command listens on", await linesOf(enter(one, [reach(free.port)])));
  rival.close();
  server.kill("SIGKILL");
}

function keepersOf(state: string): number {
  return spawnSync("pgrep", ["-f", "keeper-entry"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((id) => id !== "" && roomFolders(state).some((path) => opens(Number(id), path))).length;
}

/** Whether the process has children whose words name the folder: the bridge of that room. */
function opens(id: number, path: string): boolean {
  try {
    const children = readFileSync(`/proc/${id}/task/${id}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean);
    return children.some((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes(path));
  } catch {
    return false;
  }
}

async function replaced(state: string): Promise<void> {
  const options = { state, allowed: [] };
  const first = await mustOpen(options);
  const [place = ""] = roomFolders(state);
  const record = readRecord(place);
  if (!record) throw new Error("no record");
  process.kill(record.keeper.id, "SIGKILL");
  tell("the bridge of a killed keeper", await ends(first.holder));
  const next = await mustOpen(options);
  tell("a killed keeper is replaced", next.holder !== first.holder && identify(next.holder) !== undefined);
  const fresh = readRecord(place);
  if (!fresh) throw new Error("no record");
  const forged = {
    recycled: { ...fresh, holder: { ...fresh.holder, started: "1" } },
    "another process": { ...fresh, holder: identify(process.pid) },
    "our own network": { ...fresh, holder: identify(process.pid), namespaces: ownNamespaces() },
    unreadable: "x",
  };
  for (const [name, value] of Object.entries(forged)) {
    writeFileSync(join(place, "room"), JSON.stringify(value));
    const before = fresh.holder.id;
    const room = await mustOpen(options);
    tell(`a record that is ${name}`, room.holder !== process.pid && room.holder !== before);
  }
}

function ownNamespaces(): { user: number; network: number } {
  const read = (kind: string) =>
    Number(
      /\d+/.exec(
        spawnSync("readlink", [`/proc/${process.pid}/ns/${kind}`], { encoding: "utf8" }).stdout,
      )?.[0],
    );
  return { user: read("user"), network: read("net") };
}

async function ends(id: number): Promise<boolean> {
  for (let waited = 0; waited < 5000 && identify(id); waited += 50) await sleep(50);
  return identify(id) === undefined;
}

async function idle(state: string): Promise<void> {
  const room = await mustOpen({ state, allowed: [], idle: 1000 });
  const [one] = await roomStatus(state);
  const command = enter(room, [{ try: "wait", milliseconds: 2200 }]);
  await linesOf(command);
  tell("a room with a command inside", identify(room.holder) !== undefined);
  tell("a room with nobody inside", (await ends(room.holder)) && (await ends(one?.keeper ?? 0)));
  tell("the record of a room that ended", (await roomStatus(state)).length);
}

async function vanished(state: string): Promise<void> {
  const room = await mustOpen({ state, allowed: [], idle: 1000 });
  rmSync(state, { recursive: true });
  tell("a room whose folder is gone", await ends(room.holder));
  mkdirSync(state, { recursive: true });
  const closed = await mustOpen({ state, allowed: [] });
  await closeRoom(state);
  tell("a room that is closed", [
    identify(closed.holder) === undefined,
    roomFolders(state).some((path) => existsSync(path)),
  ]);
}

async function refusals(state: string): Promise<void> {
  tell("a host that cannot be read", await openRoom({ state, allowed: ["https://x.example/"] }));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const answer = await openRoom({ state: join(file, "state"), allowed: [] });
  tell("a folder that cannot be made", "unavailable" in answer);
}
