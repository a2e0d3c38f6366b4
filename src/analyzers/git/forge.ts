import type { Environment, Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, found, unknownEffect } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { type Options, parseOptions } from "../options.ts";

/** One call of a forge's command line: `gh pr merge 12 --squash`. */
export interface ForgeCall {
  readonly forge: "github" | "gitlab";
  /** Group and action, by their first names: `pr merge`. */
  readonly action: string;
  /** What follows the action. */
  readonly args: readonly Word[];
  readonly options: Options;
  readonly command: Command;
  readonly scene: Scene;
}

/** What an action does to something that others use too. */
export interface Deed {
  readonly verb: Verb;
  readonly kind: string;
  readonly reversibility: Reversibility;
  readonly marks?: readonly Mark[];
  readonly advice?: string;
  /** Names that may tell the environment, beside the operands. */
  readonly names?: readonly (string | undefined)[];
  readonly certain?: boolean;
}

export type Rule = "read" | Deed | ((call: ForgeCall) => Finding);

/** Adds and takes nothing away: a comment, a request, a label. */
export function adds(kind: string): Deed {
  return { verb: "create", kind, reversibility: "R1", marks: ["additive"] };
}

/** Changes text whose earlier versions the forge keeps. */
export function edits(kind: string): Deed {
  return { verb: "change", kind, reversibility: "R1", marks: ["additive"] };
}

/** Changes something that one call sets back. */
export function changes(kind: string): Deed {
  return { verb: "change", kind, reversibility: "R1" };
}

/** Deletes for good. */
export function deletes(kind: string, marks: readonly Mark[] = []): Deed {
  return { verb: "delete", kind, reversibility: "R4", marks };
}

/** Gives rights that outlast the call: keys, tokens, members, approvals. */
export function escalates(kind: string): Deed {
  return { verb: "escalate", kind, reversibility: "R1" };
}

/** Options whose values are no operands, in all actions together; both command lines use Cobra. */
const VALUES = [
  "-R",
  "--repo",
  "-t",
  "--title",
  "-b",
  "--body",
  "-F",
  "--body-file",
  "-B",
  "--base",
  "-H",
  "--head",
  "-l",
  "--label",
  "-a",
  "--assignee",
  "-r",
  "--reviewer",
  "-m",
  "--milestone",
  "-p",
  "--project",
  "-e",
  "--env",
  "-o",
  "--org",
  "-u",
  "--user",
  "-n",
  "--notes",
  "--name",
  "--description",
  "-d",
  "-D",
  "--dir",
  "--pattern",
  "--ref",
  "-f",
  "--field",
  "--raw-field",
  "-v",
  "--visibility",
  "--target",
  "--notes-file",
  "-X",
  "--method",
  "--input",
  "-q",
  "--jq",
  "--template",
  "--json",
  "-L",
  "--limit",
  "-S",
  "--search",
  "-s",
  "--state",
  "-c",
  "--codespace",
  "--comment",
  "--hostname",
  "--homepage",
  "--default-branch",
  "--match-head-commit",
  "--author-email",
  "--subject",
  "-i",
  "-g",
  "--group",
  "-k",
  "--key",
  "--value",
  "--message",
  "--branch",
  "--variables",
  "--header",
  "--cache",
];
/** The ones above that are flags in some action, so that the word after them may be an operand. */
const SOMETIMES_FLAGS = [
  "-d",
  "-s",
  "-r",
  "-m",
  "-a",
  "-c",
  "-i",
  "-g",
  "-f",
  "-p",
  "-o",
  "-e",
  "-v",
  "-u",
  "-q",
  "-k",
  "-n",
];

/**
 * Reads group and action of a call. `aliases` gives the second names of groups and actions; `single` lists
 * groups without actions. Words that cannot be told make the action `undefined`.
 */
