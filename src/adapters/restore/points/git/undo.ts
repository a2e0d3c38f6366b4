import { basename, dirname } from "node:path";
import { failureOf, type ProgramResult } from "../program.ts";
import { type KeptPoint, NOTHING_DONE, type Trouble, type UndoMode, type UndoReport } from "../provider.ts";
import { shellLine } from "../words.ts";
import { type GitOptions, git } from "./call.ts";
import { backupName, type KeptReference, type KeptRemote, leftAt, remotesIn, storeOf } from "./kept.ts";
import { readRepository } from "./repository.ts";
import { askRemote, connection, farEnd, type References } from "./store.ts";
import { type Target, targetsOf } from "./target.ts";

const PUSH = 60_000;
const FETCH = 120_000;
/** References in one push: a command line has an end. */
const BATCH = 200;

/**
 * Pushes the old ids back. Each goes with a lease on what the remote has at this moment: when somebody pushes in
 * between, the remote refuses. What is overwritten is fetched into the store first.
 */
export async function undoPushes(kept: KeptPoint, mode: UndoMode, options: GitOptions): Promise<UndoReport> {
  const left = leftAt(kept);
  let report = NOTHING_DONE;
  for (const [index, remote] of remotesIn(kept).entries()) {
    const one = await undoRemote(kept, remote, left?.[index], mode, options);
    report = {
      restored: [...report.restored, ...one.restored],
      conflicts: [...report.conflicts, ...one.conflicts],
      notRestored: [...report.notRestored, ...one.notRestored],
      commands: [...report.commands, ...one.commands],
    };
  }
  return report;
}

/**
 * The place that a kept remote leads to. Its name is looked up again, because only the repository may know the
 * password; when the name leads elsewhere by now, the address of the record counts.
 */
export async function retrace(remote: KeptRemote, options: GitOptions): Promise<Target> {
  const found = await readRepository(remote.folder, options)
    .then((repository) => targetsOf(remote.remote, repository, options))
    .then((targets) => targets.find(({ shown }) => shown === remote.shown))
    .catch(() => undefined);
  const local = remote.shown.startsWith("/");
  const bare = {
    address: remote.shown,
    shown: remote.shown,
    remote: remote.remote,
    local,
    settings: [],
    ignored: [],
  };
  return found ?? bare;
}

/** A reference that is not as it was. `now` is what the remote has at this moment. */
interface Move {
  readonly name: string;
  readonly back: string | null;
  readonly now: string | null;
}

async function undoRemote(
  kept: KeptPoint,
  remote: KeptRemote,
  left: readonly KeptReference[] | undefined,
  mode: UndoMode,
  options: GitOptions,
): Promise<UndoReport> {
  const store = storeOf(kept, remote);
  const lost = (why: string) =>
    remote.references.map(({ name }) => ({ what: `${name} at ${remote.shown}`, why }));
  try {
    const target = await retrace(remote, options);
    const there = await askRemote(store, target, options);
    const { moves, conflicts } = compare(remote, left, there);
    if (mode === "look" || (mode === "careful" && conflicts.length > 0)) {
      const would = mode === "look" ? moves.map(({ name }) => `${name} at ${remote.shown}`) : [];
      return { ...NOTHING_DONE, restored: would, conflicts };
    }
    await keepPresent({ store, target, moves, action: basename(dirname(kept.folder)) }, options);
    return await pushBack({ store, target, moves }, options);
  } catch (error) {
    return { ...NOTHING_DONE, notRestored: lost((error as Error).message) };
  }
}

function compare(remote: KeptRemote, left: readonly KeptReference[] | undefined, there: References) {
  const leftIds = left && new Map(left.map(({ name, id }) => [name, id]));
  const moves: Move[] = remote.references
    .map(({ name, id }) => ({ name, back: id, now: there.get(name) ?? null }))
    .filter(({ back, now }) => back !== now);
  const conflicts: Trouble[] = moves
    .filter(({ name, now }) => leftIds === undefined || leftIds.get(name) !== now)
    .map(({ name, now }) => ({
      what: `${name} at ${remote.shown}`,
      why:
        leftIds === undefined
          ? "it is not known what the action left there"
          : `somebody ${now === null ? "deleted it" : `pushed ${now.slice(0, 12)}`} after the action`,
    }));
  return { moves, conflicts };
}

interface Pushing {
  readonly store: string;
  readonly target: Target;
  readonly moves: readonly Move[];
}

/** What is about to be overwritten may be somebody's only copy. */
async function keepPresent(
  { store, target, moves, action }: Pushing & { action: string },
  options: GitOptions,
): Promise<void> {
  const names = moves.filter(({ now }) => now !== null).map(({ name }) => name);
  if (names.length === 0) return;
  const input = names.map((name) => `+${name}:${backupName(`${action}-replaced`, name)}\n`).join("");
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--stdin",
    ...farEnd(target, "upload-pack"),
  ];
  const call = { store, args: [...args, "--", target.address], patience: FETCH, input };
  const result = await git({ ...call, ...connection(target) }, options);
  if (result.code !== 0) throw new Error(`cannot keep what is there now: ${failureOf(result)}`);
}

async function pushBack({ store, target, moves }: Pushing, options: GitOptions): Promise<UndoReport> {
  let report = NOTHING_DONE;
  for (let at = 0; at < moves.length; at += BATCH) {
    const batch = moves.slice(at, at + BATCH);
    const words = batch.flatMap(leaseOf);
    const args = [
      "push",
      "--porcelain",
      "--no-verify",
      ...farEnd(target, "receive-pack"),
      ...words,
      "--",
      target.address,
    ];
    const specs = batch.map(({ name, back }) => `${back ?? ""}:${name}`);
    const result = await git(
      { store, args: [...args, ...specs], patience: PUSH, ...connection(target) },
      options,
    );
    report = summed(report, batch, result, { store, target, moves: batch });
  }
  return report;
}

function leaseOf({ name, now }: Move): readonly string[] {
  return [`--force-with-lease=${name}:${now ?? ""}`];
}

function summed(
  report: UndoReport,
  batch: readonly Move[],
  result: ProgramResult,
  { store, target }: Pushing,
): UndoReport {
  const refused = new Map<string, string>();
  const done = new Set<string>();
  for (const line of result.output.split("\n")) {
    const [flag = "", refs = "", summary = ""] = line.split("\t");
    const name = refs.slice(refs.lastIndexOf(":") + 1);
    if (flag === "!") refused.set(name, summary);
    else if (name !== "") done.add(name);
  }
  const restored = batch.filter(({ name }) => done.has(name));
  const failed = batch.filter(({ name }) => !done.has(name));
  return {
    conflicts: report.conflicts,
    restored: [...report.restored, ...restored.map(({ name }) => `${name} at ${target.shown}`)],
    notRestored: [
      ...report.notRestored,
      ...failed.map(({ name }) => ({
        what: `${name} at ${target.shown}`,
        why: refused.get(name) ?? failureOf(result),
      })),
    ],
    commands: [
      ...report.commands,
      ...failed.map((move) =>
        shellLine([
          "git",
          `--git-dir=${store}`,
          "push",
          ...leaseOf(move),
          target.shown,
          `${move.back ?? ""}:${move.name}`,
        ]),
      ),
    ],
  };
}
