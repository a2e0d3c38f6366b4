import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";

export const analyzer: Analyzer = {
  name: "remove",
  title: "Removing files",
  about:
    "rm, rmdir, unlink, shred, wipes and trash tools: every operand is placed (workspace, home, system, device) after symbolic links, wildcards and variables were resolved as far as they can be.",
  programs: [
    "rm",
    "grm",
    "rmdir",
    "grmdir",
    "unlink",
    "gunlink",
    "shred",
    "gshred",
    "srm",
    "wipe",
    "rimraf",
    "del-cli",
    "del",
    "trash",
    "trash-put",
    "trash-rm",
    "trash-empty",
    "trash-list",
    "trash-restore",
    "safe-rm",
  ],
  analyze,
  examples: [
    {
      run: "rm -rf node_modules dist",
      does: ["delete directory node_modules", "delete directory dist"],
      tier: 1,
    },
    { run: "rm notes.txt", files: { "notes.txt": "x" }, does: ["delete file notes.txt"], tier: 1 },
    { run: "rm -rf .", does: ["delete directory ."], tier: 2 },
    { run: "rm -rf ./*", does: ["delete directory *"], tier: 2 },
    { run: "rm -rf ~/Desktop/photos", does: ["delete directory /home/dev/Desktop/photos @local"], tier: 3 },
    { run: "rm -rf /tmp/build-cache", does: ["delete directory /tmp/build-cache @local"], tier: 1 },
    { run: "rm -rf .git", files: { ".git/HEAD": "x" }, does: ["delete directory .git"], tier: 2 },
    { run: 'rm -rf "$UNKNOWN_PLACE"', does: ['delete? directory "$UNKNOWN_PLACE" @local'], tier: 3 },
    { run: "rmdir empty", does: ["delete file empty"], tier: 1 },
    { run: "shred -u draft.txt", does: ["delete file draft.txt"], tier: 1 },
    { run: "shred /dev/sda", does: ["change device /dev/sda @local"], tier: 4 },
    { run: "rimraf dist", does: ["delete directory dist"], tier: 1 },
    { run: "trash-empty", does: ["delete trash everything in it @local"], tier: 3 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "trash-list":
      return NOTHING;
    case "trash-empty":
    case "trash-rm":
      return emptyTrash(command, scene);
    case "trash-restore":
      return found(fileEffects("create", here(command), scene, { by: command.source }));
    case "shred":
    case "gshred":
    case "srm":
    case "wipe":
      return shred(command, scene);
    default:
      return remove(command, scene);
  }
}

const NODE_TOOLS = new Set(["rimraf", "del", "del-cli"]);

function remove(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { long: ["--recursive", "--force", "--dir", "--parents"] });
  if (options.has("--dry-run", "-n") && command.program.startsWith("del")) return NOTHING;
  const whole = NODE_TOOLS.has(command.program) || command.program.startsWith("trash");
  const recursive = whole || options.dynamic || options.has("-r", "-R", "--recursive");
  const effects = options.operands.flatMap((operand) =>
    operand.text === ""
      ? []
      : deleted(NODE_TOOLS.has(command.program) ? withGlob(operand) : operand, recursive),
  );
  return found(effects);

  function deleted(word: Word, below: boolean): readonly Effect[] {
    return fileEffects("delete", word, scene, { recursive: below, by: command.source });
  }
}

/** Node's removal tools expand wildcards by themselves, also in quoted words. */
function withGlob(word: Word): Word {
  return word.text !== undefined && /[*?[{]/.test(word.text) ? { ...word, glob: true } : word;
}

function shred(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-n", "-s", "--iterations", "--size", "--random-source"],
    long: ["--remove"],
  });
  const removes =
    command.program !== "shred" && command.program !== "gshred" ? true : options.has("-u", "--remove");
  const recursive = options.has("-r", "-R");
  return found(
    options.operands.flatMap((operand) =>
      fileEffects(removes ? "delete" : "change", operand, scene, { recursive, by: command.source }),
    ),
  );
}

function emptyTrash(command: Command, scene: Scene): Finding {
  return found([
    machineEffect(scene, {
      verb: "delete",
      kind: "trash",
      name: "everything in it",
      count: null,
      marks: ["backup", "bulk", "outside"],
      by: command.source,
    }),
  ]);
}

function here(command: Command): Word {
  const [first] = parseOptions(command.args).operands;
  return first ?? { text: ".", source: ".", prefix: ".", suffix: "", tame: false, glob: false };
}
