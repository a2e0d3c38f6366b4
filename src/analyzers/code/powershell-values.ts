import type { Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import { callMember, callStatic } from "./powershell-dotnet.ts";
import {
  elementOf,
  knownText,
  noteUnknown,
  PLAIN,
  type PsState,
  type PsValue,
  REMOTE,
  textValue,
  UNKNOWN,
  wordOf,
} from "./powershell-state.ts";
import type { PsNode, PsStatement } from "./powershell-syntax.ts";
import { joinWords } from "./values.ts";

/** Runs statements and tells what they give; set by the reader of statements, which needs values in turn. */
export type Run = (body: readonly PsStatement[], state: PsState) => PsValue;

/** Evaluates what is written, as far as that can be told without running it. */
export function evaluate(node: PsNode, state: PsState, run: Run): PsValue {
  switch (node.kind) {
    case "text":
      return { kind: "text", word: { ...literal(node.text), glob: !node.quoted && /[*?]/.test(node.text) } };
    case "join":
      return {
        kind: "text",
        word: joined(node.parts.map((part) => wordOf(evaluate(part, state, run), "…"))),
      };
    case "variable":
      return variable(node.name, state);
    case "list":
      return { kind: "list", items: node.items.map((item) => evaluate(item, state, run)), open: false };
    case "hash":
      return {
        kind: "hash",
        entries: new Map(
          node.entries.map(([key, value]) => [
            (knownText(evaluate(key, state, run)) ?? "").toLowerCase(),
            run(value, state),
          ]),
        ),
      };
    case "block":
      return { kind: "block", body: node.body };
    case "group":
      return run(node.body, state);
    case "type":
      return PLAIN;
    case "cast":
      return cast(node.type, evaluate(node.value, state, run), state);
    case "index":
      return indexed(evaluate(node.on, state, run), evaluate(node.key, state, run));
    case "operation":
      return operation(
        node.operator,
        node.operands.map((operand) => evaluate(operand, state, run)),
      );
    case "member":
      return member(node, state, run);
  }
}

function joined(words: readonly Word[]): Word {
  return words.length === 0 ? literal("") : joinWords(words);
}

function cast(type: string, value: PsValue, state: PsState): PsValue {
  if (type === "scriptblock" && value.kind === "text") noteUnknown(state, "script block from text", type);
  if (/^(wmi|wmiclass|adsi)$/.test(type)) return { kind: "item", of: type, at: wordOf(value, type) };
  if (type === "char" && /^\d+$/.test(knownText(value) ?? ""))
    return textValue(String.fromCharCode(Number(knownText(value))));
  if (type === "char[]" && value.kind === "list")
    return { ...value, items: value.items.map((item) => cast("char", item, state)) };
  return type === "void" || type === "int" || type === "bool" ? PLAIN : value;
}

function indexed(on: PsValue, key: PsValue): PsValue {
  const name = knownText(key);
  if (on.kind === "hash" && name !== undefined) return on.entries.get(name.toLowerCase()) ?? PLAIN;
  if (on.kind === "list" && name !== undefined && /^-?\d+$/.test(name))
    return on.items.at(Number(name)) ?? (on.open ? UNKNOWN : PLAIN);
  if (on.kind === "text" && on.word.text !== undefined && key.kind === "list") {
    const letters = key.items.map(
      (item) => (on.word.text as string).at(Number(knownText(item) ?? Number.NaN)) ?? "",
    );
    return { kind: "list", items: letters.map((letter) => textValue(letter)), open: false };
  }
  return elementOf(on);
}

function operation(operator: string, operands: readonly PsValue[]): PsValue {
  const [left, right] = operands;
  const [first, second] = [knownText(left), knownText(right)];
  if (operator === "?:") return same(operands[1] ?? PLAIN, operands[2] ?? PLAIN);
  if (operator === "??") return same(left ?? PLAIN, right ?? PLAIN);
  if (operands.some((operand) => operand.kind === "remote")) return REMOTE;
  if (operator === "-join") return joinedList(left, second ?? "");
  if (operator === "-f" && left && right) return formatted(left, right);
  if (/^-[ci]?replace$/.test(operator)) return replaced(left, right);
  if (/^-[ci]?split$/.test(operator) && first !== undefined)
    return { kind: "list", items: first.split(second ?? /\s+/).map((part) => textValue(part)), open: false };
  if (operator === "+" && left && right) return added(left, right);
  if (operator === "*" && first !== undefined && /^\d{1,3}$/.test(second ?? ""))
    return textValue(first.repeat(Number(second)));
  if (operator === "..") return { kind: "list", items: [], open: true };
  return operator === "," && left ? { kind: "list", items: operands, open: false } : PLAIN;
}

function same(a: PsValue, b: PsValue): PsValue {
  return knownText(a) !== undefined && knownText(a) === knownText(b)
    ? a
    : { kind: "list", items: [a, b], open: false };
}

function added(left: PsValue, right: PsValue): PsValue {
  if (left.kind === "list")
    return {
      kind: "list",
      items: [...left.items, ...(right.kind === "list" ? right.items : [right])],
      open: left.open,
    };
  if (left.kind === "text" || right.kind === "text")
    return { kind: "text", word: joined([wordOf(left, "…"), wordOf(right, "…")]) };
  return left.kind === "unknown" ? UNKNOWN : PLAIN;
}

function joinedList(left: PsValue | undefined, separator: string): PsValue {
  if (left?.kind !== "list" || left.open) return left?.kind === "text" ? left : PLAIN;
  const words = left.items.flatMap((item, index) =>
    index === 0 ? [wordOf(item, "…")] : [literal(separator), wordOf(item, "…")],
  );
  return { kind: "text", word: joined(words) };
}

function formatted(left: PsValue, right: PsValue): PsValue {
  const pattern = knownText(left);
  if (pattern === undefined) return PLAIN;
  const values = right.kind === "list" ? right.items : [right];
  const words = pattern.split(/(\{\d+[^}]*\})/).map((piece, index) => {
    const at = index % 2 === 1 ? Number(/\d+/.exec(piece)?.[0]) : undefined;
    return at === undefined ? literal(piece) : wordOf(values[at] ?? PLAIN, "…");
  });
  return { kind: "text", word: joined(words) };
}

