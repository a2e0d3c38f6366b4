import type { Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import { act, runsForeignCode, wordsOf } from "./deeds.ts";
import { namedTask } from "./names.ts";
import { hasLocalBinary } from "./package-json.ts";
import { isInitialiser, npmTool } from "./registry-tools.ts";
import { isUsualRegistry, npmSource, withoutVersion } from "./sources.ts";

/** A request to run the program of a package, as `npx`, `bunx` and `pnpm dlx` take it. */
export interface PackageRun {
  /** The package or program as typed. */
  readonly spec: Word;
  readonly args: readonly Word[];
  /** Packages that the program comes from, when said (`npx -p typescript tsc`). */
  readonly packages: readonly Word[];
  readonly by: string;
}

/** Options of `npx` and `npm exec` that take a value. */
const VALUES = wordsOf(`
    -p --package -c --call -w --workspace --registry --cache --userconfig --prefix -C --node-options
    --script-shell --shell -n --node-arg --loglevel --npm
  `);

/** `npx`, `npm exec`, `pnpm dlx`, `bunx`: runs the program of a package, fetching it when it is not installed. */
export function runPackages(args: readonly Word[], scene: Scene, by: string): Finding {
  const options = parseOptions(args, { exact: true, values: VALUES, stopAtOperand: true });
  if (options.has("--script-shell", "--shell", "--npm", "--userconfig"))
    return runsForeignCode(scene, by, by);
  if (!isUsualRegistry(options.value("--registry"))) return runsForeignCode(scene, by, by);
  const packages = options.values("-p", "--package");
  const fetched = combine(...packages.map((word) => foreignPackage(word, scene, by)));
  const call = options.value("-c", "--call");
  if (call) {
    const inner = call.text === undefined ? runsForeignCode(scene, call.source, by) : scene.shell(call.text);
    return combine(fetched, inner);
  }
  const [spec, ...rest] = options.operands;
  if (spec === undefined) return NOTHING;
  return combine(fetched, runPackage({ spec, args: rest, packages, by }, scene));
}

/** Judges the program of a package as the tool that it is, as the project's own, or as code from elsewhere. */
export function runPackage(run: PackageRun, scene: Scene): Finding {
  const { spec, by } = run;
  const source = npmSource(spec, scene);
  if (spec.text === undefined || source === "foreign" || source === "unknown")
    return runsForeignCode(scene, spec.source, by);
  if (source === "workspace") return namedTask(scene, "npx", spec.text, by);
  const name = withoutVersion(spec.text);
  const initialiser = /^(?:(@[^/]+)\/)?create-(.+)$/.exec(name);
  if (initialiser)
    return runInitialiser(
      initialiser[1] ? `${initialiser[1]}/${initialiser[2]}` : (initialiser[2] ?? ""),
      scene,
      by,
    );
  const program = npmTool(name);
  if (program !== undefined) return scene.argv([literal(program), ...run.args]);
  if (hasLocalBinary(scene, name))
    return namedTask(scene, "npx", [name, ...spokenArgs(run.args)].join(" "), by);
  return runsForeignCode(scene, name, by);
}

/** `npm create NAME`: a template of a well-known framework, or code from elsewhere. */
export function runInitialiser(name: string, scene: Scene, by: string): Finding {
  if (!isInitialiser(name)) return runsForeignCode(scene, `create-${name}`, by);
  return act("change", scene, { kind: "project.template", name, by });
}

/** The first operands that could be a task name: `my-tool deploy`. */
function spokenArgs(args: readonly Word[]): readonly string[] {
  return args.flatMap((word) => (word.text && /^[\w:.-]+$/.test(word.text) ? [word.text] : [])).slice(0, 2);
}

function foreignPackage(word: Word, scene: Scene, by: string): Finding {
  const source = npmSource(word, scene);
  if (source === "workspace") return NOTHING;
  const known =
    source === "registry" && word.text !== undefined && npmTool(withoutVersion(word.text)) !== undefined;
  return known || (source === "registry" && localPackage(word, scene))
    ? NOTHING
    : runsForeignCode(scene, word.source, by);
}

function localPackage(word: Word, scene: Scene): boolean {
  return word.text !== undefined && hasLocalBinary(scene, withoutVersion(word.text));
}
