import { setTimeout as sleep } from "node:timers/promises";

/** SQLite's result code for "another connection holds the lock". */
const BUSY = 5;

/**
 * Runs `work` while no other process does so for this folder, which need not be there; throws when it is not our turn within `wait`
 * milliseconds. The lock is that of an SQLite database file, because the kernel lets go of it when a process is
 * killed. Nothing but SQLite may open that file: closing it once would let go of the locks of this whole process.
 */
export async function alone<T>(folder: string, wait: number, work: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const file = `${folder}.lock`;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    const deadline = performance.now() + wait;
    while (!begin(() => database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"))) {
      if (performance.now() > deadline)
        throw new Error(`another process has held \`${file}\` for ${wait / 1000} s`);
      await sleep(5);
    }
    return await work();
  } finally {
    database.close();
  }
}

function begin(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === BUSY) return false;
    throw error;
  }
}
