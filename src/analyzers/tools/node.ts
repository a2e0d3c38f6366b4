import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { workspaceCode } from "../code/walk.ts";
import { combine, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";

export const analyzer: Analyzer = {
  name: "node",
  title: "Node, Deno and other JavaScript runtimes",
  about:
    "Code given with `-e` or `-p`, in a here-document, in a pipe or in a script file is read and judged by what it does to files, processes, networks and services; modules loaded first with `-r` or `--import` are followed when they are files. Test runs are the project's own code.",
  programs: [
    "node",
    "nodejs",
    "tsx",
    "ts-node",
    "ts-node-esm",
    "ts-node-script",
    "esno",
    "esr",
    "swc-node",
    "babel-node",
    "vite-node",
    "jiti",
    "zx",
    "nodemon",
    "ts-node-dev",
    "tsnd",
    "deno",
    "quickjs",
    "qjs",
  ],
  analyze: (command, scene) => (command.program === "deno" ? deno(command, scene) : node(command, scene)),
  examples: [
    { run: "node -e \"console.log(require('./package.json').version)\"", does: [], tier: 0 },
    { run: 'node -p "process.version"', does: [], tier: 0 },
    {
      run: "node -e \"require('fs').rmSync('/', { recursive: true })\"",
      does: ["delete directory / @local"],
      tier: 3,
    },
    {
      run: "node -e \"require('child_process').execSync('rm -rf /')\"",
      does: ["delete directory / @local"],
      tier: 3,
    },
    { run: "node --test", does: ["execute? workspace-code node --test"], tier: 1 },
    {
      run: "node scripts/clean.js",
      files: { "scripts/clean.js": "require('fs').rmSync('dist', { recursive: true, force: true })" },
      does: ["delete directory dist"],
      tier: 1,
    },
    { run: "node --check src/a.js", does: [], tier: 0 },
    { run: "deno eval 'console.log(1)'", does: [], tier: 0 },
    {
      run: "deno run -A https://example.com/x.ts",
      does: ["unknown? script https://example.com/x.ts @local"],
      tier: 2,
    },
    {
      run: "tsx src/a.ts",
      files: { "src/a.ts": "import { unlinkSync } from 'node:fs'; unlinkSync('/etc/hosts')" },
      does: ["delete file /etc/hosts @local"],
      tier: 3,
    },
  ],
};

/** Options with a value (`node --help`, v26), as far as the value is a word of its own. */
const VALUES = [
  "-e",
  "--eval",
  "-p",
  "--print",
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-C",
  "--conditions",
  "--input-type",
  "--title",
  "--env-file",
  "--env-file-if-exists",
  "--test-name-pattern",
  "--test-reporter",
  "--test-reporter-destination",
  "--test-concurrency",
  "--watch-path",
  "--run",
  "--tsconfig",
  "-P",
  "--project",
  "-O",
  "--compiler-options",
  "--exec",
  "-x",
  "--ext",
  "--watch",
  "-w",
  "--ignore",
  "-i",
  "--delay",
  "--signal",
];
const NODE_VALUES = VALUES.filter(
  (name) =>
    ![
      "-P",
      "--project",
      "-O",
      "-x",
      "--exec",
      "--ext",
      "--watch",
      "-w",
      "--ignore",
      "-i",
      "--delay",
      "--signal",
    ].includes(name),
);

function node(command: Command, scene: Scene): Finding {
  const watcher = /^(nodemon|ts-node-dev|tsnd)$/.test(command.program);
  const options = parseOptions(splitPrintEval(command.args), {
    values: watcher ? VALUES : NODE_VALUES,
    long: ["--test", "--check", "--version", "--help"],
    stopAtOperand: true,
  });
  if (options.dynamic && options.operands.length === 0) return unread(command, scene);
  const loaded = combine(
    ...options
      .values("-r", "--require", "--import", "--loader", "--experimental-loader")
      .map((word) => load(word, scene)),
  );
  const main = runNode(command, options, scene);
  return { ...combine(loaded, main), ...(main.output ? { output: main.output } : {}) };
}

/** `-pe CODE` is `-p -e CODE`: in the bundle, only the last letter takes the value. */
function splitPrintEval(args: readonly Word[]): readonly Word[] {
  return args.map((word) => (word.text === "-pe" || word.text === "-ep" ? literal("-e") : word));
}

function runNode(command: Command, options: Options, scene: Scene): Finding {
  const { operands } = options;
  const code = options.value("-e", "--eval", "-p", "--print");
  if (code) return runText(code, operands, command, scene);
  const script = options.value("--run");
  if (script) return scene.argv([literal("npm"), literal("run"), script, ...operands]);
  if (options.has("--test"))
    return found([workspaceCode(scene, `${command.program} --test`, command.source)]);
  if (options.has("-c", "--check"))
    return found(
      operands.slice(0, 1).flatMap((word) => fileEffects("read", word, scene, { by: command.source })),
    );
  if (options.has("-v", "--version", "-h", "--help", "--v8-options", "--completion-bash")) return NOTHING;
  const started = options.value("--exec", "-x");
  if (started && command.program === "nodemon")
    return started.text === undefined ? unread(command, scene) : scene.shell(started.text);
  return runFile(operands, command, scene);
}

function runText(code: Word, args: readonly Word[], command: Command, scene: Scene): Finding {
  return code.text === undefined ? unread(command, scene) : scene.code("javascript", code.text, { args });
}

function runFile(operands: readonly Word[], command: Command, scene: Scene): Finding {
  const rest =
    /^(watch|inspect|debug)$/.test(operands[0]?.text ?? "") && operands.length > 1
      ? operands.slice(1)
      : operands;
  const [file, ...args] = rest;
  if (file && file.text !== "-")
    return file.text === "."
      ? found([workspaceCode(scene, ".", command.source)])
      : scene.script(file, "javascript", args);
  return command.stdin.kind === "none" ? NOTHING : scene.script(literal("/dev/stdin"), "javascript", args);
}

function unread(command: Command, scene: Scene): Finding {
  return found([unknownEffect(scene, "code", command.program, command.source)]);
}

/** A module loaded first: a file is followed, a package is nothing to tell, a data URL is code on the line. */
function load(word: Word, scene: Scene): Finding {
  if (word.text === undefined) return found([unknownEffect(scene, "code", word.source, word.source)]);
  const data = /^data:text\/javascript(;charset=utf-8)?,(.*)$/s.exec(word.text);
  if (data) return scene.code("javascript", percentDecoded(data[2] ?? ""));
  if (/^(data|https?):/.test(word.text))
    return found([unknownEffect(scene, "code", word.text, word.source, ["foreign-code"])]);
  return /^[./]/.test(word.text) ? scene.script(word, "javascript", []) : NOTHING;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const DENO_VALUES = [
  "--config",
  "-c",
  "--import-map",
  "--lock",
  "--cert",
  "--location",
  "--log-level",
  "-L",
  "--ext",
  "--seed",
  "--v8-flags",
  "--env-file",
  "--output",
  "-o",
  "--root",
  "--name",
  "-n",
  "--filter",
  "--target",
  "--port",
  "--host",
];
const DENO_READS = new Set([
  "lint",
  "check",
  "doc",
  "info",
  "types",
  "completions",
  "help",
  "lsp",
  "outdated",
  "fmt-check",
  "why",
  "audit",
]);
const DENO_PROJECT = new Set([
  "test",
  "bench",
  "task",
  "compile",
  "bundle",
  "cache",
  "install",
  "add",
  "remove",
  "uninstall",
  "coverage",
  "init",
  "vendor",
  "jupyter",
  "approve-scripts",
  "update",
  "i",
  "ci",
  "clean",
]);

function deno(command: Command, scene: Scene): Finding {
  const [sub, ...args] = command.args;
  const options = parseOptions(args, { values: DENO_VALUES, stopAtOperand: true });
  const { operands } = options;
  const name = sub?.text;
  switch (name) {
    case undefined:
      return command.args.length > 0 ? unread(command, scene) : NOTHING;
    case "eval":
      return operands[0] ? runText(operands[0], operands.slice(1), command, scene) : NOTHING;
    case "run":
    case "serve":
    case "watch":
      return operands[0] ? denoScript(operands[0], operands.slice(1), command, scene) : NOTHING;
    case "fmt":
      return options.has("--check")
        ? NOTHING
        : found(
            [...(operands.length > 0 ? operands : [literal(".")])].flatMap((word) =>
              fileEffects("change", word, scene, { by: command.source }),
            ),
          );
    case "task":
      return operands[0] ? scene.argv([literal("npm"), literal("run"), ...operands]) : NOTHING;
    case "repl":
      return NOTHING;
    default:
      return denoOther(name, command, scene);
  }
}

function denoOther(sub: string, command: Command, scene: Scene): Finding {
  if (DENO_READS.has(sub) || sub.startsWith("--")) return NOTHING;
  if (DENO_PROJECT.has(sub)) return found([workspaceCode(scene, `deno ${sub}`, command.source)]);
  if (/^(\.{0,2}\/|https?:|npm:|jsr:)|\.[cm]?[jt]sx?$/.test(sub))
    return denoScript(literal(sub), command.args.slice(1), command, scene);
  return found([unknownEffect(scene, "deno", sub, command.source)]);
}

function denoScript(file: Word, args: readonly Word[], command: Command, scene: Scene): Finding {
  if (/^(https?|npm|jsr|data):/.test(file.text ?? ""))
    return found([unknownEffect(scene, "script", file.source, command.source, ["foreign-code"])]);
  return file.text === "-"
    ? scene.script(literal("/dev/stdin"), "javascript", args)
    : scene.script(file, "javascript", args);
}
