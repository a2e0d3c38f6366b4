import { type PsReader, PsSyntaxError } from "./powershell-reader.ts";
import type { PsNode } from "./powershell-syntax.ts";

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["e", "\x1b"],
  ["f", "\f"],
  ["v", "\v"],
]);

export function escaped(sign: string): string {
  return ESCAPES.get(sign) ?? sign;
}

/** A quoted text or a here-string at this place, if one begins here. */
export function parseString(reader: PsReader): PsNode | undefined {
  if (/^@['\u2018\u2019][ \t]*\n/.test(reader.rest(40))) return verbatimBlock(reader);
  if (/^@["\u201c\u201d][ \t]*\n/.test(reader.rest(40))) return expandedBlock(reader);
  const sign = reader.peek();
  if (/['\u2018\u2019]/.test(sign)) return verbatim(reader);
  return /["\u201c\u201d]/.test(sign) ? expanded(reader) : undefined;
}

function verbatim(reader: PsReader): PsNode {
  const text = reader.takePattern(
    /['\u2018\u2019]((?:[^'\u2018\u2019]|['\u2018\u2019]{2})*)['\u2018\u2019]/y,
  );
  if (text === undefined) throw new PsSyntaxError("text without its end");
  return { kind: "text", text: text.slice(1, -1).replace(/['\u2018\u2019]{2}/g, "'"), quoted: true };
}

function verbatimBlock(reader: PsReader): PsNode {
  const text = reader.takePattern(/@'[ \t]*\n([\s\S]*?)\n'@/y);
  if (text === undefined) throw new PsSyntaxError("here-string without its end");
  return { kind: "text", text: text.replace(/^@'[ \t]*\n/, "").slice(0, -3), quoted: true };
}

function expanded(reader: PsReader): PsNode {
  reader.skip(1);
  return pieces(reader, () => {
    if (!/["\u201c\u201d]/.test(reader.peek())) return undefined;
    if (/["\u201c\u201d]/.test(reader.rest(2)[1] ?? "")) {
      reader.skip(2);
      return '"';
    }
    reader.skip(1);
    return "end";
  });
}

function expandedBlock(reader: PsReader): PsNode {
  reader.takePattern(/@"[ \t]*\n/y);
  return pieces(reader, () => {
    if (!/^\n"@/.test(reader.rest(3))) return undefined;
    reader.skip(3);
    return "end";
  });
}

/** The pieces of an expandable text; `stop` says what stands here: nothing special, a quote, or the end. */
function pieces(reader: PsReader, stop: () => "end" | '"' | undefined): PsNode {
  const parts: PsNode[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") parts.push({ kind: "text", text, quoted: true });
    text = "";
  };
  while (!reader.ended) {
    const stopped = stop();
    if (stopped === "end") {
      flush();
      return parts.length === 1 && parts[0]?.kind === "text"
        ? parts[0]
        : { kind: "join", parts, quoted: true };
    }
    if (stopped !== undefined) {
      text += stopped;
      continue;
    }
    const sign = reader.peek();
    const variable = sign === "$" ? parseVariable(reader) : undefined;
    if (variable) {
      flush();
      parts.push(variable);
    } else if (sign === "`") {
      text += escaped(reader.rest(2)[1] ?? "");
      reader.skip(2);
    } else {
      text += sign;
      reader.skip(1);
    }
  }
  throw new PsSyntaxError("text without its end");
}

/** `$name`, `${name}`, `$env:NAME`, `$( … )`, if one begins here. */
export function parseVariable(reader: PsReader): PsNode | undefined {
  if (reader.rest(2) === "$(") {
    reader.skip(2);
    return { kind: "group", body: reader.statements(reader, ")") };
  }
  const braced = reader.takePattern(/\$\{[^}]*\}/y);
  if (braced !== undefined)
    return { kind: "variable", name: braced.slice(2, -1).toLowerCase(), splat: false };
  const name = reader.takePattern(/\$(?:[A-Za-z_]\w*:(?!:)\w+|[\w]+|[$?^])/y);
  return name === undefined
    ? undefined
    : { kind: "variable", name: name.slice(1).toLowerCase(), splat: false };
}
