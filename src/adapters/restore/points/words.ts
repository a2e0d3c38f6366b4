/**
 * The words of a simple command as it was typed (`by` of an effect), or `undefined` when a shell would make something
 * else of them: variables, substitutions, lists. Patterns stay as they are. Only quotes and backslashes are understood. The text is the
 * agent's, and may have been cut off.
 */
export function plainWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1);
      const inside = text.slice(at + 1, end);
      if (end < 0 || (character === '"' && /[$`\\]/.test(inside))) return undefined;
      word = (word ?? "") + inside;
      at = end;
    } else if (character === "\\") {
      at++;
      word = (word ?? "") + text.charAt(at);
    } else if (/[$`{}();<>|&]/.test(character)) return undefined;
    else word = (word ?? "") + character;
  }
  return word === undefined ? words : [...words, word];
}

/** Words for a line that a person can copy into a shell. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
