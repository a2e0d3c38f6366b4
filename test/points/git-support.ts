import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, onTestFinished } from "vitest";
import { type Machine, type MachineOptions, machine, shell } from "./support.ts";

/** A machine with a clone of a remote: `main` (3 commits), `topic`, `feature/x`, tags `v1` and `v2` (annotated). */
export interface Cloned extends Machine {
  /** The bare repository on the other side. */
  readonly remote: string;
}

/** The remote is a folder, or is reached over the network by git's own protocol. */
export async function cloned(way: "folder" | "network", options: MachineOptions = {}): Promise<Cloned> {
  const on = machine(options);
  const remote = join(on.base, "served", "remote.git");
  shell(`cp -a ${template()}/. ${on.base}; git remote set-url origin ${remote}`, on);
  if (way === "network")
    shell(`git remote set-url origin ${await serve(join(on.base, "served"))}/remote.git`, on);
  return { ...on, remote };
}

let made: string | undefined;
afterAll(() => {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
  made = undefined;
});

/** The folders `served` and `work` as each test gets them, made once. */
function template(): string {
  if (made !== undefined) return made;
  made = mkdtempSync("/var/tmp/countersign-points-template-");
  const folder = made;
  const [work, home] = [join(folder, "work"), folder];
  mkdirSync(work);
  shell(
    `git init -q --bare -b main ../served/remote.git
     git init -q -b main .
     for n in 1 2 3; do echo $n > file; git add file; git commit -qm $n; done
     git branch topic HEAD~1; git branch feature/x HEAD~2
     git tag v1 HEAD~1; git tag -a v2 -m second
     git remote add origin ../served/remote.git; git push -q origin --all; git push -q origin --tags
     git config branch.main.remote origin; git config branch.main.merge refs/heads/main`,
    { work, home },
  );
  return folder;
}

/** Serves the repositories of a folder with `git daemon`, pushes allowed; gives the address. */
export async function serve(folder: string): Promise<string> {
  const port = await freePort();
  const words = ["daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", `--base-path=${folder}`];
  const child = spawn("git", [...words, "--listen=127.0.0.1", `--port=${port}`, folder], {
    stdio: "ignore",
    detached: true,
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" },
  });
  onTestFinished(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  });
  await answering(port);
  return `git://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref();
    });
    if (open) return;
    await sleep(20);
  }
  throw new Error("git daemon does not answer");
}

/** The references of the remote that a person has there, one line each. */
export function references(on: Cloned): string {
  return shell(`git --git-dir=${on.remote} for-each-ref refs/heads refs/tags`, on);
}

/** The backup references at the remote. */
export function hiddenReferences(on: Cloned): string {
  return shell(`git --git-dir=${on.remote} for-each-ref refs/countersign`, on);
}

/** Somebody else, who clones the remote and does something there. */
export function somebodyElse(on: Cloned, script: string): void {
  shell(`rm -rf ../other; git clone -q ${on.remote} ../other; cd ../other; ${script}`, on);
}

/** A program that leaves a trace when it is run. */
export function trap(on: Machine, name: string): string {
  const path = join(on.base, `trap-${name}`);
  writeFileSync(path, `#!/bin/sh\necho "${name}" >> ${on.base}/ran\nexit 0\n`);
  chmodSync(path, 0o755);
  return path;
}
