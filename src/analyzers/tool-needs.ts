import { isCredentialVariable } from "./credentials.ts";
import { secretPlaces, type Variables } from "./secret-places.ts";

/** The credentials that one tool needs for its own work. */
export interface ToolNeeds {
  /** Names of secret places, as `secretPlaces` calls them: below home, or the variable that names the place. */
  readonly places: readonly string[];
  /** Variables by name. */
  readonly variables: RegExp;
}

/** What a line with these understood tools, and something that nobody could read beside them, is given. */
export interface Withheld {
  /** Absolute paths that the command gets empty. */
  readonly masked: readonly string[];
  /** Names of variables that it does not get. */
  readonly variables: readonly string[];
}

/**
 * What is kept from a command in which only `tools` are understood and need credentials (program names, none at
 * all for a program on its own). What one tool gets, everything else on the line can read.
 */
export function withheldFrom(
  tools: readonly string[],
  setting: { readonly home: string; readonly workspace: string | undefined },
  environment: Variables,
): Withheld {
  const needs = tools.flatMap((tool) => toolNeeds(tool) ?? []);
  const kept = new Set(needs.flatMap((need) => need.places));
  return {
    masked: secretPlaces(setting, environment)
      .filter(({ name }) => !kept.has(name))
      .map(({ path }) => path),
    variables: Object.entries(environment)
      .filter(([name, value]) => isCredentialVariable(name, value ?? ""))
      .map(([name]) => name)
      .filter((name) => !needs.some((need) => need.variables.test(name))),
  };
}

/** What a program itself needs, by its name; `undefined` for one that needs no credential or is not known to. */
export function toolNeeds(program: string): ToolNeeds | undefined {
  return NEEDS.get(program);
}

