import { describe, expect, it } from "vitest";
import { type Action, next } from "../../src/core/action.ts";
import type { ActionEvent } from "../../src/core/event.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { AGENT, DIGEST, EFFECT_OF_TIER, person } from "./machine/sample.ts";
import {
  analyzed,
  confirm,
  decided,
  END,
  finished,
  HALF_AN_HOUR,
  intent,
  lost,
  NONE,
  permitted,
  play,
  point,
  proposed,
  review,
  running,
  type Step,
  waiting,
} from "./machine/steps.ts";

function check(cases: readonly (readonly [string, readonly Step[], string])[]): void {
  it.each(cases)("%s", (_name, steps, end) => expect(play(...steps)).toBe(end));
}

describe("[A-propose]", () => {
  check([
    ["an action begins by being proposed", [proposed], "proposed"],
    ["and by nothing else", [analyzed(1)], "no-action"],
    ["once", [proposed, proposed], "already-proposed"],
    ["it has an id", [{ ...proposed, action: "" }], "malformed"],
    ["it has a session", [{ ...proposed, session: "" }], "malformed"],
    ["it has a nonce", [{ ...proposed, nonce: "" }], "malformed"],
    ["somebody answers for it", [{ ...proposed, requester: { ...AGENT, operator: "" } }], "malformed"],
    ["it ends after it begins", [{ ...proposed, notBefore: 5, notAfter: 5 }], "malformed"],
    ["it lasts a millisecond", [{ ...proposed, notBefore: 5, notAfter: 6 }], "proposed"],
    ["it begins at a time", [{ ...proposed, notBefore: -1 }], "malformed"],
    ["it ends at a time", [{ ...proposed, notAfter: 1.5 }], "malformed"],
    ["time is whole milliseconds", [{ ...proposed, at: 1.5 }], "malformed"],
    ["time begins in 1970", [{ ...proposed, at: -1 }], "malformed"],
    ["and there it may be", [{ ...proposed, at: 0 }], "proposed"],
  ]);
});

describe("[A-order]", () => {
  check([
    ["events of another action are not taken", [proposed, { ...analyzed(1), action: "b" }], "other-action"],
    [
      "time does not go back",
      [
        { ...proposed, at: 500 },
        { ...analyzed(1), at: 499 },
      ],
      "time-went-back",
    ],
    [
      "it may stand still",
      [
        { ...proposed, at: 500 },
        { ...analyzed(1), at: 500 },
      ],
      "analyzed",
    ],
    ["unknown events are refused", [proposed, { type: "constructor" } as unknown as Step], "unknown-event"],
    ["nothing is decided before it is analyzed", [proposed, decided(1)], "wrong-stage"],
    ["nothing runs before it is decided", [proposed, analyzed(1), intent(1)], "wrong-stage"],
  ]);
});

describe("[A-decide]", () => {
  check([
    ["T0 is permitted", [proposed, analyzed(0), decided(0)], "permitted"],
    ["T1 is permitted", permitted, "permitted"],
    ["T2 has to be asked", [proposed, analyzed(2), decided(2)], "decided"],
    ["TX is denied", [proposed, analyzed("X"), decided("X")], "denied"],
    [
      "policy may ask for more than the tier",
      [proposed, analyzed(1), decided(1, { reviewers: 1 })],
      "decided",
    ],
    ["a role is a question", [proposed, analyzed(1), decided(1, { roles: ["on-call"] })], "decided"],
    ["a wait alone asks nobody", [proposed, analyzed(1), decided(1, { waitMilliseconds: 9 })], "permitted"],
    ["policy decides higher", [proposed, analyzed(1), decided(3)], "decided"],
    ["[L9] never below the ladder", [proposed, analyzed(3), decided(2)], "below-ladder"],
    ["[L9] not even from TX to T4", [proposed, analyzed("X"), decided(4)], "below-ladder"],
    ["the digest is one", [proposed, analyzed(1), { ...decided(1), digest: "abc" } as Step], "malformed"],
    [
      "the digest is nothing more",
      [proposed, analyzed(1), { ...decided(1), digest: `${DIGEST}0` } as Step],
      "malformed",
    ],
    [
      "the digest has nothing before it",
      [proposed, analyzed(1), { ...decided(1), digest: `0${DIGEST}` } as Step],
      "malformed",
    ],
    ["reviewers are counted", [proposed, analyzed(2), decided(2, { reviewers: Number.NaN })], "malformed"],
    ["nobody is counted negative", [proposed, analyzed(2), decided(2, { reviewers: -1 })], "malformed"],
    ["the wait is a time", [proposed, analyzed(2), decided(2, { waitMilliseconds: 0.5 })], "malformed"],
  ]);
});

