import type { Effect } from "../../core/effect.ts";
import { type SqlContext, unknownSql } from "./sql.ts";
import { insertRows, readTable, sqlEffect, touchRows } from "./sql-effects.ts";
import { functionVerb, readsSecret } from "./sql-functions.ts";
import { judgeDefinition } from "./sql-postgres-definitions.ts";
import { children, list, type Node, nodeOf, relationName, stringsIn, textOf } from "./sql-tree.ts";

/** Deeper trees than this are not followed. */
const MAX_DEPTH = 200;

/** What the statements of a libpg-query parse result (PostgreSQL 18 parse nodes) would do. */
export function judgePostgres(json: unknown, context: SqlContext): readonly Effect[] {
  const statements = list(nodeOf(json)?.stmts);
  if (nodeOf(json) === undefined || !Array.isArray(nodeOf(json)?.stmts))
    return [unknownSql("parse result not understood", context, false)];
  return statements.flatMap((one) => judgeStatement(nodeOf(one.stmt), context, 0));
}

/** The effects of one statement node: `{ SelectStmt: {…} }`. */
export function judgeStatement(
  statement: Node | undefined,
  context: SqlContext,
  depth: number,
): readonly Effect[] {
  const [type, body] = onlyMember(statement);
  if (type === undefined || body === undefined || depth > 20)
    return [unknownSql(type ?? "empty statement", context, depth > 20)];
  switch (type) {
    case "SelectStmt":
    case "InsertStmt":
    case "UpdateStmt":
    case "DeleteStmt":
    case "MergeStmt":
      return judgeQuery(type, body, context);
    case "ExplainStmt":
      return isAnalyze(body) ? judgeStatement(nodeOf(body.query), context, depth + 1) : [];
    case "DeclareCursorStmt":
    case "PrepareStmt":
      return judgeStatement(nodeOf(body.query), context, depth + 1);
    case "CreateTableAsStmt":
      return [
        sqlEffect(
          {
            verb: "create",
            kind: "sql.table",
            name: relationName(nodeOf(nodeOf(body.into)?.rel)),
            level: "R1",
            marks: ["additive"],
          },
          context,
        ),
        ...judgeStatement(nodeOf(body.query), context, depth + 1),
      ];
    case "CopyStmt":
      return judgeCopy(body, context, depth);
    case "DoStmt":
      return [
        sqlEffect(
          { verb: "execute", kind: "sql.code", name: "DO block", certain: false, count: null },
          context,
        ),
      ];
    case "CallStmt":
      return [
        sqlEffect(
          {
            verb: "execute",
            kind: "sql.procedure",
            name: functionName(nodeOf(body.funccall)),
            certain: false,
            count: null,
          },
          context,
        ),
      ];
    case "ExecuteStmt":
      return [
        sqlEffect(
          {
            verb: "execute",
            kind: "sql.prepared-statement",
            name: textOf(body.name),
            certain: false,
            count: null,
          },
          context,
        ),
      ];
    default:
      return judgeDefinition(type, body, context);
  }
}

function onlyMember(node: Node | undefined): readonly [string | undefined, Node | undefined] {
  const [entry] = Object.entries(node ?? {});
  return entry === undefined ? [undefined, undefined] : [entry[0], nodeOf(entry[1])];
}

/** SELECT, INSERT, UPDATE, DELETE, MERGE with everything nested in them. */
function judgeQuery(type: string, body: Node, context: SqlContext): readonly Effect[] {
  const names = new Set<string>();
  const effects: Effect[] = [...ownEffects(type, body, context)];
  const isCall =
    type === "SelectStmt" && list(body.fromClause).length === 0 && list(body.valuesLists).length === 0;
  walk(body, 0, (key, node) => {
    if (key === "CommonTableExpr") names.add(textOf(node.ctename));
    if (key === "RangeVar") names.add(relationName(node));
    if (key === "FuncCall") effects.push(...callEffects(functionName(node), isCall, context));
    if (/^(Insert|Update|Delete|Merge)Stmt$/.test(key)) effects.push(...ownEffects(key, node, context));
    if (key === "SelectStmt" && nodeOf(node.intoClause)) effects.push(...ownEffects(key, node, context));
    return true;
  }) || effects.push(unknownSql("statement nested too deeply", context, true));
  return [...effects, ...[...names].flatMap((name) => readTable(name, context))];
}

