import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";
import {
  act,
  type Deed,
  deedTable,
  publishes,
  rehearses,
  runsForeignCode,
  wordsOf,
} from "../project/deeds.ts";
import { folderAt } from "../project/files.ts";
import { scriptOrBinary } from "../project/js-runner.ts";
import { lifecycle } from "../project/package-json.ts";
import { runInitialiser, runPackages } from "../project/run-package.ts";
import { isUsualRegistry, npmSource, withoutVersion } from "../project/sources.ts";
import { workspaceFolders } from "../project/workspaces.ts";

export const analyzer: Analyzer = {
  name: "yarn",
  title: "Yarn and pnpm",
  about:
    "Scripts are read from package.json and judged as shell texts, in the folder that `--cwd`, `-C`, `--filter` or `workspace` select. A word that is neither a subcommand nor a script is a program of node_modules.",
  programs: ["yarn", "yarnpkg", "pnpm", "pnpx"],
  analyze(command, scene) {
    return command.program === "pnpx"
      ? runPackages(command.args, scene, command.source)
      : run(command, scene);
  },
  examples: [
    { run: "yarn", does: ["change node.packages yarn install"], tier: 1 },
    { run: "pnpm add -D vitest", does: ["change node.packages vitest"], tier: 1 },
    { run: "pnpm add -g turbo", does: ["change node.packages turbo @local"], tier: 2 },
    {
      run: "yarn test",
      files: { "package.json": '{"scripts":{"test":"tsc --noEmit"}}' },
      does: ["execute? workspace-code tsc"],
      tier: 1,
    },
    { run: "pnpm dlx cowsay", does: ["execute? foreign-code cowsay @local"], tier: 2 },
    { run: "pnpm --filter api db:reset", does: ["unknown? task pnpm db:reset @unknown"], tier: 3 },
    { run: "yarn npm publish", does: ["create npm.version yarn npm publish @production"], tier: 4 },
  ],
};

/** Options before the subcommand that take a value (yarn 1 and 4, pnpm). */
const VALUES = wordsOf(`
    --cwd -C --dir --filter -F --filter-prod --registry --modules-folder --cache-folder --mutex
    --network-timeout --use-yarnrc --global-folder --link-folder --preferred-cache-folder --proxy
    --https-proxy --test-pattern --changed-files-ignore-pattern --workspace-concurrency --loglevel
    --reporter --script-shell --store-dir --virtual-store-dir --shell-emulator --prefix
    --workspace-dir --config.script-shell --package
  `);

const DEEDS = deedTable({
  read: `list ls ll la why info view versions outdated audit licenses owner-list help bin root store-path config-list check
    npm-audit explain doctor cat-file cat-index find-hash completion completion-server recursive-ls sbom peers
    search diff ignored-builds policies-list tag-list whoami`,
  change: `install i add import dedupe autoclean rebuild rb prune up update upgrade upgrade-interactive remove rm uninstall un fetch
    pack patch patch-commit patch-remove stage constraints plugin set link unlink unplug generate-lock-entry init approve-builds
    install-test it ci clean-install version policies cache`,
  outside: "setup self-update env runtime config c server",
  login: "login logout",
  publish: "owner publish team access unpublish",
  registry: "tag deprecate dist-tag",
  foreign: "dlx",
});

function run(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: VALUES, stopAtOperand: true });
  const { program, source: by } = command;
  if (options.has("--script-shell", "--config.script-shell", "--use-yarnrc"))
    return runsForeignCode(scene, by, by);
  const [verb, ...rest] = options.operands;
  const directory = options.value("--cwd", "-C", "--dir", "--prefix");
  const root = directory ? folderAt(scene, directory.text) : scene.cwd;
  const filters = options
    .values("--filter", "-F", "--filter-prod")
    .filter((word) => !word.text?.startsWith("!"));
  const everywhere = options.has("-r", "--recursive");
  const folders =
    filters.length > 0 ? workspaceFolders(scene, filters, root) : [everywhere ? undefined : root];
  const packages = options.values("--package").flatMap((word) => [literal("--package"), word]);
  const request = { program: program === "yarnpkg" ? "yarn" : program, root, folders, packages, scene, by };
  if (verb === undefined)
    return options.names.length > 0 && options.has("--version", "-v", "--help", "-h")
      ? NOTHING
      : plain(request);
  if (verb.text === undefined) return act("unknown", scene, { kind: "task", name: by, by });
  return subcommand(request, verb.text, rest, options.has("-g", "--global"));
}

