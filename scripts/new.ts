import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REGISTRY, registryText } from "./registry.ts";

const ROOT = join(import.meta.dirname, "..");

/** The first version of an analyzer: everything it is asked is an unknown effect, which is a safe start. */
function analyzerText(name: string): string {
  return `import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { parseOptions } from "../options.ts";

export const analyzer: Analyzer = {
  name: "${name}",
  title: "${name}",
  about: "What is understood of ${name}, and what is not.",
  programs: ["${name}"],
  analyze,
  examples: [
    { run: "${name} list", does: [], tier: 0 },
    { run: "${name} delete thing", does: ["unknown? ${name} delete @local"], tier: 2 },
  ],
};

const READS = new Set(["list", "show", "status", "help", "version"]);

function analyze(command: Command, scene: Scene): Finding {
  const [verb] = parseOptions(command.args).operands;
  if (verb?.text !== undefined && READS.has(verb.text)) return NOTHING;
  return found([unknownEffect(scene, "${name}", verb?.source ?? "", command.source)]);
}
`;
}

const [kind, name] = process.argv.slice(2);
if (kind !== "analyzer" || name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error("usage: npm run new analyzer NAME    (lower case letters, digits, dashes)");
  process.exit(2);
}
const path = join(ROOT, "src/analyzers/tools", `${name}.ts`);
if (existsSync(path)) {
  console.error(`src/analyzers/tools/${name}.ts exists already`);
  process.exit(2);
}
writeFileSync(path, analyzerText(name));
writeFileSync(REGISTRY, registryText());
console.log(
  `wrote src/analyzers/tools/${name}.ts and the index; next: give it examples, then npm test and npm run manual`,
);
