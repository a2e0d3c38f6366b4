/** One rule of a makefile. Everything in it is controlled by whoever may write the workspace. */
export interface MakeRule {
  readonly target: string;
  readonly prerequisites: readonly string[];
  /** Recipe lines with continuations joined, without the leading tab, unexpanded. */
  readonly recipe: readonly string[];
}

export interface Makefile {
  readonly rules: readonly MakeRule[];
  /** Values as written, unexpanded; `undefined` for what is assigned in a way that is not followed. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** Files that it includes, unexpanded. */
  readonly includes: readonly string[];
  /** What make runs in a shell while it reads the file, unexpanded: `X != CMD`, `$(shell CMD)` outside recipes. */
  readonly runs: readonly string[];
}

interface Reading {
  readonly rules: { target: string; prerequisites: string[]; recipe: string[] }[];
  readonly variables: Map<string, string | undefined>;
  readonly includes: string[];
  readonly runs: string[];
  /** The rules that a recipe line belongs to. */
  current: { recipe: string[] }[];
  define: string | undefined;
}

const ASSIGNMENT = /^(?:(?:export|override|private|unexport)\s+)*([\w.-]+)\s*(\+=|\?=|::?:?=|!=|=)\s*(.*)$/s;
const DIRECTIVE = /^\s*(ifeq|ifneq|ifdef|ifndef|else|endif|export|unexport|undefine|vpath|\.PHONY\b)/;

/**
 * Reads a makefile (GNU make manual, "Writing Makefiles"). Conditionals are not decided: both branches count.
 * What is not understood is left out of the rules, so a target may be missing; it is never invented.
 */
export function parseMakefile(text: string): Makefile {
  const reading: Reading = {
    rules: [],
    variables: new Map(),
    includes: [],
    runs: [],
    current: [],
    define: undefined,
  };
  for (const line of joinedLines(text)) readLine(line, reading);
  return reading;
}

/** Lines with `\`-continuations joined; a recipe keeps its line break for the shell, as make hands it over. */
function joinedLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const whole: string =
      open === undefined
        ? line
        : open + (open.startsWith("\t") ? `\n${line.replace(/^\t/, "")}` : ` ${line.trim()}`);
    if (continues(line)) {
      open = whole.startsWith("\t") ? whole : whole.slice(0, -1);
      continue;
    }
    lines.push(whole);
    open = undefined;
  }
  if (open !== undefined) lines.push(open);
  return lines;
}

/** True when a line ends in an odd number of backslashes. */
function continues(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === "\\") count++;
  return count % 2 === 1;
}

function readLine(line: string, reading: Reading): void {
  if (reading.define !== undefined) {
    if (/^\s*endef\b/.test(line)) reading.define = undefined;
    return;
  }
  if (line.startsWith("\t")) {
    for (const rule of reading.current) rule.recipe.push(line.slice(1));
    return;
  }
  const code = line.replace(/(^|[^\\])#.*$/s, "$1").trim();
  if (code === "") return;
  reading.runs.push(...shellReferences(code).map((piece) => `: ${piece}`));
  const define = /^(?:override\s+|export\s+)*define\s+([\w.-]+)/.exec(code);
  if (define?.[1]) {
    reading.define = define[1];
    reading.variables.set(define[1], undefined);
    return;
  }
  const include = /^(?:-|s)?include\s+(.*)$/.exec(code);
  if (include?.[1]) {
    reading.includes.push(...include[1].split(/\s+/));
    return;
  }
  const assignment = ASSIGNMENT.exec(code);
  if (assignment) assign(assignment, reading);
  else if (!DIRECTIVE.test(code) || code.startsWith(".PHONY")) readRule(code, reading);
}

function assign(match: RegExpExecArray, reading: Reading): void {
  const [, name = "", operator = "=", value = ""] = match;
  const before = reading.variables.get(name);
  if (operator === "!=") {
    reading.runs.push(value);
    reading.variables.set(name, undefined);
  } else if (operator === "+=") {
    reading.variables.set(
      name,
      reading.variables.has(name) ? (before === undefined ? undefined : `${before} ${value}`) : value,
    );
  } else if (operator !== "?=" || !reading.variables.has(name)) {
    const differs = reading.variables.has(name) && before !== value;
    reading.variables.set(name, differs ? undefined : value);
  }
}

/** `target …: prerequisites | order-only ; first recipe line`, static patterns and double colons included. */
function readRule(code: string, reading: Reading): void {
  const colon = ruleColon(code);
  if (colon < 0) return;
  const targets = code.slice(0, colon).trim().split(/\s+/);
  const after = code.slice(colon).replace(/^&?::?/, "");
  if (ASSIGNMENT.test(after.trim())) return;
  const semicolon = after.indexOf(";");
  const prerequisites = (semicolon < 0 ? after : after.slice(0, semicolon))
    .split(/[\s|]+/)
    .filter((word) => word !== "");
  const first = semicolon < 0 ? [] : [after.slice(semicolon + 1).trim()];
  const rules = targets.map((target) => ({
    target,
    prerequisites: withoutPattern(prerequisites),
    recipe: [...first],
  }));
  reading.rules.push(...rules);
  reading.current = rules;
}

/** In a static pattern rule (`a b: %.o: %.c`) the first part is a pattern, not a prerequisite. */
function withoutPattern(prerequisites: readonly string[]): string[] {
  const at = prerequisites.findIndex((word) => word.endsWith(":"));
  return prerequisites.slice(at + 1);
}

/** The colon that ends the targets: not inside `$(…)`, not part of `:=`. */
function ruleColon(code: string): number {
  let depth = 0;
  for (let at = 0; at < code.length; at++) {
    const sign = code[at];
    if (sign === "(" || sign === "{") depth++;
    else if (sign === ")" || sign === "}") depth--;
    else if (sign === ":" && depth === 0) return at;
  }
  return -1;
}

/** The `$(shell …)` pieces of a line that make expands while it reads the file. */
function shellReferences(code: string): readonly string[] {
  const found: string[] = [];
  for (const match of code.matchAll(/\$[({]shell\s/g)) {
    const end = closingOf(code, match.index + 1);
    found.push(end < 0 ? code.slice(match.index) : code.slice(match.index, end + 1));
  }
  return found;
}

/** Where the parenthesis or brace at `open` is closed; -1 when it is not. */
export function closingOf(text: string, open: number): number {
  const [opening, close] = text[open] === "(" ? ["(", ")"] : ["{", "}"];
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === opening) depth++;
    else if (text[at] === close && --depth === 0) return at;
  }
  return -1;
}
