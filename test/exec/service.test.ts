import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeProject, makeVisibleFolder, missingOverlay, USERS } from "./users.ts";

const PROGRAM = join(import.meta.dirname, "service-program.ts");

/** A development server: it watches its files, answers over its port, writes, and has a child; it ends in an orderly way. */
const SERVER = `
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { homedir } from "node:os";
const child = spawn("sleep", ["1000"], { stdio: "ignore" });
const say = (text) => process.stdout.write(text + "\\n");
// A file that is saved by renaming, as vim does it, is not there for a moment.
const look = (name) => existsSync("source/" + name) && say("changed " + name + ": " + readFileSync("source/" + name, "utf8").trim());
watch("source", (_, name) => { try { look(name); } catch {} });
const server = createServer((_, response) => response.end(readFileSync("source/page")));
server.listen(0, "127.0.0.1", async () => {
  const answer = await fetch("http://127.0.0.1:" + server.address().port);
  mkdirSync("built", { recursive: true });
  writeFileSync("built/page", (await answer.text()).toUpperCase());
  writeFileSync(homedir() + "/.settings", "of the server");
  say("serves");
});
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, () => { child.kill(); server.close(); say("closed by " + signal); process.exit(7); });
`;

/** The place of a service: a project with the server, and a file outside of everything. */
function makePlace(uid: number): string {
  const { workspace, state } = makeProject();
  const folder = dirname(dirname(workspace));
  for (const path of [join(workspace, "source"), state]) mkdirSync(path, { recursive: true });
  writeFileSync(join(workspace, "server.mjs"), SERVER);
  writeFileSync(join(workspace, "source/page"), "first\n");
  writeFileSync(join(workspace, ".env"), "SECRET");
  spawnSync("chown", ["-R", `${uid}:${uid}`, folder]);
  return folder;
}

/** Starts the program; `said` waits for a text in what it printed. */
function start(words: readonly string[], writes: "live" | "captured", folder: string, command: string) {
  const all = [...words, process.execPath, PROGRAM, writes, folder, command];
  const environment = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const child: ChildProcess = spawn(all[0] ?? "", all.slice(1), {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout?.on("data", (chunk) => (text += chunk));
  const ended = new Promise<string>((resolve) => child.once("close", () => resolve(text)));
  const said = async (wanted: string) => {
    for (let round = 0; round < 500 && !text.includes(wanted); round++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(text).toContain(wanted);
  };
  return { child, ended, said };
}

function summaryIn(text: string): unknown {
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}

describe.skipIf(missingOverlay() !== undefined).each(USERS)("a service as $name", ({ name, words }) => {
  const uid = name === "root" ? 0 : process.getuid?.() || 12345;
  const signal = name === "root" ? "SIGTERM" : "SIGINT";

  it("[X-service] notices what another isolated run commits, writes through, and ends with its children", async () => {
    const folder = makePlace(uid);
    const service = start(words, "live", folder, "node server.mjs");
    await service.said("serves");
    expect(readFileSync(join(folder, "home/project/built/page"), "utf8")).toBe("FIRST\n");
    const other = start(words, "captured", folder, "cat built/page >/dev/null && echo second > source/page");
    expect(summaryIn(await other.ended)).toMatchObject({ changed: ["modify /home/project/source/page"] });
    await service.said("changed page: second");
    expect(existsSync(join(folder, "home/.settings"))).toBe(false);
    service.child.kill(signal);
    const text = await service.ended;
    expect(text).toContain(`closed by ${signal}`);
    expect(summaryIn(text)).toEqual({
      ended: { exitCode: 7 },
      leftBehind: expect.any(Number),
      changed: ["create /home/.settings"],
    });
    expect(readFileSync(join(folder, "home/.settings"), "utf8")).toBe("of the server");
  });

  it("[X-shell] a watcher in an ordinary run notices what the same command changes", async () => {
    const folder = makePlace(uid);
    const program = `const { watch } = require("node:fs");
      watch("source", (_, name) => { console.log("noticed " + name); process.exit(4); });
      require("node:child_process").execSync("echo second > source/page");
      setTimeout(() => process.exit(5), 5000);`;
    writeFileSync(join(folder, "home/project/watch.cjs"), program);
    const text = await start(words, "captured", folder, "node watch.cjs").ended;
    expect(text).toContain("noticed page");
    expect(summaryIn(text)).toMatchObject({
      ended: { exitCode: 4 },
      changed: ["modify /home/project/source/page"],
    });
  });

  it("[X-service] has nothing else of the machine, and no secrets", async () => {
    const folder = makePlace(uid);
    const outside = join(makeVisibleFolder(), "file");
    writeFileSync(outside, "outside");
    chmodSync(outside, 0o666);
    const attempts = [
      "cat .env; ls -A $STATE",
      `echo x > ${outside}`,
      `ln ${outside} here && echo x > here; ln -s ${outside} there; echo x > there`,
      "umount $PWD; umount .env; cat .env",
      "echo x > $STATE/journal; ls $STATE/..",
      "echo through > written",
    ];
    const text = await start(words, "live", folder, attempts.join("\n")).ended;
    expect(text).not.toContain("SECRET");
    expect(summaryIn(text)).toMatchObject({ changed: [] });
    expect(readFileSync(outside, "utf8")).toBe("outside");
    expect(readFileSync(join(folder, "home/project/written"), "utf8")).toBe("through\n");
  });
});
