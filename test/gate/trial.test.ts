import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import type { CapturedChange } from "../../src/analyzers/captured.ts";
import { capturedEffects } from "../../src/analyzers/captured.ts";
import { levelOf } from "../../src/core/call.ts";
import { acceptCaptured } from "../../src/gate/accept.ts";
import { OPEN } from "../../src/gate/exposure.ts";
import { answering, countingIds, memoryLedger, quickRestore, tickingClock } from "../../src/gate/fakes.ts";
import type { Answer, Engine } from "../../src/gate/ports.ts";
import { type RunPorts, type RunRequest, runCall } from "../../src/gate/run.ts";
import { SETTING } from "../analyzers/check.ts";

const HOME_NOTE = { path: "/home/dev/notes", kind: "delete", type: "file", entries: 1, bytes: 3 } as const;
const MADE = { path: "/home/dev/project/made", kind: "create", type: "file", entries: 1, bytes: 3 } as const;

/** An engine that catches these changes whatever runs, and notes which of them became real. */
function catching(changes: readonly CapturedChange[]) {
  const real: string[] = [];
  let runs = 0;
  const engine: Engine = {
    name: "linux-overlay",
    exposure: () => OPEN,
    restore: quickRestore(),
    execute: async () => {
      runs++;
      return {
        exitCode: 0,
        captured: {
          changes,
          settle: (isAllowed) => {
            real.push(...changes.filter(isAllowed).map(({ path }) => path));
            return { outcome: "settled", held: changes.filter((change) => !isAllowed(change)) };
          },
        },
      };
    },
  };
  return { engine, real, runs: () => runs };
}

function parts(answer: Answer, engine: Engine) {
  const ledger = memoryLedger();
  const ports: RunPorts = {
    fetch: (need) =>
      need.kind === "path" ? { type: "file", real: need.path } : { problem: "absent", value: undefined },
    policy: loadPolicy([]),
    clock: tickingClock(),
    ledger,
    ask: answering(answer),
    ids: countingIds(),
    engines: { first: engine, direct: engine },
  };
  return { ports, ledger };
}

function request(line: string): RunRequest {
  return {
    id: "1",
    call: { tool: "shell", input: line },
    setting: SETTING,
    asking: { actor: { kind: "agent", agent: "tester", operator: "ann" }, onBehalfOf: "ann", session: "s" },
    runnable: { shell: line },
    environment: {},
  };
}

describe("[X-trial] a command whose only questions are about files runs first, and nothing of them is real", () => {
  it("what needs a yes is held, the rest becomes real", async () => {
    const { engine, real } = catching([HOME_NOTE, MADE]);
    const { ports, ledger } = parts("nobody", engine);
    const result = await runCall(request("rm ~/notes; touch made"), ports);
    expect(result.end).toBe("ran");
    expect(real).toEqual([MADE.path]);
    expect(result).toMatchObject({ heldDecision: { outcome: "confirm" }, verdict: { tier: 2 } });
    expect(ledger.events.map(({ type }) => type)).toContain("effects.captured");
  });

  it("that it was foreseen is no yes: the same deletion stays held although the line names it", async () => {
    const { engine, real } = catching([HOME_NOTE]);
    await runCall(request("rm ~/notes"), parts("yes", engine).ports);
    expect(real).toEqual([]);
  });

  it.each([
    ["cat ~/.ssh/id_rsa", "a secret would be read"],
    ["git push --force origin main", "it leaves this machine"],
    ["rm ~/notes; git push --force origin main", "one part leaves this machine"],
    ["sudo rm ~/notes", "other rights"],
    ['rm -rf "$UNKNOWN_PLACE"', "nobody knows which file"],
    ["rm -rf /srv/other", "outside of what is caught"],
  ])("%s is asked about before: %s", async (line) => {
    const { engine, runs } = catching([]);
    const result = await runCall(request(line), parts("nobody", engine).ports);
    expect(["nobody-to-ask", "needs-review", "forbidden"]).toContain(result.end);
    expect(runs()).toBe(0);
  });

  it("an engine that catches nothing asks before", async () => {
    const { engine, runs } = catching([]);
    const plain = { ...engine, name: "snapshot" } as const;
    expect((await runCall(request("rm ~/notes"), parts("nobody", plain).ports)).end).toBe("needs-review");
    expect(runs()).toBe(0);
  });
});

