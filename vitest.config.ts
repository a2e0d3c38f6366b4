import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    exclude: ["test/live/**", "test/e2e/**"],
    pool: "threads",
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
