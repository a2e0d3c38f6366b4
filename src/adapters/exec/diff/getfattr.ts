import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

/** The places of the system, never `PATH`: that may be the agent's. */
const FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"];

/** Names that the overlay itself uses. */
const NOTES = /^(user|trusted)\.overlay\./;

/** Paths on one command line. */
const BATCH = 200;

/** True when `getfattr` and `setfattr` (package attr) are there, for machines without Perl. */
export function hasGetfattr(): boolean {
  return find("getfattr") !== undefined && find("setfattr") !== undefined;
}

function find(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Answers the same words as the program in `extended.ts`, in the same form. */
export function answerWithGetfattr(words: readonly string[]): { text: string; status: number } {
  const lines: string[] = [];
  let status = 0;
  const orders = ordersIn(words);
  const asked = orders.filter(({ verb }) => verb === "g").map(({ path }) => path);
  const seen = attributesOf(asked, []);
  for (const { verb, path, name, value } of orders) {
    if (verb === "g") lines.push(`${lineFor(seen.get(path) ?? [])}\n`);
    else if (verb === "s" || verb === "t") strip(path, verb);
    else if (verb === "o") status = notesOf(path, []).some(([, one]) => one.endsWith(".origin")) ? 10 : 11;
    else if (verb === "w") status ||= set(["-n", text(name), "-v", `0x${value}`, path]);
    else if (verb === "c") copy(path, name);
    else if (verb === "d") set(["-x", text(name), path]);
  }
  return { text: lines.join(""), status };
}

type Attribute = readonly [name: string, hexadecimal: string];

interface Order {
  readonly verb: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

function ordersIn(words: readonly string[]): readonly Order[] {
  const orders: Order[] = [];
  for (let at = 0; at < words.length; ) {
    const [verb = "", path = "", name = "", value = ""] = words.slice(at, at + 4);
    orders.push({ verb, path, name, value });
    at += verb === "w" ? 4 : verb === "d" || verb === "c" ? 3 : 2;
  }
  return orders;
}

function lineFor(attributes: readonly Attribute[]): string {
  const own = attributes.filter(([name]) => !NOTES.test(name));
  return own
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${Buffer.from(name).toString("hex")}=${value} `)
    .join("");
}

function copy(from: string, to: string): void {
  for (const [name, value] of attributesOf([from], []).get(from) ?? [])
    if (!NOTES.test(name)) set(["-n", name, "-v", value === "" ? '""' : `0x${value}`, to]);
}

function strip(path: string, verb: "s" | "t"): void {
  for (const [at, name] of notesOf(path, verb === "t" ? ["-R", "-P"] : []))
    if (verb === "t" || name !== "user.overlay.opaque") set(["-x", name, at]);
}

function notesOf(path: string, how: readonly string[]): readonly (readonly [path: string, name: string])[] {
  return [...attributesOf([path], how)].flatMap(([at, attributes]) =>
    attributes.filter(([name]) => name.startsWith("user.overlay.")).map(([name]) => [at, name] as const),
  );
}

/** Attributes by path. Only paths that have some are printed, so they are found by their escaped names. */
function attributesOf(
  paths: readonly string[],
  how: readonly string[],
): ReadonlyMap<string, readonly Attribute[]> {
  const found = new Map<string, Attribute[]>();
  const program = find("getfattr") ?? "getfattr";
  for (let at = 0; at < paths.length; at += BATCH) {
    const words = ["-h", "-d", "-m", "-", "-e", "hex", "--absolute-names", ...how, "--"];
    const { stdout } = spawnSync(program, [...words, ...paths.slice(at, at + BATCH)], {
      env: { LC_ALL: "C" },
      encoding: "latin1",
      maxBuffer: 1 << 28,
    });
    for (const block of (stdout ?? "").split("\n\n")) readBlock(block, found);
  }
  return found;
}

function readBlock(block: string, found: Map<string, Attribute[]>): void {
  const [first = "", ...rest] = block.split("\n").filter(Boolean);
  if (!first.startsWith("# file: ")) return;
  const attributes = rest.map((line): Attribute => {
    const at = line.indexOf("=");
    return at < 0 ? [unescaped(line), ""] : [unescaped(line.slice(0, at)), line.slice(at + 3)];
  });
  found.set(unescaped(first.slice("# file: ".length)), attributes);
}

/** getfattr(1) writes what is not printable as a backslash and three octal digits. */
function unescaped(name: string): string {
  const bytes = name.replace(/\\([0-7]{3}|\\)/g, (_, code: string) =>
    code === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function set(words: readonly string[]): number {
  const program = find("setfattr") ?? "setfattr";
  return (
    spawnSync(program, ["-h", ...words], { env: { LC_ALL: "C" }, stdio: "ignore", timeout: 10_000 }).status ??
    1
  );
}

function text(hexadecimal: string): string {
  return Buffer.from(hexadecimal, "hex").toString("utf8");
}
