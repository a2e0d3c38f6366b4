import type { Finding, Scene, Stream } from "../analyzer.ts";
import { unknownWord } from "../options.ts";
import { collapseEffects } from "./collapse.ts";
import type { Expression, FunctionExpression } from "./expression.ts";
import { callMethod, memberOf } from "./methods.ts";
import { operate } from "./operate.ts";
import { takeApart } from "./patterns.ts";
import { runShell } from "./process-acts.ts";
import { noteUse, referTo } from "./refer.ts";
import {
  choice,
  element,
  elements,
  joinWords,
  knownText,
  list,
  lookUp,
  object,
  PLAIN,
  type Scope,
  scopeOf,
  text,
  textWith,
  UNKNOWN,
  type Value,
  wordOf,
} from "./values.ts";
import { type Dialect, MAX_CALLS, noteUnknown, type Origin, step, type Walk } from "./walk.ts";

/** Elements of a constant list that a loop is read for one by one. */
const MAX_ROUNDS = 40;

/**
 * Reads a program without running it and tells its effects: constants are folded, names resolved, known calls
 * looked up in the dialect's tables. Functions that nothing calls are read too, with arguments nobody knows.
 */
export function evaluateProgram(
  program: Expression,
  dialect: Dialect,
  scene: Scene,
  source: string,
  origin: Origin,
): Finding {
  const walk: Walk = {
    dialect,
    origin,
    scene,
    source: source.trim().slice(0, 200),
    effects: new Map(),
    printed: [],
    downloaded: new Set(),
    steps: 0,
    active: [],
    defined: new Map(),
    returned: [],
    conditional: 0,
    call: (callee, args, from) => apply(callee, { args, named: new Map(), open: false, source: from }, walk),
  };
  evaluate(program, { names: new Map(), parent: undefined }, walk);
  callTheRest(walk);
  const effects = collapseEffects([...walk.effects.values()], origin, scene, dialect.language, walk.source);
  const output: Stream = walk.printed
    ? { kind: "text", text: walk.printed.join("") }
    : { kind: "opaque", remote: false, tame: false };
  return { effects, output };
}

/** Functions that were defined and never called: something may call them in a way that was not seen. */
function callTheRest(walk: Walk): void {
  for (let round = 0; round < 3; round++) {
    for (const [code, known] of [...walk.defined])
      if (!known.called) callFunction(code, known.scope, [], walk);
  }
}

function evaluate(expression: Expression, scope: Scope, walk: Walk): Value {
  if (!step(walk)) return UNKNOWN;
  switch (expression.kind) {
    case "text":
      return text(expression.value);
    case "plain":
      return PLAIN;
    case "number":
      return { kind: "number", value: expression.value };
    case "join":
      return textWith(
        joinWords(expression.parts.map((part) => wordOf(evaluate(part, scope, walk), part.source))),
      );
    case "list":
      return listOf(expression.items, scope, walk);
    case "map":
      return mapOf(expression.entries, scope, walk);
    case "spread":
      return evaluate(expression.value, scope, walk);
    case "name":
      return (
        lookUp(scope, expression.name) ??
        fromWildcard(expression.name, scope, walk) ??
        referTo(expression.name, walk) ??
        UNKNOWN
      );
    case "member":
      return memberOf(evaluate(expression.on, scope, walk), expression.name, expression.source, walk);
    case "index":
      return indexed(expression, scope, walk);
    case "call":
      return evaluateCall(expression, scope, walk);
    default:
      return evaluateStatement(expression, scope, walk);
  }
}

/** `from os import *`: the name may come from there. */
function fromWildcard(name: string, scope: Scope, walk: Walk): Value | undefined {
  const modules = lookUp(scope, "*");
  const options = modules?.kind === "choice" ? modules.options : modules ? [modules] : [];
  for (const module of options) {
    const value = module.kind === "reference" ? referTo(`${module.name}.${name}`, walk) : undefined;
    if (value) return value;
  }
  return options.find((module) => module.kind === "object");
}

