import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { PayloadReference } from "../../core/ledger.ts";
import { hex } from "../../core/note.ts";
import { sha256 } from "./crypto.ts";
import { fileError, LedgerError } from "./error.ts";
import { readIfThere, replaceFile, type Storage, syncFolder, writeAll } from "./storage.ts";

/** Content too large or too private for an entry: it is stored encrypted, and the entry names its address. */
export interface Payload {
  /** The name under which the entry lists it. */
  readonly name: string;
  /** Whose key encrypts it, usually the session; destroying that key destroys every payload of the subject. */
  readonly subject: string;
  readonly content: string;
}

/** AES-256-GCM (NIST SP 800-38D): nonce of 12 bytes, the ciphertext, a tag of 16 bytes. */
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What stands in the place of a destroyed key, so that no new one is made for the subject. */
const ERASED = Buffer.from("erased\n");

/** Encrypts and stores a content; when this returns it is on the disk. Throws `LedgerError`. */
export function storePayload(
  storage: Storage,
  places: { readonly directory: string; readonly keys: string },
  payload: Payload,
): PayloadReference {
  const key = subjectKey(storage, places.keys, payload.subject);
  const plain = Buffer.from(payload.content);
  const sealed = seal(key, payload.subject, plain);
  const address = hex(sha256(sealed));
  store(storage, payloadPath(places.directory, address), sealed);
  return { address: `sha256:${address}`, bytes: plain.length, subject: payload.subject };
}

/**
 * The content that an entry refers to. Throws `LedgerError`: `PAYLOAD_ERASED` once its key is destroyed,
 * `PAYLOAD_MISSING` when the file or the key is gone otherwise, `PAYLOAD_ALTERED` when the bytes are not those.
 */
export function readPayload(directory: string, keys: string, reference: PayloadReference): string {
  const file = addressedFile(directory, reference.address);
  const sealed = file === undefined ? undefined : readIfThere(file);
  if (file === undefined || sealed === undefined) throw missing(reference.address);
  if (`sha256:${hex(sha256(sealed))}` !== reference.address) throw altered(reference.address);
  const key = readIfThere(subjectKeyPath(keys, reference.subject));
  if (key?.equals(ERASED)) {
    const message = `the payloads of \`${reference.subject}\` were erased: their key is destroyed`;
    throw new LedgerError("PAYLOAD_ERASED", message, {
      help: "the ledger's `payload.erased` entry says when",
    });
  }
  if (key?.length !== KEY_BYTES) throw missing(reference.address);
  return open(key, reference, sealed);
}

/** The file of a payload, or `undefined` for a text that is no address. The text may come from a foreign log. */
export function addressedFile(directory: string, address: string): string | undefined {
  const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(address) ?? [];
  return digest === undefined ? undefined : payloadPath(directory, digest);
}

/** Destroys the key of a subject for good (crypto-shredding); can be repeated. Record the erasure first. */
export function destroySubjectKey(storage: Storage, keys: string, subject: string): void {
  const file = subjectKeyPath(keys, subject);
  try {
    if (fs.existsSync(file)) overwrite(storage, file);
    replaceFile(storage, file, ERASED, { lifetime: "durable" });
  } catch (error) {
    throw fileError(error, "destroy the key", file);
  }
}

/** Whether the key of a subject is destroyed. */
export function isErased(keys: string, subject: string): boolean {
  return readIfThere(subjectKeyPath(keys, subject))?.equals(ERASED) === true;
}

function seal(key: Buffer, subject: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(subject));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, { address, subject }: PayloadReference, sealed: Buffer): string {
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(subject)).setAuthTag(sealed.subarray(-TAG_BYTES));
    const body = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch {
    throw altered(address);
  }
}

function store(storage: Storage, file: string, bytes: Buffer): void {
  try {
    storage.makeFolder(path.dirname(file));
    const descriptor = storage.open(file, "wx", 0o600);
    try {
      writeAll(storage, descriptor, bytes, 0);
      storage.datasync(descriptor);
    } finally {
      storage.close(descriptor);
    }
    syncFolder(storage, path.dirname(file));
  } catch (error) {
    throw fileError(error, "write", file);
  }
}

function subjectKey(storage: Storage, keys: string, subject: string): Buffer {
  const file = subjectKeyPath(keys, subject);
  const found = readIfThere(file);
  if (found?.length === KEY_BYTES) return found;
  if (found !== undefined) {
    throw new LedgerError("PAYLOAD_ERASED", `\`${subject}\` was erased and takes no new payloads`, {
      help: "start a new session; nothing was run",
    });
  }
  replaceFile(storage, file, randomBytes(KEY_BYTES), { lifetime: "durable" });
  return readIfThere(file) ?? subjectKey(storage, keys, subject);
}

function overwrite(storage: Storage, file: string): void {
  const descriptor = storage.open(file, "r+", 0o600);
  try {
    writeAll(storage, descriptor, Buffer.alloc(KEY_BYTES), 0);
    storage.datasync(descriptor);
  } finally {
    storage.close(descriptor);
  }
}

function payloadPath(directory: string, digest: string): string {
  return path.join(directory, "payload", digest.slice(0, 2), digest);
}

/** A subject may be named by an agent, so the file is called by its digest. */
function subjectKeyPath(keys: string, subject: string): string {
  return path.join(keys, "subject", `${hex(sha256(Buffer.from(subject)))}.key`);
}

function missing(address: string): LedgerError {
  return new LedgerError("PAYLOAD_MISSING", `payload \`${address}\` cannot be found or has no key`, {
    help: "put the payload and key folders back from a backup",
  });
}

function altered(address: string): LedgerError {
  return new LedgerError("PAYLOAD_ALTERED", `payload \`${address}\` is not what was stored`, {
    help: "put the payload folder back from a backup; run `countersign verify` to find others",
  });
}
