import { openSync, readdirSync, readFileSync } from "node:fs";

/** The first descriptor that the set-up does not use itself. */
const FIRST = 10;

const CLOSE_ON_EXEC = 0o2000000;

let covered: readonly ("ignore" | number)[] | undefined;

/**
 * What to put on the descriptors from 10 on, so that nothing that we were started with reaches a command: an open
 * folder from outside would be a way around every mount. Node closes low ones by itself, but not those after a
 * gap; they become `/dev/null`. They are only ever there from the start, so they are looked up once.
 */
export function coveredDescriptors(): readonly ("ignore" | number)[] {
  covered ??= coverInherited();
  return covered;
}

function coverInherited(): readonly ("ignore" | number)[] {
  const numbers = readdirSync("/proc/self/fd").map(Number);
  const inherited = new Set(numbers.filter((number) => number >= FIRST && !closesOnExec(number)));
  if (inherited.size === 0) return [];
  const nothing = openSync("/dev/null", "r+");
  const length = Math.max(...inherited) - FIRST + 1;
  return Array.from({ length }, (_, index) => (inherited.has(index + FIRST) ? nothing : "ignore"));
}

function closesOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1];
    return (Number.parseInt(flags ?? "0", 8) & CLOSE_ON_EXEC) !== 0;
  } catch {
    return true;
  }
}
