import type { Grammar, Rule } from "./grammar.ts";

/** Words that read at any place of these command lines; everything else is judged by its verb. */
const LISTS =
  "account get, auth list, version, account, profile list, config list, config get-contexts, compute region list, compute size list, projects list, balance get, whoami, context list, context active, info, location list, server-type list, datacenter list, image list, regions list, linodes types";
const OPTIONS =
  "-t --access-token -c --context --config -o --output --format --api-url --region --zone --name --size --image --project-id --project --compartment-id --profile --query --file --json --text --type --label --ssh-key --server --cluster --organization-id --token --page --page-size --tag-name --count --wait-timeout --interactive".split(
    " ",
  );

function simple(
  tool: string,
  more: readonly Rule[] = [],
  local = "auth init, auth switch, auth login, auth logout, init, login, logout, configure, context create, context use, context use-context, kubernetes cluster kubeconfig save, registry login, config profile activate, setup",
  secrets = "auth token",
): Grammar {
  return {
    tool,
    values: OPTIONS,
    names: ["-c", "--context", "--profile", "--name", "--project"],
    reads: LISTS,
    local,
    secrets,
    rules: more,
  };
}

/** Cloud providers whose command lines are `NOUN… VERB`. */
export const PROVIDERS: Readonly<Record<string, Grammar>> = {
  doctl: simple(
    "digitalocean",
    [
      {
        on: "compute droplet delete|d|rm, compute droplet-action rebuild",
        verb: "delete",
        kind: "digitalocean.droplet",
        advice: "take a snapshot first: doctl compute droplet-action snapshot",
      },
      {
        on: "compute volume delete|rm, compute snapshot delete|rm, compute volume-snapshot delete",
        verb: "delete",
        kind: "digitalocean.volume",
        marks: ["backup"],
      },
      { on: "databases delete|rm, databases db delete", verb: "delete", kind: "digitalocean.database" },
      { on: "apps delete|rm", verb: "delete", kind: "digitalocean.app" },
      {
        on: "kubernetes cluster delete|rm, kubernetes cluster delete-selective",
        verb: "delete",
        kind: "digitalocean.kubernetes-cluster",
      },
      { on: "apps create-deployment, apps update, apps create", verb: "change", kind: "digitalocean.app" },
      {
        on: "compute droplet-action power-off|shutdown|reboot|power-cycle",
        verb: "stop",
        kind: "digitalocean.droplet",
        reversibility: "R1",
      },
      { on: "compute ssh", verb: "execute", kind: "digitalocean.droplet" },
      {
        on: "apps logs, apps list-deployments, apps spec get, apps spec validate",
        verb: "read",
        kind: "digitalocean.app",
        reversibility: "R1",
      },
    ],
    undefined,
    "databases connection, kubernetes cluster kubeconfig show, auth token",
  ),
  "linode-cli": simple("linode"),
  hcloud: simple("hetzner", [
    {
      on: "server delete, volume delete, load-balancer delete, network delete, primary-ip delete, floating-ip delete, placement-group delete, firewall delete",
      verb: "delete",
      kind: "hetzner.server",
    },
    { on: "server rebuild", verb: "replace", kind: "hetzner.server" },
    {
      on: "server disable-protection, volume disable-protection, network disable-protection, load-balancer disable-protection, floating-ip disable-protection",
      verb: "remove-protection",
      kind: "hetzner.protection",
    },
    {
      on: "server poweroff|shutdown|reset|reboot",
      verb: "stop",
      kind: "hetzner.server",
      reversibility: "R1",
    },
    { on: "server ssh", verb: "execute", kind: "hetzner.server" },
  ]),
  scw: simple("scaleway"),
  vultr: simple("vultr"),
  "vultr-cli": simple("vultr"),
  civo: simple("civo"),
  exo: simple("exoscale"),
  oci: simple("oci"),
  ibmcloud: simple("ibmcloud"),
  openstack: simple("openstack"),
  aliyun: simple("aliyun"),
  upctl: simple("upcloud"),
  ovhcloud: simple("ovh"),
  yc: simple("yandex"),
  nebius: simple("nebius"),
  tccli: simple("tencent"),
  neonctl: {
    tool: "neon",
    values: [
      ...OPTIONS,
      "--branch",
      "--parent",
      "--role-name",
      "--database-name",
      "--org-id",
      "--context-file",
      "--api-key",
    ],
    names: ["--project-id", "--branch"],
    reads:
      "me, projects list|get, branches list|get|schema-diff, databases list, roles list, operations list, ip-allow list, orgs list, completion, vpc list",
    local: "auth, set-context, init",
    secrets: "connection-string, cs",
    rules: [
      { on: "projects delete", verb: "delete", kind: "neon.project" },
      { on: "branches delete", verb: "delete", kind: "neon.branch", advice: "make a branch of it first" },
      { on: "databases delete, roles delete", verb: "delete", kind: "neon.database" },
      { on: "branches reset, branches restore", verb: "replace", kind: "neon.branch" },
      {
        on: "branches create, databases create, projects create, roles create",
        verb: "create",
        kind: "neon.branch",
      },
      { on: "psql", verb: "execute", kind: "neon.database" },
      { on: "ip-allow reset|remove", verb: "remove-protection", kind: "neon.project" },
    ],
  },
  pscale: {
    tool: "planetscale",
    values: [
      ...OPTIONS,
      "--org",
      "--from",
      "--branch",
      "--into",
      "--role",
      "--service-token",
      "--service-token-id",
      "--host",
      "--port",
    ],
    names: ["--org"],
    reads:
      "auth check, org list|show, database list|show, branch list|show|schema|diff|routing-rules, deploy-request list|show|diff, backup list|show, password list, region list, size list, ping, token list, workflow list|show, completion",
    local: "auth login, auth logout, org switch, connect",
    secrets: "password create",
    rules: [
      { on: "database delete", verb: "delete", kind: "planetscale.database" },
      { on: "branch delete", verb: "delete", kind: "planetscale.branch" },
      { on: "backup delete", verb: "delete", kind: "planetscale.backup", marks: ["backup"] },
      {
        on: "branch demote, branch safe-migrations disable",
        verb: "remove-protection",
        kind: "planetscale.branch",
      },
      {
        on: "deploy-request deploy|revert|apply, branch promote, keyspace, branch refresh-schema",
        verb: "change",
        kind: "planetscale.deploy-request",
        reversibility: "R3",
      },
      { on: "database restore-dump", verb: "change", kind: "planetscale.database", reversibility: "R4" },
      {
        on: "database dump, backup create, branch create, database create, deploy-request create",
        verb: "create",
        kind: "planetscale.object",
      },
      { on: "shell", verb: "execute", kind: "planetscale.database" },
      { on: "password delete, service-token delete", verb: "delete", kind: "planetscale.password" },
    ],
  },
  turso: {
    tool: "turso",
    values: [
      ...OPTIONS,
      "--group",
      "--location",
      "--from-db",
      "--from-file",
      "--from-dump",
      "--timestamp",
      "--expiration",
      "-e",
    ],
    reads:
      "db list|show|inspect|locations, group list|show, plan show, auth whoami, auth api-tokens list, org list, db export, contact, update --dry",
    local: "dev, auth login, auth logout, auth signup, config, org switch, update",
    secrets: "auth token, db tokens create, auth api-tokens mint, group tokens create",
    rules: [
      { on: "db destroy, group destroy", verb: "delete", kind: "turso.database" },
      {
        on: "db tokens invalidate, group tokens invalidate, auth api-tokens revoke",
        verb: "delete",
        kind: "turso.token",
      },
      {
        on: "db create, group create, group locations add, db import",
        verb: "create",
        kind: "turso.database",
      },
      { on: "db shell", verb: "execute", kind: "turso.database" },
      { on: "org destroy", verb: "delete", kind: "turso.organization" },
    ],
  },
  supabase: {
    tool: "supabase",
    values: [
      ...OPTIONS,
      "--project-ref",
      "--db-url",
      "--schema",
      "-s",
      "--workdir",
      "-p",
      "--password",
      "-f",
      "--experimental-x",
      "--env-file",
      "--org-id",
      "--version",
      "--import-map",
      "-x",
      "--exclude",
    ],
    flags:
      "--debug --yes --linked --local --no-verify-jwt --use-api --create-ticket --include-all --dry-run --data-only --experimental --no-seed".split(
        " ",
      ),
    names: ["--project-ref"],
    endpoints: ["--db-url"],
    reads:
      "status, projects list, orgs list, functions list|download, db lint, migration list, inspect db, branches list|get, snippets list, secrets list, ssl-enforcement get, network-restrictions get, domains get, network-bans get, sso list|show, storage ls, postgres-config get, backups list, services, completion, db advisors",
    local:
      "start, stop, init, login, logout, link, unlink, db diff, db pull, db start, gen, functions new|serve, migration new|squash, test, test new, seed, bootstrap, db test, db reset --local, functions build",
    secrets: "projects api-keys, gen keys",
    rules: [
      {
        on: "db reset",
        verb: "replace",
        kind: "supabase.database",
        when: ["--linked", "--db-url"],
        advice: "take a dump first: supabase db dump",
      },
      {
        on: "db reset, migration up, migration down, db push",
        verb: "execute",
        kind: "supabase.local",
        when: ["--local"],
        here: true,
        reversibility: "R1",
      },
      {
        on: "db reset",
        verb: "replace",
        kind: "supabase.local",
        unless: ["--linked", "--db-url", "--local"],
        here: true,
        reversibility: "R3",
      },
      { on: "migration down", verb: "delete", kind: "supabase.database", when: ["--linked", "--db-url"] },
      {
        on: "migration up, migration down",
        verb: "execute",
        kind: "supabase.local",
        unless: ["--linked", "--db-url"],
        here: true,
        reversibility: "R1",
      },
      {
        on: "db push, migration up, config push, migration repair",
        verb: "change",
        kind: "supabase.database",
        reversibility: "R4",
        unless: ["--local", "--dry-run"],
        advice: "read `supabase db push --dry-run` first",
      },
      { on: "db push", verb: "read", kind: "supabase.database", when: ["--dry-run"], reversibility: "R1" },
      {
        on: "projects delete",
        verb: "delete",
        kind: "supabase.project",
        advice: "its backups go with it: take a dump elsewhere, or pause it",
      },
      {
        on: "branches delete|disable, functions delete, sso remove, storage rm, domains delete, vanity-subdomains delete",
        verb: "delete",
        kind: "supabase.object",
      },
      {
        on: "functions deploy, branches create|update, projects create, secrets set, secrets unset, storage cp, storage mv, domains create|activate, postgres-config update, sso add, encryption update-root-key",
        verb: "change",
        kind: "supabase.project",
        reversibility: "R3",
      },
      {
        on: "network-restrictions update, ssl-enforcement update, network-bans remove",
        verb: "remove-protection",
        kind: "supabase.network",
        reversibility: "R1",
      },
      { on: "db dump", verb: "read", kind: "supabase.database", reversibility: "R1" },
    ],
  },
};
