import { UserError } from "../adapters/error.ts";
import { overlayPlaces } from "../adapters/exec/capturing.ts";
import { digestOf } from "../adapters/exec/content-digest.ts";
import { lookAt } from "../adapters/facts/captured.ts";
import { withStanding } from "../adapters/facts/git-status.ts";
import { type HeldLayers, openHeld } from "../adapters/journal/held.ts";
import { openJournal as openStepJournal } from "../adapters/journal/journal.ts";
import type { Committed, Layer } from "../adapters/journal/layer.ts";
import { placesFrom } from "../adapters/places.ts";
import { capturedEffects } from "../analyzers/captured.ts";
import { describeGroup, groupChanges, groupEffects } from "../analyzers/captured-groups.ts";
import { levelOf } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { acceptCaptured, type Waiting } from "../gate/accept.ts";
import type { LedgerPort } from "../gate/ports.ts";
import type { RunResult } from "../gate/run.ts";
import { requestOf } from "./check-command.ts";
import { askingOf, commonPorts, settingOf, systemClock } from "./compose.ts";
import type { Io } from "./io.ts";
import { plainText } from "./render.ts";

/** The results that wait, as this person's commands left them. */
export function heldLayers(io: Io): HeldLayers {
  return openHeld(overlayPlaces(placesFrom(io.environment).state).engine);
}

/** The waiting result of an action. Throws `UserError` when there is none. */
export function findHeld(held: HeldLayers, id: string | undefined): Layer {
  if (id === undefined)
    throw new UserError(
      "USAGE",
      "which one?",
      "`countersign held` lists what waits: countersign held accept ID",
    );
  const found = held.list().filter((one) => one.id === id || one.label?.startsWith(id.toUpperCase()));
  const [layer] = found;
  if (layer && found.length === 1) return layer;
  throw found.length === 0
    ? new UserError("NO_LAYER", `nothing waits under \`${id}\``, "`countersign held` lists what waits")
    : new UserError("AMBIGUOUS", `${found.length} results begin with \`${id}\``, "give more of the id");
}

/** What a waiting result amounts to. */
export function heldEffects(layer: Layer, io: Io): readonly Effect[] {
  const setting = { ...settingOf(io, io.cwd, undefined), ...levelOf("linux-overlay") };
  return groupEffects(capturedEffects(lookAt(layer, setting), setting));
}

/** It in lines for a person: what was done to what, how much, and what else is to be known of it. */
export async function describeHeld(layer: Layer, io: Io): Promise<readonly string[]> {
  const setting = { ...settingOf(io, io.cwd, undefined), ...levelOf("linux-overlay") };
  const changes = await withStanding(lookAt(layer, setting), setting);
  return groupChanges(changes, setting).map((group) => plainText(describeGroup(group)));
}

/** Accepts it as an action of its own: judged, asked about, logged before it is done. */
export async function acceptHeld(layer: Layer, ledger: LedgerPort, io: Io): Promise<RunResult> {
  const { state } = placesFrom(io.environment);
  const request = requestOf(["countersign", "held", "accept", layer.id], io.cwd, undefined, io);
  const waiting: Waiting = {
    effects: () => heldEffects(layer, io),
    contentDigest: () => digestOf(layer),
    commit: (action) => {
      const steps = openStepJournal(overlayPlaces(state).journal);
      mustBeCommitted(heldLayers(io).accept(layer.id, steps, action));
    },
  };
  const question = {
    intro: "It ran isolated, and this is what it did; nothing of it is real yet.",
    prompt: "Make it real? Type yes to accept, anything else to discard: ",
  };
  const ports = commonPorts(io, request.setting.workspace, ledger, question);
  const result = await acceptCaptured({ ...request, environment: {} }, waiting, ports);
  if (result.end === "not-started") throw result.error;
  return result;
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

/** Discards a result and what was built on it, and records it; gives the actions whose results are gone. */
export async function rejectHeld(layer: Layer, ledger: LedgerPort, io: Io): Promise<readonly string[]> {
  const held = heldLayers(io);
  const going = held.list().filter(({ id, builtOn }) => id === layer.id || builtOn.includes(layer.id));
  const labels = new Map(going.map((one) => [one.id, one.label]));
  for (const { id, label: action } of going) {
    if (action === undefined) continue;
    const { actor } = askingOf(io);
    const at = systemClock.now();
    await ledger.append({ type: "captured.discarded", action, at, layer: id, by: actor });
  }
  return held.reject(layer.id).map((id) => labels.get(id) ?? id);
}
