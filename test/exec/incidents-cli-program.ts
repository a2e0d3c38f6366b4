import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { disk } from "../../src/adapters/journal/storage.ts";
import { makeReplica } from "./replica.ts";
import { describeTimes, describeTree, difference, startAttributeReader } from "./tree.ts";

/** What became of a line that was given to the program. */
export interface ProgramResult {
  readonly line: string;
  /** Exit codes of `run` and `undo`; `undo` is not asked when nothing ran. */
  readonly codes: readonly [number | null, number | null];
  /** How many lines of the replica's description differ after the run. */
  readonly changed: number;
  /** What differs from before after the undo. */
  readonly afterUndo: readonly string[];
  readonly said: string;
}

/**
 * Gives lines to the real program on a replica, and takes each back with `undo --last`; `argv`: a folder, the only one
 * that may be writable. Reads lines as JSON, prints one result a line.
 */
const [, , folder = ""] = process.argv;
const lines = JSON.parse(readFileSync(0, "utf8")) as string[];
const replica = makeReplica(folder);
const attributes = startAttributeReader();
const own = replica.state.slice(replica.root.length);
const env = { ...replica.environment, COUNTERSIGN_HOME: replica.state, NO_COLOR: "1" };
const fresh = await describe();

for (const line of lines) {
  const result = await throughProgram(line);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  disk.removeTree(replica.state);
  if (result.afterUndo.length > 0) replica.reset();
}
attributes.close();

async function throughProgram(line: string): Promise<ProgramResult> {
  const ran = countersign("run", "--engine", "linux-overlay", line);
  const changed = difference(fresh, await describe()).length;
  const undone = changed === 0 ? undefined : countersign("undo", "--last");
  return {
    line,
    codes: [ran.status, undone?.status ?? null],
    changed,
    afterUndo: difference(fresh, await describe()),
    said: `${ran.stderr}${undone?.stderr ?? ""}`.slice(-600),
  };
}

/** Without a terminal of its own, so that nobody could answer a question. */
function countersign(...args: readonly string[]) {
  const launcher = join(import.meta.dirname, "../../bin/countersign");
  const words = ["-w", "sh", launcher, ...args];
  return spawnSync("setsid", words, { cwd: replica.workspace, env, encoding: "utf8", timeout: 60_000 });
}

async function describe(): Promise<readonly string[]> {
  const { root } = replica;
  const tree = [...describeTree(root, "plain", own), ...(await attributes.list(root, own))];
  return [...tree, ...describeTimes(root, own)];
}
