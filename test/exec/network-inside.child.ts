import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a command in a room tries; each gives one line of what came of it. */
export type Attempt =
  /** Connects, sends, and gives what comes back, or the code of the error. */
  | { readonly try: "connect"; readonly host: string; readonly port: number; readonly send?: string }
  | { readonly try: "listen"; readonly host: string; readonly port: number; readonly say: string }
  | { readonly try: "kill"; readonly process: number }
  /** Numbers of all processes that can be seen, with their words. */
  | { readonly try: "look" }
  | { readonly try: "wait"; readonly milliseconds: number }
  | { readonly try: "interfaces" };

/** Runs the attempts of `argv[2]` one after the other and prints their results, a JSON string a line. */
const attempts = JSON.parse(process.argv[2] ?? "[]") as readonly Attempt[];
for (const attempt of attempts) process.stdout.write(`${JSON.stringify(await act(attempt))}\n`);
process.exit(0);

async function act(attempt: Attempt): Promise<string> {
  switch (attempt.try) {
    case "connect":
      return talk(attempt.host, attempt.port, attempt.send ?? "");
    case "listen":
      return listen(attempt.host, attempt.port, attempt.say);
    case "kill":
      return kill(attempt.process);
    case "look":
      return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((name) => readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "))
        .join("\n");
    case "wait":
      await sleep(attempt.milliseconds);
      return "waited";
    case "interfaces":
      return readFileSync("/proc/net/dev", "utf8").replace(/:.*/g, "").replace(/\s+/g, " ");
  }
}

function kill(id: number): string {
  try {
    process.kill(id, "SIGKILL");
    return "killed";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  }
}

function listen(host: string, port: number, say: string): Promise<string> {
  const server = createServer((socket) => socket.end(say));
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    server.listen(port, host, () => resolve("listening"));
  });
}

function talk(host: string, port: number, send: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host, port, timeout: 5000 });
    socket.on("connect", () => socket.write(send));
    socket.on("data", (chunk) => {
      text += String(chunk);
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", (error: NodeJS.ErrnoException) => {
      text += error.code;
    });
    socket.on("close", () => resolve(text));
  });
}