interface Request {
  readonly program: string;
  readonly root: string | undefined;
  /** The folders whose scripts are meant; `undefined` for one that is not known. */
  readonly folders: readonly (string | undefined)[];
  /** Packages named before the subcommand, as the options that `dlx` takes: `pnpm --package=NAME dlx CMD`. */
  readonly packages: readonly Word[];
  readonly scene: Scene;
  readonly by: string;
}

/** Subcommands of pnpm only: after `yarn` they are scripts of the project. */
const PNPM_ONLY = new Set(
  wordsOf(
    "setup env server store fetch doctor ls ll la root prune runtime self-update cat-file cat-index find-hash it install-test ci clean-install view diff search peers sbom approve-builds ignored-builds m recursive",
  ),
);

function subcommand(request: Request, verb: string, rest: readonly Word[], global: boolean): Finding {
  const { program, scene, by } = request;
  if (program === "yarn" && PNPM_ONLY.has(verb))
    return scriptOrBinary({ ...request, name: verb, args: rest });
  if (program === "pnpm" && verb === "deploy" && rest.length > 0) return deployed(rest, scene, by);
  const special = SPECIAL.get(verb);
  if (special) return special(request, rest, verb);
  const deed = DEEDS.get(verb);
  if (deed === undefined) return scriptOrBinary({ ...request, name: verb, args: rest });
  if (deed === "read")
    return verb === "audit" && rest.some((word) => word.text === "--fix")
      ? changes(request, rest, verb, false)
      : NOTHING;
  if (deed === "change") return changes(request, rest, verb, global);
  return act(isReadOnly(verb, rest) ? "read" : deed, scene, {
    kind: `${program}.${verb}`,
    name: `${program} ${verb}`,
    by,
  });
}

/** `pnpm deploy FOLDER` copies a package and its dependencies into a folder; it sends nothing anywhere. */
function deployed(rest: readonly Word[], scene: Scene, by: string): Finding {
  const { operands } = parseOptions(rest, { exact: true, values: VALUES });
  return found(operands.flatMap((word) => fileEffects("create", word, scene, { recursive: true, by })));
}

function isReadOnly(verb: string, rest: readonly Word[]): boolean {
  const action = rest[0]?.text;
  if (!["config", "c", "env", "owner", "tag", "dist-tag", "team", "access"].includes(verb)) return false;
  return action === undefined || ["get", "list", "ls", "--json"].includes(action);
}

const SPECIAL: ReadonlyMap<string, (request: Request, rest: readonly Word[], verb: string) => Finding> =
  new Map([
    ["run", runNamed],
    ["run-script", runNamed],
    ["exec", execute],
    [
      "dlx",
      (request: Request, rest: readonly Word[]) =>
        runPackages([...request.packages, ...rest], request.scene, request.by),
    ],
    ["create", create],
    ["workspace", workspace],
    ["workspaces", workspaces],
    [
      "recursive",
      (request: Request, rest: readonly Word[]) => nested({ ...request, folders: [undefined] }, rest),
    ],
    ["m", (request: Request, rest: readonly Word[]) => nested({ ...request, folders: [undefined] }, rest)],
    ["global", (request: Request, rest: readonly Word[]) => global(request, rest)],
    ["npm", npmPlugin],
    ["publish", publish],
    ["node", (request: Request, rest: readonly Word[]) => request.scene.argv([literal("node"), ...rest])],
    [
      "store",
      (request: Request) =>
        act("change", request.scene, { kind: "cache", name: "pnpm store", by: request.by }),
    ],
  ]);

function plain(request: Request): Finding {
  return request.program === "yarn" ? changes(request, [], "install", false) : NOTHING;
}

function changes(request: Request, rest: readonly Word[], verb: string, isGlobal: boolean): Finding {
  const { program, scene, by, root } = request;
  const options = parseOptions(rest, { exact: true, values: [...VALUES, "--tag", "--save-catalog-name"] });
  if (rehearses(options, "--dry-run")) return NOTHING;
  if (!isUsualRegistry(options.value("--registry"))) return runsForeignCode(scene, by, by);
  const installs = [
    "add",
    "install",
    "i",
    "up",
    "update",
    "upgrade",
    "link",
    "import",
    "plugin",
    "set",
    "policies",
  ].includes(verb);
  const foreign = installs
    ? options.operands.filter((word) => ["foreign", "unknown"].includes(npmSource(word, scene)))
    : [];
  if (foreign.length > 0) return combine(...foreign.map((word) => runsForeignCode(scene, word.source, by)));
  const outside = isGlobal || options.has("-g", "--global");
  const name = options.operands.map((word) => word.source).join(" ") || `${program} ${verb}`;
  const runsScripts = ["install", "i", "ci", "clean-install"].includes(verb) && options.operands.length === 0;
  const scripts =
    runsScripts && !outside && !options.has("--ignore-scripts")
      ? lifecycle(scene, ["preinstall", "install", "postinstall", "prepare"], root)
      : NOTHING;
  const deed: Deed = outside ? "outside" : "change";
  return combine(act(deed, scene, { kind: "node.packages", name, by }), scripts);
}

