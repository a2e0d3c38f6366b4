import type { Effect, Mark, Reversibility, Verb } from "../../core/effect.ts";
import { saysSecret } from "../cloud/words.ts";
import { effect } from "../effects.ts";
import type { SqlContext } from "./sql.ts";

const WHERE = "add a WHERE clause, and run it as a SELECT count(*) first";
const KEEP = "rename it instead (undone by one statement), or take a dump first";

interface Parts {
  readonly verb: Verb;
  readonly kind: string;
  readonly name: string;
  readonly level?: Reversibility;
  readonly marks?: readonly Mark[];
  readonly advice?: string;
  readonly certain?: boolean;
  readonly count?: number | null;
}

/** An effect of a statement. On the operator's own database lost data is lost time, in a workspace file nothing. */
export function sqlEffect(parts: Parts, context: SqlContext): Effect {
  const level = parts.level ?? "R4";
  const own = context.local && level === "R4" ? "R3" : level;
  const back =
    context.restorable === true
      ? { reversibility: "R1" as const, wayBack: "restore-point" as const }
      : { reversibility: own };
  const marks =
    context.restorable === true ? (parts.marks ?? []).filter((mark) => mark !== "bulk") : (parts.marks ?? []);
  return effect({
    verb: parts.verb,
    kind: parts.kind,
    name: parts.name,
    environment: context.environment,
    ...back,
    marks: context.local && level === "R1" && parts.verb !== "escalate" ? [...marks, "additive"] : marks,
    count: parts.count === undefined ? 1 : parts.count,
    certain: parts.certain ?? true,
    ...(parts.advice ? { advice: parts.advice } : {}),
    by: context.by,
  });
}

/** Rows added: nothing that was there changes. */
export function insertRows(table: string, overwrites: boolean, context: SqlContext): Effect {
  return overwrites
    ? sqlEffect({ verb: "change", kind: "sql.table", name: table, count: null }, context)
    : sqlEffect(
        { verb: "create", kind: "sql.row", name: table, level: "R1", marks: ["additive"], count: null },
        context,
      );
}

/** Rows changed or deleted; without a condition it is every row. */
export function touchRows(
  verb: "change" | "delete",
  table: string,
  conditional: boolean,
  context: SqlContext,
): Effect {
  return sqlEffect(
    {
      verb,
      kind: "sql.table",
      name: table,
      count: null,
      marks: conditional ? [] : ["bulk"],
      advice: conditional ? "count the rows with the same WHERE clause first" : WHERE,
    },
    context,
  );
}

/** Something dropped or emptied for good. */
export function dropData(kind: string, name: string, context: SqlContext, bulk = false): Effect {
  return sqlEffect({ verb: "delete", kind, name, advice: KEEP, marks: bulk ? ["bulk"] : [] }, context);
}

/** Reading a table: worth a question when its name says that secrets are in it. */
export function readTable(table: string, context: SqlContext): readonly Effect[] {
  if (!saysSecret(table)) return [];
  if (context.local) return [];
  return [
    sqlEffect(
      { verb: "read", kind: "sql.table", name: table, level: "R1", marks: ["secret"], count: null },
      context,
    ),
  ];
}
