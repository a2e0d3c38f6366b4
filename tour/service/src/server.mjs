import { createServer } from "node:http";
import { lineItems, openDatabase } from "./database.mjs";
import { report } from "./report.mjs";

const database = openDatabase(process.env.DATABASE_FILE);

const server = createServer((request, response) => {
  const items = lineItems(database);
  const body = request.url === "/health" ? { ok: true, rows: items.length } : report(items);
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(body)}\n`);
});

server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.("ready"));