function runNamed(request: Request, rest: readonly Word[]): Finding {
  const options = parseOptions(rest, {
    exact: true,
    values: ["--filter", "-F", "-C", "--dir"],
    stopAtOperand: true,
  });
  const [name, ...args] = options.operands;
  if (name === undefined) return NOTHING;
  const everywhere = options.has("-r", "--recursive", "--parallel", "-A", "--all", "-W", "--top-level");
  const folders = everywhere ? [undefined] : request.folders;
  if (name.text === undefined)
    return act("unknown", request.scene, { kind: "task", name: request.by, by: request.by });
  return scriptOrBinary({ ...request, folders, name: name.text, args });
}

function execute({ scene, root }: Request, rest: readonly Word[]): Finding {
  const options = parseOptions(rest, { exact: true, values: ["--filter", "-F"], stopAtOperand: true });
  if (options.has("-c", "--shell-mode")) {
    const text = options.operands.map((word) => word.text ?? `"$(${word.source})"`).join(" ");
    return scene.shell(text, { cwd: root });
  }
  return options.operands.length === 0 ? NOTHING : scene.argv(options.operands, { cwd: root });
}

function create({ scene, by }: Request, rest: readonly Word[]): Finding {
  const name = rest.find((word) => !word.text?.startsWith("-"));
  if (name?.text === undefined) return runsForeignCode(scene, by, by);
  return runInitialiser(withoutVersion(name.text), scene, by);
}

function workspace(request: Request, rest: readonly Word[]): Finding {
  const [name, ...words] = rest;
  if (name === undefined) return NOTHING;
  const folders = workspaceFolders(request.scene, [name], request.root);
  return nested({ ...request, folders, root: folders[0] ?? request.root }, words);
}

/** `yarn workspaces foreach [options] CMD`, `yarn workspaces run SCRIPT`, `yarn workspaces list`. */
function workspaces(request: Request, rest: readonly Word[]): Finding {
  const [action, ...words] = rest;
  if (action?.text === "run") return nested({ ...request, folders: [undefined] }, [action, ...words]);
  if (action?.text === "focus") return changes(request, [], "install", false);
  if (action?.text !== "foreach") return NOTHING;
  const options = parseOptions(words, {
    exact: true,
    values: ["--from", "--include", "--exclude", "-j", "--jobs", "--since"],
    stopAtOperand: true,
  });
  return nested({ ...request, folders: [undefined] }, options.operands);
}

function nested(request: Request, words: readonly Word[]): Finding {
  const [verb, ...rest] = words;
  if (verb === undefined) return plain(request);
  if (verb.text === undefined)
    return act("unknown", request.scene, { kind: "task", name: request.by, by: request.by });
  return subcommand(request, verb.text, rest, false);
}

function global(request: Request, rest: readonly Word[]): Finding {
  const action = rest[0]?.text;
  if (action === "list" || action === "bin" || action === "dir") return NOTHING;
  return changes(request, rest.slice(1), action ?? "add", true);
}

/** `yarn npm …` of Yarn 2 and later. */
function npmPlugin(request: Request, rest: readonly Word[]): Finding {
  const { scene, by } = request;
  const action = rest[0]?.text ?? "";
  if (action === "publish") return publish(request, rest.slice(1));
  if (["info", "whoami", "audit"].includes(action) || rest[1]?.text === "list") return NOTHING;
  const deed: Deed = action === "login" || action === "logout" ? "login" : "registry";
  return act(deed, scene, { kind: `npm.${action}`, name: `yarn npm ${action}`, by });
}

function publish({ program, scene, by }: Request, rest: readonly Word[]): Finding {
  const options = parseOptions(rest, { exact: true, values: ["--registry", "--tag", "--access", "--otp"] });
  if (rehearses(options, "--dry-run", "-n")) return NOTHING;
  const name = program === "yarn" ? "yarn npm publish" : `${program} publish`;
  return publishes(scene, { kind: "npm.version", name, by }, options.value("--registry")?.text);
}
