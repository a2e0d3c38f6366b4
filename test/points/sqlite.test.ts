import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { collectPoints } from "../../src/adapters/restore/points/collect.ts";
import { listPoints, undoPoint } from "../../src/adapters/restore/points/undo.ts";
import { act, keep, type Machine, machine, missing, shell } from "./support.ts";

const ROWS = 500;

function makeDatabase(path: string, mode: "wal" | "delete" = "delete"): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);`);
  const insert = database.prepare("INSERT INTO users (name) VALUES (?)");
  database.exec("BEGIN");
  for (let row = 0; row < ROWS; row++) insert.run(`user ${row}`);
  database.exec("COMMIT");
  database.close();
}

function rowsIn(path: string): number {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    return Number(database.prepare("SELECT count(*) AS rows FROM users").get()?.rows);
  } finally {
    database.close();
  }
}

/** Runs the line with points made before it, undoes it, and says what is in the database then. */
async function check(line: string, prepare: (path: string, on: Machine) => void, name = "app.db") {
  const on = machine();
  const path = join(on.work, name);
  mkdirSync(join(path, ".."), { recursive: true });
  prepare(path, on);
  const kept = await act(line, on);
  const undone = kept === undefined ? undefined : await undoPoint(on.points, "action-1", { force: false });
  return { on, path, kept, undone };
}

describe("[POINTS] a SQLite database comes back, row for row", () => {
  it.each([
    ["rm app.db", "app.db"],
    ["rm -rf data", "data/deep/no-ending"],
    ["rm -f *.db", "app.db"],
    ["> app.db", "app.db"],
    ["mv app.db elsewhere", "app.db"],
    ["truncate -s 100 app.db", "app.db"],
  ])("after `%s`", async (line, name) => {
    const { path, undone } = await check(line, (file) => makeDatabase(file), name);
    expect(undone).toMatchObject({ outcome: "undone", reports: [{ restored: [path], notRestored: [] }] });
    expect(rowsIn(path)).toBe(ROWS);
  });

  it
    .skipIf(missing("sqlite3"))
    .each([
      ["sqlite3 app.db 'DELETE FROM users'"],
      ["sqlite3 app.db 'DROP TABLE users'"],
      ["sqlite3 app.db <<< 'DROP TABLE users'"],
      ["echo 'DROP TABLE users;' | sqlite3 app.db"],
      ["sqlite3 -batch ./app.db 'UPDATE users SET name = NULL; DELETE FROM users WHERE id > 3;'"],
    ])("after `%s`", async (line) => {
    const { path, undone } = await check(line, (file) => makeDatabase(file));
    expect(undone?.outcome).toBe("undone");
    expect(rowsIn(path)).toBe(ROWS);
  });

  it("also in WAL mode, when what is newest lies in the -wal only and a reader has it open", async () => {
    const reader: DatabaseSync[] = [];
    onTestFinished(() => reader[0]?.close());
    const { path, undone } = await check("sqlite3 app.db 'DELETE FROM users'", (file) => {
      makeDatabase(file, "wal");
      const open = new DatabaseSync(file);
      open.exec("INSERT INTO users (name) VALUES ('in the log only')");
      reader.push(open);
    });
    expect(undone?.outcome).toBe("undone");
    expect(reader[0]?.prepare("SELECT count(*) AS rows FROM users").get()).toEqual({ rows: ROWS + 1 });
    expect(rowsIn(path)).toBe(ROWS + 1);
  });

  it("and a -wal left over from what was there before is not applied to it", async () => {
    const open: DatabaseSync[] = [];
    onTestFinished(() => open[0]?.close());
    const { path, undone, on } = await check("rm app.db", (file) => {
      makeDatabase(file, "wal");
      const other = new DatabaseSync(file);
      open.push(other);
      other.exec("UPDATE users SET name = 'in the log'");
    });
    expect(undone?.outcome).toBe("undone");
    expect(readdirSync(on.work)).toEqual(["app.db"]);
    expect(rowsIn(path)).toBe(ROWS);
  });

  it("with the owner's mode and the time it had", async () => {
    const { on, path } = await check("rm app.db", (file, own) => {
      makeDatabase(file);
      shell("chmod 640 app.db; touch -d '2020-01-02 03:04:05Z' app.db", own);
    });
    expect(shell(`stat -c '%a %Y' ${path}`, on).trim()).toBe("640 1577934245");
  });

  it("and nothing is left beside a database that was only looked at", async () => {
    const on = machine();
    makeDatabase(join(on.work, "app.db"), "wal");
    const before = readFileSync(join(on.work, "app.db"));
    await keep("rm app.db", on);
    expect(readdirSync(on.work)).toEqual(["app.db"]);
    expect(readFileSync(join(on.work, "app.db")).equals(before)).toBe(true);
  });
});

describe("[POINTS] a SQLite database is kept only where it has to be", () => {
  it.each([
    ["rm notes.txt", "notes.txt is no database"],
    ["cat app.db", "reading takes nothing away"],
    ["touch other", "nothing to do with it"],
  ])("not for `%s`: %s", async (line) => {
    const on = machine();
    makeDatabase(join(on.work, "app.db"));
    writeFileSync(join(on.work, "notes.txt"), "SQLite format 3\0".padEnd(100));
    expect(await keep(line, on)).toBeUndefined();
    expect(existsSync(on.points.folder) ? readdirSync(on.points.folder) : []).toEqual([]);
  });

  it("not where the isolated engine catches the change, but outside of what it catches", async () => {
    const on = machine({ engine: "linux-overlay" });
    makeDatabase(join(on.work, "app.db"));
    makeDatabase(join(on.base, "outside.db"));
    expect(await keep("rm app.db", on)).toBeUndefined();
    expect(await keep("rm ../outside.db", on, "action-2")).toBe("points:action-2");
  });
});

/** Another program that adds rows until it is ended. */
async function writer(path: string, task = "write"): Promise<ChildProcess> {
  const program = join(import.meta.dirname, "writer-program.ts");
  const child = spawn(process.execPath, ["--no-warnings", program, path, task]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

describe("[POINTS] a SQLite database under load", () => {
  it.each(["wal", "delete"] as const)("is copied whole while another program writes (%s)", async (mode) => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path, mode);
    const busy = await writer(path);
    expect(await keep("rm app.db", on)).toBe("points:action-1");
    busy.kill("SIGKILL");
    await once(busy, "exit");
    const copy = join(on.points.folder, "action-1", "sqlite", "0.sqlite");
    // The writer adds pairs of rows in one transaction each.
    expect((rowsIn(copy) - ROWS) % 2).toBe(0);
    expect(rowsIn(copy)).toBeGreaterThan(ROWS);
  });

  it("that is locked for good stops the action with a reason", { timeout: 30_000 }, async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    // Another process: locks of this one would end when it looks at the file.
    await writer(path, "lock");
    await expect(keep("rm app.db", on)).rejects.toThrow("another program keeps it locked");
    expect(readdirSync(on.points.folder)).toEqual([]);
  });

  it("that is damaged stops the action with a reason", async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096, 4200);
    writeFileSync(path, bytes);
    await expect(keep("rm app.db", on)).rejects.toThrow(/cannot copy the database .*(malformed|damaged)/);
  });

  it("changed after the action is a conflict; --force overwrites it and keeps what was there", async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    await act("truncate -s 0 app.db", on);
    writeFileSync(path, "mine\n");
    const careful = await undoPoint(on.points, "action-1", { force: false });
    expect(careful).toMatchObject({ outcome: "conflict", reports: [{ conflicts: [{ what: path }] }] });
    expect(readFileSync(path, "utf8")).toBe("mine\n");
    expect((await undoPoint(on.points, "action-1", { force: true })).outcome).toBe("undone");
    expect(rowsIn(path)).toBe(ROWS);
    const replaced = join(on.points.folder, "action-1", "sqlite", "replaced-0.sqlite");
    expect(readFileSync(replaced, "utf8")).toBe("mine\n");
  });

  it("is not put back over somebody's change when the action never ran", async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    await keep("rm app.db", on);
    expect(await undoPoint(on.points, "action-1", { force: false })).toMatchObject({
      outcome: "undone",
      reports: [{ restored: [] }],
    });
    const other = new DatabaseSync(path);
    other.exec("DELETE FROM users WHERE id > 7");
    other.close();
    const { outcome, reports } = await undoPoint(on.points, "action-1", { force: false });
    expect([outcome, reports[0]?.conflicts[0]?.why]).toEqual([
      "conflict",
      "it is not known what the action left there",
    ]);
    expect(rowsIn(path)).toBe(7);
  });

  it("is put back also while another program writes to it", async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    await act("sqlite3 app.db 'DELETE FROM users' || true", on);
    const busy = await writer(path, "calm");
    const { outcome } = await undoPoint(on.points, "action-1", { force: true });
    busy.kill("SIGKILL");
    await once(busy, "exit");
    expect(outcome).toBe("undone");
    expect(rowsIn(path)).toBeGreaterThanOrEqual(ROWS);
  });

  it("whose folder has become a link is not written through it", async () => {
    const on = machine();
    mkdirSync(join(on.work, "data"));
    makeDatabase(join(on.work, "data/app.db"));
    await act("rm -rf data", on);
    shell("mkdir ../target; ln -s ../target data", on);
    const { outcome, reports } = await undoPoint(on.points, "action-1", { force: true });
    expect([outcome, reports[0]?.notRestored[0]?.why]).toEqual([
      "partly",
      expect.stringContaining("leads elsewhere"),
    ]);
    expect(readdirSync(join(on.base, "target"))).toEqual([]);
  });
});

describe("[POINTS] killed while a database is copied", () => {
  it("there is no point, the database is whole, and what is left over is collected", async () => {
    const on = machine();
    const path = join(on.work, "app.db");
    makeDatabase(path);
    shell("head -c 150000000 /dev/zero > filler", on);
    const big = new DatabaseSync(path);
    big.exec("CREATE TABLE big (b BLOB); INSERT INTO big VALUES (zeroblob(150000000))");
    big.close();
    const program = join(import.meta.dirname, "keep-program.ts");
    const child = spawn(process.execPath, ["--no-warnings", program, on.base], { stdio: "ignore" });
    const part = join(on.points.folder, "action-1", "sqlite", "0.sqlite");
    while (!existsSync(part) && child.exitCode === null) await sleep(2);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");
    expect(listPoints(on.points)).toEqual({ points: [], problems: [] });
    await expect(undoPoint(on.points, "action-1", { force: true })).rejects.toThrow("kept nothing");
    expect(rowsIn(path)).toBe(ROWS);
    await collectPoints(on.points, {}, Date.now() + 2 * 60 * 60 * 1000);
    expect(readdirSync(on.points.folder)).toEqual([]);
  });
});