function evaluateStatement(expression: Expression, scope: Scope, walk: Walk): Value {
  switch (expression.kind) {
    case "function":
      return define(expression, scope, walk);
    case "assign":
      return assign(expression.target, evaluate(expression.value, scope, walk), scope, walk);
    case "append": {
      const sum = operate(
        "+",
        [evaluate(expression.target, scope, walk), evaluate(expression.value, scope, walk)],
        expression.source,
      );
      return assign(expression.target, sum, scope, walk);
    }
    case "import":
      return bindImport(expression, scope, walk);
    case "loop":
      return runLoop(expression, scope, walk);
    case "sequence":
      return expression.items.reduce<Value>((_, item) => evaluate(item, scope, walk), PLAIN);
    case "branches":
      return runBranches(expression, scope, walk);
    case "operation":
      return operate(
        expression.operator,
        expression.operands.map((operand) => evaluate(operand, scope, walk)),
        expression.source,
      );
    case "return": {
      const value = evaluate(expression.value, scope, walk);
      walk.returned.push(value);
      return value;
    }
    case "class":
      return defineClass(expression, scope, walk);
    case "shell": {
      const command = evaluate(expression.command, scope, walk);
      return runShell(
        command,
        { name: "shell", args: [], named: new Map(), open: false, source: expression.source },
        walk,
      );
    }
    case "unread":
      noteUnknown(walk, expression.what, expression.source);
      return UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function listOf(items: readonly Expression[], scope: Scope, walk: Walk): Value {
  let open = false;
  const values = items.flatMap((item) => {
    const value = evaluate(item, scope, walk);
    if (item.kind !== "spread") return [value];
    const inner = elements(value);
    open ||= inner === undefined || (value.kind === "list" && value.open);
    return inner ?? [];
  });
  return list(values, open);
}

function mapOf(entries: readonly { key: Expression; value: Expression }[], scope: Scope, walk: Walk): Value {
  const known = new Map<string, Value>();
  let open = false;
  for (const entry of entries) {
    const key = knownText(evaluate(entry.key, scope, walk));
    const value = evaluate(entry.value, scope, walk);
    if (key === undefined) open = true;
    else known.set(key, value);
  }
  return { kind: "map", entries: known, open };
}

function indexed(expression: Extract<Expression, { kind: "index" }>, scope: Scope, walk: Walk): Value {
  const on = evaluate(expression.on, scope, walk);
  const key = evaluate(expression.key, scope, walk);
  const name = knownText(key);
  if (on.kind === "list" && key.kind === "number") {
    const item = on.items.at(key.value);
    return item !== undefined && (!on.open || key.value >= 0) ? item : on.open ? UNKNOWN : PLAIN;
  }
  if (on.kind === "map" && name !== undefined) return on.entries.get(name) ?? (on.open ? UNKNOWN : PLAIN);
  if (on.kind === "reference" || on.kind === "object" || on.kind === "function") {
    if (name !== undefined) return memberOf(on, name, expression.source, walk);
    return on.kind === "object" ? on : object("member", unknownWord(expression.source));
  }
  return element(on);
}

function evaluateCall(expression: Extract<Expression, { kind: "call" }>, scope: Scope, walk: Walk): Value {
  const { callee } = expression;
  const self = callee.kind === "member" ? evaluate(callee.on, scope, walk) : undefined;
  const target = self === undefined ? evaluate(callee, scope, walk) : undefined;
  const given = listOf(expression.args, scope, walk);
  const args = given.kind === "list" ? given.items : [];
  const named = new Map<string, Value>();
  for (const entry of expression.named) {
    const value = evaluate(entry.value, scope, walk);
    const name = knownText(evaluate(entry.key, scope, walk));
    if (name !== undefined) named.set(name, value);
  }
  const call = { args, named, open: given.kind === "list" && given.open, source: expression.source };
  if (self !== undefined && callee.kind === "member") {
    const value = callMethod(self, callee.name, call, walk);
    if (value.kind === "list" && callee.on.kind === "name" && MUTATING.has(callee.name))
      assign(callee.on, value, scope, walk);
    return value;
  }
  return apply(target ?? UNKNOWN, call, walk);
}

/** Methods that change the list they are called on. */
const MUTATING = new Set(["append", "push", "extend", "insert", "unshift", "concat!", "<<"]);

type Given = {
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  readonly open: boolean;
  readonly source: string;
};

/** Calls whatever a value is. */
function apply(callee: Value, given: Given, walk: Walk): Value {
  switch (callee.kind) {
    case "function":
      return callFunction(callee.code, callee.scope, given.args, walk, given.named);
    case "choice":
      return choice(callee.options.map((option) => apply(option, given, walk)));
    case "reference":
      return noteUse(callee.name, { ...given, name: callee.name }, walk);
    case "object":
      return callMethod(callee, "()", given, walk);
    case "text":
      return callNamed(callee, given, walk);
    case "unknown":
    case "remote":
      for (const value of given.args)
        if (value.kind === "function") apply(value, { ...given, args: [] }, walk);
      return UNKNOWN;
    default:
      return PLAIN;
  }
}

/** PHP calls a function by the text of its name. */
function callNamed(callee: Value, given: Given, walk: Walk): Value {
  const name = knownText(callee);
  if (walk.dialect.language === "php" && name !== undefined) return noteUse(name, { ...given, name }, walk);
  if (walk.dialect.language === "php") noteUnknown(walk, "call by a computed name", given.source);
  return PLAIN;
}

function callFunction(
  code: FunctionExpression,
  scope: Scope,
  args: readonly Value[],
  walk: Walk,
  named?: ReadonlyMap<string, Value>,
): Value {
  const known = walk.defined.get(code);
  if (known) known.called = true;
  if (walk.active.includes(code) || walk.active.length >= MAX_CALLS) return UNKNOWN;
  const inner: Scope = { names: new Map(), parent: scope };
  code.parameters.forEach((parameter, index) => {
    const name =
      parameter.kind === "name"
        ? parameter.name
        : parameter.kind === "assign" && parameter.target.kind === "name"
          ? parameter.target.name
          : undefined;
    const rest = parameter.kind === "spread";
    const given =
      (name === undefined ? undefined : named?.get(name)) ??
      (rest ? list(args.slice(index), args.length === 0) : args[index]);
    const standard =
      parameter.kind === "assign" && given === undefined ? evaluate(parameter.value, scope, walk) : undefined;
    bindFresh(parameter, given ?? (args.length > 0 && standard ? standard : UNKNOWN), inner, walk);
  });
  const before = { returned: walk.returned, conditional: walk.conditional };
  walk.returned = [];
  walk.conditional = 0;
  walk.active.push(code);
  const last = evaluate(code.body, inner, walk);
  walk.active.pop();
  const returned = walk.returned;
  walk.returned = before.returned;
  walk.conditional = before.conditional;
  return returned.length > 0 ? choice(returned) : last;
}

/** Binds a parameter in its own scope, whatever the name means outside. */
function bindFresh(target: Expression, value: Value, scope: Scope, walk: Walk): void {
  if (target.kind === "name") scope.names.set(target.name, value);
  else if (target.kind === "assign") bindFresh(target.target, value, scope, walk);
  else if (target.kind === "spread")
    bindFresh(target.value, value.kind === "list" ? value : list([], true), scope, walk);
  else takeApart(target, value, (part, inner) => bindFresh(part, inner, scope, walk));
}

function define(code: FunctionExpression, scope: Scope, walk: Walk): Value {
  if (!walk.defined.has(code)) walk.defined.set(code, { scope, called: false });
  const value: Value = { kind: "function", code, scope };
  if (code.name !== undefined) scope.names.set(code.name, value);
  return value;
}

function defineClass(expression: Extract<Expression, { kind: "class" }>, scope: Scope, walk: Walk): Value {
  for (const base of expression.bases) evaluate(base, scope, walk);
  const inner: Scope = { names: new Map(), parent: scope };
  const value = object("class");
  scope.names.set(expression.name, value);
  evaluate(expression.body, inner, walk);
  return value;
}

function assign(target: Expression, value: Value, scope: Scope, walk: Walk): Value {
  if (target.kind === "name") {
    const home = scopeOf(scope, target.name);
    const before = home.names.get(target.name);
    home.names.set(target.name, before && walk.conditional > 0 ? choice([before, value]) : value);
    return value;
  }
  if (target.kind === "assign") return assign(target.target, value, scope, walk);
  if (target.kind === "member" || target.kind === "index") {
    const on = evaluate(target.on, scope, walk);
    if (target.kind === "index") evaluate(target.key, scope, walk);
    if (on.kind === "map" && target.on.kind === "name") assign(target.on, { ...on, open: true }, scope, walk);
    return value;
  }
  takeApart(target, value, (part, inner) => assign(part, inner, scope, walk));
  return value;
}

function bindImport(expression: Extract<Expression, { kind: "import" }>, scope: Scope, walk: Walk): Value {
  const module = noteUse(
    expression.module,
    { name: "import", args: [], named: new Map(), open: false, source: expression.source },
    walk,
    "import",
  );
  if (expression.as === "*") {
    scope.names.set("*", choice([module, ...(scope.names.get("*") ? [scope.names.get("*") as Value] : [])]));
    return PLAIN;
  }
  const value =
    expression.name === undefined ? module : memberOf(module, expression.name, expression.source, walk);
  if (expression.as !== "") scope.names.set(expression.as, value);
  return value;
}

function runLoop(expression: Extract<Expression, { kind: "loop" }>, scope: Scope, walk: Walk): Value {
  const over = evaluate(expression.over, scope, walk);
  const items = elements(over);
  const exact = items !== undefined && items.length <= MAX_ROUNDS && !(over.kind === "list" && over.open);
  walk.conditional++;
  const rounds = exact ? items : [element(over)];
  const values = rounds.map((item) => {
    bindLoop(expression.target, item, scope, walk);
    return evaluate(expression.body, scope, walk);
  });
  walk.conditional--;
  return list(values, !exact);
}

/** The loop's own names are new in every round. */
function bindLoop(target: Expression, value: Value, scope: Scope, walk: Walk): void {
  if (target.kind === "name") scopeOf(scope, target.name).names.set(target.name, value);
  else if (target.kind === "list" || target.kind === "map")
    takeApart(target, value, (part, inner) => bindLoop(part, inner, scope, walk));
  else assign(target, value, scope, walk);
}

function runBranches(expression: Extract<Expression, { kind: "branches" }>, scope: Scope, walk: Walk): Value {
  for (const condition of expression.condition) evaluate(condition, scope, walk);
  walk.conditional++;
  const values = expression.branches.map((branch) => evaluate(branch, scope, walk));
  walk.conditional--;
  return values.length === 0 ? PLAIN : choice(values);
}
