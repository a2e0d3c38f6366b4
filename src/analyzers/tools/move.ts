import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, placedFileEffects, unknownEffect } from "../effects.ts";
import { type Location, locate } from "../locate.ts";
import { type Options, parseOptions } from "../options.ts";
import { namesSecret, readEffects } from "../reading.ts";
import { baseName, inside } from "../words.ts";

export const analyzer: Analyzer = {
  name: "move",
  title: "Copying, moving and linking files",
  about:
    "mv, cp, install, ln, rename and their kin: what is overwritten, what leaves its place, which secrets are copied under another name, and copies of programs under a name that hides what they are.",
  programs: [
    "mv",
    "gmv",
    "cp",
    "gcp",
    "install",
    "ginstall",
    "ln",
    "gln",
    "link",
    "rename",
    "prename",
    "mmv",
    "ditto",
  ],
  analyze,
  examples: [
    { run: "mv a.ts b.ts", files: { "a.ts": "" }, does: ["change file a.ts", "create file b.ts"], tier: 1 },
    {
      run: "mv dist /tmp/dist-old",
      does: ["delete directory dist", "create file /tmp/dist-old @local"],
      files: { "dist/a": "" },
      tier: 1,
    },
    {
      run: 'mv * "../other project"',
      does: ["delete directory *", 'create? file "../other project"/… @local'],
      tier: 2,
    },
    { run: "cp -r src backup", does: ["create directory backup"], files: { "src/a": "" }, tier: 1 },
    { run: "cp config.json /etc/app.json", does: ["create file /etc/app.json @local"], tier: 3 },
    { run: "cp .env.example .env", does: ["create file .env"], tier: 1 },
    { run: "cp .env /tmp/x", does: ["read file .env", "create file /tmp/x @local"], tier: 2 },
    {
      run: "cp /usr/bin/node /tmp/mynode",
      does: ["create program /tmp/mynode (a copy of node) @local"],
      tier: 2,
    },
    { run: "ln -sf ../lib/a.js a.js", does: ["create file a.js"], tier: 1 },
    { run: "ln -s / root", does: ["create link root → / @local", "create file root"], tier: 2 },
    { run: "rename 's/\\.txt$/.md/' a.txt", does: ["create file a.txt"], tier: 1 },
    {
      run: "install -m 755 tool /usr/local/bin/tool",
      does: ["create file /usr/local/bin/tool @local"],
      tier: 3,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program.replace(/^g(?=mv|cp|ln|install)/, "")) {
    case "mv":
      return transfer("mv", command, scene);
    case "ln":
    case "link":
      return link(command, scene);
    case "rename":
    case "prename":
    case "mmv":
      return rename(command, scene);
    case "install":
      return install(command, scene);
    default:
      return transfer("cp", command, scene);
  }
}

interface Transfer {
  readonly sources: readonly Word[];
  /** The folder or file written to; `undefined` when the command names none. */
  readonly target: Word | undefined;
  /** The target is a folder that takes the sources under their own names. */
  readonly into: boolean;
}

const TARGET_OPTIONS = {
  values: ["-t", "--target-directory", "-S", "--suffix", "-m", "--mode", "-o", "--owner", "-g", "--group"],
  long: [
    "--recursive",
    "--archive",
    "--no-target-directory",
    "--no-clobber",
    "--backup",
    "--force",
    "--parents",
    "--directory",
  ],
};

function sidesOf(options: Options): Transfer {
  const directory = options.value("-t", "--target-directory");
  if (directory) return { sources: options.operands, target: directory, into: true };
  const sources = options.operands.slice(0, -1);
  return { sources, target: options.operands.at(-1), into: sources.length > 1 };
}

function transfer(kind: "mv" | "cp", command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, TARGET_OPTIONS);
  const { sources, target, into } = sidesOf(options);
  const recursive =
    options.has("-r", "-R", "-a", "-A", "--recursive", "--archive") || command.program === "ditto";
  if (!target) return found([]);
  const effects: Effect[] = [];
  if (options.dynamic) effects.push(unknownEffect(scene, "file", command.source, command.source));
  if (sources.length === 0) effects.push(...fileEffects("change", target, scene, { by: command.source }));
  for (const source of sources) {
    const to = options.has("-T", "--no-target-directory") ? target : placeFor(source, target, into, scene);
    effects.push(
      ...(kind === "mv" ? moved(source, to, command, scene) : copied(source, to, recursive, command, scene)),
    );
  }
  return found(effects);
}

/** Where a source ends up: below an existing folder under its own name, else at the target itself. */
function placeFor(source: Word, target: Word, into: boolean, scene: Scene): Word {
  const names = target.text?.endsWith("/") || locate(target, scene).type === "directory" || source.glob;
  return into || names ? inside(target, source.glob ? undefined : baseName(source)) : target;
}

function moved(source: Word, to: Word, command: Command, scene: Scene): readonly Effect[] {
  const from = locate(source, scene);
  const target = locate(to, scene);
  const by = command.source;
  const stays = from.area === target.area && from.area !== "unknown";
  const recursive = from.type === "directory" || source.glob || !from.certain;
  const leaving = stays
    ? placedFileEffects("change", from, scene, { by, marks: from.history ? ["history"] : [] })
    : placedFileEffects("delete", from, scene, { by, recursive });
  return [...leaving, ...arriving(source, from, to, target, command, scene)];
}

