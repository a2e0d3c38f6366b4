import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import type { Hash } from "../../core/merkle.ts";
import {
  type Checkpoint,
  checkpointText,
  formatNote,
  type NoteKey,
  openCheckpoint,
} from "../../core/note.ts";

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export function sha256(bytes: Uint8Array): Hash {
  return hash("sha256", bytes, "buffer");
}

/** Something that signs checkpoints: the private key and what verifies it. */
export interface Signer {
  readonly key: NoteKey;
  readonly privateKey: KeyObject;
}

/** The signed note of a checkpoint. */
export function signCheckpoint(signer: Signer, checkpoint: Omit<Checkpoint, "origin">): string {
  const text = checkpointText({ origin: signer.key.name, ...checkpoint });
  return formatNote(text, signer.key, sign(null, Buffer.from(text), signer.privateKey));
}

/** Reads notes signed by one key: the checkpoint, or `undefined` when that key did not sign it. */
export type CheckpointOpener = (note: string) => Checkpoint | undefined;

export function checkpointOpener(key: NoteKey): CheckpointOpener {
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, key.publicKey]),
    format: "der",
    type: "spki",
  });
  return (note) =>
    openCheckpoint(note, key, (text, signature) => verify(null, Buffer.from(text), publicKey, signature));
}

/** The 32 bytes of RFC 8032 that belong to a private key. */
export function publicBytes(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(SPKI_PREFIX.length));
}

/** Reads a private key in PEM; throws when it is not one of Ed25519. */
export function readPrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError("it is not an Ed25519 key");
  return key;
}
