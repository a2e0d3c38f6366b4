import fs from "node:fs";
import path from "node:path";
import { LEDGER_EVENTS, type LedgerEntry, parseEntry, TILE_WIDTH } from "../../core/ledger.ts";
import { followExecutions, type OpenExecution, startRules } from "../../core/ledger-rules.ts";
import { leafHash, sameHash } from "../../core/merkle.ts";
import { type Checkpoint, formatNoteKey, hex, type NoteKey, parseNoteKey } from "../../core/note.ts";
import { type CheckpointOpener, checkpointOpener, sha256 } from "./crypto.ts";
import { acknowledgedPath, PUBLIC_COPY, readFolderKey, readPublicKey } from "./keys.ts";
import { addressedFile, isErased } from "./payload.ts";
import { decodeRecords, type LogRecord, readSegment, segmentPath } from "./segment.ts";
import { readIfThere } from "./storage.ts";
import { addLeaf, bundleBytes, loadTree, type Tree, treeRoot } from "./tree.ts";
import { checkEdge, checkTiles, missingTiles } from "./verify-tiles.ts";

export interface VerifyOptions {
  /** The key folder: brings the trusted public key and the last acknowledged checkpoint. */
  readonly keys?: string;
  /** A trusted public key (`name+id+base64`), for whoever has no key folder. */
  readonly key?: string;
  /** A signed checkpoint seen earlier: the log has to begin with exactly that tree. */
  readonly from?: string;
}

/** Something that must not be so. */
export interface Problem {
  /** `signature`, `root`, `entry`, `segment`, `tile`, `payload`, `anchor`, `key`, or the id of a ledger rule. */
  readonly rule: string;
  readonly message: string;
  /** Relative to the folder of the log, where the problem is in one of its files. */
  readonly file?: string;
  /** Byte within the file. */
  readonly position?: number;
  readonly seq?: number;
}

export interface Verification {
  readonly ok: boolean;
  readonly size: number;
  /** Root of the tree over all entries, 64 hexadecimal digits. */
  readonly root: string;
  /** Name of the log, empty when no key could be read. */
  readonly origin: string;
  /** At most 100. */
  readonly problems: readonly Problem[];
  /** Executions whose outcome nobody recorded: they stay visibly unknown (L7). */
  readonly unknown: readonly OpenExecution[];
  /** What a reader should know although nothing is wrong. */
  readonly notes: readonly string[];
}

const MAX_PROBLEMS = 100;

/**
 * Checks a ledger from its first byte: every entry, leaf, root and signed checkpoint, every tile, the payloads,
 * the rules of the ledger, and that it begins with the trees seen before (acknowledged, published, `from`).
 * Writes nothing, takes no lock, holds one segment in memory beside what the rules remember.
 */
export function verifyLedger(directory: string, options: VerifyOptions = {}): Verification {
  const run = startRun(directory, options);
  for (let index = 0; ; index += 1) {
    const bytes = readSegment(directory, index);
    if (bytes === undefined) break;
    if (!verifySegment(run, index, bytes)) break;
  }
  return finish(run);
}

/** A tree that was signed before, and where it is known from. */
interface Anchor extends Pick<Checkpoint, "size" | "root"> {
  readonly name: string;
}

interface Run {
  readonly directory: string;
  readonly options: VerifyOptions;
  readonly key: NoteKey | undefined;
  readonly open: CheckpointOpener;
  readonly anchors: readonly Anchor[];
  readonly tree: Tree;
  readonly problems: Problem[];
  readonly notes: string[];
  readonly judge: ReturnType<typeof startRules>;
  readonly executions: ReturnType<typeof followExecutions>;
  /** Payloads that are not there, by subject: right only if the subject was erased. */
  readonly lost: { readonly subject: string; readonly problem: Problem }[];
  readonly erased: Set<string>;
}

