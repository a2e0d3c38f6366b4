import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { itemsOf, OPAQUE, preceded } from "../words.ts";
import { judgeJoined, judgeQuoted } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "batch",
  title: "xargs, parallel and entr: a command for each of many things",
  about:
    "What flows in becomes arguments: known text is used as it is, found files stand for everything below where they were found, anything else is an unknown argument.",
  programs: [
    "xargs",
    "gxargs",
    "parallel",
    "rush",
    "entr",
    "watchexec",
    "reflex",
    "inotifywait",
    "fswatch",
    "inotifywatch",
  ],
  analyze,
  examples: [
    { run: "find . -name '*.pyc' | xargs rm", does: ["delete file **/*.pyc"], tier: 1 },
    { run: "find / -name core -print0 | xargs -0 rm -f", does: ["delete file /**/core @local"], tier: 3 },
    { run: "echo a b | xargs rm -rf", does: ["delete directory a", "delete directory b"], tier: 1 },
    { run: "echo /etc | xargs -I{} rm -rf {}/nginx", does: ["delete directory /etc/nginx @local"], tier: 3 },
    { run: "xargs rm -rf < .buildignore", does: ["delete? directory … @local"], tier: 3 },
    {
      run: "xargs rm -rf < list",
      files: { list: "a\n/etc\n" },
      does: ["delete directory a", "delete directory /etc @local"],
      tier: 3,
    },
    { run: "ls *.log | xargs -n1 gzip", does: ["change file *.log"], tier: 1 },
    { run: "cat names.txt | xargs grep x", does: [], tier: 0 },
    { run: "find . -name '*.bak' | xargs -I{} sh -c 'rm {}'", does: ["delete file **/*.bak"], tier: 1 },
    { run: "parallel rm ::: a b", does: ["delete file a", "delete file b"], tier: 1 },
    { run: "parallel 'rm -rf {}' ::: /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "ls *.md | entr -c sh -c 'rm -rf dist'", does: ["delete directory dist"], tier: 1 },
    { run: "echo 'rm -rf /' | parallel", does: ["delete directory / @local"], tier: 3 },
    { run: "watchexec -e ts -- rm -rf dist", does: ["delete directory dist"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "xargs":
    case "gxargs":
      return xargs(command, scene);
    case "parallel":
    case "rush":
      return parallel(command, scene);
    case "entr":
      return entr(command, scene);
    case "watchexec":
    case "reflex":
      return watcher(command, scene);
    default:
      return { effects: [], output: OPAQUE };
  }
}

const XARGS_VALUES = [
  "-a",
  "-d",
  "-E",
  "-I",
  "-J",
  "-L",
  "-n",
  "-P",
  "-R",
  "-s",
  "-S",
  "--arg-file",
  "--delimiter",
  "--max-lines",
  "--max-args",
  "--max-procs",
  "--max-chars",
  "--process-slot-var",
  "--replace-with",
];
const XARGS_FLAGS = [
  "-0",
  "-o",
  "-p",
  "-r",
  "-t",
  "-x",
  "-i",
  "-l",
  "-e",
  "--null",
  "--no-run-if-empty",
  "--interactive",
  "--verbose",
  "--exit",
  "--open-tty",
  "--show-limits",
  "--replace",
  "--eof",
];
/** More arguments than this are judged by one that stands for them all. */
const MOST = 64;

function xargs(command: Command, scene: Scene): Finding {
  const args = command.args.flatMap(separated);
  const options = parseOptions(args, {
    values: XARGS_VALUES,
    long: XARGS_FLAGS.filter((name) => name.startsWith("--")),
    stopAtOperand: true,
  });
  const strange = options.names.filter(
    (name) => !XARGS_FLAGS.includes(name) && !XARGS_VALUES.includes(name) && name !== "-i=",
  );
  const items = limited(itemsOf(inputOf(options, command, scene), (text) => splitItems(text, options)));
  const inner = options.operands.length > 0 ? options.operands : [literal("echo")];
  const mark =
    options.value("-I", "-J", "--replace-with")?.text ?? (options.has("-i", "--replace") ? "{}" : undefined);
  const unknown: Effect[] =
    strange.length > 0 ? [unknownEffect(scene, "program", `xargs ${strange.join(" ")}`, command.source)] : [];
  if (items.length === 0)
    return found([
      ...unknown,
      ...(options.has("-r", "--no-run-if-empty") ? [] : scene.argv(inner, NO_INPUT).effects),
    ]);
  if (mark === undefined) {
    const finding = scene.argv([...inner, ...items], NO_INPUT);
    return { ...finding, effects: [...unknown, ...finding.effects] };
  }
  const findings = items.map((item) =>
    scene.argv(
      inner.map((word) => replaced(word, mark, item)),
      NO_INPUT,
    ),
  );
  return found(
    [...unknown, ...findings.flatMap((finding) => finding.effects)],
    findings.length === 1 ? findings[0]?.output : OPAQUE,
  );
}

const NO_INPUT = { stdin: { kind: "none" } } as const;

/** GNU takes the value of these options only when it is attached. */
function separated(word: Word): readonly Word[] {
  const attached = /^-([ile])(.+)$/.exec(word.text ?? "");
  if (!attached) return [word];
  return attached[1] === "i" ? [literal("-I"), literal(attached[2] ?? "{}")] : [literal(`-${attached[1]}`)];
}

function inputOf(options: Options, command: Command, scene: Scene): Stream {
  const file = options.value("-a", "--arg-file");
  if (!file) return command.stdin;
  const at = locate(file, scene);
  const text =
    file.text === undefined || at.area === "remote"
      ? undefined
      : scene.need({ kind: "text", path: at.path })?.text;
  return text === undefined ? OPAQUE : { kind: "text", text };
}

/** Blanks and newlines separate, quotes and backslashes keep together (POSIX.1-2024, xargs); `-0`, `-d`, `-I` and `-L` change that. */
function splitItems(text: string, options: Options): readonly string[] {
  if (options.has("-0", "--null")) return text.split("\0").filter((item) => item !== "");
  const delimiter = options.value("-d", "--delimiter")?.text;
  if (delimiter !== undefined)
    return text.replace(/\n$/, "").split(delimiter === "\\n" ? "\n" : delimiter === "\\0" ? "\0" : delimiter);
  if (options.has("-I", "-i", "--replace"))
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const pieces = text.match(/(?:"[^"\n]*"|'[^'\n]*'|\\[\s\S]|[^\s"'\\])+/g) ?? [];
  return pieces.map((piece) =>
    piece.replace(
      /"([^"]*)"|'([^']*)'|\\([\s\S])/g,
      (_, double, single, escaped) => double ?? single ?? escaped,
    ),
  );
}

function limited(items: readonly Word[]): readonly Word[] {
  if (items.length <= MOST) return items;
  return [
    ...items.slice(0, MOST),
    { text: undefined, source: "…", prefix: "", suffix: "", tame: false, glob: false },
  ];
}

function replaced(word: Word, mark: string, item: Word): Word {
  const text = word.text;
  if (text === undefined || mark === "" || !text.includes(mark)) return word;
  if (text === mark) return item;
  if (item.text !== undefined)
    return { ...literal(text.replaceAll(mark, item.text)), glob: item.glob && !/\s/.test(text) };
  const at = text.indexOf(mark);
  return {
    ...preceded(text.slice(0, at), item),
    suffix: `${item.suffix}${text.slice(at + mark.length)}`,
    source: text,
  };
}

const PARALLEL_VALUES = [
  "-j",
  "-a",
  "-n",
  "-N",
  "-L",
  "-l",
  "-I",
  "-S",
  "-d",
  "-C",
  "-P",
  "-X-",
  "-E",
  "-i",
  "-s",
  "--jobs",
  "--arg-file",
  "--max-args",
  "--max-replace-args",
  "--delay",
  "--timeout",
  "--retries",
  "--joblog",
  "--results",
  "--colsep",
  "--delimiter",
  "--tmpdir",
  "--workdir",
  "--wd",
  "--sshlogin",
  "--sshloginfile",
  "--slf",
  "--halt",
  "--load",
  "--memfree",
  "--nice",
  "--tagstring",
  "--block",
  "--recstart",
  "--recend",
  "--env",
  "--basefile",
  "--return",
  "--transferfile",
  "--progress-file",
  "--shebang",
  "--max-procs",
];

/** `parallel [options] CMD ::: a b`, or the arguments from standard input; without a command each line is one. */
function parallel(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: PARALLEL_VALUES, stopAtOperand: true });
  const at = options.operands.findIndex((word) => /^:::{0,1}\+?$/.test(word.text ?? ""));
  const inner = at < 0 ? options.operands : options.operands.slice(0, at);
  const remote = options.has("-S", "--sshlogin", "--sshloginfile", "--slf")
    ? [unknownEffect(scene, "remote", "other machines", command.source, ["upload"])]
    : [];
  const items = limited(
    at < 0
      ? itemsOf(inputOf(options, command, scene), lines)
      : options.operands.slice(at + 1).filter((word) => !/^:::?\+?$/.test(word.text ?? "")),
  );
  const findings = items.map((item) => {
    const words = inner.length > 0 ? withItem(inner, item) : [item];
    return isQuoted(words, command)
      ? judgeQuoted(words, scene, NO_INPUT)
      : judgeJoined(words, command, scene, NO_INPUT);
  });
  return found([...remote, ...findings.flatMap((finding) => finding.effects)], OPAQUE);
}

