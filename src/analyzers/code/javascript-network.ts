import { unknownWord } from "../options.ts";
import { gives, pure, requests, wordAt } from "./acts.ts";
import { connects } from "./process-acts.ts";
import { named } from "./table.ts";
import { knownText, object, reference, text, UNKNOWN, type Value } from "./values.ts";
import type { Act } from "./walk.ts";

const fetches: Act = (call, walk) => {
  const options = call.args[1];
  const given = options?.kind === "map" ? options.entries.get("method") : undefined;
  const method =
    options === undefined || (options.kind === "map" && !given && !options.open) ? "GET" : knownText(given);
  return requests(method ?? "POST", 0)(call, walk);
};

/** `http.request(url, { method })` and `axios({ url, method })`. */
const requestsByOptions: Act = (call, walk) => {
  const options = call.args.find((value) => value.kind === "map");
  const entries = options?.kind === "map" ? options.entries : new Map<string, Value>();
  const method = knownText(entries.get("method")) ?? (entries.has("method") ? undefined : "GET");
  const host = entries.get("url") ?? entries.get("hostname") ?? entries.get("host");
  const url =
    call.args[0]?.kind === "map"
      ? knownText(host) === undefined || /:\/\//.test(knownText(host) ?? "")
        ? host
        : text(`http://${knownText(host)}`)
      : call.args[0];
  return requests(method ?? "POST", 0)({ ...call, args: [url ?? UNKNOWN, ...call.args.slice(1)] }, walk);
};

const verbOfName: Act = (call, walk) => {
  const verb = call.name
    .slice(call.name.lastIndexOf(".") + 1)
    .replace(/^.*#/, "")
    .toUpperCase();
  return requests(verb === "DEL" ? "DELETE" : verb, 0)(call, walk);
};

const sqlite: Act = (call) => object("service:sqlite", wordAt(call, 0));

/** What JavaScript's ways to other machines do: HTTP, sockets, databases. */
export const JAVASCRIPT_NETWORK: Readonly<Record<string, Act>> = {
  ...named(
    "fetch undici.fetch node-fetch cross-fetch undici.request globalThis.fetch ky got axios.fetch",
    fetches,
  ),
  ...named("http.request https.request axios axios.request request superagent needle", requestsByOptions),
  ...named("http.get https.get", requests("GET", 0)),
  ...named("get head options", requests("GET", 0), "axios."),
  ...named("post put patch delete", verbOfName, "axios."),
  ...named("got.get ky.get superagent.get request.get needle.get", requests("GET", 0)),
  ...named(
    "got.post got.put got.patch got.delete ky.post ky.put ky.patch ky.delete superagent.post superagent.put superagent.patch superagent.delete superagent.del request.post request.put request.delete request.del request.patch needle.post",
    verbOfName,
  ),
  "axios.create": gives(reference("axios")),
  ...named("axios.* got.* ky.* undici.* http.* https.* http2.* superagent.* request.* node-fetch.*", pure),
  ...named("net.connect net.createConnection tls.connect WebSocket ws ws.WebSocket EventSource", connects(0)),
  ...named("socket#connect", connects(0)),
  ...named("net.Socket dgram.createSocket", () => object("socket")),
  ...named("net.* tls.* dgram.* ws.*", pure),

  ...named(
    "better-sqlite3 sqlite.open node:sqlite.DatabaseSync sqlite.DatabaseSync bun:sqlite.Database sqlite3.Database sqlite3.verbose.Database",
    sqlite,
  ),
  "sqlite3.verbose": gives(reference("sqlite3")),
  "@prisma/client.PrismaClient": (call) =>
    object("service:database", {
      ...unknownWord("prisma"),
      source: call.source.includes("prod") ? "prisma.prod" : "prisma",
    }),
};
