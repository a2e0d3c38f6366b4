import type { Question } from "../../core/policy.ts";

/**
 * A function that writes the memo key of a question: the verb and everything that some rule looks at, and
 * nothing else. Two questions with the same key differ only in what no rule can see, so they have the same
 * answer. Where no rule looks at names, ordinary work is nearly always answered from the memo.
 */
export function keyWriter(reads: readonly string[]): (question: Question) => string {
  const parts = PARTS.filter(({ path }) => reads.some((read) => overlaps(read, path)));
  return (question) => JSON.stringify([question.verb, ...parts.map(({ of }) => of(question))]);
}

/** Reading a whole record reads its parts, and reading a part of an attribute reads the attribute. */
function overlaps(read: string, path: string): boolean {
  return read === path || path.startsWith(`${read}.`) || read.startsWith(`${path}.`);
}

const PARTS: readonly { readonly path: string; readonly of: (question: Question) => unknown }[] = [
  { path: "principal", of: ({ principal }) => [principal.kind, principal.name, principal.operator ?? null] },
  { path: "resource.kind", of: ({ kind }) => kind },
  { path: "resource.name", of: ({ name }) => name },
  { path: "resource.environment", of: ({ environment }) => environment },
  { path: "context.wayBack", of: ({ wayBack }) => wayBack },
  { path: "context.reversibility", of: ({ reversibility }) => reversibility },
  { path: "context.count", of: ({ count }) => count },
  { path: "context.certain", of: ({ certain }) => certain },
  { path: "context.marks", of: ({ marks }) => marks },
  { path: "context.contained", of: ({ contained }) => contained },
  { path: "context.engine", of: ({ engine }) => engine },
  { path: "context.tool", of: ({ tool }) => tool },
];
