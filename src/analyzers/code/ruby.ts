import type { SyntaxNode } from "../../core/facts.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { unescapeText } from "./decode.ts";
import { type Entry, type Expression, NONE, textOf } from "./expression.ts";
import { judgeTree } from "./judge.ts";
import { childOf, fieldOf, fieldsOf, joinOf, maybe, nameOf, numberOf, plainOf, sequenceOf } from "./lower.ts";
import { RUBY } from "./ruby-acts.ts";
import type { Origin } from "./walk.ts";

/** Tells the effects of a Ruby program (`ruby -e`, a here-document, a file) without running it. */
export function judgeRuby(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  return judgeTree("ruby", text, scene, { dialect: RUBY, lower: lowerProgram, origin });
}

/** The body of each here-document by the node that announces it. */
const bodies = new WeakMap<SyntaxNode, SyntaxNode>();

function lowerProgram(root: SyntaxNode): Expression {
  const beginnings = collect(root, "heredoc_beginning");
  collect(root, "heredoc_body").forEach((body, index) => {
    const beginning = beginnings[index];
    if (beginning) bodies.set(beginning, body);
  });
  return lower(root);
}

function collect(node: SyntaxNode, type: string): readonly SyntaxNode[] {
  return node.type === type ? [node] : node.children.flatMap((child) => collect(child, type));
}

function lower(node: SyntaxNode): Expression {
  const read = READERS.get(node.type);
  return read ? read(node) : sequenceOf(node, lower);
}

const READERS: ReadonlyMap<string, (node: SyntaxNode) => Expression> = new Map(
  Object.entries<(node: SyntaxNode) => Expression>({
    identifier: (node) => nameOf(node.text),
    constant: (node) => nameOf(node.text),
    instance_variable: (node) => nameOf(node.text),
    class_variable: (node) => nameOf(node.text),
    global_variable: (node) => nameOf(node.text),
    self: (node) => nameOf("self", node.text),
    scope_resolution: readScope,
    integer: numberOf,
    float: numberOf,
    ...Object.fromEntries(
      "true false nil regex comment empty_statement heredoc_body uninterpreted line file encoding break next redo retry super alias undef operator character exception_variable exceptions"
        .split(" ")
        .map((type) => [type, plainOf]),
    ),
    string: readString,
    bare_string: readString,
    bare_symbol: readString,
    chained_string: (node) => joinOf(node.children.map(lower), node.text),
    heredoc_beginning: (node) => maybe(bodies.get(node), readString),
    simple_symbol: (node) => textOf(node.text.slice(1), node.text),
    delimited_symbol: readString,
    hash_key_symbol: (node) => textOf(node.text),
    subshell: (node) => ({ kind: "shell", command: readString(node), source: node.text }),
    array: readList,
    string_array: readList,
    symbol_array: readList,
    right_assignment_list: readList,
    left_assignment_list: readList,
    destructured_parameter: readList,
    destructured_left_assignment: readList,
    rest_assignment: readSpread,
    splat_argument: readSpread,
    splat_parameter: (node) => ({
      kind: "spread",
      value: nameOf(fieldOf(node, "name")?.text ?? "_"),
      source: node.text,
    }),
    hash_splat_argument: readSpread,
    hash: (node) => ({
      kind: "map",
      entries: node.children.filter((child) => child.type !== "comment").map(readPair),
      source: node.text,
    }),
    call: readCall,
    method_call: readCall,
    element_reference: readElement,
    assignment: (node) => ({
      kind: "assign",
      target: maybe(fieldOf(node, "left"), lowerTarget),
      value: maybe(fieldOf(node, "right"), lower),
      source: node.text,
    }),
    operator_assignment: readOperatorAssignment,
    binary: readBinary,
    unary: (node) => ({
      kind: "operation",
      operator: fieldOf(node, "operator")?.text ?? "",
      operands: [maybe(fieldOf(node, "operand"), lower)],
      source: node.text,
    }),
    conditional: readBranches,
    if: readBranches,
    unless: readBranches,
    elsif: readBranches,
    if_modifier: readBranches,
    unless_modifier: readBranches,
    while_modifier: readBranches,
    until_modifier: readBranches,
    while: readBranches,
    until: readBranches,
    case: readBranches,
    case_match: readBranches,
    rescue_modifier: readBranches,
    begin: (node) => ({
      kind: "branches",
      condition: [],
      branches: node.children.map(lower),
      source: node.text,
    }),
    for: (node) => ({
      kind: "loop",
      target: maybe(fieldOf(node, "pattern"), lower),
      over: maybe(fieldOf(node, "value"), lower),
      body: maybe(fieldOf(node, "body"), lower),
      source: node.text,
    }),
    method: readMethod,
    singleton_method: readMethod,
    lambda: readBlock,
    block: readBlock,
    do_block: readBlock,
    class: readClass,
    module: readClass,
    singleton_class: (node) => sequenceOf(node, lower),
    return: (node) => ({ kind: "return", value: sequenceOf(node, lower), source: node.text }),
    yield: plainOf,
    pair: (node) => sequenceOf(node, lower),
    block_argument: (node) => symbolFunction(node),
  }),
);

