import type { Requirement } from "../../../src/core/approval.ts";
import type { ActionEvent } from "../../../src/core/event.ts";
import { ladderOfAll, TIERS, type Tier } from "../../../src/core/ladder.ts";
import { operatorOf } from "../../../src/core/principal.ts";

type Of<T extends ActionEvent["type"]> = Extract<ActionEvent, { type: T }>;

/**
 * The laws of DESIGN §6, checked on nothing but the list of events: it does not know the machine. Returns the
 * first broken law, or `undefined`. Slow and obvious on purpose.
 */
export function brokenLaw(events: readonly ActionEvent[]): string | undefined {
  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (!event) continue;
    const before = events.slice(0, at);
    const own = before.filter((earlier) => earlier.action === event.action);
    const broken = brokenOrder(event, own) ?? brokenByType(event, own, before);
    if (broken) return `${broken} (${event.type} at event ${at})`;
  }
  return undefined;
}

function brokenOrder(event: ActionEvent, own: readonly ActionEvent[]): string | undefined {
  const isFirst = own.length === 0;
  if (isFirst !== (event.type === "action.proposed")) return "[L7] an action begins by being proposed, once";
  const last = own.at(-1);
  return last && event.at < last.at ? "[L7] time went back" : undefined;
}

function brokenByType(
  event: ActionEvent,
  own: readonly ActionEvent[],
  before: readonly ActionEvent[],
): string | undefined {
  switch (event.type) {
    case "policy.decided":
      return brokenDecision(event, own);
    case "vote.confirmed":
    case "vote.reviewed":
      return brokenVote(event, own, before);
    case "execution.intended":
      return brokenUse(event, own, before) ?? brokenApproval(event, own, before);
    case "execution.finished":
    case "execution.lost":
      return brokenEnd(event, own);
    default:
      return brokenAfter(event, own);
  }
}

function brokenDecision(event: Of<"policy.decided">, own: readonly ActionEvent[]): string | undefined {
  const analyzed = one(own, "effects.analyzed");
  if (!analyzed) return "[L1] decided what nobody analyzed";
  if (one(own, "policy.decided")) return "[L1] decided twice";
  const isLower = TIERS.indexOf(event.tier) < TIERS.indexOf(ladderOfAll(analyzed.effects));
  return isLower ? "[L9] decided below the ladder" : undefined;
}

function brokenVote(
  event: Of<"vote.confirmed"> | Of<"vote.reviewed">,
  own: readonly ActionEvent[],
  before: readonly ActionEvent[],
): string | undefined {
  if (event.voter.kind !== "person") return "[L8] an agent voted";
  if (event.requestDigest !== one(own, "policy.decided")?.digest) return "[L3] a vote for another digest";
  if (event.decision === "no") return undefined;
  if (event.at >= (one(own, "action.proposed")?.notAfter ?? 0)) return "[L5] a yes after the end";
  if (own.some(isEnd)) return "[L4] a yes after the no";
  if (event.type === "vote.confirmed") return undefined;
  if (!event.verified) return "[L3] a yes that nobody verified";
  return involvedIn(own, before).has(event.voter.person) ? "[L3] a yes to one's own request" : undefined;
}

/** What ends an action before it ran. */
function isEnd(event: ActionEvent): boolean {
  if (event.type === "vote.confirmed" || event.type === "vote.reviewed") return event.decision === "no";
  return ["action.withdrawn", "action.expired", "action.revoked", "action.superseded"].includes(event.type);
}

/** Everyone who asked for it or changed it, over all the requests that it replaced. */
function involvedIn(own: readonly ActionEvent[], before: readonly ActionEvent[]): Set<string> {
  const proposed = one(own, "action.proposed");
  if (!proposed) return new Set();
  const persons = new Set([proposed.requester, ...proposed.editors].map(operatorOf));
  const earlier = before.filter((event) => event.action === proposed.supersedes);
  const edit = one(earlier, "action.superseded");
  if (edit) persons.add(operatorOf(edit.editor));
  if (earlier.length > 0) for (const person of involvedIn(earlier, before)) persons.add(person);
  return persons;
}

function brokenUse(
  event: Of<"execution.intended">,
  own: readonly ActionEvent[],
  before: readonly ActionEvent[],
): string | undefined {
  const proposed = one(own, "action.proposed");
  const decided = one(own, "policy.decided");
  if (!proposed || !decided) return "[L1] ran without a decision";
  if (decided.tier === "X" || event.fresh.tier === "X") return "[L5] ran what is forbidden";
  if (event.digest !== decided.digest) return "[L1] ran something else than was decided";
  if (event.nonce !== proposed.nonce) return "[L2] ran with a nonce of something else";
  const used = before.some((other) => other.type === "execution.intended" && other.nonce === event.nonce);
  if (used || one(own, "execution.intended")) return "[L2] ran twice";
  if (own.some(isEnd)) return "[L4] ran after the no";
  if (event.at >= proposed.notAfter) return "[L5] ran after the end";
  if (event.at < proposed.notBefore) return "[L5] ran before the beginning";
  const counted = one(own, "effects.analyzed")?.effects.some((effect) => effect.wayBack === "restore-point");
  return counted && !one(own, "restore-point.made")
    ? "[L7] ran before its restore point was made"
    : undefined;
}

interface Standing {
  readonly person: string;
  readonly kind: "confirm" | "review";
  readonly roles: readonly string[];
  readonly at: number;
}

