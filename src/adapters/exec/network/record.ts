import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespaceOf, type ProcessIdentity, parentOf, runs } from "./process.ts";

/** What the keeper of a room writes down when the room can be used, for those who come later. */
export interface RoomRecord {
  readonly keeper: ProcessIdentity;
  readonly holder: ProcessIdentity;
  readonly namespaces: { readonly user: number; readonly network: number };
}

/** Changes with what keeper and callers say to each other, so that versions of this program do not meet. */
const PROTOCOL = 1;

/** The parent folder of all rooms of a state folder. */
export function roomsFolder(state: string): string {
  return join(state, "network");
}

/**
 * The folder of one room. Besides the rules of the room its name covers the caller's own namespaces: process numbers
 * and the loopback of another container are not ours, though a state folder may be shared with it.
 */
export function roomFolder(state: string, allowed: readonly string[], withheld: readonly number[]): string {
  const own = (["user", "net", "pid"] as const).map((kind) => namespaceOf("self", kind));
  const text = JSON.stringify([PROTOCOL, allowed.toSorted(), withheld.toSorted((a, b) => a - b), own]);
  return join(roomsFolder(state), createHash("sha256").update(text).digest("hex").slice(0, 16));
}

/** The folders of all rooms that were ever opened and not closed. */
export function roomFolders(state: string): readonly string[] {
  try {
    return readdirSync(roomsFolder(state), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(roomsFolder(state), name));
  } catch {
    return [];
  }
}

/** Durable only against other processes: after a restart of the machine no record is true. */
export function writeRecord(folder: string, record: RoomRecord): void {
  const fresh = join(folder, `room.${process.pid}`);
  writeFileSync(fresh, JSON.stringify(record), { mode: 0o600 });
  renameSync(fresh, join(folder, "room"));
}

/** The record of a room, whether or not it is still true; undefined when there is none that can be read. */
export function readRecord(folder: string): RoomRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, "room"), "utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether both processes of the record still run, one started by the other, in the namespaces that were written down,
 * and these are not our own: a wrong record must neither lead a command into the open network nor us to end others.
 */
export function isTrue({ keeper, holder, namespaces }: RoomRecord): boolean {
  return (
    runs(keeper) &&
    runs(holder) &&
    parentOf(holder.id) === keeper.id &&
    namespaces.user !== namespaceOf("self", "user") &&
    namespaces.network !== namespaceOf("self", "net") &&
    namespaceOf(holder.id, "user") === namespaces.user &&
    namespaceOf(holder.id, "net") === namespaces.network
  );
}

/** Takes the record away. */
export function forgetRecord(folder: string): void {
  rmSync(join(folder, "room"), { force: true });
}

function isRecord(value: unknown): value is RoomRecord {
  const { keeper, holder, namespaces } = (value ?? {}) as Partial<RoomRecord>;
  return (
    isIdentity(keeper) &&
    isIdentity(holder) &&
    typeof namespaces?.user === "number" &&
    typeof namespaces.network === "number"
  );
}

function isIdentity(value: Partial<ProcessIdentity> | undefined): boolean {
  return Number.isSafeInteger(value?.id) && Number(value?.id) > 1 && typeof value?.started === "string";
}
