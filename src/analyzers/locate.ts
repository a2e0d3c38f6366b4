import type { Scene, Word } from "./analyzer.ts";
import { controlOf, isHistory, isSecret } from "./sensitive.ts";
import { literalPieces } from "./words.ts";

/**
 * Where a path lies. `sink`: `/dev/null` and the like. `remote`: on the host of `scene.place`.
 * `unknown`: cannot be told ahead.
 */
export type Area =
  | "sink"
  | "workspace"
  | "temporary"
  | "cache"
  | "home"
  | "elsewhere"
  | "system"
  | "device"
  | "remote"
  | "unknown";

export interface Location {
  readonly area: Area;
  /** Absolute path when it can be told, else the word as typed. */
  readonly path: string;
  /** Path for people: relative inside the workspace. */
  readonly shown: string;
  /** The root of its area, or everything right below it: the whole workspace, home or file system. */
  readonly whole: boolean;
  readonly certain: boolean;
  /** What it governs, when it is a control file: `git hooks`, `shell start file`. */
  readonly control: string | undefined;
  readonly secret: boolean;
  /** Inside a `.git` folder, or one itself. */
  readonly history: boolean;
  readonly type: "file" | "directory" | "link" | "other" | "absent" | undefined;
}

const STRICTNESS: readonly Area[] = [
  "sink",
  "workspace",
  "cache",
  "temporary",
  "home",
  "elsewhere",
  "remote",
  "unknown",
  "system",
  "device",
];

/**
 * Places a word that names a path. Symbolic links are resolved through facts. When a piece is unknown, the
 * stricter of two readings counts: the piece stays below the literal part, or it is empty.
 */
export function locate(word: Word, scene: Scene): Location {
  if (word.text !== undefined) return locateText(word.text, word, scene);
  const at = locateUnknown(word, scene);
  return at.secret || !couldBeSecret(word, scene) ? at : { ...at, secret: true };
}

/** What an unknown piece is tried as: nothing, a number, a name. */
const FILLERS = ["", "1", "x"];

/** A word of which a piece is not known names a secret when some value of that piece makes it one: `.env.$STAGE`. */
function couldBeSecret(word: Word, scene: Scene): boolean {
  const pieces = literalPieces(word) ?? [word.prefix, word.suffix];
  if (pieces.every((piece) => piece === "")) return false;
  if (word.suffix === "" && /\/\.(aws|kube|docker)\/$/.test(word.prefix)) return true;
  return FILLERS.some((filler) => {
    const text = pieces.join(filler);
    if (scene.place.host !== undefined) return isSecret(text, scene.setting);
    if (!text.startsWith("/") && scene.cwd === undefined) return isSecret(text, scene.setting);
    return isSecret(normalizePath(text.startsWith("/") ? text : `${scene.cwd}/${text}`), scene.setting);
  });
}

function locateUnknown(word: Word, scene: Scene): Location {
  const empty = `${word.prefix}${word.suffix}`;
  if (word.prefix === "" && (empty === "" || !word.tame)) {
    const ifEmpty = empty.startsWith("/") ? locateText(empty, word, scene) : undefined;
    return ifEmpty && ifEmpty.area === "system" ? { ...ifEmpty, certain: false } : unplaced(word);
  }
  const inside = locateText(word.tame ? empty : parentOf(word.prefix), word, scene);
  const ifEmpty = locateText(word.tame ? parentOf(empty) : empty, word, scene);
  const whole = !word.tame && ifEmpty.whole;
  const strict = stricter({ ...inside, whole: false }, { ...ifEmpty, whole });
  return { ...strict, shown: word.source, certain: word.tame };
}

/** Text up to and including the last slash: what an unknown piece stays below. */
function parentOf(text: string): string {
  const slash = text.lastIndexOf("/");
  return slash < 0 ? "." : text.slice(0, slash + 1);
}

function stricter(a: Location, b: Location): Location {
  return STRICTNESS.indexOf(b.area) > STRICTNESS.indexOf(a.area) || b.whole ? b : a;
}

function unplaced(word: Word): Location {
  return {
    area: "unknown",
    path: word.source,
    shown: word.source,
    whole: false,
    certain: false,
    control: undefined,
    secret: false,
    history: false,
    type: undefined,
  };
}

/** Somewhere below a directory that is not known: what it is can still show in its name. */
function below(text: string, word: Word, scene: Scene): Location {
  return {
    ...unplaced(word),
    secret: isSecret(text, scene.setting),
    control: controlOf(`/${text}`, scene.setting),
  };
}

function locateText(text: string, word: Word, scene: Scene): Location {
  if (scene.place.host !== undefined) return remote(text, scene);
  if (text === "-") return { ...unplaced(word), area: "sink", certain: true };
  const drive = /^[a-zA-Z]:[\\/]?/.exec(text);
  if (drive && scene.setting.platform !== "win32") return windowsPath(text, scene);
  if (!text.startsWith("/") && scene.cwd === undefined) return below(text, word, scene);
  const literalPath = normalizePath(text.startsWith("/") ? text : `${scene.cwd}/${text}`);
  const everything = word.glob && /(^|\/)(\*+|\.\*|\.\[!?\^?\.\]\*|\*\.\*|\{.*\*.*\})$/.test(literalPath);
  const path = everything ? parentOf(literalPath).replace(/(.)\/$/, "$1") : literalPath;
  const fact = word.glob ? undefined : scene.need({ kind: "path", path });
  const real = realPath(path, word.glob && !everything, scene);
  return placed(real, path, everything, fact?.type, scene);
}

