import type { Environment } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { effect, found, NOTHING } from "../effects.ts";
import type { HttpAddress } from "./http-address.ts";
import { textField } from "./input.ts";
import { judgeSql } from "./sql.ts";
import { cypherDeed, isSqlStatement } from "./sql-shape.ts";

/** What listens on a port of this machine beside the project's own server. */
export interface DataPort {
  readonly name: string;
  /** It governs machines or containers: every change through it is one of this machine. */
  readonly rules: boolean;
}

const DATA: Readonly<Record<string, string>> = {
  "9200": "elasticsearch",
  "9243": "elasticsearch",
  "5984": "couchdb",
  "8086": "influxdb",
  "8123": "clickhouse",
  "6333": "qdrant",
  "8500": "consul",
  "8200": "vault",
  "2379": "etcd",
  "15672": "rabbitmq",
  "8983": "solr",
  "9000": "minio",
  "4566": "localstack",
  "7474": "neo4j",
  "8529": "arangodb",
  "19530": "milvus",
  "8108": "typesense",
  "7700": "meilisearch",
};
const RULING: Readonly<Record<string, string>> = {
  "2375": "docker",
  "2376": "docker",
  "6443": "kubernetes",
  "8001": "kubernetes",
  "16443": "kubernetes",
  "4646": "nomad",
};

/** What is known to listen on a port of the loopback; `undefined` for the project's own servers. */
export function dataPort(port: string): DataPort | undefined {
  const ruling = RULING[port];
  if (ruling !== undefined) return { name: ruling, rules: true };
  const name = DATA[port];
  return name === undefined ? undefined : { name, rules: false };
}

/** A request that may carry a statement or the command of a store. */
export interface StoreRequest {
  readonly method: string | undefined;
  readonly address: HttpAddress;
  readonly body: string | undefined;
}

/** Where it acts and what it is shown as. */
export interface StorePlace {
  readonly environment: Environment;
  readonly local: boolean;
  readonly by: string;
  readonly name: string;
}

/** Judges a request by the statement it carries, or as one to a data store; `undefined` when it is neither. */
export function judgeStoreRequest(
  request: StoreRequest,
  place: StorePlace,
  scene: Scene,
): Finding | undefined {
  return byStatement(request, place, scene) ?? onDataPort(request, place);
}

const STATEMENT_PATH =
  /\/(query|queries|_query|_sql|sql|statements?|sqlexec|cypher|tx\/commit|ksql|exec)\/?$|^\/?$/;

/** SQL and Cypher in the body or in the query of an address that takes statements. */
function byStatement({ address, body }: StoreRequest, place: StorePlace, scene: Scene): Finding | undefined {
  if (!STATEMENT_PATH.test(address.path)) return undefined;
  const texts = [...inBody(body ?? ""), ...inQuery(address.query)];
  const sql = texts.filter(isSqlStatement);
  if (sql.length > 0)
    return found(
      sql.flatMap(
        (text) =>
          judgeSql(
            text,
            { dialect: "ansi", environment: place.environment, local: place.local, by: place.by },
            scene,
          ).effects,
      ),
    );
  const deeds = texts.map(cypherDeed).filter((deed) => deed !== undefined);
  if (deeds.length === 0) return undefined;
  const verb = deeds.includes("delete") ? "delete" : deeds.includes("change") ? "change" : "read";
  if (verb === "read") return NOTHING;
  return found([
    effect({
      verb,
      kind: "cypher.graph",
      name: place.name,
      environment: place.environment,
      reversibility: place.local || verb === "change" ? "R3" : "R4",
      count: null,
      by: place.by,
    }),
  ]);
}

function inBody(body: string): readonly string[] {
  try {
    const json: unknown = JSON.parse(body);
    const nested = typeof json === "object" && json !== null && "statements" in json ? json.statements : [];
    return [json, ...(Array.isArray(nested) ? nested : [])].flatMap((one: unknown) =>
      ["query", "sql", "statement", "stmt", "q", "ksql"].flatMap((name) => textField(one, name) ?? []),
    );
  } catch {
    return [body, ...inQuery(`?${body}`)];
  }
}

function inQuery(query: string): readonly string[] {
  return [...query.matchAll(/[?&](?:q|query|sql|statement)=([^&]*)/g)].map(([, value = ""]) => {
    try {
      return decodeURIComponent(value.replace(/\+/g, " "));
    } catch {
      return value;
    }
  });
}

/** A change through the port of a data store of this machine. */
function onDataPort({ method, address }: StoreRequest, place: StorePlace): Finding | undefined {
  const port = dataPort(address.port);
  if (!place.local || port === undefined || port.rules) return undefined;
  if (method === undefined || /^(GET|HEAD|OPTIONS)$/.test(method)) return undefined;
  const asks =
    method === "POST" && /(_search|_msearch|_count|_mget|query|search|scroll)($|[/?])/.test(address.path);
  if (asks && !/delete|update/.test(address.path)) return NOTHING;
  const deletes = method === "DELETE" || /delete/.test(address.path);
  return found([
    effect({
      verb: deletes ? "delete" : "change",
      kind: `${port.name}.data`,
      name: place.name,
      environment: "development",
      reversibility: deletes ? "R3" : "R1",
      marks: deletes ? [] : ["additive"],
      by: place.by,
    }),
  ]);
}
