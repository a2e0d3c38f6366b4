import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, rehearses, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { findManifest, folderAt } from "../project/files.ts";
import { parseJustfile, runRecipes } from "../project/justfile.ts";
import { carriedCommand } from "../project/make-command.ts";
import { namedTask } from "../project/names.ts";
import { pathSource } from "../project/sources.ts";
import { parseTaskfile, type TaskDefinition, withoutTemplates } from "../project/taskfile.ts";

export const analyzer: Analyzer = {
  name: "just",
  title: "just and Task",
  about:
    "Recipes of a justfile and simple tasks of a Taskfile are read and judged as shell texts; what cannot be read is judged by its name.",
  programs: ["just", "task", "go-task"],
  analyze(command, scene) {
    return command.program === "just" ? just(command, scene) : task(command, scene);
  },
  examples: [
    {
      run: "just test",
      files: { justfile: "dir := 'out'\ntest: build\n  pytest\nbuild:\n  rm -rf {{dir}}\n" },
      does: ["delete directory out", "execute? workspace-code pytest"],
      tier: 1,
    },
    {
      run: "just drop",
      files: { justfile: "drop:\n  rm -rf /srv/db\n" },
      does: ["delete directory /srv/db @local"],
      tier: 3,
    },
    { run: "just deploy", does: ["unknown? task just deploy @unknown"], tier: 3 },
    {
      run: "task clean",
      files: { "Taskfile.yml": "version: '3'\ntasks:\n  clean:\n    cmds:\n      - rm -rf dist\n" },
      does: ["delete directory dist"],
      tier: 1,
    },
  ],
};

function just(command: Command, scene: Scene): Finding {
  const { args: own, values } = withoutSettings(command.args);
  const options = parseOptions(own, {
    exact: true,
    values: wordsOf(`
    -f --justfile -d --working-directory --shell --shell-arg --dotenv-path -s --show --chooser
    --command-color --color --dump-format -E
  `),
    stopAtOperand: true,
  });
  const by = command.source;
  const at = command.args.findIndex((word) => word.text === "-c" || word.text === "--command");
  if (at >= 0) return scene.argv(command.args.slice(at + 1));
  if (
    options.has(
      "-l",
      "--list",
      "--summary",
      "-n",
      "--dry-run",
      "--show",
      "-s",
      "--dump",
      "--evaluate",
      "--variables",
      "--groups",
      "--usage",
    )
  )
    return NOTHING;
  if (options.has("--fmt", "--init")) return act("change", scene, { kind: "file", name: "justfile", by });
  const shells = options.values("--shell", "--chooser");
  if (
    options.has("--shell-arg") ||
    shells.some((word) => !/^(\S*\/)?(ba|z|da|k)?sh$|^fzf\b/.test(word.text ?? ""))
  )
    return act("unknown", scene, { kind: "task", name: by, by });
  const file = options.value("-f", "--justfile");
  const names = file ? [file.text ?? ""] : ["justfile", "Justfile", ".justfile"];
  const manifest = findManifest(scene, names, file ? "here" : "upward");
  if (file && manifest === undefined && pathSource(file.text ?? "/", scene) !== "workspace")
    return runsForeignCode(scene, by, by);
  const carried = values.map((word) => carriedCommand(word.text ?? word.prefix, scene));
  if (manifest === undefined || (file && file.text === undefined) || values.length > 0)
    return combine(...carried, namedRecipes(options.operands, scene, by));
  const folder = options.value("-d", "--working-directory");
  const directory = folder
    ? folderAt(scene, folder.text)
    : manifest.path.slice(0, manifest.path.lastIndexOf("/"));
  if (directory === undefined) return namedRecipes(options.operands, scene, by);
  const args = options.operands.filter((word) => !/^[\w-]+=/.test(word.text ?? word.prefix));
  return runRecipes({ justfile: parseJustfile(manifest.text), directory, by }, args, scene);
}

