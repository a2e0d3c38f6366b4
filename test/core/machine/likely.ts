import type { Action } from "../../../src/core/action.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { ActionEvent } from "../../../src/core/event.ts";
import { ladderOfAll, type Tier } from "../../../src/core/ladder.ts";
import { AGENT, EFFECT_OF_TIER, person } from "./sample.ts";
import type { World } from "./world.ts";

const REVIEWERS = ["rita", "sam", "tina", "uwe"] as const;

/** A legal event for the current action most of the time, chosen so that histories get far. */
export function likely(world: World): ActionEvent {
  const action = world.actions.get(world.current);
  if (!action) return proposal(world, undefined);
  const { chance } = world;
  if (chance.chance(4)) return ending(world, action);
  if (chance.chance(6)) return claiming(world, action);
  return advancing(world, action);
}

function proposal(world: World, replaced: Action | undefined): ActionEvent {
  const { chance } = world;
  const name = String(world.serial++);
  const notBefore = world.clock + (chance.chance(10) ? 30_000 : 0);
  return {
    type: "action.proposed",
    action: `action-${name}`,
    at: world.clock,
    session: "session",
    requester: chance.chance(90) ? AGENT : person("olga"),
    editors: replaced ? [...replaced.editors, person("ed")] : chance.chance(5) ? [person("sam")] : [],
    nonce: `nonce-${name}`,
    notBefore,
    notAfter: notBefore + chance.pick([60_000, 7_200_000, 7_200_000, 7_200_000]),
    ...(replaced ? { supersedes: replaced.id } : {}),
  };
}

/** A digest that is this action's own: 64 hexadecimal digits. */
function digestOf({ id }: Action): string {
  return Number(id.replace(/\D/g, "")).toString(16).padStart(64, "0");
}

function advancing(world: World, action: Action): ActionEvent {
  const common = { action: action.id, at: world.clock };
  const { chance } = world;
  switch (action.stage) {
    case "proposed":
      return { ...common, type: "effects.analyzed", effects: someEffects(world) };
    case "analyzed":
      return decision(world, action);
    case "decided":
      return { ...common, type: "approval.requested", requestDigest: action.digest, asked: [...REVIEWERS] };
    case "permitted":
    case "approved":
      if (chance.chance(10)) return vote(world, action);
      if (action.effects.some((effect) => effect.wayBack === "restore-point")) {
        return { ...common, type: "restore-point.made", restorePoint: `point-${world.serial++}` };
      }
      return intent(world, action);
    case "restorable":
      return chance.chance(20) ? vote(world, action) : intent(world, action);
    case "waiting":
      return vote(world, action);
    case "executing":
    case "unknown":
    case "executed":
    case "failed":
      return afterwards(world, action);
    case "superseded":
      return proposal(world, action);
    default:
      return chance.chance(25) ? tooLate(world, action) : proposal(world, undefined);
  }
}

/** What somebody might still try on an action that is over. */
function tooLate(world: World, action: Action): ActionEvent {
  return world.chance.chance(60) ? vote(world, action) : intent(world, action);
}

function someEffects({ chance }: World): readonly Effect[] {
  const tier = chance.pick<Tier>([0, 1, 1, 2, 2, 3, 3, 4, 4, "X"]);
  return chance.chance(20) ? [EFFECT_OF_TIER[1], EFFECT_OF_TIER[tier]] : [EFFECT_OF_TIER[tier]];
}

function decision(world: World, action: Action): ActionEvent {
  const tier = ladderOfAll(action.effects);
  return {
    type: "policy.decided",
    action: action.id,
    at: world.clock,
    tier: tier === 1 && world.chance.chance(20) ? 3 : tier,
    ...(world.requirement && tier !== 0 ? { requirement: world.requirement } : {}),
    digest: digestOf(action),
    policyDigest: "policy",
    rules: [],
    reason: "ladder",
  };
}

