import { parsePostfix, parsePrimary } from "./powershell-expression.ts";
import { type PsReader, PsSyntaxError } from "./powershell-reader.ts";
import { escaped, parseString, parseVariable } from "./powershell-strings.ts";
import type { PsArgument, PsElement, PsNode, PsRedirection } from "./powershell-syntax.ts";

/** True when what follows is a value and no command (about_Parsing, expression mode). */
export function isExpressionStart(reader: PsReader): boolean {
  const rest = reader.rest(40);
  if (
    /^[$"'(\u2018\u2019\u201c\u201d{,!]/.test(rest) ||
    /^@["'({]/.test(rest) ||
    /^@[A-Za-z_]\w*\s*[.[]/.test(rest)
  )
    return true;
  if (/^\[[A-Za-z_]/.test(rest)) return true;
  if (
    /^[+-]?(\d+(\.\d+)?|0x[\da-f]+|\.\d+)(kb|mb|gb|tb|pb|[dl])?(?=$|[\s;|)}\],*%]|\.\.|[-+/](\d|\s|\$|\())/i.test(
      rest,
    )
  )
    return true;
  return /^(-(not|bnot|split|join|csplit|isplit)\b|\+\+\$|--\$|-[$(])/i.test(rest);
}

const ENDS = /^(?:$|[\s;|&(){}])/;

/** A command with its arguments up to the end of the pipeline's element. */
export function parseCommand(reader: PsReader): PsElement {
  const start = reader.position;
  const invocation = reader.takePattern(/[&.](?=\s|["'$({\u2018\u201c]|\.[\\/])/y) as "&" | "." | undefined;
  reader.skipBlank();
  const name = invocation === undefined ? parseWord(reader) : parseValue(reader);
  if (name === undefined) throw new PsSyntaxError(`cannot read \`${reader.rest(20)}\``);
  const args: PsArgument[] = [];
  const redirections: PsRedirection[] = [];
  for (;;) {
    const before = reader.position;
    reader.skipBlank();
    redirections.push(...parseRedirections(reader));
    reader.skipBlank();
    if (reader.ended || /^[;\n|)}]/.test(reader.rest(1)) || reader.peek() === "&") break;
    if (reader.rest(3) === "--%") {
      args.push(...verbatimRest(reader));
      break;
    }
    args.push(parseArgument(reader));
    if (reader.position === before) throw new PsSyntaxError(`cannot read \`${reader.rest(20)}\``);
  }
  return { kind: "command", invocation, name, args, redirections, source: reader.since(start) };
}

/** After `--%`, the rest of the line is handed on as it is. */
function verbatimRest(reader: PsReader): readonly PsArgument[] {
  const line = reader.takePattern(/--%[^\n|]*/y) ?? "";
  return (line.slice(3).match(/"[^"]*"|\S+/g) ?? []).map(
    (word): PsArgument => ({
      parameter: undefined,
      value: { kind: "text", text: word.replace(/^"|"$/g, ""), quoted: true },
      source: word,
    }),
  );
}

export function parseRedirections(reader: PsReader): readonly PsRedirection[] {
  const found: PsRedirection[] = [];
  for (;;) {
    const start = reader.position;
    reader.skipBlank();
    const operator = reader.takePattern(/[*\d]?>>?(?:&\d)?|<(?!#)/y);
    if (operator === undefined) {
      reader.position = start;
      return found;
    }
    reader.skipBlank();
    found.push({ operator, target: operator.includes("&") ? undefined : parseValue(reader) });
  }
}

function parseArgument(reader: PsReader): PsArgument {
  const start = reader.position;
  const dash = reader.takePattern(
    /[-\u2013\u2014][A-Za-z_?][\w-]*(?::(?![\\/]{2})|(?=[\s;|&(){},"'$@=:.\\/\u2018\u201c]|$))/y,
  );
  if (dash === undefined || (!dash.endsWith(":") && /^[=.\\/:]/.test(reader.rest(1)))) {
    reader.position = start;
    return { parameter: undefined, value: parseArgumentList(reader), source: reader.since(start) };
  }
  const glued = dash.endsWith(":");
  if (glued) reader.skipBlank();
  const value = glued ? parseArgumentList(reader) : undefined;
  return { parameter: dash.slice(1).replace(/:$/, ""), value, source: reader.since(start) };
}

/** Values with commas between them are one argument: an array. */
function parseArgumentList(reader: PsReader): PsNode {
  const items: PsNode[] = [];
  for (;;) {
    const value = parseValue(reader);
    if (value === undefined) throw new PsSyntaxError(`cannot read \`${reader.rest(20)}\``);
    items.push(value);
    const start = reader.position;
    reader.skipBlank();
    if (!reader.take(",")) {
      reader.position = start;
      return items.length === 1 ? (items[0] as PsNode) : { kind: "list", items };
    }
    reader.skipBreaks();
  }
}

/** One value of a command: a quoted text, a variable with its members, a group, a block, or a bare word. */
function parseValue(reader: PsReader): PsNode | undefined {
  const first = parseStart(reader);
  if (!first) return parseWord(reader);
  const value = first.kind === "text" && !/^\./.test(reader.rest(1)) ? first : parsePostfix(reader, first);
  if (ENDS.test(reader.rest(1)) || /^[,>]/.test(reader.rest(1))) return value;
  const rest = parseWord(reader);
  return rest ? { kind: "join", parts: [value, rest], quoted: false } : value;
}

function parseStart(reader: PsReader): PsNode | undefined {
  const text = parseString(reader);
  if (text) return text;
  if (reader.peek() === "$") return parseVariable(reader);
  const splat = reader.takePattern(/@[A-Za-z_]\w*(?=[\s;|)}]|$)/y);
  if (splat !== undefined) return { kind: "variable", name: splat.slice(1).toLowerCase(), splat: true };
  if (/^@[({]/.test(reader.rest(2)) || /^[({]/.test(reader.rest(1))) {
    const sign = reader.takePattern(/@?[({]/y) as string;
    if (sign === "@{") {
      reader.skip(-2);
      return undefined;
    }
    return sign === "{"
      ? { kind: "block", body: reader.statements(reader, "}") }
      : { kind: "group", body: reader.statements(reader, ")") };
  }
  return undefined;
}

/** A bare word: everything up to a space or a sign that ends it, with quotes and variables inside. */
function parseWord(reader: PsReader): PsNode | undefined {
  if (reader.rest(2) === "@{") return parsePrimary(reader);
  const parts: PsNode[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") parts.push({ kind: "text", text, quoted: false });
    text = "";
  };
  while (!reader.ended) {
    const sign = reader.peek();
    const reference = reader.takePattern(/@\{[-\w./~^:]*\}/y);
    if (reference !== undefined) text += reference;
    else if (sign === "`" && reader.rest(2) !== "`\n") {
      text += escaped(reader.rest(2)[1] ?? "");
      reader.skip(2);
    } else if (
      /["'\u2018\u2019\u201c\u201d]/.test(sign) ||
      (sign === "$" && /^\$[\w({:$?^]/.test(reader.rest(2)))
    ) {
      flush();
      const piece = parseString(reader) ?? parseVariable(reader);
      if (!piece) throw new PsSyntaxError(`cannot read \`${reader.rest(20)}\``);
      parts.push(piece);
    } else if (/[\s;|&(){},<>`]/.test(sign)) break;
    else {
      text += sign;
      reader.skip(1);
    }
  }
  flush();
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { kind: "join", parts, quoted: false };
}
