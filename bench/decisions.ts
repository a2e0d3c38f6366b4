import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkPorts, settingOf } from "../src/entry/compose.ts";
import { checkCall } from "../src/gate/check.ts";
import { type Measurement, measurement, time } from "./measure.ts";

const ROOT = join(import.meta.dirname, "..");
const LAUNCHER = join(ROOT, "bin/countersign");

/** The lines that decisions are measured on: an ordinary session and the incidents, mixed. */
export function lines(): readonly string[] {
  const ordinary = readFileSync(join(ROOT, "test/fixtures/ordinary-session.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/\\([n\\])/g, (_, code) => (code === "n" ? "\n" : "\\")));
  const incidents = readFileSync(join(ROOT, "test/fixtures/incident-commands.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { tool: string; input: string })
    .filter(({ tool }) => tool === "shell")
    .map(({ input }) => input);
  return [...ordinary, ...incidents];
}

export async function run(short: boolean, folder: string): Promise<readonly Measurement[]> {
  return [await warmDecision(short, folder), batch(short, folder), ...(await cold(short, folder))];
}

/** A decision on text alone in a warm process: parse, analyse, decide, seal. */
async function warmDecision(short: boolean, folder: string): Promise<Measurement> {
  const io = {
    environment: { ...process.env, COUNTERSIGN_HOME: folder },
    cwd: folder,
    print: () => {},
    warn: () => {},
    colour: false,
    columns: 80,
  };
  const setting = settingOf(io, folder, undefined);
  const ports = checkPorts(io, setting.workspace);
  const asking = {
    actor: { kind: "agent", agent: "bench", operator: "bench" },
    onBehalfOf: "bench",
    session: "bench",
  } as const;
  const texts = lines();
  const durations = await time(short ? 2_000 : 10_000, texts.length * 2, (round) => {
    const input = texts[(round + texts.length * 2) % texts.length] ?? "";
    return checkCall({ id: "1", call: { tool: "shell", input }, setting, asking }, ports);
  });
  return measurement("decision, warm", durations, 1);
}

function batch(short: boolean, folder: string): Measurement {
  const texts = lines();
  const count = short ? 2_000 : 10_000;
  const file = join(folder, "batch.jsonl");
  const calls = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ id: String(at), tool: "shell", input: texts[at % texts.length] }),
  );
  writeFileSync(file, `${calls.join("\n")}\n`);
  const start = performance.now();
  const ended = spawnSync(LAUNCHER, ["check", "--batch", file], {
    cwd: folder,
    maxBuffer: 1024 ** 3,
    env: { ...process.env, COUNTERSIGN_HOME: folder },
  });
  const seconds = (performance.now() - start) / 1000;
  const answered = ended.stdout.toString().trim().split("\n").length;
  if (answered !== count)
    throw new Error(`the batch answered ${answered} of ${count} lines: ${ended.stderr}`);
  const rate = count / seconds;
  return {
    name: "check --batch, with start",
    p50: rate,
    p95: rate,
    p99: rate,
    unit: "per second",
    limit: 1_000,
  };
}

/** A whole process: the launcher, Node, the policy engine, one decision. */
async function cold(short: boolean, folder: string): Promise<readonly Measurement[]> {
  const rounds = short ? 10 : 40;
  const env = { ...process.env, COUNTERSIGN_HOME: folder };
  const bare = await time(rounds, 2, () => spawnSync(process.execPath, ["-e", "0"], { cwd: folder }));
  const reference = { name: "node -e 0", durations: bare };
  const shell = await time(rounds, 2, () =>
    spawnSync(LAUNCHER, ["check", "--", "git", "push", "--force"], { cwd: folder, env }),
  );
  const plain = await time(rounds, 2, () => spawnSync("bash", ["-c", "true"], { cwd: folder, env }));
  const ran = await time(rounds, 2, () => spawnSync(LAUNCHER, ["run", "--", "true"], { cwd: folder, env }));
  return [
    measurement("check, cold process", shell, 150, reference),
    measurement("run -- true, cold process, 6 durable events", ran, undefined, {
      name: "bash -c true",
      durations: plain,
    }),
  ];
}
