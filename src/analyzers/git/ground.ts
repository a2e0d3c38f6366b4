import type { Effect, Environment, Mark, Reversibility, Verb, WayBack } from "../../core/effect.ts";
import type { Finding, Word } from "../analyzer.ts";
import { effect, found, unknownEffect } from "../effects.ts";
import { type Location, locate } from "../locate.ts";
import { literal, type Options } from "../options.ts";
import type { Git } from "./invocation.ts";

/** Where a git call acts: the stricter of its work tree and its git directory. */
export interface Ground {
  readonly environment: Environment;
  readonly shown: string;
  readonly marks: readonly Mark[];
  /** `restore-point`: ours brings everything back. `throw-away`: a temporary folder. `none`: only what git keeps. */
  readonly keeps: "restore-point" | "throw-away" | "none";
  readonly certain: boolean;
}

/** The ground of a call. */
export function groundOf(git: Git): Ground {
  const { scene } = git;
  const tree = git.workTree ?? word(scene.variable("GIT_WORK_TREE")) ?? word(given(git, "core.worktree"));
  const folder = git.gitDirectory ?? word(scene.variable("GIT_DIR"));
  const places = [tree ?? literal("."), ...(folder ? [folder] : [])].map((path) => locate(path, scene));
  const strictest = places.find((at) => at.area !== "workspace") ?? places[0] ?? locate(literal("."), scene);
  const marks: Mark[] = [];
  if (["home", "elsewhere", "system", "unknown", "device"].includes(strictest.area)) marks.push("outside");
  if (strictest.area === "system") marks.push("system");
  if (scene.privileged) marks.push("privileged");
  return {
    environment: environmentAt(strictest, git),
    shown:
      strictest.area === "unknown"
        ? "a folder not known ahead"
        : strictest.shown.replace(/(.)\/\.git$/, "$1"),
    marks,
    keeps: keptAt(strictest, git),
    certain: strictest.certain,
  };
}

function environmentAt(at: Location, git: Git): Environment {
  if (at.area === "remote") return git.scene.place.environment;
  return at.area === "workspace" ? "workspace" : "local";
}

function keptAt(at: Location, git: Git): Ground["keeps"] {
  if (at.area === "temporary" || at.area === "cache") return "throw-away";
  return at.area === "workspace" && git.scene.setting.restorable ? "restore-point" : "none";
}

function word(text: string | undefined): Word | undefined {
  return text === undefined || text === "" ? undefined : literal(text);
}

/** The value that `-c` gives a key for this call, the last one wins. */
export function given(git: Git, key: string): string | undefined {
  return git.given.findLast((setting) => setting.key === key)?.value;
}

/**
 * What is lost when it happens. `nothing`: git takes it back with one command. `commits`: commits that only the
 * reflog or a printed hash still names. `content`: what was never committed. `history`: what the reflog and the
 * object store would have brought back.
 */
export type Loss = "nothing" | "commits" | "content" | "history";

export interface LocalParts {
  readonly loss?: Loss;
  readonly count?: number | null;
  readonly certain?: boolean;
  readonly marks?: readonly Mark[];
  readonly advice?: string;
}

/** An effect on the repository where the call acts. */
export function local(git: Git, verb: Verb, kind: string, name: string, parts: LocalParts = {}): Effect {
  const ground = groundOf(git);
  const loss = parts.loss ?? "nothing";
  const marks: Mark[] = [...ground.marks, ...(parts.marks ?? [])];
  if (loss === "history" && ground.keeps !== "throw-away") marks.push("history");
  if (git.scene.place.host !== undefined && loss === "nothing") marks.push("additive");
  const shown =
    name === "."
      ? ground.shown
      : ground.shown === "." || kind === "git.config"
        ? name
        : `${name} in ${ground.shown}`;
  return effect({
    verb,
    kind,
    name: shown,
    environment: ground.environment,
    ...undoOf(loss, ground),
    count: parts.count === undefined ? 1 : parts.count,
    certain: ground.certain && (parts.certain ?? true),
    marks: ground.keeps === "throw-away" ? marks.filter((mark) => mark !== "bulk") : marks,
    by: git.command.source,
    ...(parts.advice === undefined ? {} : { advice: parts.advice }),
  });
}

function undoOf(loss: Loss, ground: Ground): { reversibility: Reversibility; wayBack: WayBack } {
  if (ground.keeps === "restore-point") return { reversibility: "R1", wayBack: "restore-point" };
  if (ground.keeps === "throw-away") return { reversibility: "R1", wayBack: "none" };
  if (loss === "nothing" || loss === "commits") return { reversibility: "R1", wayBack: "provider" };
  return { reversibility: "R4", wayBack: "none" };
}

/** A finding with one effect on the repository. */
export function does(git: Git, verb: Verb, kind: string, name: string, parts: LocalParts = {}): Finding {
  return found([local(git, verb, kind, name, parts)]);
}

/** A piece of the call that git hands to a shell. */
export function judgeText(git: Git, text: Word | undefined): Finding {
  if (text?.text !== undefined) return git.scene.shell(text.text);
  return found([unknownEffect(git.scene, "program", text?.source ?? "missing command", git.command.source)]);
}

/** Several words that git joins with spaces and hands to a shell. */
export function judgeWords(git: Git, words: readonly Word[]): Finding {
  if (words.length === 0) return { effects: [] };
  if (words.length === 1) return judgeText(git, words[0]);
  return git.scene.argv(words);
}

/** True when the call only says what it would do. */
export function isDryRun(options: Options): boolean {
  return options.has("-n", "--dry-run") && !options.has("--no-dry-run");
}

/** The words as typed, for messages. */
export function shownWords(words: readonly Word[]): string {
  return words.map((one) => one.text ?? one.source).join(" ");
}

/** The words after `--`, or `undefined` when there is none. */
export function afterDashes(args: readonly Word[]): readonly Word[] | undefined {
  const at = args.findIndex((one) => one.text === "--");
  return at < 0 ? undefined : args.slice(at + 1);
}

/** The command has a restricted set of actions as its first operand: `stash drop`, `remote add`. */
export function firstAction(args: readonly Word[]): {
  readonly name: string | undefined;
  readonly rest: readonly Word[];
} {
  const at = args.findIndex((one) => !(one.text ?? one.prefix).startsWith("-"));
  if (at < 0) return { name: undefined, rest: args };
  return { name: args[at]?.text, rest: [...args.slice(0, at), ...args.slice(at + 1)] };
}
