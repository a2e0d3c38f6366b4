import type { Finding, Scene } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { normalizePath } from "../locate.ts";
import { literal } from "../options.ts";
import { judgeSql, type SqlOptions } from "./sql.ts";

/** Which shell's own commands stand between the statements. */
export type MetaStyle = "psql" | "mysql" | "sqlite" | "none";

/** A text cut into the statements for the server and the commands for the shell itself. */
export interface Split {
  readonly statements: string;
  readonly meta: readonly string[];
}

/** Separates meta-commands from SQL. Lines inside a quoted string stay where they are. */
export function splitMeta(text: string, style: MetaStyle): Split {
  if (style === "none") return { statements: text, meta: [] };
  const statements: string[] = [];
  const meta: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    const at = open === "" ? metaAt(line, style) : -1;
    if (at >= 0) {
      meta.push(line.slice(at).trim());
      if (/[^\s]/.test(line.slice(0, at))) statements.push(line.slice(0, at));
    } else {
      statements.push(line);
      open = quoteAfter(line, open);
    }
  }
  return { statements: statements.join("\n"), meta };
}

function metaAt(line: string, style: MetaStyle): number {
  if (style === "sqlite") return /^\s*\./.test(line) ? line.indexOf(".") : -1;
  if (style === "mysql")
    return /^\s*(\\[!.]|system\s|source\s|delimiter\s)/i.test(line) ? line.search(/\S/) : -1;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] as string;
    if (quote === "" && sign === "-" && line[at + 1] === "-") return -1;
    if (quote === "" && sign === "\\") return at;
    if (quote === "" && (sign === "'" || sign === '"')) quote = sign;
    else if (sign === quote) quote = "";
  }
  return -1;
}

/** The quotation that is still open at the end of a line. */
function quoteAfter(line: string, before: string): string {
  let quote = before;
  for (let at = 0; at < line.length; at++) {
    const rest = line.slice(at);
    const dollar = /^\$(\w*)\$/.exec(rest)?.[0];
    if (quote === "" && rest.startsWith("--")) return "";
    if (dollar !== undefined && (quote === "" || quote === dollar)) {
      quote = quote === "" ? dollar : "";
      at += dollar.length - 1;
    } else if (quote === "" && (line[at] === "'" || line[at] === '"')) quote = line[at] as string;
    else if (quote.length === 1 && line[at] === quote) quote = "";
  }
  return quote;
}

/** psql's commands that show or set something of the session (PostgreSQL documentation, psql). */
const PSQL_MILD =
  /^\\(d\w*\+?|l\+?|list\+?|sf\+?|sv\+?|z|x|t|a|H|pset|set|unset|echo|qecho|warn|timing|conninfo|encoding|h|help|\?|errverbose|p|print|r|reset|q|quit|if|elif|else|endif|prompt|C|f|T|g|gx|gdesc|crosstabview|watch|bind|parse|close_prepared|startpipeline|endpipeline|flush|sendpipeline)(\s|$|\+)/;

