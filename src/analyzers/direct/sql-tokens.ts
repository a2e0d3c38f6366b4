import type { Effect } from "../../core/effect.ts";
import { type SqlContext, unknownSql } from "./sql.ts";
import { dropData, insertRows, readTable, sqlEffect, touchRows } from "./sql-effects.ts";
import { functionVerb, readsSecret } from "./sql-functions.ts";

/** One token: a word, a quoted name, a string, a number or one sign. */
export interface Token {
  readonly type: "word" | "name" | "string" | "sign";
  readonly text: string;
}

/** The tokens of a text, or `undefined` when a quotation or a comment does not end. */
export function tokenize(text: string, dialect: SqlContext["dialect"]): readonly Token[] | undefined {
  const source = unwrapVersionComments(text);
  const tokens: Token[] = [];
  const pattern =
    /(--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\s+)|('(?:[^'\\]|''|\\[\s\S])*')|("(?:[^"\\]|""|\\[\s\S])*")|`((?:[^`]|``)*)`|\[([A-Za-z_][\w ]*)\]|([A-Za-z_$@\u0080-\uffff][\w$@\u0080-\uffff]*)|(\d[\w.]*)|([\s\S])/gy;
  for (let match = pattern.exec(source); match; match = pattern.exec(source)) {
    const [, skipped, single, double, tick, bracket, word, number, sign] = match;
    if (skipped !== undefined) {
      if (skipped.startsWith("#") && dialect !== "mysql") return undefined;
    } else if (single !== undefined) tokens.push({ type: "string", text: single.slice(1, -1) });
    else if (double !== undefined)
      tokens.push({ type: dialect === "mysql" ? "string" : "name", text: double.slice(1, -1) });
    else if (tick !== undefined || bracket !== undefined)
      tokens.push({ type: "name", text: tick ?? bracket ?? "" });
    else if (word !== undefined || number !== undefined)
      tokens.push({ type: "word", text: word ?? number ?? "" });
    else if (sign === "'" || sign === '"' || sign === "`") return undefined;
    else tokens.push({ type: "sign", text: sign ?? "" });
  }
  const open = tokens.some(
    (token, at) => token.text === "/" && tokens[at + 1]?.text === "*" && token.type === "sign",
  );
  return open ? undefined : tokens;
}

/** `/*! … *\/` and `/*!50000 … *\/` are code to MySQL, `/*M! … *\/` to MariaDB. */
function unwrapVersionComments(text: string): string {
  return text.replace(/\/\*M?!\d*([\s\S]*?)\*\//g, " $1 ");
}

/** What the statements of a text would do, told by their keywords. What is not plainly a read is a change. */
export function judgeTokens(text: string, context: SqlContext): readonly Effect[] {
  const tokens = tokenize(text, context.dialect);
  if (tokens === undefined) return [unknownSql("statement not parsed", context, false)];
  return statements(tokens).flatMap((statement) => judgeStatement(statement, context));
}

function statements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const out: Token[][] = [[]];
  for (const token of tokens) {
    if (token.type === "sign" && token.text === ";") out.push([]);
    else out.at(-1)?.push(token);
  }
  return out.filter((statement) => statement.length > 0);
}

const SESSION = new Set("BEGIN START COMMIT END ROLLBACK SAVEPOINT RELEASE USE".split(" "));
const READS = new Set("SHOW DESCRIBE DESC VALUES HELP TABLE EXISTS CHECK CHECKSUM".split(" "));
const READ_PRAGMA =
  /^(table_info|table_xinfo|table_list|index_list|index_info|index_xinfo|foreign_key_list|database_list|collation_list|function_list|compile_options|integrity_check|quick_check|foreign_key_check|page_count|page_size|freelist_count|user_version|schema_version|encoding|journal_mode|foreign_keys|synchronous|cache_size|application_id|version|show_tables|storage_info|busy_timeout|mmap_size|temp_store)$/i;

function judgeStatement(statement: readonly Token[], context: SqlContext): readonly Effect[] {
  const words = statement.map((token) =>
    token.type === "word" ? token.text.toUpperCase() : token.type === "sign" ? token.text : "",
  );
  const start = words.findIndex((word) => word !== "(");
  const [first = "", second = ""] = words.slice(start);
  const name = (after: readonly string[]) => nameAfter(statement, words, after);
  switch (first) {
    case "SELECT":
    case "WITH":
    case "FROM":
      return judgeSelect(statement, words, context);
    case "EXPLAIN":
    case "ANALYZE":
      return judgeExplain(statement, words, context);
    case "INSERT":
      return [
        insertRows(
          name(["INTO", "INSERT"]),
          words.includes("DUPLICATE") || words.includes("REPLACE") || words.includes("OVERWRITE"),
          context,
        ),
        ...nested(statement, words, context),
      ];
    case "REPLACE":
    case "UPSERT":
      return [insertRows(name(["INTO", first]), true, context)];
    case "UPDATE":
      return [touchRows("change", name(["UPDATE"]), hasCondition(words), context)];
    case "DELETE":
      return [touchRows("delete", name(["FROM", "DELETE"]), hasCondition(words), context)];
    case "TRUNCATE":
      return [dropData("sql.table", name(["TABLE", "TRUNCATE"]), context, true)];
    case "DROP":
      return [judgeDrop(second, name([...DROPPED, "EXISTS", "DROP"]), context)];
    case "PRAGMA":
      return READ_PRAGMA.test(second) && !words.slice(start + 2).includes("=")
        ? []
        : pragma(second, words, context);
    case "SET":
      return judgeSet(words, context);
    default:
      if (SESSION.has(first) || (READS.has(first) && !words.includes("INTO"))) return [];
      return [judgeOther(first, second, name, context)];
  }
}

