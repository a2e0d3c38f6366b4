import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { processesNamed } from "../process-names.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE, someBelow, TAME } from "../words.ts";

export const analyzer: Analyzer = {
  name: "search",
  title: "Searching in files",
  about:
    "grep, ripgrep, ag, ack and git-grep-like tools. Patterns are data and never effects; programs started for each file (`--pre`) are.",
  programs: [
    "grep",
    "ggrep",
    "egrep",
    "fgrep",
    "rgrep",
    "zgrep",
    "bzgrep",
    "xzgrep",
    "zegrep",
    "zfgrep",
    "pcregrep",
    "ugrep",
    "rg",
    "rga",
    "ag",
    "ack",
    "ack-grep",
    "pt",
    "sift",
    "ast-grep",
    "sg",
    "fzf",
    "peco",
    "agrep",
  ],
  analyze,
  examples: [
    { run: "grep -rn 'rm -rf /' src", does: [], tier: 0 },
    { run: "rg 'DROP TABLE' --type sql", does: [], tier: 0 },
    { run: "grep PASSWORD .env", does: ["read file .env"], tier: 2 },
    { run: "grep -q PORT .env", does: [], tier: 0 },
    { run: "grep -r key ~/.aws", does: ["read file /home/dev/.aws @local"], tier: 2 },
    { run: "grep -rl TODO src | xargs rm", does: ["delete file src/**/?*"], tier: 1 },
    { run: "rg --pre ./convert.sh x", does: ["execute? workspace-code convert.sh"], tier: 1 },
    {
      run: "ast-grep run -p 'a' -r 'b' -U src",
      does: ["change directory src"],
      files: { "src/a.ts": "" },
      tier: 1,
    },
    { run: "ag --pager 'sh -c \"rm -rf /\"' x", does: ["delete directory / @local"], tier: 3 },
  ],
};

const VALUES = [
  "-e",
  "-f",
  "-m",
  "-A",
  "-B",
  "-C",
  "-D",
  "-d",
  "--regexp",
  "--file",
  "--max-count",
  "--after-context",
  "--before-context",
  "--context",
  "--binary-files",
  "--devices",
  "--directories",
  "--exclude",
  "--exclude-from",
  "--exclude-dir",
  "--include",
  "--label",
  "--color",
  "--colour",
  "--group-separator",
];
const RIPGREP = [
  ...VALUES,
  "-g",
  "-t",
  "-T",
  "-E",
  "-j",
  "-M",
  "-r",
  "--glob",
  "--iglob",
  "--type",
  "--type-not",
  "--type-add",
  "--encoding",
  "--threads",
  "--max-columns",
  "--replace",
  "--pre",
  "--pre-glob",
  "--hostname-bin",
  "--max-depth",
  "--max-filesize",
  "--sort",
  "--sortr",
  "--engine",
  "--ignore-file",
  "--colors",
  "--context-separator",
  "--field-match-separator",
  "--path-separator",
  "--dfa-size-limit",
  "--regex-size-limit",
  "--generate",
  "--pager",
];
const SILVER = [
  "-A",
  "-B",
  "-C",
  "-G",
  "-g",
  "-m",
  "-p",
  "-W",
  "--depth",
  "--ignore",
  "--ignore-dir",
  "--pager",
  "--file-search-regex",
  "--max-count",
  "--type",
  "--ignore-file",
  "--output",
  "--match",
];
const STRUCTURAL = [
  "-p",
  "-r",
  "-l",
  "-k",
  "-c",
  "--pattern",
  "--rewrite",
  "--lang",
  "--kind",
  "--selector",
  "--config",
  "--strictness",
  "--globs",
  "--threads",
  "-j",
  "--json",
  "--inline-rules",
  "--rule",
  "--filter",
  "--format",
  "-A",
  "-B",
  "-C",
];

function analyze(command: Command, scene: Scene): Finding {
  if (command.program === "fzf" || command.program === "peco") return chooser(command, scene);
  if (command.program === "ast-grep" || command.program === "sg") return rewrite(command, scene);
  const options = parseOptions(command.args, {
    values: valuesOf(command.program),
    long: ["--recursive", "--files-with-matches", "--files-without-match", "--quiet", "--silent", "--count"],
  });
  const effects = [
    ...readEffects(filesOf(command.program, options), scene, {
      by: command.source,
      recursive: options.has("-r", "-R", "--recursive") || !isPlainGrep(command.program),
    }),
    ...options.values("--pre", "--hostname-bin", "--pager").flatMap((text) => started(text, command, scene)),
    ...(options.dynamic && !isPlainGrep(command.program)
      ? [unknownEffect(scene, "program", command.source, command.source)]
      : []),
  ];
  return found(
    showsContent(options) ? effects : effects.filter((one) => one.verb !== "read"),
    outputOf(options, command),
  );
}

function valuesOf(program: string): readonly string[] {
  if (program === "rg" || program === "rga" || program === "ugrep") return RIPGREP;
  return /^(ag|ack|ack-grep|pt|sift)$/.test(program) ? SILVER : VALUES;
}

function isPlainGrep(program: string): boolean {
  return /grep$/.test(program) && program !== "ugrep" && program !== "rgrep" && program !== "ack-grep";
}

