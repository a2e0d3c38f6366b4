import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { mapOwnUsers } from "../user-map.ts";
import type { Service } from "./listening.ts";
import { identify, namespaceOf } from "./process.ts";
import type { RoomRecord } from "./record.ts";
import { linesOf } from "./stream.ts";

/** What makes the namespaces of a room: programs of the system by absolute path, and the words that start the bridge. */
export interface HolderSetting {
  readonly unshare: string;
  readonly shell: string;
  /** Command line that brings the loopback interface up. */
  readonly loopback: string;
  readonly bridge: readonly string[];
}

/** The process that lives in the room and keeps its namespaces: the bridge. */
export interface Holder extends Pick<RoomRecord, "holder" | "namespaces"> {
  /** Lets the services be reached inside, and no others; resolves when they are. */
  open(services: readonly Service[]): Promise<void>;
  /** Resolves when the process has ended, however. */
  readonly gone: Promise<void>;
}

/** `$1`: who maps the users, the rest: the bridge. Root's identifiers are mapped from outside, each as it is. */
const SCRIPT = `
if [ "$1" = map ]; then echo map; read -r answer || exit 125; fi
shift
said=$(eval "$LOOPBACK" 2>&1) || { echo "failed the loopback interface cannot be brought up: $said"; exit 125; }
exec "$@"
`;

/** Makes the namespaces and starts the bridge in them; throws with the reason when that does not work. */
export async function startHolder(setting: HolderSetting): Promise<Holder> {
  const root = process.getuid?.() === 0;
  const map = root ? [] : ["--map-root-user"];
  const script = [setting.shell, "-c", SCRIPT, "sh", root ? "map" : "own", ...setting.bridge];
  const child = spawn(setting.unshare, ["--user", ...map, "--net", "--", ...script], {
    cwd: "/",
    env: { ...process.env, LOOPBACK: setting.loopback },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => resolve()).once("error", () => resolve()),
  );
  for (const stream of child.stdio) stream?.on("error", () => {});
  const lines = linesOf(child.stdout);
  await untilReady(child, lines);
  const id = child.pid ?? 0;
  const holder = identify(id);
  const [user, network] = [namespaceOf(id, "user"), namespaceOf(id, "net")];
  if (!holder || user === undefined || network === undefined)
    throw new Error("its first process ended early");
  return { holder, namespaces: { user, network }, gone, open: inTurn(child.stdin, lines) };
}

async function untilReady(
  child: ChildProcess & { readonly stdin: Writable; readonly stderr: Readable },
  lines: AsyncGenerator<string>,
): Promise<void> {
  let complaint = "";
  child.once("error", (error) => {
    complaint = error.message;
  });
  child.stderr.on("data", (chunk) => {
    complaint = (complaint + String(chunk)).slice(0, 1000);
  });
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    if (line.value === "ready") return;
    if (line.value !== "map") throw new Error(line.value.replace(/^failed /, ""));
    mapOwnUsers(child.pid ?? 0);
    child.stdin.write("done\n");
  }
  throw new Error(complaint.trim() || "its first process ended early");
}

/** One order at a time; an order is done when it is answered. */
function inTurn(orders: Writable, answers: AsyncGenerator<string>): Holder["open"] {
  let last: Promise<unknown> = Promise.resolve();
  return (services) => {
    const turn = last.then(async () => {
      orders.write(`${JSON.stringify(services.map(({ address, port }) => [address, port]))}\n`);
      await answers.next();
    });
    last = turn;
    return turn;
  };
}
