import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, wordsOf } from "../project/deeds.ts";

const EDITORS = wordsOf(
  "code code-insiders codium cursor subl mate zed idea webstorm pycharm goland rubymine clion phpstorm rider",
);
const OPENERS = wordsOf("open xdg-open wslview explorer.exe");

export const analyzer: Analyzer = {
  name: "openers",
  title: "Opening files, pages and editors",
  about:
    "Showing an address, a document or a folder changes nothing; opening a program or a script starts it; an editor's extension is software that runs from then on.",
  programs: [...OPENERS, ...EDITORS],
  analyze(command, scene) {
    return OPENERS.includes(command.program) ? opener(command, scene) : codeEditor(command, scene);
  },
  examples: [
    { run: "open http://localhost:3000", does: [], tier: 0 },
    { run: "xdg-open coverage/index.html", does: [], tier: 0 },
    { run: "open evil.command", does: ["unknown? program evil.command @local"], tier: 2 },
    { run: "open -a Terminal x.sh", does: ["unknown? program Terminal @local"], tier: 2 },
    { run: "code .", does: [], tier: 0 },
    { run: "code --install-extension a.b", does: ["change editor.extension code @local"], tier: 2 },
    { run: "code --add-mcp '{}'", does: ["change agent.configuration code --add-mcp @local"], tier: 4 },
  ],
};

/** File names that an opener starts instead of showing them. */
const STARTS =
  /\.(app|command|tool|sh|exe|bat|cmd|ps1|scpt|applescript|workflow|terminal|jar|desktop|pkg|dmg|msi|mobileconfig)\/?$/i;

function opener(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: ["-a", "-b"] });
  const by = command.source;
  const application = options.value("-a", "-b");
  if (application && /terminal|iterm|automator|script/i.test(application.text ?? "terminal")) {
    return act("unknown", scene, { kind: "program", name: application.source, by });
  }
  const started = options.operands.filter((word) => starts(word));
  if (started.length === 0 || options.has("-R")) return NOTHING;
  return act("unknown", scene, { kind: "program", name: started.map((word) => word.source).join(" "), by });
}

/** Web pages and mail are shown; other schemes hand the rest to whatever program claims them. */
function starts(word: Word): boolean {
  if (word.text === undefined) return !/^https?:/.test(word.prefix) && !word.tame;
  const scheme = /^([a-z][a-z0-9+.-]+):(?!\\)/i.exec(word.text)?.[1]?.toLowerCase();
  return STARTS.test(word.text) || (scheme !== undefined && !/^(https?|file|mailto|vscode)$/.test(scheme));
}

function codeEditor(command: Command, scene: Scene): Finding {
  const by = command.source;
  const texts = command.args.map((word) => word.text ?? word.prefix);
  if (texts.some((text) => text.startsWith("--add-mcp"))) {
    return act("control", scene, { kind: "agent.configuration", name: `${command.program} --add-mcp`, by });
  }
  if (texts.some((text) => /^--(un)?install-extension/.test(text))) {
    return act("outside", scene, { kind: "editor.extension", name: command.program, by });
  }
  const served = ["tunnel", "serve-web", "agent"].includes(texts[0] ?? "");
  return served
    ? act("unknown", scene, { kind: "program", name: `${command.program} ${texts[0]}`, by })
    : NOTHING;
}