function startRun(directory: string, options: VerifyOptions): Run {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const key = trustedKey(directory, options, { problems, notes });
  const open: CheckpointOpener = key === undefined ? () => undefined : checkpointOpener(key);
  const anchors = anchorsOf(directory, options, open, { problems, notes });
  return {
    directory,
    options,
    key,
    open,
    anchors,
    tree: loadTree(directory, 0),
    problems,
    notes,
    judge: startRules(),
    executions: followExecutions(),
    lost: [],
    erased: new Set(),
  };
}

function trustedKey(
  directory: string,
  { keys, key }: VerifyOptions,
  { problems, notes }: { problems: Problem[]; notes: string[] },
): NoteKey | undefined {
  const copy = readPublicKey(path.join(directory, PUBLIC_COPY));
  const isGiven = key !== undefined || keys !== undefined;
  const trusted =
    key !== undefined ? parseNoteKey(sha256, key) : keys !== undefined ? readFolderKey(keys) : copy;
  if (trusted === undefined) {
    problems.push({ rule: "key", message: "there is no public key that could be trusted" });
  } else if (copy === undefined || formatNoteKey(copy) !== formatNoteKey(trusted)) {
    problems.push({ rule: "key", file: PUBLIC_COPY, message: "it is not the public key of this ledger" });
  }
  if (!isGiven)
    notes.push("the public key was taken from the ledger itself: a forger could have put it there");
  return trusted;
}

function anchorsOf(
  directory: string,
  { keys, from }: VerifyOptions,
  open: CheckpointOpener,
  { problems, notes }: { problems: Problem[]; notes: string[] },
): readonly Anchor[] {
  const anchors: Anchor[] = [];
  const add = (name: string, note: string | undefined) => {
    const checkpoint = note === undefined ? undefined : open(note);
    if (checkpoint !== undefined) anchors.push({ name, size: checkpoint.size, root: checkpoint.root });
    else
      problems.push({ rule: "anchor", message: `the ${name} is missing or was not signed by this ledger` });
  };
  const text = (file: string) => readIfThere(file)?.toString().replace(/\0+$/, "");
  const published = text(path.join(directory, "checkpoint"));
  if (published === undefined)
    notes.push("no checkpoint is published: the last writer has not closed the ledger");
  else add("published checkpoint", published);
  if (keys !== undefined) add("acknowledged checkpoint", text(acknowledgedPath(keys)));
  if (from !== undefined) add("given checkpoint", from);
  return anchors;
}

/** Answers whether it makes sense to go on to the next segment. */
function verifySegment(run: Run, index: number, bytes: Buffer): boolean {
  const records = decodeRecords(bytes);
  for (const record of records.slice(0, TILE_WIDTH)) verifyRecord(run, index, record);
  const end = records.at(TILE_WIDTH - 1)?.end ?? records.at(-1)?.end ?? 0;
  const isFull = records.length >= TILE_WIDTH;
  const hasNext = fs.existsSync(segmentPath(run.directory, index + 1));
  if (end < bytes.length)
    verifyRest(run, { index, end, rest: bytes.length - end, isTail: !isFull && !hasNext });
  else if (!isFull && hasNext) {
    report(run, {
      rule: "segment",
      ...at(run, index, end),
      message: `it holds ${records.length} of 256 entries`,
    });
  }
  const entries = bundleBytes(records.slice(0, TILE_WIDTH).map(({ entry }) => entry));
  const problems = checkTiles(run.directory, run.tree, { index, entries, isLast: !hasNext });
  for (const problem of problems) report(run, problem);
  return isFull && end === bytes.length;
}

/** An incomplete rest at the very end is what a crash leaves; it counts only if nobody was told otherwise. */
function verifyRest(
  run: Run,
  { index, end, rest, isTail }: { index: number; end: number; rest: number; isTail: boolean },
): void {
  const { size } = run.tree.range;
  if (isTail && run.anchors.every((anchor) => anchor.size <= size)) {
    run.notes.push(
      `${rest} bytes of an unfinished write follow the last entry; the next writer removes them`,
    );
    return;
  }
  report(run, { rule: "segment", ...at(run, index, end), message: `no valid entry ${size} begins there` });
}

