import type { CodeLanguage, Finding, Scene } from "./analyzer.ts";
import { judgeCmd } from "./code/cmd.ts";
import { judgeJavascript } from "./code/javascript.ts";
import { judgePerl } from "./code/perl.ts";
import { judgePhp } from "./code/php.ts";
import { judgePowershell } from "./code/powershell.ts";
import { judgePython } from "./code/python.ts";
import { judgeRuby } from "./code/ruby.ts";
import { judgeSql } from "./direct/sql.ts";
import { environmentOf } from "./environment.ts";

/** Judges a text in a language other than the shell's. */
export function judgeCode(language: Exclude<CodeLanguage, "shell">, text: string, scene: Scene): Finding {
  switch (language) {
    case "python":
      return judgePython(text, scene);
    case "javascript":
      return judgeJavascript(text, scene);
    case "ruby":
      return judgeRuby(text, scene);
    case "perl":
      return judgePerl(text, scene);
    case "php":
      return judgePhp(text, scene);
    case "powershell":
      return judgePowershell(text, scene);
    case "cmd":
      return judgeCmd(text, scene);
    case "sql":
      return judgeSql(
        text,
        { dialect: "postgresql", environment: environmentOf([], scene), target: "database" },
        scene,
      );
  }
}
