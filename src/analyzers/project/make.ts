import type { Finding, Scene } from "../analyzer.ts";
import { combine, found, unknownEffect } from "../effects.ts";
import { act } from "./deeds.ts";
import { expandMake, UNKNOWN_VALUE } from "./make-expansion.ts";
import { type Makefile, type MakeRule, parseMakefile } from "./makefile.ts";
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

/** Rules followed for one request at most, and pattern rules tried for one target. */
const MAX_RULES = 200;

/** A request under way. */
interface Making extends MakeRequest {
  readonly scene: Scene;
  readonly explicit: ReadonlyMap<string, readonly MakeRule[]>;
  readonly patterns: readonly MakeRule[];
  readonly visited: Set<string>;
}

/** What making the targets does: every recipe that may run, prerequisites included, plus what reading runs. */
export function makeTargets(request: MakeRequest, scene: Scene): Finding {
  const { makefile, directory, by } = request;
  const making: Making = { ...request, scene, ...rulesByTarget(request), visited: new Set() };
  const targets = request.targets.length > 0 ? request.targets : defaultTargets(makefile);
  const reading = makefile.runs.map((text) => runLine(text, making, request.variables));
  if (targets.length === 0) {
    return combine(...reading, act("code", scene, { kind: "task", name: `make in ${directory}`, by }));
  }
  return combine(...reading, ...targets.map((target) => makeTarget(target, making)));
}

function defaultTargets(makefile: Makefile): readonly string[] {
  const goal = makefile.variables.get(".DEFAULT_GOAL");
  if (goal) return [goal];
  const first = makefile.rules.find((rule) => !rule.target.startsWith(".") && !rule.target.includes("%"));
  return first ? [first.target] : [];
}

function rulesByTarget(request: MakeRequest): Pick<Making, "explicit" | "patterns"> {
  const explicit = new Map<string, MakeRule[]>();
  const patterns: MakeRule[] = [];
  for (const rule of request.makefile.rules) {
    if (rule.target.includes("%")) patterns.push(rule);
    else
      for (const name of expandedWords(rule.target, request))
        explicit.set(name, [...(explicit.get(name) ?? []), rule]);
  }
  return { explicit, patterns };
}

function expandedWords(text: string, { makefile, variables }: MakeRequest): readonly string[] {
  if (!text.includes("$")) return text === "" ? [] : [text];
  return expandMake(text, { makefile, given: variables })
    .split(/\s+/)
    .filter((word) => word !== "");
}

function makeTarget(target: string, making: Making): Finding {
  const { visited, scene, by } = making;
  if (visited.has(target)) return combine();
  visited.add(target);
  if (visited.size > MAX_RULES || making.patterns.length > MAX_RULES) {
    return found([
      unknownEffect(scene, "task", `make ${target}: more than ${MAX_RULES} rules`, by, ["bound"]),
    ]);
  }
  const rules = rulesFor(target, making);
  if (rules.length === 0) return namedTask(scene, "make", target, by);
  return combine(...rules.map((rule) => makeRule(target, rule, making)));
}

/** Explicit rules for the target; the pattern rules that match it when none of those has a recipe. */
function rulesFor(target: string, { explicit, patterns }: Making): readonly MakeRule[] {
  const own = explicit.get(target) ?? [];
  if (own.some((rule) => rule.recipe.length > 0)) return own;
  return [
    ...own,
    ...patterns.slice(0, MAX_RULES).filter((rule) => stemOf(target, rule.target) !== undefined),
  ];
}

function stemOf(target: string, pattern: string): string | undefined {
  const [before = "", after = ""] = pattern.split("%");
  const fits =
    target.startsWith(before) && target.endsWith(after) && target.length >= before.length + after.length;
  return fits ? target.slice(before.length, target.length - after.length) : undefined;
}

function makeRule(target: string, rule: MakeRule, making: Making): Finding {
  const stem = rule.target.includes("%") ? (stemOf(target, rule.target) ?? "") : "";
  const words = rule.prerequisites.flatMap((word) => expandedWords(word.replace("%", stem), making));
  /** A prerequisite that no rule makes is a file that is there already. */
  const needed = words.filter((word) => rulesFor(word, making).length > 0);
  const automatic = new Map([
    ...making.variables,
    ["@", target],
    ["<", words[0] ?? ""],
    ["^", words.join(" ")],
    ["+", words.join(" ")],
    ["?", words.join(" ")],
    ["*", stem],
    ["@D", target.includes("/") ? target.slice(0, target.lastIndexOf("/")) : "."],
    ["@F", target.slice(target.lastIndexOf("/") + 1)],
  ]);
  const lines = making.explicit.has(".ONESHELL") ? [rule.recipe.join("\n")] : rule.recipe;
  return combine(
    ...needed.map((word) => makeTarget(word, making)),
    ...lines.map((line) => runLine(line, making, automatic)),
  );
}

function runLine(line: string, making: Making, given: ReadonlyMap<string, string>): Finding {
  const { makefile, directory, by, scene } = making;
  const shell = makefile.variables.get("SHELL");
  if (makefile.variables.has("SHELL") && !/^(\S*\/)?(ba|z|da|k)?sh(\s|$)/.test(shell ?? "")) {
    return act("unknown", scene, { kind: "program", name: `make with SHELL ${shell ?? "?"}`, by });
  }
  const text = expandMake(line, { makefile, given }).replace(/^[\s@+-]+/, "");
  if (text === "") return combine();
  const variables = new Map<string, string | undefined>([...making.variables, [UNKNOWN_VALUE, undefined]]);
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
