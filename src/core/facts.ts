/** Something an analyzer has to know before it can tell the effects; the gate fetches it through a port. */
export type Need =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "text"; readonly path: string }
  | { readonly kind: "list"; readonly path: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "program"; readonly name: string }
  | { readonly kind: "syntax"; readonly language: Language; readonly text: string };

/** Languages whose parser is loaded only when such a text occurs. */
export type Language = "python" | "javascript" | "ruby" | "powershell" | "postgresql" | "php";

export interface PathFact {
  readonly type: "file" | "directory" | "link" | "other" | "absent";
  /** The path with every symbolic link resolved; of the nearest existing parent when absent. */
  readonly real: string;
}

/** `text` is missing when the file is absent, too large, binary or unreadable; `problem` says which. */
export interface TextFact {
  readonly text?: string;
  readonly problem?: "absent" | "too-large" | "binary" | "unreadable";
}

export interface ListFact {
  readonly names?: readonly string[];
  readonly problem?: "absent" | "too-many" | "unreadable";
}

export interface EnvFact {
  readonly value?: string;
}

export interface ProgramFact {
  /** Real path of the program that the name finds on PATH; missing when there is none. */
  readonly real?: string;
}

/** A node of a concrete syntax tree, cut down to plain data. */
export interface SyntaxNode {
  readonly type: string;
  /** The source text of the node. */
  readonly text: string;
  /** The name of the field under which the parent holds this node, when it has one. */
  readonly field?: string;
  /** Named children, and unnamed ones that stand in a field (operators), in source order. */
  readonly children: readonly SyntaxNode[];
}

/** `problem` when the text could not be parsed completely, or a bound was reached: then there is no tree to trust. */
export interface SyntaxFact {
  readonly tree?: SyntaxNode;
  /** For `postgresql`: the parse result of libpg-query as plain JSON. */
  readonly json?: unknown;
  readonly problem?: string;
}

interface FactByKind {
  path: PathFact;
  text: TextFact;
  list: ListFact;
  env: EnvFact;
  program: ProgramFact;
  syntax: SyntaxFact;
}
export type FactFor<N extends Need> = FactByKind[N["kind"]];

/** What is known so far, by the key of the need. */
export type Facts = ReadonlyMap<string, PathFact | TextFact | ListFact | EnvFact | ProgramFact | SyntaxFact>;

/** The key under which the fact for a need stands. */
export function needKey(need: Need): string {
  switch (need.kind) {
    case "path":
    case "text":
    case "list":
      return `${need.kind}:${need.path}`;
    case "env":
    case "program":
      return `${need.kind}:${need.name}`;
    case "syntax":
      return `syntax:${need.language}:${need.text}`;
  }
}

/** Contract: returns the fact for a need when it is known, else `undefined`. */
export function factFor<N extends Need>(facts: Facts, need: N): FactFor<N> | undefined {
  return facts.get(needKey(need)) as FactFor<N> | undefined;
}
