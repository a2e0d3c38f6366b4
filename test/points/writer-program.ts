// Adds pairs of rows to the table `users` of a database, one transaction each, or keeps it locked, until it is ended.
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2] ?? "", { timeout: 10_000 });
if (process.argv[3] === "lock") {
  database.exec("BEGIN EXCLUSIVE");
  process.stdout.write("locked\n");
  setInterval(() => {}, 1000);
}
for (let pair = 0; process.argv[3] === "write"; pair++) {
  database.exec(
    "BEGIN IMMEDIATE; INSERT INTO users (name) VALUES ('a'); INSERT INTO users (name) VALUES ('b'); COMMIT",
  );
  if (pair === 20) process.stdout.write("busy\n");
}
