import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { act, deedTable, publishes, rehearses, runsForeignCode, wordsOf } from "../project/deeds.ts";
import { folderAt } from "../project/files.ts";
import { namedTask } from "../project/names.ts";
import { lifecycle, packageScript } from "../project/package-json.ts";
import { runInitialiser, runPackages } from "../project/run-package.ts";
import { isUsualRegistry, npmSource, withoutVersion } from "../project/sources.ts";
import { workspaceFolders } from "../project/workspaces.ts";

export const analyzer: Analyzer = {
  name: "npm",
  title: "npm and npx",
  about:
    "Scripts are read from the nearest package.json and judged as the shell texts that they are, `pre` and `post` scripts included; a script that cannot be read is judged by its name. Installing from the registry is ordinary, from git, a web address or with another registry it is code from elsewhere. Publishing cannot be taken back.",
  programs: ["npm", "npx"],
  analyze(command, scene) {
    return command.program === "npx" ? runPackages(command.args, scene, command.source) : npm(command, scene);
  },
  examples: [
    { run: "npm ci", does: ["change node.packages npm ci"], tier: 1 },
    { run: "npm install lodash", does: ["change node.packages lodash"], tier: 1 },
    { run: "npm install -g openclaw@latest", does: ["change node.packages openclaw@latest @local"], tier: 2 },
    { run: "npm install github:a/b", does: ["execute? foreign-code github:a/b @local"], tier: 2 },
    { run: "npm test", does: ["execute? workspace-code npm run test"], tier: 1 },
    {
      run: "npm run wipe",
      files: { "package.json": '{"scripts":{"wipe":"curl -X DELETE https://api.example.com/users"}}' },
      does: ["delete http DELETE https://api.example.com/users @unknown"],
      tier: 4,
    },
    { run: "npm run deploy:prod", does: ["unknown? task npm run deploy:prod @production"], tier: 3 },
    { run: "npm publish", does: ["create npm.version npm publish @production"], tier: 4 },
    { run: "npm publish --dry-run", does: [], tier: 0 },
    { run: "npx cowsay hi", does: ["execute? foreign-code cowsay @local"], tier: 2 },
  ],
};

/** Options of npm that take a value (npm config, "shorthands and other CLI niceties"). */
const VALUES = wordsOf(`
    --prefix -C --workspace -w --registry --tag --otp --access --loglevel --cache --userconfig
    --globalconfig --script-shell --node-options --omit --include --depth --location -L
    --save-prefix --scope --auth-type --install-strategy --before --fetch-timeout --fetch-retries
    --maxsockets --message -m --preid --cpu --os --libc --package --call -c --git --cafile --proxy
    --https-proxy --shell --viewer
  `);

/** What the subcommands amount to, aliases included (`npm help npm`, lib/utils/cmd-list.js). */
const DEEDS = deedTable({
  read: `ls list la ll outdated view v info show search s find se explain why fund doctor ping whoami root prefix bin help help-search
    docs home repo bugs issues completion sbom query get stars bin find-dupes diff config-list`,
  change: `rebuild rb dedupe ddp prune shrinkwrap pack uninstall unlink remove rm r un update up upgrade udpate set-script pkg audit init create innit
    link ln install i in ins inst add isntall install-test it ci clean-install ic install-clean isntall-clean cit install-ci-test sit`,
  login: "login adduser add-user logout",
  registry: "deprecate undeprecate dist-tag dist-tags star unstar stage",
  publish: "unpublish owner author token team org access profile hook trust",
});

function npm(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: VALUES, long: ["--global", "--dry-run"] });
  const by = command.source;
  const [verb, ...operands] = options.operands;
  if (verb === undefined) return NOTHING;
  if (verb.text === undefined) return act("unknown", scene, { kind: "npm", name: by, by });
  if (options.has("--script-shell", "--shell", "--userconfig", "--globalconfig", "--node-options", "--git")) {
    return runsForeignCode(scene, by, by);
  }
  const special = SPECIAL.get(verb.text);
  if (special) return special({ verb: verb.text, operands, options, scene, command });
  const deed = DEEDS.get(verb.text) ?? "unknown";
  if (deed === "read" || isRehearsal(options)) return NOTHING;
  return act(outsideWhenGlobal(deed, options), scene, {
    kind: `npm.${verb.text}`,
    name: `npm ${verb.text}`,
    by,
  });
}

