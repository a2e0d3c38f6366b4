/** A JSON value as RFC 8259 has it; `undefined` members are not JSON and are left out when written. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Deeper values than this are refused: the depth is controlled by whoever wrote the request. */
const MAX_DEPTH = 64;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * The canonical form of a JSON value (RFC 8785, JCS): members sorted by UTF-16 code units, no white space,
 * numbers as ECMAScript prints them. Members whose value is `undefined` are left out.
 *
 * Two parties that hold the same value get the same bytes, which is what a digest or a signature needs.
 * Throws `TypeError` for what has no canonical form: numbers that are not finite, lone surrogates
 * (RFC 8785 §3.2.2.2), nesting beyond 64 levels.
 */
export function canonicalize(value: Json): string {
  return write(value, 0);
}

function write(value: Json, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`value is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => write(item, depth + 1)).join(",")}]`;
  const members = Object.entries(value as { readonly [key: string]: Json | undefined });
  const written = members
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${writeString(key)}:${write(member, depth + 1)}`);
  return `{${written.join(",")}}`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError("number is not finite");
  return Object.is(value, -0) ? "0" : String(value);
}

function writeString(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new TypeError("text holds a lone surrogate");
  return JSON.stringify(value);
}