const DROPPED = [
  "TABLE",
  "DATABASE",
  "SCHEMA",
  "VIEW",
  "INDEX",
  "USER",
  "ROLE",
  "TRIGGER",
  "FUNCTION",
  "PROCEDURE",
  "KEYSPACE",
  "COLUMN",
  "BUCKET",
];

/** The name that follows the last of the given keywords that stands before a name. */
function nameAfter(
  statement: readonly Token[],
  words: readonly string[],
  keywords: readonly string[],
): string {
  let at = words.findIndex((word) => keywords.includes(word));
  const skip = new Set([
    ...keywords,
    "IF",
    "NOT",
    "ONLY",
    "LOW_PRIORITY",
    "QUICK",
    "IGNORE",
    "OR",
    "TEMPORARY",
    "REPLACE",
    "INTO",
    "FROM",
    "ABORT",
    "ROLLBACK",
    "FAIL",
  ]);
  if (at < 0) return "*";
  // Quoted names stand as empty words: they are never skipped, and nothing is skipped past the end.
  while (at < words.length && words[at] !== "" && skip.has(words[at] ?? "")) at++;
  const parts = [statement[at]?.text ?? "*"];
  while (words[at + 1] === "." && statement[at + 2] !== undefined) {
    parts.push(statement[at + 2]?.text ?? "");
    at += 2;
  }
  return parts.join(".");
}

function hasCondition(words: readonly string[]): boolean {
  const at = words.indexOf("WHERE");
  if (at < 0) return false;
  const rest = words
    .slice(at + 1)
    .filter((word) => !["(", ")", "=", "1", "TRUE", "0", "LIMIT"].includes(word));
  return rest.length > 0;
}

function judgeSelect(
  statement: readonly Token[],
  words: readonly string[],
  context: SqlContext,
): readonly Effect[] {
  const effects = [...nested(statement, words, context)];
  const into = words.indexOf("INTO");
  if (into >= 0 && !words.includes("INSERT")) {
    const file = ["OUTFILE", "DUMPFILE"].includes(words[into + 1] ?? "");
    const name = statement[into + (file ? 2 : 1)]?.text ?? "*";
    effects.push(
      sqlEffect(
        {
          verb: file ? "change" : "create",
          kind: file ? "sql.server-file" : "sql.table",
          name,
          ...(file ? {} : { level: "R1" as const }),
        },
        context,
      ),
    );
  }
  return effects;
}

/** Functions called, tables read, and writes behind a WITH. */
function nested(
  statement: readonly Token[],
  words: readonly string[],
  context: SqlContext,
): readonly Effect[] {
  const effects: Effect[] = [];
  const isCall = !words.includes("FROM");
  words.forEach((word, at) => {
    const text = statement[at]?.text ?? "";
    const before = words[at - 1] ?? "";
    if (statement[at]?.type === "word" && words[at + 1] === "(" && !KEYWORD_CALLS.has(word))
      effects.push(...callEffects(text, isCall, context));
    if (at > 0 && word === "DELETE" && before !== "ON")
      effects.push(
        touchRows(
          "delete",
          nameAfter(statement.slice(at), words.slice(at), ["FROM", "DELETE"]),
          hasCondition(words.slice(at)),
          context,
        ),
      );
    if (at > 0 && word === "UPDATE" && !["FOR", "KEY", "ON", "DO"].includes(before))
      effects.push(
        touchRows("change", statement[at + 1]?.text ?? "*", hasCondition(words.slice(at)), context),
      );
    if (at > 0 && word === "INSERT" && words[at + 1] === "INTO")
      effects.push(insertRows(statement[at + 2]?.text ?? "*", false, context));
    if (["FROM", "JOIN"].includes(before) && text !== "")
      effects.push(...readTable(nameAfter(statement.slice(at - 1), words.slice(at - 1), [before]), context));
  });
  return effects;
}

const KEYWORD_CALLS = new Set(
  "IN AND OR NOT EXISTS VALUES AS ON FROM SELECT WHERE USING OVER ANY ALL SOME CASE WHEN THEN JOIN BY HAVING LIMIT UNION INTERSECT EXCEPT INTO LIKE BETWEEN DISTINCT INTERVAL KEY INDEX SET".split(
    " ",
  ),
);

