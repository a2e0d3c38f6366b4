import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { act, type Deed, runsForeignCode, wordsOf } from "./deeds.ts";
import { pathSource } from "./sources.ts";

/** A program whose command line can be told in a few lists. */
export interface SimpleTool {
  /** What it does when nothing below says otherwise. */
  readonly deed: Deed;
  /** Kind of the resource; default: the program's name. */
  readonly kind?: string;
  /** Options that take a value (besides `outputs` and `configuration`). */
  readonly values?: string;
  /** With one of these it only reads. */
  readonly readsWith?: string;
  /** With one of these the files that it is given are changed in place. */
  readonly changesWith?: string;
  /** Options whose value is a file or folder that it writes. */
  readonly outputs?: string;
  /** Operands that it writes: all of them, or the last of at least two. */
  readonly writes?: "all" | "last";
  /** It shows the content of the files that it is given. */
  readonly shows?: boolean;
  /** Options whose value is code or configuration that it runs: outside the project it is code from elsewhere. */
  readonly configuration?: string;
  /** Single-dash words are long options. */
  readonly singleDash?: boolean;
}

/** The finding of a program that its `SimpleTool` describes. */
export function judgeSimple(tool: SimpleTool, command: Command, scene: Scene): Finding {
  const by = command.source;
  const outputs = wordsOf(tool.outputs ?? "");
  const configuration = wordsOf(tool.configuration ?? "");
  const options = parseOptions(command.args, {
    exact: true,
    values: [...outputs, ...configuration, ...wordsOf(tool.values ?? "")],
    ...(tool.singleDash ? { singleDash: true } : {}),
  });
  const foreign = options.values(...configuration).filter((word) => leavesProject(word, scene));
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  const written = writtenWords(tool, options, outputs);
  const effects = found([
    ...written.flatMap((word) => fileEffects("change", word, scene, { by })),
    ...(tool.shows ? readEffects(options.operands, scene, { by }) : []),
  ]);
  if (tool.readsWith && options.has(...wordsOf(tool.readsWith))) return effects;
  if (tool.changesWith && options.has(...wordsOf(tool.changesWith)))
    return combine(changesSources(tool, options, command, scene), effects);
  if (tool.deed === "read" || (tool.deed === "change" && written.length > 0)) return effects;
  return combine(act(tool.deed, scene, { kind: tool.kind ?? "file", name: command.program, by }), effects);
}

function writtenWords(tool: SimpleTool, options: Options, outputs: readonly string[]): readonly Word[] {
  const { operands } = options;
  const last = operands.length > 1 ? operands.slice(-1) : [];
  return [
    ...options.values(...outputs),
    ...(tool.writes === "all" ? operands : tool.writes === "last" ? last : []),
  ].filter((word) => word.text !== "-");
}

/** Source files are changed in place: one effect for the project, and each file that lies outside it. */
function changesSources(tool: SimpleTool, options: Options, command: Command, scene: Scene): Finding {
  const by = command.source;
  const named = options.operands.filter((word) => /[/.*~$]/.test(word.source));
  const outside = named
    .flatMap((word) => fileEffects("change", word, scene, { by }))
    .filter((one) => one.resource.environment !== "workspace");
  const runs = tool.deed === "code" ? "workspace-code" : "source";
  return combine(
    act(runs === "source" ? "change" : "code", scene, { kind: "source", name: command.program, by }),
    found(outside),
  );
}

/** A path that leads out of the workspace; a bare name is a preset of the tool itself. */
function leavesProject(word: Word, scene: Scene): boolean {
  if (word.text === undefined) return !word.tame;
  if (/^[a-z]+:\/\//i.test(word.text)) return true;
  return /[/~]/.test(word.text) && pathSource(word.text, scene) !== "workspace";
}

/** A table of tools: each list of programs shares one description. */
export function simpleTools(
  entries: readonly (readonly [string, SimpleTool])[],
): ReadonlyMap<string, SimpleTool> {
  return new Map(entries.flatMap(([names, tool]) => wordsOf(names).map((name) => [name, tool] as const)));
}
