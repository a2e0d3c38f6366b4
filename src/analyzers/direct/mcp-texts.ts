import type { Environment } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { effect, found } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { carriesGraphql, graphqlDeeds } from "./http-graphql.ts";
import { environmentFor, firstText, type McpCall } from "./mcp-call.ts";
import { judgeRedis } from "./redis.ts";
import { type Dialect, judgeSql } from "./sql.ts";
import { cypherDeed, isSqlStatement } from "./sql-shape.ts";

const SHELL =
  /^(run|execute|exec|start|send)?[_-]?(shell|bash|terminal|powershell|command|commands|cmd|process|run_in_terminal|terminal_cmd|shell_command|terminal_command|ssh_command|command_line)([_-](run|exec|execute|command|cmd|execute_command))?$/i;
const CODE =
  /^(run|execute|eval|evaluate)[_-]?(python|javascript|node|js|code|ruby|script|ipython|cell|notebook_cell)?([_-](code|script|cell))?$/i;
const COMMANDS = [
  "command",
  "cmd",
  "commandLine",
  "command_line",
  "cli_command",
  "cliCommand",
  "shell_command",
  "shellCommand",
  "bash",
  "script",
];

/** Command lines whose name a server or a tool bears: their commands are often given without it. */
const PROGRAMS =
  /(^|[^a-z])(kubectl|helm|docker|podman|terraform|tofu|pulumi|gcloud|az|aws|gh|glab|git|heroku|fly|flyctl|vercel|netlify|railway|supabase|npm|psql|ansible|vault|nomad|consul|doctl|istioctl|argocd|flux|oc)([^a-z]|$)/i;

/** A tool that takes a command, whatever it is called: the command decides. */
export function commandTool(call: McpCall, scene: Scene): Finding | undefined {
  const text = commandText(call);
  if (text === undefined || text.trim() === "") return undefined;
  const program = PROGRAMS.exec(`${call.tool} ${call.server}`)?.[2]?.toLowerCase();
  const bare = /^\s*[\w-]+\s*$/.test(text);
  if (bare && program === undefined && !SHELL.test(call.tool)) return undefined;
  if (/mongo|redis|valkey|vscode|editor|elastic/i.test(call.server)) return undefined;
  const line =
    program === undefined ||
    new RegExp(`^\\s*(sudo\\s+)?${program}(\\s|$)`).test(text) ||
    SHELL.test(call.tool)
      ? text
      : `${program} ${text}`;
  const host = firstText(call, ["host", "hostname", "connection", "server", "pod", "container", "podName"]);
  const inside =
    /(^|[_-])exec|run_in/i.test(call.tool) &&
    /kube|k8s|docker|pod|container/i.test(`${call.server} ${call.tool}`);
  if (host === undefined && !inside && !/ssh|remote/i.test(call.server)) return scene.shell(line);
  const place = {
    host: `${call.server} ${host ?? ""}`.trim(),
    environment: environmentOf([host, call.server, firstText(call, ["namespace", "context"])], scene),
  };
  return scene.shell(inside ? text : line, { place, cwd: undefined });
}

