/** One task of a Taskfile, as far as the simple form of YAML that people write there goes. */
export interface TaskDefinition {
  readonly commands: readonly string[];
  /** Other tasks that run before or as part of it. */
  readonly tasks: readonly string[];
  readonly directory: string | undefined;
  /** False when a line was not understood: then its name counts as well. */
  readonly complete: boolean;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const MAX_LINES = 5000;

/**
 * The tasks of a Taskfile (taskfile.dev, "Schema"). This is no YAML parser: it reads block style with plain,
 * quoted and block scalars, and marks a task as incomplete where the text is anything else.
 */
export function parseTaskfile(text: string): ReadonlyMap<string, TaskDefinition> {
  const all = text.split(/\r?\n/).slice(0, MAX_LINES);
  const lines = all
    .filter((line) => line.trim() !== "" && !/^\s*#/.test(line))
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }));
  const start = lines.findIndex((line) => line.indent === 0 && line.text === "tasks:");
  const definitions = new Map<string, TaskDefinition>();
  const indent = lines[start + 1]?.indent ?? 0;
  if (start < 0 || indent === 0) return definitions;
  for (let at = start + 1; at < lines.length && (lines[at]?.indent ?? 0) >= indent; ) {
    const end = blockEnd(lines, at);
    const header = /^(?:"([^"]+)"|'([^']+)'|([^\s"'][^:]*(?::[^\s:]+)*)):(?:\s+(.*))?$/.exec(
      lines[at]?.text ?? "",
    );
    const name = header?.[1] ?? header?.[2] ?? header?.[3];
    if (name !== undefined) definitions.set(name, readTask(header?.[4], lines.slice(at + 1, end)));
    at = end;
  }
  return definitions;
}

/** The first line after the block that a line opens. */
function blockEnd(lines: readonly Line[], at: number): number {
  const indent = lines[at]?.indent ?? 0;
  let end = at + 1;
  while (end < lines.length && (lines[end]?.indent ?? 0) > indent) end++;
  return end;
}

function readTask(inline: string | undefined, body: readonly Line[]): TaskDefinition {
  if (inline !== undefined && inline !== "")
    return {
      commands: [scalar(inline)],
      tasks: [],
      directory: undefined,
      complete: !/^[[{|>&*]/.test(inline),
    };
  const commands: string[] = [];
  const tasks: string[] = [];
  let directory: string | undefined;
  let complete = true;
  if (body[0]?.text.startsWith("- ")) complete = readList(body, commands, tasks);
  for (let at = 0; at < body.length && !body[0]?.text.startsWith("- "); ) {
    const end = blockEnd(body, at);
    const [key = "", value = ""] = splitKey(body[at]?.text ?? "");
    const inner = listAfter(body, at, end);
    if (key === "cmds" || key === "cmd" || key === "deps") {
      const understood = value === "" || key === "cmd" || /^\[[\w\s,:.-]*\]$/.test(value);
      if (key === "cmd" && value !== "")
        commands.push(
          value === "|" || value === "|-" ? inner.lines.map((line) => line.text).join("\n") : scalar(value),
        );
      if (key === "deps")
        tasks.push(
          ...value
            .replace(/[[\]]/g, "")
            .split(",")
            .map((one) => one.trim())
            .filter((one) => one !== ""),
        );
      const target = key === "deps" ? tasks : commands;
      complete = complete && understood && (value !== "" || readList(inner.lines, target, tasks));
    }
    if (key === "dir") directory = scalar(value);
    at = inner.end;
  }
  return { commands, tasks, directory, complete };
}

/** A list may stand at the same indentation as its key. */
function listAfter(body: readonly Line[], at: number, end: number): { lines: readonly Line[]; end: number } {
  let last = end;
  const indent = body[at]?.indent ?? 0;
  while (last < body.length && body[last]?.indent === indent && body[last]?.text.startsWith("- "))
    last = blockEnd(body, last);
  return { lines: body.slice(at + 1, last), end: last };
}

/** Items of a list: commands, or `task: NAME`, or `cmd: TEXT`. Answers whether everything was understood. */
function readList(lines: readonly Line[], commands: string[], tasks: string[]): boolean {
  let complete = true;
  for (let at = 0; at < lines.length; ) {
    const end = blockEnd(lines, at);
    const item = lines[at]?.text.replace(/^-\s+/, "") ?? "";
    const inner = lines.slice(at + 1, end);
    const [key, value] = splitKey(item);
    if (key === "task") tasks.push(scalar(value));
    else if (key === "cmd" && value !== "|") commands.push(scalar(value));
    else if (/^[|>][-+]?$/.test(item) || (key === "cmd" && value === "|"))
      commands.push(inner.map((line) => line.text).join("\n"));
    else if (/^(defer|for|vars|silent|ignore_error|platforms|set|shopt)$/.test(key ?? "")) complete = false;
    else if (/^[[{&*]/.test(item)) complete = false;
    else commands.push(scalar([item, ...inner.map((line) => line.text)].join(" ")));
    at = end;
  }
  return complete;
}

function splitKey(text: string): readonly [string, string] {
  const match = /^([\w-]+):(?:\s+(.*))?$/s.exec(text);
  return match?.[1] === undefined ? ["", text] : [match[1], match[2] ?? ""];
}

function scalar(text: string): string {
  const single = /^'((?:[^']|'')*)'$/s.exec(text);
  if (single?.[1] !== undefined) return single[1].replaceAll("''", "'");
  const double = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  return double?.[1] === undefined ? text : double[1].replace(/\\(.)/gs, "$1");
}

/** The command with template expressions replaced by a shell variable that nobody knows. */
export function withoutTemplates(command: string): string {
  return command.replace(/\{\{[^}]*\}\}/g, `\${COUNTERSIGN_UNKNOWN}`);
}
