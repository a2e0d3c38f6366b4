import { createReadStream } from "node:fs";
import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { quote } from "../analyzers/shell/dispatch.ts";
import type { Call, DeclaredEnvironment } from "../core/call.ts";
import { type CheckPorts, type CheckRequest, checkCall } from "../gate/check.ts";
import { EXIT, exitCodeOf } from "../gate/verdict.ts";
import { judgeLines } from "./batch.ts";
import { askingOf, checkPorts, settingOf } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { renderVerdict } from "./render.ts";

export const CHECK_HELP = `Judges a command without running it: what would it do, and may it?

  countersign check [--json] [--cwd DIR] [--environment NAME] -- CMD…
  countersign check --batch FILE|-        one JSON call a line in, one verdict a line out

Several words are judged as the words of one command; a single word is judged as a line for the shell.
No side effect, no network.

Examples
  countersign check -- git push --force
  countersign check 'cd build && rm -rf *'
  countersign check --environment development -- terraform destroy
  echo '{"id":"1","tool":"sql","input":"DELETE FROM invoices"}' | countersign check --batch -

Exit codes: 0 permitted, 10 needs confirmation, 11 needs review, 12 forbidden, 2 wrong usage.
`;

const ENVIRONMENTS = ["development", "staging", "production"] as const;

export const checkCommand: CliCommand = async (args, io) => {
  const split = args.indexOf("--");
  const { values, positionals } = readOptions(split < 0 ? args : args.slice(0, split), split < 0);
  if (values.help) {
    io.print(CHECK_HELP);
    return EXIT.done;
  }
  const declared = readEnvironment(values.environment);
  const cwd = values.cwd ?? io.cwd;
  if (values.batch !== undefined) return checkBatch(values.batch, cwd, declared, io);
  const words = split < 0 ? positionals : [...positionals, ...args.slice(split + 1)];
  if (words.length === 0)
    throw new UserError(
      "NO_COMMAND",
      "no command to check",
      "write it after `--`: countersign check -- git status",
    );
  const request = requestOf(words, cwd, declared, io);
  const { verdict } = await checkCall(request, checkPorts(io, request.setting.workspace));
  io.print(values.json ? `${JSON.stringify(verdict)}\n` : `${renderVerdict(verdict, io)}\n`);
  return exitCodeOf(verdict.outcome);
};

/** The request for words of the command line: several are `execve`'s, a single one is a line for the shell. */
export function requestOf(
  words: readonly string[],
  cwd: string,
  declared: DeclaredEnvironment | undefined,
  io: Io,
): CheckRequest {
  const [only] = words;
  const line = words.length === 1 && only !== undefined;
  const call: Call = { tool: "shell", input: line ? only : words.map(quote).join(" ") };
  return {
    id: "1",
    call,
    setting: settingOf(io, cwd, declared),
    asking: askingOf(io),
    ...(line ? {} : { argv: words }),
  };
}

/** What `--environment` or a field named `environment` says; anything but the three names is an error. */
export function readEnvironment(text: string | undefined): DeclaredEnvironment | undefined {
  const known = ENVIRONMENTS.find((name) => name === text);
  if (text === undefined || known) return known;
  throw new UserError(
    "NO_ENVIRONMENT",
    `\`${text}\` is no environment`,
    `use one of ${ENVIRONMENTS.join(", ")}`,
  );
}

function readOptions(args: readonly string[], allowPositionals: boolean) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals,
      options: {
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        cwd: { type: "string" },
        environment: { type: "string" },
        batch: { type: "string" },
      },
    });
  } catch (error) {
    throw new UserError(
      "USAGE",
      (error as Error).message.split("\n")[0] ?? "",
      "write the command after `--`; `countersign check --help` has examples",
    );
  }
}

async function checkBatch(
  file: string,
  cwd: string,
  declared: DeclaredEnvironment | undefined,
  io: Io,
): Promise<number> {
  const portsByWorkspace = new Map<string | undefined, CheckPorts>();
  const portsFor = (workspace: string | undefined): CheckPorts => {
    const ports = portsByWorkspace.get(workspace) ?? checkPorts(io, workspace);
    portsByWorkspace.set(workspace, ports);
    return ports;
  };
  const input = file === "-" ? process.stdin : createReadStream(file);
  const unreadable = await judgeLines(input, { cwd, declared, io, portsFor });
  if (unreadable > 0)
    io.warn(`countersign: ${unreadable} lines could not be read; each has its own verdict\n`);
  return unreadable > 0 ? EXIT.usage : EXIT.done;
}