function brokenApproval(
  event: Of<"execution.intended">,
  own: readonly ActionEvent[],
  before: readonly ActionEvent[],
): string | undefined {
  const decided = one(own, "policy.decided");
  if (!decided) return undefined;
  const needs = [
    leastOf(decided.tier),
    leastOf(event.fresh.tier),
    ...(decided.requirement ? [decided.requirement] : []),
    ...(event.fresh.requirement ? [event.fresh.requirement] : []),
  ];
  const eligible = standing(own, before).filter(({ person }) => event.fresh.eligible.includes(person));
  if (!enough(needs, eligible)) return "[L3] ran without enough distinct people";
  const asksNobody = enough(needs, []);
  const wait = Math.max(...needs.map((need) => need.waitMilliseconds));
  const early = eligible.filter((vote) => vote.at <= event.at - wait);
  return asksNobody || enough(needs, early) ? undefined : "[L5] ran before the wait was over";
}

function standing(own: readonly ActionEvent[], before: readonly ActionEvent[]): readonly Standing[] {
  const votes = new Map<string, Standing>();
  const involved = involvedIn(own, before);
  const operator = [one(own, "action.proposed")].flatMap((event) =>
    event ? [operatorOf(event.requester)] : [],
  );
  for (const event of own) {
    if (event.type === "vote.withdrawn") votes.delete(operatorOf(event.voter));
    if (event.type !== "vote.confirmed" && event.type !== "vote.reviewed") continue;
    const person = operatorOf(event.voter);
    if (event.type === "vote.confirmed" && operator.includes(person)) {
      votes.set(person, { person, kind: "confirm", roles: [], at: event.at });
    }
    if (event.type === "vote.reviewed" && !involved.has(person)) {
      votes.set(person, { person, kind: "review", roles: event.roles, at: event.at });
    }
  }
  return [...votes.values()];
}

const NONE: Requirement = {
  confirm: false,
  reviewers: 0,
  roles: [],
  differentRoles: false,
  waitMilliseconds: 0,
};

function leastOf(tier: Tier): Requirement {
  if (tier === 2) return { ...NONE, confirm: true };
  if (tier === 3) return { ...NONE, reviewers: 1 };
  return tier === 4 ? { ...NONE, reviewers: 2, differentRoles: true, waitMilliseconds: 1_800_000 } : NONE;
}

function enough(needs: readonly Requirement[], votes: readonly Standing[]): boolean {
  const reviews = votes.filter((vote) => vote.kind === "review");
  const reviewers = Math.max(...needs.map((need) => need.reviewers));
  if (needs.some((need) => need.confirm) && reviews.length === votes.length) return false;
  if (reviews.length < reviewers) return false;
  const roles = needs.flatMap((need) => need.roles);
  const asManyRoles = needs.some((need) => need.differentRoles) ? reviewers : 0;
  return everyAssignment(reviews).some(
    (taken) => roles.every((role) => taken.includes(role)) && taken.length >= asManyRoles,
  );
}

/** Every way in which each person takes one of their roles or none, and no role is taken twice. */
function everyAssignment(votes: readonly Standing[]): readonly (readonly string[])[] {
  const [first, ...rest] = votes;
  if (!first) return [[]];
  return everyAssignment(rest).flatMap((taken) => [
    taken,
    ...first.roles.filter((role) => !taken.includes(role)).map((role) => [...taken, role]),
  ]);
}

function brokenEnd(
  event: Of<"execution.finished"> | Of<"execution.lost">,
  own: readonly ActionEvent[],
): string | undefined {
  const intent = one(own, "execution.intended");
  if (intent?.nonce !== event.nonce) return "[L7] an end without its intent";
  return one(own, "execution.finished") || one(own, "execution.lost") ? "[L2] ended twice" : undefined;
}

function brokenAfter(event: ActionEvent, own: readonly ActionEvent[]): string | undefined {
  const restorePoint = one(own, "restore-point.made");
  const lateMade = event.type === "restore-point.made" && one(own, "execution.intended");
  if (lateMade) return "[L7] a restore point made after the intent";
  if (event.type === "outcome.found") {
    if (event.evidence.length === 0) return "[L6] an outcome that nothing shows";
    return one(own, "execution.lost") ? undefined : "[L7] found what was not lost";
  }
  if (event.type === "captured.discarded")
    return one(own, "effects.captured") ? undefined : "[L7] discarded what nobody caught";
  if (event.type === "undo.done") {
    if (!one(own, "execution.intended")) return "[L7] undone before it ran";
    const points = own.flatMap((earlier) =>
      earlier.type === "restore-point.made" ? [earlier.restorePoint] : [],
    );
    return restorePoint && points.at(-1) === event.restorePoint
      ? undefined
      : "[L7] undone with something else";
  }
  return brokenClaim(event, own);
}

function brokenClaim(event: ActionEvent, own: readonly ActionEvent[]): string | undefined {
  if (event.type !== "claim.made" && event.type !== "claim.checked") return undefined;
  const made = own.some((earlier) => earlier.type === "claim.made" && earlier.claim === event.claim);
  if (event.type === "claim.made") return made ? "[L6] a claim made again" : undefined;
  if (!made) return "[L6] checked what nobody claimed";
  const bare = event.verdict !== "unproven" && event.evidence.length === 0;
  return bare ? "[L6] a verdict that nothing shows" : undefined;
}

function one<T extends ActionEvent["type"]>(events: readonly ActionEvent[], type: T): Of<T> | undefined {
  return events.find((event): event is Of<T> => event.type === type);
}
