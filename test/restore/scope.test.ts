import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffSnapshot, endSnapshot, restoreSnapshot } from "../../src/adapters/restore/snapshot/restore.ts";
import { listSnapshots, takeSnapshot } from "../../src/adapters/restore/snapshot/take.ts";
import { expectSameTree, fingerprint, places, repositoryState, run } from "./support.ts";

const isObject = (path: string) => /(^|\/)objects\//.test(path);

function made(script: string) {
  const place = places();
  run(place.workspace, script);
  const read = (path: string) => readFileSync(join(place.workspace, path), "utf8");
  return { ...place, read };
}

describe("[UNDO] git folders outside the workspace", () => {
  it("of a linked work tree are kept: its branch, its index, the objects", async () => {
    const { base, workspace, store } = made(
      `git init -q -b main ../main; cd ../main; echo 1 >f; git add f; git commit -qm one; git branch doomed; cd ../work
       git -C ../main worktree add -q --force "$PWD" -b tree`,
    );
    run(workspace, "echo 2 >g; git add g; git stash -q; echo 3 >h; git add h");
    const state = repositoryState(workspace);
    const main = join(base, "main");
    const tree = fingerprint(main, isObject);
    const { id } = await takeSnapshot(workspace, store);
    run(
      workspace,
      "git stash clear; git reset -q --hard; git branch -q -D doomed; git reflog expire --expire=now --all; git gc -q --prune=now",
    );
    await endSnapshot(store, id);
    const { failed, conflicts } = await restoreSnapshot(store, id);
    expect([failed, conflicts]).toEqual([[], []]);
    expectSameTree(fingerprint(main, isObject), tree);
    expect(repositoryState(workspace)).toBe(state);
  });

  it("are not taken for this workspace's because a `.git` written by the command names them", async () => {
    const { base, workspace, store } = made("echo 1 >f");
    run(base, "git init -q -b main other; cd other; echo 1 >f; git add f; git commit -qm one");
    const other = fingerprint(join(base, "other"));
    const { id } = await takeSnapshot(workspace, store);
    run(
      workspace,
      `mkdir sub; echo "gitdir: ${base}/other/.git" >sub/.git; echo "gitdir: ${base}/other/.git" >.git`,
    );
    await endSnapshot(store, id);
    await restoreSnapshot(store, id);
    expect(existsSync(join(workspace, "sub"))).toBe(false);
    expectSameTree(fingerprint(join(base, "other")), other);
  });

  it("are left alone when the `.git` that named them is gone and they were changed by others since", async () => {
    const { base, workspace, store } = made(
      `git init -q -b main ../main; cd ../main; echo 1 >f; git add f; git commit -qm one; cd ../work
       git -C ../main worktree add -q --force "$PWD" -b tree`,
    );
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf .git f");
    await endSnapshot(store, id);
    run(join(base, "main"), "echo 2 >f; git commit -qam two");
    const head = run(join(base, "main"), "git rev-parse HEAD");
    const { conflicts } = await restoreSnapshot(store, id);
    expect(conflicts).toEqual([]);
    expect(run(join(base, "main"), "git rev-parse HEAD")).toBe(head);
    expect(run(workspace, "git status --porcelain")).toBe("");
  });
});

describe("[UNDO] nothing is written outside the workspace", () => {
  it("when a link to elsewhere was put in the place of a folder after the command", async () => {
    const { base, workspace, store } = made("mkdir d; echo 1 >d/f");
    mkdirSync(join(base, "elsewhere"));
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf d");
    await endSnapshot(store, id);
    symlinkSync(join(base, "elsewhere"), join(workspace, "d"));
    const stopped = await restoreSnapshot(store, id);
    expect(stopped.conflicts).toEqual(["d"]);
    const skipped = await restoreSnapshot(store, id, { conflicts: "skip" });
    expect(skipped.failed.map(({ path }) => path)).toEqual(["d/f"]);
    expect(existsSync(join(base, "elsewhere/f"))).toBe(false);
    await restoreSnapshot(store, id, { conflicts: "overwrite" });
    expect(readFileSync(join(workspace, "d/f"), "utf8")).toBe("1\n");
    expect(existsSync(join(base, "elsewhere/f"))).toBe(false);
  });
});

