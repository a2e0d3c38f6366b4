import { parseArgs } from "node:util";
import { terminalAsk } from "../adapters/ask/terminal.ts";
import { UserError } from "../adapters/error.ts";
import { type Level, levelFor } from "../adapters/exec/engines.ts";
import { childEnvironment, shellCode } from "../adapters/exec/plain.ts";
import { placesFrom } from "../adapters/places.ts";
import { ENGINES, type EngineName } from "../core/protection.ts";
import type { LedgerPort } from "../gate/ports.ts";
import { type Ran, type RunPorts, type RunResult, runCall } from "../gate/run.ts";
import { EXIT, exitCodeOf } from "../gate/verdict.ts";
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
    const { state } = placesFrom(io.environment);
    const { setting } = request;
    const level = levelFor({ state, environment: io.environment, setting }, readEngine(values.engine));
    const ports = runPorts(io, setting.workspace, journal, level);
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

function readEngine(text: string | undefined): EngineName | undefined {
  const engine = ENGINES.find((name) => name === text);
  if (engine || text === undefined) return engine;
  throw new UserError("NO_ENGINE", `\`${text}\` is no engine`, `use one of ${ENGINES.join(", ")}`);
}

function runPorts(io: Io, workspace: string | undefined, journal: LedgerPort, level: Level): RunPorts {
  return {
    ...checkPorts(io, workspace),
    ledger: journal,
    ask: terminalAsk(io.environment, (verdict) =>
      renderVerdict(verdict, { colour: true, columns: io.columns }),
    ),
    engines: level.engines,
    ids: systemIds,
  };
}

function conclude(result: RunResult, json: boolean, io: Io): number {
  const code = codeOf(result);
  if (json) io.warn(`${JSON.stringify(jsonOf(result, code))}\n`);
  else {
    const said = result.end === "ran" ? remarks(result, io) : [messageOf(result, io)];
    if (said.length > 0) io.warn(`${said.join("\n")}\n`);
  }
  return code;
}

function jsonOf(result: RunResult, exitCode: number) {
  const { action, verdict, end, protection } = result;
  const ran =
    result.end === "ran"
      ? {
          captured: result.captured,
          held: result.held,
          leftBehind: result.leftBehind,
          refusedHosts: result.refusedHosts,
        }
      : {};
  return { ...verdict, id: action, end, exitCode, protection, ...ran };
}

function codeOf(result: RunResult): number {
  switch (result.end) {
    case "ran":
      return result.heldDecision
        ? exitCodeOf(result.heldDecision.outcome) || EXIT.confirm
        : shellCode(result.ended);
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

/** What a command that ran should be told beside its own output; nothing in the ordinary case. */
function remarks(result: Ran & RunResult, io: Io): readonly string[] {
  const { leftBehind, refusedHosts } = result;
  const said: string[] = [];
  if (leftBehind > 0)
    said.push(
      `countersign: ended ${leftBehind} ${leftBehind === 1 ? "process" : "processes"} that it left running; \`run --service\` keeps a server alive`,
    );
  if (refusedHosts.length > 0)
    said.push(
      `countersign: the network was closed to it: ${refusedHosts.slice(0, 5).map(plainText).join(", ")}; the operator can name hosts in the file \`hosts\` of the configuration folder`,
    );
  if (result.held.length > 0) said.push(heldMessage(result, io));
  return said;
}

function heldMessage(result: Ran & RunResult, io: Io): string {
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
