import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";

/**
 * Syntax that zsh executes and bash reads as something harmless. Found by shape, outside of quotes: the
 * answer only ever adds an unknown effect, so a false find costs a question and a miss is what bash would do.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [
    /[*?\w./-]\((?:[#^]?[a-zA-Z@%./*^-]*)(?:e(?:[:'"{[|+]|\$)|\+\w)[^)]*\)/,
    "a glob qualifier that runs code",
  ],
  [/(?:^|[\s=])=\((?!\()/, "=(…) runs a command"],
  [/\$\{\([a-zA-Z@#%~^=+.:0-9]{0,32}e/, "a parameter flag that evaluates"],
  [/(?:^|[;&|\n]\s*)(?:zmodload|zf_\w+|sysopen|syswrite|ztcp|zsystem)\b/, "a zsh module"],
  [/(?:^|[;&|\n]\s*)(?:foreach|nocorrect|noglob|repeat)\s/, "a zsh command word"],
  [/\}\s*always\s*\{/, "an always block"],
];

/**
 * Names the first construct that only zsh would execute, or `undefined`. What is quoted, and what stands in a
 * here-document, is text for any shell. Linear in the length of the text.
 */
export function zshOnly(text: string, script: ParsedScript | undefined): string | undefined {
  const code = script ? withoutData(text, script) : text;
  return SHAPES.find(([shape]) => shape.test(code))?.[1];
}

const DATA: ReadonlySet<SyntaxNode["type"]> = new Set([
  "HereDocBody",
  "SingleQuoted",
  "DoubleQuoted",
  "AnsiCQuoted",
]);

/** The text with its quoted parts and here-documents blanked, by their places in the syntax tree. */
function withoutData(text: string, script: ParsedScript): string {
  const spans: { pos: number; end: number }[] = [];
  const visit = (node: SyntaxNode) => {
    if (DATA.has(node.type)) spans.push(node);
    // A script in escaped backquotes has places of its own.
    else if (!("source" in node && node.source !== undefined)) forEachChild(node, visit);
  };
  visit(script);
  let code = "";
  let from = 0;
  for (const { pos, end } of spans.sort((a, b) => a.pos - b.pos)) {
    if (pos < from) continue;
    code += `${text.slice(from, pos)}""`;
    from = end;
  }
  return (code + text.slice(from)).replace(/(^|\s)#[^\n]*/g, "$1");
}
