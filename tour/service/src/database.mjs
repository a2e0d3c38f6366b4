import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

export function openDatabase(path) {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE IF NOT EXISTS line_items (id INTEGER PRIMARY KEY, service TEXT NOT NULL, micros INTEGER NOT NULL)",
  );
  return database;
}

export function lineItems(database) {
  return database.prepare("SELECT service, micros FROM line_items ORDER BY id").all();
}

/** A customer's month: always the same 1,200 line items. */
export function seed(database, rows = 1200) {
  const services = ["compute", "storage", "network", "database"];
  const insert = database.prepare("INSERT INTO line_items (service, micros) VALUES (?, ?)");
  database.exec("BEGIN");
  for (let at = 0; at < rows; at++)
    insert.run(services[at % services.length], 15_500 + ((at * 7919) % 90_000));
  database.exec("COMMIT");
}
