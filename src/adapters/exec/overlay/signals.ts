import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Ended } from "../../../gate/ports.ts";

/** Signals that somebody may send to us and that are meant for the command. */
export const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGTERM",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
];

/** What a terminal sends to all processes in its foreground, the command among them. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT"];

/** From the process that we start: the set-up shell, then `unshare`, the first process inside, the command. */
const DEPTH = 3;

/** A second SIGTERM after this many milliseconds is meant; `timeout` sends two at once. */
const PATIENCE = 1000;

export interface SignalForwarding {
  /** How the command ended, told by its exit code and by the signals that came. */
  describe(code: number): Promise<Ended>;
  /** Ends the command and everything it started. */
  killAll(): void;
  stop(): void;
}

/**
 * Passes signals on to the command while it runs. Ctrl-C reaches the command by itself when our process group has
 * the terminal. A command that outlives a SIGTERM is ended, with everything it started, by the next.
 */
export function forwardSignals(outer: number): SignalForwarding {
  const came = new Map<string, number>();
  const killAll = () => {
    for (const pid of descendants(outer, 2)) send(pid, "SIGKILL");
  };
  const forward = (signal: NodeJS.Signals) => {
    const first = came.get(signal);
    came.set(signal, first ?? performance.now());
    if (FROM_TERMINAL.includes(signal) && hasTerminal()) return;
    if (signal === "SIGTERM" && first !== undefined && performance.now() - first > PATIENCE) killAll();
    else for (const pid of descendants(outer, DEPTH)) send(pid, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return {
    describe: async (code) => {
      // A signal that came with the end of the command is told to us after it.
      await new Promise((resolve) => setImmediate(resolve));
      const signal = [...came.keys()].find(
        (name) => code === 128 + constants.signals[name as NodeJS.Signals],
      );
      return signal === undefined ? { exitCode: code } : { exitCode: null, signal };
    },
    killAll,
    stop: () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    },
  };
}

/**
 * Whether our process group is in the foreground of a terminal (proc_pid_stat(5): after the name come the state,
 * parent, group, session, terminal and the group in its foreground). Standard input may be a pipe all the same.
 */
function hasTerminal(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return terminal !== "0" && group === foreground;
  } catch {
    return process.stdin.isTTY;
  }
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
