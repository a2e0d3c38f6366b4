import { UserError } from "../../error.ts";

/** The members of an object that was read from disk: each is there with the right type, or it throws. */
export interface Members {
  has(name: string): boolean;
  value(name: string): unknown;
  text(name: string): string;
  number(name: string): number;
  texts(name: string): readonly string[];
  list<T>(name: string, each: (value: unknown) => T): readonly T[];
  oneOf<T extends string>(name: string, allowed: readonly T[]): T;
}

/** Reads a value as an object. `where` names the file for messages. Throws `UserError`. */
export function members(value: unknown, where: string): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unreadable(where, "an object is missing");
  const object = value as Readonly<Record<string, unknown>>;
  const has = (name: string) => Object.hasOwn(object, name) && object[name] !== undefined;
  const wrong = (name: string, expected: string) => unreadable(where, `\`${name}\` is not ${expected}`);
  const list = <T>(name: string, each: (value: unknown) => T): readonly T[] => {
    const found = has(name) ? object[name] : undefined;
    if (!Array.isArray(found)) throw wrong(name, "a list");
    return found.map(each);
  };
  const text = (name: string): string => {
    const found = has(name) ? object[name] : undefined;
    if (typeof found !== "string") throw wrong(name, "a text");
    return found;
  };
  return {
    has,
    list,
    text,
    value: (name) => (has(name) ? object[name] : null),
    number: (name) => {
      const found = has(name) ? object[name] : undefined;
      if (typeof found !== "number" || !Number.isFinite(found)) throw wrong(name, "a number");
      return found;
    },
    texts: (name) =>
      list(name, (one) => {
        if (typeof one !== "string") throw wrong(name, "a list of texts");
        return one;
      }),
    oneOf: (name, allowed) => {
      const found = allowed.find((one) => one === text(name));
      if (found === undefined) throw wrong(name, `one of ${allowed.join(", ")}`);
      return found;
    },
  };
}

/** The record of a restore point cannot be understood. */
export function unreadable(where: string, why: string): UserError {
  return new UserError(
    "POINT_UNREADABLE",
    `cannot read the restore point \`${where}\`: ${why}`,
    "its contents lie in the folder of the same name; nothing was changed",
  );
}
