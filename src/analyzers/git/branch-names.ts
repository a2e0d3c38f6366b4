import type { Environment } from "../../core/effect.ts";

const ORDINARY_FIRST =
  /^(feat|feature|features|fix|bugfix|hotfix|chore|docs|doc|refactor|test|tests|ci|build|perf|style|dependabot|renovate|revert|user|users|dev|agent|claude|codex|cursor|copilot|kiro|wip|tmp|temp|topic|task|issue|issues|spike|poc|experiment|backup)[/_-]/i;
const PROTECTED =
  /^(main|master|trunk|mainline|default|develop|development|dev|stable|next|integration|int|staging|stage|stg|uat|qa|preprod|pre-prod|preview|canary|beta|gh-pages|pages|head|v?\d+(\.\d+)*[.-](x|stable|lts)|v?\d+\.\d+|lts.*)$/i;
const RELEASE = /^(releases?|rel|stable|support|maint|maintenance)(\/.+|[_-]v?\d.*)?$/i;
const PRODUCTION =
  /^(prod|prd|production|live|deploy|deployment|deployed|(prod|prd|production|live|deploy|deployment)\/.+|(prod|prd|production|live)[_-](?!(fix|bug|log|logs|test|doc|docs|ui|api-docs)$)[a-z]{2,4}([_-]?[a-z]*[_-]?\d+)?|deploy(ment)?[_-](prod|prd|production|live).*|(env|envs|environment|environments|release|branch)[/_-](prod|production|live)|[a-z0-9]+[/_-](prod|production))$/i;

/** What a branch is by its name. Names are conventions: only the forge knows which branches it protects. */
export type Standing = "ordinary" | "protected" | "release" | "production";

/** The standing of a branch, by the names that teams give their shared branches. */
export function standingOf(branch: string): Standing {
  const name = branch.replace(/^refs\/heads\//, "");
  if (name.includes("*")) return PRODUCTION.test(name.replace(/\/?\*.*$/, "")) ? "production" : "protected";
  if (ORDINARY_FIRST.test(name)) return "ordinary";
  if (PRODUCTION.test(name)) return "production";
  if (RELEASE.test(name)) return "release";
  return PROTECTED.test(name) ? "protected" : "ordinary";
}

/** Remotes whose pushes deploy (Heroku's and Dokku's default names), or that say what they are. */
export function remoteEnvironment(remote: string): Environment {
  if (/(^|[/@.:_-])(staging|stage|stg|uat|preprod)([/.:_-]|$)/i.test(remote)) return "staging";
  const host = /git\.heroku\.com|heroku\.com:/i.test(remote);
  return host || /^(heroku|dokku|caprover|piku|production|prod|prd|live|deploy)([_-].*)?$/i.test(remote)
    ? "production"
    : "development";
}
