import type { Scene } from "../analyzer.ts";
import { normalizePath } from "../locate.ts";
import { literal, type Options } from "../options.ts";
import { type Database, fileDatabase, settingDatabase, urlDatabase } from "./database.ts";

/** The database that a Prisma schema names: a literal URL, a file, or a variable. */
export function prismaDatabase(options: Options, scene: Scene): Database | undefined {
  const text = schemaText(options, scene);
  const source = /datasource\s+\w+\s*\{([^}]*)\}/.exec(text ?? "")?.[1] ?? "";
  const url = /^\s*(?:directUrl|url)\s*=\s*"([^"]*)"/m.exec(source)?.[1];
  if (url !== undefined) return sqliteFile(url, scene) ?? urlDatabase(url, scene);
  const names = [...source.matchAll(/^\s*(?:directUrl|url)\s*=\s*env\("([^"]+)"\)/gm)].map(
    (match) => match[1] ?? "",
  );
  const wanted = names.length > 0 ? names.reverse() : ["DATABASE_URL", "POSTGRES_PRISMA_URL", "DIRECT_URL"];
  for (const name of wanted) {
    const database = settingDatabase([name], [], scene, [".env", "prisma/.env"]);
    if (database !== undefined) return database;
  }
  return undefined;
}

/** A path in a schema is relative to the schema's folder. */
function sqliteFile(url: string, scene: Scene): Database | undefined {
  const path = /^file:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (path === undefined) return undefined;
  return fileDatabase(literal(path.startsWith("/") ? path : `prisma/${path}`), scene);
}

function schemaText(options: Options, scene: Scene): string | undefined {
  if (scene.cwd === undefined || scene.place.host !== undefined) return undefined;
  const given = options.value("--schema")?.text;
  const paths = given === undefined ? ["prisma/schema.prisma", "schema.prisma"] : [given];
  for (const path of paths) {
    const full = normalizePath(path.startsWith("/") ? path : `${scene.cwd}/${path}`);
    const text = scene.need({ kind: "text", path: full })?.text;
    if (text !== undefined) return text;
  }
  return undefined;
}
