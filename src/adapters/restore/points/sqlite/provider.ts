import { closeSync, fsyncSync, lstatSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../../../core/json.ts";
import { UserError } from "../../../error.ts";
import { syncFolder } from "../../snapshot/durable.ts";
import type { KeptPoint, Made, PointContext, RestoreProvider } from "../provider.ts";
import { copyDatabase } from "./copy.ts";
import { findDatabases, mayTouchDatabase } from "./find.ts";
import { databasesIn, type KeptDatabase, stateOf } from "./kept.ts";
import { putBackDatabases } from "./put-back.ts";

/** More databases than this in one action are refused. */
const MAX_DATABASES = 200;

/**
 * SQLite databases, told by their first bytes, that the action names or that lie in what it deletes, where the engine
 * does not catch what happens to them. Each is copied through SQLite, so that a program that writes meanwhile
 * neither is disturbed nor makes the copy inconsistent.
 */
export const sqliteDatabases: RestoreProvider = {
  name: "sqlite",
  covers: mayTouchDatabase,
  make,
  after: async (kept) => ({ states: await statesOf(kept) }),
  undo: putBackDatabases,
  discard: async () => {},
};

async function make({ effects, setting, folder }: PointContext): Promise<Made | undefined> {
  const { paths, gaps } = findDatabases(effects, setting);
  if (paths.length === 0) return undefined;
  if (paths.length > MAX_DATABASES)
    throw new UserError(
      "TOO_MANY_DATABASES",
      `the action reaches ${paths.length} SQLite databases, expected at most ${MAX_DATABASES}`,
      "let it touch fewer at once",
    );
  const databases: KeptDatabase[] = [];
  for (const path of paths) {
    const { mode, uid, gid, mtimeMs } = lstatSync(path);
    const copy = `${databases.length}.sqlite`;
    const hash = await copyDatabase(path, join(folder, copy), "check");
    flush(join(folder, copy));
    databases.push({ path, copy, hash, mode: mode & 0o7777, uid, gid, modified: mtimeMs });
  }
  syncFolder(folder);
  return {
    what: databases.map(({ path }) => `database ${path}`),
    reliability: gaps.length === 0 ? "promised" : "best-effort",
    notes: gaps,
    data: { databases: databases.map((one) => ({ ...one })) },
  };
}

function flush(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function statesOf(kept: KeptPoint): Promise<Json> {
  const states: string[] = [];
  for (const { path, copy } of databasesIn(kept)) {
    const aside = join(kept.folder, `left-${copy}`);
    states.push(await stateOf(path, aside));
    rmSync(aside, { force: true });
  }
  return states;
}
