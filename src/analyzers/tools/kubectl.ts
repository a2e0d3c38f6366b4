import type { Effect, Environment, Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { asksHelp, secretEffect } from "../cloud/grammar.ts";
import { judgeRaw, printsEnvironment, rawPath } from "../cloud/kube-inside.ts";
import { kindOf, lossOf } from "../cloud/kube-kinds.ts";
import { KUBE_VALUES, kubeTarget } from "../cloud/kube-target.ts";
import { shown, type Target } from "../cloud/target.ts";
import { combine, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";

export const analyzer: Analyzer = {
  name: "kubectl",
  title: "kubectl and oc",
  about:
    "The verb decides, wherever global options stand; the resource kind decides what is lost with it. Commands in pods are judged as commands there. The cluster is local only when its API server (from --server or the kubeconfig file) is on the loopback.",
  programs: ["kubectl", "oc", "kubecolor", "microk8s.kubectl"],
  analyze,
  examples: [
    { run: "kubectl get pods --context prod -o wide", does: [], tier: 0 },
    { run: "kubectl --context prod -n payments describe deploy api", does: [], tier: 0 },
    {
      run: "kubectl delete ns payments --context prod",
      does: ["delete k8s.namespace payments @production"],
      tier: 4,
    },
    {
      run: "kubectl delete pv -n rabbitmqs --all",
      does: ["delete k8s.persistentvolume * @unknown"],
      tier: 4,
    },
    { run: "kubectl delete pod api-0", does: ["delete k8s.pod api-0 @unknown"], tier: 3 },
    {
      run: "kubectl delete deployment/api svc/api",
      does: ["delete k8s.deployment api @unknown", "delete k8s.service api @unknown"],
      tier: 3,
    },
    { run: "kubectl delete pod api-0 --dry-run=server", does: [], tier: 0 },
    { run: "kubectl apply -f k8s/", does: ["change? k8s.manifest k8s/ @unknown"], tier: 3 },
    { run: "kubectl apply -f k8s/ --prune --all", does: ["delete? k8s.manifest k8s/ @unknown"], tier: 4 },
    { run: "kubectl scale deploy/api --replicas=0", does: ["stop k8s.deployment api @unknown"], tier: 3 },
    { run: "kubectl rollout restart deploy/api", does: ["change k8s.deployment api @unknown"], tier: 3 },
    { run: "kubectl rollout status deploy/api", does: [], tier: 0 },
    { run: "kubectl get secret db -o yaml", does: ["read k8s.secret db @unknown"], tier: 2 },
    { run: "kubectl exec -it api-0 -- ls /app", does: [], tier: 0 },
    {
      run: "kubectl exec api-0 -- env",
      does: ["read k8s.pod-environment api-0 @unknown"],
      tier: 2,
    },
    {
      run: "kubectl delete --raw /api/v1/namespaces/payments",
      does: ["delete k8s.namespace payments @unknown"],
      tier: 4,
    },
    { run: "kubectl drain node-1", does: ["stop k8s.node node-1 @unknown"], tier: 3 },
    {
      run: "kubectl apply -f k8s/",
      files: {
        "/home/dev/.kube/config":
          "apiVersion: v1\nclusters:\n- cluster:\n    server: https://127.0.0.1:6443\n  name: kind-dev\ncontexts:\n- context:\n    cluster: kind-dev\n    user: kind-dev\n  name: kind-dev\ncurrent-context: kind-dev\n",
      },
      does: ["change? k8s.manifest k8s/ @development"],
      tier: 1,
    },
  ],
};

const READS = new Set(
  "get describe logs log explain top version api-resources api-versions cluster-info diff wait events options completion auth whoami status projects project-list plugin kustomize convert can-i".split(
    " ",
  ),
);

function analyze(command: Command, scene: Scene): Finding {
  const dashes = command.args.findIndex((word) => word.text === "--");
  const own = dashes < 0 ? command.args : command.args.slice(0, dashes);
  const inner = dashes < 0 ? [] : command.args.slice(dashes + 1);
  if (dashes < 0 && asksHelp(own)) return NOTHING;
  const options = parseOptions(own, { exact: true, values: valuesFor(own) });
  const context: Context = { options, target: kubeTarget(options, scene), by: command.source, scene };
  const [verb, ...rest] = options.operands;
  if (verb === undefined) return own.length === 0 ? NOTHING : unknown("kubectl", context);
  if (verb.text === undefined || followsUnknownOption(verb, own)) return unknown(verb.source, context);
  if (["exec", "rsh", "debug", "attach", "run"].includes(verb.text))
    return inPod(verb.text, rest, inner, context);
  const raw = rawPath(own);
  if (raw !== undefined && verb.text !== "config")
    return (
      judgeRaw(verb.text, raw, context.target.environment) ?? unknown(`${verb.text} ${raw.source}`, context)
    );
  const dry = options.value("--dry-run")?.text ?? (options.has("--dry-run") ? "client" : "none");
  if (dry === "client" || dry === "server" || dry === "true") return NOTHING;
  return judgeVerb(verb.text, rest, context);
}

const FLAGS = new Set(
  "--insecure-skip-tls-verify --match-server-version --warnings-as-errors --disable-compression --alsologtostderr --logtostderr -A --all-namespaces".split(
    " ",
  ),
);

/** A word after an option that nobody knows may be its value, and the verb comes later. */
function followsUnknownOption(word: Word, args: readonly Word[]): boolean {
  const before = args[args.indexOf(word) - 1]?.text ?? "";
  return /^--?\w[\w-]*$/.test(before) && args.indexOf(word) < 2 && !FLAGS.has(before);
}

interface Context {
  readonly options: Options;
  readonly target: Target;
  readonly by: string;
  readonly scene: Scene;
}

/** `-f` is `--follow` and `-p` is `--previous` for `logs`; `--dry-run` and `--cascade` take their value with `=` only. */
function valuesFor(args: readonly Word[]): readonly string[] {
  const logs = args.some((word) => word.text === "logs" || word.text === "log");
  const without = new Set(logs ? ["-f", "-p", "--dry-run", "--cascade"] : ["--dry-run", "--cascade"]);
  return KUBE_VALUES.filter((name) => !without.has(name));
}

function judgeVerb(verb: string, rest: readonly Word[], context: Context): Finding {
  const files = context.options.values("-f", "--filename", "-k", "--kustomize");
  switch (verb) {
    case "get":
    case "view":
      return secrets(rest, context);
    case "delete":
      return remove(rest, files, context);
    case "apply":
    case "create":
    case "replace":
    case "new-app":
    case "process":
      return manifests(verb, rest, files, context);
    case "scale":
      return each(rest, context.options.value("--replicas")?.text === "0" ? "stop" : "change", "R1", context);
    case "rollout":
      return rollout(rest, context);
    case "config":
      return config(rest, context);
    case "adm":
      return ["drain", "cordon", "uncordon", "taint"].includes(rest[0]?.text ?? "")
        ? judgeVerb(rest[0]?.text ?? "", rest.slice(1), context)
        : escalate("admin", rest, context);
    case "drain":
    case "cordon":
    case "uncordon":
      return named(verb === "uncordon" ? "change" : "stop", "node", rest, "R1", context);
    case "taint":
      return each(rest, "change", "R1", context);
    case "port-forward":
    case "proxy":
      return reach(verb, rest, context);
    case "cp":
    case "rsync":
      return copy(rest, context);
    default:
      return others(verb, rest, context);
  }
}

function others(verb: string, rest: readonly Word[], context: Context): Finding {
  if (verb === "auth" && rest[0]?.text === "reconcile") return escalate("rbac", rest, context);
  if (READS.has(verb)) return NOTHING;
  if (verb === "certificate" || verb === "policy") return escalate(verb, rest, context);
  if (["login", "logout", "project"].includes(verb)) return local(verb, context);
  if (
    [
      "edit",
      "patch",
      "set",
      "label",
      "annotate",
      "autoscale",
      "expose",
      "rollback",
      "tag",
      "import-image",
      "start-build",
    ].includes(verb)
  ) {
    const strip = verb === "set" ? rest.slice(1) : rest;
    const finalizers = verb === "patch" && /finalizers/.test(shown(context.options.value("-p", "--patch")));
    return finalizers
      ? each(strip, "remove-protection", "R4", context)
      : each(strip, verb === "expose" ? "expose" : "change", "R1", context);
  }
  return unknown(verb, context);
}

function make(
  verb: Verb,
  kind: string,
  name: string,
  level: Reversibility,
  { target, by }: Context,
  extra: { marks?: readonly Mark[]; advice?: string; certain?: boolean; count?: number | null } = {},
): Effect {
  const mild = target.local && level === "R1" && (verb === "create" || verb === "change");
  const marks = [
    ...(extra.marks ?? []).filter((mark) => !(target.local && mark === "bulk")),
    ...(mild ? (["additive"] as const) : []),
  ];
  return effect({
    verb,
    kind: `k8s.${kind}`,
    name,
    environment: target.environment,
    reversibility: target.local && level === "R4" ? "R3" : level,
    ...extra,
    marks,
    by,
  });
}

/** `TYPE NAME…`, `TYPE/NAME…` and `TYPE[,TYPE] --all` as pairs of kind and name. */
function things(rest: readonly Word[]): readonly (readonly [string, string])[] {
  const [first, ...names] = rest;
  if (first === undefined) return [];
  if (first.text?.includes("/") || rest.slice(1).some((word) => word.text?.includes("/"))) {
    return rest.map((word) => {
      const [kind = "", name = "*"] = shown(word).split("/");
      return [kindOf(kind), name] as const;
    });
  }
  const kinds = shown(first).split(",").map(kindOf);
  return kinds.flatMap((kind) =>
    names.length === 0 ? [[kind, "*"] as const] : names.map((name) => [kind, shown(name)] as const),
  );
}

function each(rest: readonly Word[], verb: Verb, level: Reversibility, context: Context): Finding {
  const list = things(rest);
  return found(
    (list.length === 0
      ? [["resource", shown(context.options.value("-f", "--filename", "-k"))] as const]
      : list
    ).map(([kind, name]) => make(verb, kind, name, level, context)),
  );
}

function named(
  verb: Verb,
  kind: string,
  rest: readonly Word[],
  level: Reversibility,
  context: Context,
): Finding {
  return found(
    (rest.length === 0 ? ["*"] : rest.map(shown)).map((name) => make(verb, kind, name, level, context)),
  );
}

function remove(rest: readonly Word[], files: readonly Word[], context: Context): Finding {
  const { options } = context;
  const forced = options.has("--force") || options.value("--grace-period")?.text === "0";
  const all = options.has("--all", "-l", "--selector", "-A", "--all-namespaces", "--field-selector");
  const list = things(rest);
  const advice = "keep the manifest first: kubectl get … -o yaml > FILE";
  if (list.length === 0) {
    return found(
      files.map((file) =>
        make("delete", "manifest", shown(file), "R4", context, { certain: false, count: null, advice }),
      ),
    );
  }
  return found(
    list.map(([kind, name]) => {
      const level = forced && kind !== "pod" ? "R4" : lossOf(kind);
      return make("delete", kind, name, level, context, {
        count: name === "*" ? null : 1,
        marks: all || name === "*" ? ["bulk"] : [],
        advice,
      });
    }),
  );
}

function manifests(verb: string, rest: readonly Word[], files: readonly Word[], context: Context): Finding {
  const { options } = context;
  const from = files.map(shown).join(" ");
  if (verb === "apply" && ["view-last-applied", "set-last-applied"].includes(rest[0]?.text ?? ""))
    return NOTHING;
  if (verb === "process") return NOTHING;
  if (options.has("--prune"))
    return found([make("delete", "manifest", from, "R4", context, { certain: false, count: null })]);
  if (verb === "replace") {
    const level = options.has("--force") ? "R4" : "R1";
    return found([
      make(options.has("--force") ? "replace" : "change", "manifest", from || "*", level, context, {
        certain: false,
        count: null,
        advice: "use apply: it changes in place",
      }),
    ]);
  }
  if (files.length > 0)
    return found([
      make("change", "manifest", from, "R1", context, {
        certain: false,
        count: null,
        advice: "read `kubectl diff` of it first",
      }),
    ]);
  const kind = kindOf(rest[0]?.text ?? "resource");
  if (verb === "create" && /^(clusterrole|clusterrolebinding|role|rolebinding|token)$/.test(kind))
    return escalate(kind, rest.slice(1), context);
  return found([make("create", kind, shown(rest.at(-1)), "R1", context)]);
}

function rollout(rest: readonly Word[], context: Context): Finding {
  const action = rest[0]?.text ?? "";
  if (action === "status" || action === "history") return NOTHING;
  return each(rest.slice(1), action === "pause" ? "stop" : "change", "R1", context);
}

function secrets(rest: readonly Word[], context: Context): Finding {
  const { options, target, by } = context;
  const format = options.value("-o", "--output")?.text ?? options.value("-o", "--output")?.prefix ?? "";
  const list = things(rest).filter(([kind]) => kind === "secret");
  const prints =
    /^(yaml|json|jsonpath|go-template|template|custom-columns)/.test(format) || options.has("--template");
  return list.length > 0 && prints
    ? found(list.map(([kind, name]) => secretEffect(`k8s.${kind}`, name, target, by)))
    : NOTHING;
}

function escalate(kind: string, rest: readonly Word[], context: Context): Finding {
  return found([make("escalate", kind, shown(rest.at(-1)), "R1", context)]);
}

function local(name: string, { by, scene }: Context): Finding {
  const environment: Environment = scene.place.host === undefined ? "local" : scene.place.environment;
  return found([effect({ verb: "change", kind: "k8s.config", name, environment, reversibility: "R1", by })]);
}

/** Changes of the kubeconfig file: which cluster the next command reaches. */
function config(rest: readonly Word[], context: Context): Finding {
  const action = rest[0]?.text ?? "";
  if (["get-contexts", "current-context", "get-clusters", "get-users", ""].includes(action)) return NOTHING;
  if (action === "view")
    return context.options.has("--raw")
      ? found([secretEffect("k8s.config", "kubeconfig", context.target, context.by)])
      : NOTHING;
  if (/^(use-context|set-context|set-cluster|rename-context|use)$/.test(action))
    return local(shown(rest[1]), context);
  const { scene, by } = context;
  return found([
    effect({
      verb: action.startsWith("delete") || action === "unset" ? "delete" : "change",
      kind: "k8s.config",
      name: shown(rest[1]),
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      reversibility: "R3",
      by,
    }),
  ]);
}

function reach(verb: string, rest: readonly Word[], context: Context): Finding {
  if (context.target.local) return local(verb, context);
  const addresses = shown(context.options.value("--address"));
  const open = addresses !== "*" && !/^(localhost|127\.)/.test(addresses);
  return found([
    effect({
      verb: open ? "expose" : "execute",
      kind: `k8s.${verb}`,
      name: shown(rest[0]),
      environment: open ? context.target.environment : "local",
      reversibility: "R1",
      marks: open ? [] : ["outside"],
      by: context.by,
    }),
  ]);
}

function copy(rest: readonly Word[], context: Context): Finding {
  const [from, to] = rest;
  const inPodPath = (word: Word | undefined) => word?.text === undefined || /^[^/.][^:]*:/.test(word.text);
  if (inPodPath(to)) return found([make("change", "pod-file", shown(to), "R3", context)]);
  return to === undefined || from === undefined
    ? unknown("cp", context)
    : found(fileEffects("create", to, context.scene, { by: context.by }));
}

function inPod(verb: string, rest: readonly Word[], inner: readonly Word[], context: Context): Finding {
  const words = inner.length > 0 ? inner : verb === "exec" || verb === "rsh" ? rest.slice(1) : [];
  const place = { host: `pod ${shown(rest[0])}`, environment: context.target.environment };
  const started =
    verb === "run" || verb === "debug" ? [make("create", "pod", shown(rest[0]), "R1", context)] : [];
  if (words.length > 0) {
    const secret =
      printsEnvironment(words) && !context.target.local
        ? [secretEffect("k8s.pod-environment", shown(rest[0]), context.target, context.by)]
        : [];
    return combine(found([...started, ...secret]), context.scene.argv(words, { place }));
  }
  if (started.length > 0) return found(started);
  return found([make("execute", "pod", shown(rest[0]), "R4", context, { certain: false, count: null })]);
}

function unknown(name: string, context: Context): Finding {
  return found([make("unknown", "command", name, "R4", context, { certain: false, count: null })]);
}
