import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { TOOLS } from "../../core/call.ts";
import { ENVIRONMENTS, MARKS, REVERSIBILITIES, WAYS_BACK } from "../../core/effect.ts";

/** What the conditions and the scope of a policy look at, as found in Cedar's JSON form of it. */
export interface Inspection {
  /** Attribute paths such as `resource.name` or `context.approval.roles`; a bare variable stands for all of it. */
  readonly reads: ReadonlySet<string>;
  /** Texts that the policy compares with an attribute. */
  readonly compared: readonly { readonly path: string; readonly text: string }[];
}

export function inspectPolicy(policy: PolicyJson): Inspection {
  const reads = new Set<string>();
  const compared: { path: string; text: string }[] = [];
  if (policy.principal.op !== "All") reads.add("principal");
  if (policy.resource.op !== "All" && !("entity_type" in policy.resource && !("in" in policy.resource))) {
    reads.add("resource");
  }
  for (const condition of policy.conditions) visit(condition.body, reads, compared);
  return { reads, compared };
}

/** The closed vocabularies: a text that is not in them can never match, so a rule with it would never fire. */
const VOCABULARIES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["resource.environment", ENVIRONMENTS],
  ["context.wayBack", WAYS_BACK],
  ["context.reversibility", REVERSIBILITIES],
  ["context.marks", MARKS],
  ["context.tool", TOOLS],
]);

/** Texts that no value of their attribute can equal, each with what would be accepted. */
export function impossibleTexts(inspection: Inspection): readonly string[] {
  return inspection.compared.flatMap(({ path, text }) => {
    const vocabulary = VOCABULARIES.get(path);
    if (vocabulary === undefined || vocabulary.includes(text)) return [];
    return [`\`${path}\` is never \`${text}\`, expected one of ${vocabulary.join(", ")}`];
  });
}

/** The roles that a policy names for reviewers. */
export function namedRoles(inspection: Inspection): readonly string[] {
  return inspection.compared.filter(({ path }) => path === "context.approval.roles").map(({ text }) => text);
}

/** Operators of Cedar's JSON form that compare what is on their two sides. */
const COMPARISONS = new Set(["==", "!=", "contains", "containsAll", "containsAny"]);

function visit(expression: unknown, reads: Set<string>, compared: { path: string; text: string }[]): void {
  if (typeof expression !== "object" || expression === null) return;
  if (Array.isArray(expression)) {
    for (const item of expression) visit(item, reads, compared);
    return;
  }
  const path = pathOf(expression);
  if (path !== undefined) {
    reads.add(path);
    return;
  }
  for (const [operator, operands] of Object.entries(expression)) {
    if (COMPARISONS.has(operator)) compared.push(...comparisonsIn(operands));
    if (operator !== "Value") visit(operands, reads, compared);
  }
}

function comparisonsIn(operands: { readonly left?: unknown; readonly right?: unknown }) {
  const { left, right } = operands;
  const path = pathOf(left) ?? pathOf(right);
  return path === undefined ? [] : [...textsOf(left), ...textsOf(right)].map((text) => ({ path, text }));
}

/** `resource.name` for an attribute access that starts at a variable; `undefined` for any other expression. */
function pathOf(expression: unknown): string | undefined {
  if (typeof expression !== "object" || expression === null) return undefined;
  if ("Var" in expression) return String(expression.Var);
  const access = "." in expression ? (expression["."] as { left?: unknown; attr?: unknown }) : undefined;
  const base = access && pathOf(access.left);
  return base === undefined ? undefined : `${base}.${String(access?.attr)}`;
}

function textsOf(expression: unknown): readonly string[] {
  if (typeof expression !== "object" || expression === null) return [];
  if ("Value" in expression) {
    const value = expression.Value;
    return Array.isArray(value)
      ? value.filter((item) => typeof item === "string")
      : typeof value === "string"
        ? [value]
        : [];
  }
  return "Set" in expression && Array.isArray(expression.Set) ? expression.Set.flatMap(textsOf) : [];
}
