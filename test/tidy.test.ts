import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { manualPages } from "../scripts/manual.ts";
import { REGISTRY, registryText } from "../scripts/registry.ts";
import { analyzers } from "../src/analyzers/registry.gen.ts";

const ROOT = join(import.meta.dirname, "..");

/** Who may import whom: a folder and the folders of `src` that its files may name. Imports go down only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  analyzers: ["core", "analyzers"],
  hosts: ["core", "hosts"],
  safeguards: ["core", "safeguards"],
  gate: ["core", "analyzers", "safeguards", "gate"],
  adapters: ["core", "analyzers", "gate", "adapters"],
  entry: ["core", "analyzers", "hosts", "safeguards", "gate", "adapters", "entry", "version.gen.ts"],
};

/** Packages that pure code may use, by folder. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  analyzers: ["unbash"],
  hosts: [],
  safeguards: [],
};

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

function files(folder: string, ending: RegExp): readonly string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const sources: readonly Source[] = files("src", /\.ts$/).map((path) => ({
  path,
  folder: path.split("/")[1] ?? "",
  text: readFileSync(join(ROOT, path), "utf8"),
}));

const written = sources.filter(({ path }) => !path.endsWith(".gen.ts"));

function importsOf({ text }: Source): readonly string[] {
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g),
  ].map((match) => match[1] ?? match[2] ?? "");
}

function targetOf(source: Source, specifier: string): string | undefined {
  return specifier.startsWith(".")
    ? relative(join(ROOT, "src"), join(ROOT, dirname(source.path), specifier))
    : undefined;
}

describe("[TIDY] imports", () => {
  it("go down only, by the table of folders", () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source).flatMap((specifier) => {
        const target = targetOf(source, specifier)?.split("/")[0];
        const allowed = MAY_IMPORT[source.folder] ?? [];
        return target === undefined || allowed.includes(target)
          ? []
          : [`${source.path} imports ${specifier}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("of packages stay out of the pure folders", () => {
    const wrong = sources.flatMap((source) => {
      const allowed = PURE_PACKAGES[source.folder];
      const packages = importsOf(source).filter((specifier) => !specifier.startsWith("."));
      return allowed
        ? packages.filter((name) => !allowed.includes(name)).map((name) => `${source.path} imports ${name}`)
        : [];
    });
    expect(wrong).toEqual([]);
  });

  it("of the shell parser stay in the shell's folder", () => {
    const wrong = sources.filter(
      (source) => importsOf(source).includes("unbash") && !source.path.startsWith("src/analyzers/shell/"),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("[TIDY] pure code", () => {
  it.each(["Date.now", "new Date(", "Math.random", "performance.now", "process.", "globalThis", "crypto."])(
    "does not use %s",
    (word) => {
      const pure = written.filter(({ folder }) => folder in PURE_PACKAGES);
      const code = (text: string) =>
        text.replace(
          /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/(?![*/])(?:[^/\\\n]|\\.)+\/[dgimsuvy]*/g,
          "",
        );
      const wrong = pure.filter(({ text }) => code(text).includes(word));
      expect(wrong.map(({ path }) => path)).toEqual([]);
    },
  );
});

describe("[TIDY] analyzers", () => {
  it("claim each program once", () => {
    const claims = analyzers.flatMap(({ name, programs }) =>
      programs.map((program) => [program, name] as const),
    );
    const names = new Map<string, string[]>();
    for (const [program, name] of claims) names.set(program, [...(names.get(program) ?? []), name]);
    expect(
      [...names].filter(([, by]) => by.length > 1).map(([program, by]) => `${program}: ${by.join(", ")}`),
    ).toEqual([]);
  });

  it("are called as their files are", () => {
    expect(analyzers.map(({ name }) => `src/analyzers/tools/${name}.ts`).toSorted()).toEqual(
      files("src/analyzers/tools", /\.ts$/).toSorted(),
    );
  });
});

describe("[TIDY] files", () => {
  it("stay short enough to be one thing", () => {
    const long = written.filter(({ text }) => text.split("\n").length > 420);
    expect(long.map(({ path, text }) => `${path}: ${text.split("\n").length} lines`)).toEqual([]);
  });

  it("are no barrels: a file that only passes on the exports of others", () => {
    const barrels = written.filter(({ text }) =>
      /^(\s*(export\s+(\*|\{[^}]*\}|type\s+\{[^}]*\})\s+from\s+"[^"]+";|\/\/.*)?\s*\n?)+$/.test(text),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it("hold no unfinished work", () => {
    const wrong = written.filter(({ text }) => /(?:\/\/|^\s*\*|\/\*).*\b(TODO|FIXME|XXX|HACK)\b/m.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("[TIDY] generated files are fresh", () => {
  it("the index of analyzers", () => {
    expect(readFileSync(REGISTRY, "utf8")).toBe(registryText());
  });

  it("the manual", () => {
    for (const [path, text] of manualPages()) expect(readFileSync(join(ROOT, path), "utf8"), path).toBe(text);
    const pages = files("docs/manual", /\.md$/);
    expect(pages.toSorted()).toEqual([...manualPages().keys()].toSorted());
  });

  it("the version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(readFileSync(join(ROOT, "src/version.gen.ts"), "utf8")).toContain(JSON.stringify(version));
  });
});

describe("[TIDY] the package", () => {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<
      string,
      { license?: string; hasInstallScript?: boolean; dev?: boolean; resolved?: string; optional?: boolean }
    >;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

  it("needs no install script, and names no download host", () => {
    expect(packages.filter(([, one]) => one.hasInstallScript).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, one]) => one.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it("ships only under MIT, ISC, Apache or BSD licences", () => {
    const shipped = packages.filter(([, one]) => one.dev !== true);
    const wrong = shipped.filter(
      ([, one]) => !/^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)/.test(one.license ?? ""),
    );
    expect(wrong.map(([path, one]) => `${path}: ${one.license}`)).toEqual([]);
  });

  it("pins every dependency to one version", () => {
    const text = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const all = { ...text.dependencies, ...text.devDependencies, ...text.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe("[TIDY] the tests", () => {
  it("name the law or rule they check", () => {
    const unnamed = files("test", /\.test\.ts$/).filter(
      (path) => !/\[[A-Z][\w-]*\]/.test(readFileSync(join(ROOT, path), "utf8")),
    );
    expect(unnamed).toEqual([]);
  });

  it("name only rules that SPEC.md states", () => {
    const spec = readFileSync(join(ROOT, "SPEC.md"), "utf8");
    const ids = new Set(
      files("test", /\.test\.ts$/).flatMap((path) =>
        [
          ...readFileSync(join(ROOT, path), "utf8").matchAll(
            /(?:it|describe|test)[\w.]*\(?[^"`]{0,80}["`]\[([A-Z][\w-]*)\]/g,
          ),
        ].map((match) => match[1] ?? ""),
      ),
    );
    expect([...ids].filter((id) => !spec.includes(`**${id}**`))).toEqual([]);
  });
});

describe("[TIDY] the repository", () => {
  it("tracks no build output", () => {
    const tracked = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).split("\n");
    expect(tracked.filter((path) => /^(dist|node_modules|coverage|reports)\//.test(path))).toEqual([]);
  });
});