function copied(
  source: Word,
  to: Word,
  recursive: boolean,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const from = locate(source, scene);
  const target = locate(to, scene);
  const exposes = !namesSecret(to, scene) || target.area !== from.area;
  const read = exposes ? readEffects([source], scene, { by: command.source, recursive }) : [];
  const kind = recursive && from.type !== "file" ? "directory" : undefined;
  return [...read, ...arriving(source, from, to, target, command, scene, kind)];
}

function arriving(
  source: Word,
  from: Location,
  to: Word,
  target: Location,
  command: Command,
  scene: Scene,
  kind?: string,
): readonly Effect[] {
  const by = command.source;
  const name = disguised(from, to);
  if (name !== undefined && target.area !== "sink") {
    return placedFileEffects("create", { ...target, shown: `${target.shown} (a copy of ${name})` }, scene, {
      by,
      kind: "program",
      marks: ["foreign-code"],
    });
  }
  const folder = target.whole || source.glob || (target.type === "directory" && kind === undefined);
  return placedFileEffects("change", target, scene, {
    by,
    ...(kind ? { kind } : folder ? { kind: "file" } : {}),
  });
}

const PROGRAM_FOLDER = /\/(s?bin|\.bin|shims|libexec)\/[^/]+$/;

/** The program that would go by another name, so that rules for its name no longer meet it. */
function disguised(from: Location, to: Word): string | undefined {
  if (from.area === "workspace" || from.area === "temporary" || !PROGRAM_FOLDER.test(from.path))
    return undefined;
  const name = from.path.slice(from.path.lastIndexOf("/") + 1);
  return baseName(to) === name ? undefined : name;
}

function install(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, TARGET_OPTIONS);
  if (!options.has("-d", "--directory")) return transfer("cp", command, scene);
  return found(
    options.operands.flatMap((folder) =>
      fileEffects("create", folder, scene, { by: command.source, kind: "directory" }),
    ),
  );
}

function link(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, TARGET_OPTIONS);
  const { sources, target, into } = sidesOf(options);
  const [only] = options.operands;
  if (!target || !only) return found([]);
  if (sources.length === 0) return found(linked(only, inside(here(target), baseName(only)), command, scene));
  return found(
    sources.flatMap((source) => {
      const to = options.has("-T", "--no-target-directory", "-n")
        ? target
        : placeFor(source, target, into, scene);
      return linked(source, to, command, scene);
    }),
  );
}

function here(word: Word): Word {
  return { ...word, text: ".", prefix: ".", source: ".", suffix: "", glob: false };
}

/** A link is a second name: for a secret, for a whole area, or for a program it hides what is behind it. */
function linked(source: Word, to: Word, command: Command, scene: Scene): readonly Effect[] {
  const from = locate(source, scene);
  const target = locate(to, scene);
  const by = command.source;
  const exposes = namesSecret(source, scene) && !namesSecret(to, scene);
  const read = exposes ? placedFileEffects("read", { ...from, secret: true }, scene, { by }) : [];
  const name = disguised(from, to);
  const reaches = (from.whole && from.area !== "workspace") || governed(from, target);
  const hidden =
    reaches || (name !== undefined && target.area !== "system")
      ? [
          effect({
            verb: "create",
            kind: "link",
            name: `${target.shown} → ${from.shown}`,
            environment: "local",
            reversibility: "R1",
            marks: ["outside"],
            by,
          }),
        ]
      : [];
  return [...read, ...hidden, ...placedFileEffects("change", target, scene, { by, kind: "file" })];
}

/** A link out of the project into the system, or to what governs it: what is written to it later lands there. */
function governed(from: Location, target: Location): boolean {
  if (from.area === "device") return true;
  return (
    (from.area === "system" || from.control !== undefined) &&
    (target.area === "workspace" || target.area === "temporary")
  );
}

/** `rename EXPRESSION FILE…` (Perl) and `rename FROM TO FILE…` (util-linux). */
function rename(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-e", "-E"] });
  if (options.has("-n", "--no-act", "--nono", "--dry-run")) return found([]);
  const [first, ...rest] = options.operands;
  const code = options.value("-e", "-E") ?? first;
  const perl = /^(s|y|tr)\W/.test(code?.text ?? "") || options.has("-e", "-E");
  const files = options.has("-e", "-E") ? options.operands : perl ? rest : rest.slice(1);
  const effects = files.flatMap((file) => fileEffects("change", file, scene, { by: command.source }));
  const runs = perl && !isPlainSubstitution(code?.text);
  return found(
    runs ? [...effects, unknownEffect(scene, "perl.text", code?.source ?? "", command.source)] : effects,
  );
}

/** A substitution or transliteration without the flag that runs its replacement as code. */
function isPlainSubstitution(text: string | undefined): boolean {
  const match = /^(?:s|y|tr)([^\w\s])([\s\S]*)$/.exec(text ?? "");
  if (!match?.[1]) return false;
  const closing: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]", "<": ">" };
  const end = closing[match[1]] ?? match[1];
  const flags = (match[2] ?? "").slice((match[2] ?? "").lastIndexOf(end) + 1);
  return /^[gimsxr]*$/.test(flags) && !/\(\?\??\{/.test(match[2] ?? "");
}
