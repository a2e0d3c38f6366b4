import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../../core/json.ts";
import { UserError } from "../../error.ts";
import { writeDurably } from "../snapshot/durable.ts";
import type { KeptPoint, Reliability } from "./provider.ts";
import { type Members, members, unreadable } from "./shape.ts";

const VERSION = 1;
/** Bytes. A record is a list of names, ids and versions; contents lie beside it. */
const MAX_RECORD = 16 * 1024 * 1024;
const ACTION = /^[\w-]{1,100}$/;

/** Everything that was kept for one action: `ACTION.json`, with the contents in the folder `ACTION` beside it. */
export interface PointRecord {
  readonly action: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly points: readonly KeptPoint[];
  /** When all of it was put back. */
  readonly undoneAt?: number;
}

/** Where the points of a state folder lie. */
export function pointsFolder(state: string): string {
  return join(state, "points");
}

/** The folder of an action's contents. Throws for what is no id, because ids come from the command line too. */
export function actionFolder(folder: string, action: string): string {
  if (ACTION.test(action)) return join(folder, action);
  throw new UserError("NO_RESTORE_POINT", `\`${action}\` is no action`, "see `countersign restore-points`");
}

/** Writes the record whole or not at all; it is on the disk when this returns. */
export function writeRecord(folder: string, record: PointRecord): void {
  const text = JSON.stringify({ version: VERSION, ...record });
  if (Buffer.byteLength(text) > MAX_RECORD)
    throw new UserError(
      "POINT_TOO_LARGE",
      `the restore point lists more than ${MAX_RECORD} bytes of names`,
      "let the command touch less at once",
    );
  writeDurably(`${actionFolder(folder, record.action)}.json`, text);
}

/** Reads the record of an action. Throws `UserError` when there is none, or when it cannot be understood. */
export function readRecord(folder: string, action: string): PointRecord {
  const path = `${actionFolder(folder, action)}.json`;
  if (!existsSync(path))
    throw new UserError(
      "NO_RESTORE_POINT",
      `action \`${action}\` kept nothing beside files`,
      "see `countersign restore-points`",
    );
  if (statSync(path).size > MAX_RECORD) throw unreadable(path, `it is larger than ${MAX_RECORD} bytes`);
  const top = members(parsed(path), path);
  if (top.number("version") !== VERSION)
    throw unreadable(path, `it has version ${top.number("version")}, expected ${VERSION}`);
  if (top.text("action") !== action) throw unreadable(path, "it is the record of another action");
  const undoneAt = top.has("undoneAt") ? { undoneAt: top.number("undoneAt") } : {};
  const points = top.list("points", (value) => keptPoint(members(value, path), actionFolder(folder, action)));
  return { action, madeAt: top.number("madeAt"), points, ...undoneAt };
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
}

function keptPoint(point: Members, folder: string): KeptPoint {
  const provider = point.text("provider");
  return {
    provider,
    folder: providerFolder(folder, provider),
    what: point.texts("what"),
    reliability: point.oneOf<Reliability>("reliability", ["promised", "best-effort"]),
    notes: point.texts("notes"),
    data: point.value("data") as Json,
    ...(point.has("left") ? { left: point.value("left") as Json } : {}),
  };
}

/** The part of an action's folder that belongs to one provider. */
export function providerFolder(folder: string, provider: string): string {
  if (/^[a-z][a-z0-9-]{0,40}$/.test(provider)) return join(folder, provider);
  throw unreadable(folder, `\`${provider}\` is no provider`);
}

/** The actions that have a record, oldest first. */
export function recordedActions(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && ACTION.test(name.slice(0, -5)))
    .map((name) => name.slice(0, -5))
    .sort();
}
