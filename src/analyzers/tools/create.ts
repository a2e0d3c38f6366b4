import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING, placedFileEffects } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { attached, OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "create",
  title: "Creating and filling files",
  about:
    "mkdir, touch, truncate, tee, sponge, split and their kin: what is created, what is overwritten or emptied.",
  programs: [
    "mkdir",
    "gmkdir",
    "touch",
    "gtouch",
    "truncate",
    "gtruncate",
    "tee",
    "gtee",
    "sponge",
    "split",
    "gsplit",
    "csplit",
    "mktemp",
    "gmktemp",
    "mkfifo",
    "mknod",
    "fallocate",
    "sync",
    "vipe",
    "pee",
  ],
  analyze,
  examples: [
    { run: "mkdir -p src/a/b", does: ["create directory src/a/b"], tier: 1 },
    { run: "mkdir -p src", files: { "src/a": "" }, does: [], tier: 0 },
    { run: "mkdir ~/notes", does: ["create directory /home/dev/notes @local"], tier: 2 },
    { run: "touch a.txt", does: ["create file a.txt"], tier: 1 },
    { run: "touch .git/hooks/pre-commit", does: ["create file .git/hooks/pre-commit"], tier: 4 },
    { run: "truncate -s 0 app.log", files: { "app.log": "x" }, does: ["change file app.log"], tier: 1 },
    { run: "echo 1 | tee out.txt", does: ["create file out.txt"], tier: 1 },
    { run: "echo x | sudo tee /etc/hosts", does: ["create file /etc/hosts @local"], tier: 3 },
    { run: "split -l 100 big.csv part-", does: ["create file part-*"], tier: 1 },
    { run: "mktemp -d", does: [], tier: 0 },
    { run: "mknod /dev/mydisk b 8 0", does: ["create device /dev/mydisk @local"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program.replace(/^g(?=mkdir|touch|truncate|tee|split|mktemp)/, "")) {
    case "mkdir":
      return makeFolders(command, scene);
    case "touch":
      return written(
        parseOptions(command.args, { values: ["-d", "-r", "-t", "--date", "--reference", "--time"] }),
        command,
        scene,
      );
    case "truncate":
      return written(
        parseOptions(command.args, { values: ["-s", "-r", "--size", "--reference"] }),
        command,
        scene,
      );
    case "fallocate":
      return written(
        parseOptions(command.args, { values: ["-l", "-o", "--length", "--offset"] }),
        command,
        scene,
      );
    case "mknod":
    case "mkfifo":
      return makeNode(command, scene);
    case "tee":
      return { ...written(parseOptions(command.args), command, scene), output: command.stdin };
    case "sponge":
      return written(parseOptions(command.args), command, scene);
    case "pee":
      return combine(
        ...command.args.map((arg) =>
          arg.text === undefined ? NOTHING : scene.shell(arg.text, { stdin: command.stdin }),
        ),
      );
    case "split":
    case "csplit":
      return split(command, scene);
    case "mktemp":
      return temporaryFile(command, scene);
    default:
      return { effects: [], output: OPAQUE };
  }
}

/** An empty folder governs nothing, whatever its name. */
function makeFolders(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, { values: ["-m", "--mode"] });
  return found(
    operands.flatMap((folder) => {
      const at = locate(folder, scene);
      if (at.type === "directory" && at.certain) return [];
      return placedFileEffects("create", { ...at, control: undefined }, scene, {
        by: command.source,
        kind: "directory",
      });
    }),
  );
}

function written(options: Options, command: Command, scene: Scene): Finding {
  return found(
    options.operands.flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
  );
}

function makeNode(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, { values: ["-m", "--mode"] });
  const files = command.program === "mknod" ? operands.slice(0, 1) : operands;
  const type = command.program === "mknod" ? operands[1]?.text : "p";
  const device = type === "p" ? {} : { kind: "device", marks: ["device"] as const };
  return found(
    files.flatMap((file) => fileEffects("create", file, scene, { by: command.source, ...device })),
  );
}

function split(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-a",
      "-b",
      "-C",
      "-l",
      "-n",
      "-t",
      "-f",
      "-k",
      "-b",
      "--bytes",
      "--lines",
      "--number",
      "--suffix-length",
      "--additional-suffix",
      "--filter",
      "--line-bytes",
      "--separator",
      "--prefix",
      "--suffix-format",
      "--digits",
    ],
    long: ["--numeric-suffixes", "--hex-suffixes", "--verbose", "--elide-empty-files"],
  });
  const filter = options.value("--filter");
  if (filter)
    return filter.text === undefined
      ? scene.argv([literal("sh"), literal("-c"), filter])
      : scene.shell(filter.text);
  const named = command.program === "csplit" ? options.value("-f", "--prefix") : options.operands[1];
  const prefix: Word = named ?? literal(command.program === "csplit" ? "xx" : "x");
  return found(fileEffects("create", attached(prefix, "*"), scene, { by: command.source }));
}

/** A temporary file of a name that did not exist; `-p` and a template with a folder place it elsewhere. */
function temporaryFile(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-p", "--tmpdir", "--suffix"],
    long: ["--directory", "--dry-run"],
  });
  const [template] = options.operands;
  const folder = options.value("-p", "--tmpdir");
  const place =
    folder ?? (template?.text?.includes("/") || (template && !options.has("-t")) ? template : undefined);
  const kind = options.has("-d", "--directory") ? "directory" : "file";
  const effects =
    place && !options.has("-u", "--dry-run")
      ? fileEffects("create", place, scene, { by: command.source, kind })
      : [];
  const root = literal(scene.setting.temporary[0] ?? "/tmp");
  return found(effects, { kind: "paths", roots: [place ?? root] });
}
