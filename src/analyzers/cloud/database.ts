import type { Environment } from "../../core/effect.ts";
import type { Scene, Word } from "../analyzer.ts";
import type { Dialect, SqlOptions } from "../direct/sql.ts";
import { environmentOf, isLoopback } from "../environment.ts";
import { locate } from "../locate.ts";
import { literal } from "../options.ts";

/** A database as a client reaches it. */
export interface Database {
  readonly environment: Environment;
  /** The operator's own: loopback, socket, or a file on this machine. */
  readonly local: boolean;
  /** A file that the workspace's restore point covers. */
  readonly restorable: boolean;
  readonly name: string;
}

/** The options with which SQL for this database is judged. */
export function sqlOptions(database: Database, dialect: Dialect, by: string): SqlOptions {
  return {
    dialect,
    environment: database.environment,
    local: database.local,
    restorable: database.restorable,
    target: database.name,
    by,
  };
}

/** A database whose address nobody knows. Seen from a container of this machine it is the container's neighbour. */
export function unknownDatabase(names: readonly (string | undefined)[], scene: Scene): Database {
  const environment = environmentOf(names, scene);
  const name = names.find((one) => one !== undefined) ?? "database";
  const { place } = scene;
  if (place.host !== undefined && place.environment === "local" && environment !== "production") {
    return { environment: "local", local: true, restorable: false, name };
  }
  return { environment, local: false, restorable: false, name };
}

/** A server by its host; no host, or a path, is a socket on this machine (or in this container). */
export function serverDatabase(host: string | undefined, name: string | undefined, scene: Scene): Database {
  const shown = name ?? "database";
  if (
    host === undefined ||
    host === "" ||
    host.startsWith("/") ||
    isLoopback(host) ||
    isComposeService(host, scene)
  ) {
    return ownDatabase(shown, scene);
  }
  return { environment: environmentOf([host, name], scene), local: false, restorable: false, name: shown };
}

/** A server on this machine. Where the shell itself is elsewhere, so is the socket. */
export function ownDatabase(name: string, scene: Scene): Database {
  const { place, setting } = scene;
  if (place.host !== undefined)
    return { environment: place.environment, local: place.environment === "local", restorable: false, name };
  if (setting.declared === "production" || setting.declared === "staging")
    return { environment: setting.declared, local: false, restorable: false, name };
  return { environment: "development", local: true, restorable: false, name };
}

/** Inside a container of this machine a bare name (`db`, `postgres`) is its neighbour. */
function isComposeService(host: string, scene: Scene): boolean {
  return (
    scene.place.host !== undefined && scene.place.environment === "local" && /^[a-z][a-z0-9_-]*$/i.test(host)
  );
}

/** A database file. */
export function fileDatabase(word: Word | undefined, scene: Scene): Database {
  if (
    word === undefined ||
    word.text === "" ||
    word.text === ":memory:" ||
    /^file::memory:|mode=memory/.test(word.text ?? "")
  ) {
    return { environment: "workspace", local: true, restorable: true, name: ":memory:" };
  }
  if (/^(md|motherduck|ducklake|s3|gs|https?|postgres(ql)?|mysql|libsql):/i.test(word.text ?? "")) {
    return urlDatabase(word.text ?? "", scene) ?? unknownDatabase([word.text], scene);
  }
  const path = word.text === undefined ? undefined : filePath(word.text);
  const at = locate(path === undefined ? word : literal(path), scene);
  if (at.area === "workspace")
    return { environment: "workspace", local: true, restorable: scene.setting.restorable, name: at.shown };
  if (at.area === "temporary") return { environment: "local", local: true, restorable: true, name: at.shown };
  if (at.area === "remote")
    return {
      environment: scene.place.environment,
      local: scene.place.environment === "local",
      restorable: false,
      name: at.shown,
    };
  return { environment: "local", local: false, restorable: false, name: at.shown };
}

