import type { DetailedError, PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { Layer, Rule } from "../../core/policy.ts";
import { cedar } from "./cedar.ts";
import { type Example, examplesOf } from "./examples.ts";
import { impossibleTexts, inspectPolicy, namedRoles } from "./inspect.ts";
import { lineOf, type Piece, splitPolicies } from "./split.ts";

/** A file of rules. Whoever may write the file controls the text; a project's files come with its repository. */
export interface PolicyFile {
  readonly layer: Layer;
  readonly file: string;
  readonly text: string;
}

/** Something wrong with a policy file, with what to do about it. */
export interface Problem {
  readonly file: string;
  /** The first line is 1; 0 when it is about the file as a whole. */
  readonly line: number;
  readonly message: string;
  readonly help: string;
}

/** A rule as it stands in a file. */
export interface LoadedRule {
  readonly rule: Rule;
  readonly file: string;
  readonly piece: Piece;
  readonly reads: readonly string[];
  readonly roles: readonly string[];
  readonly examples: readonly Example[];
}

export interface Bounds {
  /** UTF-8 bytes of one file. */
  readonly fileBytes: number;
  /** Rules of all files together. */
  readonly rules: number;
}
export const BOUNDS: Bounds = { fileBytes: 256 * 1024, rules: 1_000 };

export type ReadRules = { readonly rules: readonly LoadedRule[]; readonly problems: readonly Problem[] };

/** The rules of one file, each parsed by Cedar and checked for what every rule has to have. */
export function readRules(source: PolicyFile): ReadRules {
  if (Buffer.byteLength(source.text, "utf8") > BOUNDS.fileBytes) {
    return {
      rules: [],
      problems: [
        problem(source, 0, `file is larger than ${BOUNDS.fileBytes} bytes`, "split it into several files"),
      ],
    };
  }
  const pieces = splitPolicies(source.text);
  if (pieces.length > BOUNDS.rules) {
    return {
      rules: [],
      problems: [problem(source, 0, `file holds more than ${BOUNDS.rules} rules`, "remove rules")],
    };
  }
  const read = pieces.map((piece) => readRule(source, piece));
  return { rules: read.flatMap((one) => one.rules), problems: read.flatMap((one) => one.problems) };
}

/** Problems for ids that occur twice; the later one is reported. */
export function duplicateProblems(rules: readonly LoadedRule[]): readonly Problem[] {
  const seen = new Map<string, LoadedRule>();
  return rules.flatMap((loaded) => {
    const earlier = seen.get(loaded.rule.id);
    seen.set(loaded.rule.id, earlier ?? loaded);
    if (earlier === undefined) return [];
    const where = `${earlier.file}:${earlier.piece.line}`;
    return [
      problem(
        loaded,
        loaded.piece.line,
        `rule \`${loaded.rule.id}\` exists already in ${where}`,
        "give it another @id",
      ),
    ];
  });
}

/** A Cedar error about a piece of a file, as a problem with its line. */
export function cedarProblem(file: { readonly file: string }, piece: Piece, error: DetailedError): Problem {
  const at = error.sourceLocations?.[0];
  const label = at?.label ? `, ${at.label}` : "";
  const line = at === undefined ? piece.line : lineOf(piece, at.start);
  const message = error.message
    .replace(/^failed to parse policy[^:]*: /, "")
    .replace(/^for policy `[^`]*`, /, "");
  return problem(
    file,
    line,
    `${message}${label}`,
    error.help ?? "correct the rule; `policy/countersign.cedarschema` lists what a rule can ask about",
  );
}

export function problem(at: { readonly file: string }, line: number, message: string, help: string): Problem {
  return { file: at.file, line, message, help };
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_ID = 80;

function readRule(source: PolicyFile, piece: Piece): ReadRules {
  const parsed = cedar().policyToJson(piece.text);
  if (parsed.type !== "success")
    return { rules: [], problems: parsed.errors.map((error) => parseProblem(source, piece, error)) };
  const fail = (message: string, help: string): ReadRules => ({
    rules: [],
    problems: [problem(source, piece.line, message, help)],
  });
  const { id, reason, advice } = parsed.json.annotations ?? {};
  if (!id || !ID.test(id) || id.length > MAX_ID) {
    return fail("rule has no usable @id", 'put @id("lower-case-words") before it');
  }
  if (!reason?.trim()) {
    return fail(
      `rule \`${id}\` has no @reason`,
      'put @reason("it ... because ...") before it, for the person and the agent who are stopped',
    );
  }
  if (parsed.json.effect === "permit" && source.layer !== "built-in") {
    return fail(
      `rule \`${id}\` permits, but the ${source.layer} layer can only tighten`,
      "write it as a forbid, or remove it",
    );
  }
  const inspection = inspectPolicy(parsed.json);
  const impossible = impossibleTexts(inspection);
  if (impossible[0] !== undefined)
    return fail(`rule \`${id}\`: ${impossible[0]}`, "correct the text, or the rule would never fire");
  const examples = examplesOf(parsed.json.annotations ?? {});
  const wrong = examples.problems[0] ?? unknownAnnotation(parsed.json);
  if (wrong !== undefined) return fail(`rule \`${id}\`: ${wrong}`, "correct the annotation");
  const rule: Rule = { id, layer: source.layer, reason, ...(advice?.trim() ? { advice } : {}) };
  const reads = [...inspection.reads].sort();
  return {
    rules: [
      { rule, file: source.file, piece, reads, roles: namedRoles(inspection), examples: examples.examples },
    ],
    problems: [],
  };
}

function parseProblem(source: PolicyFile, piece: Piece, error: DetailedError): Problem {
  const found = cedarProblem(source, piece, error);
  if (!error.message.includes("template")) return found;
  return {
    ...found,
    message: "templates are not allowed",
    help: "write the rule without ?principal and ?resource",
  };
}

/** A misspelt annotation would silently lose a reason's advice or an example. */
function unknownAnnotation(policy: PolicyJson): string | undefined {
  const known = /^(?:id|reason|advice|(?:counter)?example(?:_[a-z0-9_]+)?)$/;
  const unknown = Object.keys(policy.annotations ?? {}).find((name) => !known.test(name));
  return unknown === undefined
    ? undefined
    : `annotation \`@${unknown}\` is not known, expected @id, @reason, @advice, @example, @counterexample`;
}
