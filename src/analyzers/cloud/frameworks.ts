import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import { classOfName, namedTask } from "../project/names.ts";
import {
  type Database,
  ownDatabase,
  serverDatabase,
  settingDatabase,
  settingValue,
  unknownDatabase,
} from "./database.ts";
import { djangoDatabase, projectText, railsDatabase } from "./framework-settings.ts";
import { localEffect } from "./grammar.ts";
import { deedEffects } from "./orm-effects.ts";
import type { Deed } from "./orm-tools.ts";

/** Programs of web frameworks that carry migrations among many other commands. */
export const FRAMEWORKS: readonly string[] = [
  "rails",
  "rake",
  "manage.py",
  "django-admin",
  "flask",
  "artisan",
  "sail",
  "console",
  "doctrine",
  "ecto",
  "doctrine-migrations",
];

/** What each command does; the first pattern that matches the subcommand counts. */
type Deeds = readonly (readonly [RegExp, Deed | "own" | "tests"])[];

const RAILS: Deeds = [
  [
    /^(db:(migrate:status|version|abort_if_pending_migrations|schema:cache:dump|encryption:init)|routes|about|stats|notes|initializers|middleware|time:zones|-T|--tasks|zeitwerk:check|secret)$/,
    "own",
  ],
  [/^db:(drop|purge|truncate_all)(:|$)|^db:drop:all$/, "drop"],
  [
    /^db:(reset|setup|migrate:reset|seed:replant|schema:load|structure:load|fixtures:load|schema:load_if_ruby|prepare:reset|test:(prepare|load|purge).*|environment:set|load_config|replant)(:|$)/,
    "reset",
  ],
  [/^db:(rollback|forward|migrate:(down|redo))(:|$)/, "back"],
  [/^db:(migrate|prepare|migrate:up|migrate:with_data)(:|$)|^data:migrate/, "forward"],
  [/^db:create/, "create"],
  [/^db:seed/, "seed"],
  [/^db:(schema:dump|structure:dump|system:change)/, "files"],
  [/^(test|spec|t)(:|$)/, "tests"],
  [/^(console|c|runner|r|dbconsole|db)$/, "code"],
  [/^db:/, "code"],
];
const DJANGO: Deeds = [
  [
    /^(check|showmigrations|sqlmigrate|sqlflush|sqlsequencereset|inspectdb|diffsettings|dumpdata|help|version|show_urls|validate_templates|findstatic|sendtestemail_dry|testserver|print_settings|list_model_info)$/,
    "own",
  ],
  [
    /^(makemigrations|squashmigrations|startapp|startproject|makemessages|compilemessages|collectstatic|optimizemigration|runserver|runserver_plus|spectacular|createcachetable_sql|graph_models|tailwind)$/,
    "own",
  ],
  [/^(flush|reset_db|clean_pyc_db|drop_test_database|reset_schema|clear_data|truncate)$/, "reset"],
  [/^(loaddata|createsuperuser|createcachetable|seed|changepassword|update_index)$/, "seed"],
  [
    /^(remove_stale_contenttypes|clearsessions|deleteorphanedmedia|prune.*|delete.*|purge.*|clear_cache)$/,
    "drop",
  ],
  [/^migrate$/, "forward"],
  [/^(shell|shell_plus|dbshell|runscript)$/, "code"],
  [/^test$/, "tests"],
];
const ARTISAN: Deeds = [
  [
    /^(migrate:status|route:list|list|about|env|config:show|model:show|event:list|schedule:list|queue:monitor|queue:failed|db:show|db:table|db:monitor|channel:list|help|--version|inspire|lang:publish|docs|pail|queue:listen)$/,
    "own",
  ],
  [
    /^(make:|stub:|key:generate|storage:link|vendor:publish|serve|config:(cache|clear|publish)|route:(cache|clear)|view:(cache|clear)|event:(cache|clear)|optimize|package:discover|ide-helper:|install:|lang:|schema:dump|cache:clear|breeze|jetstream|pint|horizon|reverb|telescope|octane|octane:start|queue:(work|restart)|schedule:(work|run|test)|solo|dusk:install|sail:)/,
    "own",
  ],
  [/^(migrate:(fresh|refresh|reset)|db:wipe|migrate:install:fresh)$/, "reset"],
  [/^migrate:rollback$/, "back"],
  [/^(migrate|migrate:install)$/, "forward"],
  [/^db:seed$/, "seed"],
  [/^(tinker|db)$/, "code"],
  [/^(test|dusk|pest)$/, "tests"],
  [
    /^(queue:(clear|flush|prune.*|forget)|model:prune|telescope:(clear|prune)|auth:clear-resets|scout:(flush|delete.*))$/,
    "drop",
  ],
];
const SYMFONY: Deeds = [
  [
    /^(doctrine:(schema:(validate)|migrations:(status|list|current|latest|up-to-date)|mapping:info|query:dql)|debug:|lint:|about|list|router:match|config:dump-reference|cache:pool:list|messenger:stats|secrets:list)/,
    "own",
  ],
  [
    /^(make:|cache:(clear|warmup)|assets:|doctrine:(migrations:(diff|generate|dump-schema)|mapping:import|cache:)|importmap:|translation:|server:|asset-map:|ux:|tailwind:)/,
    "own",
  ],
  [/^(doctrine:)?(schema:drop|database:drop|mongodb:schema:drop|orm:schema-tool:drop)/, "drop"],
  [/^(doctrine:)?(schema:update|orm:schema-tool:update)/, "push"],
  [/^(doctrine:)?(fixtures:load|hautelook:fixtures:load)/, "reset"],
  [/^(doctrine:)?migrations:(migrate|execute|rollup|version|sync-metadata-storage)|^migrate$/, "forward"],
  [/^(doctrine:)?(schema:create|database:create|orm:schema-tool:create)/, "create"],
  [/^(doctrine:query:sql|dbal:run-sql|run-sql)/, "code"],
];
const FLASK: Deeds = [
  [/^(db (current|history|heads|branches|show|check)|routes|run|--version)/, "own"],
  [/^db (init|revision|migrate|merge|edit|list-templates)/, "own"],
  [/^db (upgrade|stamp)/, "forward"],
  [/^db downgrade/, "back"],
  [/^shell/, "code"],
];
const ECTO: Deeds = [
  [/^(?:ecto\.)?(migrations)$/, "own"],
  [/^(?:ecto\.)?(gen\.|dump$|repos)/, "own"],
  [/^(?:ecto\.)?(drop)/, "drop"],
  [/^(?:ecto\.)?(reset|load)/, "reset"],
  [/^(?:ecto\.)?rollback/, "back"],
  [/^(?:ecto\.)?(migrate|setup)/, "forward"],
  [/^(?:ecto\.)?create/, "create"],
];

