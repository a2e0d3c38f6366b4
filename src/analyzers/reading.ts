import type { Effect } from "../core/effect.ts";
import type { Scene, Word } from "./analyzer.ts";
import { placedFileEffects } from "./effects.ts";
import { type Location, locate } from "./locate.ts";
import { holdsSecrets as folderHoldsSecrets, isSecret } from "./sensitive.ts";

export interface ReadOptions {
  readonly by: string;
  /** Everything below a folder is read too (`grep -r`, `tar`, `cp -r`). */
  readonly recursive?: boolean;
}

/** The effects of showing or copying the content of files: none, unless they hold secrets. */
export function readEffects(words: readonly Word[], scene: Scene, options: ReadOptions): readonly Effect[] {
  return words.flatMap((word) => {
    const at = locate(word, scene);
    const secret =
      at.secret || matchesSecret(word, at, scene) || (reachesBelow(word, options) && holdsSecrets(at, scene));
    return placedFileEffects("read", { ...at, secret }, scene, { by: options.by });
  });
}

/** True when the file that a word names holds secrets by its name. */
export function namesSecret(word: Word, scene: Scene): boolean {
  const at = locate(word, scene);
  return at.secret || matchesSecret(word, at, scene);
}

function reachesBelow(word: Word, options: ReadOptions): boolean {
  return options.recursive === true || word.glob;
}

function holdsSecrets(at: Location, scene: Scene): boolean {
  const { home, workspace } = scene.setting;
  if (workspace !== undefined && (at.path === workspace || at.path.startsWith(`${workspace}/`)))
    return isSecretsFolder(at.path.slice(workspace.length));
  return at.path === home || folderHoldsSecrets(at.path);
}

/** A folder for secrets, when it is no part of the program's own text. */
function isSecretsFolder(path: string): boolean {
  return (
    /\/\.?secrets?(\/\*{1,2})*$/.test(path) &&
    !/\/(src|lib|internal|pkg|packages|app|docs|node_modules)\//.test(path)
  );
}

/** Names by which secrets go, to try wildcards against. */
const SECRET_NAMES = [
  ".env",
  ".env.local",
  ".env.production",
  ".netrc",
  ".npmrc",
  ".pgpass",
  ".git-credentials",
  "id_rsa",
  "id_ed25519",
  "credentials",
  "credentials.json",
  "secrets.yaml",
];

/** A wildcard that spells the beginning of a secret's name (`.e*`, `cred*`) can be no accident. */
function matchesSecret(word: Word, at: Location, scene: Scene): boolean {
  if (!word.glob) return false;
  const name = at.path.slice(at.path.lastIndexOf("/") + 1);
  const spelled = name.search(/[*?[{]/);
  if (spelled < 0) return false;
  const folder = at.path.slice(0, at.path.length - name.length);
  if (["", "x"].some((filler) => isSecret(`${folder}${name.replace(/[*?]+/g, filler)}`, scene.setting)))
    return true;
  return spelled >= 2 && SECRET_NAMES.some((secret) => matchesName(name, secret));
}

/** Shell wildcard matching of one path segment: `*`, `?` and `[…]` (any character stands for a set). */
function matchesName(pattern: string, name: string): boolean {
  const simple = pattern.replace(/\[[^\]]*\]/g, "?").replace(/\*+/g, "*");
  const [first = "", ...rest] = simple.split("*");
  if (!fits(first, name.slice(0, first.length))) return false;
  let at = first.length;
  for (const [index, piece] of rest.entries()) {
    const last = index === rest.length - 1;
    const found = last ? name.length - piece.length : findFrom(piece, name, at);
    if (found < at || !fits(piece, name.slice(found, found + piece.length))) return false;
    at = found + piece.length;
  }
  return at === name.length || rest.length > 0;
}

function findFrom(piece: string, name: string, from: number): number {
  for (let at = from; at + piece.length <= name.length; at++) {
    if (fits(piece, name.slice(at, at + piece.length))) return at;
  }
  return -1;
}

function fits(piece: string, text: string): boolean {
  return (
    piece.length === text.length && [...piece].every((sign, index) => sign === "?" || sign === text[index])
  );
}
