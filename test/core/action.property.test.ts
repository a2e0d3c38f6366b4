import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { next, STAGES, type Stage } from "../../src/core/action.ts";
import { isRefusal, REFUSALS } from "../../src/core/refusal.ts";
import { brokenLaw } from "./machine/judge.ts";
import { MUTANTS } from "./machine/mutants.ts";
import { ROLES } from "./machine/sample.ts";
import { type History, type Next, play } from "./machine/world.ts";

const HISTORIES = 20_000;
const START = new Map(Object.entries(ROLES));
/** Printed with a failure by fast-check; another one is tried with COUNTERSIGN_SEED. */
const SEED = Number(process.env.COUNTERSIGN_SEED ?? 20_251_212);

/** Every stage in which each event can happen: what SPEC.md states, restated by hand. */
const ASKED = ["waiting", "approved", "restorable"];
const OPEN = ["proposed", "analyzed", "decided", "permitted", ...ASKED];
const TABLE: Readonly<Record<string, readonly string[]>> = {
  "action.proposed": ["none"],
  "effects.analyzed": ["proposed"],
  "policy.decided": ["analyzed"],
  "approval.requested": ["decided"],
  "vote.confirmed": ASKED,
  "vote.reviewed": ASKED,
  "vote.withdrawn": ASKED,
  "action.withdrawn": OPEN,
  "action.expired": OPEN,
  "action.revoked": OPEN,
  "action.superseded": OPEN,
  "restore-point.made": ["permitted", "approved"],
  "execution.intended": ["permitted", "approved", "restorable"],
  "execution.finished": ["executing"],
  "execution.lost": ["executing"],
  "outcome.found": ["unknown"],
  "effects.captured": ["executing", "executed", "failed", "unknown"],
  "captured.discarded": ["executed", "failed", "unknown", "undone"],
  "undo.done": ["executed", "failed", "unknown"],
  "claim.made": STAGES,
  "claim.checked": STAGES,
};

interface Coverage {
  readonly broken: string | undefined;
  readonly histories: number;
  readonly executed: number;
  readonly taken: ReadonlySet<string>;
  readonly stages: ReadonlySet<Stage>;
  readonly refusals: ReadonlySet<string>;
}

/** Plays random histories against a machine until one breaks a law. */
function explore(
  machine: () => Next,
  histories: number,
  look: (history: History) => void = () => {},
): Coverage {
  const taken = new Set<string>();
  const stages = new Set<Stage>();
  const refusals = new Set<string>();
  let broken: string | undefined;
  let played = 0;
  let executed = 0;
  const property = fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, steps) => {
    const history = play(machine(), seed, steps, START);
    look(history);
    played++;
    if (history.stages.has("executing")) executed++;
    for (const pair of history.taken) taken.add(pair);
    for (const stage of history.stages) stages.add(stage);
    for (const refusal of history.refusals) refusals.add(refusal);
    broken = brokenLaw(history.events);
    return broken === undefined;
  });
  const run = fc.check(property, { seed: SEED, numRuns: histories, unbiased: true, endOnFailure: true });
  if (run.failed && !broken) throw new Error("the property failed", { cause: run.errorInstance });
  return { broken, histories: played, executed, taken, stages, refusals };
}

describe("the machine", () => {
  let coverage: Coverage | undefined;
  const correct = () => {
    coverage ??= explore(() => next, HISTORIES);
    return coverage;
  };

  it(`[L1] [L2] [L3] [L4] [L5] [L7] hold in ${HISTORIES} histories`, { timeout: 120_000 }, () => {
    expect(correct().broken).toBeUndefined();
    expect(correct().histories).toBe(HISTORIES);
  });

  it("[L1] the histories reach what they have to: a fifth executes something, and every stage occurs", () => {
    expect(correct().executed / correct().histories).toBeGreaterThan(0.2);
    expect([...correct().stages].sort()).toEqual([...STAGES].sort());
  });

  it("[L6] every refusal there is occurs", () => {
    expect([...correct().refusals].sort()).toEqual([...REFUSALS].sort());
  });

  it("[A-table] exactly the transitions of the table occur", () => {
    const expected = Object.entries(TABLE).flatMap(([event, stages]) =>
      stages.map((stage) => `${stage} ${event}`),
    );
    expect([...correct().taken].sort()).toEqual(expected.sort());
  });

  it("[L6] a refused event changes nothing, and the same events give the same action", () => {
    explore(
      () => next,
      500,
      ({ events }) => {
        const ids = new Set(events.map((event) => event.action));
        for (const id of ids) {
          const own = events.filter((event) => event.action === id);
          const fold = () =>
            own.reduce<ReturnType<typeof next> | undefined>(
              (action, event) => next(action && isRefusal(action) ? undefined : action, event),
              undefined,
            );
          expect(fold()).toEqual(fold());
          expect(isRefusal(fold() ?? {})).toBe(false);
        }
      },
    );
  });
});

describe("every deliberate defect is caught", () => {
  it.each(Object.entries(MUTANTS))("%s", { timeout: 60_000 }, (name, mutant) => {
    expect(explore(mutant, 10_000).broken).toMatch(name.slice(0, name.indexOf(" ")));
  });

  it("[L1] there are at least 15 of them", () =>
    expect(Object.keys(MUTANTS).length).toBeGreaterThanOrEqual(15));
});
