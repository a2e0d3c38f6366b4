import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/adapters/policy/load.ts";
import type { CapturedChange } from "../../src/analyzers/captured.ts";
import { levelOf } from "../../src/core/call.ts";
import { judgeCaptured } from "../../src/gate/settle.ts";
import { judgement, SETTING } from "../analyzers/check.ts";

const setting = { ...SETTING, ...levelOf("linux-overlay") };
const policy = loadPolicy([]);
const situation = {
  principal: { kind: "agent", name: "tester", operator: "ann" },
  contained: true,
  engine: "linux-overlay",
  tool: "shell",
} as const;

/** Whether a line that left a changed file lets that file become real without a question. */
async function check(line: string, path: string, expected: "real" | "held") {
  const { effects } = await judgement(line, { setting });
  const seen = { mode: 0o644, before: "a", after: "b" };
  const size = { type: "file", entries: 1, bytes: 1 } as const;
  const change: CapturedChange = { path, kind: "modify", ...size, before: size, seen };
  const [judged] = judgeCaptured([change], { effects, setting, situation }, policy);
  expect(judged?.allowed ? "real" : "held", line).toBe(expected);
}

describe("[X-settle] what becomes real is harmless, or was foreseen", () => {
  it.each([
    ["git checkout side", "/home/dev/project/.husky/pre-commit", "real"],
    ["git pull", "/home/dev/project/.vscode/settings.json", "real"],
    ["git stash pop", "/home/dev/project/.claude/settings.json", "real"],
    ["git checkout side", "/home/dev/project/.git/hooks/pre-commit", "held"],
    ["git checkout side && ./tool", "/home/dev/project/.husky/pre-commit", "held"],
    ["git checkout side", "/home/dev/.bashrc", "held"],
    ["git status", "/home/dev/project/.husky/pre-commit", "held"],
    ["make", "/home/dev/project/.husky/pre-commit", "held"],
    ["make", "/home/dev/project/build/out", "real"],
    ["make", "/home/dev/notes", "held"],
    ["tar xf x.tar", "/home/dev/project/.claude/settings.json", "held"],
  ] as const)("%s: %s is %s", check);
});
