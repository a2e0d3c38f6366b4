import type { Effect, Verb } from "../../core/effect.ts";
import { verbOfName } from "../cloud/words.ts";
import { type SqlContext, unknownSql } from "./sql.ts";
import { dropData, sqlEffect } from "./sql-effects.ts";
import { list, type Node, nodeOf, relationName, stringsIn, textOf } from "./sql-tree.ts";

/** Statements that concern only the session or a transaction. */
const SESSION = new Set(
  "TransactionStmt VariableShowStmt ListenStmt UnlistenStmt DiscardStmt DeallocateStmt ClosePortalStmt FetchStmt ConstraintsSetStmt LoadStmt".split(
    " ",
  ),
);
/** Statements that work on what is there without changing what it says. */
const UPKEEP = new Set(
  "VacuumStmt ReindexStmt RefreshMatViewStmt ClusterStmt CheckPointStmt CommentStmt".split(" "),
);
/** Objects that go with the data in them. */
const HOLDS_DATA =
  /TABLE|SCHEMA|MATVIEW|SEQUENCE|TYPE|DOMAIN|EXTENSION|FOREIGN|LARGEOBJECT|COLUMN|PUBLICATION|DATABASE/;

/** Definitions, rights and upkeep: everything that is no query. */
export function judgeDefinition(type: string, body: Node, context: SqlContext): readonly Effect[] {
  if (SESSION.has(type))
    return type === "LoadStmt" ? [make("execute", "library", textOf(body.filename), context)] : [];
  if (UPKEEP.has(type))
    return [
      sqlEffect(
        {
          verb: "change",
          kind: "sql.upkeep",
          name: relationName(nodeOf(body.relation)),
          level: "R1",
          marks: ["additive"],
        },
        context,
      ),
    ];
  switch (type) {
    case "TruncateStmt":
      return list(body.relations).map((table) => dropData("sql.table", relationName(table), context, true));
    case "DropStmt":
      return judgeDrop(body, context);
    case "DropdbStmt":
      return [dropData("sql.database", textOf(body.dbname), context)];
    case "DropRoleStmt":
      return list(body.roles).map((role) => make("delete", "role", stringsIn(role).join("."), context));
    case "DropOwnedStmt":
    case "DropTableSpaceStmt":
      return [dropData("sql.owned", stringsIn(body).join(",") || textOf(body.tablespacename), context, true)];
    case "AlterTableStmt":
      return judgeAlter(body, context);
    case "GrantStmt":
    case "GrantRoleStmt":
      return [rights(body, context)];
    case "CreateRoleStmt":
    case "AlterRoleStmt":
    case "AlterRoleSetStmt":
    case "AlterDefaultPrivilegesStmt":
    case "CreateUserMappingStmt":
      return [
        sqlEffect(
          {
            verb: "escalate",
            kind: "sql.role",
            name: textOf(body.role) || stringsIn(body.role).join("."),
            level: "R1",
          },
          context,
        ),
      ];
    case "AlterPolicyStmt":
      return [make("remove-protection", "policy", textOf(body.policy_name), context)];
    case "VariableSetStmt":
      return judgeSet(body, context);
    case "NotifyStmt":
      return [make("send", "channel", textOf(body.conditionname), context)];
    case "LockStmt":
      return [
        sqlEffect(
          {
            verb: "stop",
            kind: "sql.table",
            name: list(body.relations).map(relationName).join(","),
            level: "R1",
          },
          context,
        ),
      ];
    default:
      return [byName(type, body, context)];
  }
}

function make(verb: Verb, kind: string, name: string, context: SqlContext): Effect {
  return sqlEffect({ verb, kind: `sql.${kind}`, name }, context);
}

function judgeDrop(body: Node, context: SqlContext): readonly Effect[] {
  const type = textOf(body.removeType).replace("OBJECT_", "");
  const kind = type.toLowerCase().replaceAll("_", "-");
  const names = (Array.isArray(body.objects) ? body.objects : []).map((item) => stringsIn(item).join("."));
  return names.map((name) => {
    if (HOLDS_DATA.test(type))
      return dropData(`sql.${kind}`, name, context, type === "SCHEMA" || type === "EXTENSION");
    const verb = type === "POLICY" || type === "TRIGGER" ? "remove-protection" : "delete";
    return sqlEffect({ verb, kind: `sql.${kind}`, name, level: "R3" }, context);
  });
}

