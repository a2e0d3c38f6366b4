import type { Setting } from "../core/call.ts";
import { type Effect, hasMark, type Mark } from "../core/effect.ts";
import { needKey, type PathFact } from "../core/facts.ts";
import type { Scene } from "./analyzer.ts";
import { bookkeeperOf } from "./bookkeeping.ts";
import { leadsAway } from "./captured-links.ts";
import { isHarmlessControl, losesHistory } from "./captured-rules.ts";
import { effect, type FileVerb, fileEffects } from "./effects.ts";
import { machineEffect } from "./machine.ts";
import { literal } from "./options.ts";
import { sceneFor } from "./shell/dispatch.ts";
import { firstState, newAnalysis } from "./shell/state.ts";

/** What is at a path, links not followed. */
export type EntryType = "file" | "directory" | "link" | "device" | "other";

/** Owner and permission bits (with setuid, setgid, sticky). */
export interface EntryAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What was found by looking at an entry of the captured tree, which the command controls. */
export interface Seen {
  /** Permission bits; of a link without meaning. */
  readonly mode: number;
  /** Where a symbolic link leads: absolute, lexically resolved. */
  readonly target?: string;
  /** The text before and after, of small files whose text decides what they govern (`isReadToJudge`). */
  readonly before?: string;
  readonly after?: string;
}

/** An entry below a folder that is new as a whole. */
export interface InsideEntry extends Seen {
  readonly path: string;
  readonly type: EntryType;
}

/** One thing that a command really changed on the disk, as its engine captured it. */
export interface CapturedChange {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly kind: "create" | "modify" | "metadata" | "delete";
  readonly type: EntryType;
  /** How many entries it stands for: 1, or those of the whole tree below a folder. */
  readonly entries: number;
  /** Sum of the sizes of the regular files in it. */
  readonly bytes: number;
  /** For `modify`: what was there before. */
  readonly before?: { readonly type: EntryType; readonly entries: number; readonly bytes: number };
  /** For `metadata`; `extended`: extended attributes changed as well. */
  readonly attributes?: {
    readonly before: EntryAttributes;
    readonly after: EntryAttributes;
    readonly extended: boolean;
  };
  /** The other half of a move, when it is one. */
  readonly movedFrom?: string;
  readonly movedTo?: string;
  /** What version control says of the path; absent when it was not asked or did not answer. */
  readonly standing?: "tracked" | "untracked" | "ignored";
  /** Absent when nobody could look: then the worst counts. */
  readonly seen?: Seen;
  /** For a new folder: what in it matters (`isWorthSeeing`), all of it or `null` when a bound was reached. */
  readonly inside?: readonly InsideEntry[] | null;
  /** Why this deletion loses nothing (`inContext`). */
  readonly explained?: string;
  /** With this deletion nothing that people see is left in the workspace (`inContext`). */
  readonly empties?: boolean;
  /** The root of the repository that came whole with a new folder, for an entry in it. */
  readonly repository?: string;
}

const VERBS: Readonly<Record<CapturedChange["kind"], FileVerb>> = {
  create: "create",
  modify: "change",
  metadata: "change",
  delete: "delete",
};

/**
 * The effects of what a command really changed: the same words, classified by the same rules as what was
 * predicted, so that the tier is the one that the plain command for it has. Exceptions, each of which lowers:
 * what tools write beside their work (`bookkeeping.ts`), what git keeps in its own folder, what installed
 * packages carry inside them, and a new time alone, which is no effect. Both halves of a move have the effects of
 * both, since only together they lose nothing.
 */
export function capturedEffects(changes: readonly CapturedChange[], setting: Setting): readonly Effect[] {
  return changes.flatMap((change) => {
    const other = otherHalf(change);
    return distinct([...ownEffects(change, setting), ...(other ? ownEffects(other, setting) : [])]);
  });
}

/** True for a change of times only: the content was written again as it was, or `touch`. */
export function isTouch({ kind, attributes }: CapturedChange): boolean {
  if (kind !== "metadata" || attributes === undefined || attributes.extended) return false;
  const { before, after } = attributes;
  return before.mode === after.mode && before.uid === after.uid && before.gid === after.gid;
}

function otherHalf(change: CapturedChange): CapturedChange | undefined {
  const { movedFrom, movedTo, explained: _, empties: __, standing: ___, ...same } = change;
  if (movedTo !== undefined) return { ...same, kind: "create", path: movedTo };
  return movedFrom === undefined ? undefined : { ...same, kind: "delete", path: movedFrom };
}

function ownEffects(change: CapturedChange, setting: Setting): readonly Effect[] {
  if (isTouch(change)) return [];
  const scene = sceneOf(change, setting);
  const { before } = change;
  const isTreeReplaced = change.kind === "modify" && before?.type === "directory";
  if (!isTreeReplaced) return changeEffects(change, scene);
  const { before: _, ...now } = change;
  return [
    ...changeEffects({ ...now, ...before, kind: "delete" }, scene),
    ...changeEffects({ ...now, kind: "create" }, scene),
  ];
}

/** A scene of its own for each change: the bounds of an analysis are meant for one command. */
function sceneOf({ path, type }: CapturedChange, setting: Setting): Scene {
  const fact: PathFact = { type: type === "device" ? "other" : type, real: path };
  const facts = new Map([[needKey({ kind: "path", path }), fact]]);
  return sceneFor(firstState(setting), newAnalysis(setting, facts));
}

