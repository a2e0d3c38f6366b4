import type { SyntaxFact } from "../../core/facts.ts";

/** Longer texts are refused (bytes): parsing cost grows with the text, and the agent controls it. */
const MAX_BYTES = 1_000_000;

let parser: Promise<(text: string) => unknown> | undefined;

/**
 * Parses SQL as PostgreSQL does (libpg-query: the server's own parser as WebAssembly). `json` is its parse result
 * as plain data; `problem` says why there is none. Never rejects.
 */
export async function parsePostgresql(text: string): Promise<SyntaxFact> {
  if (Buffer.byteLength(text) > MAX_BYTES) return { problem: `longer than ${MAX_BYTES} bytes` };
  if (text.includes("\0")) return { problem: "holds a zero byte" };
  try {
    parser ??= load();
    const parse = await parser;
    return { json: parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message.slice(0, 200) : "parser failed" };
  }
}

/** The parser is 2 MB of WebAssembly and takes tens of milliseconds to start: only who needs it pays for it. */
async function load(): Promise<(text: string) => unknown> {
  const { loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  return parseSync;
}
