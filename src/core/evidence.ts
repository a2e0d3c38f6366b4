/** What evidence says of an agent's claim. `unproven` is what a claim is before anybody looked. */
export type Verdict = "confirmed" | "contradicted" | "unproven";

/** Contract: a verdict other than `unproven` names what shows it. */
export function isShown(verdict: Verdict, evidence: readonly string[]): boolean {
  return verdict === "unproven" || evidence.length > 0;
}
