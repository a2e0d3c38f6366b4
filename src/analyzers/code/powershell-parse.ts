import { isExpressionStart, parseCommand, parseRedirections } from "./powershell-command.ts";
import { parseExpression } from "./powershell-expression.ts";
import { PsReader, PsSyntaxError } from "./powershell-reader.ts";
import type { PsElement, PsNode, PsStatement } from "./powershell-syntax.ts";

/** What could be read, or why not. */
export type PsScript = { readonly body: readonly PsStatement[] } | { readonly problem: string };

/**
 * Reads a PowerShell script (about_Parsing, about_Operators, about_Quoting_Rules). Total: whatever it cannot
 * read is a problem, and then nothing of the script is to be trusted.
 */
export function parsePowershell(text: string): PsScript {
  const reader = new PsReader(text.replace(/\r\n/g, "\n"), parseStatements);
  try {
    const body = parseStatements(reader, undefined);
    return reader.ended ? { body } : { problem: `unexpected \`${reader.peek()}\`` };
  } catch (error) {
    if (error instanceof PsSyntaxError) return { problem: error.message };
    return { problem: error instanceof RangeError ? "nested too deeply" : "cannot be read" };
  }
}

/** Statements up to `close`, which is read too, or to the end of the text. */
function parseStatements(reader: PsReader, close: string | undefined): readonly PsStatement[] {
  const statements: PsStatement[] = [];
  reader.enter();
  for (;;) {
    reader.skipBreaks();
    if (close !== undefined && reader.take(close)) break;
    if (reader.ended) {
      if (close !== undefined) throw new PsSyntaxError(`\`${close}\` is missing`);
      break;
    }
    if (/^[)}\]]/.test(reader.rest(1))) {
      if (close === undefined) throw new PsSyntaxError(`unexpected \`${reader.rest(1)}\``);
      throw new PsSyntaxError(`\`${close}\` is missing`);
    }
    statements.push(...parseStatement(reader));
  }
  reader.leave();
  return statements;
}

function parseStatement(reader: PsReader): readonly PsStatement[] {
  const word = reader.keyword();
  const read = word === undefined ? undefined : KEYWORDS.get(word);
  if (read) {
    reader.skip((word as string).length);
    return read(reader);
  }
  if (/^:[A-Za-z_]\w*\s/.test(reader.rest(40))) reader.takePattern(/^:\w+/y);
  return parsePipelines(reader);
}

const KEYWORDS: ReadonlyMap<string, (reader: PsReader) => readonly PsStatement[]> = new Map(
  Object.entries<(reader: PsReader) => readonly PsStatement[]>({
    if: parseIf,
    while: parseWhile,
    until: parseWhile,
    do: parseDo,
    for: parseFor,
    foreach: parseForeach,
    switch: parseSwitch,
    try: parseTry,
    trap: parseTrap,
    function: parseFunction,
    filter: parseFunction,
    workflow: parseFunction,
    param: parseParam,
    begin: parseNamedBlock,
    process: parseNamedBlock,
    end: parseNamedBlock,
    dynamicparam: parseNamedBlock,
    return: parseFlow,
    throw: parseFlow,
    exit: parseFlow,
    break: parseFlow,
    continue: parseFlow,
    using: parseUsing,
    data: parseNamedBlock,
  }),
);

function block(reader: PsReader): readonly PsStatement[] {
  reader.skipBreaks();
  reader.expect("{");
  return parseStatements(reader, "}");
}

function condition(reader: PsReader): readonly PsStatement[] {
  reader.skipBreaks();
  reader.expect("(");
  return parseStatements(reader, ")");
}

function parseIf(reader: PsReader): readonly PsStatement[] {
  const conditions = [condition(reader)];
  const bodies = [block(reader)];
  while (reader.takeKeyword("elseif")) {
    conditions.push(condition(reader));
    bodies.push(block(reader));
  }
  if (reader.takeKeyword("else")) bodies.push(block(reader));
  return [{ kind: "control", conditions, bodies }];
}

function parseWhile(reader: PsReader): readonly PsStatement[] {
  return [{ kind: "control", conditions: [condition(reader)], bodies: [block(reader)] }];
}

function parseDo(reader: PsReader): readonly PsStatement[] {
  const body = block(reader);
  if (!reader.takeKeyword("while") && !reader.takeKeyword("until"))
    throw new PsSyntaxError("`do` without `while` or `until`");
  return [{ kind: "control", conditions: [condition(reader)], bodies: [body] }];
}

/** `for (a; b; c) { … }`: the three parts are statements. */
function parseFor(reader: PsReader): readonly PsStatement[] {
  return [{ kind: "control", conditions: [condition(reader)], bodies: [block(reader)] }];
}

