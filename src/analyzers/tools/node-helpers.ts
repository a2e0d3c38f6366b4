import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, runsCode, wordsOf } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";
import { packageJson, packageScript } from "../project/package-json.ts";

export const analyzer: Analyzer = {
  name: "node-helpers",
  title: "Helpers that package.json scripts use",
  about:
    "concurrently, npm-run-all, start-server-and-test and the like: the commands that they run are judged as if they stood alone.",
  programs: wordsOf(`
    mkdirp make-dir cpy cpx ncp copyfiles shx concurrently conc npm-run-all run-s run-p
    start-server-and-test onchange chokidar wait-on wait-port fkill husky lint-staged
    simple-git-hooks patch-package tsc-watch npkill wireit degit tiged is-ci mprocs overmind
    foreman hivemind honcho pm2
  `),
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? projectCode)(command, scene);
  },
  examples: [
    {
      run: 'concurrently "rimraf a" "rimraf b"',
      does: ["delete directory a", "delete directory b"],
      tier: 1,
    },
    {
      run: "run-s clean build",
      files: { "package.json": '{"scripts":{"clean":"rimraf dist","build":"tsc"}}' },
      does: ["delete directory dist", "execute? workspace-code tsc"],
      tier: 1,
    },
    { run: "wait-on http://localhost:3000", does: [], tier: 0 },
    { run: "shx rm -rf dist", does: ["delete directory dist"], tier: 1 },
  ],
};

type Judge = (command: Command, scene: Scene) => Finding;

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["mkdirp", creates],
  ["make-dir", creates],
  ["cpy", copies],
  ["cpx", copies],
  ["ncp", copies],
  ["copyfiles", copies],
  ["shx", (command, scene) => (command.args.length === 0 ? NOTHING : scene.argv(command.args))],
  ["concurrently", concurrently],
  ["conc", concurrently],
  ["npm-run-all", runScripts],
  ["run-s", runScripts],
  ["run-p", runScripts],
  ["start-server-and-test", startAndTest],
  ["onchange", afterDashes],
  ["chokidar", chokidar],
  ["wait-on", () => NOTHING],
  ["wait-port", () => NOTHING],
  ["is-ci", () => NOTHING],
  ["fkill", stops],
  [
    "npkill",
    (command, scene) => act("change", scene, { kind: "node.packages", name: "npkill", by: command.source }),
  ],
  [
    "degit",
    (command, scene) => act("change", scene, { kind: "project.template", name: "degit", by: command.source }),
  ],
  [
    "tiged",
    (command, scene) => act("change", scene, { kind: "project.template", name: "tiged", by: command.source }),
  ],
  ["pm2", processManager],
]);

function projectCode(command: Command, scene: Scene): Finding {
  return runsCode(scene, command.program, command.source);
}

function creates(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, { exact: true, values: ["-m", "--mode"] });
  return found(
    operands.flatMap((word) => fileEffects("create", word, scene, { kind: "directory", by: command.source })),
  );
}

function copies(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["-u", "--up", "-e", "--exclude", "--rename", "--cwd", "-c", "--command", "-t"],
  });
  const target = operands.length > 1 ? operands.at(-1) : undefined;
  return found(target ? fileEffects("change", target, scene, { recursive: true, by: command.source }) : []);
}

function nested(words: readonly Word[], scene: Scene): Finding {
  return words.length === 0 ? NOTHING : scene.argv(words);
}

const CONCURRENTLY_VALUES = wordsOf(`
    -n --names -c --prefix-colors -p --prefix -l --prefix-length -t --timestamp-format
    --restart-tries --restart-after -m --max-processes -s --success --kill-others-signal
    --kill-timeout --hide --name-separator --ipc --default-input-target --teardown --cwd
  `);

/** Every operand of `concurrently` is a shell text, or `npm:SCRIPT`. */
function concurrently(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: CONCURRENTLY_VALUES });
  const texts = [...options.operands, ...options.values("--teardown")];
  return combine(
    ...texts.map((word) => {
      if (word.text === undefined)
        return found([unknownEffect(scene, "program", word.source, command.source)]);
      const short = /^(npm|yarn|pnpm|bun|node|deno):(\S+)(.*)$/s.exec(word.text);
      return short?.[2] ? scriptsMatching(short[2], scene, command.source) : scene.shell(word.text);
    }),
  );
}

