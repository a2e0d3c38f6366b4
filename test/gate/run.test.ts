import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fetchFact } from "../../src/adapters/facts/machine.ts";
import { settingFor } from "../../src/adapters/facts/setting.ts";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import type { Effect } from "../../src/core/effect.ts";
import {
  answering,
  countingIds,
  memoryLedger,
  notingEngine,
  quickRestore,
  tickingClock,
} from "../../src/gate/fakes.ts";
import type { RestorePort } from "../../src/gate/ports.ts";
import { type RunPorts, type RunRequest, type RunResult, runCall } from "../../src/gate/run.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "countersign-gate-")));
const project = join(root, "project");
const home = join(root, "home");
for (const folder of [project, home, join(project, ".git")]) mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const environment = { HOME: home, PATH: process.env.PATH };

function request(line: string): RunRequest {
  const setting = settingFor({
    cwd: project,
    declared: undefined,
    places: { state: join(root, "s"), config: join(root, "c") },
    environment,
    engine: "snapshot",
  });
  return {
    id: "1",
    call: { tool: "shell", input: line },
    setting,
    asking: { actor: { kind: "agent", agent: "tester", operator: "ann" }, onBehalfOf: "ann", session: "s" },
    runnable: { shell: line },
    environment: { A: "1" },
  };
}

function ports({ restore, ...change }: Partial<RunPorts> & { restore?: RestorePort } = {}) {
  const ledger = memoryLedger();
  const execute = notingEngine({ exitCode: 0 }, restore);
  const all: RunPorts = {
    fetch: (need) => fetchFact(need, environment),
    policy: loadPolicy([]),
    clock: tickingClock(),
    ledger,
    engines: { first: execute, direct: execute },
    ask: answering("nobody"),
    ids: countingIds(),
    ...change,
  };
  return { all, ledger, execute };
}

async function check(
  line: string,
  expected: { end: RunResult["end"]; ran: number; events?: readonly string[] },
  change?: Parameters<typeof ports>[0],
) {
  const { all, ledger, execute } = ports(change);
  const result = await runCall(request(line), all);
  expect(result.end, result.verdict.reason).toBe(expected.end);
  expect(execute.ran).toHaveLength(expected.ran);
  if (expected.events) expect(ledger.events.map(({ type }) => type)).toEqual(expected.events);
  return result;
}

const DECIDED = ["action.proposed", "effects.analyzed", "policy.decided"];

describe("[L7] the pipeline logs each step before the next", () => {
  it.each([
    ["ls", { end: "ran", ran: 1, events: [...DECIDED, "execution.intended", "execution.finished"] }],
    [
      "rm -rf build",
      {
        end: "ran",
        ran: 1,
        events: [...DECIDED, "restore-point.made", "execution.intended", "execution.finished"],
      },
    ],
    [
      "touch ~/x",
      { end: "nobody-to-ask", ran: 0, events: [...DECIDED, "approval.requested", "action.withdrawn"] },
    ],
    ["terraform destroy", { end: "needs-review", ran: 0, events: [...DECIDED, "approval.requested"] }],
  ] as const)("%s", async (line, expected) => {
    await check(line, expected);
  });

  it.each([1, 2, 3, 4])("when append %i fails, nothing runs", async (at) => {
    const { all, execute } = ports({ ledger: memoryLedger(at) });
    await expect(runCall(request("ls"), all)).rejects.toThrow("the disk is full");
    expect(execute.ran).toHaveLength(0);
  });

  it("when the last append fails, the intent stays without an outcome", async () => {
    const ledger = memoryLedger(5);
    const { all, execute } = ports({ ledger });
    await expect(runCall(request("ls"), all)).rejects.toThrow("the disk is full");
    expect(execute.ran).toHaveLength(1);
    expect(ledger.events.at(-1)?.type).toBe("execution.intended");
  });
});

describe("[L1] what was decided is what runs", () => {
  it("a confirmed command runs as it was shown", async () => {
    const { all, execute } = ports({ ask: answering("yes") });
    await runCall(request("touch ~/x"), all);
    expect(execute.ran).toEqual([{ shell: "touch ~/x" }]);
  });

  it("a script that changes after the decision is another action", async () => {
    writeFileSync(join(project, "x.sh"), "rm -rf build\n");
    const change = () => writeFileSync(join(project, "x.sh"), "rm -rf build; rm -rf /\n");
    await check("bash x.sh", { end: "changed", ran: 0 }, { restore: quickRestore(change) });
  });

  it("a folder that becomes a link after the decision is another action", async () => {
    mkdirSync(join(project, "out"), { recursive: true });
    const change = () => {
      rmSync(join(project, "out"), { recursive: true });
      symlinkSync("/etc", join(project, "out"));
    };
    await check("rm -rf out/x", { end: "changed", ran: 0 }, { restore: quickRestore(change) });
  });

  it("a policy that got stricter counts", async () => {
    const stricter = loadPolicy([
      {
        layer: "person",
        file: "a.cedar",
        text: '@id("none") @reason("nothing is deleted today")\nforbid (principal, action == Action::"delete", resource);',
      },
    ]);
    let policy = loadPolicy([]);
    const change = () => {
      policy = stricter;
    };
    const moving = {
      get digest() {
        return policy.digest;
      },
      decide: (effects: readonly Effect[], situation: Parameters<typeof policy.decide>[1]) =>
        policy.decide(effects, situation),
    };
    await check(
      "rm -rf build",
      { end: "changed", ran: 0 },
      { policy: moving, restore: quickRestore(change) },
    );
  });
});

describe("[L6] no way back, no run", () => {
  it("a restore point that cannot be made stops it", async () => {
    const restore = { ...quickRestore(), make: async () => Promise.reject(new Error("too large")) };
    const result = await check("rm -rf build", { end: "no-way-back", ran: 0 }, { restore });
    expect(result).toMatchObject({ why: "too large" });
  });

  it("an analyzer or a fact source that throws stops it", async () => {
    const fetch = () => {
      throw new Error("broken");
    };
    const result = await check("rm -rf build", { end: "forbidden", ran: 0 }, { fetch });
    expect(result.verdict.reason).toContain("broken");
  });

  it("[BOUND] a fact that never comes stops it after a while, and the bound is named", async () => {
    const fetch = () => new Promise<object>(() => {});
    const result = await check("rm -rf build", { end: "forbidden", ran: 0 }, { fetch, patience: 50 });
    expect(result.verdict.reason).toContain("bound of 50 milliseconds");
  });

  it("[BOUND] an analysis that takes too long stops it", async () => {
    let now = 0;
    const clock = { now: () => 1_700_000_000_000 + now, monotonic: () => (now += 40) };
    const result = await check("rm -rf build", { end: "forbidden", ran: 0 }, { clock, patience: 50 });
    expect(result.verdict.reason).toContain("milliseconds");
  });

  it("the operator's no stops it", async () => {
    await check("touch ~/x", { end: "refused", ran: 0 }, { ask: answering("no") });
  });
});