interface Request {
  readonly verb: string;
  readonly operands: readonly Word[];
  readonly options: Options;
  readonly scene: Scene;
  readonly command: Command;
}

const SPECIAL: ReadonlyMap<string, (request: Request) => Finding> = new Map([
  ...["run", "run-script", "rum", "urn"].map((verb) => [verb, runNamed] as const),
  ...["test", "t", "tst", "start", "stop", "restart"].map((verb) => [verb, runShorthand] as const),
  ...["install", "i", "in", "ins", "inst", "add", "isntall"].map((verb) => [verb, install] as const),
  ...["ci", "clean-install", "ic", "install-clean", "isntall-clean"].map((verb) => [verb, install] as const),
  ...["install-test", "it", "cit", "install-ci-test", "sit"].map((verb) => [verb, installAndTest] as const),
  ...["exec", "x"].map((verb) => [verb, execute] as const),
  ...["init", "create", "innit"].map((verb) => [verb, initialise] as const),
  ...["link", "ln"].map((verb) => [verb, link] as const),
  ["audit", audit] as const,
  ["config", configure] as const,
  ["c", configure] as const,
  ["set", configureSet] as const,
  ["cache", cache] as const,
  ["pkg", changePackageJson] as const,
  ["version", version] as const,
  ["verison", version] as const,
  ["publish", publish] as const,
  ["explore", explore] as const,
  ...["dist-tag", "dist-tags", "owner", "author", "token", "team", "org", "access", "profile", "hook"].map(
    (verb) => [verb, registry] as const,
  ),
]);

/** npm also takes the value of a flag as the next word: `--dry-run false`. */
function isRehearsal(options: Options): boolean {
  return rehearses(options, "--dry-run") && options.operands.every((word) => word.text !== "false");
}

function outsideWhenGlobal<D extends string>(deed: D, options: Options): D | "outside" {
  if (deed !== "change") return deed;
  const location = options.value("--location", "-L")?.text;
  return options.has("-g", "--global") || location === "global" ? "outside" : deed;
}

function runNamed(request: Request): Finding {
  const [name, ...args] = request.operands;
  return name === undefined ? NOTHING : runScript(request, name, args);
}

function runShorthand(request: Request): Finding {
  const name = request.verb === "t" || request.verb === "tst" ? "test" : request.verb;
  return runScript(request, { ...PLAIN, text: name, source: name, prefix: name }, request.operands);
}

const PLAIN: Word = { text: "", source: "", prefix: "", suffix: "", tame: false, glob: false };

/** Judges a script in every folder where npm would run it; by its name where it cannot be read. */
function runScript({ options, scene, command }: Request, name: Word, args: readonly Word[]): Finding {
  if (name.text === undefined)
    return act("unknown", scene, { kind: "task", name: command.source, by: command.source });
  const script = name.text;
  const prefix = options.value("--prefix", "-C");
  const root = prefix ? folderAt(scene, prefix.text) : scene.cwd;
  const selected = options.values("--workspace", "-w");
  const everywhere = options.has("--workspaces", "--ws");
  const folders =
    selected.length > 0 ? workspaceFolders(scene, selected, root) : [everywhere ? undefined : root];
  return combine(
    ...folders.map((directory) => {
      const read =
        directory === undefined ? undefined : packageScript(scene, { name: script, args, directory });
      return read ?? namedTask(scene, "npm run", script, command.source);
    }),
  );
}

/** Life cycle scripts of the project itself that an install without names runs (npm "scripts", life cycle order). */
const INSTALL_SCRIPTS = wordsOf("preinstall install postinstall prepublish preprepare prepare postprepare");

function install({ verb, operands, options, scene, command }: Request): Finding {
  const by = command.source;
  if (isRehearsal(options)) return NOTHING;
  if (!isUsualRegistry(options.value("--registry"))) return runsForeignCode(scene, by, by);
  const directory = folderAt(scene, options.value("--prefix", "-C")?.text);
  const named = operands.length > 0;
  const deed = outsideWhenGlobal("change", options);
  const foreign = operands.filter((word) => {
    const source = npmSource(word, scene);
    return source === "foreign" || source === "unknown";
  });
  const what = named ? operands.map((word) => word.source).join(" ") : `npm ${verb}`;
  const scripts =
    named || options.has("--ignore-scripts") ? NOTHING : lifecycle(scene, INSTALL_SCRIPTS, directory);
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  return combine(act(deed, scene, { kind: "node.packages", name: what, by }), scripts);
}

