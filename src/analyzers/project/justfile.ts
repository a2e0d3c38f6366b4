import type { CodeLanguage, Finding, Scene, Word } from "../analyzer.ts";
import { combine } from "../effects.ts";
import { act } from "./deeds.ts";
import { namedTask } from "./names.ts";

interface Parameter {
  readonly name: string;
  readonly otherwise: string | undefined;
  readonly rest: boolean;
}

/** One recipe of a justfile. Controlled by whoever may write the workspace. */
interface Recipe {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly needs: readonly string[];
  readonly lines: string[];
}

export interface Justfile {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Values of string literals; `undefined` for every other expression. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** Backtick texts that just runs to compute variables. */
  readonly runs: readonly string[];
  /** Imports and modules may define more recipes. */
  readonly open: boolean;
}

const HEADER =
  /^@?([A-Za-z_][\w-]*)((?:\s+[+*$]*[A-Za-z_][\w-]*(?:=(?:'[^']*'|"[^"]*"|[^\s:'"]+))?)*)\s*:(?!=)(.*)$/;
const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(.*)$/;

/** Reads a justfile (just manual, "Recipes"). What is not understood is left out, never invented. */
export function parseJustfile(text: string): Justfile {
  const recipes = new Map<string, Recipe>();
  const aliases = new Map<string, string>();
  const variables = new Map<string, string | undefined>();
  const runs: string[] = [];
  let open = false;
  let current: Recipe | undefined;
  for (const line of text.replace(/\\\r?\n\s*/g, " ").split(/\r?\n/)) {
    if (/^\s+\S/.test(line)) {
      current?.lines.push(line.replace(/^\s+/, ""));
      continue;
    }
    const code = line.trim();
    if (code === "" || code.startsWith("#") || code.startsWith("[")) continue;
    const alias = /^alias\s+([\w-]+)\s*:=\s*([\w-]+)/.exec(code);
    if (alias?.[1] && alias[2]) {
      aliases.set(alias[1], alias[2]);
      continue;
    }
    if (/^(import|mod)\??\s/.test(code)) open = true;
    if (/^set\s/.test(code)) continue;
    const assignment = ASSIGNMENT.exec(code);
    if (assignment?.[1]) {
      variables.set(assignment[1], literalValue(assignment[2] ?? ""));
      runs.push(...[...(assignment[2] ?? "").matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? ""));
      continue;
    }
    current = readHeader(code);
    if (current) recipes.set(current.name, current);
  }
  return { recipes, aliases, variables, runs, open };
}

function literalValue(expression: string): string | undefined {
  const match = /^(?:'([^']*)'|"([^"\\{]*)")\s*(#.*)?$/.exec(expression);
  return match ? (match[1] ?? match[2]) : undefined;
}

function readHeader(code: string): Recipe | undefined {
  const match = HEADER.exec(code);
  if (!match?.[1]) return undefined;
  const parameters = [
    ...(match[2] ?? "").matchAll(/([+*$]*)([A-Za-z_][\w-]*)(?:=('[^']*'|"[^"]*"|[^\s]+))?/g),
  ].map((one) => ({
    name: one[2] ?? "",
    otherwise: one[3] === undefined ? undefined : literalValue(one[3]),
    rest: /[+*]/.test(one[1] ?? ""),
  }));
  const after = (match[3] ?? "").replace(/#.*$/, "").replaceAll("&&", " ");
  const needs = [...after.matchAll(/\(([\w-]+)[^)]*\)|([A-Za-z_][\w-]*)/g)].map(
    (one) => one[1] ?? one[2] ?? "",
  );
  return { name: match[1], parameters, needs, lines: [] };
}

export interface JustRequest {
  readonly justfile: Justfile;
  readonly directory: string;
  readonly by: string;
}

/** What `just ARG…` does: recipes in order, each taking as many arguments as it has parameters. */
export function runRecipes(request: JustRequest, args: readonly Word[], scene: Scene): Finding {
  const { justfile, directory, by } = request;
  const reading = justfile.runs.map((text) => scene.shell(text, { cwd: directory }));
  const first = justfile.recipes.keys().next().value;
  if (args.length === 0)
    return combine(...reading, first === undefined ? combine() : runRecipe(first, [], request, scene, []));
  const findings: Finding[] = [];
  for (let at = 0; at < args.length; ) {
    const name = args[at]?.text;
    const recipe = name === undefined ? undefined : recipeFor(name, justfile);
    if (name === undefined)
      return combine(...findings, act("unknown", scene, { kind: "task", name: by, by }));
    if (recipe === undefined) return combine(...reading, ...findings, namedTask(scene, "just", name, by));
    const takes = recipe.parameters.some((one) => one.rest) ? args.length : recipe.parameters.length;
    findings.push(runRecipe(name, args.slice(at + 1, at + 1 + takes), request, scene, []));
    at += 1 + takes;
  }
  return combine(...reading, ...findings);
}

function recipeFor(name: string, justfile: Justfile): Recipe | undefined {
  return justfile.recipes.get(justfile.aliases.get(name) ?? name);
}

function runRecipe(
  name: string,
  args: readonly Word[],
  request: JustRequest,
  scene: Scene,
  seen: readonly string[],
): Finding {
  const recipe = recipeFor(name, request.justfile);
  if (recipe === undefined) return namedTask(scene, "just", name, request.by);
  if (seen.includes(recipe.name)) return combine();
  const inner = [...seen, recipe.name];
  const needed = recipe.needs.map((need) => runRecipe(need, [], request, scene, inner));
  const values = boundValues(recipe, args, request.justfile);
  return combine(...needed, runLines(recipe, values, request, scene));
}

/** Parameters and variables by name; `undefined` for a value that nobody knows. */
function boundValues(
  recipe: Recipe,
  args: readonly Word[],
  justfile: Justfile,
): ReadonlyMap<string, string | undefined> {
  const values = new Map(justfile.variables);
  recipe.parameters.forEach((parameter, index) => {
    const given = parameter.rest ? args.slice(index) : args.slice(index, index + 1);
    const known = given.every((word) => word.text !== undefined);
    const text = given.map((word) => word.text ?? "").join(" ");
    values.set(parameter.name, given.length === 0 ? parameter.otherwise : known ? text : undefined);
  });
  return values;
}

function runLines(
  recipe: Recipe,
  values: ReadonlyMap<string, string | undefined>,
  request: JustRequest,
  scene: Scene,
): Finding {
  const variables = new Map<string, string | undefined>([["COUNTERSIGN_UNKNOWN", undefined], ...values]);
  const change = { cwd: request.directory, variables };
  const lines = recipe.lines.map((line) => interpolate(line, values));
  const language = interpreterOf(lines[0] ?? "");
  if (language !== undefined)
    return language === "shell"
      ? scene.shell(lines.join("\n"), change)
      : scene.code(language, lines.slice(1).join("\n"), change);
  if (lines[0]?.startsWith("#!"))
    return act("code", scene, { kind: "task", name: `just ${recipe.name}`, by: request.by });
  return combine(
    ...lines
      .filter((line) => !line.startsWith("#"))
      .map((line) => scene.shell(line.replace(/^[@-]+/, ""), change)),
  );
}

/** The value in place of `{{name}}`; any other expression becomes a shell variable that nobody knows. */
function interpolate(line: string, values: ReadonlyMap<string, string | undefined>): string {
  return line.replace(/\{\{\{\{/g, "{{").replace(/\{\{([^{}]*)\}\}/g, (_, typed: string) => {
    const inner = typed.trim();
    const value = values.get(inner);
    if (value !== undefined) return value;
    return literalValue(inner) ?? `\${COUNTERSIGN_UNKNOWN}`;
  });
}

function interpreterOf(line: string): CodeLanguage | undefined {
  const name = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(?:\S*\/)?(\w+)/.exec(line)?.[1];
  if (name === undefined) return undefined;
  if (/^(ba|z|da|k)?sh$/.test(name)) return "shell";
  if (/^python/.test(name)) return "python";
  if (name === "node") return "javascript";
  return name === "ruby" || name === "perl" || name === "php" ? name : undefined;
}
