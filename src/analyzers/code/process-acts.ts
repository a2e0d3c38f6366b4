import type { CodeLanguage, SceneChange, Stream, Word } from "../analyzer.ts";
import { isLoopback } from "../environment.ts";
import { normalizePath } from "../locate.ts";
import { machineEffect } from "../machine.ts";
import { unknownWord } from "../options.ts";
import { type At, runCallbacks, valueAt, wordAt } from "./acts.ts";
import { elements, knownText, object, PLAIN, REMOTE, text, UNKNOWN, type Value, wordOf } from "./values.ts";
import { type Act, type Call, hereAs, note, noteFinding, noteUnknown, shellText, type Walk } from "./walk.ts";

/** Starting a file that was downloaded before. */
function noteForeignStart(started: readonly string[], call: Call, walk: Walk): void {
  const ran = [...walk.downloaded].find((path) => started.some((word) => word.includes(path)));
  if (ran !== undefined) noteUnknown(walk, `${ran} (downloaded before)`, call.source, ["foreign-code"]);
}

/** Gives its text argument to the system's shell. */
export function runsShell(at: At): Act {
  return (call, walk) => runShell(valueAt(call, at), call, walk);
}

export function runShell(value: Value | undefined, call: Call, walk: Walk): Value {
  if (value?.kind === "choice") {
    for (const option of value.options) runShell(option, call, walk);
    return PLAIN;
  }
  const given = shellText(wordOf(value, call.source));
  if (!given || value === undefined) {
    noteUnknown(walk, call.name, call.source);
    return PLAIN;
  }
  noteForeignStart([given.text], call, walk);
  const variables = given.variables ? { variables: given.variables } : {};
  return printedBy(
    noteFinding(
      walk,
      walk.scene.shell(given.text, hereAs(walk, { ...circumstances(call, walk), ...variables })),
    ),
  );
}

function printedBy(output: Stream | undefined): Value {
  if (output?.kind === "text") return text(output.text);
  return output?.kind === "opaque" && output.remote ? REMOTE : object("process");
}

/** What is written to the program that is started: `input=`, or a pipe that is filled later. */
function standardInput(call: Call): { readonly stdin?: Stream } {
  const options = call.args.find((value) => value.kind === "map");
  const option = (name: string) =>
    call.named.get(name) ?? (options?.kind === "map" ? options.entries.get(name) : undefined);
  const input = option("input") ?? option("stdin_data");
  const text = knownText(input);
  if (text !== undefined) return { stdin: { kind: "text", text } };
  const piped = input ?? (/\bPIPE\b/.test(call.source) ? option("stdin") : undefined);
  if (!piped) return {};
  return { stdin: { kind: "opaque", remote: piped.kind === "remote", tame: false } };
}

/** Where and with what input the functions that start programs do so. */
function circumstances(call: Call, walk: Walk): SceneChange {
  return { ...directory(call, walk), ...standardInput(call) };
}

/** `cwd=` of the functions that start programs. */
function directory(call: Call, walk: Walk): { readonly cwd?: string | undefined } {
  const options = call.args.find((value) => value.kind === "map");
  const given =
    call.named.get("cwd") ??
    call.named.get("chdir") ??
    (options?.kind === "map" ? options.entries.get("cwd") : undefined);
  if (!given) return {};
  const path = knownText(given);
  if (path === undefined) return { cwd: undefined };
  if (path.startsWith("/")) return { cwd: normalizePath(path) };
  return { cwd: walk.scene.cwd === undefined ? undefined : normalizePath(`${walk.scene.cwd}/${path}`) };
}

