import type { Grammar, Rule } from "./grammar.ts";

const words = (text: string) => text.split(/\s+/);
const tool = (name: string, parts: Partial<Grammar> & Pick<Grammar, "reads" | "rules">): Grammar => ({
  tool: name,
  values: [],
  ...parts,
});
const rule = (verb: Rule["verb"], on: string, kind: string, more: Partial<Rule> = {}): Rule => ({
  on,
  verb,
  kind,
  ...more,
});

/** Data platforms, brokers and monitoring with a command line of their own. */
export const DATA_TOOLS: Readonly<Record<string, Grammar>> = {
  databricks: tool("databricks", {
    values: words("-p --profile -t --target -o --output --debug --json --log-level --var --timeout"),
    names: ["-p", "--profile", "-t", "--target"],
    variables: ["DATABRICKS_CONFIG_PROFILE"],
    reads:
      "version, help, current-user me, bundle validate|summary|schema, auth env|profiles|describe, completion, fs ls|cat, workspace list|ls|get-status|export|export-dir",
    secrets: "auth token, tokens create, secrets get-secret, token-management create-obo-token",
    local: "bundle init, configure, auth login, sync --dry-run, labs",
    rules: [
      rule(
        "delete",
        "bundle destroy, fs rm, workspace delete|rm, clusters permanent-delete, catalogs delete, schemas delete, tables delete, volumes delete",
        "databricks.object",
      ),
      rule("stop", "clusters delete, jobs cancel-run, warehouses stop, clusters stop", "databricks.cluster", {
        reversibility: "R1",
      }),
      rule(
        "change",
        "bundle deploy, sync, fs cp|mkdirs|mkdir, workspace import|import-dir|mkdirs",
        "databricks.object",
        { reversibility: "R3" },
      ),
      rule("execute", "bundle run, jobs run-now|submit, api post|put|patch", "databricks.job"),
      rule("delete", "api delete", "databricks.object"),
    ],
  }),
  rabbitmqadmin: tool("rabbitmq", {
    values: words(
      "-H --host -P --port -V --vhost -u --username -p --password -c --config -N --node --format --depth",
    ),
    endpoints: ["-H", "--host"],
    reads: "list, show, help, export, get, health_check, --help",
    rules: [
      rule("delete", "delete, purge, close", "rabbitmq.object"),
      rule("change", "declare, import, publish", "rabbitmq.object", { reversibility: "R3" }),
    ],
  }),
  "rabbitmq-diagnostics": tool("rabbitmq", { reads: "*", rules: [] }),
  "rabbitmq-plugins": tool("rabbitmq", {
    reads: "list, is_enabled, directories, help, version",
    rules: [rule("change", "enable, disable, set", "rabbitmq.plugin", { reversibility: "R1" })],
  }),
  "rabbitmq-queues": tool("rabbitmq", {
    reads:
      "check_if_node_is_quorum_critical, check_if_node_is_mirror_sync_critical, quorum_status, peek, stream_status, help",
    rules: [
      rule("delete", "delete_member, shrink", "rabbitmq.queue"),
      rule("change", "add_member, grow, rebalance, reclaim_quorum_memory", "rabbitmq.queue"),
    ],
  }),
  rpk: tool("redpanda", {
    values: words(
      "-X --config --profile --brokers --format -p --partitions -r --replicas -c --topic-config -t --topic -g",
    ),
    endpoints: ["--brokers"],
    reads:
      "cluster info|health|metadata|status|logdirs|partitions|storage|config get|export|status, topic list|describe|consume|describe-storage, group list|describe, profile list|print|current, acl list, version, debug, registry schema list|get, registry subject list, connect lint|list, transform list|logs, help, container status, security acl list, security user list",
    local:
      "profile create|use|edit|set, container start|stop|purge, generate, connect run, transform build|init",
    rules: [
      rule(
        "delete",
        "topic delete, topic trim-prefix, group delete, group offset-delete, registry schema delete, registry subject delete, transform delete, cluster storage unmount",
        "redpanda.topic",
      ),
      rule("send", "topic produce", "redpanda.topic"),
      rule("replace", "group seek", "redpanda.consumer-group"),
      rule(
        "escalate",
        "acl create|delete, security acl create|delete, security user create|delete|update",
        "redpanda.user",
        { reversibility: "R1" },
      ),
      rule(
        "change",
        "topic create|alter-config|add-partitions|set, cluster config set|edit|import, cluster maintenance, redpanda, transform deploy, registry schema create",
        "redpanda.topic",
        { reversibility: "R3" },
      ),
    ],
  }),
  nodetool: tool("cassandra", {
    values: words("-h --host -p --port -u --username -pw --password -pwf"),
    endpoints: ["-h", "--host"],
    reads:
      "status, info, ring, describecluster, describering, tpstats, tablestats, cfstats, compactionstats, compactionhistory, netstats, gossipinfo, version, help, proxyhistograms, tablehistograms, cfhistograms, getendpoints, getlogginglevels, listsnapshots, statusbackup, statusbinary, statusgossip, toppartitions, failuredetector, rangekeysample, datapaths, getcompactionthreshold, getcompactionthroughput, getstreamthroughput, gettimeout, viewbuildstatus, clientstats, gcstats, sjk",
    rules: [
      rule("delete", "clearsnapshot", "cassandra.snapshot", { marks: ["backup"] }),
      rule(
        "delete",
        "decommission, removenode, assassinate, truncatehints, garbagecollect",
        "cassandra.node",
      ),
      rule(
        "stop",
        "drain, disablegossip, disablebinary, disablethrift, stopdaemon, stop, pausehandoff",
        "cassandra.node",
        { reversibility: "R1" },
      ),
      rule(
        "remove-protection",
        "disablebackup, disableautocompaction, disablehandoff, disableauditlog",
        "cassandra.node",
        { reversibility: "R1" },
      ),
      rule(
        "change",
        "flush, compact, cleanup, repair, rebuild, move, bootstrap, refresh, import, scrub, upgradesstables, snapshot, enable*, enablebackup, enablegossip, enablebinary, setlogginglevel, setcompactionthroughput, setstreamthroughput, reloadschema, invalidatekeycache",
        "cassandra.node",
        { reversibility: "R1" },
      ),
    ],
  }),
  promtool: tool("prometheus", {
    values: words("--http.config.file -o --format --time --start --end --step"),
    reads: "check, test, query, debug, --version, promql format|label-matchers, tsdb list|analyze|dump|bench",
    local: "tsdb create-blocks-from",
    rules: [rule("send", "push", "prometheus.metrics")],
  }),
  amtool: tool("alertmanager", {
    values: words(
      "--alertmanager.url -o --output --config.file --timeout -a --author -c --comment -d --duration --start --end",
    ),
    endpoints: ["--alertmanager.url"],
    reads:
      "alert, alert query, silence, silence query, check-config, config show|routes, cluster show, template render, silence --help",
    rules: [
      rule("remove-protection", "silence add|import", "alertmanager.silence", { reversibility: "R1" }),
      rule("change", "silence expire|update, alert add", "alertmanager.silence", { reversibility: "R1" }),
    ],
  }),
  airflow: tool("airflow", {
    values: words("-s --start-date -e --end-date --subdir -S -o --output -r --run-id -c --conf"),
    reads:
      "info, version, cheat-sheet, dags list|show|state|report|details|next-execution|list-runs|list-jobs|list-import-errors, tasks list|state|render|states-for-dag-run|failed-deps, connections list|export, variables list|export, pools list, users list, roles list, providers, config list|get-value, db check|check-migrations, jobs check, plugins, sync-perm --help",
    secrets: "connections get, variables get, connections export, variables export",
    local: "standalone, webserver, scheduler, triggerer, dags test, tasks test, celery worker",
    rules: [
      rule(
        "delete",
        "db reset|clean|drop-archived, dags delete, variables delete, connections delete, pools delete, users delete, tasks clear",
        "airflow.object",
      ),
      rule("execute", "dags trigger|backfill, backfill, tasks run", "airflow.run"),
      rule(
        "change",
        "db migrate|upgrade|init|downgrade, dags pause|unpause|reserialize, variables set|import, connections add|import, pools set|import, config",
        "airflow.object",
        { reversibility: "R3" },
      ),
      rule(
        "escalate",
        "users create|add-role|remove-role|import|reset-password, roles create|add-perms",
        "airflow.user",
        { reversibility: "R1" },
      ),
    ],
  }),
  tea: tool("gitea", {
    values: words(
      "-r --repo -l --login -R --remote -o --output --title -t --description -d --assignees -a --labels -L --head --base -b --state --limit --page",
    ),
    reads:
      "issues, issue, i, issues list, pulls, pulls list, pull, pr, labels, labels list, milestones, milestones list, releases, releases list, repos, repos list|search, repo, branches list, orgs list, notifications, whoami, times list, open, logins list, man, admin users list, actions list",
    local: "login, logins, clone, pulls checkout, pr checkout, logout",
    rules: [
      rule(
        "create",
        "issues create, issue create, i create, comment, pulls create, pr create, labels create, milestones create, times add",
        "gitea.item",
        { marks: ["additive", "shared"], reversibility: "R1" },
      ),
      rule(
        "delete",
        "repos delete, repo delete, repos rm, releases delete, labels delete, milestones delete, orgs delete, branches delete, times delete, webhooks delete, actions secrets delete, actions variables delete",
        "gitea.object",
      ),
      rule(
        "change",
        "pulls merge, pr merge, issues edit|close|reopen, issue edit|close|reopen, pulls close|reopen|approve|reject, releases create|edit, repos create|fork|migrate|create-from-template, webhooks create|update, branches protect",
        "gitea.object",
        { reversibility: "R3" },
      ),
      rule("remove-protection", "branches unprotect", "gitea.branch"),
    ],
  }),
  bw: tool("bitwarden", {
    values: words("--session --folderid --collectionid --organizationid --search --url --itemid --output"),
    reads:
      "status, --version, sdk-version, update, list folders|collections|organizations|org-collections|org-members, generate, encode, login --check, unlock --check, completion",
    secrets: "get, list, list items, export, unlock, login, serve, receive",
    local: "lock, logout, sync, config server",
    rules: [
      rule("delete", "delete, import", "bitwarden.item"),
      rule(
        "change",
        "create, edit, move, restore, share, confirm, send create|edit|delete, device-approval, config",
        "bitwarden.item",
        { reversibility: "R3" },
      ),
      rule("send", "send", "bitwarden.send"),
    ],
  }),
  snow: tool("snowflake", {
    values: words(
      "-c --connection --account --user --database --schema --role --warehouse --format -f --filename -q --query --environment",
    ),
    names: ["-c", "--connection", "--database", "--environment"],
    reads:
      "connection list|test, --version, --info, object list|describe, stage list|list-files, app list|version list|validate, spcs service list|status|logs|describe, spcs compute-pool list|status|describe, streamlit list|describe|get-url, snowpark list|describe, helpers, logs, cortex search, git list|describe|list-branches|list-files, notebook get-url",
    local: "init, connection add|set-default, app init|bundle, snowpark build, streamlit init",
    rules: [
      rule(
        "delete",
        "object drop, stage remove, app teardown, app version drop, spcs service drop, spcs compute-pool drop|stop-all, streamlit drop, snowpark drop",
        "snowflake.object",
      ),
      rule(
        "execute",
        "sql, snowpark execute, git execute, notebook execute, stage execute, app run, dbt execute",
        "snowflake.statement",
      ),
      rule("stop", "spcs service suspend, spcs compute-pool suspend", "snowflake.service", {
        reversibility: "R1",
      }),
      rule(
        "change",
        "object create, stage create|copy, app deploy|publish, app version create, spcs service create|upgrade|set|resume, streamlit deploy|share, snowpark deploy, git fetch|copy|setup, dbt deploy",
        "snowflake.object",
        { reversibility: "R3" },
      ),
    ],
  }),
  mongofiles: tool("gridfs", {
    values: words(
      "--uri -h --host --port -d --db -c --collection -u --username -p --password -l --local -t --type --prefix --authenticationDatabase",
    ),
    endpoints: ["-h", "--host", "--uri"],
    reads: "list, search",
    local: "get, get_id, get_regex",
    rules: [rule("delete", "delete, delete_id", "gridfs.file"), rule("create", "put, put_id", "gridfs.file")],
  }),
  "zookeeper-shell": tool("zookeeper", {
    values: words("-zk-tls-config-file"),
    reads:
      "* ls|ls2|get|stat|getAcl|version|history|printwatches|getAllChildrenNumber|getEphemerals|listquota|whoami",
    rules: [
      rule("delete", "* delete|deleteall|rmr|delquota", "zookeeper.node"),
      rule("change", "* create|set|setquota|sync|reconfig|config|close|connect|redo", "zookeeper.node", {
        reversibility: "R3",
      }),
      rule("escalate", "* setAcl|addauth", "zookeeper.node", { reversibility: "R1" }),
    ],
  }),
};

