import type { Stream, Word } from "./analyzer.ts";
import { literal, unknownWord } from "./options.ts";

/** The last segment of a path word, as far as it is known: `b.ts` for `src/b.ts`, `undefined` for `$x`. */
export function baseName(word: Word): string | undefined {
  const known = word.text ?? (word.suffix.includes("/") ? word.suffix : undefined);
  if (known === undefined) return undefined;
  const trimmed = known.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** The word for `name` inside a folder; for an unknown name, something inside it. */
export function inside(folder: Word, name: string | undefined): Word {
  const slash = (folder.text ?? folder.suffix).endsWith("/") ? "" : "/";
  if (name === undefined) {
    const prefix = folder.text === undefined ? folder.prefix : `${folder.text}${slash}`;
    return {
      text: undefined,
      source: `${folder.source}${slash}…`,
      prefix,
      suffix: "",
      tame: false,
      glob: folder.glob,
    };
  }
  return attached(folder, `${slash}${name}`);
}

/** The word with literal text put behind it. Wildcards in that text are active. */
export function attached(word: Word, text: string): Word {
  const all = word.text === undefined ? undefined : `${word.text}${text}`;
  return {
    text: all,
    source: `${word.source}${text}`,
    prefix: all ?? word.prefix,
    suffix: all === undefined ? `${word.suffix}${text}` : "",
    tame: word.tame,
    glob: word.glob || /[*?[]/.test(text),
  };
}

/** The word with literal text put before it. */
export function preceded(text: string, word: Word): Word {
  const all = word.text === undefined ? undefined : `${text}${word.text}`;
  return { ...word, text: all, source: `${text}${word.source}`, prefix: all ?? `${text}${word.prefix}` };
}

/** The word that stands for everything named below a root of a `paths` stream. */
export function below(root: Word): Word {
  return root.glob || root.text === undefined ? root : inside(root, "*");
}

/** The word for some of the things below a root: those whose name matches a pattern, or `?*` when only the filter is unnamed. */
export function someBelow(root: Word, pattern: string): Word {
  if (root.glob)
    return root.text !== undefined && /(^|\/)\*$/.test(root.text) ? renamed(root, pattern) : root;
  return inside(root, `**/${pattern}`);
}

function renamed(root: Word, pattern: string): Word {
  const folder = (root.text ?? "").replace(/\*$/, "");
  return { ...literal(`${folder}**/${pattern}`), glob: true };
}

/** The arguments that a stream becomes when a program turns its lines into words (`xargs`, `parallel`). */
export function itemsOf(stream: Stream, split: (text: string) => readonly string[]): readonly Word[] {
  switch (stream.kind) {
    case "none":
      return [];
    case "text":
      return split(stream.text).map(literal);
    case "paths":
      return stream.roots.map(below);
    case "opaque":
      return [
        {
          ...unknownWord("…"),
          tame: stream.tame,
          ...(stream.processes === undefined ? {} : { processes: stream.processes }),
        },
      ];
  }
}

export const TAME: Stream = { kind: "opaque", remote: false, tame: true };
export const OPAQUE: Stream = { kind: "opaque", remote: false, tame: false };
export const REMOTE: Stream = { kind: "opaque", remote: true, tame: false };

/** What a filter lets through that shows only some of its lines: names stay names, the rest is opaque. */
export function filtered(stdin: Stream): Stream {
  if (stdin.kind === "paths")
    return { kind: "paths", roots: stdin.roots.map((root) => someBelow(root, "?*")) };
  return stdin.kind === "opaque" ? stdin : OPAQUE;
}

/** The literal texts around the unknown pieces of a word, when they still belong to it as it is now. */
export function literalPieces(word: Word): readonly string[] | undefined {
  const { between, prefix, suffix } = word;
  if (between === undefined || between.length < 2) return undefined;
  return between[0] === prefix && between.at(-1) === suffix ? between : undefined;
}
