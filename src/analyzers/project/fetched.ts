import type { Effect } from "../../core/effect.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { runsForeignCode, wordsOf } from "./deeds.ts";
import { folderAt } from "./files.ts";

/**
 * Files that builds, tests and installations read without being told, and run or obey. One that was downloaded
 * makes the next build in its folder run code from elsewhere.
 */
const BUILD_FILES: readonly string[] = wordsOf(`
  Makefile GNUmakefile makefile CMakeLists.txt meson.build configure justfile Justfile Taskfile.yml Rakefile Gemfile
  package.json .npmrc .yarnrc.yml requirements.txt setup.py setup.cfg pyproject.toml conftest.py tox.ini noxfile.py tasks.py
  fabfile.py Pipfile Cargo.toml build.rs go.mod build.gradle build.gradle.kts settings.gradle pom.xml build.xml build.sbt
  composer.json mix.exs Package.swift Podfile gulpfile.js Gruntfile.js webpack.config.js vite.config.js jest.config.js
  WORKSPACE BUILD.bazel MODULE.bazel SConstruct wscript Directory.Build.props
`);

/** True for a file that a build reads by itself, or that is named to one: such a download is foreign code later on. */
export function isBuildFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (
    BUILD_FILES.includes(name) || /\.(mk|mak|make|gradle|gemspec|podspec|csproj|targets|tgz|whl)$/.test(name)
  );
}

/**
 * The finding of a command, with what it runs or installs of this project turned into foreign code when the same
 * request fetched it: `git clone URL x && make -C x`. Reading it, or installing without scripts, stays what it is.
 */
export function judgeFetched(finding: Finding, command: Command, scene: Scene): Finding {
  if (scene.place.host !== undefined) return finding;
  const runs = (one: Effect) => runsProject(one) || installs(one, command);
  if (!finding.effects.some(runs)) return finding;
  const fetched = standsInFetched(scene) || command.words.some((word) => leadsToFetched(word, scene));
  const effects = finding.effects.flatMap((one) =>
    (fetched && runs(one)) || isAddress(one)
      ? runsForeignCode(scene, one.resource.name, one.by).effects
      : [one],
  );
  return { ...finding, effects };
}

function runsProject(one: Effect): boolean {
  return one.verb === "execute" && one.marks.includes("workspace-code");
}

/** `tsx https://…`, `uv run https://…`: the program text itself comes from the network. */
function isAddress(one: Effect): boolean {
  return runsProject(one) && /^(https?|ftp|git|ssh):\/+/i.test(one.resource.name);
}

/** Installing what a manifest lists runs its scripts, and fetches whatever it names. */
function installs(one: Effect, { args }: Command): boolean {
  if (!/^(node|python|ruby|php|elixir|dotnet)\.packages$/.test(one.resource.kind)) return false;
  return !args.some((word) =>
    /^--(ignore-scripts|no-scripts|mode=skip-build)(=true)?$/.test(word.text ?? ""),
  );
}

function standsInFetched(scene: Scene): boolean {
  const { cwd } = scene;
  if (cwd === undefined) return false;
  return scene.isForeign(cwd) || BUILD_FILES.some((name) => scene.isForeign(`${cwd}/${name}`));
}

/** The word itself, the value of `--option=value` or `-Cvalue`, without the extras of a Python requirement. */
function leadsToFetched({ text }: Word, scene: Scene): boolean {
  if (text === undefined) return false;
  const attached = /^--?[\w-]+=(.*)$/s.exec(text)?.[1] ?? /^-[A-Za-z](.+)$/s.exec(text)?.[1];
  return [text, attached].some((path) => {
    if (path === undefined || path === "") return false;
    const at = folderAt(scene, path.replace(/\[[\w,\s.-]*\]$/, ""));
    return at !== undefined && scene.isForeign(at);
  });
}