/** The command line of MongoDB Atlas, which shares its name with Atlas for database schemas. */
export const MONGODB_ATLAS: Grammar = tool("mongodb-atlas", {
  values: words(
    "-P --profile --projectId --orgId -o --output --clusterName --file -f --tier --region --provider --members --diskSizeGB --name --db --collection --role --username --password --type --mdbVersion --limit --page",
  ),
  names: ["-P", "--profile", "--projectId", "--clusterName"],
  variables: ["MONGODB_ATLAS_PROFILE", "MCLI_PROFILE"],
  reads:
    "completion, plugin list, kubernetes config generate, clusters list|describe|watch|availableRegions, clusters connectionStrings describe, clusters indexes list, clusters search indexes list, clusters advancedSettings describe, projects list|describe, organizations list|describe, dbusers list|describe, accessLists list|describe, accessLogs list, alerts list|describe, events list, logs download, metrics, processes list|describe, performanceAdvisor, backups snapshots list|describe|watch, backups restores list|describe|watch, backups schedule describe, teams list|describe, users list|describe, networking peering list, privateEndpoints, auth whoami, config list|describe",
  secrets: "organizations apiKeys create, projects apiKeys create, auth token",
  local:
    "deployments setup|start|pause|connect|list|logs, local setup|start|stop|list|connect, config init|set|rename|edit, plugin install|update|uninstall",
  rules: [
    rule(
      "delete",
      "clusters delete, serverless delete, projects delete, organizations delete, clusters indexes delete, clusters search indexes delete, flexClusters delete, streams instances delete, dataFederation delete",
      "mongodb-atlas.cluster",
      { advice: "take a snapshot first: atlas backups snapshots create" },
    ),
    rule("delete", "backups snapshots delete, backups schedule delete", "mongodb-atlas.backup", {
      marks: ["backup"],
    }),
    rule("remove-protection", "backups compliancePolicy", "mongodb-atlas.backup"),
    rule("delete", "deployments delete, local delete", "mongodb-atlas.local", {
      here: true,
      reversibility: "R3",
    }),
    rule("replace", "backups restores start", "mongodb-atlas.cluster"),
    rule("stop", "clusters pause, clusters failover, clusters upgrade", "mongodb-atlas.cluster", {
      reversibility: "R1",
    }),
    rule(
      "escalate",
      "dbusers create|update|delete, accessLists create|delete, users invite, teams users add, customDbRoles create|update, projects users",
      "mongodb-atlas.access",
      { reversibility: "R1" },
    ),
  ],
});
