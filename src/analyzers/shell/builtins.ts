import type { Stream, Word } from "../analyzer.ts";
import { placedFileEffects, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { judgeVariable } from "./assign.ts";
import { runWords, sceneFor } from "./dispatch.ts";
import { echoText, printfText } from "./printing.ts";
import { followScript } from "./script.ts";
import { type Analysis, copyState, EMPTY, OPAQUE, type ShellState, TAME } from "./state.ts";
import { lineWord, walkText } from "./walk.ts";

interface Call {
  readonly name: string;
  readonly args: readonly Word[];
  readonly state: ShellState;
  readonly analysis: Analysis;
  readonly source: string;
}

type Builtin = (call: Call) => Stream;

/** Builtins that change nothing outside the shell itself. */
const INERT = [
  ":",
  "true",
  "false",
  "test",
  "[",
  "exit",
  "return",
  "break",
  "continue",
  "wait",
  "jobs",
  "fg",
  "bg",
  "disown",
  "ulimit",
  "umask",
  "type",
  "help",
  "times",
  "complete",
  "compopt",
  "caller",
  "dirs",
  "logout",
  "suspend",
  "getopts",
  "let",
  "shopt",
  "setopt",
  "unsetopt",
  "autoload",
  "emulate",
  "rehash",
  "whence",
  "where",
  "bindkey",
  "zstyle",
  "zle",
  "compinit",
  "vared",
  "bind",
  "integer",
  "float",
  "functions",
  "unhash",
  "limit",
] as const;

const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...INERT.map((name): [string, Builtin] => [name, () => EMPTY]),
  ["cd", changeDirectory],
  ["chdir", changeDirectory],
  ["pushd", changeDirectory],
  ["popd", popDirectory],
  ["pwd", ({ state }) => (state.cwd === undefined ? OPAQUE : { kind: "text", text: `${state.cwd}\n` })],
  ...["export", "declare", "typeset", "local", "readonly"].map((name): [string, Builtin] => [name, declare]),
  ["unset", unset],
  ["compgen", () => OPAQUE],
  ["alias", alias],
  ["unalias", unalias],
  ["eval", evaluate],
  ["source", source],
  [".", source],
  ["exec", (call) => handOn(call, parseOptions(call.args, { values: ["-a"], stopAtOperand: true }).operands)],
  ["command", command],
  ["builtin", (call) => handOn(call, call.args)],
  ["noglob", (call) => handOn(call, call.args)],
  ["nocorrect", (call) => handOn(call, call.args)],
  ["-", (call) => handOn(call, call.args)],
  ["repeat", (call) => handOn(call, call.args.slice(1))],
  ["coproc", (call) => handOn(call, call.args)],
  ["set", setParameters],
  ["shift", shift],
  ["trap", trap],
  ["read", readVariables],
  ["mapfile", readVariables],
  ["readarray", readVariables],
  ["echo", ({ args }) => echoText(args)],
  ["print", ({ args }) => echoText(args)],
  ["printf", print],
  [
    "enable",
    ({ args, state, analysis, source }) =>
      unknownWhen(
        args.some((arg) => arg.text === "-f"),
        state,
        analysis,
        source,
      ),
  ],
  ["hash", hash],
  ["zmodload", ({ state, analysis, source }) => unknownWhen(true, state, analysis, source)],
]);

/** Runs a shell builtin; `undefined` when the name is none. */
export function runBuiltin(
  name: string,
  args: readonly Word[],
  state: ShellState,
  analysis: Analysis,
  source: string,
): Stream | undefined {
  return BUILTINS.get(name)?.({ name, args, state, analysis, source });
}

/** Runs the rest as a command of its own, one level deeper, in the same shell: what it changes there stays. */
function handOn(call: Call, words: readonly Word[]): Stream {
  const inner: ShellState = { ...call.state, depth: call.state.depth + 1 };
  const output = runWords(words, inner, call.analysis, call.source);
  call.state.cwd = inner.cwd;
  call.state.unsureDirectory = inner.unsureDirectory;
  call.state.args = inner.args;
  call.state.argsKnown = inner.argsKnown;
  return output;
}

function unknownWhen(condition: boolean, state: ShellState, analysis: Analysis, source: string): Stream {
  if (condition)
    analysis.effects.push(unknownEffect(sceneFor(state, analysis), "shell.builtin", source, source));
  return EMPTY;
}

