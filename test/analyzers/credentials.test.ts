import { describe, expect, it } from "vitest";
import { isCredentialVariable } from "../../src/analyzers/credentials.ts";
import { secretPlaces } from "../../src/analyzers/secret-places.ts";
import { holdsSecrets, isSecret } from "../../src/analyzers/sensitive.ts";
import { toolNeeds, withheldFrom } from "../../src/analyzers/tool-needs.ts";
import { SETTING } from "./check.ts";

/** Put together here, so that no scanner takes a test for a leak. */
const fake = (...parts: readonly string[]) => parts.join("");

const split = (line: string): readonly (readonly [string, string])[] =>
  line.split("\n").flatMap((row) => {
    const [name, ...value] = row.trim().split("=");
    return name ? [[name, value.join("=") || "k3J9xQ2mPz7w"] as const] : [];
  });

const CREDENTIALS = split(`
  AWS_ACCESS_KEY_ID
  AWS_SECRET_ACCESS_KEY
  AWS_SESSION_TOKEN
  AWS_PROFILE=prod
  AWS_SHARED_CREDENTIALS_FILE=/x
  AWS_WEB_IDENTITY_TOKEN_FILE=/x
  AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1
  GOOGLE_APPLICATION_CREDENTIALS=/home/dev/key.json
  CLOUDSDK_AUTH_ACCESS_TOKEN
  AZURE_CLIENT_SECRET
  ARM_CLIENT_SECRET
  ARM_ACCESS_KEY
  AZURE_STORAGE_CONNECTION_STRING=AccountName=x
  KUBECONFIG=/home/dev/.kube/prod
  KUBE_TOKEN
  DOCKER_HOST=tcp://10.0.0.1:2375
  DOCKER_AUTH_CONFIG={}
  DOCKER_PASSWORD
  SSH_AUTH_SOCK=/run/user/1000/agent
  GPG_AGENT_INFO=x
  DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus
  XAUTHORITY=/x
  KRB5CCNAME=/tmp/krb5cc_1
  GITHUB_TOKEN
  GH_TOKEN
  GH_ENTERPRISE_TOKEN
  GITLAB_TOKEN
  CI_JOB_TOKEN
  NPM_TOKEN
  NODE_AUTH_TOKEN
  npm_config__auth
  npm_config_//packages.example.com/:_authToken
  NPM_CONFIG__AUTH
  YARN_NPM_AUTH_TOKEN
  TWINE_PASSWORD
  PYPI_API_TOKEN
  POETRY_PYPI_TOKEN_PYPI
  POETRY_HTTP_BASIC_PRIVATE_PASSWORD
  UV_PUBLISH_TOKEN
  CARGO_REGISTRY_TOKEN
  CARGO_REGISTRIES_INTERNAL_TOKEN
  GEM_HOST_API_KEY
  BUNDLE_GEMS__CONTRIBSYS__COM=user:pass
  COMPOSER_AUTH={}
  NUGET_API_KEY
  VSS_NUGET_EXTERNAL_FEED_ENDPOINTS={}
  HEX_API_KEY
  PGPASSWORD=1234
  PGPASSFILE=/x
  MYSQL_PWD=x
  MYSQL_ROOT_PASSWORD=root
  REDISCLI_AUTH=x
  DATABASE_URL=postgres://app:hunter2secret@db.prod.example.com/app
  MONGODB_URI=mongodb+srv://app:hunter2secret@cluster0.example.net/app
  REDIS_URL=rediss://:hunter2secret@cache.example.com:6379
  AMQP_URL=amqps://u:hunter2secret@mq.example.com/x
  REPLICA_URLS=postgres://a:b@localhost/x,postgres://a:hunter2@prod.example.com/x
  HTTPS_PROXY=http://user:hunter2secret@proxy.example.com:3128
  PIP_INDEX_URL=https://user:hunter2secret@pypi.example.com/simple
  SQLSERVER=Server=db;User Id=sa;Password=hunter2;
  VAULT_TOKEN
  CONSUL_HTTP_TOKEN
  NOMAD_TOKEN
  TF_TOKEN_app_terraform_io
  TF_VAR_db_password
  TF_VAR_apiKey
  PULUMI_ACCESS_TOKEN
  PULUMI_CONFIG_PASSPHRASE
  DIGITALOCEAN_ACCESS_TOKEN
  CLOUDFLARE_API_TOKEN
  CF_API_KEY
  HCLOUD_TOKEN
  HEROKU_API_KEY
  VERCEL_TOKEN
  NETLIFY_AUTH_TOKEN
  FLY_API_TOKEN
  RAILWAY_TOKEN
  SUPABASE_ACCESS_TOKEN
  SUPABASE_SERVICE_ROLE_KEY
  STRIPE_SECRET_KEY
  STRIPE_API_KEY
  SENTRY_AUTH_TOKEN
  DATADOG_API_KEY
  DD_API_KEY
  DD_APP_KEY
  NEW_RELIC_LICENSE_KEY
  SLACK_BOT_TOKEN
  SLACK_WEBHOOK_URL=https://hooks.slack.com/x
  SLACK_SIGNING_SECRET
  TELEGRAM_BOT_TOKEN
  TWILIO_AUTH_TOKEN
  SENDGRID_API_KEY
  MAILGUN_API_KEY
  SMTP_PASSWORD
  SMTP_PASS
  EMAIL_PW
  OPENAI_API_KEY
  ANTHROPIC_API_KEY
  ANTHROPIC_AUTH_TOKEN
  CLAUDE_CODE_OAUTH_TOKEN
  GEMINI_API_KEY
  HF_TOKEN
  HUGGING_FACE_HUB_TOKEN
  LANGCHAIN_API_KEY
  SNOWFLAKE_PASSWORD
  DATABRICKS_TOKEN
  SECRET_KEY_BASE
  DJANGO_SECRET_KEY
  RAILS_MASTER_KEY
  APP_KEY=base64:k3J9xQ2mPz7w
  JWT_SECRET
  SESSION_SECRET
  NEXTAUTH_SECRET
  AUTH_SECRET
  COOKIE_SECRET
  ENCRYPTION_KEY
  SIGNING_KEY
  PRIVATE_KEY
  PRIVATE_KEY_BASE64
  SSH_PRIVATE_KEY
  DEPLOY_KEY
  GITHUB_PAT
  AZURE_DEVOPS_EXT_PAT
  BASIC_AUTH=user:pass
  ERLANG_COOKIE
  RELEASE_COOKIE
  SSHPASS
  RESTIC_PASSWORD
  RESTIC_PASSWORD_COMMAND=cat x
  BORG_PASSPHRASE
  OP_SERVICE_ACCOUNT_TOKEN
  OP_SESSION_my
  BW_SESSION
  ANSIBLE_VAULT_PASSWORD_FILE=/x
  DB_PASSWORD_FILE=/run/secrets/db
  dbPassword
  apiKey
  GIT_CONFIG_VALUE_0=AUTHORIZATION: basic x
  STRIPE_KEY=${fake("sk_", "live_", "51H8abcdefGHIJKLmnop")}
  ANYTHING=${fake("gh", "p_", "16C7e42F292c6912E7710c838347Ae178B4a")}
  SOME_URL=https://example.com/?access=${fake("AK", "IA", "IOSFODNN7EXAMPLF")}
  DATA=${fake("-----BEGIN RSA PRIV", "ATE KEY-----")}
`);

