import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingTerminal, openTerminal, type Terminal } from "../exec/terminal.ts";
import { missingOverlay } from "../exec/users.ts";
import { countersign, LAUNCHER, makePlace, type Place } from "./program.ts";

/** What the log says of every action: it ended, and nothing is left open. */
function recorded(place: Place): { readonly ends: readonly string[]; readonly verified: number | null } {
  const lines = countersign(place, ["log"]).out.trim().split("\n");
  return {
    ends: lines.map((line) => line.split(/ +/)[4] ?? ""),
    verified: countersign(place, ["verify"]).code,
  };
}

/** Processes that were started with a word. */
function running(word: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words[0] === "sleep" && words.includes(word);
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

function start(
  place: Place,
  line: string,
): { readonly child: ChildProcess; readonly code: Promise<number | null> } {
  const child = spawn(LAUNCHER, ["run", line], {
    cwd: place.project,
    env: place.environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { child, code: new Promise((resolve) => child.once("exit", resolve)) };
}

const size = [80, 24] as const;

async function withTerminal(place: Place, body: (terminal: Terminal) => Promise<void>): Promise<void> {
  const terminal = openTerminal(size, place.project, { ...place.environment, C: LAUNCHER });
  try {
    await body(terminal);
  } finally {
    terminal.close();
  }
}

describe.skipIf(missingOverlay() !== undefined || missingTerminal())("the program at a terminal", () => {
  it("[X-shell] a pager works, and leaves the terminal as it was", async () => {
    const place = makePlace();
    writeFileSync(
      join(place.project, "numbers"),
      Array.from({ length: 500 }, (_, at) => `${at + 1}\n`).join(""),
    );
    await withTerminal(place, async (terminal) => {
      terminal.enter('before=$(stty -g); clear; $C run -- less numbers; echo "code"=$?');
      await terminal.until(/^10$/m);
      terminal.press("G");
      await terminal.until(/^500$/m);
      terminal.press("q");
      await terminal.until(/code=0/);
      terminal.enter('clear; [ "$before" = "$(stty -g)" ] && echo "sa""ne"');
      await terminal.until(/^sane/m);
    });
  });

  it("[X-shell] Ctrl-C ends the command; what it did by then is real and recorded", async () => {
    const place = makePlace();
    await withTerminal(place, async (terminal) => {
      terminal.enter('clear; $C run "echo x > made; echo be""gun; sleep 50; echo y > late"; echo "code"=$?');
      await terminal.until(/^begun$/m);
      terminal.press("C-c");
      await terminal.until(/code=130/);
    });
    expect([existsSync(join(place.project, "made")), existsSync(join(place.project, "late"))]).toEqual([
      true,
      false,
    ]);
    expect(recorded(place)).toEqual({ ends: ["failed"], verified: 0 });
  });

  it("[X-shell] a terminal that goes away ends the command, and that is recorded", async () => {
    const place = makePlace();
    await withTerminal(place, async (terminal) => {
      terminal.enter('clear; $C run "echo x > made; echo be""gun; sleep 71.5"');
      await terminal.until(/^begun$/m);
    });
    await until(() => running("71.5").length === 0);
    await until(() => existsSync(join(place.project, "made")));
    await until(() => recorded(place).ends[0] === "failed");
    expect(recorded(place)).toEqual({ ends: ["failed"], verified: 0 });
  });
});

describe.skipIf(missingOverlay() !== undefined)("the program that somebody stops", () => {
  it.each([
    ["SIGTERM", "sleep 72.5", 143],
    ["SIGHUP", "sleep 72.5", 129],
    ["SIGTERM", "trap 'exit 3' TERM; sleep 72.5 & wait", 3],
    ["SIGINT", "(setsid nohup sleep 72.5 &) ; sleep 72.5", 130],
  ] as const)("[X-shell] %s ends the whole tree of `%s`", async (signal, line, expected) => {
    const place = makePlace();
    const { child, code } = start(place, line);
    await until(() => running("72.5").length > 0);
    child.kill(signal);
    expect(await code).toBe(expected);
    expect(running("72.5")).toEqual([]);
    expect(recorded(place).ends).toEqual(["failed"]);
  });

  it("[X-shell] no signal comes between what a command did and its record", async () => {
    const place = makePlace();
    const { child, code } = start(
      place,
      "trap '' TERM INT; for i in $(seq 300); do echo $i > made-$i; done; echo done",
    );
    let timer: NodeJS.Timeout | undefined;
    child.stdout?.once("data", () => {
      timer = setInterval(() => child.kill("SIGINT"), 1);
    });
    await code;
    clearInterval(timer);
    expect(recorded(place)).toEqual({ ends: ["executed"], verified: 0 });
    expect(readFileSync(join(place.project, "made-300"), "utf8")).toBe("300\n");
  });

  it("[X-shell] bytes that would be lost on the way to the program are refused", () => {
    const place = makePlace();
    const typed = (bytes: string) =>
      spawnSync("sh", ["-c", `exec "$1" run -- printf %s "$(printf '${bytes}')"`, "sh", LAUNCHER], {
        cwd: place.project,
        env: place.environment,
        encoding: "utf8",
      });
    expect(typed("a\\377b")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/no UTF-8/),
    });
    expect(typed("\\357\\277\\275\\303\\274")).toMatchObject({ status: 0, stdout: "\ufffdü" });
  });

  it("[X-shell] a large output passes us by: our memory stays small", async () => {
    const place = makePlace();
    const { child, code } = start(place, "head -c 1000000000 /dev/zero");
    let bytes = 0;
    let peak = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 900_000_000 && peak === 0) peak = peakMemory(child.pid ?? 0);
    });
    expect(await code).toBe(0);
    await until(() => bytes === 1_000_000_000);
    expect(peak).toBeGreaterThan(10);
    expect(peak).toBeLessThan(150);
  });
});

/** The most memory that a process had so far, in megabytes. */
function peakMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1000;
}
