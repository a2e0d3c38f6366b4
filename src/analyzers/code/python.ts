import type { SyntaxNode } from "../../core/facts.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { unescapeText } from "./decode.ts";
import { type Entry, type Expression, NONE, sequence, textOf } from "./expression.ts";
import { judgeTree } from "./judge.ts";
import { childOf, fieldOf, fieldsOf, joinOf, maybe, nameOf, numberOf, plainOf, sequenceOf } from "./lower.ts";
import { PYTHON } from "./python-acts.ts";
import type { Origin } from "./walk.ts";

/** Tells the effects of a Python program (`python -c`, a here-document, a file) without running it. */
export function judgePython(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  return judgeTree("python", text, scene, { dialect: PYTHON, lower, origin });
}

function lower(node: SyntaxNode): Expression {
  const read = READERS[node.type];
  return read ? read(node) : sequenceOf(node, lower);
}

const READERS: Readonly<Record<string, (node: SyntaxNode) => Expression>> = {
  identifier: (node) => nameOf(node.text),
  dotted_name: (node) =>
    node.children
      .slice(1)
      .reduce<Expression>(
        (on, part) => ({ kind: "member", on, name: part.text, source: node.text }),
        nameOf(node.children[0]?.text ?? node.text),
      ),
  integer: numberOf,
  float: numberOf,
  true: plainOf,
  false: plainOf,
  none: plainOf,
  ellipsis: plainOf,
  comment: plainOf,
  pass_statement: plainOf,
  break_statement: plainOf,
  continue_statement: plainOf,
  global_statement: plainOf,
  nonlocal_statement: plainOf,
  type: plainOf,
  string: readString,
  concatenated_string: (node) => joinOf(node.children.map(lower), node.text),
  list: readList,
  tuple: readList,
  set: readList,
  expression_list: readList,
  pattern_list: readList,
  tuple_pattern: readList,
  list_pattern: readList,
  list_splat: readSpread,
  list_splat_pattern: readSpread,
  dictionary_splat: readSpread,
  dictionary_splat_pattern: readSpread,
  dictionary: (node) => ({ kind: "map", entries: node.children.map(readPair), source: node.text }),
  attribute: (node) => ({
    kind: "member",
    on: maybe(fieldOf(node, "object"), lower),
    name: fieldOf(node, "attribute")?.text ?? "",
    source: node.text,
  }),
  subscript: readSubscript,
  call: readCall,
  assignment: (node) => ({
    kind: "assign",
    target: maybe(fieldOf(node, "left"), lower),
    value: maybe(fieldOf(node, "right"), lower),
    source: node.text,
  }),
  augmented_assignment: readAugmented,
  named_expression: (node) => ({
    kind: "assign",
    target: maybe(fieldOf(node, "name"), lower),
    value: maybe(fieldOf(node, "value"), lower),
    source: node.text,
  }),
  binary_operator: readOperation,
  boolean_operator: readOperation,
  unary_operator: (node) => ({
    kind: "operation",
    operator: fieldOf(node, "operator")?.text ?? "",
    operands: [maybe(fieldOf(node, "argument"), lower)],
    source: node.text,
  }),
  conditional_expression: (node) => ({
    kind: "branches",
    condition: node.children.slice(1, 2).map(lower),
    branches: [node.children[0], node.children[2]].map((one) => maybe(one, lower)),
    source: node.text,
  }),
  lambda: readFunction,
  function_definition: readFunction,
  class_definition: readClass,
  decorator: (node) => ({
    kind: "call",
    callee: sequenceOf(node, lower),
    args: [],
    named: [],
    source: node.text,
  }),
  return_statement: (node) => ({ kind: "return", value: sequenceOf(node, lower), source: node.text }),
  if_statement: readBranches,
  while_statement: readBranches,
  try_statement: (node) => ({
    kind: "branches",
    condition: [],
    branches: node.children.map(lower),
    source: node.text,
  }),
  match_statement: readBranches,
  for_statement: (node) =>
    sequence([
      {
        kind: "loop",
        target: maybe(fieldOf(node, "left"), lower),
        over: maybe(fieldOf(node, "right"), lower),
        body: maybe(fieldOf(node, "body"), lower),
        source: node.text,
      },
      maybe(fieldOf(node, "alternative"), lower),
    ]),
  list_comprehension: readComprehension,
  set_comprehension: readComprehension,
  generator_expression: readComprehension,
  dictionary_comprehension: readComprehension,
  with_item: readWithItem,
  as_pattern: readWithItem,
  import_statement: (node) => sequence(fieldsOf(node, "name").map(readImport), node.text),
  import_from_statement: readImportFrom,
  future_import_statement: plainOf,
  exec_statement: (node) => ({
    kind: "call",
    callee: nameOf("exec"),
    args: [maybe(fieldOf(node, "code"), lower)],
    named: [],
    source: node.text,
  }),
  pair: (node) => sequenceOf(node, lower),
};