describe("[L7] the way back is made before", () => {
  check([
    ["the decision counted on it", [...permitted, intent(1)], "no-restore-point"],
    ["it exists", [...permitted, point], "restorable"],
    ["then it runs", running, "executing"],
    ["it has an id", [...permitted, { type: "restore-point.made", restorePoint: "" }], "malformed"],
    ["who did not count on one runs without", [proposed, analyzed(0), decided(0), intent(0)], "executing"],
    ["one may be made all the same", [proposed, analyzed(0), decided(0), point, intent(0)], "executing"],
  ]);
});

describe("[L2] once", () => {
  const found = (outcome: "executed" | "failed"): Step => ({
    type: "outcome.found",
    outcome,
    evidence: ["log"],
  });
  check([
    ["it ends well", [...running, finished], "executed"],
    ["it ends badly", [...running, { ...finished, exitCode: 1 }], "failed"],
    ["a signal ends it", [...running, { ...finished, exitCode: null }], "failed"],
    ["it is lost", [...running, lost], "unknown"],
    ["the end is that of this run", [...running, { ...finished, nonce: "m" }], "other-nonce"],
    ["the loss is that of this run", [...running, { ...lost, nonce: "m" }], "other-nonce"],
    ["it does not run while it runs", [...running, intent(1)], "wrong-stage"],
    ["it does not run again", [...running, finished, intent(1)], "wrong-stage"],
    ["a failure is not tried again", [...running, { ...finished, exitCode: 1 }, intent(1)], "wrong-stage"],
    ["what is lost is not tried again", [...running, lost, intent(1)], "wrong-stage"],
    ["what was lost is found", [...running, lost, found("executed")], "executed"],
    ["and had failed", [...running, lost, found("failed")], "failed"],
    ["by evidence", [...running, lost, { ...found("executed"), evidence: [] } as Step], "no-evidence"],
    ["a found action is not tried again", [...running, lost, found("failed"), intent(1)], "wrong-stage"],
  ]);
});

describe("[A-after] what comes after", () => {
  const undo = (restorePoint: string): Step => ({ type: "undo.done", restorePoint, by: person("olga") });
  const caught: Step = { type: "effects.captured", effects: [] };
  const discard: Step = { type: "captured.discarded", layer: "l1", by: person("olga") };
  const claim: Step = { type: "claim.made", claim: "tests pass", text: "tests pass" };
  const verdict = (
    verdict: "confirmed" | "contradicted" | "unproven",
    evidence: readonly string[],
  ): Step => ({ type: "claim.checked", claim: "tests pass", verdict, evidence });
  check([
    ["it is undone", [...running, finished, undo("p1")], "undone"],
    ["a failure is undone", [...running, { ...finished, exitCode: 2 }, undo("p1")], "undone"],
    ["what was lost is undone", [...running, lost, undo("p1")], "undone"],
    ["by its own restore point", [...running, finished, undo("p2")], "other-restore-point"],
    [
      "by one that was made",
      [proposed, analyzed(0), decided(0), intent(0), finished, undo("p1")],
      "no-restore-point",
    ],
    ["once", [...running, finished, undo("p1"), undo("p1")], "wrong-stage"],
    ["not while it runs", [...running, undo("p1")], "wrong-stage"],
    [
      "what it did is captured",
      [...running, { type: "effects.captured", effects: [] }, finished],
      "executed",
    ],
    ["not before it runs", [...permitted, { type: "effects.captured", effects: [] }], "wrong-stage"],
    ["what waited is discarded", [...running, caught, finished, discard], "executed"],
    ["also after the rest was undone", [...running, caught, finished, undo("p1"), discard], "undone"],
    ["and the rest is undone after it", [...running, caught, finished, discard, undo("p1")], "undone"],
    ["nothing is discarded that was not caught", [...running, finished, discard], "nothing-captured"],
    ["nor while it runs", [...running, caught, discard], "wrong-stage"],
    ["nor without its name", [...running, caught, finished, { ...discard, layer: "" } as Step], "malformed"],
    ["a claim is made", [...running, finished, claim], "executed"],
    ["and confirmed", [...running, finished, claim, verdict("confirmed", ["log"])], "executed"],
    ["by evidence", [...running, finished, claim, verdict("confirmed", [])], "no-evidence"],
    ["contradicted by evidence", [...running, finished, claim, verdict("contradicted", [])], "no-evidence"],
    ["unproven needs none", [...running, finished, claim, verdict("unproven", [])], "executed"],
    ["only what was claimed is checked", [...running, finished, verdict("unproven", [])], "unknown-claim"],
    [
      "said again it takes no verdict back",
      [...running, claim, verdict("contradicted", ["log"]), claim],
      "already-claimed",
    ],
  ]);
});

