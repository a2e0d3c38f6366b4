import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { judgeJoined } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "multiplexers",
  title: "Terminal multiplexers: tmux, screen, zellij",
  about:
    "Commands that are started in a session, and keys that are typed into one, are judged like a line of the shell.",
  programs: ["tmux", "screen", "zellij", "abduco", "dtach", "byobu"],
  analyze,
  examples: [
    { run: "tmux new-session -d -s dev 'rm -rf dist'", does: ["delete directory dist"], tier: 1 },
    { run: "tmux send-keys -t dev 'rm -rf /' Enter", does: ["delete directory / @local"], tier: 3 },
    { run: "tmux send-keys -t dev C-c", does: [], tier: 0 },
    { run: "tmux capture-pane -p -t dev", does: [], tier: 0 },
    { run: "tmux ls", does: [], tier: 0 },
    { run: "tmux kill-session -t dev", does: ["stop session dev @local"], tier: 1 },
    { run: "tmux kill-server", does: ["stop session every session @local"], tier: 2 },
    { run: "tmux run-shell 'rm -rf /etc'", does: ["delete directory /etc @local"], tier: 3 },
    { run: "screen -dmS job rm -rf build", does: ["delete directory build"], tier: 1 },
    { run: "screen -S job -X stuff 'rm -rf /\\n'", does: ["delete directory / @local"], tier: 3 },
    { run: "screen -ls", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "tmux":
    case "byobu":
      return tmux(command, scene);
    case "screen":
      return screen(command, scene);
    case "dtach":
    case "abduco":
      return detached(command, scene);
    default:
      return zellij(command, scene);
  }
}

const READS =
  /^(ls|list-.*|lsp|lsw|lsc|lsk|lsb|lscm|info|has-session|has|display-message|display|capture-pane|capturep|show-.*|show|showb|attach|attach-session|a|at|detach|detach-client|wait-for|wait|choose-.*|start-server|start|refresh-client|select-.*|selectp|selectw|switch-client|switchc|rename-.*|rename|renamew|resize-.*|resizep|resizew|move-.*|swap-.*|next-window|next|prev|previous-window|last|copy-mode|clear-history|clearhist|join-pane|joinp|break-pane|breakp|set|set-option|setw|set-window-option|set-environment|setenv|bind.*|unbind.*|load-buffer|loadb|paste-buffer|pasteb|set-buffer|setb|delete-buffer|deleteb|link-window|unlink-window|rotate-window|lock.*|show-messages|clock-mode|display-panes)$/;
const STARTS =
  /^(new-session|new|new-window|neww|split-window|splitw|respawn-pane|respawnp|respawn-window|respawnw|run-shell|run|if-shell|if|pipe-pane|pipep|display-popup|popup)$/;
const VALUES = [
  "-s",
  "-t",
  "-n",
  "-c",
  "-x",
  "-y",
  "-e",
  "-F",
  "-f",
  "-l",
  "-p-",
  "-S",
  "-L",
  "-h-",
  "-w-",
  "-d-",
  "-T",
  "-b-",
].filter((name) => !/-$/.test(name) || name === "-");

/** `tmux [-L x] COMMAND …`, several of them separated by `;`. */
function tmux(command: Command, scene: Scene): Finding {
  const outer = parseOptions(command.args, { values: ["-c", "-f", "-L", "-S", "-T"], stopAtOperand: true });
  const started = outer.values("-c").flatMap((text) => [...judgeJoined([text], command, scene).effects]);
  const settings = outer
    .values("-f")
    .filter((word) => word.text !== "/dev/null")
    .map((word) => unknownEffect(scene, "shell.text", word.source, command.source));
  return found([
    ...started,
    ...settings,
    ...separated(outer.operands).flatMap((words) => oneCommand(words, command, scene)),
  ]);
}

