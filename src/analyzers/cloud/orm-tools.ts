/** What a command of a migration tool does to its database. */
export type Deed =
  /** only looks */
  | "read"
  /** writes files of the project */
  | "files"
  /** applies migrations that are written down */
  | "forward"
  /** makes the database equal to the code, dropping what is too much */
  | "push"
  /** takes migrations back */
  | "back"
  /** empties or drops and builds again */
  | "reset"
  /** drops for good */
  | "drop"
  /** creates an empty database */
  | "create"
  /** adds rows */
  | "seed"
  /** runs code with the database in reach */
  | "code";

/** One tool: its subcommands by deed; `|` inside a word separates alternatives, commas separate paths. */
export interface OrmTool {
  readonly deeds: Partial<Readonly<Record<Deed, string>>>;
  readonly values: readonly string[];
  /** Options that carry the database's URL. */
  readonly urls?: readonly string[];
  /** Variables that carry the URL or the host, after `DATABASE_URL`. */
  readonly variables?: readonly string[];
  readonly hosts?: readonly string[];
  /** Options or variables that name the environment. */
  readonly environments?: readonly string[];
  /** Options that make `push` (or a migration) lose data without a question. */
  readonly forces?: readonly string[];
  readonly dryRun?: readonly string[];
}

const V = (words: string) => words.split(" ");