/** Resolves the links of a path: of itself when it exists, else of its nearest existing parent. */
function realPath(path: string, glob: boolean, scene: Scene): string {
  const literalPart = glob ? path.slice(0, globAt(path)).replace(/[^/]*$/, "") || "/" : path;
  const base = literalPart.length > 1 ? literalPart.replace(/\/$/, "") : literalPart;
  const fact = scene.need({ kind: "path", path: base });
  if (!fact || fact.real === base) return path;
  return normalizePath(`${fact.real}${path.slice(base.length)}`);
}

function globAt(path: string): number {
  const at = path.search(/[*?[{]/);
  return at < 0 ? path.length : at;
}

function placed(
  path: string,
  typed: string,
  everything: boolean,
  type: Location["type"],
  scene: Scene,
): Location {
  const area = areaOf(path, scene);
  const { workspace } = scene.setting;
  const isLink = path !== typed;
  const inside = workspace !== undefined && (path === workspace || path.startsWith(`${workspace}/`));
  const shown = inside ? path.slice(workspace.length + 1) || "." : path;
  return {
    area,
    path,
    shown: everything ? `${shown === "." ? "" : shown === "/" ? "/" : `${shown}/`}*` : shown,
    whole: isRoot(path, scene),
    certain: true,
    control: controlOf(path, scene.setting) ?? (isLink ? controlOf(typed, scene.setting) : undefined),
    secret: isSecret(path, scene.setting) || (isLink && isSecret(typed, scene.setting)),
    history: isHistory(path),
    type,
  };
}

function isRoot(path: string, scene: Scene): boolean {
  const { workspace, home, temporary } = scene.setting;
  if (
    workspace !== undefined &&
    (path === workspace || workspace.startsWith(path === "/" ? "/" : `${path}/`))
  )
    return true;
  if (path === home || home.startsWith(path === "/" ? "/" : `${path}/`)) return true;
  if (temporary.includes(path)) return true;
  return /^\/[^/]*$/.test(path) || /^\/(home|Users|mnt|media|Volumes|var|usr|opt|srv)\/[^/]+$/.test(path);
}

/** Devices that keep nothing; a shell's `/dev/tcp/HOST/PORT` (bash, 3.6 Redirections) on the loopback is a port check. */
const SINKS =
  /^\/dev\/(null|zero|full|tty\d*|stdin|stdout|stderr|random|urandom|ptmx|fd(\/.*)?|pts\/.*|(tcp|udp)\/(localhost|127(\.\d{1,3}){3}|::1)\/.*)$/;
const SYSTEM =
  /^\/(bin|boot|dev|etc|lib|lib32|lib64|libx32|opt|proc|run|sbin|srv|sys|usr|var|snap|nix|System|Library|Applications|private|cores)(\/|$)/;
/** Below home. Nothing on PATH, no settings: `~/.local/share/pnpm` and `~/.pub-cache/bin` hold programs. */
const CACHES =
  /^\/(\.cache|\.npm|\.yarn\/(berry\/)?cache|\.pnpm-store|\.local\/share\/pnpm\/store|\.bun\/install\/cache|\.cargo\/(registry|git)|\.rustup\/tmp|go\/pkg\/mod|\.gradle\/caches|\.m2\/repository|\.nuget\/packages|\.ivy2\/cache|\.pub-cache\/(hosted|hosted-hashes|git|_temp)|\.composer\/cache|\.hex\/packages|\.ccache|\.swiftpm\/cache|Library\/Caches)(\/|$)/;

function areaOf(path: string, scene: Scene): Area {
  const { workspace, home, temporary } = scene.setting;
  if (SINKS.test(path)) return "sink";
  if (workspace !== undefined && (path === workspace || path.startsWith(`${workspace}/`))) return "workspace";
  const isIn = (folder: string) => path === folder || path.startsWith(`${folder}/`);
  const homeIsTemporary = temporary.some((folder) => home.startsWith(`${folder}/`));
  if (temporary.some(isIn) && !(homeIsTemporary && isIn(home))) return "temporary";
  if (/^\/dev\/shm\/./.test(path)) return "temporary";
  if (path.startsWith("/dev/")) return "device";
  if (path === home) return "home";
  if (path.startsWith(`${home}/`)) return CACHES.test(path.slice(home.length)) ? "cache" : "home";
  return path === "/" || SYSTEM.test(path) ? "system" : "elsewhere";
}

function remote(text: string, scene: Scene): Location {
  const path = text === "" ? "." : text;
  return {
    area: SINKS.test(path) ? "sink" : "remote",
    path,
    shown: path,
    whole: /^(\/|~\/?|\/\*|\*|\.|\/[a-z]+\/?\*?)$/i.test(path),
    certain: true,
    control: controlOf(path.replace(/^~/, scene.setting.home), scene.setting),
    secret: isSecret(path, scene.setting),
    history: isHistory(path),
    type: undefined,
  };
}

/** A Windows path seen from another platform (Git Bash, WSL, a recorded command). */
function windowsPath(text: string, scene: Scene): Location {
  const path = text.replace(/\\/g, "/").replace(/\/+$/, "");
  const system = /^[a-z]:(\/(windows|program files|programdata|system32)|$)/i.test(path);
  return {
    area: system ? "system" : "elsewhere",
    path: text,
    shown: text,
    whole: /^[a-z]:(\/\*?)?$/i.test(path) || /^[a-z]:\/users(\/[^/]+)?$/i.test(path),
    certain: true,
    control: controlOf(path, scene.setting),
    secret: isSecret(path, scene.setting),
    history: isHistory(path),
    type: undefined,
  };
}

/** An absolute path without `.`, `..` and empty segments (lexically, as `path.posix.normalize` does). */
export function normalizePath(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") out.pop();
    else out.push(segment);
  }
  return `/${out.join("/")}`;
}
