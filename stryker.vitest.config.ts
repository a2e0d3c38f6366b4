import { defineConfig } from "vitest/config";

/** The tests of the core alone: what Stryker runs once for every mutant. */
export default defineConfig({
  test: {
    include: ["test/core/*.test.ts"],
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    testTimeout: 20_000,
  },
});
