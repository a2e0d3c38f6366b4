import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder, missingOverlay, USERS } from "./users.ts";

const PROGRAM = join(import.meta.dirname, "shell-program.ts");

function wordsFor(user: readonly string[], command: string): readonly [string, readonly string[]] {
  const [first = "", ...rest] = [...user, process.execPath, PROGRAM, "all", makeFolder(), command];
  return [first, rest];
}

/** Processes whose command line holds a mark. */
function running(mark: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words[0]?.endsWith("sleep") === true && words.includes(mark);
    } catch {
      return false;
    }
  });
}

async function until(test: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !test(); round++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(test()).toBe(true);
}

describe.skipIf(missingOverlay() !== undefined).each(USERS)("like a shell as $name", ({ name, words }) => {
  const mark = name === "root" ? "61.25" : "62.25";

  it.each([
    ["exit 3", 3, ""],
    ["echo out; echo err >&2", 0, "out\n"],
    ["cat", 0, "typed"],
    ["no-such-program", 127, ""],
    ["kill -KILL $$", 137, ""],
    ['printf %s "$QUOTED"', 0, "it's\n$HOME `x`"],
    ["id -u", 0, `${name === "root" ? 0 : process.getuid?.() || 12345}\n`],
    [
      "python3 -m http.server 8123 --bind 127.0.0.1 >/dev/null 2>&1 & curl -s --retry 50 --retry-delay 0 --retry-connrefused -o /dev/null -w %{http_code} http://127.0.0.1:8123/",
      0,
      "200",
    ],
  ])("[X-shell] code and output are those of the command: %s", (command, code, out) => {
    const [first, rest] = wordsFor(words, command);
    const ran = spawnSync(first, rest, { input: "typed", encoding: "utf8" });
    expect([ran.status, ran.stdout]).toEqual([code, out]);
  });

  it("[X-shell] a large output streams through whole", () => {
    const [first, rest] = wordsFor(words, "head -c 200000000 /dev/zero");
    const ran = spawnSync("sh", ["-c", '"$@" | wc -c', "sh", first, ...rest], { encoding: "utf8" });
    expect(ran.stdout.trim()).toBe("200000000");
  });

  it("[X-shell] programs that want a terminal have the caller's", () => {
    const [first, rest] = wordsFor(
      words,
      "test -t 0 && test -t 1 && stty -a | head -1 && echo here >/dev/tty",
    );
    const quoted = [first, ...rest].map((word) => `'${word}'`).join(" ");
    const ran = spawnSync("script", ["-qec", quoted, "/dev/null"], { encoding: "utf8", input: "" });
    expect([ran.status, /speed/.test(ran.stdout), /here/.test(ran.stdout)]).toEqual([0, true, true]);
  });

  it("[X-shell] SIGTERM reaches the command, which may handle it", async () => {
    const [first, rest] = wordsFor(
      words,
      "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.05; done",
    );
    const child = spawn(first, rest, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (String(chunk).includes("ready")) child.kill("SIGTERM");
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, text]).toEqual([9, "ready\ncaught\n"]);
  });

  it("[X-shell] SIGKILL for us ends everything that the command started", async () => {
    const [first, rest] = wordsFor(words, `(setsid sleep ${mark} &) ; sleep ${mark}`);
    const child = spawn(first, rest, { stdio: "ignore" });
    await until(() => running(mark).length === 2);
    child.kill("SIGKILL");
    await until(() => running(mark).length === 0);
    expect(existsSync(`/proc/${child.pid}/fd/0`)).toBe(false);
  });

  it("[X-shell] what a command leaves running ends with it", async () => {
    const [first, rest] = wordsFor(words, `setsid nohup sleep ${mark}1 >/dev/null 2>&1 & echo done`);
    expect(spawnSync(first, rest, { encoding: "utf8" }).stdout).toBe("done\n");
    await until(() => running(`${mark}1`).length === 0);
  });
});