function changeDirectory({ args, state, analysis }: Call): Stream {
  const [target] = parseOptions(args).operands;
  if (target?.text === "-") {
    state.cwd = undefined;
    return EMPTY;
  }
  const word = target ?? literal(state.home);
  if (state.place.host !== undefined) {
    state.cwd = word.text?.startsWith("/") ? word.text : undefined;
    return EMPTY;
  }
  const at = locate(word, sceneFor(state, analysis));
  // A pattern inside the project (`for d in packages/*/; do cd "$d"`) leads somewhere below its literal part.
  const inside = at.area === "workspace" && !word.source.includes("..");
  const known = at.certain && word.text !== undefined && (!word.glob || inside);
  state.unsureDirectory = known && at.type !== "directory";
  state.cwd = known ? at.path : undefined;
  return EMPTY;
}

/** `hash -p FILE NAME` makes a name start another file. */
function hash({ args, state, analysis, source }: Call): Stream {
  const renames = args.some((arg) => /^-\w*p/.test(arg.text ?? "-p"));
  return unknownWhen(renames, state, analysis, source);
}

function popDirectory({ state }: Call): Stream {
  state.cwd = undefined;
  return EMPTY;
}

function unalias({ args, state }: Call): Stream {
  for (const arg of args) state.aliases.delete(arg.text ?? "");
  return EMPTY;
}

function shift({ args, state }: Call): Stream {
  state.args = state.args.slice(Number(args[0]?.text ?? 1) || 1);
  return EMPTY;
}

function declare({ name, args, state, analysis }: Call): Stream {
  if (
    name !== "local" &&
    (args.length === 0 ||
      args.some((arg) => /^-\w*p/.test(arg.text ?? "")) ||
      (args.length === 1 && /^-\w*[xfFaAir]/.test(args[0]?.text ?? "")))
  )
    return OPAQUE;
  for (const arg of args) {
    const match = /^([A-Za-z_]\w*)(\+?)=/.exec(arg.text ?? arg.prefix);
    if (!match?.[1]) continue;
    const cut = match[0].length;
    const value: Word = {
      ...arg,
      text: arg.text?.slice(cut),
      prefix: arg.prefix.slice(cut),
      source: arg.source.slice(cut),
    };
    state.variables.set(match[1], [match[2] === "+" ? { ...value, text: undefined } : value]);
    judgeVariable(match[1], value, state, analysis);
  }
  return EMPTY;
}

function unset({ args, state }: Call): Stream {
  for (const arg of args) {
    if (arg.text === undefined || arg.text.startsWith("-")) continue;
    state.variables.set(arg.text, [literal("")]);
    state.functions.delete(arg.text);
  }
  return EMPTY;
}

function alias({ args, state }: Call): Stream {
  if (args.every((arg) => arg.text === "-p")) return OPAQUE;
  for (const arg of args) {
    const [, name, text] = /^([^=]+)=([\s\S]*)$/.exec(arg.text ?? "") ?? [];
    if (name !== undefined && text !== undefined) state.aliases.set(name.replace(/^-\w\s*/, ""), text);
  }
  return EMPTY;
}

function evaluate({ args, state, analysis, source }: Call): Stream {
  if (args.some((arg) => arg.text === undefined)) {
    const ordinary = isShellSetup(source);
    if (!ordinary)
      analysis.effects.push(unknownEffect(sceneFor(state, analysis), "shell.text", source, source));
    return OPAQUE;
  }
  state.unsureDirectory = false;
  return walkText(args.map((arg) => arg.text).join(" "), { ...state, depth: state.depth + 1 }, analysis);
}

/** Initialisation lines that tools print for the shell to evaluate; their programs were judged already. */
const SETUP =
  /^eval\s+"?\$\((ssh-agent( -s)?|brew shellenv|\S*\/brew shellenv|direnv (hook|export) \w+|(pyenv|rbenv|nodenv|jenv|goenv) init\s*-?( -)?( \w+)?|fnm env[\w\s-]*|mise activate \w+|starship init \w+|zoxide init \w+|opam env|conda [\w.]* ?shell\.\w+ hook|minikube( -p \w+)? docker-env|luarocks path|dircolors[\w\s./-]*|thefuck --alias|register-python-argcomplete \w+|_\w+_COMPLETE=\w+ \w+)\)"?$/;

function isShellSetup(source: string): boolean {
  return SETUP.test(source.trim());
}