function changeEffects(change: CapturedChange, scene: Scene): readonly Effect[] {
  const recursive = change.type === "directory" && change.kind === "delete";
  const effects = fileEffects(VERBS[change.kind], literal(change.path), scene, {
    by: "captured",
    recursive,
    ...(change.type === "device" ? { kind: "device", marks: ["device"] } : {}),
  }).map((one) => ({ ...withoutExcused(one, change, scene), count: change.entries }));
  return [
    ...effects.map((one) => withWorst(one, change)),
    ...raisedRights(change, scene),
    ...leadsAway(change, scene),
    ...insideEffects(change, scene, effects),
  ];
}

/** Takes away the marks that do not hold for what this is. */
function withoutExcused(one: Effect, change: CapturedChange, scene: Scene): Effect {
  if (one.marks.length === 0) return one;
  const excused: Mark[] = [];
  if (hasMark(one, "control") && isHarmlessControl(change, scene.setting)) excused.push("control");
  if (change.explained !== undefined) excused.push("history");
  const quiet = hasMark(one, "outside") && isQuiet(change, scene.setting);
  if (quiet) excused.push("outside", ...(change.kind === "delete" ? (["secret"] as const) : []));
  const marks = one.marks.filter((mark) => !excused.includes(mark));
  return quiet && !marks.includes("control")
    ? { ...one, marks, reversibility: "R1", wayBack: "restore-point" }
    : { ...one, marks };
}

/** A bound that was reached, a tree that nobody looked into, and a workspace left empty are questions. */
function withWorst(one: Effect, change: CapturedChange): Effect {
  const unseen = change.kind === "create" && change.type === "directory" && change.entries > 1;
  const marks = new Set(one.marks);
  if (change.empties === true || (unseen && !change.inside)) marks.add("bulk");
  if (losesHistory(change)) marks.add("history");
  return marks.size === one.marks.length ? one : { ...one, marks: [...marks].sort() };
}

/** What a tool writes beside its work, with all that is in it. */
function isQuiet(change: CapturedChange, setting: Setting): boolean {
  if (/\/\.ssh\/known_hosts$/.test(change.path)) return isHarmlessControl(change, setting);
  if (change.kind !== "create" || change.type !== "directory")
    return bookkeeperOf(change, setting) !== undefined;
  if (change.entries === 1) return bookkeeperOf(change, setting) !== undefined;
  const { inside } = change;
  if (!inside || inside.length < change.entries - 1) return false;
  const folders = new Set(
    [change.path, ...inside.map((one) => one.path)].map((path) => path.slice(0, path.lastIndexOf("/"))),
  );
  const leaves = inside.filter((one) => one.type !== "directory" || !folders.has(one.path));
  return leaves.every((one) => bookkeeperOf(asChange(one), setting) !== undefined);
}

/** An entry of a new folder as a change of its own. */
export function asChange({ path, type, ...seen }: InsideEntry): CapturedChange {
  return { path, type, kind: "create", entries: 1, bytes: 0, seen };
}

const SETUID_OR_SETGID = 0o6000;

/** The same as `chmod u+s`: whoever starts the file has the rights of its owner. */
function raisedRights(change: CapturedChange, scene: Scene): readonly Effect[] {
  if (change.kind === "delete" || change.type !== "file") return [];
  const mode = change.attributes?.after.mode ?? change.seen?.mode ?? 0;
  const had = change.attributes?.before.mode ?? 0;
  if ((mode & SETUID_OR_SETGID & ~had) === 0) return [];
  return [
    machineEffect(scene, {
      verb: "escalate",
      kind: "file",
      name: change.path,
      reversibility: "R1",
      marks: ["privileged"],
      by: "captured",
    }),
  ];
}

/** How many entries of a new folder are named each; the rest counts as one. */
const NAMED_INSIDE = 50;

/** A new folder is one change, yet what is in it can govern: `.claude/settings.json` below a new `.claude`. */
function insideEffects(change: CapturedChange, scene: Scene, folder: readonly Effect[]): readonly Effect[] {
  if (change.kind !== "create" || !change.inside) return [];
  const known = new Set<Mark>(folder.flatMap((one) => one.marks));
  const worse = change.inside.flatMap((entry) =>
    changeEffects(nested(entry, change), sceneOf(asChange(entry), scene.setting)).filter((one) =>
      one.marks.some((mark) => !known.has(mark)),
    ),
  );
  if (worse.length <= NAMED_INSIDE) return worse;
  const marks = [...new Set(worse.flatMap((one) => one.marks))];
  const environment = worse.some((one) => one.resource.environment === "local") ? "local" : "workspace";
  const rest = effect({
    verb: "create",
    kind: "directory",
    name: change.path,
    environment,
    reversibility: "R1",
    count: worse.length - NAMED_INSIDE,
    marks,
    by: "captured",
  });
  return [...worse.slice(0, NAMED_INSIDE), rest];
}

/** Tells an entry of a repository that came as a whole with the new folder. */
function nested(entry: InsideEntry, change: CapturedChange): CapturedChange {
  const repository = (change.inside ?? [])
    .filter(({ path }) => /\/\.git$/.test(path))
    .map(({ path }) => path.slice(0, -"/.git".length))
    .find((root) => entry.path.startsWith(`${root}/`) && !root.endsWith("/.git"));
  return { ...asChange(entry), ...(repository === undefined ? {} : { repository }) };
}

function distinct(effects: readonly Effect[]): readonly Effect[] {
  const byKey = new Map<string, Effect>();
  for (const one of effects) {
    const { verb, resource, marks } = one;
    byKey.set(`${verb} ${resource.kind} ${resource.name} ${marks.join()}`, one);
  }
  return [...byKey.values()];
}
