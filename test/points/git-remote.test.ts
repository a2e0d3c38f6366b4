import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { collectPoints } from "../../src/adapters/restore/points/collect.ts";
import { listPoints, lookAtPoint, undoPoint } from "../../src/adapters/restore/points/undo.ts";
import { type Cloned, cloned, hiddenReferences, references, somebodyElse, trap } from "./git-support.ts";
import { act, keep, shell } from "./support.ts";

const notes = (on: Cloned) =>
  listPoints(on.points).points.flatMap(({ parts }) => parts.flatMap((one) => one.notes));
const undo = (on: Cloned, force = false) => undoPoint(on.points, "action-1", { force });

/** Pushes that take something away, each from a fresh clone. */
const LOSSES: readonly (readonly [line: string, before: string])[] = [
  ["git push --force origin main", "git reset -q --hard HEAD~2; git commit -q --amend -m other"],
  ["git push -f", "git reset -q --hard HEAD~2"],
  ["git push -f ", "git remote rename origin upstream 2>/dev/null; git reset -q --hard HEAD~2"],
  ["git push --force ../served/remote.git HEAD~1:refs/heads/feature/x", "true"],
  ["git push origin +HEAD~2:main", "true"],
  ["git push origin +topic:refs/heads/main", "true"],
  ["git push origin --delete topic", "true"],
  ["git push origin :feature/x", "true"],
  ["git push -d origin v1 topic", "true"],
  ["git push origin :refs/tags/v2", "true"],
  ["git push --force origin v1", "git tag -f v1 HEAD >/dev/null"],
  ["git push --mirror origin", "git branch -D topic -q; git tag -d v2 >/dev/null"],
  ["git push --prune origin 'refs/heads/*:refs/heads/*'", "git branch -D topic -q"],
  ["git push --force-with-lease origin topic", "git fetch -q; git branch -f topic HEAD"],
  ["git push --force origin HEAD:brand-new", "true"],
];

describe("[POINTS] what a push takes away comes back", () => {
  it.each(LOSSES)("folder: `%s`", async (line, before) => {
    const on = await cloned("folder");
    shell(before, on);
    const was = references(on);
    expect(await act(line, on)).toBe("points:action-1");
    expect(references(on)).not.toBe(was);
    // Not even the operator's own repository has to be there any more.
    shell("rm -rf .git", on);
    expect((await undo(on)).outcome).toBe("undone");
    expect(references(on)).toBe(was);
    expect(shell(`git --git-dir=${on.remote} fsck --no-dangling 2>&1`, on)).toBe("");
  });

  it.each(LOSSES.filter(([line]) => / (--force origin main|--delete topic|:refs\/tags\/v2)$/.test(line)))(
    "network: `%s`, with a hidden backup there",
    async (line, before) => {
      const on = await cloned("network");
      shell(before, on);
      const was = references(on);
      await act(line, on);
      expect(hiddenReferences(on)).toMatch(
        /refs\/countersign\/backup\/action-1\/(heads\/(main|topic)|tags\/v2)$/m,
      );
      expect(notes(on)).toEqual([]);
      expect((await undo(on)).outcome).toBe("undone");
      expect(references(on)).toBe(was);
      await keep("git push origin --delete feature/x", on, "action-2");
      const { removed, problems } = await collectPoints(on.points, { age: -1 });
      expect([removed, problems]).toEqual([["action-1"], []]);
      expect(hiddenReferences(on)).toMatch(
        /^\S+ commit\trefs\/countersign\/backup\/action-2\/heads\/feature\/x\n$/,
      );
    },
  );

  it("from a shallow clone as well", async () => {
    const on = await cloned("network");
    shell("url=$(git remote get-url origin); rm -rf .git file; git clone -q --depth 1 $url .", on);
    const was = references(on);
    await act("git push --force origin HEAD:topic", on);
    expect((await undo(on)).outcome).toBe("undone");
    expect(references(on)).toBe(was);
  });

  it("from another folder, when -C says which", async () => {
    const on = await cloned("folder");
    const was = references(on);
    shell("mkdir ../empty; git init -q ../empty", on);
    const elsewhere = { ...on, setting: { ...on.setting, cwd: join(on.base, "empty") } };
    await keep(`git -C ${on.work} push origin --delete topic`, elsewhere);
    shell("git push -q origin --delete topic", on);
    await on.port.ended("action-1");
    expect((await undo(on)).outcome).toBe("undone");
    expect(references(on)).toBe(was);
  });

  it.each(["cd ../work && git push", "(cd ../work; git -C . push"])(
    "from the folder that the line goes to: `%s`",
    async (start) => {
      const on = await cloned("folder");
      const was = references(on);
      shell("mkdir ../empty; git init -q ../empty; git -C ../empty remote add origin /nowhere", on);
      const elsewhere = { ...on, setting: { ...on.setting, cwd: join(on.base, "empty") } };
      await keep(`${start} origin --delete topic${start.startsWith("(") ? ")" : ""}`, elsewhere);
      shell("git push -q origin --delete topic", on);
      await on.port.ended("action-1");
      expect((await undo(on)).outcome).toBe("undone");
      expect(references(on)).toBe(was);
    },
  );

  it("leaves no trace in the operator's repository", async () => {
    const on = await cloned("network");
    const seen = () => shell("git for-each-ref; git config --list --local; ls -A .git", on);
    const before = seen();
    await keep("git push --force origin main", on);
    expect(seen()).toBe(before);
  });

  it("nothing is kept for a push that only adds", async () => {
    const on = await cloned("network");
    expect(await keep("git push origin main", on)).toBeUndefined();
  });
});

