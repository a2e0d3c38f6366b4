import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import { act, deedTable, rehearses, runsCode, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { findManifest, folderAt } from "../project/files.ts";
import { namedTask } from "../project/names.ts";
import { asObject, parseObject, withArguments } from "../project/package-json.ts";
import { namesForeignIndex } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "php-packages",
  title: "Composer",
  about:
    "Scripts are read from composer.json and judged line by line: shell texts, `@php`, `@composer` and references to other scripts. PHP callbacks are the project's own code.",
  programs: ["composer", "composer.phar"],
  analyze: composer,
  examples: [
    { run: "composer install --no-interaction", does: ["change php.packages composer install"], tier: 1 },
    { run: "composer global require x/y", does: ["change php.packages composer global @local"], tier: 2 },
    {
      run: "composer test",
      files: { "composer.json": '{"scripts":{"test":["@lint","phpunit"],"lint":"rm -rf build"}}' },
      does: ["delete directory build", "execute? workspace-code phpunit"],
      tier: 1,
    },
    { run: "composer run deploy", does: ["unknown? task composer deploy @unknown"], tier: 3 },
    { run: "composer show", does: [], tier: 0 },
  ],
};

const VALUES = wordsOf(`
    -d --working-dir --timeout --prefer-install --repository --stability -s --format -f
  `);

const DEEDS = deedTable({
  read: "show info depends why prohibits why-not outdated licenses validate diagnose about browse home search suggests suggest status check-platform-reqs fund audit list help completion archive-list",
  change:
    "install i update u upgrade require r remove rm dump-autoload dumpautoload bump init reinstall clear-cache clearcache cc create-project archive config repository",
  outside: "self-update selfupdate global",
});

function composer(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: VALUES, stopAtOperand: true });
  const [verb, ...rest] = options.operands;
  const by = command.source;
  if (verb === undefined) return NOTHING;
  if (verb.text === undefined) return act("unknown", scene, { kind: "task", name: by, by });
  const folder = options.value("-d", "--working-dir");
  const directory = folder ? folderAt(scene, folder.text) : scene.cwd;
  if (verb.text === "run" || verb.text === "run-script") {
    const [name, ...args] = parseOptions(rest, { exact: true, values: VALUES, stopAtOperand: true }).operands;
    return name?.text === undefined
      ? NOTHING
      : script({ name: name.text, args, directory, scene, by, seen: [] });
  }
  if (verb.text === "exec")
    return nested(parseOptions(rest, { exact: true, stopAtOperand: true }).operands, scene);
  const named = parseOptions(rest, { exact: true, values: VALUES });
  const deed = DEEDS.get(verb.text);
  if (deed === undefined) return script({ name: verb.text, args: rest, directory, scene, by, seen: [] });
  if (deed === "read" || rehearses(named, "--dry-run")) return NOTHING;
  if (verb.text === "config" || verb.text === "repository") return configure(rest, scene, by);
  const foreign = named.value("--repository", "--repository-url");
  if (foreign) return runsForeignCode(scene, foreign.source, by);
  const hooks = named.has("--no-scripts") ? [] : (HOOKS.get(verb.text) ?? []);
  return combine(
    act(deed, scene, { kind: "php.packages", name: `composer ${verb.text}`, by }),
    ...hooks.map((name) => scriptIfAny({ name, args: [], directory, scene, by, seen: [] }) ?? NOTHING),
  );
}

/** Events whose scripts Composer runs on its own (getcomposer.org, "Scripts"). */
const HOOKS: ReadonlyMap<string, readonly string[]> = new Map([
  ["install", ["pre-install-cmd", "post-install-cmd", "pre-autoload-dump", "post-autoload-dump"]],
  ["i", ["pre-install-cmd", "post-install-cmd", "pre-autoload-dump", "post-autoload-dump"]],
  ["update", ["pre-update-cmd", "post-update-cmd", "pre-autoload-dump", "post-autoload-dump"]],
  ["require", ["pre-update-cmd", "post-update-cmd", "pre-autoload-dump", "post-autoload-dump"]],
  ["remove", ["pre-update-cmd", "post-update-cmd", "pre-autoload-dump", "post-autoload-dump"]],
  ["dump-autoload", ["pre-autoload-dump", "post-autoload-dump"]],
  ["dumpautoload", ["pre-autoload-dump", "post-autoload-dump"]],
]);

interface Run {
  readonly name: string;
  readonly args: readonly Word[];
  readonly directory: string | undefined;
  readonly scene: Scene;
  readonly by: string;
  /** Scripts that are being followed: a reference back to one of them is not followed again. */
  readonly seen: readonly string[];
}

function script(run: Run): Finding {
  return scriptIfAny(run) ?? namedTask(run.scene, "composer", run.name, run.by);
}

function scriptIfAny(run: Run): Finding | undefined {
  const manifest = findManifest(run.scene, ["composer.json"], "here", run.directory);
  const entry = asObject(parseObject(manifest?.text ?? "")?.scripts)[run.name];
  const lines = (Array.isArray(entry) ? entry : [entry]).filter(
    (line): line is string => typeof line === "string",
  );
  if (manifest === undefined || lines.length === 0) return undefined;
  if (run.seen.includes(run.name)) return NOTHING;
  const inner = { ...run, directory: manifest.directory, seen: [...run.seen, run.name] };
  return combine(
    ...lines
      .slice(0, 100)
      .map((line, index) => scriptLine(line, { ...inner, args: index === lines.length - 1 ? run.args : [] })),
  );
}

function scriptLine(line: string, run: Run): Finding {
  const { scene, by } = run;
  const variables = new Map<string, string | undefined>();
  const change = { cwd: run.directory, variables };
  if (/^@putenv\s/.test(line)) return NOTHING;
  if (/^@(php|composer)\s/.test(line))
    return scene.shell(withArguments(line.slice(1), run.args, variables), change);
  const reference = /^@([\w:.-]+)(.*)$/s.exec(line);
  if (reference?.[1])
    return script({ ...run, name: reference[1], args: [...words(reference[2] ?? ""), ...run.args] });
  if (/^[A-Za-z_\\][\w\\]*(::\w+)?$/.test(line) && line.includes("\\")) return runsCode(scene, line, by);
  return scene.shell(withArguments(line, run.args, variables), change);
}

function words(text: string): readonly Word[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(literal);
}

function nested(operands: readonly Word[], scene: Scene): Finding {
  return operands.length === 0 ? NOTHING : scene.argv(operands);
}

/** `composer config repositories.x composer https://…`, or the same as JSON. */
function indexOrJson(word: Word): boolean {
  return namesForeignIndex(word) || /^\{.*https?:/s.test(word.text ?? "");
}

function configure(rest: readonly Word[], scene: Scene, by: string): Finding {
  const { operands, has } = parseOptions(rest, {});
  if (operands.length < 2 && !has("--unset")) return NOTHING;
  if (operands.slice(1).some(indexOrJson)) return runsForeignCode(scene, by, by);
  return act(has("-g", "--global") ? "outside" : "change", scene, {
    kind: "php.config",
    name: "composer config",
    by,
  });
}
