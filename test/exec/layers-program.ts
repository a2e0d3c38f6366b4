import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { ownerOf } from "../../src/adapters/journal/owner.ts";
import { disk } from "../../src/adapters/journal/storage.ts";
import { usage } from "../../src/adapters/journal/usage.ts";
import { codeOf, makePlace, tick } from "./place.ts";
import { describeTree } from "./tree.ts";

const [, , parent = "/var/tmp"] = process.argv;

const LIST = `python3 -c 'import os,sys
for p in sys.argv[1:]: print(p, sorted((n, os.getxattr(p, n).hex()) for n in os.listxattr(p)))'`;
/** A list with one more user (acl(5), linux/posix_acl_xattr.h): version 2, then tag, rights, number. */
const ACCESS = `python3 -c 'import os,struct,sys
def acl(*all): return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in all)
none = 0xffffffff
one = acl((1,7,none),(2,5,4242),(4,5,none),(16,5,none),(32,5,none))
for p in sys.argv[2:]: os.setxattr(p, "system.posix_acl_" + sys.argv[1], one)'`;

/** What happened, in a form that a test compares with what must happen; the same for every user. */
const SCENARIOS: Readonly<Record<string, () => Promise<unknown>>> = {
  "held in home": heldInHome,
  "held elsewhere": heldElsewhere,
  "many held": manyHeld,
  leftovers,
  "foreign namespaces": foreignNamespaces,
  usage: usageAndBudget,
  "odd names": oddNames,
  "hard links": hardLinks,
  "content behind an old time": oldTimes,
  "access lists": accessLists,
  notes,
  "edited between the diff and the commit": editedBetween,
  "a folder that became read-only": becameReadOnly,
  "a commit that fails": failingCommit,
  "a crash before a decided result is removed": crashAfterStep,
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const result = await scenario().catch((error: Error) => error.stack ?? String(error));
  process.stdout.write(`${JSON.stringify([name, result])}\n`);
}

