import type { Scene } from "../analyzer.ts";
import type { Options } from "../options.ts";
import { type Target, targetOf } from "./target.ts";

/** Options of kubectl and its relatives that take a value (`kubectl options`). */
export const KUBE_VALUES =
  "--username --password --kuberc --as-user-extra --vmodule --log-file --log-dir --log-flush-frequency --stderrthreshold --log-backtrace-at -n --namespace --context --kubeconfig --cluster --user --as --as-group --as-uid -s --server --token --certificate-authority --client-certificate --client-key --request-timeout --tls-server-name --cache-dir --profile --profile-output --kube-context --kube-apiserver --kube-token --kube-as-user --kube-ca-file -l --selector -f --filename -o --output -k --kustomize --field-selector --template --sort-by -c --container --timeout --grace-period --replicas --image --type -p --patch --patch-file --subresource --field-manager --for -L --label-columns --chunk-size --since --since-time --tail --max-log-requests --from-literal --from-file --from-env-file --from --restart --port --target-port --overrides --env --limits --requests --serviceaccount --current-replicas --to-revision --revision -v --v --cascade --dry-run --pod-selector --type --duration --audience --verb --resource --clusterrole --role --group --raw".split(
    " ",
  );

/**
 * The cluster a command goes to. Its identity is the address of the API server: from `--server`, or from the
 * kubeconfig file for the context in force. A loopback server is a cluster on this machine.
 */
export function kubeTarget(options: Options, scene: Scene): Target {
  const server = options.value("-s", "--server", "--kube-apiserver");
  const context = options.value("--context", "--kube-context");
  const namespace = options.value("-n", "--namespace");
  const file = options.value("--kubeconfig");
  const unknown = [server, context, file].some((word) => word !== undefined && word.text === undefined);
  const names = [context, namespace, file, ...options.operands].map((word) => word?.text ?? word?.source);
  if (server?.text !== undefined) return targetOf(server.text, names, scene);
  const found = unknown ? undefined : readConfig(context?.text, file?.text, scene);
  return targetOf(found?.server, [...names, found?.context], scene);
}

interface Found {
  readonly context: string;
  readonly server: string | undefined;
}

function readConfig(context: string | undefined, file: string | undefined, scene: Scene): Found | undefined {
  if (scene.place.host !== undefined) return undefined;
  const path = file ?? scene.variable("KUBECONFIG") ?? `${scene.setting.home}/.kube/config`;
  if (path.includes(":") || path === "") return undefined;
  const full = path.startsWith("/")
    ? path
    : path.startsWith("~/")
      ? scene.setting.home + path.slice(1)
      : `${scene.cwd ?? ""}/${path}`;
  const text = scene.need({ kind: "text", path: full })?.text;
  if (text === undefined) return undefined;
  const entries = readEntries(text);
  const wanted = context ?? entries.current;
  const cluster = wanted === undefined ? undefined : entries.clusterOf.get(wanted);
  const server = cluster === undefined ? undefined : entries.serverOf.get(cluster);
  return wanted === undefined ? undefined : { context: wanted, server };
}

interface Entries {
  readonly current: string | undefined;
  readonly clusterOf: ReadonlyMap<string, string>;
  readonly serverOf: ReadonlyMap<string, string>;
}

/**
 * Reads the block form in which kubectl, kind, minikube and k3d write a kubeconfig. Anything else leaves the maps
 * without the entry, and the cluster stays unknown.
 */
function readEntries(text: string): Entries {
  const serverOf = new Map<string, string>();
  const clusterOf = new Map<string, string>();
  let current: string | undefined;
  let section = "";
  let item: { name?: string; server?: string; cluster?: string } = {};
  const close = () => {
    if (item.name !== undefined && section === "clusters" && item.server !== undefined)
      serverOf.set(item.name, item.server);
    if (item.name !== undefined && section === "contexts" && item.cluster !== undefined)
      clusterOf.set(item.name, item.cluster);
    item = {};
  };
  for (const line of text.split("\n")) {
    const top = /^([\w-]+):\s*(.*?)\s*$/.exec(line);
    if (top) {
      close();
      section = top[1] ?? "";
      if (section === "current-context") current = unquote(top[2] ?? "");
      continue;
    }
    if (/^\s{0,2}- /.test(line)) close();
    const pair = /^[\s-]*(name|server|cluster):\s*(\S.*?)\s*$/.exec(line);
    if (pair) item = { ...item, [pair[1] ?? ""]: unquote(pair[2] ?? "") };
  }
  close();
  return { current, clusterOf, serverOf };
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}
