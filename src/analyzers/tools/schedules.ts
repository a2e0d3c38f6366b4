import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "schedules",
  title: "Schedules: crontab, at, batch, anacron",
  about:
    "What runs by itself later is governed; the text that `at` and `batch` are given is judged as a script of its own.",
  programs: ["crontab", "fcrontab", "at", "batch", "atrm", "atq", "anacron"],
  analyze,
  examples: [
    { run: "crontab -l", does: [], tier: 0 },
    { run: "crontab -r", does: ["delete schedule crontab @local"], tier: 4 },
    { run: "echo '* * * * * x' | crontab -", does: ["replace schedule crontab @local"], tier: 4 },
    {
      run: "echo 'rm -rf /' | at now + 1 hour",
      does: ["change schedule at now + 1 hour @local", "delete directory / @local"],
      tier: 3,
    },
    { run: "at -l", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "crontab":
    case "fcrontab":
      return crontab(command, scene);
    case "anacron":
      return anacron(command, scene);
    default:
      return later(command, scene);
  }
}

/** A user's table is replaced as a whole by `crontab FILE` and `crontab -`, and gone after `crontab -r`. */
function crontab(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-u", "-s"] });
  if (options.has("-l", "-V", "-T", "-n")) return { effects: [], output: OPAQUE };
  const verb: Effect["verb"] = options.has("-r") ? "delete" : options.has("-e") ? "change" : "replace";
  return found([
    machineEffect(scene, {
      verb,
      kind: "schedule",
      name: "crontab",
      certain: !options.has("-e"),
      reversibility: "R2",
      marks: ["control"],
      by: command.source,
    }),
  ]);
}

function later(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-f", "-q", "-t"] });
  const by = command.source;
  if (command.program === "atq" || options.has("-l", "-c")) return { effects: [], output: OPAQUE };
  const name = [command.program, ...command.args.map((arg) => arg.source)].join(" ");
  if (command.program === "atrm" || options.has("-d", "-r"))
    return found([
      machineEffect(scene, {
        verb: "delete",
        kind: "schedule",
        name,
        reversibility: "R2",
        marks: ["outside"],
        by,
      }),
    ]);
  const file = options.value("-f");
  const text =
    file?.text === undefined
      ? command.stdin.kind === "text"
        ? command.stdin.text
        : undefined
      : scene.need({ kind: "text", path: locate(file, scene).path })?.text;
  const later =
    text === undefined ? [unknownEffect(scene, "shell.text", "run later", by)] : scene.shell(text).effects;
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "schedule",
      name,
      reversibility: "R1",
      marks: ["outside"],
      by,
    }),
    ...later,
  ]);
}

/** `anacron` runs the jobs of the machine's schedule now; `-T` only checks it, `-u` only marks them as done. */
function anacron(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-t", "-S"] });
  if (options.has("-T", "-V")) return NOTHING;
  return found([unknownEffect(scene, "schedule", "the machine's jobs", command.source)]);
}
