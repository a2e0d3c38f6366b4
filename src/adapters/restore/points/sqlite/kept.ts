import { lstatSync, rmSync } from "node:fs";
import { UserError } from "../../../error.ts";
import type { KeptPoint } from "../provider.ts";
import { members } from "../shape.ts";
import { copyDatabase, hashOf } from "./copy.ts";
import { isDatabase } from "./find.ts";

/** A database as it was kept. */
export interface KeptDatabase {
  readonly path: string;
  /** The copy, in the point's folder. */
  readonly copy: string;
  /** SHA-256 of the copy. */
  readonly hash: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** The databases that a point kept. Throws `UserError` when its record is damaged. */
export function databasesIn(kept: KeptPoint): readonly KeptDatabase[] {
  return members(kept.data, kept.folder).list("databases", (value) => {
    const one = members(value, kept.folder);
    return {
      path: one.text("path"),
      copy: one.text("copy"),
      hash: one.text("hash"),
      mode: one.number("mode"),
      uid: one.number("uid"),
      gid: one.number("gid"),
      modified: one.number("modified"),
    };
  });
}

/**
 * What is at a path now, as a text to compare: `absent`, `database HASH`, `file HASH` or `other`. Of a database a
 * copy is left at `aside`.
 */
export async function stateOf(path: string, aside: string): Promise<string> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return "absent";
  if (!stat.isFile()) return "other";
  rmSync(aside, { force: true });
  if (isDatabase(path)) {
    try {
      return `database ${await copyDatabase(path, aside, "look")}`;
    } catch (error) {
      if (!isDamaged(error)) throw error;
    }
  }
  return `file ${await hashOf(path)}`;
}

/** Whether a copy failed because there is no sound database: then its bytes are all there is. */
export function isDamaged(error: unknown): boolean {
  return error instanceof UserError && error.code === "DATABASE_DAMAGED";
}