function readString(node: SyntaxNode): Expression {
  const start = childOf(node, "string_start")?.text ?? "";
  const raw = /r/i.test(start);
  const parts = node.children.flatMap((child): Expression[] => {
    if (child.type === "string_content")
      return [textOf(contentOf(child.text, raw, /f/i.test(start)), child.text)];
    if (child.type === "interpolation") return [maybe(fieldOf(child, "expression"), lower)];
    return [];
  });
  return parts.length === 0 ? textOf("", node.text) : joinOf(parts, node.text);
}

function contentOf(text: string, raw: boolean, formatted: boolean): string {
  const plain = formatted ? text.replace(/\{\{|\}\}/g, (two) => two.slice(1)) : text;
  return raw ? plain : unescapeText(plain);
}

function readList(node: SyntaxNode): Expression {
  return { kind: "list", items: node.children.map(lower), source: node.text };
}

function readSpread(node: SyntaxNode): Expression {
  return { kind: "spread", value: sequenceOf(node, lower), source: node.text };
}

function readPair(node: SyntaxNode): Entry {
  const key = fieldOf(node, "key");
  if (!key) return { key: NONE, value: lower(node) };
  return { key: lower(key), value: maybe(fieldOf(node, "value"), lower) };
}

function readSubscript(node: SyntaxNode): Expression {
  const on = maybe(fieldOf(node, "value"), lower);
  const key = fieldOf(node, "subscript");
  if (key?.type === "slice") {
    const reversed = key.text.replace(/\s/g, "") === "::-1";
    return {
      kind: "call",
      callee: { kind: "member", on, name: reversed ? "reverse" : "slice", source: node.text },
      args: key.children.map(lower),
      named: [],
      source: node.text,
    };
  }
  return { kind: "index", on, key: maybe(key, lower), source: node.text };
}

function readCall(node: SyntaxNode): Expression {
  const given = fieldOf(node, "arguments");
  const children = given?.type === "generator_expression" ? [given] : (given?.children ?? []);
  const named = children.filter((child) => child.type === "keyword_argument");
  return {
    kind: "call",
    callee: maybe(fieldOf(node, "function"), lower),
    args: children
      .filter((child) => child.type !== "keyword_argument" && child.type !== "comment")
      .map(lower),
    named: named.map((child) => ({
      key: textOf(fieldOf(child, "name")?.text ?? ""),
      value: maybe(fieldOf(child, "value"), lower),
    })),
    source: node.text,
  };
}

function readAugmented(node: SyntaxNode): Expression {
  const target = maybe(fieldOf(node, "left"), lower);
  const value = maybe(fieldOf(node, "right"), lower);
  const operator = fieldOf(node, "operator")?.text ?? "";
  if (operator === "+=") return { kind: "append", target, value, source: node.text };
  const operation: Expression = {
    kind: "operation",
    operator: operator.slice(0, -1),
    operands: [target, value],
    source: node.text,
  };
  return { kind: "assign", target, value: operation, source: node.text };
}

function readOperation(node: SyntaxNode): Expression {
  const operands = [maybe(fieldOf(node, "left"), lower), maybe(fieldOf(node, "right"), lower)];
  return { kind: "operation", operator: fieldOf(node, "operator")?.text ?? "", operands, source: node.text };
}

