import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { disk } from "../../src/adapters/journal/storage.ts";
import { FIXTURE } from "./battery.ts";
import { describeTree, difference } from "./tree.ts";

/** What became of one command. */
export interface BatteryResult {
  readonly command: string;
  readonly codes: readonly [number | null, number | null];
  /** Lines of the tree that only one of the two has. Empty: the same. */
  readonly afterCommit: readonly string[];
  readonly afterDiscard: readonly string[];
  readonly afterUndo: readonly string[];
  readonly afterRedo: readonly string[];
  readonly changes: readonly string[];
  readonly error?: string;
}

/** A program, so that it can be started as another user: reads commands as JSON, prints one result a line. */
const commands = JSON.parse(readFileSync(0, "utf8")) as string[];
const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "battery-")));
const template = join(folder, "template");
mkdirSync(template);
spawnSync("bash", ["-c", FIXTURE], { cwd: template });
const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", HOME: join(folder, "home"), LANG: "C.UTF-8", TZ: "UTC" };
mkdirSync(env.HOME);
const nothing = ["ignore", "ignore", "ignore"] as const;

for (const [index, command] of commands.entries()) {
  const result = await runCase(command, index).catch((error: Error) => ({
    command,
    error: error.stack ?? String(error),
  }));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
disk.removeTree(folder);

async function runCase(command: string, index: number): Promise<BatteryResult> {
  const state = join(folder, `state${index}`);
  const workspace = join(folder, "work");
  const attributes = command.includes("xattr") ? "extended" : "plain";
  const fresh = () => {
    disk.removeTree(workspace);
    spawnSync("cp", ["-a", template, workspace]);
  };
  fresh();
  const plain = spawnSync("bash", ["--noprofile", "--norc", "-c", command], {
    cwd: workspace,
    env,
    stdio: [...nothing],
  });
  const expected = describeTree(workspace, attributes);
  fresh();
  const before = describeTree(workspace, attributes);
  const engine = createOverlayEngine({ state, workspace, home: env.HOME, network: "off" });
  const journal = openJournal(join(state, "journal"));
  const first = await engine.run({ shell: command }, { cwd: workspace, env, stdio: nothing });
  first.layer.discard();
  const afterDiscard = difference(before, describeTree(workspace, attributes));
  const second = await engine.run({ shell: command }, { cwd: workspace, env, stdio: nothing });
  const committed = second.layer.commit(journal);
  if (committed.outcome !== "committed") throw new Error(JSON.stringify(committed));
  const real = describeTree(workspace, attributes);
  const back = committed.step === undefined ? [] : undo(committed.step);
  function undo(step: string): readonly (readonly string[])[] {
    const undone = journal.undo(step);
    if (undone.outcome !== "undone") throw new Error(JSON.stringify(undone));
    const restored = describeTree(workspace, attributes);
    const redone = journal.undo(undone.step);
    if (redone.outcome !== "undone") throw new Error(JSON.stringify(redone));
    return [difference(before, restored), difference(real, describeTree(workspace, attributes))];
  }
  engine.close();
  disk.removeTree(state);
  return {
    command,
    codes: [plain.status, second.ended.exitCode],
    afterCommit: difference(expected, real),
    afterDiscard,
    afterUndo: back[0] ?? [],
    afterRedo: back[1] ?? [],
    changes: second.changes.map((change) => `${change.kind} ${change.path.slice(workspace.length)}`),
  };
}
