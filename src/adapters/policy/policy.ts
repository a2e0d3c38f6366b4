import type { Effect } from "../../core/effect.ts";
import { TIERS, type Tier } from "../../core/ladder.ts";
import {
  type Approval,
  approvalLevels,
  combineVerdicts,
  type Decision,
  type FiredRule,
  NO_APPROVAL,
  type Question,
  questionOf,
  type Rule,
  refusal,
  type Situation,
  strictestFirst,
  type Verdict,
  withFloor,
} from "../../core/policy.ts";
import { type Ask, type Climb, climb, createAsk } from "./ask.ts";
import { keyWriter } from "./key.ts";
import { createMemo } from "./memo.ts";
import type { Problem } from "./rules.ts";

/** The rules in force. */
export interface Policy {
  /** SHA-256 of everything the rules were made from, hexadecimal. */
  readonly digest: string;
  readonly rules: readonly Rule[];
  /** What is wrong with the files; when there is anything, every decision is "forbid". */
  readonly problems: readonly Problem[];
  /** Contract: never throws; whatever goes wrong inside is a "forbid" that says so. */
  readonly decide: (effects: readonly Effect[], situation: Situation) => Decision;
  /** What the rules alone say of each effect, without the ladder's floor. For explanations and tests; may throw. */
  readonly explain: (effects: readonly Effect[], situation: Situation) => readonly Verdict[];
}

/** What a policy is made from, already checked. */
export interface PolicyParts {
  readonly digest: string;
  /** In the order in which reasons are preferred when two rules ask for the same. */
  readonly rules: readonly Rule[];
  /** The Cedar text of each rule by its id. */
  readonly texts: () => { readonly [id: string]: string };
  /** What the rules look at, as `inspectPolicy` reports it. */
  readonly reads: readonly string[];
  /** Roles that rules name. */
  readonly roles: readonly string[];
  /** Answers of Cedar to exactly these rules that are known ahead. */
  readonly prepared?: (question: Question) => Climb | undefined;
}

/** Effects of one action beyond this number are not judged one by one any more: the action is forbidden. */
const MAX_EFFECTS = 10_000;
const MEMO_ENTRIES = 20_000;

export function createPolicy(parts: PolicyParts): Policy {
  const judge = createJudge(parts);
  const judgeAll = (effects: readonly Effect[], situation: Situation): readonly Verdict[] => {
    const approval = situation.approval ?? NO_APPROVAL;
    return effects.map((effect) => judge(questionOf(effect, situation), approval));
  };
  return {
    digest: parts.digest,
    rules: parts.rules,
    problems: [],
    explain: judgeAll,
    decide: (effects, situation) => {
      try {
        if (effects.length > MAX_EFFECTS) return tooMany(effects.length);
        const approval = situation.approval ?? NO_APPROVAL;
        const verdicts = judgeAll(effects, situation);
        const floored = verdicts.map((verdict, index) => floorOf(effects[index], verdict, approval));
        return combineVerdicts(effects, floored);
      } catch (error) {
        return refusal("policy-error", `the policy could not be evaluated: ${messageOf(error)}`, POLICY_HELP);
      }
    },
  };
}

/** A policy that could not be loaded: everything is forbidden, and the message says which line to correct. */
export function brokenPolicy(digest: string, problems: readonly Problem[]): Policy {
  const [first] = problems;
  const where = first === undefined ? "" : `${first.file}:${first.line}: ${first.message}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const advice = `${first?.help ?? "correct the file"}; \`countersign policy check\` shows every problem`;
  const decision = refusal(
    "policy-broken",
    `the policy cannot be loaded, so nothing is allowed: ${where}${more}`,
    advice,
  );
  const explain = (): never => {
    throw new Error(decision.reason);
  };
  return { digest, rules: [], problems, decide: () => decision, explain };
}

const POLICY_HELP = "run `countersign policy check`; until it is corrected everything is forbidden";

type Judge = (question: Question, approval: Approval) => Verdict;

function createJudge(parts: PolicyParts): Judge {
  const levels = approvalLevels(parts.roles);
  const keyOf = keyWriter(parts.reads);
  const climbs = createMemo<Climb>(MEMO_ENTRIES);
  const answers = createMemo<{ readonly allowed: boolean }>(MEMO_ENTRIES);
  const byId = new Map(parts.rules.map((rule, index) => [rule.id, { rule, index }]));
  let ask: Ask | undefined;
  const asking: Ask = (question, approval) => {
    ask ??= createAsk(`countersign:${parts.digest}`, parts.texts());
    return ask(question, approval);
  };
  return (question, approval) => {
    const key = keyOf(question);
    let climbed = climbs.get(key) ?? parts.prepared?.(question);
    if (climbed === undefined) {
      climbed = climb(asking, question, levels);
      climbs.set(key, climbed);
    }
    const allowed = climbed.tier === 1 || allows(asking, answers, key, question, approval);
    return { tier: climbed.tier, roles: climbed.roles, rules: rulesOf(climbed.fired, byId), allowed };
  };
}

function allows(
  ask: Ask,
  answers: ReturnType<typeof createMemo<{ readonly allowed: boolean }>>,
  key: string,
  question: Question,
  approval: Approval,
): boolean {
  if (!approval.confirmed && approval.reviewers === 0) return false;
  const whole = JSON.stringify([key, approval.confirmed, approval.reviewers, [...approval.roles].sort()]);
  const known = answers.get(whole);
  if (known !== undefined) return known.allowed;
  const { allowed } = ask(question, approval);
  answers.set(whole, { allowed });
  return allowed;
}

function rulesOf(
  fired: Climb["fired"],
  byId: ReadonlyMap<string, { readonly rule: Rule; readonly index: number }>,
): readonly FiredRule[] {
  const found = fired.map(([id, tier]) => {
    const known = byId.get(id);
    if (known === undefined) throw new Error(`rule \`${id}\` decided but is not known`);
    return { ...known, tier };
  });
  found.sort((a, b) => a.index - b.index);
  return strictestFirst(found.map(({ rule, tier }) => ({ ...rule, tier })));
}

function floorOf(effect: Effect | undefined, verdict: Verdict, approval: Approval): Verdict {
  if (effect === undefined) throw new Error("there are more verdicts than effects");
  return withFloor(effect, verdict, approval);
}

function tooMany(count: number): Decision {
  const reason = `the action has ${count} effects, more than the ${MAX_EFFECTS} that can be judged`;
  return refusal("bound-reached", reason, "split it into smaller actions");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The tier that a rule asked for in a verdict, if it fired. */
export function tierAsked(verdict: Verdict, id: string): Tier | undefined {
  const tier = verdict.rules.find((rule) => rule.id === id)?.tier;
  return tier === undefined || TIERS.indexOf(tier) < 2 ? undefined : tier;
}
