import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "desktop",
  title: "Desktop: settings, simulated keys, printing, file helpers",
  about:
    "What changes the settings of the desktop, presses keys for a person, prints, or moves files through the desktop's own tools.",
  programs: [
    "gnome-open",
    "kde-open",
    "sensible-browser",
    "gio",
    "atom",
    "gedit",
    "kate",
    "bbedit",
    "afplay",
    "aplay",
    "paplay",
    "clip.exe",
    "xdotool",
    "ydotool",
    "wtype",
    "cliclick",
    "automator",
    "shortcuts",
    "defaults",
    "PlistBuddy",
    "gsettings",
    "dconf",
    "kwriteconfig5",
    "grim",
    "qlmanage",
    "mdutil",
    "lpr",
    "lp",
  ],
  analyze,
  examples: [
    { run: "sensible-browser https://example.com", does: [], tier: 0 },
    { run: "gnome-open ./install.sh", does: ["unknown? program ./install.sh @local"], tier: 2 },
    { run: "grim shot.png", does: ["create file shot.png"], tier: 1 },
    { run: "lpr report.pdf", does: ["send printer lpr report.pdf @local"], tier: 2 },
    { run: "gsettings get org.gnome.desktop.interface gtk-theme", does: [], tier: 0 },
    { run: "xdotool type 'rm -rf /'", does: ["unknown? desktop xdotool type 'rm -rf /' @local"], tier: 2 },
    { run: "defaults read com.apple.finder", does: [], tier: 0 },
    {
      run: "defaults write com.apple.finder X -bool true",
      does: ["change desktop.setting defaults write com.apple.finder X -bool true @local"],
      tier: 2,
    },
    {
      run: "defaults delete com.apple.finder",
      does: ["delete desktop.setting defaults delete com.apple.finder @local"],
      tier: 3,
    },
    { run: "gio trash a.txt", files: { "a.txt": "" }, does: ["delete file a.txt"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (/^(gnome-open|kde-open|sensible-browser)$/.test(program)) return opened(command, scene);
  if (program === "gio") return desktopFiles(command, scene);
  if (/^(atom|gedit|kate|bbedit)$/.test(program)) return NOTHING;
  if (/^(xdotool|ydotool|wtype|cliclick|automator|shortcuts)$/.test(program)) return pressed(command, scene);
  if (/^(defaults|PlistBuddy|gsettings|dconf|kwriteconfig5|mdutil)$/.test(program))
    return settings(command, scene);
  if (program === "grim") return picture(command, scene);
  if (program === "lpr" || program === "lp")
    return found([
      effect({
        verb: "send",
        kind: "printer",
        name: nameOf(command),
        environment: "local",
        reversibility: "R4",
        marks: ["outside"],
        by: command.source,
      }),
    ]);
  return { effects: [], output: OPAQUE };
}

function nameOf(command: Command): string {
  return [command.program, ...command.args.map((arg) => arg.source)].join(" ");
}

/** What opens by itself runs: scripts and applications do, documents and pages do not. */
function opened(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-a", "-b", "-h", "--env", "-o", "--stdin", "--stdout", "--stderr"],
  });
  const runs = options.operands.filter((word) =>
    word.text === undefined
      ? false
      : /\.(command|tool|app|sh|terminal|workflow|scpt|applescript|pkg|dmg|desktop|exe|bat|jar|mobileconfig)\/?$/i.test(
          word.text,
        ),
  );
  const handlers = options.operands.filter(
    (word) =>
      /^(?!https?:|file:|mailto:|vscode:)[a-z][a-z0-9+.-]+:/i.test(word.text ?? "") &&
      !/^[a-z]:[\\/]/i.test(word.text ?? ""),
  );
  const hidden = options.has("--args")
    ? [unknownEffect(scene, "program", nameOf(command), command.source)]
    : [];
  const effects = [...runs, ...handlers].map((word) =>
    unknownEffect(scene, "program", word.text ?? word.source, command.source),
  );
  return found([...effects, ...hidden]);
}

function desktopFiles(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = parseOptions(command.args, { values: ["-t", "-a", "-n", "-f"] }).operands;
  const by = command.source;
  switch (verb?.text) {
    case "trash":
      return command.args.some((arg) => arg.text === "--empty")
        ? found([
            machineEffect(scene, {
              verb: "delete",
              kind: "trash",
              name: "everything in it",
              count: null,
              marks: ["backup", "bulk", "outside"],
              by,
            }),
          ])
        : found(rest.flatMap((file) => fileEffects("delete", file, scene, { by, recursive: false })));
    case "remove":
      return found(rest.flatMap((file) => fileEffects("delete", file, scene, { by })));
    case "copy":
    case "move":
    case "rename":
      return scene.argv([{ ...verb, text: verb.text === "copy" ? "cp" : "mv" }, ...rest]);
    case "mkdir":
    case "save":
    case "set":
      return found(rest.slice(0, 1).flatMap((file) => fileEffects("change", file, scene, { by })));
    case "launch":
    case "mount":
      return found([unknownEffect(scene, "program", nameOf(command), by)]);
    default:
      return NOTHING;
  }
}

/** Programs that act on the screen as the person would: they can confirm anything. */
function pressed(command: Command, scene: Scene): Finding {
  const verb = command.args[0]?.text ?? "";
  if (/^(get.*|search|version|help|list|view|-h|--version)$/.test(verb))
    return { effects: [], output: OPAQUE };
  return found([unknownEffect(scene, "desktop", nameOf(command), command.source)]);
}

function settings(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  const by = command.source;
  const { program } = command;
  if (program === "plutil" || program === "PlistBuddy") {
    const reads =
      program === "plutil"
        ? !texts.some((text) => /^-(convert|insert|replace|remove|create|extract)$/.test(text)) ||
          texts.includes("-")
        : texts.every((text) => !/^(add|set|delete|copy|merge|import|clear|revert|save)\b/i.test(text));
    const file = command.args.findLast((arg) => !(arg.text ?? "").startsWith("-"));
    return reads || !file
      ? { effects: [], output: OPAQUE }
      : found(fileEffects("change", file, scene, { by }));
  }
  const verb = texts.find((text) => !text.startsWith("-")) ?? "";
  if (
    /^(read.*|get|list.*|find|domains|export|help|range|describe|writable|monitor|dump|watch|)$/.test(verb) ||
    texts.includes("-s")
  )
    return { effects: [], output: OPAQUE };
  const removes = /^(delete|reset|reset-recursively)$/.test(verb) || texts.includes("-E");
  return found([
    machineEffect(scene, {
      verb: removes ? "delete" : "change",
      kind: "desktop.setting",
      name: nameOf(command),
      reversibility: removes ? "R4" : "R1",
      marks: ["outside"],
      by,
    }),
  ]);
}

function picture(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-R", "-D", "-T", "-t", "-l", "-f", "-d", "-e", "-q", "-g", "-o", "--file", "--delay", "--exec"],
  });
  const starts = options
    .values("-e", "--exec")
    .filter(() => command.program === "scrot")
    .flatMap((text) =>
      text.text === undefined
        ? [unknownEffect(scene, "program", text.source, command.source)]
        : [...scene.shell(text.text).effects],
    );
  const files = [
    ...options.operands,
    ...options.values("--file", ...(command.program === "gnome-screenshot" ? ["-f"] : [])),
  ];
  return found([
    ...files.flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
    ...starts,
  ]);
}