/** The command with its arguments as one line; `undefined` when there is none, or one of another form. */
function commandText(call: McpCall): string | undefined {
  const given = COMMANDS.map((name) => call.arguments[name]).find((value) => value !== undefined);
  const first = given ?? (SHELL.test(call.tool) ? call.arguments.input : undefined);
  if (first === undefined) return undefined;
  const words = Array.isArray(first)
    ? first.map((one) => (typeof one === "string" ? quoted(one) : undefined))
    : [first];
  const more = ["subCommand", "subcommand", "resourceType", "resource", "name"]
    .filter((name) => /kubectl|generic/i.test(call.tool) && typeof call.arguments[name] === "string")
    .map((name) => quoted(call.arguments[name] as string));
  const rest = call.arguments.args;
  const args =
    rest === undefined
      ? []
      : Array.isArray(rest)
        ? rest.map((one) => (typeof one === "string" ? quoted(one) : undefined))
        : [undefined];
  const all = [...words, ...more, ...args];
  return all.every((one) => typeof one === "string") ? all.join(" ") : undefined;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A tool that runs code; `undefined` when it is none or the language is not known. */
export function codeTool(call: McpCall, scene: Scene): Finding | undefined {
  if (!CODE.test(call.tool)) return undefined;
  const code = firstText(call, ["code", "script", "source", "python_code"]);
  if (code === undefined) return undefined;
  const said = `${call.tool} ${firstText(call, ["language", "lang"]) ?? ""} ${call.server}`;
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
const STATEMENTS = [
  "sql",
  "query",
  "statement",
  "sql_query",
  "sqlQuery",
  "migration",
  "queryText",
  "query_string",
  "cypher",
  "queries",
  "statements",
  "sqls",
];

/** Tools whose words are looked for in texts: a statement there is what somebody searches. */
const SEARCHES = /search|find|grep|lookup|docs|documentation|library|browse|web|google|ask|question|answer/i;

/** A tool that takes statements of a query language, whatever it is called: they decide. */
export function statementTool(call: McpCall, scene: Scene): Finding | undefined {
  const texts = STATEMENTS.flatMap((name) => textsOf(call.arguments[name]));
  if (texts.length === 0) return undefined;
  const named = Object.hasOwn(call.arguments, "sql") || /sql|migration/i.test(call.tool);
  const surely = SQL_TOOL.test(call.tool) && (named || SQL_SERVER.test(call.server));
  if (!surely && !named && SEARCHES.test(call.tool)) return undefined;
  const by = `${call.server} ${call.tool}`;
  const environment = environmentFor(call, scene);
  const deeds = surely ? [] : texts.map(cypherDeed).filter((deed) => deed !== undefined && deed !== "read");
  if (deeds.length > 0)
    return found([
      effect({
        verb: deeds.includes("delete") ? "delete" : "change",
        kind: `mcp.${call.server}.cypher`,
        name: (texts[0] ?? "").slice(0, 80),
        environment,
        count: null,
        by,
      }),
    ]);
  if (!surely && !texts.some(isSqlStatement)) return undefined;
  return found(
    texts.flatMap(
      (text) => judgeSql(text, { dialect: dialectOf(call, surely), environment, by }, scene).effects,
    ),
  );
}

function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
}

function dialectOf(call: McpCall, surely: boolean): Dialect {
  const said = `${call.server} ${call.tool} ${firstText(call, ["dialect"]) ?? ""}`;
  if (/mysql|maria|planetscale/i.test(said)) return "mysql";
  if (/sqlite|turso|d1/i.test(said)) return "sqlite";
  return surely && !/snowflake|bigquery|clickhouse|duckdb|mssql|oracle/i.test(said) ? "postgresql" : "ansi";
}

/** Texts that are written somewhere, not run. */
const PROSE =
  /content|body|text|description|message|title|comment|diff|patch|code|str|prompt|thought|note|summary|markdown|html/i;

/** A GraphQL document in any argument: its mutations decide. `undefined` when there is none. */
export function graphqlTool(call: McpCall, scene: Scene): Finding | undefined {
  const says = /graphql|gql|hasura|apollo/i.test(`${call.server} ${call.tool}`);
  const texts = Object.entries(call.arguments).flatMap(([name, value]) =>
    typeof value === "string" && (says || !PROSE.test(name)) ? [value] : [],
  );
  const documents = texts.filter((text) => carriesGraphql(text) || (says && /^\s*\{/.test(text)));
  if (documents.length === 0) return undefined;
  const deeds = documents.map(graphqlDeeds);
  if (!says && deeds.every((one) => one === undefined)) return undefined;
  const environment: Environment = environmentFor(call, scene);
  const by = `${call.server} ${call.tool}`;
  return found(
    deeds.flatMap((some) =>
      (some ?? [{ field: "document", verb: "unknown" as const }]).map(({ field, verb }) =>
        effect({
          verb,
          kind: `mcp.${call.server}.${field}`,
          name: field,
          environment,
          reversibility: verb === "create" || verb === "change" ? "R3" : "R4",
          count: null,
          certain: verb !== "unknown",
          by,
        }),
      ),
    ),
  );
}

/** Commands of Redis given as a text. */
export function redisTool(call: McpCall, scene: Scene): Finding | undefined {
  const text = firstText(call, COMMANDS);
  if (text === undefined || !/redis|valkey|keydb|dragonfly/i.test(call.server)) return undefined;
  const rest = textsOf(call.arguments.args).join(" ");
  return judgeRedis(`${text} ${rest}`.trim(), {
    name: "redis",
    environment: environmentFor(call, scene),
    local: false,
    restorable: false,
    by: `${call.server} ${call.tool}`,
  });
}
