import { createHmac } from "node:crypto";
import type { ActionEvent } from "../../core/event.ts";
import type { Json } from "../../core/json.ts";
import {
  entryText,
  LEDGER_EVENTS,
  type LedgerEvent,
  MAX_ENTRY_BYTES,
  type PayloadReference,
} from "../../core/ledger.ts";
import { type Redaction, redactionOf, redactJson, redactText } from "../../core/redact.ts";
import { LedgerError } from "./error.ts";
import { type Keys, loadOrMakeKeys } from "./keys.ts";
import { type Lock, openLock } from "./lock.ts";
import { type Added, addEntry, closeLog, type Log, openLog, publish, synchronize, type Torn } from "./log.ts";
import { destroySubjectKey, isErased, type Payload, storePayload } from "./payload.ts";
import { diskStorage, type Storage } from "./storage.ts";

export interface LedgerOptions {
  /** The folder of the log. */
  readonly directory: string;
  /** The folder of its keys and of the last acknowledged checkpoint; out of reach of any agent. */
  readonly keys: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Values known to be secret (of the environment, of a vault): never recorded, wherever they occur. */
  readonly secrets?: readonly string[];
  /** How long to wait for another writer, in milliseconds; 5,000 unless told. */
  readonly waitMilliseconds?: number;
  readonly storage?: Storage;
}

/** What an entry got when it was recorded. */
export interface Receipt extends Added {
  readonly seq: number;
}

export interface Ledger {
  /**
   * Records an event; secrets in it and in its payloads are redacted first. When the promise resolves, the
   * entry and a signed checkpoint over it are on the disk. When it rejects (`LedgerError`), nothing was
   * acknowledged and the caller must not act. An event recorded all the same, because the disk failed after
   * it was written, has a valid signature and stays: an intent without an outcome.
   */
  append(event: ActionEvent | LedgerEvent, payloads?: readonly Payload[]): Promise<Receipt>;
  /** Records that the payloads of a subject are erased, then destroys their key. */
  erase(subject: string, reason: string): Promise<void>;
  /** How many entries this process knows of. */
  size(): number;
  /** Brings the checkpoint and the tiles at the right edge up to date, which a static log consists of. */
  publish(): Promise<void>;
  /** Publishes and lets go of the ledger. */
  close(): Promise<void>;
}

const WAIT_MILLISECONDS = 5_000;

/**
 * Opens a ledger for writing, makes it when there is none, and recovers it after a crash. Several processes
 * may have it open. Throws `LedgerError`, among others when acknowledged history is missing or was altered.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const storage = options.storage ?? diskStorage;
  const lock = await openLock(storage, options.keys, options.waitMilliseconds ?? WAIT_MILLISECONDS);
  try {
    const writer = await lock.hold(() => openWriter(options, storage));
    return ledgerOf(writer, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

interface Writer {
  readonly log: Log;
  readonly options: LedgerOptions;
  readonly redaction: Redaction;
}

function openWriter(options: LedgerOptions, storage: Storage): Writer {
  const { directory, keys: folder } = options;
  const keys = loadOrMakeKeys(storage, directory, folder);
  const log = openLog({ storage, directory, keys: folder, signer: keys.signer, open: keys.open });
  const writer = { log, options, redaction: keyedRedaction(options, keys) };
  try {
    catchUp(writer);
    return writer;
  } catch (error) {
    closeLog(log);
    throw error;
  }
}

function keyedRedaction({ secrets = [] }: LedgerOptions, { redaction }: Keys): Redaction {
  const digest = (secret: string) =>
    createHmac("sha256", redaction).update(secret).digest("hex").slice(0, 12);
  return redactionOf(secrets, digest);
}

function ledgerOf(writer: Writer, lock: Lock): Ledger {
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  /** One after the other, in the order of the calls. */
  const inTurn = <T>(work: () => T): Promise<T> => {
    const turn = last.then(() => {
      if (isClosed) throw closed();
      return lock.hold(work);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    append: (event, payloads = []) => inTurn(() => append(writer, event, payloads)),
    erase: (subject, reason) => inTurn(() => erase(writer, subject, reason)),
    size: () => writer.log.tree.range.size,
    publish: () => inTurn(() => publishNow(writer)),
    async close() {
      if (isClosed) return;
      try {
        if (writer.log.broken === undefined) await inTurn(() => publishNow(writer));
      } finally {
        isClosed = true;
        closeLog(writer.log);
        lock.close();
      }
    },
  };
}

function append(writer: Writer, event: ActionEvent | LedgerEvent, payloads: readonly Payload[]): Receipt {
  catchUp(writer);
  const safe = redactJson(event as unknown as Json, writer.redaction) as unknown as LedgerEvent;
  if (payloads.length === 0) return record(writer, safe);
  return record(writer, { ...safe, payloads: storePayloads(writer, payloads) });
}

function storePayloads({ log, options, redaction }: Writer, payloads: readonly Payload[]) {
  const stored: { [name: string]: { readonly [member in keyof PayloadReference]: Json } } = {};
  for (const payload of payloads) {
    const content = redactText(payload.content, redaction);
    stored[payload.name] = { ...storePayload(log.storage, options, { ...payload, content }) };
  }
  return stored;
}

function record(writer: Writer, event: LedgerEvent): Receipt {
  const seq = writer.log.tree.range.size;
  const entry = Buffer.from(textOf(event, seq, new Date(writer.options.clock()).toISOString()));
  if (entry.length > MAX_ENTRY_BYTES) {
    const message = `an entry of type \`${event.type}\` has ${entry.length} bytes; at most ${MAX_ENTRY_BYTES} fit`;
    throw new LedgerError("ENTRY_TOO_LARGE", message, { help: "hand its large members over as payloads" });
  }
  return { seq, ...addEntry(writer.log, entry) };
}

function textOf(event: LedgerEvent, seq: number, time: string): string {
  try {
    return entryText(event, seq, time);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `an entry of type \`${event.type}\` cannot be written: ${reason}`;
    throw new LedgerError("ENTRY_INVALID", message, { help: "leave that member out of the event", cause });
  }
}

/** The entries of others first; what a crash had left incomplete is cut, and an entry says so. */
function catchUp(writer: Writer): void {
  const torn = synchronize(writer.log);
  if (torn !== undefined) record(writer, recoveredEvent(torn));
}

function recoveredEvent(torn: Torn): LedgerEvent {
  return { type: LEDGER_EVENTS.recovered, ...torn, digest: `sha256:${torn.digest}` };
}

function erase(writer: Writer, subject: string, reason: string): void {
  const { log, options } = writer;
  catchUp(writer);
  if (isErased(options.keys, subject)) return;
  record(writer, { type: LEDGER_EVENTS.erased, subject, reason });
  destroySubjectKey(log.storage, options.keys, subject);
}

function publishNow(writer: Writer): void {
  catchUp(writer);
  publish(writer.log);
}

function closed(): LedgerError {
  return new LedgerError("LEDGER_CLOSED", "the ledger was closed", {
    help: "open it again; nothing was run",
  });
}
