import { spawn } from "node:child_process";
import { accessSync, constants, lstatSync } from "node:fs";
import { join } from "node:path";
import type { CapturedChange } from "../../analyzers/captured.ts";
import type { Setting } from "../../core/call.ts";

/** More changes, or an answer that takes longer (milliseconds) or is larger (bytes), and it stays unknown. */
const MAX_CHANGES = 5_000;
const MAX_ARGUMENTS = 500;
const MAX_TIME = 500;
const MAX_ANSWER = 4_194_304;

/**
 * The changes with what git says of their paths: whether the loss of one is a loss (`untracked`), or nobody wrote it
 * by hand (`ignored`). For people only, it decides nothing; where git does not answer, it stays unsaid. Asked of the
 * real tree, so before the changes become real.
 *
 * The repository's configuration is the agent's. Nothing of it that starts a program is left on, no other
 * configuration is read, and nothing is fetched or written.
 */
export async function withStanding(
  changes: readonly CapturedChange[],
  { workspace, home }: Setting,
): Promise<readonly CapturedChange[]> {
  const git = findGit();
  if (workspace === undefined || git === undefined || !isRepository(workspace)) return changes;
  const asked = changes.filter(({ path }) => path.startsWith(`${workspace}/`) && !/\/\.git(\/|$)/.test(path));
  if (asked.length === 0 || asked.length > MAX_CHANGES) return changes;
  const repository = { git, workspace, home };
  const [ignored, tracked] = await Promise.all([
    askIgnored(repository, asked),
    askTracked(
      repository,
      asked.filter((change) => change.kind !== "create"),
    ),
  ]);
  const known = new Set(asked);
  return changes.map((change) => {
    const standing = known.has(change) ? standingOf(change, workspace, ignored, tracked) : undefined;
    return standing === undefined ? change : { ...change, standing };
  });
}

interface Repository {
  readonly git: string;
  readonly workspace: string;
  readonly home: string;
}

/** Programs of the system only: `PATH` may be the agent's. */
const FOLDERS = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/run/current-system/sw/bin"];

function findGit(): string | undefined {
  return FOLDERS.map((folder) => join(folder, "git")).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isRepository(workspace: string): boolean {
  return lstatSync(join(workspace, ".git"), { throwIfNoEntry: false }) !== undefined;
}

function standingOf(
  change: CapturedChange,
  workspace: string,
  ignored: ReadonlySet<string> | undefined,
  tracked: readonly string[] | undefined,
): CapturedChange["standing"] {
  const name = change.path.slice(workspace.length + 1);
  if (ignored === undefined) return undefined;
  if (ignored.has(nameFor(change, workspace))) return "ignored";
  if (change.kind === "create") return "untracked";
  if (tracked === undefined) return undefined;
  return tracked.some((one) => one === name || one.startsWith(`${name}/`)) ? "tracked" : "untracked";
}

/** A slash says that it is a folder: what is new is not there yet for git to look. `./`: a name may begin with `:`. */
function nameFor({ path, type }: CapturedChange, workspace: string): string {
  return `./${path.slice(workspace.length + 1)}${type === "directory" ? "/" : ""}`;
}

async function askIgnored(
  repository: Repository,
  changes: readonly CapturedChange[],
): Promise<ReadonlySet<string> | undefined> {
  const names = changes.map((change) => nameFor(change, repository.workspace));
  const answer = await ask(repository, ["check-ignore", "-z", "--stdin"], `${names.join("\0")}\0`);
  // 1 says that none is (git-check-ignore(1)).
  if (answer === undefined || answer.code > 1) return undefined;
  return new Set(answer.text.split("\0"));
}

async function askTracked(
  repository: Repository,
  changes: readonly CapturedChange[],
): Promise<readonly string[] | undefined> {
  if (changes.length === 0) return [];
  if (changes.length > MAX_ARGUMENTS) return undefined;
  const names = changes.map(({ path }) => path.slice(repository.workspace.length + 1));
  const answer = await ask(
    repository,
    ["ls-files", "-z", "--", ...names.map((name) => `:(literal)${name}`)],
    "",
  );
  return answer?.code === 0 ? answer.text.split("\0").filter((name) => name !== "") : undefined;
}

/** Whatever in a repository's configuration could start a program or reach further, off. */
const SAFE = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.untrackedCache=false",
  "core.sshCommand=false",
  "core.askPass=false",
  "credential.helper=",
  "protocol.allow=never",
].flatMap((setting) => ["-c", setting]);

function ask(
  { git, workspace, home }: Repository,
  words: readonly string[],
  input: string,
): Promise<{ readonly code: number; readonly text: string } | undefined> {
  const place = ["--no-pager", `--git-dir=${workspace}/.git`, `--work-tree=${workspace}`];
  const child = spawn(git, [...SAFE, ...place, ...words], {
    cwd: workspace,
    stdio: ["pipe", "pipe", "ignore"],
    timeout: MAX_TIME,
    killSignal: "SIGKILL",
    env: {
      PATH: "/usr/bin:/bin",
      HOME: home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_ALLOW_PROTOCOL: "none",
      GIT_NO_LAZY_FETCH: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
    },
  });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.once("error", () => resolve(undefined));
    child.once("close", (code) =>
      resolve(code === null ? undefined : { code, text: Buffer.concat(chunks).toString("utf8") }),
    );
    // git may end before it has read everything.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
