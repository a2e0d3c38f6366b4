import type { Effect, Mark, Reversibility, Verb } from "../../core/effect.ts";
import { higherTier, ladder, TIERS, type Tier } from "../../core/ladder.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { shown, type Target, targetOf } from "./target.ts";
import { isCompoundNoun, saysSecret, verbOfName } from "./words.ts";

/** What a group of subcommands does. */
export interface Rule {
  /** Subcommand paths, separated by commas; `|` inside a word separates alternatives, `*` is any word. */
  readonly on: string;
  readonly verb: Verb;
  readonly kind: string;
  /** Default: R1 for create and change, else R4. */
  readonly reversibility?: Reversibility;
  readonly marks?: readonly Mark[];
  readonly advice?: string;
  /** It happens on this machine, whatever the command line says of elsewhere. */
  readonly here?: boolean;
  /** Only when one of these options was given. */
  readonly when?: readonly string[];
  /** Not when one of these options was given. */
  readonly unless?: readonly string[];
}

/** The command line of a tool whose subcommands decide what it does. */
export interface Grammar {
  /** First part of the resource kinds. */
  readonly tool: string;
  /** Options that take a value. */
  readonly values: readonly string[];
  /** Options that take none; an option in neither list may or may not take the next word. */
  readonly flags?: readonly string[];
  readonly singleDash?: boolean;
  /** Options whose value names the environment or the owner of the resource. */
  readonly names?: readonly string[];
  /** Variables whose value names the environment. */
  readonly variables?: readonly string[];
  /** Options whose value is the endpoint. */
  readonly endpoints?: readonly string[];
  /** Subcommands that change nothing. */
  readonly reads: string;
  /** Subcommands that print secret material. */
  readonly secrets?: string;
  /** Subcommands whose effects stay in the workspace or on this machine and can be taken back. */
  readonly local?: string;
  readonly rules?: readonly Rule[];
  /** Options that turn every subcommand into a dry run. */
  readonly dryRun?: readonly string[];
  /** Decides the environment in the tool's own way. */
  target?(options: Options, scene: Scene): Target;
}

const HELP = new Set(["--help", "-h", "help", "--version", "version"]);

/** True when the arguments only ask for help or for the version. */
export function asksHelp(args: readonly Word[], words: ReadonlySet<string> = HELP): boolean {
  if (args.length === 0) return false;
  const first = args[0]?.text;
  if (first !== undefined && (words.has(first) || first === "-v" || first === "-V") && args.length <= 2)
    return true;
  const last = args.at(-1)?.text;
  const before = args.at(-2)?.text;
  if (args.some((word) => word.text === "--")) return false;
  return (
    (last === "--help" || (last === "-h" && words.has("-h")) || last === "help") &&
    before !== undefined &&
    !before.startsWith("-")
  );
}

/** Judges a command by the table of its subcommands; what the table does not know is judged by its verb words. */
export function judgeGrammar(command: Command, scene: Scene, grammar: Grammar): Finding {
  if (asksHelp(command.args)) return NOTHING;
  const options = parseOptions(command.args, {
    values: grammar.values,
    exact: true,
    ...(grammar.singleDash ? { singleDash: true } : {}),
  });
  const readings = [options.operands];
  const sure = options.operands.filter((word) => !maybeValue(word, command.args, grammar));
  if (sure.length < options.operands.length) readings.push(sure);
  return readings.map((path) => judgePath(path, options, command, scene, grammar)).reduce(stricterFinding);
}

/** An operand right after an option that nobody declared may be that option's value. */
function maybeValue(word: Word, args: readonly Word[], grammar: Grammar): boolean {
  const before = args[args.indexOf(word) - 1]?.text;
  if (before === undefined || !before.startsWith("-") || before.includes("=") || before === "--")
    return false;
  return !(grammar.flags ?? []).includes(before) && args.indexOf(word) <= 6;
}

function judgePath(
  path: readonly Word[],
  options: Options,
  command: Command,
  scene: Scene,
  grammar: Grammar,
): Finding {
  const target = targetFor(path, options, scene, grammar);
  const by = command.source;
  if (path.length === 0) {
    return options.dynamic || command.args.length > 1 ? unknownCommand(path, target, by, grammar) : NOTHING;
  }
  if (path.slice(0, 2).every((word) => word.text === undefined) || path[0]?.text === undefined) {
    return unknownCommand(path, target, by, grammar);
  }
  if (grammar.dryRun !== undefined && options.has(...grammar.dryRun)) return NOTHING;
  const best = bestMatch(path, options, grammar);
  if (best === undefined) return byVerb(path, target, by, grammar);
  const name = nameOf(path.slice(best.length), options, grammar);
  if (best.what === "read") return NOTHING;
  if (best.what === "local") return found([localEffect(grammar.tool, path, by)]);
  if (best.what === "secret") return found([secretEffect(`${grammar.tool}.secret`, name, target, by)]);
  return found([ruleEffect(best.what, name, target, by)]);
}

