import type { Expression } from "./expression.ts";
import { element, list, PLAIN, reference, UNKNOWN, type Value } from "./values.ts";

/** Takes a value apart along a pattern: `[a, b]`, `{ a, b: c }`, `(a, *b)`. */
export function takeApart(
  pattern: Expression,
  value: Value,
  bind: (part: Expression, value: Value) => void,
): void {
  if (pattern.kind === "list") {
    pattern.items.forEach((item, index) => {
      if (item.kind === "spread")
        bind(item.value, value.kind === "list" ? list(value.items.slice(index), value.open) : list([], true));
      else bind(item, (value.kind === "list" ? value.items[index] : undefined) ?? element(value));
    });
  }
  if (pattern.kind !== "map") return;
  for (const entry of pattern.entries) {
    const key = entry.key.kind === "text" ? entry.key.value : undefined;
    const target = entry.value.kind === "assign" ? entry.value.target : entry.value;
    if (key === undefined) bind(target, UNKNOWN);
    else if (value.kind === "reference") bind(target, reference(`${value.name}.${key}`));
    else if (value.kind === "map") bind(target, value.entries.get(key) ?? (value.open ? UNKNOWN : PLAIN));
    else bind(target, element(value));
  }
}