/** Options of npm-run-all that take a value; everything after `--` is given to the scripts. */
const RUN_ALL_VALUES = ["--max-parallel", "--npm-path", "-C", "--config"];

function runScripts(command: Command, scene: Scene): Finding {
  const separator = command.args.findIndex((word) => word.text === "--");
  const own = separator < 0 ? command.args : command.args.slice(0, separator);
  const { operands } = parseOptions(own, { exact: true, values: RUN_ALL_VALUES });
  return combine(
    ...operands.map((word) => {
      if (word.text === undefined) return found([unknownEffect(scene, "task", word.source, command.source)]);
      return scriptsMatching(word.text.split(/\s+/)[0] ?? "", scene, command.source);
    }),
  );
}

/** The scripts that a name or a pattern (`build:*`, `lint:**`) selects. */
function scriptsMatching(pattern: string, scene: Scene, by: string): Finding {
  const matcher = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replaceAll("?", ".")}$`,
  );
  const names = pattern.includes("*")
    ? [...(packageJson(scene)?.scripts.keys() ?? [])].filter((name) => matcher.test(name))
    : [pattern];
  if (names.length === 0) return namedTask(scene, "npm run", pattern, by);
  return combine(
    ...names.map((name) => packageScript(scene, { name, args: [] }) ?? namedTask(scene, "npm run", name, by)),
  );
}

/** `start-server-and-test START URL TEST`: script names or shell texts around an address. */
function startAndTest(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, { exact: true, values: ["--expect"] });
  return combine(
    ...operands.map((word) => {
      const text = word.text;
      if (text === undefined) return found([unknownEffect(scene, "task", word.source, command.source)]);
      if (/^(https?(-get)?:|tcp:|\d+$|:\d+|localhost)/.test(text)) return NOTHING;
      return /\s/.test(text) ? scene.shell(text) : scriptsMatching(text, scene, command.source);
    }),
  );
}

function afterDashes(command: Command, scene: Scene): Finding {
  const separator = command.args.findIndex((word) => word.text === "--");
  return separator < 0 ? NOTHING : nested(command.args.slice(separator + 1), scene);
}

function chokidar(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: ["-c", "--command", "-i", "--ignore", "-d", "--debounce", "-t", "--throttle"],
  });
  const text = options.value("-c", "--command");
  if (text === undefined) return NOTHING;
  return text.text === undefined
    ? found([unknownEffect(scene, "program", text.source, command.source)])
    : scene.shell(text.text);
}

function stops(command: Command, scene: Scene): Finding {
  const remote = scene.place.host !== undefined;
  return found([
    effect({
      verb: "stop",
      kind: "process",
      name: command.args.map((word) => word.source).join(" "),
      environment: remote ? scene.place.environment : "local",
      reversibility: "R1",
      marks: scene.privileged ? ["privileged"] : [],
      by: command.source,
    }),
  ]);
}

function processManager(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: wordsOf("--name -n -i --instances --env -o -e --interpreter --max-memory-restart"),
    stopAtOperand: true,
  });
  const [verb] = operands;
  const action = verb?.text ?? "";
  if (
    [
      "ls",
      "list",
      "status",
      "l",
      "ps",
      "show",
      "describe",
      "info",
      "logs",
      "log",
      "monit",
      "jlist",
      "prettylist",
      "id",
      "env",
      "ping",
      "report",
      "conf",
      "get",
    ].includes(action)
  )
    return NOTHING;
  if (
    [
      "stop",
      "kill",
      "delete",
      "del",
      "restart",
      "reload",
      "gracefulReload",
      "flush",
      "scale",
      "reset",
    ].includes(action)
  )
    return stops(command, scene);
  if (["start", "runtime", "runtime-docker", "dump", "save", "resurrect"].includes(action))
    return runsCode(scene, `pm2 ${action}`, command.source);
  if (action === "deploy") return namedTask(scene, "pm2", "deploy", command.source);
  return act(verb === undefined ? "read" : "outside", scene, {
    kind: "service",
    name: `pm2 ${action}`,
    by: command.source,
  });
}