function installAndTest(request: Request): Finding {
  const test = { ...request, operands: [] };
  return combine(
    install(request),
    runScript(test, { ...PLAIN, text: "test", source: "test", prefix: "test" }, []),
  );
}

function execute({ command, scene }: Request): Finding {
  const verb = command.args.findIndex((word) => word.text === "exec" || word.text === "x");
  const rest = command.args.filter((_, index) => index !== verb);
  const separator = rest.findIndex((word) => word.text === "--");
  return runPackages(
    separator < 0 ? rest : rest.filter((_, index) => index !== separator),
    scene,
    command.source,
  );
}

function initialise({ operands, scene, command }: Request): Finding {
  const [name] = operands;
  if (name === undefined)
    return act("change", scene, { kind: "file", name: "package.json", by: command.source });
  if (name.text === undefined) return runsForeignCode(scene, name.source, command.source);
  return runInitialiser(withoutVersion(name.text), scene, command.source);
}

function link({ operands, scene, command }: Request): Finding {
  const foreign = operands.some((word) => npmSource(word, scene) === "foreign");
  return act(foreign ? "foreign" : "outside", scene, {
    kind: "node.packages",
    name: "npm link",
    by: command.source,
  });
}

function audit({ operands, options, scene, command }: Request): Finding {
  if (operands[0]?.text !== "fix" || isRehearsal(options)) return NOTHING;
  return act("change", scene, { kind: "node.packages", name: "npm audit fix", by: command.source });
}

function configure({ operands, scene, command }: Request): Finding {
  const action = operands[0]?.text;
  if (action === undefined || ["get", "list", "ls"].includes(action)) return NOTHING;
  return settings(scene, operands.slice(1), command.source);
}

function configureSet({ operands, scene, command }: Request): Finding {
  return settings(scene, operands, command.source);
}

function settings(scene: Scene, keys: readonly Word[], by: string): Finding {
  return act("outside", scene, { kind: "npm.config", name: keys[0]?.source ?? "npm config", by });
}

function cache({ operands, scene, command }: Request): Finding {
  const action = operands[0]?.text;
  if (action === "ls" || action === "verify" || action === undefined) return NOTHING;
  return act("change", scene, { kind: "cache", name: "npm cache", by: command.source });
}

function changePackageJson({ operands, scene, command }: Request): Finding {
  if (operands[0]?.text === "get") return NOTHING;
  return act("change", scene, { kind: "file", name: "package.json", by: command.source });
}

/** `npm version` also runs the scripts around it, and one of them may push and publish. */
function version({ operands, options, scene, command }: Request): Finding {
  if (operands.length === 0) return NOTHING;
  const scripts = options.has("--ignore-scripts")
    ? NOTHING
    : lifecycle(scene, ["preversion", "version", "postversion"]);
  return combine(act("change", scene, { kind: "file", name: "package.json", by: command.source }), scripts);
}

function publish({ options, scene, command }: Request): Finding {
  if (isRehearsal(options)) return NOTHING;
  const subject = { kind: "npm.version", name: "npm publish", by: command.source };
  return publishes(scene, subject, options.value("--registry")?.text);
}

function explore({ operands, scene }: Request): Finding {
  return operands.length < 2 ? NOTHING : scene.argv(operands.slice(1));
}

/** Subcommands that change who owns a package or what its names point at; listing is a read. */
function registry({ verb, operands, options, scene, command }: Request): Finding {
  const action = operands[0]?.text;
  if (action === undefined || ["ls", "list", "get", "list-packages", "list-collaborators"].includes(action))
    return NOTHING;
  if (isRehearsal(options)) return NOTHING;
  const deed = verb.startsWith("dist-tag") ? "registry" : "publish";
  return act(deed, scene, { kind: `npm.${verb}`, name: `npm ${verb} ${action}`, by: command.source });
}