describe("[UNDO] folders that can be made again", () => {
  it("are only named, and what is missing after a restore is told", async () => {
    const { workspace, store } = made(
      "echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y",
    );
    const { id, leftOut } = await takeSnapshot(workspace, store);
    expect(leftOut).toEqual(["node_modules"]);
    run(workspace, "rm -rf node_modules package.json");
    await endSnapshot(store, id);
    const { restored, notKept } = await restoreSnapshot(store, id);
    expect(restored).toEqual(["package.json"]);
    expect(notKept).toEqual(["node_modules"]);
    expect(existsSync(join(workspace, "node_modules"))).toBe(false);
  });

  it("stay as they are when the sign that told them from work is deleted", async () => {
    const { workspace, store } = made(
      "echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y",
    );
    const { id } = await takeSnapshot(workspace, store);
    rmSync(join(workspace, "package.json"));
    await endSnapshot(store, id);
    await restoreSnapshot(store, id);
    expect(existsSync(join(workspace, "node_modules/x/y"))).toBe(true);
  });

  it.each([
    [
      "git tracks files in them",
      "git init -q; echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y; git add -A",
    ],
    [
      "git tracks files in them, in an index of version 4",
      "git init -q; echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y; git add -A; git update-index --index-version 4",
    ],
    ["nothing shows that a tool made them", "mkdir -p node_modules/x target; echo 1 >node_modules/x/y"],
  ])("are kept when %s", async (_when, script) => {
    const { workspace, store, read } = made(script);
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf node_modules");
    await restoreSnapshot(store, id);
    expect(read("node_modules/x/y")).toBe("1\n");
  });

  it("are kept when they were kept before and a sign was put into them since", async () => {
    const { workspace, store, read } = made("mkdir -p work; echo 1 >work/y");
    await takeSnapshot(workspace, store);
    writeFileSync(join(workspace, "work/CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf work");
    await restoreSnapshot(store, id);
    expect(read("work/y")).toBe("1\n");
  });

  it("are kept when the command is predicted to touch them", async () => {
    const { workspace, store, read } = made(
      "echo {} >package.json; mkdir -p node_modules/x; echo 1 >node_modules/x/y",
    );
    const { id } = await takeSnapshot(workspace, store, { include: ["node_modules/x"] });
    run(workspace, "rm -rf node_modules");
    await restoreSnapshot(store, id);
    expect(read("node_modules/x/y")).toBe("1\n");
  });
});

describe("[UNDO] what was changed after the command ended", () => {
  it("stops the restore, is skipped, or is overwritten, as asked", async () => {
    const { workspace, store, read } = made("echo 1 >a; echo 1 >b; echo 1 >c");
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "echo 2 >a; echo 2 >b; echo 2 >new");
    await endSnapshot(store, id);
    run(workspace, "echo mine >b; echo mine >c; echo mine >later");
    const stopped = await restoreSnapshot(store, id);
    expect([stopped.conflicts, stopped.restored]).toEqual([["b"], []]);
    expect(read("a")).toBe("2\n");
    const skipped = await restoreSnapshot(store, id, { conflicts: "skip" });
    expect(skipped.restored.toSorted()).toEqual(["a", "new"]);
    expect([read("a"), read("b"), read("c"), read("later")]).toEqual(["1\n", "mine\n", "mine\n", "mine\n"]);
    const forced = await restoreSnapshot(store, id, { conflicts: "overwrite" });
    expect([read("b"), read("c"), read("later")]).toEqual(["1\n", "mine\n", "mine\n"]);
    await restoreSnapshot(store, forced.before ?? "");
    expect(read("b")).toBe("mine\n");
  });

  it("is not seen in an index that `git status` only refreshed", async () => {
    const { workspace, store } = made("git init -q; echo 1 >a; echo 1 >b; git add -A; git commit -qm one");
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "echo 2 >a; git add a");
    await endSnapshot(store, id);
    run(workspace, "sleep 0.02; touch b; git status");
    const { conflicts } = await restoreSnapshot(store, id, { paths: ["a", ".git"] });
    expect(conflicts).toEqual([]);
    expect(run(workspace, "git status --porcelain")).toBe("");
    const again = await takeSnapshot(workspace, store);
    run(workspace, "echo 3 >a; git add a");
    await endSnapshot(store, again.id);
    run(workspace, "echo 4 >b; git add b");
    expect((await restoreSnapshot(store, again.id)).conflicts).toContain(".git/index");
  });
});

