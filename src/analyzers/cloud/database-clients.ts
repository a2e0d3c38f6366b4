import type { Scene, Word } from "../analyzer.ts";
import type { Dialect } from "../direct/sql.ts";
import type { MetaStyle } from "../direct/sql-meta.ts";
import type { Options } from "../options.ts";
import { type Database, fileDatabase, serverDatabase, unknownDatabase, urlDatabase } from "./database.ts";

/** How a database shell is told what to do. */
export interface Client {
  readonly language: "sql" | "redis" | "mongo" | "query";
  readonly dialect: Dialect;
  readonly values: readonly string[];
  readonly singleDash?: boolean;
  /** Options whose value is a text of statements. */
  readonly inline: readonly string[];
  /** Options whose value is a file of statements. */
  readonly files: readonly string[];
  readonly meta: MetaStyle;
  readonly hostOptions: readonly string[];
  readonly databaseOptions: readonly string[];
  /** Options whose value is a URL or connection string. */
  readonly urlOptions: readonly string[];
  readonly hostVariables: readonly string[];
  readonly urlVariables: readonly string[];
  /** The database is a file named by the first operand. */
  readonly file?: boolean;
  /** Options with which it only lists. */
  readonly reads?: readonly string[];
  /** Which operands are statements. */
  operandStatements?(operands: readonly Word[]): readonly Word[];
}

const NONE: Client = {
  language: "sql",
  dialect: "ansi",
  values: [],
  inline: [],
  files: [],
  meta: "none",
  hostOptions: ["-h", "--host"],
  databaseOptions: ["-d", "--database"],
  urlOptions: [],
  hostVariables: [],
  urlVariables: [],
};

const POSTGRES: Client = {
  ...NONE,
  dialect: "postgresql",
  values:
    "-c --command -d --dbname -f --file -v --set --variable -L --log-file -o --output -F --field-separator -P --pset -R --record-separator -T --table-attr -h --host -p --port -U --username".split(
      " ",
    ),
  inline: ["-c", "--command"],
  files: ["-f", "--file"],
  meta: "psql",
  databaseOptions: ["-d", "--dbname"],
  urlOptions: ["-d", "--dbname"],
  hostVariables: ["PGHOSTADDR", "PGHOST"],
  reads: ["-l", "--list"],
};

const MYSQL: Client = {
  ...NONE,
  dialect: "mysql",
  values:
    "-e --execute -h --host -P --port -u --user -D --database -S --socket --protocol --default-character-set --defaults-file --defaults-extra-file --defaults-group-suffix --login-path --ssl-ca --ssl-mode --delimiter --prompt --init-command".split(
      " ",
    ),
  inline: ["-e", "--execute", "--init-command"],
  meta: "mysql",
  databaseOptions: ["-D", "--database"],
  hostVariables: ["MYSQL_HOST"],
};

const SQLITE: Client = {
  ...NONE,
  dialect: "sqlite",
  values: [
    "-cmd",
    "-init",
    "-separator",
    "-newline",
    "-nullvalue",
    "-mmap",
    "-maxsize",
    "-vfs",
    "-c",
    "-f",
    "-s",
    "-lookaside",
    "-pagecache",
    "-escape",
  ],
  singleDash: true,
  inline: ["-cmd", "-c", "-s"],
  files: ["-init", "-f"],
  meta: "sqlite",
  hostOptions: [],
  file: true,
  operandStatements: (operands) => operands.slice(1),
};

const MONGO: Client = {
  ...NONE,
  language: "mongo",
  values:
    "--eval --file -f --host --port -u --username -p --password --authenticationDatabase --authenticationMechanism --apiVersion --tlsCAFile --tlsCertificateKeyFile".split(
      " ",
    ),
  inline: ["--eval"],
  files: ["--file", "-f"],
  hostOptions: ["--host"],
  databaseOptions: [],
};

const REDIS: Client = {
  ...NONE,
  language: "redis",
  values:
    "-h -p -s -a -u -r -i -n -d -D -t --user --pass --tls-ca --cacert --cert --key --sni --pattern --count --eval --rdb --functions-rdb --cluster".split(
      " ",
    ),
  urlOptions: ["-u"],
  hostOptions: ["-h"],
  databaseOptions: [],
  files: ["--eval"],
  reads: [
    "--scan",
    "--bigkeys",
    "--memkeys",
    "--hotkeys",
    "--stat",
    "--latency",
    "--latency-history",
    "--rdb",
  ],
  operandStatements: (operands) => (operands.length === 0 ? [] : [joined(operands)]),
};

function joined(words: readonly Word[]): Word {
  const text = words.every((word) => word.text !== undefined)
    ? words.map((word) => word.text).join(" ")
    : undefined;
  const source = words.map((word) => word.source).join(" ");
  const prefix = text ?? words[0]?.prefix ?? "";
  return { text, source, prefix, suffix: "", tame: false, glob: false };
}

