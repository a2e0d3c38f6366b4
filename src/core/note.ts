import { fromBase64, toBase64 } from "./base64.ts";
import type { Hash, Sha256 } from "./merkle.ts";

/** Signature type 0x01 of C2SP signed-note: plain Ed25519 (RFC 8032) over the note text. */
const ED25519 = 0x01;

/** C2SP asks verifiers to bound a note and to accept at least 16 signatures. */
const MAX_NOTE_CHARACTERS = 16_384;

/** A key that verifies notes: `name` is the origin of the log, `publicKey` the 32 bytes of RFC 8032. */
export interface NoteKey {
  readonly name: string;
  readonly id: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** One signature line of a note, whoever made it. */
export interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signed note taken apart; `text` ends in a newline and is what the signatures cover. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A signed tree head (C2SP tlog-checkpoint): the first `size` entries of the log `origin` have this root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** A proof that stands alone (C2SP tlog-proof): `extra` holds the entry itself, unsigned until it is hashed. */
export interface LogProof {
  readonly index: number;
  readonly path: readonly Hash[];
  readonly extra?: Uint8Array;
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
}

/** Whether a log may be called so: C2SP key names hold neither white space nor `+`; ours are ASCII as well. */
export function isKeyName(name: string): boolean {
  return /^[!-*,-~]{1,200}$/.test(name);
}

/** The key for a public key and a name; its id is SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), first four bytes. */
export function noteKey(sha256: Sha256, name: string, publicKey: Uint8Array): NoteKey {
  const bytes = Uint8Array.from([...ascii(name), 0x0a, ED25519, ...publicKey]);
  return { name, publicKey, id: sha256(bytes).slice(0, 4) };
}

/** The text form of a verifier key that C2SP tools read: `name+id+base64(type ‖ public key)`. */
export function formatNoteKey(key: NoteKey): string {
  return `${key.name}+${hex(key.id)}+${toBase64(Uint8Array.from([ED25519, ...key.publicKey]))}`;
}

/** Reads the text form of a verifier key; `undefined` when it is malformed or its id is not its own. Total. */
export function parseNoteKey(sha256: Sha256, text: string): NoteKey | undefined {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ED25519)
    return undefined;
  const key = noteKey(sha256, name, bytes.slice(1));
  return hex(key.id) === id ? key : undefined;
}

/** The text of a checkpoint, which is what gets signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** A note: the text, an empty line, one signature line. */
export function formatNote(text: string, key: NoteKey, signature: Uint8Array): string {
  return `${text}\n— ${key.name} ${toBase64(Uint8Array.from([...key.id, ...signature]))}\n`;
}

/** Takes a signed note apart without judging its signatures; `undefined` when it is no note. Total. */
export function parseNote(note: string): Note | undefined {
  if (note.length > MAX_NOTE_CHARACTERS || /[\0-\x09\x0b-\x1f]/.test(note) || !note.endsWith("\n"))
    return undefined;
  const split = note.lastIndexOf("\n\n");
  if (split < 0) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of note.slice(split + 2, -1).split("\n")) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = encoded === undefined ? undefined : fromBase64(encoded);
    if (name === undefined || bytes === undefined || bytes.length < 5) return undefined;
    signatures.push({ name, id: bytes.slice(0, 4), signature: bytes.slice(4) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

/** Reads the text of a checkpoint; extension lines are refused, since nobody could audit them. Total. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin, digits, encoded] = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n$/.exec(text) ?? [];
  if (origin === undefined || digits === undefined || encoded === undefined) return undefined;
  const size = Number(digits);
  const root = fromBase64(encoded);
  if (!Number.isSafeInteger(size) || root?.length !== 32) return undefined;
  return { origin, size, root };
}

/**
 * The checkpoint of a note when `key` really signed it and its origin is the key's name, else `undefined`.
 * Signatures of other keys are ignored, a bad one of this key rejects the note. Total.
 */
export function openCheckpoint(
  note: string,
  key: NoteKey,
  verify: (text: string, signature: Uint8Array, publicKey: Uint8Array) => boolean,
): Checkpoint | undefined {
  const parsed = parseNote(note);
  const own = parsed?.signatures.filter(({ name, id }) => name === key.name && hex(id) === hex(key.id)) ?? [];
  if (parsed === undefined || own.length === 0) return undefined;
  if (!own.every(({ signature }) => verify(parsed.text, signature, key.publicKey))) return undefined;
  const checkpoint = parseCheckpoint(parsed.text);
  return checkpoint?.origin === key.name ? checkpoint : undefined;
}

/** The text of a proof that can be checked without the log. */
export function formatProof({ index, path, extra, checkpoint }: LogProof): string {
  const lines = ["c2sp.org/tlog-proof@v1"];
  if (extra !== undefined) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`, ...path.map(toBase64), "", checkpoint);
  return lines.join("\n");
}

/** Takes a proof apart without judging it; `undefined` when it is malformed. Total. */
export function parseProof(text: string): LogProof | undefined {
  const blank = text.indexOf("\n\n");
  if (blank < 0) return undefined;
  const [first, ...lines] = text.slice(0, blank).split("\n");
  if (first !== "c2sp.org/tlog-proof@v1") return undefined;
  const hasExtra = lines[0]?.startsWith("extra ") === true;
  const extra = hasExtra ? fromBase64(lines.shift()?.slice(6) ?? "") : undefined;
  if (hasExtra && extra === undefined) return undefined;
  const [, digits] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "") ?? [];
  const path = lines.map(fromBase64).filter((hash) => hash !== undefined && hash.length === 32);
  if (digits === undefined || path.length !== lines.length) return undefined;
  const proof = { index: Number(digits), path: path as Hash[], checkpoint: text.slice(blank + 2) };
  return extra === undefined ? proof : { ...proof, extra };
}

/** Lower-case hexadecimal digits of some bytes. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