/** Files that set up a shell for a project; sourcing them is how one starts to work. */
const SETUP_FILE =
  /(^|\/)(activate(\.\w+)?|nvm\.sh|\.nvm\/nvm\.sh|cargo\/env|\.cargo\/env|conda\.sh|\.bashrc|\.bash_profile|\.profile|\.zshrc|asdf\.sh|sdkman-init\.sh|setup\.(ba|z)?sh|emsdk_env\.sh|export\.sh|rvm|completion\.bash|\.env|\.envrc|\.env\.\w+)$/;

function source(call: Call): Stream {
  const [file, ...args] = call.args;
  if (!file) return EMPTY;
  if (isSetupFile(file, call)) return EMPTY;
  const { state, analysis } = call;
  const inner = copyState(state);
  const output = followScript(file, "shell", args.length > 0 ? args : state.args, inner, analysis);
  for (const [name, value] of inner.variables) state.variables.set(name, value);
  for (const [name, body] of inner.functions) state.functions.set(name, body);
  return output;
}

/** Set-up files in a person's own folders, where tools put them; writing there is a question of its own. */
const PERSONAL_SETUP =
  /\/(\.nvm\/nvm\.sh|\.cargo\/env|\.asdf\/asdf\.sh|\.sdkman\/bin\/sdkman-init\.sh|\.rvm\/scripts\/rvm|\.(bashrc|bash_profile|profile|zshrc)|(mini|ana|mamba)?(conda|forge)3?\/(bin\/activate|etc\/profile\.d\/conda\.sh))$/;

/**
 * True for a set-up file that is not read: one of the system's, one that a tool put into the person's own folders, a
 * secret one (at least an effect), or one that is not there yet. Any other is followed like a script: what a file is
 * called says nothing of what is in it.
 */
function isSetupFile(file: Word, { state, analysis, source }: Call): boolean {
  if (file.text === undefined || !SETUP_FILE.test(file.text)) return false;
  const scene = sceneFor(state, analysis);
  const at = locate(file, scene);
  if (analysis.written.has(at.path) || at.area === "temporary") return false;
  if (at.secret) analysis.effects.push(...placedFileEffects("read", at, scene, { by: source }));
  if (at.secret || at.area === "system") return true;
  return at.type === "absent" || (at.area === "home" && PERSONAL_SETUP.test(at.path));
}

function command(call: Call): Stream {
  const options = parseOptions(call.args, { stopAtOperand: true });
  if (options.has("-v", "-V")) return TAME;
  return handOn(call, options.operands);
}

function setParameters({ args, state }: Call): Stream {
  if (args.length === 0) return OPAQUE;
  const at = args.findIndex((arg) => arg.text === "--");
  if (at >= 0) {
    state.args = args.slice(at + 1);
    state.argsKnown = true;
  } else if (args[0]?.text !== undefined && !/^[-+]/.test(args[0].text)) state.args = args;
  return EMPTY;
}

function trap({ args, state, analysis, source }: Call): Stream {
  const [action] = parseOptions(args).operands;
  if (action?.text === undefined) return unknownWhen(action !== undefined, state, analysis, source);
  if (args.length > 1 && action.text !== "-" && action.text !== "") {
    walkText(action.text, copyState(state, { depth: state.depth + 1 }), analysis);
  }
  return EMPTY;
}

function readVariables({ args, state }: Call): Stream {
  const options = parseOptions(args, {
    values: ["-p", "-d", "-n", "-N", "-t", "-u", "-i", "-a", "-O", "-s", "-C", "-c"],
  });
  const names = [...options.operands, ...options.values("-a")];
  const value = lineWord(state.stdin, "a line read");
  for (const name of names) if (name.text !== undefined) state.variables.set(name.text, [value]);
  if (names.length === 0) state.variables.set("REPLY", [value]);
  return EMPTY;
}

function print({ args, state, analysis }: Call): Stream {
  if (args[0]?.text === "-v" && args[1]?.text !== undefined) {
    const output = printfText(args.slice(2));
    const text = output.kind === "text" ? output.text : undefined;
    const word: Word = {
      text,
      source: `$${args[1].text}`,
      prefix: text ?? "",
      suffix: "",
      tame: false,
      glob: false,
    };
    state.variables.set(args[1].text, [word]);
    judgeVariable(args[1].text, word, state, analysis);
    return EMPTY;
  }
  return printfText(args);
}
