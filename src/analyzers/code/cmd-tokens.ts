/** One command of a batch text as typed: quotes and variables still in it. */
export interface CmdCommand {
  readonly words: readonly string[];
  readonly redirections: readonly { readonly operator: string; readonly target: string }[];
  readonly source: string;
}

interface Building {
  words: string[];
  redirections: { operator: string; target: string }[];
  source: string;
}

/**
 * Splits a text for cmd.exe into commands: `&`, `&&`, `||`, `|`, line ends and parentheses separate them, carets
 * escape, double quotes keep. `undefined` when a redirection has no target.
 */
export function readCmd(text: string): readonly CmdCommand[] | undefined {
  const commands: CmdCommand[] = [];
  for (const line of joinedLines(text)) {
    const read = readLine(line);
    if (!read) return undefined;
    commands.push(...read);
  }
  return commands;
}

/** Lines with a caret at the end go on in the next one; remarks and labels are nothing. */
function joinedLines(text: string): readonly string[] {
  return text
    .replace(/\^\r?\n/g, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^@?(rem(\s|$)|::)/i.test(line) && !/^:\w/.test(line));
}

function readLine(line: string): readonly CmdCommand[] | undefined {
  const commands: CmdCommand[] = [];
  let building: Building = { words: [], redirections: [], source: "" };
  let at = 0;
  const finish = () => {
    if (building.words.length > 0 || building.redirections.length > 0) commands.push(building);
    building = { words: [], redirections: [], source: "" };
  };
  while (at < line.length) {
    const rest = line.slice(at);
    const blank = /^[\s,;]+/.exec(rest);
    const separator = /^(&&|\|\||[&|])/.exec(rest);
    const redirection = /^(\d?>>?(?:&\d)?|<)\s*/.exec(rest);
    if (separator && isFor(building)) {
      building.words.push(separator[0]);
      at += separator[0].length;
    } else if (separator) {
      finish();
      at += separator[0].length;
    } else if (blank) at += blank[0].length;
    else if (rest.startsWith("(") && (building.words.length === 0 || opensBlock(building))) at++;
    else if (rest.startsWith(")") && !insideSet(building)) at++;
    else if (redirection) {
      const target = redirection[1]?.includes("&") ? "NUL" : readWord(line, at + redirection[0].length);
      if (target === "") return undefined;
      if (!redirection[1]?.includes("&"))
        building.redirections.push({ operator: redirection[1] ?? ">", target: unescaped(target) });
      at += redirection[0].length + (redirection[1]?.includes("&") ? 0 : target.length);
    } else {
      const word =
        insideSet(building) && rest.startsWith("(")
          ? (/^\([^)]*\)/.exec(rest)?.[0] ?? rest)
          : readWord(line, at);
      building.words.push(unescaped(word));
      building.source += `${building.source === "" ? "" : " "}${word}`;
      at += Math.max(1, word.length);
    }
  }
  finish();
  return commands;
}

/** The command of `for … in ('…')` keeps its own separators until the set is closed. */
function isFor(building: Building): boolean {
  return insideSet(building) && building.words.at(-1)?.toLowerCase() === "in";
}

function insideSet(building: Building): boolean {
  return (
    building.words[0]?.toLowerCase() === "for" && !building.words.some((word) => word.toLowerCase() === "do")
  );
}

function opensBlock(building: Building): boolean {
  const last = building.words.at(-1)?.toLowerCase() ?? "";
  const first = building.words[0]?.toLowerCase();
  return (
    (first === "if" || first === "for") &&
    (last === "do" || last === "else" || first === "if") &&
    !insideSet(building)
  );
}

/** One word: up to a blank or a sign that separates, with quoted parts and escaped signs in it. */
function readWord(line: string, from: number): string {
  let at = from;
  let quoted = false;
  while (at < line.length) {
    const sign = line[at] as string;
    if (sign === "^" && !quoted) at++;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && /[\s,;&|<>()]/.test(sign)) break;
    at++;
  }
  return line.slice(from, at);
}

function unescaped(word: string): string {
  return word.replace(/"[^"]*"?|\^([\s\S])/g, (all, sign?: string) => sign ?? all);
}
