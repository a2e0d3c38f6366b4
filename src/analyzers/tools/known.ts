import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { KNOWN_PROGRAMS } from "../known-programs.ts";
import { parseOptions } from "../options.ts";
import { act, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { classOfName, namedTask } from "../project/names.ts";
import { judgeSimple } from "../project/simple-tool.ts";

export const analyzer: Analyzer = {
  name: "known",
  title: "Other well-known programs",
  about:
    "A catalogue of programs by what their documentation says they do: read, show files, write into the project, run its code. `patch`, `gum spin` and others that carry a command or name a file are judged by it.",
  programs: [...KNOWN_PROGRAMS.keys(), "gum", "grc", "vhs", "ollama", "patch"],
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? catalogued)(command, scene);
  },
  examples: [
    { run: "envsubst < deploy.tpl", does: [], tier: 0 },
    { run: "ffprobe -v error in.mp4", does: [], tier: 0 },
    { run: "cookiecutter template/", does: ["change file cookiecutter"], tier: 1 },
    { run: "snakemake -j4", does: ["execute? workspace-code snakemake"], tier: 1 },
    { run: "patch -p1 < fix.patch", does: ["change source patch"], tier: 1 },
    { run: "patch -d /etc -p0 < x.patch", does: ["change directory /etc @local"], tier: 3 },
  ],
};

type Judge = (command: Command, scene: Scene) => Finding;

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["gum", gum],
  ["grc", (command, scene) => (command.args.length === 0 ? NOTHING : scene.argv(command.args))],
  ["vhs", (command, scene) => act("code", scene, { kind: "program", name: "vhs", by: command.source })],
  ["ollama", ollama],
  ["patch", patch],
]);

function catalogued(command: Command, scene: Scene): Finding {
  const tool = KNOWN_PROGRAMS.get(command.program);
  const by = command.source;
  if (tool === undefined) return act("unknown", scene, { kind: "program", name: command.program, by });
  const verb = command.args[0]?.text ?? "";
  const speaks =
    tool.deed === "code" &&
    /^[\w:-]+$/.test(verb) &&
    !verb.startsWith("-") &&
    classOfName(verb) !== "ordinary";
  return speaks ? namedTask(scene, command.program, verb, by) : judgeSimple(tool, command, scene);
}

/** `gum spin -- CMD` runs a command, `gum write` and the like only ask. */
function gum(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((word) => word.text === "--");
  return command.args[0]?.text === "spin" && at >= 0 ? scene.argv(command.args.slice(at + 1)) : NOTHING;
}

/** `patch [FILE [PATCH]]`: GNU patch refuses names in the patch that leave the directory. */
function patch(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -p --strip -i --input -d --directory -o --output -r --reject-file -F -B -Y -z -D -V
  `),
  });
  const by = command.source;
  if (options.has("--dry-run", "-C", "--check")) return NOTHING;
  const written = [
    ...options.values("-o", "--output", "-r", "--reject-file", "-d", "--directory"),
    ...options.operands.slice(0, 1),
  ];
  const named = written
    .filter((word) => word.text !== "-")
    .flatMap((word) => fileEffects("change", word, scene, { by }));
  return options.has("-o", "-d", "--directory", "--output") || options.operands.length > 0
    ? found(named)
    : act("change", scene, { kind: "source", name: "patch", by });
}

function ollama(command: Command, scene: Scene): Finding {
  const [verb, name] = parseOptions(command.args, {}).operands;
  const by = command.source;
  if (
    verb === undefined ||
    ["list", "ls", "ps", "show", "run", "serve", "stop", "help"].includes(verb.text ?? "")
  )
    return NOTHING;
  if (verb.text === "push") return act("registry", scene, { kind: "model", name: name?.source ?? "", by });
  if (verb.text === "create" && command.args.some((word) => word.text === "-f")) {
    const at = command.args.findIndex((word) => word.text === "-f");
    const file = command.args[at + 1];
    return combine(
      found(file ? fileEffects("read", file, scene, { by }) : []),
      act("outside", scene, { kind: "model", name: "ollama create", by }),
    );
  }
  return verb.text === "pull" || verb.text === "rm" || verb.text === "cp" || verb.text === "create"
    ? act("outside", scene, { kind: "model", name: `ollama ${verb.text}`, by })
    : runsForeignCode(scene, by, by);
}
