import type { Effect } from "../../core/effect.ts";
import type { CodeLanguage, Stream, Word } from "../analyzer.ts";
import { effect, fileEffects, unknownEffect } from "../effects.ts";
import { type Location, locate } from "../locate.ts";
import { isForeign } from "./changes.ts";
import { judgeText, sceneFor } from "./dispatch.ts";
import { type Analysis, copyState, lookUp, OPAQUE, type ShellState } from "./state.ts";
import { walkText } from "./walk.ts";

/**
 * Follows a script file: its text is a fact that is fetched and judged. The project's own code that cannot be
 * read is an effect of its own; anything else that cannot be read is unknown.
 */
export function followScript(
  path: Word,
  language: CodeLanguage | undefined,
  args: readonly Word[],
  state: ShellState,
  analysis: Analysis,
): Stream {
  const by = [path, ...args].map((word) => word.source).join(" ");
  const scene = sceneFor(state, analysis);
  if (path.text === undefined || path.glob || state.place.host !== undefined)
    return unread("script", path.source, by, state, analysis);
  const stream =
    path.text === "-" || path.text === "/dev/stdin" ? state.stdin : analysis.streams.get(path.text);
  if (stream) return runStream(stream, language ?? "shell", args, path.source, state, analysis);
  const at = locate(path, scene);
  analysis.effects.push(...fileEffects("read", path, scene, { by }));
  const known = analysis.written.get(at.path);
  if (known !== undefined)
    return runText(known, language ?? languageOf(at.path, known), args, by, at, state, analysis);
  if (analysis.written.has(at.path)) return unread("script", at.shown, by, state, analysis);
  const fact = lookUp(analysis, { kind: "text", path: at.path });
  if (fact?.text !== undefined)
    return runText(fact.text, language ?? languageOf(at.path, fact.text), args, by, at, state, analysis);
  return fact === undefined
    ? unread("script", at.shown, by, state, analysis)
    : unreadable(at, by, state, analysis);
}

/** Runs what flows in as a script: known text is judged, what came over the network is foreign code. */
export function runStream(
  stream: Stream,
  language: CodeLanguage,
  args: readonly Word[],
  name: string,
  state: ShellState,
  analysis: Analysis,
): Stream {
  if (stream.kind === "none") return { kind: "none" };
  if (stream.kind === "text") return runText(stream.text, language, args, name, undefined, state, analysis);
  const marks = stream.kind === "opaque" && stream.remote ? (["foreign-code"] as const) : [];
  analysis.effects.push(
    unknownEffect(sceneFor(state, analysis), "script", `${language} from a pipe`, name, marks),
  );
  return OPAQUE;
}

function runText(
  text: string,
  language: CodeLanguage,
  args: readonly Word[],
  by: string,
  at: Location | undefined,
  state: ShellState,
  analysis: Analysis,
): Stream {
  const inner = copyState(state, {
    args,
    argsKnown: true,
    depth: state.depth + 1,
    ...(at ? { stdin: OPAQUE } : {}),
  });
  if (language === "shell") return walkText(text, inner, analysis);
  const origin = at?.area === "workspace" || at?.area === "temporary" ? "script" : "inline";
  const finding = judgeText(language, text, inner, analysis, origin);
  analysis.effects.push(...finding.effects.map((one): Effect => (one.by === "" ? { ...one, by } : one)));
  return finding.output ?? OPAQUE;
}

function unread(kind: string, name: string, by: string, state: ShellState, analysis: Analysis): Stream {
  analysis.effects.push(unknownEffect(sceneFor(state, analysis), kind, name, by));
  return OPAQUE;
}

/** Words in a name that promise more than everyday work; without the text, the name is all there is. */
const RISKY_NAME =
  /(^|[^a-z])(deploy|destroy|drop|reset|wipe|purge|nuke|teardown|tear-down|publish|release|prod|production|rollback|delete|remove|uninstall|seed|truncate|migrate|terminate|cleanup-?all|decommission)([^a-z]|$)/i;

/** True when a name alone is reason to ask, because what it names could not be read. */
export function hasRiskyName(name: string): boolean {
  return RISKY_NAME.test(name);
}

function unreadable(at: Location, by: string, state: ShellState, analysis: Analysis): Stream {
  const scene = sceneFor(state, analysis);
  if (isForeign(at.path, analysis)) {
    analysis.effects.push(unknownEffect(scene, "script", at.shown, by, ["foreign-code"]));
    return OPAQUE;
  }
  const ours = at.area === "workspace" || (at.area === "temporary" && at.type === "absent");
  if (!ours || hasRiskyName(at.shown)) return unread("script", at.shown, by, state, analysis);
  analysis.effects.push(workspaceCode(at.shown, by, scene.setting.restorable));
  return OPAQUE;
}

/** The effect of running the project's own code, whose effects are known only afterwards. */
export function workspaceCode(name: string, by: string, restorable: boolean): Effect {
  return effect({
    verb: "execute",
    kind: "workspace-code",
    name,
    environment: "workspace",
    reversibility: "R1",
    wayBack: restorable ? "restore-point" : "none",
    count: null,
    certain: false,
    marks: ["workspace-code"],
    by,
  });
}

const BY_EXTENSION: Readonly<Record<string, CodeLanguage>> = {
  py: "python",
  pyw: "python",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "javascript",
  mts: "javascript",
  rb: "ruby",
  pl: "perl",
  php: "php",
  ps1: "powershell",
  bat: "cmd",
  cmd: "cmd",
};

const BY_INTERPRETER: readonly (readonly [RegExp, CodeLanguage])[] = [
  [/\b(python[\d.]*|pypy3?|uv)\b/, "python"],
  [/\b(node|nodejs|deno|bun|tsx|ts-node|zx)\b/, "javascript"],
  [/\bruby\b/, "ruby"],
  [/\bperl\b/, "perl"],
  [/\bphp\b/, "php"],
  [/\b(pwsh|powershell)\b/, "powershell"],
];

/** The language of a script: its first line decides, then its name, then the shell's own rule. */
export function languageOf(path: string, text: string): CodeLanguage {
  const shebang = /^#![^\n]*/.exec(text)?.[0];
  const interpreter = shebang && BY_INTERPRETER.find(([pattern]) => pattern.test(shebang));
  if (interpreter) return interpreter[1];
  if (shebang) return "shell";
  return BY_EXTENSION[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ""] ?? "shell";
}
