import { hash } from "node:crypto";

/**
 * What a git index says, without the times and inode numbers that `git status` refreshes in it: a digest of the
 * modes, object ids, flags and names of versions 2 and 3 (gitformat-index). Other indexes: of all bytes.
 */
export function indexMeaning(bytes: Buffer): string {
  return `index:${hash("sha256", meaningOf(bytes) ?? bytes, "base64url")}`;
}

export function isIndex(path: string): boolean {
  return path === "index" || path.endsWith("/index");
}

const HEADER = 12;
const STATISTICS = 40;
const MODE_FROM = 24;
const EXTENDED = 0x4000;

function meaningOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < HEADER || bytes.subarray(0, 4).toString("latin1") !== "DIRC") return undefined;
  if (bytes.readUInt32BE(4) > 3) return undefined;
  const pieces: Buffer[] = [];
  const count = bytes.readUInt32BE(8);
  for (let entry = 0, at = HEADER; entry < count; entry++) {
    const end = entryEnd(bytes, at);
    if (end === undefined) return undefined;
    pieces.push(
      bytes.subarray(at + MODE_FROM, at + MODE_FROM + 4),
      bytes.subarray(at + STATISTICS, end.name),
    );
    at = end.next;
  }
  return Buffer.concat(pieces);
}

/** An object id is 20 bytes; repositories with SHA-256 have 32, are not understood, and give all bytes. */
function entryEnd(bytes: Buffer, at: number): { name: number; next: number } | undefined {
  const flags = at + STATISTICS + 20;
  if (flags + 2 > bytes.length) return undefined;
  const name = flags + 2 + (bytes.readUInt16BE(flags) & EXTENDED ? 2 : 0);
  const end = bytes.indexOf(0, name);
  if (end < 0) return undefined;
  return { name: end, next: at + ((end - at + 8) & ~7) };
}
