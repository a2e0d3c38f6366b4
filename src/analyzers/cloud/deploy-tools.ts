import type { Grammar, Rule } from "./grammar.ts";

const CHANGE_SET = "make a change set and read its Replacement column first";

function deploys(on: string, kind: string, advice: string): Rule {
  return { on, verb: "change", kind, reversibility: "R3", advice };
}

function destroys(on: string, kind: string, advice?: string): Rule {
  return { on, verb: "delete", kind, ...(advice ? { advice } : {}) };
}

const AWS_VALUES = "--profile --region --endpoint-url --role-arn -r".split(" ");

/** Tools that put AWS stacks up and take them down. */
export const AWS_DEPLOY_TOOLS: Readonly<Record<string, Grammar>> = {
  cdk: {
    tool: "cdk",
    values: [
      ..."-a --app -c --context -p --plugin --proxy -o --output --toolkit-stack-name --parameters -O --outputs-file --change-set-name --method --require-approval --language -l --template-path --concurrency --build-exclude -E --ca-bundle-path --tags -t --toolkit-bucket-name".split(
        " ",
      ),
      ...AWS_VALUES,
    ],
    flags:
      "-v --verbose --debug --trace --strict --no-color --json -j --ci --all --force -f --hotswap --exclusively -e --quiet -q --no-rollback --watch".split(
        " ",
      ),
    names: ["--profile", "-c", "--context"],
    variables: ["AWS_PROFILE"],
    reads:
      "diff, synth, synthesize, ls, list, doctor, docs, doc, metadata, notices, drift, flags, cli-telemetry, context",
    local: "init, acknowledge, ack, migrate, watch --dry-run",
    rules: [
      deploys(
        "deploy, watch, import, refactor",
        "cdk.stack",
        "use `cdk deploy --method=prepare-change-set` and read the change set",
      ),
      destroys("destroy", "cdk.stack", "set RemovalPolicy.RETAIN on what holds data first"),
      { on: "bootstrap", verb: "change", kind: "cdk.bootstrap" },
      destroys("gc", "cdk.assets"),
      { on: "rollback", verb: "change", kind: "cdk.stack", reversibility: "R3" },
    ],
  },
  sam: {
    tool: "sam",
    values: [
      ..."-t --template --template-file --stack-name --s3-bucket --s3-prefix --config-env --config-file --parameter-overrides --capabilities -b --build-dir --base-dir -n --name --runtime -r --event -e --env-vars -p --port".split(
        " ",
      ),
      ...AWS_VALUES,
    ],
    names: ["--stack-name", "--config-env", "--profile"],
    reads: "validate, list, logs, traces, docs, remote test-event list|get",
    local: "build, init, local, package, pipeline init",
    rules: [
      deploys(
        "deploy, sync",
        "cloudformation.stack",
        "use `sam deploy --no-execute-changeset` and read the change set",
      ),
      destroys("delete", "cloudformation.stack"),
      { on: "publish", verb: "create", kind: "sam.application" },
      { on: "remote invoke", verb: "execute", kind: "aws.lambda.function" },
      { on: "pipeline bootstrap", verb: "change", kind: "sam.pipeline" },
    ],
  },
  copilot: {
    tool: "copilot",
    values: [
      ..."-a --app -e --env -n --name -t --type --tag --task-group-name --cluster --image --command -c".split(
        " ",
      ),
      ...AWS_VALUES,
    ],
    names: ["-e", "--env", "-n", "--name"],
    reads:
      "app ls|show, env ls|show, svc ls|show|status|logs, job ls|logs, pipeline ls|show|status, version, docs, completion, app list, env list, svc package, env package, task list",
    local: "svc init, job init, env init, storage init, pipeline init",
    rules: [
      destroys("app delete", "copilot.app"),
      destroys("env delete", "copilot.environment"),
      destroys("svc delete, job delete, task delete, pipeline delete", "copilot.service"),
      deploys(
        "deploy, env deploy, svc deploy, job deploy, pipeline deploy, init, app init, app upgrade",
        "copilot.service",
        CHANGE_SET,
      ),
      { on: "svc exec, task exec, task run, job run, run local", verb: "execute", kind: "copilot.task" },
      { on: "svc pause", verb: "stop", kind: "copilot.service", reversibility: "R1" },
    ],
  },
  amplify: {
    tool: "amplify",
    values: ["--profile", "--envName", "--env", "--branch", "--app-id", "--stack", "--identifier"],
    names: ["--envName", "--env", "--branch", "--identifier"],
    reads: "status, env list|get, diagnose, version, console, help, info, mock, codegen, generate",
    local: "init, add, configure, mock, sandbox --once, update, env checkout, pull, codegen, remove",
    rules: [
      destroys("delete", "amplify.project"),
      destroys("env remove", "amplify.environment"),
      destroys("sandbox delete", "amplify.sandbox"),
      deploys(
        "push, publish, deploy, pipeline-deploy, sandbox, env add, export",
        "amplify.environment",
        "read `amplify status` first",
      ),
    ],
  },
  sst: {
    tool: "sst",
    values: ["--stage", "--profile", "--region", "--target", "--config", "--to"],
    names: ["--stage"],
    reads: "version, diff, secret list, state list, telemetry, console, cert",
    local: "init, install, add, upgrade, tunnel install, build",
    secrets: "secret get, shell, state export",
    rules: [
      destroys("remove", "sst.stage", 'set removal: "retain" on what holds data first'),
      deploys("deploy, dev, refresh", "sst.stage", "read `sst diff` first"),
      {
        on: "secret set|load, unlock, state edit|repair",
        verb: "change",
        kind: "sst.secret",
        reversibility: "R3",
      },
      destroys("secret remove, state remove", "sst.secret"),
    ],
  },
  eb: {
    tool: "elasticbeanstalk",
    values: [
      ..."-e --environment -a --application -l --label -m --message --timeout -c --cname -p --platform --instance_type --tier --cfg --envvars --source --staged -i -n --number".split(
        " ",
      ),
      ...AWS_VALUES,
    ],
    flags: ["-v", "--verbose", "--quiet", "--debug", "--all", "--force"],
    names: ["-e", "--environment"],
    reads:
      "status, list, logs, events, health, printenv, config list|get, platform list|show|status, appversion --list, console, open, labs, tags -l",
    local: "init, use, local, config save",
    rules: [
      destroys(
        "terminate",
        "elasticbeanstalk.environment",
        "decouple the database or set its retention to Snapshot first",
      ),
      {
        on: "rebuild",
        verb: "replace",
        kind: "elasticbeanstalk.environment",
        advice: "deploy a new version in place (eb deploy) or go blue/green and swap the CNAME",
      },
      deploys(
        "deploy, upgrade, create, clone, restore, config, setenv, scale, swap, migrate",
        "elasticbeanstalk.environment",
        "deploy to a clone and swap",
      ),
      { on: "abort, restart", verb: "stop", kind: "elasticbeanstalk.environment", reversibility: "R1" },
      { on: "ssh, codesource", verb: "execute", kind: "elasticbeanstalk.instance" },
    ],
  },
  "ecs-cli": {
    tool: "ecs",
    values: [
      "--cluster",
      "-c",
      "--cluster-config",
      "--ecs-profile",
      "--project-name",
      "-p",
      "-f",
      "--file",
      ...AWS_VALUES,
    ],
    names: ["--cluster", "-c", "--cluster-config"],
    reads: "ps, images, logs, check-attributes, compose ps, compose service ps, license",
    local: "configure, local, compose create",
    rules: [
      destroys("down", "ecs.cluster"),
      destroys("compose service rm|delete|down, compose down, compose rm", "ecs.service"),
      { on: "compose stop, compose service stop", verb: "stop", kind: "ecs.service", reversibility: "R1" },
      {
        on: "up, scale, compose up, compose service up|create|start|scale, compose start, push",
        verb: "change",
        kind: "ecs.service",
      },
    ],
  },
  eksctl: {
    tool: "eks",
    values: [
      "-f",
      "--config-file",
      "-n",
      "--name",
      "--cluster",
      "--nodegroup",
      "--node-type",
      "--nodes",
      "--version",
      "--namespace",
      ...AWS_VALUES,
    ],
    names: ["-n", "--name", "--cluster"],
    reads:
      "get, info, version, utils describe-stacks, utils describe-addon-versions, utils schema, completion, anywhere",
    local: "utils write-kubeconfig",
    rules: [
      destroys("delete cluster", "eks.cluster", "back the cluster up (Velero) first"),
      destroys("delete", "eks.resource"),
      { on: "drain", verb: "stop", kind: "eks.nodegroup", reversibility: "R1" },
      {
        on: "create iamidentitymapping, create iamserviceaccount, create podidentityassociation, create accessentry",
        verb: "escalate",
        kind: "eks.identity",
        reversibility: "R1",
      },
      {
        on: "create, scale, upgrade, update, enable, associate, register, set, unset, utils, apply",
        verb: "change",
        kind: "eks.cluster",
        reversibility: "R3",
      },
    ],
  },
};