describe("[A-fold] what an action knows", () => {
  const fold = (...steps: readonly Step[]) =>
    steps.reduce<Action | undefined>((action, step, index) => {
      const after = next(action, { action: "a", at: 100 + index, ...step } as ActionEvent);
      return isRefusal(after) ? action : after;
    }, undefined);

  it("keeps what was proposed", () => {
    expect(fold({ ...proposed, supersedes: "z", editors: [person("ed")] })).toEqual({
      id: "a",
      session: "s",
      stage: "proposed",
      requester: AGENT,
      editors: [person("ed")],
      nonce: "n",
      notBefore: 0,
      notAfter: END,
      supersedes: "z",
      effects: [],
      tier: undefined,
      digest: "",
      requirement: { ...NONE, reviewers: 2, differentRoles: true, waitMilliseconds: HALF_AN_HOUR },
      votes: [],
      restorePoint: undefined,
      captured: undefined,
      claims: new Map(),
      at: 100,
    });
  });

  it("keeps what was decided, the stricter of tier and policy", () => {
    const action = fold(
      proposed,
      analyzed(2),
      decided(3, { confirm: true, roles: ["b", "a"], waitMilliseconds: 7 }),
    );
    expect(action).toMatchObject({
      tier: 3,
      digest: DIGEST,
      effects: [EFFECT_OF_TIER[2]],
      requirement: {
        confirm: true,
        reviewers: 1,
        roles: ["a", "b"],
        differentRoles: false,
        waitMilliseconds: 7,
      },
      at: 102,
    });
  });

  it("keeps who said yes, when, and as what", () => {
    const action = fold(
      ...waiting(3, { confirm: true }),
      confirm("olga"),
      review("sam", { account: "sam@home" }),
    );
    expect(action?.votes).toEqual([
      { kind: "confirm", person: "olga", account: "olga@work", roles: [], at: 104 },
      { kind: "review", person: "sam", account: "sam@home", roles: ["on-call"], at: 105 },
    ]);
  });

  it("keeps what it really did, in the order in which it was seen", () => {
    const seen = (tier: 0 | 1): Step => ({ type: "effects.captured", effects: [EFFECT_OF_TIER[tier]] });
    expect(fold(...running, seen(0), seen(1))?.captured).toEqual([EFFECT_OF_TIER[0], EFFECT_OF_TIER[1]]);
  });

  it("keeps the verdict on every claim", () => {
    const claim = (name: string): Step => ({ type: "claim.made", claim: name, text: name });
    const action = fold(proposed, claim("x"), claim("y"), {
      type: "claim.checked",
      claim: "y",
      verdict: "contradicted",
      evidence: ["e"],
    });
    expect([...(action?.claims ?? [])]).toEqual([
      ["x", "unproven"],
      ["y", "contradicted"],
    ]);
  });

  it("a refusal says what was expected and what came", () => {
    expect(next(fold(proposed), { type: "policy.decided", action: "b", at: 200 } as ActionEvent)).toEqual({
      refused: "other-action",
      reason: "expected action a, got b",
    });
  });
});
