import type { Effect, Environment, Mark, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { saysSecret } from "../cloud/words.ts";
import { type EffectParts, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { literal } from "../options.ts";
import { judgeAwsParts } from "./aws-request.ts";
import { actOfPath, actOfRead } from "./http-acts.ts";
import { type HttpAddress, isMetadataHost, parseAddress } from "./http-address.ts";
import { awsOperationOf } from "./http-aws.ts";
import { carriesGraphql, graphqlDeeds } from "./http-graphql.ts";
import { onlyAnswers, sendsOn, serviceOf } from "./http-hosts.ts";
import { dataPort, judgeStoreRequest } from "./http-stores.ts";
import { badInput, textField } from "./input.ts";
import { judgeKubernetesRequest } from "./kubernetes.ts";

/** A request to a server, whoever sends it: a client on the command line, code, a tool. Controlled by the agent. */
export interface HttpRequest {
  /** `undefined` when it cannot be told. */
  readonly method: string | undefined;
  /** `undefined` when not even its host can be told. */
  readonly url: string | undefined;
  /** The body as text; `undefined` when there is none. */
  readonly body?: string | undefined;
  /** True when there is a body that cannot be read ahead. */
  readonly bodyUnknown?: boolean;
  /** By name, in any case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Local files are sent with it. */
  readonly uploads?: boolean;
  /** The path of a Unix socket that takes the place of the network. */
  readonly socket?: string | undefined;
  /** What stands for a URL that cannot be told. */
  readonly shown?: string;
}

/** Judges an `http` call: `{ method, url, headers?, body? }`. */
export function judgeHttpCall(input: unknown, scene: Scene): Finding {
  const url = textField(input, "url");
  if (url === undefined) return badInput("http", "`url` is no text", scene);
  const method = textField(input, "method") ?? (Object.hasOwn(input as object, "method") ? undefined : "GET");
  if (method === undefined) return badInput("http", "`method` is no text", scene);
  const { body, headers } = input as { body?: unknown; headers?: unknown };
  return judgeHttp(
    { method, url, body: bodyText(body), headers: plainHeaders(headers) },
    `${method} ${url}`,
    scene,
  );
}

/** A body as text: what is no text is sent as JSON. */
export function bodyText(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Headers given as an object, by lower-case name. */
export function plainHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Methods that only ask (RFC 9110, 9.2.1 "safe"; PROPFIND, REPORT and SEARCH of WebDAV, QUERY, a tunnel). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY", "CONNECT"]);

/** Schemes that carry any bytes to any service. */
const RAW_SCHEMES = /^(gophers?|dict|smtps?|telnet|tcp|udp|ldaps?)$/;

/** One request with what its address says. */
interface Aim {
  readonly method: string | undefined;
  readonly request: HttpRequest;
  readonly address: HttpAddress;
  readonly service: string;
  readonly environment: Environment;
  /** This machine's own loopback. */
  readonly local: boolean;
  readonly by: string;
}

/**
 * What a request does: the one judge for every client. The method decides, except where a header, the path, the
 * query or the body says something else: method overrides, interfaces that act on GET, AWS operations, the
 * Kubernetes API, GraphQL, statements sent to data stores.
 */
export function judgeHttp(request: HttpRequest, by: string, scene: Scene): Finding {
  const address = parseAddress(request.url ?? "");
  if (address.scheme === "file") return found(fileEffects("read", literal(address.path), scene, { by }));
  if (address.scheme === "data" || address.scheme === "about") return NOTHING;
  const aim: Aim = {
    method: RAW_SCHEMES.test(address.scheme) ? "POST" : methodOf(request, address.query),
    request,
    address: request.url === undefined ? { ...address, shown: request.shown ?? "?" } : address,
    service: serviceOf(address.host),
    environment: hostEnvironment(address.host === "" ? undefined : address.host, scene),
    local: isLoopback(address.host) && scene.place.host === undefined,
    by,
  };
  if (isMetadataHost(address.host)) return found([credentials(aim, scene)]);
  return special(aim, scene) ?? ordinary(aim, scene);
}

function methodOf(request: HttpRequest, query: string): string | undefined {
  const override = Object.entries(request.headers ?? {}).find(([name]) =>
    /^x-(http-)?method(-override)?$/i.test(name),
  )?.[1];
  const parameter = /[?&]_method=(\w+)/.exec(query)?.[1];
  return (override ?? parameter ?? request.method)?.trim().toUpperCase();
}

function credentials({ address, by }: Aim, scene: Scene): Effect {
  return effect({
    verb: "read",
    kind: "cloud.metadata",
    name: address.shown,
    environment: scene.place.host === undefined ? "local" : scene.place.environment,
    reversibility: "R1",
    marks: ["secret"],
    by,
  });
}

/** Interfaces whose requests say themselves what they do. */
function special(aim: Aim, scene: Scene): Finding | undefined {
  return aws(aim, scene) ?? kubernetes(aim) ?? graphql(aim) ?? store(aim, scene);
}

function aws({ address, request, service, local }: Aim, scene: Scene): Finding | undefined {
  const emulated = (local && address.port === "4566") || /(^|\.)localstack\.cloud$/.test(address.host);
  if (service !== "aws" && !emulated) return undefined;
  const parts = awsOperationOf(address, request.body, request.headers ?? {});
  return parts && judgeAwsParts(parts, scene, { names: [address.shown], local: emulated });
}

const KUBERNETES_PORTS = new Set(["6443", "8001", "16443"]);

function kubernetes({ address, method, request, environment }: Aim): Finding | undefined {
  const path = address.path.replace(/^\/k8s\/clusters\/[^/]+/, "");
  const isApi = /^\/(api|apis)\/(v\d|[\w.-]+\/v\d)/.test(path);
  const isCluster =
    KUBERNETES_PORTS.has(address.port) ||
    /namespaces\//.test(path) ||
    /(^|[.-])(kubernetes|k8s|kube|kube-apiserver)([.-]|$)|\.eks\.amazonaws\.com$|\.azmk8s\.io$/.test(
      address.host,
    );
  if (!isApi || !isCluster || method === undefined) return undefined;
  const target = { method, path: `${path}${address.query}`, body: request.body };
  return judgeKubernetesRequest(target, environment);
}

function graphql(aim: Aim): Finding | undefined {
  const { address, request, local, method } = aim;
  const reads = method !== undefined && SAFE.has(method);
  const body = request.body ?? (reads ? queryParameter(address.query, "query") : undefined);
  const aimed = /graphql|(^|\/)gql(\/|$)/i.test(`${address.host}${address.path}`);
  if (body === undefined || request.bodyUnknown === true || !(aimed || carriesGraphql(body)))
    return undefined;
  const deeds = graphqlDeeds(body);
  if (!aimed && (deeds === undefined || deeds.length === 0)) return undefined;
  if (deeds === undefined) {
    if (local || reads) return undefined;
    return found([remote(aim, "unknown", { kind: `${aim.service}.graphql` })]);
  }
  return found(
    deeds.map(({ field, verb }) =>
      local
        ? atHome(aim, verb, `http.${field}`)
        : remote(aim, verb, {
            kind: `${aim.service}.${field}`,
            reversibility: verb === "create" || verb === "change" ? "R3" : "R4",
            certain: verb !== "unknown",
            marks: [],
          }),
    ),
  );
}

function queryParameter(query: string, name: string): string | undefined {
  const value = new RegExp(`[?&]${name}=([^&]*)`).exec(query)?.[1];
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value.replace(/\+/g, " "));
  } catch {
    return value;
  }
}

/** Statements sent to a data store over HTTP, and the data stores of this machine. */
function store({ address, method, request, environment, local, by }: Aim, scene: Scene): Finding | undefined {
  const name = `${method ?? "?"} ${address.shown}`;
  const where = { environment: local ? ("development" as const) : environment, local, by, name };
  return judgeStoreRequest({ method, address, body: request.body }, where, scene);
}

function ordinary(aim: Aim, scene: Scene): Finding {
  const { method, address, service, request } = aim;
  const reads = method !== undefined && SAFE.has(method);
  const act = reads ? actOfRead(address, service) : undefined;
  if (reads && act === undefined) return secretRead(aim);
  if (request.socket !== undefined) return found([throughSocket(aim)]);
  const verb = act ?? verbOf(aim);
  const { declared } = scene.setting;
  const isDeclared = declared === "production" || declared === "staging";
  if (aim.local && !isDeclared) return found([atHome(aim, verb)]);
  if (aim.local && declared !== undefined)
    return found([remote({ ...aim, environment: declared }, verb, { reversibility: "R3" })]);
  if (method === "POST" && act === undefined && isSearch(aim))
    return found([remote(aim, "read", { kind: `${service}.search`, reversibility: "R1", marks: [] })]);
  return found([remote(aim, verb)]);
}

/** Reading what holds secrets: keys, tokens and variables of services. */
function secretRead({ address, service, environment, local, by }: Aim): Finding {
  const parts = address.path.split("/").filter((part) => part !== "");
  const secret =
    !local &&
    service !== "http" &&
    service !== "github" &&
    saysSecret(parts.slice(-2).join("/")) &&
    /reveal|decrypt|value|\/(secrets?|keys|tokens|credentials)\/[^/]+$/.test(address.path);
  if (!secret) return NOTHING;
  const kind = `${service}.secret`;
  return found([
    effect({
      verb: "read",
      kind,
      name: address.shown,
      environment,
      reversibility: "R1",
      marks: ["secret"],
      by,
    }),
  ]);
}

/** A POST that asks: search interfaces and models. */
function isSearch({ service, address: { path } }: Aim): boolean {
  return (
    onlyAnswers(service, path) ||
    /\/(_search|_msearch|_count|search|query|_query|graphql\/query|introspect|token\/introspect|validate|preview|simulate|lint|markdown)$/.test(
      path,
    )
  );
}

function verbOf({ method, address, service, request }: Aim): Verb {
  if (method === "DELETE" || method === "PURGE") return "delete";
  const named = actOfPath(address.path);
  if (named !== undefined) return named;
  if (method === undefined || request.url === "") return "unknown";
  if (sendsOn(service)) return "send";
  if (method === "POST") return service === "http" ? "send" : "create";
  return ["PUT", "PATCH", "MKCOL", "COPY", "MOVE", "PROPPATCH", "LINK", "UNLINK", "LOCK", "UNLOCK"].includes(
    method,
  )
    ? "change"
    : "unknown";
}

/** A socket of this machine: a daemon that may do anything with this machine's rights. */
function throughSocket({ method, address, by }: Aim): Effect {
  return effect({
    verb: method === "DELETE" ? "delete" : "change",
    kind: "http.socket",
    name: `${method ?? "?"} ${address.shown}`,
    environment: "local",
    reversibility: "R3",
    certain: method !== undefined,
    marks: ["privileged"],
    by,
  });
}

/** The project's own service on this machine, unless something else listens there. */
function atHome(aim: Aim, verb: Verb, kind?: string): Effect {
  const { method, address, by } = aim;
  const port = dataPort(address.port);
  const stands = port !== undefined && (verb === "delete" || port.rules);
  return effect({
    verb,
    kind: kind ?? (port === undefined ? kindOf(aim) : `${port.name}.data`),
    name: `${method ?? "?"} ${address.shown}`,
    environment: stands ? "development" : "local",
    reversibility: "R3",
    certain: method !== undefined && verb !== "unknown",
    marks: stands ? [] : ["workspace-code"],
    by,
  });
}

function remote(aim: Aim, verb: Verb, parts: Partial<EffectParts> = {}): Effect {
  const { method, address, request, environment, by } = aim;
  const marks: readonly Mark[] =
    request.uploads === true || request.bodyUnknown === true || request.body !== undefined ? ["upload"] : [];
  const mild = verb === "create" ? "R1" : verb === "change" || verb === "send" ? "R3" : "R4";
  return effect({
    verb,
    kind: kindOf(aim),
    name: `${method ?? "?"} ${address.shown}`.slice(0, 200),
    environment,
    reversibility: sendsOn(aim.service) && verb === "send" ? "R4" : mild,
    certain: verb !== "unknown" && method !== undefined && address.host !== "",
    marks,
    by,
    ...parts,
  });
}

/** `github.repo`; plain `http` where only the address tells. */
function kindOf({ service, address }: Aim): string {
  return service === "http" ? "http" : `${service}.${nounOf(address.path)}`;
}

function nounOf(path: string): string {
  const parts = path
    .split("/")
    .filter(
      (part) => /^[a-z][a-z_-]{2,}$/i.test(part) && !/^(api|rest|graphql|public|client|v\d+)$/i.test(part),
    );
  return (parts.at(-1) ?? "resource").toLowerCase().replace(/s$/, "");
}
