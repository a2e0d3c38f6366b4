/**
 * File names are bytes. Inside a snapshot a path is a text with one character per byte (latin1), because a name
 * need not be UTF-8 and must come back as it was.
 */
export type BytePath = string;

const ONLY_ASCII = /^[\0-\x7f]*$/;

/** What the functions of `node:fs` take for a byte path. */
export function forFileSystem(path: BytePath): string | Buffer {
  return ONLY_ASCII.test(path) ? path : Buffer.from(path, "latin1");
}

/** The byte path of a path as programs write it. */
export function toBytes(path: string): BytePath {
  return ONLY_ASCII.test(path) ? path : Buffer.from(path, "utf8").toString("latin1");
}

/** A path for people; a name that is no UTF-8 shows replacement characters. */
export function forPeople(path: BytePath): string {
  return ONLY_ASCII.test(path) ? path : Buffer.from(path, "latin1").toString("utf8");
}

/** The folder that a path lies in, `""` for one directly in the workspace. */
export function parentOf(path: BytePath): BytePath {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

/** The absolute path of an entry. Entries outside the workspace (a git folder elsewhere) are absolute already. */
export function absolutePath(workspace: BytePath, path: BytePath): BytePath {
  if (path.startsWith("/") || /^[a-z]:[\\/]/i.test(path)) return path;
  return path === "" ? workspace : `${workspace}/${path}`;
}
