import type { Language, SyntaxNode } from "../../core/facts.ts";
import type { CodeLanguage, Finding, Scene } from "../analyzer.ts";
import { found, unknownEffect } from "../effects.ts";
import { evaluateProgram } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import type { Dialect, Origin } from "./walk.ts";

/** Longer texts are not judged: whoever wrote the command controls the size. */
const MAX_LENGTH = 512 * 1024;

/**
 * Judges a program by its syntax tree, which is a fact: until it is known, and when the text cannot be parsed
 * completely, the program is an unknown effect.
 */
export function judgeTree(
  language: Exclude<Language, "postgresql"> & CodeLanguage,
  text: string,
  scene: Scene,
  how: {
    readonly dialect: Dialect;
    readonly lower: (root: SyntaxNode) => Expression;
    readonly origin: Origin;
  },
): Finding {
  if (text.length > MAX_LENGTH)
    return found([
      unknownEffect(scene, "code", `${language} (longer than ${MAX_LENGTH} characters)`, text.slice(0, 100), [
        "bound",
      ]),
    ]);
  const fact = scene.need({ kind: "syntax", language, text });
  if (!fact?.tree)
    return found([
      unknownEffect(scene, "code", fact?.problem ? `${language}: ${fact.problem}` : language, text),
    ]);
  return evaluateProgram(how.lower(fact.tree), how.dialect, scene, text, how.origin);
}
