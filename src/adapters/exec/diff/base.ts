import type { Stats } from "node:fs";
import { isWhiteout, kindOf, listFolder, type Measured, measure, statOf } from "./extent.ts";

/** The tree that a command started from: the real one, with the waiting layers on top. */
export interface Base {
  /** What was at a path below the root; undefined when nothing was. */
  lookup(relative: string): Found | undefined;
  list(relative: string): readonly string[];
  measure(relative: string, found: Found): Measured;
}

export interface Found {
  /** Where it really is. */
  readonly path: string;
  readonly stat: Stats;
}

/** An upper folder of a waiting layer, and the folders in it that hide what is below them. */
export interface LowerLayer {
  readonly upper: string;
  readonly opaque: ReadonlySet<string>;
}

/** `layers`: the newest first. */
export function baseOf(real: string, layers: readonly LowerLayer[]): Base {
  if (layers.length === 0) return realBase(real);
  const lookup = (relative: string) => lookupIn(real, layers, relative);
  const list = (relative: string) =>
    listIn(real, layers, relative).filter((name) => lookup(join(relative, name)));
  const sum = (relative: string, found: Found): Measured => {
    const own = { entries: 1, bytes: found.stat.isFile() ? found.stat.size : 0, changed: found.stat.ctimeMs };
    if (kindOf(found.stat) !== "directory") return own;
    for (const name of list(relative)) {
      const inside = lookup(join(relative, name));
      if (!inside) continue;
      const below = sum(join(relative, name), inside);
      own.entries += below.entries;
      own.bytes += below.bytes;
      own.changed = Math.max(own.changed, below.changed);
    }
    return own;
  };
  return { lookup, list, measure: sum };
}

export function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function realBase(real: string): Base {
  const at = (relative: string) => (relative === "" ? real : `${real}/${relative}`);
  return {
    lookup: (relative) => {
      const stat = statOf(at(relative));
      return stat && { path: at(relative), stat };
    },
    list: (relative) => listFolder(at(relative)),
    measure: (relative, found) => measure(at(relative), found.stat),
  };
}

function lookupIn(real: string, layers: readonly LowerLayer[], relative: string): Found | undefined {
  for (const layer of layers) {
    const seen = seenIn(layer, relative);
    if (seen === "hidden") return undefined;
    if (seen !== "below") return seen;
  }
  return realBase(real).lookup(relative);
}

/** Walks down the path in one layer: found there, hidden by it, or left to what is below. */
function seenIn(layer: LowerLayer, relative: string): Found | "hidden" | "below" {
  let opaque = layer.opaque.has("");
  let at = "";
  for (const name of relative === "" ? [""] : relative.split("/")) {
    at = name === "" ? "" : join(at, name);
    const path = at === "" ? layer.upper : `${layer.upper}/${at}`;
    const stat = statOf(path);
    if (!stat) return opaque ? "hidden" : "below";
    if (isWhiteout(stat)) return "hidden";
    if (at === relative) return { path, stat };
    if (!stat.isDirectory()) return "hidden";
    opaque ||= layer.opaque.has(at);
  }
  return "below";
}

function listIn(real: string, layers: readonly LowerLayer[], relative: string): readonly string[] {
  const names = new Set<string>();
  for (const layer of layers) {
    const seen = seenIn(layer, relative);
    if (seen === "hidden") return [...names];
    if (seen === "below") continue;
    for (const name of listFolder(seen.path)) names.add(name);
    if (layer.opaque.has(relative)) return [...names];
  }
  const found = realBase(real).lookup(relative);
  if (found?.stat.isDirectory()) for (const name of listFolder(found.path)) names.add(name);
  return [...names];
}
