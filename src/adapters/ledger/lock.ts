import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileError, LedgerError } from "./error.ts";
import type { Storage } from "./storage.ts";

/** Lets one writer at a time near a ledger, across processes. The kernel lets go of it when a process dies. */
export interface Lock {
  /** Runs `work` alone; throws `LEDGER_BUSY` when another writer does not finish within the wait. */
  hold<T>(work: () => T): Promise<T>;
  close(): void;
}

/** SQLite's result code for "another connection holds the lock". */
const SQLITE_BUSY = 5;
/** SQLite's result code for a file that may not be written. */
const SQLITE_READONLY = 8;

/**
 * The lock of a ledger: an empty SQLite database, of which only the file lock is used. Node has no other
 * way to a lock that a killed process cannot leave behind.
 */
export async function openLock(storage: Storage, keys: string, waitMilliseconds: number): Promise<Lock> {
  const file = path.join(keys, "ledger.lock");
  const database = await openDatabase(storage, file, waitMilliseconds);
  const begin = database.prepare("BEGIN EXCLUSIVE");
  const end = database.prepare("ROLLBACK");
  return {
    async hold(work) {
      await patiently(() => begin.run(), "take the lock", file, waitMilliseconds);
      try {
        return work();
      } finally {
        end.run();
      }
    },
    close: () => database.close(),
  };
}

async function openDatabase(storage: Storage, file: string, waitMilliseconds: number): Promise<DatabaseSync> {
  let database: DatabaseSync;
  try {
    storage.makeFolder(path.dirname(file));
    makeOnce(storage, file);
    const { DatabaseSync } = await import("node:sqlite");
    database = new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw fileError(error, "open the lock", file);
  }
  // Without this, SQLite makes and removes a journal file each time, although nothing is ever written. It looks
  // at the file, so it has to wait for whoever holds the lock.
  const configure = () => database.exec("PRAGMA journal_mode = MEMORY");
  await patiently(configure, "open the lock", file, waitMilliseconds);
  return database;
}

/** A file that is there is not opened: closing it would let go of the locks that this process holds on it. */
function makeOnce(storage: Storage, file: string): void {
  try {
    storage.close(storage.open(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Tries until nobody else holds the lock, or the wait is over. */
async function patiently(
  act: () => unknown,
  doing: string,
  file: string,
  waitMilliseconds: number,
): Promise<void> {
  const deadline = performance.now() + waitMilliseconds;
  for (let pause = 1; !tryOnce(act, doing, file); pause = Math.min(pause * 2, 20)) {
    if (performance.now() >= deadline) throw busy(file, waitMilliseconds);
    await sleep(pause);
  }
}

function tryOnce(act: () => unknown, doing: string, file: string): boolean {
  try {
    act();
    return true;
  } catch (error) {
    const { errcode, message } = error as { errcode?: number; message: string };
    if (errcode === SQLITE_BUSY) return false;
    const code = errcode === SQLITE_READONLY ? "EROFS" : message;
    throw fileError(Object.assign(new Error(message), { code }), doing, file);
  }
}

function busy(file: string, waited: number): LedgerError {
  return new LedgerError("LEDGER_BUSY", `another process has held \`${file}\` for ${waited} ms`, {
    help: "wait for the other countersign process, or look for one that hangs; nothing was run",
  });
}
