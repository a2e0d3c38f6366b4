import { type Action, next } from "../../../src/core/action.ts";
import type { Requirement } from "../../../src/core/approval.ts";
import type { ActionEvent } from "../../../src/core/event.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { AGENT, DIGEST, EFFECT_OF_TIER, person, ROLES } from "./sample.ts";

/** An event without what the test adds: the action's id and, when it says nothing, the time of the step. */
export type Step = {
  [T in ActionEvent as T["type"]]: Omit<T, "action" | "at"> & { at?: number; action?: string };
}[ActionEvent["type"]];

export const NONE: Requirement = {
  confirm: false,
  reviewers: 0,
  roles: [],
  differentRoles: false,
  waitMilliseconds: 0,
};
export const HALF_AN_HOUR = 1_800_000;
export const END = 10_000_000;

/** Plays steps, one millisecond apart from 100 on, and says where it ended: the stage, or the refusal. */
export function play(...steps: readonly Step[]): string {
  let action: Action | undefined;
  for (const [index, step] of steps.entries()) {
    const at = Math.max(100 + index, action?.at ?? 0);
    const after = next(action, { action: "a", at, ...step } as ActionEvent);
    if (isRefusal(after) && after.reason === "") return "a refusal without a reason";
    if (isRefusal(after))
      return index === steps.length - 1 ? after.refused : `too early: ${after.refused} at ${step.type}`;
    action = after;
  }
  return action?.stage ?? "none";
}

export const proposed = {
  type: "action.proposed",
  session: "s",
  requester: AGENT,
  editors: [],
  nonce: "n",
  notBefore: 0,
  notAfter: END,
} as const;
const named = { policyDigest: "p", rules: [], reason: "because" };

export function analyzed(tier: keyof typeof EFFECT_OF_TIER): Step {
  return { type: "effects.analyzed", effects: [EFFECT_OF_TIER[tier]] };
}

export function decided(tier: keyof typeof EFFECT_OF_TIER, requirement?: Partial<Requirement>): Step {
  const more = requirement ? { requirement: { ...NONE, ...requirement } } : {};
  return { type: "policy.decided", tier, digest: DIGEST, ...named, ...more };
}

export const asked: Step = { type: "approval.requested", requestDigest: DIGEST, asked: ["rita"] };
export const point: Step = { type: "restore-point.made", restorePoint: "p1" };
export const finished = { type: "execution.finished", nonce: "n", exitCode: 0 } as const;
export const lost = { type: "execution.lost", nonce: "n", reason: "power" } as const;

/** From the proposal to the question, for effects of a tier. */
export function waiting(tier: 2 | 3 | 4, requirement?: Partial<Requirement>): readonly Step[] {
  return [proposed, analyzed(tier), decided(tier, requirement), asked];
}

export const permitted: readonly Step[] = [proposed, analyzed(1), decided(1)];
export const running: readonly Step[] = [...permitted, point, intent(1)];

interface VoteParts {
  readonly decision?: "yes" | "no";
  readonly account?: string;
  readonly roles?: readonly string[];
  readonly requestDigest?: string;
  readonly verified?: boolean;
  readonly at?: number;
}

export function review(name: string, parts: VoteParts = {}): Step {
  const { account, ...rest } = parts;
  return {
    type: "vote.reviewed",
    voter: person(name, account),
    decision: "yes",
    requestDigest: DIGEST,
    roles: ROLES[name] ?? [],
    verified: true,
    ...rest,
  };
}

export function confirm(name: string, parts: Omit<VoteParts, "roles" | "verified" | "account"> = {}): Step {
  return { type: "vote.confirmed", voter: person(name), decision: "yes", requestDigest: DIGEST, ...parts };
}

interface IntentParts {
  readonly at?: number;
  readonly nonce?: string;
  readonly digest?: string;
  readonly tier?: keyof typeof EFFECT_OF_TIER;
  readonly requirement?: Partial<Requirement>;
  readonly eligible?: readonly string[];
}

export function intent(tier: keyof typeof EFFECT_OF_TIER, parts: IntentParts = {}): Step {
  const { requirement, eligible = Object.keys(ROLES), tier: now = tier, ...rest } = parts;
  const more = requirement ? { requirement: { ...NONE, ...requirement } } : {};
  return {
    type: "execution.intended",
    nonce: "n",
    digest: DIGEST,
    fresh: { tier: now, policyDigest: "p", eligible, ...more },
    ...rest,
  };
}
