import { constants, openSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { BRIDGE_SOCKET, PROXY_PORT } from "./places.ts";
import { join, linesOf } from "./stream.ts";

/**
 * The process inside a room that listens on its loopback interface and passes every connection on to the keeper
 * outside, through a socket in the folder of the room (`argv[2]`). It looks at no byte. Standard input says what to
 * listen on, an array of `[address, port]` a line; each line is answered. When input ends, the keeper is gone.
 *
 * It lives outside of the process tree of every command, so no command can see, stop or trace it.
 */
const folder = openSync(process.argv[2] ?? "", constants.O_RDONLY | constants.O_DIRECTORY);
/** As a path below an open folder it is short enough for the name of a socket, wherever the folder is. */
const keeper = `/proc/self/fd/${folder}/${BRIDGE_SOCKET}`;
const MOST_CONNECTIONS = 512;
const servers = new Map<string, Server>();

async function listen(address: string, port: number, header: string): Promise<Server | undefined> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const outside = connect({ path: keeper, allowHalfOpen: true });
    outside.write(`${header}\n`);
    join(client, outside, 0);
  });
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve) => {
    // A command that listens there already keeps its port, and a loopback without IPv6 has one address less.
    server.once("error", () => resolve(undefined));
    server.listen({ host: address, port, exclusive: true }, () => {
      server.on("error", () => {});
      resolve(server);
    });
  });
}

async function follow(services: readonly (readonly [string, number])[]): Promise<void> {
  const wanted = new Map(services.map(([address, port]) => [`${address} ${port}`, [address, port] as const]));
  for (const [key, server] of servers) {
    if (wanted.has(key)) continue;
    servers.delete(key);
    server.close();
  }
  for (const [key, [address, port]] of wanted) {
    if (servers.has(key)) continue;
    const server = await listen(address, port, key);
    if (server) servers.set(key, server);
  }
}

process.on("SIGINT", () => {}).on("SIGHUP", () => {});
const proxies = await Promise.all(
  ["127.0.0.1", "::1"].map((address) => listen(address, PROXY_PORT, "proxy")),
);
process.stdout.write(proxies[0] ? "ready\n" : "failed the proxy's port is taken\n");
for await (const line of linesOf(process.stdin)) {
  await follow(JSON.parse(line));
  process.stdout.write("open\n");
}
process.exit(0);
