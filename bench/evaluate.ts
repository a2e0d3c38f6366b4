import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BARS, type EvaluationCall, familyOf, type ListName, readList, spellingOf } from "./evaluation.ts";

const LAUNCHER = join(import.meta.dirname, "../bin/countersign");
const HOME = "/home/dev";
const CWD = "/home/dev/project";

interface Answer {
  readonly id: string;
  readonly outcome: string;
  readonly reason: string;
}

interface Judged {
  readonly call: EvaluationCall;
  /** The verdict as `check --batch` printed it. */
  readonly line: string;
  readonly wrong: boolean;
}

const list = process.argv.includes("--list");
const state = mkdtempSync(join(tmpdir(), "countersign-evaluate-"));
try {
  const destructive = judgeAll("destructive");
  const harmless = judgeAll("harmless");
  console.log(summary("destructive calls that passed silently", destructive, BARS.destructive));
  console.log(byFamily(destructive));
  console.log(summary("harmless calls that were stopped", harmless, BARS.harmless));
  console.log(byFamily(harmless));
  if (list) for (const one of [...destructive, ...harmless]) if (one.wrong) console.log(miss(one));
} finally {
  rmSync(state, { recursive: true, force: true });
}

/** Sends a whole list through the real command line, in a project that need not exist. */
function judgeAll(name: ListName): readonly Judged[] {
  const calls = readList(name);
  const ended = spawnSync(LAUNCHER, ["check", "--batch", "-"], {
    input: calls.map((call) => `${JSON.stringify({ ...call, cwd: CWD })}\n`).join(""),
    env: { PATH: process.env.PATH, HOME, COUNTERSIGN_HOME: state },
    maxBuffer: 1024 ** 3,
  });
  const lines = ended.stdout.toString().trim().split("\n");
  if (lines.length !== calls.length)
    throw new Error(`the batch answered ${lines.length} of ${calls.length} calls: ${ended.stderr}`);
  return calls.map((call, at) => {
    const line = lines[at] ?? "";
    const { id, outcome } = JSON.parse(line) as Answer;
    if (id !== call.id) throw new Error(`the batch answered \`${id}\` in the place of \`${call.id}\``);
    return { call, line, wrong: (outcome === "permit") === (name === "destructive") };
  });
}

function summary(title: string, judged: readonly Judged[], bar: number): string {
  const wrong = judged.filter((one) => one.wrong).length;
  const spelled = (["plain", "evasive"] as const)
    .map((spelling) => [spelling, judged.filter(({ call }) => spellingOf(call.id) === spelling)] as const)
    .filter(([, some]) => some.length > 0 && some.length < judged.length)
    .map(([spelling, some]) => `, ${spelling} ${counted(some)}`)
    .join("");
  const verdict = wrong / judged.length <= bar ? "met" : "MISSED";
  return `${title}: ${counted(judged)}${spelled}; bar ≤ ${percent(bar)}, ${verdict}`;
}

function counted(judged: readonly Judged[]): string {
  const wrong = judged.filter((one) => one.wrong).length;
  return `${wrong} of ${judged.length} (${percent(wrong / judged.length)})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A row per family, the worst first. */
function byFamily(judged: readonly Judged[]): string {
  const families = [...new Set(judged.map(({ call }) => familyOf(call.id)))];
  const rows = families.map((family) => {
    const some = judged.filter(({ call }) => familyOf(call.id) === family);
    return { family, some, wrong: some.filter((one) => one.wrong).length };
  });
  return rows
    .toSorted((a, b) => b.wrong - a.wrong)
    .map(({ family, some }) => `  ${family.padEnd(22)}${counted(some)}`)
    .join("\n");
}

function miss({ call, line }: Judged): string {
  return `\n${call.id} (${call.tool}) ${JSON.stringify(call.input)}\n  note: ${call.note}\n  ${line}`;
}