/** Subcommands of ALTER TABLE that take data or a protection away. */
const LOSES = /^AT_(DropColumn|AlterColumnType|DetachPartition|SetLogged|SetUnLogged)/;
const UNPROTECTS =
  /^AT_(DisableRowSecurity|NoForceRowSecurity|DisableTrig|DisableRule|DropConstraint|ChangeOwner)/;

function judgeAlter(body: Node, context: SqlContext): readonly Effect[] {
  const table = relationName(nodeOf(body.relation));
  const commands = list(body.cmds).map((command) => nodeOf(command.AlterTableCmd) ?? {});
  return commands.map((command) => {
    const subtype = textOf(command.subtype);
    const name = `${table}${textOf(command.name) === "" ? "" : `.${textOf(command.name)}`}`;
    if (subtype === "AT_DropColumn") return dropData("sql.column", name, context);
    if (LOSES.test(subtype)) return sqlEffect({ verb: "change", kind: "sql.column", name }, context);
    if (UNPROTECTS.test(subtype))
      return sqlEffect({ verb: "remove-protection", kind: "sql.table", name, level: "R1" }, context);
    return sqlEffect({ verb: "change", kind: "sql.table", name, level: "R1" }, context);
  });
}

function rights(body: Node, context: SqlContext): Effect {
  const name = stringsIn(body.objects ?? body.granted_roles).join(",") || "*";
  const gives = body.is_grant === true;
  return sqlEffect({ verb: gives ? "escalate" : "change", kind: "sql.grant", name, level: "R1" }, context);
}

function judgeSet(body: Node, context: SqlContext): readonly Effect[] {
  const name = textOf(body.name).toLowerCase();
  if (name === "session_replication_role")
    return [sqlEffect({ verb: "remove-protection", kind: "sql.setting", name, level: "R1" }, context)];
  if (name === "role" || name === "session_authorization") {
    return /RESET|DEFAULT/.test(textOf(body.kind))
      ? []
      : [
          sqlEffect(
            { verb: "escalate", kind: "sql.session", name: stringsIn(body.args).join(","), level: "R1" },
            context,
          ),
        ];
  }
  return [];
}

/** The rest by the name of the node: `CreateSeqStmt`, `AlterSystemStmt`, `RenameStmt`. */
function byName(type: string, body: Node, context: SqlContext): Effect {
  const [, noun = "object"] = /^(?:Create|Alter|Drop|Define|Import)?(.*?)Stmt$/.exec(type) ?? [];
  const kind = `sql.${(KINDS[type] ?? noun).toLowerCase() || "object"}`;
  const name = nameIn(body);
  if (/^(Create|Define|View|Index|Import|Rule|CompositeType)/.test(type)) {
    if (type === "CreateSubscriptionStmt" || type === "CreatePLangStmt")
      return sqlEffect({ verb: "execute", kind, name }, context);
    const replaces = body.replace === true;
    return sqlEffect(
      {
        verb: replaces ? "change" : "create",
        kind,
        name,
        level: replaces ? "R3" : "R1",
        marks: replaces ? [] : ["additive"],
      },
      context,
    );
  }
  if (/^(Alter|Rename|SecLabel)/.test(type))
    return sqlEffect(
      { verb: "change", kind, name, level: type === "AlterSystemStmt" ? "R3" : "R1" },
      context,
    );
  if (/^(Drop|Reassign)/.test(type)) return sqlEffect({ verb: "delete", kind, name }, context);
  return {
    ...unknownSql(type, context, false),
    ...(verbOfName(type) === "delete" ? { verb: "delete" as const } : {}),
  };
}

const KINDS: Readonly<Record<string, string>> = {
  CreateStmt: "table",
  ViewStmt: "view",
  IndexStmt: "index",
  DefineStmt: "definition",
  CreatedbStmt: "database",
  RenameStmt: "object",
  AlterOwnerStmt: "owner",
  CreateFunctionStmt: "function",
  CreateTrigStmt: "trigger",
  CreateSeqStmt: "sequence",
  AlterSystemStmt: "setting",
};

function nameIn(body: Node): string {
  const relation = nodeOf(body.relation) ?? nodeOf(body.view) ?? nodeOf(body.sequence);
  if (relation) return relationName(relation);
  const direct = [
    "idxname",
    "dbname",
    "schemaname",
    "extname",
    "trigname",
    "policy_name",
    "pubname",
    "subname",
    "newname",
    "tablespacename",
    "servername",
  ];
  const found = direct.map((key) => textOf(body[key])).find((text) => text !== "");
  return (
    found ??
    (stringsIn(body.funcname ?? body.defnames ?? body.typeName ?? body.object ?? body.setstmt).join(".") ||
      "*")
  );
}
