import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { type Grammar, judgeGrammar, type Rule } from "../cloud/grammar.ts";
import { KUBE_VALUES, kubeTarget } from "../cloud/kube-target.ts";
import { literal } from "../options.ts";

const MORE_VALUES =
  "--version --set --set-string --set-file --set-json --values --repo --username --password --post-renderer --description --history-max --app-version --destination -d --key --keyring --environment -e --file --state-values-file --state-values-set --args --release-name --name-template --max --path --dest --dest-server --dest-namespace --project --sync-option --grpc-web-root-path --auth-token --controller --url --branch --interval --source --prune-propagation --kind --name --ttl --include-namespaces --exclude-namespaces --include-resources --schedule --from-backup --from-schedule --storage-location --restore-volumes --provider --bucket --secret-file --driver --memory --cpus --nodes --image --agents --servers --kubernetes-version --set-values --manifests --charts --agent-timeout --output-file".split(
    " ",
  );

const RULES: Readonly<
  Record<
    string,
    { reads: string; local?: string; secrets?: string; rules: readonly Rule[]; dryRun?: readonly string[] }
  >
> = {
  helm: {
    reads:
      "list, ls, status, history, hist, get, show, inspect, template, lint, search, version, env, verify, diff, dependency list, dep list, plugin list, repo list, registry, test --dry-run, completion",
    local:
      "create, dependency, dep, repo, pull, fetch, package, plugin, init, registry login, registry logout",
    secrets: "get values|all|manifest --show-secrets",
    dryRun: ["--dry-run"],
    rules: [
      {
        on: "uninstall, delete, del, un",
        verb: "delete",
        kind: "helm.release",
        reversibility: "R3",
        advice: "add --keep-history, or roll back instead of uninstalling",
      },
      {
        on: "upgrade, rollback",
        verb: "change",
        kind: "helm.release",
        advice: "read `helm diff upgrade` or --dry-run first",
      },
      { on: "install", verb: "create", kind: "helm.release" },
      { on: "test", verb: "execute", kind: "helm.test" },
      { on: "push", verb: "create", kind: "helm.chart" },
    ],
  },
  helmfile: {
    reads:
      "diff, list, lint, template, status, deps, build, write-values, show-dag, version, fetch, repos, cache info",
    local: "init, cache cleanup",
    rules: [
      { on: "destroy, delete", verb: "delete", kind: "helm.release", reversibility: "R4", marks: ["bulk"] },
      {
        on: "apply, sync, charts",
        verb: "change",
        kind: "helm.release",
        reversibility: "R3",
        advice: "read `helmfile diff` first",
      },
    ],
  },
  kustomize: { reads: "build, cfg, version, docs, localize, fn", local: "create, edit, init", rules: [] },
  kubectx: {
    reads: "-c, --current, list",
    local: "*",
    rules: [{ on: "*", verb: "change", kind: "k8s.context", when: ["-d"], reversibility: "R3" }],
  },
  argocd: {
    reads:
      "app list|get|diff|history|manifests|resources|logs|wait, context, version, cluster list|get, repo list|get, proj list|get, account list|get|get-user-info|can-i, appset list|get, admin settings|dashboard, cert list, gpg list, configure",
    local: "login, logout, relogin, app wait",
    secrets: "account generate-token, admin initial-password",
    dryRun: ["--dry-run"],
    rules: [
      {
        on: "app delete, appset delete",
        verb: "delete",
        kind: "argocd.app",
        reversibility: "R4",
        advice: "without --cascade=false it deletes everything that the app made",
      },
      {
        on: "app sync",
        verb: "change",
        kind: "argocd.app",
        reversibility: "R1",
        unless: ["--prune", "--force", "--replace"],
      },
      {
        on: "app sync",
        verb: "delete",
        kind: "argocd.app",
        reversibility: "R4",
        when: ["--prune", "--force", "--replace"],
      },
      {
        on: "app rollback|set|patch|unset|actions|edit|create|add-source|remove-source",
        verb: "change",
        kind: "argocd.app",
      },
      { on: "app delete-resource, app patch-resource", verb: "delete", kind: "argocd.resource" },
      { on: "app terminate-op", verb: "stop", kind: "argocd.app", reversibility: "R1" },
      { on: "cluster rm, proj delete, repo rm", verb: "delete", kind: "argocd.object", reversibility: "R3" },
      {
        on: "account update-password, cluster add, proj role",
        verb: "escalate",
        kind: "argocd.account",
        reversibility: "R1",
      },
    ],
  },
  flux: {
    reads:
      "get, check, logs, events, trace, tree, stats, diff, export, build, version, list, debug, completion, envsubst",
    local: "pull, install --export",
    rules: [
      { on: "uninstall", verb: "delete", kind: "flux.installation", marks: ["bulk"] },
      { on: "delete", verb: "delete", kind: "flux.object", reversibility: "R3" },
      { on: "suspend", verb: "stop", kind: "flux.object", reversibility: "R1" },
      { on: "resume, reconcile, create, bootstrap, install, push, tag", verb: "change", kind: "flux.object" },
    ],
  },
  istioctl: {
    reads:
      "analyze, proxy-status, ps, proxy-config, pc, version, describe, x describe, verify-install, precheck, validate, manifest generate, profile, tag list, experimental, dashboard, bug-report",
    rules: [
      { on: "uninstall", verb: "delete", kind: "istio.installation", marks: ["bulk"] },
      {
        on: "install, upgrade, apply, tag, kube-inject, admin, waypoint",
        verb: "change",
        kind: "istio.installation",
      },
    ],
  },
  velero: {
    reads:
      "backup get|describe|logs|download, restore get|describe|logs, schedule get|describe, backup-location get, snapshot-location get, version, plugin get, repo get, get, describe, client, debug",
    rules: [
      {
        on: "backup delete, delete backup, schedule delete, delete schedule, backup-location delete, repo delete",
        verb: "delete",
        kind: "velero.backup",
        marks: ["backup"],
      },
      {
        on: "backup create, create backup, schedule create, create schedule",
        verb: "create",
        kind: "velero.backup",
      },
      { on: "restore create, create restore", verb: "change", kind: "velero.restore", reversibility: "R3" },
      { on: "uninstall", verb: "delete", kind: "velero.installation", marks: ["backup"] },
      { on: "schedule pause", verb: "remove-protection", kind: "velero.schedule" },
    ],
  },
};

