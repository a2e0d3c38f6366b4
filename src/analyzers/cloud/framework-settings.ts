import type { Scene } from "../analyzer.ts";
import { isLoopback } from "../environment.ts";
import { literal } from "../options.ts";
import {
  type Database,
  fileDatabase,
  ownDatabase,
  serverDatabase,
  settingDatabase,
  unknownDatabase,
} from "./database.ts";

/** The text of a file of the project, when it can be had. */
export function projectText(path: string, scene: Scene): string | undefined {
  if (scene.cwd === undefined || scene.place.host !== undefined) return undefined;
  return scene.need({ kind: "text", path: `${scene.cwd}/${path}` })?.text;
}

/**
 * Rails works in `development` unless RAILS_ENV says otherwise; DATABASE_URL goes before config/database.yml
 * (Rails guides, "Configuring a Database").
 */
export function railsDatabase(named: string | undefined, scene: Scene): Database {
  const environment = named ?? scene.variable("RAILS_ENV") ?? scene.variable("RACK_ENV") ?? "development";
  if (environment !== "development" && environment !== "test")
    return { ...unknownDatabase([environment], scene), name: "database" };
  const url = settingDatabase(["DATABASE_URL"], [], scene, [
    `.env.${environment}.local`,
    ".env.local",
    `.env.${environment}`,
    ".env",
  ]);
  if (url !== undefined) return url;
  const text = projectText("config/database.yml", scene);
  if (text === undefined) return { ...unknownDatabase([], scene), name: "database" };
  return fromYaml(text, environment, scene);
}

function fromYaml(text: string, environment: string, scene: Scene): Database {
  const section = sectionOf(text, environment);
  const inherited = [...section.matchAll(/<<:\s*\*(\w+)/g)]
    .map((match) => anchored(text, match[1] ?? ""))
    .join("\n");
  const value = (key: string) =>
    new RegExp(`^\\s+${key}:\\s*(.+?)\\s*$`, "m")
      .exec(`${section}\n${inherited}`)?.[1]
      ?.replace(/^["']|["']$/g, "");
  const name = value("database");
  const hosts = [value("host"), value("url")].filter((one) => one !== undefined);
  if (value("adapter")?.startsWith("sqlite") && hosts.length === 0)
    return fileDatabase(literal(name ?? "db/development.sqlite3"), scene);
  if (hosts.every((host) => isOwn(host)))
    return ownDatabase(name === undefined || name.includes("<%") ? "database" : name, scene);
  return { ...unknownDatabase(hosts, scene), name: name ?? "database" };
}

/** A host that is literally the loopback, or falls back to it when a variable is not set. */
function isOwn(host: string): boolean {
  const fallback = /ENV\.fetch\(\s*["']\w+["']\s*[,)]\s*(?:\{\s*)?["']([^"']*)["']/.exec(host)?.[1];
  return isLoopback(fallback ?? host);
}

function sectionOf(text: string, name: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${name}:`));
  if (start < 0) return "";
  const end = lines.findIndex((line, at) => at > start && /^\S/.test(line) && !line.startsWith("#"));
  return lines.slice(start + 1, end < 0 ? undefined : end).join("\n");
}

function anchored(text: string, anchor: string): string {
  const name = new RegExp(`^(\\w+):\\s*&${anchor}\\s*$`, "m").exec(text)?.[1];
  return name === undefined ? "" : sectionOf(text, name);
}

/** Django's settings module, as `manage.py` or DJANGO_SETTINGS_MODULE names it. */
export function djangoDatabase(named: string | undefined, scene: Scene): Database {
  const url = settingDatabase(["DATABASE_URL"], [], scene);
  const module =
    named ??
    scene.variable("DJANGO_SETTINGS_MODULE") ??
    /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(projectText("manage.py", scene) ?? "")?.[1];
  const said = unknownDatabase([module], scene);
  if (said.environment === "production") return { ...said, name: "database" };
  if (url !== undefined) return url;
  const path = module?.replaceAll(".", "/");
  const text =
    path === undefined
      ? undefined
      : (projectText(`${path}.py`, scene) ?? projectText(`${path}/__init__.py`, scene));
  if (text === undefined) return { ...said, name: "database" };
  return fromSettings(text, scene) ?? { ...said, name: "database" };
}

function fromSettings(text: string, scene: Scene): Database | undefined {
  const block = /^DATABASES\s*=\s*\{([\s\S]*?)^\}/m.exec(text)?.[1];
  if (block === undefined) return undefined;
  const engines = [...block.matchAll(/["']ENGINE["']\s*:\s*["']([\w.]+)["']/g)].map(
    (match) => match[1] ?? "",
  );
  const hosts = [...block.matchAll(/["']HOST["']\s*:\s*([^\n]*)/g)].map((match) => match[1] ?? "");
  if (engines.length === 0) return undefined;
  if (engines.every((engine) => engine.endsWith("sqlite3"))) {
    return {
      environment: "workspace",
      local: true,
      restorable: scene.setting.restorable,
      name: /["']NAME["']\s*:.*?["']([\w.-]+)["']/.exec(block)?.[1] ?? "db.sqlite3",
    };
  }
  const literals = hosts.map(
    (host) =>
      /^["']([^"']*)["']/.exec(host)?.[1] ?? /,\s*(?:default\s*=\s*)?["']([^"']*)["']\s*\)/.exec(host)?.[1],
  );
  if (literals.some((host) => host === undefined)) return undefined;
  const remote = literals.find((host) => host !== undefined && host !== "" && !isLoopback(host));
  return serverDatabase(remote ?? "localhost", undefined, scene);
}
