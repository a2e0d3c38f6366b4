import type { Effect } from "../../core/effect.ts";
import type { Finding } from "../analyzer.ts";
import type { Database } from "../cloud/database.ts";
import { effect, found } from "../effects.ts";

/** Methods of mongosh that only look (MongoDB Shell reference). */
const READS =
  /^(find|findOne|aggregate|count|countDocuments|estimatedDocumentCount|distinct|explain|getIndexes|stats|dataSize|storageSize|totalSize|getCollectionNames|getCollectionInfos|getName|getSiblingDB|getCollection|serverStatus|hello|isMaster|version|status|conf|currentOp|listCommands|getUsers|getRoles|getMongo|getDBs|getDBNames|help|printShardingStatus|validate|latencyStats|getShardDistribution|limit|sort|skip|project|toArray|pretty|forEach|map|hasNext|next|itcount|size|print|printjson|log|stringify|parse|ObjectId|ISODate|Date|UUID|NumberLong|NumberInt|NumberDecimal|Timestamp|EJSON|keys|values|entries|length|filter|join|toString|includes|hostInfo|buildInfo|serverBuildInfo|getProfilingStatus|getReplicationInfo|printReplicationInfo|printSecondaryReplicationInfo|quit|exit|require|tojson|slice|push|reduce|batchSize|maxTimeMS|hint|collation|comment|readPref|require|now|toISOString|getTime|abs|max|min|floor|round|use|show|watch|getIndexKeys|isCapped|executionStats|setReadPref|auth)$/;
const BULK = /^(drop|dropDatabase|deleteMany|remove|dropIndexes)$/;

/** What a text for the MongoDB shell would do: every method that it calls decides, strings are data. */
export function judgeMongo(text: string, database: Database & { readonly by: string }): Finding {
  const plain = text.replace(
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith("/") ? " " : quotedName(part)),
  );
  // A member named by a string is the member: `db["users"]["drop"]()`.
  const code = plain
    .replace(/([\w$\])])\s*\[\s*"([\w$]+)"\s*\]/g, "$1.$2")
    .replace(/([\w$\])])\s*\[\s*"([\w$]+)"\s*\]/g, "$1.$2");
  const calls = [...code.matchAll(/((?:[\w$]+|\]|\))\s*\.\s*)*([A-Za-z_$][\w$]*)\s*\(/g)];
  const effects = calls.flatMap((call) => judgeCall(call[0], call[2] ?? "", code, call.index, database));
  if (/\[\s*(?!\d|\s*\{|\s*\])[^\]]*\]\s*\(/.test(code)) effects.push(unknown("computed method", database));
  if (calls.length === 0 && !/^\s*(show|use|db|rs|sh|it|\{|\[|[\d"'])/.test(text) && text.trim() !== "")
    effects.push(unknown(text, database));
  return found(effects);
}

function quotedName(part: string): string {
  return /^["'][\w.$ -]{1,60}["']$/.test(part) ? `"${part.slice(1, -1)}"` : '""';
}

function judgeCall(
  source: string,
  method: string,
  code: string,
  at: number,
  database: Database & { readonly by: string },
): Effect[] {
  if (READS.test(method) && method !== "aggregate") return [];
  if (/^(if|for|while|switch|function|return|catch|typeof|await|async)$/.test(method)) return [];
  const rest = code.slice(at + source.length, at + source.length + 400);
  if (method === "aggregate")
    return /\$(out|merge)\b/.test(code)
      ? [make("change", "collection", collectionOf(source, code, at), database, true)]
      : [];
  if (method === "adminCommand" || method === "runCommand") return judgeRunCommand(rest, database);
  const collection = collectionOf(source, code, at);
  const everything = /^\s*(\{\s*\})?\s*[,)]/.test(rest);
  if (method === "dropDatabase") return [make("delete", "database", database.name, database, true)];
  if (method === "drop") return [make("delete", "collection", collection, database, false)];
  if (/^(delete|remove|findOneAndDelete|bulkWrite|dropIndex)/.test(method))
    return [make("delete", "collection", collection, database, BULK.test(method) && everything)];
  if (/^(insert|createIndex|createCollection|createView|ensureIndex|insertOne|insertMany)/.test(method))
    return [additive(collection, database)];
  if (/^(update|replace|findOneAnd|findAndModify|save|rename|compact|reIndex)/.test(method))
    return [make("change", "collection", collection, database, /Many$/.test(method) && everything)];
  if (
    /^(createUser|grantRoles|updateUser|createRole|changeUserPassword|dropUser|dropRole|revoke)/.test(method)
  )
    return [make("escalate", "user", collection, database, false)];
  if (/^(shutdownServer|stepDown|reconfig|initiate|killOp|fsyncLock|add|remove|freeze)/.test(method))
    return [make("stop", "server", method, database, false)];
  return [unknown(method, database)];
}

function judgeRunCommand(rest: string, database: Database & { readonly by: string }): Effect[] {
  const command = /^\s*\{?\s*"?(\w+)/.exec(rest)?.[1] ?? "command";
  if (
    /^(ping|hello|isMaster|buildInfo|serverStatus|listCollections|listDatabases|collStats|dbStats|count|find|explain|getParameter|hostInfo|connectionStatus|replSetGetStatus|getLog|top|whatsmyuri)$/i.test(
      command,
    )
  )
    return [];
  return [make(/^(drop|delete)/i.test(command) ? "delete" : "change", "command", command, database, false)];
}

/** The collection before the method: `db.users.drop(`, `db.getCollection("users").drop(`. */
function collectionOf(source: string, code: string, at: number): string {
  const before = code.slice(Math.max(0, at - 200), at) + source;
  const named = [
    ...before.matchAll(
      /db(?:\.getSiblingDB\([^)]*\))?\s*\.\s*(?:getCollection\(\s*"([^"]*)"\s*\)|([\w$.]+?))\s*\.\s*[\w$]+\s*\($/g,
    ),
  ].at(-1);
  return named?.[1] ?? named?.[2] ?? "*";
}

function make(
  verb: Effect["verb"],
  kind: string,
  name: string,
  database: Database & { readonly by: string },
  bulk: boolean,
): Effect {
  return effect({
    verb,
    kind: `mongodb.${kind}`,
    name,
    environment: database.environment,
    reversibility: database.local ? "R3" : "R4",
    count: null,
    marks: bulk ? ["bulk"] : [],
    ...(verb === "delete"
      ? { advice: "rename the collection instead, or take a mongodump of it first" }
      : {}),
    by: database.by,
  });
}

function additive(name: string, { environment, by }: Database & { readonly by: string }): Effect {
  return effect({
    verb: "create",
    kind: "mongodb.document",
    name,
    environment,
    reversibility: "R1",
    count: null,
    marks: ["additive"],
    by,
  });
}

function unknown(name: string, database: Database & { readonly by: string }): Effect {
  return { ...make("unknown", "shell", name.slice(0, 80), database, false), certain: false };
}