function verifyRecord(run: Run, index: number, record: LogRecord): void {
  const seq = run.tree.range.size;
  const place = { ...at(run, index, record.begin), seq };
  addLeaf(run.tree, leafHash(sha256, record.entry));
  const root = treeRoot(run.tree);
  const checkpoint = run.open(record.checkpoint);
  if (checkpoint === undefined) {
    report(run, { rule: "signature", ...place, message: "its checkpoint was not signed by this ledger" });
  } else if (checkpoint.size !== seq + 1 || !sameHash(checkpoint.root, root)) {
    report(run, {
      rule: "root",
      ...place,
      message: "it, or one before it, is not what its checkpoint covers",
    });
  }
  for (const anchor of run.anchors) {
    if (anchor.size !== seq + 1 || sameHash(anchor.root, root)) continue;
    report(run, {
      rule: "anchor",
      ...place,
      message: `the log up to here is not that of the ${anchor.name}`,
    });
  }
  const text = record.entry.toString("utf8");
  const parsed = Buffer.from(text).equals(record.entry) ? parseEntry(text) : { problem: "it is not UTF-8" };
  if ("problem" in parsed) report(run, { rule: "entry", ...place, message: parsed.problem });
  else verifyEntry(run, parsed.entry, place);
}

function verifyEntry(run: Run, entry: LedgerEntry, place: Pick<Problem, "file" | "position">): void {
  run.executions.next(entry);
  for (const { rule, seq, message } of run.judge(entry)) report(run, { rule, ...place, seq, message });
  if (entry.type === LEDGER_EVENTS.erased) verifyErased(run, String(entry.subject));
  const { payloads } = entry;
  const references: readonly unknown[] =
    typeof payloads === "object" && payloads !== null ? Object.values(payloads) : [];
  for (const reference of references) verifyPayload(run, entry.seq, reference);
}

function verifyErased(run: Run, subject: string): void {
  run.erased.add(subject);
  if (run.options.keys === undefined || isErased(run.options.keys, subject)) return;
  report(run, { rule: "payload", message: `\`${subject}\` was erased, but its key is still there` });
}

function verifyPayload(run: Run, seq: number, reference: unknown): void {
  const { address, subject } = Object(reference) as {
    readonly address?: unknown;
    readonly subject?: unknown;
  };
  const file = addressedFile(run.directory, String(address));
  const bytes = file === undefined ? undefined : readIfThere(file);
  const where = { rule: "payload", seq, ...(file && { file: path.relative(run.directory, file) }) };
  if (bytes === undefined) {
    run.lost.push({ subject: String(subject), problem: { ...where, message: "a payload is missing" } });
  } else if (`sha256:${hex(sha256(bytes))}` !== address) {
    report(run, { ...where, message: "a payload is not what was stored" });
  }
}

function finish(run: Run): Verification {
  const { size } = run.tree.range;
  for (const problem of checkEdge(run.directory, run.tree)) report(run, problem);
  for (const anchor of run.anchors) {
    if (anchor.size > size) {
      const message = `the ${anchor.name} covers ${anchor.size} entries, the log has ${size}: it was cut or put back`;
      report(run, { rule: "anchor", message });
    }
    if (anchor.name !== "published checkpoint" || anchor.size > size) continue;
    for (const problem of missingTiles(run.directory, anchor.size)) report(run, problem);
  }
  for (const { subject, problem } of run.lost) if (!run.erased.has(subject)) report(run, problem);
  return {
    ok: run.problems.length === 0,
    size,
    root: hex(treeRoot(run.tree)),
    origin: run.key?.name ?? "",
    problems: run.problems,
    unknown: run.executions.open(),
    notes: run.notes,
  };
}

function report(run: Run, problem: Problem): void {
  if (run.problems.length < MAX_PROBLEMS) run.problems.push(problem);
}

function at(run: Run, index: number, position: number): { readonly file: string; readonly position: number } {
  return { file: path.relative(run.directory, segmentPath(run.directory, index)), position };
}
