import type { Verb } from "../../core/effect.ts";
import { verbOfName, wordsOf } from "../cloud/words.ts";
import { operationsOf } from "./graphql.ts";
import { recordOf, textField } from "./input.ts";

/** One field at the top of a mutation and what it does. */
export interface GraphqlDeed {
  readonly field: string;
  readonly verb: Verb;
}

/**
 * What the mutations of a request's body do; empty when it only queries; `undefined` when it is no document that
 * can be followed to its end.
 */
export function graphqlDeeds(body: string): readonly GraphqlDeed[] | undefined {
  const operations = documentsOf(body)?.map(operationsOf);
  if (operations === undefined || operations.some((one) => one === undefined)) return undefined;
  return operations
    .flatMap((one) => one ?? [])
    .flatMap((operation) => (operation.type === "mutation" ? operation.fields : []))
    .map((field) => ({ field, verb: deedOf(field) }));
}

/** True when a text is a GraphQL document, or JSON that carries one, with an operation written out. */
export function carriesGraphql(text: string): boolean {
  return (
    /"query"\s*:\s*"\s*(mutation|query|\{)/.test(text) ||
    /^\s*(#[^\n]*\n\s*)*(mutation|query|subscription)\b[^={]*\{/.test(text)
  );
}

/** The documents in a body: JSON (one or a batch), or the document itself. */
function documentsOf(text: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    const documents = list.map((one) => textField(recordOf(one), "query"));
    return documents.some((one) => one === undefined) ? undefined : documents.map((one) => one ?? "");
  } catch {
    return looseQuery(text) ?? (isDocument(text) ? [text] : undefined);
  }
}

function isDocument(text: string): boolean {
  return (
    /^\s*(#[^\n]*\n\s*)*(query|mutation|subscription|fragment|\{)/.test(text) && !/^\s*\{\s*"/.test(text)
  );
}

/** `{"query": "…"}` that is no exact JSON, as it is often typed: the document between the outer quotation marks. */
function looseQuery(text: string): readonly string[] | undefined {
  const match =
    /^\s*\{\s*"query"\s*:\s*"([\s\S]*?)"\s*(?:,\s*"(?:variables|operationName)"[\s\S]*)?\}\s*$/.exec(text);
  return match?.[1] === undefined ? undefined : [match[1].replaceAll('\\"', '"').replaceAll("\\n", "\n")];
}

/** Field names put the verb first (`deleteProject`) or last (`volumeDelete`): the graver reading counts. */
function deedOf(field: string): Verb {
  const verbs = wordsOf(field)
    .map((word) => verbOfName(word))
    .filter((verb) => verb !== undefined);
  for (const grave of [
    "delete",
    "replace",
    "stop",
    "remove-protection",
    "escalate",
    "send",
    "expose",
    "execute",
  ] as const)
    if (verbs.includes(grave)) return grave;
  return verbs.includes("change") ? "change" : verbs.includes("create") ? "create" : "unknown";
}
