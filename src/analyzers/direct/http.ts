import type { Effect, Environment, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { saysSecret, verbOfName, wordsOf } from "../cloud/words.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { operationsOf } from "./graphql.ts";
import { onlyAnswers, sendsOn, serviceOf } from "./http-hosts.ts";
import { badInput, textField } from "./input.ts";
import { judgeKubernetesRequest } from "./kubernetes.ts";

/** A request to a server. Everything in it is controlled by whoever asks for it. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** The body as text; `undefined` when there is none. */
  readonly body?: string | undefined;
  /** True when there is a body that cannot be read ahead. */
  readonly bodyUnknown?: boolean;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Judges an `http` call: `{ method, url, headers?, body? }`. */
export function judgeHttpCall(input: unknown, scene: Scene): Finding {
  const url = textField(input, "url");
  if (url === undefined) return badInput("http", "`url` is no text", scene);
  const method = textField(input, "method") ?? (Object.hasOwn(input as object, "method") ? undefined : "GET");
  if (method === undefined) return badInput("http", "`method` is no text", scene);
  const { body, headers } = input as { body?: unknown; headers?: unknown };
  const text =
    body === undefined || body === null ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return judgeHttp({ method, url, body: text, headers: plainHeaders(headers) }, `${method} ${url}`, scene);
}

function plainHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

const READS = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH"]);

/**
 * What a request does. The method decides, a GraphQL body is read, and methods that a header or a parameter puts in
 * the place of the typed one count as well.
 */
export function judgeHttp(request: HttpRequest, by: string, scene: Scene): Finding {
  const address =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([^?#]*)(\?[^#]*)?/i.exec(
      request.url.trim(),
    );
  const host = address?.[2] ?? "";
  const port = address?.[3] ?? "";
  const path = address?.[4] ?? "/";
  const query = address?.[5] ?? "";
  const method = methodOf(request, query);
  const place: Place = {
    host,
    port,
    path,
    query,
    service: serviceOf(host),
    environment: hostEnvironment(host === "" ? undefined : host, scene),
    local: isLoopback(host) && scene.place.host === undefined,
    by,
  };
  if (READS.has(method)) return judgeRead(place);
  if (
    /^\/(api|apis)\/(v\d|[\w.-]+\/v\d)/.test(path) &&
    (place.port === "6443" || place.port === "8001" || /namespaces\//.test(path))
  ) {
    const finding = judgeKubernetesRequest(
      { method, path: `${path}${query}`, body: request.body },
      place.environment,
    );
    if (finding) return finding;
  }
  const graph = graphql(request, place);
  if (graph) return graph;
  return found([mutation(method, request, place)]);
}

interface Place {
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
  readonly service: string;
  readonly environment: Environment;
  readonly local: boolean;
  readonly by: string;
}

function methodOf(request: HttpRequest, query: string): string {
  const override = Object.entries(request.headers ?? {}).find(([name]) =>
    /^x-(http-)?method(-override)?$/i.test(name),
  )?.[1];
  const parameter = /[?&]_method=(\w+)/.exec(query)?.[1];
  return (override ?? parameter ?? request.method).toUpperCase();
}

/** Addresses at which clouds hand credentials to whoever asks. */
const METADATA =
  /^(169\.254\.169\.254|169\.254\.170\.2|\[?fd00:ec2::254\]?|metadata\.google\.internal|metadata|100\.100\.100\.200)$/i;

function judgeRead(place: Place): Finding {
  const isMetadata =
    METADATA.test(place.host) && /token|credential|user-data|identity|iam|^\/?$/.test(place.path);
  const last = place.path
    .split("/")
    .filter((part) => part !== "")
    .slice(-2)
    .join("/");
  const secret =
    !place.local &&
    place.service !== "http" &&
    place.service !== "github" &&
    saysSecret(last) &&
    /reveal|decrypt|value|\/(secrets?|keys|tokens|credentials)\/[^/]+$/.test(place.path);
  if (!isMetadata && !secret) return NOTHING;
  return found([
    effect({
      verb: "read",
      kind: isMetadata ? "cloud.metadata" : `${place.service}.secret`,
      name: `${place.host}${place.path}`,
      environment: place.environment,
      reversibility: "R1",
      marks: ["secret"],
      by: place.by,
    }),
  ]);
}

/** Ports of this machine behind which data lives, not the project's own service. */
const DATA_PORTS: Readonly<Record<string, string>> = {
  "9200": "elasticsearch",
  "9243": "elasticsearch",
  "5984": "couchdb",
  "8086": "influxdb",
  "8123": "clickhouse",
  "6333": "qdrant",
  "8500": "consul",
  "8200": "vault",
  "2375": "docker",
  "2376": "docker",
  "15672": "rabbitmq",
  "8983": "solr",
  "9000": "minio",
  "4566": "localstack",
};

function mutation(method: string, request: HttpRequest, place: Place): Effect {
  const name = `${place.host}${place.port === "" ? "" : `:${place.port}`}${place.path}`.slice(0, 160);
  if (place.local) return atHome(method, name, place);
  if (method === "POST" && isSearch(place))
    return effect({
      verb: "read",
      kind: `${place.service}.search`,
      name,
      environment: place.environment,
      reversibility: "R1",
      by: place.by,
    });
  const verb = verbOf(method, place);
  const certain = verb !== "unknown" && place.host !== "";
  return effect({
    verb,
    kind: `${place.service}.${nounOf(place.path)}`,
    name,
    environment: place.environment,
    reversibility: verb === "change" ? "R3" : verb === "create" ? "R1" : "R4",
    count: null,
    certain,
    marks: request.body === undefined && request.bodyUnknown !== true ? [] : ["upload"],
    by: place.by,
  });
}

/** A POST that asks: search interfaces and models. */
function isSearch({ service, path }: Place): boolean {
  return (
    onlyAnswers(service, path) ||
    /\/(_search|_msearch|_count|search|query|_query|graphql\/query|introspect|token\/introspect|validate|preview|simulate|lint|markdown)$/.test(
      path,
    )
  );
}

function verbOf(method: string, place: Place): Verb {
  if (method === "DELETE") return "delete";
  const last = wordsOf(place.path.split("/").at(-1) ?? "");
  const named = last.length > 0 && last.length <= 3 ? verbOfName(last.join("-")) : undefined;
  if (
    named !== undefined &&
    ["delete", "replace", "stop", "send", "execute", "escalate", "expose"].includes(named)
  )
    return named;
  if (sendsOn(place.service)) return "send";
  if (method === "POST") return place.service === "http" ? "unknown" : "create";
  return method === "PUT" || method === "PATCH" ? "change" : "unknown";
}

/** The project's own service on this machine, unless a data store listens there. */
function atHome(method: string, name: string, place: Place): Effect {
  const store = DATA_PORTS[place.port];
  if (store === undefined) {
    return effect({
      verb: method === "DELETE" ? "delete" : "change",
      kind: "http.local",
      name,
      environment: "local",
      reversibility: "R1",
      wayBack: "unknown",
      marks: ["workspace-code"],
      by: place.by,
    });
  }
  const asks = method === "POST" && /(_search|_msearch|_count|_mget|query|search|scroll)/.test(place.path);
  const verb: Verb = asks
    ? "read"
    : method === "DELETE" || /_delete_by_query|delete/.test(place.path)
      ? "delete"
      : "change";
  return effect({
    verb,
    kind: `${store}.data`,
    name,
    environment: "development",
    reversibility: verb === "delete" || store === "docker" ? "R3" : "R1",
    marks: verb === "change" && store !== "docker" ? ["additive"] : [],
    by: place.by,
  });
}

function nounOf(path: string): string {
  const parts = path
    .split("/")
    .filter(
      (part) => /^[a-z][a-z_-]{2,}$/i.test(part) && !/^(api|rest|graphql|public|client|v\d+)$/i.test(part),
    );
  return (parts.at(-1) ?? "resource").toLowerCase().replace(/s$/, "");
}

/** A GraphQL request, judged by the fields at the top of its mutations. */
function graphql(request: HttpRequest, place: Place): Finding | undefined {
  const text = request.body ?? "";
  const aimed = /graphql/i.test(place.path) || /graphql/i.test(place.host);
  if (!aimed && !/"query"\s*:\s*"\s*(mutation|query|\{)/.test(text)) return undefined;
  if (request.bodyUnknown === true) return undefined;
  const documents = documentsOf(text);
  const operations = documents?.map(operationsOf);
  if (operations === undefined || operations.some((one) => one === undefined)) {
    return place.local
      ? undefined
      : found([
          effect({
            verb: "unknown",
            kind: `${place.service}.graphql`,
            name: `${place.host}${place.path}`,
            environment: place.environment,
            count: null,
            certain: false,
            marks: ["upload"],
            by: place.by,
          }),
        ]);
  }
  const fields = operations.flatMap((one) =>
    (one ?? []).flatMap((operation) => (operation.type === "mutation" ? operation.fields : [])),
  );
  return found(fields.map((field) => fieldEffect(field, place)));
}

/** The documents in a body: JSON (one or a batch), or the document itself. */
function documentsOf(text: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    const documents = list.map((one) => textField(one, "query"));
    return documents.some((one) => one === undefined) ? undefined : documents.map((one) => one ?? "");
  } catch {
    return (
      looseQuery(text) ??
      (/^\s*(query|mutation|subscription|fragment|\{)/.test(text) && !/^\s*\{\s*"/.test(text)
        ? [text]
        : undefined)
    );
  }
}

/** `{"query": "…"}` that is no exact JSON, as it is often typed: the document between the outer quotation marks. */
function looseQuery(text: string): readonly string[] | undefined {
  const match =
    /^\s*\{\s*"query"\s*:\s*"([\s\S]*?)"\s*(?:,\s*"(?:variables|operationName)"[\s\S]*)?\}\s*$/.exec(text);
  return match?.[1] === undefined ? undefined : [match[1].replaceAll('\\"', '"').replaceAll("\\n", "\n")];
}

function fieldEffect(field: string, place: Place): Effect {
  const verb = deedOf(field);
  const local = place.local;
  return effect({
    verb,
    kind: `${place.service}.${field}`,
    name: `${place.host}${place.path}`,
    environment: local ? "local" : place.environment,
    reversibility: local ? "R1" : verb === "create" || verb === "change" ? "R3" : "R4",
    ...(local ? { wayBack: "unknown" as const, marks: ["workspace-code"] as const } : {}),
    certain: verb !== "unknown",
    count: null,
    by: place.by,
  });
}

/** Field names put the verb first (`deleteProject`) or last (`volumeDelete`): the graver reading counts. */
function deedOf(field: string): Verb {
  const verbs = wordsOf(field)
    .map((word) => verbOfName(word))
    .filter((verb) => verb !== undefined);
  for (const grave of [
    "delete",
    "replace",
    "stop",
    "remove-protection",
    "escalate",
    "send",
    "expose",
    "execute",
  ] as const)
    if (verbs.includes(grave)) return grave;
  return verbs.includes("change") ? "change" : verbs.includes("create") ? "create" : "unknown";
}
