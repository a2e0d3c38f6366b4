import type { Effect } from "../../core/effect.ts";
import { effect } from "../effects.ts";
import type { Database } from "./database.ts";
import type { Deed } from "./orm-tools.ts";

const ADVICE: Partial<Readonly<Record<Deed, string>>> = {
  push: "write a migration and read its SQL first: a push drops what the code no longer names",
  reset: "take a dump first; for a test database name it in DATABASE_URL on the loopback",
  drop: "take a dump first; rename the database instead",
  back: "read what the step back drops: columns and tables that the migration added go with their data",
  forward: "read the SQL of the pending migrations first, and keep a dump",
};

/** The effect of a deed on a database. Forward migrations and rows that are added leave what is there. */
export function deedEffects(
  tool: string,
  deed: Deed,
  database: Database,
  by: string,
  forced = false,
): readonly Effect[] {
  if (deed === "read") return [];
  if (deed === "files") {
    return [
      effect({
        verb: "change",
        kind: `${tool}.files`,
        name: "migrations",
        environment: "workspace",
        reversibility: "R1",
        wayBack: "restore-point",
        marks: ["workspace-code"],
        by,
      }),
    ];
  }
  const base = {
    kind: "sql.database",
    name: database.name,
    environment: database.environment,
    by,
    ...(ADVICE[deed] ? { advice: ADVICE[deed] } : {}),
  };
  if (database.restorable)
    return [
      effect({
        ...base,
        verb: verbOf(deed),
        reversibility: "R1",
        wayBack: "restore-point",
        certain: deed !== "code",
      }),
    ];
  const own = database.local;
  switch (deed) {
    case "forward":
    case "seed":
      return [
        effect({
          ...base,
          verb: "change",
          reversibility: own ? "R1" : "R3",
          marks: own ? ["additive"] : [],
          certain: false,
        }),
      ];
    case "create":
      return [effect({ ...base, verb: "create", reversibility: "R1", marks: own ? ["additive"] : [] })];
    case "push":
      return [
        effect({
          ...base,
          verb: "change",
          reversibility: own ? (forced ? "R3" : "R1") : "R4",
          marks: own && !forced ? ["additive"] : [],
          certain: false,
          count: null,
        }),
      ];
    case "code":
      return [
        effect({ ...base, verb: "execute", reversibility: own ? "R3" : "R4", certain: false, count: null }),
      ];
    default:
      return [effect({ ...base, verb: verbOf(deed), reversibility: own ? "R3" : "R4", count: null })];
  }
}

function verbOf(deed: Deed): Effect["verb"] {
  if (deed === "reset") return "replace";
  if (deed === "drop" || deed === "back") return "delete";
  if (deed === "code") return "execute";
  return deed === "create" ? "create" : "change";
}
