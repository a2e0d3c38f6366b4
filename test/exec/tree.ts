import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";

/**
 * A text of everything about a tree but times: kind, mode, owner, content, links, holes, extended attributes. Two trees
 * with the same text are the same tree. Names are bytes, each written as one character (Latin-1). `without`: a path
 * below the root that is not looked at.
 */
export function describeTree(
  root: string,
  attributes: "extended" | "plain",
  without?: string,
): readonly string[] {
  const names = new Map<number, string>();
  const lines: string[] = [];
  visit(root, "", lines, names, without);
  return attributes === "extended" ? [...lines, ...extendedAttributes(root)] : lines;
}

/** When the content of everything but folders changed last, in nanoseconds. */
export function describeTimes(root: string, without?: string): readonly string[] {
  const lines: string[] = [];
  const look = (relative: string) => {
    if (relative === without) return;
    const stat: BigIntStats = lstatSync(bytes(root + relative), { bigint: true });
    if (!stat.isDirectory()) lines.push(`${relative} modified ${stat.mtimeNs}`);
    else if (isOpen(Number(stat.mode), 0o500))
      for (const name of namesIn(root + relative)) look(`${relative}/${name}`);
  };
  look("");
  return lines;
}

function visit(
  root: string,
  relative: string,
  lines: string[],
  names: Map<number, string>,
  without: string | undefined,
): void {
  if (relative === without) return;
  const path = root + relative;
  const stat = lstatSync(bytes(path));
  const mode = (stat.mode & 0o7777).toString(8);
  lines.push(`${relative || "/"} ${mode} ${stat.uid}:${stat.gid} ${contentOf(path, relative, stat, names)}`);
  if (!stat.isDirectory() || !isOpen(stat.mode, 0o500)) return;
  for (const name of namesIn(path)) visit(root, `${relative}/${name}`, lines, names, without);
}

function contentOf(path: string, relative: string, stat: Stats, names: Map<number, string>): string {
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(bytes(path), { encoding: "latin1" })}`;
  if (!stat.isFile()) return `special ${stat.mode & 0o170000}`;
  const first = names.get(stat.ino);
  if (stat.nlink > 1 && first !== undefined) return `same as ${first}`;
  names.set(stat.ino, relative);
  const text = isOpen(stat.mode, 0o400) ? readFileSync(bytes(path)) : Buffer.from("hidden");
  const holes = stat.size > 65536 && stat.blocks * 512 < stat.size / 2 ? " sparse" : "";
  return `${stat.size} ${createHash("sha256").update(text).digest("hex").slice(0, 16)}${holes}`;
}

function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(bytes(folder), { encoding: "latin1" }).sort();
}

/** What its owner has no right to read counts as hidden; the same cases are read in full as root. */
function isOpen(mode: number, needed: number): boolean {
  return process.getuid?.() === 0 || (mode & needed) === needed;
}

/**
 * Answers each root, a line with a path in it to leave out, with a line: what `listxattr` shows of everything in it but
 * the overlay's own notes.
 */
const LIST_ATTRIBUTES = `
import json, os, sys
def attributes(path, root, found):
    try: names = os.listxattr(path, follow_symlinks=False)
    except OSError: return
    for one in sorted(names):
        if not one.startswith("user.overlay."):
            value = os.getxattr(path, one, follow_symlinks=False).hex()
            found.append("%s attribute %s %s" % (path[len(root):].decode("latin-1") or "/", one, value))
for line in sys.stdin:
    root, without, found = *(one.encode() for one in line.rstrip("\\n").split("\\t")), []
    for folder, folders, files in os.walk(root):
        folders[:] = [one for one in folders if os.path.join(folder, one) != root + without]
        attributes(folder, root, found)
        for name in files: attributes(os.path.join(folder, name), root, found)
    print(json.dumps(sorted(found)), flush=True)
`;

const READER = ["-I", "-S", "-c", LIST_ATTRIBUTES];

function extendedAttributes(root: string): readonly string[] {
  const ran = spawnSync("python3", READER, { input: `${root}\t\n`, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`extended attributes cannot be read: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as string[];
}

/** Reads extended attributes of many trees, one after the other, with one program. */
export interface AttributeReader {
  list(root: string, without: string): Promise<readonly string[]>;
  close(): void;
}

export function startAttributeReader(): AttributeReader {
  const child = spawn("python3", READER, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = linesOf(child.stdout);
  return {
    list: async (root, without) => {
      child.stdin.write(`${root}\t${without}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error("extended attributes cannot be read");
      return JSON.parse(line.value) as string[];
    },
    close: () => child.stdin.end(),
  };
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream) {
    text += chunk.toString();
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      yield text.slice(0, at);
      text = text.slice(at + 1);
    }
  }
}

/** The path that a line of a description is about. */
export function pathOf(line: string): string {
  const at = line.search(/ (modified \d|attribute \w|[0-7]{1,4} \d+:\d+ (directory|link|special|same|\d))/);
  return at < 0 ? line : line.slice(0, at);
}

/** All paths of a description that are names of a file with several. */
export function linkedPaths(lines: readonly string[]): ReadonlySet<string> {
  const linked = lines.filter((line) => line.includes(" same as /"));
  return new Set([
    ...linked.map(pathOf),
    ...linked.map((line) => line.slice(line.indexOf(" same as /") + 9)),
  ]);
}

/** The same description without saying which names are one file: each has its content. */
export function unlinked(lines: readonly string[]): readonly string[] {
  const contents = new Map<string, string>();
  for (const line of lines) {
    const [, content] = / [0-7]{1,4} \d+:\d+ (\d.*)$/.exec(line.slice(pathOf(line).length)) ?? [];
    if (content !== undefined) contents.set(pathOf(line), content);
  }
  return lines.map((line) =>
    line.replace(/ same as (\/[\s\S]*)$/, (_, other) => ` ${contents.get(other) ?? "?"}`),
  );
}

/** Lines that only one of two descriptions has. Empty: the same. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const [left, right] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ];
}
