import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makePlace, type Place, whereOverlaysWork } from "./isolated.ts";
import { type Measurement, measurement, time } from "./measure.ts";

/** What ordinary work costs isolated: a test run, `git status` of a large repository, and the gate's own memory. */
export function run(short: boolean): Promise<readonly Measurement[]> {
  return whereOverlaysWork(async (folder) => [
    await testRun(folder, short),
    ...(await gitStatus(folder, short)),
    await memory(folder),
  ]);
}

/** A test file as a project has them: computes, and writes and reads files. */
const TEST_FILE = `
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
const folder = new URL("./made-" + process.pid + "/", import.meta.url);
mkdirSync(folder);
test.after(() => rmSync(folder, { recursive: true }));
for (let at = 0; at < 150; at++) test("case " + at, () => {
  const text = Array.from({ length: 400 }, (_, line) => at + " " + line * at).join("\\n");
  const file = new URL("f" + (at % 20), folder);
  writeFileSync(file, text);
  const rows = readFileSync(file, "utf8").split("\\n").map((row) => row.split(" ").map(Number));
  assert.equal(rows.reduce((sum, [, value]) => sum + value, 0), (at * 400 * 399) / 2);
  assert.equal(createHash("sha256").update(text).digest("hex").length, 64);
});
`;

/** Processor time of user and system together, ours included, in milliseconds. */
async function testRun(folder: string, short: boolean): Promise<Measurement> {
  const place = makePlace(folder, "tests");
  const files = short ? 2 : 8;
  mkdirSync(join(place.workspace, "test"));
  for (let file = 0; file < files; file++)
    writeFileSync(join(place.workspace, "test", `f${file}.test.mjs`), TEST_FILE);
  const line = "node --test test/*.test.mjs";
  const [plain, isolated]: [number[], number[]] = [[], []];
  for (let round = -1; round < (short ? 2 : 5); round++) {
    const [bare, caught] = [
      await processorTime(() => place.plain(line)),
      await processorTime(() => catchIt(place, line)),
    ];
    if (round >= 0) plain.push(bare);
    if (round >= 0) isolated.push(caught);
  }
  const reference = { name: "plain run", durations: plain };
  const bar = 1.05 * measurement("", plain).p50;
  return measurement(`loads: processor time of a test run, ${files} files`, isolated, bar, reference);
}

async function catchIt({ isolated, journal }: Place, line: string): Promise<void> {
  const { ended, layer } = await isolated(line);
  if (ended.exitCode !== 0)
    throw new Error(`\`${line}\` ended isolated with ${ended.exitCode ?? ended.signal}`);
  layer.commit(journal);
}

/** Field 14 to 17 of proc_pid_stat(5), ticks of 10 ms: ours and those of all processes that we waited for. */
function ticks(): number {
  const text = readFileSync("/proc/self/stat", "utf8");
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  return fields.reduce((sum, field) => sum + Number(field), 0);
}

async function processorTime(run: () => unknown): Promise<number> {
  const before = ticks();
  await run();
  // The last process of an isolated run ends a little after the run, and counts as well.
  await sleep(100);
  return (ticks() - before) * 10;
}

/** Both in turn: with writes caught, and with writes refused, as for a command that is known to read only. */
async function gitStatus(folder: string, short: boolean): Promise<readonly Measurement[]> {
  const caught = makePlace(folder, "status");
  const refused = makePlace(folder, "status", { workspaceWrites: "refused" });
  const files = short ? 5_000 : 50_000;
  const git = "git -c user.name=a -c user.email=a@b -c gc.auto=0";
  caught.plain(
    `for d in $(seq ${files / 50}); do mkdir -p p$((d % 40))/d$d; for f in $(seq 50); do echo $d $f > p$((d % 40))/d$d/f$f.ts; done; done
     ${git} init -q && ${git} add -A && ${git} commit -qm one && ${git} gc -q`,
  );
  const line = "git status --porcelain";
  const durations: readonly [number[], number[], number[]] = [[], [], []];
  const runs = [() => caught.plain(line), () => catchIt(caught, line), () => catchIt(refused, line)];
  await time(short ? 3 : 10, 1, async (round) => {
    for (const [index, run] of runs.entries()) {
      const start = performance.now();
      await run();
      if (round >= 0) durations[index]?.push(performance.now() - start);
    }
  });
  const [plain, ...isolated] = durations;
  const reference = { name: "plain run", durations: plain };
  const bar = 1.5 * measurement("", plain).p50;
  return ["writes caught", "writes refused"].map((how, index) =>
    measurement(`loads: git status on ${files} files, ${how}`, isolated[index] ?? [], bar, reference),
  );
}

/** The most that the gate itself takes while a command runs, by its own program. */
async function memory(folder: string): Promise<Measurement> {
  const home = join(folder, "memory");
  const workspace = join(home, "project");
  mkdirSync(workspace, { recursive: true });
  const program = join(import.meta.dirname, "../bin/countersign");
  const peaks: number[] = [];
  for (let round = 0; round < 3; round++) {
    const child = spawn(program, ["run", "--", "sleep", "0.3"], {
      cwd: workspace,
      env: { PATH: process.env.PATH, HOME: home, COUNTERSIGN_HOME: join(home, "state") },
      stdio: "ignore",
    });
    let peak = 0;
    const watching = setInterval(() => {
      peak = peakOf(child.pid ?? 0) ?? peak;
    }, 10);
    const code = await new Promise((resolve) => child.once("close", resolve));
    clearInterval(watching);
    if (code !== 0) throw new Error(`the gate ended with ${code}`);
    peaks.push(peak);
  }
  return { ...measurement("loads: memory of the gate while a command runs", peaks, 150), unit: "MB" };
}

/** `VmHWM` of proc_pid_status(5), the largest resident size so far, in MB. */
function peakOf(process: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${process}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
