import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { ReadStream, WriteStream } from "node:tty";
import type { Answer, AskPort } from "../../gate/ports.ts";
import type { Verdict } from "../../gate/verdict.ts";

/** Set by agents in the shells that they start: whoever types there is not a person. */
const AGENT_VARIABLES = [
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CODEX_SANDBOX",
  "CODEX_THREAD_ID",
  "GEMINI_CLI",
  "QWEN_CODE",
  "CURSOR_AGENT",
  "OPENCODE",
  "COPILOT_AGENT",
  "KIRO_AGENT",
  "AMP_AGENT",
  "CLINE_ACTIVE",
  "PI_CODING_AGENT",
  "Q_TERM_AGENT",
  "AI_AGENT",
  "COUNTERSIGN_AGENT",
];

/** The agent in whose shell we run, by the variables it sets, or `undefined`. */
export function agentAround(environment: NodeJS.ProcessEnv): string | undefined {
  return AGENT_VARIABLES.find((name) => (environment[name] ?? "") !== "");
}

/**
 * Asks the operator on the controlling terminal, never on standard input: that could be fed by an agent. No
 * terminal, or one inside an agent's shell, means that nobody is there to say yes.
 */
export function terminalAsk(
  environment: NodeJS.ProcessEnv,
  show: (verdict: Verdict) => string,
  question = "Run it? Type yes to confirm, anything else to refuse: ",
): AskPort {
  return {
    confirm: async (verdict) => {
      if (agentAround(environment) !== undefined) return "nobody";
      const terminal = openTerminal();
      if (!terminal) return "nobody";
      try {
        terminal.output.write(`${show(verdict)}\n`);
        return await ask(terminal, question);
      } finally {
        terminal.close();
      }
    },
  };
}

/** Whether the operator could be asked here. */
export function canAsk(environment: NodeJS.ProcessEnv): boolean {
  if (agentAround(environment) !== undefined) return false;
  const terminal = openTerminal();
  terminal?.close();
  return terminal !== undefined;
}

interface Terminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
  close(): void;
}

function openTerminal(): Terminal | undefined {
  let file: number;
  try {
    file = openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
  try {
    const input = new ReadStream(file);
    const output = new WriteStream(file);
    return { input, output, close: () => input.destroy() };
  } catch {
    closeSync(file);
    return undefined;
  }
}

async function ask({ input, output }: Terminal, question: string): Promise<Answer> {
  const lines = createInterface({ input, output });
  const answer = await Promise.race([
    lines.question(question),
    new Promise<string>((resolve) => lines.once("close", () => resolve(""))),
  ]);
  lines.close();
  return answer.trim().toLowerCase() === "yes" ? "yes" : "no";
}
