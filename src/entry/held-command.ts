import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import { overlayPlaces, plainChange } from "../adapters/exec/capturing.ts";
import { digestOf } from "../adapters/exec/content-digest.ts";
import { type HeldLayers, openHeld } from "../adapters/journal/held.ts";
import { openJournal as openStepJournal } from "../adapters/journal/journal.ts";
import type { Committed, Layer } from "../adapters/journal/layer.ts";
import { placesFrom } from "../adapters/places.ts";
import { capturedEffects } from "../analyzers/captured.ts";
import { levelOf } from "../core/call.ts";
import { acceptCaptured, type Waiting } from "../gate/accept.ts";
import { EXIT } from "../gate/verdict.ts";
import { requestOf } from "./check-command.ts";
import { askingOf, settingOf, systemClock } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";
import { effectLine } from "./render.ts";
import { commonPorts } from "./run-command.ts";
import { conclude } from "./run-report.ts";

export const HELD_HELP = `Captured changes that wait for a decision.

  countersign held [--json]            list them
  countersign held accept ID           make exactly what was captured real; nothing is run again
  countersign held reject ID           discard it, and what was built on it

What needs a second person cannot be accepted here.

Exit codes: 0 done, 10 nobody confirmed, 11 needs a second person, 12 forbidden, 13 refused, 2 wrong usage.
`;

export const heldCommand: CliCommand = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, json: { type: "boolean" } },
  });
  const [verb = "list", id] = positionals;
  if (values.help) {
    io.print(HELD_HELP);
    return EXIT.done;
  }
  const places = overlayPlaces(placesFrom(io.environment).state);
  const held = openHeld(places.engine);
  if (verb === "list") return list(held, values.json === true, io);
  if (verb !== "accept" && verb !== "reject")
    throw new UserError(
      "USAGE",
      `\`${verb}\` is neither accept nor reject`,
      "`countersign held --help` has examples",
    );
  const layer = held.list().find((one) => id !== undefined && (one.label === id || one.id === id));
  if (!layer)
    throw new UserError(
      "NO_LAYER",
      `nothing waits under \`${id ?? ""}\``,
      "`countersign held` lists what waits",
    );
  return verb === "accept"
    ? accept(layer, held, places.journal, values.json === true, io)
    : reject(layer, held, io);
};

function list(held: HeldLayers, json: boolean, io: Io): number {
  for (const layer of held.list()) {
    const effects = effectsOf(layer, io);
    const id = layer.label ?? layer.id;
    const lines = effects.map((effect) => `  ${effectLine(effect, io)}\n`);
    io.print(json ? `${JSON.stringify({ id, effects })}\n` : `${id}\n${lines.join("")}`);
  }
  return EXIT.done;
}

function effectsOf(layer: Layer, io: Io) {
  const setting = { ...settingOf(io, io.cwd, undefined), ...levelOf("linux-overlay") };
  return capturedEffects(layer.changes.map(plainChange), setting);
}

/** An action of its own: judged, asked about, logged before it is done. */
async function accept(layer: Layer, held: HeldLayers, steps: string, json: boolean, io: Io): Promise<number> {
  const request = requestOf(["countersign", "held", "accept", layer.id], io.cwd, undefined, io);
  const journal = await openJournal(io, request.asking.session);
  const waiting: Waiting = {
    effects: () => effectsOf(layer, io),
    contentDigest: () => digestOf(layer),
    commit: (action) => mustBeCommitted(held.accept(layer.id, openStepJournal(steps), action)),
  };
  try {
    const ports = commonPorts(io, request.setting.workspace, journal);
    const result = await acceptCaptured({ ...request, environment: {} }, waiting, ports);
    if (result.end === "not-started") throw result.error;
    if (result.end === "ran" && !json)
      io.print(`accepted: ${layer.changes.length} changes; \`countersign undo\` takes them back\n`);
    return conclude(result, json, io);
  } finally {
    await journal.close();
  }
}

function mustBeCommitted(result: Committed): void {
  if (result.outcome === "committed") return;
  const why =
    result.outcome === "behind"
      ? `it builds on ${result.layers.join(", ")}`
      : "somebody changed the same files meanwhile";
  throw new UserError(
    "NOT_ACCEPTED",
    `it was not accepted: ${why}`,
    "decide those first, or reject it and run the command again",
  );
}

/** Anybody may say no; what is discarded is recorded. */
async function reject(layer: Layer, held: HeldLayers, io: Io): Promise<number> {
  const asking = askingOf(io);
  const labels = new Map(held.list().map((one) => [one.id, one.label]));
  const journal = await openJournal(io, asking.session);
  try {
    const gone = held.reject(layer.id);
    for (const id of gone) {
      const action = labels.get(id);
      if (action === undefined) continue;
      const at = systemClock.now();
      await journal.append({ type: "undo.done", action, at, restorePoint: `held:${id}`, by: asking.actor });
    }
    const [first, ...rest] = gone.map((id) => labels.get(id) ?? id);
    io.print(`discarded: ${first}\n`);
    if (rest.length > 0) io.print(`discarded too, because it was built on it: ${rest.join(", ")}\n`);
    return EXIT.done;
  } finally {
    await journal.close();
  }
}
