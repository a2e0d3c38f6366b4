/** A node of a libpg-query parse result: plain JSON, its shape given by PostgreSQL's parsenodes.h. */
export type Node = Readonly<Record<string, unknown>>;

/** The value as an object, or `undefined` when it is none. */
export function nodeOf(value: unknown): Node | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : undefined;
}

/** The objects of a list; empty when it is no list. */
export function list(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.flatMap((item): Node[] => (nodeOf(item) ? [item as Node] : [])) : [];
}

/** The value as a text; empty when it is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Every object right below a node, with the member that holds it. */
export function children(node: Node): readonly (readonly [string, Node])[] {
  return Object.entries(node).flatMap(([key, value]): (readonly [string, Node])[] => {
    if (Array.isArray(value)) return list(value).map((item) => [key, item] as const);
    const child = nodeOf(value);
    return child ? [[key, child] as const] : [];
  });
}

/** `schema.table` of a RangeVar, in either form (`{ RangeVar: … }` or its body). */
export function relationName(node: Node | undefined): string {
  const body = nodeOf(node?.RangeVar) ?? node;
  const parts = [body?.catalogname, body?.schemaname, body?.relname]
    .map(textOf)
    .filter((part) => part !== "" && part !== "public");
  return parts.join(".") || "*";
}

/** Every text below a value, in order: the parts of a qualified name. */
export function stringsIn(value: unknown, depth = 0): readonly string[] {
  if (depth > 12) return [];
  if (Array.isArray(value)) return value.flatMap((item) => stringsIn(item, depth + 1));
  const node = nodeOf(value);
  if (node === undefined) return [];
  const own = ["sval", "str", "fval", "ival", "boolval", "relname", "rolename"].flatMap((key) =>
    typeof node[key] === "object" || node[key] === undefined ? [] : [String(node[key])],
  );
  return [...own, ...children(node).flatMap(([, child]) => stringsIn(child, depth + 1))];
}
