import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { describeTree } from "./tree.ts";

/**
 * Starts itself as a child that commits a change of many files, kills it at a random moment, recovers, and prints
 * for each round whether the tree is whole. `argv`: folder, rounds; or, as the child: `child`, folder.
 */
const [, , first = "", second = ""] = process.argv;
const FILES = 300;
if (first === "child") await child(second);
else
  for (let round = 0; round < Number(second); round++)
    process.stdout.write(`${JSON.stringify(await runRound(first))}\n`);

async function child(folder: string): Promise<void> {
  const { createOverlayEngine } = await import("../../src/adapters/exec/overlay/engine.ts");
  const places = { state: join(folder, "state"), workspace: join(folder, "work") };
  const engine = createOverlayEngine({ ...places, network: "off" });
  const command = `for i in $(seq ${FILES}); do echo new > f$i; done; rm -rf d`;
  const env = { PATH: "/usr/bin:/bin" };
  const { layer } = await engine.run(
    { shell: command },
    { cwd: places.workspace, env, stdio: ["ignore", "ignore", "ignore"] },
  );
  process.stdout.write("ready\n");
  layer.commit(openJournal(join(places.state, "journal")));
  process.stdout.write("done\n");
}

async function runRound(parent: string): Promise<{ whole: boolean; undone: boolean; finished: number }> {
  const folder = realpathSync(mkdtempSync(join(parent, "kill-")));
  const workspace = join(folder, "work");
  mkdirSync(workspace);
  spawnSync("bash", ["-c", `for i in $(seq ${FILES}); do echo old > f$i; done; mkdir d; echo x > d/x`], {
    cwd: workspace,
  });
  const before = describeTree(workspace, "plain");
  await killed(folder);
  const journal = openJournal(join(folder, "state", "journal"));
  const after = describeTree(workspace, "plain");
  const step = journal.list()[0];
  const whole =
    step === undefined
      ? same(after, before)
      : after.length === before.length - 2 && new Set(after.slice(1).map(content)).size === 1;
  if (step) journal.undo(step.id);
  return { whole, undone: same(describeTree(workspace, "plain"), before), finished: step ? 1 : 0 };
}

function killed(folder: string): Promise<void> {
  const started = spawn(process.execPath, [import.meta.filename, "child", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.stdout.once("data", () => setTimeout(() => started.kill("SIGKILL"), Math.random() * 40));
  return new Promise((resolve) => started.once("close", () => resolve()));
}

function content(line: string): string {
  return line.split(" ").slice(1).join(" ");
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\n") === b.join("\n");
}
