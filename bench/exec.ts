import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine, type OverlayRun } from "../src/adapters/exec/overlay/engine.ts";
import { probeOverlay } from "../src/adapters/exec/overlay/probe.ts";
import { openJournal } from "../src/adapters/journal/journal.ts";
import { type Measurement, measurement, time } from "./measure.ts";

const SMALL = "echo x>>a; echo n>m";
const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
const nothing = ["ignore", "ignore", "ignore"] as const;

/** Isolated runs beside bare ones, and what commit and undo of a large deletion cost. Empty where overlays do not work. */
export async function run(short: boolean): Promise<readonly Measurement[]> {
  const folder = realpathSync(mkdtempSync("/var/tmp/countersign-bench-"));
  try {
    const probe = probeOverlay(folder);
    if (!probe.works) {
      process.stderr.write(`isolated runs are not measured: ${probe.reason}\n`);
      return [];
    }
    return [
      await probing(folder, short),
      ...(await smallRuns(folder, short)),
      ...(await largeDeletion(folder, short)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function probing(folder: string, short: boolean): Promise<Measurement> {
  return measurement(
    "exec: probe of the overlay",
    await time(short ? 5 : 20, 2, () => probeOverlay(folder)),
    30,
  );
}

function makePlace(folder: string, name: string) {
  const home = join(folder, name);
  const workspace = join(home, "project");
  mkdirSync(workspace, { recursive: true });
  const state = join(home, ".local/state/countersign");
  const engine = createOverlayEngine({ state, workspace, home, network: "off" });
  const journal = openJournal(join(state, "journal"));
  const isolated = (shell: string): Promise<OverlayRun> =>
    engine.run({ shell }, { cwd: workspace, env, stdio: nothing });
  return { workspace, journal, isolated };
}

/** Both in turn, so that the load of the machine is the same for both. */
async function smallRuns(folder: string, short: boolean): Promise<readonly Measurement[]> {
  const { workspace, journal, isolated } = makePlace(folder, "small");
  const bare: number[] = [];
  const rounds = short ? 10 : 60;
  const runs: number[] = [];
  const whole = await time(rounds, 3, async (round) => {
    const before = performance.now();
    const { layer } = await isolated(SMALL);
    if (round >= 0) runs.push(performance.now() - before);
    layer.commit(journal);
  });
  const plain = () =>
    spawnSync("bash", ["--noprofile", "--norc", "-c", SMALL], { cwd: workspace, env, stdio: [...nothing] });
  bare.push(...(await time(rounds, 3, plain)));
  const reference = { name: "bare spawn of the same command", durations: bare };
  const base = measurement("", bare).p50;
  const beyond = whole.map((duration) => duration - base);
  return [
    measurement("exec: isolated run with diff and commit", whole, undefined, reference),
    measurement("exec: isolated run with diff and commit, over a bare spawn", beyond, 20),
    measurement("exec: isolated run with diff, without commit", runs, undefined, reference),
  ];
}

async function largeDeletion(folder: string, short: boolean): Promise<readonly Measurement[]> {
  const { workspace, journal, isolated } = makePlace(folder, "large");
  const files = short ? 10_000 : 100_000;
  const make = `mkdir -p m && cd m && for d in $(seq ${files / 100}); do mkdir $d; (cd $d; for f in $(seq 100); do : > $f; done); done`;
  spawnSync("bash", ["-c", make], { cwd: workspace });
  const commits: number[] = [];
  const undos: number[] = [];
  for (let round = 0; round < (short ? 2 : 4); round++) {
    const { layer } = await isolated("rm -rf m");
    const start = performance.now();
    const result = layer.commit(journal);
    commits.push(performance.now() - start);
    if (result.outcome !== "committed" || result.step === undefined) throw new Error(JSON.stringify(result));
    const begin = performance.now();
    journal.undo(result.step);
    undos.push(performance.now() - begin);
  }
  return [
    measurement(`exec: commit of ${files} deleted files`, commits, 50),
    measurement(`exec: undo of ${files} deleted files`, undos, 5),
  ];
}
