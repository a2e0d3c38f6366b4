import { readdirSync, readFileSync } from "node:fs";

/** The first descriptor that the set-up does not use itself. */
const FIRST = 7;

const CLOSE_ON_EXEC = 0o2000000;

let inherited: readonly number[] | undefined;

/**
 * What to put on the descriptors from 7 on, so that nothing that we were started with reaches a command: an open
 * folder from outside would be a way around every mount. Node closes low ones by itself, but not those after a gap.
 */
export function coveredDescriptors(): readonly "ignore"[] {
  inherited ??= readInherited();
  const last = Math.max(FIRST - 1, ...inherited);
  return Array.from({ length: last - FIRST + 1 }, () => "ignore" as const);
}

function readInherited(): readonly number[] {
  const numbers = readdirSync("/proc/self/fd").map(Number);
  return numbers.filter((number) => number >= FIRST && !closesOnExec(number));
}

function closesOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1];
    return (Number.parseInt(flags ?? "0", 8) & CLOSE_ON_EXEC) !== 0;
  } catch {
    return true;
  }
}
