import type { Tier } from "./ladder.ts";

/** What has to be said before an action may run. */
export interface Requirement {
  /** The operator's own yes. */
  readonly confirm: boolean;
  /** How many distinct second people have to say yes. */
  readonly reviewers: number;
  /** Roles that have to be filled among them, each by a different person. */
  readonly roles: readonly string[];
  /** No two of the reviewers that count do so in the same role. */
  readonly differentRoles: boolean;
  /** Milliseconds between the moment the approvals are complete and the first moment it may run. */
  readonly waitMilliseconds: number;
}

/** A yes that stands. A no is never kept as a vote: it ends the action. */
export interface Vote {
  readonly kind: "confirm" | "review";
  /** The natural person, see `PersonPrincipal`. */
  readonly person: string;
  readonly account: string;
  /** The roles that the person held for this target when voting, as the gate verified them. */
  readonly roles: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

const NOTHING: Requirement = {
  confirm: false,
  reviewers: 0,
  roles: [],
  differentRoles: false,
  waitMilliseconds: 0,
};
const HALF_AN_HOUR = 30 * 60_000;

/** The least that a tier asks for (DESIGN §4); policy may ask for more, never for less. T4 waits half an hour. */
export function requirementOf(tier: Tier): Requirement {
  if (tier === 2) return { ...NOTHING, confirm: true };
  if (tier === 3) return { ...NOTHING, reviewers: 1 };
  if (tier === 4 || tier === "X") {
    return { ...NOTHING, reviewers: 2, differentRoles: true, waitMilliseconds: HALF_AN_HOUR };
  }
  return NOTHING;
}

/** What satisfies both: the larger numbers, the union of the roles. */
export function stricterRequirement(a: Requirement, b: Requirement): Requirement {
  return {
    confirm: a.confirm || b.confirm,
    reviewers: Math.max(a.reviewers, b.reviewers),
    roles: [...new Set([...a.roles, ...b.roles])].sort(),
    differentRoles: a.differentRoles || b.differentRoles,
    waitMilliseconds: Math.max(a.waitMilliseconds, b.waitMilliseconds),
  };
}

/** False for numbers that do not count anything: comparing with them would say yes to everybody. */
export function isRequirement({ reviewers, waitMilliseconds }: Requirement): boolean {
  return [reviewers, waitMilliseconds].every((value) => Number.isSafeInteger(value) && value >= 0);
}

/** True when nobody has to be asked. */
export function asksNobody(requirement: Requirement): boolean {
  return !requirement.confirm && requirement.reviewers === 0 && requirement.roles.length === 0;
}

/**
 * The moment at which the standing votes first satisfied a requirement, or `undefined` when they do not. For
 * a requirement that asks nobody it is 0. The votes are in the order in which they were cast.
 */
export function satisfiedAt(requirement: Requirement, votes: readonly Vote[]): number | undefined {
  for (let taken = 0; taken <= votes.length; taken++) {
    if (satisfies(requirement, votes.slice(0, taken))) return votes[taken - 1]?.at ?? 0;
  }
  return undefined;
}

function satisfies(requirement: Requirement, votes: readonly Vote[]): boolean {
  if (requirement.confirm && !votes.some((vote) => vote.kind === "confirm")) return false;
  const reviews = votes.filter((vote) => vote.kind === "review");
  if (new Set(reviews.map((vote) => vote.person)).size < requirement.reviewers) return false;
  if (filledRoles(requirement.roles, reviews) < requirement.roles.length) return false;
  if (!requirement.differentRoles) return true;
  // A matching that fills the required roles grows into a largest one without giving any of them up, so the
  // two conditions can be asked one after the other.
  const everyRole = [...new Set(reviews.flatMap((vote) => vote.roles))];
  return filledRoles(everyRole, reviews) >= requirement.reviewers;
}

/** How many of the roles can be filled at once when one person fills one role (maximum bipartite matching). */
function filledRoles(roles: readonly string[], votes: readonly Vote[]): number {
  const filler = new Map<string, string>();
  const place = (role: string, tried: Set<string>): boolean => {
    for (const vote of votes) {
      if (!vote.roles.includes(role) || tried.has(vote.person)) continue;
      tried.add(vote.person);
      const held = filler.get(vote.person);
      if (held === undefined || place(held, tried)) {
        filler.set(vote.person, role);
        return true;
      }
    }
    return false;
  };
  return roles.filter((role) => place(role, new Set())).length;
}
