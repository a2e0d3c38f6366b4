import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Stopped } from "../../src/adapters/journal/commit.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { newStepId, type StepOperation } from "../../src/adapters/journal/step.ts";
import { disk, type Storage } from "../../src/adapters/journal/storage.ts";
import { describeTree } from "./tree.ts";

/**
 * Steps without a command: the operations are made by hand, so that thousands of broken states take seconds. `argv`:
 * folder for the tree, folder for the journal, folder for what waits and what is kept, what to try, and each how many of
 * the cases.
 */
const [, , treeIn = "", journalIn = "", stageIn = "", what = ""] = process.argv;
const every = Number(process.argv[6] ?? 1);
const copies = statSync(treeIn).dev !== statSync(stageIn).dev;
const problems: string[] = [];
let tried = 0;
let found = 0;

interface Bench {
  readonly tree: string;
  readonly journal: string;
  readonly stage: string;
  readonly before: string;
  readonly request: Parameters<ReturnType<typeof openJournal>["commit"]>[0];
}

/** One step with every kind of operation. */
function makeBench(): Bench {
  const [tree, journal, stage] = [treeIn, journalIn, stageIn].map((one) =>
    realpathSync(mkdtempSync(join(one, "case-"))),
  ) as [string, string, string];
  const write = (path: string, text: string) => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  };
  for (const [name, text] of [
    ["file", "old"],
    ["gone", "gone"],
    ["d/in/x", "x"],
    ["e/y", "y"],
    ["kind/z", "z"],
    ["kept", "kept"],
  ])
    write(join(tree, name ?? ""), text ?? "");
  const upper = join(stage, "layers/one/u");
  for (const [name, text] of [
    ["file", "new"],
    ["n/a/b", "b"],
    ["fresh", "fresh"],
    ["e/w", "w"],
    ["kind", "a file"],
  ])
    write(join(upper, name ?? ""), text ?? "");
  const id = newStepId(Date.now());
  const parkedIn = [join(stage, "parked", id)];
  const at = (
    operation: StepOperation["operation"],
    name: string,
    number: number,
    was?: "file" | "directory",
    now?: "file" | "directory",
  ) => ({
    operation,
    path: join(tree, name),
    ...(operation === "remove" ? {} : { from: join(upper, name) }),
    ...(operation === "put" ? {} : { parked: join(parkedIn[0] ?? "", String(number)) }),
    ...(was ? { was } : {}),
    ...(now ? { now } : {}),
    ...(copies ? { copies } : {}),
  });
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const operations: StepOperation[] = [
    at("replace", "file", 0, "file", "file"),
    at("remove", "gone", 1, "file"),
    at("remove", "d", 2, "directory"),
    at("replace", "e", 3, "directory", "directory"),
    at("replace", "kind", 4, "directory", "file"),
    at("put", "n", 5, undefined, "directory"),
    at("put", "fresh", 6, undefined, "file"),
    { operation: "attributes", path: tree, before: { mode: 0o700, ...own }, after: { mode: 0o750, ...own } },
  ];
  const before = describe(tree);
  return {
    tree,
    journal,
    stage,
    before,
    request: { id, operations, changes: [], keptBytes: 0, parkedIn },
  };
}

function describe(tree: string): string {
  return describeTree(tree, "plain").join("\n");
}

function isAfter(tree: string): boolean {
  const texts = ["file", "fresh", "n/a/b", "e/w", "kind", "kept"].map((name) =>
    existsSync(join(tree, name)) ? readFileSync(join(tree, name), "utf8") : "",
  );
  const rest = readdirSync(tree).toSorted().join(" ");
  return `${texts}` === "new,fresh,b,w,a file,kept" && rest === "e file fresh kept kind n";
}

function stoppingAt(stop: number, when: "before" | "after"): Storage {
  let count = 0;
  const wrapped = Object.entries(disk).map(([name, action]) => [
    name,
    (...args: readonly unknown[]) => {
      count++;
      if (count > stop || (count === stop && when === "before")) throw new Stopped();
      (action as (...all: readonly unknown[]) => void)(...args);
      if (count === stop) throw new Stopped();
    },
  ]);
  return Object.fromEntries(wrapped) as Storage;
}