export function readForgeCall(
  command: Command,
  scene: Scene,
  forge: ForgeCall["forge"],
  single: ReadonlySet<string>,
  aliases: Readonly<Record<string, string>>,
): ForgeCall | undefined {
  const words: string[] = [];
  const rest: Word[] = [];
  for (let index = 0; index < command.args.length; index++) {
    const word = command.args[index] as Word;
    const text = word.text ?? word.prefix;
    const done = words.length === 2 || (words.length === 1 && single.has(words[0] ?? ""));
    if (done || text.startsWith("-")) rest.push(word);
    if (done) continue;
    if (/^(-R|--repo|--hostname)$/.test(text)) rest.push(command.args[++index] as Word);
    else if (!text.startsWith("-")) {
      if (word.text === undefined) return undefined;
      words.push(Object.hasOwn(aliases, word.text) ? (aliases[word.text] as string) : word.text);
    }
  }
  const args = rest.filter((word) => word !== undefined);
  const flags = single.has(words[0] ?? "") ? [] : SOMETIMES_FLAGS;
  const options = parseOptions(args, {
    values: VALUES.filter((name) => !flags.includes(name)),
    long: VALUES.filter((name) => name.startsWith("--")),
  });
  return { forge, action: words.join(" "), args, options, command, scene };
}

/** Judges a call by the rule of its action; what has no rule is a program that nobody knows. */
export function judgeForge(call: ForgeCall, rules: ReadonlyMap<string, Rule>): Finding {
  const rule = rules.get(call.action) ?? rules.get(`${call.action.split(" ")[0]} *`);
  if (rule === "read") return { effects: [] };
  if (typeof rule === "function") return rule(call);
  if (rule) return deed(call, rule);
  const program = call.command.program;
  return found([
    unknownEffect(call.scene, "program", `${program} ${call.action}`.trim(), call.command.source),
  ]);
}

/** The effect of a deed on the repository or the thing that the operands name. */
export function deed(call: ForgeCall, what: Deed): Finding {
  const { scene, options } = call;
  const repository = options.value("-R", "--repo")?.source;
  const operands = options.operands.map((word) => word.text ?? word.source);
  const name = operands[0] ?? repository ?? "this repository";
  const additive = what.marks?.includes("additive") === true;
  return found([
    effect({
      verb: what.verb,
      kind: `${call.forge}.${what.kind}`,
      name: name.slice(0, 120),
      environment: additive
        ? "development"
        : forgeEnvironment(scene, [...operands, repository, ...(what.names ?? [])]),
      reversibility: what.reversibility,
      marks: ["shared", ...(what.marks ?? [])],
      certain: what.certain ?? true,
      by: call.command.source,
      ...(what.advice === undefined ? {} : { advice: what.advice }),
    }),
  ]);
}

/** Shared, and production when a name or the declaration says so. */
function forgeEnvironment(scene: Scene, names: readonly (string | undefined)[]): Environment {
  return environmentOf(names, scene) === "production" ? "production" : "development";
}

/** Something on this machine, outside of the workspace: the tool's own settings. */
export function ownSettings(call: ForgeCall, kind: string, marks: readonly Mark[] = []): Finding {
  return found([
    effect({
      verb: "change",
      kind: `${call.forge}.${kind}`,
      name: call.options.operands[0]?.source ?? "settings",
      environment: "local",
      reversibility: "R2",
      marks: ["outside", ...marks],
      by: call.command.source,
    }),
  ]);
}

/** A secret is printed. */
export function readsSecret(call: ForgeCall, kind: string): Finding {
  return found([
    effect({
      verb: "read",
      kind: `${call.forge}.${kind}`,
      name: "of the person",
      environment: "development",
      reversibility: "R4",
      marks: ["secret"],
      by: call.command.source,
    }),
  ]);
}

/** True when one of the options is there in the words as typed: bundles and `--name=value` included. */
export function given(call: ForgeCall, ...names: readonly string[]): boolean {
  return call.options.has(...names);
}

/** Rules by action, from lines of actions that share a rule. */
export function rulesOf(lines: readonly (readonly [string, Rule])[]): ReadonlyMap<string, Rule> {
  return new Map(
    lines.flatMap(([actions, rule]) => actions.split(", ").map((action): [string, Rule] => [action, rule])),
  );
}
