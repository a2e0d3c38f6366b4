import type { Assignment } from "unbash";
import type { Word } from "../analyzer.ts";
import { unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal } from "../options.ts";
import { toolVariable } from "../project/tool-variables.ts";
import { sceneFor } from "./dispatch.ts";
import { expandSingle, expandWord } from "./expand.ts";
import { type Analysis, copyState, type ShellState } from "./state.ts";
import { type Walk, walkText } from "./walk.ts";

/** Expands an assignment in one state and makes it in another (`X=1 cmd` sets X for `cmd` only). */
export function assign(assignment: Assignment, from: ShellState, to: ShellState, walk: Walk): void {
  const { name, value, append, index } = assignment;
  const words =
    value.type === "ArrayValue"
      ? value.elements.flatMap((element) => expandWord(element, from, walk))
      : [expandSingle(value, from, walk)];
  const before = to.variables.get(name) ?? [];
  if (index) {
    walk.followNested(index, from);
    to.variables.set(name, [...before, ...words]);
  } else if (append && value.type !== "ArrayValue") to.variables.set(name, [appended(before[0], words[0])]);
  else to.variables.set(name, append ? [...before, ...words] : words);
  for (const word of words) judgeVariable(name, word, from, walk.analysis);
}

function appended(before: Word | undefined, added: Word | undefined): Word {
  const text = before?.text !== undefined && added?.text !== undefined ? before.text + added.text : undefined;
  return text === undefined ? { ...(added ?? literal("")), text: undefined } : literal(text);
}

/** Variables whose value is a command that some later program runs. */
const COMMANDS =
  /^(GIT_SSH_COMMAND|GIT_SSH|GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_PAGER|GIT_ASKPASS|GIT_EXTERNAL_DIFF|GIT_PROXY_COMMAND|EDITOR|VISUAL|PAGER|MANPAGER|BROWSER|SSH_ASKPASS|SUDO_ASKPASS|PROMPT_COMMAND|LESSOPEN|LESSCLOSE|RSYNC_RSH|CVS_RSH|SVN_SSH|PSQL_EDITOR|KUBE_EDITOR|RUSTC_WRAPPER|CARGO_BUILD_RUSTC(_WRAPPER)?|CARGO_TARGET_\w+_(RUNNER|LINKER)|CC|CXX|LD)$/;
/** Variables that make programs load code from a file. */
const LOADERS =
  /^(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|DYLD_[A-Z_]+|BASH_ENV|ENV|ZDOTDIR|PYTHONSTARTUP|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|GCONV_PATH|GIT_EXEC_PATH|GIT_CONFIG_[A-Z_0-9]+|GIT_TEMPLATE_DIR|NPM_CONFIG_SCRIPT_SHELL|npm_config_script_shell)$/;

/** Setting a variable is an effect when a later program executes its value or loads code through it. */
export function judgeVariable(name: string, value: Word, state: ShellState, analysis: Analysis): void {
  const scene = sceneFor(state, analysis);
  const by = `${name}=${value.source}`;
  if (COMMANDS.test(name)) {
    if (value.text === undefined) analysis.effects.push(unknownEffect(scene, "program", by, by));
    else if (value.text !== "") walkText(value.text, copyState(state, { depth: state.depth + 1 }), analysis);
  } else if (LOADERS.test(name) && value.text !== "" && !isOrdinaryLoader(name, value)) {
    analysis.effects.push(unknownEffect(scene, "program", by, by));
  } else if (name === "PATH") judgePath(value, state, analysis);
  else analysis.effects.push(...toolVariable(name, value, scene));
}

/** Values that everyday work gives to such a variable; preloading a library is never one. */
const ORDINARY_LOADERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^GIT_CONFIG_NOSYSTEM$/, /^[01a-z]*$/],
  [/^GIT_CONFIG_(GLOBAL|SYSTEM)$/, /^\/dev\/null$/],
  /** A plain word is the name of a deployment, as many projects use it; a shell would read the file that it names. */
  [/^ENV$/, /^[\w-]*$/],
  [/^RUBYOPT$/, /^(-(w|W\S*|d|v|-\w[\w-]*|E\S*|r[a-z][\w/-]*|I(lib|test|spec))(\s+|$))*$/],
  [/^PERL5OPT$/, /^(-(w|W|T|t|M[A-Z][\w:]*(=[\w,/.-]*)?|I?(lib|blib|t))(\s+|$))*$/],
];

/** Library and include paths of the project are everyday work, extended with what the variable held before. */
function isOrdinaryLoader(name: string, value: Word): boolean {
  if (/^(LD_LIBRARY_PATH|DYLD_(FALLBACK_)?LIBRARY_PATH|PERL5LIB|RUBYLIB)$/.test(name)) {
    const known = value.text ?? (value.between ?? [value.prefix, value.suffix]).join(":");
    return known.replaceAll(":", "") !== "" && !known.includes("/tmp");
  }
  return ORDINARY_LOADERS.some(([names, values]) => names.test(name) && values.test(value.text ?? "/"));
}

const TOOL_FOLDERS =
  /(^|\/)(node_modules\/\.bin|\.?venv\/bin|env\/bin|vendor\/bin|\.cargo\/bin|go\/bin|\.local\/bin|\.bun\/bin|\.deno\/bin|\.nvm\/.*|\.pyenv\/.*|\.rbenv\/.*|\.asdf\/.*|flutter\/bin|sbin|bin)\/?$/;

/** Putting a folder that anyone may write to in front of PATH changes what every later name means. */
function judgePath(value: Word, state: ShellState, analysis: Analysis): void {
  const scene = sceneFor(state, analysis);
  for (const folder of (value.text ?? value.prefix).split(":")) {
    if (folder === "" || TOOL_FOLDERS.test(folder)) continue;
    const { area } = locate(literal(folder), scene);
    if (area === "temporary" || area === "workspace") {
      analysis.effects.push(unknownEffect(scene, "program", `PATH with ${folder}`, `PATH=${value.source}`));
    }
  }
}