function readFunction(node: SyntaxNode): Expression {
  const name = fieldOf(node, "name")?.text;
  const body = maybe(fieldOf(node, "body"), lower);
  const parameters = (fieldOf(node, "parameters")?.children ?? []).flatMap(readParameter);
  return {
    kind: "function",
    ...(name === undefined ? {} : { name }),
    parameters,
    body: node.type === "lambda" ? { kind: "return", value: body, source: node.text } : body,
    source: node.text,
  };
}

function readParameter(node: SyntaxNode): readonly Expression[] {
  if (
    node.type === "identifier" ||
    node.type === "list_splat_pattern" ||
    node.type === "dictionary_splat_pattern"
  )
    return [lower(node)];
  if (node.type === "typed_parameter") return node.children.slice(0, 1).map(lower);
  if (node.type === "default_parameter" || node.type === "typed_default_parameter") {
    return [
      {
        kind: "assign",
        target: maybe(fieldOf(node, "name"), lower),
        value: maybe(fieldOf(node, "value"), lower),
        source: node.text,
      },
    ];
  }
  return [];
}

function readClass(node: SyntaxNode): Expression {
  const bases = (fieldOf(node, "superclasses")?.children ?? []).map((child) =>
    lower(child.type === "keyword_argument" ? (fieldOf(child, "value") ?? child) : child),
  );
  return {
    kind: "class",
    name: fieldOf(node, "name")?.text ?? "",
    bases,
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}

function readBranches(node: SyntaxNode): Expression {
  const condition = fieldOf(node, "condition") ?? fieldOf(node, "subject");
  return {
    kind: "branches",
    condition: condition ? [lower(condition)] : [],
    branches: node.children.filter((child) => child !== condition).map(lower),
    source: node.text,
  };
}

function readComprehension(node: SyntaxNode): Expression {
  const body = maybe(fieldOf(node, "body"), lower);
  const clauses = node.children.filter(
    (child) => child.type === "for_in_clause" || child.type === "if_clause",
  );
  return clauses.reduceRight<Expression>((inner, clause) => {
    if (clause.type === "if_clause")
      return { kind: "sequence", items: [sequenceOf(clause, lower), inner], source: clause.text };
    return {
      kind: "loop",
      target: maybe(fieldOf(clause, "left"), lower),
      over: maybe(fieldOf(clause, "right"), lower),
      body: inner,
      source: node.text,
    };
  }, body);
}

/** `with open(x) as f`, and `except E as e`: the alias is bound to what entering gives, the value itself. */
function readWithItem(node: SyntaxNode): Expression {
  const inner = node.type === "with_item" ? fieldOf(node, "value") : node;
  if (inner?.type !== "as_pattern") return maybe(inner, lower);
  const alias = fieldOf(inner, "alias")?.children[0];
  return {
    kind: "assign",
    target: maybe(alias, lower),
    value: maybe(inner.children[0], lower),
    source: node.text,
  };
}

function readImport(node: SyntaxNode): Expression {
  if (node.type === "aliased_import") {
    const module = fieldOf(node, "name")?.text ?? "";
    return { kind: "import", module, as: fieldOf(node, "alias")?.text ?? module, source: node.text };
  }
  const root = node.text.split(".")[0] as string;
  const bound: Expression = { kind: "import", module: root, as: root, source: node.text };
  return root === node.text
    ? bound
    : sequence([{ kind: "import", module: node.text, as: "", source: node.text }, bound]);
}

function readImportFrom(node: SyntaxNode): Expression {
  const module = fieldOf(node, "module_name")?.text ?? "";
  const names = fieldsOf(node, "name").map((name): Expression => {
    const original = name.type === "aliased_import" ? (fieldOf(name, "name")?.text ?? "") : name.text;
    const as = name.type === "aliased_import" ? (fieldOf(name, "alias")?.text ?? original) : original;
    return { kind: "import", module, name: original, as, source: node.text };
  });
  return names.length > 0
    ? sequence(names, node.text)
    : { kind: "import", module, name: "*", as: "*", source: node.text };
}
