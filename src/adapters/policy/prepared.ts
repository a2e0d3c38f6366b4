import { createHash } from "node:crypto";
import {
  ENVIRONMENTS,
  MARKS,
  type Mark,
  type Reversibility,
  VERBS,
  type WayBack,
} from "../../core/effect.ts";
import type { Question } from "../../core/policy.ts";
import type { Climb } from "./ask.ts";
import { PREPARED_CLIMBS, PREPARED_CODES, PREPARED_FOR } from "./prepared.gen.ts";

/**
 * Cedar's answers of the built-in pack to the most usual questions, asked when the pack was built
 * (scripts/policy.ts). Loading the engine takes longer than everything else in a cold `check`; where only the
 * built-in pack is in force and its answer is here, it is not loaded. Any other question goes to Cedar.
 */
export function preparedAnswer(question: Question): Climb | undefined {
  const index = preparedIndex(question);
  if (index === undefined) return undefined;
  const code = Number.parseInt(PREPARED_CODES.slice(index * 2, index * 2 + 2), 36);
  return PREPARED_CLIMBS[code];
}

/** Whether the answers were made from the pack with this digest, for the questions that are told apart now. */
export function isPreparedFor(digest: string): boolean {
  return preparedKey(digest) === PREPARED_FOR;
}

/** SHA-256 of a pack's digest and of everything that gives an answer its place: a new verb moves them all. */
export function preparedKey(digest: string): string {
  const places = JSON.stringify([digest, VERBS, ENVIRONMENTS, WAYS, MARK_SETS]);
  return createHash("sha256").update(places).digest("hex");
}

/** What the prepared answers tell apart; a pack whose rules look at anything else cannot be prepared. */
export const PREPARED_READS: ReadonlySet<string> = new Set([
  "action",
  "context.approval.confirmed",
  "context.approval.differentRoles",
  "context.approval.reviewers",
  "context.marks",
  "context.reversibility",
  "context.wayBack",
  "resource.environment",
]);

/** The questions that are answered ahead, in the order of their codes. */
export function preparedQuestions(): readonly Question[] {
  return VERBS.flatMap((verb) =>
    ENVIRONMENTS.flatMap((environment) =>
      WAYS.flatMap(([reversibility, wayBack]) =>
        MARK_SETS.map((marks) => ({ ...BLANK, verb, environment, reversibility, wayBack, marks })),
      ),
    ),
  );
}

const BLANK = {
  principal: { kind: "agent", name: "agent" },
  kind: "file",
  name: "name",
  count: 1,
  certain: true,
  contained: false,
  engine: "snapshot",
  tool: "shell",
} as const;

const WAYS: readonly (readonly [Reversibility, WayBack])[] = [
  ["R1", "restore-point"],
  ["R1", "provider"],
  ["R1", "none"],
  ["R2", "restore-point"],
  ["R2", "provider"],
  ["R2", "none"],
  ["R2", "unknown"],
  ["R3", "provider"],
  ["R3", "none"],
  ["R3", "unknown"],
  ["R4", "none"],
  ["R4", "unknown"],
];

/** Sets of marks that go together, each sorted. */
const PAIRS: readonly (readonly Mark[])[] = [
  ["additive", "shared"],
  ["bulk", "control"],
  ["bulk", "history"],
  ["bulk", "outside"],
  ["bulk", "outside", "system"],
  ["bulk", "shared"],
  ["control", "outside"],
  ["control", "outside", "secret"],
  ["foreign-code", "outside"],
  ["foreign-code", "privileged"],
  ["history", "protected", "shared"],
  ["history", "shared"],
  ["outside", "privileged"],
  ["outside", "privileged", "system"],
  ["outside", "secret"],
  ["outside", "system"],
  ["privileged", "system"],
  ["protected", "shared"],
  ["secret", "upload"],
];

const MARK_SETS: readonly (readonly Mark[])[] = [[], ...MARKS.map((mark) => [mark]), ...PAIRS];

const MARK_INDEX: ReadonlyMap<string, number> = new Map(
  MARK_SETS.map((marks, index) => [marks.join(" "), index]),
);

function preparedIndex(question: Question): number | undefined {
  const { reversibility, wayBack } = question;
  const verb = VERBS.indexOf(question.verb);
  const environment = ENVIRONMENTS.indexOf(question.environment);
  const way = WAYS.findIndex((known) => known[0] === reversibility && known[1] === wayBack);
  const marks = MARK_INDEX.get(question.marks.join(" "));
  if (verb < 0 || environment < 0 || way < 0 || marks === undefined) return undefined;
  return ((verb * ENVIRONMENTS.length + environment) * WAYS.length + way) * MARK_SETS.length + marks;
}