function text(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** Its upper layer lies in home, so the next run cannot be stacked on it. */
async function heldInHome() {
  const place = makePlace(parent, "echo 1 > f; echo h > ../note; echo o > ../other");
  const first = await place.run("echo held >> ../note; echo held > g");
  first.layer.hold("first");
  const second = await place.run("cat ../note g > seen; echo mine >> ../other");
  const seen = text(
    second.layer.contentOf(second.changes.find((one) => one.path.endsWith("seen")) ?? never()) ?? "",
  );
  const committed = second.layer.commit(place.journal).outcome;
  const unseen = second.layer.unseen.length === 1 && second.layer.unseen[0] === first.layer.id;
  const accepted = place.held.accept(first.layer.id, place.journal).outcome;
  const third = await place.run("echo third >> ../note");
  third.layer.hold();
  tick();
  place.shell("echo theirs >> ../note");
  const late = place.held.accept(third.layer.id, place.journal).outcome;
  return { seen, unseen, committed, accepted, note: text(join(place.home, "note")), late };
}

function never(): never {
  throw new Error("the change is not there");
}

/** What waits in one project is neither below nor behind what is done in another. */
async function heldElsewhere() {
  const place = makePlace(parent, "echo 1 > f");
  const other = makePlace(parent, "echo 1 > f");
  const { createOverlayEngine } = await import("../../src/adapters/exec/overlay/engine.ts");
  const engine = createOverlayEngine({ state: place.state, workspace: other.workspace, network: "off" });
  (await place.run("echo held > f")).layer.hold();
  const env = { PATH: "/usr/bin:/bin" };
  const run = await engine.run(
    { shell: "echo x > f" },
    { cwd: other.workspace, env, stdio: ["ignore", "ignore", "ignore"] },
  );
  run.layer.hold();
  const [first] = place.held.list();
  return {
    builtOn: run.layer.builtOn,
    unseen: run.layer.unseen,
    rejected: place.held.reject(first?.id ?? "").length,
  };
}

async function manyHeld() {
  const place = makePlace(parent, "echo 0 > f");
  const small = await place.run("echo 1 >> f");
  small.layer.hold();
  const manifest = readFileSync(join(place.state, "layers", small.layer.id, "layer.json"), "utf8");
  const record = JSON.parse(manifest) as { id: string; parts: { upper: string }[] };
  const copies = (count: number) => {
    for (let number = place.held.list().length; number < count; number++) {
      const id = `${small.layer.id.slice(0, 9)}-${String(number).padStart(10, "z")}`;
      for (const { upper } of record.parts) {
        const to = upper.replace(record.id, id);
        place.shell(`mkdir -p '${to}'; cp -a '${upper}/.' '${to}'`);
      }
      const text = manifest.replaceAll(record.id, id);
      writeFileSync(join(place.state, "layers", id, "layer.json"), text);
    }
  };
  copies(100);
  const last = await place.run("echo 2 >> f");
  const [change] = last.changes;
  const content = change && text(last.layer.contentOf(change) ?? "");
  last.layer.discard();
  copies(101);
  const refused = await place.run("true").then(
    () => "ran",
    (error: { code?: string }) => error.code,
  );
  return { content, refused };
}

async function leftovers() {
  const place = makePlace(parent, "echo 1 > f");
  const { layer } = await place.run("echo x > f");
  layer.hold();
  const living = await place.run("echo y > g");
  const layers = join(place.state, "layers");
  const stage = join(place.folder, "stage");
  const old = new Date(Date.now() - 3600_000);
  const dead = (id: string, owner: unknown, ...places: string[]) => {
    for (const one of [join(layers, id), ...places]) mkdirSync(join(one, "work/work"), { recursive: true });
    if (owner !== undefined) writeFileSync(join(layers, id, "owner.json"), JSON.stringify(owner));
  };
  const gone = { ...ownerOf(process.pid), pid: 4_194_300 };
  dead("0-dead", { ...gone, stages: [place.state, stage] }, join(stage, "layers/0-dead"));
  dead("0-reused", { ...ownerOf(process.pid), start: "1", stages: [] });
  dead("0-young", undefined);
  dead("0-old", undefined);
  utimesSync(join(layers, "0-old"), old, old);
  for (const name of ["probe-new", "probe-old", "sessions/new", "sessions/idle"])
    mkdirSync(join(place.state, name), { recursive: true });
  utimesSync(join(place.state, "probe-old"), old, old);
  const week = new Date(Date.now() - 8 * 24 * 3600_000);
  for (const name of ["idle", "default"]) utimesSync(join(place.state, "sessions", name), week, week);
  const before = performance.now();
  const swept = place.held.sweep().toSorted();
  const quick = performance.now() - before < 200;
  const kept = [layer.id, living.layer.id].every((id) => existsSync(join(layers, id)));
  return { swept, quick, kept, stage: existsSync(join(stage, "layers/0-dead")), again: place.held.sweep() };
}

/** A process of a container that shares the folder: its number means nothing here. */
async function foreignNamespaces() {
  const place = makePlace(parent, "echo 1 > f");
  const own = ownerOf(process.pid);
  const write = (id: string, owner: unknown) => {
    mkdirSync(join(place.state, "layers", id), { recursive: true });
    writeFileSync(join(place.state, "layers", id, "owner.json"), JSON.stringify(owner));
  };
  const { spawn } = await import("node:child_process");
  const inside = spawn(
    "unshare",
    ["-Urpf", "--mount-proc", "--kill-child", "sh", "-c", "readlink /proc/self/ns/pid; sleep 30 & wait"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const namespace = String(await new Promise((resolve) => inside.stdout.once("data", resolve))).trim();
  write("0-inside", { pid: 1, start: "7", namespace, boot: own.boot, stages: [] });
  write("0-before", { pid: 1, start: "7", namespace, boot: "another start of the machine", stages: [] });
  const swept = place.held.sweep();
  inside.kill("SIGKILL");
  return swept;
}

async function usageAndBudget() {
  const place = makePlace(parent, "for i in 1 2 3; do head -c 1000 /dev/zero > f$i; done");
  for (const one of ["f1", "f2", "f3"]) {
    await place.commit(`rm ${one}`);
    tick();
  }
  (await place.run("head -c 500 /dev/zero > held")).layer.hold();
  const places = { engine: place.state, journal: place.journal.folder };
  const first = usage(places);
  const last = place.journal.list().at(-1)?.id ?? "";
  place.journal.undo(last);
  const second = usage(places);
  const { removed, freedBytes, keptSteps, keptBytes, limits } = place.journal.gc({ bytes: 1000 });
  return {
    first: [first.steps, first.waiting],
    second: second.steps,
    budget: [limits.age / 86_400_000, second.budget.bytes, limits.newest],
    collected: [removed.length, freedBytes, keptSteps, keptBytes],
  };
}

/** Names are bytes: a change of one that is no text must not be missing in the list. */
async function oddNames() {
  const place = makePlace(
    parent,
    "mkdir d; printf 1 > $'a\\xff'; printf 2 > $'d/\\xe9t\\xc3\\xa9'; printf 3 > $'gone\\xfe'",
  );
  const before = describeTree(place.workspace, "plain");
  const script =
    "printf x >> $'a\\xff'; rm $'gone\\xfe'; printf n > $'new\\xf0\\xff'; printf y >> $'d/\\xe9t\\xc3\\xa9'";
  const { changes, layer } = await place.run(script);
  const plain = makePlace(
    parent,
    "mkdir d; printf 1 > $'a\\xff'; printf 2 > $'d/\\xe9t\\xc3\\xa9'; printf 3 > $'gone\\xfe'",
  );
  plain.shell(script);
  const committed = layer.commit(place.journal);
  const same = `${describeTree(place.workspace, "plain")}` === `${describeTree(plain.workspace, "plain")}`;
  const step = committed.outcome === "committed" ? committed.step : undefined;
  const undone = place.journal.undo(step ?? "").outcome;
  return {
    kinds: changes.map((one) => one.kind).toSorted(),
    same,
    undone,
    back: `${describeTree(place.workspace, "plain")}` === `${before}`,
  };
}

async function hardLinks() {
  const place = makePlace(parent, "echo 1 > a; ln a b; echo 2 > c; mkdir d; ln c d/e");
  const { changes, layer } = await place.run("echo x >> a; chmod 600 c");
  layer.discard();
  return changes.map((one) => [one.kind, "breaksLinks" in one ? one.breaksLinks : undefined]);
}

/** Same length, and the time set back: still another content. */
async function oldTimes() {
  const place = makePlace(parent, "echo abc > f");
  const { changes } = await place.run("cp -p f old; echo xyz > f; touch -r old f; rm old");
  return changes.map((one) => one.kind);
}

async function accessLists() {
  const place = makePlace(parent, `echo 1 > f; mkdir d; ${ACCESS} access f d .; ${ACCESS} default d .`);
  const before = place.shell(`${LIST} . f d`);
  const step = await place.commit("echo 2 >> f; echo new > n; echo in > d/n; mkdir d/sub");
  const plain = makePlace(parent, `echo 1 > f; mkdir d; ${ACCESS} access f d .; ${ACCESS} default d .`);
  plain.shell("echo 2 >> f; echo new > n; echo in > d/n; mkdir d/sub");
  const all = `${LIST} . f d n d/n d/sub`;
  const same = place.shell(all) === plain.shell(all);
  place.journal.undo(step);
  return { same, some: before.includes("posix_acl_default"), back: place.shell(`${LIST} . f d`) === before };
}

/** The overlay writes notes on what it holds; none may reach the tree. */
async function notes() {
  const place = makePlace(parent, "mkdir -p d/in; echo 1 > f; echo 2 > d/in/x; echo 3 > moved");
  const script =
    "mkdir new; mkdir new/sub; mv moved new/; rm -r d; mkdir -p d/in/deep; echo n > d/in/deep/n; mkdir x; mkdir y; mv x y/; echo 2 >> f";
  await place.commit(script);
  const found = place.shell(
    "find . -exec " +
      "python3 -c 'import os,sys\nfor p in sys.argv[1:]:\n  for n in os.listxattr(p, follow_symlinks=False): print(p, n)' {} +",
  );
  return {
    found,
    isThere: lstatSync(join(place.workspace, "y/x")).isDirectory(),
    mode: statSync(join(place.workspace, "new")).mode & 0o777,
  };
}

/** A command, and what somebody does when it has ended and nothing of it is in the tree yet. */
async function editedBetween() {
  const all: readonly (readonly [string, string])[] = [
    ["echo mine >> f", "echo theirs >> f"],
    ["echo mine >> f", "echo theirs > f.new; mv f.new f"],
    ["echo mine >> f", "rm f"],
    ["echo mine > n", "echo theirs > n"],
    ["mkdir d2; echo mine > d2/x", "mkdir d2; echo theirs > d2/y"],
    ["rm -rf d", "echo theirs >> d/x"],
    ["rm -rf d", "echo theirs > d/new"],
    ["rm -rf d", "rm d/x"],
    ["rm -rf d; mkdir d", "rm -r d"],
    ["chmod 700 d", "rm -r d; echo theirs > d"],
  ];
  const outcomes: string[] = [];
  for (const [command, theirs] of all) {
    const place = makePlace(parent, "echo 1 > f; mkdir d; echo 2 > d/x");
    const { layer } = await place.run(command);
    tick();
    place.shell(theirs);
    const before = `${describeTree(place.workspace, "plain")}`;
    const { outcome } = layer.commit(place.journal);
    const same = `${describeTree(place.workspace, "plain")}` === before;
    if (outcome !== "conflict" || !same) outcomes.push(`${command}, ${theirs}: ${outcome}`);
  }
  return outcomes;
}

async function becameReadOnly() {
  const place = makePlace(parent, "mkdir -p d/e; echo 1 > d/f; echo 2 > d/e/g");
  const { layer } = await place.run("echo x >> d/f; echo n > d/new; rm -r d/e");
  place.shell("chmod 555 d");
  const result = layer.commit(place.journal);
  const after = place.shell("stat -c %a d; ls d");
  const step = result.outcome === "committed" ? (result.step ?? "") : "";
  const undone = place.journal.undo(step).outcome;
  return { outcome: result.outcome, after, undone, back: place.shell("stat -c %a d; cat d/f d/e/g; ls d") };
}

/** What cannot be put in place waits, so that nothing has to run again. */
async function failingCommit() {
  const place = makePlace(parent, "echo 1 > f; echo 2 > g");
  const before = `${describeTree(place.workspace, "plain")}`;
  const { layer } = await place.run("echo x >> f; echo x >> g");
  let moves = 0;
  const rename = (from: string, to: string) => {
    if (++moves === 2) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    disk.rename(from, to);
  };
  const journal = openJournal(place.journal.folder, { storage: { ...disk, rename } });
  const code = codeOf(() => layer.commit(journal));
  const same = `${describeTree(place.workspace, "plain")}` === before;
  const waiting = place.held.list().map((one) => one.id === layer.id);
  const accepted = place.held.accept(layer.id, place.journal).outcome;
  return { code, same, waiting, accepted, now: place.shell("cat f g"), left: place.held.list().length };
}

/** The step is done; the machine stopped before the layer could be taken from the list. */
async function crashAfterStep() {
  const place = makePlace(parent, "echo 1 > f; echo 2 > g");
  const { layer } = await place.run("echo x >> f; rm g; echo n > n");
  layer.hold();
  const manifest = join(place.state, "layers", layer.id, "layer.json");
  const text = readFileSync(manifest, "utf8");
  const first = place.held.accept(layer.id, place.journal).outcome;
  mkdirSync(join(manifest, ".."), { recursive: true });
  writeFileSync(manifest, text);
  const again = place.held.accept(layer.id, place.journal);
  const step = again.outcome === "committed" ? (again.step ?? "none") : "";
  return {
    first,
    again: again.outcome,
    step,
    left: place.held.list().length,
    steps: place.journal.list().length,
  };
}
