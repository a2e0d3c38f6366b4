import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { needs, works } from "../cli/program.ts";

/** A shell in a real terminal of a given size. */
export interface Terminal {
  /** Types keys in the words of tmux(1): `C-c`, `Enter`, `Space`; other text as it is. */
  press(...keys: readonly string[]): void;
  /** Types a text and Enter. */
  enter(text: string): void;
  resize(columns: number, rows: number): void;
  /** What is on the screen, without blank lines at its end. */
  screen(): string;
  /** Waits until the screen matches; fails with the screen when it does not within ten seconds. */
  until(pattern: RegExp): Promise<string>;
  /** Hangs up. */
  close(): void;
}

export const PROMPT = "ready>";

/** Why terminals cannot be tried here, or undefined; said aloud. */
export function missingTerminal(): boolean {
  return !needs("tmux", works("tmux", "-V"));
}

/** Starts `bash` without start files in a terminal, in a folder. */
export function openTerminal(
  [columns, rows]: readonly [number, number],
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const name = `countersign-${randomBytes(6).toString("hex")}`;
  const tmux = (...words: readonly string[]) =>
    spawnSync("tmux", ["-L", name, "-f", "/dev/null", ...words], { encoding: "utf8", timeout: 10_000 });
  const variables = Object.entries({ ...environment, PS1: `${PROMPT} ` }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const shell = ["env", "-i", "TERM=screen", ...variables, "bash", "--norc", "--noprofile", "-i"];
  const started = tmux("new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "-c", cwd, ...shell);
  if (started.status !== 0) throw new Error(`tmux: ${started.stderr}`);
  const screen = () => tmux("capture-pane", "-p").stdout.trimEnd();
  return {
    press: (...keys) => void tmux("send-keys", ...keys),
    enter: (text) => {
      tmux("send-keys", "-l", text);
      tmux("send-keys", "Enter");
    },
    resize: (width, height) => void tmux("resize-window", "-x", `${width}`, "-y", `${height}`),
    screen,
    until: async (pattern) => {
      for (let round = 0; round < 250 && !pattern.test(screen()); round++)
        await new Promise((resolve) => setTimeout(resolve, 40));
      expect(screen()).toMatch(pattern);
      return screen();
    },
    close: () => void tmux("kill-server"),
  };
}
