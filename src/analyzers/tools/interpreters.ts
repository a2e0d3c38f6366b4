import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { type CommandLine, type CommandLineSpec, readCommandLine } from "../code/command-line.ts";
import { workspaceCode } from "../code/walk.ts";
import { combine, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { literal } from "../options.ts";

/** Options as the interpreters' own manual pages list them. */
const SPECS: ReadonlyMap<string, CommandLineSpec> = new Map(
  [
    {
      programs: ["python", "python2", "python3", "py", "pypy", "pypy3", "ipython"],
      language: "python" as const,
      inline: ["-c"],
      module: ["-m"],
      values: ["-W", "-X", "--check-hash-based-pycs"],
      inlineEnds: true,
    },
    {
      programs: ["ruby", "jruby", "truffleruby", "irb"],
      language: "ruby" as const,
      inline: ["-e"],
      values: ["-C", "-E", "--encoding", "--external-encoding", "--internal-encoding"],
      attached: "iIrF0KTWxl",
      check: ["-c"],
      loops: true,
    },
    {
      programs: ["perl", "perl5"],
      language: "perl" as const,
      inline: ["-e", "-E"],
      values: [],
      attached: "iIMmF0lCDxV",
      check: ["-c"],
      loops: true,
    },
    {
      programs: ["php", "php8", "php7", "php-cli"],
      language: "php" as const,
      inline: ["-r", "--run", "-B", "-R", "-E", "--process-begin", "--process-code", "--process-end"],
      values: ["-d", "--define", "-c", "--php-ini", "-t", "--docroot", "-z"],
      file: ["-f", "--file", "-F", "--process-file"],
      server: ["-S", "--server"],
      check: ["-l", "--syntax-check", "-s", "-w", "--rf", "--rc", "--ini"],
    },
    {
      programs: ["lua", "luajit", "lua5"],
      language: undefined,
      inline: ["-e"],
      values: ["-l", "-j", "-O", "-b"],
    },
    { programs: ["Rscript", "R"], language: undefined, inline: ["-e"], values: ["-f", "--file"] },
    { programs: ["osascript"], language: undefined, inline: ["-e"], values: ["-l", "-s"] },
    {
      programs: ["julia"],
      language: undefined,
      inline: ["-e", "-E", "--eval", "--print"],
      values: ["-p", "-t", "-L", "--project", "--threads"],
    },
    {
      programs: ["elixir", "iex", "erl", "escript"],
      language: undefined,
      inline: ["-e", "--eval", "--rpc-eval", "-eval"],
      values: ["-r", "-S", "-pa", "-pz", "--sname", "--name", "--cookie"],
    },
    {
      programs: [
        "groovy",
        "scala",
        "kotlin",
        "jshell",
        "clojure",
        "clj",
        "bb",
        "guile",
        "racket",
        "sbcl",
        "ghci",
        "runghc",
        "runhaskell",
        "ocaml",
        "tclsh",
        "expect",
        "octave",
        "raku",
        "crystal",
        "nim",
        "io",
        "janet",
        "gjs",
      ],
      language: undefined,
      inline: ["-e", "--eval", "-c", "--command"],
      values: [],
    },
  ].flatMap((spec) => spec.programs.map((program): [string, CommandLineSpec] => [program, spec])),
);

export const analyzer: Analyzer = {
  name: "interpreters",
  title: "Python, Ruby, Perl, PHP and other interpreters",
  about:
    "Code given with `-c`, `-e` or `-r`, in a here-document, in a pipe or in a script file is read and judged by what it does to files, processes, networks and services. Lua, R, Julia, AppleScript and other languages are known as programs only: their inline code counts as not understood, scripts of the workspace as the project's own code.",
  programs: [...SPECS.keys()],
  analyze,
  examples: [
    { run: "python3 -c \"import json; print(json.load(open('x.json'))['a'])\"", does: [], tier: 0 },
    {
      run: "python3 -c \"import shutil; shutil.rmtree('build')\"",
      does: ["delete directory build"],
      tier: 1,
    },
    { run: "python3 -c \"import os; os.system('rm -rf /')\"", does: ["delete directory / @local"], tier: 3 },
    {
      run: "python3 - <<'EOF'\nfrom pathlib import Path\np = Path('a.txt')\np.write_text(p.read_text().replace('a', 'b'))\nEOF",
      files: { "a.txt": "a" },
      does: ["change file a.txt"],
      tier: 1,
    },
    { run: "python -m json.tool x.json", does: [], tier: 0 },
    { run: "perl -pi -e 's/a/b/' a.txt", files: { "a.txt": "a" }, does: ["change file a.txt"], tier: 1 },
    { run: "perl -e 'unlink glob(\"/etc/*\")'", does: ["delete file /etc/* @local"], tier: 3 },
    { run: "ruby -e 'puts 1'", does: [], tier: 0 },
    { run: "ruby -rfileutils -e 'FileUtils.rm_rf(\"/\")'", does: ["delete directory / @local"], tier: 3 },
    { run: "php -r 'echo PHP_VERSION;'", does: [], tier: 0 },
    { run: "lua -e 'os.remove(\"x\")'", does: ["unknown? code lua @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const spec = SPECS.get(command.program);
  if (!spec) return found([unknownEffect(scene, "program", command.program, command.source)]);
  const line = readCommandLine(command.args, spec);
  if (line.dynamic) return found([unknownEffect(scene, "code", command.program, command.source)]);
  if (line.describes) return NOTHING;
  if (line.module) return runModule(line.module, line.rest, command, scene);
  if (line.check)
    return found(line.rest.flatMap((word) => fileEffects("read", word, scene, { by: command.source })));
  const before = combine(...line.preloads.map((word) => preload(word, spec, scene)));
  const main = runMain(line, spec, command, scene);
  return { ...combine(before, main), ...(main.output ? { output: main.output } : {}) };
}

function runMain(line: CommandLine, spec: CommandLineSpec, command: Command, scene: Scene): Finding {
  if (line.server) return found([workspaceCode(scene, `${command.program} server`, command.source)]);
  if (line.inline.length > 0) return runInline(line, spec, command, scene);
  const file = line.file ?? line.rest[0];
  const args = line.file ? line.rest : line.rest.slice(1);
  if (file && file.text !== "-") return runFile(file, args, spec, command, scene);
  return command.stdin.kind === "none" ? NOTHING : runStandardInput(args, spec, command, scene);
}

function runInline(line: CommandLine, spec: CommandLineSpec, command: Command, scene: Scene): Finding {
  if (line.inline.some((word) => word.text === undefined) || spec.language === undefined) {
    return found([unknownEffect(scene, "code", command.program, command.source)]);
  }
  const written = line.inline.map((word) => word.text).join("\n");
  const text = spec.language === "php" ? `<?php ${written}` : line.wrap(written);
  const code = scene.code(spec.language, text, { args: line.rest });
  const inPlace =
    line.inPlace === undefined
      ? []
      : line.rest.flatMap((word) => fileEffects("change", word, scene, { by: command.source }));
  const readings =
    line.loops && line.inPlace === undefined
      ? line.rest.flatMap((word) => fileEffects("read", word, scene, { by: command.source }))
      : [];
  return {
    ...combine(code, found([...inPlace, ...readings])),
    ...(code.output && !line.loops ? { output: code.output } : {}),
  };
}

function runFile(
  file: Word,
  args: readonly Word[],
  spec: CommandLineSpec,
  command: Command,
  scene: Scene,
): Finding {
  const launcher =
    /(?:^|\/)(manage\.py|artisan|bin\/(?:rails|rake|rspec|bundle|console|phpunit|composer)|composer\.phar|phpunit|please)$/.exec(
      file.text ?? "",
    )?.[1];
  if (launcher !== undefined) return scene.argv([literal(launcher.replace(/^bin\//, "")), ...args]);
  if (spec.language !== undefined) return scene.script(file, spec.language, args);
  return unreadScript(file, command, scene);
}

/** A script in a language that is not read: the project's own code, or something unknown. */
function unreadScript(file: Word, command: Command, scene: Scene): Finding {
  const inWorkspace =
    file.text !== undefined && !/^[/~]|\.\./.test(file.text) && scene.setting.workspace !== undefined;
  return found([
    inWorkspace
      ? workspaceCode(scene, file.source, command.source)
      : unknownEffect(scene, "script", file.source, command.source),
  ]);
}

function runStandardInput(
  args: readonly Word[],
  spec: CommandLineSpec,
  command: Command,
  scene: Scene,
): Finding {
  if (spec.language !== undefined) return scene.script(literal("/dev/stdin"), spec.language, args);
  return found([unknownEffect(scene, "code", command.program, command.source)]);
}

/** `ruby -r ./x`: a library is nothing to tell, a file of the project is code that runs. */
function preload(word: Word, spec: CommandLineSpec, scene: Scene): Finding {
  if (word.text === undefined || !/^[./]/.test(word.text)) return NOTHING;
  return spec.language === "ruby" && !word.text.endsWith(".rb")
    ? scene.script(literal(`${word.text}.rb`), "ruby", [])
    : scene.script(word, spec.language, []);
}

/** Modules that are commands of their own, judged as such. */
const COMMANDS: ReadonlyMap<string, string> = new Map(
  "pip pip3 pytest build venv virtualenv ensurepip pipx poetry uv uvicorn gunicorn hypercorn flask django celery alembic black ruff isort flake8 mypy pylint pyright coverage tox nox pre_commit twine jupyter notebook jupyterlab ansible streamlit httpie http awscli aws yapf autopep8 bandit behave robot locust mkdocs sphinx pdm hatch piptools invoke fabric dbt scrapy"
    .split(" ")
    .map((name): [string, string] => [
      name,
      {
        pre_commit: "pre-commit",
        jupyterlab: "jupyter",
        awscli: "aws",
        httpie: "http",
        django: "django-admin",
        piptools: "pip-compile",
      }[name] ?? name,
    ]),
);

/** Standard modules whose command line only reads, prints or serves on this machine. */
const HARMLESS = new Set(
  "json.tool http.server unittest doctest timeit cProfile profile pstats trace tokenize ast dis pydoc calendar site sysconfig platform this base64 locale quopri compileall py_compile tabnanny inspect symtable pyclbr ensurepip.version mimetypes encodings.rot_13 antigravity turtledemo tkinter idlelib json webbrowser zipapp nntplib random uuid pickletools".split(
    " ",
  ),
);
/** Of these, the tests or the program that they run are the project's own code. */
const RUNS_PROJECT = new Set([
  "unittest",
  "doctest",
  "cProfile",
  "profile",
  "trace",
  "timeit",
  "pdb",
  "bdb",
  "asyncio",
  "debugpy",
  "memory_profiler",
  "line_profiler",
  "kernprof",
  "IPython",
  "ptpython",
  "bpython",
  "pytest_watch",
  "nose",
  "nose2",
]);

function runModule(module: Word, args: readonly Word[], command: Command, scene: Scene): Finding {
  const name = module.text;
  if (name === undefined) return found([unknownEffect(scene, "code", command.program, command.source)]);
  const known = COMMANDS.get(name.replace(/\.(__main__|cli)$/, ""));
  if (known !== undefined) return scene.argv([literal(known), ...args]);
  if (RUNS_PROJECT.has(name)) return found([workspaceCode(scene, name, command.source)]);
  if (name === "json.tool")
    return found(
      args
        .slice(1, 2)
        .flatMap((word) =>
          word.text?.startsWith("-") ? [] : fileEffects("change", word, scene, { by: command.source }),
        ),
    );
  if (name === "zipfile" || name === "tarfile") return archive(args, command, scene);
  if (name === "base64" || HARMLESS.has(name)) return NOTHING;
  return runProjectModule(name, args, command, scene);
}

function archive(args: readonly Word[], command: Command, scene: Scene): Finding {
  const target = args.some((word) => /^-(e|-extract|c|-create)/.test(word.text ?? "-e"))
    ? args.find((word) => /^-(c|-create)/.test(word.text ?? ""))
      ? args[1]
      : (args[2] ?? literal("."))
    : undefined;
  return target ? found(fileEffects("change", target, scene, { by: command.source })) : NOTHING;
}

/** `python -m package.module`: a file of the workspace is followed, an installed package is its own code. */
function runProjectModule(name: string, args: readonly Word[], command: Command, scene: Scene): Finding {
  if (scene.cwd !== undefined) {
    for (const path of [
      `${name.replaceAll(".", "/")}.py`,
      `${name.replaceAll(".", "/")}/__main__.py`,
      `src/${name.replaceAll(".", "/")}.py`,
    ]) {
      if (scene.need({ kind: "path", path: `${scene.cwd}/${path}` })?.type === "file")
        return scene.script(literal(path), "python", args);
    }
  }
  return found([workspaceCode(scene, name, command.source)]);
}
