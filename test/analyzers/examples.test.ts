import { describe, it } from "vitest";
import { analyzers } from "../../src/analyzers/registry.gen.ts";
import { check } from "./check.ts";

describe.each(analyzers.map((analyzer) => [analyzer.name, analyzer] as const))(
  "[A-example] %s",
  (_, analyzer) => {
    it.each(analyzer.examples.map((example) => [example.run, example] as const))(
      "%s",
      async (_run, example) => {
        await check(example.run, { does: example.does, tier: example.tier }, example);
      },
    );
  },
);
