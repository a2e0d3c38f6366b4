import { join } from "node:path";
import { parseArgs } from "node:util";
import { terminalAsk } from "../adapters/ask/terminal.ts";
import { UserError } from "../adapters/error.ts";
import { journalRestorePoints, overlayPort } from "../adapters/exec/capturing.ts";
import { childEnvironment, plainEngine, shellCode } from "../adapters/exec/plain.ts";
import { placesFrom } from "../adapters/places.ts";
import { snapshotRestorePoints } from "../adapters/restore/snapshot/port.ts";
import type { Setting } from "../core/call.ts";
import type { LedgerPort } from "../gate/ports.ts";
import { type RunPorts, type RunResult, runCall } from "../gate/run.ts";
import { EXIT } from "../gate/verdict.ts";
import { readEnvironment, requestOf } from "./check-command.ts";
import { checkPorts, systemIds } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";
import { effectLine, paint, plainText, renderVerdict } from "./render.ts";
import { declaredScope, sessionTotals } from "./session.ts";

export const RUN_HELP = `Judges a command, asks where needed, makes the way back, runs it, records every step.

  countersign run [--json] [--cwd DIR] [--environment NAME] [--engine NAME] [--] CMD…

Several words run as the words of one command; a single word runs as a line for bash.
What the log cannot record does not run.

--engine plain (the default) runs the command on the machine as it is. --engine linux-overlay catches everything
it changes below the project and home before it becomes real: what was foreseen or is harmless becomes real and can
be undone, anything else waits (\`countersign held\`).

Examples
  countersign run -- npm test
  countersign run 'cd build && rm -rf *'
  countersign run -- terraform destroy          stops here: a second person has to agree

Exit codes: the command's own when it ran (0-255); 10 nobody confirmed, 11 waits for a second person,
12 forbidden, 13 refused by a person, 14 expired, 20 outcome unknown, 2 wrong usage or nothing could be recorded.
`;

export const runCommand: CliCommand = async (args, io) => {
  const { values, words } = readArguments(args);
  if (values.help) {
    io.print(RUN_HELP);
    return EXIT.done;
  }
  if (words.length === 0)
    throw new UserError(
      "NO_COMMAND",
      "no command to run",
      "write it after `--`: countersign run -- npm test",
    );
  const request = requestOf(words, values.cwd ?? io.cwd, readEnvironment(values.environment), io);
  const environment = childEnvironment(io.environment);
  const runnable = request.argv ? { argv: request.argv } : { shell: request.call.input as string };
  const journal = await openJournal(io, request.asking.session);
  try {
    const ports = runPorts(io, request.setting, journal, readEngine(values.engine));
    const { session } = request.asking;
    const scope = declaredScope(io, session);
    const context = { totals: sessionTotals(io, session), ...(scope ? { scope } : {}) };
    const result = await runCall({ ...request, ...context, runnable, environment }, ports);
    return conclude(result, values.json === true, io);
  } finally {
    await journal.close();
  }
};

function readArguments(args: readonly string[]) {
  const first = args.findIndex(
    (arg, at) => !arg.startsWith("-") && !["--cwd", "--environment", "--engine"].includes(args[at - 1] ?? ""),
  );
  const split = args.indexOf("--");
  const at = split >= 0 && (first < 0 || split < first) ? split : first;
  const own = at < 0 ? args : args.slice(0, at);
  try {
    const { values } = parseArgs({
      args: [...own],
      options: {
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        cwd: { type: "string" },
        environment: { type: "string" },
        engine: { type: "string" },
      },
    });
    return { values, words: at < 0 ? [] : args.slice(args[at] === "--" ? at + 1 : at) };
  } catch (error) {
    throw new UserError(
      "USAGE",
      (error as Error).message.split("\n")[0] ?? "",
      "write the command after `--`; `countersign run --help` has examples",
    );
  }
}

const ENGINES = ["plain", "linux-overlay"] as const;
type Engine = (typeof ENGINES)[number];

function readEngine(text: string | undefined): Engine {
  const engine = ENGINES.find((name) => name === (text ?? "plain"));
  if (engine) return engine;
  throw new UserError("NO_ENGINE", `\`${text}\` is no engine`, `use one of ${ENGINES.join(", ")}`);
}

function runPorts(io: Io, setting: Setting, journal: LedgerPort, engine: Engine): RunPorts {
  const { state } = placesFrom(io.environment);
  const overlay = engine === "linux-overlay";
  return {
    ...checkPorts(io, setting.workspace),
    ledger: journal,
    ask: terminalAsk(io.environment, (verdict) =>
      renderVerdict(verdict, { colour: true, columns: io.columns }),
    ),
    execute: overlay ? overlayPort(state, setting.own, io.environment) : plainEngine(io.environment),
    restore: overlay ? journalRestorePoints() : snapshotRestorePoints(join(state, "restore-points")),
    ids: systemIds,
  };
}

function conclude(result: RunResult, json: boolean, io: Io): number {
  const code = codeOf(result);
  if (json) {
    const { action, verdict, end } = result;
    io.warn(`${JSON.stringify({ ...verdict, id: action, end, exitCode: code })}\n`);
  } else if (result.end !== "ran") io.warn(`${messageOf(result, io)}\n`);
  else if (result.held.length > 0) io.warn(`${heldMessage(result, io)}\n`);
  return code;
}

function codeOf(result: RunResult): number {
  switch (result.end) {
    case "ran":
      return result.held.length > 0 ? EXIT.review : shellCode(result.ended);
    case "not-started":
      return 127;
    case "nobody-to-ask":
      return EXIT.confirm;
    case "needs-review":
      return EXIT.review;
    case "refused":
      return EXIT.refused;
    case "forbidden":
    case "no-way-back":
    case "changed":
      return EXIT.forbid;
  }
}

function heldMessage(result: Extract<RunResult, { end: "ran" }>, io: Io): string {
  const lines = result.held.slice(0, 12).map((effect) => `  ${effectLine(effect, io)}`);
  const rest = result.held.length > 12 ? [`  … and ${result.held.length - 12} more`] : [];
  const head = `It ran, and ${result.held.length} of its changes wait: nobody foresaw them.`;
  return [
    paint(io, "yellow", head),
    ...lines,
    ...rest,
    `  held     ${result.action}   countersign held accept|reject ${result.action}`,
  ].join("\n");
}

/** What a refusal says, to a person and to a model: what did not happen, why, and what to do instead. */
function messageOf(result: Exclude<RunResult, { end: "ran" }>, io: Io): string {
  const nothing = paint(io, "bold", "Nothing was run.");
  const verdict = renderVerdict(result.verdict, io);
  switch (result.end) {
    case "not-started":
      return `countersign: could not start it: ${result.error.message}`;
    case "needs-review":
      return `${verdict}\n  ticket   ${result.action}\n${nothing} A second person has to agree to exactly this; asking again or another spelling of it meets the same answer.`;
    case "nobody-to-ask":
      return `${verdict}\n${nothing} No terminal that only the operator controls, so nobody could confirm it. The operator can run it from their own terminal.`;
    case "refused":
      return `${nothing} The operator said no. That is final for this request.`;
    case "forbidden":
      return `${verdict}\n  action   ${result.action}\n${nothing}`;
    case "no-way-back":
      return `${verdict}\n${nothing} The way back could not be made: ${plainText(result.why ?? "")}`;
    case "changed":
      return `${verdict}\n${nothing} What would have run is no longer what was decided: ${plainText(result.why ?? "")}`;
  }
}