/** On the left of `=`, `x.y` sets something and is no call. */
function lowerTarget(node: SyntaxNode): Expression {
  if (node.type !== "call") return lower(node);
  return {
    kind: "member",
    on: maybe(fieldOf(node, "receiver"), lower),
    name: fieldOf(node, "method")?.text ?? "",
    source: node.text,
  };
}

function readScope(node: SyntaxNode): Expression {
  const scope = fieldOf(node, "scope");
  const name = fieldOf(node, "name")?.text ?? "";
  return scope ? { kind: "member", on: lower(scope), name, source: node.text } : nameOf(name, node.text);
}

function readString(node: SyntaxNode): Expression {
  const raw = /^('|%q|%w|%i)/.test(node.text);
  const parts = node.children.flatMap((child): Expression[] => {
    if (child.type === "interpolation") return [sequenceOf(child, lower)];
    if (child.type === "escape_sequence")
      return [textOf(raw ? child.text.replace(/^\\(['\\])$/, "$1") : unescapeText(child.text))];
    return child.type === "heredoc_end" ? [] : [textOf(child.text)];
  });
  return parts.length === 0 ? textOf("", node.text) : joinOf(parts, node.text);
}

function readList(node: SyntaxNode): Expression {
  return {
    kind: "list",
    items: node.children.filter((child) => child.type !== "comment").map(lower),
    source: node.text,
  };
}

function readSpread(node: SyntaxNode): Expression {
  return { kind: "spread", value: sequenceOf(node, lower), source: node.text };
}

function readPair(node: SyntaxNode): Entry {
  const key = fieldOf(node, "key");
  if (!key) return { key: NONE, value: lower(node) };
  return {
    key: lower(key),
    value: fieldOf(node, "value") ? maybe(fieldOf(node, "value"), lower) : nameOf(key.text),
  };
}

function readCall(node: SyntaxNode): Expression {
  const method = fieldOf(node, "method");
  const receiver = fieldOf(node, "receiver");
  const given = (fieldOf(node, "arguments")?.children ?? []).filter((child) => child.type !== "comment");
  const pairs = given.filter((child) => child.type === "pair");
  const block = fieldOf(node, "block");
  const args = [
    ...given.filter((child) => child.type !== "pair").map(lower),
    ...(block ? [lower(block)] : []),
  ];
  const name = method?.text ?? "call";
  if (!receiver && /^(include|extend)$/.test(name) && given[0]?.text === "FileUtils") {
    return { kind: "import", module: given[0].text, as: "*", source: node.text };
  }
  const callee: Expression = receiver
    ? { kind: "member", on: lower(receiver), name, source: node.text }
    : method
      ? lower(method)
      : nameOf(name);
  return { kind: "call", callee, args, named: pairs.map(readPair), source: node.text };
}

/** `&:name` calls that method on each element; `&block` hands a function on. */
function symbolFunction(node: SyntaxNode): Expression {
  const inner = node.children[0];
  if (inner?.type !== "simple_symbol") return inner ? lower(inner) : NONE;
  const item = nameOf("item");
  const body: Expression = {
    kind: "call",
    callee: { kind: "member", on: item, name: inner.text.slice(1), source: node.text },
    args: [],
    named: [],
    source: node.text,
  };
  return { kind: "function", parameters: [item], body, source: node.text };
}

/** `Dir["*"]` is `Dir.glob("*")`. */
function readElement(node: SyntaxNode): Expression {
  const object = fieldOf(node, "object");
  const keys = node.children.filter((child) => child !== object).map(lower);
  if (object?.text === "Dir")
    return {
      kind: "call",
      callee: { kind: "member", on: nameOf("Dir"), name: "glob", source: node.text },
      args: keys,
      named: [],
      source: node.text,
    };
  return { kind: "index", on: maybe(object, lower), key: keys[0] ?? NONE, source: node.text };
}

function readOperatorAssignment(node: SyntaxNode): Expression {
  const target = maybe(fieldOf(node, "left"), lowerTarget);
  const value = maybe(fieldOf(node, "right"), lower);
  const operator = (fieldOf(node, "operator")?.text ?? "").slice(0, -1);
  if (operator === "+" || operator === "<") return { kind: "append", target, value, source: node.text };
  return {
    kind: "assign",
    target,
    value: { kind: "operation", operator, operands: [target, value], source: node.text },
    source: node.text,
  };
}

/** `<<` on a name puts something behind what it holds. */
function readBinary(node: SyntaxNode): Expression {
  if (fieldOf(node, "operator")?.text === "<<" && fieldOf(node, "left")?.type === "identifier")
    return readOperatorAssignment(node);
  return {
    kind: "operation",
    operator: fieldOf(node, "operator")?.text ?? "",
    operands: [maybe(fieldOf(node, "left"), lower), maybe(fieldOf(node, "right"), lower)],
    source: node.text,
  };
}

function readBranches(node: SyntaxNode): Expression {
  const first = fieldsOf(node, "condition").concat(fieldsOf(node, "value"));
  return {
    kind: "branches",
    condition: first.map(lower),
    branches: node.children.filter((child) => !first.includes(child)).map(lower),
    source: node.text,
  };
}

function parametersOf(node: SyntaxNode): readonly Expression[] {
  return (fieldOf(node, "parameters")?.children ?? []).flatMap((child): Expression[] => {
    if (
      child.type === "identifier" ||
      child.type === "destructured_parameter" ||
      child.type === "splat_parameter"
    )
      return [lower(child)];
    const name = fieldOf(child, "name");
    const value = fieldOf(child, "value");
    if (!name || child.type === "hash_splat_parameter" || child.type === "block_parameter")
      return name ? [nameOf(name.text)] : [];
    return [
      value
        ? { kind: "assign", target: nameOf(name.text), value: lower(value), source: child.text }
        : nameOf(name.text),
    ];
  });
}

function readMethod(node: SyntaxNode): Expression {
  return {
    kind: "function",
    name: fieldOf(node, "name")?.text ?? "",
    parameters: parametersOf(node),
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}

function readBlock(node: SyntaxNode): Expression {
  const body = fieldOf(node, "body");
  const inner = body?.type === "block" || body?.type === "do_block" ? fieldOf(body, "body") : body;
  const written = parametersOf(node);
  const parameters = written.length > 0 ? written : [nameOf(childUses(inner, "_1") ? "_1" : "it")];
  return { kind: "function", parameters, body: maybe(inner, lower), source: node.text };
}

function childUses(node: SyntaxNode | undefined, name: string): boolean {
  return node !== undefined && (node.text === name || node.children.some((child) => childUses(child, name)));
}

function readClass(node: SyntaxNode): Expression {
  const superclass = childOf(node, "superclass");
  return {
    kind: "class",
    name: fieldOf(node, "name")?.text ?? "",
    bases: superclass ? [sequenceOf(superclass, lower)] : [],
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}
