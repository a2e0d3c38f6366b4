import { type Effect, type Environment, hasMark, type Verb } from "./effect.ts";

/**
 * What a person lets a session touch. A field that is missing does not narrow; an empty list allows nothing.
 */
export interface Scope {
  /** The task in the person's own words, shown beside what the agent wants. */
  readonly task: string;
  /** Files and folders: relative to the workspace (`.` is all of it), or absolute. */
  readonly paths?: readonly string[];
  readonly environments?: readonly Environment[];
  /** Everything that is not a file. */
  readonly resources?: readonly ResourcePattern[];
  readonly verbs?: readonly Verb[];
}

interface ResourcePattern {
  /** This kind and the kinds below it: `aws.rds` covers `aws.rds.instance`. */
  readonly kind: string;
  /** The exact name, or its beginning when it ends in `*`. */
  readonly name: string;
}

/**
 * Whether an effect is beyond what the person declared. Reads are not, and neither are contained programs nor
 * the project's own tools that nobody can read ahead: what those really did is judged afterwards.
 */
function outsideScope(effect: Effect, scope: Scope): boolean {
  if (effect.verb === "read" || isJudgedAfterwards(effect)) return false;
  const { environment } = effect.resource;
  if (scope.verbs && !scope.verbs.includes(effect.verb)) return true;
  if (scope.environments && !scope.environments.includes(environment)) return true;
  if (isFile(effect)) return scope.paths !== undefined && !isBelowAny(effect, scope.paths);
  return scope.resources !== undefined && !scope.resources.some((pattern) => covers(pattern, effect));
}

/** The same effects, those beyond the scope marked `out-of-scope`: at least one rung up. */
export function markOutOfScope(effects: readonly Effect[], scope: Scope): readonly Effect[] {
  return effects.map((effect) =>
    outsideScope(effect, scope) && !hasMark(effect, "out-of-scope")
      ? { ...effect, marks: [...effect.marks, "out-of-scope" as const].sort() }
      : effect,
  );
}

function isJudgedAfterwards(effect: Effect): boolean {
  if (hasMark(effect, "workspace-code")) return true;
  return effect.verb === "unknown" && effect.wayBack === "restore-point";
}

const FILE_KINDS: ReadonlySet<string> = new Set(["file", "directory", "link", "device"]);

function isFile(effect: Effect): boolean {
  return FILE_KINDS.has(effect.resource.kind);
}

/** A path that is only guessed lies below nothing. */
function isBelowAny(effect: Effect, roots: readonly string[]): boolean {
  const path = segmentsOf(effect.resource.name);
  if (!effect.certain || path === undefined) return false;
  return roots.some((root) => {
    const above = segmentsOf(root);
    return above?.every((segment, at) => segment === path[at]) ?? false;
  });
}

/**
 * The parts of a path without `..`: a relative one begins with `.`, an absolute one with an empty part.
 * `undefined` when it climbs out of where it started. A glob is compared as typed: it never equals the name of a root.
 */
function segmentsOf(path: string): readonly string[] | undefined {
  const segments: string[] = [];
  const start = path.startsWith("/") ? "" : ".";
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") segments.push(part);
    else if (segments.pop() === undefined) return undefined;
  }
  return [start, ...segments];
}

function covers(pattern: ResourcePattern, effect: Effect): boolean {
  const { kind, name } = effect.resource;
  if (!effect.certain) return false;
  if (kind !== pattern.kind && !kind.startsWith(`${pattern.kind}.`)) return false;
  return pattern.name.endsWith("*") ? name.startsWith(pattern.name.slice(0, -1)) : name === pattern.name;
}
