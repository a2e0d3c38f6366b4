import type { Finding, Scene, Word } from "../analyzer.ts";
import { combine } from "../effects.ts";
import { normalizePath } from "../locate.ts";
import { findManifest } from "./files.ts";

/** What matters of a `package.json`. Controlled by whoever may write the workspace. */
export interface PackageJson {
  readonly directory: string;
  readonly name: string | undefined;
  readonly scripts: ReadonlyMap<string, string>;
}

export interface ScriptRequest {
  readonly name: string;
  /** Words that the runner appends to the script's text, each quoted. */
  readonly args: readonly Word[];
  /** Folder from which the manifest is searched upward; default: the working directory. */
  readonly directory?: string | undefined;
}

/** The nearest `package.json` at or above a folder; `undefined` when there is none that can be read. */
export function packageJson(scene: Scene, directory?: string | undefined): PackageJson | undefined {
  const manifest = findManifest(scene, ["package.json"], "upward", directory ?? scene.cwd);
  if (manifest === undefined) return undefined;
  const json = parseObject(manifest.text);
  if (json === undefined) return undefined;
  const scripts = new Map<string, string>();
  for (const [name, text] of Object.entries(asObject(json.scripts))) {
    if (typeof text === "string") scripts.set(name, text);
  }
  const name = typeof json.name === "string" ? json.name : undefined;
  return { directory: manifest.directory, name, scripts };
}

/**
 * What a script of the nearest `package.json` does, with the `pre` and `post` scripts that npm runs around it.
 * `undefined` when there is no such script to read.
 */
export function packageScript(scene: Scene, request: ScriptRequest): Finding | undefined {
  const json = packageJson(scene, request.directory);
  const text = json?.scripts.get(request.name);
  if (json === undefined || text === undefined) return undefined;
  return combine(
    ...[`pre${request.name}`, request.name, `post${request.name}`].flatMap((name) => {
      const script = json.scripts.get(name);
      if (script === undefined) return [];
      return [runText(scene, script, name, name === request.name ? request.args : [], json.directory)];
    }),
  );
}

/** The scripts among `names` that the nearest `package.json` has, run one after the other. */
export function lifecycle(scene: Scene, names: readonly string[], directory?: string | undefined): Finding {
  const json = packageJson(scene, directory);
  if (json === undefined) return combine();
  return combine(
    ...names.flatMap((name) => {
      const script = json.scripts.get(name);
      return script === undefined ? [] : [runText(scene, script, name, [], json.directory)];
    }),
  );
}

/** True when a program of that name is installed in a `node_modules/.bin` at or above the working directory. */
export function hasLocalBinary(scene: Scene, name: string, directory?: string | undefined): boolean {
  const start = directory ?? scene.cwd;
  if (start === undefined || scene.place.host !== undefined || !/^[\w.-]+$/.test(name)) return false;
  const { workspace } = scene.setting;
  const folders = new Set([
    normalizePath(start),
    ...(workspace !== undefined && start.startsWith(workspace) ? [workspace] : []),
  ]);
  const facts = [...folders].map((folder) =>
    scene.need({ kind: "path", path: `${folder}/node_modules/.bin/${name}` }),
  );
  return facts.some((fact) => fact !== undefined && fact.type !== "absent");
}

function runText(
  scene: Scene,
  script: string,
  name: string,
  args: readonly Word[],
  directory: string,
): Finding {
  const variables = new Map<string, string | undefined>([["npm_lifecycle_event", name]]);
  const text = withArguments(script, args, variables);
  return scene.shell(text, { cwd: directory, variables, stdin: { kind: "none" } });
}

/**
 * A shell text with words appended as a runner appends them: quoted, never read again by the shell. An unknown
 * word becomes a variable whose value is not known; it is added to `variables`.
 */
export function withArguments(
  text: string,
  args: readonly Word[],
  variables: Map<string, string | undefined>,
): string {
  const quoted = args.map((word, index) => {
    if (word.text !== undefined) return quote(word.text, word.glob);
    const name = `COUNTERSIGN_ARGUMENT_${index}`;
    variables.set(name, undefined);
    return `${quote(word.prefix, false)}"$${name}"`;
  });
  return [text, ...quoted].join(" ");
}

function quote(text: string, glob: boolean): string {
  const plain = glob ? /^[\w./*?[\]@:=,+-]+$/ : /^[\w./@:=,+-]+$/;
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The members of a JSON object text; `undefined` when it is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value as an object, or one without members. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
