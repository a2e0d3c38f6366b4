import { literal, unknownWord } from "../options.ts";
import { downloads, pure, requests, same, unknown, valueAt, wordAt } from "./acts.ts";
import { connects } from "./process-acts.ts";
import { named } from "./table.ts";
import { knownText, object, textWith } from "./values.ts";
import type { Act } from "./walk.ts";

/** A client of a service, named by what it is a client of. */
const awsClient: Act = (call) =>
  object("service:aws", { ...unknownWord("aws"), source: `aws.${knownText(call.args[0]) ?? "service"}` });
const sqliteConnection: Act = (call) => object("service:sqlite", wordAt(call, [0, "database"]));

/** What Python's ways to other machines do: HTTP, sockets, databases, services. */
export const PYTHON_NETWORK: Readonly<Record<string, Act>> = {
  ...named("get head options", requests("GET", [0, "url"]), "requests."),
  ...named(
    "post put patch delete",
    (call, walk) =>
      requests(call.name.slice(call.name.lastIndexOf(".") + 1).toUpperCase(), [0, "url"])(call, walk),
    "requests.",
  ),
  ...named("get head options", requests("GET", [0, "url"]), "httpx."),
  ...named(
    "post put patch delete",
    (call, walk) =>
      requests(call.name.slice(call.name.lastIndexOf(".") + 1).toUpperCase(), [0, "url"])(call, walk),
    "httpx.",
  ),
  ...named("requests.request httpx.request httpx.stream", requests([0, "method"], [1, "url"])),
  ...named(
    "requests.Session requests.session httpx.Client httpx.AsyncClient aiohttp.ClientSession urllib3.PoolManager http.client.HTTPConnection http.client.HTTPSConnection requests_html.HTMLSession cloudscraper.create_scraper",
    (call) => object("session", wordAt(call, 0)),
  ),
  ...named(
    "session#get session#head session#options session#getresponse session#close session#mount session#read",
    requests("GET", 0),
  ),
  ...named("session#post session#put session#patch session#delete", (call, walk) =>
    requests(call.name.toUpperCase(), 0)(call, walk),
  ),
  "session#request": (call, walk) =>
    requests(0, call.self?.kind === "object" && call.self.at.text !== undefined ? "self" : 1)(call, walk),
  ...named("requests.* httpx.* aiohttp.* urllib3.* http.*", pure),
  ...named("urllib.request.urlopen", (call, walk) =>
    requests(valueAt(call, [1, "data"]) && valueAt(call, [1, "data"])?.kind !== "plain" ? "POST" : "GET", [
      0,
      "url",
    ])(
      {
        ...call,
        args:
          call.args[0]?.kind === "object" && call.args[0].of === "request"
            ? [textWith(call.args[0].at)]
            : call.args,
      },
      walk,
    ),
  ),
  "urllib.request.Request": (call, walk) => {
    const method = knownText(valueAt(call, [5, "method"])) ?? (valueAt(call, [1, "data"]) ? "POST" : "GET");
    requests(method, [0, "url"])(call, walk);
    return object("request", wordAt(call, [0, "url"]));
  },
  "urllib.request.urlretrieve": (call, walk) =>
    (call.args[1] || call.named.get("filename") ? downloads([1, "filename"]) : pure)(call, walk),
  ...named("urllib.request.* urllib.error.* urllib.robotparser.*", pure),
  ...named(
    "ssl.wrap_socket telnetlib.* xmlrpc.client.* websockets.connect websocket.create_connection asyncio.open_connection",
    unknown,
  ),
  "socket.socket": () => object("socket"),
  ...named("socket#connect socket#connect_ex socket.create_connection", connects(0)),
  ...named(
    "socket.create_server socketserver.* socket.gethostname socket.getfqdn socket.gethostbyname socket.getaddrinfo socket.inet_aton socket.inet_ntoa socket.AF_INET socket.SOCK_STREAM socket.setdefaulttimeout ssl.*",
    pure,
  ),
  ...named("asyncio.*", pure),

  ...named("boto3.client boto3.resource", awsClient),
  ...named("boto3.Session boto3.session.Session botocore.session.get_session", () =>
    object("service:aws", { ...unknownWord("aws"), source: "aws" }),
  ),
  ...named("sqlite3.connect aiosqlite.connect apsw.Connection", sqliteConnection),
  "sqlite3.*": pure,
  "sqlalchemy.text": same(0),
  "sqlalchemy.create_engine": (call) => {
    const url = knownText(call.args[0]);
    const file = url === undefined ? undefined : /^sqlite:\/\/\/?(.*)$/.exec(url)?.[1];
    return file === undefined
      ? object("service:sql", { ...unknownWord("sql"), source: "sql" })
      : object("service:sqlite", literal(file === "" ? ":memory:" : file));
  },
};
