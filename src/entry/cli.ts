import type { CliCommand, Io } from "./io.ts";
import { processIo } from "./io.ts";

interface Entry {
  readonly summary: string;
  load(): Promise<CliCommand>;
}

/** Commands load their own code only: what one does not need must not slow it down. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  check: {
    summary: "judge a command without running it",
    load: async () => (await import("./check-command.ts")).checkCommand,
  },
  run: {
    summary: "judge, ask where needed, run, record",
    load: async () => (await import("./run-command.ts")).runCommand,
  },
  held: {
    summary: "captured changes that wait",
    load: async () => (await import("./held-command.ts")).heldCommand,
  },
  undo: {
    summary: "put back what a command changed",
    load: async () => (await import("./undo-command.ts")).undoCommand,
  },
  diff: {
    summary: "show what a command changed",
    load: async () => (await import("./diff-command.ts")).diffCommand,
  },
  "restore-points": {
    summary: "list the ways back that are kept",
    load: async () => (await import("./restore-points-command.ts")).restorePointsCommand,
  },
  gc: {
    summary: "remove old restore points, within a budget",
    load: async () => (await import("./gc-command.ts")).gcCommand,
  },
  log: { summary: "list what happened", load: async () => (await import("./log-command.ts")).logCommand },
  show: {
    summary: "show one action, with all its steps",
    load: async () => (await import("./show-command.ts")).showCommand,
  },
  verify: {
    summary: "check that nobody rewrote the log",
    load: async () => (await import("./verify-command.ts")).verifyCommand,
  },
  policy: {
    summary: "check, test and explain the rules",
    load: async () => (await import("./policy-entry.ts")).policyEntry,
  },
  tour: {
    summary: "the whole thing on a small real environment",
    load: async () => (await import("./tour-command.ts")).tourCommand,
  },
  version: {
    summary: "version, Node, engine and protection level",
    load: async () => (await import("./version-command.ts")).versionCommand,
  },
};

function help(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(width + 2)}${summary}`,
  );
  return `Countersign: the gate for coding agents.

${lines.join("\n")}

\`countersign COMMAND --help\` has examples. Start with: countersign check -- git push --force
`;
}

/** Runs the CLI and gives the exit code. */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    io.print(help());
    return name === undefined ? 2 : 0;
  }
  const entry = COMMANDS[name === "--version" ? "version" : name];
  if (!entry) {
    io.warn(`countersign: \`${name}\` is no command\n${help()}`);
    return 2;
  }
  try {
    const command = await entry.load();
    return await command(rest, io);
  } catch (error) {
    return report(error, io);
  }
}

/** Expected failures carry what to do next; anything else is a defect of ours, and still a no. */
function report(error: unknown, io: Io): number {
  const { message, help, code } = error as { message?: string; help?: string; code?: string };
  if (code?.startsWith("ERR_PARSE_ARGS")) {
    io.warn(`countersign: ${message?.split(". ")[0]}\n  the command's --help lists its options\n`);
    return 2;
  }
  io.warn(`countersign: ${message ?? String(error)}\n`);
  if (help !== undefined) io.warn(`  ${help}\n`);
  else if (io.environment.COUNTERSIGN_DEBUG !== undefined) io.warn(`${(error as Error).stack}\n`);
  else
    io.warn(
      `  this should not happen (${code ?? (error as Error).name}); nothing was run. COUNTERSIGN_DEBUG=1 shows more\n`,
    );
  return 2;
}

/** A reader that went away (`| head`) is no error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exitCode = 0;
});

process.exitCode = await main(process.argv.slice(2));
