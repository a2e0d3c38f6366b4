import type { StatefulAuthorizationCall } from "@cedar-policy/cedar-wasm/nodejs";
import { TIERS, type Tier } from "../../core/ladder.ts";
import type { Approval, Level, Question } from "../../core/policy.ts";
import { SCHEMA } from "./builtin.gen.ts";
import { cedar } from "./cedar.ts";

/** What Cedar says to one question with one approval: yes or no, and the ids of the policies that decided. */
export interface Answer {
  readonly allowed: boolean;
  readonly because: readonly string[];
}

/** Contract: throws for every error that Cedar reports; the caller answers a throw with "forbid". */
export type Ask = (question: Question, approval: Approval) => Answer;

/** The name under which the engine keeps the parsed schema. */
const SCHEMA_NAME = "countersign";

let schemaIsReady = false;

/** Parses the policies into the engine. Throws when Cedar refuses them. */
export function createAsk(name: string, policies: { readonly [id: string]: string }): Ask {
  if (!schemaIsReady) {
    demandSuccess(cedar().preparseSchema(SCHEMA_NAME, SCHEMA));
    schemaIsReady = true;
  }
  demandSuccess(cedar().preparsePolicySet(name, { staticPolicies: { ...policies } }));
  return (question, approval) => answerOf(callFor(name, question, approval));
}

/** What rising approvals show: the least tier that suffices, the roles it takes, and what each rule asked for. */
export interface Climb {
  readonly tier: Tier;
  readonly roles: readonly string[];
  /** Ids of the policies that decided, sorted (Cedar gives them in no order), with the tier each asked for. */
  readonly fired: readonly (readonly [id: string, tier: Tier])[];
}

/** Asks with more and more approval until Cedar says allow; what it never allows is forbidden. */
export function climb(ask: Ask, question: Question, levels: readonly Level[]): Climb {
  const asked: { readonly level: Level; readonly denied: ReadonlySet<string> }[] = [];
  for (const level of levels) {
    const answer = ask(question, level.approval);
    if (!answer.allowed) asked.push({ level, denied: new Set(answer.because) });
    else if (asked.length === 0) return { tier: 1, roles: [], fired: answer.because.map((id) => [id, 1]) };
    else {
      const fired = firedOf([...asked, { level, denied: new Set<string>() }]);
      return {
        tier: level.tier,
        roles: level.approval.roles.filter((role) => !PLAIN_ROLES.has(role)),
        fired,
      };
    }
  }
  return { tier: "X", roles: [], fired: firedOf(asked) };
}

/** Stand for "anybody's role" in the plain levels. */
const PLAIN_ROLES: ReadonlySet<string> = new Set(["reviewer", "second reviewer"]);

/** A rule asks for the lowest tier at which some approval satisfies it. */
function firedOf(
  asked: readonly { readonly level: Level; readonly denied: ReadonlySet<string> }[],
): Climb["fired"] {
  const ids = new Set(asked.flatMap(({ denied }) => [...denied]));
  return [...ids].sort().map((id) => {
    const tiers = asked.filter(({ denied }) => !denied.has(id)).map(({ level }) => level.tier);
    return [id, TIERS.find((tier) => tier === Math.min(...tiers)) ?? "X"] as const;
  });
}

function callFor(name: string, question: Question, approval: Approval): StatefulAuthorizationCall {
  const { principal, verb, kind, environment, contained, engine, tool } = question;
  const actor = { type: principal.kind === "agent" ? "Agent" : "Person", id: principal.name };
  const isFor = principal.kind === "agent" && principal.operator !== undefined;
  const parents = isFor ? [{ type: "Person", id: principal.operator }] : [];
  const resource = { type: "Resource", id: `${kind} ${question.name}` };
  const { wayBack, reversibility, count, certain, marks } = question;
  return {
    principal: actor,
    action: { type: "Action", id: verb },
    resource,
    context: {
      approval: {
        confirmed: approval.confirmed,
        reviewers: approval.reviewers,
        roles: [...new Set(approval.roles)],
        differentRoles: new Set(approval.roles).size,
      },
      ...{ wayBack, reversibility, count, certain, marks: [...marks], contained, engine, tool },
    },
    entities: [
      { uid: actor, attrs: {}, parents },
      { uid: resource, attrs: { kind, name: question.name, environment }, parents: [] },
    ],
    preparsedPolicySetId: name,
    preparsedSchemaName: SCHEMA_NAME,
    validateRequest: true,
  };
}

/** Cedar skips a policy that fails and goes on; a skipped forbid would be a silent yes, so any error is thrown. */
function answerOf(call: StatefulAuthorizationCall): Answer {
  const answer = cedar().statefulIsAuthorized(call);
  if (answer.type !== "success") throw new Error(answer.errors.map((error) => error.message).join("; "));
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) {
    throw new Error(
      diagnostics.errors.map(({ policyId, error }) => `rule \`${policyId}\`: ${error.message}`).join("; "),
    );
  }
  return { allowed: decision === "allow", because: diagnostics.reason };
}

function demandSuccess(answer: {
  readonly type: string;
  readonly errors?: readonly { readonly message: string }[];
}): void {
  if (answer.type !== "success")
    throw new Error((answer.errors ?? []).map((error) => error.message).join("; "));
}
