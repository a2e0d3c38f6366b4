import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import { act, deedTable, runsForeignCode, wordsOf } from "../project/deeds.ts";

export const analyzer: Analyzer = {
  name: "node-versions",
  title: "Corepack and version managers",
  about:
    "corepack, nvm, fnm, volta, n, asdf, pyenv, rbenv and their kin: listing and choosing a version for this shell is a read, installing changes the operator's own folders.",
  programs: wordsOf(`
    corepack nvm fnm volta n nodenv asdf pyenv rbenv rvm chruby sdk jenv goenv tfenv tfswitch phpenv
    ghcup juliaup rye-toolchain
  `),
  analyze,
  examples: [
    { run: "nvm use 20", does: [], tier: 0 },
    { run: "nvm install 22", does: ["change toolchain nvm install @local"], tier: 2 },
    { run: "corepack enable", does: ["change project.tools corepack enable"], tier: 1 },
    { run: "pyenv local 3.12", does: ["change project.tools pyenv local"], tier: 1 },
    { run: "fnm exec --using=20 node -v", does: [], tier: 0 },
    { run: "sdk uninstall java 17.0.1-tem", does: ["change toolchain sdk uninstall @local"], tier: 2 },
  ],
};

const DEEDS = deedTable({
  read: `use list ls ls-remote list-remote list-all list-bins current which where whence version versions version-name
    version-file init env hash help cache-path shell prefix root shims completions lsrem alias-list deactivate latest bin
    rehash commands status info doctor home offline`,
  change: "enable disable prepare hydrate pack up local pin latest-local reshim",
  outside: `install i uninstall remove rm global default alias unalias set upgrade update selfupdate add setup fetch plugin
    plugin-add reinstall-packages migrate-to system tool self implode cache lts stable flush pin-global config broadcast`,
});

/** Options that take a value, for the managers that run a command: `fnm exec --using 20 node x.js`. */
const VALUES = wordsOf("--using --node --npm --yarn --version -v --log-level --fnm-dir --arch");

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: VALUES, stopAtOperand: true });
  const [verb, ...rest] = options.operands;
  const by = command.source;
  if (verb === undefined) return NOTHING;
  if (verb.text === undefined) return act("unknown", scene, { kind: "toolchain", name: by, by });
  if (["exec", "run", "env-exec"].includes(verb.text)) return runNested(command, scene);
  if (command.program === "corepack" && /^(yarn|pnpm|npm)(@|$)/.test(verb.text)) {
    return scene.argv([literal(verb.text.replace(/@.*$/, "")), ...rest]);
  }
  if (command.program === "corepack") {
    const foreign = rest.find((word) => /:\/\//.test(word.text ?? "://"));
    if (foreign) return runsForeignCode(scene, foreign.source, by);
    if (verb.text === "use") return act("change", scene, { kind: "project.tools", name: "corepack use", by });
  }
  const deed = DEEDS.get(verb.text) ?? (/^[\d.v]+|lts|latest/.test(verb.text) ? "outside" : "unknown");
  const kind = deed === "change" ? "project.tools" : "toolchain";
  return act(deed, scene, { kind, name: `${command.program} ${verb.text}`, by });
}

/** `nvm exec 20 CMD`, `nvm run 20 FILE`, `fnm exec CMD`, `volta run CMD`, `pyenv exec CMD`. */
function runNested(command: Command, scene: Scene): Finding {
  const at = command.args.findIndex((word) => ["exec", "run", "env-exec"].includes(word.text ?? ""));
  const options = parseOptions(command.args.slice(at + 1), {
    exact: true,
    values: VALUES,
    stopAtOperand: true,
  });
  const [first, ...rest] = options.operands;
  if (first === undefined) return NOTHING;
  const isVersion =
    /^(v?\d[\d.]*|lts.*|node|stable|default|system)$/.test(first.text ?? "") && command.program === "nvm";
  const words = isVersion ? rest : options.operands;
  if (command.program === "nvm" && command.args[at]?.text === "run")
    return scene.argv([literal("node"), ...words]);
  return words.length === 0 ? NOTHING : scene.argv(words);
}
