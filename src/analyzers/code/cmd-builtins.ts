import type { Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import { linkEffect } from "./powershell-files.ts";
import { joinPaths } from "./values.ts";
import { windowsPath } from "./windows-path.ts";

interface BuiltinCall {
  readonly operands: readonly Word[];
  readonly flags: ReadonlySet<string>;
  readonly by: string;
  readonly scene: Scene;
}

/** Commands inside cmd.exe that only show something, or change only the running session. */
const READS = new Set(
  "dir type echo echo. ver vol cls title color prompt path date time verify break exit goto setlocal endlocal popd shift pause rem assoc ftype more find findstr tree where chcp help hostname whoami ipconfig systeminfo tasklist ping tracert nslookup netstat fc comp sort clip timeout doskey driverquery getmac".split(
    " ",
  ),
);

/** Judges a command that is built into cmd.exe; `undefined` when it is none. */
export function judgeBuiltin(
  name: string,
  args: readonly Word[],
  by: string,
  scene: Scene,
): Finding | undefined {
  if (READS.has(name)) return name === "type" ? reading(args, by, scene) : NOTHING;
  const judge = BUILTINS.get(name);
  if (!judge) return undefined;
  const isFlag = (word: Word) =>
    /^\/\/?[a-z?-]/i.test(word.text ?? "") &&
    !/^\/\/?[a-z]+\//i.test(word.text ?? "") &&
    (word.text ?? "").length <= 8;
  const flags = new Set(
    args
      .filter(isFlag)
      .map((word) => (word.text ?? "").toLowerCase().replace(/^\/+/, "").replace(/:.*$/, "")),
  );
  const operands = args.filter((word) => !isFlag(word)).map((word) => windowsPath(word));
  return judge({ operands, flags, by, scene });
}

function reading(args: readonly Word[], by: string, scene: Scene): Finding {
  return found(args.flatMap((word) => fileEffects("read", windowsPath(word), scene, { by })));
}

const BUILTINS: ReadonlyMap<string, (call: BuiltinCall) => Finding> = new Map<
  string,
  (call: BuiltinCall) => Finding
>([
  ["del", deletes],
  ["erase", deletes],
  ["rd", removesFolder],
  ["rmdir", removesFolder],
  ["md", makes],
  ["mkdir", makes],
  ["move", moves],
  ["ren", renames],
  ["rename", renames],
  ["copy", copies],
  ["xcopy", copies],
  ["mklink", links],
]);

function deletes({ operands, flags, by, scene }: BuiltinCall): Finding {
  return found(
    operands.flatMap((word) => fileEffects("delete", word, scene, { by, recursive: flags.has("s") })),
  );
}

function removesFolder({ operands, flags, by, scene }: BuiltinCall): Finding {
  return found(
    operands.flatMap((word) =>
      fileEffects("delete", word, scene, { by, recursive: flags.has("s"), kind: "directory" }),
    ),
  );
}

function makes({ operands, by, scene }: BuiltinCall): Finding {
  return found(operands.flatMap((word) => fileEffects("create", word, scene, { by, kind: "directory" })));
}

function moves({ operands, by, scene }: BuiltinCall): Finding {
  const [from = unknownWord(by), to = literal(".")] = operands;
  return found([...fileEffects("delete", from, scene, { by }), ...fileEffects("change", to, scene, { by })]);
}

/** The new name stands in the folder of the old one. */
function renames({ operands, by, scene }: BuiltinCall): Finding {
  const [from = unknownWord(by), to = unknownWord(by)] = operands;
  const folder =
    from.text === undefined ? unknownWord(by) : literal(from.text.replace(/[^\\/]*$/, "") || ".");
  return found([
    ...fileEffects("delete", from, scene, { by }),
    ...fileEffects("change", joinPaths([folder, to]), scene, { by }),
  ]);
}

function copies({ operands, flags, by, scene }: BuiltinCall): Finding {
  const to = operands.length > 1 ? (operands.at(-1) as Word) : literal(".");
  const sources = operands.length > 1 ? operands.slice(0, -1) : operands;
  return found([
    ...sources.flatMap((word) => fileEffects("read", word, scene, { by })),
    ...fileEffects("change", to, scene, { by, recursive: flags.has("s") || flags.has("e") }),
  ]);
}

function links({ operands, by }: BuiltinCall): Finding {
  return found([linkEffect(operands[0] ?? unknownWord(by), by)]);
}
