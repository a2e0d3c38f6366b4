import { VERSION } from "../version.gen.ts";
import type { CliCommand } from "./io.ts";

/** The engine in force and what it protects from: printed wherever a person could think it is more. */
export const ENGINE = "plain";
export const PROTECTION =
  "ring 0: judged before it runs, not contained while it runs; the workspace is kept before what may change it";

export const versionCommand: CliCommand = async (args, io) => {
  const facts = { version: VERSION, node: process.versions.node, engine: ENGINE, protection: PROTECTION };
  io.print(
    args.includes("--json")
      ? `${JSON.stringify(facts)}\n`
      : `countersign ${VERSION}\nnode ${facts.node}\nengine ${ENGINE}\nprotection ${PROTECTION}\n`,
  );
  return 0;
};
