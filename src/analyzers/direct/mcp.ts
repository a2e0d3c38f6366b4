import type { Environment, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { saysSecret, verbOfName, verbOfWord, wordsOf } from "../cloud/words.ts";
import { combine, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { literal } from "../options.ts";
import { judgeHttp } from "./http.ts";
import { badInput, recordOf, textField } from "./input.ts";
import { type Dialect, judgeSql } from "./sql.ts";

interface McpCall {
  readonly server: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** Judges an `mcp` call: `{ server, tool, arguments, annotations? }`. The server wrote the annotations: they can only raise. */
export function judgeMcp(input: unknown, scene: Scene): Finding {
  const server = textField(input, "server");
  const tool = textField(input, "tool");
  if (server === undefined) return badInput("mcp", "`server` is no text", scene);
  if (tool === undefined || tool === "") return badInput("mcp", "`tool` is no text", scene);
  const record = recordOf(input) ?? {};
  const given = record.arguments === undefined || record.arguments === null ? {} : recordOf(record.arguments);
  if (given === undefined) return badInput("mcp", "`arguments` is no object", scene);
  const call: McpCall = {
    server,
    tool: tool.replace(/^mcp__\w+?__/, ""),
    arguments: given,
    annotations: recordOf(record.annotations) ?? {},
  };
  return (
    shellTool(call, scene) ??
    sqlTool(call, scene) ??
    fileTool(call, scene) ??
    webTool(call, scene) ??
    byVerb(call, scene)
  );
}

function first(call: McpCall, names: readonly string[]): string | undefined {
  return names.map((name) => textField(call.arguments, name)).find((text) => text !== undefined);
}

const SHELL =
  /^(run|execute|exec|start|send)?[_-]?(shell|bash|terminal|powershell|command|commands|cmd|process|run_in_terminal|terminal_cmd|shell_command|terminal_command|ssh_command|command_line)([_-](run|exec|execute|command|cmd|execute_command))?$/i;
const CODE =
  /^(run|execute|eval|evaluate)[_-]?(python|javascript|node|js|code|ruby|script|ipython|cell|notebook_cell)?([_-](code|script|cell))?$/i;

function shellTool(call: McpCall, scene: Scene): Finding | undefined {
  if (SHELL.test(call.tool)) {
    const text = first(call, ["command", "cmd", "script", "commandLine", "command_line", "input"]);
    const rest = call.arguments.args;
    if (
      text === undefined ||
      (rest !== undefined && !(Array.isArray(rest) && rest.every((one) => typeof one === "string")))
    )
      return undefined;
    const line = [text, ...((rest ?? []) as string[]).map((one) => `'${one.replaceAll("'", "'\\''")}'`)].join(
      " ",
    );
    const host = first(call, ["host", "hostname", "connection", "server"]);
    const isRemote = host !== undefined || /ssh|remote|kube|docker/i.test(call.server);
    return isRemote
      ? scene.shell(line, {
          place: {
            host: `${call.server} ${host ?? ""}`.trim(),
            environment: environmentOf([host, call.server], scene),
          },
          cwd: undefined,
        })
      : scene.shell(line);
  }
  if (!CODE.test(call.tool)) return undefined;
  const code = first(call, ["code", "script", "source", "python_code"]);
  if (code === undefined) return undefined;
  const said = `${call.tool} ${first(call, ["language", "lang"]) ?? ""} ${call.server}`;
  const language = /python|jupyter/i.test(said)
    ? "python"
    : /ruby/i.test(said)
      ? "ruby"
      : /javascript|node|\bjs\b/i.test(said)
        ? "javascript"
        : undefined;
  return language === undefined ? undefined : scene.code(language, code);
}

const SQL_TOOL = /(sql|migration|(^|_)(read|write|run|execute)?_?query$|statement)/i;
const SQL_SERVER =
  /(postgres|mysql|maria|sqlite|supabase|neon|database|^db$|sql|snowflake|bigquery|clickhouse|duckdb|redshift|cockroach|planetscale|turso|timescale|rds|aurora)/i;

function sqlTool(call: McpCall, scene: Scene): Finding | undefined {
  const text = first(call, ["sql", "query", "statement", "sql_query", "sqlQuery", "migration", "queryText"]);
  const named = Object.hasOwn(call.arguments, "sql") || /sql|migration/i.test(call.tool);
  if (text === undefined || !(SQL_TOOL.test(call.tool) && (named || SQL_SERVER.test(call.server))))
    return undefined;
  const said = `${call.server} ${call.tool} ${first(call, ["dialect"]) ?? ""}`;
  const dialect: Dialect = /mysql|maria|planetscale/i.test(said)
    ? "mysql"
    : /sqlite|turso|d1/i.test(said)
      ? "sqlite"
      : /snowflake|bigquery|clickhouse|duckdb|mssql|oracle/i.test(said)
        ? "ansi"
        : "postgresql";
  return judgeSql(
    text,
    { dialect, environment: environmentFor(call, scene), by: `${call.server} ${call.tool}` },
    scene,
  );
}

const PATHS = [
  "path",
  "file_path",
  "filePath",
  "filepath",
  "filename",
  "file",
  "relative_path",
  "target",
  "target_file",
  "uri",
];

function fileTool(call: McpCall, scene: Scene): Finding | undefined {
  const match =
    /^(read|write|edit|create|delete|remove|move|rename|copy|append|patch|replace|insert|multi_edit|save|touch|make|update)_?(text_|multiple_|media_|in_|to_|new_)?(file|files|directory|dir|folder|path|text_file|block|lines|content|symbol_body)s?$/i.exec(
      call.tool,
    );
  if (
    match === null ||
    !/file|dir|folder|path|edit|serena|text|code|workspace|desktop/i.test(`${call.tool} ${call.server}`)
  )
    return undefined;
  const verb = (match[1] ?? "").toLowerCase();
  const by = `${call.server} ${call.tool}`;
  const source = first(call, ["source", "from", "old_path", ...PATHS]);
  const target = first(call, ["destination", "to", "new_path", ...PATHS]);
  const listed = call.arguments.paths;
  if (verb === "read") {
    const paths = Array.isArray(listed)
      ? listed.filter((one) => typeof one === "string")
      : source === undefined
        ? []
        : [source];
    return found(paths.flatMap((path) => fileEffects("read", literal(bare(path)), scene, { by })));
  }
  if (target === undefined || source === undefined) return undefined;
  const moved =
    verb === "move" || verb === "rename" ? fileEffects("delete", literal(bare(source)), scene, { by }) : [];
  if (verb === "delete" || verb === "remove")
    return found(
      fileEffects("delete", literal(bare(source)), scene, {
        by,
        recursive: call.arguments.recursive === true,
      }),
    );
  return found([...moved, ...fileEffects("change", literal(bare(target)), scene, { by })]);
}

function bare(path: string): string {
  return path.replace(/^file:\/\//, "");
}

/** Tools that fetch a page, or drive a browser. */
function webTool(call: McpCall, scene: Scene): Finding | undefined {
  const by = `${call.server} ${call.tool}`;
  if (
    /^(fetch|http_request|request|http|curl|make_request|send_request|fetch_url|web_fetch)$/i.test(call.tool)
  ) {
    const url = first(call, ["url", "uri"]);
    if (url === undefined) return undefined;
    const body = call.arguments.body;
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    return judgeHttp({ method: first(call, ["method"]) ?? "GET", url, body: text }, by, scene);
  }
  const browser = /^(browser|page|playwright|puppeteer)_(\w+)$/i.exec(call.tool);
  if (browser === null) return undefined;
  const action = browser[2] ?? "";
  if (
    /^(navigate|snapshot|take_screenshot|screenshot|console_messages|network_requests|wait_for|wait|tabs?|tab_\w+|resize|close|hover|navigate_back|navigate_forward|get_\w+|install|scroll|pdf_save|vision_\w+)$/i.test(
      action,
    )
  )
    return NOTHING;
  return found([
    effect({
      verb: "execute",
      kind: "browser.page",
      name: action,
      environment: "local",
      reversibility: "R3",
      certain: false,
      count: null,
      by,
    }),
  ]);
}

function environmentFor(call: McpCall, scene: Scene): Environment {
  const texts = Object.entries(call.arguments)
    .filter(([name]) =>
      /env|stage|project|cluster|context|namespace|database|host|profile|branch|target|account|name|id$/i.test(
        name,
      ),
    )
    .flatMap(([, value]) => (typeof value === "string" && value.length < 200 ? [value] : []));
  return environmentOf([call.server, ...texts], scene);
}

/** Tools that hand out the agent's own notes, thoughts and questions. */
const THINKING =
  /^(sequential_?thinking|think|plan|todo_(read|write)|create_entities|create_relations|add_observations|resolve_library_id|resolve-library-id|get-library-docs|query-docs|ask_\w+|memory_\w+)$/i;

function byVerb(call: McpCall, scene: Scene): Finding {
  if (THINKING.test(call.tool)) return NOTHING;
  const verb = verbOf(call);
  const name = String(firstName(call) ?? "*").slice(0, 120);
  const environment = environmentFor(call, scene);
  const kind = `mcp.${call.server}.${call.tool}`;
  const by = `${call.server} ${call.tool}`;
  if (verb === "read") {
    const secret =
      wordsOf(call.tool).some((word) => saysSecret(word)) && !/list|search|count/i.test(call.tool);
    return secret
      ? found([effect({ verb, kind, name, environment, reversibility: "R1", marks: ["secret"], by })])
      : readPaths(call, scene, by);
  }
  const mild = verb === "create" || verb === "change";
  return combine(
    found([
      effect({
        verb,
        kind,
        name,
        environment,
        reversibility: mild ? "R3" : "R4",
        count: verb === "unknown" ? null : 1,
        certain: verb !== "unknown",
        by,
      }),
    ]),
  );
}

/** The verb that the tool's name says. A hint of the server can raise it, never lower it. */
function verbOf({ tool, annotations, arguments: given }: McpCall): Verb {
  const named = verbOfName(tool) ?? "unknown";
  const words = wordsOf(tool);
  const action = ["action", "operation", "method", "verb", "mode"]
    .map((key) => given[key])
    .find((value) => typeof value === "string") as string | undefined;
  const nested = action === undefined ? undefined : verbOfName(action);
  if (nested !== undefined && nested !== "read") return nested;
  if (named !== "read") return named;
  const alsoChanges = words.some(
    (word, at) =>
      /^(or|and)$/.test(words[at - 1] ?? "") && verbOfWord(word) !== "read" && verbOfWord(word) !== undefined,
  );
  const said = annotations.destructiveHint === true || annotations.readOnlyHint === false;
  return alsoChanges || said ? "unknown" : "read";
}

function firstName({ arguments: given }: McpCall): unknown {
  const entries = Object.entries(given).filter(
    ([, value]) => typeof value === "string" || typeof value === "number",
  );
  return (entries.find(([name]) => /(name|id|path|key|title|repo|channel|to)$/i.test(name)) ??
    entries[0])?.[1];
}

/** A reading tool that names files here: secrets stay secrets. */
function readPaths(call: McpCall, scene: Scene, by: string): Finding {
  const paths = PATHS.map((name) => textField(call.arguments, name)).filter(
    (path) => path !== undefined && /^[./~]|\//.test(path) && !/^[a-z]+:\/\//.test(path),
  );
  return found(paths.flatMap((path) => fileEffects("read", literal(path as string), scene, { by })));
}
