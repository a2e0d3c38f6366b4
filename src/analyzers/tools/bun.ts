import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import {
  act,
  deedTable,
  publishes,
  rehearses,
  runsCode,
  runsForeignCode,
  wordsOf,
} from "../project/deeds.ts";
import { folderAt } from "../project/files.ts";
import { scriptOrBinary } from "../project/js-runner.ts";
import { lifecycle } from "../project/package-json.ts";
import { runInitialiser, runPackages } from "../project/run-package.ts";
import { isUsualRegistry, npmSource, withoutVersion } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "bun",
  title: "Bun",
  about:
    "As a package manager, a script runner, a JavaScript runtime (`bun file.ts`, `bun -e TEXT`) and a bundler.",
  programs: ["bun", "bunx"],
  analyze(command, scene) {
    return command.program === "bunx"
      ? runPackages(command.args, scene, command.source)
      : bun(command, scene);
  },
  examples: [
    { run: "bun install", does: ["change node.packages bun install"], tier: 1 },
    { run: "bun test", does: ["execute? workspace-code bun test"], tier: 1 },
    {
      run: "bun run build",
      files: { "package.json": '{"scripts":{"build":"tsc"}}' },
      does: ["execute? workspace-code tsc"],
      tier: 1,
    },
    { run: "bunx cowsay", does: ["execute? foreign-code cowsay @local"], tier: 2 },
    { run: "bun publish", does: ["create npm.version bun publish @production"], tier: 4 },
  ],
};

const VALUES = wordsOf(`
    --cwd -C --filter -F --config -c --env-file --preload -r --registry --backend --cache-dir --port
    --define -d --loader -l --conditions --shell --require --import --tsconfig-override --install
    --cafile
  `);

const DEEDS = deedTable({
  read: "why outdated info audit list whoami help pm",
  change: "install i add a update up remove rm uninstall link unlink patch patch-commit init ci",
  outside: "upgrade completions",
  code: "test repl",
});

function bun(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: [...VALUES, "-e", "--eval", "-p", "--print"],
    stopAtOperand: true,
  });
  const by = command.source;
  const text = options.value("-e", "--eval", "-p", "--print");
  if (text)
    return text.text === undefined
      ? act("unknown", scene, { kind: "program", name: "bun -e", by })
      : scene.code("javascript", text.text);
  const [verb, ...rest] = options.operands;
  if (verb === undefined)
    return command.stdin.kind === "text" ? scene.code("javascript", command.stdin.text) : NOTHING;
  if (verb.text === undefined) return scene.script(verb, "javascript", rest);
  const folder = options.value("--cwd", "-C");
  const root = folder ? folderAt(scene, folder.text) : scene.cwd;
  const folders = [options.has("--filter", "-F") ? undefined : root];
  return subcommand({ verb: verb.text, word: verb, rest, root, folders, scene, by });
}

interface Request {
  readonly verb: string;
  readonly word: Word;
  readonly rest: readonly Word[];
  readonly root: string | undefined;
  readonly folders: readonly (string | undefined)[];
  readonly scene: Scene;
  readonly by: string;
}

function subcommand(request: Request): Finding {
  const { verb, rest, scene, by } = request;
  if (verb === "run") return runNamed(request);
  if (verb === "x") return runPackages(rest, scene, by);
  if (verb === "exec")
    return rest[0]?.text === undefined ? runsForeignCode(scene, by, by) : scene.shell(rest[0].text);
  if (verb === "create" || verb === "c") return create(request);
  if (verb === "build") return build(request);
  if (verb === "publish") return publish(request);
  if (verb === "pm") return packageManager(request);
  const deed = DEEDS.get(verb);
  if (deed === "change") return changes(request);
  if (deed !== undefined) return act(deed, scene, { kind: "bun", name: `bun ${verb}`, by });
  return runFileOrName(request, request.word, rest);
}

function runNamed(request: Request): Finding {
  const options = parseOptions(request.rest, { exact: true, values: VALUES, stopAtOperand: true });
  const [name, ...args] = options.operands;
  return name === undefined ? NOTHING : runFileOrName(request, name, args);
}

/** A path or a file name is a program text; anything else a script or a program of the packages. */
function runFileOrName(request: Request, name: Word, args: readonly Word[]): Finding {
  const { scene, by } = request;
  if (/^[a-z]+:\/\//i.test(name.text ?? name.prefix)) return runsForeignCode(scene, name.source, by);
  if (
    name.text === undefined ||
    name.text.includes("/") ||
    /\.([cm]?[jt]sx?|sh|json|toml|wasm)$/.test(name.text)
  ) {
    return name.text?.endsWith(".sh")
      ? scene.script(name, "shell", args)
      : scene.script(name, "javascript", args);
  }
  return scriptOrBinary({ program: "bun run", name: name.text, args, folders: request.folders, scene, by });
}

function changes({ verb, rest, root, scene, by }: Request): Finding {
  const options = parseOptions(rest, { exact: true, values: VALUES });
  if (rehearses(options, "--dry-run")) return NOTHING;
  if (!isUsualRegistry(options.value("--registry"))) return runsForeignCode(scene, by, by);
  const foreign = options.operands.filter((word) => ["foreign", "unknown"].includes(npmSource(word, scene)));
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  const outside = options.has("-g", "--global");
  const name = options.operands.map((word) => word.source).join(" ") || `bun ${verb}`;
  const own = (verb === "install" || verb === "i" || verb === "ci") && options.operands.length === 0;
  const runs = own && !options.has("--ignore-scripts");
  const scripts = runs
    ? lifecycle(scene, ["preinstall", "install", "postinstall", "prepare"], root)
    : NOTHING;
  return combine(act(outside ? "outside" : "change", scene, { kind: "node.packages", name, by }), scripts);
}

function create({ rest, scene, by }: Request): Finding {
  const name = rest.find((word) => !word.text?.startsWith("-"));
  if (name?.text === undefined) return runsForeignCode(scene, by, by);
  return runInitialiser(withoutVersion(name.text), scene, by);
}

function build({ rest, scene, by }: Request): Finding {
  const outputs = parseOptions(rest, {
    exact: true,
    values: ["--outdir", "--outfile", "--target", "--format", "--root"],
  });
  const written = outputs
    .values("--outdir", "--outfile")
    .flatMap((word) => fileEffects("change", word, scene, { by }));
  return combine(runsCode(scene, "bun build", by), found(written));
}

function publish({ rest, scene, by }: Request): Finding {
  const options = parseOptions(rest, { exact: true, values: ["--registry", "--tag", "--access", "--otp"] });
  if (rehearses(options, "--dry-run")) return NOTHING;
  return publishes(
    scene,
    { kind: "npm.version", name: "bun publish", by },
    options.value("--registry")?.text,
  );
}

function packageManager({ rest, scene, by }: Request): Finding {
  const action = rest[0]?.text;
  const reads = wordsOf(`
    ls list bin hash hash-string hash-print whoami view why untrusted default-trusted
  `);
  if (action === undefined || reads.includes(action)) return NOTHING;
  if (action === "cache" && rest.length === 1) return NOTHING;
  return act("change", scene, { kind: "node.packages", name: `bun pm ${action}`, by });
}
