import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import {
  act,
  deedTable,
  publishes,
  rehearses,
  runsCode,
  runsForeignCode,
  wordsOf,
} from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";
import { isUsualRegistry } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "rust",
  title: "Rust",
  about:
    "cargo with its common extensions, rustup and rustc. Building and testing run the project's own code; `cargo install` and rustup change the operator's toolchain; publishing cannot be taken back.",
  programs: wordsOf(`
    cargo cross rustup rustc rustdoc rustfmt clippy-driver wasm-pack trunk cargo-nextest maturin
    cargo-clippy cargo-fmt bacon wasm-bindgen miri
  `),
  analyze(command, scene) {
    if (command.program === "cargo" || command.program === "cross") return cargo(command, scene);
    if (command.program === "rustup") return rustup(command, scene);
    return compile(command, scene);
  },
  examples: [
    { run: "cargo test --workspace", does: ["execute? workspace-code cargo test"], tier: 1 },
    { run: "cargo +nightly fmt --check", does: ["change source cargo fmt"], tier: 1 },
    { run: "cargo tree", does: [], tier: 0 },
    { run: "cargo add serde", does: ["change rust.packages cargo add"], tier: 1 },
    {
      run: "cargo add x --git https://github.com/a/b",
      does: ["execute? foreign-code https://github.com/a/b @local"],
      tier: 2,
    },
    { run: "cargo install ripgrep", does: ["change rust.program ripgrep @local"], tier: 2 },
    { run: "cargo publish", does: ["create crate.version cargo publish @production"], tier: 4 },
    { run: "cargo publish --dry-run", does: ["execute? workspace-code cargo publish --dry-run"], tier: 1 },
    { run: "cargo yank --version 1.0.0", does: ["change crate.version cargo yank @production"], tier: 3 },
    { run: "rustc -o app main.rs", does: ["create file app"], tier: 1 },
  ],
};

const VALUES = wordsOf(`
    --manifest-path -p --package --bin --example --test --bench --features -F --target --target-dir
    --profile -j --jobs --config -Z -C --color --message-format --registry --index --git --branch
    --tag --rev --path --root --version --vers --token --exclude --lockfile-path --out-dir
    --artifact-dir --edition --name --vcs --rename --depth -e --invert -i --prune --format -x --exec
    -s --shell -w --watch --precise
  `);

const DEEDS = deedTable({
  read: `tree metadata search info locate-project pkgid verify-project read-manifest version help report audit deny outdated udeps
    machete msrv geiger bloat license about semver-checks list-owners public-api modules sort-check hack-list`,
  code: `build b check c test t bench run r clippy doc d rustc rustdoc nextest tarpaulin llvm-cov miri expand watch xtask hack mutants fuzz asm flamegraph
    criterion insta valgrind careful show-asm careful bisect-rustc leptos tauri dioxus ndk apk component embed espflash bootimage web pgo dist wasi llvm-lines
    package zigbuild auditable spellcheck about-code all-features rdme samply instruments contract near prisma stylus shear-code`,
  change: `fmt clean update add rm remove fetch vendor generate-lockfile init new fix upgrade set-version edit sort autoinherit shear cache sweep release-version
    generate features-manager interactive-update readme workspaces rail hakari`,
  outside: "uninstall binstall install-update quickinstall",
  login: "login logout",
  registry: "yank",
  publish: "owner",
});

function cargo(command: Command, scene: Scene): Finding {
  const args = command.args[0]?.text?.startsWith("+") ? command.args.slice(1) : command.args;
  const separator = args.findIndex((word) => word.text === "--");
  const options = parseOptions(separator < 0 ? args : args.slice(0, separator), {
    exact: true,
    values: VALUES,
  });
  const [verb, ...operands] = options.operands;
  const by = command.source;
  if (verb === undefined)
    return options.has("--install")
      ? act("outside", scene, { kind: "toolchain", name: "cargo", by })
      : NOTHING;
  const configured = options
    .values("--config")
    .filter((word) => /runner|wrapper|rustc|linker|registr|source/.test(word.text ?? "rustc"));
  if (configured.length > 0) return runsForeignCode(scene, by, by);
  return subcommand({
    verb,
    operands,
    options,
    rest: separator < 0 ? [] : args.slice(separator + 1),
    scene,
    by,
  });
}

interface Request {
  readonly verb: Word;
  readonly operands: readonly Word[];
  readonly options: Options;
  /** What stands after `--`. */
  readonly rest: readonly Word[];
  readonly scene: Scene;
  readonly by: string;
}

const SPECIAL: ReadonlyMap<string, (request: Request) => Finding> = new Map([
  ["install", install],
  ["publish", publish],
  ["add", add],
  ["release", release],
  ["watch", watch],
  ["xtask", (request: Request) => task(request, "cargo xtask")],
  ["make", (request: Request) => task(request, "cargo make")],
  ["sqlx", (request: Request) => request.scene.argv([literal("sqlx"), ...request.operands, ...request.rest])],
  ["prisma", (request: Request) => request.scene.argv([literal("prisma"), ...request.operands])],
  ["loco", (request: Request) => task(request, "cargo loco")],
  ["lambda", (request: Request) => task(request, "cargo lambda")],
  ["shuttle", (request: Request) => task(request, "cargo shuttle")],
  ["run", run],
  ["r", run],
]);