/** Stops at every change, recovers, stops at changes of the recovery too, and recovers again. */
function crash(direction: "finish" | "take-back"): void {
  for (let stop = 2; ; stop += every) {
    let ended = false;
    for (const second of [0, 1, 2, 4, 7]) {
      const bench = makeBench();
      ended = stopped(() => {
        const storage = stoppingAt(Math.floor(stop / 2), stop % 2 === 0 ? "before" : "after");
        openJournal(bench.journal, { storage, recover: "later" }).commit(bench.request);
      });
      if (ended && second > 0)
        stopped(() => {
          const storage = stoppingAt(second + 1, "after");
          openJournal(bench.journal, { storage, recover: "later" }).recover(direction);
        });
      const journal = openJournal(bench.journal, { recover: "later" });
      const recovered = journal.recover(direction);
      check(bench, journal, `${direction} ${stop} ${second} ${JSON.stringify(recovered)}`);
      clean(bench);
      if (!ended) return;
    }
  }
}

function stopped(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  }
}

/** Old or new, never between; what was done can be taken back; nothing of ours is left in the tree. */
function check(bench: Bench, journal: ReturnType<typeof openJournal>, label: string): void {
  tried++;
  const [step] = journal.list();
  const now = describe(bench.tree);
  if (step === undefined && now !== bench.before) problems.push(`${label}: not as before: ${now}`);
  if (step === undefined) return;
  found++;
  if (!isAfter(bench.tree)) problems.push(`${label}: not as after: ${now}`);
  const undone = journal.undo(step.id);
  if (undone.outcome !== "undone") problems.push(`${label}: ${JSON.stringify(undone)}`);
  if (describe(bench.tree) !== bench.before) problems.push(`${label}: undone, but ${describe(bench.tree)}`);
}

function clean(bench: Bench): void {
  for (const place of [bench.tree, bench.journal, bench.stage]) disk.removeTree(place);
}

/** Each file of a step is cut at every length and zeroed, in steps that are done and in steps that a crash left. */
function damage(): void {
  for (const stop of [undefined, 3, 6, 9, 12])
    for (const file of ["journal.json", "committed.json"]) {
      const first = makeDamaged(stop);
      const path = join(first.journal, first.request.id, file);
      const length = existsSync(path) ? readFileSync(path).length : 0;
      clean(first);
      const step = stop === undefined ? every : Math.ceil(length / 5);
      for (let cut = 0; cut < length; cut += step) damageOne(stop, file, (whole) => whole.subarray(0, cut));
      if (length > 1) damageOne(stop, file, (whole) => whole.subarray(0, length - 1));
      if (length > 0) damageOne(stop, file, () => Buffer.alloc(length));
      if (length > 80)
        damageOne(stop, file, (whole) => Buffer.concat([whole.subarray(0, length - 64), Buffer.alloc(64)]));
    }
}

function makeDamaged(stop: number | undefined): Bench {
  const bench = makeBench();
  const storage = stop === undefined ? disk : stoppingAt(stop, "after");
  stopped(() => openJournal(bench.journal, { storage, recover: "later" }).commit(bench.request));
  return bench;
}

function damageOne(stop: number | undefined, file: string, change: (whole: Buffer) => Buffer): void {
  const bench = makeDamaged(stop);
  const path = join(bench.journal, bench.request.id, file);
  const originals = contents(bench);
  writeFileSync(path, change(readFileSync(path)));
  const label = `${file} ${readFileSync(path).length} stop ${stop}`;
  const journal = openJournal(bench.journal, { recover: "later" });
  const [recovered] = journal.recover();
  if (recovered?.end === "damaged") {
    tried++;
    const lost = originals.filter((one) => !contents(bench).includes(one));
    if (lost.length > 0) problems.push(`${label}: lost ${lost}`);
    if (file !== "journal.json") problems.push(`${label}: could have been mended`);
  } else check(bench, journal, label);
  clean(bench);
}

/** Every content, wherever it is. */
function contents(bench: Bench): readonly string[] {
  const list = [bench.tree, bench.stage].flatMap((place) =>
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => readFileSync(join(one.parentPath, one.name), "utf8")),
  );
  return list.toSorted();
}

