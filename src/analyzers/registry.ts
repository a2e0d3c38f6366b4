import type { Analyzer } from "./analyzer.ts";
import { analyzers } from "./registry.gen.ts";

const BY_PROGRAM: ReadonlyMap<string, Analyzer> = new Map(
  analyzers.flatMap((analyzer) =>
    analyzer.programs.map((program): [string, Analyzer] => [program, analyzer]),
  ),
);

/** `python3.12` is python, `pip3` is listed by itself; `gcc-13` is gcc. */
const VERSIONED = /^([a-z][a-z+-]*?)-?\d+(\.\d+)*$/;

/** The analyzer that answers for a program name, or `undefined` when nobody knows the program. */
export function analyzerFor(program: string): Analyzer | undefined {
  return BY_PROGRAM.get(program) ?? BY_PROGRAM.get(VERSIONED.exec(program)?.[1] ?? "");
}