/** The operands after the pattern; without a pattern operand, all of them. */
function filesOf(program: string, options: Options): readonly Word[] {
  const named =
    options.has("-e", "-f", "--regexp", "--file") ||
    (program.startsWith("rg") && options.has("--files", "--type-list"));
  return [
    ...options.values("--file", ...(isPlainGrep(program) || program === "rg" ? ["-f"] : [])),
    ...(named ? options.operands : options.operands.slice(1)),
  ];
}

/** A count, a name or an exit status tells nothing of a secret. */
function showsContent(options: Options): boolean {
  return !options.has(
    "-q",
    "-c",
    "-l",
    "-L",
    "--quiet",
    "--silent",
    "--count",
    "--files-with-matches",
    "--files-without-match",
    "--files",
    "--count-matches",
  );
}

function started(text: Word, command: Command, scene: Scene): readonly Effect[] {
  if (text.text === undefined) return [unknownEffect(scene, "program", text.source, command.source)];
  return scene.shell(text.text, { stdin: OPAQUE }).effects;
}

function outputOf(options: Options, command: Command): Stream {
  if (options.has("-q", "--quiet", "--silent")) return { kind: "none" };
  if (options.has("-c", "--count", "--count-matches")) return TAME;
  const files = filesOf(command.program, options);
  const names = options.has("-l", "-L", "--files-with-matches", "--files-without-match", "--files");
  const walks = options.has("-r", "-R", "--recursive") || !isPlainGrep(command.program);
  if (names && (files.length > 0 || walks)) {
    const roots = files.length > 0 ? files : [literal(".")];
    return { kind: "paths", roots: roots.map((root) => someBelow(root, "?*")) };
  }
  const { stdin } = command;
  if (files.length > 0) return OPAQUE;
  if (stdin.kind === "paths")
    return { kind: "paths", roots: stdin.roots.map((root) => someBelow(root, namePattern(options))) };
  if (stdin.kind !== "opaque") return OPAQUE;
  return stdin.processes === undefined ? stdin : picked(stdin, options);
}

/**
 * Picking processes by a name is the filter of ordinary work, unless the name is that of a server, of the machine's own
 * or a user; leaving some out (`-v`) picks all others.
 */
function picked(stdin: Stream & { readonly kind: "opaque" }, options: Options): Stream {
  if (options.has("-v", "--invert-match")) return stdin;
  const [operand] = options.operands;
  const pattern = options.value("-e", "--regexp") ?? operand;
  const { processes: _, ...rest } = stdin;
  if (pattern?.text === undefined) return rest;
  const processes = /[a-zA-Z]{2}/.test(pattern.text) ? processesNamed(pattern.text) : stdin.processes;
  return processes === undefined ? rest : { ...rest, processes };
}

/** A plain word as pattern names a part of the path; everything else only says "some of them". */
function namePattern(options: Options): string {
  const [pattern] = options.operands;
  const plain = /^[\w-]+$/.test(pattern?.text ?? "") && !options.has("-v", "--invert-match", "-i");
  return plain ? `*${pattern?.text}*` : "?*";
}

/** `fzf --bind 'enter:execute(CMD)'` and `--preview CMD` start programs. */
function chooser(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "--preview",
      "--bind",
      "-q",
      "--query",
      "-f",
      "--filter",
      "-d",
      "-n",
      "--delimiter",
      "--height",
      "--prompt",
      "--header",
      "--layout",
      "--border",
      "--color",
    ],
  });
  const previews = options.values("--preview").flatMap((text) => started(text, command, scene));
  const binds = options
    .values("--bind")
    .filter((text) => /execute|become|reload|transform|start:|preview\(/.test(text.text ?? "execute"));
  return found(
    [...previews, ...binds.map((text) => unknownEffect(scene, "program", text.source, command.source))],
    command.stdin,
  );
}

/** `ast-grep` only shows matches unless a rewrite is applied with `-U` or interactively. */
function rewrite(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: STRUCTURAL });
  const [verb, ...rest] = options.operands;
  if (isGroupSwitch(command, options)) return scene.argv([literal("newgrp"), ...command.args]);
  const known = /^(run|scan|test|new|lsp|completions|help|docs)$/.test(verb?.text ?? "");
  const roots = known ? rest : options.operands;
  const targets = roots.length > 0 ? roots : [literal(".")];
  if (verb?.text === "new") return found(writes([literal(".")], command, scene));
  return found(
    options.has("-U", "--update-all", "-i", "--interactive") || options.dynamic
      ? writes(targets, command, scene)
      : [],
    OPAQUE,
  );
}

/** `sg GROUP -c TEXT` of the shadow tools shares its name with ast-grep's short form. */
function isGroupSwitch(command: Command, options: Options): boolean {
  return (
    command.program === "sg" &&
    command.args[0] === options.operands[0] &&
    command.args.some((arg) => arg.text === "-c")
  );
}

function writes(roots: readonly Word[], command: Command, scene: Scene): readonly Effect[] {
  return roots.flatMap((root) => fileEffects("change", root, scene, { by: command.source }));
}
