import type { Environment, Reversibility, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { kindOf, lossOf } from "../cloud/kube-kinds.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { badInput, recordOf, textField } from "./input.ts";

/** Judges a `kubernetes.request` call: `{ method, path, body? }`. */
export function judgeKubernetesCall(input: unknown, scene: Scene): Finding {
  const method = textField(input, "method");
  const path = textField(input, "path");
  if (method === undefined) return badInput("kubernetes.request", "`method` is no text", scene);
  if (path === undefined || !path.startsWith("/"))
    return badInput("kubernetes.request", "`path` is no path", scene);
  const body = recordOf(input)?.body;
  const environment = environmentOf([textField(input, "cluster"), textField(input, "context"), path], scene);
  return judgeKubernetesRequest({ method, path, body }, environment) ?? unknown(method, path, environment);
}

/** A request to the API server. The body is JSON as a value or as text. */
export interface KubernetesRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

interface Target {
  readonly namespace: string | undefined;
  readonly kind: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Kinds that are questions: creating one stores nothing (authorization.k8s.io and authentication.k8s.io). */
const REVIEWS =
  /^((self|local)?subject(access|rules)?reviews?|selfsubject(access|rules)?reviews?|tokenreviews?)$/;

/** What a request to the API server does; `undefined` when its path is no resource of the Kubernetes API. */
export function judgeKubernetesRequest(
  request: KubernetesRequest,
  environment: Environment,
): Finding | undefined {
  const method = request.method.toUpperCase();
  const [path = "", query = ""] = request.path.split("?");
  const target = targetOf(path);
  const by = `${method} ${request.path}`;
  if (target === undefined) return ["GET", "HEAD", "OPTIONS"].includes(method) ? NOTHING : undefined;
  const { kind, name, subresource } = target;
  const isExec =
    subresource !== undefined &&
    ["exec", "attach", "portforward", "proxy", "ephemeralcontainers"].includes(subresource);
  const named =
    target.namespace === undefined || kind === "namespace"
      ? (name ?? "*")
      : `${target.namespace}/${name ?? "*"}`;
  const make = (verb: Verb, reversibility: Reversibility, bulk = false) =>
    found([
      effect({
        verb,
        kind: `k8s.${kind}`,
        name: named,
        environment,
        reversibility,
        count: bulk ? null : 1,
        marks: bulk ? ["bulk"] : [],
        by,
      }),
    ]);
  if (isExec)
    return found([
      effect({
        verb: "execute",
        kind: `k8s.${kind}`,
        name: named,
        environment,
        certain: false,
        count: null,
        by,
      }),
    ]);
  if (["GET", "HEAD", "OPTIONS"].includes(method)) {
    return kind === "secret"
      ? found([
          effect({
            verb: "read",
            kind: "k8s.secret",
            name: named,
            environment,
            reversibility: "R1",
            marks: ["secret"],
            by,
          }),
        ])
      : NOTHING;
  }
  if (isDryRun(query, request.body) || (method === "POST" && REVIEWS.test(kind))) return NOTHING;
  if (method === "DELETE") return make("delete", lossOf(kind), name === undefined);
  if (/^(clusterrole|clusterrolebinding|role|rolebinding)$/.test(kind)) return make("escalate", "R1");
  if (subresource === "eviction") return make("stop", "R1");
  if (subresource === "finalize") return make("remove-protection", "R4");
  if (/"finalizers"\s*:\s*(null|\[\s*\])/.test(bodyText(request.body)))
    return make("remove-protection", "R4");
  if (subresource === "scale" && /"replicas"\s*:\s*0\b/.test(bodyText(request.body)))
    return make("stop", "R1");
  if (method === "POST") return make("create", "R1");
  if (method === "PUT" || method === "PATCH") return make("change", "R1");
  return undefined;
}

/** `/api/v1/namespaces/NS/KIND/NAME/SUBRESOURCE` and `/apis/GROUP/VERSION/…` (Kubernetes API concepts, resource URIs). */
function targetOf(path: string): Target | undefined {
  const match = /^\/(?:api\/v\d\w*|apis\/[^/]+\/v\d\w*)\/(.+)$/.exec(path.replace(/\/{2,}/g, "/"));
  if (!match?.[1]) return undefined;
  const parts = match[1].split("/").filter((part) => part !== "" && part !== "watch");
  if (
    parts[0] === "namespaces" &&
    parts.length <= 3 &&
    (parts.length < 3 || ["finalize", "status"].includes(parts[2] ?? ""))
  ) {
    return { namespace: parts[1], kind: "namespace", name: parts[1], subresource: parts[2] };
  }
  const [namespace, rest] = parts[0] === "namespaces" ? [parts[1], parts.slice(2)] : [undefined, parts];
  return rest[0] === undefined
    ? undefined
    : { namespace, kind: kindOf(rest[0]), name: rest[1], subresource: rest[2] };
}

/** A dry run is asked for in the query, or (for DELETE) in the DeleteOptions of the body. */
function isDryRun(query: string, body: unknown): boolean {
  if (/(^|&)dryRun=All(&|$)/.test(query)) return true;
  const record = recordOf(body) ?? parsed(body);
  const value = record?.dryRun;
  const isOptions =
    record?.kind === "DeleteOptions" ||
    (record !== undefined && !Object.hasOwn(record, "spec") && !Object.hasOwn(record, "metadata"));
  return isOptions && (value === "All" || (Array.isArray(value) && value.length === 1 && value[0] === "All"));
}

function parsed(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof body !== "string") return undefined;
  try {
    return recordOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function bodyText(body: unknown): string {
  return typeof body === "string" ? body : (JSON.stringify(body) ?? "");
}

function unknown(method: string, path: string, environment: Environment): Finding {
  return found([
    effect({
      verb: "unknown",
      kind: "k8s",
      name: `${method} ${path}`.slice(0, 160),
      environment,
      count: null,
      certain: false,
      by: `${method} ${path}`,
    }),
  ]);
}
