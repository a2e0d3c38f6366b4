import { type Level, levelFor } from "../adapters/exec/engines.ts";
import { placesFrom } from "../adapters/places.ts";
import type { EngineName } from "../core/protection.ts";
import { VERSION } from "../version.gen.ts";
import { settingOf } from "./compose.ts";
import type { CliCommand, Io } from "./io.ts";

/** What an engine protects from, and what not: printed wherever a person could think it is more. */
export const PROTECTION: Readonly<Record<EngineName, string>> = {
  "linux-overlay":
    "ring 1: judged before it runs, isolated while it runs; what it changes is judged before it becomes real",
  snapshot: "ring 0: judged before it runs, not contained while it runs; the workspace is kept before",
  plain: "ring 0: judged before it runs, not contained while it runs; nothing is kept",
};

/** The level in force in the current folder. */
export function levelIn(io: Io): Level {
  const { state, config } = placesFrom(io.environment);
  return levelFor(
    {
      state,
      config,
      environment: io.environment,
      operator: io.environment,
      setting: settingOf(io, io.cwd, undefined),
    },
    undefined,
  );
}

export const versionCommand: CliCommand = async (args, io) => {
  const { engines, reason } = levelIn(io);
  const engine = engines.first.name;
  const facts = {
    version: VERSION,
    node: process.versions.node,
    engine,
    protection: PROTECTION[engine],
    ...(reason === undefined ? {} : { reason }),
  };
  const why = reason === undefined ? "" : `why not isolated: ${reason}\n`;
  io.print(
    args.includes("--json")
      ? `${JSON.stringify(facts)}\n`
      : `countersign ${VERSION}\nnode ${facts.node}\nengine ${engine}\nprotection ${PROTECTION[engine]}\n${why}`,
  );
  return 0;
};
