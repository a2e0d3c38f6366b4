import { parseArgs } from "node:util";
import { UserError } from "../adapters/error.ts";
import type { HeldLayers } from "../adapters/journal/held.ts";
import type { Layer } from "../adapters/journal/layer.ts";
import { EXIT } from "../gate/verdict.ts";
import { askingOf } from "./compose.ts";
import { acceptHeld, describeHeld, findHeld, heldEffects, heldLayers, rejectHeld } from "./held.ts";
import type { CliCommand, Io } from "./io.ts";
import { openJournal } from "./journal.ts";
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
  const held = heldLayers(io);
  const json = values.json === true;
  if (verb === "list") return list(held, json, io);
  if (verb !== "accept" && verb !== "reject")
    throw new UserError(
      "USAGE",
      `\`${verb}\` is neither accept nor reject`,
      "`countersign held --help` has examples",
    );
  const layer = findHeld(held, id);
  return verb === "accept" ? accept(layer, json, io) : reject(layer, io);
};

async function list(held: HeldLayers, json: boolean, io: Io): Promise<number> {
  const all = held.list();
  if (all.length === 0 && !json) io.print("nothing waits\n");
  for (const layer of all) {
    const id = layer.label ?? layer.id;
    const blind = layer.unseen.map((one) => `without what waits in ${one}`);
    if (json) io.print(`${JSON.stringify({ id, effects: heldEffects(layer, io) })}\n`);
    else
      for (const line of [id, ...[...blind, ...(await describeHeld(layer, io))].map(indented)])
        io.print(`${line}\n`);
  }
  return EXIT.done;
}

const indented = (line: string) => `  ${line}`;

async function accept(layer: Layer, json: boolean, io: Io): Promise<number> {
  const ledger = await openJournal(io, askingOf(io).session);
  try {
    const result = await acceptHeld(layer, ledger, io);
    if (result.end === "ran" && !json)
      io.print(`accepted: ${layer.changes.length} changes; \`countersign undo\` takes them back\n`);
    return conclude(result, json, io);
  } finally {
    await ledger.close();
  }
}

/** Anybody may say no. */
async function reject(layer: Layer, io: Io): Promise<number> {
  const ledger = await openJournal(io, askingOf(io).session);
  try {
    const [first, ...rest] = await rejectHeld(layer, ledger, io);
    io.print(`discarded: ${first}\n`);
    if (rest.length > 0) io.print(`discarded too, because it was built on it: ${rest.join(", ")}\n`);
    return EXIT.done;
  } finally {
    await ledger.close();
  }
}