/** Every database shell by its program name. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  psql: POSTGRES,
  pgcli: { ...POSTGRES, values: [...POSTGRES.values, "--prompt", "--row-limit", "--ssh-tunnel"] },
  cockroach: {
    ...POSTGRES,
    values: [...POSTGRES.values, "-e", "--execute", "--url", "--certs-dir", "--user"],
    inline: ["-e", "--execute", "-c"],
    urlOptions: ["--url"],
    hostVariables: ["COCKROACH_HOST"],
    urlVariables: ["COCKROACH_URL"],
  },
  mysql: MYSQL,
  mariadb: MYSQL,
  mycli: MYSQL,
  sqlite3: SQLITE,
  sqlite: SQLITE,
  litecli: { ...SQLITE, singleDash: false, values: ["-e", "--execute"], inline: ["-e", "--execute"] },
  duckdb: SQLITE,
  mongosh: MONGO,
  mongo: MONGO,
  "redis-cli": REDIS,
  "valkey-cli": REDIS,
  "keydb-cli": REDIS,
  "clickhouse-client": clickhouse(),
  "clickhouse-local": { ...clickhouse(), file: true, operandStatements: () => [] },
  sqlcmd: {
    ...NONE,
    values:
      "-S -d -U -P -Q -q -i -o -E -h -s -w -W -t -l -v --server --database-name --query --initial-query --input-file".split(
        " ",
      ),
    inline: ["-Q", "-q", "--query", "--initial-query"],
    files: ["-i", "--input-file"],
    hostOptions: ["-S", "--server"],
    hostVariables: ["SQLCMDSERVER"],
  },
  cqlsh: {
    ...NONE,
    values: [
      "-e",
      "--execute",
      "-f",
      "--file",
      "-u",
      "--username",
      "-p",
      "--password",
      "-k",
      "--keyspace",
      "--cqlshrc",
      "--encoding",
    ],
    inline: ["-e", "--execute"],
    files: ["-f", "--file"],
    hostVariables: ["CQLSH_HOST"],
  },
  snowsql: {
    ...NONE,
    values:
      "-q --query -f --filename -a --accountname -u --username -d --dbname -s --schemaname -c --connection -w -r".split(
        " ",
      ),
    inline: ["-q", "--query"],
    files: ["-f", "--filename"],
    hostOptions: ["-a", "--accountname", "-c", "--connection"],
  },
  sqlplus: { ...NONE, values: [], hostOptions: [] },
  usql: { ...POSTGRES, hostOptions: [] },
};

function clickhouse(): Client {
  return {
    ...NONE,
    values:
      "-q --query -h --host --port -u --user --password -d --database --queries-file -C --config-file --config -f --format -m".split(
        " ",
      ),
    inline: ["-q", "--query"],
    files: ["--queries-file"],
  };
}

/** Clients that, given no address, do not go to this machine but to what their configuration says. */
const NEEDS_ADDRESS = new Set<Client>([
  CLIENTS.snowsql as Client,
  CLIENTS.sqlplus as Client,
  CLIENTS.usql as Client,
]);

/** The database that the options, operands and variables of a client name. */
export function databaseOf(client: Client, options: Options, scene: Scene): Database {
  if (client.file) return fileDatabase(options.operands[0], scene);
  const addresses = [...options.values(...client.urlOptions), ...addressOperands(client, options.operands)];
  for (const word of addresses) {
    if (word.text === undefined) return unknownDatabase([word.source], scene);
    const database = urlDatabase(word.text, scene);
    if (database) return database;
  }
  const name =
    options.value(...client.databaseOptions) ?? (client.language === "sql" ? options.operands[0] : undefined);
  const host = options.value(...client.hostOptions);
  if (host !== undefined) {
    return host.text === undefined
      ? unknownDatabase([host.source], scene)
      : serverDatabase(bare(host.text), name?.text, scene);
  }
  if (
    options.dynamic ||
    options.has("--login-path", "--defaults-file", "--defaults-group-suffix") ||
    NEEDS_ADDRESS.has(client)
  ) {
    return unknownDatabase([name?.text, options.value("--login-path")?.text], scene);
  }
  const url = client.urlVariables
    .map((variable) => scene.variable(variable))
    .find((value) => value !== undefined);
  if (url !== undefined) return urlDatabase(url, scene) ?? unknownDatabase([url], scene);
  if (scene.variable("PGSERVICE") !== undefined && client.dialect === "postgresql")
    return unknownDatabase([scene.variable("PGSERVICE")], scene);
  const variable = client.hostVariables
    .map((one) => scene.variable(one))
    .find((value) => value !== undefined);
  return serverDatabase(variable, name?.text, scene);
}

/** Operands that may be an address: any for the shells that take a URL there, the first for the others. */
function addressOperands(client: Client, operands: readonly Word[]): readonly Word[] {
  if (client.language === "redis") return [];
  if (client.language === "mongo") return operands.slice(0, 1).map(mongoAddress);
  return operands.filter(
    (word, at) =>
      (at === 0 && word.text === undefined) ||
      /^[a-z][a-z0-9+.-]*:\/\/|(^|\s)(host|service|dbname)\s*=/i.test(word.text ?? ""),
  );
}

/** `mongo HOST[:PORT]/DB` is an address, `mongo DB` names a database of this machine. */
function mongoAddress(word: Word): Word {
  if (word.text === undefined || word.text.includes("://")) return word;
  const isHost =
    /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)|^[\w.-]+:\d+|^[\w.-]+\//.test(word.text) &&
    !/\.(js|mongodb)$/.test(word.text);
  const text = isHost ? `mongodb://${word.text}` : word.text;
  return { ...word, text, prefix: text };
}

/** `tcp:host,1433` and `host:port` without what surrounds the host. */
function bare(host: string): string {
  return host.replace(/^[a-z]+:(?=[a-z])/i, "").replace(/[,:\\].*$/, "") || host;
}
