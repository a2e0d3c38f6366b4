import { canonicalize, type Json } from "./json.ts";

/** C2SP tlog-tiles writes the length of an entry as 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** What gets recorded: an event of an action, or of the ledger itself. `seq` and `time` are the ledger's to give. */
export interface LedgerEvent {
  readonly type: string;
  readonly [member: string]: Json | undefined;
}

/** An entry as it stands in the ledger. */
export interface LedgerEntry extends LedgerEvent {
  /** Position in the log, from 0, without gaps. */
  readonly seq: number;
  /** When it was recorded, RFC 3339 in UTC with milliseconds, by the clock of the writing machine. */
  readonly time: string;
}

/** Where an encrypted payload stands; the entry holds nothing else of it. */
export interface PayloadReference {
  /** `sha256:` and the hexadecimal SHA-256 of the ciphertext. */
  readonly address: string;
  /** Length of the content in bytes, before encryption. */
  readonly bytes: number;
  /** Whose key opens it. */
  readonly subject: string;
}

/** Events that the ledger writes about itself; every other type belongs to an action, a session or a policy. */
export const LEDGER_EVENTS = {
  /** bytes of a write that a crash had cut short were removed: they were never acknowledged */
  recovered: "ledger.recovered",
  /** the key of a subject is destroyed: its payloads cannot be read any more */
  erased: "payload.erased",
} as const;

/**
 * The canonical text of an entry, which is what gets hashed.
 * Throws `TypeError` when the event has no canonical form, or brings its own `seq` or `time`.
 */
export function entryText(event: LedgerEvent, seq: number, time: string): string {
  for (const own of ["seq", "time"]) {
    if (event[own] !== undefined) throw new TypeError(`an event cannot bring its own \`${own}\``);
  }
  return canonicalize({ ...event, seq, time });
}

/**
 * The entry that a text holds, or what is wrong with it. Only the canonical text is an entry: two texts of one
 * value would be two leaves.
 */
export function parseEntry(text: string): ParsedEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (canonicalize(value as Json) !== text) return { problem: "it is not in canonical form (RFC 8785)" };
  } catch {
    return { problem: "it is not JSON" };
  }
  if (!isObject(value)) return { problem: "it is not a JSON object" };
  const { seq, time, type } = value;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq))
    return { problem: "`seq` is not a whole number" };
  if (typeof type !== "string") return { problem: "`type` is not a text" };
  if (typeof time !== "string" || !TIME.test(time)) return { problem: "`time` is not a UTC time" };
  return { entry: value as unknown as LedgerEntry };
}

/** An entry, or what is wrong with the text. */
export type ParsedEntry = { readonly entry: LedgerEntry } | { readonly problem: string };

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The path of a tile, bundle or segment by its number: `005`, `x001/x234/067` (C2SP tlog-tiles). */
export function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/.{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
}

/** The width of a bundle or tile: entries, or hashes of one level. */
export const TILE_WIDTH = 256;

/** A tile of a tree: `level` is `"entries"` for the bundle; `width` below 256 makes it partial. */
export interface Tile {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** The path of a tile under the folder of the log. */
export function tilePath({ level, index, width }: Tile): string {
  const path = `tile/${level}/${indexPath(index)}`;
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** Every tile that a static log serves for a tree of `size`, partial ones at the right edge (C2SP tlog-tiles). */
export function* tilesOf(size: number): Generator<Tile> {
  yield* tilesOfLevel("entries", size);
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    yield* tilesOfLevel(level, count);
  }
}

function* tilesOfLevel(level: Tile["level"], count: number): Generator<Tile> {
  for (let index = 0; index * TILE_WIDTH < count; index += 1) {
    yield { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) };
  }
}
