import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { findTools } from "../../src/adapters/exec/overlay/tools.ts";
import { shellCode } from "../../src/adapters/exec/plain.ts";
import type { Ended, Runnable } from "../../src/gate/ports.ts";

/** What one command line came to, with its output as Latin-1. */
export interface ShellResult {
  readonly plain: ShellOutcome | undefined;
  readonly isolated: ShellOutcome & { readonly leftBehind?: number };
}

export interface ShellOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What is to be run, and whether it may run without isolation as well. */
export interface ShellRequest {
  readonly command: Runnable;
  readonly plain: boolean;
}

/** A program, so that it can be started as another user: reads requests as JSON, prints a result a line. */
const requests = JSON.parse(readFileSync(0, "utf8")) as ShellRequest[];
const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "table-")));
const [workspace, home] = [join(folder, "work"), join(folder, "home")];
for (const path of [workspace, home]) mkdirSync(path);
const tools = findTools(process.argv[3] === "without-perl" ? "without-perl" : "all");
if ("missing" in tools) throw new Error(tools.missing);
const engine = createOverlayEngine({ state: join(folder, "state"), workspace, home, network: "off", tools });
const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8", HOME: home, TERM: "xterm" };
for (const { command, plain } of requests) {
  const isolated = await runIsolated(command);
  const result: ShellResult = { isolated, plain: plain ? await runPlain(command) : undefined };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
engine.close();

async function runIsolated(command: Runnable): Promise<ShellResult["isolated"]> {
  let read: () => Promise<Omit<ShellOutcome, "code">> = async () => ({ out: "", err: "" });
  const { ended, leftBehind, layer } = await engine.run(command, {
    cwd: workspace,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    started: (child) => {
      read = talk(child);
    },
  });
  layer.discard();
  return { code: shellCode(ended), ...(await read()), ...(leftBehind === undefined ? {} : { leftBehind }) };
}

async function runPlain(command: Runnable): Promise<ShellOutcome> {
  const words = "argv" in command ? command.argv : ["bash", "--noprofile", "--norc", "-c", command.shell];
  const child = spawn(words[0] ?? "", words.slice(1), { cwd: workspace, env });
  const read = talk(child);
  const ended = await new Promise<Ended>((resolve) =>
    child.once("close", (exitCode, signal) => resolve(signal ? { exitCode, signal } : { exitCode })),
  );
  return { code: shellCode(ended), ...(await read()) };
}

/** Types two lines and the end of the input; gives what was printed when the streams are closed. */
function talk({ stdin, stdout, stderr }: Pick<ChildProcess, "stdin" | "stdout" | "stderr">) {
  stdin?.on("error", () => {});
  stdin?.end("typed\nmore\n");
  const texts = Promise.all([textOf(stdout), textOf(stderr)]);
  return async () => {
    const [out, err] = await texts;
    return { out, err };
  };
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("latin1");
}
