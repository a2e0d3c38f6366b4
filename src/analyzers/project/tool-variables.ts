import type { Effect } from "../../core/effect.ts";
import type { Scene, Word } from "../analyzer.ts";
import { unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { wordsOf } from "./deeds.ts";
import { isUsualRegistry } from "./sources.ts";

/**
 * What setting a variable does to the development tools that read it later: an index from which they install, a
 * settings file or a program that they obey, options that make them load code. Empty for every other variable.
 */
export function toolVariable(name: string, value: Word, scene: Scene): readonly Effect[] {
  const by = `${name}=${value.source}`;
  if (/^(npm_config_)?node_options$/i.test(name)) return nodeOptions(value, scene, by);
  const judge = JUDGES.find(([pattern]) => pattern.test(name))?.[1];
  return judge?.(value, scene, name) ? [unknownEffect(scene, "program", by, by, ["foreign-code"])] : [];
}

/** Says whether the value makes a later tool run code that is not the project's. */
type Judge = (value: Word, scene: Scene, name: string) => boolean;

const names = (list: string) => new RegExp(`^(${wordsOf(list).join("|")})$`, "i");

/** Addresses that packages, toolchains and prebuilt binaries are fetched from. */
const INDEXES = names(`
  npm_config_(.*:)?registry npm_config_\\w*(mirror|binary_host|binary_site|disturl|dist_url) yarn_registry
  yarn_npm_registry_server bun_config_registry corepack_npm_registry pip_(extra_)?index_url pip_find_links
  pip_requirement pip_constraint pipenv_pypi_mirror uv_(default_|extra_)?index(_url)? uv_find_links
  uv_(python|pypy)_install_mirror poetry_repositories_\\w+_url pdm_pypi_url conda_(default_)?channels conda_channel_alias
  goproxy cargo_registry_index cargo_registries_\\w+_index cargo_source_\\w+_(registry|git) rustup_dist_server
  rustup_update_root bundle_mirror__.* composer_repo\\w* hex_mirror(_url)? hex_mirrors hex_api_url pub_hosted_url
  flutter_storage_base_url homebrew_(bottle|artifact|api)_domain homebrew_(brew|core)_git_remote homebrew_pip_index_url
  nvm_(nodejs|iojs)_org_mirror n_node_mirror fnm_node_dist_mirror nodejs_org_mirror (python|ruby)_build_mirror_url
  electron_(builder_binaries_)?mirror playwright_(\\w+_)?download_host puppeteer_(\\w+_)?download_(base_url|host)
  cypress_(install_binary|download_mirror) sass_binary_site sentrycli_cdnurl \\w+driver_cdnurl prisma_engines_mirror
  coursier_repositories mvnw_repourl julia_pkg_server sdkman_candidates_api jsr_url npm_registry
`);

/** Settings files that a tool obeys in the place of the project's. */
const SETTINGS = names(`
  npm_config_(userconfig|globalconfig) pip_config_file yarn_rc_filename uv_config_file poetry_config_dir composer
  bundle_gemfile bundle_app_config makefiles gradle_init_script pre_commit_config
`);

/** Programs that a tool starts in the place of its own. */
const PROGRAMS = names(
  "npm_config_(shell|git|viewer|editor) yarn_yarn_path yarn_ignore_path bundle_build__.*",
);

const JVM_OPTIONS = names(`
  java_tool_options _java_options jdk_java_options java_opts jvm_opts maven_opts maven_args gradle_opts sbt_opts ant_opts
  ant_args lein_jvm_opts
`);

const JUDGES: readonly (readonly [RegExp, Judge])[] = [
  [INDEXES, isForeignIndex],
  [SETTINGS, isForeignFile],
  [PROGRAMS, (value) => value.text !== ""],
  [JVM_OPTIONS, (value, scene) => loadsAgent(knownText(value), scene)],
  [/^GOFLAGS$/, (value) => /-(tool)?exec|-overlay|-modfile|-vettool|-insecure/.test(knownText(value))],
  [/^(GNU)?MAKEFLAGS$/, (value) => isHidden(value) || changesMake(knownText(value))],
];

/** An index that is neither one of the public ones nor on this machine can serve any code under any name. */
function isForeignIndex(value: Word, _scene: Scene, name: string): boolean {
  const parts = value.text?.split(/[\s,|;]+/) ?? ["https://?"];
  return parts.some((part) => {
    const address = part.replace(/^[\w.-]+=(?=[a-z+]+:)/i, "");
    if (address.includes("://")) return !isUsualRegistry(literal(address));
    /** Go adds the scheme itself; for the other tools this is a name or a path. */
    return /^goproxy$/i.test(name) && /[.:]/.test(address) && !isUsualRegistry(literal(`https://${address}`));
  });
}

function isForeignFile({ text, source }: Word, scene: Scene): boolean {
  if (text === "" || text === "/dev/null") return false;
  if (text === undefined) return !/^"?\$\{?(HOME|PWD)\b/.test(source);
  return text.split(/\s+/).some((part) => {
    const { area, path } = locate(literal(part), scene);
    return (area !== "workspace" && area !== "home") || scene.isForeign(path);
  });
}

/** The literal pieces of a value; what is taken over from the environment (`$MAVEN_OPTS -Xmx2g`) was set before. */
function knownText(value: Word): string {
  return value.text ?? (value.between ?? [value.prefix, value.suffix]).join(" ");
}

/** True when an unknown value could be any option: not for `-j$(nproc)`. */
function isHidden({ text, prefix, tame }: Word): boolean {
  return text === undefined && !tame && prefix === "";
}

/** Options of a JVM or a build that load an agent, run a command on an error or read further options from a file. */
function loadsAgent(options: string, scene: Scene): boolean {
  if (
    /(^|\s)(-XX:(OnError|OnOutOfMemoryError|Flags)|-Xrun|-Xbootclasspath|@|-I\s|--init-script)/.test(options)
  )
    return true;
  if (/-agentlib:(?!jdwp|hprof)/.test(options)) return true;
  const agents = [...options.matchAll(/-(?:javaagent|agentpath):([^=\s]+)/g)].map((match) => match[1] ?? "/");
  return agents.some((path) => {
    const at = locate(literal(path), scene);
    return (at.area !== "workspace" && at.area !== "home") || scene.isForeign(at.path);
  });
}

/** Options that change what make reads or which shell it uses; `-j8`, `-k` and the like do not. */
export function changesMake(flags: string): boolean {
  const words = flags.split(/\s+/).filter((word) => word !== "");
  const dashed = words.map((word, at) => (at === 0 && /^[a-zA-Z]+\d*$/.test(word) ? `-${word}` : word));
  const options = parseOptions(dashed.map(literal), {
    values: wordsOf("-f --file --makefile -C --directory -I --include-dir -E --eval -l -j -O -W -o"),
  });
  return (
    options.has("-f", "--file", "--makefile", "-C", "--directory", "-I", "--include-dir", "-E", "--eval") ||
    options.operands.some((word) => /^(SHELL|\.SHELLFLAGS|MAKE\w*)[:+?]?=|\$[({]/.test(word.text ?? ""))
  );
}

/**
 * Modules that Node loads before the program: a package of the project is its own, a file is judged by its text, an
 * address is code from elsewhere.
 */
function nodeOptions(value: Word, scene: Scene, by: string): readonly Effect[] {
  const { text } = value;
  const words = (text ?? knownText(value)).split(/\s+/).filter((word) => word !== "");
  const options = parseOptions(words.map(literal), {
    exact: true,
    values: wordsOf("-r --require --import --loader --experimental-loader"),
  });
  const modules = options.values("-r", "--require", "--import", "--loader", "--experimental-loader");
  const hidden = text === undefined && (modules.some((word) => word.text === "") || words.some(wantsModule));
  const foreign = modules.some((word) => /^[a-z]+:/i.test(word.text ?? "data:"));
  if (foreign || hidden) return [unknownEffect(scene, "program", by, by, ["foreign-code"])];
  return modules
    .filter((word) => /^[./~]/.test(word.text ?? ""))
    .flatMap((word) => scene.script(word, "javascript", []).effects);
}

function wantsModule(word: string, at: number, words: readonly string[]): boolean {
  return /^(-r|--require|--import|--loader|--experimental-loader)=?$/.test(word) && at === words.length - 1;
}
