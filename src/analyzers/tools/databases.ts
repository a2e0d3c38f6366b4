import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { type Database, sqlOptions } from "../cloud/database.ts";
import { CLIENTS, type Client, databaseOf } from "../cloud/database-clients.ts";
import { asksHelp } from "../cloud/grammar.ts";
import { judgeMongo } from "../direct/mongo.ts";
import { judgeRedis } from "../direct/redis.ts";
import { judgeSql } from "../direct/sql.ts";
import { judgeMeta, splitMeta } from "../direct/sql-meta.ts";
import { combine, effect, found, NOTHING } from "../effects.ts";
import { normalizePath } from "../locate.ts";
import { type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";

export const analyzer: Analyzer = {
  name: "databases",
  title: "Database shells",
  about:
    "psql, mysql, mariadb, sqlite3, mongosh, redis-cli and others: the statements of `-c`, `-e`, a file, a here-document or a pipe are judged one by one. A loopback host, a socket or a file is the operator's own database; every other host is production unless declared otherwise.",
  programs: Object.keys(CLIENTS),
  analyze,
  examples: [
    { run: "psql -h localhost -U app -d app -c 'SELECT count(*) FROM users'", does: [], tier: 0 },
    {
      run: "psql \"$DATABASE_URL\" -c 'DELETE FROM patients; DELETE FROM appointments;'",
      does: ["delete sql.table patients @unknown", "delete sql.table appointments @unknown"],
      tier: 4,
    },
    {
      run: "psql postgres://app@db.example.com/app -c 'DROP TABLE users'",
      does: ["delete sql.table users @unknown"],
      tier: 4,
    },
    { run: "psql -l", does: [], tier: 0 },
    {
      run: "psql -h localhost app -c 'DROP TABLE users'",
      does: ["delete sql.table users @development"],
      tier: 2,
    },
    {
      run: "psql -h localhost app -c \"INSERT INTO users (name) VALUES ('x; DROP TABLE y')\"",
      does: ["create sql.row users @development"],
      tier: 1,
    },
    { run: "psql -h prod-db app -c '\\! rm -rf build'", does: ["delete directory build"], tier: 1 },
    {
      run: "mysql -h db.example.com app -e '/*!50000 DROP TABLE users */'",
      does: ["delete sql.table users @unknown"],
      tier: 4,
    },
    { run: "mysql -e 'SHOW TABLES' app", does: [], tier: 0 },
    { run: "sqlite3 dev.db 'DROP TABLE users'", does: ["delete sql.table users"], tier: 1 },
    { run: "sqlite3 dev.db .tables", does: [], tier: 0 },
    { run: "redis-cli FLUSHALL", does: ["delete redis.database all @development"], tier: 3 },
    { run: "redis-cli -h cache.example.com get user:1", does: [], tier: 0 },
    {
      run: "mongosh mongodb://db.example.com/app --eval 'db.users.drop()'",
      does: ["delete mongodb.collection users @unknown"],
      tier: 4,
    },
    {
      run: "psql -h localhost app -f schema.sql",
      files: { "schema.sql": "CREATE TABLE t (id int);" },
      does: ["create sql.table t @development"],
      tier: 1,
    },
    {
      run: "psql -h db.example.com app -f missing.sql",
      does: ["unknown? sql missing.sql @unknown"],
      tier: 4,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const client = CLIENTS[command.program];
  if (client === undefined) return NOTHING;
  if (asksHelp(command.args, new Set(["--help", "--version", "help"]))) return NOTHING;
  const options = parseOptions(command.args, {
    values: client.values,
    ...(client.singleDash ? { singleDash: true } : {}),
  });
  if (client.reads !== undefined && options.has(...client.reads)) return NOTHING;
  const database = databaseOf(client, options, scene);
  const texts = statementsOf(client, options, command, scene);
  const file = client.dialect === "sqlite" ? options.operands.slice(0, 1) : [];
  const secrets = found(readEffects(file, scene, { by: command.source }));
  if (texts.length > 0)
    return combine(secrets, ...texts.map((text) => judgeOne(text, client, database, command, scene)));
  return combine(secrets, interactive(client, database, command));
}

/** A piece of input: a text, or something that could not be read. */
type Input = { readonly text: string; readonly unit: "whole" } | { readonly unread: string };

function statementsOf(client: Client, options: Options, command: Command, scene: Scene): readonly Input[] {
  const inline = options.values(...client.inline).map(known);
  const files = options.values(...client.files).map((word) => fileText(word, scene));
  const operands = client.operandStatements ? client.operandStatements(options.operands).map(known) : [];
  const all = [...inline, ...files, ...operands];
  if (all.length > 0 && command.stdin.kind !== "text") return all;
  if (command.stdin.kind === "text") return [...all, { text: command.stdin.text, unit: "whole" }];
  if (command.stdin.kind === "none") return all;
  return [...all, { unread: "standard input" }];
}

function known(word: Word): Input {
  return word.text === undefined ? { unread: word.source } : { text: word.text, unit: "whole" };
}

function fileText(word: Word, scene: Scene): Input {
  if (word.text === undefined || scene.place.host !== undefined) return { unread: word.source };
  if (!word.text.startsWith("/") && scene.cwd === undefined) return { unread: word.source };
  const path = normalizePath(word.text.startsWith("/") ? word.text : `${scene.cwd}/${word.text}`);
  const text = scene.need({ kind: "text", path })?.text;
  return text === undefined ? { unread: word.source } : { text, unit: "whole" };
}

function judgeOne(input: Input, client: Client, database: Database, command: Command, scene: Scene): Finding {
  if ("unread" in input) return found([unread(input.unread, client, database, command)]);
  if (client.language === "redis") return judgeRedis(input.text, { ...database, by: command.source });
  if (client.language === "mongo") return judgeMongo(input.text, { ...database, by: command.source });
  if (client.language !== "sql") return found([unread(input.text, client, database, command)]);
  const sql = sqlOptions(database, client.dialect, command.source);
  const { statements, meta } = splitMeta(input.text, client.meta);
  return combine(
    judgeSql(statements, sql, scene),
    ...meta.map((line) => judgeMeta(line, client.meta, sql, scene)),
  );
}

function unread(name: string, client: Client, database: Database, command: Command) {
  return effect({
    verb: "unknown",
    kind: client.language,
    name: name.slice(0, 120),
    environment: database.environment,
    reversibility: database.local ? "R3" : "R4",
    count: null,
    certain: false,
    by: command.source,
  });
}

/** A shell that waits for a person: without a terminal it does nothing, with one nobody sees what it does. */
function interactive(client: Client, database: Database, command: Command): Finding {
  if (database.local) return NOTHING;
  return found([unread("interactive session", client, database, command)]);
}
