import type { SyntaxNode } from "../../core/facts.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { unescapeText } from "./decode.ts";
import { type Entry, type Expression, NONE, textOf } from "./expression.ts";
import { judgeTree } from "./judge.ts";
import { childOf, fieldOf, fieldsOf, joinOf, maybe, nameOf, numberOf, plainOf, sequenceOf } from "./lower.ts";
import { PHP } from "./php-acts.ts";
import type { Origin } from "./walk.ts";

/** Tells the effects of a PHP text (with its `<?php` tags, as in a file) without running it. */
export function judgePhp(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  return judgeTree("php", text, scene, { dialect: PHP, lower, origin });
}

function lower(node: SyntaxNode): Expression {
  const read = READERS.get(node.type);
  return read ? read(node) : sequenceOf(node, lower);
}

const READERS: ReadonlyMap<string, (node: SyntaxNode) => Expression> = new Map(
  Object.entries<(node: SyntaxNode) => Expression>({
    name: (node) =>
      /^(PHP_EOL|DIRECTORY_SEPARATOR|__DIR__)$/i.test(node.text) ? nameOf(node.text) : plainOf(node),
    qualified_name: (node) => nameOf(lastName(node.text), node.text),
    relative_name: (node) => nameOf(lastName(node.text), node.text),
    variable_name: (node) => nameOf(node.text),
    dynamic_variable_name: (node) => ({
      kind: "unread",
      what: "variable of a computed name",
      source: node.text,
    }),
    relative_scope: (node) => nameOf(node.text),
    integer: numberOf,
    float: numberOf,
    ...Object.fromEntries(
      "boolean null comment php_tag php_end_tag text text_interpolation cast_type primitive_type optional_type named_type union_type empty_statement break_statement continue_statement global_declaration heredoc_start heredoc_end visibility_modifier static_modifier const_declaration use_declaration declare_statement attribute_list modifier"
        .split(" ")
        .map((type) => [type, plainOf]),
    ),
    string: (node) =>
      textOf(
        (childOf(node, "string_content")
          ? node.children.map((child) => child.text).join("")
          : node.text.slice(1, -1)
        ).replace(/\\(['\\])/g, "$1"),
        node.text,
      ),
    encapsed_string: readString,
    heredoc: (node) => maybe(fieldOf(node, "value"), readString),
    nowdoc: (node) => textOf(fieldOf(node, "value")?.text ?? "", node.text),
    shell_command_expression: (node) => ({ kind: "shell", command: readString(node), source: node.text }),
    array_creation_expression: readArray,
    list_literal: (node) => ({ kind: "list", items: node.children.map(lower), source: node.text }),
    variadic_unpacking: (node) => ({ kind: "spread", value: sequenceOf(node, lower), source: node.text }),
    function_call_expression: (node) => readCall(node, maybe(fieldOf(node, "function"), lowerName)),
    member_call_expression: (node) => readCall(node, member(node)),
    nullsafe_member_call_expression: (node) => readCall(node, member(node)),
    scoped_call_expression: (node) =>
      readCall(node, {
        kind: "member",
        on: maybe(fieldOf(node, "scope"), lowerName),
        name: fieldOf(node, "name")?.text ?? "",
        source: node.text,
      }),
    object_creation_expression: readNew,
    member_access_expression: member,
    nullsafe_member_access_expression: member,
    class_constant_access_expression: plainOf,
    scoped_property_access_expression: (node) => nameOf(node.text),
    subscript_expression: (node) => ({
      kind: "index",
      on: maybe(node.children[0], lower),
      key: maybe(node.children[1], lower),
      source: node.text,
    }),
    assignment_expression: (node) => ({
      kind: "assign",
      target: maybe(fieldOf(node, "left"), lower),
      value: maybe(fieldOf(node, "right"), lower),
      source: node.text,
    }),
    reference_assignment_expression: (node) => ({
      kind: "assign",
      target: maybe(fieldOf(node, "left"), lower),
      value: maybe(fieldOf(node, "right"), lower),
      source: node.text,
    }),
    augmented_assignment_expression: readAugmented,
    binary_expression: readBinary,
    unary_op_expression: (node) => ({
      kind: "operation",
      operator: fieldOf(node, "operator")?.text ?? "",
      operands: node.children.filter((child) => child.field !== "operator").map(lower),
      source: node.text,
    }),
    conditional_expression: (node) => ({
      kind: "branches",
      condition: fieldsOf(node, "condition").map(lower),
      branches: [
        maybe(fieldOf(node, "body") ?? fieldOf(node, "condition"), lower),
        maybe(fieldOf(node, "alternative"), lower),
      ],
      source: node.text,
    }),
    cast_expression: (node) =>
      /int|float|bool/.test(fieldOf(node, "type")?.text ?? "")
        ? plainOf(node)
        : maybe(fieldOf(node, "value"), lower),
    echo_statement: (node) => builtin("echo", node),
    print_intrinsic: (node) => builtin("print", node),
    include_expression: (node) => builtin("include", node),
    include_once_expression: (node) => builtin("include", node),
    require_expression: (node) => builtin("include", node),
    require_once_expression: (node) => builtin("include", node),
    exit_statement: (node) => sequenceOf(node, lower),
    unset_statement: plainOf,
    if_statement: readBranches,
    while_statement: readBranches,
    do_statement: readBranches,
    switch_statement: readBranches,
    match_expression: readBranches,
    try_statement: readBranches,
    for_statement: readBranches,
    foreach_statement: readForeach,
    function_definition: readFunction,
    method_declaration: readFunction,
    anonymous_function: readFunction,
    anonymous_function_creation_expression: readFunction,
    arrow_function: readFunction,
    class_declaration: readClass,
    trait_declaration: readClass,
    interface_declaration: plainOf,
    enum_declaration: plainOf,
    return_statement: (node) => ({ kind: "return", value: sequenceOf(node, lower), source: node.text }),
    namespace_use_declaration: plainOf,
    namespace_name: plainOf,
    property_declaration: (node) => sequenceOf(node, lower),
    anonymous_function_use_clause: plainOf,
  }),
);

/** A name where a function or a class stands; elsewhere it is a constant. */
function lowerName(node: SyntaxNode): Expression {
  return node.type === "name" ? nameOf(node.text) : lower(node);
}

function lastName(text: string): string {
  return text.slice(text.lastIndexOf("\\") + 1);
}

function readString(node: SyntaxNode): Expression {
  const body =
    node.type === "encapsed_string" ||
    node.type === "heredoc_body" ||
    node.type === "shell_command_expression"
      ? node.children
      : [];
  const parts = body.map((child): Expression => {
    if (child.type === "string_content") return textOf(child.text);
    return child.type === "escape_sequence" ? textOf(unescapeText(child.text)) : lower(child);
  });
  return parts.length === 0 ? textOf("", node.text) : joinOf(parts, node.text);
}

function readArray(node: SyntaxNode): Expression {
  const elements = node.children.filter(
    (child) => child.type === "array_element_initializer" || child.type === "variadic_unpacking",
  );
  if (elements.some((child) => child.children.length === 2))
    return { kind: "map", entries: elements.map(readEntry), source: node.text };
  return {
    kind: "list",
    items: elements.map((child) =>
      child.type === "variadic_unpacking" ? lower(child) : sequenceOf(child, lower),
    ),
    source: node.text,
  };
}

function readEntry(node: SyntaxNode): Entry {
  const [first, second] = node.children;
  return second
    ? { key: maybe(first, lower), value: lower(second) }
    : { key: NONE, value: maybe(first, lower) };
}

function member(node: SyntaxNode): Expression {
  return {
    kind: "member",
    on: maybe(fieldOf(node, "object"), lower),
    name: fieldOf(node, "name")?.text ?? "",
    source: node.text,
  };
}

function readCall(node: SyntaxNode, callee: Expression): Expression {
  const given = (fieldOf(node, "arguments") ?? childOf(node, "arguments"))?.children ?? [];
  const named = given.filter((child) => fieldOf(child, "name"));
  const args = given
    .filter((child) => !fieldOf(child, "name") && child.type !== "comment")
    .map((child) =>
      child.children[0]?.type === "variadic_unpacking" ? lower(child.children[0]) : sequenceOf(child, lower),
    );
  return {
    kind: "call",
    callee,
    args,
    named: named.map((child) => ({
      key: textOf(fieldOf(child, "name")?.text ?? ""),
      value: maybe(child.children.at(-1), lower),
    })),
    source: node.text,
  };
}

function readNew(node: SyntaxNode): Expression {
  const name = childOf(node, "name", "qualified_name", "variable_name");
  if (!name) return sequenceOf(node, lower);
  return readCall(node, {
    kind: "member",
    on: nameOf(lastName(name.text), name.text),
    name: "new",
    source: node.text,
  });
}

function builtin(name: string, node: SyntaxNode): Expression {
  return { kind: "call", callee: nameOf(name), args: node.children.map(lower), named: [], source: node.text };
}

function readAugmented(node: SyntaxNode): Expression {
  const target = maybe(fieldOf(node, "left"), lower);
  const value = maybe(fieldOf(node, "right"), lower);
  const operator = fieldOf(node, "operator")?.text ?? "";
  const sum: Expression =
    operator === ".="
      ? { kind: "join", parts: [target, value], source: node.text }
      : { kind: "operation", operator: operator.slice(0, -1), operands: [target, value], source: node.text };
  return { kind: "assign", target, value: sum, source: node.text };
}

function readBinary(node: SyntaxNode): Expression {
  const operands = [maybe(fieldOf(node, "left"), lower), maybe(fieldOf(node, "right"), lower)];
  const operator = fieldOf(node, "operator")?.text ?? "";
  return operator === "."
    ? joinOf(operands, node.text)
    : { kind: "operation", operator, operands, source: node.text };
}

function readBranches(node: SyntaxNode): Expression {
  const first = fieldsOf(node, "condition").concat(fieldsOf(node, "initialize"));
  return {
    kind: "branches",
    condition: first.map(lower),
    branches: node.children.filter((child) => !first.includes(child)).map(lower),
    source: node.text,
  };
}

function readForeach(node: SyntaxNode): Expression {
  const [over, target] = node.children;
  const value = target?.type === "pair" ? target.children[1] : target;
  return {
    kind: "loop",
    target: maybe(value, lower),
    over: maybe(over, lower),
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}

function readFunction(node: SyntaxNode): Expression {
  const name = node.type === "function_definition" ? fieldOf(node, "name")?.text.toLowerCase() : undefined;
  const parameters = (fieldOf(node, "parameters")?.children ?? []).flatMap((child): Expression[] => {
    const parameter = fieldOf(child, "name");
    const value = fieldOf(child, "default_value");
    if (!parameter) return [];
    const target = nameOf(parameter.text);
    if (child.type === "variadic_parameter") return [{ kind: "spread", value: target, source: child.text }];
    return [value ? { kind: "assign", target, value: lower(value), source: child.text } : target];
  });
  const body = maybe(fieldOf(node, "body"), lower);
  return {
    kind: "function",
    ...(name === undefined ? {} : { name }),
    parameters,
    body: node.type === "arrow_function" ? { kind: "return", value: body, source: node.text } : body,
    source: node.text,
  };
}

function readClass(node: SyntaxNode): Expression {
  return {
    kind: "class",
    name: fieldOf(node, "name")?.text ?? "",
    bases: [],
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}
