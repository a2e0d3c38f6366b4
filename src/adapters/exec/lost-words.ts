import { readFileSync } from "node:fs";

/** What stands for bytes that are no UTF-8, once they were read as text. */
const REPLACEMENT = "\ufffd";

/**
 * Whether bytes of our own arguments were lost when they were read as text: what would be judged and run is then not
 * what was typed. `words`: the arguments as text. Where the bytes cannot be looked at, the doubtful counts as lost.
 */
export function lostBytes(words: readonly string[]): boolean {
  if (!words.some((word) => word.includes(REPLACEMENT))) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(readFileSync("/proc/self/cmdline"));
    return false;
  } catch {
    return true;
  }
}
