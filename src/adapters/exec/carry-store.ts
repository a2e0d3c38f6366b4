import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Carried } from "./carry.ts";

/** A set of variables, as a command gets it. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the next command of a session starts, and with what. */
export interface SessionStart {
  readonly cwd: string;
  readonly environment: Environment;
  /** What a person should know: something could not be carried. Empty as a rule. */
  readonly notes: readonly string[];
}

/** What sessions carry from command to command, in files of ours. */
export interface CarryStore {
  /** What a session left, on top of where and with what its next command would start without it. */
  start(session: string, cwd: string, environment: Environment): SessionStart;
  /**
   * Keeps what a line left; undefined: it cannot be told, then everything stays as it was before the line. Gives
   * notes for a person.
   */
  keep(session: string, carried: Carried | undefined): readonly string[];
  forget(session: string): void;
}

/** The form of the files: only what differs from the environment outside of the session. */
interface Kept {
  readonly version: 1;
  readonly cwd?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** Bytes of a file; the values in it are bounded when they are read from a command. */
const LARGEST = 4_194_304;

export interface CarryRules {
  /** A variable that must not be written to a disk; the session goes on without it, and says so. */
  isCredential(name: string, value: string): boolean;
  /** Whether a command could start there; absent: whether it is a folder outside of any isolation. */
  isFolder?(path: string): boolean;
}

/** Opens the store in a folder. A file that cannot be read is a session that left nothing, and says so. */
export function openCarryStore(folder: string, rules: CarryRules): CarryStore {
  const fileOf = (session: string) =>
    join(folder, `${createHash("sha256").update(session).digest("hex").slice(0, 32)}.json`);
  return {
    start: (session, cwd, environment) =>
      startFrom(readKept(fileOf(session)), cwd, environment, rules.isFolder ?? isFolder),
    keep: (session, carried) => keep(fileOf(session), carried, rules),
    forget: (session) => rmSync(fileOf(session), { force: true }),
  };
}

function startFrom(
  kept: Kept | "nothing" | "unreadable",
  cwd: string,
  environment: Environment,
  exists: (path: string) => boolean,
): SessionStart {
  if (kept === "nothing") return { cwd, environment, notes: [] };
  if (kept === "unreadable")
    return { cwd, environment, notes: ["what the session carries cannot be read; it starts anew"] };
  const isThere = kept.cwd !== undefined && exists(kept.cwd);
  const stands = kept.cwd !== undefined && isThere ? kept.cwd : cwd;
  const { PWD, ...set } = kept.set;
  const merged: Record<string, string | undefined> = { ...environment, ...set };
  for (const name of kept.unset) delete merged[name];
  // A name of the folder that goes through a link is the shell's to remember, as long as it is right.
  merged.PWD = PWD !== undefined && realOf(PWD) === stands ? PWD : stands;
  const isLost = kept.cwd !== undefined && !isThere;
  const notes = isLost ? [`\`${kept.cwd}\` is gone; the session goes on in \`${cwd}\``] : [];
  return { cwd: stands, environment: merged, notes };
}

function keep(file: string, carried: Carried | undefined, rules: CarryRules): readonly string[] {
  if (carried === undefined)
    return [
      "bash did not say how the line ended: the folder and the variables of the session stay as they were",
    ];
  const previous = readKept(file);
  const old: Partial<Kept> = typeof previous === "string" ? {} : previous;
  const secret = Object.keys(carried.set).filter((name) => rules.isCredential(name, carried.set[name] ?? ""));
  const set = { ...old.set, ...carried.set };
  for (const name of [...secret, ...carried.unset]) delete set[name];
  const gone = new Set([...(old.unset ?? []), ...carried.unset]);
  const unset = [...gone].filter((name) => !Object.hasOwn(carried.environment, name));
  const cwd = carried.cwd ?? old.cwd;
  write(file, { version: 1, ...(cwd === undefined ? {} : { cwd }), set, unset });
  return notesOn(carried, secret);
}

function notesOn({ cwd, dropped }: Carried, secret: readonly string[]): readonly string[] {
  return [
    ...(cwd === undefined ? ["the line ended in a folder that is gone; that folder is not carried"] : []),
    ...(secret.length > 0 ? [`not carried, being credentials: ${secret.join(", ")}`] : []),
    ...(dropped.length > 0 ? [`not carried: ${dropped.slice(0, 12).join(", ")}`] : []),
  ];
}

function readKept(file: string): Kept | "nothing" | "unreadable" {
  try {
    if (statSync(file).size > LARGEST) return "unreadable";
    return parseKept(JSON.parse(readFileSync(file, "utf8"))) ?? "unreadable";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "nothing" : "unreadable";
  }
}

function parseKept(value: unknown): Kept | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const { version, cwd, set, unset } = value as Partial<Record<keyof Kept, unknown>>;
  if (version !== 1 || !(cwd === undefined || (typeof cwd === "string" && cwd.startsWith("/"))))
    return undefined;
  if (set === null || typeof set !== "object" || !Object.values(set).every(isText)) return undefined;
  return Array.isArray(unset) && unset.every(isText) ? (value as Kept) : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** Whole or not at all; of two commands of one session at the same time, the one that ends last counts. */
function write(file: string, kept: Kept): void {
  mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
