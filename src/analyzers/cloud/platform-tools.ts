import type { Grammar, Rule } from "./grammar.ts";

const words = (text: string) => text.split(/\s+/);
const tool = (name: string, parts: Partial<Grammar> & Pick<Grammar, "reads" | "rules">): Grammar => ({
  tool: name,
  values: [],
  ...parts,
});
const deletes = (on: string, kind: string, more: Partial<Rule> = {}): Rule => ({
  on,
  verb: "delete",
  kind,
  ...more,
});
const changes = (on: string, kind: string, more: Partial<Rule> = {}): Rule => ({
  on,
  verb: "change",
  kind,
  reversibility: "R3",
  ...more,
});
const stops = (on: string, kind: string, more: Partial<Rule> = {}): Rule => ({
  on,
  verb: "stop",
  kind,
  reversibility: "R1",
  ...more,
});

const CONTAINER_VALUES = words(
  "-n --namespace -a --address --timeout --connect-timeout -r --runtime-endpoint -i --image-endpoint -c --config --snapshotter --platform -o --output --name --label --tail",
);

/** Machines, containers and system containers of this computer. */
const MACHINES: Readonly<Record<string, Grammar>> = {
  ctr: tool("containerd", {
    values: CONTAINER_VALUES,
    reads:
      "version, info, images ls|list|check|inspect|usage, i ls|list|check, image ls|list, containers ls|list|info, c ls|list|info, container ls|list|info, tasks ls|list|ps|metrics, t ls|list|ps, task ls|list|ps, namespaces ls|list, ns ls|list, snapshots ls|list|info|tree|usage, content ls|get|fetch-object, leases ls|list, plugins ls, events, sandboxes ls",
    local: "images pull|tag|import|export|convert|label, i pull|tag|import|export, image pull|tag",
    rules: [
      deletes(
        "images rm|remove|delete|prune, i rm|remove|delete, image rm, containers rm|delete, c rm|delete, container rm, snapshots rm|delete, content rm|delete|prune, leases rm|delete, namespaces rm|remove, ns rm",
        "containerd.object",
        { here: true, reversibility: "R3" },
      ),
      stops("tasks kill|pause|rm|delete, t kill|pause|rm, task kill|pause|rm", "containerd.task", {
        here: true,
        reversibility: "R3",
      }),
      { on: "run, tasks exec, t exec, task exec", verb: "execute", kind: "containerd.task", here: true },
      changes(
        "containers create, c create, tasks start, t start, namespaces create, images push, i push",
        "containerd.object",
        { here: true },
      ),
    ],
  }),
  crictl: tool("cri", {
    values: CONTAINER_VALUES,
    reads:
      "ps, images, image, img, imagefsinfo, inspect, inspecti, inspectp, pods, logs, info, stats, statsp, version, config --get, completion, events, metricsp, update-runtime-config --dry-run, metricdescs",
    local: "pull",
    rules: [
      deletes("rm, rmp, rmi", "cri.object", { here: true, reversibility: "R3" }),
      stops("stop, stopp, checkpoint", "cri.container", { here: true, reversibility: "R3" }),
      { on: "exec, run, runp, attach, port-forward", verb: "execute", kind: "cri.container", here: true },
      changes("start, create, update, config", "cri.container", { here: true }),
    ],
  }),
  virsh: tool("libvirt", {
    values: words("-c --connect -d --debug -l --log"),
    endpoints: ["-c", "--connect"],
    reads:
      "list, dominfo, domstate, domstats, domblklist, domblkinfo, domiflist, domifaddr, domif-getlink, dommemstat, domjobinfo, domdisplay, domid, domname, domuuid, dumpxml, nodeinfo, nodedevlist, nodecpustats, nodememstats, capabilities, hostname, uri, version, sysinfo, net-list, net-info, net-dumpxml, net-dhcp-leases, pool-list, pool-info, pool-dumpxml, vol-list, vol-info, vol-path, vol-dumpxml, snapshot-list, snapshot-info, snapshot-dumpxml, snapshot-current, iface-list, secret-list, vcpuinfo, vcpucount, event, help, domcapabilities, checkpoint-list",
    secrets: "secret-get-value",
    rules: [
      deletes(
        "undefine, vol-delete, vol-wipe, pool-delete, pool-destroy, pool-undefine, net-undefine, net-destroy, managedsave-remove, secret-undefine, detach-disk, detach-device",
        "libvirt.object",
        { here: true },
      ),
      deletes("snapshot-delete, checkpoint-delete", "libvirt.snapshot", { here: true, marks: ["backup"] }),
      { on: "snapshot-revert", verb: "replace", kind: "libvirt.domain", here: true },
      stops("destroy, shutdown, reboot, reset, suspend, managedsave, save", "libvirt.domain", {
        here: true,
        reversibility: "R3",
      }),
      changes(
        "start, resume, define, create, edit, set*, attach-disk, attach-device, attach-interface, snapshot-create, snapshot-create-as, autostart, net-start, net-define, net-create, pool-start, pool-define, pool-create, pool-build, vol-create, vol-create-as, vol-clone, vol-resize, setmem, setvcpus, restore, migrate, update-device, blockcommit, blockresize",
        "libvirt.domain",
        { here: true },
      ),
    ],
  }),
  lxc: tool("lxd", {
    values: words(
      "--project --format -t --type -s --storage -p --profile -n --network -c --config --target --user --group --cwd --env",
    ),
    reads:
      "list, ls, info, version, image list|info|show, config show|get, profile list|show|get, network list|show|get|info|list-leases, storage list|show|get|info, storage volume list|show|get|info, snapshot list, project list|show|info, remote list|get-default, cluster list|show|info, operation list|show, alias list, monitor, warning list, config device list|show, query, console --show-log",
    secrets: "config trust list-tokens",
    local: "remote switch, alias add, init",
    rules: [
      deletes(
        "delete, rm, image delete, profile delete, network delete, storage delete, storage volume delete, project delete, config device remove, config trust remove, remote remove, cluster remove",
        "lxd.object",
        { here: true },
      ),
      deletes("snapshot delete, storage volume snapshot delete", "lxd.snapshot", {
        here: true,
        marks: ["backup"],
      }),
      { on: "restore, rebuild, snapshot restore", verb: "replace", kind: "lxd.instance", here: true },
      stops("stop, pause, restart, freeze", "lxd.instance", { here: true, reversibility: "R3" }),
      { on: "exec, shell, console", verb: "execute", kind: "lxd.instance", here: true },
      changes(
        "launch, start, create, copy, cp, move, mv, rename, config set|unset|edit|device, profile create|set|edit|assign|add, network create|set|attach, storage create|set, snapshot, snapshot create, publish, export, import, file push|edit|delete, image copy|import|export, project create|switch, remote add",
        "lxd.instance",
        { here: true, reversibility: "R1" },
      ),
    ],
  }),
  multipass: tool("multipass", {
    values: words(
      "-n --name -c --cpus -m --memory -d --disk --cloud-init --network --timeout -t --type --format --working-directory",
    ),
    reads: "list, ls, info, find, version, get, networks, help, aliases, prefer, snapshot list",
    rules: [
      deletes("delete, purge", "multipass.instance", { here: true }),
      { on: "restore", verb: "replace", kind: "multipass.instance", here: true },
      stops("stop, suspend, restart", "multipass.instance", { here: true }),
      { on: "exec, shell, sh", verb: "execute", kind: "multipass.instance", here: true },
      changes(
        "launch, start, recover, mount, umount, unmount, transfer, copy-files, set, alias, unalias, snapshot, clone",
        "multipass.instance",
        { here: true, reversibility: "R1" },
      ),
    ],
  }),
  limactl: tool("lima", {
    reads: "list, ls, info, show-ssh, validate, completion, disk list|ls, snapshot list, template validate",
    local: "start, create, edit, copy, cp, shell, disk create|resize|unlock",
    rules: [
      deletes(
        "delete, rm, remove, factory-reset, prune, disk delete|rm, snapshot delete, unprotect",
        "lima.instance",
        { here: true },
      ),
      stops("stop", "lima.instance", { here: true }),
    ],
  }),
  colima: tool("colima", {
    values: words("-p --profile --cpu --memory --disk --runtime --arch --vm-type"),
    reads: "list, ls, status, version, completion, ssh-config, template, nerdctl ps, kubernetes status",
    local: "start, stop, restart, ssh, update, kubernetes start|stop|reset, nerdctl install",
    rules: [
      deletes("delete, prune, kubernetes delete", "colima.instance", { here: true, reversibility: "R3" }),
    ],
  }),
  vboxmanage: tool("virtualbox", {
    reads:
      "list, showvminfo, showhdinfo, showmediuminfo, guestproperty get|enumerate, metrics list|query, getextradata, snapshot * list, --version",
    rules: [
      deletes(
        "unregistervm, closemedium, mediumio, natnetwork remove, hostonlyif remove, snapshot * delete",
        "virtualbox.machine",
        { here: true },
      ),
      { on: "snapshot * restore", verb: "replace", kind: "virtualbox.machine", here: true },
      stops("controlvm", "virtualbox.machine", { here: true, reversibility: "R3" }),
      changes(
        "startvm, createvm, modifyvm, clonevm, import, export, registervm, createmedium, storageattach, storagectl, sharedfolder, setextradata, snapshot * take",
        "virtualbox.machine",
        { here: true },
      ),
    ],
  }),
};

