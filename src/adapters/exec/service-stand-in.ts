import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { StandIn } from "./overlay/plan.ts";

/** Answers in the place of a service that a command may not reach. */
export interface ServiceStandIn {
  readonly standIns: readonly StandIn[];
  /** Whether the command tried to reach it. */
  wasAsked(): boolean;
  close(): void;
}

/** Where Docker listens; what connects there can do anything on the machine. */
const DOCKER = ["/run/docker.sock", "/run/podman/podman.sock"];

/** Names of Unix sockets are no longer than this (unix(7)). */
const LONGEST = 100;

const ANSWER =
  "countersign: a program that nobody could read ahead cannot reach the container service. " +
  "Run docker as a command of its own: then it is judged by what it says.";

const NOTHING: ServiceStandIn = { standIns: [], wasAsked: () => false, close: () => {} };

/**
 * Stands in for the container service where there is one: every request gets a refusal that says what to do, in the
 * form of the Docker Engine API (an object with `message`), so that it does not merely look broken. `folder`: ours.
 */
export async function standInForContainers(folder: string): Promise<ServiceStandIn> {
  const path = DOCKER.find((one) => existsSync(one));
  const socket = join(folder, `c${randomBytes(4).toString("hex")}`);
  if (path === undefined || socket.length > LONGEST) return NOTHING;
  let asked = false;
  const server = createServer((request, response) => {
    asked = true;
    request.resume();
    response.writeHead(403, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ message: ANSWER }));
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const listens = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(socket, () => resolve(true));
  });
  if (!listens) return NOTHING;
  server.unref();
  return {
    standIns: [{ path, socket }],
    wasAsked: () => asked,
    close: () => {
      server.close();
      server.closeAllConnections();
      rmSync(socket, { force: true });
    },
  };
}
