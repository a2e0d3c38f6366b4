import type { Protection } from "../../core/protection.ts";
import type { Io } from "../io.ts";
import { PROTECTION } from "../version-command.ts";
import type { Health } from "./environment.ts";
import type { Loss } from "./losses.ts";
import { heading, indented, marked } from "./screen.ts";
import type { Done } from "./session.ts";

/** Rows of the customer's data that the environment begins with. */
export const ROWS = 1_200;

/** What is known when the tour is over. */
export interface Outcome {
  readonly done: readonly Done[];
  readonly losses: readonly Loss[];
  readonly health: readonly Health[];
  readonly verified: { readonly exitCode: number; readonly stdout: string };
  readonly seconds: number;
  /** Why commands do not run isolated, where they do not. */
  readonly reason: string | undefined;
}

interface Facts {
  readonly ran: number;
  readonly stopped: number;
  readonly leaked: number;
  readonly asked: number;
  readonly answers: number;
  readonly answered: number;
  readonly rows: number;
  readonly fixed: boolean;
  readonly back: number;
  readonly held: number;
  readonly isHomeUntouched: boolean;
  readonly entries: number;
  readonly verified: boolean;
  readonly protection: Protection | undefined;
}

/** The end of the tour: what happened, each sentence checked. `allWell`: nothing was lost that the engine promises. */
export function summarise(outcome: Outcome, io: Io): { readonly text: string; readonly allWell: boolean } {
  const facts = factsOf(outcome);
  return { text: textOf(facts, outcome, io), allWell: isWell(facts, outcome) };
}

function factsOf({ done, losses, health, verified }: Outcome): Facts {
  const all = [...done, ...losses.map((one) => one.done)];
  const tests = done.filter(({ step }) => step.command === "npm test");
  return {
    ran: all.filter((one) => one.ran).length,
    stopped: all.filter((one) => !one.ran).length,
    leaked: done.filter((one) => one.step.destroys === true && one.ran).length,
    asked: done.filter((one) => one.verdict?.outcome === "confirm").length,
    answers: losses.filter((one) => one.done.answered).length,
    answered: health.filter(({ rows }) => rows !== undefined).length,
    rows: health.findLast(({ rows }) => rows !== undefined)?.rows ?? 0,
    fixed: tests.at(0)?.exitCode !== 0 && tests.at(-1)?.exitCode === 0,
    back: losses.filter((one) => one.isBack).length,
    held: losses.flatMap((one) => one.done.held).length,
    isHomeUntouched: losses.every((one) => one.isHomeUntouched),
    entries: Number((JSON.parse(verified.stdout || "{}") as { size?: number }).size ?? 0),
    verified: verified.exitCode === 0,
    protection: losses.at(0)?.done.protection,
  };
}

function isWell(facts: Facts, { done, losses, health }: Outcome): boolean {
  const isContained = facts.protection?.engine === "linux-overlay";
  return (
    facts.leaked === 0 &&
    facts.asked === 0 &&
    facts.answered === health.length &&
    facts.rows === ROWS &&
    facts.fixed &&
    facts.verified &&
    facts.back === losses.length &&
    (facts.isHomeUntouched || !isContained) &&
    done.every((one) => one.ran || one.step.destroys === true)
  );
}

function textOf(facts: Facts, { done, losses, health, seconds, reason }: Outcome, io: Io): string {
  const decisions = done.flatMap((one) => (one.verdict ? [one.verdict.ms] : [])).sort((a, b) => a - b);
  const at = (share: number) =>
    (decisions[Math.min(decisions.length - 1, Math.floor(decisions.length * share))] ?? 0).toFixed(1);
  const { ran, stopped, leaked, answered, rows, entries } = facts;
  const questions = facts.asked + facts.answers;
  return [
    heading("What happened", io),
    marked(
      leaked === 0,
      `${ran} commands ran, ${stopped} were stopped before anything happened, ${questions} asked about`,
      io,
    ),
    marked(
      answered === health.length,
      `the service answered ${answered} of ${health.length} health checks`,
      io,
    ),
    marked(rows === ROWS, `${rows} of ${ROWS} rows of the customer's data are there`, io),
    marked(facts.fixed, "the bug is fixed: the tests failed before and pass now", io),
    marked(
      facts.back === losses.length,
      `${facts.back} of ${losses.length} losses were undone: every path, mode, owner, byte and link`,
      io,
    ),
    ...homeLines(facts, io),
    marked(facts.verified, `every step stands in the log: ${entries} signed entries, verified`, io),
    indented(
      `decisions: ${at(0.5)} ms (p50), ${at(0.95)} ms (p95) in new processes; all of it ${seconds.toFixed(0)} s`,
      io,
      "  ",
    ),
    indented(engineText(facts, reason), io, "  "),
    "\nThe same without the gate:  npm start -- --without-gate\n",
    "Try it yourself:            bin/countersign check 'git push --force'\n",
  ].join("");
}

function homeLines({ held, isHomeUntouched }: Facts, io: Io): readonly string[] {
  if (!isHomeUntouched) return [marked(false, "what the script wrote outside of the project stays", io)];
  if (held === 0) return [];
  return [marked(true, "what nobody foresaw, outside of the project, waited and was rejected", io)];
}

function engineText({ protection }: Facts, reason: string | undefined): string {
  const { engine = "plain" } = protection ?? {};
  return `engine ${engine}, ${PROTECTION[engine]}${reason === undefined ? "" : `; why not isolated: ${reason}`}`;
}
