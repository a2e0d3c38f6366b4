import fc from "fast-check";
import { expect, it } from "vitest";
import { climb, createAsk } from "../../src/adapters/policy/ask.ts";
import { BUILTIN_DIGEST, BUILTIN_READS, BUILTIN_RULES } from "../../src/adapters/policy/builtin.gen.ts";
import {
  isPreparedFor,
  PREPARED_READS,
  preparedAnswer,
  preparedQuestions,
} from "../../src/adapters/policy/prepared.ts";
import { approvalLevels, questionOf } from "../../src/core/policy.ts";
import { AGENT, anyEffect } from "./generators.ts";

const ask = createAsk(
  "prepared-test",
  Object.fromEntries(BUILTIN_RULES.map(({ rule, text }) => [rule.id, text])),
);

it("[P15] the prepared answers were made from this pack, whose rules look at nothing else", () => {
  expect(isPreparedFor(BUILTIN_DIGEST)).toBe(true);
  expect(BUILTIN_READS.filter((read) => !PREPARED_READS.has(read))).toEqual([]);
});

it("[P15] a prepared answer is Cedar's answer", () => {
  const questions = preparedQuestions();
  expect(questions.length).toBeGreaterThan(30_000);
  const usual = fc.nat({ max: questions.length - 1 }).map((index) => questions[index]);
  const any = anyEffect.map((effect) => questionOf(effect, AGENT));
  let prepared = 0;
  fc.assert(
    fc.property(fc.oneof(usual, any), (question) => {
      const answer = question && preparedAnswer(question);
      if (question === undefined || answer === undefined) return;
      prepared += 1;
      expect(answer).toEqual(climb(ask, question, approvalLevels([])));
    }),
    { numRuns: 1_500 },
  );
  expect(prepared).toBeGreaterThan(700);
});
