import type { Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import { collapseEffects } from "./collapse.ts";
import { ALIASES, CMDLETS } from "./powershell-cmdlets.ts";
import { type Argument, type Bound, bind } from "./powershell-parameters.ts";
import { parsePowershell } from "./powershell-parse.ts";
import { runProgram, startWords } from "./powershell-programs.ts";
import {
  elementOf,
  elementsOf,
  knownText,
  note,
  noteFinding,
  noteUnknown,
  PLAIN,
  type PsState,
  type PsValue,
  pathWord,
  textValue,
  UNKNOWN,
  wordOf,
  wordsOf,
} from "./powershell-state.ts";
import type { PsElement, PsNode, PsRedirection, PsStatement } from "./powershell-syntax.ts";
import { evaluate } from "./powershell-values.ts";
import { judgeByVerb } from "./powershell-verbs.ts";
import type { Origin } from "./walk.ts";

const MAX_LENGTH = 256 * 1024;
const MAX_STEPS = 20_000;
const MAX_DEPTH = 40;

/**
 * Tells the effects of a PowerShell text without running it. A text that cannot be read completely is an
 * unknown effect as a whole.
 */
export function judgePowershell(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  if (text.length > MAX_LENGTH)
    return found([
      unknownEffect(scene, "code", `powershell (longer than ${MAX_LENGTH} characters)`, text.slice(0, 100), [
        "bound",
      ]),
    ]);
  const script = parsePowershell(text);
  if ("problem" in script)
    return found([unknownEffect(scene, "code", `powershell: ${script.problem}`, text)]);
  const state: PsState = {
    scene,
    effects: new Map(),
    variables: new Map(),
    functions: new Map(),
    aliases: new Map(),
    input: UNKNOWN,
    downloaded: new Set(),
    steps: 0,
    depth: 0,
    conditional: 0,
  };
  run(script.body, state);
  return found(collapseEffects([...state.effects.values()], origin, scene, "powershell", text), {
    kind: "opaque",
    remote: false,
    tame: false,
  });
}

function run(body: readonly PsStatement[], state: PsState): PsValue {
  if (++state.depth > MAX_DEPTH || state.steps > MAX_STEPS) {
    note(state, [unknownEffect(state.scene, "code", "powershell (nested too deeply)", "", ["bound"])]);
    state.depth--;
    return UNKNOWN;
  }
  const values = body.map((statement) => runStatement(statement, state)).filter((value) => value !== PLAIN);
  state.depth--;
  if (values.length === 1) return values[0] as PsValue;
  return values.length === 0 ? PLAIN : { kind: "list", items: values, open: false };
}

function runStatement(statement: PsStatement, state: PsState): PsValue {
  state.steps++;
  switch (statement.kind) {
    case "pipeline":
      return runPipeline(statement.elements, state);
    case "assign":
      assign(statement.target, statement.operator, run(statement.value, state), state);
      return PLAIN;
    case "control":
      for (const condition of statement.conditions) run(condition, state);
      return conditionally(statement.bodies, state);
    case "foreach":
      return runForeach(statement, state);
    case "function":
      state.functions.set(statement.name, { parameters: statement.parameters, body: statement.body });
      return PLAIN;
  }
}

function conditionally(bodies: readonly (readonly PsStatement[])[], state: PsState): PsValue {
  state.conditional++;
  const values = bodies.map((body) => run(body, state)).filter((value) => value !== PLAIN);
  state.conditional--;
  return values.length === 0
    ? PLAIN
    : values.length === 1
      ? (values[0] as PsValue)
      : { kind: "list", items: values, open: false };
}

function runForeach(statement: Extract<PsStatement, { kind: "foreach" }>, state: PsState): PsValue {
  const over = run(statement.over, state);
  state.conditional++;
  for (const item of elementsOf(over)) {
    state.variables.set(statement.variable, item);
    run(statement.body, state);
  }
  state.conditional--;
  return PLAIN;
}

function assign(target: PsNode, operator: string, value: PsValue, state: PsState): void {
  if (target.kind === "cast") {
    assign(target.value, operator, value, state);
    return;
  }
  if (target.kind === "list") {
    for (const item of target.items) assign(item, operator, elementOf(value), state);
    return;
  }
  if (target.kind !== "variable") {
    evaluate(target, state, run);
    return;
  }
  const name = target.name.replace(/^(global|script|local|private):/, "");
  const before = state.variables.get(name);
  if (operator === "+=" && before) state.variables.set(name, addedTo(before, value));
  else if (before && state.conditional > 0)
    state.variables.set(name, { kind: "list", items: [before, value], open: false });
  else state.variables.set(name, operator === "=" ? value : UNKNOWN);
}

function addedTo(before: PsValue, value: PsValue): PsValue {
  if (before.kind === "list") return { ...before, items: [...before.items, value] };
  const [left, right] = [knownText(before), knownText(value)];
  return left !== undefined && right !== undefined
    ? textValue(left + right)
    : before.kind === "text"
      ? { kind: "text", word: { ...unknownWord("…"), prefix: before.word.prefix } }
      : UNKNOWN;
}

function runPipeline(elements: readonly PsElement[], state: PsState): PsValue {
  let value: PsValue | undefined;
  for (const element of elements) {
    state.steps++;
    value =
      element.kind === "expression" ? evaluate(element.value, state, run) : runCommand(element, value, state);
    redirect(element.redirections, element.source, value, state);
  }
  return value ?? PLAIN;
}

function redirect(redirections: readonly PsRedirection[], by: string, value: PsValue, state: PsState): void {
  for (const { operator, target } of redirections) {
    if (!target) continue;
    const word = pathWord(wordOf(evaluate(target, state, run), by), state);
    if (value.kind === "remote" && word.text !== undefined) state.downloaded.add(word.text);
    note(state, fileEffects(operator === "<" ? "read" : "change", word, state.scene, { by }));
  }
}

type CommandElement = Extract<PsElement, { kind: "command" }>;

function runCommand(element: CommandElement, input: PsValue | undefined, state: PsState): PsValue {
  const called = evaluate(element.name, state, run);
  if (called.kind === "block") return runBlock(called.body, input, state);
  if (called.kind === "item" && called.of === "script") return runText(called, element.source, state);
  const written = knownText(called);
  if (written === undefined) {
    noteUnknown(state, element.source, element.source, called.kind === "remote" ? ["foreign-code"] : []);
    return UNKNOWN;
  }
  const args = element.args.map(
    (arg): Argument => ({
      parameter: arg.parameter,
      value: arg.value ? evaluate(arg.value, state, run) : undefined,
    }),
  );
  const plain = written.toLowerCase().replace(/^(microsoft\.powershell\.\w+\\)/, "");
  const name = resolveAlias(plain, state);
  const own = state.functions.get(name);
  if (own) return callFunction(own, args, input, state);
  if (CMD_BUILTINS.has(plain) && args.some((arg) => /^\/[a-z]$/i.test(knownText(arg.value) ?? ""))) {
    noteFinding(state, state.scene.code("cmd", element.source));
    return PLAIN;
  }
  const bound = bind(args, input, element.source);
  const special = SPECIAL.get(name);
  if (special) return special(bound, state, element);
  const cmdlet = CMDLETS.get(name);
  if (cmdlet) return cmdlet(bound, state);
  if (/^[a-z]+-[a-z]\w*$/.test(name) && !/[\\/.]/.test(name)) return judgeByVerb(name, bound, state);
  return runProgram(written, element, args, input, state);
}

/** The names of cmd.exe that people type with its options. */
const CMD_BUILTINS = new Set([
  "rmdir",
  "rd",
  "del",
  "erase",
  "copy",
  "move",
  "dir",
  "type",
  "ren",
  "md",
  "mkdir",
]);

function resolveAlias(name: string, state: PsState): string {
  const own = state.aliases.get(name);
  if (own !== undefined && own !== name) return ALIASES.get(own) ?? own;
  return ALIASES.get(name) ?? (CMDLETS.has(`get-${name}`) ? `get-${name}` : name);
}

function callFunction(
  own: { readonly parameters: readonly string[]; readonly body: readonly PsStatement[] },
  args: readonly Argument[],
  input: PsValue | undefined,
  state: PsState,
): PsValue {
  const before = new Map(state.variables);
  const positional = args.filter((arg) => arg.parameter === undefined);
  own.parameters.forEach((name, index) => {
    const at = args.findIndex((arg) => arg.parameter?.toLowerCase() === name);
    const named = at < 0 ? undefined : (args[at]?.value ?? args[at + 1]?.value);
    state.variables.set(name, named ?? positional[index]?.value ?? UNKNOWN);
  });
  const value = runBlock(own.body, input, state);
  state.variables.clear();
  for (const [name, known] of before) state.variables.set(name, known);
  return value;
}

function runBlock(body: readonly PsStatement[], input: PsValue | undefined, state: PsState): PsValue {
  const before = state.input;
  state.input = input ?? before;
  const value = run(body, state);
  state.input = before;
  return value;
}

function runText(value: PsValue, source: string, state: PsState): PsValue {
  const text = knownText(value);
  if (text !== undefined) noteFinding(state, state.scene.code("powershell", text, { cwd: state.scene.cwd }));
  else noteUnknown(state, "Invoke-Expression", source, value.kind === "remote" ? ["foreign-code"] : []);
  return UNKNOWN;
}

type Special = (bound: Bound, state: PsState, element: CommandElement) => PsValue;

const forEach: Special = (bound, state) => {
  const blocks = [
    bound.value("begin"),
    bound.at(0, "process", "parallel"),
    ...bound.positional.slice(1),
    bound.value("end"),
  ].filter((value) => value?.kind === "block");
  const input = bound.input ?? UNKNOWN;
  const results = elementsOf(input).flatMap((item) =>
    blocks.map((block) => (block?.kind === "block" ? runBlock(block.body, item, state) : PLAIN)),
  );
  const member = knownText(bound.at(0, "membername"));
  if (blocks.length === 0 && /^(delete|kill|remove|stop|terminate)/i.test(member ?? ""))
    noteUnknown(state, `.${member}()`, bound.source);
  return blocks.length === 0
    ? input
    : { kind: "list", items: results.filter((value) => value !== PLAIN), open: true };
};

const where: Special = (bound, state) => {
  const block = bound.at(0, "filterscript");
  if (block?.kind === "block") runBlock(block.body, elementOf(bound.input ?? UNKNOWN), state);
  return bound.input ?? PLAIN;
};

const invokeCommand: Special = (bound, state) => {
  const block = bound.value("scriptblock") ?? bound.positional.find((value) => value.kind === "block");
  const computer = bound.value("computername", "session", "hostname");
  const before = state.scene;
  if (computer) {
    const name = knownText(computer) ?? "unknown computer";
    state.scene = {
      ...before,
      place: {
        host: `computer ${name}`,
        environment: /^(localhost|\.|127\.)/.test(name)
          ? "development"
          : (before.setting.declared ?? "unknown"),
      },
    };
  }
  if (block?.kind === "block") runBlock(block.body, bound.value("argumentlist"), state);
  else noteUnknown(state, "Invoke-Command", bound.source);
  state.scene = before;
  return UNKNOWN;
};

const startProcess: Special = (bound, state) => {
  const program = bound.at(0, "filepath");
  const list = bound.at(1, "argumentlist");
  const words = list ? wordsOf(list, bound.source).flatMap(splitWords) : [];
  const privileged = /^runas$/i.test(knownText(bound.value("verb")) ?? "");
  const name = program ? wordOf(program, bound.source) : unknownWord(bound.source);
  if (/^https?:/.test(name.text ?? "")) return PLAIN;
  startWords([name, ...words], bound.source, state, privileged);
  return PLAIN;
};

/** One text of several arguments, as `-ArgumentList "/c del x"` hands them over. */
function splitWords(word: Word): readonly Word[] {
  if (word.text === undefined || !/\s/.test(word.text)) return [word];
  return (word.text.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((part) =>
    literal(part.replace(/^["']|["']$/g, "")),
  );
}

const startJob: Special = (bound, state) => {
  const block = bound.value("scriptblock") ?? bound.positional.find((value) => value.kind === "block");
  const file = bound.value("filepath");
  if (block?.kind === "block") runBlock(block.body, undefined, state);
  else if (file)
    noteFinding(state, state.scene.script(pathWord(wordOf(file, bound.source), state), "powershell", []));
  return PLAIN;
};

const withBlocks: Special = (bound, state) => {
  for (const value of bound.positional) if (value.kind === "block") runBlock(value.body, bound.input, state);
  const block = bound.value("expression", "scriptblock", "property");
  if (block?.kind === "block") runBlock(block.body, bound.input, state);
  return bound.input ?? PLAIN;
};

const invokeHistory: Special = (bound, state) => {
  noteUnknown(state, "Invoke-History", bound.source);
  return UNKNOWN;
};

const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  [
    "invoke-expression",
    (bound, state) => runText(bound.at(0, "command") ?? bound.input ?? UNKNOWN, bound.source, state),
  ],
  ["foreach-object", forEach],
  ["where-object", where],
  ["invoke-command", invokeCommand],
  ["start-process", startProcess],
  ["start-job", startJob],
  ["start-threadjob", startJob],
  ["measure-command", withBlocks],
  ["select-object", withBlocks],
  ["sort-object", withBlocks],
  ["group-object", withBlocks],
  ["invoke-history", invokeHistory],
  [
    "mkdir",
    (bound, state) =>
      (CMDLETS.get("new-item") as (bound: Bound, state: PsState) => PsValue)(
        {
          ...bound,
          value: (...names) => (names.includes("itemtype") ? textValue("directory") : bound.value(...names)),
          at: (position, ...names) =>
            names.includes("itemtype") ? textValue("directory") : bound.at(position, ...names),
        },
        state,
      ),
  ],
]);
