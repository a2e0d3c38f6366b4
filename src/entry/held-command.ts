import { parseArgs } from "node:util";
import { terminalAsk } from "../adapters/ask/terminal.ts";
import { UserError } from "../adapters/error.ts";
import { overlayPlaces, plainChange } from "../adapters/exec/capturing.ts";
import { openHeld } from "../adapters/journal/held.ts";
import { openJournal as openStepJournal } from "../adapters/journal/journal.ts";
import type { Layer } from "../adapters/journal/layer.ts";
import { placesFrom } from "../adapters/places.ts";
import { capturedEffects } from "../analyzers/captured.ts";
import { EXIT, exitCodeOf, type Verdict, verdictOf } from "../gate/verdict.ts";
import { askingOf, checkPorts, settingOf } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { effectLine, renderVerdict } from "./render.ts";

export const HELD_HELP = `Captured changes that wait for a decision.

  countersign held                     list them
  countersign held accept ID           make exactly what was captured real; nothing is run again
  countersign held reject ID           discard it, and what was built on it

What needs a second person cannot be accepted here.
`;

export const heldCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  const [verb, id] = positionals;
  if (values.help) {
    io.print(HELD_HELP);
    return EXIT.done;
  }
  const places = overlayPlaces(placesFrom(io.environment).state);
  const held = openHeld(places.engine);
  if (verb === undefined || verb === "list") {
    for (const layer of held.list())
      io.print(
        `${layer.label ?? layer.id}\n${effectsOf(layer, io)
          .map((effect) => `  ${effectLine(effect, io)}\n`)
          .join("")}`,
      );
    return EXIT.done;
  }
  const layer = held.list().find((one) => id !== undefined && (one.label === id || one.id === id));
  if (!layer)
    throw new UserError(
      "NO_LAYER",
      `nothing waits under \`${id ?? ""}\``,
      "`countersign held` lists what waits",
    );
  if (verb === "reject") {
    io.print(`discarded: ${held.reject(layer.id).join(", ")}\n`);
    return EXIT.done;
  }
  if (verb !== "accept")
    throw new UserError(
      "USAGE",
      `\`${verb}\` is neither accept nor reject`,
      "`countersign held --help` has examples",
    );
  const refusal = await askFor(layer, io);
  if (refusal !== undefined) return refusal;
  const result = held.accept(layer.id, openStepJournal(places.journal));
  if (result.outcome === "committed") {
    io.print(`accepted: ${layer.changes.length} changes; \`countersign undo\` takes them back\n`);
    return EXIT.done;
  }
  const why =
    result.outcome === "behind"
      ? `it builds on ${result.layers.join(", ")}`
      : "somebody changed the same files meanwhile";
  throw new UserError(
    "NOT_ACCEPTED",
    `it was not accepted: ${why}`,
    "decide those first, or reject it and run the command again",
  );
};

function effectsOf(layer: Layer, io: Io) {
  return capturedEffects(layer.changes.map(plainChange), settingOf(io, io.cwd, undefined));
}

/** The operator's yes on their own terminal; `undefined` when it was given, else the exit code that says why not. */
async function askFor(layer: Layer, io: Io): Promise<number | undefined> {
  const setting = settingOf(io, io.cwd, undefined);
  const effects = effectsOf(layer, io);
  const { actor, onBehalfOf } = askingOf(io);
  const name = actor.kind === "agent" ? actor.agent : actor.person;
  const principal = { kind: actor.kind, name, operator: onBehalfOf };
  const decision = checkPorts(io, setting.workspace).policy.decide(effects, {
    principal,
    contained: false,
    engine: setting.engine,
    tool: "shell",
  });
  const verdict: Verdict = verdictOf(layer.id, effects, decision, "", 0);
  if (decision.outcome === "review" || decision.outcome === "forbid") {
    io.warn(`${renderVerdict(verdict, io)}\nNothing was accepted.\n`);
    return exitCodeOf(decision.outcome);
  }
  const answer = await terminalAsk(io.environment, (one) =>
    renderVerdict(one, { colour: true, columns: io.columns }),
  ).confirm(verdict);
  if (answer === "yes") return undefined;
  io.warn(
    answer === "no"
      ? "Refused; it still waits.\n"
      : "No terminal that only the operator controls, so nobody could confirm it.\n",
  );
  return answer === "no" ? EXIT.refused : EXIT.confirm;
}
