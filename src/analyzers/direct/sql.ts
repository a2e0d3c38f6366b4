import type { Effect, Environment } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { effect, found } from "../effects.ts";
import { judgePostgres } from "./sql-postgres.ts";
import { judgeTokens } from "./sql-tokens.ts";

/** Whose SQL it is. `ansi`: none that we know exactly. */
export type Dialect = "postgresql" | "mysql" | "sqlite" | "ansi";

/** Where statements run. */
export interface SqlContext {
  readonly dialect: Dialect;
  readonly environment: Environment;
  /** The operator's own database: over the loopback, a socket, or a file. */
  readonly local: boolean;
  /** A database file that the restore point of the workspace covers. */
  readonly restorable?: boolean;
  readonly by: string;
}

/** What a caller says of the place; what it leaves out counts as shared. */
export interface SqlOptions {
  readonly dialect: Dialect;
  readonly environment: Environment;
  readonly local?: boolean;
  readonly restorable?: boolean;
  /** What the database is reached as, for people. */
  readonly target?: string;
  /** The piece of the request that carries the statements; default: the statements. */
  readonly by?: string;
}

/** More text than this is not read (characters): who sends it controls its size. */
const MAX_TEXT = 1_000_000;

/**
 * What a text of SQL statements would do. PostgreSQL is parsed by its own parser through a fact, other dialects
 * by their tokens; a text that does not parse is an unknown effect, and so is one that is too long.
 */
export function judgeSql(text: string, options: SqlOptions, scene: Scene): Finding {
  const context: SqlContext = { ...options, local: options.local ?? false, by: options.by ?? text };
  if (text.length > MAX_TEXT)
    return found([unknownSql("text longer than 1,000,000 characters", context, true)]);
  if (text.trim() === "") return found([]);
  const effects = context.dialect === "postgresql" ? exact(text, context, scene) : judgeTokens(text, context);
  return found(merge(effects));
}

function exact(text: string, context: SqlContext, scene: Scene): readonly Effect[] {
  const fact = scene.need({ kind: "syntax", language: "postgresql", text });
  if (fact?.problem !== undefined || fact?.json === undefined) {
    return [
      unknownSql(
        fact?.problem === undefined ? "statement not parsed" : `statement not parsed: ${fact.problem}`,
        context,
        false,
      ),
    ];
  }
  return judgePostgres(fact.json, context);
}

/** The effect of a statement that nobody could read. */
export function unknownSql(name: string, context: SqlContext, bound: boolean): Effect {
  return effect({
    verb: "unknown",
    kind: "sql",
    name: name.slice(0, 120),
    environment: context.environment,
    reversibility: context.local ? "R3" : "R4",
    count: null,
    certain: false,
    marks: bound ? ["bound"] : [],
    by: context.by,
  });
}

/** The same verb on the same table, said once. */
function merge(effects: readonly Effect[]): readonly Effect[] {
  const seen = new Map<string, Effect>();
  for (const one of effects) {
    const key = JSON.stringify([one.verb, one.resource, one.marks, one.certain, one.reversibility]);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
