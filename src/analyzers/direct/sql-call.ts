import type { Environment } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { environmentOf, isLoopback } from "../environment.ts";
import { badInput, recordOf, textField } from "./input.ts";
import { type Dialect, judgeSql } from "./sql.ts";

const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgresql: "postgresql",
  postgres: "postgresql",
  pg: "postgresql",
  cockroachdb: "postgresql",
  redshift: "postgresql",
  mysql: "mysql",
  mariadb: "mysql",
  sqlite: "sqlite",
  sqlite3: "sqlite",
};

/** Judges a `sql` call: a text, or `{ text, dialect }`. Without a declared environment it is production. */
export function judgeSqlCall(input: unknown, scene: Scene): Finding {
  const text = typeof input === "string" ? input : textField(input, "text");
  if (text === undefined) return badInput("sql", "`text` is no text", scene);
  const named = typeof input === "string" ? undefined : recordOf(input)?.dialect;
  if (named !== undefined && (typeof named !== "string" || !/^[\w -]{1,40}$/.test(named)))
    return badInput("sql", "`dialect` is no name", scene);
  const dialect = named === undefined ? "postgresql" : (DIALECTS[(named as string).toLowerCase()] ?? "ansi");
  const host = textField(input, "host");
  const local = host !== undefined && isLoopback(host);
  const environment: Environment = local
    ? "development"
    : environmentOf([host, textField(input, "database")], scene);
  return judgeSql(text, { dialect, environment, local }, scene);
}