/** What a command of the database shell itself would do. */
export function judgeMeta(line: string, style: MetaStyle, sql: SqlOptions, scene: Scene): Finding {
  if (style === "sqlite") return judgeSqliteMeta(line, sql, scene);
  if (style === "mysql") return judgeMysqlMeta(line, sql, scene);
  const shell = /^\\!\s*([\s\S]*)$/.exec(line);
  if (shell) return scene.shell(shell[1] ?? "");
  const copy = /^\\copy\s+([\s\S]*)$/i.exec(line);
  if (copy) return judgeCopy(copy[1] ?? "", sql, scene);
  const include = /^\\(i|ir|include|include_relative)\s+'?([^\s']+)/.exec(line);
  if (include) return judgeFile(include[2] ?? "", "psql", sql, scene);
  const output = /^\\(o|out|w|write|s|g|gx)\s+(\|?)\s*(.+)$/.exec(line);
  if (output)
    return output[2] === "|"
      ? scene.shell(output[3] ?? "")
      : found(fileEffects("change", literal((output[3] ?? "").trim()), scene, { by: line }));
  if (/^\\set\s[^`]*`([^`]*)`/.test(line)) return scene.shell(/`([^`]*)`/.exec(line)?.[1] ?? "");
  if (PSQL_MILD.test(line)) return NOTHING;
  return unknownMeta(line, sql);
}

function judgeCopy(rest: string, sql: SqlOptions, scene: Scene): Finding {
  const program = /\bprogram\s+'((?:[^']|'')*)'/i.exec(rest);
  const query = /^\(([\s\S]*)\)\s+to\s/i.exec(rest);
  const table = /^([\w."]+)/.exec(rest)?.[1] ?? "*";
  const into = /\bfrom\s/i.test(rest) && !query;
  const server = query
    ? judgeSql(query[1] ?? "", sql, scene)
    : judgeSql(into ? `INSERT INTO ${table} DEFAULT VALUES` : `SELECT * FROM ${table}`, sql, scene);
  if (program) return combine(server, scene.shell((program[1] ?? "").replaceAll("''", "'")));
  const target = /\bto\s+'?([^\s']+)/i.exec(rest)?.[1];
  if (into || target === undefined || /^p?stdout$/i.test(target)) return server;
  return combine(server, found(fileEffects("change", literal(target), scene, { by: rest })));
}

function judgeFile(path: string, style: MetaStyle, sql: SqlOptions, scene: Scene): Finding {
  if (scene.cwd === undefined || scene.place.host !== undefined) return unknownMeta(path, sql);
  const full = normalizePath(path.startsWith("/") ? path : `${scene.cwd}/${path}`);
  const text = scene.need({ kind: "text", path: full })?.text;
  if (text === undefined) return unknownMeta(path, sql);
  const { statements, meta } = splitMeta(text, style);
  const further = meta.some((line) => /^(\\i|\.read|source)/.test(line));
  if (further)
    return combine(judgeSql(statements, sql, scene), unknownMeta(`files that ${path} includes`, sql));
  return combine(judgeSql(statements, sql, scene), ...meta.map((line) => judgeMeta(line, style, sql, scene)));
}

function judgeMysqlMeta(line: string, sql: SqlOptions, scene: Scene): Finding {
  const shell = /^(?:\\!|system\s)\s*([\s\S]*)$/i.exec(line);
  if (shell) return scene.shell((shell[1] ?? "").replace(/;\s*$/, ""));
  const source = /^(?:\\\.|source\s)\s*([^\s;]+)/i.exec(line);
  if (source) return judgeFile(source[1] ?? "", "mysql", sql, scene);
  return unknownMeta(line, sql);
}

const SQLITE_MILD =
  /^\.(tables?|schema|indexes|indices|databases|dbinfo|headers?|mode|width|separator|nullvalue|timer|stats|show|help|quit|exit|fullschema|print|echo|bail|changes|eqp|explain|lint|limit|parameter|prompt|sha3sum|version|timeout|vfsinfo|vfslist|vfsname|dump|scanstats|expert|connection|columns)(\s|$)/;

function judgeSqliteMeta(line: string, sql: SqlOptions, scene: Scene): Finding {
  const shell = /^\.(?:shell|system)\s+([\s\S]*)$/.exec(line);
  if (shell) return scene.shell(shell[1] ?? "");
  const file = /^\.(output|once|save|backup|excel|log|clone)\s+(?:main\s+)?'?([^\s']+)/.exec(line);
  if (file) return found(fileEffects("change", literal(file[2] ?? ""), scene, { by: line }));
  const read = /^\.read\s+'?([^\s']+)/.exec(line);
  if (read) return judgeFile(read[1] ?? "", "sqlite", sql, scene);
  if (/^\.import\s/.test(line))
    return judgeSql(`INSERT INTO ${/(\w+)\s*$/.exec(line)?.[1] ?? "t"} VALUES (1)`, sql, scene);
  return SQLITE_MILD.test(line) || line === ".once" || line === ".output" ? NOTHING : unknownMeta(line, sql);
}

function unknownMeta(line: string, sql: SqlOptions): Finding {
  return found([
    effect({
      verb: "unknown",
      kind: "sql",
      name: line.slice(0, 120),
      environment: sql.environment,
      reversibility: sql.local ? "R3" : "R4",
      count: null,
      certain: false,
      by: line,
    }),
  ]);
}
