/** The operations of a GraphQL document as far as a decision needs them. */
export interface GraphqlDocument {
  /** Kinds of the operations in it. */
  readonly operations: readonly ("query" | "mutation" | "subscription")[];
  /** Names of the fields at the top of its mutations: what is called. */
  readonly calls: readonly string[];
}

/** Longer documents count as not readable. */
const LONGEST = 65_536;

/** Reads a GraphQL document (GraphQL October 2021, section 2). `undefined`: it is none. */
export function parseGraphql(text: string): GraphqlDocument | undefined {
  const tokens = text.length > LONGEST ? undefined : tokenize(text);
  if (!tokens || tokens.length === 0) return undefined;
  const operations: GraphqlDocument["operations"][number][] = [];
  const calls: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] as string;
    if (!/^(\{|query|mutation|subscription|fragment)$/.test(token)) return undefined;
    const open = token === "{" ? at : tokens.indexOf("{", at);
    const end = open < 0 ? undefined : closing(tokens, open);
    if (end === undefined) return undefined;
    if (token === "{" || token === "query") operations.push("query");
    else if (token !== "fragment") {
      operations.push(token as "mutation" | "subscription");
      calls.push(...topFields(tokens, open, end));
    }
    at = end + 1;
  }
  return { operations, calls };
}

function tokenize(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const pattern =
    /[\s,\uFEFF]+|#[^\n\r]*|"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[_A-Za-z]\w*|-?\d[\w.+-]*|[!$&()=:@[\]{}|]/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const [token] = match;
    if (!/^[\s,#\uFEFF]/.test(token)) tokens.push(token.startsWith('"') ? '""' : token);
  }
  return tokens;
}

function closing(tokens: readonly string[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at] === "{") depth++;
    else if (tokens[at] === "}" && --depth === 0) return at;
  }
  return undefined;
}

/** The names right below the braces, aliases left out, arguments and deeper selections skipped. */
function topFields(tokens: readonly string[], open: number, end: number): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (let at = open; at < end; at++) {
    const token = tokens[at] as string;
    if (/^[{([]$/.test(token)) depth++;
    else if (/^[})\]]$/.test(token)) depth--;
    else if (depth === 1 && /^\w+$/.test(token) && tokens[at + 1] !== ":" && tokens[at - 1] !== "@")
      names.push(token);
  }
  return names;
}
