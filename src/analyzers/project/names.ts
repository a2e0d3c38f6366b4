import type { Finding, Scene } from "../analyzer.ts";
import { effect, found } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { runsCode, wordsOf } from "./deeds.ts";

/** What the name of a task lets one expect, when its text cannot be read. */
export type NameClass = "ordinary" | "doubtful" | "dangerous";

const set = (list: string): ReadonlySet<string> => new Set(wordsOf(list));

const DESTROYS = set(
  `destroy destroyall drop dropall dropdb reset resetdb hardreset wipe wipeout purge nuke nukeall teardown truncate
   obliterate erase delete deleteall undeploy decommission terminate rollback unpublish deprovision fresh flush
   flushdb flushall annihilate demolish selfdestruct yank`,
);
const SHIPS = set(
  `deploy deploys redeploy publish publishall release releaseall ship shipit promote rollout golive cutover failover
   prod prd production provision apply hotfix`,
);
const ENVIRONMENT_ONLY = set("prod prd production release");
const BUILDS = set(
  `build rebuild bundle compile lint format fmt typecheck types tsc unit docs doc start serve dev watch preview analyze
   analyse ci verify generate gen codegen pack package install print show list help status describe logs log config
   check validate plan diff dry size stats profile bench run`,
);
const REHEARSES = set(
  `dry dryrun plan diff check validate lint status list ls show print help logs log notes changelog docs simulate
   verify info history pending describe cache`,
);
const TESTS = set(
  "test tests e2e smoke integration spec local dev development sandbox tmp temp fixture fixtures",
);
const DATA = set(
  "db database postgres pg mysql mongo mongodb redis sqlite schema tables bucket buckets s3 volumes kafka",
);
const EMPTIES = set("clean clear empty remove rm kill down prune recreate rebuild destroyall cleanup");
const INFRASTRUCTURE = set(
  `infra infrastructure terraform tf tofu k8s kube kubernetes cluster cdk stack stacks pulumi cloud aws gcp azure eks ecs
   gke aks helm ansible lambda`,
);
const OPERATES = set(
  "up down install upgrade create update bootstrap sync stop scale restart setup start rm remove clean import rotate",
);
const DOUBTFUL = set(
  `migrate migration migrations migrator seed seeds seeder upload push submit restore prune remove uninstall shutdown
   rotate revoke grant import backfill reindex terraform ansible helm pulumi`,
);
const PREPARES = set("make generate gen create new status list show diff check plan add name squash");

/**
 * Judges a task by its name. A name is all there is when the file that defines the task cannot be read:
 * names that speak of deploying or destroying are taken at their word, ordinary ones are the project's own code.
 */
export function classOfName(name: string): NameClass {
  const tokens = tokensOf(name);
  const has = (words: ReadonlySet<string>) => tokens.some((token) => words.has(token));
  const rehearses = has(REHEARSES);
  if (has(DESTROYS)) return rehearses ? "ordinary" : has(TESTS) ? "doubtful" : "dangerous";
  const shipping = has(SHIPS) ? classOfShipping(tokens, rehearses) : "ordinary";
  if (shipping !== "ordinary") return shipping;
  if (has(DATA) && has(EMPTIES)) return has(TESTS) ? "doubtful" : "dangerous";
  if (has(INFRASTRUCTURE) && has(OPERATES)) return has(TESTS) ? "doubtful" : "dangerous";
  if (tokens.includes("docker") && (tokens.includes("clean") || tokens.includes("prune"))) return "doubtful";
  if (!has(DOUBTFUL) || rehearses || has(PREPARES)) return "ordinary";
  return tokens.some((token) => PRODUCTION.test(token)) ? "dangerous" : "doubtful";
}

const PRODUCTION = /^(prod|prd|production)$/;

/** `build:prod` builds for production, `deploy:prod` reaches it: the word before the environment decides. */
function classOfShipping(tokens: readonly string[], rehearses: boolean): NameClass {
  if (rehearses) return "ordinary";
  const at = tokens.findIndex((token) => SHIPS.has(token));
  const named = tokens.every((token) => !SHIPS.has(token) || ENVIRONMENT_ONLY.has(token));
  if (named && tokens.slice(0, at).some((token) => BUILDS.has(token))) return "ordinary";
  if (named && tokens.slice(0, at).some((token) => TESTS.has(token))) return "doubtful";
  const production = tokens.some((token) => PRODUCTION.test(token));
  return !production && tokens.some((token) => TESTS.has(token)) ? "doubtful" : "dangerous";
}

function tokensOf(name: string): readonly string[] {
  return name
    .slice(0, 300)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== "");
}

/** A task whose text is not known, judged by its name. `runner` is the program that runs it: `npm run`, `make`. */
export function namedTask(scene: Scene, runner: string, name: string, by: string): Finding {
  const what = `${runner} ${name}`.trim();
  const meaning = classOfName(name);
  if (meaning === "ordinary") return runsCode(scene, what, by);
  const remote = scene.place.host !== undefined;
  return found([
    effect({
      verb: "unknown",
      kind: "task",
      name: what.slice(0, 200),
      environment:
        meaning === "dangerous" ? environmentOf([name], scene) : remote ? scene.place.environment : "local",
      reversibility: "R3",
      count: null,
      certain: false,
      marks: scene.privileged ? ["privileged"] : [],
      by,
      advice: "its text could not be read, so it is judged by its name: show the file that defines it",
    }),
  ]);
}
