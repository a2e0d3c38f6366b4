import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/adapters/error.ts";
import { nativePath } from "../../src/adapters/exec/diff/names.ts";
import { createOverlayEngine, type OverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { endSnapshot, restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { BEGINNING, type Kind, nextCommand, type Random, randomFrom } from "./grammar.ts";
import {
  describeTimes,
  describeTree,
  difference,
  linkedPaths,
  pathOf,
  startAttributeReader,
  unlinked,
} from "./tree.ts";

/** What became of one sequence. */
export interface SequenceResult {
  readonly seed: number;
  readonly kinds: readonly string[];
  /** Commands that ended with 0, and steps that changed something. */
  readonly succeeded: number;
  readonly steps: number;
  readonly undone: number;
  readonly refused: number;
  readonly failure?: string;
  /** The commands of a failure, as short as they can be. */
  readonly commands?: readonly string[];
}

/** How a sequence is taken back: steps of the journal in an order, or a snapshot from before all of it. */
export type Mode = "reverse" | "any" | "snapshot";

/** What a program of this kind reads: seeds of sequences with their mode. */
export type Order = readonly { readonly seed: number; readonly mode: Mode }[];

const [, , folder = ""] = process.argv;
const order = JSON.parse(readFileSync(0, "utf8")) as Order;
const attributes = startAttributeReader();
const ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  TZ: "UTC",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_TEMPLATE_DIR: "",
  GIT_CONFIG_COUNT: "2",
  GIT_CONFIG_KEY_0: "pack.threads",
  GIT_CONFIG_VALUE_0: "1",
  GIT_CONFIG_KEY_1: "gc.auto",
  GIT_CONFIG_VALUE_1: "0",
  ...Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "a"],
      [`GIT_${who}_EMAIL`, "a@example.org"],
      [`GIT_${who}_DATE`, "2026-01-01T00:00:00Z"],
    ]),
  ),
};

for (const { seed, mode } of order) process.stdout.write(`${JSON.stringify(await sequence(seed, mode))}\n`);
attributes.close();

/** A path that a step changed; `alone`: not what is below it. */
interface Touched {
  readonly path: string;
  readonly alone: boolean;
}

interface Step {
  readonly kind: string;
  readonly command: string;
  readonly code: number | null;
  readonly before: readonly string[];
  readonly paths: readonly Touched[];
  readonly id?: string;
}

/** Plays a sequence; a failure is played again with fewer and fewer commands. */
async function sequence(seed: number, mode: Mode): Promise<SequenceResult> {
  const played: string[] = [];
  const choose = nextFrom(seed, mode, played);
  const result = await play(seed, mode, choose);
  if (result.failure === undefined) return result;
  let commands: readonly string[] = played;
  let { failure } = result;
  for (let at = commands.length - 1; at >= 0; at--) {
    const fewer = commands.toSpliced(at, 1);
    const again = await play(seed, mode, given(fewer));
    if (again.failure === undefined || kindOf(again.failure) !== kindOf(result.failure)) continue;
    [commands, failure] = [fewer, again.failure];
  }
  return { ...result, failure, commands };
}

/** What a failure is about, so that a shorter sequence is not taken for another one. */
function kindOf(failure: string): string {
  return failure.split(":")[0]?.split(" of ")[0] ?? "";
}

type Choose = (root: string) => { readonly kind: string; readonly command: string } | undefined;

function nextFrom(seed: number, mode: Mode, played: string[]): Choose {
  const random = randomFrom(seed);
  const length = 5 + random.below(11);
  const may = (kind: Kind) =>
    (mode !== "snapshot" || !kind.overlayOnly) && (process.getuid?.() === 0 || !kind.asRoot);
  return (root) => {
    if (played.length === length) return undefined;
    const next = nextCommand(root, random, may);
    played.push(next.command);
    return next;
  };
}

function given(commands: readonly string[]): Choose {
  let at = 0;
  return () => {
    const command = commands[at++];
    return command === undefined ? undefined : { kind: "given", command };
  };
}

/** What it made stays until the folder goes: ext4 looks long for room where files were just removed. */
async function play(seed: number, mode: Mode, choose: Choose): Promise<SequenceResult> {
  const own = mkdtempSync(join(folder, "sequence-"));
  const steps: Step[] = [];
  const count = { undone: 0, refused: 0 };
  const tell = (failure?: string) => ({
    seed,
    kinds: steps.map(({ kind }) => kind),
    succeeded: steps.filter(({ code }) => code === 0).length,
    steps: steps.filter(({ id }) => id !== undefined).length,
    ...count,
    ...(failure === undefined ? {} : { failure }),
  });
  try {
    if (mode === "snapshot") await playSnapshot(own, choose, steps, count);
    else await playOverlay(own, choose, steps, count, mode === "any" ? randomFrom(seed ^ 0x5eed) : undefined);
    return tell();
  } catch (error) {
    return tell((error as Error).stack ?? String(error));
  }
}

