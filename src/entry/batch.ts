import type { Readable } from "node:stream";
import { type Call, type DeclaredEnvironment, type Setting, TOOLS } from "../core/call.ts";
import type { Json } from "../core/json.ts";
import { type CheckPorts, checkCall, type Judged } from "../gate/check.ts";
import { refusedVerdict, type Verdict } from "../gate/verdict.ts";
import { askingOf, settingOf } from "./compose.ts";
import type { Io } from "./io.ts";

/** A longer line is refused without being parsed: whoever writes the batch controls it. */
const MAX_LINE = 4 * 1024 * 1024;

export interface BatchOptions {
  readonly cwd: string;
  readonly declared: DeclaredEnvironment | undefined;
  readonly io: Io;
  readonly portsFor: (workspace: string | undefined) => CheckPorts;
}

/**
 * Judges a call per line (JSON in, JSON out, same order). A line that cannot be read gets a verdict that
 * forbids and says why. Answers how many lines could not be read.
 */
export async function judgeLines(input: Readable, options: BatchOptions): Promise<number> {
  const settings = new Map<string, Setting>();
  let unreadable = 0;
  let number = 0;
  for await (const line of linesOf(input)) {
    number++;
    if (typeof line === "string" && line.trim() === "") continue;
    const call = typeof line === "string" ? readLine(line, number) : line;
    if ("verdict" in call) unreadable++;
    const judged = "verdict" in call ? call : judgeLine(call, options, settings);
    const { verdict } = judged instanceof Promise ? await judged : judged;
    options.io.print(`${JSON.stringify(verdict)}\n`);
  }
  return unreadable;
}

interface Line {
  readonly id: string;
  readonly call: Call;
  readonly cwd: string | undefined;
  readonly environment: DeclaredEnvironment | undefined;
}

interface Unreadable {
  readonly verdict: Verdict;
}

function judgeLine(
  line: Line,
  options: BatchOptions,
  settings: Map<string, Setting>,
): Judged | Promise<Judged> | Unreadable {
  const cwd = line.cwd ?? options.cwd;
  const declared = line.environment ?? options.declared;
  const key = JSON.stringify([cwd, declared]);
  const setting = settings.get(key) ?? settingOf(options.io, cwd, declared);
  settings.set(key, setting);
  try {
    const request = { id: line.id, call: line.call, setting, asking: askingOf(options.io) };
    return checkCall(request, options.portsFor(setting.workspace));
  } catch (error) {
    return unreadableLine(line.id, `the check failed: ${(error as Error).message}`);
  }
}

function readLine(line: string, number: number): Line | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return unreadableLine(String(number), `line ${number} is no JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return unreadableLine(String(number), `line ${number} is no JSON object`);
  }
  return readCall(value as Record<string, Json>, number);
}

function readCall(value: Record<string, Json>, number: number): Line | Unreadable {
  const { id: given, tool, input, cwd, environment } = value;
  const id = typeof given === "string" || typeof given === "number" ? String(given) : String(number);
  const known = TOOLS.find((name) => name === tool);
  if (!known)
    return unreadableLine(
      id,
      `line ${number}: \`tool\` is ${shown(tool)}, expected one of ${TOOLS.join(", ")}`,
    );
  const isObject = input !== null && typeof input === "object" && !Array.isArray(input);
  if (typeof input !== "string" && !isObject)
    return unreadableLine(id, `line ${number}: \`input\` is neither text nor an object`);
  if (cwd !== undefined && (typeof cwd !== "string" || !cwd.startsWith("/"))) {
    return unreadableLine(id, `line ${number}: \`cwd\` is ${shown(cwd)}, expected an absolute path`);
  }
  if (
    environment !== undefined &&
    environment !== "development" &&
    environment !== "staging" &&
    environment !== "production"
  ) {
    return unreadableLine(
      id,
      `line ${number}: \`environment\` is ${shown(environment)}, expected development, staging or production`,
    );
  }
  return { id, call: { tool: known, input: input as Call["input"] }, cwd, environment };
}

function shown(value: Json | undefined): string {
  return value === undefined ? "missing" : `\`${JSON.stringify(value).slice(0, 60)}\``;
}

function unreadableLine(id: string, why: string): Unreadable {
  return {
    verdict: refusedVerdict(id, `forbidden: ${why}`, 'send one JSON object a line: {"id","tool","input"}'),
  };
}

/** Lines of a stream; a line over the bound is skipped to its end and reported as such. */
async function* linesOf(input: Readable): AsyncGenerator<string | Unreadable> {
  let rest = "";
  let skipping = false;
  input.setEncoding("utf8");
  for await (const chunk of input) {
    const parts = (rest + (chunk as string)).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      if (skipping) skipping = false;
      else yield part.length > MAX_LINE ? tooLong() : part;
    }
    if (rest.length > MAX_LINE) {
      if (!skipping) yield tooLong();
      skipping = true;
      rest = "";
    }
  }
  if (rest !== "" && !skipping) yield rest;
}

function tooLong(): Unreadable {
  return unreadableLine("", `the line is longer than the bound of ${MAX_LINE} characters`);
}
