/** One field at the top of an operation: what the server is asked to do. */
export interface Operation {
  readonly type: "query" | "mutation" | "subscription";
  /** Names of the fields at its top, aliases resolved. */
  readonly fields: readonly string[];
}

/**
 * The operations of a GraphQL document (October 2021 specification, §2): their types and top fields. Strings and
 * comments are data. `undefined` when the text is no document that we can follow to its end.
 */
export function operationsOf(document: string): readonly Operation[] | undefined {
  const tokens = tokensOf(document);
  if (tokens === undefined) return undefined;
  const operations: Operation[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] as string;
    const type = token === "{" ? "query" : token;
    if (!/^(query|mutation|subscription|fragment)$/.test(type)) return undefined;
    while (at < tokens.length && tokens[at] !== "{") at += tokens[at] === "(" ? skip(tokens, at) : 1;
    if (tokens[at] !== "{") return undefined;
    const length = skip(tokens, at);
    if (length === 0) return undefined;
    if (type !== "fragment")
      operations.push({
        type: type as Operation["type"],
        fields: topFields(tokens.slice(at + 1, at + length - 1)),
      });
    at += length;
  }
  return operations.length === 0 ? undefined : operations;
}

function tokensOf(document: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const pattern =
    /(\s+|,|#[^\n]*)|("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*")|([A-Za-z_]\w*)|(\.\.\.)|([{}()[\]:!=|&@$])|(-?\d[\d.eE+-]*)|([\s\S])/gy;
  for (let match = pattern.exec(document); match; match = pattern.exec(document)) {
    if (match[1] !== undefined) continue;
    if (match[7] !== undefined) return undefined;
    tokens.push(match[2] !== undefined ? '""' : match[0]);
    if (tokens.length > 20_000) return undefined;
  }
  return tokens;
}

const CLOSES: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/** How many tokens a bracketed group takes, itself included; 0 when it does not end. */
function skip(tokens: readonly string[], from: number): number {
  const stack: string[] = [];
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as string;
    const closes = CLOSES[token];
    if (closes !== undefined) stack.push(closes);
    else if (token === stack.at(-1)) stack.pop();
    if (stack.length === 0) return at - from + 1;
  }
  return 0;
}

function topFields(tokens: readonly string[]): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as string;
    if (CLOSES[token] !== undefined) at += Math.max(skip(tokens, at), 1) - 1;
    else if (token === "...") fields.push("...");
    else if (token === "@") at++;
    else if (/^[A-Za-z_]/.test(token)) {
      const aliased = tokens[at + 1] === ":";
      fields.push(aliased ? (tokens[at + 2] ?? token) : token);
      if (aliased) at += 2;
    }
  }
  return fields;
}