const AWS = [".aws", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"];
const GOOGLE = [
  ".config/gcloud",
  ".boto",
  "CLOUDSDK_CONFIG",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "BOTO_CONFIG",
];
const AZURE = [".azure", "AZURE_CONFIG_DIR"];
const KUBERNETES = [".kube", "KUBECONFIG"];
const REGISTRIES = [
  ".docker/config.json",
  ".docker/contexts/tls",
  ".dockercfg",
  ".config/containers/auth.json",
  "DOCKER_CONFIG",
  "REGISTRY_AUTH_FILE",
];
const SSH = [".ssh"];
const NETRC = [".netrc", "_netrc", "NETRC"];
const NPM = [".npmrc", "NPM_CONFIG_USERCONFIG", "npm_config_userconfig"];
const PYTHON = [".pip/pip.conf", ".config/pip/pip.conf", "PIP_CONFIG_FILE", ...NETRC];
const GITHUB = [".config/gh", "GH_CONFIG_DIR"];

/**
 * By program, from the documentation of each. `git` and what it drives get the keys of ssh, since only the address
 * of a remote says which of the two ways is used. A cluster whose sign-in runs a cloud's tool is not served: such a
 * command runs well on a line of its own, where everything is understood.
 */
const NEEDS: ReadonlyMap<string, ToolNeeds> = new Map([
  ...need("aws aws-vault sam cdk eb eksctl copilot chalice", AWS, /^AWS_/),
  ...need("gcloud gsutil bq", GOOGLE, /^(CLOUDSDK|GOOGLE|GCLOUD|BOTO)_/),
  ...need("az azd func", AZURE, /^(AZURE|ARM)_/),
  ...need(
    "kubectl oc k9s stern kubectx kubens kustomize argocd flux",
    [...KUBERNETES, ".config/argocd", ".argocd"],
    /^(KUBE|ARGOCD)/,
  ),
  ...need(
    "helm helmfile skaffold tilt",
    [...KUBERNETES, ...REGISTRIES, ".config/helm/registry/config.json", "HELM_REGISTRY_CONFIG"],
    /^(KUBE|HELM|DOCKER_)/,
  ),
  ...need(
    "terraform tofu terragrunt",
    [".terraform.d/credentials.tfrc.json", ".terraformrc", "TF_CLI_CONFIG_FILE", ...AWS, ...GOOGLE, ...AZURE],
    /^(TF_|AWS_|GOOGLE_|CLOUDSDK_|AZURE_|ARM_|DIGITALOCEAN_|CLOUDFLARE_|HCLOUD_)/,
  ),
  ...need(
    "pulumi",
    [".pulumi/credentials.json", "PULUMI_HOME", ...AWS, ...GOOGLE, ...AZURE],
    /^(PULUMI_|AWS_|GOOGLE_|CLOUDSDK_|AZURE_|ARM_)/,
  ),
  ...need(
    "docker podman nerdctl buildah skopeo crane oras docker-compose",
    REGISTRIES,
    /^(DOCKER_|CONTAINER_HOST|REGISTRY_AUTH_FILE|BUILDKIT_HOST)/,
  ),
  ...need("gh hub", [...GITHUB, ".config/hub"], /^(GH_|GITHUB_)/),
  ...need("glab", [".config/glab-cli", "GLAB_CONFIG_DIR"], /^(GITLAB_|GLAB_|CI_JOB_TOKEN$)/),
  ...need(
    "git git-lfs jj",
    [...SSH, ...NETRC, ...GITHUB, ".git-credentials", ".config/git/credentials"],
    /^(SSH_AUTH_SOCK$|GIT_|GH_TOKEN$|GITHUB_TOKEN$)/,
  ),
  ...need("hg svn", [...SSH, ".subversion/auth"], /^SSH_AUTH_SOCK$/),
  ...need("ssh scp sftp rsync mosh autossh ssh-copy-id", SSH, /^(SSH_AUTH_SOCK|SSHPASS)$/),
  ...need("ansible ansible-playbook ansible-galaxy", SSH, /^(SSH_AUTH_SOCK$|ANSIBLE_)/),
  ...need(
    "npm npx pnpm pnpx bun bunx",
    [...NPM, ".config/pnpm/rc"],
    /^(NPM_|npm_config_|NODE_AUTH_TOKEN$|PNPM_)/,
  ),
  ...need("yarn yarnpkg", [...NPM, ".yarnrc.yml"], /^(YARN_|NPM_|npm_config_|NODE_AUTH_TOKEN$)/),
  ...need("pip pip3 pipx", PYTHON, /^PIP_/),
  ...need("uv uvx", [...PYTHON, ".local/share/uv/credentials"], /^(UV_|PIP_)/),
  ...need("poetry pdm hatch", [...PYTHON, ".config/pypoetry/auth.toml"], /^(POETRY_|PDM_|HATCH_|PIP_)/),
  ...need("twine flit", [".pypirc", ...NETRC], /^(TWINE_|FLIT_)/),
  ...need("conda mamba micromamba", NETRC, /^(CONDA_|ANACONDA_)/),
  ...need("cargo", [".cargo/credentials", ".cargo/credentials.toml", "CARGO_HOME"], /^CARGO_/),
  ...need("go", NETRC, /^GO[A-Z]*$/),
  ...need(
    "gem bundle bundler",
    [".gem/credentials", ".local/share/gem/credentials"],
    /^(GEM_|BUNDLE_|RUBYGEMS_)/,
  ),
  ...need("composer", [".composer/auth.json", ".config/composer/auth.json", "COMPOSER_HOME"], /^COMPOSER_/),
  ...need("mvn mvnw", [".m2/settings.xml", ".m2/settings-security.xml"], /^(MAVEN_|MVNW_)/),
  ...need("gradle gradlew", [".gradle/gradle.properties", "GRADLE_USER_HOME"], /^(GRADLE_|ORG_GRADLE_)/),
  ...need(
    "dotnet nuget",
    [".nuget/NuGet/NuGet.Config", ".config/NuGet/NuGet.Config"],
    /^(NUGET_|VSS_NUGET_)/,
  ),
  ...need("mix", [], /^HEX_/),
  ...need("curl wget http https xh", NETRC, /^$/),
  ...need(
    "psql pg_dump pg_restore pg_dumpall createdb dropdb pgcli",
    [".pgpass", ".pg_service.conf", "PGPASSFILE", "PGSERVICEFILE"],
    /^PG[A-Z]+$/,
  ),
  ...need(
    "mysql mysqldump mysqladmin mariadb mariadb-dump mycli",
    [".my.cnf", ".mylogin.cnf"],
    /^(MYSQL|MARIADB)_/,
  ),
  ...need("redis-cli", [], /^REDIS/),
  ...need("mongosh mongo mongodump mongorestore", [], /^MONGO/),
  ...need(
    "vercel",
    [".local/share/com.vercel.cli", ".config/com.vercel.cli", ".vercel/auth.json"],
    /^VERCEL_/,
  ),
  ...need("netlify", [".netlify/config.json", ".config/netlify"], /^NETLIFY_/),
  ...need("fly flyctl", [".fly/config.yml"], /^FLY_/),
  ...need("heroku", NETRC, /^HEROKU_/),
  ...need("railway", [".railway/config.json"], /^RAILWAY_/),
  ...need("supabase", [".supabase/access-token"], /^SUPABASE_/),
  ...need("wrangler", [".wrangler/config", ".config/.wrangler/config"], /^(CLOUDFLARE|CF)_/),
  ...need(
    "firebase",
    [".config/configstore/firebase-tools.json", "GOOGLE_APPLICATION_CREDENTIALS"],
    /^(FIREBASE_|GOOGLE_)/,
  ),
  ...need("doctl", [".config/doctl"], /^DIGITALOCEAN_/),
  ...need("hcloud", [".config/hcloud"], /^HCLOUD_/),
  ...need("stripe", [".config/stripe"], /^STRIPE_/),
  ...need("sentry-cli", [".sentryclirc"], /^SENTRY_/),
  ...need("snowsql snow", [".snowsql/config", ".snowflake"], /^(SNOWSQL|SNOWFLAKE)_/),
  ...need("databricks", [".databrickscfg"], /^DATABRICKS_/),
  ...need("dbt", [".dbt/profiles.yml"], /^(DBT_|SNOWFLAKE_)/),
  ...need("vault", [".vault-token", "VAULT_CONFIG_PATH"], /^VAULT_/),
  ...need("op", [".config/op"], /^OP_/),
  ...need("rclone", [".config/rclone", ".rclone.conf"], /^RCLONE_/),
  ...need("s3cmd", [".s3cfg", ...AWS], /^AWS_/),
  ...need(
    "huggingface-cli hf",
    [
      ".cache/huggingface/token",
      ".cache/huggingface/stored_tokens",
      ".huggingface/token",
      "HF_HOME",
      "HF_TOKEN_PATH",
    ],
    /^(HF_|HUGGING)/,
  ),
]);

function need(
  programs: string,
  places: readonly string[],
  variables: RegExp,
): readonly (readonly [string, ToolNeeds])[] {
  return programs.split(" ").map((program) => [program, { places, variables }] as const);
}
