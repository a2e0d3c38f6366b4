import { UserError } from "../../error.ts";
import type { Points } from "./port.ts";
import type { KeptPoint, Reliability, RestoreProvider, UndoMode, UndoReport } from "./provider.ts";
import { readRecord, recordedActions, writeRecord } from "./record.ts";

/** One action's points, for a list. */
export interface ListedPoint {
  readonly action: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly undoneAt?: number;
  readonly parts: readonly ListedPart[];
}

/** What one provider kept. */
export interface ListedPart {
  readonly provider: string;
  readonly reliability: Reliability;
  readonly what: readonly string[];
  readonly notes: readonly string[];
}

/** All points, oldest first, and the records that cannot be read. */
export function listPoints({ folder }: Pick<Points, "folder">): {
  readonly points: readonly ListedPoint[];
  readonly problems: readonly string[];
} {
  const points: ListedPoint[] = [];
  const problems: string[] = [];
  for (const action of recordedActions(folder)) {
    try {
      const { points: parts, ...rest } = readRecord(folder, action);
      points.push({
        ...rest,
        parts: parts.map(({ provider, reliability, what, notes }) => ({
          provider,
          reliability,
          what,
          notes,
        })),
      });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { points, problems };
}

/** How an undo ended. `conflict`: nothing was changed. `partly`: `reports` say what could not be put back. */
export interface Undone {
  readonly outcome: "undone" | "partly" | "conflict";
  readonly reports: readonly PartReport[];
}

export interface PartReport extends UndoReport {
  readonly provider: string;
}

export interface UndoOptions {
  /** Overwrites what was changed after the action. */
  readonly force: boolean;
}

/**
 * Puts back what an action took away. All parts are looked at before the first is changed: a conflict in one leaves
 * all as they are. Throws `UserError` when there is no such point or its record cannot be read.
 */
export async function undoPoint(points: Points, action: string, { force }: UndoOptions): Promise<Undone> {
  const record = readRecord(points.folder, action);
  const parts = record.points.map((point) => ({ point, provider: providerOf(points, point) }));
  const looked = await inTurn(parts, "look");
  if (!force && looked.some((report) => report.conflicts.length > 0))
    return { outcome: "conflict", reports: looked };
  const reports = await inTurn(parts, force ? "force" : "careful");
  const whole = reports.every((one) => one.notRestored.length === 0 && one.conflicts.length === 0);
  if (whole) writeRecord(points.folder, { ...record, undoneAt: Date.now() });
  return { outcome: whole ? "undone" : "partly", reports };
}

/** What an undo would do, without doing it. */
export async function lookAtPoint(points: Points, action: string): Promise<readonly PartReport[]> {
  const { points: kept } = readRecord(points.folder, action);
  return inTurn(
    kept.map((point) => ({ point, provider: providerOf(points, point) })),
    "look",
  );
}

interface Part {
  readonly point: KeptPoint;
  readonly provider: RestoreProvider;
}

function providerOf({ providers }: Points, { provider }: KeptPoint): RestoreProvider {
  const found = providers.find(({ name }) => name === provider);
  if (found) return found;
  throw new UserError(
    "NO_PROVIDER",
    `nothing here can undo what \`${provider}\` kept`,
    "use the version of Countersign that made the restore point",
  );
}

async function inTurn(parts: readonly Part[], mode: UndoMode): Promise<readonly PartReport[]> {
  const reports: PartReport[] = [];
  for (const { point, provider } of parts)
    reports.push({ provider: provider.name, ...(await provider.undo(point, mode)) });
  return reports;
}
