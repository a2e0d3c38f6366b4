import type { SyntaxNode } from "../../core/facts.ts";
import { type Expression, NONE, sequence, textOf } from "./expression.ts";

/** The child that stands in a field of a node. */
export function fieldOf(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === name);
}

export function fieldsOf(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  return node.children.filter((child) => child.field === name);
}

export function childOf(node: SyntaxNode, ...types: readonly string[]): SyntaxNode | undefined {
  return node.children.find((child) => types.includes(child.type));
}

export function nameOf(name: string, source = name): Expression {
  return { kind: "name", name, source };
}

export function numberOf(node: SyntaxNode): Expression {
  const value = Number(node.text.replace(/_/g, ""));
  return Number.isNaN(value)
    ? { kind: "plain", source: node.text }
    : { kind: "number", value, source: node.text };
}

export function plainOf(node: SyntaxNode): Expression {
  return { kind: "plain", source: node.text };
}

/** One text from pieces, folded where they are constants. */
export function joinOf(parts: readonly Expression[], source: string): Expression {
  if (parts.every((part) => part.kind === "text"))
    return textOf(parts.map((part) => (part.kind === "text" ? part.value : "")).join(""), source);
  return { kind: "join", parts, source };
}

/** All children in order, for what has no meaning of its own. */
export function sequenceOf(node: SyntaxNode, lower: (child: SyntaxNode) => Expression): Expression {
  return sequence(node.children.map(lower), node.text);
}

export function maybe(node: SyntaxNode | undefined, lower: (child: SyntaxNode) => Expression): Expression {
  return node ? lower(node) : NONE;
}
