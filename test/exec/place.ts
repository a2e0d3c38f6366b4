import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine, type OverlayRun } from "../../src/adapters/exec/overlay/engine.ts";
import { openHeld } from "../../src/adapters/journal/held.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";

const PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

/** A home with a workspace, an engine and a journal, for programs that are started as one user or another. */
export function makePlace(parent: string, prepare: string) {
  const folder = realpathSync(mkdtempSync(join(parent, "place-")));
  const home = join(folder, "home");
  const workspace = join(home, "work");
  const state = join(home, ".state");
  mkdirSync(workspace, { recursive: true });
  const env = { PATH, HOME: home, LANG: "C.UTF-8" };
  const shell = (script: string, cwd = workspace) => {
    const ran = spawnSync("bash", ["--noprofile", "--norc", "-c", script], { cwd, env, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`${script}: ${ran.stderr}`);
    return ran.stdout;
  };
  shell(prepare);
  tick();
  const engine = createOverlayEngine({ state, workspace, home, network: "off" });
  const journal = openJournal(join(state, "journal"));
  const run = (script: string): Promise<OverlayRun> =>
    engine.run({ shell: script }, { cwd: workspace, env, stdio: ["ignore", "ignore", "inherit"] });
  const commit = async (script: string): Promise<string> => {
    const result = (await run(script)).layer.commit(journal);
    if (result.outcome !== "committed" || result.step === undefined) throw new Error(JSON.stringify(result));
    return result.step;
  };
  return { folder, home, workspace, state, engine, journal, held: openHeld(state), shell, run, commit };
}

export type Place = ReturnType<typeof makePlace>;

/** The clock of a file system has ticks of some milliseconds. */
export function tick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

/** The code of the error that an action throws, or what it gave. */
export function codeOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
