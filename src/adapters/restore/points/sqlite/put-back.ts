import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "../../snapshot/durable.ts";
import { type KeptPoint, NOTHING_DONE, type Trouble, type UndoMode, type UndoReport } from "../provider.ts";
import { members } from "../shape.ts";
import { copyDatabase } from "./copy.ts";
import { databasesIn, isDamaged, type KeptDatabase, stateOf } from "./kept.ts";

/** Files that belong to a database while it is open (SQLite, "Temporary Files Used By SQLite"). */
const BESIDE = ["-wal", "-shm", "-journal"];

/**
 * Puts databases back. What is there now stays in the point's folder as `replaced-…`, so that a mistake can be mended.
 * A database that is there is written to through SQLite, which waits for its readers and shows them the change; one
 * that is gone comes back as a file.
 */
export async function putBackDatabases(kept: KeptPoint, mode: UndoMode): Promise<UndoReport> {
  const databases = databasesIn(kept);
  const states = kept.left === undefined ? undefined : members(kept.left, kept.folder).texts("states");
  let report = NOTHING_DONE;
  for (const [index, database] of databases.entries()) {
    const one = await putBack(kept, database, states?.[index], mode);
    report = {
      restored: [...report.restored, ...one.restored],
      conflicts: [...report.conflicts, ...one.conflicts],
      notRestored: [...report.notRestored, ...one.notRestored],
      commands: [],
    };
  }
  return report;
}

async function putBack(
  { folder }: KeptPoint,
  database: KeptDatabase,
  left: string | undefined,
  mode: UndoMode,
): Promise<UndoReport> {
  const { path, hash, copy } = database;
  const aside = join(folder, `replaced-${copy}`);
  const trouble = (why: string): readonly Trouble[] => [{ what: path, why }];
  try {
    const now = await stateOf(path, aside);
    if (now === `database ${hash}`) return NOTHING_DONE;
    if (now !== left && mode !== "force")
      return {
        ...NOTHING_DONE,
        conflicts: trouble(
          left === undefined ? "it is not known what the action left there" : "changed after the action",
        ),
      };
    if (mode === "look") return { ...NOTHING_DONE, restored: [path] };
    const written = now.startsWith("database ") && (await writeInto(join(folder, copy), path));
    if (!written) replace(join(folder, copy), database, aside);
    return { ...NOTHING_DONE, restored: [path] };
  } catch (error) {
    return { ...NOTHING_DONE, notRestored: trouble((error as Error).message) };
  }
}

/** False when what is there is too damaged for SQLite to write into. */
async function writeInto(copy: string, path: string): Promise<boolean> {
  try {
    await copyDatabase(copy, path, "into");
    return true;
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}

function replace(copy: string, database: KeptDatabase, aside: string): void {
  const { path } = database;
  const folder = dirname(path);
  makeFolders(folder, database);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isFile()) throw new Error("something that is no file has taken its place");
  if (stat) copyFileSync(path, aside);
  const fresh = join(folder, `.${basename(path)}.countersign`);
  rmSync(fresh, { force: true });
  copyFileSync(copy, fresh, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  if (process.getuid?.() === 0) chownSync(fresh, database.uid, database.gid);
  chmodSync(fresh, database.mode);
  utimesSync(fresh, database.modified / 1000, database.modified / 1000);
  // What they hold belongs to what was here before: SQLite would apply it to the database that comes back.
  for (const ending of BESIDE) rmSync(`${path}${ending}`, { force: true });
  renameSync(fresh, path);
  syncFolder(folder);
}

/** Makes the folders that are gone; none of those that are there may have become a link meanwhile. */
function makeFolders(folder: string, owner: Pick<KeptDatabase, "uid" | "gid">): void {
  if (existsSync(folder)) {
    if (realpathSync(folder) === folder) return;
    throw new Error(`\`${folder}\` leads elsewhere now`);
  }
  makeFolders(dirname(folder), owner);
  mkdirSync(folder, { mode: 0o755 });
  if (process.getuid?.() === 0) lchownSync(folder, owner.uid, owner.gid);
}
