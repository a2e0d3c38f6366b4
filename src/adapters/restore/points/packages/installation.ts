import { isAbsolute, resolve } from "node:path";
import type { Effect } from "../../../../core/effect.ts";
import { failureOf, locateProgram, type ProgramPlaces, runProgram, trustedPath } from "../program.ts";
import { plainWords } from "../words.ts";
import type { Manager, Packages } from "./managers.ts";

/** What package managers need of the operator. */
export interface PackageOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly places: ProgramPlaces;
}

/** One set of packages: that of a program, in the place that the line chose. */
export interface Installation {
  readonly manager: string;
  /** Absolute path of the program that changes it. */
  readonly program: string;
  /** Absolute path of the program that lists it. */
  readonly lister: string;
  /** Options that choose the place. */
  readonly options: readonly string[];
  /** Flags that go with every change. */
  readonly flags: readonly string[];
}

const LIST = 30_000;
const CHANGE = 180_000;

const KEPT = [
  "HOME",
  "USER",
  "LOGNAME",
  "npm_config_prefix",
  "NPM_CONFIG_PREFIX",
  "npm_config_userconfig",
  "NPM_CONFIG_USERCONFIG",
  "npm_config_cache",
  "PYTHONUSERBASE",
  "VIRTUAL_ENV",
  "PYENV_ROOT",
  "PYENV_VERSION",
  "NVM_DIR",
  "GEM_HOME",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "CARGO_INSTALL_ROOT",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
];

/** The installation that an effect is about, or why it is not looked at. */
export function installationOf(
  manager: Manager,
  { by }: Effect,
  cwd: string,
  { places }: PackageOptions,
): Installation | { readonly why: string } {
  const words = plainWords(by) ?? [];
  const called = words.find((word) => manager.called.test(word)) ?? manager.name.replace(/^apt$/, "apt-get");
  const name = called.includes("/") ? resolve(cwd, called) : called;
  const program = locateProgram(name, places);
  if (program === undefined) return { why: `\`${called}\` is not installed here` };
  if ("untrusted" in program)
    return {
      why: `\`${program.untrusted}\` belongs to the project, and so do the packages that it installs`,
    };
  const listed = manager.list.program;
  const lister = listed === manager.name ? program : locateProgram(listed, places);
  if (lister === undefined || "untrusted" in lister) return { why: `\`${listed}\` is not installed here` };
  const options = placeOptions(words, manager.places, cwd);
  return {
    manager: manager.name,
    program: program.program,
    lister: lister.program,
    options,
    flags: words.filter((word) => manager.flags.includes(word)),
  };
}

function placeOptions(words: readonly string[], names: readonly string[], cwd: string): readonly string[] {
  return words.flatMap((word, index) => {
    const [name = "", value] = word.startsWith("--") ? word.split(/=(.*)/s) : [word];
    const chosen = value ?? words[index + 1];
    if (!names.includes(name) || chosen === undefined) return [];
    return [name, isAbsolute(chosen) ? chosen : resolve(cwd, chosen)];
  });
}

/** Lists what is installed. Throws with the reason. */
export async function listPackages(
  manager: Manager,
  installation: Installation,
  options: PackageOptions,
): Promise<Packages> {
  const words = [
    ...manager.list.words,
    ...(manager.list.program === manager.name ? installation.options : []),
  ];
  const result = await run(installation.lister, words, LIST, options);
  // npm ends with 1 when a package misses another one, and lists all the same.
  if (result.stopped !== undefined || result.output.trim() === "") throw new Error(failureOf(result));
  return manager.list.read(result.output);
}

/** Changes an installation. `undefined` when it worked, else why not. */
export async function changePackages(
  installation: Installation,
  words: readonly string[],
  options: PackageOptions,
): Promise<string | undefined> {
  const result = await run(
    installation.program,
    [...words, ...installation.flags, ...installation.options],
    CHANGE,
    options,
  );
  return result.code === 0 ? undefined : failureOf(result);
}

/** Starts in the root folder: several of these read settings from the folder that they are started in. */
function run(program: string, args: readonly string[], patience: number, options: PackageOptions) {
  const kept = KEPT.flatMap((name) => {
    const value = options.environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  return runProgram({
    program,
    args,
    cwd: "/",
    patience,
    environment: {
      ...Object.fromEntries(kept),
      PATH: trustedPath(options.places),
      LC_ALL: "C",
      NO_UPDATE_NOTIFIER: "1",
      npm_config_update_notifier: "false",
      npm_config_fund: "false",
      npm_config_audit: "false",
      PIP_NO_INPUT: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      DEBIAN_FRONTEND: "noninteractive",
    },
  });
}
