import { existsSync, mkdirSync, rmSync } from "node:fs";
import type { Setting } from "../../../core/call.ts";
import type { Effect } from "../../../core/effect.ts";
import type { RestorePort } from "../../../gate/ports.ts";
import { UserError } from "../../error.ts";
import { syncFolder } from "../snapshot/durable.ts";
import type { KeptPoint, RestoreProvider } from "./provider.ts";
import { actionFolder, providerFolder, readRecord, writeRecord } from "./record.ts";

/** Where points lie, and who makes them. */
export interface Points {
  readonly folder: string;
  readonly providers: readonly RestoreProvider[];
}

/**
 * The way back of files (`files`: that of the engine), and beside it everything that the providers keep. Throws when
 * one that promised a way back cannot make it; what the others had kept by then is let go.
 */
export function withPoints(files: RestorePort, points: Points): RestorePort {
  return {
    make: async (action, effects, setting) => {
      const ofFiles = await files.make(action, effects, setting);
      const beside = await makePoints(points, action, effects, setting);
      return ofFiles ?? (beside ? `points:${action}` : undefined);
    },
    ended: async (action) => {
      await lookAfter(points, action);
      await files.ended(action);
    },
  };
}

/** Asks every provider that covers an effect; true when something was kept. */
async function makePoints(
  { folder, providers }: Points,
  action: string,
  effects: readonly Effect[],
  setting: Setting,
): Promise<boolean> {
  const chosen = providers.flatMap((provider) => {
    const covered = effects.filter((effect) => provider.covers(effect, setting));
    return covered.length === 0 ? [] : [{ provider, covered }];
  });
  if (chosen.length === 0) return false;
  const own = actionFolder(folder, action);
  const kept: KeptPoint[] = [];
  try {
    for (const { provider, covered } of chosen) {
      const part = providerFolder(own, provider.name);
      mkdirSync(part, { recursive: true, mode: 0o700 });
      const made = await provider.make({ action, effects: covered, setting, folder: part });
      if (made) kept.push({ ...made, provider: provider.name, folder: part });
    }
    if (kept.length > 0) commit(folder, own, action, kept);
  } catch (error) {
    await letGo(providers, kept, own);
    throw error;
  }
  if (kept.length === 0) rmSync(own, { recursive: true, force: true });
  return kept.length > 0;
}

/** The record comes last: where there is one, all that it names is on the disk. */
function commit(folder: string, own: string, action: string, points: readonly KeptPoint[]): void {
  syncFolder(own);
  syncFolder(folder);
  writeRecord(folder, { action, madeAt: Date.now(), points });
}

async function letGo(
  providers: readonly RestoreProvider[],
  kept: readonly KeptPoint[],
  own: string,
): Promise<void> {
  for (const point of kept)
    await providers
      .find(({ name }) => name === point.provider)
      ?.discard(point)
      .catch(() => {});
  rmSync(own, { recursive: true, force: true });
}

/**
 * Notes what the action left. A look that fails is no reason to lose the result of a command that ran: without it,
 * undo takes every difference for a conflict.
 */
async function lookAfter({ folder, providers }: Points, action: string): Promise<void> {
  if (!existsSync(`${actionFolder(folder, action)}.json`)) return;
  const record = readRecord(folder, action);
  const points: KeptPoint[] = [];
  for (const point of record.points) {
    const provider = providers.find(({ name }) => name === point.provider);
    points.push(provider ? await seen(provider, point) : point);
  }
  writeRecord(folder, { ...record, points });
}

async function seen(provider: RestoreProvider, point: KeptPoint): Promise<KeptPoint> {
  try {
    return { ...point, left: await provider.after(point) };
  } catch (error) {
    const why = error instanceof UserError ? error.message : (error as Error).message;
    return { ...point, notes: [...point.notes, `what the action left is not known: ${why}`] };
  }
}
