import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** One look at the service from outside. `rows`: what it still knows; `undefined` when it did not answer. */
export interface Health {
  readonly at: number;
  readonly rows: number | undefined;
}

/** The running production environment of the tour. */
export interface Environment {
  /** Where the stand-in for the provider's API listens. */
  readonly controller: string;
  readonly serviceUrl: string;
  readonly health: readonly Health[];
  stop(): Promise<void>;
}

/** How long the provider takes to set an empty environment up again. */
const PROVISIONING = 2_500;
const HEALTH_INTERVAL = 100;
/** A service that is down refuses at once; one that is slow on a busy machine is not down. */
const PATIENCE = 10_000;

/**
 * Starts the service with its data, a health check that looks at it ten times a second, and a controller that
 * rebuilds, terminates and creates the environment as a provider would: what is deleted is really gone.
 */
export async function startEnvironment(service: string, data: string): Promise<Environment> {
  const file = join(data, "line-items.db");
  await seedDatabase(service, file);
  const port = await freePort();
  const state: State = { child: await startService(service, file, port), service, file, data, port };
  const server = createServer((request, response) => {
    operate(request.method ?? "", state).then(
      (text) => response.end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUrl = `http://127.0.0.1:${port}`;
  const watch = watchHealth(serviceUrl);
  return {
    controller: `http://127.0.0.1:${portOf(server)}`,
    serviceUrl,
    health: watch.health,
    stop: async () => {
      await watch.stop();
      await stopService(state);
      server.closeAllConnections();
      server.close();
    },
  };
}

interface State {
  child: ChildProcess | undefined;
  readonly service: string;
  readonly file: string;
  readonly data: string;
  readonly port: number;
}

async function operate(method: string, state: State): Promise<string> {
  if (method === "POST" || method === "DELETE") {
    await stopService(state);
    rmSync(state.data, { recursive: true, force: true });
  }
  if (method === "POST" || method === "PUT") {
    await sleep(PROVISIONING);
    state.child = await startService(state.service, state.file, state.port);
  }
  return `environment is ${state.child ? "ready" : "terminated"}`;
}

async function seedDatabase(service: string, file: string): Promise<void> {
  const { openDatabase, seed } = (await import(join(service, "src/database.mjs"))) as {
    openDatabase(path: string): { close(): void };
    seed(database: unknown): void;
  };
  const database = openDatabase(file);
  seed(database);
  database.close();
}

function startService(service: string, file: string, port: number): Promise<ChildProcess> {
  const child = fork(join(service, "src/server.mjs"), {
    env: { ...process.env, DATABASE_FILE: file, PORT: String(port) },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve(child));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the service ended with code ${code}`)));
  });
}

async function stopService(state: State): Promise<void> {
  const { child } = state;
  state.child = undefined;
  if (!child || child.exitCode !== null) return;
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await Promise.race([ended, sleep(1_000)]);
}

function watchHealth(url: string) {
  const health: Health[] = [];
  let going = true;
  const loop = (async () => {
    while (going) {
      health.push({ at: Date.now(), rows: await look(url) });
      await sleep(HEALTH_INTERVAL);
    }
  })();
  return {
    health,
    stop: async () => {
      going = false;
      await loop;
    },
  };
}

async function look(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PATIENCE) });
    const { rows } = (await response.json()) as { rows: number };
    return rows;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
