// Adds pairs of rows to the table `users` of a database, one transaction each (`write`: without pause, `calm`: ten
// milliseconds apart), or keeps it locked (`lock`), until it is ended.
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const database = new DatabaseSync(process.argv[2] ?? "", { timeout: 10_000 });
if (process.argv[3] === "lock") {
  database.exec("BEGIN EXCLUSIVE");
  process.stdout.write("locked\n");
  setInterval(() => {}, 1000);
}
for (let pair = 0; process.argv[3] !== "lock"; pair++) {
  if (process.argv[3] === "calm") await sleep(10);
  database.exec(
    "BEGIN IMMEDIATE; INSERT INTO users (name) VALUES ('a'); INSERT INTO users (name) VALUES ('b'); COMMIT",
  );
  if (pair === 20) process.stdout.write("busy\n");
}
