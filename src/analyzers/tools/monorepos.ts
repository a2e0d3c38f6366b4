import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, rehearses, wordsOf } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "monorepos",
  title: "Nx, Turborepo, Angular and Nest",
  about: "The names of the targets say what runs, wherever the command line carries them.",
  programs: ["nx", "turbo", "ng", "nest"],
  analyze(command, scene) {
    return command.program === "nx" || command.program === "turbo"
      ? monorepo(command, scene)
      : byVerb(command, scene);
  },
  examples: [
    { run: "turbo run build lint", does: ["execute? workspace-code turbo build lint"], tier: 1 },
    { run: "nx run api:deploy", does: ["unknown? task nx api:deploy @unknown"], tier: 3 },
    { run: "nx graph", does: [], tier: 0 },
    { run: "ng generate component cart", does: ["change source ng generate"], tier: 1 },
    { run: "ng deploy", does: ["unknown? task ng deploy @unknown"], tier: 3 },
  ],
};

const MONOREPO_READS = new Set(
  wordsOf(`
    graph show list report daemon ls query info print-affected affected:graph format:check telemetry
    scan boundaries config view-logs
  `),
);
const MONOREPO_WORDS = new Set(["run", "run-many", "affected", "watch", "exec"]);

/** nx and turbo: the names of the targets, wherever the command line carries them. */
function monorepo(command: Command, scene: Scene): Finding {
  const separator = command.args.findIndex((word) => word.text === "--");
  const own = separator < 0 ? command.args : command.args.slice(0, separator);
  const options = parseOptions(own, {
    exact: true,
    values: wordsOf(`
    -t --target --targets -p --projects --filter -F --base --head --parallel --concurrency
    --configuration -c --exclude --scope --cwd --cache-dir --output-logs --token --team --api
  `),
  });
  const by = command.source;
  const [verb] = options.operands;
  const rehearsal =
    options.has("--graph") ||
    rehearses(options, "--dry", "--dry-run", "--dryRun") ||
    (verb?.text === "release" && rehearses(options, "-d"));
  const takenBack = options.operands.some((word) => word.text === "false");
  if (verb === undefined || MONOREPO_READS.has(verb.text ?? "") || (rehearsal && !takenBack)) return NOTHING;
  if (
    [
      "g",
      "generate",
      "add",
      "migrate",
      "reset",
      "prune",
      "gen",
      "import",
      "init",
      "sync",
      "repair",
      "format",
      "format:write",
    ].includes(verb.text ?? "")
  ) {
    return act("change", scene, { kind: "source", name: `${command.program} ${verb.source}`, by });
  }
  if (["login", "logout", "link", "unlink", "connect"].includes(verb.text ?? ""))
    return act("outside", scene, { kind: "account", name: `${command.program} ${verb.source}`, by });
  if (verb.text === "release") return act("publish", scene, { kind: "release", name: "nx release", by });
  const targets = [...options.operands, ...options.values("-t", "--target", "--targets")].map(
    (word) => word.text ?? "?",
  );
  const names = targets.filter((name) => !MONOREPO_WORDS.has(name));
  const production =
    options.value("--configuration", "-c")?.text === "production" &&
    names.some((name) => /serve|e2e/.test(name))
      ? " production"
      : "";
  return namedTask(scene, command.program, `${names.join(" ")}${production}`, by);
}

/** The Angular and Nest CLIs: verbs are named after what they do. */
function byVerb(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["-c", "--configuration", "--project"],
  });
  const verb = operands[0]?.text ?? "";
  const by = command.source;
  if (
    ["info", "i", "version", "v", "help", "doc", "config", "analytics", "cache", "completion", ""].includes(
      verb,
    )
  )
    return NOTHING;
  if (["generate", "g", "new", "n", "add", "update"].includes(verb))
    return act("change", scene, { kind: "source", name: `${command.program} ${verb}`, by });
  return namedTask(scene, command.program, verb, by);
}
