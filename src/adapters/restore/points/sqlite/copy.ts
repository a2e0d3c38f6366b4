import { createHash } from "node:crypto";
import { createReadStream, lstatSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../../error.ts";
import { failureOf, runProgram } from "../program.ts";

/** Larger databases are not copied: a copy reads all of it. Bytes. */
const MAX_DATABASE = 4 * 1024 ** 3;
/** Milliseconds for one database, and for waiting until it can be read. */
const PATIENCE = 180_000;
const LOCK_PATIENCE = 3_000;

/**
 * The work of one process: SQLite opens files that the agent wrote, and cannot be interrupted while it copies. One
 * step copies everything, because a copy in pieces begins again whenever somebody writes. The lock for reading is
 * asked for every millisecond: SQLite's own waiting grows to a tenth of a second, and a busy writer would win each time.
 *
 * A database in WAL mode that nobody has open is opened for writing, with writing switched off: opened read-only,
 * it would keep the `-wal` and `-shm` that SQLite made beside it. With writing switched off nothing is changed but
 * what the next program that opens it would change: a half transaction is rolled back.
 */
const COPY = `
const { existsSync, openSync, readSync } = require("node:fs");
const { DatabaseSync, backup } = require("node:sqlite");
const [from, to, task, patience] = process.argv.slice(1);
const head = Buffer.alloc(20);
readSync(openSync(from, "r"), head, 0, 20, 0);
const alone = head[18] === 2 && !existsSync(from + "-wal");
const address = "file:" + encodeURI(from).replace(/[?#]/g, encodeURIComponent);
const ways = {
  reading: () => new DatabaseSync(from, { readOnly: true }),
  writing: () => { const d = new DatabaseSync(from); d.exec("PRAGMA query_only = 1"); return d; },
  still: () => new DatabaseSync(address + "?immutable=1", { readOnly: true }),
};
const isBusy = (error) => error.errcode === 5 || error.errcode === 6 || /locked|busy/i.test(error.message);
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
const end = Date.now() + Number(patience);
// A destination that is locked fails with "not an error".
const isLocked = (error) => isBusy(error) || /not an error/.test(error.message);
function holdForReading(source) {
  for (;;) {
    try {
      source.exec("BEGIN");
      source.prepare("SELECT count(*) FROM sqlite_schema").get();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error;
      if (source.isTransaction) source.exec("ROLLBACK");
      pause();
    }
  }
}
async function attempt(way) {
  const source = ways[way]();
  try {
    holdForReading(source);
    await backup(source, to, { rate: 2 ** 30 });
  } finally { source.close(); }
}
async function main() {
  if (task === "into") for (;;) {
    try { return await attempt("still"); } catch (error) {
      if (!isLocked(error) || Date.now() > end) throw error;
      pause();
    }
  }
  const order = alone ? ["writing", "still"] : ["reading", "writing"];
  try { await attempt(order[0]); } catch (error) {
    if (!/readonly|read-only|unable to open/i.test(error.message + error.errstr)) throw error;
    await attempt(order[1]);
  }
  if (task !== "check") return;
  const copy = new DatabaseSync("file:" + encodeURI(to).replace(/[?#]/g, encodeURIComponent) + "?immutable=1", { readOnly: true, defensive: true });
  copy.exec("PRAGMA trusted_schema = 0");
  const found = copy.prepare("PRAGMA integrity_check(3)").all().map((row) => row.integrity_check);
  if (found.join() !== "ok") throw new Error("damaged: " + found.join(", ").replaceAll("\\n", " "));
}
main().catch((error) => {
  process.stderr.write(error.message);
  process.exit(isLocked(error) ? 5 : 1);
});
`;

/** `check`: the copy is looked through for damage. `look`: it is only compared. `into`: `from` is a copy of ours. */
type Task = "check" | "look" | "into";

/**
 * Copies a database with the state that the last finished transaction left, also while others write, and gives the
 * SHA-256 of the copy: equal contents give equal copies. Throws `UserError`:
 * `DATABASE_LOCKED`, `DATABASE_DAMAGED`, or `NOT_COPIED` for what has no place.
 */
export async function copyDatabase(from: string, to: string, task: Task): Promise<string> {
  const size = lstatSync(from).size + walSize(from);
  if (size > MAX_DATABASE) throw cannotCopy(from, `it is larger than ${MAX_DATABASE / 1024 ** 3} GB`);
  const disk = statfsSync(dirname(to));
  if (disk.bavail * disk.bsize < size * 1.1) throw cannotCopy(from, "the disk has no room for a copy");
  const result = await runProgram({
    program: process.execPath,
    args: ["--no-warnings", "-e", COPY, "--", from, to, task, String(LOCK_PATIENCE)],
    cwd: "/",
    environment: {},
    patience: PATIENCE,
  });
  if (result.code === LOCKED) throw cannotCopy(from, "another program keeps it locked", "DATABASE_LOCKED");
  if (result.stopped !== undefined) throw cannotCopy(from, result.stopped, "DATABASE_LOCKED");
  if (result.code !== 0) throw cannotCopy(from, failureOf(result), "DATABASE_DAMAGED");
  return task === "into" ? "" : hashOf(to);
}

function walSize(path: string): number {
  return lstatSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Exit code of the copying process for a lock that did not go away. */
const LOCKED = 5;

function cannotCopy(path: string, why: string, code = "NOT_COPIED"): UserError {
  return new UserError(
    code,
    `cannot copy the database \`${path}\`: ${why}`,
    "let the programs that write to it finish, or copy it yourself and move the original away",
  );
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