const FLAGS =
  "--install -i --wait --atomic --create-namespace --debug --devel --force --reuse-values --reset-values --cleanup-on-fail -A --all-namespaces --all -a --prune --grpc-web --insecure --plaintext --core -q --quiet --no-hooks --keep-history --dependency-update".split(
    " ",
  );

/** Kubernetes distributions whose one program also is kubectl: `k3s kubectl get pods`. */
const DISTRIBUTIONS = new Set(["k3s", "microk8s", "k0s", "rke2"]);
const DISTRIBUTION_READS =
  "status, version, inspect, check-config, etcd-snapshot ls|list, etcd-snapshot list, help, etcd member-list, airgap list-images, validate, sysinfo, docs, default-config, ctr images ls, crictl ps|images|logs|info|stats";

/** Clusters made of containers or small machines on this computer. */
const LOCAL_CLUSTERS = new Set(["minikube", "kind", "k3d", "ctlptl", "skaffold", "tilt"]);
const LOCAL_READS =
  "get, status, version, profile list, ip, logs, cluster list, list, node list, addons list, config view, docker-env, dashboard --url, service list, kubeconfig get, render, diagnose, inspect, options, schema, fix, doctor, dump, snapshot, alpha ci info, verify";

export const analyzer: Analyzer = {
  name: "helm",
  title: "Helm and the tools around Kubernetes",
  about:
    "helm, helmfile, kustomize, argocd, flux, istioctl, velero, k9s, kubectx; minikube, kind, k3d, skaffold and tilt work on clusters of this machine.",
  programs: [
    ...Object.keys(RULES),
    "kubens",
    "k9s",
    "stern",
    "kubent",
    "kube-linter",
    "kubeconform",
    "kubeval",
    ...LOCAL_CLUSTERS,
    ...DISTRIBUTIONS,
    "k0sctl",
  ],
  analyze,
  examples: [
    { run: "helm list -A", does: [], tier: 0 },
    { run: "helm template ./chart -f values.yaml", does: [], tier: 0 },
    {
      run: "helm --kube-context prod uninstall api -n payments",
      does: ["delete helm.release api @production"],
      tier: 3,
    },
    { run: "helm upgrade --install api ./chart", does: ["change helm.release api @unknown"], tier: 3 },
    { run: "helm upgrade api ./chart --dry-run", does: [], tier: 0 },
    {
      run: "helm repo add bitnami https://charts.bitnami.com/bitnami",
      does: ["execute helm.local repo add"],
      tier: 1,
    },
    { run: "kustomize build overlays/prod", does: [], tier: 0 },
    { run: "argocd app delete api", does: ["delete argocd.app api @unknown"], tier: 4 },
    { run: "argocd app sync api --prune", does: ["delete argocd.app api @unknown"], tier: 4 },
    { run: "flux get all", does: [], tier: 0 },
    {
      run: "velero backup delete nightly --confirm",
      does: ["delete velero.backup nightly @unknown"],
      tier: 4,
    },
    { run: "kind create cluster", does: ["execute kind.local create cluster"], tier: 1 },
    { run: "minikube delete", does: ["delete minikube.cluster * @local"], tier: 2 },
    { run: "kind delete cluster --name dev", does: ["delete kind.cluster * @local"], tier: 2 },
    { run: "minikube kubectl -- get pods -A", does: [], tier: 0 },
    {
      run: "k3s kubectl delete ns payments",
      does: ["delete k8s.namespace payments @unknown"],
      tier: 4,
    },
    { run: "kubectx staging", does: ["execute kubectx.local staging"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const inner = kubectlWords(command);
  if (inner) return scene.argv(inner);
  return judgeGrammar(command, scene, grammarOf(command.program));
}

/** The kubectl command that `minikube kubectl -- …` or `k3s kubectl …` starts; `undefined` for other subcommands. */
function kubectlWords({ program, args }: Command): readonly Word[] | undefined {
  const at = args.findIndex((word) => word.text === "kubectl" || word.text === "kc");
  const before = args.slice(0, Math.max(at, 0)).map((word) => word.text ?? "");
  const only = before.every(
    (text, index) => text.startsWith("-") || /^-[a-z-]+$/.test(before[index - 1] ?? ""),
  );
  if (at < 0 || !only || !(program === "minikube" || DISTRIBUTIONS.has(program))) return undefined;
  const rest = args.slice(at + 1);
  const words = program === "minikube" && rest[0]?.text === "--" ? rest.slice(1) : rest;
  const elsewhere = words.some((word) =>
    /^(--context|--cluster|--kubeconfig|--server|-s)/.test(word.text ?? word.prefix),
  );
  // Minikube names its own cluster where the command line names none.
  const own = program === "minikube" && !elsewhere ? [literal("--server=https://127.0.0.1:8443")] : [];
  return [literal("kubectl"), ...own, ...words];
}

function grammarOf(program: string): Grammar {
  const values = [
    ...KUBE_VALUES.filter((name) => !["--dry-run", "--type", "--restart", "--cascade"].includes(name)),
    ...MORE_VALUES,
  ];
  if (LOCAL_CLUSTERS.has(program)) {
    const shared: readonly Rule[] =
      program === "skaffold" || program === "tilt"
        ? [
            { on: "run, deploy, apply", verb: "change", kind: `${program}.deployment` },
            { on: "delete, down", verb: "delete", kind: `${program}.deployment`, reversibility: "R3" },
          ]
        : [
            {
              on: "delete cluster|clusters|all|registry|node, delete, cluster delete|rm|del, node delete|rm, profile delete, volume delete, registry delete",
              verb: "delete",
              kind: `${program}.cluster`,
              reversibility: "R3",
              here: true,
            },
          ];
    return { tool: program, values, reads: LOCAL_READS, local: "*", rules: shared, target: kubeTarget };
  }
  if (DISTRIBUTIONS.has(program) || program === "k0sctl") return distribution(program, values);
  if (["stern", "kubent", "kube-linter", "kubeconform", "kubeval"].includes(program))
    return { tool: program, values, reads: "*", rules: [] };
  if (program === "k9s")
    return { tool: program, values, reads: "info, version", rules: [], target: kubeTarget };
  const rules = RULES[program === "kubens" ? "kubectx" : program];
  return {
    tool: program,
    values,
    flags: FLAGS,
    names: ["-n", "--namespace"],
    reads: "",
    ...rules,
    target: kubeTarget,
  };
}

/** What a distribution's own program does to the cluster of this machine, or k0sctl to the hosts in its file. */
function distribution(program: string, values: readonly string[]): Grammar {
  return {
    tool: program,
    values,
    flags: FLAGS,
    reads: program === "k0sctl" ? "version, init, completion" : DISTRIBUTION_READS,
    local: "completion, config init, ctr version",
    secrets:
      "config, kubeconfig, kubeconfig admin|create, token create|list, add-node, secrets-encrypt status",
    rules: [
      {
        on: "reset, remove-node, uninstall, etcd-snapshot delete|prune, etcd leave",
        verb: "delete",
        kind: `${program}.cluster`,
      },
      { on: "stop, leave, disable", verb: "stop", kind: `${program}.cluster`, reversibility: "R3" },
      {
        on: "start, enable, join, addons, images, install, server, agent, apply, restore, etcd-snapshot save, certificate, token",
        verb: "change",
        kind: `${program}.cluster`,
        reversibility: "R3",
      },
    ],
  };
}