function separated(words: readonly Word[]): readonly (readonly Word[])[] {
  const groups: Word[][] = [[]];
  for (const word of words) {
    if (word.text === ";" || word.text === "\\;") groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups.filter((group) => group.length > 0);
}

function oneCommand(words: readonly Word[], command: Command, scene: Scene): readonly Effect[] {
  const [verb, ...rest] = words;
  const text = verb?.text ?? "";
  if (/^(send-keys|send)$/.test(text)) return typed(rest, command, scene);
  if (/^kill-(server|session|window|pane)$|^killp$|^killw$/.test(text))
    return [ended(text, rest, command, scene)];
  if (/^(source-file|source)$/.test(text))
    return [unknownEffect(scene, "shell.text", words.map((word) => word.source).join(" "), command.source)];
  if (/^(save-buffer|saveb)$/.test(text))
    return parseOptions(rest, { values: ["-b"] }).operands.flatMap((file) => [
      ...fileEffects("change", file, scene, { by: command.source }),
    ]);
  if (/^(bind|bind-key|set-hook)$/.test(text) || (READS.test(text) && !STARTS.test(text)))
    return mentionsShell(rest) ? [unknownEffect(scene, "shell.text", command.source, command.source)] : [];
  if (!STARTS.test(text))
    return [unknownEffect(scene, "tmux.command", text || (verb?.source ?? ""), command.source)];
  const inner = parseOptions(rest, { values: VALUES, stopAtOperand: true }).operands;
  const scripts = /^(if|if-shell)$/.test(text) ? inner.slice(0, 1) : inner;
  const branches = /^(if|if-shell)$/.test(text)
    ? inner.slice(1).map((word) => unknownEffect(scene, "tmux.command", word.source, command.source))
    : [];
  const change = parseOptions(rest, { values: VALUES }).value("-c") ? { cwd: undefined } : {};
  return [...branches, ...(scripts.length > 0 ? judgeJoined(scripts, command, scene, change).effects : [])];
}

function mentionsShell(words: readonly Word[]): boolean {
  return words.some(
    (word) =>
      /^(run-shell|run|if-shell|if|default-command|default-shell|pipe-pane)$/.test(word.text ?? "") ||
      /#\(/.test(word.text ?? word.source),
  );
}

const KEYS =
  /^(C-.|M-.|\^.|F\d+|Up|Down|Left|Right|Escape|Tab|BTab|Space|BSpace|Home|End|NPage|PPage|PageUp|PageDown|DC|IC|[ynq1-9])$/;

/** Keys are what a person would type: text up to each Enter is a line of whatever runs there. */
function typed(rest: readonly Word[], command: Command, scene: Scene): readonly Effect[] {
  const { operands } = parseOptions(rest, { values: ["-t", "-N"] });
  const words = operands.filter((word) => !KEYS.test(word.text ?? ""));
  const texts = words.map((word) => (/^(Enter|C-m|KPEnter)$/.test(word.text ?? "") ? ";" : word.text));
  if (words.every((word) => /^(Enter|C-m|KPEnter)$/.test(word.text ?? ""))) return [];
  if (texts.some((text) => text === undefined))
    return [unknownEffect(scene, "shell.text", command.source, command.source)];
  return scene.shell(
    texts
      .join(" ")
      .replace(/(\s*;)+\s*$/, "")
      .replace(/^(\s*;)+/, ""),
    { cwd: undefined },
  ).effects;
}

function ended(verb: string, rest: readonly Word[], command: Command, scene: Scene): Effect {
  const all = verb === "kill-server" || rest.some((word) => word.text === "-a");
  const name = parseOptions(rest, { values: ["-t"] }).value("-t")?.source ?? verb;
  return machineEffect(scene, {
    verb: "stop",
    kind: "session",
    name: all ? "every session" : name,
    reversibility: "R1",
    wayBack: "none",
    marks: all ? ["bulk"] : [],
    by: command.source,
  });
}

const SCREEN_VALUES = ["-c", "-e", "-h", "-p", "-s", "-S", "-t", "-T", "-X-", "-Logfile", "-D-"].filter(
  (name) => !name.endsWith("-"),
);

function screen(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((arg) => arg.text === "-X");
  if (at >= 0) return screenCommand(command.args.slice(at + 1), command, scene);
  const words = command.args.flatMap((arg) =>
    /^-[dDRrm]+S$/.test(arg.text ?? "") ? [{ ...arg, text: "-S", prefix: "-S" }] : [arg],
  );
  const options = parseOptions(words, { values: SCREEN_VALUES, stopAtOperand: true });
  if (options.has("-l", "-ls", "-list", "-wipe", "-v", "-r", "-x", "-R")) return NOTHING;
  if (options.operands.length > 0) return scene.argv(options.operands);
  return options.has("-d", "-m") || command.args.some((arg) => /^-[dD]m|^-S$/.test(arg.text ?? ""))
    ? NOTHING
    : found([unknownEffect(scene, "shell", "screen", command.source)]);
}

function screenCommand(words: readonly Word[], command: Command, scene: Scene): Finding {
  const [verb, ...rest] = words;
  if (verb?.text === "quit" || verb?.text === "kill")
    return found([
      machineEffect(scene, {
        verb: "stop",
        kind: "session",
        name: command.source,
        reversibility: "R1",
        wayBack: "none",
        by: command.source,
      }),
    ]);
  if (verb?.text === "screen" || verb?.text === "exec") return scene.argv(rest);
  if (verb?.text === "stuff" && rest[0]?.text !== undefined)
    return scene.shell(rest[0].text.replace(/\\n|\\r|\^M|\\015|\\012/g, "\n"), { cwd: undefined });
  if (
    /^(hardcopy|log|logfile|title|detach|sessionname|windows|width|height|scrollback|msgwait|info)$/.test(
      verb?.text ?? "",
    )
  )
    return NOTHING;
  return found([unknownEffect(scene, "shell.text", command.source, command.source)]);
}

function detached(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-e", "-r"], stopAtOperand: true });
  const inner = options.operands.slice(1).filter((word) => !/^-[zEre]$/.test(word.text ?? ""));
  return inner.length > 0 ? scene.argv(inner) : NOTHING;
}

function zellij(command: Command, scene: Scene): Finding {
  const [verb, action, ...rest] = command.args;
  if (verb?.text === "run") {
    const at = command.args.findIndex((arg) => arg.text === "--");
    return at < 0 ? NOTHING : scene.argv(command.args.slice(at + 1));
  }
  if (verb?.text === "action" && action?.text === "write-chars")
    return judgeJoined(rest, command, scene, { cwd: undefined });
  if (/^(kill|delete)-(session|all-sessions)$/.test(verb?.text ?? ""))
    return found([
      machineEffect(scene, {
        verb: "stop",
        kind: "session",
        name: command.source,
        reversibility: "R1",
        wayBack: "none",
        marks: verb?.text?.includes("all") ? ["bulk"] : [],
        by: command.source,
      }),
    ]);
  return NOTHING;
}
