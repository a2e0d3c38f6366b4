import type { Command, Finding, Scene, SceneChange, Word } from "../analyzer.ts";
import { unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { cutWord, literal } from "../options.ts";
import { judgeGivenSetting } from "./config-keys.ts";

/** One value given for this call only: `-c key=value`. Keys are lower case where git ignores the case. */
export interface GivenSetting {
  readonly key: string;
  /** `undefined` when it cannot be told ahead. */
  readonly value: string | undefined;
}

/** A call of git after its global options: what handlers of subcommands get. */
export interface Git {
  readonly command: Command;
  /** As seen from the directory that `-C` names. */
  readonly scene: Scene;
  readonly subcommand: string;
  readonly args: readonly Word[];
  readonly given: readonly GivenSetting[];
  readonly gitDirectory: Word | undefined;
  readonly workTree: Word | undefined;
}

export type Handler = (git: Git) => Finding;

export interface Invocation {
  /** Missing when git only prints something about itself, or the subcommand cannot be told. */
  readonly git?: Git;
  /** What the global options do by themselves. */
  readonly finding: Finding;
}

const FLAGS = new Set([
  "-p",
  "--paginate",
  "-P",
  "--no-pager",
  "--no-replace-objects",
  "--no-lazy-fetch",
  "--no-optional-locks",
  "--no-advice",
  "--bare",
  "--literal-pathspecs",
  "--no-literal-pathspecs",
  "--glob-pathspecs",
  "--noglob-pathspecs",
  "--icase-pathspecs",
]);
const PRINTS = new Set([
  "-v",
  "--version",
  "-h",
  "--help",
  "--html-path",
  "--man-path",
  "--info-path",
  "--exec-path",
]);
const VALUES = new Set([
  "-C",
  "-c",
  "--git-dir",
  "--work-tree",
  "--namespace",
  "--super-prefix",
  "--config-env",
  "--attr-source",
  "--shallow-file",
]);

/**
 * Reads git's own options up to the subcommand (git.c, `handle_options`): they are not bundled, `-c` and `-C`
 * take the next word, the others also `--name=value`.
 */
export function readInvocation(command: Command, scene: Scene): Invocation {
  const dashed = /^git-(.+)$/.exec(command.program)?.[1];
  const start: Reading = { scene, effects: [], given: [], gitDirectory: undefined, workTree: undefined };
  if (dashed !== undefined) return invoked(command, start, literal(dashed), command.args);
  let reading = start;
  let at = 0;
  while (at < command.args.length) {
    const word = command.args[at] as Word;
    const text = word.text ?? word.prefix;
    if (!text.startsWith("-")) return invoked(command, reading, word, command.args.slice(at + 1));
    if (FLAGS.has(text)) {
      at++;
      continue;
    }
    if (PRINTS.has(text) || text.startsWith("--list-cmds=")) return { finding: { effects: reading.effects } };
    const split = splitOption(word, text, command.args[at + 1]);
    if (split === undefined) return notRead(command, reading, word);
    reading = apply(reading, split, command);
    at += split.width;
  }
  return { finding: { effects: reading.effects } };
}

interface Reading {
  readonly scene: Scene;
  readonly effects: Finding["effects"];
  readonly given: readonly GivenSetting[];
  readonly gitDirectory: Word | undefined;
  readonly workTree: Word | undefined;
}

interface Split {
  readonly name: string;
  readonly value: Word;
  readonly width: number;
}

function splitOption(word: Word, text: string, next: Word | undefined): Split | undefined {
  if (VALUES.has(text) && word.text !== undefined) return next && { name: text, value: next, width: 2 };
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  if (equals < 0 || !(name === "--exec-path" || (name.startsWith("--") && VALUES.has(name))))
    return undefined;
  return { name, value: cutWord(word, equals + 1), width: 1 };
}

function apply(reading: Reading, option: Split, command: Command): Reading {
  const { scene } = reading;
  switch (option.name) {
    case "-C":
      return { ...reading, scene: within(scene, option.value) };
    case "--git-dir":
      return { ...reading, gitDirectory: option.value };
    case "--work-tree":
      return { ...reading, workTree: option.value };
    case "--exec-path":
      return withEffects(reading, [
        unknownEffect(scene, "program", `git programs of ${option.value.source}`, command.source),
      ]);
    case "-c":
    case "--config-env":
      return applySetting(reading, option, command);
    default:
      return reading;
  }
}

function applySetting(reading: Reading, option: Split, command: Command): Reading {
  const { scene } = reading;
  const text = option.value.text ?? option.value.prefix;
  const equals = option.name === "-c" ? text.indexOf("=") : text.lastIndexOf("=");
  if (equals < 0 && option.value.text === undefined) {
    return withEffects(reading, [unknownEffect(scene, "git.config", option.value.source, command.source)]);
  }
  const key = settingKey(equals < 0 ? text : text.slice(0, equals));
  const rest = equals < 0 ? literal("true") : cutWord(option.value, equals + 1);
  const value =
    option.name === "-c" ? rest.text : rest.text === undefined ? undefined : scene.variable(rest.text);
  const given = [...reading.given, { key, value }];
  return withEffects({ ...reading, given }, judgeGivenSetting(scene, key, value, command.source).effects);
}

/** Section and name of a key are without case, what stands between the first and the last dot is not. */
export function settingKey(key: string): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

function withEffects(reading: Reading, effects: Finding["effects"]): Reading {
  return { ...reading, effects: [...reading.effects, ...effects] };
}

function invoked(command: Command, reading: Reading, name: Word, args: readonly Word[]): Invocation {
  if (name.text === undefined) return notRead(command, reading, name);
  const { scene, given, gitDirectory, workTree, effects } = reading;
  return {
    git: { command, scene, subcommand: name.text, args, given, gitDirectory, workTree },
    finding: { effects },
  };
}

function notRead(command: Command, reading: Reading, word: Word): Invocation {
  const unknown = unknownEffect(reading.scene, "program", `git ${word.source}`, command.source);
  return { finding: { effects: [...reading.effects, unknown] } };
}

/** The same scene seen from another directory, which a word names. */
export function within(scene: Scene, directory: Word): Scene {
  const at = locate(directory, scene);
  return inDirectory(scene, at.certain && at.area !== "remote" && at.area !== "sink" ? at.path : undefined);
}

/** The same scene with another working directory; `undefined` when it cannot be told. */
export function inDirectory(scene: Scene, cwd: string | undefined): Scene {
  const change = (more: SceneChange | undefined): SceneChange => ({ cwd, ...more });
  return {
    setting: scene.setting,
    cwd,
    place: scene.place,
    privileged: scene.privileged,
    need: (need) => scene.need(need),
    isForeign: (path) => scene.isForeign(path),
    variable: (name) => scene.variable(name),
    argv: (words, more) => scene.argv(words, change(more)),
    shell: (text, more) => scene.shell(text, change(more)),
    code: (language, text, more) => scene.code(language, text, change(more)),
    script: (path, language, args) => scene.script(absolute(path, cwd), language, args),
  };
}

function absolute(path: Word, cwd: string | undefined): Word {
  if (path.text === undefined || path.text.startsWith("/") || cwd === undefined) return path;
  return literal(`${cwd}/${path.text}`);
}
