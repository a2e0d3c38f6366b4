import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import {
  act,
  type Deed,
  deedTable,
  rehearses,
  runsCode,
  runsForeignCode,
  wordsOf,
} from "../project/deeds.ts";
import { classOfName, namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "task-runners",
  title: "Other task runners",
  about:
    "mise, moon, invoke, gulp, tox, pre-commit, mix, Earthly and others: tasks are judged by their names, commands that they wrap as if they stood alone.",
  programs: wordsOf(`
    mise rtx lage rushx moon invoke inv doit fab earthly earth dagger pre-commit prek lefthook overcommit tox nox
    gulp grunt jake poe taskipy makers lets run devbox devenv act proto pkgx mask xc plop hygen yo ember meteor
    rescript wp-scripts backstage-cli elm mix rebar spago purs psc-package nps mina dep envoy phing robo shipit
  `),
  analyze(command, scene) {
    return (JUDGES.get(command.program) ?? byName)(command, scene);
  },
  examples: [
    { run: "pre-commit run --all-files", does: ["execute? workspace-code pre-commit run"], tier: 1 },
    { run: "pre-commit install", does: ["change git.hooks pre-commit install @local"], tier: 2 },
    { run: "tox -e py312", does: ["execute? workspace-code tox"], tier: 1 },
    { run: "mise exec -- node --version", does: [], tier: 0 },
    { run: "invoke deploy", does: ["unknown? task invoke deploy @unknown"], tier: 3 },
    { run: "mix hex.publish", does: ["create hex.version mix hex.publish @production"], tier: 4 },
  ],
};

type Judge = (command: Command, scene: Scene) => Finding;

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["mise", mise],
  ["rtx", mise],
  ["pre-commit", hooks],
  ["prek", hooks],
  ["lefthook", hooks],
  ["overcommit", hooks],
  ["tox", environments],
  ["nox", environments],
  ["devbox", wrapper],
  ["devenv", wrapper],
  ["pkgx", wrapper],
  ["earthly", pushing],
  ["earth", pushing],
  ["dagger", pushing],
  ["mix", mix],
  ...["mina", "dep", "envoy", "shipit"].map((name): [string, Judge] => [name, onServers]),
]);

/** Subcommands of mise and rtx; a bare word is a task. */
const MISE = deedTable({
  read: "ls list current doctor which where env activate registry outdated settings tasks version latest ls-remote bin-paths cache-dir completion config search tool watch-list plugins-ls fmt-check",
  change: "use install i up upgrade prune reshim sync set unset fmt generate lock untrust",
  outside: "trust uninstall self-update plugins plugin implode link backends alias shell-alias",
});