/** Starts a program from a list of words. */
export function runWords(values: readonly Value[], open: boolean, call: Call, walk: Walk): Value {
  const words = values.flatMap((value) => pathWordsOfArguments(value, call.source));
  if (words.length === 0 || words[0]?.text === undefined) {
    noteUnknown(walk, call.name, call.source);
    return PLAIN;
  }
  noteForeignStart(
    words.map((word) => word.text ?? ""),
    call,
    walk,
  );
  const all = open ? [...words, unknownWord("…")] : words;
  return printedBy(noteFinding(walk, walk.scene.argv(all, hereAs(walk, circumstances(call, walk)))));
}

function pathWordsOfArguments(value: Value, source: string): readonly Word[] {
  const items = value.kind === "list" ? elements(value) : undefined;
  if (!items) return [wordOf(value, source)];
  return [
    ...items.map((item) => wordOf(item, source)),
    ...(value.kind === "list" && value.open ? [unknownWord(source)] : []),
  ];
}

/** A text is a shell command, a list is a program with its arguments. */
export function runsEither(at: At): Act {
  return (call, walk) => {
    const value = valueAt(call, at);
    if (value?.kind === "list") return runWords(value.items, value.open, call, walk);
    return runShell(value, call, walk);
  };
}

/** A program and, in a second argument, the list of its arguments. */
export function runsProgram(program: At, args: At): Act {
  return (call, walk) => {
    const rest = valueAt(call, args);
    const more = rest?.kind === "list" ? rest : undefined;
    const inShell = call.args.some(
      (value) => value.kind === "map" && value.entries.get("shell") !== undefined,
    );
    if (inShell && !more) return runShell(valueAt(call, program), call, walk);
    runCallbacks(call, walk);
    return runWords(
      [valueAt(call, program) ?? UNKNOWN, ...(more?.items ?? [])],
      more?.open ?? rest?.kind === "unknown",
      call,
      walk,
    );
  };
}

/** Runs a text as a program in a language; a text that is not known is an unknown effect. */
export function evaluates(language: CodeLanguage, at: At): Act {
  return (call, walk) => {
    const value = valueAt(call, at);
    const code = knownText(value);
    if (value?.kind === "function") return walk.call(value, [], call.source);
    if (code === undefined)
      noteUnknown(
        walk,
        value?.kind === "remote" ? `${call.name} of what was downloaded` : call.name,
        call.source,
        value?.kind === "remote" ? ["foreign-code"] : [],
      );
    else noteFinding(walk, walk.scene.code(language, code, hereAs(walk)));
    return code === undefined ? UNKNOWN : PLAIN;
  };
}

/** Ends processes by number: one's own are everyday work, all of them and the first one are not. */
export function kills(at: At, signal: At): Act {
  return (call, walk) => {
    const value = valueAt(call, at);
    const number = value?.kind === "number" ? value.value : undefined;
    if (knownText(valueAt(call, signal)) === "0") return PLAIN;
    const marks =
      number === 1 ? (["system"] as const) : number === 0 || number === -1 ? (["bulk"] as const) : [];
    const name = number === undefined ? wordAt(call, at).source : String(number);
    note(walk, [
      machineEffect(walk.scene, {
        verb: "stop",
        kind: "process",
        name,
        reversibility: "R1",
        certain: number !== undefined,
        marks,
        by: call.source,
      }),
    ]);
    return PLAIN;
  };
}

/** Connects to an address: on this machine that is everyday work, elsewhere nobody knows what follows. */
export function connects(at: At): Act {
  return (call, walk) => {
    const value = valueAt(call, at);
    const host = knownText(
      value?.kind === "list"
        ? value.items[0]
        : value?.kind === "map"
          ? value.entries.get("host")
          : call.args.find((one) => one.kind === "text"),
    );
    const onlyPort = value?.kind === "number" && call.args.every((one) => one.kind !== "text");
    if (
      !onlyPort &&
      (host === undefined || !isLoopback(host.replace(/^[a-z]+:\/\//, "").replace(/[/?].*$/, "")))
    )
      noteUnknown(walk, `${call.name} ${host ?? ""}`.trim(), call.source);
    runCallbacks(call, walk);
    return object("socket");
  };
}
