import type { ActionEvent } from "../../../src/core/event.ts";
import { ladderOfAll, TIERS } from "../../../src/core/ladder.ts";
import type { Principal } from "../../../src/core/principal.ts";
import { intent } from "./likely.ts";
import { AGENT, OTHER_DIGEST, person } from "./sample.ts";
import type { World } from "./world.ts";

/** The event made wrong in one place, or another event altogether: what an attacker or a defect would send. */
export function twisted(world: World, event: ActionEvent): ActionEvent {
  const { chance } = world;
  const action = world.actions.get(world.current);
  if (!action)
    return { type: "action.revoked", action: "nobody", at: world.clock, by: "sam", reason: "freeze" };
  if (chance.chance(25)) return replayed(world, event);
  if (chance.chance(15)) return misplaced(world, event);
  return wrongInOnePlace(world, event);
}

/** Something that happened before happens again, or an execution comes at the wrong moment. */
function replayed(world: World, event: ActionEvent): ActionEvent {
  const action = world.actions.get(world.current);
  const old = world.events[world.chance.under(world.events.length)];
  if (action && world.chance.chance(50)) return intent(world, action);
  return old ? { ...old, action: world.current, at: world.clock } : event;
}

function misplaced(world: World, event: ActionEvent): ActionEvent {
  const { chance } = world;
  return chance.pick<ActionEvent>([
    { ...event, action: "another" },
    { ...event, at: Math.max(0, event.at - 2_000_000) },
    { ...event, at: 0.5 },
    { ...event, at: event.at + 8_000_000 },
    { action: event.action, at: event.at, type: "action.erased" } as unknown as ActionEvent,
    { action: event.action, at: event.at, type: "action.expired" },
    { action: event.action, at: event.at, type: "execution.finished", nonce: nonceOf(world), exitCode: 0 },
  ]);
}

function nonceOf(world: World): string {
  return world.actions.get(world.current)?.nonce ?? "";
}

function wrongInOnePlace(world: World, event: ActionEvent): ActionEvent {
  const { chance } = world;
  switch (event.type) {
    case "action.proposed":
      return chance.pick<ActionEvent>([
        { ...event, nonce: "" },
        { ...event, notAfter: event.notBefore },
      ]);
    case "policy.decided":
      return wrongDecision(world, event);
    case "approval.requested":
      return { ...event, requestDigest: OTHER_DIGEST };
    case "vote.confirmed":
    case "vote.reviewed":
      return wrongVote(world, event);
    case "vote.withdrawn":
      return { ...event, voter: chance.pick<Principal>([AGENT, person("nobody")]) };
    case "action.withdrawn":
      return { ...event, by: person("sam") };
    case "restore-point.made":
      return chance.chance(30) ? { ...event, restorePoint: "" } : intentOf(world, event);
    case "execution.intended":
      return wrongIntent(world, event);
    case "execution.finished":
    case "execution.lost":
      return { ...event, nonce: "nonce-of-something-else" };
    case "outcome.found":
      return { ...event, evidence: [] };
    case "undo.done":
      return { ...event, restorePoint: "point-of-something-else" };
    case "claim.made":
      return { ...event, type: "claim.checked", verdict: "confirmed", evidence: ["log"] };
    case "claim.checked":
      return chance.chance(50)
        ? { ...event, evidence: [] }
        : { type: "claim.made", action: event.action, at: event.at, claim: event.claim, text: event.claim };
    default:
      return event;
  }
}

function intentOf(world: World, event: ActionEvent): ActionEvent {
  const action = world.actions.get(event.action);
  return action ? intent(world, action) : event;
}

function wrongDecision(world: World, event: Extract<ActionEvent, { type: "policy.decided" }>): ActionEvent {
  const tier = ladderOfAll(world.actions.get(event.action)?.effects ?? []);
  const lower = TIERS[Math.max(0, TIERS.indexOf(tier) - 1)] ?? 0;
  const nothing = {
    confirm: false,
    reviewers: Number.NaN,
    roles: [],
    differentRoles: false,
    waitMilliseconds: 0,
  };
  return world.chance.pick<ActionEvent>([
    { ...event, tier: lower },
    { ...event, tier: lower },
    { ...event, digest: "abc" },
    { ...event, requirement: nothing },
  ]);
}

type VoteEvent = Extract<ActionEvent, { type: "vote.confirmed" | "vote.reviewed" }>;

function wrongVote(world: World, event: VoteEvent): ActionEvent {
  const { chance } = world;
  const voters = world.actions.get(event.action)?.votes ?? [];
  const again = voters[chance.under(Math.max(1, voters.length))]?.person ?? "rita";
  const roles = event.type === "vote.reviewed" ? event.roles : [];
  const { decision, requestDigest, action, at } = event;
  return chance.pick<ActionEvent>([
    { ...event, voter: AGENT },
    { ...event, voter: { ...AGENT, operator: "sam" } },
    { ...event, requestDigest: OTHER_DIGEST },
    { ...event, voter: person("olga") },
    { ...event, voter: person("ed") },
    { ...event, voter: person("sam") },
    { ...event, voter: person(again, `${again}@home`) },
    { ...event, voter: person(again, `${again}@home`) },
    {
      type: "vote.reviewed",
      action,
      at,
      decision,
      requestDigest,
      voter: person("rita"),
      roles,
      verified: false,
    },
    { type: "vote.confirmed", action, at, decision, requestDigest, voter: person("olga") },
  ]);
}

function wrongIntent(world: World, event: Extract<ActionEvent, { type: "execution.intended" }>): ActionEvent {
  const { fresh } = event;
  const more = { confirm: false, reviewers: 3, roles: [], differentRoles: false, waitMilliseconds: 0 };
  return world.chance.pick<ActionEvent>([
    { ...event, digest: OTHER_DIGEST },
    { ...event, nonce: "nonce-of-something-else" },
    { ...event, at: event.at + 8_000_000 },
    { ...event, fresh: { ...fresh, tier: "X" } },
    { ...event, fresh: { ...fresh, tier: 4 } },
    { ...event, fresh: { ...fresh, requirement: more } },
    { ...event, fresh: { ...fresh, eligible: [] } },
    { ...event, fresh: { ...fresh, requirement: { ...more, reviewers: -1 } } },
  ]);
}