function targetFor(path: readonly Word[], options: Options, scene: Scene, grammar: Grammar): Target {
  if (grammar.target) return grammar.target(options, scene);
  const named = [...options.values(...(grammar.names ?? [])), ...path].map(
    (word) => word.text ?? word.source,
  );
  const endpoint = options.value(...(grammar.endpoints ?? []))?.text;
  const variables = (grammar.variables ?? []).map((name) => scene.variable(name));
  return targetOf(endpoint, [...named, ...variables], scene);
}

interface Match {
  readonly length: number;
  readonly what: "read" | "local" | "secret" | Rule;
}

/** The longest path that matches; at the same length the more special one: a rule with an option, rule, secret, read, local. */
function bestMatch(path: readonly Word[], options: Options, grammar: Grammar): Match | undefined {
  const applies = (rule: Rule) =>
    (rule.when === undefined || options.has(...rule.when)) &&
    !(rule.unless !== undefined && options.has(...rule.unless));
  const candidates: readonly (readonly [string, Match["what"]])[] = [
    ...[...(grammar.rules ?? [])]
      .filter(applies)
      .sort((a, b) => Number(b.when !== undefined) - Number(a.when !== undefined))
      .map((rule) => [rule.on, rule] as const),
    [grammar.secrets ?? "", "secret"],
    [grammar.reads, "read"],
    [grammar.local ?? "", "local"],
  ];
  let best: Match | undefined;
  for (const [paths, what] of candidates) {
    const length = longest(paths, path);
    if (length > (best?.length ?? 0)) best = { length, what };
  }
  return best;
}

function longest(paths: string, path: readonly Word[]): number {
  let length = 0;
  for (const pattern of paths.split(",")) {
    const words = pattern.trim().split(/\s+/);
    if (words[0] !== "" && words.length > length && words.every((word, at) => matches(word, path[at]?.text)))
      length = words.length;
  }
  return length;
}

function matches(pattern: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  return pattern === "*" || pattern.split("|").includes(text);
}

function nameOf(rest: readonly Word[], options: Options, grammar: Grammar): string {
  const option = (grammar.names ?? []).map((name) => options.value(name)).find((word) => word !== undefined);
  return shown(rest[0] ?? option);
}

/** An effect that stays in the workspace or on this machine, made by a program that is part of the work there. */
export function localEffect(tool: string, path: readonly Word[], by: string): Effect {
  return effect({
    verb: "execute",
    kind: `${tool}.local`,
    name: path.slice(0, 2).map(shown).join(" "),
    environment: "workspace",
    reversibility: "R1",
    marks: ["workspace-code"],
    by,
  });
}

/** Reading secret material: the reader could pass it on. */
export function secretEffect(kind: string, name: string, target: Target, by: string): Effect {
  return effect({
    verb: "read",
    kind,
    name,
    environment: target.environment,
    reversibility: "R1",
    marks: ["secret"],
    by,
  });
}

function ruleEffect(rule: Rule, name: string, target: Target, by: string): Effect {
  return effect({
    verb: rule.verb,
    kind: rule.kind,
    name,
    environment: rule.here ? "local" : target.environment,
    reversibility: rule.reversibility ?? (rule.verb === "create" || rule.verb === "change" ? "R1" : "R4"),
    ...(rule.marks?.includes("bulk") ? { count: null } : {}),
    ...(rule.marks ? { marks: rule.marks } : {}),
    ...(rule.advice ? { advice: rule.advice } : {}),
    by,
  });
}

/** The first word that is a verb decides; the words before it name the kind, those after it the resource. */
function byVerb(path: readonly Word[], target: Target, by: string, grammar: Grammar): Finding {
  const at = path
    .slice(0, 5)
    .findIndex(
      (word, index, words) =>
        word.text !== undefined &&
        !isCompoundNoun(word.text, words[index + 1]?.text) &&
        verbOfName(word.text) !== undefined,
    );
  if (at < 0) return unknownCommand(path, target, by, grammar);
  const verb = verbOfName(path[at]?.text ?? "") ?? "unknown";
  const nouns = path.slice(0, at).map(shown);
  const kind = [grammar.tool, ...nouns].join(".");
  const name = shown(path[at + 1]);
  if (verb === "read") {
    return saysSecret(nouns.join(" ")) &&
      !/^(ls|list|search|help|check|validate|status)$/.test(path[at]?.text ?? "")
      ? found([secretEffect(kind, name, target, by)])
      : NOTHING;
  }
  const reversibility = verb === "create" || verb === "change" ? "R1" : "R4";
  return found([
    effect({
      verb,
      kind,
      name,
      environment: target.environment,
      reversibility,
      certain: false,
      count: null,
      by,
    }),
  ]);
}

function unknownCommand(path: readonly Word[], target: Target, by: string, grammar: Grammar): Finding {
  const name = path.slice(0, 4).map(shown).join(" ") || "*";
  return found([
    effect({
      verb: "unknown",
      kind: grammar.tool,
      name,
      environment: target.environment,
      count: null,
      certain: false,
      by,
    }),
  ]);
}

/** Of two findings the one that asks for more, the first when they ask for the same. */
export function stricterFinding(a: Finding, b: Finding): Finding {
  return higherTier(tierOf(a), tierOf(b)) === tierOf(a) ? a : b;
}

function tierOf(finding: Finding): Tier {
  return finding.effects.map(ladder).reduce<Tier>(higherTier, TIERS[0]);
}
