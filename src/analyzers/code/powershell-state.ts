import { describeEffect, type Effect, type Mark } from "../../core/effect.ts";
import type { Finding, Scene, Word } from "../analyzer.ts";
import { unknownEffect } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import type { PsStatement } from "./powershell-syntax.ts";
import { joinWords } from "./values.ts";

/** What is known of a value in a PowerShell script. */
export type PsValue =
  | { readonly kind: "text"; readonly word: Word }
  | { readonly kind: "list"; readonly items: readonly PsValue[]; readonly open: boolean }
  | { readonly kind: "hash"; readonly entries: ReadonlyMap<string, PsValue> }
  | { readonly kind: "block"; readonly body: readonly PsStatement[] }
  /** A file or folder, by its path; a process, a service, a resource of a cloud, by what it is. */
  | { readonly kind: "item"; readonly of: string; readonly at: Word }
  | { readonly kind: "plain" }
  | { readonly kind: "remote" }
  | { readonly kind: "unknown" };

export const PLAIN: PsValue = { kind: "plain" };
export const UNKNOWN: PsValue = { kind: "unknown" };
export const REMOTE: PsValue = { kind: "remote" };

/** The state of reading one script. */
export interface PsState {
  scene: Scene;
  readonly effects: Map<string, Effect>;
  readonly variables: Map<string, PsValue>;
  readonly functions: Map<
    string,
    { readonly parameters: readonly string[]; readonly body: readonly PsStatement[] }
  >;
  readonly aliases: Map<string, string>;
  /** What flows in through the pipeline: `$_`, `$input`. */
  input: PsValue;
  /** Files written from what was downloaded. */
  readonly downloaded: Set<string>;
  steps: number;
  depth: number;
  conditional: number;
}

export function note(state: PsState, effects: readonly Effect[]): void {
  for (const one of effects) state.effects.set(`${describeEffect(one)} ${one.marks.join()}`, one);
}

export function noteFinding(state: PsState, finding: Finding): void {
  note(state, finding.effects);
}

export function noteUnknown(state: PsState, what: string, source: string, marks: readonly Mark[] = []): void {
  note(state, [unknownEffect(state.scene, "powershell", what, source, marks)]);
}

export function textValue(text: string): PsValue {
  return { kind: "text", word: literal(text) };
}

export function knownText(value: PsValue | undefined): string | undefined {
  if (value?.kind === "text") return value.word.text;
  return value?.kind === "item" ? value.at.text : undefined;
}

/** The words that a value is as arguments: a list is several. */
export function wordsOf(value: PsValue, source: string): readonly Word[] {
  if (value.kind === "text") return [value.word];
  if (value.kind === "item") return [value.at];
  if (value.kind === "list")
    return [
      ...value.items.flatMap((item) => wordsOf(item, source)),
      ...(value.open && value.items.length === 0 ? [unknownWord(source)] : []),
    ];
  return [unknownWord(source)];
}

export function wordOf(value: PsValue, source: string): Word {
  const words = wordsOf(value, source);
  return words.length === 1
    ? (words[0] as Word)
    : words.length > 1 && words.every((word) => word.text !== undefined)
      ? joinWords(words.flatMap((word, index) => (index === 0 ? [word] : [literal(" "), word])))
      : unknownWord(source);
}

/** Any one element of what flows through a pipeline. */
export function elementOf(value: PsValue): PsValue {
  if (value.kind !== "list") return value;
  return value.items.length === 1 ? (value.items[0] as PsValue) : value.items.length === 0 ? PLAIN : UNKNOWN;
}

/** The elements, one by one, when there are few and all are known. */
export function elementsOf(value: PsValue): readonly PsValue[] {
  if (value.kind !== "list") return [value];
  return value.items.length <= 40 && value.items.length > 0 ? value.items : [elementOf(value)];
}

/** A path as the rest of the program has it: backslashes of relative paths are slashes, `~` is home. */
export function pathWord(word: Word, state: PsState): Word {
  const { home } = state.scene.setting;
  const change = (text: string) => {
    const plain = text.replace(/^(Microsoft\.PowerShell\.Core\\)?FileSystem::/i, "");
    if (/^[a-z]\w*:|^registry::|^hkey_/i.test(plain)) return plain;
    const slashed = plain.replaceAll("\\", "/");
    return slashed.replace(/^~(?=\/|$)/, home);
  };
  const text = word.text === undefined ? undefined : change(word.text);
  return {
    ...word,
    text,
    prefix: text ?? change(word.prefix),
    suffix: word.suffix.replaceAll("\\", "/"),
    glob: word.glob || /[*?]/.test(text ?? ""),
  };
}