/** Pulumi: its own file names it, the table stands with its relatives. */
export const PULUMI: Grammar = {
  tool: "pulumi",
  values:
    "-s --stack -C --cwd -t --target -r --replace -m --message -p --parallel -c --config --config-file --target-replace --policy-pack --secrets-provider --file --save-plan --plan --exec-kind --generate --dir -o --out --color".split(
      " ",
    ),
  flags:
    "-y --yes --diff -d --json -j --non-interactive --refresh -f --skip-preview --show-sames --suppress-outputs -e --emoji --logtostderr --verbose --debug".split(
      " ",
    ),
  names: ["-r", "--replace", "-t", "--target", "-s", "--stack", "-C", "--cwd"],
  variables: ["PULUMI_STACK"],
  reads:
    "preview, pre, stack ls, stack, stack graph, stack history, stack tag ls, stack tag get, config, config get, logs, whoami, about, version, plugin ls, policy ls, schema, org, console, stack output, view-trace, state list, env ls, env get, convert, package, gen-completion",
  secrets: "stack export, env open",
  local:
    "new, login, logout, install, plugin install, stack select, stack init, config set, config rm, config set-all, plugin rm, refresh --preview-only, stack unselect, config cp, config refresh",
  rules: [
    {
      on: "destroy, down, dn",
      verb: "delete",
      kind: "pulumi.stack",
      marks: ["bulk"],
      advice: "read `pulumi preview --diff` and use --target",
    },
    {
      on: "up, update",
      verb: "replace",
      kind: "pulumi.resource",
      when: ["-r", "--replace", "--target-replace"],
    },
    {
      on: "up, update, watch, deployment run, env run",
      verb: "change",
      kind: "pulumi.stack",
      reversibility: "R4",
      advice: "read `pulumi preview --diff --save-plan` and apply with --plan",
    },
    { on: "refresh", verb: "change", kind: "pulumi.state", reversibility: "R2" },
    { on: "stack rm", verb: "delete", kind: "pulumi.stack" },
    { on: "state delete", verb: "delete", kind: "pulumi.state", reversibility: "R2" },
    { on: "state unprotect", verb: "remove-protection", kind: "pulumi.resource" },
    {
      on: "state rename, state move, state edit, state repair, import, stack import, stack rename, stack change-secrets-provider",
      verb: "change",
      kind: "pulumi.state",
      reversibility: "R2",
      advice: "keep a copy first: pulumi stack export > FILE",
    },
    { on: "cancel", verb: "stop", kind: "pulumi.update", reversibility: "R3" },
    {
      on: "stack output",
      verb: "read",
      kind: "pulumi.output",
      when: ["--show-secrets"],
      reversibility: "R1",
      marks: ["secret"],
    },
    {
      on: "config, config get",
      verb: "read",
      kind: "pulumi.config",
      when: ["--show-secrets"],
      reversibility: "R1",
      marks: ["secret"],
    },
  ],
};
