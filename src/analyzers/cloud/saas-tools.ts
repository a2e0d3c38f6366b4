import type { Grammar, Rule } from "./grammar.ts";

const COMMON =
  "-a --account -p --project -o --org --output --format -t --token --api-key --profile --config -c --env --environment --auth-token --url --name --id --limit -n --team".split(
    " ",
  );

function saas(
  tool: string,
  reads: string,
  rules: readonly Rule[] = [],
  local = "login, logout, init, configure, config",
  secrets = "",
): Grammar {
  return {
    tool,
    values: COMMON,
    names: ["-p", "--project", "--env", "--environment", "-o", "--org", "--profile", "-a", "--account"],
    reads,
    local,
    secrets,
    rules,
  };
}

/** Command lines of services that companies run on. Objects and verbs that no table names are judged by their words. */
export const SAAS: Readonly<Record<string, Grammar>> = {
  stripe: {
    ...saas(
      "stripe",
      "logs, status, version, get, resources, community, open, samples list, whoami",
      [
        { on: "delete", verb: "delete", kind: "stripe.object" },
        { on: "post", verb: "change", kind: "stripe.object", reversibility: "R4" },
        {
          on: "refunds create, payment_intents create|confirm|capture, charges create|capture, payouts create, transfers create, invoices pay|send|finalize_invoice, topups create",
          verb: "send",
          kind: "stripe.payment",
        },
        {
          on: "customers delete, subscriptions cancel, products delete, webhook_endpoints delete, coupons delete",
          verb: "delete",
          kind: "stripe.object",
        },
      ],
      "login, logout, config, samples create, listen, serve, completion",
    ),
    values: [
      ...COMMON,
      "-d",
      "--data",
      "-e",
      "--expand",
      "--forward-to",
      "--events",
      "-i",
      "--idempotency",
      "--stripe-account",
      "--stripe-version",
      "-s",
      "--show-headers-x",
    ],
    flags: ["--live", "--confirm", "--skip-verify"],
    rules: [
      {
        on: "trigger, fixtures",
        verb: "execute",
        kind: "stripe.test",
        reversibility: "R1",
        marks: ["additive"],
      },
      { on: "delete", verb: "delete", kind: "stripe.object" },
      { on: "post", verb: "change", kind: "stripe.object", reversibility: "R4" },
      {
        on: "refunds create, payment_intents create|confirm|capture, charges create|capture, payouts create, transfers create, invoices pay|send|finalize_invoice, topups create",
        verb: "send",
        kind: "stripe.payment",
      },
      {
        on: "customers delete, subscriptions cancel, products delete, webhook_endpoints delete, coupons delete",
        verb: "delete",
        kind: "stripe.object",
      },
    ],
  },
  twilio: saas(
    "twilio",
    "profiles:list, phone-numbers:list, debugger:logs:list, autocomplete, help, plugins",
    [
      {
        on: "api:core:messages:create, api:core:calls:create, email:send",
        verb: "send",
        kind: "twilio.message",
      },
      {
        on: "phone-numbers:update, phone-numbers:remove",
        verb: "change",
        kind: "twilio.phone-number",
        reversibility: "R4",
      },
    ],
    "login, profiles:create, profiles:use, plugins:install, serverless:init, serverless:start",
  ),
  sendgrid: saas("sendgrid", "list", [{ on: "send, mail send", verb: "send", kind: "sendgrid.mail" }]),
  slack: saas(
    "slack",
    "app list, auth list, list, doctor, platform activity, version, trigger list, env list, datastore query, datastore get",
    [
      { on: "deploy, platform deploy, run", verb: "change", kind: "slack.app" },
      {
        on: "app delete, delete, uninstall, app uninstall, trigger delete, datastore delete",
        verb: "delete",
        kind: "slack.app",
      },
      { on: "chat send", verb: "send", kind: "slack.message" },
    ],
    "login, logout, create, init, auth login",
  ),
  shopify: saas(
    "shopify",
    "theme list|info|check, app info|versions|logs, version, whoami, theme package, theme language-server",
    [
      {
        on: "theme push, theme publish, app deploy, app release, hydrogen deploy, theme rename",
        verb: "change",
        kind: "shopify.theme",
        reversibility: "R3",
      },
      { on: "theme delete", verb: "delete", kind: "shopify.theme" },
    ],
    "theme dev, theme pull, theme init, app dev, app build, app init, app generate, app config, auth, hydrogen dev, hydrogen build, hydrogen init, theme serve, login, logout",
  ),
  auth0: saas(
    "auth0",
    "tenants list, apps list|show, apis list|show, users search|show, roles list|show, logs list|tail, rules list, actions list|show, orgs list, domains list, test, email templates show, attack-protection show",
    [
      {
        on: "apps delete, apis delete, users delete, roles delete, orgs delete, actions delete, rules delete, domains delete, logs streams delete",
        verb: "delete",
        kind: "auth0.object",
      },
      {
        on: "users roles assign, users roles add, roles permissions add",
        verb: "escalate",
        kind: "auth0.role",
        reversibility: "R1",
      },
      {
        on: "actions deploy, apps update, apis update, users update, orgs update, universal-login update, tf generate",
        verb: "change",
        kind: "auth0.object",
        reversibility: "R3",
      },
    ],
    "login, logout, tenants use, quickstarts",
    "test token, api",
  ),
  "sentry-cli": saas(
    "sentry",
    "info, releases list|info|propose-version, projects list, organizations list, issues list, events list, repos list, monitors list, debug-files check|find, sourcemaps explain|resolve, help, logs list, build snapshots",
    [
      {
        on: "releases new|finalize|set-commits|deploys|archive|restore, deploys new, sourcemaps inject",
        verb: "create",
        kind: "sentry.release",
      },
      {
        on: "sourcemaps upload, debug-files upload, upload-dif, upload-proguard, send-event, send-envelope, send-metric, build upload",
        verb: "create",
        kind: "sentry.artifact",
        marks: ["upload"],
      },
      { on: "releases delete, files delete", verb: "delete", kind: "sentry.release" },
      { on: "issues mute|resolve|unresolve, monitors run", verb: "change", kind: "sentry.issue" },
    ],
    "login, update, completions",
  ),
  ldcli: saas(
    "launchdarkly",
    "flags list|get, projects list|get, environments list|get, members list, segments list|get, teams list",
    [
      {
        on: "flags toggle-on|toggle-off|update|archive, toggle-on, toggle-off, segments update",
        verb: "change",
        kind: "launchdarkly.flag",
      },
      {
        on: "flags delete, projects delete, environments delete, segments delete",
        verb: "delete",
        kind: "launchdarkly.flag",
      },
    ],
    "config, login, dev-server, quickstart",
  ),
  pd: saas(
    "pagerduty",
    "incident list|log|notes, service list, schedule list|show, user list, team list, auth list, rest get, rest fetch, analytics",
    [
      {
        on: "incident ack|resolve|assign|merge|priority|set|rename|responder|subscriber, service disable|enable, user set",
        verb: "change",
        kind: "pagerduty.incident",
      },
      { on: "rest post|put, incident create, schedule override", verb: "send", kind: "pagerduty.incident" },
      {
        on: "rest delete, team delete, schedule delete, service delete",
        verb: "delete",
        kind: "pagerduty.object",
      },
    ],
  ),
  "datadog-ci": saas("datadog", "version, lambda flare, synthetics list, dora list, gate evaluate", [
    {
      on: "lambda instrument|uninstrument, cloud-run instrument|uninstrument, stepfunctions instrument|uninstrument, aas instrument",
      verb: "change",
      kind: "datadog.instrumentation",
    },
    {
      on: "junit upload, sourcemaps upload, sarif upload, sbom upload, coverage upload, dsyms upload, git-metadata upload, tag, measure, metric, dora deployment, trace, deployment mark|correlate, flutter-symbols upload, react-native upload",
      verb: "create",
      kind: "datadog.artifact",
      marks: ["upload"],
    },
    {
      on: "synthetics run-tests, synthetics upload-application, synthetics deploy-tests",
      verb: "execute",
      kind: "datadog.synthetics",
    },
  ]),
  ngrok: saas(
    "ngrok",
    "config check, version, help, diagnose, credits, update --check",
    [
      {
        on: "http, tcp, tls, start, tunnel, service",
        verb: "expose",
        kind: "ngrok.tunnel",
        reversibility: "R1",
        advice:
          "it opens a port of this machine to everybody: add --oauth or --basic-auth, and close it afterwards",
      },
    ],
    "config add-authtoken, config edit, update, config upgrade, completion",
  ),
  cloudflared: saas(
    "cloudflared",
    "version, help, tunnel list|info, tail, access token",
    [
      {
        on: "tunnel run, tunnel, access tcp, tunnel --url",
        verb: "expose",
        kind: "cloudflare.tunnel",
        reversibility: "R1",
      },
      { on: "tunnel delete, tunnel cleanup", verb: "delete", kind: "cloudflare.tunnel" },
      { on: "tunnel route", verb: "change", kind: "cloudflare.dns" },
      { on: "service install", verb: "change", kind: "cloudflare.service" },
    ],
    "login, tunnel login, update",
  ),
  localtunnel: saas("localtunnel", "", [
    { on: "*", verb: "expose", kind: "localtunnel.tunnel", reversibility: "R1" },
  ]),
  lt: {
    ...saas("localtunnel", "", [
      { on: "*", verb: "expose", kind: "localtunnel.tunnel", reversibility: "R1" },
    ]),
    values: ["-p", "--port"],
  },
  tailscale: saas(
    "tailscale",
    "status, ip, ping, netcheck, version, whois, dns, metrics, exit-node list, bugreport, debug, funnel status, serve status, licenses",
    [
      { on: "funnel, serve", verb: "expose", kind: "tailscale.funnel", reversibility: "R1" },
      {
        on: "up, down, login, logout, set, switch, lock",
        verb: "change",
        kind: "tailscale.network",
        reversibility: "R1",
      },
      { on: "ssh", verb: "execute", kind: "tailscale.host" },
    ],
  ),
  temporal: saas(
    "temporal",
    "workflow list|show|describe|count|query|stack|trace, schedule list|describe, task-queue describe, operator namespace list|describe, operator cluster, batch list|describe, env list|get",
    [
      {
        on: "workflow terminate|delete|cancel|reset, schedule delete, operator namespace delete, activity fail",
        verb: "delete",
        kind: "temporal.workflow",
      },
      {
        on: "workflow start|execute|signal|update, schedule create|trigger|update",
        verb: "execute",
        kind: "temporal.workflow",
      },
    ],
    "server start-dev, env set",
  ),
  confluent: saas(
    "kafka",
    "kafka cluster list|describe, kafka topic list|describe, environment list, login, context list, kafka topic consume",
    [
      {
        on: "kafka topic delete, kafka cluster delete, environment delete, schema-registry schema delete, connect cluster delete",
        verb: "delete",
        kind: "kafka.topic",
      },
      { on: "kafka topic produce", verb: "send", kind: "kafka.topic" },
      {
        on: "kafka acl create, iam rbac role-binding create, api-key create",
        verb: "escalate",
        kind: "kafka.acl",
        reversibility: "R1",
      },
    ],
  ),
  circleci: saas(
    "circleci",
    "version, config validate|process, diagnostic, info, orb list|info|source|validate, context list|show, pipeline list, policy",
    [
      {
        on: "context delete, context remove-secret, runner resource-class delete",
        verb: "delete",
        kind: "circleci.context",
      },
      {
        on: "orb publish, context create, context store-secret, pipeline run, namespace create",
        verb: "change",
        kind: "circleci.object",
        reversibility: "R3",
      },
    ],
    "setup, local execute, update, config pack, orb init, orb pack, completion",
  ),
};
