import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mountLines } from "./mount-words.ts";
import { INIT, OUTER, ROOT_INIT } from "./script.ts";
import { commandWords, DROPPED, isRoot, type Launch, ROOM, type Setup, sharedProc } from "./setup.ts";
import type { Tools } from "./tools.ts";

/** The set-up by programs of util-linux and a POSIX shell, for machines without Perl. */
export function shellSetup(request: Launch): Setup {
  writeFileSync(join(request.folder, "mounts"), mountLines(request.mounts), { mode: 0o600 });
  const environment = environmentFile(request);
  const shared = openText(request.folder, mountLines(sharedProc()));
  return {
    words: outerWords(request),
    environment: setupEnvironment(request),
    descriptors: [environment, shared],
    leftBehind: () => readLeftBehind(environment),
    close: () => {
      for (const descriptor of [environment, shared]) closeSync(descriptor);
    },
  };
}

function outerWords(request: Launch): readonly string[] {
  const { tools, folder, cwd, network } = request;
  const inRoom = typeof network === "object";
  const script = [tools.shell, "-c", OUTER, "sh", isRoot() && !inRoom ? "map" : "own", folder, cwd];
  const tail = ["--", ...script, ...innerWords(request)];
  if (inRoom) return [...joinWords(tools), tools.unshare, "--mount", "--ipc", ...tail];
  const map = isRoot() ? [] : ["--map-root-user"];
  const net = network === "on" ? [] : ["--net"];
  return [tools.unshare, "--user", ...map, "--mount", "--ipc", ...net, ...tail];
}

/** By open files: the number of a process could be another's by now. */
function joinWords({ nsenter = "nsenter" }: Tools): readonly string[] {
  const [users, network] = [ROOM.users, ROOM.network].map((number) => `/proc/self/fd/${number}`);
  return [nsenter, "--preserve-credentials", `--user=${users}`, `--net=${network}`, "--"];
}

function innerWords(request: Launch): readonly string[] {
  const { tools } = request;
  const own = commandWords(request);
  const words = [...resetWords(tools, own[0] ?? ""), ...own];
  const tree = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  if (isRoot()) return [tools.unshare, ...tree, "--", tools.shell, "-c", ROOT_INIT, "sh", ...words];
  const user = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  return [tools.unshare, "--user", ...user, ...tree, "--", tools.shell, "-c", INIT, "sh", ...words];
}

/** `env` takes a program whose name contains `=` for a variable. */
function resetWords({ reset, shell }: Tools, program: string): readonly string[] {
  if (reset === undefined) return [];
  return program.includes("=") ? [...reset, shell, "-c", 'exec "$@"', "sh"] : reset;
}

function setupEnvironment({ tools, network }: Launch): Setup["environment"] {
  const dropped = Object.keys(DROPPED).map((name) => `-${name}`);
  const forRoot = { SETPRIV: tools.setpriv ?? "", SHELL: tools.shell, DROPPED: dropped.join(","), INIT };
  return {
    LC_ALL: "C",
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    MOUNT: tools.mount,
    RESET: tools.reset ? "yes" : "",
    LOOPBACK: network === "off" ? (tools.loopback ?? "") : "",
    ...(isRoot() ? forRoot : {}),
  };
}

const SETUP_NAMES = ["LC_ALL", "PATH", "MOUNT", "RESET", "LOOPBACK", "SETPRIV", "SHELL", "DROPPED", "INIT"];

/** The command's environment as a script for the first shell; names that a shell cannot hold are left out. */
function environmentFile({ env, folder }: Launch): number {
  const lines = Object.entries(env)
    .filter(([name, value]) => value !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${(value ?? "").replaceAll("'", "'\\''")}'`);
  return openText(folder, `unset ${SETUP_NAMES.join(" ")}\n${lines.join("\n")}\n`);
}

/** What `INIT` wrote over the beginning of the environment, which was read by then. */
function readLeftBehind(environment: number): string {
  const bytes = Buffer.alloc(24);
  const length = readSync(environment, bytes, 0, bytes.length, 0);
  return /^left (\d{1,9})\n/.exec(bytes.toString("latin1", 0, length))?.[1] ?? "";
}

/** A descriptor of a file without a name. */
function openText(folder: string, text: string): number {
  const own = mkdtempSync(join(folder, "text-"));
  const path = join(own, "text");
  writeFileSync(path, text, { mode: 0o600 });
  const descriptor = openSync(path, "r+");
  rmSync(own, { recursive: true });
  return descriptor;
}
