import { spawn } from "node:child_process";
import { accessSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { coveredDescriptors } from "../overlay/descriptors.ts";
import { findTools } from "../overlay/tools.ts";
import type { HolderSetting } from "./holder.ts";
import type { KeeperSetting } from "./keeper.ts";
import { linesOf } from "./stream.ts";

/** What a room is made with, or why it cannot be. */
export function findRoomTools(): HolderSetting | { readonly unavailable: string } {
  if (process.platform !== "linux") return { unavailable: "closed networks need Linux" };
  const tools = findTools();
  if ("missing" in tools)
    return { unavailable: `\`${tools.missing}\` is not installed; it comes with util-linux` };
  const loopback = tools.loopback ?? perlLoopback();
  if (loopback === undefined)
    return { unavailable: "nothing can bring the loopback interface up; install iproute2 or net-tools" };
  const { unshare, shell } = tools;
  return { unshare, shell, loopback, bridge: nodeWords("bridge") };
}

/**
 * Starts a keeper that outlives us and has nothing of ours: no stream, no descriptor, no variable, and a session of
 * its own, so that neither Ctrl-C nor a closed terminal reaches it. Resolves when its room can be used, or to the
 * reason why not.
 */
export async function startKeeper(setting: KeeperSetting, wait: number): Promise<string | undefined> {
  const [program = "", ...words] = nodeWords("keeper");
  const child = spawn(program, words, {
    cwd: "/",
    detached: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", MALLOC_ARENA_MAX: "1" },
    stdio: ["pipe", "pipe", "ignore", "ignore", "ignore", "ignore", "ignore", ...coveredDescriptors()],
  });
  child.unref();
  const { stdin, stdout } = child;
  if (!stdin || !stdout) return "the keeper of the closed network cannot be spoken to";
  const failed = new Promise<string>((resolve) =>
    child.once("error", ({ message }) => resolve(`failed ${message}`)),
  );
  const late = setTimeout(() => stdout.destroy(), wait);
  stdout.on("error", () => {});
  stdin.on("error", () => {}).end(`${JSON.stringify(setting)}\n`);
  const said = await Promise.race([failed, firstLine(stdout)]);
  clearTimeout(late);
  stdout.destroy();
  if (said === "ready") return undefined;
  if (child.pid !== undefined) child.kill("SIGKILL");
  return `no closed network could be made: ${said?.replace(/^failed /, "") ?? "its keeper does not answer"}`;
}

async function firstLine(stream: AsyncIterable<unknown>): Promise<string | undefined> {
  try {
    const { value } = await linesOf(stream).next();
    return value ?? undefined;
  } catch {
    return undefined;
  }
}

/** From source the entry lies beside this file; in the bundle beside the chunk that this file is part of. */
function nodeWords(name: "keeper" | "bridge"): readonly string[] {
  const file = import.meta.url.endsWith(".ts") ? `./${name}-entry.ts` : `./room-${name}.mjs`;
  const quiet = ["--max-semi-space-size=1", "--disable-warning=ExperimentalWarning"];
  return [process.execPath, ...quiet, fileURLToPath(new URL(file, import.meta.url))];
}

/**
 * Brings the loopback interface up where neither `ip` nor `ifconfig` is there; undefined without Perl. The numbers are
 * those of `linux/sockios.h` (SIOCSIFFLAGS) and `linux/if.h` (UP, LOOPBACK, RUNNING).
 */
export function perlLoopback(): string | undefined {
  const perl = ["/usr/bin/perl", "/bin/perl", "/usr/local/bin/perl"].find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });
  const program = 'socket(S,2,2,0) && ioctl(S,0x8914,$r=pack("a16sx22","lo",0x49)) or die $!';
  return perl === undefined ? undefined : `${perl} -e '${program}'`;
}
