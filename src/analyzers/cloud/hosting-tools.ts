import type { Grammar, Rule } from "./grammar.ts";

/** Deployments go on beside the old one and can be switched back. */
function deploys(on: string, kind: string, more: Partial<Rule> = {}): Rule {
  return { on, verb: "change", kind, reversibility: "R1", ...more };
}
function destroys(on: string, kind: string, advice?: string): Rule {
  return { on, verb: "delete", kind, ...(advice ? { advice } : {}) };
}
const SECRET_CHANGE = { verb: "change", reversibility: "R3" } as const;

/** Hosting platforms by their program (each vendor's command reference). */
export const HOSTING: Readonly<Record<string, Grammar>> = {
  serverless: {
    tool: "serverless",
    values:
      "-s --stage -r --region -f --function -c --config --aws-profile --param --data -d --path -p -t --timestamp --startTime --filter --app --org --template --name".split(
        " ",
      ),
    names: ["-s", "--stage", "--aws-profile"],
    reads: "info, print, logs, metrics, help, doctor, deploy list, diff, invoke local, slstats, support",
    local:
      "package, create, install, plugin, offline, invoke local, config, login, logout, generate-event, dev --local",
    rules: [
      deploys("deploy", "serverless.service", {
        reversibility: "R3",
        advice: "run `serverless package` and read the change set first",
      }),
      destroys("remove", "serverless.service", "set DeletionPolicy Retain on what holds data first"),
      deploys("rollback, deploy function", "serverless.service"),
      { on: "invoke", verb: "execute", kind: "serverless.function" },
      deploys("dev", "serverless.service", { reversibility: "R3" }),
    ],
  },
  wrangler: {
    tool: "cloudflare",
    values:
      "-c --config -e --env --name --compatibility-date --var --define --route --routes --binding --namespace-id --project-name --branch --commit-hash --command --file --port --ip --persist-to --dataset --preview --message --tag --assets --cwd -m --database --location --ttl --metadata --path --format --prefix --bundle --batch-size --jurisdiction".split(
        " ",
      ),
    names: ["-e", "--env", "--name", "--project-name"],
    reads:
      "whoami, tail, docs, types, deployments list|status|view, versions list|view, secret list, kv namespace list, kv key list|get, r2 bucket list|info, r2 object get, d1 list|info|insights|time-travel, d1 migrations list, pages project list, pages deployment list|tail, queues list|info, hyperdrive list|get, vectorize list|get|info, check, workflows list, dispatch-namespace list|get, ai models, pipelines list, telemetry status",
    local:
      "dev, login, logout, init, generate, build, d1 migrations create, pages dev, pages functions build, telemetry, setup",
    rules: [
      destroys("delete", "cloudflare.worker"),
      deploys(
        "deploy, publish, rollback, versions deploy|upload, triggers, pages deploy|publish",
        "cloudflare.worker",
        { unless: ["--dry-run"] },
      ),
      {
        on: "deploy, publish",
        verb: "execute",
        kind: "cloudflare.build",
        here: true,
        when: ["--dry-run"],
        marks: ["additive"],
      },
      destroys("d1 delete", "cloudflare.d1.database", "export it first: wrangler d1 export"),
      {
        on: "d1 execute, d1 migrations apply",
        verb: "change",
        kind: "cloudflare.d1.database",
        reversibility: "R4",
        when: ["--remote"],
      },
      {
        on: "d1 execute, d1 migrations apply",
        verb: "execute",
        kind: "cloudflare.d1.local",
        here: true,
        reversibility: "R1",
        unless: ["--remote"],
      },
      destroys("d1 time-travel restore", "cloudflare.d1.database"),
      { on: "d1 export", verb: "create", kind: "cloudflare.d1.export" },
      destroys("r2 bucket delete", "cloudflare.r2.bucket"),
      destroys("r2 object delete", "cloudflare.r2.object"),
      destroys("kv namespace delete", "cloudflare.kv.namespace"),
      destroys("kv key delete, kv bulk delete", "cloudflare.kv.key"),
      destroys(
        "secret delete, pages secret delete, queues delete, hyperdrive delete, vectorize delete, pages project delete, pages deployment delete, queues purge, workflows delete, dispatch-namespace delete",
        "cloudflare.object",
      ),
      { on: "secret put, secret bulk, pages secret put", kind: "cloudflare.secret", ...SECRET_CHANGE },
    ],
  },
  vercel: {
    tool: "vercel",
    values:
      "-t --token -S --scope --team --cwd -A --local-config -Q --global-config -e --env -b --build-env -m --meta --regions --name --target --git-branch --environment --project --yes-to --limit --since --until".split(
        " ",
      ),
    flags:
      "-y --yes -f --force --prod --prebuilt --public --no-wait -d --debug --confirm --archive --logs --json -L --with-cache --skip-domain".split(
        " ",
      ),
    names: ["-S", "--scope", "--target", "--environment"],
    reads:
      "ls, list, inspect, logs, log, whoami, env ls|list, domains ls|inspect, dns ls, certs ls, alias ls, project ls|inspect, projects ls, teams ls, switch, help, bisect, integration list, target ls, deploy --help, edge-config ls, cache",
    local: "dev, link, build, login, logout, init, env pull, pull, git connect, telemetry",
    secrets: "env get",
    rules: [
      { on: "*", verb: "change", kind: "vercel.production", when: ["--prod"] },
      deploys("deploy, redeploy", "vercel.deployment"),
      { on: "deploy", verb: "change", kind: "vercel.production", when: ["--prod"] },
      destroys("remove, rm", "vercel.deployment"),
      destroys("project rm|remove, projects rm", "vercel.project"),
      destroys("env rm|remove", "vercel.environment-variable", "keep the values first: vercel env pull"),
      destroys(
        "domains rm|remove, certs rm, dns rm, alias rm, teams rm, blob del|delete-store, blob store remove, edge-config rm",
        "vercel.object",
      ),
      { on: "env add, env update", kind: "vercel.environment-variable", ...SECRET_CHANGE },
      deploys(
        "promote, rollback, rolling-release, alias, alias set, domains add|move|transfer-in, dns add, project add, redeploy",
        "vercel.production",
      ),
      { on: "domains buy", verb: "spend", kind: "vercel.domain" },
    ],
  },
  netlify: {
    tool: "netlify",
    values:
      "-d --dir -f --functions -s --site -a --alias -m --message --auth --filter --context --scope --project --account-slug --name --cwd -p --port --data".split(
        " ",
      ),
    flags: "--prod -p --json --open -o --build --trigger -y --skip-functions-cache --force".split(" "),
    names: ["-s", "--site", "--context", "--project"],
    reads:
      "status, sites:list, env:list, open, watch, logs, logs:deploy, logs:function, functions:list, recipes:list, api --list, addons:list, blobs:list, blobs:get, completion, help, db status, teams:list",
    local:
      "dev, build, link, unlink, login, logout, init, functions:create, functions:serve, recipes, functions:build, types, switch, env:clone --dry",
    secrets: "env:get",
    rules: [
      deploys("deploy", "netlify.deploy", { unless: ["--prod", "--prod-if-unlocked"] }),
      { on: "deploy", verb: "change", kind: "netlify.production", when: ["--prod", "--prod-if-unlocked"] },
      destroys("sites:delete", "netlify.site"),
      destroys("env:unset, blobs:delete, addons:delete", "netlify.object"),
      {
        on: "env:set, env:import, env:clone, blobs:set",
        kind: "netlify.environment-variable",
        ...SECRET_CHANGE,
      },
      deploys("sites:create, addons:create, addons:config, db init, rollback", "netlify.site"),
      { on: "functions:invoke, api", verb: "execute", kind: "netlify.api" },
    ],
  },
  fly: {
    tool: "fly",
    values:
      "-a --app -c --config -o --org -t --access-token -r --region -i --image -s --select -C --command -g --process-group --vm-size --vm-memory --name --size --strategy --dockerfile --build-arg -e --env -n --count --machine -p --port --volume --snapshot-id --password --user --address".split(
        " ",
      ),
    names: ["-a", "--app", "-o", "--org"],
    reads:
      "status, logs, info, apps list, apps releases, releases, machine list|status, machines list|status, volumes list|show, volumes snapshots list, volume list, secrets list, ips list, certs list|show|check, regions list, scale show, config show|validate|env, platform, doctor, checks list, orgs list|show, postgres list, postgres db list, postgres users list, auth whoami, version, services list, dashboard, redis list|status, mpg list|status, incidents, wireguard list, history, image show, tokens list, storage list",
    local:
      "auth login, auth logout, auth docker, config save, proxy, version upgrade, agent, settings, wireguard websockets, ping, dig, console --local",
    secrets: "auth token, tokens create, ssh issue",
    rules: [
      destroys("apps destroy, destroy", "fly.app", "scale it to 0 instead: fly scale count 0"),
      destroys(
        "volumes destroy|delete, volume destroy|delete",
        "fly.volume",
        "create a snapshot first: fly volumes snapshots create",
      ),
      destroys(
        "machine destroy|remove, machines destroy|remove, mpg destroy, redis destroy, storage destroy, pg destroy",
        "fly.machine",
      ),
      destroys(
        "postgres destroy, postgres detach, secrets unset, ips release, certs remove, tokens revoke, orgs delete, wireguard remove",
        "fly.object",
      ),
      deploys(
        "deploy, launch, apps create|restart|open, restart, machine start|update|clone|run|restart, scale, secrets deploy, ips allocate, ips allocate-v4, ips allocate-v6, certs add, postgres create|attach|restart|failover, volumes create|extend|fork, volumes snapshots create, config push, image update, resume, regions",
        "fly.app",
      ),
      {
        on: "machine stop|suspend|kill|cordon, machines stop|suspend|kill, apps suspend, suspend, postgres stop",
        verb: "stop",
        kind: "fly.machine",
        reversibility: "R1",
      },
      { on: "secrets set|import", kind: "fly.secret", ...SECRET_CHANGE },
      {
        on: "ssh console, ssh sftp, postgres connect, console, machine exec, machines exec, mpg connect, mpg proxy, sftp",
        verb: "execute",
        kind: "fly.machine",
      },
      { on: "orgs invite", verb: "escalate", kind: "fly.organization" },
    ],
  },
  heroku: {
    tool: "heroku",
    values:
      "-a --app -r --remote -t --team -n --num --as --confirm -c --size -d --dyno -s --source -e --env --region --stack --name -p --pipeline".split(
        " ",
      ),
    names: ["-a", "--app", "-r", "--remote", "-t", "--team"],
    reads:
      "apps, apps:info, apps:list, info, list, logs, ps, releases, releases:info, addons, addons:info, addons:docs, addons:plans, addons:services, pg, pg:info, pg:ps, pg:locks, pg:diagnose, pg:wait, pg:bloat, pg:outliers, pg:long-running-queries, pg:backups, pg:backups:info, pg:backups:schedules, pg:backups:url, status, auth:whoami, whoami, domains, certs, certs:info, features, labs, pipelines, pipelines:info, stack, buildpacks, access, members, regions, redis:info, maintenance, drains, keys, webhooks, config:list, ps:type, clients, help, version, teams, spaces, notifications, commands, dyno:list, pg:credentials, orgs, reviewapps, ci, sessions, git:remote --dry",
    local:
      "login, logout, auth:login, auth:logout, local, git:remote, git:clone, container:login, plugins, plugins:install, autocomplete, update, pg:backups:download",
    secrets: "config, config:get, auth:token, authorizations:create, redis:credentials, pg:credentials:url",
    rules: [
      destroys(
        "apps:destroy, destroy, apps:delete",
        "heroku.app",
        "put it in maintenance mode and scale to 0 instead",
      ),
      destroys(
        "addons:destroy, addons:remove, addons:detach",
        "heroku.addon",
        "take a backup first: heroku pg:backups:capture",
      ),
      {
        on: "pg:reset",
        verb: "replace",
        kind: "heroku.postgres",
        advice: "take a backup first: heroku pg:backups:capture",
      },
      destroys("pg:credentials:destroy, pg:killall, pg:backups:delete", "heroku.postgres"),
      {
        on: "pg:copy, pg:push, pg:backups:restore",
        verb: "replace",
        kind: "heroku.postgres",
        advice: "it overwrites the target database: take a backup of the target first",
      },
      {
        on: "pg:psql, psql, run, run:detached, run:inside, ps:exec, ps:copy, redis:cli",
        verb: "execute",
        kind: "heroku.dyno",
      },
      {
        on: "ps:scale, ps:restart, restart, ps:resize, scale, dyno:restart, dyno:scale, releases:rollback, rollback, pipelines:promote, container:push, container:release, maintenance:off, maintenance:on, domains:add, buildpacks:set, buildpacks:add, stack:set, features:enable, pg:promote, pg:upgrade, pg:backups:capture, pg:backups:schedule, apps:create, create, addons:create, addons:attach, addons:upgrade, addons:downgrade, apps:rename, apps:transfer, certs:auto:enable, certs:add, pg:maintenance, drains:add, labs:enable, pipelines:create, pipelines:add, ci:run",
        verb: "change",
        kind: "heroku.app",
        reversibility: "R1",
      },
      {
        on: "ps:stop, ps:kill, dyno:stop, dyno:kill, pg:kill",
        verb: "stop",
        kind: "heroku.dyno",
        reversibility: "R1",
      },
      { on: "config:set, config:unset, config:edit, config:remove", kind: "heroku.config", ...SECRET_CHANGE },
      destroys(
        "domains:remove, domains:clear, certs:remove, keys:clear, keys:remove, pipelines:destroy, webhooks:remove, drains:remove, members:remove, pg:backups:unschedule",
        "heroku.object",
      ),
      {
        on: "access:add, members:add, access:update, keys:add",
        verb: "escalate",
        kind: "heroku.access",
        reversibility: "R1",
      },
    ],
  },
  railway: {
    tool: "railway",
    values:
      "-s --service -e --environment -p --project -d --deployment -t --template -n --name -w --workspace --path -i --image --port --set --json-path".split(
        " ",
      ),
    names: ["-s", "--service", "-e", "--environment", "-p", "--project"],
    reads:
      "status, list, logs, whoami, docs, open, environment list, service list|status, volume list, deployment list, help, version, check_updates, completion",
    local: "link, unlink, login, logout, init --dry, upgrade",
    secrets: "variables, variable list, run, shell, dev",
    rules: [
      {
        on: "variables, variable",
        kind: "railway.variable",
        when: ["--set", "--set-from-stdin"],
        ...SECRET_CHANGE,
      },
      { on: "variable set", kind: "railway.variable", ...SECRET_CHANGE },
      deploys(
        "up, redeploy, restart, deploy, add, domain, init, environment, environment new, volume add|attach|update, service, function, scale, environment duplicate",
        "railway.service",
      ),
      destroys("down", "railway.deployment"),
      destroys(
        "delete, environment delete, project delete, service delete",
        "railway.project",
        "the volumes and their backups go with it: take a dump elsewhere first",
      ),
      destroys(
        "volume delete, volume detach, variable delete, function delete",
        "railway.volume",
        "its backups are in it: take a dump elsewhere first",
      ),
      { on: "connect, ssh", verb: "execute", kind: "railway.service" },
    ],
  },
  render: {
    tool: "render",
    values: [
      "-o",
      "--output",
      "-s",
      "--service",
      "--commit",
      "--image",
      "-e",
      "--environment-ids",
      "--command",
      "-c",
    ],
    reads:
      "services, services list, deploys list, logs, whoami, workspaces, workspace current, jobs list, environments, projects, blueprints validate, postgres list",
    local: "login, workspace set, workspace",
    rules: [
      deploys("deploys create, services update|create, restart", "render.service"),
      {
        on: "deploys cancel, jobs cancel, services suspend",
        verb: "stop",
        kind: "render.service",
        reversibility: "R1",
      },
      { on: "psql, ssh, jobs create, pgcli, kv-cli", verb: "execute", kind: "render.service" },
      destroys("services delete, postgres delete, kv delete, disks delete", "render.service"),
    ],
  },
  firebase: {
    tool: "firebase",
    values:
      "-P --project --token --only --except -c --config --account -m --message --site --location --data -d --import --export-on-exit --database -p --port --instance --expires".split(
        " ",
      ),
    flags:
      "--non-interactive -f --force --debug -j --json -i --interactive -y --recursive -r --all-collections --shallow --ui --inspect-functions".split(
        " ",
      ),
    names: ["-P", "--project"],
    reads:
      "projects:list, apps:list, apps:sdkconfig, database:get, database:instances:list, database:profile, firestore:indexes, firestore:databases:list, firestore:databases:get, functions:list, functions:log, functions:config:get, hosting:channel:list, hosting:sites:list, hosting:sites:get, remoteconfig:get, remoteconfig:versions:list, extensions:list, extensions:info, help, target, open, login:list, use --list, appdistribution:testers:list, apphosting:backends:list, experiments:list, dataconnect:services:list, firestore:backups:list, projects:sdkconfig, database:settings:get",
    local:
      "init, use, login, logout, emulators:start, emulators:exec, emulators:export, serve, setup:emulators:firestore, setup:emulators:database, target:apply, target:clear, experiments:enable, functions:shell, setup:web, functions:config:export, dataconnect:sdk:generate, login:ci, login:use, login:add",
    secrets: "functions:secrets:access, auth:export",
    rules: [
      destroys("firestore:delete", "firebase.firestore", "export it first: gcloud firestore export"),
      destroys(
        "database:remove, firestore:databases:delete, database:instances:disable, firestore:backups:delete",
        "firebase.database",
      ),
      destroys(
        "functions:delete, hosting:channel:delete, hosting:sites:delete, apphosting:backends:delete, functions:secrets:destroy, functions:secrets:prune, remoteconfig:delete, ext:uninstall",
        "firebase.object",
      ),
      { on: "hosting:disable", verb: "stop", kind: "firebase.hosting", reversibility: "R1" },
      deploys(
        "deploy, hosting:channel:deploy, hosting:clone, remoteconfig:rollback, ext:install, ext:update, ext:configure, apphosting:rollouts:create, projects:create, apps:create, firestore:databases:create, firestore:databases:update, hosting:sites:create, functions:artifacts:setpolicy, appdistribution:distribute, dataconnect:sql:migrate",
        "firebase.project",
        { reversibility: "R3" },
      ),
      {
        on: "database:set, database:update, database:push, auth:import, functions:config:set, functions:config:unset, functions:secrets:set, firestore:databases:restore, database:settings:set, dataconnect:execute",
        verb: "change",
        kind: "firebase.database",
        reversibility: "R4",
      },
      {
        on: "deploy",
        verb: "execute",
        kind: "firebase.check",
        here: true,
        when: ["--dry-run"],
        reversibility: "R1",
        marks: ["additive"],
      },
    ],
  },
};
