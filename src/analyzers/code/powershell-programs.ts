import type { Word } from "../analyzer.ts";
import { literal, unknownWord } from "../options.ts";
import type { Argument } from "./powershell-parameters.ts";
import {
  noteFinding,
  noteUnknown,
  PLAIN,
  type PsState,
  type PsValue,
  pathWord,
  REMOTE,
  textValue,
  UNKNOWN,
  wordOf,
  wordsOf,
} from "./powershell-state.ts";
import type { PsElement } from "./powershell-syntax.ts";
import { joinWords } from "./values.ts";

type CommandElement = Extract<PsElement, { kind: "command" }>;

/** A program outside PowerShell, or a script file. */
export function runProgram(
  written: string,
  element: CommandElement,
  args: readonly Argument[],
  input: PsValue | undefined,
  state: PsState,
): PsValue {
  const words = element.args.flatMap((arg, index): readonly Word[] => {
    const value = args[index]?.value;
    if (arg.parameter === undefined) return value ? wordsOf(value, arg.source) : [];
    if (!value) return [literal(`-${arg.parameter}`)];
    return [joinWords([literal(`-${arg.parameter}:`), wordOf(value, arg.source)])];
  });
  return startWords([literal(written), ...words], element.source, state, false, input);
}

/** Starts a program by its words: a script file is read, everything else is judged as a command. */
export function startWords(
  words: readonly Word[],
  source: string,
  state: PsState,
  privileged: boolean,
  input?: PsValue,
): PsValue {
  const [first, ...rest] = words;
  const path = pathWord(first ?? unknownWord(source), state);
  const ran = [...state.downloaded].find((file) =>
    words.some((word) => (word.text ?? "").replace(/^\.[\\/]/, "") === file.replace(/^\.[\\/]/, "")),
  );
  if (ran !== undefined) noteUnknown(state, `${ran} (downloaded before)`, source, ["foreign-code"]);
  if (path.text === undefined) {
    noteUnknown(state, source, source);
    return UNKNOWN;
  }
  const stdin =
    input?.kind === "remote"
      ? ({ kind: "opaque", remote: true, tame: false } as const)
      : input?.kind === "text" && input.word.text !== undefined
        ? ({ kind: "text", text: input.word.text } as const)
        : undefined;
  const change = {
    cwd: state.scene.cwd,
    ...(privileged ? { privileged: true } : {}),
    ...(stdin ? { stdin } : {}),
  };
  const script = /\.(ps1|bat|cmd)$/i.exec(path.text)?.[1]?.toLowerCase();
  if (script !== undefined && !/(^|\/)(gradlew\.bat|mvnw\.cmd|activate(\.ps1|\.bat)?)$/i.test(path.text)) {
    noteFinding(state, state.scene.script(path, script === "ps1" ? "powershell" : "cmd", rest));
    return UNKNOWN;
  }
  if (/(^|\/)activate(\.ps1|\.bat)?$/i.test(path.text)) return PLAIN;
  const program = literal(
    /^[a-z]:/i.test(path.text) ? programOf(path.text) : path.text.replace(/\.exe$/i, ""),
  );
  const finding = state.scene.argv([program, ...rest], change);
  noteFinding(state, finding);
  if (finding.output?.kind === "text") return textValue(finding.output.text);
  return finding.output?.kind === "opaque" && finding.output.remote
    ? REMOTE
    : {
        kind: "text",
        word: { ...unknownWord("output"), tame: finding.output?.kind === "opaque" && finding.output.tame },
      };
}

/** `C:\Program Files\Git\bin\git.exe` is git; a program from anywhere else keeps its path. */
function programOf(path: string): string {
  return /^[a-z]:\\(program files|windows|tools|programdata\\chocolatey)/i.test(path)
    ? (path
        .replace(/\.exe$/i, "")
        .split("\\")
        .at(-1) ?? path)
    : path;
}