function subcommand(request: Request): Finding {
  const { verb, scene, by, options } = request;
  const special = SPECIAL.get(verb.text ?? "");
  if (special) return special(request);
  const deed = DEEDS.get(verb.text ?? "") ?? "unknown";
  if (deed === "registry" && options.has("--list")) return NOTHING;
  if (verb.text === "owner" && options.has("--list", "-l")) return NOTHING;
  if (verb.text === "owner") return act("publish", scene, { kind: "crate.owner", name: "cargo owner", by });
  const kind =
    deed === "registry"
      ? "crate.version"
      : verb.text === "fmt" || verb.text === "fix"
        ? "source"
        : "rust.packages";
  return act(deed, scene, { kind, name: `cargo ${verb.source}`, by });
}

/** A binary of the project whose name or first argument may say what it does: `cargo run -- migrate reset`. */
function run({ options, operands, rest, scene, by }: Request): Finding {
  const said = [
    options.value("--bin", "--example")?.text,
    ...[...operands, ...rest].slice(0, 2).map((word) => word.text),
  ];
  const words = said.filter((text) => text !== undefined && /^[\w:-]+$/.test(text));
  return namedTask(scene, "cargo run", words.join(" "), by);
}

function task({ operands, rest, scene, by }: Request, runner: string): Finding {
  const words = [...operands, ...rest]
    .map((word) => word.text ?? "")
    .filter((text) => /^[\w:-]+$/.test(text));
  return namedTask(scene, runner, words.slice(0, 3).join(" "), by);
}

function install({ operands, options, scene, by }: Request): Finding {
  if (options.has("--list")) return NOTHING;
  const git = options.value("--git");
  if (git) return runsForeignCode(scene, git.source, by);
  if (!isUsualRegistry(options.value("--index"))) return runsForeignCode(scene, by, by);
  const name =
    operands.map((word) => word.source).join(" ") || (options.value("--path")?.source ?? "cargo install");
  const root = options.value("--root");
  if (root)
    return combine(
      runsCode(scene, "cargo install", by),
      found(fileEffects("change", root, scene, { recursive: true, by })),
    );
  return act("outside", scene, { kind: "rust.program", name, by });
}

function add({ options, scene, by }: Request): Finding {
  const git = options.value("--git");
  if (git) return runsForeignCode(scene, git.source, by);
  return act("change", scene, { kind: "rust.packages", name: "cargo add", by });
}

function publish({ options, scene, by }: Request): Finding {
  if (rehearses(options, "--dry-run", "-n")) return runsCode(scene, "cargo publish --dry-run", by);
  return publishes(
    scene,
    { kind: "crate.version", name: "cargo publish", by },
    options.value("--index")?.text,
  );
}

/** `cargo release` only shows what it would do unless `--execute` is given. */
function release({ options, scene, by }: Request): Finding {
  if (!options.has("-x", "--execute")) return NOTHING;
  return act("publish", scene, { kind: "crate.version", name: "cargo release", by });
}

/** `cargo watch -x 'run -- args' -s 'shell text'`. */
function watch({ options, rest, scene, by }: Request): Finding {
  const texts = options.values("-s", "--shell");
  const shells = texts.map((word) =>
    word.text === undefined
      ? act("unknown", scene, { kind: "program", name: by, by })
      : scene.shell(word.text),
  );
  const cargos = options.values("-x", "--exec").map((word) => scene.shell(`cargo ${word.text ?? "run"}`));
  const nested = rest.length > 0 ? [scene.argv(rest)] : [];
  return combine(runsCode(scene, "cargo watch", by), ...shells, ...cargos, ...nested);
}

function rustup(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: ["--toolchain", "--target"],
    stopAtOperand: true,
  });
  const words = options.operands.filter((word) => !word.text?.startsWith("+"));
  const [verb, action] = words;
  const by = command.source;
  if (
    verb === undefined ||
    ["show", "which", "doc", "man", "completions", "help", "check"].includes(verb.text ?? "")
  )
    return NOTHING;
  if (verb.text === "run") return words.length < 3 ? NOTHING : scene.argv(words.slice(2));
  if (action?.text === "list") return NOTHING;
  if (verb.text === "override")
    return act("change", scene, { kind: "toolchain", name: "rustup override", by });
  return act("outside", scene, { kind: "toolchain", name: `rustup ${verb.source}`, by });
}

/** rustc, rustdoc, rustfmt and the web bundlers: what they write is named by an option or stays in the project. */
function compile(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -o --out-dir --crate-type --edition -C -L -l --emit --target --crate-name --cfg --print -d
    --dist
  `),
  });
  const by = command.source;
  if (options.has("--print", "--check")) return NOTHING;
  const linker = options.values("-C").some((word) => /^(linker|link-arg)/.test(word.text ?? "linker"));
  if (linker) return runsForeignCode(scene, by, by);
  const written = options
    .values("-o", "--out-dir")
    .flatMap((word) => fileEffects("change", word, scene, { by }));
  if (options.has("-o", "--out-dir")) return found(written);
  if (command.program === "wasm-pack" && options.operands[0]?.text === "publish")
    return act("publish", scene, { kind: "npm.version", name: "wasm-pack publish", by });
  const writes = command.program === "rustfmt" || command.program === "rustc";
  return writes
    ? act("change", scene, { kind: "source", name: command.program, by })
    : runsCode(scene, command.program, by);
}