/** GNU parallel quotes what it puts into a command, so that it stays an argument; the command itself is then known. */
function isQuoted(words: readonly Word[], command: Command): boolean {
  const [first] = words;
  return (
    command.program === "parallel" &&
    first !== undefined &&
    /^[\w./-]+(\s|$)/.test(first.text ?? first.prefix)
  );
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

const PLACEHOLDER = /\{(\/|\/\/|\.|\/\.|#|%|\d+)?\}/;

function withItem(inner: readonly Word[], item: Word): readonly Word[] {
  if (!inner.some((word) => PLACEHOLDER.test(word.text ?? ""))) return [...inner, item];
  return inner.map((word) =>
    word.text === undefined
      ? word
      : replaced({ ...word, text: word.text.replaceAll(new RegExp(PLACEHOLDER, "g"), "{}") }, "{}", item),
  );
}

/** `entr [-acdnprsz] CMD…`: `/_` stands for the file that changed first, `-s` hands a text to the shell. */
function entr(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { stopAtOperand: true });
  const [item] = itemsOf(command.stdin, lines);
  const words = options.operands.map((word) => (item ? replaced(word, "/_", item) : word));
  if (words.length === 0) return NOTHING;
  return options.has("-s") ? judgeJoined(words, command, scene, NO_INPUT) : scene.argv(words, NO_INPUT);
}

const WATCH_VALUES = [
  "-w",
  "-e",
  "-f",
  "-i",
  "-s",
  "-d",
  "-r-",
  "-g",
  "-R",
  "-G",
  "--watch",
  "--exts",
  "--filter",
  "--ignore",
  "--signal",
  "--debounce",
  "--shell",
  "--workdir",
  "--glob",
  "--regex",
  "--delay-run",
  "--stop-signal",
  "--on-busy-update",
  "--project-origin",
  "--env",
  "-E",
];

function watcher(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: WATCH_VALUES, stopAtOperand: true });
  if (options.operands.length === 0) return NOTHING;
  return command.program === "watchexec" && !options.has("-n")
    ? judgeJoined(options.operands, command, scene, NO_INPUT)
    : scene.argv(options.operands, NO_INPUT);
}
