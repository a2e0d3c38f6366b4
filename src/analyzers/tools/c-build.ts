import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, runsCode, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { judgeMake } from "../project/make-command.ts";
import { namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "c-build",
  title: "make, CMake, Ninja, Meson, Bazel and C compilers",
  about:
    "A makefile is read: the recipes of the targets and their prerequisites are judged as shell texts, with variables expanded. A target that cannot be read is judged by its name. Compilers write what `-o` names.",
  programs: wordsOf(`
    make gmake remake bmake ninja samu cmake meson muon bazel bazelisk buck buck2 pants scons waf
    xmake premake5 configure autoreconf autoconf automake aclocal libtool libtoolize gcc g++ cc c++
    clang clang++ tcc icc nvcc emcc em++ emcmake emmake gfortran ld ld.lld lld gold as nasm yasm
    ranlib strip objcopy windres swig bear conan vcpkg qmake moc uic zig nimble shards v odin dub
    dmd ldc2 ghc cabal stack ocamlfind dune opam esy gprbuild fpc gnatmake erlc mlton rebar3 gleam
    roc hare platformio pio arduino-cli idf.py west verilator iverilog yosys sbcl-build
  `),
  analyze(command, scene) {
    if (["make", "gmake", "remake", "bmake"].includes(command.program)) return judgeMake(command, scene);
    if (command.program === "cmake") return cmake(command, scene);
    return COMPILERS.test(command.program) ? compile(command, scene) : build(command, scene);
  },
  examples: [
    {
      run: "make test",
      files: { Makefile: "test: build\n\tpytest -q\nbuild:\n\tmkdir -p out\n" },
      does: ["create directory out", "execute? workspace-code pytest"],
      tier: 1,
    },
    {
      run: "make clean",
      files: { Makefile: "OUT = build\nclean:\n\t@rm -rf $(OUT)\n" },
      does: ["delete directory build"],
      tier: 1,
    },
    {
      run: "make wipe",
      files: { Makefile: "wipe:\n\trm -rf /srv/data\n" },
      does: ["delete directory /srv/data @local"],
      tier: 3,
    },
    { run: "make", does: ["execute? workspace-code make"], tier: 1 },
    { run: "make deploy", does: ["unknown? task make deploy @unknown"], tier: 3 },
    { run: "make -n deploy", does: [], tier: 0 },
    { run: "cmake --build build -j8", does: ["execute? workspace-code cmake --build"], tier: 1 },
    { run: "cmake -E rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "gcc -O2 -o app main.c", does: ["create file app"], tier: 1 },
    {
      run: "bazel run //tools:deploy_prod",
      does: ["unknown? task bazel run //tools:deploy_prod @production"],
      tier: 3,
    },
  ],
};

function cmake(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: wordsOf(`
    -S -B -G -D -T -A -C -P -t --target --build --install --prefix --config --preset --component -j
    --parallel --open --toolchain -U
  `),
  });
  const by = command.source;
  const at = command.args.findIndex((word) => word.text === "-E");
  if (at >= 0) return commandMode(command.args.slice(at + 1), scene, by);
  if (options.has("-N", "--system-information", "--list-presets", "-LA", "--help-command")) return NOTHING;
  const script = options.value("-P");
  if (script) return act("code", scene, { kind: "task", name: `cmake -P ${script.source}`, by });
  if (options.has("--install")) return install(options.value("--prefix"), scene, by);
  if (options.has("--build")) {
    const targets = options.values("-t", "--target").map((word) => word.text ?? "");
    const names = targets.filter((name) => name !== "");
    return names.length === 0
      ? runsCode(scene, "cmake --build", by)
      : combine(...names.map((name) => namedTask(scene, "cmake --build", name, by)));
  }
  const folder = options.value("-B");
  return combine(
    runsCode(scene, "cmake", by),
    found(folder ? fileEffects("change", folder, scene, { recursive: true, by }) : []),
  );
}

function install(prefix: Word | undefined, scene: Scene, by: string): Finding {
  if (prefix === undefined) return act("outside", scene, { kind: "software", name: "cmake --install", by });
  return found(fileEffects("change", prefix, scene, { recursive: true, by }));
}

/** `cmake -E`: a portable set of file commands (cmake(1), "Run a Command-Line Tool"). */
function commandMode(args: readonly Word[], scene: Scene, by: string): Finding {
  const [verb, ...rest] = args;
  const { operands } = parseOptions(rest, { values: ["-t", "--modify"] });
  const last = operands.at(-1);
  switch (verb?.text) {
    case "rm":
    case "remove":
    case "remove_directory":
      return found(
        operands.flatMap((word) =>
          fileEffects("delete", word, scene, { recursive: verb.text !== "remove", by }),
        ),
      );
    case "env":
    case "time":
    case "chdir":
      return scene.argv(verb.text === "chdir" ? rest.slice(1) : withoutAssignments(rest));
    case "make_directory":
    case "touch":
      return found(operands.flatMap((word) => fileEffects("change", word, scene, { by })));
    case "copy":
    case "copy_if_different":
    case "copy_directory":
    case "rename":
    case "create_symlink":
      return found(last ? fileEffects("change", last, scene, { recursive: true, by }) : []);
    case "tar":
      return act("change", scene, { kind: "file", name: "cmake -E tar", by });
    case "echo":
    case "cat":
    case "true":
    case "false":
    case "capabilities":
    case "compare_files":
    case "environment":
    case "sleep":
    case "sha256sum":
    case "md5sum":
      return NOTHING;
  }
  return act("unknown", scene, { kind: "cmake", name: `cmake -E ${verb?.source ?? ""}`, by });
}

