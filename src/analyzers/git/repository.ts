import type { Word } from "../analyzer.ts";
import { normalizePath } from "../locate.ts";
import { literal } from "../options.ts";
import type { Git } from "./invocation.ts";

/** Folders above the working directory in which a `.git` is looked for. */
const MAX_PARENTS = 12;

/**
 * The directories from the working directory up to the workspace (or only the first, outside of it), nearest
 * first.
 */
function candidates(git: Git): readonly string[] {
  const { cwd, setting, place } = git.scene;
  if (cwd === undefined || place.host !== undefined) return [];
  const { workspace } = setting;
  if (workspace === undefined || !`${cwd}/`.startsWith(`${workspace}/`)) return [cwd];
  const found: string[] = [cwd];
  for (let path = cwd; path !== workspace && found.length < MAX_PARENTS; ) {
    path = path.slice(0, path.lastIndexOf("/"));
    found.push(path);
  }
  return found;
}

interface Folder {
  readonly top: string;
  /** The git directory of this work tree, and the one that all its work trees share. */
  readonly own: string;
  readonly common: string;
}

/** Where the repository of a call lies, when facts tell it. */
function folderOf(git: Git): Folder | undefined {
  const explicit = explicitFolder(git);
  if (explicit) return explicit;
  const known = candidates(git).map((top) => ({
    top,
    head: git.scene.need({ kind: "text", path: `${top}/.git/HEAD` }),
    link: git.scene.need({ kind: "text", path: `${top}/.git` }),
  }));
  for (const { top, head, link } of known) {
    if (head?.text !== undefined) return { top, own: `${top}/.git`, common: `${top}/.git` };
    const linked = /^gitdir:\s*(.+?)\s*$/m.exec(link?.text ?? "")?.[1];
    if (linked === undefined) continue;
    const own = normalizePath(linked.startsWith("/") ? linked : `${top}/${linked}`);
    return { top, own, common: own.replace(/\/worktrees\/[^/]+$/, "") };
  }
  return undefined;
}

function explicitFolder(git: Git): Folder | undefined {
  const { cwd } = git.scene;
  const text = git.gitDirectory?.text ?? git.scene.variable("GIT_DIR");
  if (text === undefined || cwd === undefined) return undefined;
  const own = normalizePath(text.startsWith("/") ? text : `${cwd}/${text}`);
  return { top: cwd, own, common: own };
}

/** The branch that is checked out; `undefined` when it cannot be told or the head is detached. */
export function currentBranch(git: Git): string | undefined {
  const folder = folderOf(git);
  if (!folder) return undefined;
  const head = git.scene.need({ kind: "text", path: `${folder.own}/HEAD` })?.text;
  return /^ref:\s*refs\/heads\/(\S+)/.exec(head ?? "")?.[1];
}

/** The top of the work tree; outside of facts the root of the workspace, which is where projects have it. */
export function topLevel(git: Git): string | undefined {
  const { cwd, setting, place } = git.scene;
  if (place.host !== undefined) return undefined;
  const known = folderOf(git)?.top;
  if (known !== undefined) return known;
  const { workspace } = setting;
  return workspace !== undefined && cwd !== undefined && `${cwd}/`.startsWith(`${workspace}/`)
    ? workspace
    : undefined;
}

/** One `key = value` of a configuration file, keys as `git config` writes them. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * The configuration that a call reads, later entries win: the person's, then the repository's. `complete` is
 * false while a file is not known or one includes others that are not known.
 */
export function configuration(git: Git): {
  readonly entries: readonly ConfigEntry[];
  readonly complete: boolean;
} {
  const { home } = git.scene.setting;
  if (git.scene.place.host !== undefined) return { entries: [], complete: false };
  const folder = folderOf(git);
  const paths = [
    "/etc/gitconfig",
    `${home}/.config/git/config`,
    `${home}/.gitconfig`,
    ...(folder ? [`${folder.common}/config`] : []),
  ];
  const files = paths.map((path) => readConfig(git, path));
  const included = files
    .flatMap((file, index) => includesOf(file?.entries ?? [], paths[index] ?? "", home))
    .map((path) => readConfig(git, path));
  const all = [...files, ...included];
  return {
    entries: all.flatMap((file) => file?.entries ?? []),
    complete: all.every((file) => file?.readable === true) && folder !== undefined,
  };
}

interface ConfigFile {
  readonly entries: readonly ConfigEntry[];
  readonly readable: boolean;
}

function readConfig(git: Git, path: string): ConfigFile | undefined {
  const fact = git.scene.need({ kind: "text", path });
  if (fact === undefined) return undefined;
  return {
    entries: parseConfig(fact.text ?? ""),
    readable: fact.text !== undefined || fact.problem === "absent",
  };
}

function includesOf(entries: readonly ConfigEntry[], from: string, home: string): readonly string[] {
  const folder = from.slice(0, from.lastIndexOf("/"));
  return entries
    .filter(({ key }) => /^include(if\..+)?\.path$/.test(key))
    .slice(0, 8)
    .map(({ value }) =>
      normalizePath(
        value.startsWith("~/") ? home + value.slice(1) : value.startsWith("/") ? value : `${folder}/${value}`,
      ),
    );
}

/**
 * Reads the text of a configuration file (git-config(1), "Syntax"): sections with optional quoted subsections,
 * `name = value` with quotes, escapes, comments and continued lines. Lines of another form are passed over, as
 * git refuses such a file.
 */
export function parseConfig(text: string): readonly ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  let section = "";
  for (const raw of text.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    let line = raw.trim();
    const header = /^\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header) {
      const sub = header[2]?.replace(/\\(.)/g, "$1");
      section = (header[1] ?? "").toLowerCase() + (sub === undefined ? "" : `.${sub}`);
      line = line.slice(header[0].length).trim();
    }
    const pair = /^([a-zA-Z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line);
    if (!pair || section === "") continue;
    entries.push({
      key: `${section}.${(pair[1] ?? "").toLowerCase()}`,
      value: pair[2] === undefined ? "true" : configValue(pair[2]),
    });
  }
  return entries;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b" };

function configValue(text: string): string {
  let out = "";
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') quoted = !quoted;
    else if (char === "\\") {
      at++;
      out += ESCAPES[text.charAt(at)] ?? text.charAt(at);
    } else if (!quoted && (char === "#" || char === ";")) break;
    else out += char;
    if (quoted || !/\s/.test(char)) kept = out.length;
  }
  return out.slice(0, kept);
}

/** Splits a text into words as git splits aliases (alias.c, `split_cmdline`); `undefined` when a quote stays open. */
export function splitWords(text: string): readonly Word[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      word ??= "";
    } else if (char === quote) quote = "";
    else if (char === "\\" && quote !== "'") word = (word ?? "") + text.charAt(++at);
    else word = (word ?? "") + char;
  }
  if (quote !== "") return undefined;
  return [...words, ...(word === undefined ? [] : [word])].map(literal);
}
