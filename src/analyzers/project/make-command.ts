import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { act, runsForeignCode, wordsOf } from "./deeds.ts";
import { findManifest, folderAt } from "./files.ts";
import { makeTargets, withIncludes } from "./make.ts";
import { expandMake, UNKNOWN_VALUE } from "./make-expansion.ts";
import { parseMakefile } from "./makefile.ts";
import { namedTask } from "./names.ts";
import { pathSource } from "./sources.ts";
import { changesMake } from "./tool-variables.ts";

const MAKE_VALUES = wordsOf(`
    -f --file --makefile -C --directory -I --include-dir -o --old-file --assume-old -W --what-if
    --new-file --assume-new -E --eval --debug
  `);

/** What a make command line does, by the text of its makefile or, where that cannot be read, by the names of its targets. */
export function judgeMake(command: Command, scene: Scene): Finding {
  const args = command.args.filter(
    (word) => !/^-[jlO]\d*(\.\d+)?$|^--(jobs|load-average|output-sync)(=.*)?$/.test(word.text ?? ""),
  );
  const options = parseOptions(args, { values: MAKE_VALUES });
  const by = command.source;
  const folder = options.values("-C", "--directory");
  const directory = folder.reduce<string | undefined>(
    (base, word) => folderAt({ ...scene, cwd: base }, word.text),
    scene.cwd,
  );
  const { variables, targets } = makeOperands(options.operands);
  const replaced = [...variables].some(([name, value]) => replacesShell(name, value));
  if (targets.some((target) => target === undefined) || replaced)
    return act("unknown", scene, { kind: "task", name: by, by });
  const known = targets.filter((target) => target !== undefined);
  const rehearsal = options.has(...REHEARSALS);
  const text = makeText(options, directory, command, scene);
  if (text === "unknown") return act("unknown", scene, { kind: "task", name: by, by });
  if (text === "foreign") return runsForeignCode(scene, by, by);
  if (text === undefined || directory === undefined)
    return rehearsal ? NOTHING : byName(known, variables, scene, by);
  const makefile = withIncludes(text.text, directory, scene);
  const shown = rehearsal
    ? { ...makefile, rules: makefile.rules.map((rule) => ({ ...rule, recipe: [] })) }
    : makefile;
  return makeTargets(
    {
      makefile: shown,
      directory,
      targets: rehearsal && known.length === 0 ? ["all"] : known,
      variables,
      by,
    },
    scene,
  );
}

const REHEARSALS = wordsOf("-n --dry-run --just-print --recon -q --question -t --touch");

interface MakeOperands {
  /** `NAME=value`; an unknown value is a shell variable that nobody knows. */
  readonly variables: ReadonlyMap<string, string>;
  readonly targets: readonly (string | undefined)[];
}

function makeOperands(operands: readonly Word[]): MakeOperands {
  const variables = new Map<string, string>();
  const targets: (string | undefined)[] = [];
  for (const word of operands) {
    const assigned = /^([\w.]+):{0,3}[+?!]?=(.*)$/s.exec(word.text ?? word.prefix);
    if (assigned?.[1])
      variables.set(assigned[1], word.text === undefined ? `\${${UNKNOWN_VALUE}}` : (assigned[2] ?? ""));
    else if (!/^\d+$/.test(word.text ?? "")) targets.push(word.text);
  }
  return { variables, targets };
}

/** `make SHELL=…` decides what reads every recipe, `MAKEFLAGS=…` what make reads. */
function replacesShell(name: string, value: string): boolean {
  if (name === "SHELL") return !/^(\S*\/)?(ba|z|da|k)?sh$/.test(value) || value.startsWith("/tmp");
  if (name === ".SHELLFLAGS") return !/^(-\w+\s*|-o\s+\w+\s*)*$/.test(value);
  if (/^(GNU)?MAKEFLAGS$/.test(name)) return changesMake(value);
  return name === "MAKEFILES" || name === "MAKE" || name === "MAKE_COMMAND";
}

/**
 * The text that make reads: the makefile that `-f` names (`-` is the standard input) or that it finds by itself, and
 * what `--eval` adds. `undefined` when the makefile of the project cannot be read.
 */
function makeText(
  options: Options,
  directory: string | undefined,
  command: Command,
  scene: Scene,
): { readonly text: string } | "unknown" | "foreign" | undefined {
  const added = options.values("-E", "--eval");
  const files = options.values("-f", "--file", "--makefile");
  if ([...added, ...files].some((word) => word.text === undefined)) return "unknown";
  const texts: string[] = [];
  for (const { text: name = "" } of files) {
    const standardInput = name === "-" || /^\/(dev|proc\/self)\/(stdin|fd\/)/.test(name);
    if (standardInput && command.stdin.kind !== "text") return "unknown";
    const read = standardInput && command.stdin.kind === "text" ? command.stdin.text : undefined;
    const text = read ?? findManifest(scene, [name], "here", directory)?.text;
    if (text !== undefined) texts.push(text);
    else return pathSource(name, { ...scene, cwd: directory }) === "workspace" ? undefined : "foreign";
  }
  const own = findManifest(scene, ["GNUmakefile", "makefile", "Makefile"], "here", directory)?.text;
  if (files.length === 0 && own !== undefined) texts.push(own);
  const evaluated = added.map((word) => word.text ?? "");
  return texts.length + evaluated.length === 0 ? undefined : { text: [...texts, ...evaluated].join("\n") };
}

function byName(
  targets: readonly string[],
  variables: ReadonlyMap<string, string>,
  scene: Scene,
  by: string,
): Finding {
  const said = [...variables]
    .map(([name, value]) => (/^(env|environment|stage|target|tier)$/i.test(name) ? value : ""))
    .join(" ")
    .trim();
  const carried = combine(...[...variables.values()].map((value) => carriedCommand(value, scene)));
  if (targets.length === 0) return combine(carried, namedTask(scene, "make", said, by));
  return combine(
    carried,
    ...targets.map((target) => namedTask(scene, "make", `${target} ${said}`.trim(), by)),
  );
}

const NO_MAKEFILE = parseMakefile("");

/**
 * What a variable's value would do if the unread recipe ran it as a command: `make CC='rm -rf /;'`. Most values are
 * no commands, so only what is certain counts. `$(shell CMD)` runs wherever the value is used.
 */
export function carriedCommand(value: string, scene: Scene): Finding {
  if (!/[\s;&|$`]/.test(value) || /^\s*-/.test(value)) return NOTHING;
  const variables = new Map<string, string | undefined>([[UNKNOWN_VALUE, undefined]]);
  const text = expandMake(value, { makefile: NO_MAKEFILE, given: new Map() });
  const { effects } = scene.shell(text, { variables });
  return found(effects.filter((one) => one.certain && one.verb !== "read" && one.verb !== "execute"));
}
