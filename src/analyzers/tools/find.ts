import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { type FindAction, parseFind } from "../languages/find.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { below, OPAQUE, preceded, someBelow } from "../words.ts";

export const analyzer: Analyzer = {
  name: "find",
  title: "Finding files and doing something to each",
  about:
    "find and fd: the expression is parsed with its precedence, so that -delete and -exec act on exactly what their tests let through below the starting points.",
  programs: ["find", "gfind", "bfs", "fd", "fdfind"],
  analyze,
  examples: [
    { run: "find . -name '*.ts' -not -path './node_modules/*'", does: [], tier: 0 },
    { run: "find . -name '*.pyc' -delete", does: ["delete file **/*.pyc"], tier: 1 },
    {
      run: "find . -type d -name __pycache__ -exec rm -rf {} +",
      does: ["delete directory **/__pycache__"],
      tier: 1,
    },
    { run: "find . -delete", does: ["delete directory *"], tier: 2 },
    { run: "find / -name '*.log' -delete", does: ["delete file /**/*.log @local"], tier: 3 },
    { run: "find . -name keep -o -delete", does: ["delete directory *"], tier: 2 },
    { run: "find src -type f -exec sed -i 's/a/b/' {} +", does: ["change file src/*"], tier: 1 },
    { run: "find . -name '.env' -exec cat {} \\;", does: ["read file **/.env"], tier: 2 },
    { run: "find . -name '*.sh' -exec sh -c 'rm \"$1\"' _ {} \\;", does: ["delete file **/*.sh"], tier: 1 },
    { run: "find . -fprint list.txt", does: ["create file list.txt"], tier: 1 },
    { run: "find . $EXTRA", does: ["unknown? find.expression $EXTRA @local"], tier: 2 },
    { run: "fd -e pyc -x rm", does: ["delete file **/*.pyc"], tier: 1 },
    { run: "fd -H . / -X rm -rf", does: ["delete directory /* @local"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  return command.program.startsWith("fd") ? fd(command, scene) : find(command, scene);
}

function find(command: Command, scene: Scene): Finding {
  const { roots, expression } = splitStart(command.args);
  const { actions, strange } = parseFind(expression);
  const by = command.source;
  const effects: Effect[] = strange.map((word) => unknownEffect(scene, "find.expression", word, by));
  const listed = roots.map((root) => narrowest(root, actions, expression));
  let shows: readonly Word[] | undefined = listed;
  for (const action of actions) {
    const targets = roots.map((root) => targetOf(root, action));
    if (action.name === "-delete")
      effects.push(...targets.flatMap((target) => removed(target, action, scene, by)));
    else if (action.name.startsWith("-f"))
      effects.push(...action.words.flatMap((file) => fileEffects("change", file, scene, { by })));
    else {
      const findings = targets.map((target) => onEach(action, target, scene));
      effects.push(...findings.flatMap((finding) => finding.effects));
      if (!findings.every((finding) => finding.output?.kind === "paths" || finding.output?.kind === "none"))
        shows = undefined;
    }
  }
  return found(effects, shows ? { kind: "paths", roots: shows } : OPAQUE);
}

interface Start {
  readonly roots: readonly Word[];
  readonly expression: readonly Word[];
}

/** Starting points come before the first word that begins an expression; without any it is the current folder. */
function splitStart(args: readonly Word[]): Start {
  let at = 0;
  while (at < args.length && /^-([HLPEXdsx]+|O\d)$|^-[Df]$/.test(args[at]?.text ?? ""))
    at += /^-[Df]$/.test(args[at]?.text ?? "") ? 2 : 1;
  const from = args.slice(at);
  const start = from.findIndex((word) => /^-.|^[(!),]$/.test(word.text ?? word.prefix));
  const named = start < 0 ? from : from.slice(0, start);
  const first = named.findIndex((word) => word.text === undefined && word.prefix === "" && !word.tame);
  const certain = first > 0 ? named.slice(0, first) : named;
  const unsure = first > 0 ? named.slice(first) : [];
  return {
    roots: certain.length > 0 ? certain : [literal(".")],
    expression: [...unsure, ...(start < 0 ? [] : from.slice(start))],
  };
}

function targetOf(root: Word, action: FindAction): Word {
  return action.narrowed === undefined ? below(root) : someBelow(root, action.narrowed);
}

/** What a plain listing shows: all of it, narrowed by the tests when there is nothing else in the expression. */
function narrowest(root: Word, actions: readonly FindAction[], expression: readonly Word[]): Word {
  if (actions.length > 0) return below(root);
  const { actions: probe } = parseFind([
    ...expression.filter((word) => !/^-print0?$/.test(word.text ?? "")),
    literal("-delete"),
  ]);
  const [only] = probe;
  return only ? targetOf(root, only) : below(root);
}

function removed(target: Word, action: FindAction, scene: Scene, by: string): readonly Effect[] {
  return fileEffects("delete", target, scene, { by, recursive: action.narrowed === undefined });
}

function onEach(action: FindAction, target: Word, scene: Scene): Finding {
  const words = action.words.map((word) => filled(word, target));
  const change = action.name.endsWith("dir") ? { cwd: undefined } : {};
  return scene.argv(words, { stdin: { kind: "none" }, ...change });
}

/** Puts what was found into a word: `{}`, `{}.bak`, `rm {}`. */
function filled(word: Word, target: Word): Word {
  const text = word.text;
  if (text === undefined || !text.includes("{}")) return word;
  if (text === "{}") return target;
  const at = text.indexOf("{}");
  if (target.text !== undefined) {
    const all = text.replaceAll("{}", target.text);
    return { ...literal(all), glob: !/\s/.test(text) };
  }
  const placed = preceded(text.slice(0, at), target);
  return { ...placed, suffix: `${target.suffix}${text.slice(at + 2)}`, source: text };
}

const FD_VALUES = [
  "-d",
  "-t",
  "-e",
  "-E",
  "-o",
  "-S",
  "-c",
  "-j",
  "-C",
  "--max-depth",
  "--min-depth",
  "--exact-depth",
  "--type",
  "--extension",
  "--exclude",
  "--owner",
  "--size",
  "--changed-within",
  "--changed-before",
  "--newer",
  "--older",
  "--color",
  "--threads",
  "--base-directory",
  "--search-path",
  "--ignore-file",
  "--max-results",
  "--batch-size",
  "--path-separator",
  "--format",
  "--and",
  "--strip-cwd-prefix",
  "--change-newer-than",
  "--change-older-than",
];

/** `fd [PATTERN] [PATH…] [-x CMD | -X CMD]`: everything after -x up to `;` is the command. */
function fd(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((word) =>
    /^(-[HIuasLp0lgFi1q]*[xX]|--exec|--exec-batch)$/.test(word.text ?? ""),
  );
  const head = at < 0 ? command.args : command.args.slice(0, at);
  const tail = at < 0 ? [] : command.args.slice(at + 1);
  const end = tail.findIndex((word) => word.text === ";");
  const own = parseOptions([...head, ...(end < 0 ? [] : tail.slice(end + 1))], { values: FD_VALUES });
  const targets = fdTargets(own);
  const effects: Effect[] = own.dynamic
    ? [unknownEffect(scene, "find.expression", command.source, command.source)]
    : [];
  if (at < 0)
    return found(effects, own.has("-l", "--list-details") ? OPAQUE : { kind: "paths", roots: targets });
  const words = end < 0 ? tail : tail.slice(0, end);
  const findings = targets.map((target) => scene.argv(fdCommand(words, target), { stdin: { kind: "none" } }));
  return found([...effects, ...findings.flatMap((finding) => finding.effects)], OPAQUE);
}

function fdTargets(own: Options): readonly Word[] {
  const [pattern, ...paths] = own.operands;
  const base = own.values("--search-path", "--base-directory", "-C");
  const roots = paths.length > 0 ? paths : base.length > 0 ? base : [literal(".")];
  const extension = own.value("-e", "--extension")?.text;
  const plain = pattern?.text;
  if (extension !== undefined)
    return roots.map((root) => someBelow(root, `*.${extension.replace(/^\./, "")}`));
  if (pattern === undefined || /^(\.|\.\*|\^|)$/.test(plain ?? "x"))
    return roots.map((root) =>
      own.has("--changed-before", "--older", "--size", "-S") ? someBelow(root, "?*") : below(root),
    );
  if (own.has("-g", "--glob") && plain !== undefined) return roots.map((root) => someBelow(root, plain));
  return roots.map((root) => someBelow(root, /^[\w-]+$/.test(plain ?? "") ? `*${plain}*` : "?*"));
}

const PLACEHOLDER = /\{(|\/|\/\/|\.|\/\.)\}/;

function fdCommand(words: readonly Word[], target: Word): readonly Word[] {
  if (!words.some((word) => PLACEHOLDER.test(word.text ?? ""))) return [...words, target];
  return words.map((word) =>
    word.text === undefined
      ? word
      : filled({ ...word, text: word.text.replaceAll(/\{(\/|\/\/|\.|\/\.)\}/g, "{}") }, target),
  );
}
