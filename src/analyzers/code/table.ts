import type { Act } from "./walk.ts";

/** The same act under many names, written as one text with spaces between; `prefix` stands before each. */
export function named(names: string, act: Act, prefix = ""): Readonly<Record<string, Act>> {
  return Object.fromEntries(words(names).map((name) => [`${prefix}${name}`, act]));
}

export function words(names: string): readonly string[] {
  return names.split(/\s+/).filter((name) => name !== "");
}