describe("[POINTS] a remote that somebody changed meanwhile", () => {
  it("is a conflict, and stays as it is", async () => {
    const on = await cloned("folder");
    await act("git push --force origin HEAD~2:main", on);
    somebodyElse(on, "echo x > x; git add x; git commit -qm theirs; git push -q origin main");
    const now = references(on);
    const { outcome, reports } = await undo(on);
    expect(outcome).toBe("conflict");
    expect(reports[0]?.conflicts[0]?.why).toMatch(/^somebody pushed [0-9a-f]{12} after the action$/);
    expect(references(on)).toBe(now);
  });

  it("is overwritten with force, after what they pushed was kept", async () => {
    const on = await cloned("folder");
    const was = references(on);
    await act("git push --force origin HEAD~2:main", on);
    somebodyElse(on, "echo x > x; git add x; git commit -qm theirs; git push -q origin main");
    expect((await undo(on, true)).outcome).toBe("undone");
    expect(references(on)).toBe(was);
    const store = join(on.points.folder, "action-1/git-remote/0.git");
    const kept = shell(
      `git --git-dir=${store} log -1 --format=%s refs/countersign/backup/action-1-replaced/heads/main`,
      on,
    );
    expect(kept.trim()).toBe("theirs");
  });

  it("is a conflict too when the gate stopped before it saw what the action left", async () => {
    const on = await cloned("folder");
    await keep("git push --force origin HEAD~2:main", on);
    expect((await undo(on)).outcome).toBe("undone");
    shell("git push -q --force origin HEAD~2:main", on);
    const { outcome, reports } = await undo(on);
    expect([outcome, reports[0]?.conflicts[0]?.why]).toEqual([
      "conflict",
      "it is not known what the action left there",
    ]);
  });

  it("is looked at without being changed", async () => {
    const on = await cloned("folder");
    await act("git push origin --delete topic", on);
    const now = references(on);
    expect((await lookAtPoint(on.points, "action-1"))[0]?.restored).toEqual([
      `refs/heads/topic at ${on.remote}`,
    ]);
    expect(references(on)).toBe(now);
  });
});

