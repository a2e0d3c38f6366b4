import type { Verdict } from "../../gate/verdict.ts";
import type { Io } from "../io.ts";
import { effectLine, paint, wrap } from "../render.ts";
import type { Done } from "./session.ts";
import type { Step } from "./steps.ts";

const INDENT = "      ";
/** For tier, outcome and time, at the end of a step's line. */
const OUTCOME = 32;

function columnsOf(io: Io): number {
  return Math.max(60, Math.min(io.columns, 110));
}

/** Text below a step, broken into lines that fit. */
export function indented(text: string, io: Io, indent = INDENT): string {
  return wrap(text, columnsOf(io) - indent.length - 1)
    .map((line) => `${indent}${line}\n`)
    .join("");
}

/** A sentence with a mark before it; the mark alone says whether it is good. */
export function marked(isGood: boolean, text: string, io: Io, indent = "  "): string {
  const mark = paint(io, isGood ? "green" : "red", isGood ? "✓" : "✗");
  const [first = "", ...rest] = wrap(text, columnsOf(io) - indent.length - 3);
  return [`${indent}${mark} ${first}`, ...rest.map((line) => `${indent}  ${line}`), ""].join("\n");
}

export function heading(text: string, io: Io): string {
  return `\n${paint(io, "bold", text)}\n`;
}

/** What a step is and what it is for, without a line end: its outcome comes on the same line. */
export function stepHead(step: Step, io: Io): { readonly before: string; readonly line: string } {
  const before = step.says === undefined ? "" : `${paint(io, "dim", step.says)}\n`;
  return { before, line: `  $ ${fitted(step.command, columnsOf(io) - OUTCOME - 4)} ` };
}

function fitted(command: string, width: number): string {
  const [first = "", ...more] = command.split("\n");
  const isLonger = more.length > 0 || first.length > width;
  return isLonger ? `${first.slice(0, width - 1)}…`.padEnd(width) : first.padEnd(width);
}

/** How a step ended; for one that was stopped what it would have done and, where it was not said yet, why. */
export function stepTail(done: Done, saidBefore: ReadonlySet<string>, io: Io): string {
  const { verdict, ran, ms } = done;
  const tier = verdict ? `T${verdict.tier}` : "  ";
  const line = `${tier}  ${outcomeOf(done, io)}  ${Math.round(ms)} ms\n`;
  if (ran) return line;
  return verdict ? line + stoppedLines(verdict, saidBefore, io) : line + indented(done.output, io);
}

/** Two verdicts with the same answer were stopped by the same rules, at the same tier. */
export function answerOf({ tier, rules }: Verdict): string {
  return [tier, ...rules].join(" ");
}

function outcomeOf({ ran, exitCode, held, answered }: Done, io: Io): string {
  if (!ran) return paint(io, ["red", "bold"], "STOPPED");
  const words = answered ? "yes, ran" : "ran";
  if (held.length > 0) return `${words}, ${paint(io, ["red", "bold"], `${held.length} HELD`)}`;
  return exitCode === 0 ? words : `${words}, exit ${exitCode}`;
}

function stoppedLines(verdict: Verdict, saidBefore: ReadonlySet<string>, io: Io): string {
  const effects = verdict.effects.filter((effect) => effect.verb !== "read").slice(0, 3);
  const lines = effects.map((effect) =>
    flowed(effectLine(effect, io), effectLine(effect, { colour: false }), io),
  );
  const known = saidBefore.has(answerOf(verdict));
  return lines.join("") + (known ? indented("the same answer", io) : indented(verdict.reason, io));
}

/** A painted line as it is where it fits, else broken at its dash. */
function flowed(painted: string, plain: string, io: Io): string {
  const fits = plain.length + INDENT.length <= columnsOf(io);
  return `${INDENT}${fits ? painted : painted.replace(" — ", `,\n${INDENT}  `)}\n`;
}

const SECOND = 1000;

/**
 * Prints a beginning, waits, and prints the end on the same line. On a terminal a wait of more than a second shows
 * its seconds, so that nobody takes it for a hang.
 */
export async function watched<Result>(
  io: Io,
  beginning: string,
  work: Promise<Result>,
  ending: (result: Result) => string,
): Promise<Result> {
  io.print(beginning);
  const isTerminal = process.stdout.isTTY === true && io.environment.TERM !== "dumb";
  const start = performance.now();
  const tick = () => io.print(`\r${beginning}… ${Math.round((performance.now() - start) / SECOND)} s`);
  const timer = isTerminal ? setInterval(tick, SECOND) : undefined;
  try {
    const result = await work;
    const hasTicked = isTerminal && performance.now() - start >= SECOND;
    io.print(hasTicked ? `\r\u001b[K${beginning}${ending(result)}` : ending(result));
    return result;
  } finally {
    clearInterval(timer);
  }
}
