/** Longer texts are not matched: the answer is then "no", which leaves them as they are. */
const MAX_LENGTH = 4_096;

/**
 * Matches a shell pattern (`*`, `?`, `[…]`; POSIX.1-2024, 2.14) against a whole text, in time proportional to
 * the product of their lengths. `/` is an ordinary character, as in parameter expansion and `case`.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  if (text.length > MAX_LENGTH || pattern.length > MAX_LENGTH) return false;
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    const step = pattern[from] === "*" ? 0 : matchOne(text[at] as string, pattern, from);
    if (pattern[from] === "*") {
      star = from++;
      mark = at;
    } else if (step > 0) {
      at++;
      from += step;
    } else if (star >= 0) {
      from = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[from] === "*") from++;
  return from === pattern.length;
}

/** How many pattern characters match this one character; 0 when none does. */
function matchOne(char: string, pattern: string, from: number): number {
  const head = pattern[from];
  if (head === undefined) return 0;
  if (head === "?") return 1;
  if (head === "\\" && from + 1 < pattern.length) return pattern[from + 1] === char ? 2 : 0;
  if (head !== "[") return head === char ? 1 : 0;
  const end = pattern.indexOf("]", from + 2);
  if (end < 0) return head === char ? 1 : 0;
  const inside = pattern.slice(from + 1, end);
  const negated = /^[!^]/.test(inside);
  return inBracket(char, negated ? inside.slice(1) : inside) !== negated ? end - from + 1 : 0;
}

function inBracket(char: string, inside: string): boolean {
  for (let at = 0; at < inside.length; at++) {
    const low = inside[at] as string;
    if (inside[at + 1] === "-" && at + 2 < inside.length) {
      if (char >= low && char <= (inside[at + 2] as string)) return true;
      at += 2;
    } else if (char === low) return true;
  }
  return false;
}
