import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Ledger, openLedger } from "../adapters/ledger/ledger.ts";
import { placesFrom } from "../adapters/places.ts";
import type { Effect } from "../core/effect.ts";
import type { ActionEvent } from "../core/event.ts";
import { ladder, TIERS } from "../core/ladder.ts";
import type { LedgerPort } from "../gate/ports.ts";
import { sha256Hex } from "../gate/seal.ts";
import { systemClock } from "./compose.ts";
import type { Io } from "./io.ts";

/** Where the log and its keys are. */
export function ledgerPlaces(io: Io): { readonly directory: string; readonly keys: string } {
  const { state } = placesFrom(io.environment);
  return { directory: join(state, "ledger"), keys: join(state, "keys") };
}

export function hasLedger(io: Io): boolean {
  return existsSync(ledgerPlaces(io).directory);
}

export interface Journal extends LedgerPort {
  close(): Promise<void>;
}

/** Names of variables whose values never get into the log, wherever they occur. */
const SECRET_NAME = /(TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY)/i;

/** Opens the log for writing. Throws `LedgerError` when it cannot be written: then nothing runs. */
export async function openJournal(io: Io, session: string): Promise<Journal> {
  const secrets = Object.entries(io.environment).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && value !== undefined && value.length >= 8 ? [value] : [],
  );
  const ledger: Ledger = await openLedger({ ...ledgerPlaces(io), clock: () => systemClock.now(), secrets });
  return {
    append: async (event, payload) => {
      const { entry, rest } = fitted(event);
      const payloads = [
        ...(payload === undefined ? [] : [{ name: payloadName(event), subject: session, content: payload }]),
        ...(rest === undefined ? [] : [{ name: "effects", subject: session, content: rest }]),
      ];
      return ledger.append(entry, payloads);
    },
    close: () => ledger.close(),
  };
}

/** Beside what was asked, only a trial has something to add: what was foreseen of the command that it tries out. */
function payloadName(event: ActionEvent): string {
  return event.type === "action.proposed" ? "request" : "foreseen";
}

/** Entries are bounded (C2SP tlog-tiles); more effects than this stand in a payload. */
const MAX_EFFECTS = 60;

/** An event small enough for an entry: very many effects are summed up there, and all of them go into a payload. */
function fitted(event: ActionEvent): { readonly entry: ActionEvent; readonly rest?: string } {
  if (!("effects" in event) || event.effects.length <= MAX_EFFECTS) return { entry: event };
  const rest = JSON.stringify(event.effects);
  const strictest = summedUp(event.effects)
    .toSorted((a, b) => TIERS.indexOf(ladder(b)) - TIERS.indexOf(ladder(a)))
    .slice(0, MAX_EFFECTS);
  const omitted = { effectsCount: event.effects.length, effectsDigest: sha256Hex(rest) };
  return { entry: { ...event, effects: strictest, ...omitted } as ActionEvent, rest };
}

/** Effects that differ only in the names of what they touch become one with their sum. */
function summedUp(effects: readonly Effect[]): readonly Effect[] {
  const groups = new Map<string, Effect>();
  for (const effect of effects) {
    const { verb, resource, wayBack, reversibility, certain, marks } = effect;
    const key = JSON.stringify([
      verb,
      resource.kind,
      resource.environment,
      wayBack,
      reversibility,
      certain,
      marks,
    ]);
    const before = groups.get(key);
    const count =
      before?.count === null || effect.count === null ? null : (before?.count ?? 0) + effect.count;
    groups.set(key, { ...(before ?? effect), count });
  }
  return [...groups.values()];
}
