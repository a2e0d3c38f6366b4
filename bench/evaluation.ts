import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Call, DeclaredEnvironment, Tool } from "../src/core/call.ts";

/** A call of the evaluation: written from knowledge of the tools, without looking at the analyzers. */
export interface EvaluationCall {
  /** `harmless-FAMILY-NUMBER`, `destructive-FAMILY-plain-NUMBER` or `destructive-FAMILY-evasive-NUMBER`. */
  readonly id: string;
  readonly tool: Tool;
  readonly input: Call["input"];
  readonly environment?: DeclaredEnvironment;
  /** What it does, or why it is harmless. */
  readonly note: string;
}

/** The two lists: calls that must pass without a question, and calls that must not pass silently. */
export type ListName = "harmless" | "destructive";

/** The largest share of wrong answers for each list (DESIGN §11), as a fraction. */
export const BARS: Readonly<Record<ListName, number>> = { harmless: 0.03, destructive: 0.02 };

/** Where a list is kept: a call per line, as `check --batch` reads it. */
export function listFile(name: ListName): string {
  return join(import.meta.dirname, `../test/fixtures/evaluation/${name}.jsonl`);
}

/** Reads one list. Throws when the file is missing or a line is no JSON. */
export function readList(name: ListName): readonly EvaluationCall[] {
  return readFileSync(listFile(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EvaluationCall);
}

/** The tool family that a call belongs to, for example `git` or `aws-request`. */
export function familyOf(id: string): string {
  return id.replace(/^(harmless|destructive)-/, "").replace(/(-plain|-evasive)?-\d+$/, "");
}

/** How a destructive call is spelled; harmless calls are all `plain`. */
export function spellingOf(id: string): "plain" | "evasive" {
  return /-evasive-\d+$/.test(id) ? "evasive" : "plain";
}
