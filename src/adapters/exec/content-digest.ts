import { createHash, type Hash } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Layer } from "../journal/layer.ts";

/**
 * SHA-256 over everything that a layer would make real: every change with kind, mode, owner and the captured bytes
 * below it. Whoever agrees to the layer agrees to exactly this. Throws when something of it cannot be read.
 */
export function digestOf(layer: Pick<Layer, "changes" | "contentOf">): string {
  const hash = createHash("sha256");
  for (const change of layer.changes) {
    const { path, kind, type } = change;
    add(hash, ["change", kind, type, path]);
    const content = layer.contentOf(change);
    if (content !== undefined && kind !== "metadata") addTree(hash, content);
    if (kind === "metadata") add(hash, ["attributes", JSON.stringify(change.after)]);
  }
  return hash.digest("hex");
}

function addTree(hash: Hash, path: string): void {
  const stat = lstatSync(path);
  add(hash, [stat.mode.toString(8), String(stat.uid), String(stat.gid), String(stat.size)]);
  if (stat.isSymbolicLink()) add(hash, [readlinkSync(path)]);
  else if (stat.isFile()) addBytes(hash, path);
  else if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      add(hash, ["entry", name]);
      addTree(hash, join(path, name));
    }
    add(hash, ["end"]);
  }
}

/** Fields with their lengths, so that no two lists of fields give the same bytes. */
function add(hash: Hash, fields: readonly string[]): void {
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:${field},`);
  hash.update(";");
}

const CHUNK = 1024 * 1024;

function addBytes(hash: Hash, path: string): void {
  const descriptor = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
}
