import { createHash } from "node:crypto";
import type { DetailedError } from "@cedar-policy/cedar-wasm/nodejs";
import { LAYERS } from "../../core/policy.ts";
import { BUILTIN_DIGEST, BUILTIN_READS, BUILTIN_RULES, SCHEMA } from "./builtin.gen.ts";
import { cedar } from "./cedar.ts";
import { holds } from "./examples.ts";
import { createMemo } from "./memo.ts";
import { brokenPolicy, createPolicy, type Policy, tierAsked } from "./policy.ts";
import { isPreparedFor, preparedAnswer } from "./prepared.ts";
import {
  BOUNDS,
  cedarProblem,
  duplicateProblems,
  type LoadedRule,
  type PolicyFile,
  type Problem,
  problem,
  readRules,
} from "./rules.ts";

/**
 * The policy in force: the built-in pack and the files of the other layers. Never throws: files with problems
 * give a policy that forbids everything and names the problems.
 *
 * @param files rules of the organisation, the project and the person
 * @param found problems met while the files were read
 */
export function loadPolicy(files: readonly PolicyFile[], found: readonly Problem[] = []): Policy {
  const digest = policyDigest(files);
  const known = found.length > 0 ? undefined : loaded.get(digest);
  if (known !== undefined) return known;
  const { policy, results } = assemblePolicy(files, found);
  const wrong = results.filter((result) => !result.holds).map(exampleProblem);
  const held = wrong.length > 0 ? brokenPolicy(digest, wrong) : policy;
  if (found.length === 0) loaded.set(digest, held);
  return held;
}

/** The policies that were loaded last, with what they remember, by digest. */
const loaded = createMemo<Policy>(16);

/** A policy whose examples were run but not yet held against it. */
export interface Assembly {
  readonly policy: Policy;
  /** The rules of the files, without the built-in ones; none when the policy is broken. */
  readonly rules: readonly LoadedRule[];
  readonly results: readonly ExampleResult[];
}

/** As `loadPolicy`, with the results of all examples instead of their problems. */
export function assemblePolicy(files: readonly PolicyFile[], found: readonly Problem[] = []): Assembly {
  const ordered = inLayers(files);
  const digest = policyDigest(files);
  const broken = (problems: readonly Problem[]) => ({
    policy: brokenPolicy(digest, problems),
    rules: [],
    results: [],
  });
  try {
    if (found.length > 0) return broken([...found, ...readLayers(ordered).problems]);
    if (files.length === 0) return { policy: builtinPolicy(), rules: [], results: [] };
    const { rules, problems } = readLayers(ordered);
    if (problems.length > 0) return broken(problems);
    const policy = layeredPolicy(digest, rules);
    return { policy, rules, results: runExamples(policy, rules) };
  } catch (error) {
    const message = `the policy engine failed: ${error instanceof Error ? error.message : String(error)}`;
    const file = ordered[0]?.file ?? "built-in";
    return broken([problem({ file }, 0, message, "reinstall countersign, or remove the file")]);
  }
}

/** SHA-256, hexadecimal, over everything that a policy is made from. */
export function policyDigest(files: readonly PolicyFile[]): string {
  if (files.length === 0) return BUILTIN_DIGEST;
  const hash = createHash("sha256").update(BUILTIN_DIGEST);
  for (const { layer, file, text } of inLayers(files)) hash.update(JSON.stringify([layer, file, text]));
  return hash.digest("hex");
}

/** The result of running one example. */
export interface ExampleResult {
  readonly rule: LoadedRule;
  readonly name: string;
  readonly text: string;
  readonly holds: boolean;
  /** What the rule asked for, in short: `T3`, or `nothing`. */
  readonly asked: string;
}

/** Runs the examples of rules against a policy that holds them. */
export function runExamples(policy: Policy, rules: readonly LoadedRule[]): readonly ExampleResult[] {
  const situation = {
    principal: { kind: "agent", name: "example" },
    contained: false,
    engine: "snapshot",
    tool: "shell",
  } as const;
  return rules.flatMap((rule) =>
    rule.examples.map((example) => {
      const [verdict] = policy.explain([example.effect], situation);
      const tier = verdict && tierAsked(verdict, rule.rule.id);
      const asked = tier === undefined ? "nothing" : `T${tier}`;
      return { rule, name: example.name, text: example.text, holds: holds(example, tier), asked };
    }),
  );
}

