import type { Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import {
  choice,
  joinPaths,
  joinWords,
  knownText,
  list,
  PLAIN,
  text,
  textWith,
  UNKNOWN,
  type Value,
  wordOf,
} from "./values.ts";

const ALTERNATIVES = new Set(["or", "||", "??", "?:", "and", "&&"]);
/** Texts and lists are not repeated to more than this many characters or elements. */
const MAX_REPEATED = 20_000;

/** The value of an operator, folded when its operands are constants. */
export function operate(operator: string, operands: readonly Value[], source: string): Value {
  if (ALTERNATIVES.has(operator)) return choice(operands);
  const [left, right] = operands;
  if (left === undefined || right === undefined) return negated(operator, left);
  if (operator === "+") return added(left, right, source);
  if (operator === "/" && isPath(left, right))
    return { kind: "object", of: "path", at: joinPaths([wordOf(left, source), wordOf(right, source)]) };
  if (operator === "*") return repeated(left, right);
  if (operator === "%" && left.kind === "text") return formatted(left.word, right, source);
  if (operator === "<<" && left.kind === "list") return list([...left.items, right], true);
  return left.kind === "number" && right.kind === "number"
    ? calculated(operator, left.value, right.value)
    : PLAIN;
}

function isPath(left: Value, right: Value): boolean {
  return (left.kind === "object" && left.of === "path") || (right.kind === "object" && right.of === "path");
}

function negated(operator: string, value: Value | undefined): Value {
  return operator === "-" && value?.kind === "number" ? { kind: "number", value: -value.value } : PLAIN;
}

function added(left: Value, right: Value, source: string): Value {
  if (left.kind === "number" && right.kind === "number")
    return { kind: "number", value: left.value + right.value };
  if (left.kind === "list" && right.kind === "list")
    return list([...left.items, ...right.items], left.open || right.open);
  if (left.kind === "list") return list(left.items, true);
  const isText = (value: Value) => value.kind === "text" || (value.kind === "object" && value.of === "path");
  if (left.kind === "remote" || right.kind === "remote") return { kind: "remote" };
  if (isText(left) || isText(right))
    return textWith(joinWords([wordOf(left, source), wordOf(right, source)]));
  return left.kind === "unknown" && right.kind === "unknown" ? UNKNOWN : PLAIN;
}

function repeated(left: Value, right: Value): Value {
  const [value, times] =
    left.kind === "number" ? [right, left.value] : [left, right.kind === "number" ? right.value : undefined];
  if (value.kind === "number")
    return times === undefined ? PLAIN : { kind: "number", value: value.value * times };
  const count = Math.max(0, Math.floor(times ?? -1));
  if (times === undefined || !Number.isFinite(count))
    return value.kind === "list"
      ? list(value.items, true)
      : value.kind === "text"
        ? textWith(unknownWord("repeated text"))
        : PLAIN;
  if (value.kind === "list" && value.items.length * count <= MAX_REPEATED) {
    return list(Array.from({ length: count }, () => value.items).flat(), value.open);
  }
  const known = knownText(value);
  if (known !== undefined && known.length * count <= MAX_REPEATED) return text(known.repeat(count));
  return value.kind === "text" ? textWith(unknownWord("repeated text")) : PLAIN;
}

/** `"%s/%s" % (a, b)`, and PHP's and Ruby's `sprintf`. */
export function formatted(pattern: Word, given: Value, source: string): Value {
  if (pattern.text === undefined)
    return textWith({ ...unknownWord(source), prefix: pattern.prefix.split("%")[0] as string });
  const values = given.kind === "list" ? [...given.items] : [given];
  const words = pattern.text.split(/(%(?:\([^)]*\))?[-+ #0-9.]*[a-zA-Z%])/).map((piece, index): Word => {
    if (index % 2 === 0) return literal(piece);
    if (piece === "%%") return literal("%");
    const value = values.shift();
    const word = wordOf(value, source);
    return /d$/.test(piece) && word.text === undefined ? { ...unknownWord("number"), tame: true } : word;
  });
  return textWith(joinWords(words));
}

function calculated(operator: string, left: number, right: number): Value {
  const result = {
    "-": left - right,
    "/": left / right,
    "%": left % right,
    "**": left ** right,
    "//": Math.floor(left / right),
    "^": left ^ right,
    "|": left | right,
    "&": left & right,
  }[operator];
  return result === undefined || !Number.isFinite(result) ? PLAIN : { kind: "number", value: result };
}
