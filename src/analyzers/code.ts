import type { CodeLanguage, Finding, Scene } from "./analyzer.ts";
import { judgeCmd } from "./code/cmd.ts";
import { judgeJavascript } from "./code/javascript.ts";
import { judgePerl } from "./code/perl.ts";
import { judgePhp } from "./code/php.ts";
import { judgePowershell } from "./code/powershell.ts";
import { judgePython } from "./code/python.ts";
import { judgeRuby } from "./code/ruby.ts";
import type { Origin } from "./code/walk.ts";
import { judgeSql } from "./direct/sql.ts";
import { environmentOf } from "./environment.ts";

/**
 * Judges a text in a language other than the shell's. What cannot be told ahead stays a question when the text is
 * typed into a command, and is the project's own code when it is a script of the project.
 */
export function judgeCode(
  language: Exclude<CodeLanguage, "shell">,
  text: string,
  scene: Scene,
  origin: Origin = "inline",
): Finding {
  switch (language) {
    case "python":
      return judgePython(text, scene, origin);
    case "javascript":
      return judgeJavascript(text, scene, origin);
    case "ruby":
      return judgeRuby(text, scene, origin);
    case "perl":
      return judgePerl(text, scene, origin);
    case "php":
      return judgePhp(text, scene, origin);
    case "powershell":
      return judgePowershell(text, scene, origin);
    case "cmd":
      return judgeCmd(text, scene, origin);
    case "sql":
      return judgeSql(
        text,
        { dialect: "postgresql", environment: environmentOf([], scene), target: "database" },
        scene,
      );
  }
}
