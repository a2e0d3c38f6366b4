import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endSnapshot, restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { INCIDENTS, WORKSPACE } from "./incidents.ts";
import { expectSameTree, fingerprint, places, repositoryState, run } from "./support.ts";

/** Objects that a command added stay, so objects are asked for by `git fsck` and not compared. */
const isObject = (path: string) => /(^|\/)objects\//.test(path);

async function check(script: string): Promise<void> {
  const { base, workspace, store } = places();
  run(workspace, WORKSPACE);
  const state = repositoryState(workspace);
  const nested = repositoryState(join(workspace, "nested"));
  const tree = fingerprint(workspace, isObject);
  const { id } = await takeSnapshot(workspace, store);
  expectSameTree(fingerprint(workspace, isObject), tree);
  run(workspace, script);
  await endSnapshot(store, id);
  const result = await restoreSnapshot(store, id);
  expect(result.failed).toEqual([]);
  expect(result.conflicts).toEqual([]);
  expectSameTree(fingerprint(workspace, isObject), tree);
  expect(repositoryState(workspace)).toBe(state);
  expect(repositoryState(join(workspace, "nested"))).toBe(nested);
  expect(existsSync(join(workspace, "hook-ran"))).toBe(false);
  if (existsSync(join(base, "outside")))
    expect(readFileSync(join(base, "outside/a.ts"), "utf8")).toBe("keep");
}

describe("[UNDO] a snapshot brings back byte for byte what is lost when", () => {
  it.each(INCIDENTS)("%s", async (_name, script) => {
    await check(script);
  });
});
