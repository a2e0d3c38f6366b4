import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { codeOf, makePlace, type Place, tick } from "./place.ts";
import { describeTree } from "./tree.ts";

const [, , parent = "/var/tmp"] = process.argv;

const DEEP =
  "mkdir -p d/in; chmod 2750 d; chmod 700 d/in; echo 1 > d/in/one; echo 2 > d/two; echo 3 > d/in/three; ln -s two d/link";
const START = "echo old > f; echo gone > g; mkdir d; echo 1 > d/x; echo 22 > d/y; echo move > m";
const CHANGE = "echo new > f; rm g; rm -r d; mkdir n; echo n > n/file; mv m moved";

/** What happened, in a form that a test compares with what must happen; the same for every user. */
const SCENARIOS: Readonly<Record<string, () => Promise<unknown>>> = {
  "a path in a deleted folder, then the rest": pathThenRest,
  "a path whose parent went later": parentWentLater,
  "a path in a folder that the step made": pathInNewFolder,
  "a path in a replaced folder": pathInReplacedFolder,
  "a parent that is a file by now": parentIsFile,
  "undo of an undo": undoOfUndo,
  twice: twice,
  "somebody filled the folder again": filledAgain,
  "a folder that was locked": lockedFolder,
  "what diff reads": whatDiffReads,
  "what diff reads after more steps": whatDiffReadsLater,
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const result = await scenario().catch((error: Error) => error.stack ?? String(error));
  process.stdout.write(`${JSON.stringify([name, result])}\n`);
}

function tree(place: Place): string {
  return describeTree(place.workspace, "plain").join("\n");
}

async function pathThenRest() {
  const place = makePlace(parent, DEEP);
  const before = tree(place);
  const step = await place.commit("rm -rf d; echo x > other");
  const part = place.journal.undo(step, { paths: [join(place.workspace, "d/in/one")] });
  const between = place.shell("find d -printf '%p %m\\n' | sort; ls");
  const listed = place.journal.list()[0]?.undoneBy;
  const rest = place.journal.undo(step);
  const whole = tree(place) === before;
  const undone = place.journal.list()[0]?.undoneBy === (rest.outcome === "undone" ? rest.step : "");
  const again = codeOf(() => place.journal.undo(step).outcome);
  for (const one of [rest, part]) if (one.outcome === "undone") place.journal.undo(one.step);
  return { between, listed: listed ?? "no", whole, undone, again, redone: place.shell("ls") };
}

async function parentWentLater() {
  const place = makePlace(parent, DEEP);
  const before = tree(place);
  const first = await place.commit("rm d/in/one");
  const second = await place.commit("rm -rf d");
  const undone = place.journal.undo(first);
  const between = place.shell("find d -printf '%p %m\\n' | sort");
  const all = place.journal.undo(second);
  const whole = tree(place) === before;
  return { undone: undone.outcome, between, all: all.outcome, whole };
}

async function pathInNewFolder() {
  const place = makePlace(parent, "echo 1 > f");
  const step = await place.commit("mkdir -p n/in; echo a > n/in/a; echo b > n/b");
  const part = place.journal.undo(step, { paths: [join(place.workspace, "n/in/a")] });
  const between = place.shell("find n | sort");
  const rest = place.journal.undo(step);
  const whole = place.shell("ls");
  if (rest.outcome === "undone") place.journal.undo(rest.step);
  if (part.outcome === "undone") place.journal.undo(part.step);
  return { between, whole, redone: place.shell("find n -type f | sort | xargs cat") };
}

async function pathInReplacedFolder() {
  const place = makePlace(parent, DEEP);
  const step = await place.commit("rm -rf d; mkdir d; echo new > d/two; echo n > d/n");
  const at = (name: string) => join(place.workspace, "d", name);
  const held = place.journal.undo(step, { paths: [at("two")] }).outcome;
  const forced = place.journal.undo(step, { paths: [at("two"), at("in"), at("n")], force: true }).outcome;
  return { held, forced, now: place.shell("find d | sort; cat d/two d/in/one") };
}