/** Judges a command of a web framework: its database is the one that the framework itself would take. */
export function judgeFramework(program: string, command: Command, scene: Scene): Finding {
  if (program === "sail") return sail(command, scene);
  const options = parseOptions(command.args, {
    values: [
      "-e",
      "--environment",
      "--settings",
      "--database",
      "--env",
      "-A",
      "--app",
      "-v",
      "--verbosity",
      "--pythonpath",
      "-f",
      "-C",
      "--directory",
      "--conn",
      "--em",
    ],
    exact: true,
  });
  const words = options.operands.filter((word) => !/^[A-Z_]+=/.test(word.text ?? ""));
  const [first] = words;
  const by = command.source;
  if (first === undefined) return NOTHING;
  const assigned = new Map(
    options.operands.flatMap((word) =>
      /^[A-Z_]+=/.test(word.text ?? "") ? [(word.text ?? "").split("=") as [string, string]] : [],
    ),
  );
  const name =
    program === "flask"
      ? words
          .slice(0, 2)
          .map((word) => word.text ?? "")
          .join(" ")
      : first.text;
  if (name === undefined)
    return found([
      effect({
        verb: "unknown",
        kind: program,
        name: first.source,
        environment: unknownDatabase([], scene).environment,
        count: null,
        certain: false,
        by,
      }),
    ]);
  const steps =
    program === "rails" || program === "rake"
      ? words.map((word) => word.text ?? "").filter((text, at) => at === 0 || text.includes(":"))
      : [name];
  const named = options.value("-e", "--environment", "--settings", "--env")?.text;
  return found(
    steps.flatMap((step) =>
      judgeStep(
        program,
        step,
        words.slice(1),
        named ?? assigned.get("RAILS_ENV"),
        options.has("--pretend", "--dry-run", "--plan", "--check", "--dump-sql", "--sql"),
        by,
        scene,
      ),
    ),
  );
}

function judgeStep(
  program: string,
  step: string,
  rest: readonly Word[],
  named: string | undefined,
  dry: boolean,
  by: string,
  scene: Scene,
) {
  const deed = tableOf(program, step).find(([pattern]) => pattern.test(step))?.[1];
  if (deed === undefined && !dry && classOfName(step) !== "ordinary")
    return namedTask(scene, program, step, by).effects;
  if (deed === "own" || deed === undefined || deed === "files")
    return [localEffect(program, [literal(step)], by)];
  if (dry && deed !== "code" && deed !== "tests") return [];
  const database = databaseOf(program, named, scene);
  if (deed === "tests") return tests(program, step, database, by, scene);
  const isBack =
    deed === "forward" && /^(manage\.py|django-admin)$/.test(program) && rest[1]?.text === "zero";
  return deedEffects(program, isBack ? "back" : deed, database, by);
}

function tableOf(program: string, step: string): Deeds {
  switch (program) {
    case "rails":
    case "rake":
      return RAILS;
    case "manage.py":
    case "django-admin":
      return DJANGO;
    case "flask":
      return FLASK;
    case "artisan":
      return ARTISAN;
    case "ecto":
      return ECTO;
    default:
      return step.startsWith("ecto.") ? ECTO : SYMFONY;
  }
}