function namedRecipes(operands: readonly Word[], scene: Scene, by: string): Finding {
  const names = operands.filter((word) => !ASSIGNED.test(word.text ?? word.prefix));
  const carried = operands.flatMap((word) => {
    const value = ASSIGNED.exec(word.text ?? word.prefix)?.[1];
    return value === undefined ? [] : [carriedCommand(value, scene)];
  });
  return combine(...carried, namedTask(scene, "just", names.map((word) => word.text ?? "?").join(" "), by));
}

const ASSIGNED = /^[A-Za-z_][\w-]*=(.*)$/s;

/** `--set NAME VALUE` takes two words. */
function withoutSettings(args: readonly Word[]): {
  readonly args: readonly Word[];
  readonly values: readonly Word[];
} {
  const kept: Word[] = [];
  const values: Word[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as Word;
    if (word.text === "--set") {
      const value = args[at + 2];
      if (value) values.push(value);
      at += 2;
    } else kept.push(word);
  }
  return { args: kept, values };
}

const TASKFILES = wordsOf(`
    Taskfile.yml taskfile.yml Taskfile.yaml taskfile.yaml Taskfile.dist.yml Taskfile.dist.yaml
  `);

function task(command: Command, scene: Scene): Finding {
  const separator = command.args.findIndex((word) => word.text === "--");
  const own = separator < 0 ? command.args : command.args.slice(0, separator);
  const options = parseOptions(own, {
    exact: true,
    values: wordsOf("-t --taskfile -d --dir -o --output -C --concurrency -I --interval --sort"),
  });
  const by = command.source;
  if (options.has("-l", "--list", "-a", "--list-all", "--summary", "--status", "-j", "--json"))
    return NOTHING;
  if (rehearses(options, "-n", "--dry")) return NOTHING;
  if (options.has("-i", "--init")) return act("change", scene, { kind: "file", name: "Taskfile.yml", by });
  const folder = options.value("-d", "--dir");
  const directory = folder ? folderAt(scene, folder.text) : scene.cwd;
  const file = options.value("-t", "--taskfile");
  const manifest = findManifest(
    scene,
    file?.text ? [file.text] : TASKFILES,
    file ? "here" : "upward",
    directory,
  );
  const names = options.operands
    .filter((word) => !ASSIGNED.test(word.text ?? word.prefix))
    .map((word) => word.text ?? "?");
  const wanted = names.length > 0 ? names : ["default"];
  if (file && manifest === undefined && pathSource(file.text ?? "/", scene) !== "workspace")
    return runsForeignCode(scene, file.source, by);
  const carried = options.operands.flatMap((word) => {
    const value = ASSIGNED.exec(word.text ?? word.prefix)?.[1];
    return value === undefined ? [] : [carriedCommand(value, scene)];
  });
  if (manifest === undefined)
    return combine(...carried, ...wanted.map((name) => namedTask(scene, "task", name, by)));
  const run = { tasks: parseTaskfile(manifest.text), directory: manifest.directory, scene, by };
  return combine(...carried, ...wanted.map((name) => runTask(name, run, [])));
}

interface TaskRun {
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly directory: string;
  readonly scene: Scene;
  readonly by: string;
}

function runTask(name: string, run: TaskRun, seen: readonly string[]): Finding {
  const { tasks, scene, by } = run;
  const definition = tasks.get(name);
  if (definition === undefined) return namedTask(scene, "task", name, by);
  if (seen.includes(name)) return NOTHING;
  const folder =
    definition.directory === undefined
      ? run.directory
      : folderAt({ ...scene, cwd: run.directory }, definition.directory);
  const variables = new Map<string, string | undefined>([["COUNTERSIGN_UNKNOWN", undefined]]);
  return combine(
    ...definition.tasks.map((other) => runTask(other, run, [...seen, name])),
    ...definition.commands.map((text) => scene.shell(withoutTemplates(text), { cwd: folder, variables })),
    ...(definition.complete ? [] : [namedTask(scene, "task", name, by)]),
  );
}
