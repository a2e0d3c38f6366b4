import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { addFormatter } from "./work.ts";

const start = promisify(execFile);

/** The folders of one tour, all below one that is thrown away afterwards. */
export interface TourProject {
  readonly root: string;
  /** The repository that the agent works in. */
  readonly repository: string;
  /** A second copy of the service, the one that production runs. */
  readonly deployed: string;
  /** Production's data. */
  readonly data: string;
  /** What the tour's commands see of the world. */
  readonly environment: NodeJS.ProcessEnv;
  readonly hasTerraform: boolean;
}

/** Makes the repository with its history, the deployed copy, and an environment that reaches nothing of the person's. */
export async function makeProject(checkout: string, inherited: NodeJS.ProcessEnv): Promise<TourProject> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "countersign-tour-")));
  const repository = join(root, "cost-explorer");
  const deployed = join(root, "deployed");
  const home = join(root, "home");
  mkdirSync(home);
  cpSync(join(checkout, "tour/service"), repository, { recursive: true });
  cpSync(join(checkout, "tour/service"), deployed, { recursive: true });
  const environment = environmentFor(root, home, join(checkout, "tour/tools"), inherited);
  addFormatter(repository, home);
  const git = (...args: string[]) => start("git", args, { cwd: repository, env: environment });
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "Cost explorer 3.4.1");
  return {
    root,
    repository,
    deployed,
    data: join(root, "production"),
    environment,
    hasTerraform: await prepareTerraform(repository, environment),
  };
}

function environmentFor(
  root: string,
  home: string,
  tools: string,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const git = {
    GIT_AUTHOR_NAME: "Agent",
    GIT_AUTHOR_EMAIL: "agent@example.com",
    GIT_COMMITTER_NAME: "Agent",
    GIT_COMMITTER_EMAIL: "agent@example.com",
  };
  return {
    ...git,
    PATH: [tools, dirname(process.execPath), inherited.PATH ?? "/usr/bin:/bin"].join(delimiter),
    HOME: home,
    LANG: inherited.LANG ?? "C.UTF-8",
    TERM: inherited.TERM ?? "dumb",
    NO_COLOR: "1",
    COUNTERSIGN_HOME: join(root, "countersign"),
    COUNTERSIGN_SESSION: "tour",
    COUNTERSIGN_AGENT: "scripted-agent",
    NODE_NO_WARNINGS: "1",
    CHECKPOINT_DISABLE: "1",
  };
}

/** A real Terraform state for the production environment, where Terraform is on the machine. */
async function prepareTerraform(repository: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const options = { cwd: join(repository, "infra"), env: environment };
  try {
    await start("terraform", ["init", "-input=false"], options);
    await start("terraform", ["apply", "-auto-approve", "-input=false"], options);
    return true;
  } catch {
    return false;
  }
}
