import { readFileSync } from "node:fs";
import { UserError } from "../adapters/error.ts";

/** What a command of the CLI has of the world. */
export interface Io {
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Writes text to standard output, as it is. */
  print(text: string): void;
  /** Writes text to standard error, as it is. */
  warn(text: string): void;
  /** True when standard output is a terminal that shows colours and the person wants them (NO_COLOR). */
  readonly colour: boolean;
  /** Columns of the terminal; 80 when there is none. */
  readonly columns: number;
}

/** A command of the CLI: takes its arguments, gives the exit code. Throws `UserError` for what a person can mend. */
export type CliCommand = (args: readonly string[], io: Io) => Promise<number>;

export function processIo(): Io {
  const { env, stdout, stderr } = process;
  const wants = env.NO_COLOR === undefined || env.NO_COLOR === "";
  return {
    environment: env,
    cwd: process.cwd(),
    print: (text) => stdout.write(text),
    warn: (text) => stderr.write(text),
    colour: wants && env.TERM !== "dumb" && (stdout.isTTY || env.FORCE_COLOR === "1"),
    columns: stdout.columns ?? stderr.columns ?? (Number(env.COLUMNS) || 80),
  };
}

/** The whole of standard input or of a file, at most `limit` bytes. */
export function readAll(path: string, limit: number): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    throw new UserError(
      "UNREADABLE",
      `cannot read \`${path}\`: ${(error as Error).message}`,
      "name a file that exists, or `-` for standard input",
    );
  }
  if (bytes.length > limit)
    throw new UserError(
      "TOO_LARGE",
      `\`${path}\` has ${bytes.length} bytes, at most ${limit} are read`,
      "split it",
    );
  return bytes.toString("utf8");
}
