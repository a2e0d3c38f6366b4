import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { judgeEditorLines } from "../languages/ex.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";

export const analyzer: Analyzer = {
  name: "editors",
  title: "Text editors",
  about:
    "vim, ex, ed and emacs in batch mode: their commands are read, shell escapes among them are judged. An editor that waits for a person at the keyboard can do anything and is unknown.",
  programs: [
    "vi",
    "vim",
    "nvim",
    "view",
    "vimdiff",
    "nvimdiff",
    "gvim",
    "mvim",
    "rvim",
    "vim.basic",
    "vim.tiny",
    "ex",
    "ed",
    "red",
    "emacs",
    "emacsclient",
    "nano",
    "rnano",
    "pico",
    "micro",
    "hx",
    "helix",
    "joe",
    "mcedit",
    "kak",
    "ne",
    "jed",
    "mg",
    "zile",
    "tig",
    "ranger",
    "nnn",
    "lf",
    "vifm",
    "lazygit",
    "gitui",
  ],
  analyze,
  examples: [
    {
      run: "vim -es -c '%s/a/b/g' -c wq a.txt",
      files: { "a.txt": "" },
      does: ["change file a.txt"],
      tier: 1,
    },
    { run: "vim -c '!rm -rf /' -c q", does: ["delete directory / @local"], tier: 3 },
    { run: "nvim --headless +q", does: [], tier: 0 },
    {
      run: "nvim --headless -c 'call system(\"x\")' +q",
      does: ['unknown? editor.command call system("x") @local'],
      tier: 2,
    },
    { run: "ex -sc '1i|x' -cx a.txt", files: { "a.txt": "" }, does: ["change file a.txt"], tier: 1 },
    {
      run: "printf '%s\\n' ',s/a/b/' w q | ed -s a.txt",
      files: { "a.txt": "" },
      does: ["change file a.txt"],
      tier: 1,
    },
    { run: "printf '!rm -rf /\\nq\\n' | ed", does: ["delete directory / @local"], tier: 3 },
    { run: "vim a.txt", does: ["unknown? editor vim a.txt @local"], tier: 2 },
    { run: "nano a.txt", does: ["unknown? editor nano a.txt @local"], tier: 2 },
    {
      run: "emacs --batch --eval '(delete-directory \"/\" t)'",
      does: ['unknown? editor.command (delete-directory "/" t) @local'],
      tier: 2,
    },
    { run: "vim -es -c 'w! /etc/hosts' -c q a.txt", does: ["create file /etc/hosts @local"], tier: 3 },
    { run: "vim -es -c 'r !cat /etc/shadow' -c q", does: ["read file /etc/shadow @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (program === "ed" || program === "red") return lineEditor(command, scene);
  if (/^(vi|vim|nvim|view|vimdiff|nvimdiff|gvim|mvim|rvim|vim\.basic|vim\.tiny|ex)$/.test(program))
    return vim(command, scene);
  if (program === "emacs" || program === "emacsclient") return emacs(command, scene);
  const { operands } = parseOptions(command.args);
  return found([...readEffects(operands, scene, { by: command.source }), interactive(command, scene)]);
}

function interactive(command: Command, scene: Scene): Effect {
  const name = [command.program, ...command.args.map((arg) => arg.source)].join(" ");
  return unknownEffect(scene, "editor", name, command.source);
}

const VIM_VALUES = [
  "-c",
  "-S",
  "-s-",
  "-t",
  "-T",
  "-u",
  "-U",
  "-w",
  "-W",
  "-i",
  "-r-",
  "-P-",
  "--cmd",
  "--remote-expr",
  "--remote-send",
  "--servername",
  "--startuptime",
  "--listen",
  "--server",
  "-l",
  "-q-",
  "--remote",
  "--remote-tab",
  "--remote-wait",
].filter((name) => !name.endsWith("-"));

function vim(command: Command, scene: Scene): Finding {
  const silent =
    command.args.some((arg) => /^-[a-zA-Z]*e[a-zA-Z]*s|^-s$|^-[a-z]*s$|^-sc/.test(arg.text ?? "")) ||
    command.program === "ex";
  const plus = command.args.filter((arg) => /^\+/.test(arg.text ?? arg.prefix));
  const options = parseOptions(command.args.filter((arg) => !plus.includes(arg)).flatMap(bundled), {
    values: VIM_VALUES,
  });
  const by = command.source;
  const files = options.operands;
  const lines = [...options.values("--cmd", "-c"), ...plus.map((word) => cutPlus(word))];
  const piped = silent && command.stdin.kind === "text" ? command.stdin.text.split("\n").map(literal) : [];
  const effects: Effect[] = [];
  if (silent && command.stdin.kind === "opaque" && lines.length === 0)
    effects.push(unknownEffect(scene, "editor.command", "from a pipe", by));
  effects.push(
    ...readEffects(files, scene, { by }),
    ...scripts(options, command, scene),
    ...[...lines, ...piped].flatMap((line) => judgeEditorLines(line, files, command, scene)),
  );
  effects.push(
    ...options
      .values("-w", "-W", "--startuptime")
      .flatMap((file) => fileEffects("change", file, scene, { by })),
  );
  const ends = [...lines, ...piped].some((line) =>
    /(^|\|)\s*:?(silent!?\s+)?(w?qa?!?|x!?|wq?a!?q?|xa!?|cq!?|quit!?|qall!?|wqall|exit)\s*$/.test(
      line.text ?? "",
    ),
  );
  const batch =
    ends || silent || options.has("--headless", "--remote-expr", "--remote-send", "--version", "-h", "-l");
  return found(batch ? effects : [...effects, interactive(command, scene)]);
}

/** `-cq` and `-sc CMD` attach and bundle; `-es`, `-Es`, `-u NONE` are plain. */
function bundled(word: Word): readonly Word[] {
  if (/^-[a-zA-Z]*s?c$/.test(word.text ?? "") && word.text !== "-c") return [literal("-c")];
  return /^-(es|Es|eS|V\d*|b|R|n|N|p|o|O|d|D|X|Z|m|M|y|e|E|s)$/.test(word.text ?? "") ? [] : [word];
}

function cutPlus(word: Word): Word {
  return {
    ...word,
    text: word.text?.slice(1),
    prefix: word.prefix.slice(1),
    source: word.source.replace(/^\+/, ""),
  };
}

/** Files of editor commands: their text is read when it is a plain list of commands. */
function scripts(
  options: ReturnType<typeof parseOptions>,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const named = [
    ...options.values("-S"),
    ...options.values("-u", "-U").filter((word) => !/^(NONE|NORC|DEFAULTS)$/.test(word.text ?? "")),
  ];
  const remote = options
    .values("--remote-expr", "--remote-send", "-l")
    .map((word) => unknownEffect(scene, "editor.command", word.source, command.source));
  return [
    ...remote,
    ...named.flatMap((file) => {
      const text =
        file.text === undefined
          ? undefined
          : scene.need({ kind: "text", path: locate(file, scene).path })?.text;
      if (text === undefined) return [unknownEffect(scene, "editor.command", file.source, command.source)];
      return text
        .split("\n")
        .flatMap((line) => judgeEditorLines(literal(line), options.operands, command, scene));
    }),
  ];
}

/** `ed`: commands come from standard input; text between `a`, `i`, `c` and a lone dot is data. */
function lineEditor(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-p", "--prompt"] });
  const [file] = options.operands;
  const by = command.source;
  const start = file?.text?.startsWith("!")
    ? scene.shell(file.text.slice(1)).effects
    : file
      ? readEffects([file], scene, { by })
      : [];
  if (command.stdin.kind !== "text")
    return found([
      ...start,
      command.stdin.kind === "none"
        ? interactive(command, scene)
        : unknownEffect(scene, "editor.command", "from a pipe", by),
    ]);
  const effects: Effect[] = [...start];
  let data = false;
  for (const line of command.stdin.text.split("\n")) {
    if (data) {
      if (line === ".") data = false;
      continue;
    }
    if (/^[^a-zA-Z!]*[aic]\s*$/.test(line)) data = true;
    else effects.push(...judgeEditorLines(literal(line), file ? [file] : [], command, scene));
  }
  return found(effects);
}

/** Emacs Lisp is not read: what it is given to evaluate or load is unknown. */
function emacs(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args.map(longName), {
    values: [
      "--eval",
      "--execute",
      "-e",
      "-l",
      "-f",
      "--load",
      "--funcall",
      "--script",
      "--file",
      "--visit",
      "--find-file",
      "--insert",
      "--chdir",
      "-s",
      "--socket-name",
      "-a",
      "--alternate-editor",
      "-u",
      "--user",
    ],
  });
  const known =
    /^\(?(message|princ|print|kill-emacs|save-buffers-kill-emacs|emacs-version|version)\b[^()]*\)?$/;
  const evaluated = options.values(
    "--eval",
    "--execute",
    ...(command.program === "emacsclient" ? [] : ["-f", "--funcall", "-l", "--load", "--script"]),
  );
  const effects: Effect[] = evaluated
    .filter((word) => !known.test(word.text ?? ""))
    .map((word) => unknownEffect(scene, "editor.command", word.text ?? word.source, command.source));
  const shown = options.values("--file", "--visit", "--find-file", "--insert");
  const operands = options.has("--eval", "-e") && command.program === "emacsclient" ? [] : options.operands;
  effects.push(...readEffects([...operands, ...shown], scene, { by: command.source }));
  if (command.program === "emacsclient" && options.has("-e"))
    effects.push(
      ...options.operands.map((word) => unknownEffect(scene, "editor.command", word.source, command.source)),
    );
  if (evaluated.length > 0 || options.has("--batch", "--script", "--version"))
    return effects.length === 0 ? NOTHING : found(effects);
  return found([...effects, interactive(command, scene)]);
}

/** `-batch`, `-eval`: Emacs takes long options with one dash as well. */
function longName(word: Word): Word {
  return /^-(batch|eval|execute|load|funcall|script|file|insert|chdir)$/.test(word.text ?? "")
    ? literal(`-${word.text}`)
    : word;
}
