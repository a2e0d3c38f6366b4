import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { act, type Deed, publishes, rehearses, runsCode, wordsOf } from "../project/deeds.ts";
import { namedTask } from "../project/names.ts";

export const analyzer: Analyzer = {
  name: "releases",
  title: "Release tools",
  about:
    "Tools that publish a version or a site: changesets, lerna, np, release-it, semantic-release, goreleaser, twine, vsce and others. Preparing a version locally is ordinary; publishing one cannot be taken back.",
  programs: wordsOf(`
    changeset lerna np release-it semantic-release standard-version commit-and-tag-version
    jsr anaconda goreleaser twine vsce ovsx gh-pages surge clasp auto bump2version bumpversion bumpver towncrier
    cz git-cliff jreleaser cargo-release release-plz web-ext chromatic electron-builder
    electron-forge mike bundlewatch conventional-changelog auto-changelog yalc size-limit
  `),
  analyze,
  examples: [
    { run: "changeset version", does: ["change project.version changeset version"], tier: 1 },
    { run: "changeset publish", does: ["create release changeset publish @production"], tier: 4 },
    { run: "lerna run test", does: ["execute? workspace-code lerna run test"], tier: 1 },
    { run: "lerna publish patch --yes", does: ["create release lerna publish @production"], tier: 4 },
    { run: "twine upload dist/*", does: ["create release twine upload @production"], tier: 4 },
    { run: "twine check dist/*", does: [], tier: 0 },
    { run: "semantic-release --dry-run", does: [], tier: 0 },
    {
      run: "goreleaser release --snapshot --clean",
      does: ["execute? workspace-code goreleaser release"],
      tier: 1,
    },
    { run: "gh-pages -d dist", does: ["change release gh-pages @production"], tier: 3 },
  ],
};

interface Tool {
  /** What happens without a subcommand, and with one that is not listed. */
  readonly otherwise: Deed;
  readonly verbs: ReadonlyMap<string, Deed>;
}

const TOOLS: ReadonlyMap<string, Tool> = new Map([
  [
    "changeset",
    tool("change", { read: "status", publish: "publish", code: "", change: "add version init pre tag" }),
  ],
  [
    "lerna",
    tool("unknown", {
      read: "ls list ll la changed diff info explain-cache graph",
      code: "run exec watch",
      change: "bootstrap clean link create import init version add-caching repair",
      publish: "publish",
    }),
  ],
  ["np", tool("publish", {})],
  ["release-it", tool("publish", {})],
  ["semantic-release", tool("publish", {})],
  [
    "release-plz",
    tool("publish", {
      change: "update init set-version",
      registry: "release-pr",
      read: "generate-completions",
    }),
  ],
  ["cargo-release", tool("publish", { change: "version replace hook", read: "changes config" })],
  ["standard-version", tool("change", {})],
  ["commit-and-tag-version", tool("change", {})],
  [
    "goreleaser",
    tool("publish", {
      code: "build",
      read: "check healthcheck jsonschema completion",
      change: "init",
      publish: "release publish announce continue",
    }),
  ],
  [
    "jreleaser",
    tool("publish", { read: "config template", change: "init checksum changelog assemble sign package" }),
  ],
  ["twine", tool("unknown", { publish: "upload register", read: "check" })],
  [
    "vsce",
    tool("unknown", {
      publish: "publish unpublish",
      read: "ls show search ls-publishers",
      change: "package",
      login: "login logout create-publisher delete-publisher verify-pat",
    }),
  ],
  ["jsr", tool("unknown", { publish: "publish", change: "add install i remove rm uninstall", read: "info" })],
  ["anaconda", tool("unknown", { publish: "upload remove move copy", read: "search show whoami label" })],
  ["ovsx", tool("unknown", { publish: "publish", read: "get", login: "login logout create-namespace" })],
  ["gh-pages", tool("registry", {})],
  ["surge", tool("registry", { read: "list whoami", login: "login logout token" })],
  [
    "mike",
    tool("unknown", {
      registry: "deploy delete set-default alias retitle props",
      read: "list",
      code: "serve",
    }),
  ],
  [
    "clasp",
    tool("unknown", {
      read: "list versions deployments status apis logs open show-file-status",
      change: "pull clone create setting",
      registry: "push deploy undeploy redeploy run version",
      login: "login logout",
    }),
  ],
  ["auto", tool("publish", { read: "info latest version changelog", change: "create-labels init" })],
  ["bump2version", tool("change", {})],
  ["bumpversion", tool("change", {})],
  ["bumpver", tool("change", { read: "show test" })],
  ["towncrier", tool("change", { read: "check" })],
  [
    "cz",
    tool("change", {
      read: "check info ls schema example version",
      change: "bump commit c changelog ch init",
    }),
  ],
  ["git-cliff", tool("change", {})],
  ["conventional-changelog", tool("change", {})],
  ["auto-changelog", tool("change", {})],
  ["web-ext", tool("unknown", { code: "run build", read: "lint docs dump-config", publish: "sign" })],
  ["chromatic", tool("outside", {})],
  ["bundlewatch", tool("code", {})],
  ["size-limit", tool("code", {})],
  [
    "electron-builder",
    tool("code", {
      code: "build install-app-deps node-gyp-rebuild start",
      change: "create-self-signed-cert",
      publish: "publish",
    }),
  ],
  [
    "electron-forge",
    tool("unknown", { code: "start package make", change: "init import", publish: "publish" }),
  ],
  ["yalc", tool("change", {})],
]);

