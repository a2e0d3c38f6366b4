import type { Mark } from "../../core/effect.ts";
import type { Finding, Word } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { governs, isPlainValue } from "./config-keys.ts";
import { local } from "./ground.ts";
import { type Git, settingKey } from "./invocation.ts";

const SPEC = {
  values: ["-f", "--file", "--blob", "--type", "--default", "--comment", "--value", "--url"],
  long: [
    "--global",
    "--system",
    "--local",
    "--worktree",
    "--get",
    "--get-all",
    "--get-regexp",
    "--get-urlmatch",
    "--get-color",
    "--get-colorbool",
    "--list",
    "--edit",
    "--add",
    "--append",
    "--unset",
    "--unset-all",
    "--replace-all",
    "--rename-section",
    "--remove-section",
    "--show-origin",
    "--show-scope",
    "--name-only",
    "--includes",
    "--null",
    "--all",
    "--regexp",
    "--fixed-value",
  ],
};
const READS = [
  "--get",
  "--get-all",
  "--get-regexp",
  "--get-urlmatch",
  "--get-color",
  "--get-colorbool",
  "-l",
  "--list",
];
const ACTIONS = new Set(["get", "list", "set", "unset", "edit", "rename-section", "remove-section"]);

/** `git config` in both its forms: options (`--unset KEY`) and, from 2.46, actions (`unset KEY`). */
export function config(git: Git): Finding {
  const options = parseOptions(git.args, SPEC);
  const [first, ...rest] = options.operands;
  const action = first?.text !== undefined && ACTIONS.has(first.text) ? first.text : undefined;
  const [key, value] = action === undefined ? options.operands : rest;
  if (options.has(...READS) || action === "get" || action === "list")
    return found(readEffects(options.values("-f", "--file"), git.scene, { by: git.command.source }));
  const section =
    options.has("--rename-section", "--remove-section") || action?.endsWith("-section") === true;
  const removes = options.has("--unset", "--unset-all") || action === "unset" || section;
  const edits = options.has("-e", "--edit") || action === "edit";
  if (!edits && !removes && action !== "set" && value === undefined && !options.dynamic) return NOTHING;
  const marks = edits ? (["control"] as const) : marksOf(key, removes ? undefined : value, section);
  return written(
    git,
    options.value("-f", "--file"),
    scopeOf(options.names),
    shownKey(key, edits),
    marks,
    removes,
  );
}

function shownKey(key: Word | undefined, edits: boolean): string {
  return edits || key === undefined ? "any key" : settingKey(key.text ?? key.source);
}

/** A key that starts programs, moves data or removes a check governs what happens later. */
function marksOf(key: Word | undefined, value: Word | undefined, section: boolean): readonly Mark[] {
  if (key?.text === undefined) return ["control"];
  const name = settingKey(key.text);
  if (section)
    return ["path", "helper", "hookspath", "command", "clean", "driver", "cmd", "insteadof", "x"].some(
      (last) => governs(`${name}.${last}`),
    )
      ? ["control"]
      : [];
  const kind = governs(name);
  if (kind === undefined) return [];
  if (kind === "command" && value?.text !== undefined && isPlainValue(name, value.text)) return [];
  return ["control"];
}

type Scope = "repository" | "person" | "system";

function scopeOf(names: readonly string[]): Scope {
  if (names.some((name) => /^--sys/.test(name))) return "system";
  return names.some((name) => /^--gl/.test(name)) ? "person" : "repository";
}

function written(
  git: Git,
  file: Word | undefined,
  scope: Scope,
  name: string,
  marks: readonly Mark[],
  removes: boolean,
): Finding {
  const verb = removes ? "delete" : "change";
  const by = git.command.source;
  if (file) {
    const effects = fileEffects("change", file, git.scene, { by, marks });
    // An ordinary key in the repository's own configuration governs nothing.
    const own = /(^|\/)\.git\/config$/.test(file.text ?? "");
    return found(own ? [local(git, verb, "git.config", name, { marks })] : effects);
  }
  if (scope === "repository") return found([local(git, verb, "git.config", name, { marks })]);
  const remote = git.scene.place.host !== undefined;
  return found([
    effect({
      verb,
      kind: `git.config`,
      name: `${name} of the ${scope}`,
      environment: remote ? git.scene.place.environment : "local",
      reversibility: "R2",
      wayBack: "none",
      marks: ["outside", ...(scope === "system" ? (["system"] as const) : []), ...marks],
      by,
    }),
  ]);
}