function callEffects(name: string, isCall: boolean, context: SqlContext): readonly Effect[] {
  if (readsSecret(name)) {
    return [sqlEffect({ verb: "read", kind: "sql.function", name, level: "R1", marks: ["secret"] }, context)];
  }
  const called = functionVerb(name, isCall);
  if (called === undefined) return [];
  return [
    sqlEffect(
      {
        verb: called.verb,
        kind: "sql.function",
        name,
        certain: called.certain,
        ...(called.mild ? { level: "R1" as const } : {}),
        count: null,
      },
      context,
    ),
  ];
}

function ownEffects(type: string, body: Node, context: SqlContext): readonly Effect[] {
  const table = relationName(nodeOf(body.relation));
  switch (type) {
    case "InsertStmt":
      return [insertRows(table, nodeOf(body.onConflictClause)?.action === "ONCONFLICT_UPDATE", context)];
    case "UpdateStmt":
      return [touchRows("change", table, isConditional(body.whereClause), context)];
    case "DeleteStmt":
      return [touchRows("delete", table, isConditional(body.whereClause), context)];
    case "MergeStmt":
      return [
        touchRows(
          JSON.stringify(body.mergeWhenClauses ?? null).includes("CMD_DELETE") ? "delete" : "change",
          table,
          true,
          context,
        ),
      ];
    default: {
      const into = nodeOf(nodeOf(body.intoClause)?.rel);
      return into
        ? [
            sqlEffect(
              {
                verb: "create",
                kind: "sql.table",
                name: relationName(into),
                level: "R1",
                marks: ["additive"],
              },
              context,
            ),
          ]
        : [];
    }
  }
}

/** A condition that looks at no column and at no query (`true`, `1 = 1`) selects every row. */
function isConditional(where: unknown): boolean {
  const node = nodeOf(where);
  if (node === undefined) return false;
  let looks = false;
  walk(node, 0, (key) => {
    if (key === "ColumnRef" || key === "SubLink" || key === "CurrentOfExpr" || key === "ParamRef")
      looks = true;
    return true;
  });
  return looks || Object.hasOwn(node, "CurrentOfExpr");
}

function isAnalyze(body: Node): boolean {
  return list(body.options).some((option) => {
    const element = nodeOf(option.DefElem);
    if (textOf(element?.defname) !== "analyze") return false;
    return !/^(false|off|0|no)$/i.test(stringsIn(element?.arg)[0] ?? "true");
  });
}

function judgeCopy(body: Node, context: SqlContext, depth: number): readonly Effect[] {
  const table = relationName(nodeOf(body.relation));
  if (body.is_program === true) {
    return [
      sqlEffect(
        {
          verb: "execute",
          kind: "sql.server-program",
          name: textOf(body.filename),
          marks: ["privileged"],
        },
        context,
      ),
    ];
  }
  if (body.is_from === true) return [insertRows(table, false, context)];
  const query = nodeOf(body.query);
  const inner = query ? judgeStatement(query, context, depth + 1) : readTable(table, context);
  const file = textOf(body.filename);
  return file === ""
    ? inner
    : [
        ...inner,
        sqlEffect({ verb: "change", kind: "sql.server-file", name: file, marks: ["privileged"] }, context),
      ];
}

function functionName(call: Node | undefined): string {
  return list(call?.funcname)
    .map((part) => textOf(nodeOf(part.String)?.sval))
    .join(".");
}

/** Visits every node below, with its type; answers false when the tree is deeper than the bound. */
function walk(node: Node, depth: number, visit: (key: string, node: Node) => boolean): boolean {
  if (depth > MAX_DEPTH) return false;
  return children(node).every(([key, child]) => visit(key, child) && walk(child, depth + 1, visit));
}
