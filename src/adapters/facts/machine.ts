import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import type {
  EnvFact,
  ListFact,
  Need,
  PathFact,
  ProgramFact,
  SyntaxFact,
  TextFact,
} from "../../core/facts.ts";

/** Larger files are not read for a decision: their path is controlled by the agent. */
const MAX_TEXT = 262_144;
const MAX_NAMES = 10_000;

export type Fact = PathFact | TextFact | ListFact | EnvFact | ProgramFact | SyntaxFact;

/**
 * Fetches one fact from this machine. Never throws: what cannot be found out is said in the fact. Reads only;
 * no network. `environment` is what the judged command would inherit.
 */
export function fetchFact(need: Need, environment: NodeJS.ProcessEnv): Fact | Promise<Fact> {
  switch (need.kind) {
    case "path":
      return pathFact(need.path);
    case "text":
      return textFact(need.path);
    case "list":
      return listFact(need.path);
    case "env":
      return envFact(need.name, environment);
    case "program":
      return programFact(need.name, environment);
    case "syntax":
      return syntaxFact(need.language, need.text);
  }
}

/** Parsers are loaded only when such a text occurs. */
async function syntaxFact(
  language: Extract<Need, { kind: "syntax" }>["language"],
  text: string,
): Promise<SyntaxFact> {
  try {
    if (language === "postgresql") return await (await import("./postgresql.ts")).parsePostgresql(text);
    return await (await import("./syntax.ts")).parseSyntax(language, text);
  } catch (error) {
    return { problem: `the ${language} parser is not available: ${(error as Error).message}` };
  }
}

function pathFact(path: string): PathFact {
  const real = nearestReal(path);
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return { type: targetType(path), real };
    return { type: stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "other", real };
  } catch {
    return { type: "absent", real };
  }
}

function targetType(path: string): PathFact["type"] {
  try {
    const stat = lstatSync(realpathSync(path));
    return stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "link";
  } catch {
    return "link";
  }
}

/** The path with links resolved as far as it exists. */
function nearestReal(path: string): string {
  const rest: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...rest);
    } catch {
      if (at === dirname(at)) return path;
      rest.unshift(basename(at));
    }
  }
}

function textFact(path: string): TextFact {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { problem: isAbsent(error) ? "absent" : "unreadable" };
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { problem: "unreadable" };
    if (stat.size > MAX_TEXT) return { problem: "too-large" };
    const buffer = Buffer.alloc(stat.size);
    const length = readSync(file, buffer, 0, buffer.length, 0);
    const bytes = buffer.subarray(0, length);
    return bytes.includes(0) ? { problem: "binary" } : { text: bytes.toString("utf8") };
  } catch {
    return { problem: "unreadable" };
  } finally {
    closeSync(file);
  }
}

function listFact(path: string): ListFact {
  try {
    const names = readdirSync(path);
    return names.length > MAX_NAMES ? { problem: "too-many" } : { names: names.sort() };
  } catch (error) {
    return { problem: isAbsent(error) ? "absent" : "unreadable" };
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Names whose value is a secret by convention: that it is set is all an analysis may know. */
const SECRET_NAME = /(TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY|AUTH)/i;

function envFact(name: string, environment: NodeJS.ProcessEnv): EnvFact {
  const value = environment[name];
  return value === undefined || SECRET_NAME.test(name) || value.length > 32_768 ? {} : { value };
}

function programFact(name: string, environment: NodeJS.ProcessEnv): ProgramFact {
  for (const folder of (environment.PATH ?? "").split(delimiter)) {
    const path = join(folder || ".", name);
    const fact = pathFact(path);
    if (fact.type === "file") return { real: fact.real };
  }
  return {};
}
