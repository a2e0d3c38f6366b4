import { parseArgs } from "node:util";
import { canAsk } from "../adapters/ask/terminal.ts";
import { UserError } from "../adapters/error.ts";
import { levelFor } from "../adapters/exec/engines.ts";
import { lostBytes } from "../adapters/exec/lost-words.ts";
import { childEnvironment } from "../adapters/exec/plain.ts";
import { uninterrupted } from "../adapters/exec/uninterrupted.ts";
import { fetchFact } from "../adapters/facts/machine.ts";
import { placesFrom } from "../adapters/places.ts";
import { ENGINES, type EngineName } from "../core/protection.ts";
import type { CheckRequest } from "../gate/check.ts";
import type { LedgerPort } from "../gate/ports.ts";
import { type RunPorts, type RunResult, runCall } from "../gate/run.ts";
import { EXIT } from "../gate/verdict.ts";
import { readEnvironment, requestOf } from "./check-command.ts";
import { commonPorts } from "./compose.ts";
import { acceptHeld, describeHeld, findHeld, heldLayers, rejectHeld } from "./held.ts";
import { collectDaily } from "./housekeeping.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";
import { plainText } from "./render.ts";
import { conclude } from "./run-report.ts";
import { declaredScope, sessionTotals } from "./session.ts";
import { type SessionPlace, sessionPlace } from "./session-carry.ts";

export const RUN_HELP = `Judges a command, asks where needed, makes the way back, runs it, records every step.

  countersign run [--json] [--cwd DIR] [--environment NAME] [--session NAME]
                  [--engine NAME] [--service] [--] CMD…

Several words run as the words of one command; a single word runs as a line for bash.
What the log cannot record does not run.

Where the machine allows it the command runs isolated (engine linux-overlay): everything it changes below the
project and home is caught. What was foreseen or is harmless becomes real and can be undone; the rest waits for a
yes to exactly what was caught (\`countersign held\`). A program that nobody can read ahead has no credentials there,
and no network but loopback and the hosts that the operator named. Elsewhere (engine snapshot) the project is kept
before the command runs. \`countersign version\` says which engine is in force, and why.

--service is for what goes on while others work, as a development server: it sees the project as it is, what it writes
there is real at once, and the project is kept before. Ctrl-C ends it with everything it started. This, and an --engine
that protects less than the machine can, is a question for programs that nobody can read ahead.

--session NAME carries the working directory and the exported variables from one line to the next, as one shell would.

Examples
  countersign run -- npm test
  countersign run --session fix 'cd packages/api && export NODE_ENV=test'
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
  if (lostBytes(words))
    throw new UserError(
      "NOT_UTF8",
      "a word of the command holds bytes that are no UTF-8, and would not arrive as they were typed",
      "write the command as one line for bash, with $'\\xff' for such a byte",
    );
  const { session } = values;
  const place = sessionPlace(session, values.cwd, io);
  const asked = requestOf(words, place.cwd, readEnvironment(values.environment), io);
  const request = session === undefined ? asked : { ...asked, asking: { ...asked.asking, session } };
  const journal = await openJournal(io, request.asking.session);
  try {
    const result = await carryOut(
      request,
      place,
      { engine: readEngine(values.engine), kind: values.service ? "service" : "command" },
      journal,
      io,
    );
    for (const note of [...place.notes, ...place.keep()]) io.warn(`countersign: ${plainText(note)}\n`);
    const end = await decideNow(result, journal, io);
    if (end === "discarded") {
      io.warn(
        "Discarded, nothing of it became real. The operator said no; that is final for this request.\n",
      );
      return EXIT.refused;
    }
    return conclude(end, values.json === true, io, await waitingLines(end, io));
  } finally {
    await journal.close();
    await collectDaily(io);
  }
};

function carryOut(
  request: CheckRequest,
  { environment, carry }: SessionPlace,
  wanted: { readonly engine: EngineName | undefined; readonly kind: "command" | "service" },
  journal: LedgerPort,
  io: Io,
): Promise<RunResult> {
  const { state, config } = placesFrom(io.environment);
  const { setting, asking, argv, call } = request;
  const { engines } = levelFor(
    { state, config, environment, operator: io.environment, setting, carry },
    wanted.engine,
    wanted.kind,
  );
  const ports: Omit<RunPorts, "engines"> = {
    ...commonPorts(io, setting.workspace, journal),
    fetch: (need) => fetchFact(need, environment),
  };
  const scope = declaredScope(io, asking.session);
  const totals = sessionTotals(io, asking.session);
  const runnable = argv ? { argv } : { shell: call.input as string };
  const context = { totals, ...(scope ? { scope } : {}), environment: childEnvironment(environment) };
  return uninterrupted(engines, (guarded) =>
    runCall({ ...request, ...context, runnable }, { ...ports, engines: guarded }),
  );
}

async function waitingLines(result: RunResult, io: Io): Promise<readonly string[]> {
  if (result.end !== "ran" || result.held.length === 0) return [];
  return describeHeld(findHeld(heldLayers(io), result.action), io);
}

/** What waits is asked about at once where the operator can be asked; a no discards it. */
async function decideNow(result: RunResult, journal: LedgerPort, io: Io): Promise<RunResult | "discarded"> {
  if (result.end !== "ran" || result.heldDecision?.outcome !== "confirm" || !canAsk(io.environment))
    return result;
  const layer = findHeld(heldLayers(io), result.action);
  const answered = await acceptHeld(layer, journal, io);
  if (answered.end === "refused") {
    await rejectHeld(layer, journal, io);
    return "discarded";
  }
  if (answered.end !== "ran") return result;
  const { heldDecision: _decided, ...ran } = result;
  return { ...ran, held: [] };
}

function readArguments(args: readonly string[]) {
  const first = args.findIndex(
    (arg, at) =>
      !arg.startsWith("-") &&
      !["--cwd", "--environment", "--engine", "--session"].includes(args[at - 1] ?? ""),
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
        session: { type: "string" },
        service: { type: "boolean" },
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