/** The path in `sqlite:…` and `file:…`. After three slashes a bare name or `./` is relative (SQLAlchemy, dj-database-url). */
function filePath(text: string): string {
  const bare = text.replace(/\?.*$/, "");
  const relative = /^sqlite3?(?:\+\w+)?:\/\/\/(\.{1,2}\/.*|[^/]+)$/i.exec(bare)?.[1];
  return (
    relative ??
    bare.replace(/^(sqlite3?(?:\+\w+)?|file|libsql|duckdb):(\/\/(?=\/|\.|[a-z]))?/i, "").replace(/^\/\//, "/")
  );
}

const URL =
  /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#,]*)?(?::\d+)?(?:\/([^?#]*))?(?:\?(.*))?$/i;

/** A database by its URL or libpq connection string; `undefined` when the text is neither. */
export function urlDatabase(text: string, scene: Scene): Database | undefined {
  if (/^(sqlite3?(\+\w+)?|file|libsql:file|duckdb):/i.test(text) && !/^file:\/\/[a-z]+\./i.test(text))
    return fileDatabase(literal(text), scene);
  if (/(^|\s)(host|hostaddr|dbname|service)\s*=/.test(text)) {
    const value = (key: string) => new RegExp(`(?:^|\\s)${key}\\s*=\\s*'?([^\\s']+)`).exec(text)?.[1];
    if (value("service") !== undefined) return unknownDatabase([value("service")], scene);
    return serverDatabase(value("hostaddr") ?? value("host"), value("dbname"), scene);
  }
  const match = URL.exec(
    text
      .trim()
      .replace(/^jdbc:/, "")
      .replace(/^([a-z]+):thin:.*@/, "$1://"),
  );
  if (!match) return undefined;
  const [, scheme = "", host, path, query] = match;
  if (/^sqlite/i.test(scheme)) return fileDatabase(literal(`${host ?? ""}/${path ?? ""}`), scene);
  const inQuery = /(?:^|&)host=([^&]+)/.exec(query ?? "")?.[1];
  const authority = text.slice(text.indexOf("//") + 2).split("/")[0] ?? "";
  const hosts = authority.slice(authority.lastIndexOf("@") + 1).split(",");
  const remote = hosts.map((one) => one.replace(/:\d+$/, "")).find((one) => one !== "" && !isLoopback(one));
  return serverDatabase(inQuery ? decode(inQuery) : (remote ?? host), path === "" ? undefined : path, scene);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Files from which tools take their settings, in the order in which the first value counts. */
const SETTINGS = [".env.local", ".env.development.local", ".env.development", ".env"];

/**
 * The value of a variable as a tool that reads `.env` files will see it: what the environment says, else the first
 * of the project's `.env` files that names it.
 */
export function settingValue(
  name: string,
  scene: Scene,
  files: readonly string[] = SETTINGS,
): string | undefined {
  const own = scene.variable(name);
  if (own !== undefined) return own;
  if (scene.cwd === undefined) return undefined;
  for (const file of files) {
    const text = scene.need({ kind: "text", path: `${scene.cwd}/${file}` })?.text;
    const value = text === undefined ? undefined : envValue(text, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The value of a name in the text of a `.env` file. */
function envValue(text: string, name: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== name) continue;
    const value = match[2] ?? "";
    const quoted = /^(["'])(.*)\1/.exec(value);
    return quoted ? quoted[2] : value.replace(/\s+#.*$/, "");
  }
  return undefined;
}

/** A database by the variables of a project: a URL, else a host. `undefined` when nothing names one. */
export function settingDatabase(
  urls: readonly string[],
  hosts: readonly string[],
  scene: Scene,
  files?: readonly string[],
): Database | undefined {
  for (const name of urls) {
    const value = settingValue(name, scene, files);
    if (value !== undefined && value !== "")
      return urlDatabase(value, scene) ?? unknownDatabase([value], scene);
  }
  for (const name of hosts) {
    const value = settingValue(name, scene, files);
    if (value !== undefined && value !== "") return serverDatabase(value, undefined, scene);
  }
  return undefined;
}