const KUBE_FLAGS = words(
  "--kubeconfig --context --kube-context -n --namespace --name --state --region --config -e --endpoints --nodes --cluster",
);

/** What makes, changes and takes down clusters. */
const CLUSTERS: Readonly<Record<string, Grammar>> = {
  kubeadm: tool("kubeadm", {
    values: KUBE_FLAGS,
    reads:
      "version, config print|view|validate|images, certs check-expiration, token list, upgrade plan|diff, completion, kubeconfig --help",
    secrets: "token create, kubeconfig user, certs certificate-key, init phase upload-certs",
    rules: [
      deletes("reset", "kubeadm.node"),
      deletes("token delete", "kubeadm.token", { reversibility: "R1" }),
      changes("init, join, upgrade apply|node, certs renew|generate-csr, config migrate", "kubeadm.cluster"),
    ],
  }),
  kops: tool("kops", {
    values: KUBE_FLAGS,
    names: ["--name", "--state"],
    variables: ["KOPS_CLUSTER_NAME"],
    reads:
      "get, validate, version, completion, toolbox dump|template, update cluster, rolling-update cluster",
    secrets: "export kubeconfig, get secrets, get keypairs",
    rules: [
      deletes("delete, delete cluster, delete instance, delete ig", "kops.cluster"),
      changes("create, edit, replace, upgrade, apply, set, promote, reconcile", "kops.cluster"),
      changes("update cluster, rolling-update cluster, upgrade cluster", "kops.cluster", {
        when: ["--yes", "-y"],
      }),
    ],
  }),
  clusterctl: tool("clusterctl", {
    values: KUBE_FLAGS,
    reads:
      "describe, config, generate, version, upgrade plan, completion, init list-images, alpha rollout --help",
    secrets: "get kubeconfig",
    rules: [
      deletes("delete", "clusterapi.provider"),
      changes("init, move, upgrade apply, restore, backup", "clusterapi.provider"),
    ],
  }),
  talosctl: tool("talos", {
    values: KUBE_FLAGS,
    reads:
      "get, version, health, dashboard, dmesg, logs, services, service, containers, c, processes, stats, disks, memory, mounts, netstat, list, ls, du, usage, read, events, inspect, time, validate, image list, etcd members|status|alarm, gen --help, config info|contexts, machineconfig gen, cluster show",
    local: "config, gen, cluster create",
    secrets: "kubeconfig, gen secrets",
    rules: [
      deletes("reset, wipe, etcd leave|remove-member|forfeit-leadership, cluster destroy", "talos.node"),
      stops("reboot, shutdown, restart", "talos.node"),
      changes(
        "apply-config, apply, patch, edit, upgrade, upgrade-k8s, bootstrap, rollback, etcd defrag|snapshot, rotate-ca, machineconfig patch",
        "talos.node",
      ),
    ],
  }),
  cilium: tool("cilium", {
    values: KUBE_FLAGS,
    reads:
      "status, version, config view, hubble port-forward, sysdump, connectivity perf, clustermesh status, features status, bgp peers",
    rules: [
      deletes("uninstall, hubble disable, clustermesh disable|disconnect", "cilium.installation"),
      changes(
        "install, upgrade, config set|delete, hubble enable, clustermesh enable|connect, connectivity test",
        "cilium.installation",
      ),
    ],
  }),
  linkerd: tool("linkerd", {
    values: KUBE_FLAGS,
    reads:
      "check, version, stat, top, tap, edges, routes, diagnostics, profile, identity, endpoints, metrics, viz, install, inject, upgrade, uninject, uninstall, authz, prune, completion, jaeger",
    rules: [],
  }),
  tkn: tool("tekton", {
    values: KUBE_FLAGS,
    reads:
      "version, pipeline list|describe|logs, p list|describe|logs, pipelinerun list|describe|logs, pr list|describe|logs, task list|describe|logs, t list|describe|logs, taskrun list|describe|logs, tr list|describe|logs, hub, bundle list, eventlistener list, completion, clustertask list",
    rules: [
      deletes(
        "pipeline delete, p delete, task delete, t delete, pipelinerun delete, pr delete, taskrun delete, tr delete, eventlistener delete",
        "tekton.object",
        { reversibility: "R3" },
      ),
      stops("pipelinerun cancel, pr cancel, taskrun cancel, tr cancel", "tekton.run"),
      { on: "pipeline start, p start, task start, t start", verb: "execute", kind: "tekton.pipeline" },
    ],
  }),
  argo: tool("argo-workflows", {
    values: KUBE_FLAGS,
    reads:
      "list, get, logs, watch, wait, lint, version, template list|get|lint, cron list|get|lint, archive list|get, node get, auth, completion, cluster-template list|get",
    rules: [
      deletes(
        "delete, archive delete, template delete, cron delete, cluster-template delete",
        "argo-workflows.workflow",
        { reversibility: "R3" },
      ),
      stops("stop, terminate, suspend, cron suspend", "argo-workflows.workflow"),
      {
        on: "submit, resubmit, retry, resume, template create, cron create, cron resume",
        verb: "execute",
        kind: "argo-workflows.workflow",
      },
    ],
  }),
  cdktf: tool("cdktf", {
    values: words(
      "-a --app -o --output --log-level --parallelism --var --var-file --terraform-parallelism --outputs-file",
    ),
    reads: "diff, plan, list, synth, synthesize, output, outputs, debug, help, completion, provider list",
    local: "init, get, convert, provider add|upgrade, watch --help",
    rules: [
      deletes("destroy", "cdktf.stack", { marks: ["bulk"] }),
      changes("deploy, apply, watch", "cdktf.stack", { advice: "read `cdktf diff` first" }),
    ],
  }),
};

/** Grammars of what runs containers, machines and clusters. */
export const PLATFORMS: Readonly<Record<string, Grammar>> = { ...MACHINES, ...CLUSTERS };