function callEffects(name: string, isCall: boolean, context: SqlContext): readonly Effect[] {
  if (readsSecret(name))
    return [sqlEffect({ verb: "read", kind: "sql.function", name, level: "R1", marks: ["secret"] }, context)];
  const called = functionVerb(name, isCall);
  return called === undefined
    ? []
    : [
        sqlEffect(
          { verb: called.verb, kind: "sql.function", name, certain: called.certain, count: null },
          context,
        ),
      ];
}

function judgeExplain(
  statement: readonly Token[],
  words: readonly string[],
  context: SqlContext,
): readonly Effect[] {
  const runs = words[0] === "ANALYZE" || words[1] === "ANALYZE";
  const at = words.findIndex((word) =>
    ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE"].includes(word),
  );
  if (words[0] === "ANALYZE" && at < 0)
    return [
      sqlEffect(
        { verb: "change", kind: "sql.upkeep", name: "analyze", level: "R1", marks: ["additive"] },
        context,
      ),
    ];
  return runs && at >= 0 ? judgeStatement(statement.slice(at), context) : [];
}

function judgeDrop(what: string, name: string, context: SqlContext): Effect {
  const kind = `sql.${(what === "TEMPORARY" ? "table" : what).toLowerCase() || "object"}`;
  if (/^(VIEW|INDEX|TRIGGER|FUNCTION|PROCEDURE|EVENT)$/.test(what))
    return sqlEffect(
      { verb: what === "TRIGGER" ? "remove-protection" : "delete", kind, name, level: "R3" },
      context,
    );
  return dropData(kind, name, context, /^(DATABASE|SCHEMA|KEYSPACE)$/.test(what));
}

function judgeOther(
  first: string,
  second: string,
  name: (after: readonly string[]) => string,
  context: SqlContext,
): Effect {
  const named = name([second, "EXISTS", ...DROPPED]);
  const noun = `sql.${second.toLowerCase() || "object"}`;
  if (first === "CREATE" || first === "ATTACH" || first === "DETACH") {
    if (second === "USER" || second === "ROLE")
      return sqlEffect({ verb: "escalate", kind: noun, name: named, level: "R1" }, context);
    return sqlEffect({ verb: "create", kind: noun, name: named, level: "R1", marks: ["additive"] }, context);
  }
  if (first === "ALTER") {
    const escalates = second === "USER" || second === "ROLE";
    return sqlEffect(
      { verb: escalates ? "escalate" : "change", kind: noun, name: named, level: escalates ? "R1" : "R4" },
      context,
    );
  }
  if (first === "GRANT")
    return sqlEffect({ verb: "escalate", kind: "sql.grant", name: name(["TO"]), level: "R1" }, context);
  if (first === "REVOKE")
    return sqlEffect({ verb: "change", kind: "sql.grant", name: name(["FROM"]), level: "R1" }, context);
  if (first === "KILL") return sqlEffect({ verb: "stop", kind: "sql.session", name: second }, context);
  if (["VACUUM", "OPTIMIZE", "REINDEX", "REPAIR"].includes(first))
    return sqlEffect(
      { verb: "change", kind: "sql.upkeep", name: named, level: "R1", marks: ["additive"] },
      context,
    );
  if (first === "RENAME")
    return sqlEffect({ verb: "change", kind: "sql.table", name: name(["TABLE"]), level: "R1" }, context);
  if (first === "LOAD" || first === "COPY" || first === "IMPORT")
    return insertRows(name(["TABLE", "INTO", "COPY"]), true, context);
  if (["PURGE", "FLUSH", "RESET"].includes(first)) return dropData("sql.log", second.toLowerCase(), context);
  return unknownSql(`${first} ${second}`.trim() || "statement", context, false);
}

function pragma(name: string, words: readonly string[], context: SqlContext): readonly Effect[] {
  const harmless =
    /^(FOREIGN_KEYS|JOURNAL_MODE|SYNCHRONOUS|CACHE_SIZE|BUSY_TIMEOUT|TEMP_STORE|MMAP_SIZE|OPTIMIZE|WAL_CHECKPOINT|CASE_SENSITIVE_LIKE|RECURSIVE_TRIGGERS|USER_VERSION)$/.test(
      name,
    );
  if (harmless && !(name === "FOREIGN_KEYS" && words.includes("OFF") && words.length > 6)) {
    return [
      sqlEffect(
        { verb: "change", kind: "sql.setting", name: name.toLowerCase(), level: "R1", marks: ["additive"] },
        context,
      ),
    ];
  }
  return [sqlEffect({ verb: "change", kind: "sql.setting", name: name.toLowerCase() }, context)];
}

function judgeSet(words: readonly string[], context: SqlContext): readonly Effect[] {
  if (words[1] === "PASSWORD")
    return [sqlEffect({ verb: "escalate", kind: "sql.user", name: "password", level: "R1" }, context)];
  if (words[1] === "GLOBAL" || words[1] === "PERSIST" || words.some((word) => word.startsWith("@@GLOBAL"))) {
    return [
      sqlEffect(
        { verb: "change", kind: "sql.setting", name: (words[2] ?? "global").toLowerCase(), level: "R3" },
        context,
      ),
    ];
  }
  return [];
}