describe("[POINTS] a remote that does not help", () => {
  it("refuses hidden references: the backup is here, and the record says so", async () => {
    const on = await cloned("network");
    const hook = join(on.remote, "hooks/pre-receive");
    writeFileSync(
      hook,
      '#!/bin/sh\nwhile read o n r; do case $r in refs/countersign/*) echo "only branches" >&2; exit 1;; esac; done\n',
      { mode: 0o755 },
    );
    const was = references(on);
    await act("git push --force origin HEAD~2:main", on);
    expect(hiddenReferences(on)).toBe("");
    expect(notes(on)[0]).toMatch(/^the backup is on this machine only: .* does not take it/);
    expect((await undo(on)).outcome).toBe("undone");
    expect(references(on)).toBe(was);
  });

  it("refuses the undo: what could not be put back is said, with the command for it", async () => {
    const on = await cloned("network");
    await act("git push --force origin HEAD~2:main", on);
    writeFileSync(join(on.remote, "hooks/pre-receive"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const { outcome, reports } = await undo(on);
    expect(outcome).toBe("partly");
    expect(reports[0]?.notRestored[0]?.why).toContain("pre-receive hook declined");
    expect(reports[0]?.commands[0]).toMatch(
      /^git --git-dir=\S+ push --force-with-lease=refs\/heads\/main:[0-9a-f]{40} git:/,
    );
  });

  it("is gone: nothing runs, and the message says what to do", async () => {
    const on = await cloned("folder");
    shell("git remote set-url origin git://127.0.0.1:1/none.git", on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow(/cannot ask `git:.*refused/i);
    expect(listPoints(on.points).points).toEqual([]);
  });

  it("asks for a password: nobody is asked", async () => {
    const server = createServer((_, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const on = await cloned("folder");
    shell(`git remote set-url origin http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`, on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow(
      /terminal prompts disabled|Authentication failed/,
    );
  });

  it("has a password in its address: it stands in no record", async () => {
    const on = await cloned("folder");
    shell("git remote set-url origin http://me:hunter2-secret@127.0.0.1:1/x.git", on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
    );
  });
});

describe("[POINTS] a hostile repository runs nothing of its own", () => {
  const ran = (on: Cloned) =>
    existsSync(join(on.base, "ran")) ? readFileSync(join(on.base, "ran"), "utf8") : "";

  it("by settings and hooks, on either side", async () => {
    const on = await cloned("folder");
    const settings = [
      ["core.sshCommand", "ssh"],
      ["core.fsmonitor", "fsmonitor"],
      ["core.gitProxy", "proxy"],
      ["core.askPass", "askpass"],
      ["core.pager", "pager"],
      ["core.editor", "editor"],
      ["core.alternateRefsCommand", "alternates"],
      ["credential.helper", "credential"],
      ["remote.origin.uploadpack", "uploadpack"],
      ["remote.origin.receivepack", "receivepack"],
      ["uploadpack.packObjectsHook", "packobjects"],
      ["gpg.program", "gpg"],
    ].map(([key, name]) => [key, trap(on, name ?? "")]);
    const hooks = trap(on, "hook");
    const place = (dir: string) =>
      [
        ...settings.map(([key, path]) => `git --git-dir=${dir} config ${key} ${path}`),
        `mkdir -p ${dir}/hooks`,
      ]
        .concat(
          [
            "pre-push",
            "reference-transaction",
            "pre-receive",
            "update",
            "post-receive",
            "post-update",
            "proc-receive",
            "push-to-checkout",
          ].map((name) => `cp ${hooks} ${dir}/hooks/${name}`),
        )
        .concat([`mkdir -p ../alt/objects; echo ${on.base}/alt/objects >> ${dir}/objects/info/alternates`])
        .join("\n");
    shell(`${place(on.remote)}\n${place(join(on.work, ".git"))}`, on);
    shell(`rm -f ${on.base}/ran`, on);
    const was = references(on);
    await keep("git push origin --delete topic", on);
    expect(ran(on)).toBe("");
    shell(
      `git --git-dir=${on.remote} -c core.hooksPath=/dev/null update-ref -d refs/heads/topic; rm -f ${on.base}/ran`,
      on,
    );
    await on.port.ended("action-1");
    expect((await undo(on)).outcome).toBe("undone");
    expect(ran(on)).toBe("");
    expect(references(on)).toBe(was);
    expect(notes(on).some((note) => note.includes("core.sshcommand"))).toBe(true);
    // The traps are good ones: git itself steps into them.
    shell("git push -q origin HEAD:refs/heads/again || true", on);
    expect(ran(on)).not.toBe("");
  });

  it.each([
    ["ext::TRAP", "only http"],
    ["helper::x", "only http"],
    ["evil://x", "only http"],
    ["-oProxyCommand=evil:x", "taken for an option"],
    ["ssh://-oProxyCommand=TRAP/x", "only http"],
  ])("by the address `%s`", async (address, why) => {
    const on = await cloned("folder");
    shell(`git config remote.origin.url '${address.replace("TRAP", trap(on, "address"))}'`, on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow(why);
    expect(ran(on)).toBe("");
  });

  it("by a helper that the remote is reached through", async () => {
    const on = await cloned("folder");
    shell("git config remote.origin.vcs evil", on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow("helper program");
  });

  it.each([
    ["ssh -i ~/.ssh/id_work -o IdentitiesOnly=yes", ""],
    ["ssh -oProxyCommand=TRAP", "core.sshcommand"],
    ["TRAP", "core.sshcommand"],
  ])("by the ssh command `%s`", async (command, ignored) => {
    const on = await cloned("folder");
    shell(
      `git config core.sshCommand '${command.replace("TRAP", trap(on, "ssh"))}'; git remote set-url origin ssh://127.0.0.1:1/x`,
      on,
    );
    const failed = keep("git push --force origin main", on);
    await expect(failed).rejects.toThrow(
      ignored === "" ? /^cannot ask `ssh:\/\/127.0.0.1:1\/x` what it has:/ : ignored,
    );
    expect(ran(on)).toBe("");
  });

  it("by an answer that never ends: the time is bounded", async () => {
    const sockets = createTcpServer(() => {});
    await new Promise<void>((resolve) => sockets.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void sockets.close());
    const on = await cloned("folder", { patience: 1_000 });
    shell(`git remote set-url origin git://127.0.0.1:${(sockets.address() as AddressInfo).port}/x.git`, on);
    await expect(keep("git push --force origin main", on)).rejects.toThrow("no end after");
  });
});

describe("[POINTS] a push whose place cannot be told is refused", () => {
  it.each([
    ["GIT_DIR=/elsewhere git push --force origin main", "cannot tell which repository"],
    ["git --git-dir=/elsewhere push --force origin main", "cannot tell which repository"],
    ["git -c remote.origin.url=/elsewhere push --force origin main", "cannot tell which repository"],
  ])("`%s`", async (line, why) => {
    const on = await cloned("folder");
    await expect(keep(line, on)).rejects.toThrow(why);
  });
});
