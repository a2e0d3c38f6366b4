import type { Finding, Scene } from "../analyzer.ts";
import { combine } from "../effects.ts";
import { act } from "./deeds.ts";
import {
  expandMake,
  type Makefile,
  type MakeRule,
  parseMakefile,
  shellCalls,
  UNKNOWN_VALUE,
} from "./makefile.ts";
import { namedTask } from "./names.ts";

/** A request to make targets of a makefile whose text is known. */
export interface MakeRequest {
  readonly makefile: Makefile;
  readonly directory: string;
  /** Empty: the default target. */
  readonly targets: readonly string[];
  /** `NAME=value` given on the command line. */
  readonly variables: ReadonlyMap<string, string>;
  readonly by: string;
}

/** Rules followed for one request at most: beyond them the rest is judged by name. */
const MAX_RULES = 200;

/** What making the targets does: every recipe that may run, prerequisites included, plus what reading runs. */
export function makeTargets(request: MakeRequest, scene: Scene): Finding {
  const { makefile, directory } = request;
  const visited = new Set<string>();
  const targets = request.targets.length > 0 ? request.targets : defaultTargets(makefile);
  const reading = shellCalls(makefile).map((text) => runLine(text, request, new Map(), scene));
  const findings = targets.map((target) => makeTarget(target, request, scene, visited));
  return combine(
    ...reading,
    ...findings,
    ...(targets.length === 0
      ? [act("code", scene, { kind: "task", name: `make in ${directory}`, by: request.by })]
      : []),
  );
}

function defaultTargets(makefile: Makefile): readonly string[] {
  const goal = makefile.variables.get(".DEFAULT_GOAL");
  if (goal) return [goal];
  const first = makefile.rules.find((rule) => !rule.target.startsWith(".") && !rule.target.includes("%"));
  return first ? [first.target] : [];
}

function makeTarget(target: string, request: MakeRequest, scene: Scene, visited: Set<string>): Finding {
  if (visited.has(target)) return combine();
  visited.add(target);
  if (visited.size > MAX_RULES) return namedTask(scene, "make", target, request.by);
  const rules = rulesFor(target, request);
  if (rules.length === 0) return namedTask(scene, "make", target, request.by);
  return combine(...rules.map((rule) => makeRule(target, rule, request, scene, visited)));
}

/** Explicit rules for the target, else pattern rules that match it. */
function rulesFor(target: string, request: MakeRequest): readonly MakeRule[] {
  const expand = (text: string) => expandMake(text, { makefile: request.makefile, given: request.variables });
  const explicit = request.makefile.rules.filter(
    (rule) =>
      rule.target === target ||
      (rule.target.includes("$") && expand(rule.target).split(/\s+/).includes(target)),
  );
  if (explicit.length > 0) return explicit;
  return request.makefile.rules.filter(
    (rule) => rule.target.includes("%") && stemOf(target, rule.target) !== undefined,
  );
}

function stemOf(target: string, pattern: string): string | undefined {
  const [before = "", after = ""] = pattern.split("%");
  const fits =
    target.startsWith(before) && target.endsWith(after) && target.length >= before.length + after.length;
  return fits ? target.slice(before.length, target.length - after.length) : undefined;
}

function makeRule(
  target: string,
  rule: MakeRule,
  request: MakeRequest,
  scene: Scene,
  visited: Set<string>,
): Finding {
  const stem = rule.target.includes("%") ? (stemOf(target, rule.target) ?? "") : "";
  const needed = rule.prerequisites
    .flatMap((word) =>
      expandMake(word.replace("%", stem), { makefile: request.makefile, given: request.variables }).split(
        /\s+/,
      ),
    )
    .filter((word) => isTarget(word, request));
  const automatic = new Map([
    ...request.variables,
    ["@", target],
    ["<", needed[0] ?? rule.prerequisites[0] ?? ""],
    ["^", needed.join(" ")],
    ["*", stem],
  ]);
  return combine(
    ...needed.map((word) => makeTarget(word, request, scene, visited)),
    ...rule.recipe.map((line) => runLine(line, request, automatic, scene)),
  );
}

/** A prerequisite that no rule makes is a file that is there already. */
function isTarget(word: string, request: MakeRequest): boolean {
  return word !== "" && rulesFor(word, request).length > 0;
}

function runLine(
  line: string,
  request: MakeRequest,
  given: ReadonlyMap<string, string>,
  scene: Scene,
): Finding {
  const { makefile, directory, by } = request;
  const shell = makefile.variables.get("SHELL");
  if (makefile.variables.has("SHELL") && !/^(\S*\/)?(ba|z|da|k)?sh(\s|$)/.test(shell ?? "")) {
    return act("unknown", scene, { kind: "program", name: `make with SHELL ${shell ?? "?"}`, by });
  }
  const text = expandMake(line, { makefile, given }).replace(/^[\s@+-]+/, "");
  if (text === "") return combine();
  const variables = new Map<string, string | undefined>([...request.variables, [UNKNOWN_VALUE, undefined]]);
  return scene.shell(text, { cwd: directory, variables });
}

/** A makefile with the rules and variables of the files that it includes, as far as their texts are known. */
export function withIncludes(text: string, directory: string, scene: Scene): Makefile {
  const main = parseMakefile(text);
  const texts = main.includes.slice(0, 10).map((name) => includedText(name, directory, scene));
  const others = texts.map((included) => parseMakefile(included ?? ""));
  const variables = new Map<string, string | undefined>();
  for (const part of [...others, main])
    for (const [name, value] of part.variables) variables.set(name, value);
  return {
    rules: [...main.rules, ...others.flatMap((other) => other.rules)],
    variables,
    includes: main.includes,
    runs: [...main.runs, ...others.flatMap((other) => other.runs)],
  };
}

/** Files of secrets that makefiles include for their variables (`include .env`) are not read. */
function includedText(name: string, directory: string, scene: Scene): string | undefined {
  if (!/^[\w./-]+$/.test(name) || /(^|\/)\.env|secret|credential/i.test(name)) return undefined;
  const path = name.startsWith("/") ? name : `${directory}/${name.replace(/^\.\//, "")}`;
  return scene.need({ kind: "text", path })?.text;
}
