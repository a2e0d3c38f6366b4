import type { Effect, Environment, Mark } from "../core/effect.ts";
import type { Scene, Word } from "./analyzer.ts";
import { effect } from "./effects.ts";
import { hostEnvironment, isLoopback } from "./environment.ts";
import { parseGraphql } from "./languages/graphql.ts";

/** One request as a client would send it. Controlled by the agent. */
export interface HttpRequest {
  /** `undefined` when it cannot be told. */
  readonly method: string | undefined;
  readonly url: Word;
  /** The body's text when it is known. */
  readonly body?: string | undefined;
  /** Local files are sent with it. */
  readonly uploads?: boolean;
  /** The path of a Unix socket that takes the place of the network. */
  readonly socket?: string | undefined;
  readonly by: string;
}

/** Methods that only ask (RFC 9110, 9.2.1 "safe"; PROPFIND and REPORT of WebDAV, QUERY). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY", "CONNECT"]);

/** What a request does at the other end, by its method; a GraphQL body is read, because its method says nothing. */
export function requestEffects(request: HttpRequest, scene: Scene): readonly Effect[] {
  const address = addressOf(request.url);
  const { method } = request;
  if (method !== undefined && SAFE.has(method.toUpperCase())) return credentialsRead(address, request, scene);
  const document = graphqlOf(request, address);
  if (document && document.operations.length > 0 && document.operations.every((one) => one === "query"))
    return [];
  const removes =
    method?.toUpperCase() === "DELETE" ||
    method?.toUpperCase() === "PURGE" ||
    saysRemoval(document?.calls ?? [lastSegment(address.path)]);
  const verb: Effect["verb"] = removes
    ? "delete"
    : method === undefined
      ? "unknown"
      : method.toUpperCase() === "POST"
        ? "send"
        : "change";
  return [
    effect({
      verb,
      kind: "http",
      name: `${method?.toUpperCase() ?? "?"} ${address.shown}${document ? ` ${document.calls.join(" ")}`.trimEnd() : ""}`.slice(
        0,
        200,
      ),
      by: request.by,
      certain: method !== undefined && address.host !== undefined,
      ...placeOf(address, request, removes, scene),
    }),
  ];
}

interface Address {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly path: string;
  /** For people: without user, password and query, which may hold secrets. */
  readonly shown: string;
}

/** Takes a URL apart as curl does: the scheme may be missing; user and password are never shown. */
export function addressOf(url: Word): Address {
  const text = url.text ?? url.prefix;
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?([^?#]*)/i.exec(
    text,
  );
  const [, scheme, name = "", port, path = ""] = match ?? [];
  const portUnknown =
    url.text === undefined && /^[^:]+:\/\/[^/?#@:]+:$/.test(text) && /^(\/|$)/.test(url.suffix);
  const complete = url.text !== undefined || path !== "" || portUnknown;
  const host =
    complete && name !== "" ? name : scheme === undefined && text.startsWith(":") ? "localhost" : undefined;
  const shown =
    host === undefined
      ? url.source.replace(/\/\/[^/@]*@/, "//")
      : `${scheme ? `${scheme}://` : ""}${host}${port ? `:${port}` : ""}${path}`;
  return { host, port, path, shown };
}

type PlaceParts = {
  readonly environment: Environment;
  readonly reversibility: Effect["reversibility"];
  readonly marks: readonly Mark[];
};

/** Ports of this machine behind which something else stands than the project's own server. */
const INFRASTRUCTURE = new Set([
  "2375",
  "2376",
  "2379",
  "4646",
  "5984",
  "6443",
  "8001",
  "8086",
  "8200",
  "8500",
  "9200",
  "15672",
]);

function placeOf(address: Address, request: HttpRequest, removes: boolean, scene: Scene): PlaceParts {
  if (request.socket !== undefined)
    return { environment: "local", reversibility: "R3", marks: ["privileged"] };
  const { host, port } = address;
  const upload: readonly Mark[] = request.uploads ? ["upload"] : [];
  if (host === undefined || !isLoopback(host) || scene.place.host !== undefined) {
    return { environment: hostEnvironment(host, scene), reversibility: removes ? "R4" : "R3", marks: upload };
  }
  const { declared } = scene.setting;
  if (declared === "production" || declared === "staging")
    return { environment: declared, reversibility: "R3", marks: [] };
  const other =
    port !== undefined && INFRASTRUCTURE.has(port) && (removes || /^(2375|2376|6443|8001)$/.test(port));
  if (other) return { environment: "development", reversibility: "R3", marks: [] };
  return { environment: "local", reversibility: "R3", marks: ["workspace-code"] };
}

/** Addresses at which a cloud hands out the credentials of the machine. */
const METADATA =
  /^(169\.254\.169\.254|169\.254\.170\.2|\[?fd00:ec2::254\]?|metadata\.google\.internal|metadata|100\.100\.100\.200)$/i;

function credentialsRead(address: Address, request: HttpRequest, scene: Scene): readonly Effect[] {
  if (!METADATA.test(address.host ?? "")) return [];
  return [
    effect({
      verb: "read",
      kind: "http.credentials",
      name: address.shown,
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      reversibility: "R1",
      marks: ["secret"],
      by: request.by,
    }),
  ];
}

function lastSegment(path: string): string {
  return path.replace(/\/+$/, "").slice(path.replace(/\/+$/, "").lastIndexOf("/") + 1);
}

/** Names of calls by which APIs remove things although the method does not say so. */
function saysRemoval(names: readonly string[]): boolean {
  return names.some((name) =>
    /(^|[^a-z])(delete|destroy|drop|purge|terminate|wipe|truncate|remove)|(Delete|Destroy|Drop|Purge|Terminate|Remove)([A-Z_]|$)/.test(
      name,
    ),
  );
}

function graphqlOf(request: HttpRequest, address: Address): ReturnType<typeof parseGraphql> {
  if (
    request.method?.toUpperCase() !== "POST" ||
    !/graphql|gql|\/query\/?$/i.test(`${address.host ?? ""}${address.path}`)
  )
    return undefined;
  const texts = queriesOf(request.body ?? "");
  const documents = texts.map(parseGraphql);
  if (documents.length === 0 || documents.some((one) => one === undefined)) return undefined;
  return {
    operations: documents.flatMap((one) => one?.operations ?? []),
    calls: documents.flatMap((one) => one?.calls ?? []),
  };
}

/** The documents of a body: JSON with `query` (or a list of such), or the document itself. */
function queriesOf(body: string): readonly string[] {
  try {
    const json: unknown = JSON.parse(body);
    const items: readonly unknown[] = Array.isArray(json) ? json : [json];
    const texts = items.map((item) =>
      typeof item === "object" && item !== null && "query" in item ? item.query : undefined,
    );
    return texts.every((text) => typeof text === "string") ? (texts as readonly string[]) : [];
  } catch {
    return /^\s*(\{|query\b|mutation\b|subscription\b)/.test(body) && !/^\s*\{\s*"/.test(body) ? [body] : [];
  }
}
