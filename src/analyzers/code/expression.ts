/**
 * The small common form that Python, JavaScript, Ruby and PHP are read into. It keeps what decides about
 * effects (names, members, calls, constants, functions, assignments) and nothing else. Everything in it comes
 * from a text that the agent controls.
 */
export type Expression =
  | { readonly kind: "text"; readonly value: string; readonly source: string }
  /** A value without a text that matters: numbers keep theirs in `source`; `null`, `true`, a regular expression. */
  | { readonly kind: "plain"; readonly source: string }
  | { readonly kind: "number"; readonly value: number; readonly source: string }
  /** Texts put together: concatenation, interpolation. */
  | { readonly kind: "join"; readonly parts: readonly Expression[]; readonly source: string }
  | { readonly kind: "list"; readonly items: readonly Expression[]; readonly source: string }
  | { readonly kind: "map"; readonly entries: readonly Entry[]; readonly source: string }
  /** `*list`, `...list`: its elements stand here. */
  | { readonly kind: "spread"; readonly value: Expression; readonly source: string }
  | { readonly kind: "name"; readonly name: string; readonly source: string }
  | { readonly kind: "member"; readonly on: Expression; readonly name: string; readonly source: string }
  | { readonly kind: "index"; readonly on: Expression; readonly key: Expression; readonly source: string }
  | CallExpression
  | FunctionExpression
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly value: Expression;
      readonly source: string;
    }
  /** `target += value` and its like. */
  | {
      readonly kind: "append";
      readonly target: Expression;
      readonly value: Expression;
      readonly source: string;
    }
  /** Binds `as` to a module, or to `name` in it. */
  | {
      readonly kind: "import";
      readonly module: string;
      readonly name?: string;
      readonly as: string;
      readonly source: string;
    }
  /** Runs `body` for each element of `over`; the value is the list of what the body gives. */
  | {
      readonly kind: "loop";
      readonly target: Expression;
      readonly over: Expression;
      readonly body: Expression;
      readonly source: string;
    }
  /** Runs in order; the value is that of the last. */
  | { readonly kind: "sequence"; readonly items: readonly Expression[]; readonly source: string }
  /** Any of the branches may run; the condition does. */
  | {
      readonly kind: "branches";
      readonly condition: readonly Expression[];
      readonly branches: readonly Expression[];
      readonly source: string;
    }
  /** Operands of which nothing but their effects matters, joined by `operator`. */
  | {
      readonly kind: "operation";
      readonly operator: string;
      readonly operands: readonly Expression[];
      readonly source: string;
    }
  | { readonly kind: "return"; readonly value: Expression; readonly source: string }
  /** A class: its body is read with the name bound. */
  | {
      readonly kind: "class";
      readonly name: string;
      readonly bases: readonly Expression[];
      readonly body: Expression;
      readonly source: string;
    }
  /** A text given to the system's shell: backticks. */
  | { readonly kind: "shell"; readonly command: Expression; readonly source: string }
  /** Something that this reader does not know; never silently nothing. */
  | { readonly kind: "unread"; readonly what: string; readonly source: string };

export interface Entry {
  readonly key: Expression;
  readonly value: Expression;
}

export interface CallExpression {
  readonly kind: "call";
  readonly callee: Expression;
  readonly args: readonly Expression[];
  readonly named: readonly Entry[];
  readonly source: string;
}

export interface FunctionExpression {
  readonly kind: "function";
  readonly name?: string;
  readonly parameters: readonly Expression[];
  readonly body: Expression;
  readonly source: string;
}

export const NONE: Expression = { kind: "plain", source: "" };

export function textOf(value: string, source = value): Expression {
  return { kind: "text", value, source };
}

export function sequence(items: readonly Expression[], source = ""): Expression {
  return items.length === 1 ? (items[0] as Expression) : { kind: "sequence", items, source };
}