describe("[X-exposure] a harmless part takes nothing unread out of isolation", () => {
  it.each([
    ["pkill -f vite; ./tool", 1, 0],
    ["kill %1; python3 build.py", 1, 0],
    ["pkill -f vite", 0, 1],
  ])("%s", async (line, isolated, beside) => {
    const [first, direct] = [catching([]), catching([])];
    const { ports } = parts("nobody", first.engine);
    const engines = { first: first.engine, direct: { ...direct.engine, name: "snapshot" } as const };
    const result = await runCall(request(line), { ...ports, engines });
    expect([first.runs(), direct.runs()], line).toEqual([isolated, beside]);
    expect(result.end).toBe("ran");
  });

  it("after a yes it runs on the machine as it was shown", async () => {
    const [first, direct] = [catching([]), catching([])];
    const { ports } = parts("yes", first.engine);
    const engines = { first: first.engine, direct: { ...direct.engine, name: "snapshot" } as const };
    await runCall(request("sudo make install"), { ...ports, engines });
    expect([first.runs(), direct.runs()]).toEqual([0, 1]);
  });
});

describe("[X-exposure] choosing less protection is a question for what nobody could read", () => {
  it.each([
    ["python3 build.py", "nobody-to-ask", 0],
    ["npm test", "nobody-to-ask", 0],
    ["rm -rf build", "ran", 1],
  ])("%s: %s", async (line, end, runs) => {
    const lesser = catching([]);
    const direct = { ...lesser.engine, name: "snapshot" } as const;
    const { ports } = parts("nobody", direct);
    const engines = { first: direct, direct, lowered: "--engine snapshot" };
    expect((await runCall(request(line), { ...ports, engines })).end).toBe(end);
    expect(lesser.runs()).toBe(runs);
  });

  it("after a yes it runs", async () => {
    const lesser = catching([]);
    const direct = { ...lesser.engine, name: "snapshot" } as const;
    const { ports } = parts("yes", direct);
    const engines = { first: direct, direct, lowered: "--service" };
    expect((await runCall(request("npm run dev"), { ...ports, engines })).end).toBe("ran");
  });
});

describe("[X-held] accepting is an action of its own", () => {
  async function accept(answer: Answer, content: () => string) {
    const { ports, ledger } = parts(answer, catching([]).engine);
    const done: string[] = [];
    const waiting = {
      effects: () => capturedEffects([HOME_NOTE], { ...SETTING, ...levelOf("linux-overlay") }),
      contentDigest: content,
      commit: (action: string) => done.push(action),
    };
    const { runnable: _, ...asked } = request("countersign held accept X");
    const result = await acceptCaptured(asked, waiting, ports);
    return { end: result.end, done: done.length, events: ledger.events.map(({ type }) => type) };
  }

  it("a yes makes it real, logged before it is done", async () => {
    const { end, done, events } = await accept("yes", () => "same");
    expect([end, done]).toEqual(["ran", 1]);
    expect(events.indexOf("vote.confirmed")).toBeLessThan(events.indexOf("execution.intended"));
  });

  it.each(["no", "nobody"] as const)("%s leaves it", async (answer) => {
    expect((await accept(answer, () => "same")).done).toBe(0);
  });

  it("[L1] another byte in it after the question is another action", async () => {
    let count = 0;
    const { end, done } = await accept("yes", () => `content ${count++}`);
    expect([end, done]).toEqual(["changed", 0]);
  });
});
