import {
  type Effect,
  ENVIRONMENTS,
  type Environment,
  MARKS,
  type Mark,
  REVERSIBILITIES,
  type Reversibility,
  VERBS,
  type Verb,
  WAYS_BACK,
  type WayBack,
} from "./effect.ts";

/** Longer texts than this, in UTF-16 code units, are refused. */
const MAX_TEXT = 2_000;

export type ParsedEffect = { readonly effect: Effect } | { readonly problem: string };

/**
 * Reads the short form of an effect, as `describeEffect` writes it, with facts added in brackets:
 *
 *     VERB[?] KIND NAME [@ENVIRONMENT] [×COUNT] [(FACT, FACT ...)]
 *     delete k8s.namespace payments @production ×3 (R2, restore-point, bulk)
 *
 * A `?` says that the effect is a guess; `x3` is read as `×3`. A fact is a reversibility, a way back or a
 * mark. What is not given is the worst: R4, and the way back that goes with it; the environment is the
 * workspace. The text comes from whoever wrote the policy or typed the command.
 */
export function parseEffect(text: string): ParsedEffect {
  if (text.length > MAX_TEXT) return { problem: `effect is longer than ${MAX_TEXT} characters` };
  const facts = takeFacts(text.trim());
  if ("problem" in facts) return facts;
  const [verbWord = "", kind, ...words] = facts.rest.split(/\s+/);
  const verb = VERBS.find((known) => known === verbWord.replace(/\?$/, ""));
  if (verb === undefined)
    return { problem: `\`${verbWord}\` is no verb, expected one of ${VERBS.join(", ")}` };
  if (kind === undefined || words.length === 0) {
    return { problem: `\`${text.trim()}\` is no effect, expected VERB KIND NAME @ENVIRONMENT (facts)` };
  }
  const count = takeCount(words);
  const environment = takeEnvironment(words);
  if (environment === undefined) {
    return { problem: `\`${words.at(-1)}\` is no environment, expected one of ${ENVIRONMENTS.join(", ")}` };
  }
  return { effect: build(verb, kind, words.join(" "), environment, count, !verbWord.endsWith("?"), facts) };
}

interface Facts {
  readonly rest: string;
  readonly reversibility: Reversibility;
  readonly wayBack: WayBack;
  readonly marks: readonly Mark[];
}

function build(
  verb: Verb,
  kind: string,
  name: string,
  environment: Environment,
  count: number,
  certain: boolean,
  facts: Facts,
): Effect {
  const { reversibility, wayBack, marks } = facts;
  const resource = { kind, name, environment };
  return { verb, resource, wayBack, reversibility, count, certain, marks, by: "" };
}

function takeFacts(text: string): Facts | { readonly problem: string } {
  const open = text.endsWith(")") ? text.lastIndexOf(" (") : -1;
  const words =
    open < 0
      ? []
      : text
          .slice(open + 2, -1)
          .split(/[\s,]+/)
          .filter(Boolean);
  let reversibility: Reversibility = "R4";
  let wayBack: WayBack | undefined;
  const marks = new Set<Mark>();
  for (const word of words) {
    const asReversibility = REVERSIBILITIES.find((known) => known === word);
    const asWayBack = WAYS_BACK.find((known) => known === word);
    const asMark = MARKS.find((known) => known === word);
    if (asReversibility !== undefined) reversibility = asReversibility;
    else if (asWayBack !== undefined) wayBack = asWayBack;
    else if (asMark !== undefined) marks.add(asMark);
    else return { problem: `\`${word}\` is no fact, expected one of ${allFacts()}` };
  }
  return {
    rest: open < 0 ? text : text.slice(0, open).trim(),
    reversibility,
    wayBack: wayBack ?? worstWayBack(reversibility),
    marks: [...marks].sort(),
  };
}

function allFacts(): string {
  return [...REVERSIBILITIES, ...WAYS_BACK, ...MARKS].join(", ");
}

function worstWayBack(reversibility: Reversibility): WayBack {
  if (reversibility === "R4") return "none";
  return reversibility === "R1" ? "provider" : "unknown";
}

/** Takes `×3` off the end of the words, when a name is left before it. */
function takeCount(words: string[]): number {
  const digits = /^[×x](\d{1,9})$/.exec(words.at(-1) ?? "")?.[1];
  if (digits === undefined || words.length < 2) return 1;
  words.pop();
  return Number(digits);
}

/** Takes `@production` off the end of the words; `undefined` when the word after the `@` is no environment. */
function takeEnvironment(words: string[]): Environment | undefined {
  const last = words.at(-1) ?? "";
  if (!last.startsWith("@") || words.length < 2) return "workspace";
  const environment = ENVIRONMENTS.find((known) => known === last.slice(1));
  if (environment !== undefined) words.pop();
  return environment;
}
