import { type CapturedChange, capturedEffects } from "../analyzers/captured.ts";
import type { Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { TIERS } from "../core/ladder.ts";
import type { Situation } from "../core/policy.ts";
import { markOutOfScope, type Scope } from "../core/scope.ts";
import { isFileKind, unreadHere } from "./exposure.ts";
import type { PolicyPort } from "./ports.ts";

/** What was decided before the command ran: captured changes are measured against it. */
export interface Foreseen {
  readonly effects: readonly Effect[];
  readonly setting: Setting;
  readonly situation: Situation;
  /** What the person lets the session touch. */
  readonly scope?: Scope | undefined;
}

/** A captured change, what it amounts to, and whether it may become real now. */
export interface JudgedChange {
  readonly change: CapturedChange;
  readonly effects: readonly Effect[];
  readonly allowed: boolean;
}

/**
 * Judges what a command really changed. What needs nobody's yes, and what was foreseen and approved, becomes
 * real; everything else is held, and what is approved later is this captured result: nothing is run again.
 */
export function judgeCaptured(
  changes: readonly CapturedChange[],
  foreseen: Foreseen,
  policy: PolicyPort,
): readonly JudgedChange[] {
  return changes.map((change) => {
    const happened = capturedEffects([change], foreseen.setting);
    const effects = foreseen.scope ? markOutOfScope(happened, foreseen.scope) : happened;
    return { change, effects, allowed: effects.every((effect) => isAllowed(effect, foreseen, policy)) };
  });
}

function isAllowed(effect: Effect, { effects, situation }: Foreseen, policy: PolicyPort): boolean {
  const { tier } = policy.decide([effect], situation);
  if (TIERS.indexOf(tier) <= 1) return true;
  const isRead = unreadHere(effects).length === 0;
  return effects.some((one) => foresees(one, effect) || (isRead && movesWorkTree(one, effect)));
}

const WORK_TREE = [
  "git.worktree",
  "git.worktree-changes",
  "git.branch",
  "git.history",
  "git.stash",
  "git.submodule",
];

/**
 * Git moves the files of its work tree as one thing: half of a checkout would be neither the old state nor the new
 * one. Only where nothing else ran that nobody could read, and never for what git keeps in its own folder.
 */
function movesWorkTree({ resource, certain }: Effect, happened: Effect): boolean {
  const { kind, name, environment } = happened.resource;
  if (!certain || resource.environment !== "workspace" || environment !== "workspace") return false;
  return WORK_TREE.includes(resource.kind) && isFileKind(kind) && !/(^|\/)\.git(\/|$)/.test(name);
}

/** An effect that was foreseen, shown and approved covers what happened to the same resource or below it. */
function foresees(foreseen: Effect, happened: Effect): boolean {
  if (!foreseen.certain || foreseen.resource.environment !== happened.resource.environment) return false;
  const sameVerb =
    foreseen.verb === happened.verb || (foreseen.verb === "replace" && happened.verb !== "create");
  const writes = ["create", "change"];
  if (!sameVerb && !(writes.includes(foreseen.verb) && writes.includes(happened.verb))) return false;
  return covers(foreseen, happened);
}

/** A folder covers what is in it. The deletion of the workspace covers all of it, that of `*` what is no graver. */
function covers({ resource, marks }: Effect, happened: Effect): boolean {
  const above = resource.name.replace(/\/\*+$/, "");
  if (happened.resource.name === above) return true;
  if (resource.kind !== "directory") return false;
  const isWhole = resource.environment === "workspace" && happened.verb === "delete";
  if (isWhole && above === ".") return true;
  if (isWhole && above === "*") return happened.marks.every((mark) => marks.includes(mark));
  return happened.resource.name.startsWith(`${above}/`);
}
