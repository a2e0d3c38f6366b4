import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TOOLS } from "../../src/core/call.ts";
import { judgeLines } from "../../src/entry/batch.ts";
import { checkPorts } from "../../src/entry/compose.ts";
import type { Verdict } from "../../src/gate/verdict.ts";

const io = {
  environment: { HOME: "/home/dev", PATH: "/usr/bin" },
  cwd: "/home/dev/project",
  print: () => {},
  warn: () => {},
  colour: false,
  columns: 80,
};
const ports = checkPorts(io, undefined);

async function answers(text: string): Promise<readonly Verdict[]> {
  const printed: string[] = [];
  const own = { ...io, print: (line: string) => void printed.push(line) };
  await judgeLines(Readable.from([text]), {
    cwd: io.cwd,
    declared: undefined,
    io: own,
    portsFor: () => ports,
  });
  return printed.map((line) => JSON.parse(line) as Verdict);
}

/** JSON of the contract's shape with anything in its fields, and anything else. */
const call = fc.record(
  {
    id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    tool: fc.oneof(fc.constantFrom(...TOOLS), fc.string()),
    input: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()),
    cwd: fc.oneof(fc.constant("/home/dev/project"), fc.string()),
    environment: fc.oneof(fc.constantFrom("development", "staging", "production"), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

describe("[CLI-batch] whatever a batch holds", () => {
  it("[L6] every line that is not empty gets one answer of the contract, and an unreadable one is a no", async () => {
    const line = fc.oneof(
      call.map((value) => JSON.stringify(value)),
      fc.string().map((text) => text.replace(/[\r\n]/g, "")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const verdicts = await answers(`${lines.join("\n")}\n`);
        expect(verdicts).toHaveLength(lines.filter((one) => one.trim() !== "").length);
        for (const { outcome, tier, digest, reason } of verdicts) {
          expect(["permit", "confirm", "review", "forbid"]).toContain(outcome);
          expect(reason.length).toBeGreaterThan(0);
          expect(digest === "" ? [outcome, tier] : ["forbid", "X"]).toEqual(["forbid", "X"]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
