import type { Effect } from "../../core/effect.ts";
import type { Finding } from "../analyzer.ts";
import type { Database } from "../cloud/database.ts";
import { effect, found } from "../effects.ts";

/** Redis commands that only look (redis.io command reference, flag `readonly` and the connection group). */
const READS = new Set(
  "PING ECHO AUTH HELLO SELECT QUIT INFO TIME DBSIZE LASTSAVE GET MGET GETRANGE STRLEN EXISTS TYPE TTL PTTL KEYS SCAN RANDOMKEY HGET HGETALL HMGET HKEYS HVALS HLEN HEXISTS HSCAN HSTRLEN HRANDFIELD LRANGE LLEN LINDEX LPOS SMEMBERS SISMEMBER SMISMEMBER SCARD SRANDMEMBER SSCAN SINTER SUNION SDIFF SINTERCARD ZRANGE ZRANGEBYSCORE ZRANGEBYLEX ZREVRANGE ZREVRANGEBYSCORE ZCARD ZCOUNT ZSCORE ZMSCORE ZRANK ZREVRANK ZSCAN ZLEXCOUNT XRANGE XREVRANGE XLEN XREAD XINFO XPENDING GEOPOS GEODIST GEOHASH GEOSEARCH GEORADIUS_RO BITCOUNT BITPOS GETBIT PFCOUNT OBJECT MEMORY DUMP DEBUG_OBJECT COMMAND LOLWUT ROLE WAIT MONITOR SUBSCRIBE PSUBSCRIBE EXPIRETIME PEXPIRETIME JSON.GET JSON.TYPE JSON.MGET FT.SEARCH FT.INFO FT._LIST TS.GET TS.RANGE EVAL_RO EVALSHA_RO FCALL_RO SUBSTR LCS TOUCH MODULE_LIST".split(
    " ",
  ),
);
const WHOLE = new Set(["FLUSHALL", "FLUSHDB", "SWAPDB"]);
const DELETES =
  /^(DEL|UNLINK|HDEL|LPOP|RPOP|LREM|LTRIM|SREM|SPOP|ZREM.*|ZPOP.*|XDEL|XTRIM|GETDEL|JSON\.DEL|FT\.DROPINDEX|EXPIRE|PEXPIRE|EXPIREAT|RENAME|MOVE|RESTORE|MIGRATE|BLPOP|BRPOP)$/;
const STOPS = new Set(["SHUTDOWN", "FAILOVER", "CLUSTER", "REPLICAOF", "SLAVEOF", "DEBUG"]);
const SUBREADS =
  /^(CONFIG GET|CLIENT (LIST|INFO|GETNAME|ID)|CLUSTER (INFO|NODES|SLOTS|SHARDS|KEYSLOT|MYID|COUNTKEYSINSLOT)|SLOWLOG (GET|LEN)|LATENCY .*|ACL (LIST|WHOAMI|CAT|GETUSER|USERS|LOG)|SCRIPT EXISTS|MODULE LIST|FUNCTION (LIST|DUMP|STATS)|PUBSUB .*|SENTINEL (MASTERS|SLAVES|REPLICAS|GET-MASTER-ADDR-BY-NAME|CKQUORUM))\b/;

/** What Redis commands, one a line, would do. */
export function judgeRedis(text: string, database: Database & { readonly by: string }): Finding {
  return found(text.split("\n").flatMap((line) => judgeCommand(line.trim(), database)));
}

function judgeCommand(line: string, database: Database & { readonly by: string }): readonly Effect[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const [first = "", second = ""] = words.map((word) => word.toUpperCase());
  if (first === "" || first.startsWith("#") || READS.has(first) || SUBREADS.test(`${first} ${second}`))
    return [];
  const key = words[1] ?? "*";
  const base = { environment: database.environment, by: database.by };
  const lost = database.local ? ("R3" as const) : ("R4" as const);
  if (WHOLE.has(first))
    return [
      effect({
        ...base,
        verb: "delete",
        kind: "redis.database",
        name: first === "FLUSHALL" ? "all" : database.name,
        reversibility: lost,
        count: null,
        marks: ["bulk"],
        advice: "delete by a key pattern with SCAN and UNLINK",
      }),
    ];
  if (DELETES.test(first))
    return [
      effect({
        ...base,
        verb: "delete",
        kind: "redis.key",
        name: key,
        reversibility: lost,
        count: Math.max(1, words.length - 1),
      }),
    ];
  if (STOPS.has(first))
    return [
      effect({ ...base, verb: "stop", kind: "redis.server", name: line.slice(0, 60), reversibility: lost }),
    ];
  if (/^(CONFIG|ACL|MODULE|SCRIPT|FUNCTION|CLIENT|EVAL|EVALSHA|FCALL)$/.test(first)) {
    const verb = first === "ACL" ? "escalate" : /^(EVAL|FCALL)/.test(first) ? "execute" : "change";
    return [
      effect({
        ...base,
        verb,
        kind: `redis.${first.toLowerCase()}`,
        name: line.slice(0, 60),
        reversibility: lost,
        certain: verb !== "execute",
        count: null,
      }),
    ];
  }
  if (first === "PUBLISH")
    return [effect({ ...base, verb: "send", kind: "redis.channel", name: key, reversibility: lost })];
  if (/^[A-Z][A-Z.]*$/.test(first)) {
    return [
      effect({
        ...base,
        verb: "change",
        kind: "redis.key",
        name: key,
        reversibility: database.local ? "R1" : "R3",
        marks: database.local ? ["additive"] : [],
      }),
    ];
  }
  return [
    effect({
      ...base,
      verb: "unknown",
      kind: "redis",
      name: line.slice(0, 60),
      reversibility: lost,
      certain: false,
      count: null,
    }),
  ];
}
