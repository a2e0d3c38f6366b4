import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endSnapshot, restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { expectSameTree, fingerprint, places } from "./support.ts";

const name = fc.constantFrom("a", "b", "c", "d e", "new\nline", "\xff\xfe", ".env", ".git", "index", "HEAD");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));

const command = fc.oneof(
  fc.record({
    do: fc.constant("write" as const),
    path,
    size: fc.constantFrom(0, 1, 100, 5000, 2_000_000),
    seed: fc.nat(255),
  }),
  fc.record({ do: fc.constant("append" as const), path, size: fc.constantFrom(1, 100), seed: fc.nat(255) }),
  fc.record({ do: fc.constant("folder" as const), path }),
  fc.record({ do: fc.constant("remove" as const), path }),
  fc.record({ do: fc.constant("rename" as const), path, to: path }),
  fc.record({ do: fc.constant("link" as const), path, to: path }),
  fc.record({ do: fc.constant("name" as const), path, to: path }),
  fc.record({ do: fc.constant("mode" as const), path, mode: fc.constantFrom(0o600, 0o644, 0o755, 0o700) }),
  fc.record({ do: fc.constant("time" as const), path, seconds: fc.integer({ min: 0, max: 2_000_000_000 }) }),
  fc.record({ do: fc.constant("truncate" as const), path, size: fc.nat(50) }),
);
type Command = typeof command extends fc.Arbitrary<infer Each> ? Each : never;

/** Does one thing; what cannot be done in this tree is left out. */
function act(root: string, one: Command): void {
  const at = (below: string) => Buffer.from(`${root}/${below}`, "latin1");
  const full = at(one.path);
  try {
    if (one.do === "write" || one.do === "append") {
      mkdirSync(Buffer.from(dirname(full.toString("latin1")), "latin1"), { recursive: true });
      writeFileSync(full, Buffer.alloc(one.size, one.seed), { flag: one.do === "write" ? "w" : "a" });
    } else if (one.do === "folder") mkdirSync(full, { recursive: true });
    else if (one.do === "remove") rmSync(full, { recursive: true });
    else if (one.do === "rename") renameSync(full, at(one.to));
    else if (one.do === "link") symlinkSync(one.to, full);
    else if (one.do === "name") linkSync(full, at(one.to));
    else if (one.do === "mode") chmodSync(full, lstatSync(full).isDirectory() ? one.mode | 0o700 : one.mode);
    else if (one.do === "time") utimesSync(full, one.seconds, one.seconds);
    else if (one.do === "truncate") truncateSync(full, one.size);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}

const commands = fc.array(command, { minLength: 1, maxLength: 25 });

describe("[UNDO] after any commands", () => {
  it("a restore gives the tree of the snapshot, and restoring what was before it gives that again", async () => {
    let differed = 0;
    await fc.assert(
      fc.asyncProperty(commands, commands, async (before, after) => {
        const { workspace, store } = places();
        for (const one of before) act(workspace, one);
        const tree = fingerprint(workspace);
        const { id } = await takeSnapshot(workspace, store);
        for (const one of after) act(workspace, one);
        const changed = fingerprint(workspace);
        await endSnapshot(store, id);
        const result = await restoreSnapshot(store, id);
        expect([result.failed, result.conflicts]).toEqual([[], []]);
        expectSameTree(fingerprint(workspace), tree);
        if (result.restored.length > 0) differed++;
        await restoreSnapshot(store, result.before ?? "");
        expectSameTree(fingerprint(workspace), changed);
        rmSync(workspace, { recursive: true });
        rmSync(store, { recursive: true });
      }),
      { numRuns: 200 },
    );
    expect(differed).toBeGreaterThan(100);
  }, 300_000);
});
