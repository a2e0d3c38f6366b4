import type { HereDoc, Redirection } from "unbash";
import type { Stream, Word } from "../analyzer.ts";
import { fileEffects } from "../effects.ts";
import { locate } from "../locate.ts";
import { sceneFor } from "./dispatch.ts";
import { expandParts, expandSingle } from "./expand.ts";
import { type Analysis, EMPTY, lookUp, OPAQUE, type ShellState } from "./state.ts";
import type { Walk } from "./walk.ts";

/** What the redirections of a command connect. */
export interface Plumbing {
  readonly stdin: Stream | undefined;
  /** Absolute paths that get the standard output, with whether they are appended to. */
  readonly outputs: readonly { readonly path: string; readonly append: boolean }[];
}

/** Judges redirections in order: writes are effects, reads of secrets too. */
export function openRedirections(redirects: readonly Redirection[], state: ShellState, walk: Walk): Plumbing {
  let stdin: Stream | undefined;
  const outputs: { path: string; append: boolean }[] = [];
  for (const redirect of redirects) {
    if (redirect.type === "HereDoc") stdin = hereDocument(redirect, state, walk);
    else if (redirect.type === "HereString") {
      const text = redirect.target ? expandSingle(redirect.target, state, walk).text : undefined;
      stdin = text === undefined ? OPAQUE : { kind: "text", text: `${text}\n` };
    } else if (redirect.target && !isDescriptor(redirect.operator, redirect.target.value)) {
      const target = expandSingle(redirect.target, state, walk);
      if (redirect.operator === "<") stdin = readFrom(target, state, walk.analysis);
      else {
        const path = writeTo(target, redirect.operator, state, walk.analysis);
        const descriptor = redirect.descriptor?.type === "FileDescriptor" ? redirect.descriptor.value : 1;
        if (descriptor === 1) outputs.push({ path, append: redirect.operator.includes(">>") });
      }
    }
  }
  return { stdin, outputs };
}

function isDescriptor(operator: string, target: string): boolean {
  return (operator === ">&" || operator === "<&") && /^(\d+-?|-)$/.test(target);
}

function hereDocument(redirect: HereDoc, state: ShellState, walk: Walk): Stream {
  if (redirect.delimiter?.quoted) return { kind: "text", text: redirect.body.text };
  const word = expandParts(redirect.body.parts, redirect.body.text, state, walk);
  return word.text === undefined ? OPAQUE : { kind: "text", text: word.text };
}

function readFrom(target: Word, state: ShellState, analysis: Analysis): Stream {
  const scene = sceneFor(state, analysis);
  analysis.effects.push(...fileEffects("read", target, scene, { by: `< ${target.source}` }));
  return textOfFile(target, state, analysis);
}

/** The text of a file as a stream: written earlier on the line, or a fact. */
export function textOfFile(target: Word, state: ShellState, analysis: Analysis): Stream {
  if (target.text === undefined) return OPAQUE;
  const stream = analysis.streams.get(target.text);
  if (stream) return stream;
  const at = locate(target, sceneFor(state, analysis));
  if (at.area === "sink") return EMPTY;
  if (analysis.written.has(at.path)) {
    const text = analysis.written.get(at.path);
    return text === undefined ? OPAQUE : { kind: "text", text };
  }
  if (at.area === "remote" || at.secret) return OPAQUE;
  const fact = lookUp(analysis, { kind: "text", path: at.path });
  return fact?.text === undefined ? OPAQUE : { kind: "text", text: fact.text };
}

function writeTo(target: Word, operator: string, state: ShellState, analysis: Analysis): string {
  const scene = sceneFor(state, analysis);
  analysis.effects.push(...fileEffects("change", target, scene, { by: `${operator} ${target.source}` }));
  return target.text === undefined ? "" : locate(target, scene).path;
}

/** Remembers what a command wrote into files; what is left of its output flows on. */
export function recordOutput(plumbing: Plumbing, output: Stream, walk: Walk): Stream {
  const { written } = walk.analysis;
  for (const { path, append } of plumbing.outputs) {
    const before = append ? written.get(path) : "";
    const known = output.kind === "text" && before !== undefined ? before + output.text : undefined;
    if (path !== "") written.set(path, output.kind === "none" && !append ? "" : known);
  }
  return plumbing.outputs.length > 0 ? EMPTY : output;
}