function vote(world: World, action: Action): ActionEvent {
  const { chance } = world;
  const common = {
    action: action.id,
    at: world.clock,
    requestDigest: action.digest,
    decision: chance.chance(6) ? ("no" as const) : ("yes" as const),
  };
  const confirmed = action.votes.some((cast) => cast.kind === "confirm");
  if (action.votes.length > 0 && chance.chance(8)) {
    return { ...common, type: "vote.withdrawn", voter: person(action.votes[0]?.person ?? "rita") };
  }
  if (action.requirement.confirm && !confirmed)
    return { ...common, type: "vote.confirmed", voter: person("olga") };
  const free = REVIEWERS.filter((name) => !action.votes.some((cast) => cast.person === name));
  const name = chance.pick([free[chance.under(free.length)] ?? "rita"]);
  return {
    ...common,
    type: "vote.reviewed",
    voter: person(name),
    roles: world.roles.get(name) ?? [],
    verified: true,
  };
}

export function intent(world: World, action: Action): ActionEvent {
  const since = Math.max(0, ...action.votes.map((cast) => cast.at));
  // A patient driver: it waits where the machine would say "too early", mostly.
  if (world.chance.chance(85)) {
    const wait = Math.max(action.requirement.waitMilliseconds, world.requirement?.waitMilliseconds ?? 0);
    world.clock = Math.max(world.clock, action.notBefore, since + wait);
  }
  return {
    type: "execution.intended",
    action: action.id,
    at: world.clock,
    nonce: action.nonce,
    digest: action.digest,
    fresh: {
      tier: world.forbidden ? "X" : (action.tier ?? "X"),
      ...(world.requirement && world.chance.chance(30) ? { requirement: world.requirement } : {}),
      policyDigest: "policy",
      eligible: ["olga", "uwe", ...world.roles.keys()],
    },
  };
}

function afterwards(world: World, action: Action): ActionEvent {
  const common = { action: action.id, at: world.clock };
  const { chance } = world;
  if (chance.chance(15)) return { ...common, type: "effects.captured", effects: action.effects };
  if (action.stage === "executing") {
    return chance.chance(20)
      ? { ...common, type: "execution.lost", nonce: action.nonce, reason: "lease lost" }
      : {
          ...common,
          type: "execution.finished",
          nonce: action.nonce,
          exitCode: chance.pick([0, 0, 0, 1, null]),
        };
  }
  if (action.stage === "unknown" && chance.chance(50)) {
    return {
      ...common,
      type: "outcome.found",
      outcome: chance.pick(["executed", "failed"]),
      evidence: ["log"],
    };
  }
  if (chance.chance(15)) return { ...common, type: "captured.discarded", layer: "layer", by: person("olga") };
  if (chance.chance(30)) {
    return { ...common, type: "undo.done", restorePoint: action.restorePoint ?? "none", by: person("olga") };
  }
  return chance.chance(30) ? intent(world, action) : proposal(world, undefined);
}

function ending(world: World, action: Action): ActionEvent {
  const common = { action: action.id, at: world.clock };
  const editor = person("ed");
  return world.chance.pick<ActionEvent>([
    { ...common, type: "action.withdrawn", by: action.requester },
    { ...common, at: action.notAfter + 1, type: "action.expired" },
    { ...common, type: "action.revoked", by: "sam", reason: "freeze" },
    { ...common, type: "action.superseded", successor: `action-${world.serial}`, editor },
    { ...common, type: "action.superseded", successor: `action-${world.serial}`, editor },
  ]);
}

function claiming(world: World, action: Action): ActionEvent {
  const common = { action: action.id, at: world.clock };
  const claim = world.chance.pick(["tests pass", "a backup exists"]);
  if (!action.claims.has(claim)) return { ...common, type: "claim.made", claim, text: claim };
  return { ...common, type: "claim.checked", claim, verdict: "contradicted", evidence: ["exit 1"] };
}