/** A replacement of plain texts is folded; a pattern with signs of its own is not. */
function replaced(left: PsValue | undefined, right: PsValue | undefined): PsValue {
  const text = knownText(left);
  const [from, to] = right?.kind === "list" ? right.items.map(knownText) : [knownText(right), ""];
  if (text === undefined || from === undefined || /[\\^$.|?*+()[\]{}]/.test(from))
    return left?.kind === "text" ? { kind: "text", word: unknownWord("replaced") } : PLAIN;
  return textValue(text.replaceAll(from, () => to ?? ""));
}

function member(node: Extract<PsNode, { kind: "member" }>, state: PsState, run: Run): PsValue {
  const name = (knownText(evaluate(node.name, state, run)) ?? "").toLowerCase();
  const args = node.args?.map((arg) => evaluate(arg, state, run));
  if (node.fixed && node.on.kind === "type") return callStatic(node.on.name, name, args, state);
  const on = evaluate(node.on, state, run);
  if (name === "" && args) {
    noteUnknown(state, "method of a computed name", "");
    return UNKNOWN;
  }
  return callMember(on, name, args, state, run);
}

const ENVIRONMENT: ReadonlyMap<string, (state: PsState) => string | undefined> = new Map<
  string,
  (state: PsState) => string | undefined
>([
  ["userprofile", (state) => state.scene.setting.home],
  ["home", (state) => state.scene.setting.home],
  ["temp", (state) => state.scene.setting.temporary[0]],
  ["tmp", (state) => state.scene.setting.temporary[0]],
  ["username", (state) => state.scene.setting.user],
  ["windir", () => "C:\\Windows"],
  ["systemroot", () => "C:\\Windows"],
  ["systemdrive", () => "C:"],
  ["programfiles", () => "C:\\Program Files"],
  ["programdata", () => "C:\\ProgramData"],
  ["appdata", (state) => `${state.scene.setting.home}/AppData/Roaming`],
  ["localappdata", (state) => `${state.scene.setting.home}/AppData/Local`],
  ["public", () => "C:\\Users\\Public"],
]);

function variable(name: string, state: PsState): PsValue {
  const plain = name.replace(/^(global|script|local|private|using):/, "");
  const known = state.variables.get(plain);
  if (known) return known;
  if (plain === "_" || plain === "psitem" || plain === "input") return state.input;
  if (plain.startsWith("env:")) {
    const value =
      state.scene.variable(plain.slice(4).toUpperCase()) ?? ENVIRONMENT.get(plain.slice(4))?.(state);
    return value === undefined ? { kind: "text", word: unknownWord(`$${name}`) } : textValue(value);
  }
  if (plain === "home") return textValue(state.scene.setting.home);
  if (plain === "pwd" && state.scene.cwd !== undefined) return textValue(state.scene.cwd);
  if (plain === "psscriptroot" && state.scene.cwd !== undefined)
    return { kind: "text", word: unknownWord("$PSScriptRoot") };
  if (
    /^(true|false|null|\?|lastexitcode|psversiontable|host|error|matches|iswindows|islinux|ismacos|ofs|pid|profile|pshome|erroractionpreference|progresspreference|verbosepreference|myinvocation|psboundparameters|args)$/.test(
      plain,
    )
  )
    return plain === "args" || plain === "profile"
      ? UNKNOWN
      : plain === "null"
        ? textValue("/dev/null")
        : PLAIN;
  return UNKNOWN;
}
