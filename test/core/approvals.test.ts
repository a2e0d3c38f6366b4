import { describe, expect, it } from "vitest";
import { AGENT, OTHER_DIGEST, person } from "./machine/sample.ts";
import {
  analyzed,
  asked,
  confirm,
  decided,
  END,
  HALF_AN_HOUR,
  intent,
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

describe("[A-confirm] T2", () => {
  check([
    ["the operator says yes", [...waiting(2), confirm("olga")], "approved"],
    ["the operator says no", [...waiting(2), confirm("olga", { decision: "no" })], "rejected"],
    ["nobody else confirms", [...waiting(2), confirm("sam")], "not-the-operator"],
    ["no agent confirms", [...waiting(2), { ...confirm("olga"), voter: AGENT } as Step], "not-a-person"],
    ["only this digest", [...waiting(2), confirm("olga", { requestDigest: OTHER_DIGEST })], "other-digest"],
    [
      "a no to something else is no no to this",
      [...waiting(2), confirm("olga", { decision: "no", requestDigest: OTHER_DIGEST })],
      "other-digest",
    ],
    [
      "the question names the digest",
      [proposed, analyzed(2), decided(2), { ...asked, requestDigest: OTHER_DIGEST } as Step],
      "other-digest",
    ],
    ["a confirmation is no review", [...waiting(3), confirm("olga")], "not-asked"],
    ["but the operator's no is a no", [...waiting(3), confirm("olga", { decision: "no" })], "rejected"],
    ["a review is no confirmation", [...waiting(2), review("rita")], "waiting"],
    ["not after the end", [...waiting(2), confirm("olga", { at: END })], "expired"],
    ["until the last moment", [...waiting(2), confirm("olga", { at: END - 1 })], "approved"],
    [
      "confirm and review where policy wants both",
      [...waiting(3, { confirm: true }), review("rita"), confirm("olga")],
      "approved",
    ],
    [
      "a person votes once",
      [...waiting(2, { reviewers: 1 }), confirm("olga"), confirm("olga")],
      "already-voted",
    ],
  ]);
});

describe("[L3] second people", () => {
  check([
    ["one is enough for T3", [...waiting(3), review("uwe")], "approved"],
    ["one is not enough for T4", [...waiting(4), review("rita")], "waiting"],
    ["two with different roles are", [...waiting(4), review("rita"), review("sam")], "approved"],
    [
      "two in the same role are not",
      [...waiting(4), review("sam"), review("uma", { roles: ["on-call"] })],
      "waiting",
    ],
    ["two without any role are not", [...waiting(4), review("uwe"), review("uma")], "waiting"],
    ["two with the same pair of roles are", [...waiting(4), review("rita"), review("ed")], "approved"],
    [
      "one person with two accounts is one",
      [...waiting(4), review("rita"), review("rita", { account: "rita@home" })],
      "already-voted",
    ],
    ["the operator is none", [...waiting(3), review("olga")], "own-request"],
    [
      "an editor is none",
      [{ ...proposed, editors: [person("ed")] }, ...waiting(3).slice(1), review("ed")],
      "own-request",
    ],
    [
      "the operator of an editing agent is none",
      [{ ...proposed, editors: [{ ...AGENT, operator: "ed" }] }, ...waiting(3).slice(1), review("ed")],
      "own-request",
    ],
    [
      "a requesting person is none",
      [{ ...proposed, requester: person("sam") }, ...waiting(3).slice(1), review("sam")],
      "own-request",
    ],
    [
      "an agent is none",
      [...waiting(3), { ...review("rita"), voter: { ...AGENT, operator: "rita" } } as Step],
      "not-a-person",
    ],
    [
      "without a signature it is no yes",
      [...waiting(3), review("rita", { verified: false })],
      "not-verified",
    ],
    ["only this digest", [...waiting(3), review("rita", { requestDigest: OTHER_DIGEST })], "other-digest"],
    ["not after the end", [...waiting(3), review("rita", { at: END })], "expired"],
    [
      "one person does not fill two roles",
      [...waiting(3, { roles: ["on-call", "service-owner"] }), review("rita")],
      "waiting",
    ],
    [
      "two persons fill them, whoever comes first",
      [...waiting(3, { roles: ["on-call", "service-owner"] }), review("rita"), review("sam")],
      "approved",
    ],
    [
      "and the other way round",
      [...waiting(3, { roles: ["on-call", "service-owner"] }), review("sam"), review("rita")],
      "approved",
    ],
    [
      "a role that nobody holds stays open",
      [...waiting(3, { roles: ["security"] }), review("rita"), review("sam")],
      "waiting",
    ],
    [
      "three where policy wants three",
      [...waiting(3, { reviewers: 3 }), review("rita"), review("sam"), review("uwe")],
      "approved",
    ],
    ["two are not three", [...waiting(3, { reviewers: 3 }), review("rita"), review("sam")], "waiting"],
    [
      "a longer chain of roles is untangled",
      [
        ...waiting(3, { roles: ["a", "b", "c"] }),
        review("x", { roles: ["a", "b"] }),
        review("y", { roles: ["a", "c"] }),
        review("z", { roles: ["a"] }),
      ],
      "approved",
    ],
    [
      "three roles need three",
      [
        ...waiting(3, { roles: ["a", "b", "c"] }),
        review("x", { roles: ["a", "b", "c"] }),
        review("y", { roles: ["a", "b", "c"] }),
      ],
      "waiting",
    ],
    [
      "more votes do not take the restore point away",
      [...permittedWithReview(), point, review("rita")],
      "restorable",
    ],
    ["more votes than needed are taken", [...waiting(3), review("rita"), review("sam")], "approved"],
    [
      "policy asks for less, the tier still asks for its own",
      [...waiting(4, { reviewers: 1 }), review("rita")],
      "waiting",
    ],
  ]);
});

describe("[L4] no is final", () => {
  const no = review("rita", { decision: "no", verified: false, roles: [] });
  check([
    ["a no needs neither key nor role", [...waiting(3), no], "rejected"],
    [
      "the operator may say it too",
      [...waiting(3), review("olga", { decision: "no", verified: false })],
      "rejected",
    ],
    ["an agent may not", [...waiting(3), { ...no, voter: AGENT } as Step], "not-a-person"],
    ["it comes after a yes", [...waiting(3), review("sam"), no], "rejected"],
    ["it comes after the restore point", [...permittedWithReview(), point, no], "rejected"],
    ["no yes follows", [...waiting(3), no, review("sam")], "wrong-stage"],
    ["nothing runs after it", [...waiting(3), no, intent(3)], "wrong-stage"],
    ["it is never late", [...waiting(3), { ...no, at: END + 5 }], "rejected"],
  ]);
});

function permittedWithReview(): readonly Step[] {
  return [proposed, analyzed(1), decided(3), asked, review("sam")];
}

describe("[A-withdraw] votes and requests are taken back", () => {
  const back = (name: string): Step => ({ type: "vote.withdrawn", voter: person(name) });
  check([
    ["it waits again", [...waiting(3), review("sam"), back("sam")], "waiting"],
    [
      "another yes is enough",
      [...waiting(3, { reviewers: 1 }), review("sam"), review("rita"), back("sam")],
      "approved",
    ],
    ["who never voted takes nothing back", [...waiting(3), review("sam"), back("rita")], "no-such-vote"],
    [
      "an agent takes nothing back",
      [...waiting(3), review("sam"), { ...back("sam"), voter: { ...AGENT, operator: "sam" } } as Step],
      "not-a-person",
    ],
    [
      "who took it back may vote again",
      [...waiting(3), review("sam"), back("sam"), review("sam")],
      "approved",
    ],
    [
      "the restore point has to be made again",
      [...permittedWithReview(), point, back("sam"), review("sam"), intent(3)],
      "no-restore-point",
    ],
    [
      "the restore point stays while enough stand",
      [...permittedWithReview(), point, review("rita"), back("sam"), intent(3)],
      "executing",
    ],
    [
      "the agent withdraws its request",
      [...waiting(3), { type: "action.withdrawn", by: AGENT }],
      "withdrawn",
    ],
    ["its operator does", [...waiting(3), { type: "action.withdrawn", by: person("olga") }], "withdrawn"],
    [
      "nobody else does",
      [...waiting(3), { type: "action.withdrawn", by: person("sam") }],
      "not-the-requester",
    ],
    ["what runs cannot be withdrawn", [...running, { type: "action.withdrawn", by: AGENT }], "wrong-stage"],
  ]);
});

describe("[A-end] other ends", () => {
  const revoked: Step = { type: "action.revoked", by: "sam", reason: "freeze" };
  const superseded: Step = { type: "action.superseded", successor: "b", editor: person("ed") };
  check([
    ["it expires at its end", [...waiting(3), { type: "action.expired", at: END }], "expired"],
    ["not a moment before", [...waiting(3), { type: "action.expired", at: END - 1 }], "not-expired"],
    [
      "[L6] silence is no yes",
      [...waiting(2), { type: "action.expired", at: END }, intent(2)],
      "wrong-stage",
    ],
    ["somebody stops it", [...waiting(3), revoked], "revoked"],
    ["it stays stopped", [...waiting(3), review("sam"), revoked, intent(3)], "wrong-stage"],
    ["an edit makes another action of it", [...waiting(3), review("sam"), superseded], "superseded"],
    ["and this one never runs", [...waiting(3), review("sam"), superseded, intent(3)], "wrong-stage"],
    [
      "votes do not reach the edited one",
      [{ ...proposed, supersedes: "z" }, ...waiting(3).slice(1), intent(3)],
      "wrong-stage",
    ],
  ]);
});

describe("[L5] fresh at use", () => {
  const approved = [...waiting(3), review("sam")];
  const two = [...waiting(4), review("rita", { at: 1_000 }), review("sam", { at: 2_000 })];
  const waits = [...waiting(3, { waitMilliseconds: 50 }), review("sam", { at: 1_000 })];
  check([
    ["it runs", [...approved, intent(3)], "executing"],
    ["[L2] only with its nonce", [...approved, intent(3, { nonce: "m" })], "other-nonce"],
    ["[L1] only what was decided", [...approved, intent(3, { digest: OTHER_DIGEST })], "other-digest"],
    ["not after the end", [...approved, intent(3, { at: END })], "expired"],
    ["until the last moment", [...approved, intent(3, { at: END - 1 })], "executing"],
    [
      "not before the beginning",
      [{ ...proposed, notBefore: 900 }, ...approved.slice(1), intent(3, { at: 899 })],
      "too-early",
    ],
    [
      "at the beginning",
      [{ ...proposed, notBefore: 900 }, ...approved.slice(1), intent(3, { at: 900 })],
      "executing",
    ],
    ["not what policy forbids by now", [...approved, intent(3, { tier: "X" })], "forbidden-now"],
    ["not what a higher tier asks more for", [...approved, intent(3, { tier: 4 })], "not-approved"],
    [
      "not what policy asks more for",
      [...approved, intent(3, { requirement: { reviewers: 2 } })],
      "not-approved",
    ],
    [
      "a policy that asks for less changes nothing",
      [...two, intent(4, { at: END - 1, requirement: { reviewers: 0 } })],
      "executing",
    ],
    [
      "a lower tier by now changes nothing",
      [...waiting(4), review("rita"), intent(4, { tier: 1 })],
      "wrong-stage",
    ],
    [
      "voters who lost their say do not count",
      [...approved, intent(3, { eligible: ["rita"] })],
      "not-approved",
    ],
    [
      "the operator can lose it too",
      [...waiting(2), confirm("olga"), intent(2, { eligible: [] })],
      "not-approved",
    ],
    [
      "a permitted action needs nobody",
      [proposed, analyzed(0), decided(0), intent(0, { eligible: [] })],
      "executing",
    ],
    [
      "a permitted action is judged again",
      [proposed, analyzed(0), decided(0), intent(0, { tier: 2 })],
      "not-approved",
    ],
    [
      "the tier cannot be talked down",
      [proposed, analyzed(2), decided(2), asked, confirm("olga"), intent(2, { tier: 0, eligible: [] })],
      "not-approved",
    ],
    [
      "the fresh requirement counts",
      [...approved, intent(3, { requirement: { reviewers: Number.NaN } })],
      "malformed",
    ],
    [
      "T4 waits half an hour from the second yes",
      [...two, intent(4, { at: 2_000 + HALF_AN_HOUR - 1 })],
      "too-early",
    ],
    ["and then it runs", [...two, intent(4, { at: 2_000 + HALF_AN_HOUR })], "executing"],
    ["a wait of policy", [...waits, intent(3, { at: 1_049 })], "too-early"],
    ["a wait of policy is over", [...waits, intent(3, { at: 1_050 })], "executing"],
    [
      "a third yes does not begin the wait again",
      [...two, review("tina", { at: 3_000 }), intent(4, { at: 2_000 + HALF_AN_HOUR })],
      "executing",
    ],
  ]);
});
