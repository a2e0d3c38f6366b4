import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { closeRoom, openRoom, type Room } from "../../src/adapters/exec/network/room.ts";
import { createOverlayEngine, type OverlayOptions } from "../../src/adapters/exec/overlay/engine.ts";
import { findTools } from "../../src/adapters/exec/overlay/tools.ts";

/** Runs the same lines in both ways of setting a run up, and prints `[line, network, output with, output without]`. */
const [, , parent = "/var/tmp", given = "[]"] = process.argv;
const lines = JSON.parse(given) as string[];
const folder = realpathSync(mkdtempSync(join(parent, "setup-")));
const home = join(folder, "home");
const workspace = join(home, "project");
mkdirSync(join(home, ".ssh"), { recursive: true });
const deep = join(workspace, ...Array.from({ length: 60 }, () => "a folder with a long name"));
mkdirSync(deep, { recursive: true });
writeFileSync(join(home, ".ssh/key"), "secret");
writeFileSync(join(workspace, ".env"), "secret");
const state = join(home, ".local/state/countersign");
const masked = [join(home, ".ssh"), join(workspace, ".env")];

writeFileSync(join(workspace, "kept"), "kept");
/** What a command that is known to read only must not be able to do. */
const REFUSED =
  "cat kept .env; rm -rf -- * 2>/dev/null; echo x >kept; mv kept other; ls; touch $HOME/written && echo home";

const room = await openRoom({ state: join(state, "rooms"), allowed: [] });
if ("unavailable" in room) throw new Error(room.unavailable);
try {
  for (const line of lines)
    for (const [name, network] of Object.entries({ on: "on", off: "off", room } as const))
      tell([line, name, await outputOf(line, network, "all"), await outputOf(line, network, "without-perl")]);
  for (const [name, wrong] of Object.entries(wrongRooms(room)))
    for (const which of ["all", "without-perl"] as const)
      tell([
        name,
        which,
        await outputOf("echo ran", wrong, which).catch((error) => (error as { code: string }).code),
      ]);
  for (const which of ["all", "without-perl"] as const)
    tell([
      "refused",
      which,
      await outputOf(REFUSED, "off", which, "refused"),
      readFileSync(join(workspace, "kept"), "utf8"),
    ]);
  tell(["network of the room", String(room.namespaces.network)]);
} finally {
  await closeRoom(join(state, "rooms"));
  spawnSync("rm", ["-rf", folder]);
}

function tell(words: readonly unknown[]): void {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

/** Rooms that are not what they say; each has the number of a living process, or of none. */
function wrongRooms(right: Room): Readonly<Record<string, Room>> {
  const gone = spawnSync("true").pid;
  const own = (kind: string) => Number(/\d+/.exec(readlink(`/proc/self/ns/${kind}`))?.[0]);
  return {
    "a process that is gone": { ...right, holder: gone },
    "another process": { ...right, holder: process.pid },
    "other namespaces": { ...right, namespaces: { user: 1, network: 1 } },
    "another user namespace": { ...right, namespaces: { ...right.namespaces, user: 1 } },
    "the machine's own network": {
      ...right,
      holder: process.pid,
      namespaces: { user: own("user"), network: own("net") },
    },
  };
}

function readlink(path: string): string {
  return spawnSync("readlink", [path], { encoding: "utf8" }).stdout;
}

async function outputOf(
  shell: string,
  network: NonNullable<OverlayOptions["network"]>,
  which: "all" | "without-perl",
  workspaceWrites: NonNullable<OverlayOptions["workspaceWrites"]> = "captured",
): Promise<string> {
  const tools = findTools(which);
  if ("missing" in tools) throw new Error(tools.missing);
  const engine = createOverlayEngine({ state, workspace, home, masked, network, tools, workspaceWrites });
  const path = join(folder, "output");
  const output = openSync(path, "w");
  const env = {
    PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: home,
    LONG: "x".repeat(100_000),
    QUOTED: "it's\n$HOME",
  };
  try {
    const cwd = shell === "pwd" ? deep : workspace;
    const run = await engine.run({ shell }, { cwd, env, stdio: ["ignore", output, output] });
    run.layer.discard();
    return `${readFileSync(path, "utf8")}code ${run.ended.exitCode} left ${run.leftBehind}`;
  } finally {
    closeSync(output);
  }
}