function mise(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: ["-C", "--cd", "-E", "--env", "-j", "--jobs"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = options.operands;
  const by = command.source;
  if (verb === undefined) return NOTHING;
  if (["exec", "x"].includes(verb.text ?? "")) return miseExec(rest, scene, by);
  if (["run", "r", "watch", "w"].includes(verb.text ?? ""))
    return namedTask(scene, "mise run", spoken(rest), by);
  if (["tasks", "task"].includes(verb.text ?? "")) return miseTasks(rest, scene, by);
  const deed = MISE.get(verb.text ?? "");
  if (deed === undefined) return namedTask(scene, "mise", spoken(options.operands), by);
  return act(deed, scene, { kind: "toolchain", name: `mise ${verb.source}`, by });
}

/** `mise exec TOOL… -- CMD` or `mise exec -c TEXT`. */
function miseExec(rest: readonly Word[], scene: Scene, by: string): Finding {
  const separator = rest.findIndex((word) => word.text === "--");
  const own = separator < 0 ? rest : rest.slice(0, separator);
  const options = parseOptions(own, {
    exact: true,
    values: ["-c", "--command", "-C", "--cd", "-j", "--jobs"],
  });
  const text = options.value("-c", "--command");
  if (text === undefined) return afterDashes(rest, scene);
  return text.text === undefined
    ? act("unknown", scene, { kind: "program", name: by, by })
    : scene.shell(text.text);
}

function miseTasks(rest: readonly Word[], scene: Scene, by: string): Finding {
  const [action, ...words] = rest;
  if (action?.text === "run" || action?.text === "r") return namedTask(scene, "mise run", spoken(words), by);
  const changes = ["add", "edit"].includes(action?.text ?? "");
  return act(changes ? "change" : "read", scene, { kind: "file", name: "mise.toml", by });
}

/** Deployer, Mina, Envoy, Shipit: their tasks run on the servers that the project's configuration names. */
function onServers(command: Command, scene: Scene): Finding {
  const by = command.source;
  const name = spoken(command.args);
  if (/^(|list|help|init|config|tree|status|version|ensure|tasks|completion)$/.test(name)) return NOTHING;
  return classOfName(name) === "ordinary"
    ? act("unknown", scene, { kind: "task", name: `${command.program} ${name}`, by })
    : namedTask(scene, command.program, name, by);
}

function afterDashes(rest: readonly Word[], scene: Scene): Finding {
  const separator = rest.findIndex((word) => word.text === "--");
  const words =
    separator < 0 ? rest.filter((word) => !/^-|@/.test(word.text ?? "")) : rest.slice(separator + 1);
  return words.length === 0 ? NOTHING : scene.argv(words);
}

/** `pre-commit install` and its kin write git hooks that run the project's configuration for every commit. */
function hooks(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: wordsOf("-c --config --files --from-ref --to-ref --hook-stage -t --hook-type --repo"),
  });
  const verb = operands[0]?.text ?? "run";
  const by = command.source;
  const name = `${command.program} ${verb}`;
  if (
    [
      "help",
      "sample-config",
      "validate-config",
      "validate-manifest",
      "dump",
      "version",
      "list",
      "check-install",
    ].includes(verb)
  )
    return NOTHING;
  if (
    [
      "install",
      "uninstall",
      "add",
      "init-templatedir",
      "init",
      "--install",
      "--sign",
      "migrate-hooks",
    ].includes(verb)
  ) {
    return act("outside", scene, { kind: "git.hooks", name, by });
  }
  if (verb === "try-repo" && /:|^git@/.test(operands[1]?.text ?? ":")) return runsForeignCode(scene, by, by);
  if (["autoupdate", "clean", "gc", "install-hooks", "migrate-config", "self-update"].includes(verb))
    return act("change", scene, { kind: "cache", name, by });
  return runsCode(scene, name, by);
}

function environments(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf("-e -s --session --sessions -c -f -k -p --result-json -t --tags -m"),
  });
  if (
    options.has("-l", "--list", "--listenvs", "-a", "--showconfig") ||
    ["list", "config", "l", "c"].includes(options.operands[0]?.text ?? "")
  )
    return NOTHING;
  const names = options
    .values("-e", "-s", "--session", "--sessions")
    .map((word) => word.text ?? "")
    .join(" ");
  const ordinary = /^[\w,.\s-]*$/.test(names) && !/deploy|publish|release|prod/i.test(names);
  return ordinary
    ? runsCode(scene, command.program, command.source)
    : namedTask(scene, command.program, names, command.source);
}

