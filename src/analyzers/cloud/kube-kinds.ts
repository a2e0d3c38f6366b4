import type { Reversibility } from "../../core/effect.ts";

/** Short names of `kubectl api-resources`, and what they stand for. */
const SHORT: Readonly<Record<string, string>> = {
  po: "pod",
  deploy: "deployment",
  svc: "service",
  ns: "namespace",
  project: "namespace",
  pv: "persistentvolume",
  pvc: "persistentvolumeclaim",
  cm: "configmap",
  sts: "statefulset",
  ds: "daemonset",
  rs: "replicaset",
  no: "node",
  ing: "ingress",
  sa: "serviceaccount",
  crd: "customresourcedefinition",
  cj: "cronjob",
  hpa: "horizontalpodautoscaler",
  pdb: "poddisruptionbudget",
  netpol: "networkpolicy",
  sc: "storageclass",
  ep: "endpoint",
  quota: "resourcequota",
  ev: "event",
  rc: "replicationcontroller",
  csr: "certificatesigningrequest",
  vs: "volumesnapshot",
};

/** The kind of a resource as typed: `deploy`, `deployments.apps`, `Deployment` → `deployment`. */
export function kindOf(typed: string): string {
  const bare = typed.toLowerCase().replace(/\..*$/, "");
  if (SHORT[bare] !== undefined) return SHORT[bare];
  if (/(ies)$/.test(bare)) return bare.replace(/ies$/, "y");
  if (/(classes|ingresses)$/.test(bare)) return bare.replace(/es$/, "");
  return /[^s]s$/.test(bare) ? bare.slice(0, -1) : bare;
}

/** Kinds that take data, or everything below them, away for good. */
const LOST = new Set(
  "namespace persistentvolume persistentvolumeclaim customresourcedefinition secret statefulset volumesnapshot volumesnapshotcontent node storageclass cluster database all".split(
    " ",
  ),
);
/** Kinds that something else makes again at once. */
const REMADE = new Set("pod replicaset event endpoint endpointslice lease".split(" "));
/** Kinds that the platform itself defines; instances of others may own things outside the cluster. */
const BUILT_IN = new Set(
  "deployment service daemonset configmap job cronjob ingress serviceaccount role rolebinding clusterrole clusterrolebinding horizontalpodautoscaler poddisruptionbudget networkpolicy replicationcontroller resourcequota limitrange priorityclass ingressclass".split(
    " ",
  ),
);

/** What deleting one of a kind loses when nothing was kept. */
export function lossOf(kind: string): Reversibility {
  if (REMADE.has(kind)) return "R1";
  if (LOST.has(kind) || !BUILT_IN.has(kind)) return "R4";
  return "R3";
}