const HARMLESS = split(`
  PATH=/usr/bin:/bin
  HOME=/home/dev
  PWD=/home/dev/project
  OLDPWD=/home/dev
  USER=dev
  SHELL=/bin/bash
  TERM=xterm-256color
  LANG=C.UTF-8
  TMPDIR=/tmp
  EDITOR=vim
  PAGER=less
  DISPLAY=:0
  XDG_SESSION_ID=3
  XDG_RUNTIME_DIR=/run/user/1000
  TERM_SESSION_ID=w0t0p0
  LS_COLORS=di=01;34
  SSH_CLIENT=10.0.0.1 5 22
  SSH_TTY=/dev/pts/0
  SSH_ASKPASS=/usr/bin/ksshaskpass
  GIT_ASKPASS=/usr/bin/true
  GPG_TTY=/dev/pts/0
  GIT_AUTHOR_EMAIL=dev@example.com
  GIT_AUTHOR_NAME=Dev
  GIT_TERMINAL_PROMPT=0
  TOKENIZERS_PARALLELISM=false
  MAX_TOKENS=4096
  NUM_TOKENS=10
  OPENAI_MAX_TOKENS=1024
  TOKENS_PER_MINUTE=90000
  TOKEN_EXPIRY=3600
  ACCESS_TOKEN_TTL=900
  TOKEN_URL=https://auth.example.com/token
  OAUTH_TOKEN_ENDPOINT=https://auth.example.com/token
  OAUTH_CLIENT_ID=web
  AUTH_URL=https://auth.example.com
  AUTH_DOMAIN=example.com
  REQUIRE_AUTH=true
  DISABLE_AUTH=1
  KEYBOARD=us
  KEYMAP=us
  XKB_DEFAULT_LAYOUT=de
  MONKEY=wrench
  TURKEY=istanbul
  HOTKEY=ctrl-a
  COMPOSE_KEY=ralt
  CACHE_KEY=v1-linux
  PRIMARY_KEY=id
  SORT_KEY=createdAt
  PARTITION_KEY=tenant
  PUBLIC_KEY=abc
  STRIPE_PUBLISHABLE_KEY=abc
  NEXT_PUBLIC_API_URL=https://api.example.com
  PASSWORD_STORE_DIR=/home/dev/.password-store
  PASSWORD_MIN_LENGTH=12
  PASSWORD_HASHERS=argon2
  PASSWORD_RESET_URL=https://example.com/reset
  USE_PASSWORD=true
  SECRET_NAME=db
  SECRET_ARN=arn:aws:secretsmanager:eu-west-1:123:secret:x
  SECRETS_MANAGER_REGION=eu-west-1
  SECRETS_BACKEND=vault
  CREDENTIAL_HELPER=store
  SESSION_COOKIE_NAME=sid
  COMPASS=north
  BYPASS=no
  PASSENGER_APP_ENV=test
  AWS_REGION=eu-west-1
  AWS_DEFAULT_REGION=eu-west-1
  AWS_DEFAULT_OUTPUT=json
  AWS_PAGER=
  AZURE_LOCATION=westeurope
  GOOGLE_CLOUD_PROJECT=demo
  CLOUDSDK_CORE_PROJECT=demo
  KUBE_EDITOR=vim
  DOCKER_BUILDKIT=1
  COMPOSE_PROJECT_NAME=demo
  NODE_ENV=test
  NODE_OPTIONS=--max-old-space-size=4096
  npm_config_cache=/home/dev/.npm
  npm_config_registry=https://packages.example.com/
  npm_package_name=demo
  NPM_CONFIG_LOGLEVEL=warn
  PYTHONPATH=src
  VIRTUAL_ENV=/home/dev/project/.venv
  PIP_INDEX_URL=https://pypi.org/simple
  GOPATH=/home/dev/go
  GOPROXY=https://proxy.golang.org,direct
  CARGO_HOME=/home/dev/.cargo
  JAVA_HOME=/usr/lib/jvm/17
  GRADLE_OPTS=-Xmx2g
  RAILS_ENV=test
  DATABASE_URL=postgres://localhost/app_test
  DATABASE_URL=postgres://postgres:postgres@localhost:5432/app_test
  DATABASE_URL=postgres://postgres:postgres@127.0.0.1:5432/app_test?sslmode=disable
  DATABASE_URL=sqlite:///tmp/x.db
  REDIS_URL=redis://localhost:6379/0
  TEST_DB=postgres://postgres:postgres@[::1]:5432/x
  API_URL=https://api.example.com/v1
  HTTP_PROXY=http://127.0.0.1:3128
  NO_PROXY=localhost
  PORT=3000
  DEBUG=app:*
  CI=true
  GITHUB_ACTIONS=true
  GITHUB_SHA=8f14e45fceea167a5a36dedd4bea2543e19c3f5a
  GITHUB_REPOSITORY=a/b
  BUILD_ID=0f8fad5b-d9cb-469f-a165-70867728950e
  SENTRY_DSN=https://examplepublic@o0.ingest.sentry.io/0
  TF_VAR_region=eu-west-1
  TF_PLUGIN_CACHE_DIR=/home/dev/.terraform.d/plugin-cache
  TF_IN_AUTOMATION=1
  HF_HOME=/home/dev/.cache/huggingface
  PGHOST=localhost
  PGUSER=postgres
  PGDATABASE=app
  MYSQL_DATABASE=app
  VAULT_ADDR=https://vault.example.com
  SLACK_CHANNEL=#dev
  FEATURE_FLAG_KEY=new-ui
  STORAGE_KEY=drafts
  KEY_PREFIX=app
  SSL_CERT_FILE=/etc/ssl/cert.pem
  COLORTERM=truecolor
`).map(([name, value]) => [name, value === "k3J9xQ2mPz7w" ? "" : value] as const);

