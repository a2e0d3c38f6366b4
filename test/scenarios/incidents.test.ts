import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { Call, Tool } from "../../src/core/call.ts";
import { check } from "../analyzers/check.ts";

interface IncidentCommand {
  readonly id: string;
  readonly tool: Tool;
  readonly input: Call["input"];
  readonly expectMinTier: 0 | 1 | 2 | 3 | 4;
}

const file = join(import.meta.dirname, "../fixtures/incident-commands.jsonl");
const commands = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as IncidentCommand);

const destroying = commands.filter(({ expectMinTier }) => expectMinTier > 0);
const harmless = commands.filter(({ expectMinTier }) => expectMinTier === 0);

describe("[INCIDENT] a command that destroyed something is at or above its tier", () => {
  it.each(destroying.map((one) => [one.id, one] as const))(
    "%s",
    async (_, { tool, input, expectMinTier }) => {
      await check(input, { atLeast: expectMinTier === 0 ? 1 : expectMinTier }, { tool });
    },
  );
});

describe("[INCIDENT] a harmless command beside it passes without a question", () => {
  it.each(harmless.map((one) => [one.id, one] as const))("%s", async (_, { tool, input }) => {
    await check(input, { atMost: 1 }, { tool });
  });
});
