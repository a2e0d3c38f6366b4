import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/adapters/error.ts";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import type { Committed } from "../../src/adapters/journal/layer.ts";
import { describeTree, difference } from "./tree.ts";

/**
 * Several things at once on one workspace; `argv`: a folder, the only one that may be writable. Prints one answer a line:
 * its name, and what was seen.
 */
const [, , folder = ""] = process.argv;
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" };
const START = "mkdir -p d/deep e; echo 1 > a; echo 2 > b; echo 3 > d/x; echo 4 > d/deep/y; echo 5 > e/z";
let count = 0;

function makePlace() {
  const own = join(folder, `place${count++}`);
  const [workspace, state, outside] = [join(own, "work"), join(own, "state"), join(own, "outside")];
  for (const path of [workspace, join(outside, "deep")]) mkdirSync(path, { recursive: true });
  const shell = (text: string) =>
    spawnSync("bash", ["-c", text], { cwd: workspace, env: ENVIRONMENT, encoding: "utf8" });
  shell(START);
  shell("sleep 0.05");
  const engine = createOverlayEngine({ state, workspace, network: "off" });
  const journal = openJournal(join(state, "journal"));
  const run = (text: string) =>
    engine.run({ shell: text }, { cwd: workspace, env: ENVIRONMENT, stdio: ["ignore", "ignore", "ignore"] });
  const tree = () => describeTree(workspace, "plain");
  return { workspace, outside, shell, run, journal, tree };
}

type Place = ReturnType<typeof makePlace>;

function tell(name: string, seen: unknown): void {
  process.stdout.write(`${JSON.stringify([name, seen])}\n`);
}

function stepOf(committed: Committed): string {
  if (committed.outcome !== "committed" || committed.step === undefined)
    throw new Error(JSON.stringify(committed));
  return committed.step;
}

/** Two isolated runs that change different files. */
async function disjoint(): Promise<void> {
  const { run, journal, tree, shell } = makePlace();
  const before = tree();
  const both = await Promise.all([
    run("echo one >> a; rm -rf d; echo n > n1; sleep 0.2"),
    run("echo two >> b; rm e/z; echo n > n2; sleep 0.2"),
  ]);
  const steps = both.map(({ layer }) => stepOf(layer.commit(journal)));
  const left = shell("cat a b n1 n2; ls").stdout;
  const undone = steps.map((step) => journal.undo(step).outcome);
  tell("disjoint", { left, undone, difference: difference(before, tree()) });
}

/** Two isolated runs that change the same files: the second is refused, and what it did can still be read. */
async function overlapping(): Promise<void> {
  const { run, journal, tree } = makePlace();
  const before = tree();
  const [first, second] = await Promise.all([
    run("echo one >> a; sleep 0.2"),
    run("echo two >> a; echo mine > mine; sleep 0.2"),
  ]);
  const step = stepOf(first.layer.commit(journal));
  const after = tree();
  const refused = second.layer.commit(journal);
  const kept = second.layer.changes.map((change) =>
    readFileSync(second.layer.contentOf(change) ?? "", "utf8"),
  );
  const unchanged = difference(after, tree());
  const mine = second.layer.commit(journal, { select: ({ path }) => path.endsWith("/mine") });
  const more =
    mine.outcome === "committed" && mine.step !== undefined ? journal.undo(mine.step).outcome : mine;
  journal.undo(step);
  second.layer.discard();
  tell("overlapping", {
    outcome: refused.outcome,
    kept: kept.toSorted(),
    unchanged,
    mine: more,
    difference: difference(before, tree()),
  });
}

/** An isolated run while a plain process edits other files all the time. */
async function besideEditor(): Promise<void> {
  const { workspace, run, journal, tree, shell } = makePlace();
  const loop = "while :; do echo more >> b; echo x > e/t$((i=(i+1)%7)); sleep 0.01; done";
  const editor = spawn("bash", ["-c", loop], { cwd: workspace, env: ENVIRONMENT, stdio: "ignore" });
  const runs: string[] = [];
  for (let round = 0; round < 5; round++) {
    const { layer } = await run(
      `echo ${round} >> a; echo n > new${round}; rm -rf d; mkdir d; echo ${round} > d/r`,
    );
    runs.push(stepOf(layer.commit(journal)));
  }
  const ended = once(editor, "exit");
  editor.kill();
  await ended;
  const edited = Number(shell("wc -l < b").stdout) > 5 && shell("ls e").stdout.includes("t3");
  const before = tree().filter((line) => /^\/[be]/.test(line));
  const undone = runs.toReversed().map((step) => journal.undo(step).outcome);
  const untouched = difference(
    before,
    tree().filter((line) => /^\/[be]/.test(line)),
  );
  tell("beside an editor", { edited, undone, untouched, left: shell("cat a d/x; ls").stdout });
}

/** What each of them does below the folder that is replaced. */
const BELOW = {
  put: "echo new > d/new",
  "put deep": "echo new > d/deep/new",
  replace: "echo more >> d/x",
  remove: "rm d/deep/y",
  attributes: "chmod 700 d/deep",
};

/** A folder on the way becomes a link out of the workspace: nothing is ever written through it. */
async function linkOnTheWay(): Promise<void> {
  const seen: Record<string, { readonly happened: boolean; readonly outside: readonly string[] }> = {};
  for (const [name, command] of Object.entries(BELOW)) {
    const place = makePlace();
    const { layer } = await place.run(command);
    seen[`commit ${name}`] = behindLink(place, () => layer.commit(place.journal).outcome === "committed");
    const again = makePlace();
    const step = stepOf((await again.run(command)).layer.commit(again.journal));
    seen[`undo ${name}`] = behindLink(again, () => again.journal.undo(step).outcome === "undone");
  }
  tell("link on the way", seen);
}

/** Replaces the folder by a link to one that looks the same, tries, and tells what became of that one. */
function behindLink({ shell, outside }: Place, action: () => boolean) {
  shell("cp -a d/. ../outside/; mv d ../d.old; ln -s ../outside d");
  const before = describeTree(outside, "plain");
  const happened = attempt(action);
  return { happened, outside: difference(before, describeTree(outside, "plain")) };
}

/** A refusal may be an error as well. */
function attempt(action: () => boolean): boolean {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

await disjoint();
await overlapping();
await besideEditor();
await linkOnTheWay();
