import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { disk } from "../../src/adapters/journal/storage.ts";
import { describeTree, difference, startAttributeReader } from "./tree.ts";

/** A command, and the folders of the workspace that it is known to rename. */
export interface RenameCase {
  readonly command: string;
  readonly renames: readonly string[];
}

export interface RenameResult {
  readonly command: string;
  readonly codes: readonly [number | null, number | null];
  readonly changes: readonly string[];
  readonly refused: readonly string[];
  /** Lines of the tree that only one of the two has. Empty: the same. */
  readonly differences: readonly (readonly string[])[];
}

/** A program, so that it can be started as another user: `argv` is a folder, stdin the fixture and the cases. */
const { fixture, cases } = JSON.parse(readFileSync(0, "utf8")) as { fixture: string; cases: RenameCase[] };
const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "rename-")));
const home = join(folder, "home");
const workspace = join(home, "work");
const template = join(folder, "template");
for (const one of [home, template]) mkdirSync(one);
const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", HOME: home, LANG: "C.UTF-8", TZ: "UTC" };
/** Git keeps the inode numbers of files in it. */
const INDEX = "/.git/index";
const reader = startAttributeReader();
const nothing = ["ignore", "ignore", "ignore"] as const;
shell(fixture, template);
for (const [index, one] of cases.entries())
  process.stdout.write(`${JSON.stringify(await runCase(one, join(home, `.state${index}`)))}\n`);
reader.close();
disk.removeTree(folder);

function shell(script: string, cwd: string): number | null {
  return spawnSync("bash", ["--noprofile", "--norc", "-c", script], { cwd, env, stdio: [...nothing] }).status;
}

async function runCase({ command, renames }: RenameCase, state: string): Promise<RenameResult> {
  const tree = async () => [
    ...describeTree(workspace, "plain", INDEX),
    ...(await reader.list(workspace, INDEX)),
  ];
  const fresh = () => {
    disk.removeTree(workspace);
    spawnSync("cp", ["-a", template, workspace]);
  };
  fresh();
  const plain = shell(command, workspace);
  const expected = await tree();
  fresh();
  const before = await tree();
  const engine = createOverlayEngine({ state, workspace, home, network: "off" });
  const journal = openJournal(join(state, "journal"));
  const run = await engine.run(
    { shell: command },
    { cwd: workspace, env, stdio: nothing, renames: renames.map((one) => join(workspace, one)) },
  );
  const untouched = difference(before, await tree());
  const committed = run.layer.commit(journal);
  if (committed.outcome !== "committed") throw new Error(JSON.stringify(committed));
  const after = difference(expected, await tree());
  const real = await tree();
  const back: (readonly string[])[] = [];
  if (committed.step !== undefined) {
    const undone = journal.undo(committed.step);
    back.push(difference(before, await tree()));
    if (undone.outcome === "undone") journal.undo(undone.step);
    back.push(difference(real, await tree()));
  }
  return {
    command,
    codes: [plain, run.ended.exitCode],
    changes: run.changes.map((change) => {
      const from = change.kind === "create" && change.movedFrom ? ` from ${below(change.movedFrom)}` : "";
      const to = change.kind === "delete" && change.movedTo ? ` to ${below(change.movedTo)}` : "";
      return `${change.kind} ${below(change.path)}${from}${to}`;
    }),
    refused: run.notRenamable.map(({ path, reason }) => `${below(path)}: ${reason}`),
    differences: [untouched, after, ...back],
  };
}

function below(path: string): string {
  return path.slice(workspace.length + 1);
}