function builtinPolicy(): Policy {
  return createPolicy({
    digest: BUILTIN_DIGEST,
    rules: BUILTIN_RULES.map(({ rule }) => rule),
    texts: builtinTexts,
    reads: BUILTIN_READS,
    roles: [],
    ...(isPreparedFor(BUILTIN_DIGEST) ? { prepared: preparedAnswer } : {}),
  });
}

function layeredPolicy(digest: string, rules: readonly LoadedRule[]): Policy {
  const texts = Object.fromEntries(rules.map(({ rule, piece }) => [rule.id, piece.text]));
  return createPolicy({
    digest,
    rules: [...rules.map(({ rule }) => rule), ...BUILTIN_RULES.map(({ rule }) => rule)],
    texts: () => ({ ...builtinTexts(), ...texts }),
    reads: [...new Set([...BUILTIN_READS, ...rules.flatMap(({ reads }) => reads)])],
    roles: rules.flatMap(({ roles }) => roles),
  });
}

function builtinTexts(): { readonly [id: string]: string } {
  return Object.fromEntries(BUILTIN_RULES.map(({ rule, text }) => [rule.id, text]));
}

/** The rules of all files, with every problem that they have before an example is run. */
export function readLayers(files: readonly PolicyFile[]): ReturnType<typeof readRules> {
  const read = files.map(readRules);
  const rules = read.flatMap((one) => one.rules);
  const problems = [
    ...read.flatMap((one) => one.problems),
    ...duplicateProblems(rules),
    ...builtinIdProblems(rules),
    ...(rules.length > BOUNDS.rules
      ? [
          problem(
            { file: rules[0]?.file ?? "" },
            0,
            `there are more than ${BOUNDS.rules} rules`,
            "remove rules",
          ),
        ]
      : []),
  ];
  return { rules, problems: problems.length > 0 ? problems : validationProblems(rules) };
}

function builtinIdProblems(rules: readonly LoadedRule[]): readonly Problem[] {
  const builtin = new Set(BUILTIN_RULES.map(({ rule }) => rule.id));
  return rules
    .filter(({ rule }) => rule.layer !== "built-in" && builtin.has(rule.id))
    .map((loaded) =>
      problem(
        loaded,
        loaded.piece.line,
        `rule \`${loaded.rule.id}\` exists already, built in`,
        "give it another @id",
      ),
    );
}

/** Strict validation against the schema. A warning counts too: a rule that can never fire guards nothing. */
function validationProblems(rules: readonly LoadedRule[]): readonly Problem[] {
  const staticPolicies = Object.fromEntries(rules.map(({ rule, piece }) => [rule.id, piece.text]));
  const answer = cedar().validate({
    schema: SCHEMA,
    policies: { staticPolicies },
    validationSettings: { mode: "strict" },
  });
  if (answer.type !== "success") throw new Error(answer.errors.map(({ message }) => message).join("; "));
  const found = [...answer.validationErrors, ...answer.validationWarnings];
  const problems = rules.flatMap((loaded) => {
    const own = found.find(({ policyId }) => policyId === loaded.rule.id);
    return own === undefined ? [] : [cedarProblem(loaded, loaded.piece, own.error)];
  });
  return problems.length > 0 || found.length === 0 ? problems : unplaced(found[0]?.error);
}

function unplaced(error: DetailedError | undefined): readonly Problem[] {
  return [
    problem({ file: "policy" }, 0, error?.message ?? "validation failed", error?.help ?? "correct the rules"),
  ];
}

function exampleProblem({ rule, name, text, asked }: ExampleResult): Problem {
  const message = `rule \`${rule.rule.id}\`: @${name} \`${text}\` does not hold, the rule asks for ${asked}`;
  return problem(rule, rule.piece.line, message, "correct the rule or the example");
}

function inLayers(files: readonly PolicyFile[]): readonly PolicyFile[] {
  return [...files].sort((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer));
}
