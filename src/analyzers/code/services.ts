import type { Reversibility, Verb } from "../../core/effect.ts";
import { effect, fileEffects, unknownEffect } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { literal } from "../options.ts";
import { knownText, object, PLAIN, type Value, wordOf } from "./values.ts";
import { type Call, hereAs, note, noteFinding, type Walk } from "./walk.ts";

/** Client libraries of services that others use too, by the beginning of the module's name. */
const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^(boto3|botocore|aioboto3|aiobotocore|aws-sdk|@aws-sdk|Aws)([./]|$)/, "aws"],
  [
    /^(google\.cloud|googleapiclient|@google-cloud|google\.auth|googleapis|gcloud|firebase_admin|firebase-admin|gspread|Google)([./]|$)/,
    "gcp",
  ],
  [/^(azure|@azure|msgraph|@microsoft)([./]|$)/, "azure"],
  [/^(kubernetes|kubernetes_asyncio|pykube|@kubernetes|K8s)([./]|$)/, "k8s"],
  [/^(docker|dockerode|python_on_whales|podman)([./]|$)/, "docker"],
  [/^(psycopg|psycopg2|asyncpg|pg|postgres|pg-promise|PG|pg8000)([./]|$)/, "sql"],
  [/^(mysql|mysql2|pymysql|MySQLdb|mariadb|aiomysql|Mysql2|mysql\.connector)([./]|$)/, "sql"],
  [
    /^(pyodbc|cx_Oracle|oracledb|mssql|tedious|pymssql|snowflake|clickhouse_driver|clickhouse_connect|databricks|duckdb_server|knex|Sequel|ActiveRecord)([./]|$)/,
    "sql",
  ],
  [/^(pymongo|motor|mongodb|mongoose|mongoengine|Mongo)([./]|$)/, "mongodb"],
  [/^(redis|ioredis|aioredis|valkey|Redis|pymemcache|memcached)([./]|$)/, "redis"],
  [
    /^(@prisma\/client|prisma|sequelize|typeorm|drizzle-orm|@mikro-orm|objection|bookshelf|peewee|tortoise|pony|ponyorm)([./]|$)/,
    "database",
  ],
  [
    /^(elasticsearch|opensearchpy|@elastic\/elasticsearch|@opensearch-project|Elasticsearch|meilisearch|algoliasearch|pinecone|qdrant_client|weaviate)([./]|$)/,
    "search",
  ],
  [/^(stripe|Stripe|braintree|paypalrestsdk|@paypal|square|plaid)([./]|$)/, "payments"],
  [
    /^(twilio|sendgrid|@sendgrid|mailgun|resend|postmark|smtplib|nodemailer|slack_sdk|slack_bolt|@slack|telegram|discord|tweepy|boltons\.slack|Mail)([./]|$)/,
    "messages",
  ],
  [
    /^(github|@octokit|octokit|gitlab|Octokit|jira|atlassian|notion_client|@notionhq|linear|asana|trello|shopify|Shopify)([./]|$)/,
    "saas",
  ],
  [
    /^(digitalocean|pydo|hcloud|linode_api4|cloudflare|CloudFlare|heroku3|vercel|netlify|railway|fly|openstack|ovh|scaleway|vultr|nomad|consul|hvac|pulumi|libcloud|packet)([./]|$)/,
    "cloud",
  ],
  [/^(kafka|confluent_kafka|kafkajs|pika|amqplib|celery|nats|stomp|bunny|Bunny)([./]|$)/, "queue"],
  [
    /^(paramiko|fabric|asyncssh|ssh2|node-ssh|ftplib|pysftp|basic-ftp|netmiko|winrm|Net\.SSH|Net\.FTP|Net\.SCP|Net\.SFTP)([./]|$)/,
    "remote",
  ],
];

/** Which service a module is the client of. */
export function serviceOf(module: string): string | undefined {
  return SERVICES.find(([pattern]) => pattern.test(module))?.[1];
}

/** Words an operation that only looks begins with, in the many spellings of many vendors. */
const LOOKS =
  /^(get|list|describe|head|select|scan|count|exists?|find|fetch|read|show|view|search|query|lookup|retrieve|check|is|has|can|generate_presigned|download|paginate|paginator|estimate|preview|validate|dry_?run|test|ping|info|status|stats|explain|aggregate|distinct|keys|m?get|hget|hgetall|smembers|lrange|zrange|ttl|type|dbsize|watch|logs?|inspect|simulate|calculate|filter|all|first|one|to|as|from|iter|close|connect|disconnect|quit|end|cursor|commit|rollback|client|resource|session|object|bucket|table|db|database|collection|instance|model|config|auth|load|set_?options|new|init|build|with|then|catch|finally|on|once|use|pipe|table_names|ref|doc|meta|name|id|page|each|map|for_?each|sort|limit|skip|project|next|batch_?get|batch_?describe|assume_role|encode|decode|parse|format|str|string|repr|values|items|version|cluster_info|account|caller|me|from_env|pool|acquire|results?|rows?|to_dataframe|download\w*|create_?(client|connection|pool|session|engine|transport|server_?client)|createClient|createConnection|createPool|createTransport|initialize(_?app)?|initializeApp|default|login|starttls|ehlo|setup|configure|set_?missing_?host_?key_?policy|load_?system_?host_?keys|release|wait|sync_?status|select_?one)(?=$|[A-Z_0-9.?!$]|s$|s[A-Z_])/i;
const TAKES_AWAY =
  /(^|_|\$|[a-z])(delete|remove|destroy|terminate|drop|purge|flush|truncate|erase|wipe|empty|prune|uninstall|unlink|rmtree|rmdir|del|hdel|zrem|srem|ltrim|expire)/i;