/** The options with which each tool only shows, or only builds, what it would publish; the others have none. */
const REHEARSALS: ReadonlyMap<string, readonly string[]> = new Map([
  ["np", ["--preview"]],
  ["release-it", ["--dry-run", "-d"]],
  ["semantic-release", ["--dry-run", "-d"]],
  ["release-plz", ["--dry-run"]],
  ["goreleaser", ["--snapshot", "--single-target", "--skip-publish"]],
  ["jreleaser", ["--dryrun", "-y"]],
  ["auto", ["--dry-run", "-d"]],
  ["electron-forge", ["--dry-run"]],
]);

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    exact: true,
    values: [
      "-r",
      "--repository",
      "--repository-url",
      "--config",
      "-f",
      "--dist",
      "--publish",
      "-p",
      "--skip",
    ],
  });
  const by = command.source;
  const known = TOOLS.get(command.program);
  const [verb] = options.operands;
  const named = known?.verbs.get(verb?.text ?? "");
  const deed = named ?? known?.otherwise ?? "unknown";
  const name = named ? `${command.program} ${verb?.text ?? ""}` : command.program;
  if (deed === "read") return NOTHING;
  if (command.program === "electron-builder" || command.program === "electron-forge")
    return packaged(deed, options.value("--publish", "-p")?.text, scene, name, by);
  if (command.program === "lerna" && ["run", "exec"].includes(verb?.text ?? ""))
    return repeated(options.operands, command, scene);
  const skips = options.values("--skip").some((word) => /(^|,)publish(,|$)/.test(word.text ?? ""));
  if (
    deed === "publish" &&
    (isRehearsal(command.program, options) || (skips && command.program === "goreleaser"))
  )
    return command.program === "goreleaser" ? runsCode(scene, name, by) : NOTHING;
  const kind = deed === "change" ? "project.version" : "release";
  if (deed === "publish")
    return publishes(scene, { kind, name, by }, options.value("--repository-url")?.text);
  return act(deed, scene, { kind, name, by });
}

/** The JavaScript tools also take the value of a flag as the next word: `-d false`. */
function isRehearsal(program: string, options: Options): boolean {
  const flags = REHEARSALS.get(program) ?? [];
  return rehearses(options, ...flags) && options.operands.every((word) => word.text !== "false");
}

/** `lerna run SCRIPT` by the script's name, `lerna exec -- CMD` as the command that it starts in every package. */
function repeated(operands: readonly Word[], command: Command, scene: Scene): Finding {
  const [verb, ...rest] = operands;
  const separator = command.args.findIndex((word) => word.text === "--");
  if (verb?.text === "exec") return scene.argv(separator < 0 ? rest : command.args.slice(separator + 1));
  return namedTask(scene, "lerna run", rest.map((word) => word.text ?? "?").join(" "), command.source);
}

/** electron-builder publishes only when asked to, or on CI when a tag is built. */
function packaged(deed: Deed, when: string | undefined, scene: Scene, name: string, by: string): Finding {
  const built = act(deed === "publish" ? "code" : deed, scene, { kind: "release", name, by });
  const asked = deed === "publish" || (when !== undefined && when !== "never");
  return asked ? combine(built, act("publish", scene, { kind: "release", name, by })) : built;
}

function tool(otherwise: Deed, lists: Readonly<Partial<Record<Deed, string>>>): Tool {
  const entries = Object.entries(lists) as readonly (readonly [Deed, string])[];
  return {
    otherwise,
    verbs: new Map(entries.flatMap(([deed, list]) => wordsOf(list).map((word) => [word, deed] as const))),
  };
}
