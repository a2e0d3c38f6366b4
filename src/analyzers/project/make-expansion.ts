import { IMPLICIT_VARIABLES, makeFunction, substitutionReference } from "./make-functions.ts";
import { closingOf, type Makefile } from "./makefile.ts";

/** Values that hold while one recipe is expanded. */
export interface Expansion {
  readonly makefile: Makefile;
  /** Given on the command line, and the automatic variables (`@`, `<`, `^`). */
  readonly given: ReadonlyMap<string, string>;
}

/** Bounds of one expansion: whoever writes the makefile controls how far its variables nest and grow. */
const MAX_DEPTH = 24;
const MAX_LENGTH = 65_536;
/** The name of a shell variable whose value nobody knows: stands for a make function that is not computed. */
export const UNKNOWN_VALUE = "COUNTERSIGN_UNKNOWN";
const UNKNOWN = `\${${UNKNOWN_VALUE}}`;

/**
 * Expands a recipe line into the text that the shell would get. `$(shell CMD)` becomes a command substitution,
 * a variable that the makefile does not set becomes the shell variable of that name (make imports the
 * environment), and a function becomes `${COUNTERSIGN_UNKNOWN}`.
 */
export function expandMake(text: string, expansion: Expansion): string {
  return expand(text, { ...expansion, values: new Map() }, 0);
}

/** An expansion under way, with the values of the variables that were expanded already. */
interface Running extends Expansion {
  readonly values: Map<string, string>;
}

function expand(text: string, expansion: Running, depth: number): string {
  if (depth > MAX_DEPTH) return UNKNOWN;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    if (out.length > MAX_LENGTH) return UNKNOWN;
    const next = text[at + 1];
    if (text[at] !== "$" || next === undefined) {
      out += text[at];
    } else if (next === "$") {
      out += "$";
      at++;
    } else if (next === "(" || next === "{") {
      const end = closingOf(text, at + 1);
      if (end < 0) return `${out}${UNKNOWN}`;
      out += reference(text.slice(at + 2, end), expansion, depth);
      at = end;
    } else {
      out += variableValue(next, expansion, depth);
      at++;
    }
  }
  return out;
}

function reference(inner: string, expansion: Running, depth: number): string {
  const shell = /^shell\s+(.*)$/s.exec(inner);
  if (shell?.[1] !== undefined) return `$(${expand(shell[1], expansion, depth + 1)})`;
  if (/^[\w.@<^*?+%-]+$/.test(inner)) return variableValue(inner, expansion, depth);
  return computed(inner, expansion, depth) ?? UNKNOWN;
}

/** `$(NAME:a=b)` and the functions that transform text. */
function computed(inner: string, expansion: Running, depth: number): string | undefined {
  const changed = /^([\w.]+):([^=:]*)=(.*)$/s.exec(inner);
  if (changed?.[1]) {
    const value = variableValue(changed[1], expansion, depth);
    const [from, to] = [changed[2] ?? "", changed[3] ?? ""].map((text) => expand(text, expansion, depth + 1));
    return substitutionReference(value, from ?? "", to ?? "");
  }
  const call = /^([a-z-]+)\s+(.*)$/s.exec(inner);
  if (!call?.[1]) return undefined;
  const args = splitArguments(call[2] ?? "").map((text) => expand(text, expansion, depth + 1));
  return makeFunction(call[1], args);
}

/** Arguments are separated by commas outside parentheses. */
function splitArguments(text: string): readonly string[] {
  const args = [""];
  let depth = 0;
  for (const sign of text) {
    if (sign === "(" || sign === "{") depth++;
    else if (sign === ")" || sign === "}") depth--;
    if (sign === "," && depth === 0) args.push("");
    else args.push(`${args.pop()}${sign}`);
  }
  return args;
}

function variableValue(name: string, expansion: Running, depth: number): string {
  const { makefile, given, values } = expansion;
  const set = given.get(name) ?? values.get(name);
  if (set !== undefined) return set;
  if (makefile.variables.has(name)) {
    const value = makefile.variables.get(name);
    values.set(name, UNKNOWN);
    if (value !== undefined) values.set(name, expand(value, expansion, depth + 1));
    return values.get(name) ?? UNKNOWN;
  }
  const implicit = IMPLICIT_VARIABLES.get(name);
  if (implicit !== undefined) return implicit;
  return /^[A-Za-z_]\w*$/.test(name) ? `\${${name}}` : UNKNOWN;
}
