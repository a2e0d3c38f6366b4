import type { Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { normalizePath } from "../locate.ts";
import { literal, unknownWord } from "../options.ts";
import { judgeBuiltin } from "./cmd-builtins.ts";
import { type CmdCommand, readCmd } from "./cmd-tokens.ts";
import { collapseEffects } from "./collapse.ts";
import type { Origin } from "./walk.ts";
import { windowsPath } from "./windows-path.ts";

const MAX_LENGTH = 128 * 1024;
const MAX_COMMANDS = 2_000;

/** The state of reading a batch text in order. */
export interface CmdState {
  scene: Scene;
  readonly variables: Map<string, string | undefined>;
  commands: number;
}

/** Tells the effects of a text for cmd.exe (`cmd /c`, a batch file) without running it. */
export function judgeCmd(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  if (text.length > MAX_LENGTH)
    return found([
      unknownEffect(scene, "code", `cmd (longer than ${MAX_LENGTH} characters)`, text.slice(0, 100), [
        "bound",
      ]),
    ]);
  const state: CmdState = { scene, variables: new Map(), commands: 0 };
  const finding = judgeLines(text, state);
  return found(collapseEffects(finding.effects, origin, scene, "cmd", text), {
    kind: "opaque",
    remote: false,
    tame: false,
  });
}

function judgeLines(text: string, state: CmdState): Finding {
  const commands = readCmd(text);
  if (!commands) return found([unknownEffect(state.scene, "code", "cmd that cannot be read", text)]);
  return combine(...commands.map((command) => judgeCommand(command, state)));
}

function judgeCommand(command: CmdCommand, state: CmdState): Finding {
  if (++state.commands > MAX_COMMANDS)
    return found([
      unknownEffect(state.scene, "code", `cmd (more than ${MAX_COMMANDS} commands)`, "", ["bound"]),
    ]);
  const words = command.words.map((word) => expand(word, state));
  const writes = command.redirections.map(({ operator, target }) =>
    found(
      fileEffects(operator === "<" ? "read" : "change", windowsPath(expand(target, state)), state.scene, {
        by: command.source,
      }),
    ),
  );
  const finding = judgeWords(words, command.source, state);
  return { ...combine(finding, ...writes), ...(finding.output ? { output: finding.output } : {}) };
}

/** Judges one command by its words. */
function judgeWords(words: readonly Word[], source: string, state: CmdState): Finding {
  const [first, ...args] = words;
  if (!first) return NOTHING;
  if (first.text === undefined) return found([unknownEffect(state.scene, "program", first.source, source)]);
  const name = first.text
    .toLowerCase()
    .replace(/^@+/, "")
    .replace(/\.(exe|com)$/, "");
  switch (name) {
    case "if":
      return judgeIf(args, source, state);
    case "for":
      return judgeFor(args, source, state);
    case "call":
    case "start":
      return judgeStart(name, args, source, state);
    case "set":
      return setVariable(args, state);
    case "cd":
    case "chdir":
    case "pushd":
      return changeDirectory(args, state);
    default:
      return judgeBuiltin(name, args, source, state.scene) ?? judgeProgram(first, args, state);
  }
}

function judgeProgram(first: Word, args: readonly Word[], state: CmdState): Finding {
  const path = windowsPath(first);
  const change = { cwd: state.scene.cwd, variables: state.variables };
  if (/\.(bat|cmd)$/i.test(path.text ?? "") && !/(gradlew\.bat|mvnw\.cmd)$/i.test(path.text ?? ""))
    return state.scene.script(path, "cmd", args);
  if (/\.ps1$/i.test(path.text ?? "")) return state.scene.script(path, "powershell", args);
  const program = /^[a-z]:\//i.test((path.text ?? "").replaceAll("\\", "/"))
    ? literal((path.text ?? "").split(/[\\/]/).at(-1) ?? "")
    : path;
  return state.scene.argv([literal((program.text ?? "").replace(/\.(exe|com)$/i, "")), ...args], change);
}

/** `if [not] exist X CMD`, `if [not] "a"=="b" CMD`, `if errorlevel 1 CMD`, with an `else`. */
function judgeIf(args: readonly Word[], source: string, state: CmdState): Finding {
  let at = 0;
  while (/^(\/i|not)$/i.test(args[at]?.text ?? "")) at++;
  const kind = (args[at]?.text ?? "").toLowerCase();
  if (/^(exist|errorlevel|defined|cmdextversion)$/.test(kind)) at += 2;
  else if (args[at]?.source.includes("==")) at += /==$/.test(args[at]?.source ?? "") ? 2 : 1;
  else if (/^(==|equ|neq|lss|leq|gtr|geq)$/i.test(args[at + 1]?.source ?? "")) at += 3;
  else if (args[at + 1]?.source.startsWith("==")) at += 2;
  else return found([unknownEffect(state.scene, "code", "cmd if", source)]);
  const rest = args.slice(at);
  const other = rest.findIndex((word) => word.text?.toLowerCase() === "else");
  const parts = other < 0 ? [rest] : [rest.slice(0, other), rest.slice(other + 1)];
  return combine(...parts.map((part) => judgeWords(part, source, state)));
}

/** `for %x in (set) do CMD`: the variable is any element of the set, or unknown. */
function judgeFor(args: readonly Word[], source: string, state: CmdState): Finding {
  const texts = args.map((word) => word.source);
  const doAt = texts.findIndex((text) => text.toLowerCase() === "do");
  const inAt = texts.findIndex((text) => text.toLowerCase() === "in");
  if (doAt < 0 || inAt < 1) return found([unknownEffect(state.scene, "code", "cmd for", source)]);
  const variable = texts[inAt - 1] as string;
  const set = texts
    .slice(inAt + 1, doAt)
    .join(" ")
    .replace(/^\(|\)$/g, "");
  const fromCommand = /^['`](.*)['`]$/s.exec(set)?.[1];
  const option = texts[0]?.toLowerCase();
  const body = args.slice(doAt + 1);
  const values =
    fromCommand !== undefined || option === "/f" || option === "/l"
      ? [unknownWord(variable)]
      : set
          .split(/[\s,;]+/)
          .filter((text) => text !== "")
          .map((text) => globWord(option === "/r" ? `./**/${text}` : text));
  const started = fromCommand === undefined ? NOTHING : judgeLines(fromCommand, state);
  return combine(
    started,
    ...values.slice(0, 40).map((value) =>
      judgeWords(
        body.map((word) => replaced(word, variable, value)),
        source,
        state,
      ),
    ),
  );
}

function globWord(text: string): Word {
  return { ...literal(text.replace(/"/g, "")), glob: /[*?]/.test(text) };
}

function replaced(word: Word, variable: string, value: Word): Word {
  const letter = variable.slice(-1);
  const pattern = new RegExp(`%%?(~[a-z]*)?${letter.replace(/[^\w]/g, "")}`, "i");
  if (!pattern.test(word.source)) return word;
  if (value.text === undefined)
    return { ...unknownWord(word.source), prefix: word.source.replace(/%.*$/s, "") };
  return { ...literal(word.source.replace(pattern, value.text).replace(/"/g, "")), glob: value.glob };
}

/** `start "title" /b PROGRAM`, `call FILE`: the program behind title and options. */
function judgeStart(name: string, args: readonly Word[], source: string, state: CmdState): Finding {
  let at = 0;
  if (name === "start" && args[0]?.source.startsWith('"')) at++;
  while (
    name === "start" &&
    /^\/(b|wait|w|min|max|i|low|normal|high|realtime|d.*|abovenormal|belownormal|shared|separate|affinity)$/i.test(
      args[at]?.text ?? "",
    )
  )
    at++;
  const rest = args.slice(at);
  if (rest.length === 0 || /^(https?:|\.$|:)/.test(rest[0]?.text ?? "")) return NOTHING;
  return judgeWords(rest, source, state);
}

function setVariable(args: readonly Word[], state: CmdState): Finding {
  const text = args
    .map((word) => word.source)
    .join(" ")
    .replace(/^"(.*)"$/s, "$1");
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (match)
    state.variables.set(
      (match[1] as string).trim().toUpperCase(),
      /%|!|^\/p/i.test(match[2] ?? "") ? expandText(match[2] ?? "", state) : match[2],
    );
  return NOTHING;
}

function changeDirectory(args: readonly Word[], state: CmdState): Finding {
  const target = args.find((word) => !/^\/d$/i.test(word.text ?? ""));
  if (!target) return NOTHING;
  const path = windowsPath(target).text;
  const from = state.scene.cwd;
  const absolute =
    path === undefined || /^[a-z]:/i.test(path)
      ? undefined
      : path.startsWith("/")
        ? path
        : from === undefined
          ? undefined
          : `${from}/${path}`;
  state.scene = { ...state.scene, cwd: absolute === undefined ? undefined : normalizePath(absolute) };
  return NOTHING;
}

const KNOWN: ReadonlyMap<string, (scene: Scene) => string | undefined> = new Map<
  string,
  (scene: Scene) => string | undefined
>([
  ["USERPROFILE", (scene) => scene.setting.home],
  ["HOMEPATH", (scene) => scene.setting.home],
  ["TEMP", (scene) => scene.setting.temporary[0]],
  ["TMP", (scene) => scene.setting.temporary[0]],
  ["CD", (scene) => scene.cwd],
  ["USERNAME", (scene) => scene.setting.user],
  ["WINDIR", () => "C:\\Windows"],
  ["SYSTEMROOT", () => "C:\\Windows"],
  ["SYSTEMDRIVE", () => "C:"],
  ["PROGRAMFILES", () => "C:\\Program Files"],
  ["PROGRAMDATA", () => "C:\\ProgramData"],
]);

function variableValue(name: string, state: CmdState): string | undefined {
  const upper = name.replace(/:.*$/s, "").toUpperCase();
  if (name.includes(":")) return undefined;
  return state.variables.has(upper)
    ? state.variables.get(upper)
    : (state.scene.variable(upper) ?? KNOWN.get(upper)?.(state.scene));
}

/** A text with its variables in place; `undefined` when one of them is not known. */
function expandText(text: string, state: CmdState): string | undefined {
  let known = true;
  const out = text.replace(/%([A-Za-z_][^%\s]*)%|!([A-Za-z_]\w*)!/g, (_, percent?: string, late?: string) => {
    const value = variableValue(percent ?? late ?? "", state);
    known &&= value !== undefined;
    return value ?? "";
  });
  return known && !/%[~*\d]/.test(out) ? out : undefined;
}

/** A word with variables in place and its quotes gone. */
function expand(typed: string, state: CmdState): Word {
  const text = expandText(typed, state);
  const bare = (text ?? typed).replace(/"/g, "");
  if (text !== undefined) return { ...literal(bare), source: typed, glob: /[*?]/.test(bare) };
  const prefix = typed.replace(/"/g, "").replace(/[%!].*$/s, "");
  const suffix = typed.replace(/"/g, "").replace(/^.*[%!]/s, "");
  return { ...unknownWord(typed), prefix, suffix };
}
