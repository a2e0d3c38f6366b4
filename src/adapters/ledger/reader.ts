import { type LedgerEntry, parseEntry, TILE_WIDTH } from "../../core/ledger.ts";
import { LedgerError } from "./error.ts";
import { decodeRecords, type LogRecord, readSegment, segmentPath } from "./segment.ts";

/** A recorded entry, with the signed checkpoint that was made for it. */
export interface RecordedEntry {
  readonly entry: LedgerEntry;
  /** The canonical text that was hashed. */
  readonly text: string;
  readonly checkpoint: string;
}

/**
 * The entries from `from` on, oldest first, with at most one segment in memory. It neither locks nor judges:
 * what another process is writing right now is not there yet, and only `verifyLedger` says whether to believe
 * it. Throws `LEDGER_ALTERED` at an entry that cannot be read.
 */
export function* readLedger(directory: string, from = 0): Generator<RecordedEntry> {
  let skip = from % TILE_WIDTH;
  for (let index = Math.floor(from / TILE_WIDTH); ; index += 1) {
    const bytes = readSegment(directory, index);
    if (bytes === undefined) return;
    for (const record of decodeRecords(bytes).slice(skip)) yield toEntry(directory, index, record);
    skip = 0;
  }
}

/** One entry, or `undefined` when the ledger has no entry of that number. Throws as `readLedger` does. */
export function readEntry(directory: string, seq: number): RecordedEntry | undefined {
  if (!Number.isSafeInteger(seq) || seq < 0) return undefined;
  for (const recorded of readLedger(directory, seq)) return recorded;
  return undefined;
}

function toEntry(directory: string, index: number, record: LogRecord): RecordedEntry {
  const text = record.entry.toString("utf8");
  const parsed = parseEntry(text);
  if ("entry" in parsed) return { entry: parsed.entry, text, checkpoint: record.checkpoint };
  const file = segmentPath(directory, index);
  const message = `\`${file}\`, byte ${record.begin}: the entry there cannot be read: ${parsed.problem}`;
  throw new LedgerError("LEDGER_ALTERED", message, {
    help: "run `countersign verify` to see what else was changed",
  });
}
