/**
 * Syntax that zsh executes and bash reads as something harmless. Found by shape, outside single quotes: the
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

/** Names the first construct that only zsh would execute, or `undefined`. Linear in the length of the text. */
export function zshOnly(text: string): string | undefined {
  const outside = text.replace(/'[^']*'/g, "''").replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return SHAPES.find(([shape]) => shape.test(outside))?.[1];
}