async function parentIsFile() {
  const place = makePlace(parent, DEEP);
  const step = await place.commit("rm -rf d");
  writeFileSync(join(place.workspace, "d"), "mine");
  const at = join(place.workspace, "d/in/one");
  const codes = [
    codeOf(() => place.journal.undo(step, { paths: [at] })),
    codeOf(() => place.journal.undo(step, { paths: [at], force: true })),
  ];
  return {
    codes,
    mine: readFileSync(join(place.workspace, "d"), "utf8"),
    steps: place.journal.list().length,
  };
}

async function undoOfUndo() {
  const place = makePlace(parent, DEEP);
  const before = tree(place);
  const step = await place.commit("rm -rf d/in; echo x > d/two; chmod 700 d; echo n > new");
  const after = tree(place);
  const seen: string[] = [];
  let last = step;
  for (let round = 0; round < 4; round++) {
    const undone = place.journal.undo(last);
    if (undone.outcome !== "undone") return undone;
    last = undone.step;
    const now = tree(place);
    const inForce = place.journal.list()[0]?.undoneBy === undefined ? "in force" : "undone";
    seen.push(`${now === before ? "before" : now === after ? "after" : "neither"}, ${inForce}`);
  }
  return seen;
}

async function twice() {
  const place = makePlace(parent, "echo 1 > f");
  const step = await place.commit("rm f; echo n > n");
  place.journal.undo(step);
  tick();
  writeFileSync(join(place.workspace, "n"), "mine");
  return [codeOf(() => place.journal.undo(step)), readFileSync(join(place.workspace, "n"), "utf8")];
}

async function filledAgain() {
  const place = makePlace(parent, DEEP);
  const step = await place.commit("rm -rf d");
  place.shell("mkdir d; echo mine > d/mine");
  const refused = place.journal.undo(step).outcome;
  const mine = place.shell("cat d/mine");
  const forced = place.journal.undo(step, { force: true });
  const restored = place.shell("ls d");
  if (forced.outcome === "undone") place.journal.undo(forced.step);
  return { refused, mine, restored, back: place.shell("ls d") };
}

/** The folder kept its owner out, and does so again afterwards. */
async function lockedFolder() {
  const place = makePlace(parent, "mkdir -p d/in; echo 1 > d/f; echo 2 > d/in/g; chmod 555 d/in d");
  const before = tree(place);
  const step = await place.commit("chmod 755 d; rm d/f; chmod 555 d; echo x > other");
  const after = place.shell("stat -c %a d; ls");
  const undone = place.journal.undo(step).outcome;
  return { after, undone, whole: tree(place) === before };
}

function located(place: Place, step: string) {
  const { differences } = place.journal.diff(step);
  const read = (path: string | undefined) =>
    path === undefined || !existsSync(path)
      ? "-"
      : place.shell(`cat '${path}' 2>/dev/null || ls '${path}'`).trim();
  return differences
    .map((one) => {
      const { change } = one;
      const to =
        change?.kind === "create" && change.movedFrom
          ? ` from ${relative(place.workspace, change.movedFrom)}`
          : "";
      const many = change ? ` ${change.extent.entries}/${change.extent.bytes}` : "";
      return `${change?.kind} ${relative(place.workspace, one.path)}${to}${many}: ${read(one.before)} > ${read(one.after)}`;
    })
    .toSorted();
}

async function whatDiffReads() {
  const place = makePlace(parent, START);
  const step = await place.commit(CHANGE);
  const fresh = located(place, step);
  const undone = place.journal.undo(step);
  const back = located(place, step);
  if (undone.outcome === "undone") place.journal.undo(undone.step);
  const again = located(place, step);
  return { fresh, back, again };
}

async function whatDiffReadsLater() {
  const place = makePlace(parent, START);
  const step = await place.commit("echo new > f; rm g");
  await place.commit("echo newer > f");
  const covered = located(place, step);
  await place.commit("rm f");
  const removed = located(place, step);
  const second = await place.commit("echo once > f");
  appendFileSync(join(place.workspace, "f"), "mine\n");
  return { covered, removed, edited: located(place, second) };
}
