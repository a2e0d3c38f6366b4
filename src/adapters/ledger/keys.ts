import { generateKeyPairSync, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { EMPTY_RANGE, rootOf } from "../../core/merkle.ts";
import { type Checkpoint, formatNoteKey, type NoteKey, noteKey, parseNoteKey } from "../../core/note.ts";
import {
  type CheckpointOpener,
  checkpointOpener,
  publicBytes,
  readPrivateKey,
  type Signer,
  sha256,
  signCheckpoint,
} from "./crypto.ts";
import { LedgerError } from "./error.ts";
import { readIfThere, replaceFile, type Storage } from "./storage.ts";

/** What the key folder of a ledger holds. The folder is the gate's alone: whoever reads it can sign. */
export interface Keys {
  readonly signer: Signer;
  readonly open: CheckpointOpener;
  /** Key of the digests that stand for redacted secrets. */
  readonly redaction: Buffer;
}

/** Names within the key folder. */
const PRIVATE = "ledger.key";
const PUBLIC = "ledger.pub";
const REDACTION = "redaction.key";
const ACKNOWLEDGED = "ledger.acknowledged";

/** One disk sector, so that overwriting it in place is never seen half done. */
const ACKNOWLEDGED_BYTES = 512;

/** The public key as the folder of the log repeats it, for verifiers that are handed that folder only. */
export const PUBLIC_COPY = "ledger.pub";

/**
 * The keys of a ledger; made when neither they nor the ledger exist. The private key is written last: while
 * it is missing, nothing was ever signed and everything is made again. Call it under the lock.
 */
export function loadOrMakeKeys(storage: Storage, directory: string, folder: string): Keys {
  const pem = readIfThere(path.join(folder, PRIVATE));
  if (pem === undefined) {
    if (fs.existsSync(path.join(directory, "segment"))) throw keyMissing(directory, folder);
    makeKeys(storage, folder);
    return loadOrMakeKeys(storage, directory, folder);
  }
  const signer = readSigner(folder, pem.toString());
  const redaction = readIfThere(path.join(folder, REDACTION));
  if (redaction?.length !== 32) throw keyMissing(directory, folder);
  if (!fs.existsSync(path.join(directory, PUBLIC_COPY))) {
    const text = Buffer.from(`${formatNoteKey(signer.key)}\n`);
    replaceFile(storage, path.join(directory, PUBLIC_COPY), text, { lifetime: "derived", mode: 0o644 });
  }
  return { signer, redaction, open: checkpointOpener(signer.key) };
}

function makeKeys(storage: Storage, folder: string): void {
  const { privateKey } = generateKeyPairSync("ed25519");
  const name = `countersign.local/${randomBytes(8).toString("hex")}`;
  const signer = { key: noteKey(sha256, name, publicBytes(privateKey)), privateKey };
  const empty = signCheckpoint(signer, { size: 0, root: rootOf(sha256, EMPTY_RANGE) });
  const write = (file: string, bytes: Uint8Array) =>
    replaceFile(storage, path.join(folder, file), bytes, { lifetime: "durable" });
  write(ACKNOWLEDGED, acknowledgedBytes(empty));
  write(PUBLIC, Buffer.from(`${formatNoteKey(signer.key)}\n`));
  write(REDACTION, randomBytes(32));
  write(PRIVATE, Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }).toString()));
}

function readSigner(folder: string, pem: string): Signer {
  const key = readPublicKey(path.join(folder, PUBLIC));
  const file = path.join(folder, PRIVATE);
  try {
    const privateKey = readPrivateKey(pem);
    if (key && Buffer.compare(publicBytes(privateKey), key.publicKey) === 0) return { key, privateKey };
  } catch {
    // Not a key at all is the same trouble as the wrong key.
  }
  throw new LedgerError(
    "LEDGER_KEY_MISSING",
    `\`${file}\` is not the private key of \`${PUBLIC}\` beside it`,
    {
      help: "put both files back from a backup; without the key nothing can be added to this ledger",
    },
  );
}

/** The verifier key in a file, or `undefined` when there is none that can be read. */
export function readPublicKey(file: string): NoteKey | undefined {
  const text = readIfThere(file)?.toString();
  return text === undefined ? undefined : parseNoteKey(sha256, text);
}

/** The verifier key in a key folder. */
export function readFolderKey(folder: string): NoteKey | undefined {
  return readPublicKey(path.join(folder, PUBLIC));
}

export function acknowledgedPath(folder: string): string {
  return path.join(folder, ACKNOWLEDGED);
}

/** The file content that keeps the last acknowledged checkpoint: the note, filled up with zero bytes. */
export function acknowledgedBytes(note: string): Buffer {
  const bytes = Buffer.alloc(ACKNOWLEDGED_BYTES);
  if (bytes.write(note) < Buffer.byteLength(note)) throw new RangeError("checkpoint is longer than a sector");
  return bytes;
}

/**
 * The last checkpoint that was acknowledged to anybody, kept beside the keys: a log that ends before it was
 * cut. Throws `LEDGER_ALTERED` when it is missing or was not signed by this ledger.
 */
export function readAcknowledged(folder: string, open: CheckpointOpener): Checkpoint {
  const file = acknowledgedPath(folder);
  const checkpoint = open(readIfThere(file)?.toString().replace(/\0+$/, "") ?? "");
  if (checkpoint !== undefined) return checkpoint;
  throw new LedgerError("LEDGER_ALTERED", `\`${file}\` holds no checkpoint that this ledger signed`, {
    help: "nothing shows any more how long the ledger was; run `countersign verify` and put the file back from a backup",
  });
}

function keyMissing(directory: string, folder: string): LedgerError {
  return new LedgerError(
    "LEDGER_KEY_MISSING",
    `\`${folder}\` lacks the keys of the ledger in \`${directory}\``,
    {
      help: "put the key folder back from a backup, or move the ledger away to begin a new one; nothing was run",
    },
  );
}