/** Something that must not be; told without where in this program it was found. */
function differs(message: string): Error {
  return Object.assign(new Error(message), { stack: message });
}

function same(what: string, wanted: readonly string[], got: readonly string[]): void {
  const all = difference(wanted, got);
  if (all.length > 0) throw differs(`${what}:\n${all.slice(0, 20).join("\n")}`);
}

interface Count {
  undone: number;
  refused: number;
}

async function playOverlay(
  own: string,
  choose: Choose,
  steps: Step[],
  count: Count,
  random: Random | undefined,
): Promise<void> {
  const [plain, workspace, state] = [join(own, "plain"), join(own, "work"), join(own, "state")];
  for (const path of [plain, workspace]) begin(path);
  const beginning = await exactly(workspace);
  const engine = createOverlayEngine({ state, workspace, network: "off" });
  const journal = openJournal(join(state, "journal"));
  try {
    let now = beginning;
    for (let next = choose(plain); next; next = choose(plain)) {
      const code = runPlainly(next.command, plain);
      const done = await runIsolated(next.command, workspace, engine, journal, now);
      steps.push({ ...next, code, before: now, ...done });
      now = await exactly(workspace);
      compare(next.command, await exactly(plain), now);
      if (done.isolatedCode !== code) throw differs(`exit codes ${code} and ${done.isolatedCode}`);
    }
    const meaning = random ? withoutIndex : (lines: readonly string[]) => lines;
    if (random) await takeBackInAnyOrder(workspace, journal, steps, count, random);
    else await takeBack(workspace, journal, steps, count);
    same("after undoing everything", meaning(beginning), meaning(await exactly(workspace)));
  } finally {
    engine.close();
  }
}

async function runIsolated(
  command: string,
  workspace: string,
  engine: OverlayEngine,
  journal: Journal,
  before: readonly string[],
): Promise<Pick<Step, "paths" | "id"> & { readonly isolatedCode: number | null }> {
  const options = { cwd: workspace, env: ENVIRONMENT, stdio: ["ignore", "ignore", "ignore"] } as const;
  const run = await engine.run({ shell: command }, options);
  same(`before the commit of ${command}`, before, await exactly(workspace));
  const committed = run.layer.commit(journal);
  if (committed.outcome !== "committed") throw differs(JSON.stringify(committed));
  const paths = run.changes.map((change) => ({
    path: byteText(change.path).slice(workspace.length),
    alone: change.kind === "metadata" && change.type === "directory",
  }));
  const isolatedCode = run.ended.exitCode;
  return { paths, isolatedCode, ...(committed.step === undefined ? {} : { id: committed.step }) };
}

/** Both trees must be the same but for times, and what a plain and an isolated run cannot have in common. */
function compare(command: string, plain: readonly string[], isolated: readonly string[]): void {
  const names = linkedPaths(plain);
  same(`plain against isolated after ${command}`, alike(plain, names), alike(isolated, names));
}

/** A path as descriptions have it, bytes as characters. */
function byteText(path: string): string {
  return Buffer.from(nativePath(path)).toString("latin1");
}

