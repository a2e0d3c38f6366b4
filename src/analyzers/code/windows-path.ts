import type { Word } from "../analyzer.ts";

/** A path as the rest of the program has it: backslashes are slashes; what begins with a drive stays as it is. */
export function windowsPath(word: Word): Word {
  const change = (text: string) => (/^[a-z]:/i.test(text) ? text : text.replaceAll("\\", "/"));
  return {
    ...word,
    text: word.text === undefined ? undefined : change(word.text),
    prefix: change(word.prefix),
    suffix: word.suffix.replaceAll("\\", "/"),
  };
}
