import { effect } from "../analyzers/effects.ts";
import { judge } from "../analyzers/judge.ts";
import type { Call, Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { type Facts, type Need, needKey } from "../core/facts.ts";
import type { AnyFact, Clock, FetchFact } from "./ports.ts";

/** How often facts are fetched before what is still missing counts as unknown (DESIGN §5). */
const ROUNDS = 4;
/** More facts than this are not fetched for one request: whoever writes it controls how many it needs. */
const MAX_FACTS = 4_096;

/** An analysis takes a millisecond; whatever takes this long, in milliseconds, is a no. */
export const PATIENCE = 10_000;

/** What the analysis learnt: the effects, and the facts they rest on. */
export interface Analyzed {
  readonly effects: readonly Effect[];
  readonly facts: Facts;
  /** See `Judgement`. */
  readonly programs: readonly string[];
}

/**
 * Finds the effects of a call, fetching facts as the analyzers ask for them. Total: whatever goes wrong in an
 * analyzer, or exceeds a bound, becomes an effect that nobody lets pass.
 */
export function analyze(
  call: Call,
  setting: Setting,
  fetch: FetchFact,
  clock: Pick<Clock, "monotonic">,
  patience = PATIENCE,
): Analyzed | Promise<Analyzed> {
  const facts = new Map<string, AnyFact>();
  const start = clock.monotonic();
  const isLate = () => clock.monotonic() - start > patience;
  const asking: Asking = { call, setting, fetch, facts, patience, isLate };
  const answer = round(asking, 0);
  return answer instanceof Promise ? inTime(answer, asking) : answer;
}

interface Asking {
  readonly call: Call;
  readonly setting: Setting;
  readonly fetch: FetchFact;
  readonly facts: Map<string, AnyFact>;
  readonly patience: number;
  isLate(): boolean;
}

/** A fact that never comes must not keep a decision waiting: after the patience it is a no. */
function inTime(answer: Promise<Analyzed>, asking: Asking): Promise<Analyzed> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Analyzed>((resolve) => {
    timer = setTimeout(() => resolve(tooLate([], asking)), asking.patience);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function tooLate(effects: readonly Effect[], { facts, patience }: Asking): Analyzed {
  return {
    effects: [...effects, beyond(patience, "milliseconds")],
    facts: facts as unknown as Facts,
    programs: [],
  };
}

function round(asking: Asking, count: number): Analyzed | Promise<Analyzed> {
  const { call, setting, fetch, facts } = asking;
  const known = facts as unknown as Facts;
  try {
    const { effects, needs, programs } = judge(call, setting, known);
    if (asking.isLate()) return tooLate(effects, asking);
    if (needs.length === 0 || count === ROUNDS) return { effects, facts: known, programs };
    if (facts.size + needs.length > MAX_FACTS)
      return { effects: [...effects, beyond(MAX_FACTS, "facts")], facts: known, programs };
    const waiting = needs.flatMap((need) => fetchInto(need, fetch, facts));
    const again = () => round(asking, count + 1);
    return waiting.length === 0 ? again() : Promise.all(waiting).then(again);
  } catch (error) {
    return { effects: [broken(error)], facts: known, programs: [] };
  }
}

/** Facts that come at once keep the whole decision synchronous: most need only the file system. */
function fetchInto(need: Need, fetch: FetchFact, facts: Map<string, AnyFact>): readonly Promise<unknown>[] {
  const fact = fetch(need);
  if (fact instanceof Promise) return [fact.then((value) => facts.set(needKey(need), value))];
  facts.set(needKey(need), fact);
  return [];
}

function beyond(limit: number, bound: string): Effect {
  return effect({
    verb: "unknown",
    kind: "request",
    name: `beyond the bound of ${limit} ${bound}`,
    environment: "unknown",
    certain: false,
    count: null,
    marks: ["bound"],
    by: "",
    advice: "split the request into smaller ones",
  });
}

/** An analyzer that throws is a defect of ours; what it would have said is unknown, so it is a no. */
function broken(error: unknown): Effect {
  const message = error instanceof Error ? error.message : String(error);
  return effect({
    verb: "unknown",
    kind: "request",
    name: `the analysis failed: ${message.slice(0, 120)}`,
    environment: "unknown",
    certain: false,
    count: null,
    marks: ["bound"],
    by: "",
    advice: "report this command: the analysis must not fail",
  });
}