/** What a person may do to the very paths of the step, and the text that must be somewhere afterwards. */
const ACTIONS: readonly (readonly [string, (tree: string) => void, string])[] = [
  ["writes into the file", (tree) => appendFileSync(join(tree, "file"), "theirs"), "theirs"],
  ["saves the file by rename", (tree) => save(join(tree, "file")), "theirs"],
  ["makes the new file", (tree) => writeFileSync(join(tree, "fresh"), "theirs"), "theirs"],
  ["makes the new folder", (tree) => fill(join(tree, "n")), "theirs"],
  ["writes into the removed folder", (tree) => fill(join(tree, "d/in")), "theirs"],
  ["makes the removed file again", (tree) => save(join(tree, "gone")), "theirs"],
  ["deletes a file", (tree) => rmSync(join(tree, "file"), { force: true }), "kept"],
  ["deletes a folder", (tree) => rmSync(join(tree, "e"), { force: true, recursive: true }), "kept"],
];

function save(path: string): void {
  writeFileSync(`${path}.part`, "theirs");
  renameSync(`${path}.part`, path);
}

function fill(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "note"), "theirs");
}

/** Before each change of the disk, in turn, a person does something: nothing that they wrote is ever lost. */
function meanwhile(): void {
  for (const [name, action, text] of ACTIONS) {
    for (let moment = 2; ; moment++) {
      const bench = makeBench();
      let count = 0;
      const storage = watching(() => ++count === moment && tryTo(() => action(bench.tree)));
      const journal = openJournal(bench.journal, { storage, recover: "later" });
      const failed = codeOf(() => journal.commit(bench.request));
      if (count >= moment) checkMeanwhile(bench, `${name} at ${moment}`, failed, text);
      clean(bench);
      if (count < moment) break;
    }
  }
}

function checkMeanwhile(bench: Bench, label: string, failed: string | undefined, text: string): void {
  tried++;
  const later = openJournal(bench.journal);
  const lost = (when: string) => {
    const all = contents(bench).join(" ");
    if (!all.includes(text)) problems.push(`${label}: lost ${when}`);
    for (const original of ["x", "z", "kept"])
      if (!all.includes(original)) problems.push(`${label}: lost the original \`${original}\` ${when}`);
  };
  lost(`after ${failed ?? "the step"}`);
  if (failed !== undefined && !/^(NOT|HALF)_COMMITTED$/.test(failed)) problems.push(`${label}: ${failed}`);
  const [step] = later.list();
  if (failed === undefined && step) {
    found++;
    const undone = later.undo(step.id);
    if (undone.outcome === "conflict") later.undo(step.id, { force: true });
    lost("after the undo");
  }
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What somebody tries may fail, as on a folder that is gone. */
function tryTo(action: () => void): void {
  codeOf(action);
}

function watching(before: () => void): Storage {
  const wrapped = Object.entries(disk).map(([name, action]) => [
    name,
    (...args: readonly unknown[]) => {
      before();
      return (action as (...all: readonly unknown[]) => void)(...args);
    },
  ]);
  return Object.fromEntries(wrapped) as Storage;
}

/** The disk is full at one size after the other: done whole, or nothing done, and a clear error; and later it goes on. */
function full(): void {
  const ballast = join(copies ? treeIn : journalIn, "ballast");
  for (let free = 0; free <= 64; free += 4) {
    const bench = makeBench();
    const journal = openJournal(bench.journal, { recover: "later" });
    const fill = 'cat /dev/zero > "$1"; truncate -s -$2K "$1"';
    spawnSync("sh", ["-c", fill, "sh", ballast, String(free)], { stdio: "ignore" });
    const code = codeOf(() => journal.commit(bench.request)) ?? "done";
    if (!["done", "NOT_COMMITTED", "COPY_FAILED"].includes(code)) problems.push(`${free}: ${code}`);
    if (code !== "done" && describe(bench.tree) !== bench.before)
      problems.push(`${free}: changed, although ${code}`);
    disk.removeTree(ballast);
    if (code !== "done") {
      tried++;
      openJournal(bench.journal).commit({ ...bench.request, id: newStepId(Date.now()) });
    }
    check(bench, openJournal(bench.journal), `${free} KB free`);
    clean(bench);
  }
}

if (what === "damage") damage();
else if (what === "full") full();
else if (what === "meanwhile") meanwhile();
else for (const direction of ["finish", "take-back"] as const) crash(direction);
process.stdout.write(JSON.stringify({ tried, found, problems: problems.slice(0, 5) }));
