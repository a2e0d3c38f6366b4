import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import {
  type Language as Grammar,
  Language as GrammarLoader,
  type Node,
  Parser,
  type Tree,
} from "web-tree-sitter";
import type { Language, SyntaxFact, SyntaxNode } from "../../core/facts.ts";

/** Languages of `Language` that tree-sitter reads; PostgreSQL has its own parser. */
export type TreeLanguage = Exclude<Language, "postgresql">;

/** Texts longer than this (UTF-16 code units) are not parsed: whoever wrote the command controls the size. */
export const MAX_LENGTH = 512 * 1024;
/** More nodes than this are not converted. */
export const MAX_NODES = 60_000;
/** Deeper trees are not converted; it also keeps recursive readers away from the end of the stack. */
export const MAX_DEPTH = 200;
/** Milliseconds after which parsing is given up. */
export const MAX_MILLISECONDS = 1_500;

/** The grammars tried in order: TypeScript is what `.ts` files and newer runtimes accept as JavaScript. */
const GRAMMARS: Readonly<Record<TreeLanguage, readonly string[]>> = {
  python: ["python"],
  javascript: ["javascript", "typescript", "tsx"],
  ruby: ["ruby"],
  powershell: ["powershell"],
  php: ["php"],
};

const require = createRequire(import.meta.url);
const grammars = new Map<string, Promise<Grammar>>();
let ready: Promise<void> | undefined;

/**
 * Parses a text into a plain syntax tree. The text is untrusted. Never throws: whatever prevents a complete
 * parse (an ERROR or MISSING node, a bound, a grammar that cannot be loaded) is a `problem`, and then there is
 * no tree.
 */
export async function parseSyntax(language: TreeLanguage, text: string): Promise<SyntaxFact> {
  if (text.length > MAX_LENGTH) return { problem: `text is longer than ${MAX_LENGTH} characters` };
  if (text.includes("\0")) return { problem: "text holds a zero byte" };
  let first: SyntaxFact | undefined;
  for (const grammar of GRAMMARS[language]) {
    const fact = await parseWith(grammar, text).catch((error: unknown) => ({
      problem: `parser failed: ${String(error)}`,
    }));
    if (fact.problem === undefined) return fact;
    first ??= fact;
  }
  return first ?? { problem: "no grammar" };
}

async function parseWith(name: string, text: string): Promise<SyntaxFact> {
  const grammar = await loadGrammar(name);
  const parser = new Parser();
  let tree: Tree | null = null;
  try {
    parser.setLanguage(grammar);
    const deadline = performance.now() + MAX_MILLISECONDS;
    tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
    if (tree === null) return { problem: `parsing took longer than ${MAX_MILLISECONDS} ms` };
    if (tree.rootNode.hasError) return { problem: `text is not complete, valid ${name}` };
    return convert(tree.rootNode, text);
  } finally {
    tree?.delete();
    parser.delete();
  }
}

function loadGrammar(name: string): Promise<Grammar> {
  ready ??= Parser.init({ locateFile: () => require.resolve("web-tree-sitter/web-tree-sitter.wasm") });
  const loaded = grammars.get(name) ?? ready.then(() => readGrammar(name));
  grammars.set(name, loaded);
  return loaded;
}

async function readGrammar(name: string): Promise<Grammar> {
  return GrammarLoader.load(
    await readFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`)),
  );
}

interface Building {
  readonly type: string;
  readonly text: string;
  readonly field?: string;
  readonly children: SyntaxNode[];
}

/** Plain data from a tree: named nodes, and unnamed ones that stand in a field (operators). */
function convert(root: Node, source: string): SyntaxFact {
  const cursor = root.walk();
  try {
    const top = build(root, null, source);
    const open: Building[] = [top];
    let count = 1;
    if (!cursor.gotoFirstChild()) return { tree: top };
    for (;;) {
      const node = cursor.currentNode;
      const field = cursor.currentFieldName;
      let below = false;
      if (node.isNamed || field !== null) {
        if (++count > MAX_NODES) return { problem: `text has more than ${MAX_NODES} syntax nodes` };
        const built = build(node, field, source);
        open.at(-1)?.children.push(built);
        below = cursor.gotoFirstChild();
        if (below) open.push(built);
        if (open.length > MAX_DEPTH) return { problem: `text is nested deeper than ${MAX_DEPTH} levels` };
      }
      if (below) continue;
      while (!cursor.gotoNextSibling()) {
        open.pop();
        if (open.length === 0 || !cursor.gotoParent()) return { tree: top };
      }
    }
  } finally {
    cursor.delete();
  }
}

function build(node: Node, field: string | null, source: string): Building {
  const text = source.slice(node.startIndex, node.endIndex);
  return { type: node.type, text, ...(field === null ? {} : { field }), children: [] };
}
