import type { Grammar } from "./grammar.ts";

const HASHI =
  "-address --address -namespace -region -token -ca-cert -client-cert -client-key -output -format -field -mount -policy -ttl -detach -meta -datacenter -http-addr -token-file -path -version -versions -var -var-file -state -lines -n -type -datacenter -key -accessor -f".split(
    " ",
  );

/** Schedulers, secret stores and image makers. */
export const OPERATIONS: Readonly<Record<string, Grammar>> = {
  nomad: {
    tool: "nomad",
    values: HASHI,
    singleDash: true,
    endpoints: ["-address"],
    names: ["-namespace", "-region"],
    variables: ["NOMAD_NAMESPACE", "NOMAD_ADDR"],
    reads:
      "status, job status|inspect|history|plan|allocs|deployments|validate, plan, validate, inspect, node status, alloc status|logs|fs|checks, logs, server members, operator autopilot get-config, operator raft list-peers, namespace list|status|inspect, deployment list|status, eval list|status, volume status, quota list|inspect, acl policy list|info, acl token list|self, monitor, ui, version, agent-info, service list|info, var list, scaling policy list, job scaling-events, operator metrics, plugin status, fmt -check",
    local: "fmt, job init, init, agent -dev, setup",
    secrets: "var get, operator keygen",
    rules: [
      {
        on: "job stop, stop, system gc, job deployments fail, deployment fail",
        verb: "stop",
        kind: "nomad.job",
        reversibility: "R1",
      },
      { on: "job stop, stop", verb: "delete", kind: "nomad.job", when: ["-purge"] },
      {
        on: "namespace delete, volume delete, volume deregister, var purge, acl policy delete, acl token delete, quota delete, service delete",
        verb: "delete",
        kind: "nomad.object",
      },
      {
        on: "job run, run, job dispatch, job revert, job scale, job promote, deployment promote, job restart, alloc restart, alloc signal, job eval, job periodic force, volume create, namespace apply, var put, quota apply, scaling",
        verb: "change",
        kind: "nomad.job",
        reversibility: "R1",
      },
      {
        on: "node drain, node eligibility, alloc stop, node purge, server force-leave",
        verb: "stop",
        kind: "nomad.node",
        reversibility: "R1",
      },
      { on: "alloc exec, exec", verb: "execute", kind: "nomad.allocation" },
      {
        on: "acl bootstrap, acl token create, acl policy apply, acl role create",
        verb: "escalate",
        kind: "nomad.acl",
        reversibility: "R1",
      },
      { on: "operator snapshot restore, operator raft remove-peer", verb: "replace", kind: "nomad.cluster" },
    ],
  },
  vault: {
    tool: "vault",
    values: HASHI,
    singleDash: true,
    endpoints: ["-address"],
    names: ["-namespace"],
    variables: ["VAULT_ADDR", "VAULT_NAMESPACE"],
    reads:
      "status, list, kv list, kv metadata get, policy list|read, auth list, secrets list, audit list, token lookup|capabilities, operator raft list-peers, path-help, version, namespace list, plugin list, pki health-check, operator members, operator key-status, events, print, policy fmt",
    local: "login, server -dev, agent",
    secrets:
      "read, kv get, unwrap, token create, operator generate-root, operator init, ssh, print token, operator unseal, transit, monitor, debug",
    rules: [
      {
        on: "kv put|patch, write, kv metadata put",
        verb: "change",
        kind: "vault.secret",
        reversibility: "R3",
      },
      { on: "kv delete", verb: "delete", kind: "vault.secret", reversibility: "R1", marks: ["secret"] },
      {
        on: "kv destroy, kv metadata delete, delete",
        verb: "delete",
        kind: "vault.secret",
        marks: ["secret"],
      },
      { on: "kv undelete, kv rollback, kv enable-versioning", verb: "change", kind: "vault.secret" },
      {
        on: "secrets disable, auth disable, namespace delete, policy delete",
        verb: "delete",
        kind: "vault.mount",
        marks: ["bulk"],
      },
      { on: "audit disable", verb: "delete", kind: "vault.audit", marks: ["audit"] },
      {
        on: "operator seal, operator step-down, operator rekey, operator rotate",
        verb: "stop",
        kind: "vault.server",
      },
      {
        on: "operator raft snapshot restore, operator raft remove-peer, operator migrate",
        verb: "replace",
        kind: "vault.server",
      },
      {
        on: "policy write, auth enable, auth tune, secrets enable, secrets tune, namespace create, audit enable",
        verb: "escalate",
        kind: "vault.policy",
        reversibility: "R1",
      },
      { on: "lease revoke, token revoke", verb: "delete", kind: "vault.lease" },
    ],
  },
  consul: {
    tool: "consul",
    values: HASHI,
    singleDash: true,
    endpoints: ["-http-addr"],
    variables: ["CONSUL_HTTP_ADDR"],
    reads:
      "members, info, kv get, kv export, catalog, operator raft list-peers, acl token list|read, acl policy list|read, intention list|check|get, monitor, version, snapshot inspect, validate, config list|read, peering list|read, rtt, services export",
    local: "agent -dev, keygen, tls",
    rules: [
      {
        on: "kv delete, acl token delete, acl policy delete, config delete, intention delete, peering delete",
        verb: "delete",
        kind: "consul.key",
      },
      {
        on: "kv put, kv import, config write, intention create, services register|deregister, reload, lock",
        verb: "change",
        kind: "consul.key",
        reversibility: "R3",
      },
      {
        on: "snapshot restore, operator raft remove-peer, force-leave, leave",
        verb: "replace",
        kind: "consul.cluster",
      },
      { on: "snapshot save", verb: "create", kind: "consul.snapshot" },
      {
        on: "acl bootstrap, acl token create, acl policy create, acl role create",
        verb: "escalate",
        kind: "consul.acl",
        reversibility: "R1",
      },
      { on: "exec", verb: "execute", kind: "consul.node" },
      { on: "maint", verb: "stop", kind: "consul.node", reversibility: "R1" },
    ],
  },
  op: {
    tool: "1password",
    values: [
      "--account",
      "--vault",
      "--format",
      "--session",
      "--fields",
      "--title",
      "--category",
      "--tags",
      "--config",
      "-o",
      "--out-file",
      "-i",
      "--in-file",
      "--env-file",
    ],
    names: ["--vault"],
    reads:
      "whoami, account list|get, vault list|get, item list, user list|get, group list|get, document list, item template list, events-api, update --check",
    local: "signin, signout, account add, completion",
    secrets: "read, item get, document get, inject, run, service-account create, connect token create",
    rules: [
      {
        on: "item delete, vault delete, document delete, user delete, group delete, connect server delete",
        verb: "delete",
        kind: "1password.item",
        reversibility: "R3",
        marks: ["secret"],
      },
      {
        on: "item create|edit|move|share, document create|edit, vault create|edit",
        verb: "change",
        kind: "1password.item",
        reversibility: "R1",
      },
      {
        on: "vault user grant, vault group grant, user provision, user confirm, group user grant",
        verb: "escalate",
        kind: "1password.access",
        reversibility: "R1",
      },
      {
        on: "user suspend, user reactivate, vault user revoke",
        verb: "stop",
        kind: "1password.user",
        reversibility: "R1",
      },
    ],
  },
  doppler: {
    tool: "doppler",
    values: [
      "-p",
      "--project",
      "-c",
      "--config",
      "-t",
      "--token",
      "--scope",
      "--format",
      "--command",
      "--mount",
      "--name-transformer",
    ],
    names: ["-p", "--project", "-c", "--config"],
    reads:
      "projects, projects get, environments, configs, configs get, activity, me, configs logs, secrets --only-names, changelog, completion",
    local: "login, logout, setup, configure, update, open",
    secrets: "secrets, secrets get, secrets download, run, configs tokens create, secrets substitute",
    rules: [
      {
        on: "secrets set|upload|notes, environments rename, configs update|lock, projects update",
        verb: "change",
        kind: "doppler.secret",
        reversibility: "R1",
      },
      {
        on: "secrets delete, projects delete, environments delete, configs delete, configs tokens revoke",
        verb: "delete",
        kind: "doppler.secret",
        reversibility: "R3",
        marks: ["secret"],
      },
      {
        on: "projects create, environments create, configs create, configs clone",
        verb: "create",
        kind: "doppler.config",
      },
      { on: "configs unlock", verb: "remove-protection", kind: "doppler.config" },
    ],
  },
  infisical: {
    tool: "infisical",
    values: ["--env", "--path", "--projectId", "--token", "--domain", "--type", "--format"],
    names: ["--env"],
    reads: "scan, user get, vault, help",
    local: "login, init, user switch, reset",
    secrets: "secrets, secrets get, export, run, token, secrets folders get",
    rules: [
      { on: "secrets set", verb: "change", kind: "infisical.secret", reversibility: "R3" },
      { on: "secrets delete", verb: "delete", kind: "infisical.secret", marks: ["secret"] },
    ],
  },
  packer: {
    tool: "packer",
    values: ["-var", "-var-file", "-only", "-except", "-machine-readable-x", "-parallel-builds"],
    singleDash: true,
    reads: "validate, inspect, version, console, fix, plugins installed|required, fmt -check",
    local: "init, fmt, plugins install, plugins remove, hcl2_upgrade",
    rules: [
      {
        on: "build",
        verb: "create",
        kind: "packer.image",
        reversibility: "R1",
        advice: "it starts machines that cost money until the build ends",
      },
    ],
  },
  vagrant: {
    tool: "vagrant",
    values: [
      "-c",
      "--command",
      "--provider",
      "--provision-with",
      "--output",
      "--base",
      "--box-version",
      "--name",
      "--vagrantfile",
    ],
    reads:
      "status, global-status, port, ssh-config, validate, version, box list|outdated, plugin list, snapshot list, cloud search",
    local:
      "up, halt, reload, suspend, resume, provision, init, box add, box update, plugin, snapshot save, rsync, package, login, rdp, winrm, ssh",
    rules: [
      {
        on: "destroy, box remove, box prune, snapshot delete, snapshot restore, snapshot pop",
        verb: "delete",
        kind: "vagrant.machine",
        reversibility: "R3",
      },
      { on: "cloud publish|delete, push, share", verb: "change", kind: "vagrant.cloud", reversibility: "R4" },
    ],
  },
};
