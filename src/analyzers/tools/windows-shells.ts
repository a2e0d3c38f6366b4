import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { base64Bytes, utf16 } from "../code/decode.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { literal } from "../options.ts";

export const analyzer: Analyzer = {
  name: "windows-shells",
  title: "PowerShell and cmd.exe",
  about:
    "The text of `-Command`, `-EncodedCommand`, `/c` and of script files is read and judged. A PowerShell text that cannot be read completely counts as not understood as a whole.",
  programs: ["powershell", "pwsh", "pwsh-preview", "cmd", "command", "wsl"],
  analyze: (command, scene) =>
    /^(powershell|pwsh)/.test(command.program)
      ? powershell(command, scene)
      : command.program === "wsl"
        ? wsl(command, scene)
        : cmd(command, scene),
  examples: [
    { run: "pwsh -c 'Get-ChildItem'", does: [], tier: 0 },
    {
      run: 'pwsh -NoProfile -Command "Remove-Item dist -Recurse -Force"',
      does: ["delete directory dist"],
      tier: 1,
    },
    {
      run: "powershell.exe -enc UgBlAG0AbwB2AGUALQBJAHQAZQBtACAALwBlAHQAYwAgAC0AUgBlAGMAdQByAHMAZQA=",
      does: ["delete directory /etc @local"],
      tier: 3,
    },
    {
      run: "pwsh -File scripts/x.ps1",
      files: { "scripts/x.ps1": "Remove-Item C:\\* -Recurse -Force" },
      does: ["delete directory C:\\* @local"],
      tier: 3,
    },
    { run: "cmd //c mklink //J link target", does: ["create link link @local"], tier: 1 },
    { run: 'cmd /c "del /q build"', does: ["delete file build"], tier: 1 },
  ],
};

/** Parameters of the program itself that take a value, by the shortest beginning that it accepts. */
const WITH_VALUE =
  /^-(ex(e(c(utionpolicy)?)?)?|ep|o(ut(putformat)?)?|i(nputformat|f)|v(ersion)?|psc(onsolefile)?|wi(n(dowstyle)?)?|w|config\w*|settings\w*|work\w*|wd|cus\w*)$/;

function powershell(command: Command, scene: Scene): Finding {
  for (let at = 0; at < command.args.length; at++) {
    const word = command.args[at] as Word;
    if (word.text === undefined) return unread(command, scene);
    const option = word.text
      .toLowerCase()
      .replace(/^[/\u2013\u2014]/, "-")
      .replace(/^--/, "-");
    const rest = command.args.slice(at + 1);
    if (/^-(c|com|comm|command|commandwithargs|cwa)$/.test(option)) return runText(rest, command, scene);
    if (/^-(e|ec|en|enc\w*)$/.test(option)) return runEncoded(rest[0], command, scene);
    if (/^-(f|fi|fil|file)$/.test(option))
      return rest[0] ? scene.script(rest[0], "powershell", rest.slice(1)) : NOTHING;
    if (/^-(version|help|h|\?)$/.test(option)) return NOTHING;
    if (WITH_VALUE.test(option)) at++;
    else if (!option.startsWith("-"))
      return /\.ps1$/.test(option) || command.program.startsWith("pwsh")
        ? scene.script(word, "powershell", rest)
        : runText(command.args.slice(at), command, scene);
  }
  return command.stdin.kind === "none" ? NOTHING : scene.script(literal("/dev/stdin"), "powershell", []);
}

/** All words after `-Command` are one text; a dash alone reads standard input. */
function runText(words: readonly Word[], command: Command, scene: Scene): Finding {
  if (words[0]?.text === "-") return scene.script(literal("/dev/stdin"), "powershell", []);
  if (words.some((word) => word.text === undefined)) return unread(command, scene);
  return scene.code("powershell", words.map((word) => word.text).join(" "));
}

/** Base64 of UTF-16, little endian (about_PowerShell_exe). */
function runEncoded(word: Word | undefined, command: Command, scene: Scene): Finding {
  const bytes = word?.text === undefined ? undefined : base64Bytes(word.text);
  const text = bytes && utf16(bytes);
  return text === undefined ? unread(command, scene) : scene.code("powershell", text);
}

function unread(command: Command, scene: Scene): Finding {
  return found([unknownEffect(scene, "code", command.program, command.source)]);
}

/** `cmd /c TEXT`; Git for Windows wants the slash doubled. */
function cmd(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((word) => /^\/{1,2}[ckr]/i.test(word.text ?? ""));
  if (at < 0) return command.stdin.kind === "none" ? NOTHING : scene.script(literal("/dev/stdin"), "cmd", []);
  const first = (command.args[at]?.text ?? "").replace(/^\/{1,2}[ckr]/i, "");
  const words = command.args.slice(at + 1);
  if (words.some((word) => word.text === undefined)) return unread(command, scene);
  const texts = words.map((word) =>
    words.length > 1 && /[\s&|]/.test(word.text ?? "") ? `"${word.text}"` : (word.text ?? ""),
  );
  return scene.code("cmd", [first, ...texts].filter((text) => text !== "").join(" "));
}

/** `wsl COMMAND`: a Linux shell behind it. */
function wsl(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((word) => /^(-e|--exec|--)$/.test(word.text ?? ""));
  const words = at >= 0 ? command.args.slice(at + 1) : command.args;
  const [first] = words;
  if (!first) return NOTHING;
  if (/^(--list|-l|--status|--version|--help|--set-default|--set-version)$/.test(first.text ?? ""))
    return NOTHING;
  if (
    /^(--unregister|--shutdown|--terminate|-t|--install|--import|--export|--uninstall|--mount)$/.test(
      first.text ?? "",
    )
  )
    return found([unknownEffect(scene, "wsl", command.source, command.source)]);
  return scene.argv(words);
}
