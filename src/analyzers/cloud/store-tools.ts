import type { Grammar, Rule } from "./grammar.ts";

function store(tool: string, reads: string, rules: readonly Rule[], more: Partial<Grammar> = {}): Grammar {
  return { tool, values: [], reads, rules, ...more };
}
const words = (text: string) => text.split(" ");

/** Stores, queues and object storage with a command line of their own. */
export const STORES: Readonly<Record<string, Grammar>> = {
  influx: store(
    "influxdb",
    "ping, version, query, bucket list, org list, user list, task list, config list, dashboards, v1 dbrp list, v1 auth list, auth list, telegrafs, stacks, secret list",
    [
      { on: "delete", verb: "delete", kind: "influxdb.points" },
      {
        on: "bucket delete, org delete, user delete, task delete, auth delete, v1 auth delete, secret delete, stacks remove",
        verb: "delete",
        kind: "influxdb.bucket",
      },
      {
        on: "write, restore, apply, bucket update, task update",
        verb: "change",
        kind: "influxdb.bucket",
        reversibility: "R4",
      },
      { on: "backup", verb: "read", kind: "influxdb.bucket", reversibility: "R1" },
      {
        on: "auth create, user create, user password, v1 auth create",
        verb: "escalate",
        kind: "influxdb.auth",
        reversibility: "R1",
      },
    ],
    {
      values: words(
        "-b --bucket -o --org -t --token --host -c --active-config -f --file -n --name -i --id --start --stop -p --predicate --bucket-id --org-id",
      ),
      endpoints: ["--host"],
      names: ["-n", "--name", "-b", "--bucket"],
      local: "config create, config set, config",
    },
  ),
  etcdctl: store(
    "etcd",
    "get, watch, member list, endpoint status, endpoint health, endpoint hashkv, alarm list, version, snapshot status, lease list, lease timetolive, user list, user get, role list, role get, auth status, check, compaction --help, snapshot save",
    [
      { on: "del, lease revoke", verb: "delete", kind: "etcd.key" },
      {
        on: "put, txn, lock, compaction, defrag, alarm disarm, move-leader, lease grant",
        verb: "change",
        kind: "etcd.key",
        reversibility: "R4",
      },
      { on: "snapshot restore, member remove", verb: "replace", kind: "etcd.cluster" },
      {
        on: "user add, user grant-role, role add, role grant-permission, auth disable, auth enable, user passwd, user delete, role delete",
        verb: "escalate",
        kind: "etcd.user",
        reversibility: "R1",
      },
    ],
    {
      values: words(
        "--endpoints --cacert --cert --key --user --password --command-timeout --dial-timeout -w --write-out --lease --rev --limit --data-dir",
      ),
      endpoints: ["--endpoints"],
      variables: ["ETCDCTL_ENDPOINTS"],
    },
  ),
  rabbitmqctl: store(
    "rabbitmq",
    "status, list_queues, list_exchanges, list_bindings, list_users, list_vhosts, list_connections, list_channels, list_consumers, list_permissions, list_policies, cluster_status, node_health_check, ping, report, environment, version, help, await_startup, list_parameters, list_user_permissions, export_definitions, list_hashes",
    [
      {
        on: "delete_queue, purge_queue, delete_vhost, delete_user, clear_policy, clear_parameter, delete_shovel, clear_permissions",
        verb: "delete",
        kind: "rabbitmq.queue",
      },
      {
        on: "reset, force_reset, forget_cluster_node",
        verb: "delete",
        kind: "rabbitmq.node",
        marks: ["bulk"],
      },
      {
        on: "stop, stop_app, shutdown, close_connection, close_all_connections, suspend_listener, close_all_user_connections",
        verb: "stop",
        kind: "rabbitmq.node",
        reversibility: "R1",
      },
      {
        on: "add_user, set_permissions, set_user_tags, change_password",
        verb: "escalate",
        kind: "rabbitmq.user",
        reversibility: "R1",
      },
      { on: "eval, exec", verb: "execute", kind: "rabbitmq.node" },
      {
        on: "start_app, add_vhost, set_policy, set_parameter, import_definitions, join_cluster, enable_feature_flag",
        verb: "change",
        kind: "rabbitmq.node",
      },
    ],
    {
      values: words("-n --node -t --timeout -p --vhost --formatter -l"),
      names: ["-n", "--node", "-p", "--vhost"],
    },
  ),
  nats: store(
    "nats",
    "stream ls, stream info, stream report, stream view, stream get, consumer ls, consumer info, consumer report, kv ls, kv get, kv info, kv history, server ping, server info, server list, server report, account info, rtt, sub, context ls, context info, object ls, object info, events, latency, server check",
    [
      {
        on: "stream rm|purge|rmm, consumer rm, kv del|purge|rm, object rm, stream seal",
        verb: "delete",
        kind: "nats.stream",
      },
      { on: "pub, request, req", verb: "send", kind: "nats.subject" },
      {
        on: "stream add|edit|restore|copy, consumer add|edit, kv add|put|update|create, object add|put",
        verb: "change",
        kind: "nats.stream",
        reversibility: "R3",
      },
    ],
    {
      values: words("-s --server --user --password --creds --context --timeout --count"),
      endpoints: ["-s", "--server"],
      local: "context add, context select, context edit, context save",
    },
  ),
  mc: store(
    "minio",
    "ls, stat, cat, head, du, diff, find, tree, version info, admin info, alias list, ping, admin user list, admin policy list, admin bucket info, ready, share list, anonymous get, ilm rule ls, license info",
    [
      {
        on: "rb, rm, admin user rm, admin policy rm, undo, ilm rule rm, version suspend, event remove, replicate rm, encrypt clear",
        verb: "delete",
        kind: "minio.object",
        marks: [],
      },
      {
        on: "mirror",
        verb: "delete",
        kind: "minio.bucket",
        when: ["--remove", "--overwrite"],
        marks: ["bulk"],
      },
      {
        on: "cp, mv, mirror, put, pipe, mb, tag set, retention set, legalhold set, version enable, ilm rule add",
        verb: "change",
        kind: "minio.object",
        reversibility: "R3",
      },
      {
        on: "anonymous set, policy set, share download, share upload",
        verb: "expose",
        kind: "minio.bucket",
        reversibility: "R1",
      },
      {
        on: "admin user add, admin policy attach, admin policy create, admin accesskey create",
        verb: "escalate",
        kind: "minio.policy",
        reversibility: "R1",
      },
      {
        on: "admin service restart, admin service stop, admin decommission",
        verb: "stop",
        kind: "minio.server",
        reversibility: "R1",
      },
    ],
    {
      values: words("--older-than --newer-than -C --config-dir --attr --exclude --name"),
      flags: words("--recursive -r --force --json --quiet -q --dangerous --incomplete --versions --insecure"),
      local: "alias set, alias remove",
      dryRun: ["--dry-run", "--fake"],
    },
  ),
  s3cmd: store(
    "s3",
    "ls, la, du, info, get, --version, cfg",
    [
      { on: "del, rm, rb, expire, dellifecycle, delpolicy", verb: "delete", kind: "s3.object" },
      { on: "sync", verb: "delete", kind: "s3.object", when: ["--delete-removed"], marks: ["bulk"] },
      {
        on: "put, cp, mv, sync, mb, modify, setlifecycle, setversioning",
        verb: "change",
        kind: "s3.object",
        reversibility: "R3",
      },
      { on: "setacl, setpolicy", verb: "expose", kind: "s3.bucket", reversibility: "R1" },
    ],
    {
      values: words("-c --config --host --host-bucket --access_key --secret_key --exclude --include"),
      dryRun: ["-n", "--dry-run"],
      endpoints: ["--host"],
    },
  ),
  s5cmd: store(
    "s3",
    "ls, du, cat, head, version, select, bucket-version --get",
    [
      { on: "rm, rb", verb: "delete", kind: "s3.object" },
      { on: "sync", verb: "delete", kind: "s3.object", when: ["--delete"], marks: ["bulk"] },
      { on: "cp, mv, sync, mb, pipe", verb: "change", kind: "s3.object", reversibility: "R3" },
      { on: "run", verb: "execute", kind: "s3.batch" },
    ],
    {
      values: words("--endpoint-url --profile --credentials-file --numworkers --exclude --include"),
      dryRun: ["--dry-run"],
      endpoints: ["--endpoint-url"],
      names: ["--profile"],
    },
  ),
  azcopy: store(
    "azure.storage",
    "list, jobs list, jobs show, env, login status, doc",
    [
      { on: "remove, rm", verb: "delete", kind: "azure.storage.blob", marks: ["bulk"] },
      {
        on: "sync",
        verb: "delete",
        kind: "azure.storage.blob",
        when: ["--delete-destination"],
        marks: ["bulk"],
      },
      {
        on: "copy, sync, make, set-properties",
        verb: "change",
        kind: "azure.storage.blob",
        reversibility: "R3",
      },
    ],
    {
      values: words("--include-pattern --exclude-pattern --log-level"),
      local: "login, logout, jobs clean, jobs remove",
      dryRun: ["--dry-run"],
    },
  ),
  "pulsar-admin": store(
    "pulsar",
    "topics list|stats, namespaces list, tenants list, clusters list, brokers list, topics partitioned-stats, schemas get",
    [
      {
        on: "topics delete|delete-partitioned-topic|terminate|truncate, namespaces delete|clear-backlog|unload, tenants delete, clusters delete, schemas delete",
        verb: "delete",
        kind: "pulsar.topic",
      },
    ],
    { values: words("--admin-url --auth-params --auth-plugin"), endpoints: ["--admin-url"] },
  ),
};
