import type { SyntaxNode } from "../../core/facts.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { unescapeText } from "./decode.ts";
import { type Entry, type Expression, NONE, sequence, textOf } from "./expression.ts";
import { JAVASCRIPT } from "./javascript-acts.ts";
import { judgeTree } from "./judge.ts";
import { childOf, fieldOf, fieldsOf, joinOf, maybe, nameOf, numberOf, plainOf, sequenceOf } from "./lower.ts";
import type { Origin } from "./walk.ts";

/** Tells the effects of a JavaScript or TypeScript program (`node -e`, a file) without running it. */
export function judgeJavascript(text: string, scene: Scene, origin: Origin = "inline"): Finding {
  return judgeTree("javascript", text, scene, { dialect: JAVASCRIPT, lower, origin });
}

function lower(node: SyntaxNode): Expression {
  const read = READERS.get(node.type);
  return read ? read(node) : sequenceOf(node, lower);
}

const READERS: ReadonlyMap<string, (node: SyntaxNode) => Expression> = new Map(
  Object.entries<(node: SyntaxNode) => Expression>({
    identifier: (node) => nameOf(node.text),
    shorthand_property_identifier: (node) => nameOf(node.text),
    shorthand_property_identifier_pattern: (node) => nameOf(node.text),
    property_identifier: (node) => textOf(node.text),
    private_property_identifier: (node) => textOf(node.text),
    this: (node) => nameOf("this", node.text),
    import: (node) => nameOf("import", node.text),
    number: numberOf,
    ...Object.fromEntries(
      "true false null undefined regex comment hash_bang_line empty_statement break_statement continue_statement debugger_statement type_annotation type_parameters type_arguments interface_declaration type_alias_declaration predefined_type type_identifier import_specifier meta_property super optional_chain accessibility_modifier statement_identifier ambient_declaration"
        .split(" ")
        .map((type) => [type, plainOf]),
    ),
    string: readString,
    template_string: readString,
    array: readList,
    array_pattern: readList,
    arguments: readList,
    spread_element: readSpread,
    rest_pattern: readSpread,
    object: (node) => ({ kind: "map", entries: node.children.map(readEntry), source: node.text }),
    object_pattern: (node) => ({ kind: "map", entries: node.children.map(readEntry), source: node.text }),
    assignment_pattern: readAssign,
    object_assignment_pattern: readAssign,
    assignment_expression: readAssign,
    variable_declarator: (node) => ({
      kind: "assign",
      target: maybe(fieldOf(node, "name"), lower),
      value: maybe(fieldOf(node, "value"), lower),
      source: node.text,
    }),
    augmented_assignment_expression: readAugmented,
    member_expression: (node) => ({
      kind: "member",
      on: maybe(fieldOf(node, "object"), lower),
      name: fieldOf(node, "property")?.text ?? "",
      source: node.text,
    }),
    subscript_expression: (node) => ({
      kind: "index",
      on: maybe(fieldOf(node, "object"), lower),
      key: maybe(fieldOf(node, "index"), lower),
      source: node.text,
    }),
    call_expression: readCall,
    new_expression: readNew,
    binary_expression: (node) => ({
      kind: "operation",
      operator: fieldOf(node, "operator")?.text ?? "",
      operands: [maybe(fieldOf(node, "left"), lower), maybe(fieldOf(node, "right"), lower)],
      source: node.text,
    }),
    unary_expression: (node) => ({
      kind: "operation",
      operator: fieldOf(node, "operator")?.text ?? "",
      operands: [maybe(fieldOf(node, "argument"), lower)],
      source: node.text,
    }),
    update_expression: plainOf,
    ternary_expression: (node) => ({
      kind: "branches",
      condition: fieldsOf(node, "condition").map(lower),
      branches: [maybe(fieldOf(node, "consequence"), lower), maybe(fieldOf(node, "alternative"), lower)],
      source: node.text,
    }),
    ...Object.fromEntries(
      [
        "arrow_function",
        "function_expression",
        "function_declaration",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
      ].map((type) => [type, readFunction]),
    ),
    class_declaration: readClass,
    abstract_class_declaration: readClass,
    class: readClass,
    field_definition: (node) => maybe(fieldOf(node, "value"), lower),
    public_field_definition: (node) => maybe(fieldOf(node, "value"), lower),
    return_statement: (node) => ({ kind: "return", value: sequenceOf(node, lower), source: node.text }),
    if_statement: readBranches,
    while_statement: readBranches,
    do_statement: readBranches,
    switch_statement: readBranches,
    try_statement: readBranches,
    for_statement: (node) =>
      sequence([
        { kind: "sequence", items: fieldsOf(node, "initializer").map(lower), source: node.text },
        readBranches({ ...node, children: node.children.filter((child) => child.field !== "initializer") }),
      ]),
    for_in_statement: (node) => ({
      kind: "loop",
      target: maybe(fieldOf(node, "left"), lower),
      over: maybe(fieldOf(node, "right"), lower),
      body: maybe(fieldOf(node, "body"), lower),
      source: node.text,
    }),
    import_statement: readImport,
    export_statement: (node) =>
      sequence(
        node.children.filter((child) => child.field === "declaration" || child.field === "value").map(lower),
        node.text,
      ),
    enum_declaration: plainOf,
    as_expression: (node) => maybe(node.children[0], lower),
    satisfies_expression: (node) => maybe(node.children[0], lower),
    non_null_expression: (node) => maybe(node.children[0], lower),
    labeled_statement: (node) => maybe(fieldOf(node, "body"), lower),
    computed_property_name: (node) => sequenceOf(node, lower),
    jsx_text: plainOf,
  }),
);

