import type { Finding, Scene } from "../analyzer.ts";
import { effect, found } from "../effects.ts";
import { environmentOf } from "../environment.ts";

/** An object's member as text, or `undefined` when it is something else. */
export function textField(input: unknown, name: string): string | undefined {
  const value = recordOf(input)?.[name];
  return typeof value === "string" ? value : undefined;
}

/** The value as an object, or `undefined` when it is none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The objects of a list; `undefined` when the value is no list of objects. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const records = value.map(recordOf);
  return records.some((one) => one === undefined) ? undefined : records.flatMap((one) => (one ? [one] : []));
}

/** A call whose input has not the shape that its tool asks for: nobody can say what it would do. */
export function badInput(tool: string, problem: string, scene: Scene): Finding {
  return found([
    effect({
      verb: "unknown",
      kind: tool,
      name: `input not understood: ${problem}`,
      environment: environmentOf([], scene),
      count: null,
      certain: false,
      by: tool,
    }),
  ]);
}
