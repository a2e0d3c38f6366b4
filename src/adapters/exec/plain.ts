import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Setting } from "../../core/call.ts";
import type { Ended, Engine, Runnable } from "../../gate/ports.ts";
import type { Isolation } from "./capturing.ts";
import { carryingLine } from "./carry.ts";
import { findSystem } from "./overlay/tools.ts";

/** Variables that would make the shell we start run something before the text that was judged. */
const START_FILES = ["BASH_ENV", "ENV", "BASHOPTS", "SHELLOPTS", "PROMPT_COMMAND", "CDPATH", "GLOBIGNORE"];

/** Set by our launcher for ourselves: a program of the project must not keep its compiled code among ours. */
const OURS = ["NODE_COMPILE_CACHE"];

/** The environment a command gets: the caller's, without what changes the meaning of the judged text. */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => ![...START_FILES, ...OURS].includes(name) && !name.startsWith("BASH_FUNC_"),
  );
  return Object.fromEntries(kept);
}

/**
 * Runs the command on this machine as it is, with the caller's terminal. No containment, no captured effects;
 * only what was judged ahead is known.
 *
 * A shell text is run by a bash that we start without start files, because bash is the shell it was read as.
 */
export function runDirectly({
  environment,
  state,
  carry,
}: Pick<Isolation, "environment" | "state" | "carry">): Engine["execute"] {
  return async (command, setting) => {
    const env = childEnvironment(environment);
    const line = carry && carryingLine(command, env, { folder: state, where: "plain" });
    try {
      const [program = "", ...args] = wordsOf(line?.runnable ?? command);
      const ended = await run(program, args, setting, { ...env, ...line?.environment });
      carry?.(line?.readCarried());
      return ended;
    } finally {
      line?.close();
    }
  };
}

function wordsOf(command: Runnable): readonly string[] {
  if ("argv" in command) return command.argv;
  // `PATH`, which a line before may have changed, must not name another bash.
  return [findSystem("bash") ?? "bash", "--noprofile", "--norc", "-c", command.shell, "bash"];
}

function run(
  program: string,
  args: readonly string[],
  setting: Setting,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: setting.cwd, env, stdio: "inherit" });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(signal ? { exitCode: null, signal } : { exitCode: code });
    });
  });
}

/** The exit code that a shell gives for how a command ended. */
export function shellCode(ended: Ended): number {
  if (ended.exitCode !== null) return ended.exitCode;
  return 128 + (constants.signals[ended.signal as NodeJS.Signals] ?? 0);
}