function withoutAssignments(words: readonly Word[]): readonly Word[] {
  const at = words.findIndex((word) => !/^([A-Za-z_]\w*=|--)/.test(word.text ?? word.prefix));
  return at < 0 ? [] : words.slice(at);
}

const COMPILERS =
  /^(gcc|g\+\+|cc|c\+\+|clang|clang\+\+|tcc|icc|nvcc|emcc|em\+\+|gfortran|ld|ld\.lld|lld|gold|as|nasm|yasm|ar|ranlib|strip|objcopy|windres|swig|erlc|fpc|ghc|dmd|ldc2)$/;
const COMPILER_VALUES = wordsOf(`
    -o -I -L -l -D -U -x -include -isystem -MF -MT -T -Wl -arch -target -framework -f -O -m -W -g -s
  `);

/** Compilers, assemblers, linkers and archivers write one file; plugins and wrappers run other programs. */
function compile(command: Command, scene: Scene): Finding {
  const by = command.source;
  const texts = command.args.map((word) => word.text ?? word.prefix);
  if (
    texts.some((text) =>
      /^(-fplugin=|-wrapper|-Xclang|-specs=|-B\/|-fpass-plugin=|--sysroot-exec)/.test(text),
    )
  )
    return runsCode(scene, command.program, by);
  if (
    texts.some((text) =>
      /^(-E|-fsyntax-only|-dumpversion|-dumpmachine|--print-[\w-]+|-print-[\w-]+|-v|-###)$/.test(text),
    ) &&
    !texts.includes("-o")
  )
    return NOTHING;
  if (["ar", "ranlib", "strip", "objcopy"].includes(command.program)) return archived(command, scene);
  const at = texts.indexOf("-o");
  const attached = command.args.find((word) => /^-o./.test(word.text ?? ""));
  const output =
    at >= 0
      ? command.args[at + 1]
      : attached
        ? { ...attached, text: attached.text?.slice(2), prefix: attached.prefix.slice(2) }
        : undefined;
  if (output === undefined)
    return command.args.length === 0
      ? NOTHING
      : act("change", scene, { kind: "file", name: command.program, by });
  return found(fileEffects("change", output, scene, { by }));
}

function archived(command: Command, scene: Scene): Finding {
  const by = command.source;
  if (command.program === "ar" && /^-?[tp]/.test(command.args[0]?.text ?? "")) return NOTHING;
  const options = parseOptions(command.args, { values: COMPILER_VALUES });
  const output = options.value("-o");
  const targets = output
    ? [output]
    : command.program === "ar"
      ? options.operands.slice(1, 2)
      : command.program === "objcopy"
        ? options.operands.slice(-1)
        : options.operands;
  return found(targets.flatMap((word) => fileEffects("change", word, scene, { by })));
}

const BUILD_VALUES = wordsOf(`
    -C -f -j -k -l -t -d -w --config -c --wipe --jobs --target --prefix -p --profile --package -o
    --output
  `);
const BUILD_READS =
  /^(query|cquery|aquery|info|version|help|introspect|targets|uquery|audit|log|peek|dependees|dependencies|list|show|search|path|env|config-list|tree)$/;

/** Ninja, Meson, Bazel and other builders: verbs and targets by name, everything else is the project's code. */
function build(command: Command, scene: Scene): Finding {
  const { program, source: by } = command;
  const options = parseOptions(command.args, {
    values: BUILD_VALUES,
    stopAtOperand: ["bear", "ccache", "distcc", "emmake", "emcmake"].includes(program),
  });
  const [verb] = options.operands;
  const name = verb?.text ?? "";
  if (["bear", "ccache", "distcc", "emmake", "emcmake"].includes(program))
    return wraps(options.operands, scene, by);
  if (BUILD_READS.test(name) || options.has("-n", "--dry-run")) return NOTHING;
  if (
    [
      "opam",
      "conan",
      "vcpkg",
      "nimble",
      "cabal",
      "stack",
      "shards",
      "dub",
      "rebar3",
      "pio",
      "platformio",
      "arduino-cli",
      "gleam",
    ].includes(program)
  )
    return packages(program, name, scene, by);
  const said = options.operands.map((word) => word.text ?? "?").filter((text) => !text.includes("="));
  const words = said.slice(0, 3).join(" ");
  return namedTask(scene, program, words, by);
}

function wraps(operands: readonly Word[], scene: Scene, by: string): Finding {
  return operands.length === 0 ? act("read", scene, { kind: "cache", name: by, by }) : scene.argv(operands);
}

function packages(program: string, verb: string, scene: Scene, by: string): Finding {
  if (["publish", "upload", "hex"].includes(verb)) {
    const local = program === "pio" || program === "platformio" || program === "arduino-cli";
    return act(local ? "code" : "publish", scene, {
      kind: "package.version",
      name: `${program} ${verb}`,
      by,
    });
  }
  if (program === "opam" && ["init", "install", "switch", "remove", "upgrade", "pin"].includes(verb))
    return act("outside", scene, { kind: "software", name: `opam ${verb}`, by });
  if (
    verb === "install" ||
    verb === "add" ||
    verb === "update" ||
    verb === "build-deps" ||
    verb === "upgrade"
  )
    return act("change", scene, { kind: "packages", name: `${program} ${verb}`, by });
  return runsForeign(program, verb)
    ? runsForeignCode(scene, by, by)
    : runsCode(scene, `${program} ${verb}`.trim(), by);
}

function runsForeign(program: string, verb: string): boolean {
  return program === "conan" && verb === "remote";
}
