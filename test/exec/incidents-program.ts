import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { disk } from "../../src/adapters/journal/storage.ts";
import type { DestructiveLine } from "./incidents.ts";
import { makeReplica } from "./replica.ts";
import {
  describeTimes,
  describeTree,
  difference,
  linkedPaths,
  pathOf,
  startAttributeReader,
  unlinked,
} from "./tree.ts";

/** What became of one line. Lists of differences are empty when two trees are the same. */
export interface LineResult {
  readonly line: string;
  /** Exit codes, plain and isolated. */
  readonly codes: readonly [number | null, number | null];
  readonly changes: readonly string[];
  /** The real tree before the commit, against what it was. */
  readonly beforeCommit: readonly string[];
  /** The real tree after the commit, against that of a plain run. */
  readonly againstPlain: readonly string[];
  readonly afterUndo: readonly string[];
  /** What the isolated command said. */
  readonly said: string;
  readonly milliseconds: number;
  readonly error?: string;
}

/**
 * Runs destructive lines on a replica, isolated and plainly; `argv`: a folder, the only one that may be writable.
 * Reads the lines as JSON, prints one result a line.
 */
const [, , folder = ""] = process.argv;
const { lines } = JSON.parse(readFileSync(0, "utf8")) as { lines: DestructiveLine[] };
const replica = makeReplica(folder);
const attributes = startAttributeReader();
const places = { state: replica.state, workspace: replica.workspace, home: replica.home };
const fresh = await describe("exact");
const linked = linkedPaths(fresh);

for (const one of lines) {
  const start = performance.now();
  const result = await runLine(one).catch((error: Error) => ({
    line: one.line,
    error: error.stack ?? `${error}`,
  }));
  const milliseconds = Math.round(performance.now() - start);
  process.stdout.write(`${JSON.stringify({ ...result, milliseconds })}\n`);
  if (!("afterUndo" in result) || result.afterUndo.length > 0) replica.reset();
}
attributes.close();

async function runLine({ line, plain, from }: DestructiveLine): Promise<Omit<LineResult, "milliseconds">> {
  const cwd = from === undefined ? replica.workspace : join(replica.home, from);
  const expected = plain === "varies" ? undefined : await plainRun(line, cwd);
  const output = openSync(join(folder, "said"), "w");
  const engine = createOverlayEngine({ ...places, network: "off" });
  const journal = openJournal(join(replica.state, "journal"));
  try {
    const run = await engine.run(
      { shell: line },
      { cwd, env: replica.environment, stdio: ["ignore", output, output] },
    );
    const beforeCommit = difference(fresh, await describe("exact"));
    const committed = run.layer.commit(journal);
    if (committed.outcome !== "committed") throw new Error(JSON.stringify(committed));
    const againstPlain = expected
      ? difference(comparable(expected.tree, plain), comparable(await describe("content"), plain))
      : [];
    const undone = committed.step === undefined ? undefined : journal.undo(committed.step);
    if (undone?.outcome === "conflict") throw new Error(JSON.stringify(undone));
    return {
      line,
      codes: [expected?.code ?? null, run.ended.exitCode],
      changes: run.changes.map(({ kind, path }) => `${kind} ${path.slice(replica.root.length)}`),
      beforeCommit,
      againstPlain,
      afterUndo: difference(fresh, await describe("exact")),
      said: readFileSync(join(folder, "said"), "utf8").slice(-500),
    };
  } finally {
    closeSync(output);
    engine.close();
    disk.removeTree(replica.state);
  }
}

/** What a plain run of a line leaves on a replica like this one, which is then made again. */
async function plainRun(
  line: string,
  cwd: string,
): Promise<{ readonly code: number | null; readonly tree: readonly string[] }> {
  const ran = spawnSync("bash", ["--noprofile", "--norc", "-c", line], {
    cwd,
    env: replica.environment,
    stdio: "ignore",
    timeout: 60_000,
  });
  const tree = await describe("content");
  replica.reset();
  return { code: ran.status, tree };
}

/** Everything on the replica but our own state; `exact` with the times of all that is no folder. */
async function describe(kind: "exact" | "content"): Promise<readonly string[]> {
  const { root } = replica;
  const own = replica.state.slice(root.length);
  const lines = [...describeTree(root, "plain", own), ...(await attributes.list(root, own))];
  return kind === "exact" ? [...lines, ...describeTimes(root, own)] : lines;
}

/**
 * Leaves out what two plain runs do not agree in either, the numbers of files in an index of git, and what the overlay is
 * known to do: names of one file that the command wrote to become files of their own. `links`: with other content then;
 * `roots`: folders that are mounted for an isolated command can be emptied by it but not removed.
 */
function comparable(lines: readonly string[], plain: DestructiveLine["plain"]): readonly string[] {
  const mounted = /^\/home( |\/project |\/\.local |\/\.local\/state )/;
  return unlinked(lines)
    .filter((line) => plain !== "roots" || !mounted.test(line))
    .filter((line) => plain !== "links" || !linked.has(pathOf(line)))
    .map((line) => line.replace(/^(\/.*\.git(?:\/.*)?\/index \d+ \S+) .*/, "$1"));
}