const STOPS =
  /^(stop|reboot|restart|shutdown|disable|suspend|cancel|abort|kill|revoke|detach|deregister|disassociate|release|pause|scale|drain|evict|cordon|lock|refund|void)/i;
const ADDS =
  /^(create|run|launch|start|upload|add|insert|register|copy|import|attach|enable|send|publish|tag|invoke|allocate|associate|subscribe|incr|lpush|rpush|sadd|zadd|hset|append|charge|capture)/i;

/** `client.pods` and the like are still the same service, one step further in. */
export function serviceMember(on: Extract<Value, { kind: "object" }>, name: string): Value {
  return object(on.of, { ...on.at, source: `${on.at.source}.${name}` });
}

/** A call on a client of a service: its name tells what it does, and what is not known to look is held. */
export function callService(self: Extract<Value, { kind: "object" }>, call: Call, walk: Walk): Value {
  const service = self.of.slice("service:".length);
  const next = serviceMember(self, call.name);
  for (const value of call.args) if (value.kind === "function") walk.call(value, [self], call.source);
  if (call.name === "send" && service === "aws") return next;
  if (call.name === "()") {
    const operation = self.at.source.slice(self.at.source.lastIndexOf(".") + 1);
    if (TAKES_AWAY.test(operation) || STOPS.test(operation))
      noteOperation(service, operation, self, call, walk);
    return self;
  }
  if (isSqlCall(service, call.name) && call.args.length > 0) {
    noteSql(call.args[0], call, walk, self);
    return PLAIN;
  }
  if (service === "remote" && /^(exec_?command|exec!?|run|sudo|execCommand)$/.test(call.name)) {
    noteRemoteCommand(self, call, walk);
    return PLAIN;
  }
  if (
    /^[A-Z]/.test(call.name)
      ? !/Command$/.test(call.name)
      : LOOKS.test(call.name) && !TAKES_AWAY.test(call.name)
  )
    return next;
  noteOperation(service, call.name, next, call, walk);
  return next;
}

/** AWS SDK 3 names its operations as classes: `new TerminateInstancesCommand({…})`. */
export function noteCommandClass(name: string, call: Call, walk: Walk): Value {
  const operation = name.slice(name.lastIndexOf(".") + 1).replace(/Command$/, "");
  if (/Command$/.test(name) && (!LOOKS.test(operation) || TAKES_AWAY.test(operation)))
    noteOperation("aws", operation, object("service:aws", literal(name)), call, walk);
  return object("service:aws", literal(name));
}

function noteOperation(service: string, operation: string, at: Value, call: Call, walk: Walk): void {
  const names = call.args
    .flatMap((value) => (value.kind === "map" ? [...value.entries.values()] : [value]))
    .concat([...call.named.values()])
    .map(knownText);
  const path = at.kind === "object" ? at.at.source : operation;
  const local = service === "docker" && !/volume|prune/i.test(path);
  const [verb, reversibility] = operationEffect(operation);
  note(walk, [
    effect({
      verb,
      kind: service,
      name: path.slice(0, 200),
      environment: local ? "local" : environmentOf([path, ...names], walk.scene),
      reversibility: local ? "R1" : reversibility,
      count: null,
      certain: false,
      by: call.source,
    }),
  ]);
}

function operationEffect(operation: string): readonly [Verb, Reversibility] {
  if (TAKES_AWAY.test(operation)) return ["delete", "R4"];
  if (STOPS.test(operation)) return ["stop", "R1"];
  if (ADDS.test(operation)) return ["create", "R1"];
  return ["change", "R3"];
}

function isSqlCall(service: string, name: string): boolean {
  if (service === "gcp") return name === "query";
  if (service === "sqlite" || service === "sql")
    return /^(execute|executemany|executescript|exec|query|raw|run|prepare|all|get|fetch|fetchrow|fetchval|exec_params|async_exec|unsafe|\$executeRaw\w*)$/.test(
      name,
    );
  return service === "database" && /raw/i.test(name);
}

/** A statement given to a database. SQLite's is a file: there, a change is a change of that file. */
export function noteSql(
  value: Value | undefined,
  call: Call,
  walk: Walk,
  self?: Extract<Value, { kind: "object" }>,
): void {
  const sql = knownText(value);
  if (self?.of === "service:sqlite") {
    if (
      sql !== undefined &&
      /^\s*(select|explain|pragma\s+\w+\s*(\([^)]*\))?;?\s*$)/i.test(sql) &&
      !sql.trim().slice(0, -1).includes(";")
    )
      return;
    if (self.at.text !== ":memory:")
      note(walk, fileEffects("change", self.at, walk.scene, { by: call.source, kind: "sqlite" }));
    return;
  }
  if (sql !== undefined) noteFinding(walk, walk.scene.code("sql", sql, hereAs(walk)));
  else if (/^\s*(select|show|explain)\b[^;]*$/i.test(wordOf(value, call.source).prefix)) return;
  else note(walk, [unknownEffect(walk.scene, "sql", call.name, call.source)]);
}

function noteRemoteCommand(self: Extract<Value, { kind: "object" }>, call: Call, walk: Walk): void {
  const text = knownText(call.args[0]);
  const host = self.at.source;
  const place = { host: `ssh ${host}`, environment: environmentOf([host], walk.scene) };
  if (text !== undefined) noteFinding(walk, walk.scene.shell(text, { place }));
  else
    note(walk, [
      effect({
        verb: "unknown",
        kind: "remote",
        name: call.name,
        environment: place.environment,
        count: null,
        certain: false,
        by: call.source,
      }),
    ]);
}
