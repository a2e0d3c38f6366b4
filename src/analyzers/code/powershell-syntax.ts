/** A value as it is written in PowerShell: an argument of a command or an expression. */
export type PsNode =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  /** Pieces of one word or of a double-quoted text. */
  | { readonly kind: "join"; readonly parts: readonly PsNode[]; readonly quoted: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly splat: boolean }
  | { readonly kind: "list"; readonly items: readonly PsNode[] }
  | { readonly kind: "hash"; readonly entries: readonly (readonly [PsNode, readonly PsStatement[]])[] }
  | { readonly kind: "block"; readonly body: readonly PsStatement[] }
  /** `( … )`, `$( … )`, `@( … )`: the value is what the statements give. */
  | { readonly kind: "group"; readonly body: readonly PsStatement[] }
  | {
      readonly kind: "member";
      readonly on: PsNode;
      readonly name: PsNode;
      readonly args: readonly PsNode[] | undefined;
      readonly fixed: boolean;
    }
  | { readonly kind: "index"; readonly on: PsNode; readonly key: PsNode }
  | { readonly kind: "type"; readonly name: string }
  | { readonly kind: "cast"; readonly type: string; readonly value: PsNode }
  | { readonly kind: "operation"; readonly operator: string; readonly operands: readonly PsNode[] };

export interface PsArgument {
  /** Name of the parameter without its dash; `undefined` for a value by position. */
  readonly parameter: string | undefined;
  readonly value: PsNode | undefined;
  readonly source: string;
}

export interface PsRedirection {
  readonly operator: string;
  readonly target: PsNode | undefined;
}

export type PsElement =
  | {
      readonly kind: "command";
      readonly invocation: "&" | "." | undefined;
      readonly name: PsNode;
      readonly args: readonly PsArgument[];
      readonly redirections: readonly PsRedirection[];
      readonly source: string;
    }
  | {
      readonly kind: "expression";
      readonly value: PsNode;
      readonly redirections: readonly PsRedirection[];
      readonly source: string;
    };

export type PsStatement =
  | { readonly kind: "pipeline"; readonly elements: readonly PsElement[] }
  | {
      readonly kind: "assign";
      readonly target: PsNode;
      readonly operator: string;
      readonly value: readonly PsStatement[];
    }
  /** Any of the bodies may run, in order, any number of times. */
  | {
      readonly kind: "control";
      readonly conditions: readonly (readonly PsStatement[])[];
      readonly bodies: readonly (readonly PsStatement[])[];
    }
  | {
      readonly kind: "foreach";
      readonly variable: string;
      readonly over: readonly PsStatement[];
      readonly body: readonly PsStatement[];
    }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly parameters: readonly string[];
      readonly body: readonly PsStatement[];
    };