function begin(path: string): void {
  mkdirSync(path);
  const ran = spawnSync("bash", ["-euc", BEGINNING], { cwd: path, env: ENVIRONMENT, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
}

function runPlainly(command: string, cwd: string): number | null {
  const words = ["--noprofile", "--norc", "-c", command];
  return spawnSync("bash", words, { cwd, env: ENVIRONMENT, stdio: "ignore", timeout: 30_000 }).status;
}

type Journal = ReturnType<typeof openJournal>;

async function takeBack(
  workspace: string,
  journal: Journal,
  steps: readonly Step[],
  count: Count,
): Promise<void> {
  for (const { id, command, before } of steps.toReversed()) {
    if (id === undefined) continue;
    const undone = journal.undo(id);
    if (undone.outcome !== "undone") throw differs(`${command}: ${JSON.stringify(undone)}`);
    count.undone++;
    same(`undo of ${command}`, before, await exactly(workspace));
  }
}

/** A step goes back although others came later, unless one of those touched the same paths; then nothing happens. */
async function takeBackInAnyOrder(
  workspace: string,
  journal: Journal,
  steps: readonly Step[],
  count: Count,
  random: Random,
): Promise<void> {
  let left = steps.filter(({ id }) => id !== undefined);
  for (let round = 0; left.length > 0; round++) {
    // The last round takes them in reverse: then each one has to go.
    const step = round < 2 * steps.length ? random.of(left) : left.at(-1);
    if (step?.id === undefined) break;
    const later = left.slice(left.indexOf(step) + 1).filter((one) => overlap(step.paths, one.paths));
    if (later.some((one) => tookFolderOf(step, one))) continue;
    const before = await exactly(workspace);
    const undone = attemptUndo(journal, step.id);
    const after = await exactly(workspace);
    if (undone.outcome === "undone") {
      left = left.filter((one) => one !== step);
      count.undone++;
      // A folder that is gone by now is made again for what goes back into it.
      const isParent = (path: string) => step.paths.some((one) => one.path.startsWith(`${path}/`));
      const elsewhere = (line: string) =>
        !step.paths.some((one) => isIn(pathOf(line), one)) && !isParent(pathOf(line));
      same(
        `elsewhere, undoing ${step.command}`,
        unlinked(before).filter(elsewhere),
        unlinked(after).filter(elsewhere),
      );
    } else {
      count.refused++;
      same(`the refused undo of ${step.command}`, before, after);
      if (later.length === 0) throw differs(`${step.command}: ${JSON.stringify(undone)}`);
    }
  }
}

/**
 * A folder that somebody replaced is a refusal as well, with a message of its own; what earlier undos brought back with
 * theirs is undone already.
 */
function attemptUndo(journal: Journal, id: string): { readonly outcome: string; readonly why?: string } {
  try {
    return journal.undo(id);
  } catch (error) {
    if (error instanceof UserError && error.code === "NOTHING_TO_UNDO") return { outcome: "undone" };
    if (error instanceof UserError) return { outcome: "refused", why: error.message };
    throw error;
  }
}

function overlap(some: readonly Touched[], others: readonly Touched[]): boolean {
  return some.some((one) => others.some((other) => isIn(one.path, other) || isIn(other.path, one)));
}

/** What goes back into a folder that went later makes it again, another one; what that means has tests of its own. */
function tookFolderOf(step: Step, later: Step): boolean {
  return later.paths.some((folder) =>
    step.paths.some((one) => one.path !== folder.path && isIn(one.path, folder)),
  );
}

function isIn(path: string, { path: folder, alone }: Touched): boolean {
  return path === folder || (!alone && path.startsWith(`${folder}/`));
}

async function playSnapshot(own: string, choose: Choose, steps: Step[], count: Count): Promise<void> {
  const [workspace, store] = [join(own, "work"), join(own, "state")];
  begin(workspace);
  const [before, times] = [kept(workspace), describeTimes(workspace)];
  const { id } = await takeSnapshot(workspace, store);
  for (let next = choose(workspace); next; next = choose(workspace))
    steps.push({ ...next, code: runPlainly(next.command, workspace), before, paths: [] });
  const [changed, changedTimes] = [kept(workspace), describeTimes(workspace)];
  await endSnapshot(store, id);
  const restored = await restoreSnapshot(store, id);
  if (restored.failed.length + restored.conflicts.length > 0) throw differs(JSON.stringify(restored));
  same("after the restore", before, kept(workspace));
  sameTimes("times after the restore", times, describeTimes(workspace));
  if (restored.before !== undefined) await restoreSnapshot(store, restored.before);
  same("after the restore was taken back", changed, kept(workspace));
  sameTimes("times after the restore was taken back", changedTimes, describeTimes(workspace));
  count.undone++;
}

/** Everything about a tree but the times of folders. */
async function exactly(root: string): Promise<readonly string[]> {
  return [...describeTree(root, "plain"), ...(await attributes.list(root, "/-")), ...describeTimes(root)];
}

/** What a snapshot promises: objects that came into a repository since stay; attributes and holes are not kept. */
function kept(root: string): readonly string[] {
  return describeTree(root, "plain")
    .filter((line) => !line.startsWith("/.git/objects/"))
    .map((line) => line.replace(/ sparse$/, ""));
}

/** Times are set as seconds in a double, so they come back to two microseconds. */
function sameTimes(what: string, wanted: readonly string[], got: readonly string[]): void {
  const before = new Map(wanted.map(timeOf));
  const moved = got.map(timeOf).filter(([path, time]) => {
    const away = time - (before.get(path) ?? time);
    return (away > 2000n || away < -2000n) && !path.startsWith("/.git/objects/");
  });
  same(
    what,
    [],
    moved.map(([path]) => path),
  );
}

function timeOf(line: string): [path: string, nanoseconds: bigint] {
  const at = line.lastIndexOf(" modified ");
  return [line.slice(0, at), BigInt(line.slice(at + 10))];
}

/** Leaves out the numbers of files in an index, which of equal objects a pack begins with, and names that are one file. */
function alike(lines: readonly string[], names: ReadonlySet<string>): readonly string[] {
  return unlinked(lines)
    .filter((line) => !names.has(pathOf(line)) && !/^\/\.git\/objects\/(pack\/|info\/packs)/.test(line))
    .filter((line) => !/ modified \d+$/.test(line))
    .map((line) => line.replace(/^(\/\.git\/index \d+ \S+) .*/, "$1"));
}

/** A git index that was only written anew, with the same meaning, is no later change; so its bytes may differ. */
function withoutIndex(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => pathOf(line) !== "/.git/index");
}
