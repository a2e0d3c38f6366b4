import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeEffect } from "../../src/core/effect.ts";
import { judged, tierOf } from "../analyzers/check.ts";

const lines = readFileSync(join(import.meta.dirname, "../fixtures/ordinary-session.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.replace(/\\([n\\])/g, (_, code) => (code === "n" ? "\n" : "\\")));

/** Files of the project that the session works in, as far as its commands look at them. */
const files = {
  "package.json": JSON.stringify({
    scripts: {
      test: "vitest run",
      build: "tsc -b && vite build",
      lint: "eslint .",
      dev: "vite",
      typecheck: "tsc --noEmit",
      format: "prettier --write .",
    },
  }),
  "src/index.ts": "",
  "src/app.py": "",
};

describe("[SESSION-300] a session of ordinary development", () => {
  it("is long enough to say something", () => {
    expect(lines.length).toBeGreaterThanOrEqual(300);
  });

  it("asks at most three times", async () => {
    const asked: string[] = [];
    for (const line of lines) {
      const effects = await judged(line, { files });
      const tier = tierOf(effects);
      if (tier === "X" || tier >= 2)
        asked.push(`T${tier} ${line}: ${effects.map(describeEffect).join("; ")}`);
    }
    expect(asked.length, `\n${asked.join("\n")}\n`).toBeLessThanOrEqual(3);
  });
});