function readString(node: SyntaxNode): Expression {
  const raw = node.children.map((child): Expression => {
    if (child.type === "template_substitution") return sequenceOf(child, lower);
    return textOf(child.type === "escape_sequence" ? unescapeText(child.text) : child.text);
  });
  return raw.length === 0 ? textOf(textBetweenQuotes(node.text), node.text) : joinOf(raw, node.text);
}

/** A string without pieces is empty, or holds only white space that the grammar leaves out. */
function textBetweenQuotes(text: string): string {
  return text.slice(1, -1);
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

function readEntry(node: SyntaxNode): Entry {
  if (node.type.startsWith("shorthand_property")) return { key: textOf(node.text), value: nameOf(node.text) };
  if (node.type === "object_assignment_pattern") {
    const name = fieldOf(node, "left")?.text ?? "";
    return { key: textOf(name), value: readAssign(node) };
  }
  if (node.type === "method_definition")
    return {
      key: textOf(fieldOf(node, "name")?.text ?? ""),
      value: {
        ...(readFunction(node) as Extract<Expression, { kind: "function" }>),
        name: undefined as never,
      },
    };
  const key = fieldOf(node, "key");
  if (!key) return { key: NONE, value: lower(node) };
  return { key: lower(key), value: maybe(fieldOf(node, "value"), lower) };
}

function readAssign(node: SyntaxNode): Expression {
  return {
    kind: "assign",
    target: maybe(fieldOf(node, "left"), lower),
    value: maybe(fieldOf(node, "right"), lower),
    source: node.text,
  };
}

function readAugmented(node: SyntaxNode): Expression {
  const target = maybe(fieldOf(node, "left"), lower);
  const value = maybe(fieldOf(node, "right"), lower);
  const operator = (fieldOf(node, "operator")?.text ?? "").slice(0, -1);
  if (operator === "+") return { kind: "append", target, value, source: node.text };
  return {
    kind: "assign",
    target,
    value: { kind: "operation", operator, operands: [target, value], source: node.text },
    source: node.text,
  };
}

function readCall(node: SyntaxNode): Expression {
  const callee = maybe(fieldOf(node, "function"), lower);
  const given = fieldOf(node, "arguments");
  const args =
    given?.type === "template_string"
      ? [lower(given)]
      : (given?.children ?? []).filter((child) => child.type !== "comment").map(lower);
  return { kind: "call", callee, args, named: [], source: node.text };
}

/** `new X(…)` is the same to the tables as `X(…)`. */
function readNew(node: SyntaxNode): Expression {
  const args = (fieldOf(node, "arguments")?.children ?? [])
    .filter((child) => child.type !== "comment")
    .map(lower);
  return {
    kind: "call",
    callee: maybe(fieldOf(node, "constructor"), lower),
    args,
    named: [],
    source: node.text,
  };
}

function readFunction(node: SyntaxNode): Expression {
  const name =
    node.type === "function_declaration" || node.type === "generator_function_declaration"
      ? fieldOf(node, "name")?.text
      : undefined;
  const one = fieldOf(node, "parameter");
  const parameters = one
    ? [lower(one)]
    : (fieldOf(node, "parameters")?.children ?? [])
        .filter((child) => child.type !== "comment")
        .map(readParameter);
  const body = fieldOf(node, "body");
  const inner = maybe(body, lower);
  const value: Expression =
    body && body.type !== "statement_block" ? { kind: "return", value: inner, source: node.text } : inner;
  return {
    kind: "function",
    ...(name === undefined ? {} : { name }),
    parameters,
    body: value,
    source: node.text,
  };
}

function readParameter(node: SyntaxNode): Expression {
  if (node.type !== "required_parameter" && node.type !== "optional_parameter") return lower(node);
  const target = maybe(fieldOf(node, "pattern"), lower);
  const value = fieldOf(node, "value");
  return value ? { kind: "assign", target, value: lower(value), source: node.text } : target;
}

function readClass(node: SyntaxNode): Expression {
  const bases = node.children
    .filter((child) => child.type === "class_heritage")
    .map((child) => sequenceOf(child, lower));
  return {
    kind: "class",
    name: fieldOf(node, "name")?.text ?? "",
    bases,
    body: maybe(fieldOf(node, "body"), lower),
    source: node.text,
  };
}

function readBranches(node: SyntaxNode): Expression {
  const first =
    node.type === "do_statement"
      ? []
      : node.children.filter(
          (child) =>
            child.field === "condition" || (child.field === "value" && node.type === "switch_statement"),
        );
  return {
    kind: "branches",
    condition: first.map(lower),
    branches: node.children.filter((child) => !first.includes(child)).map(lower),
    source: node.text,
  };
}

function readImport(node: SyntaxNode): Expression {
  const from = fieldOf(node, "source");
  const module = from ? textOfString(from) : "";
  const clause = childOf(node, "import_clause");
  if (/^import\s+type\b/.test(node.text)) return plainOf(node);
  if (!clause) return { kind: "import", module, as: "", source: node.text };
  return sequence(
    clause.children.flatMap((child) => importClause(child, module, node.text)),
    node.text,
  );
}

function importClause(child: SyntaxNode, module: string, source: string): readonly Expression[] {
  if (child.type === "identifier") return [{ kind: "import", module, as: child.text, source }];
  if (child.type === "namespace_import")
    return [{ kind: "import", module, as: child.children[0]?.text ?? "", source }];
  return child.children.map((specifier): Expression => {
    const name = fieldOf(specifier, "name")?.text ?? "";
    const as = fieldOf(specifier, "alias")?.text ?? name;
    return name === "default"
      ? { kind: "import", module, as, source }
      : { kind: "import", module, name, as, source };
  });
}

function textOfString(node: SyntaxNode): string {
  const text = readString(node);
  return text.kind === "text" ? text.value : "";
}
