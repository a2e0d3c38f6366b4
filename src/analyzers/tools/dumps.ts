import type { Effect, Mark, Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { type Database, serverDatabase, unknownDatabase, urlDatabase } from "../cloud/database.ts";
import { asksHelp } from "../cloud/grammar.ts";
import { shown } from "../cloud/target.ts";
import { judgeBackup } from "../direct/backups.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { locate } from "../locate.ts";
import { type Options, parseOptions } from "../options.ts";

const VALUES =
  "-h --host -p --port -U --username -u --user -d --dbname -f --file -o --out --output -n --schema -N --exclude-schema -t --table -T --exclude-table -j --jobs -F --format -D --pgdata -W -O --owner -E --encoding -l --locale --template -Z --compress --snapshot --role -S --socket -P --uri --db --collection -c --archive --gzip-x --nsInclude --nsExclude --query -q --dir --authenticationDatabase --result-file -r --where -w --ignore-table --defaults-file --defaults-extra-file --login-path -m --maintenance-db --tablespace -i --index -L --use-list --password --exclude-table-data --section --superuser --target-session --drop-x -B --wal-segsize --waldir -X -e --execute".split(
    " ",
  );

/** What each program does to the database, and to files here. */
type Job = "dump" | "restore" | "drop" | "create" | "reset" | "admin" | "upkeep" | "cluster";
const JOBS: Readonly<Record<string, Job>> = {
  pg_dump: "dump",
  pg_dumpall: "dump",
  pg_basebackup: "dump",
  mysqldump: "dump",
  "mariadb-dump": "dump",
  mydumper: "dump",
  mongodump: "dump",
  mongoexport: "dump",
  pg_restore: "restore",
  mongorestore: "restore",
  mongoimport: "restore",
  myloader: "restore",
  mysqlimport: "restore",
  "mariadb-import": "restore",
  dropdb: "drop",
  dropuser: "drop",
  createdb: "create",
  createuser: "create",
  pg_resetwal: "reset",
  initdb: "cluster",
  pg_ctl: "cluster",
  pg_ctlcluster: "cluster",
  pg_createcluster: "cluster",
  pg_dropcluster: "cluster",
  mysqladmin: "admin",
  "mariadb-admin": "admin",
  vacuumdb: "upkeep",
  reindexdb: "upkeep",
  clusterdb: "upkeep",
  mysqlcheck: "upkeep",
  pg_isready: "upkeep",
  pgbench: "upkeep",
};
const BACKUPS = ["pgbackrest", "barman", "restic", "borg", "rclone", "wal-g", "duplicity", "kopia", "rustic"];

export const analyzer: Analyzer = {
  name: "dumps",
  title: "Dumps, restores and backups",
  about:
    "Dumps read a database and write a file. Restores and drops change one, on the loopback the operator's own. Backup tools are judged by whether they take or destroy a way back.",
  programs: [...Object.keys(JOBS), ...BACKUPS],
  analyze,
  examples: [
    { run: "pg_dump -h localhost app -f backup.sql", does: ["create file backup.sql"], tier: 1 },
    { run: "pg_dump postgres://db.example.com/app", does: [], tier: 0 },
    { run: "pg_restore --list dump.bin", does: [], tier: 0 },
    {
      run: "pg_restore -h db.example.com -d app --clean dump.bin",
      does: ["replace sql.database app @unknown"],
      tier: 4,
    },
    {
      run: "pg_restore -h localhost -d app dump.bin",
      does: ["change sql.database app @development"],
      tier: 1,
    },
    { run: "dropdb app_test", does: ["delete sql.database app_test @development"], tier: 2 },
    { run: "dropdb -h db.example.com app", does: ["delete sql.database app @unknown"], tier: 4 },
    { run: "createdb app_test", does: ["create sql.database app_test @development"], tier: 1 },
    { run: "mysqladmin -h db.example.com drop app", does: ["delete sql.database app @unknown"], tier: 4 },
    { run: "mysqladmin ping", does: [], tier: 0 },
    {
      run: "mongorestore --uri mongodb://db.example.com/app --drop dump",
      does: ["replace mongodb.database app @unknown"],
      tier: 4,
    },
    {
      run: "pg_resetwal -f /var/lib/postgresql/16/main",
      does: ["delete sql.cluster /var/lib/postgresql/16/main @local"],
      tier: 3,
    },
    { run: "restic snapshots", does: [], tier: 0 },
    {
      run: "restic -r s3:backups forget --prune --keep-last 1",
      does: ["delete restic.backup s3:backups @unknown"],
      tier: 4,
    },
    { run: "rclone ls remote:bucket", does: [], tier: 0 },
    { run: "rclone purge remote:bucket", does: ["delete rclone.files remote:bucket @unknown"], tier: 4 },
    { run: "rclone sync dist remote:site --dry-run", does: [], tier: 0 },
    { run: "borg list /backups/repo", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (asksHelp(command.args, new Set(["--help", "--version", "-?", "help", "version"]))) return NOTHING;
  const job = JOBS[command.program];
  if (job === undefined) return judgeBackup(command, scene);
  const options = parseOptions(command.args, {
    values: VALUES,
    long: ["--clean", "--create", "--drop", "--list", "--if-exists", "--dry-run"],
  });
  const database = databaseFor(command, options, scene);
  return found(effectsOf(job, command, options, database, scene));
}

function effectsOf(
  job: Job,
  command: Command,
  options: Options,
  database: Database,
  scene: Scene,
): readonly Effect[] {
  const by = command.source;
  const kind = command.program.startsWith("mongo") ? "mongodb.database" : "sql.database";
  switch (job) {
    case "dump": {
      const out = options.value(
        "-f",
        "--file",
        "-o",
        "--out",
        "--output",
        "-r",
        "--result-file",
        "-D",
        "--pgdata",
      );
      return out
        ? fileEffects("create", out, scene, { by })
        : command.program === "mongodump"
          ? fileEffects("create", word("dump"), scene, { by })
          : [];
    }
    case "restore": {
      if (options.has("-l", "--list", "--dryRun", "--dry-run")) return [];
      const out = options.value("-f", "--file");
      if (command.program === "pg_restore" && out && !options.has("-d", "--dbname"))
        return fileEffects("create", out, scene, { by });
      const replaces = options.has(
        "--clean",
        "--drop",
        "-C",
        "--create",
        "--delete",
        "-o",
        "--overwrite-tables",
      );
      return [make(replaces ? "replace" : "change", kind, database, by, replaces ? [] : ["additive"])];
    }
    case "drop":
      return [
        make(
          "delete",
          command.program === "dropuser" ? "sql.role" : kind,
          { ...database, name: shown(options.operands[0]) },
          by,
        ),
      ];
    case "create":
      return command.program === "createuser"
        ? [make("escalate", "sql.role", { ...database, name: shown(options.operands[0]) }, by)]
        : [make("create", kind, { ...database, name: shown(options.operands[0]) }, by, ["additive"])];
    case "reset":
      return options.has("-n", "--dry-run")
        ? []
        : [
            effect({
              verb: "delete",
              kind: "sql.cluster",
              name: shown(options.value("-D", "--pgdata") ?? command.args.at(-1)),
              environment: "local",
              by,
              advice: "copy the data directory first: the transaction log cannot be brought back",
            }),
          ];
    case "cluster":
      return cluster(command, options, scene);
    case "admin":
      return admin(options, database, by);
    case "upkeep":
      return command.program === "pg_isready" || options.has("--check", "-c")
        ? []
        : [make("change", kind, database, by, ["additive"])];
  }
}

function make(verb: Verb, kind: string, database: Database, by: string, marks: readonly Mark[] = []): Effect {
  const mild = marks.includes("additive");
  return effect({
    verb,
    kind,
    name: database.name,
    environment: database.environment,
    reversibility: mild ? (database.local || verb === "create" ? "R1" : "R4") : database.local ? "R3" : "R4",
    marks: mild && (database.local || verb === "create") ? marks : [],
    ...(verb === "delete" || verb === "replace"
      ? { advice: "take a dump first: pg_dump, mysqldump or mongodump of this database" }
      : {}),
    by,
  });
}

function databaseFor(command: Command, options: Options, scene: Scene): Database {
  const named =
    options.value("-d", "--dbname", "--db") ??
    options.operands.find((one) => !ADMIN_VERBS.has(one.text ?? ""));
  for (const one of [...options.values("--uri", "-d", "--dbname", "--maintenance-db"), ...options.operands]) {
    if (one.text === undefined) return unknownDatabase([one.source], scene);
    const database = /:\/\/|=/.test(one.text) ? urlDatabase(one.text, scene) : undefined;
    if (database) return database;
  }
  const host = options.value("-h", "--host");
  if (host)
    return host.text === undefined
      ? unknownDatabase([host.source], scene)
      : serverDatabase(host.text.replace(/:\d+$/, ""), shown(named), scene);
  const variable =
    command.program.startsWith("my") || command.program.startsWith("maria") ? "MYSQL_HOST" : "PGHOST";
  if (options.has("--login-path", "--defaults-file") || options.dynamic)
    return unknownDatabase([shown(named)], scene);
  return serverDatabase(scene.variable(variable), named ? shown(named) : undefined, scene);
}

const ADMIN_VERBS = new Set(
  "create drop status ping version processlist variables extended-status kill password shutdown reload refresh flush-hosts flush-logs flush-privileges flush-status flush-tables flush-threads start-slave stop-slave start-replica stop-replica debug old-password".split(
    " ",
  ),
);

function admin(options: Options, database: Database, by: string): readonly Effect[] {
  const [verb, name] = options.operands;
  const at = { ...database, name: name ? shown(name) : database.name };
  switch (verb?.text) {
    case undefined:
    case "status":
    case "ping":
    case "version":
    case "processlist":
    case "variables":
    case "extended-status":
      return verb !== undefined && verb.text === undefined
        ? [make("unknown", "sql.server", database, by)]
        : [];
    case "create":
      return [make("create", "sql.database", at, by, ["additive"])];
    case "drop":
      return [make("delete", "sql.database", at, by)];
    case "password":
      return [make("escalate", "sql.user", database, by)];
    case "shutdown":
    case "kill":
    case "stop-slave":
    case "stop-replica":
      return [make("stop", "sql.server", at, by)];
    default:
      return [make("change", "sql.server", database, by, ["additive"])];
  }
}

/** Clusters of this machine: a data directory, a server process. */
function cluster(command: Command, options: Options, scene: Scene): readonly Effect[] {
  const directory = options.value("-D", "--pgdata");
  const verb = options.operands[0]?.text ?? options.operands[2]?.text ?? "";
  const by = command.source;
  if (command.program === "pg_dropcluster")
    return [
      effect({
        verb: "delete",
        kind: "sql.cluster",
        name: options.operands.map(shown).join("/"),
        environment: "local",
        by,
      }),
    ];
  if (command.program === "initdb" || command.program === "pg_createcluster")
    return directory ? fileEffects("create", directory, scene, { by }) : [];
  if (verb === "status") return [];
  const at = directory ? locate(directory, scene).shown : options.operands.map(shown).join(" ");
  return [
    effect({
      verb: verb === "stop" ? "stop" : "change",
      kind: "sql.server",
      name: at,
      environment: "local",
      reversibility: "R1",
      by,
    }),
  ];
}

function word(text: string): Word {
  return { text, source: text, prefix: text, suffix: "", tame: false, glob: false };
}