const check = (name: string, value: string, expected: boolean) =>
  expect(isCredentialVariable(name, value), `${name}=${value}`).toBe(expected);

describe("[A-credentials] a variable that is a credential, or leads to one, is told", () => {
  it.each(CREDENTIALS)("%s", (name, value) => check(name, value, true));
});

describe("[A-credentials] a variable that is none stays", () => {
  it.each(HARMLESS)("%s=%s", (name, value) => check(name, value, false));

  it("however long its value is, the answer is quick", () => {
    const value = `${"a:".repeat(200_000)}://${"x@".repeat(200_000)}`;
    const start = performance.now();
    check("ANYTHING", value, false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("[A-credentials] what is masked is a secret to the analysis as well", () => {
  it.each(secretPlaces(SETTING, {}).map(({ name, path }) => [name, path] as const))("~/%s", (_, path) => {
    expect(isSecret(path, SETTING) || holdsSecrets(path)).toBe(true);
  });

  const pathsFor = (environment: Readonly<Record<string, string>>) =>
    secretPlaces(SETTING, environment).map(({ path }) => path);

  it.each([
    [{ KUBECONFIG: "/home/dev/a:/home/dev/b" }, "/home/dev/b"],
    [{ GOOGLE_APPLICATION_CREDENTIALS: "/home/dev/keys/x" }, "/home/dev/keys/x"],
    [{ XDG_CONFIG_HOME: "/home/dev/.c" }, "/home/dev/.c/gcloud"],
    [{ CARGO_HOME: "/home/dev/.c" }, "/home/dev/.c/credentials.toml"],
    [{ AWS_CONFIG_FILE: "/mnt/keys/aws" }, "/mnt/keys/aws"],
  ])("%j moves it", (environment, path) => expect(pathsFor(environment)).toContain(path));

  it.each([
    "/",
    "/home",
    "/home/dev",
    "/home/dev/project",
    "/home/dev/x/..",
    "/usr/bin",
    "/etc/passwd",
    "x",
    `/${"a".repeat(5_000)}`,
  ])("KUBECONFIG=%s hides nothing more", (value) =>
    expect(pathsFor({ KUBECONFIG: value })).toEqual(pathsFor({})),
  );

  it("the workspace is never hidden", () => {
    const workspace = "/home/dev/.kube/project";
    const paths = secretPlaces({ home: "/home/dev", workspace }, {}).map(({ path }) => path);
    expect(paths).not.toContain("/home/dev/.kube");
  });
});

describe("[A-credentials] a tool gets what it needs itself", () => {
  const environment = {
    AWS_PROFILE: "prod",
    GITHUB_TOKEN: "x1y2z3",
    NPM_TOKEN: "x1y2z3",
    SSH_AUTH_SOCK: "/run/agent",
    PGPASSWORD: "x",
    KUBECONFIG: "/home/dev/kube/prod",
    PATH: "/usr/bin",
  };
  const keptBy = (tools: readonly string[]) => {
    const { masked, variables } = withheldFrom(tools, SETTING, environment);
    const places = secretPlaces(SETTING, environment).filter(({ path }) => !masked.includes(path));
    return [
      ...places.map(({ name }) => name),
      ...Object.keys(environment).filter((name) => !variables.includes(name)),
    ];
  };

  it.each([
    [[], ["PATH"]],
    [["make"], ["PATH"]],
    [["aws"], [".aws", "AWS_PROFILE", "PATH"]],
    [["kubectl"], ["KUBECONFIG", ".kube", ".config/argocd", ".argocd", "KUBECONFIG", "PATH"]],
    [
      ["git"],
      [
        ".ssh",
        ".git-credentials",
        ".config/git/credentials",
        ".netrc",
        "_netrc",
        ".config/gh",
        "GITHUB_TOKEN",
        "SSH_AUTH_SOCK",
        "PATH",
      ],
    ],
    [["npm"], [".npmrc", ".config/pnpm/rc", "NPM_TOKEN", "PATH"]],
    [["psql"], [".pgpass", ".pg_service.conf", "PGPASSWORD", "PATH"]],
    [["curl"], [".netrc", "_netrc", "PATH"]],
  ] as const)("%j keeps %j", (tools, kept) => expect(keptBy(tools).sort()).toEqual([...kept].sort()));

  it.each(
    "aws gcloud az kubectl helm terraform docker gh glab git npm pnpm yarn pip twine cargo ssh scp rsync psql mysql vercel netlify fly heroku".split(
      " ",
    ),
  )("%s names places and variables that exist", (tool) => {
    const needs = toolNeeds(tool);
    const known = new Set(secretPlaces(SETTING, ALL_MOVED).map(({ name }) => name));
    expect(needs?.places.filter((place) => !known.has(place))).toEqual([]);
  });
});

/** Every variable that moves a place, set. */
const ALL_MOVED = Object.fromEntries(
  "AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS CLOUDSDK_CONFIG BOTO_CONFIG AZURE_CONFIG_DIR KUBECONFIG DOCKER_CONFIG REGISTRY_AUTH_FILE HELM_REGISTRY_CONFIG GH_CONFIG_DIR GLAB_CONFIG_DIR NETRC NPM_CONFIG_USERCONFIG npm_config_userconfig PIP_CONFIG_FILE CARGO_HOME PGPASSFILE PGSERVICEFILE TF_CLI_CONFIG_FILE"
    .split(" ")
    .map((name) => [name, `/home/dev/moved/${name}`]),
);