describe("[UNDO] a restore of some paths", () => {
  it("makes those what they were, with the folders above them, and leaves the rest", async () => {
    const { workspace, store, read } = made(
      "mkdir -p d/e; echo 1 >d/e/f; echo 1 >d/g; echo 1 >h; chmod 700 d",
    );
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf d; echo 2 >h");
    expect((await restoreSnapshot(store, id, { paths: ["./d/e/"] })).restored.toSorted()).toEqual([
      "d/e",
      "d/e/f",
    ]);
    expect(read("d/e/f")).toBe("1\n");
    expect(statSync(join(workspace, "d")).mode & 0o777).toBe(0o700);
    expect(existsSync(join(workspace, "d/g"))).toBe(false);
    expect(read("h")).toBe("2\n");
  });
});

describe("[UNDO] the changes since a snapshot", () => {
  it("are told without writing anything", async () => {
    const { workspace, store } = made("echo 1 >a; echo 1 >b; echo 1 >c; echo 1 >d; ln -s a l");
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "echo 2 >a; rm b; echo 1 >n; chmod 600 c; touch d; ln -sf c l");
    const changes = (await diffSnapshot(store, id)).map(({ path, change }) => `${change} ${path}`).toSorted();
    expect(changes).toEqual([
      "created n",
      "deleted b",
      "metadata c",
      "metadata d",
      "modified a",
      "modified l",
    ]);
    expect(listSnapshots(store)).toHaveLength(1);
  });
});

describe("[UNDO] a snapshot", () => {
  it("runs no program that the repository names", async () => {
    const { base, workspace, store } = made(
      `git init -q; echo '*.x filter=evil' >.gitattributes; echo 1 >a.x
       for key in core.fsmonitor filter.evil.clean filter.evil.smudge core.sshCommand core.pager; do git config $key "touch $PWD/../ran"; done`,
    );
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm -rf ./* .git .gitattributes");
    await restoreSnapshot(store, id);
    expect(existsSync(join(base, "ran"))).toBe(false);
    expect(readFileSync(join(workspace, "a.x"), "utf8")).toBe("1\n");
  });

  it("sees a change that kept size and time", async () => {
    const { workspace, store, read } = made("echo 1 >a; touch -d 2020-01-01 a");
    await takeSnapshot(workspace, store);
    run(workspace, "printf '2\\n' | dd of=a conv=notrunc status=none; touch -d 2020-01-01 a");
    const { id } = await takeSnapshot(workspace, store);
    run(workspace, "rm a");
    await restoreSnapshot(store, id);
    expect(read("a")).toBe("2\n");
  });

  it("of several processes at a time waits for its turn", async () => {
    const { workspace, store } = made("for i in 1 2 3 4 5 6 7 8 9; do echo $i >$i; done");
    const ids = await Promise.all(
      [1, 2, 3, 4].map((number) => takeSnapshot(workspace, store, { id: `s${number}` })),
    );
    expect(
      listSnapshots(store)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids.map(({ id }) => id).toSorted());
  });

  it("refuses more than the limits, and names that are no name", async () => {
    const { workspace, store } = made("echo 12345 >a; echo 12345 >b");
    await expect(takeSnapshot(workspace, store, { maximumEntries: 2 })).rejects.toThrow("more than 2 files");
    await expect(takeSnapshot(workspace, store, { maximumBytes: 10 })).rejects.toThrow("more than 10 bytes");
    await expect(takeSnapshot(workspace, store, { id: "../x" })).rejects.toThrow("cannot name a snapshot");
    await expect(restoreSnapshot(store, "../x")).rejects.toThrow("no snapshot");
    expect(listSnapshots(store)).toEqual([]);
  });

  it("of a file kept under a second name brings it back when it is deleted, and says when it was written into", async () => {
    const { workspace, store } = made("head -c 10500000 /dev/urandom >large; cp large other");
    const tree = fingerprint(workspace);
    const { id, linked } = await takeSnapshot(workspace, store, { copyBytes: 0 });
    run(workspace, "rm large; echo x >>other");
    const { failed } = await restoreSnapshot(store, id);
    if (linked.length > 0) expect(failed.map(({ path }) => path)).toEqual(["other"]);
    const [now, was] = [fingerprint(workspace).get("large")?.what, tree.get("large")?.what];
    expect(now?.split(" ")[3]).toBe(was?.split(" ")[3]);
  });
});
