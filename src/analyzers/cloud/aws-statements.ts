import type { Environment } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { type Dialect, judgeSql } from "../direct/sql.ts";
import { effect, found } from "../effects.ts";

/** Operations whose parameter is a statement of a query language: what it does stands there, not in their name. */
const CARRIES =
  /^(athena start-query-execution|(redshift-data|rds-data|dynamodb) (batch-)?execute-statement|rds-data execute-sql|dynamodb execute-transaction|timestream-query (query|prepare-query|create-scheduled-query))$/;
const PARAMETERS = [
  "sql",
  "sqls",
  "query string",
  "statement",
  "statements",
  "sql statements",
  "transact statements",
];

/** Where an operation acts. */
export interface StatementPlace {
  readonly environment: Environment;
  readonly local: boolean;
  readonly by: string;
}

/**
 * Judges an operation that carries statements; `undefined` when it carries none. `operation` is spelled as on the
 * command line; `given` holds its parameters by their words. A statement that is missing or cannot be read is an
 * unknown change.
 */
export function judgeAwsStatement(
  service: string,
  operation: string,
  given: ReadonlyMap<string, string>,
  place: StatementPlace,
  scene: Scene,
): Finding | undefined {
  if (!CARRIES.test(`${service} ${operation}`)) return undefined;
  const values = PARAMETERS.flatMap((name) => given.get(name) ?? []);
  const texts = values.flatMap((value) => statementsIn(value) ?? [undefined]);
  if (texts.length === 0 || texts.some((text) => text === undefined || text.trim() === ""))
    return unread(service, operation, place);
  return found(
    texts.flatMap(
      (text = "") => judgeSql(text, { ...place, dialect: dialectOf(service, text) }, scene).effects,
    ),
  );
}

/** A statement, a JSON list of statements, or of objects with one each; `undefined` for a file or another form. */
function statementsIn(value: string): readonly (string | undefined)[] | undefined {
  const text = value.trim();
  if (/^(file|fileb|https?):\/\//i.test(text)) return undefined;
  if (!/^[[{]/.test(text)) return [text];
  try {
    const json: unknown = JSON.parse(text);
    const items: readonly unknown[] = Array.isArray(json) ? json : [json];
    return items.map((item) => (typeof item === "string" ? item : memberStatement(item)));
  } catch {
    return undefined;
  }
}

function memberStatement(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const [, value] = Object.entries(item).find(([name]) => /^(statement|sql)$/i.test(name)) ?? [];
  return typeof value === "string" ? value : undefined;
}

function dialectOf(service: string, text: string): Dialect {
  if (service === "redshift-data") return "postgresql";
  if (service === "rds-data") return text.includes("`") ? "mysql" : "postgresql";
  return "ansi";
}

function unread(service: string, operation: string, place: StatementPlace): Finding {
  return found([
    effect({
      verb: "unknown",
      kind: `aws.${service}.statement`,
      name: `${operation}: statement not readable ahead`,
      environment: place.environment,
      reversibility: place.local ? "R3" : "R4",
      count: null,
      certain: false,
      by: place.by,
    }),
  ]);
}