function databaseOf(program: string, named: string | undefined, scene: Scene): Database {
  switch (program) {
    case "rails":
    case "rake":
      return railsDatabase(named, scene);
    case "manage.py":
    case "django-admin":
      return djangoDatabase(named, scene);
    case "artisan":
      return laravelDatabase(named, scene);
    case "ecto":
      return mixDatabase(scene);
    default:
      return raisedBy(
        [named, scene.variable("APP_ENV"), scene.variable("FLASK_ENV")],
        settingDatabase(["DATABASE_URL", "SQLALCHEMY_DATABASE_URI"], [], scene),
        scene,
      );
  }
}

function raisedBy(
  names: readonly (string | undefined)[],
  database: Database | undefined,
  scene: Scene,
): Database {
  const said = unknownDatabase(names, scene);
  if (database === undefined || said.environment === "production")
    return { ...said, name: database?.name ?? "database" };
  return database;
}

/** Laravel takes DB_URL, else DB_CONNECTION with DB_HOST, from the environment or `.env`. */
function laravelDatabase(named: string | undefined, scene: Scene): Database {
  const files = named === undefined ? [".env"] : [`.env.${named}`, ".env"];
  const environment = named ?? settingValue("APP_ENV", scene, files);
  const url = settingDatabase(["DB_URL", "DATABASE_URL"], [], scene, files);
  const connection = settingValue("DB_CONNECTION", scene, files);
  const host = settingValue("DB_HOST", scene, files);
  const name = settingValue("DB_DATABASE", scene, files);
  const known =
    connection === "sqlite"
      ? {
          environment: "workspace" as const,
          local: true,
          restorable: scene.setting.restorable,
          name: "sqlite",
        }
      : host === undefined
        ? undefined
        : serverDatabase(host, name, scene);
  return raisedBy([environment], url ?? known ?? sailHost(host, name, scene), scene);
}

/** Laravel Sail names the containers of this machine. */
function sailHost(host: string | undefined, name: string | undefined, scene: Scene): Database | undefined {
  return host !== undefined && /^(mysql|pgsql|mariadb|db)$/.test(host)
    ? ownDatabase(name ?? "database", scene)
    : undefined;
}

/** Mix works in `dev` unless MIX_ENV says otherwise; its database stands in config/dev.exs. */
function mixDatabase(scene: Scene): Database {
  const environment = scene.variable("MIX_ENV") ?? "dev";
  if (environment === "prod") return { ...unknownDatabase(["production"], scene), name: "database" };
  const text = projectText(`config/${environment}.exs`, scene);
  const host = /hostname:\s*"([^"]*)"/.exec(text ?? "")?.[1];
  const database = /database:\s*"([^"#]*)/.exec(text ?? "")?.[1];
  return (
    settingDatabase(["DATABASE_URL"], [], scene) ??
    (text === undefined || host !== undefined
      ? serverDatabase(host ?? "localhost", database, scene)
      : unknownDatabase([], scene))
  );
}

/** Tests that empty the database which the project is configured for, unless it has one of its own for tests. */
function tests(program: string, step: string, database: Database, by: string, scene: Scene) {
  if (program !== "artisan") return [localEffect(program, [literal(step)], by)];
  const text = projectText("phpunit.xml", scene) ?? projectText("phpunit.xml.dist", scene) ?? "";
  const memory =
    /name="DB_DATABASE"\s+value=":memory:"/.test(text) &&
    /name="DB_CONNECTION"\s+value="sqlite"/.test(text) &&
    !/<!--[^>]*name="DB_(DATABASE|CONNECTION)"/.test(text);
  const own =
    /name="DB_DATABASE"\s+value="[^"]*test[^"]*"/.test(text) &&
    !/<!--[^>]*name="DB_DATABASE"/.test(text) &&
    database.local;
  if (memory || own) return [localEffect(program, [literal(step)], by)];
  return [
    {
      ...effect({
        verb: "delete",
        kind: "sql.database",
        name: database.name,
        environment: database.environment === "workspace" ? "local" : database.environment,
        reversibility: "R3",
        count: null,
        certain: false,
        by,
      }),
      advice:
        "give the tests a database of their own: DB_CONNECTION=sqlite and DB_DATABASE=:memory: in phpunit.xml",
    },
  ];
}

/** `sail CMD` runs in the project's containers: artisan, tests and clients go on with what follows. */
function sail(command: Command, scene: Scene): Finding {
  const [first, ...rest] = command.args;
  const verb = first?.text ?? "";
  if (["artisan", "art", "a"].includes(verb)) return scene.argv([literal("artisan"), ...rest]);
  if (["test", "tinker"].includes(verb)) return scene.argv([literal("artisan"), ...command.args]);
  if (["up", "stop", "restart", "ps", "logs", "build", "down", "exec", "run"].includes(verb))
    return scene.argv([literal("docker"), literal("compose"), ...command.args]);
  if (
    ["php", "composer", "npm", "npx", "pnpm", "yarn", "bun", "node", "mysql", "psql", "redis"].includes(verb)
  )
    return scene.argv([literal(verb === "redis" ? "redis-cli" : verb), ...rest]);
  return found([localEffect("sail", command.args, command.source)]);
}
