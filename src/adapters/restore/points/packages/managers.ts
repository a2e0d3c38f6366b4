import type { Effect } from "../../../../core/effect.ts";
import { members } from "../shape.ts";

/** Versions by package name. */
export type Packages = ReadonlyMap<string, string>;

/** A program that installs packages outside of projects. */
export interface Manager {
  readonly name: string;
  /** Whether the effect is this manager's. The texts are the agent's. */
  covers(effect: Effect): boolean;
  /** What the program is called on a line of this manager, or `undefined` for its usual name. */
  readonly called: RegExp;
  /** Options on the line that choose the installation; each takes a value. */
  readonly places: readonly string[];
  /** Flags on the line without which this installation is not changed. */
  readonly flags: readonly string[];
  /** Words that print what is installed, and their meaning. `read` throws for what it does not know. */
  readonly list: {
    readonly program: string;
    readonly words: readonly string[];
    read(output: string): Packages;
  };
  /** Words that remove what was added. */
  remove(name: string, version: string): readonly string[];
  /** Words that bring back what was removed, in exactly this version. */
  add(name: string, version: string): readonly string[];
  /** What undo runs itself; the rest is shown. `offline`: words that are tried first and need no network. */
  readonly runs: { readonly removal: boolean; offline?(name: string, version: string): readonly string[] };
}

/** A name or version that no program takes for an option, and no shell for anything. */
const PLAIN = /^[A-Za-z0-9@][\w.@/+~:!-]{0,200}$/;

function byLine(output: string, pattern: RegExp): Packages {
  return new Map(
    output.split("\n").flatMap((line) => {
      const [, name = "", version = ""] = pattern.exec(line) ?? [];
      return PLAIN.test(name) && PLAIN.test(version) ? [[name, version] as const] : [];
    }),
  );
}

/** What comes from a file, an address or another registry: the same installation, judged as code that nobody has read. */
const FOREIGN = "foreign-code";

const npm: Manager = {
  name: "npm",
  covers: ({ verb, resource, by }) =>
    verb !== "read" &&
    resource.environment === "local" &&
    /(^|[\s/])npm\s/.test(by) &&
    (/^(node\.packages|npm\.(?!config))/.test(resource.kind) ||
      (resource.kind === FOREIGN && /\s(-g|--global|--location[= ]global)\b/.test(by))),
  called: /^(.*\/)?npm$/,
  places: ["--prefix", "-C"],
  flags: [],
  list: {
    program: "npm",
    words: ["ls", "-g", "--json", "--depth=0"],
    read: (output) => {
      const top = members(JSON.parse(output), "npm ls");
      if (!top.has("dependencies")) return new Map();
      const entries = Object.entries(top.value("dependencies") as Readonly<Record<string, unknown>>);
      return new Map(
        entries.flatMap(([name, value]) => {
          const one = members(value, "npm ls");
          return PLAIN.test(name) && one.has("version") ? [[name, one.text("version")] as const] : [];
        }),
      );
    },
  },
  remove: (name) => ["uninstall", "-g", "--ignore-scripts", name],
  add: (name, version) => ["install", "-g", `${name}@${version}`],
  runs: {
    removal: true,
    offline: (name, version) => ["install", "-g", "--ignore-scripts", "--offline", `${name}@${version}`],
  },
};

const pip: Manager = {
  name: "pip",
  covers: ({ verb, resource, by }) =>
    verb !== "read" &&
    (resource.kind === "python.packages" || resource.kind === FOREIGN) &&
    /(^|[\s/])pip[\d.]*\s/.test(by) &&
    !/(^|[\s/])(uv|poetry|pipenv|conda|mamba|pipx)\s/.test(by),
  called: /^(.*\/)?pip[\d.]*$/,
  places: [],
  flags: ["--break-system-packages"],
  list: {
    program: "pip",
    words: ["list", "--format=json"],
    read: (output) =>
      new Map(
        members({ list: JSON.parse(output) }, "pip list")
          .list("list", (value) => members(value, "pip list"))
          .map((one) => [one.text("name"), one.text("version")] as const)
          .filter(([name, version]) => PLAIN.test(name) && PLAIN.test(version)),
      ),
  },
  remove: (name) => ["uninstall", "--yes", name],
  add: (name, version) => ["install", "--no-deps", `${name}==${version}`],
  runs: { removal: true },
};

const apt: Manager = {
  name: "apt",
  covers: ({ verb, resource, by }) =>
    verb !== "read" &&
    (resource.kind === "software" || resource.kind === FOREIGN) &&
    /(^|[\s/])(apt|apt-get|aptitude|dpkg)\s/.test(by),
  called: /^(.*\/)?apt-get$/,
  places: [],
  flags: [],
  list: {
    program: "dpkg-query",
    words: ["-W", "-f", "${Package}:${Architecture}\\t${Version}\\t${db:Status-Status}\\n"],
    read: (output) => byLine(output, /^(\S+)\t(\S+)\tinstalled$/),
  },
  remove: (name) => ["remove", name],
  add: (name, version) => ["install", "--allow-downgrades", `${name}=${version}`],
  runs: { removal: false },
};

/** Ruby keeps several versions of a gem side by side, so that the version is part of the name. */
const gem: Manager = {
  name: "gem",
  covers: ({ verb, resource, by }) =>
    verb !== "read" &&
    (/^ruby\.(packages|gem)$/.test(resource.kind) || resource.kind === FOREIGN) &&
    /(^|[\s/])gem\s/.test(by),
  called: /^(.*\/)?gem$/,
  places: ["--install-dir", "-i"],
  flags: [],
  list: {
    program: "gem",
    words: ["list", "--local", "--quiet"],
    read: (output) =>
      new Map(
        output.split("\n").flatMap((line) => {
          const [, name = "", versions = ""] = /^([\w.-]+) \((.+)\)$/.exec(line) ?? [];
          const each = versions.split(", ").map((one) => one.replace(/^default: /, "").split(" ")[0] ?? "");
          return each.filter((one) => PLAIN.test(one)).map((one) => [`${name}:${one}`, one] as const);
        }),
      ),
  },
  remove: (name, version) => ["uninstall", gemName(name), "--version", version],
  add: (name, version) => ["install", gemName(name), "--version", version],
  runs: { removal: false },
};

function gemName(name: string): string {
  return name.slice(0, name.lastIndexOf(":"));
}

const cargo: Manager = {
  name: "cargo",
  covers: ({ verb, resource, by }) =>
    verb !== "read" &&
    resource.environment === "local" &&
    (/^rust\.(program|packages)$/.test(resource.kind) || resource.kind === FOREIGN) &&
    /(^|[\s/])cargo\s.*install/.test(by),
  called: /^(.*\/)?cargo$/,
  places: ["--root"],
  flags: [],
  list: {
    program: "cargo",
    words: ["install", "--list"],
    read: (output) => byLine(output, /^(\S+) v(\S+?):?(?: \(.*\):)?$/),
  },
  remove: (name) => ["uninstall", name],
  add: (name, version) => ["install", "--locked", name, "--version", `=${version}`],
  runs: { removal: true },
};

/** The managers that are understood. */
export const MANAGERS: readonly Manager[] = [npm, pip, apt, gem, cargo];
