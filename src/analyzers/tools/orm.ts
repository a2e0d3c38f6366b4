import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { MONGODB_ATLAS } from "../cloud/data-tools.ts";
import {
  type Database,
  ownDatabase,
  settingDatabase,
  unknownDatabase,
  urlDatabase,
} from "../cloud/database.ts";
import { FRAMEWORKS, judgeFramework } from "../cloud/frameworks.ts";
import { asksHelp, judgeGrammar } from "../cloud/grammar.ts";
import { deedEffects } from "../cloud/orm-effects.ts";
import { type Deed, ORM, type OrmTool } from "../cloud/orm-tools.ts";
import { prismaDatabase } from "../cloud/prisma.ts";
import { shown } from "../cloud/target.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { isLoopback } from "../environment.ts";
import { type Options, parseOptions } from "../options.ts";

const SAME: Readonly<Record<string, string>> = {
  "sequelize-cli": "sequelize",
  "typeorm-ts-node-commonjs": "typeorm",
  "typeorm-ts-node-esm": "typeorm",
  "golang-migrate": "migrate",
  "cargo-sqlx": "sqlx",
  "dotnet-ef": "dotnet_ef",
};

import { analyzer as agents } from "./agents.ts";

export const analyzer: Analyzer = {
  name: "orm",
  title: "Migrations: Prisma, Drizzle, Rails, Laravel, Django, Alembic, Flyway and others",
  about:
    "Status, validation and generated files pass. What touches a database is judged by where it is: the URL from an option, the environment or the project's .env files; loopback and workspace files are the operator's own, everything else counts as production.",
  programs: [
    ...Object.keys(ORM).filter((name) => name !== "dotnet_ef" && name !== "atlasgo"),
    ...Object.keys(SAME),
    ...FRAMEWORKS,
  ],
  analyze,
  examples: [
    { run: "prisma db push --accept-data-loss", does: ["change? sql.database database @unknown"], tier: 4 },
    {
      run: "prisma migrate reset --force",
      files: { ".env": "DATABASE_URL=postgres://db.example.com/app" },
      does: ["replace sql.database app @unknown"],
      tier: 4,
    },
    {
      run: "prisma migrate dev --name add_users",
      files: { ".env": 'DATABASE_URL="postgresql://app@localhost:5432/app"' },
      does: ["change? sql.database app @development"],
      tier: 1,
    },
    { run: "prisma generate", does: ["change prisma.files migrations"], tier: 1 },
    { run: "prisma migrate status", does: [], tier: 0 },
    { run: "drizzle-kit push --force", does: ["change? sql.database database @unknown"], tier: 4 },
    { run: "drizzle-kit generate", does: ["change drizzle-kit.files migrations"], tier: 1 },
    {
      run: "rails db:migrate",
      files: { "config/database.yml": "development:\n  adapter: postgresql\n  database: app_development\n" },
      does: ["change? sql.database app_development @development"],
      tier: 1,
    },
    {
      run: "RAILS_ENV=production rails db:drop",
      does: ["delete sql.database database @production"],
      tier: 4,
    },
    { run: "rails routes", does: ["execute rails.local routes"], tier: 1 },
    {
      run: "alembic upgrade head",
      files: { ".env": "DATABASE_URL=sqlite:///./dev.db" },
      does: ["change sql.database dev.db"],
      tier: 1,
    },
    { run: "alembic downgrade base", does: ["delete sql.database database @unknown"], tier: 4 },
    {
      run: "flyway -url=jdbc:postgresql://db.example.com/app clean",
      does: ["delete sql.database app @unknown"],
      tier: 4,
    },
    {
      run: "sqlx migrate run --database-url postgres://localhost/app",
      does: ["change? sql.database app @development"],
      tier: 1,
    },
    {
      run: "typeorm schema:drop -d src/data-source.ts",
      does: ["delete sql.database database @unknown"],
      tier: 4,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (asksHelp(command.args)) return NOTHING;
  const program = SAME[command.program] ?? command.program;
  if (FRAMEWORKS.includes(program)) return judgeFramework(program, command, scene);
  const tool = ORM[program];
  if (tool === undefined) return NOTHING;
  const first = parseOptions(command.args, { values: tool.values, exact: true, singleDash: true }).operands[0]
    ?.text;
  if (program === "goose" && first !== undefined && GOOSE_AGENT.test(first))
    return agents.analyze(command, scene);
  if (program === "atlas" && first !== undefined && !ATLAS_SCHEMAS.test(first))
    return judgeGrammar(command, scene, MONGODB_ATLAS);
  const args = program === "goose" ? withoutDriver(command.args, tool) : command.args;
  return judgeOrm(program.replace("_", "-"), tool, args, command.source, scene);
}

/** Subcommands of the agent that shares its name with the migration tool. */
const GOOSE_AGENT =
  /^(run|session|s|configure|web|recipe|schedule|project|projects|info|mcp|serve|acp|update|bench|term|gateway)$/;
/** Subcommands of Atlas for database schemas; the others are of MongoDB Atlas. */
const ATLAS_SCHEMAS = /^(migrate|schema|version|whoami|login|logout|license|copilot|tool|ask|help)$/;

/** `goose DRIVER DBSTRING COMMAND`: the command first, what it reaches after it. */
function withoutDriver(args: readonly Word[], tool: OrmTool): readonly Word[] {
  const { operands } = parseOptions(args, { values: tool.values, exact: true, singleDash: true });
  const [driver, database] = operands;
  const drivers =
    /^(postgres|pgx|mysql|sqlite3?|mssql|sqlserver|redshift|tidb|clickhouse|vertica|ydb|turso|starrocks|duckdb|azuresql)$/;
  if (database === undefined || !drivers.test(driver?.text ?? "")) return args;
  return [...args.filter((word) => word !== driver && word !== database), database];
}

/** Judges the arguments of a migration tool. */
export function judgeOrm(
  name: string,
  tool: OrmTool,
  args: readonly Word[],
  by: string,
  scene: Scene,
): Finding {
  const singleDash = tool.values.some((value) => /^-[a-z]{2}/i.test(value) && !value.startsWith("--"));
  const options = parseOptions(args, {
    values: tool.values,
    exact: true,
    ...(singleDash ? { singleDash: true } : {}),
  });
  const deed = deedOf(tool, options.operands);
  if (options.operands.length === 0)
    return args.length === 0 ? NOTHING : options.dynamic ? unknown(name, options, scene, by) : NOTHING;
  if (deed === undefined) return unknown(name, options, scene, by);
  if (tool.dryRun !== undefined && options.has(...tool.dryRun)) return NOTHING;
  if (deed === "read" || deed === "files")
    return found(deedEffects(name, deed, ownDatabase("database", scene), by));
  const forced = tool.forces !== undefined && options.has(...tool.forces);
  const what: Deed = options.has("--force-reset") ? "reset" : deed;
  return found(deedEffects(name, what, databaseOf(name, tool, options, scene), by, forced));
}

/** The deed with the longest matching path; at the same length the graver one. */
function deedOf(tool: OrmTool, operands: readonly Word[]): Deed | undefined {
  const order: readonly Deed[] = [
    "drop",
    "reset",
    "back",
    "push",
    "code",
    "forward",
    "seed",
    "create",
    "files",
    "read",
  ];
  let best: { deed: Deed; length: number } | undefined;
  for (const deed of order) {
    for (const path of (tool.deeds[deed] ?? "").split(",").map((one) => one.trim().split(" "))) {
      const matches = path[0] !== "" && path.every((word, at) => operands[at]?.text === word);
      if (matches && path.length > (best?.length ?? 0)) best = { deed, length: path.length };
    }
  }
  return best?.deed;
}

function databaseOf(name: string, tool: OrmTool, options: Options, scene: Scene): Database {
  const names = (tool.environments ?? []).map((one) =>
    one.startsWith("-") ? options.value(one)?.text : scene.variable(one),
  );
  const url = options.value(...(tool.urls ?? []));
  const fromOption =
    url?.text === undefined ? undefined : (urlDatabase(url.text, scene) ?? byHost(url.text, scene));
  if (url !== undefined)
    return raised(fromOption ?? unknownDatabase([shown(url), ...names], scene), names, scene);
  const direct = options.operands
    .slice(1)
    .map((word) =>
      word.text !== undefined && /:\/\/|host=/.test(word.text) ? urlDatabase(word.text, scene) : undefined,
    );
  const operand = direct.find((one) => one !== undefined);
  if (operand !== undefined) return raised(operand, names, scene);
  const setting =
    name === "prisma"
      ? prismaDatabase(options, scene)
      : settingDatabase(["DATABASE_URL", ...(tool.variables ?? [])], tool.hosts ?? [], scene);
  return raised(setting ?? { ...unknownDatabase(names, scene), name: "database" }, names, scene);
}

function byHost(text: string, scene: Scene): Database | undefined {
  const host = /^https?:\/\/([^:/]+)/.exec(text)?.[1];
  return host !== undefined && isLoopback(host) ? ownDatabase(host, scene) : undefined;
}

/** A name of production raises what an address said. */
function raised(database: Database, names: readonly (string | undefined)[], scene: Scene): Database {
  const said = unknownDatabase(names, scene);
  return said.environment === "production" && names.some((name) => name !== undefined)
    ? { ...database, environment: "production", local: false, restorable: false }
    : database;
}

function unknown(name: string, options: Options, scene: Scene, by: string): Finding {
  const { environment } = unknownDatabase([], scene);
  return found([
    effect({
      verb: "unknown",
      kind: name,
      name: options.operands.slice(0, 3).map(shown).join(" "),
      environment,
      count: null,
      certain: false,
      by,
    }),
  ]);
}
