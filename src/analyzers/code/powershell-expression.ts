import { PsReader, PsSyntaxError } from "./powershell-reader.ts";
import { parseString, parseVariable } from "./powershell-strings.ts";
import type { PsNode, PsStatement } from "./powershell-syntax.ts";

const BINARY =
  /-(?:[ci]?(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split|join)|is|isnot|as|and|or|xor|band|bor|bxor|shl|shr|f)\b|\.\.|\?\?(?!=)|[*/%](?!=)|[+-](?![\d=+-]|[A-Za-z])|[+-](?=\d)/iy;
const UNARY = /-(?:not|bnot|split|join|[ci]split)\b|!|\+\+|--|[+-](?=[\d.$(])|,/iy;
const NUMBER =
  /(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)(?:[dlus]|ul|us)?(?:kb|mb|gb|tb|pb)?(?![\w\\:])/iy;

/** Reads an expression; `no-comma` stops before a comma, as between arguments of a method. */
export function parseExpression(reader: PsReader, commas: "comma" | "no-comma" = "comma"): PsNode {
  reader.enter();
  let left = parseList(reader, commas);
  for (;;) {
    const start = reader.position;
    reader.skipBlank();
    const operator = reader.takePattern(BINARY);
    if (operator === undefined) {
      if (reader.rest(2).startsWith("?") && /^\?\s/.test(reader.rest(2)) && commas === "comma") {
        left = parseTernary(reader, left);
        continue;
      }
      reader.position = start;
      reader.leave();
      return left;
    }
    reader.skipBreaks();
    left = {
      kind: "operation",
      operator: operator.toLowerCase(),
      operands: [left, parseList(reader, commas)],
    };
  }
}

function parseTernary(reader: PsReader, condition: PsNode): PsNode {
  reader.skip(1);
  reader.skipBreaks();
  const yes = parseExpression(reader, "no-comma");
  reader.skipBreaks();
  reader.expect(":");
  reader.skipBreaks();
  return {
    kind: "operation",
    operator: "?:",
    operands: [condition, yes, parseExpression(reader, "no-comma")],
  };
}

function parseList(reader: PsReader, commas: "comma" | "no-comma"): PsNode {
  const items = [parseUnary(reader)];
  while (commas === "comma") {
    const start = reader.position;
    reader.skipBlank();
    if (!reader.take(",")) {
      reader.position = start;
      break;
    }
    reader.skipBreaks();
    items.push(parseUnary(reader));
  }
  return items.length === 1 ? (items[0] as PsNode) : { kind: "list", items };
}

function parseUnary(reader: PsReader): PsNode {
  reader.skipBlank();
  const operator = reader.takePattern(UNARY);
  if (operator !== undefined) {
    reader.skipBlank();
    return { kind: "operation", operator: operator.toLowerCase(), operands: [parseUnary(reader)] };
  }
  if (reader.peek() === "[") return parseBracket(reader);
  return parsePostfix(reader, parsePrimary(reader));
}

/** `[type]` alone, before `::`, or as a cast of what follows. */
function parseBracket(reader: PsReader): PsNode {
  const name = reader.takePattern(/\[[\w.+`,\s[\]]*?\]+(?=\s*(?:::|[^\]]|$))/y);
  if (name === undefined) throw new PsSyntaxError("type that cannot be read");
  const type = name.slice(1, -1).toLowerCase();
  if (reader.rest(2) === "::") return parsePostfix(reader, { kind: "type", name: type });
  const start = reader.position;
  reader.skipBlank();
  if (/^[$"'(@\d[\-!{]/.test(reader.rest(1))) return { kind: "cast", type, value: parseUnary(reader) };
  reader.position = start;
  return { kind: "type", name: type };
}

export function parsePrimary(reader: PsReader): PsNode {
  const text = parseString(reader);
  if (text) return text;
  const splat = reader.takePattern(/@[A-Za-z_]\w*/y);
  if (splat !== undefined) return { kind: "variable", name: splat.slice(1).toLowerCase(), splat: true };
  if (reader.take("@(") || reader.take("(")) return { kind: "group", body: reader.statements(reader, ")") };
  if (reader.take("@{")) return parseHash(reader);
  if (reader.take("{")) return { kind: "block", body: reader.statements(reader, "}") };
  const variable = reader.peek() === "$" ? parseVariable(reader) : undefined;
  if (variable) return variable;
  const number = reader.takePattern(NUMBER);
  if (number !== undefined) return { kind: "text", text: number, quoted: true };
  throw new PsSyntaxError(`cannot read \`${reader.rest(20)}\``);
}

function parseHash(reader: PsReader): PsNode {
  const entries: (readonly [PsNode, readonly PsStatement[]])[] = [];
  for (;;) {
    reader.skipBreaks();
    if (reader.take("}")) return { kind: "hash", entries };
    const bare = reader.takePattern(/[A-Za-z_][\w-]*(?=\s*=)/y);
    const key: PsNode = bare === undefined ? parseUnary(reader) : { kind: "text", text: bare, quoted: true };
    reader.skipBreaks();
    reader.expect("=");
    reader.skipBreaks();
    const start = reader.position;
    const value = hashValue(reader);
    if (reader.position === start) throw new PsSyntaxError("hash table that cannot be read");
    entries.push([key, value]);
  }
}

/** The value of an entry is one statement, up to a line end, a semicolon or the closing brace. */
function hashValue(reader: PsReader): readonly PsStatement[] {
  if (/^[$"'(@\d[\-!{+]/.test(reader.rest(1))) {
    const value = parseExpression(reader);
    return [{ kind: "pipeline", elements: [{ kind: "expression", value, redirections: [], source: "" }] }];
  }
  const command = reader.takePattern(/[^;\n{}]+/y);
  if (command === undefined) throw new PsSyntaxError("hash table that cannot be read");
  return reader.statements(new PsReader(command, reader.statements), undefined);
}

/** Members, calls and indexes behind a value, without a space between. */
export function parsePostfix(reader: PsReader, first: PsNode): PsNode {
  let value = first;
  for (;;) {
    if (reader.rest(2) === "::") {
      reader.skip(2);
      value = parseMember(reader, value, true);
    } else if (/^\??\.(?=[A-Za-z_"'$({])/.test(reader.rest(3))) {
      reader.takePattern(/\??\./y);
      value = parseMember(reader, value, false);
    } else if (reader.peek() === "[" && !/^\[\s*\]/.test(reader.rest(3))) {
      reader.skip(1);
      reader.skipBreaks();
      const key = parseExpression(reader);
      reader.skipBreaks();
      reader.expect("]");
      value = { kind: "index", on: value, key };
    } else if (/^(\+\+|--)/.test(reader.rest(2)) && value.kind === "variable") reader.skip(2);
    else return value;
  }
}

function parseMember(reader: PsReader, on: PsNode, fixed: boolean): PsNode {
  const bare = reader.takePattern(/[A-Za-z_]\w*/y);
  const name: PsNode = bare === undefined ? parsePrimary(reader) : { kind: "text", text: bare, quoted: true };
  if (/^\s*\{/.test(reader.rest(2)) && /^(foreach|where)$/i.test(bare ?? "")) {
    reader.skipBlank();
    return { kind: "member", on, name, args: [parsePrimary(reader)], fixed };
  }
  if (!reader.take("(")) return { kind: "member", on, name, args: undefined, fixed };
  const args: PsNode[] = [];
  for (;;) {
    reader.skipBreaks();
    if (reader.take(")")) return { kind: "member", on, name, args, fixed };
    if (reader.take(",")) continue;
    args.push(parseExpression(reader, "no-comma"));
    reader.skipBreaks();
    if (!/^[,)]/.test(reader.rest(1))) throw new PsSyntaxError("arguments that cannot be read");
  }
}
