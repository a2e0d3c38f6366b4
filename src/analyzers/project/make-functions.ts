/** Variables that make sets by itself (GNU make manual, "Variables Used by Implicit Rules"). */
export const IMPLICIT_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["AR", "ar"],
  ["AS", "as"],
  ["CC", "cc"],
  ["CXX", "g++"],
  ["CPP", "cc -E"],
  ["FC", "f77"],
  ["LEX", "lex"],
  ["YACC", "yacc"],
  ["RM", "rm -f"],
  ["ARFLAGS", "rv"],
  ["MAKE", "make"],
  ["CURDIR", "."],
  ["MAKECMDGOALS", ""],
  ["MAKEFLAGS", ""],
  ...["ASFLAGS", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "FFLAGS", "LDFLAGS", "LDLIBS", "LFLAGS", "YFLAGS"].map(
    (name) => [name, ""] as const,
  ),
]);

/**
 * The value of a make function on arguments that are expanded already (GNU make manual, "Functions for
 * Transforming Text"); `undefined` for what is not computed. A wildcard stays a pattern, which the shell expands
 * to the same files.
 */
export function makeFunction(name: string, args: readonly string[]): string | undefined {
  const [first = "", second = "", third = ""] = args;
  if (name === "error" || name === "warning" || name === "info") return "";
  if (name === "patsubst") return substituted(first, second, third);
  if (args.some((text) => /[$`]/.test(text))) return undefined;
  switch (name) {
    case "wildcard":
    case "strip":
    case "sort":
    case "realpath":
    case "abspath":
      return words(first).join(" ");
    case "subst":
      return first === "" ? third : third.replaceAll(first, second);
    case "addprefix":
      return each(second, (word) => `${first}${word}`);
    case "addsuffix":
      return each(second, (word) => `${word}${first}`);
    case "notdir":
      return each(first, (word) => word.slice(word.lastIndexOf("/") + 1));
    case "dir":
      return each(first, (word) => (word.includes("/") ? word.slice(0, word.lastIndexOf("/") + 1) : "./"));
    case "basename":
      return each(first, (word) => word.replace(/\.[^./]*$/, ""));
    case "suffix":
      return each(first, (word) => /\.[^./]*$/.exec(word)?.[0] ?? "");
    case "firstword":
      return words(first)[0] ?? "";
    case "lastword":
      return words(first).at(-1) ?? "";
    case "word":
      return words(second)[Number(first) - 1] ?? "";
    case "filter":
      return words(second)
        .filter((word) => words(first).some((pattern) => matches(pattern, word)))
        .join(" ");
    case "filter-out":
      return words(second)
        .filter((word) => !words(first).some((pattern) => matches(pattern, word)))
        .join(" ");
    case "findstring":
      return second.includes(first) ? first : "";
  }
  return undefined;
}

/** `$(NAME:a=b)` is `$(patsubst %a,%b,$(NAME))`. */
export function substitutionReference(value: string, from: string, to: string): string | undefined {
  return from.includes("%") ? substituted(from, to, value) : substituted(`%${from}`, `%${to}`, value);
}

/**
 * `patsubst`. When the words come from a shell command, a change of the ending alone leaves the files where they
 * are, so the command stands for them; any other change is not computed.
 */
function substituted(pattern: string, replacement: string, text: string): string | undefined {
  const onlyEnding = pattern.startsWith("%") && replacement.startsWith("%") && !/[/$`]/.test(replacement);
  if (/[$`]/.test(text)) return onlyEnding ? text : undefined;
  if (/[$`]/.test(`${pattern}${replacement}`)) return undefined;
  return each(text, (word) => {
    const [before = "", after = ""] = pattern.split("%");
    if (!pattern.includes("%")) return word === pattern ? replacement : word;
    if (!matches(pattern, word)) return word;
    return replacement.replace("%", () => word.slice(before.length, word.length - after.length));
  });
}

function matches(pattern: string, word: string): boolean {
  if (!pattern.includes("%")) return pattern === word;
  const [before = "", after = ""] = pattern.split("%");
  return word.length >= before.length + after.length && word.startsWith(before) && word.endsWith(after);
}

function each(text: string, change: (word: string) => string): string {
  return words(text).map(change).join(" ");
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