/** Migration tools and ORMs by their program name (each tool's command reference). */
export const ORM: Readonly<Record<string, OrmTool>> = {
  prisma: {
    deeds: {
      read: "migrate status, migrate diff, validate, version, debug, introspect --print, studio, platform status, mcp",
      files: "generate, format, init, db pull, introspect, dev",
      forward: "migrate deploy, migrate dev, migrate resolve",
      push: "db push",
      reset: "migrate reset",
      seed: "db seed",
      code: "db execute",
    },
    values: V(
      "--schema --name -n --url --file --from-url --to-url --from-schema-datamodel --to-schema-datamodel --shadow-database-url --applied --rolled-back --generator --datasource-provider --config -p --port --browser",
    ),
    urls: ["--url"],
    variables: ["POSTGRES_PRISMA_URL", "DIRECT_URL"],
    forces: ["--accept-data-loss", "--force-reset"],
  },
  "drizzle-kit": {
    deeds: {
      read: "check, studio",
      files: "generate, up, introspect, pull, export",
      forward: "migrate",
      push: "push",
      reset: "drop-database",
    },
    values: V(
      "--config --dialect --schema --out --name --url --driver --host --port --user --password --database --breakpoints --prefix",
    ),
    urls: ["--url"],
    forces: ["--force"],
  },
  knex: {
    deeds: {
      read: "migrate:status, migrate:list, migrate:currentVersion",
      files: "init, migrate:make, seed:make",
      forward: "migrate:latest, migrate:up, migrate:unlock",
      back: "migrate:rollback, migrate:down",
      seed: "seed:run",
    },
    values: V(
      "--knexfile --env --client --connection --migrations-directory --migrations-table-name -x --cwd --name --specific",
    ),
    urls: ["--connection"],
    environments: ["--env", "NODE_ENV"],
  },
  typeorm: {
    deeds: {
      read: "migration:show, version, cache:info",
      files: "init, migration:create, migration:generate, entity:create, subscriber:create",
      forward: "migration:run",
      push: "schema:sync",
      back: "migration:revert",
      drop: "schema:drop",
      code: "query",
    },
    values: V("-d --dataSource -f --config -c --connection -t --transaction -n --name"),
    environments: ["NODE_ENV"],
    hosts: ["TYPEORM_HOST", "DB_HOST"],
  },
  sequelize: {
    deeds: {
      read: "db:migrate:status",
      files:
        "init, init:config, init:migrations, init:models, init:seeders, migration:generate, migration:create, model:generate, model:create, seed:generate, seed:create",
      forward: "db:migrate, db:migrate:schema:timestamps:add",
      back: "db:migrate:undo, db:migrate:undo:all, db:seed:undo, db:seed:undo:all",
      seed: "db:seed, db:seed:all",
      create: "db:create",
      drop: "db:drop",
    },
    values: V(
      "--env --config --options-path --migrations-path --seeders-path --models-path --url --name --to --from --seed --attributes",
    ),
    urls: ["--url"],
    environments: ["--env", "NODE_ENV"],
    hosts: ["DB_HOST"],
  },
  "mikro-orm": {
    deeds: {
      read: "migration:list, migration:pending, migration:check, debug, discovery:export",
      files: "migration:create, generate-entities, cache:generate, cache:clear, seeder:create",
      forward: "migration:up, schema:create",
      push: "schema:update",
      back: "migration:down",
      reset: "migration:fresh, schema:fresh",
      drop: "schema:drop",
      create: "database:create",
      seed: "seeder:run, database:import",
    },
    values: V("--config --contextName --to --from --only --class"),
    environments: ["NODE_ENV"],
    hosts: ["DB_HOST", "MIKRO_ORM_HOST"],
  },
  alembic: {
    deeds: {
      read: "current, history, heads, branches, show, check, list_templates",
      files: "init, revision, merge, edit, stamp --sql, ensure_version --sql",
      forward: "upgrade, stamp, ensure_version",
      back: "downgrade",
    },
    values: V(
      "-c --config -n --name -x -m --message --rev-id --head --splice --branch-label --version-path --depends-on",
    ),
    dryRun: ["--sql"],
    variables: ["SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL", "DB_URL"],
  },
  flyway: {
    deeds: {
      read: "info, validate, check, version, diff, auth, list-engines, snapshot, model",
      files: "generate, init, prepare, add",
      forward: "migrate, baseline, repair, deploy",
      back: "undo",
      drop: "clean",
    },
    values: V(
      "-url -user -password -schemas -locations -configFiles -environment -target -url -outputType -workingDirectory",
    ),
    urls: ["-url"],
    variables: ["FLYWAY_URL"],
    environments: ["-environment", "-configFiles"],
  },
  liquibase: {
    deeds: {
      read: "status, validate, history, diff, update-sql, rollback-sql, future-rollback-sql, snapshot, list-locks, checks, unexpected-change-sets, calculate-checksum",
      files: "generate-changelog, diff-changelog, init, db-doc",
      forward:
        "update, update-count, update-to-tag, changelog-sync, tag, mark-next-changeset-ran, release-locks, clear-checksums, register-changelog, sync-hub",
      back: "rollback, rollback-count, rollback-to-date, rollback-one-changeset, rollback-one-update",
      drop: "drop-all",
      code: "execute-sql",
    },
    values: V(
      "--url --username --password --changelog-file --changeLogFile --defaults-file --defaultsFile --contexts --labels --tag --count --sql --driver --classpath --schemas",
    ),
    urls: ["--url"],
    variables: ["LIQUIBASE_COMMAND_URL"],
    environments: ["--defaults-file", "--contexts"],
  },
  goose: {
    deeds: {
      read: "status, version, validate",
      files: "create, fix",
      forward: "up, up-by-one, up-to",
      back: "down, down-to, redo",
      reset: "reset",
    },
    values: V("-dir -table -certfile -ssl-cert -ssl-key -timeout -env"),
    variables: ["GOOSE_DBSTRING"],
  },
  dbmate: {
    deeds: {
      read: "status, wait, version",
      files: "new, n, dump",
      forward: "up, migrate, load",
      back: "rollback, down",
      drop: "drop",
      create: "create",
    },
    values: V(
      "-u --url -e --env --env-file -d --migrations-dir -s --schema-file --wait-timeout --migrations-table",
    ),
    urls: ["-u", "--url"],
    environments: ["--env-file"],
  },
  atlas: {
    deeds: {
      read: "migrate status, migrate lint, migrate validate, migrate ls, schema inspect, schema diff, schema plan, schema lint, version, whoami, migrate hash",
      files:
        "migrate diff, migrate new, schema fmt, migrate import, migrate edit, migrate rm, migrate rebase, migrate checkpoint, login, logout, license, schema test, migrate test",
      forward: "migrate apply, migrate set",
      push: "schema apply",
      back: "migrate down",
      drop: "schema clean",
    },
    values: V(
      "-u --url --dir --env --config -c --dev-url --to -f --file --var --schema --format --from --revisions-schema --baseline --exclude",
    ),
    urls: ["-u", "--url"],
    environments: ["--env"],
    dryRun: ["--dry-run"],
  },
  sqlx: {
    deeds: {
      read: "migrate info",
      files: "migrate add, prepare, migrate build-script, completions",
      forward: "migrate run, database setup",
      back: "migrate revert",
      create: "database create",
      drop: "database drop",
      reset: "database reset",
    },
    values: V("-D --database-url --source --target-version --connect-timeout"),
    urls: ["-D", "--database-url"],
    dryRun: ["--dry-run"],
  },
  diesel: {
    deeds: {
      read: "migration list, migration pending, print-schema, help, completions",
      files: "migration generate",
      forward: "migration run, setup, database setup",
      back: "migration revert, migration redo",
      reset: "database reset",
      drop: "database drop",
    },
    values: V("--database-url --migration-dir --config-file --locked-schema --schema --number -n"),
    urls: ["--database-url"],
  },
  migrate: {
    deeds: { read: "version, help", files: "create", forward: "up, goto, force", back: "down", drop: "drop" },
    values: V("-source -path -database -prefetch -lock-timeout -ext -dir -format -tz"),
    urls: ["-database"],
  },
  ent: {
    deeds: { files: "generate, init, new, schema", read: "describe" },
    values: V("--target --template --feature"),
  },
  atlasgo: { deeds: {}, values: [] },
  hasura: {
    deeds: {
      read: "migrate status, metadata diff, metadata inconsistency, metadata inconsistency list, version, deploy --dry-run, metadata export",
      files:
        "init, migrate create, seed create, migrate squash, console, actions create, update-cli, plugins, completion",
      forward: "migrate apply, metadata apply, metadata reload, deploy, actions codegen",
      back: "migrate rollback",
      drop: "metadata clear, migrate delete",
      seed: "seed apply",
    },
    values: V(
      "--endpoint --admin-secret --project --envfile --database-name --up --down --version --goto --name",
    ),
    urls: ["--endpoint"],
    variables: ["HASURA_GRAPHQL_ENDPOINT"],
    environments: ["--envfile"],
    dryRun: ["--dry-run"],
  },
  refinery: {
    deeds: { files: "setup", forward: "migrate" },
    values: V("-c -p -e --env-var"),
    variables: ["REFINERY_CONFIG"],
  },
  phinx: {
    deeds: {
      read: "status, list, test",
      files: "init, create, seed:create",
      forward: "migrate, breakpoint",
      back: "rollback",
      seed: "seed:run",
    },
    values: V("-c --configuration -e --environment -t --target -d --date -s --seed -p --parser"),
    environments: ["-e", "--environment", "PHINX_ENVIRONMENT"],
    dryRun: ["--dry-run", "-x"],
  },
  "node-pg-migrate": {
    deeds: { files: "create", forward: "up", back: "down, redo" },
    values: V("-d --database-url-var -m --migrations-dir -t -s --schema -f --config-file --envPath"),
    dryRun: ["--dry-run"],
  },
  "db-migrate": {
    deeds: {
      read: "check",
      files: "create",
      forward: "up",
      back: "down",
      reset: "reset",
      seed: "seed",
      create: "db:create",
      drop: "db:drop",
    },
    values: V("-e --env -m --migrations-dir --config -c --count"),
    environments: ["-e", "--env", "NODE_ENV"],
    dryRun: ["--dry-run"],
  },
  dotnet_ef: {
    deeds: {
      read: "migrations list, dbcontext list, dbcontext info, migrations has-pending-model-changes, migrations script, dbcontext script",
      files: "migrations add, migrations remove, dbcontext scaffold, dbcontext optimize, migrations bundle",
      forward: "database update",
      drop: "database drop",
    },
    values: V(
      "--connection -p --project -s --startup-project -c --context -o --output-dir --configuration --framework -n",
    ),
    urls: ["--connection"],
    environments: ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"],
    dryRun: ["--dry-run"],
  },
};