function parseForeach(reader: PsReader): readonly PsStatement[] {
  reader.skipBlank();
  if (!/^(-parallel\s*)?\(/i.test(reader.rest(30))) {
    reader.skip(-"foreach".length);
    return parsePipelines(reader);
  }
  reader.takePattern(/-parallel\s*/iy);
  reader.expect("(");
  reader.skipBreaks();
  const variable = reader.takePattern(/\$\{?[\w:]+\}?/y);
  reader.skipBreaks();
  if (variable === undefined || !reader.takeKeyword("in"))
    throw new PsSyntaxError("`foreach` that cannot be read");
  const over = parseStatements(reader, ")");
  return [
    { kind: "foreach", variable: variable.replace(/[${}]/g, "").toLowerCase(), over, body: block(reader) },
  ];
}

function parseSwitch(reader: PsReader): readonly PsStatement[] {
  reader.skipBlank();
  while (reader.takePattern(/-(regex|wildcard|exact|casesensitive|parallel)\b\s*/iy) !== undefined)
    reader.skipBlank();
  const file = reader.takePattern(/-file\s+/iy);
  const subject = file === undefined ? condition(reader) : parsePipelines(reader);
  reader.skipBreaks();
  reader.expect("{");
  const bodies: (readonly PsStatement[])[] = [];
  for (;;) {
    reader.skipBreaks();
    if (reader.take("}")) break;
    parseCase(reader);
    bodies.push(block(reader));
  }
  return [{ kind: "control", conditions: [subject], bodies }];
}

function parseCase(reader: PsReader): void {
  if (reader.takePattern(/[\w.*?-]+(?=\s*\{)/y) === undefined) parseExpression(reader);
}

function parseTry(reader: PsReader): readonly PsStatement[] {
  const bodies = [block(reader)];
  while (reader.takeKeyword("catch")) {
    reader.skipBlank();
    while (reader.takePattern(/\[[\w.,\s]+\]\s*,?\s*/y) !== undefined) reader.skipBlank();
    bodies.push(block(reader));
  }
  if (reader.takeKeyword("finally")) bodies.push(block(reader));
  return [{ kind: "control", conditions: [], bodies }];
}

function parseTrap(reader: PsReader): readonly PsStatement[] {
  reader.skipBlank();
  reader.takePattern(/\[[\w.]+\]\s*/y);
  return [{ kind: "control", conditions: [], bodies: [block(reader)] }];
}

function parseFunction(reader: PsReader): readonly PsStatement[] {
  reader.skipBlank();
  const name = reader.takePattern(/[\w:.-]+/y);
  if (name === undefined) throw new PsSyntaxError("function without a name");
  reader.skipBreaks();
  const parameters = reader.take("(") ? parameterNames(reader) : [];
  reader.skipBreaks();
  reader.expect("{");
  reader.skipBreaks();
  reader.takePattern(/\[CmdletBinding\([^)]*\)\]\s*/iy);
  const own = reader.takeKeyword("param") ? parameterList(reader) : [];
  return [
    {
      kind: "function",
      name: name.replace(/^(global|script|local):/i, "").toLowerCase(),
      parameters: [...parameters, ...own],
      body: parseStatements(reader, "}"),
    },
  ];
}

function parseParam(reader: PsReader): readonly PsStatement[] {
  parameterList(reader);
  return [];
}

function parameterList(reader: PsReader): readonly string[] {
  reader.skipBreaks();
  reader.expect("(");
  return parameterNames(reader);
}

/** The names up to the closing parenthesis; attributes and types stand before them, defaults behind. */
function parameterNames(reader: PsReader): readonly string[] {
  const names: string[] = [];
  for (;;) {
    reader.skipBreaks();
    if (reader.take(")")) return names;
    if (reader.take(",")) continue;
    const name = reader.takePattern(/\$\w+/y);
    if (name !== undefined) {
      names.push(name.slice(1).toLowerCase());
      reader.skipBreaks();
      if (reader.take("=")) parseExpression(reader, "no-comma");
    } else if (reader.rest(1) === "[") reader.skipBracket();
    else throw new PsSyntaxError("parameters that cannot be read");
  }
}

function parseNamedBlock(reader: PsReader): readonly PsStatement[] {
  return [{ kind: "control", conditions: [], bodies: [block(reader)] }];
}

function parseFlow(reader: PsReader): readonly PsStatement[] {
  reader.skipBlank();
  if (/^($|[;\n}|)#])/.test(reader.rest(1)) || reader.ended) return [];
  return parsePipelines(reader);
}

function parseUsing(reader: PsReader): readonly PsStatement[] {
  const line = reader.takePattern(/[^\n;]*/y) ?? "";
  if (/^\s*(namespace)\b/i.test(line)) return [];
  throw new PsSyntaxError("`using` of a module or an assembly");
}

const ASSIGNS = /(?:[-+*/%]|\?\?)?=(?!=)/y;

/** Pipelines joined by `&&`, `||` and `&`, or an assignment. */
function parsePipelines(reader: PsReader): readonly PsStatement[] {
  const statements: PsStatement[] = [];
  for (;;) {
    statements.push(...parsePipeline(reader));
    reader.skipBlank();
    if (reader.take("&&") || reader.take("||")) {
      reader.skipBreaks();
      continue;
    }
    if (reader.rest(2) === "&" || /^&[^&]/.test(reader.rest(2))) reader.skip(1);
    return statements;
  }
}

function parsePipeline(reader: PsReader): readonly PsStatement[] {
  const elements: PsElement[] = [];
  for (;;) {
    reader.skipBlank();
    const start = reader.position;
    if (isExpressionStart(reader)) {
      const value = parseExpression(reader);
      reader.skipBlank();
      const operator = elements.length === 0 && isAssignable(value) ? reader.takePattern(ASSIGNS) : undefined;
      if (operator !== undefined) {
        reader.skipBreaks();
        return [{ kind: "assign", target: value, operator, value: parseStatement(reader) }];
      }
      elements.push({
        kind: "expression",
        value,
        redirections: parseRedirections(reader),
        source: reader.since(start),
      });
    } else elements.push(parseCommand(reader));
    reader.skipBlank();
    if (reader.rest(2) === "||" || !reader.take("|")) return [{ kind: "pipeline", elements }];
    reader.skipBreaks();
  }
}

function isAssignable(value: PsNode): boolean {
  return (
    value.kind === "variable" ||
    value.kind === "member" ||
    value.kind === "index" ||
    value.kind === "list" ||
    (value.kind === "cast" && isAssignable(value.value))
  );
}
