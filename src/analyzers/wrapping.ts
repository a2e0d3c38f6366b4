import type { Command, Finding, Scene, SceneChange, Word } from "./analyzer.ts";
import { NOTHING, unknownEffect } from "./effects.ts";
import { type Options, parseOptions } from "./options.ts";

/** How a program that starts another one takes its own arguments. */
export interface WrapperSpec {
  /** Its options with a value. */
  readonly values?: readonly string[];
  /** Its other options. */
  readonly flags?: readonly string[];
  /** How many operands of its own come before the command: one for `timeout 5 CMD`. */
  readonly operands?: number;
  /** Options are words with a single dash (`-t 5` and `-time 5`). */
  readonly singleDash?: boolean;
}

export interface Unwrapped {
  readonly options: Options;
  /** The wrapper's own operands. */
  readonly own: readonly Word[];
  /** The words of the command that is started; empty when there is none. */
  readonly inner: readonly Word[];
  /** Options that are not in the specification: the command may then begin elsewhere. */
  readonly strange: readonly string[];
}

/** Splits the words of a wrapper into its own arguments and the command that it starts. */
export function unwrap(args: readonly Word[], spec: WrapperSpec): Unwrapped {
  const options = parseOptions(args, {
    values: spec.values ?? [],
    stopAtOperand: true,
    ...(spec.singleDash ? { singleDash: true } : {}),
  });
  const known = new Set([...(spec.values ?? []), ...(spec.flags ?? [])]);
  const strange = options.names.filter((name) => !known.has(name));
  const count = spec.operands ?? 0;
  return {
    options,
    own: options.operands.slice(0, count),
    inner: options.operands.slice(count).filter((word, index) => index > 0 || word.text !== "--"),
    strange,
  };
}

/** Judges the command that a wrapper starts; options that nobody knows make the whole uncertain. */
export function judgeInner(
  unwrapped: Unwrapped,
  command: Command,
  scene: Scene,
  change: SceneChange = {},
): Finding {
  const finding = unwrapped.inner.length > 0 ? scene.argv(unwrapped.inner, change) : NOTHING;
  if (unwrapped.strange.length === 0) return finding;
  const name = `${command.program} ${unwrapped.strange.join(" ")}`;
  return { ...finding, effects: [...finding.effects, unknownEffect(scene, "program", name, command.source)] };
}

/** The words of a command from the first word on that stands after `--`. */
export function afterDashes(args: readonly Word[]): readonly Word[] | undefined {
  const at = args.findIndex((arg) => arg.text === "--");
  return at < 0 ? undefined : args.slice(at + 1);
}

/** The text that a shell gets when a program joins its arguments with spaces (`watch`, `ssh`, `parallel`). */
export function joined(words: readonly Word[]): string | undefined {
  return words.every((word) => word.text !== undefined)
    ? words.map((word) => word.text).join(" ")
    : undefined;
}

/**
 * Judges joined words as a shell text. Words that are not known become variables of unknown value, so that
 * the rest is judged; because they could hold any text, they are an unknown effect besides, unless tame.
 */
export function judgeJoined(
  words: readonly Word[],
  command: Command,
  scene: Scene,
  change: SceneChange = {},
): Finding {
  const finding = judgeQuoted(words, scene, change);
  if (words.every((word) => word.text !== undefined || word.tame)) return finding;
  const name = words.map((word) => word.source).join(" ");
  return {
    ...finding,
    effects: [...finding.effects, unknownEffect(scene, "shell.text", name, command.source)],
  };
}

/** As `judgeJoined`, when the words that are not known are quoted where they are put in: they cannot hold more commands. */
export function judgeQuoted(words: readonly Word[], scene: Scene, change: SceneChange = {}): Finding {
  const text = joined(words);
  if (text !== undefined) return scene.shell(text, change);
  const variables = new Map<string, string | undefined>(change.variables ?? []);
  const pieces = words.map((word, index) => {
    if (word.text !== undefined) return word.text;
    variables.set(`UNKNOWN_${index}`, undefined);
    return `${word.prefix}$UNKNOWN_${index}${word.suffix}`;
  });
  return scene.shell(pieces.join(" "), { ...change, variables });
}