/** devbox, devenv, pkgx: `run SCRIPT` by name, `shell`, and package changes. */
function wrapper(command: Command, scene: Scene): Finding {
  const { operands } = parseOptions(command.args, {
    exact: true,
    values: ["-c", "--config", "-e", "--env"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = operands;
  const by = command.source;
  if (
    verb === undefined ||
    ["shell", "list", "info", "search", "version", "shellenv", "help"].includes(verb.text ?? "")
  )
    return NOTHING;
  if (verb.text === "run") return namedTask(scene, `${command.program} run`, spoken(rest), by);
  const deed: Deed = verb.text === "global" ? "outside" : "change";
  return act(deed, scene, { kind: "project.tools", name: `${command.program} ${verb.source}`, by });
}

/** Earthly and Dagger build in containers; with `--push`, or by name, they publish. */
function pushing(command: Command, scene: Scene): Finding {
  const { operands, has } = parseOptions(command.args, {
    exact: true,
    values: ["-m", "--mod", "--build-arg", "--secret", "--platform", "-f", "-b"],
  });
  const by = command.source;
  if (
    ["ls", "functions", "doc", "config", "version", "help", "account", "prune"].includes(
      operands[0]?.text ?? "",
    )
  )
    return NOTHING;
  const name = operands.map((word) => word.text ?? "?").join(" ");
  return has("--push")
    ? namedTask(scene, command.program, `publish ${name}`, by)
    : namedTask(scene, command.program, name, by);
}

const MIX = deedTable({
  read: "help hex.info hex.outdated deps.tree xref hex.audit phx.routes app.tree hex.search",
  change:
    "deps.get deps.update deps.clean deps.unlock deps.compile format clean new phx.new local.hex local.rebar archive.install escript.install hex.config ecto.gen.migration phx.gen.html phx.gen.live phx.gen.schema phx.gen.context phx.gen.auth phx.gen.secret gettext.extract",
  code: "test compile run credo dialyzer coveralls phx.server docs release escript.build assets.build sobelow bench profile.fprof assets.setup setup",
});

/** Elixir's mix: `ecto.*` is judged as the database tool that it is, other tasks by name. */
function mix(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = command.args;
  const by = command.source;
  if (verb?.text === undefined)
    return verb === undefined ? NOTHING : act("unknown", scene, { kind: "task", name: by, by });
  if (verb.text === "do") return several(rest, command, scene);
  if (verb.text.startsWith("ecto.") && MIX.get(verb.text) === undefined)
    return scene.argv([literal("ecto"), literal(verb.text.slice(5)), ...rest]);
  if (verb.text === "hex.publish")
    return rehearses(parseOptions(rest, { exact: true }), "--dry-run")
      ? NOTHING
      : act("publish", scene, { kind: "hex.version", name: "mix hex.publish", by });
  if (verb.text.endsWith(".install") && rest.some((word) => /^(git|github)$|:\/\//.test(word.text ?? "://")))
    return runsForeignCode(scene, by, by);
  const deed = MIX.get(verb.text) ?? (verb.text.startsWith("hex.") ? "registry" : undefined);
  return deed === undefined
    ? namedTask(scene, "mix", verb.text, by)
    : act(deed, scene, { kind: "elixir.packages", name: `mix ${verb.text}`, by });
}

/** `mix do A, B + C`: several tasks in one run. */
function several(words: readonly Word[], command: Command, scene: Scene): Finding {
  const tasks: Word[][] = [[]];
  for (const word of words) {
    if (word.text === "+" || word.text === ",") tasks.push([]);
    else if (word.text?.endsWith(",")) {
      tasks.at(-1)?.push(literal(word.text.slice(0, -1)));
      tasks.push([]);
    } else tasks.at(-1)?.push(word);
  }
  return combine(...tasks.filter((task) => task.length > 0).map((args) => mix({ ...command, args }, scene)));
}

function spoken(words: readonly Word[]): string {
  return words
    .map((word) => word.text ?? "?")
    .filter((text) => !text.startsWith("-"))
    .join(" ");
}

const REHEARSALS = ["-n", "--dryrun", "--dry-run", "--dry"];

function byName(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf(`
    -f -C -c -j -W --container-architecture -P -s --secret-file --var-file -e --eventpath
  `),
  });
  const { operands, has } = options;
  if (has("--list", "-l", "-T", "--tasks", "--tree") || rehearses(options, ...REHEARSALS)) return NOTHING;
  return namedTask(
    scene,
    command.program,
    operands
      .map((word) => word.text ?? "?")
      .slice(0, 4)
      .join(" "),
    command.source,
  );
}
