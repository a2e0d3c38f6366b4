import type { Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { asChange, type CapturedChange, isTouch } from "./captured.ts";
import { leavesWorkspace } from "./captured-links.ts";
import { isHarmlessControl } from "./captured-rules.ts";
import { commonFolder, foldByFolder } from "./fold.ts";
import { controlOf, isHistory, isSecret } from "./sensitive.ts";

/** What a reader has to know of a change at a glance. `leaves`: a link that leads out of the workspace. */
export const CAPTURED_FLAGS = [
  "control",
  "secret",
  "outside",
  "setuid",
  "leaves",
  ".git",
  "untracked",
  "ignored",
] as const;
export type CapturedFlag = (typeof CAPTURED_FLAGS)[number];

/** Changes that a reader takes in as one line: the same thing done to many entries of one folder. */
export interface ChangeGroup {
  readonly verb: "create" | "change" | "attributes" | "delete" | "move";
  /** Path for people: relative inside the workspace, `~/…` below home. Controlled by the command. */
  readonly name: string;
  /** For a move: where to. */
  readonly to?: string;
  /** How many entries, those inside of folders included. */
  readonly entries: number;
  readonly bytes: number;
  readonly flags: readonly CapturedFlag[];
  readonly changes: readonly CapturedChange[];
}

/**
 * What a change is flagged with, in the order of `CAPTURED_FLAGS`. Of a new folder also what is in it. `untracked`
 * is told of what was there before only: its loss is one that version control cannot make good.
 */
export function flagsOf(change: CapturedChange, setting: Setting): readonly CapturedFlag[] {
  const { workspace } = setting;
  const parts = [change, ...(change.inside ?? []).map((one) => ({ ...asChange(one), kind: change.kind }))];
  const has = (test: (part: CapturedChange) => boolean) => parts.some(test);
  const isIn = (path: string) =>
    workspace !== undefined && (path === workspace || path.startsWith(`${workspace}/`));
  const flags: Readonly<Record<CapturedFlag, boolean>> = {
    control: has((part) => controlOf(part.path, setting) !== undefined && !isHarmlessControl(part, setting)),
    secret: has((part) => isSecret(part.path, setting)),
    outside: !isIn(change.path),
    setuid:
      change.kind !== "delete" &&
      has(({ type, seen }) => type === "file" && ((seen?.mode ?? 0) & 0o6000) !== 0),
    leaves: has((part) => leavesWorkspace(part, workspace)),
    ".git": isHistory(change.path),
    untracked: change.standing === "untracked" && change.kind !== "create",
    ignored: change.standing === "ignored",
  };
  return CAPTURED_FLAGS.filter((flag) => flags[flag]);
}

/**
 * Changes as a reader wants them: a move as one line, a new time alone not at all, many changes of one folder as
 * one line with counts. What is flagged with more than `outside`, `.git`, `ignored` or `untracked` is never folded.
 */
export function groupChanges(changes: readonly CapturedChange[], setting: Setting): readonly ChangeGroup[] {
  const byKey = new Map<string, ChangeGroup[]>();
  const byPath = new Map(changes.map((change) => [`${change.kind} ${change.path}`, change]));
  const alone: ChangeGroup[] = [];
  for (const change of changes) {
    if (isTouch(change)) continue;
    if (change.movedTo !== undefined && byPath.has(`create ${change.movedTo}`)) continue;
    const group = groupOf(change, byPath, setting);
    const isFolded = group.flags.every((flag) => FOLDED.has(flag));
    if (!isFolded) alone.push(group);
    else {
      const key = `${group.verb} ${group.flags.join()}`;
      const groups = byKey.get(key) ?? [];
      groups.push(group);
      byKey.set(key, groups);
    }
  }
  const folded = [...byKey.values()].flatMap((groups) => foldByFolder(groups, (one) => one.name, merged));
  return [...alone, ...folded];
}

/**
 * One line for a group: `delete src/old (14 entries, 3.1 kB) [untracked]`. Names are the command's: show them with
 * control characters made visible.
 */
export function describeGroup({ verb, name, to, entries, bytes, flags }: ChangeGroup): string {
  const what = to === undefined ? name : `${name} → ${to}`;
  const many = entries > 1 ? `${entries.toLocaleString("en-US")} entries, ` : "";
  const size = verb === "attributes" ? "" : ` (${many}${sizeOf(bytes)})`;
  return `${verb} ${what}${size}${flags.length === 0 ? "" : ` [${flags.join(", ")}]`}`;
}

/**
 * Effects of captured changes as a log and a person want them: each once, and many of the same kind in one folder
 * as one with their number. Marks, and with them the tier, stay; what governs, raises rights or is secret is named.
 */
export function groupEffects(effects: readonly Effect[]): readonly Effect[] {
  const byKey = new Map<string, Map<string, Effect>>();
  const alone = new Map<string, Effect>();
  for (const effect of effects) {
    const { verb, resource, marks, reversibility, wayBack, certain } = effect;
    const isNamed = !PATHS.has(resource.kind) || marks.some((mark) => !FOLDED_MARKS.has(mark));
    const key = `${verb} ${resource.environment} ${marks.join()} ${reversibility} ${wayBack} ${certain}`;
    const into = isNamed ? alone : (byKey.get(key) ?? new Map<string, Effect>());
    into.set(`${key} ${resource.kind} ${resource.name}`, effect);
    if (!isNamed) byKey.set(key, into);
  }
  const folded = [...byKey.values()].flatMap((group) =>
    foldByFolder([...group.values()], (one) => one.resource.name, mergedEffect),
  );
  return [...alone.values(), ...folded];
}

const PATHS: ReadonlySet<string> = new Set(["file", "directory"]);
const FOLDED_MARKS: ReadonlySet<string> = new Set(["outside", "history"]);

function mergedEffect(folder: string, effects: readonly Effect[]): Effect {
  const [first] = effects as readonly [Effect, ...Effect[]];
  const counts = effects.map((one) => one.count);
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  const resource = { ...first.resource, kind: "directory", name: folder === "" ? "." : folder };
  return { ...first, resource, count: counts.includes(null) ? null : sum };
}

const FOLDED: ReadonlySet<CapturedFlag> = new Set(["outside", ".git", "ignored", "untracked"]);

const GROUP_VERBS: Readonly<Record<CapturedChange["kind"], ChangeGroup["verb"]>> = {
  create: "create",
  modify: "change",
  metadata: "attributes",
  delete: "delete",
};

function groupOf(
  change: CapturedChange,
  byPath: ReadonlyMap<string, CapturedChange>,
  setting: Setting,
): ChangeGroup {
  const { path, entries, bytes, movedFrom } = change;
  const common = { entries, bytes, flags: flagsOf(change, setting), changes: [change] };
  const source = movedFrom === undefined ? undefined : byPath.get(`delete ${movedFrom}`);
  if (movedFrom === undefined || source === undefined)
    return { verb: GROUP_VERBS[change.kind], name: shownPath(path, setting), ...common };
  const flags = new Set([...common.flags, ...flagsOf(source, setting)]);
  return {
    ...common,
    verb: "move",
    name: shownPath(movedFrom, setting),
    to: shownPath(path, setting),
    flags: CAPTURED_FLAGS.filter((flag) => flags.has(flag)),
    changes: [source, change],
  };
}

function merged(folder: string, groups: readonly ChangeGroup[]): ChangeGroup {
  const [first] = groups as readonly [ChangeGroup, ...ChangeGroup[]];
  return {
    ...first,
    name: folder === "" ? "." : folder,
    ...(first.to === undefined ? {} : { to: commonFolder(groups.map((one) => one.to ?? "")) || "." }),
    entries: groups.reduce((sum, one) => sum + one.entries, 0),
    bytes: groups.reduce((sum, one) => sum + one.bytes, 0),
    changes: groups.flatMap((one) => one.changes),
  };
}

function shownPath(path: string, { workspace, home }: Setting): string {
  if (workspace !== undefined && path.startsWith(`${workspace}/`)) return path.slice(workspace.length + 1);
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

function sizeOf(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? "B"}`;
}
