import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Ended } from "../../../gate/ports.ts";

/** Signals that somebody may send to us and that are meant for the command. */
const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"];

/** From the process that we start: the set-up shell, then `unshare`, the first process inside, the command. */
const DEPTH = 3;

export interface SignalForwarding {
  /** How the command ended, told by its exit code and by what was forwarded. */
  describe(code: number): Ended;
  /** Ends the command and everything it started. */
  killAll(): void;
  stop(): void;
}

/**
 * Passes signals on to the command while it runs. The terminal sends Ctrl-C to the command itself, being in the
 * same process group, so that signal is only passed on where there is no terminal.
 */
export function forwardSignals(outer: number): SignalForwarding {
  const sent = new Set<string>();
  const forward = (signal: NodeJS.Signals) => {
    const fromTerminal = signal === "SIGINT" || signal === "SIGQUIT";
    if (fromTerminal && process.stdin.isTTY) return;
    sent.add(signal);
    for (const pid of descendants(outer, DEPTH)) send(pid, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return {
    describe: (code) => {
      const signal = [...sent].find((name) => code === 128 + constants.signals[name as NodeJS.Signals]);
      return signal === undefined ? { exitCode: code } : { exitCode: null, signal };
    },
    killAll: () => {
      for (const pid of descendants(outer, 2)) send(pid, "SIGKILL");
    },
    stop: () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    },
  };
}

function descendants(pid: number, depth: number): readonly number[] {
  let level = [pid];
  for (let step = 0; step < depth; step++) level = level.flatMap(children);
  return level;
}

function children(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
