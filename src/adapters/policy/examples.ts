import type { Effect } from "../../core/effect.ts";
import { parseEffect } from "../../core/effect-text.ts";
import { OUTCOMES, type Outcome, outcomeOf, TIERS, type Tier } from "../../core/ladder.ts";

/**
 * An example stands on the rule that it is about:
 *
 *     @example("delete k8s.namespace payments @production => review")   this rule asks for a review
 *     @example_staging("delete k8s.namespace payments @staging => T2")  this rule asks for tier 2
 *     @counterexample("read k8s.pod * @production")                     this rule has nothing to say
 *
 * Cedar allows an annotation name once, so further ones carry a suffix. An example is about what its own rule
 * asks for, not about the decision, which a stricter rule elsewhere may raise.
 */
export interface Example {
  readonly name: string;
  readonly text: string;
  readonly effect: Effect;
  /** What the rule must ask for; `undefined` when it must have nothing to say. */
  readonly demand: Outcome | Tier | undefined;
}

export interface ReadExamples {
  readonly examples: readonly Example[];
  readonly problems: readonly string[];
}

export function examplesOf(annotations: { readonly [name: string]: string | null }): ReadExamples {
  const examples: Example[] = [];
  const problems: string[] = [];
  for (const [name, value] of Object.entries(annotations)) {
    if (!/^(?:counter)?example(?:_|$)/.test(name)) continue;
    const read = readExample(name, value ?? "");
    if (typeof read === "string") problems.push(`@${name}: ${read}`);
    else examples.push(read);
  }
  return { examples, problems };
}

/** Whether what the rule asked for, if anything, is what the example says. */
export function holds(example: Example, asked: Tier | undefined): boolean {
  if (example.demand === undefined || asked === undefined) return example.demand === asked;
  return example.demand === asked || example.demand === outcomeOf(asked);
}

function readExample(name: string, text: string): Example | string {
  const arrow = text.lastIndexOf("=>");
  const isCounter = name.startsWith("counterexample");
  if (isCounter !== arrow < 0) {
    return isCounter ? "a counterexample is an effect alone, without =>" : "expected EFFECT => OUTCOME";
  }
  const parsed = parseEffect(isCounter ? text : text.slice(0, arrow));
  if ("problem" in parsed) return parsed.problem;
  const demand = isCounter ? undefined : demandFrom(text.slice(arrow + 2).trim());
  if (!isCounter && demand === undefined) return `expected ${OUTCOMES.join(", ")} or T2, T3, T4, TX after =>`;
  return { name, text, effect: parsed.effect, demand };
}

function demandFrom(word: string): Outcome | Tier | undefined {
  return OUTCOMES.find((outcome) => outcome === word) ?? TIERS.find((tier) => `T${tier}` === word);
}
