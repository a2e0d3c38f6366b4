import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";

/**
 * A text of everything about a tree but times: kind, mode, owner, content, links, holes, extended attributes. Two trees with the same
 * text are the same tree.
 */
export function describeTree(root: string, attributes: "extended" | "plain"): readonly string[] {
  const names = new Map<number, string>();
  const lines: string[] = [];
  visit(root, "", lines, names);
  return attributes === "extended" ? [...lines, ...extendedAttributes(root)] : lines;
}

function visit(root: string, relative: string, lines: string[], names: Map<number, string>): void {
  const path = root + relative;
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o7777).toString(8);
  lines.push(`${relative || "/"} ${mode} ${stat.uid}:${stat.gid} ${contentOf(path, relative, stat, names)}`);
  if (!stat.isDirectory()) return;
  for (const name of opened(stat, [], () => readdirSync(path)).sort())
    visit(root, `${relative}/${name}`, lines, names);
}

function contentOf(path: string, relative: string, stat: Stats, names: Map<number, string>): string {
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isFile()) return `special ${stat.mode & 0o170000}`;
  const first = names.get(stat.ino);
  if (stat.nlink > 1 && first !== undefined) return `same as ${first}`;
  names.set(stat.ino, relative);
  const text = opened(stat, Buffer.from("hidden"), () => readFileSync(path));
  const holes = stat.size > 65536 && stat.blocks * 512 < stat.size / 2 ? " sparse" : "";
  return `${stat.size} ${createHash("sha256").update(text).digest("hex").slice(0, 16)}${holes}`;
}

/** What its owner has no right to read counts as hidden; the same cases are read in full as root. */
function opened<T>(stat: Stats, hidden: T, read: () => T): T {
  const readable = stat.isFile() ? 0o400 : 0o500;
  return process.getuid?.() === 0 || (stat.mode & readable) === readable ? read() : hidden;
}

const LIST_ATTRIBUTES = `
import os, sys
root = sys.argv[1]
for folder, folders, files in os.walk(root):
    for name in [""] + sorted(files):
        path = os.path.join(folder, name) if name else folder
        try: names = os.listxattr(path, follow_symlinks=False)
        except OSError: continue
        for one in sorted(names):
            if not one.startswith("user.overlay."):
                print(os.path.relpath(path, root), one, os.getxattr(path, one, follow_symlinks=False))
`;

function extendedAttributes(root: string): readonly string[] {
  const ran = spawnSync("python3", ["-I", "-S", "-c", LIST_ATTRIBUTES, root], { encoding: "utf8" });
  return ran.status === 0 ? ran.stdout.split("\n").filter(Boolean).sort() : [];
}
